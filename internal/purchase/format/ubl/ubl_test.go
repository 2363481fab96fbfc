package ubl_test

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format/formattest"
	"buhuo/internal/purchase/format/ubl"
)

func TestFormat(t *testing.T) {
	formattest.Run(t, ubl.New(), func(_ *testing.T, written []byte) string { return string(written) })
}

// read is the document as a reader sees it that knows the standard's namespaces and
// nothing of the writer.
type read struct {
	XMLName  xml.Name `xml:"urn:oasis:names:specification:ubl:schema:xsd:Order-2 Order"`
	Profile  string   `xml:"urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2 ProfileID"`
	Currency string   `xml:"DocumentCurrencyCode"`
	Count    int      `xml:"LineCountNumeric"`
	Charge   string   `xml:"AllowanceCharge>Amount"`
	Tax      string   `xml:"TaxTotal>TaxAmount"`
	Net      string   `xml:"AnticipatedMonetaryTotal>LineExtensionAmount"`
	Payable  string   `xml:"AnticipatedMonetaryTotal>PayableAmount"`
	Lines    []struct {
		Quantity struct {
			Unit string `xml:"unitCode,attr"`
			Text string `xml:",chardata"`
		} `xml:"Quantity"`
		Net   string `xml:"LineExtensionAmount"`
		Price string `xml:"Price>PriceAmount"`
		Base  string `xml:"Price>BaseQuantity"`
		Name  string `xml:"Item>Name"`
	} `xml:"OrderLine>LineItem"`
}

func TestReadBack(t *testing.T) {
	formattest.ReadBack(t, ubl.New(), func(t *testing.T, written []byte, d purchase.Document) formattest.Read {
		var doc read
		if err := xml.Unmarshal(written, &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Count != len(d.Lines) || doc.Currency != "CNY" || doc.Profile != "urn:fdc:peppol.eu:poacc:bis:order_only:3" {
			t.Errorf("%d lines in %s, profile %q", doc.Count, doc.Currency, doc.Profile)
		}
		out := formattest.Read{Net: doc.Net, Tax: doc.Tax, Freight: doc.Charge, Payable: doc.Payable}
		for i, l := range doc.Lines {
			line := formattest.Line{Name: l.Name, Quantity: l.Quantity.Text, Price: l.Price, Total: l.Net}
			if want := d.Lines[i]; d.Sums.Taxed { // prices with tax: the price is net, of the whole quantity
				if l.Base != l.Quantity.Text || l.Price != l.Net || l.Net != want.Net.Decimal(d.Order.Currency) {
					t.Errorf("line %d: %s for %s, net %s, want %s", i+1, l.Price, l.Base, l.Net, want.Net.Decimal(d.Order.Currency))
				}
				line.Price, line.Total = "", ""
			}
			out.Lines = append(out.Lines, line)
		}
		return out
	})
}

// Weights of the Chinese market are told in kilograms, to the last digit, and every
// unit of ours has a code.
func TestUnits(t *testing.T) {
	for _, c := range []struct {
		unit                  string
		code, quantity, price string
	}{
		{"jin", "KGM", "2.5005", "20.80"}, {"liang", "KGM", "0.25005", "208"}, {"kg", "KGM", "5.001", "10.40"}, {"piece", "H87", "5.001", "10.40"}, {"bag", "XBG", "5.001", "10.40"},
	} {
		d := formattest.Sample(t, "en", 1, false)
		d.Lines[0].Unit, d.Lines[0].Quantity = c.unit, 5_001
		var doc read
		if err := xml.Unmarshal(formattest.Written(t, ubl.New(), d), &doc); err != nil {
			t.Fatal(err)
		}
		l := doc.Lines[0]
		if l.Quantity.Unit != c.code || l.Quantity.Text != c.quantity || trim(l.Price) != trim(c.price) {
			t.Errorf("%s: %s %s at %s, want %s %s at %s", c.unit, l.Quantity.Text, l.Quantity.Unit, l.Price, c.quantity, c.code, c.price)
		}
	}
	for _, u := range measure.AllUnits() {
		d := formattest.Sample(t, "en", 1, false)
		d.Lines[0].Unit = u.Code
		var doc read
		if err := xml.Unmarshal(formattest.Written(t, ubl.New(), d), &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Lines[0].Quantity.Unit == "XPK" && u.Code != "cake" {
			t.Errorf("%s has no code of its own", u.Code)
		}
	}
}

func trim(s string) string {
	for len(s) > 0 && s[len(s)-1] == '0' {
		s = s[:len(s)-1]
	}
	return s
}

// BenchmarkSchema holds the documents against the schemas of OASIS with xmllint, where
// both are at hand (BUHUO_SETS/ubl); it fails on a document that they refuse.
func BenchmarkSchema(b *testing.B) {
	schema := filepath.Join(os.Getenv("BUHUO_SETS"), "ubl", "xsdrt", "maindoc", "UBL-Order-2.1.xsd")
	lint, err := exec.LookPath("xmllint")
	if _, missing := os.Stat(schema); err != nil || missing != nil {
		b.ReportMetric(0, "documents")
		return
	}
	files := map[string]purchase.Document{
		"taxed": formattest.Sample(b, "fr", 30, true), "plain": formattest.Sample(b, "zh-Hans", 30, false), "extreme": formattest.Extreme(b, "en", 60),
	}
	weighed := formattest.Sample(b, "zh-Hans", 3, true)
	weighed.Lines[0].Unit, weighed.Order.SentDay, weighed.Supplier.Contact, weighed.Supplier.Phone = "jin", nil, "", ""
	files["weighed"] = weighed
	folder, args := b.TempDir(), []string{"--nonet", "--noout", "--schema", schema}
	for name, d := range files {
		path := filepath.Join(folder, name+".xml")
		if err := os.WriteFile(path, formattest.Written(b, ubl.New(), d), 0o600); err != nil {
			b.Fatal(err)
		}
		args = append(args, path)
	}
	for b.Loop() {
		if out, err := exec.Command(lint, args...).CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	b.ReportMetric(float64(len(files)), "documents")
}

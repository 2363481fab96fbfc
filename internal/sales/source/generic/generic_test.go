package generic_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"

	"buhuo/internal/day"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/sales/source/generic"
	"buhuo/internal/sales/source/sourcetest"
)

const (
	products = "编码,名称,单位,售价\n001,若羌红枣,袋,28\n002,𬍛字号 🍊,斤,3.20\n"
	sold     = "item,date,quantity,price,cost,amount\n001,2026-11-01,2,28,,\n002,2026/11/2 07:30,-1.5,,2.10,4.80\n"
	stock    = "article;quantité;unité;péremption;lot\n001;12;sac;2027-01-31;A7\n002;3,5;kg;;\n"
)

func TestContract(t *testing.T) {
	sourcetest.Run(t, generic.New(), sourcetest.Files{Products: []byte(products), Sales: []byte(sold), Stock: []byte(stock)})
}

func TestRows(t *testing.T) {
	s := generic.New()
	p, err := s.Products([]byte(products))
	if err != nil || len(p.Good) != 2 || p.Good[0].Code != "001" || p.Good[1].Name != "𬍛字号 🍊" || p.Good[1].Unit.Code != "jin" || *p.Good[1].Price != 32000 {
		t.Errorf("products %+v, %v", p, err)
	}
	q, err := s.Sales([]byte(sold))
	if err != nil || len(q.Good) != 2 {
		t.Fatalf("sales %+v, %v", q, err)
	}
	if r := q.Good[0]; r.Line != 2 || r.Item != "001" || r.Day != day.New(2026, 11, 1) || r.Minute != -1 || r.Quantity != 2_000 || *r.Price != 280000 || r.Cost != nil || r.Total != nil {
		t.Errorf("the first sale %+v", r)
	}
	if r := q.Good[1]; r.Minute != 450 || r.Quantity != -1_500 || r.Price != nil || *r.Cost != 21000 || *r.Total != money.Price(48000) {
		t.Errorf("the second sale %+v", r)
	}
	c, err := s.Stock([]byte(stock))
	if err != nil || len(c.Good) != 2 || *c.Good[0].Expiry != day.New(2027, 1, 31) || c.Good[0].Lot != "A7" || c.Good[1].Quantity != 3_500 || c.Good[1].Unit != "kg" {
		t.Errorf("stock %+v, %v", c, err)
	}
}

// The same table reads the same however it is written.
func TestWritings(t *testing.T) {
	const plain = "商品,日期,数量,售价\n若羌红枣,2026年11月1日,２,￥２８．００\n脐橙,2026-11-02,12.5,9.6\n"
	want, err := generic.New().Sales([]byte(plain))
	if err != nil || len(want.Good) != 2 || *want.Good[0].Price != 280000 || want.Good[0].Quantity != 2_000 {
		t.Fatalf("plain: %+v, %v", want, err)
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	sixteen := func(order binary.AppendByteOrder) string {
		b := order.AppendUint16(nil, 0xfeff)
		for _, u := range utf16.Encode([]rune(plain)) {
			b = order.AppendUint16(b, u)
		}
		return string(b)
	}
	for name, body := range map[string]string{
		"with a mark":   "\ufeff" + plain,
		"GB18030":       gb,
		"UTF-16 LE":     sixteen(binary.LittleEndian),
		"UTF-16 BE":     sixteen(binary.BigEndian),
		"CRLF":          strings.ReplaceAll(plain, "\n", "\r\n"),
		"CR":            strings.ReplaceAll(plain, "\n", "\r"),
		"semicolons":    strings.ReplaceAll(plain, ",", ";"),
		"tabs":          strings.ReplaceAll(plain, ",", "\t"),
		"bars":          strings.ReplaceAll(plain, ",", "|"),
		"quotes":        strings.ReplaceAll(plain, "脐橙", `"脐橙"`),
		"as formula":    strings.ReplaceAll(plain, "脐橙", `="脐橙"`),
		"quoted so":     strings.ReplaceAll(plain, "脐橙", `"=""脐橙"""`),
		"as text":       strings.ReplaceAll(plain, "脐橙", "'脐橙"),
		"spaces":        strings.ReplaceAll(plain, "脐橙", "\t 脐橙\u00a0 "),
		"no last break": strings.TrimSuffix(plain, "\n"),
		"English":       strings.ReplaceAll(plain, "商品,日期,数量,售价", "Item, Date ,QTY,Sale_Price (CNY)"),
		"French":        strings.ReplaceAll(plain, "商品,日期,数量,售价", "Article,Jour,Quantité,Prix unitaire"),
	} {
		if name == "tabs" || name == "spaces" {
			body = strings.ReplaceAll(body, "\t 脐橙", " 脐橙")
		}
		got, err := generic.New().Sales([]byte(body))
		same := err == nil && len(got.Refused) == 0 && slices.EqualFunc(got.Good, want.Good, func(a, b sales.SaleRow) bool {
			return a.Item == b.Item && a.Day == b.Day && a.Quantity == b.Quantity && *a.Price == *b.Price && (name == "CR" || a.Line == b.Line)
		})
		if !same {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestLinesAreCountedAsAnEditorDoes(t *testing.T) {
	body := "item,date,quantity\n\n\"a\nb\",2026-11-01,1\nc,2026-11-01,x\n\"open,2026-11-01,1\nd,2026-11-01,1\n"
	got, err := generic.New().Sales([]byte(body))
	if err != nil || len(got.Good) != 2 || got.Good[0].Line != 3 || got.Good[1].Line != 7 {
		t.Fatalf("%+v, %v", got, err)
	}
	var refused []int
	for _, e := range got.Refused {
		refused = append(refused, e.Line)
	}
	if !slices.Equal(refused, []int{5, 6}) {
		t.Errorf("refused lines %v", refused)
	}
}

func FuzzAnyFile(f *testing.F) {
	for _, body := range sourcetest.Hostile() {
		if len(body) < 10_000 {
			f.Add(body)
		}
	}
	f.Add([]byte(products))
	f.Add([]byte(sold))
	f.Add([]byte(stock))
	f.Fuzz(func(t *testing.T, body []byte) { sourcetest.Any(t, generic.New(), body) })
}

// Package ubl writes an order as an XML document of the Universal Business Language
// 2.1 (OASIS), with the identifiers of Peppol's order-only profile, for chains and
// foreign buyers whose programs read it. It must not know how people read an order.
//
// A small shop has no address in Peppol's network, so a document names its parties'
// e-mail addresses where it knows them and is to be handed over as a file.
package ubl

import (
	"encoding/xml"
	"io"
	"strconv"

	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
)

// Format is purchase.Format for UBL.
type Format struct{}

// New makes the format.
func New() Format { return Format{} }

var _ purchase.Format = Format{}

// Name is "xml".
func (Format) Name() string { return "xml" }

// ContentType is that of XML in UTF-8.
func (Format) ContentType() string { return "application/xml; charset=utf-8" }

// Extension is ".xml".
func (Format) Extension() string { return ".xml" }

// Identifiers of the document type and of the process, from Peppol BIS Order only 3.
const (
	customization = "urn:fdc:peppol.eu:poacc:trns:order:3"
	profile       = "urn:fdc:peppol.eu:poacc:bis:order_only:3"
	typeOfOrder   = "220" // UN/CEFACT 1001: order
)

// Write writes the document.
func (Format) Write(w io.Writer, d purchase.Document) error {
	o := d.Order
	issued := o.CreatedDay
	if o.SentDay != nil {
		issued = *o.SentDay
	}
	out := order{
		Namespace:     "urn:oasis:names:specification:ubl:schema:xsd:Order-2",
		Aggregate:     "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
		Basic:         "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
		Customization: customization, Profile: profile, ID: o.NumberText(), UUID: o.ID.String(), Issued: issued.String(), Type: typeOfOrder,
		Note: o.Note, Currency: o.Currency.Code, Lines: len(d.Lines), Buyer: party{Name: name{d.Shop}, Legal: legal{d.Shop}}, Seller: seller(d),
		Delivery: delivery{Until: o.Wanted().String()}, Charge: freight(d), OrderLines: make([]orderLine, len(d.Lines)),
	}
	sums := d.Sums
	if sums.Taxed {
		out.Tax = &taxTotal{in(sums.Tax, o.Currency)}
	}
	out.Total = total{
		Lines: in(sums.Net, o.Currency), Net: in(sums.Net+sums.Freight, o.Currency), Gross: in(sums.Payable, o.Currency), Payable: in(sums.Payable, o.Currency),
	}
	if sums.Freight != 0 {
		out.Total.Charges = new(in(sums.Freight, o.Currency))
	}
	for i, l := range d.Lines {
		out.OrderLines[i] = orderLine{lineOf(d, l)}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func seller(d purchase.Document) party {
	s := d.Supplier
	called := s.Name
	if called == "" {
		called = d.Order.SupplierName
	}
	p := party{Name: name{called}, Legal: legal{called}}
	if s.Email != "" {
		p.Endpoint = &identifier{Scheme: "EM", Text: s.Email} // electronic mail
	}
	if s.Address != "" || s.Province != "" {
		p.Address = &address{s.Address, s.Province}
	}
	if s.Contact != "" || s.Phone != "" || s.Email != "" {
		p.Contact = &contact{s.Contact, s.Phone, s.Email}
	}
	return p
}

func freight(d purchase.Document) *charge {
	if d.Sums.Freight == 0 {
		return nil
	}
	lang, _ := i18n.ParseLang(d.Language)
	// FC is the freight service of UN/CEFACT 7161.
	return &charge{Charge: true, Code: "FC", Reason: i18n.For(lang).T("purchase.doc.freight"), Amount: in(d.Sums.Freight, d.Order.Currency)}
}

// lineOf is a line with prices net of tax, as the profile wants them. A price that
// includes tax has no exact net price for one unit: the whole quantity's is given.
func lineOf(d purchase.Document, l purchase.DocumentLine) lineItem {
	c, u := d.Order.Currency, unitOf(l.Unit)
	quantity := quantity{u.code, u.quantity(l.Quantity)}
	p := price{Amount: amount{c.Code, u.price(l.Price)}, Base: quantityOne(u)}
	if d.Order.PricesIncludeTax && l.TaxRate > 0 {
		p = price{Amount: in(l.Net, c), Base: quantity}
	}
	out := lineItem{
		ID: strconv.Itoa(l.Line), Quantity: quantity, Total: in(l.Net, c), Price: p,
		Item: item{Name: l.ProductName, Buyers: reference{l.ProductCode}},
	}
	if l.SupplierCode != "" {
		out.Item.Sellers = &reference{l.SupplierCode}
	}
	if d.Sums.Taxed {
		out.Tax = new(in(l.Tax, c))
		category := tax{"S", measure.Quantity(l.TaxRate * 10).Decimal(), "VAT"}
		if l.TaxRate == 0 {
			category.ID = "Z"
		}
		out.Item.Tax = &category
	}
	return out
}

func in(a money.Amount, c money.Currency) amount { return amount{c.Code, a.Decimal(c)} }

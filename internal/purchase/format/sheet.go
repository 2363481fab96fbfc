// Package format holds what the formats of a purchase order's document share: its
// words and figures, written in the document's language. Each folder below is one
// format; it must not know how orders are kept or sent.
package format

import (
	"strings"

	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
)

// Sheet is a document as people read it, ready to be set.
type Sheet struct {
	Lang     i18n.Lang
	Title    string // Purchase order
	Number   string
	Mark     string // "Draft", "Cancelled"; empty on an order that counts
	Facts    []Fact
	From, To Party
	Head     Head
	Rows     []Row
	Taxed    bool
	Sums     []Fact         // the last one is what is to be paid
	Amounts  []money.Amount // of Sums
	Words    string         // the sum in capital numerals, in Chinese; else empty
	Note     string
	NoteHead string
	Signs    []string // what stands above each line for a signature
	SignDay  string
	Code     Code   // QR code of the supplier's page; nil: there is none
	CodeHead string // what it is for
	printer  *i18n.Printer
}

// Fact is a term and its value.
type Fact struct{ Term, Text string }

// Party is one of the two sides.
type Party struct {
	Head, Name string
	Lines      []string
}

// Head names the columns.
type Head struct{ Line, Product, Quantity, Price, Tax, Total string }

// Row is one product. Note, Packs and PackPrice stand small below and may be empty.
type Row struct {
	Line, Name, Note string
	Quantity, Packs  string
	Price, PackPrice string
	Tax, Total       string
}

// NewSheet writes the document in its language; an unknown one is Chinese.
func NewSheet(d purchase.Document) Sheet {
	lang, ok := i18n.ParseLang(d.Language)
	if !ok {
		lang = i18n.ZhHans
	}
	p := i18n.For(lang)
	s := Sheet{
		Lang: lang, Title: p.T("purchase.doc.title"), Number: d.Order.NumberText(), Taxed: d.Sums.Taxed,
		From: Party{Head: p.T("purchase.doc.buyer"), Name: d.Shop}, To: supplier(p, d),
		Head: Head{
			Line: p.T("purchase.doc.line"), Product: p.T("purchase.doc.product"), Quantity: p.T("purchase.doc.quantity"),
			Price: p.T("purchase.doc.price"), Tax: p.T("purchase.doc.tax_rate"), Total: p.T("purchase.doc.line_total"),
		},
		Note: d.Order.Note, NoteHead: p.T("purchase.doc.note"),
		Signs: []string{p.T("purchase.doc.sign_buyer"), p.T("purchase.doc.sign_supplier")}, SignDay: p.T("purchase.doc.sign_day"),
		printer: p,
	}
	if d.Order.State == purchase.Draft || d.Order.State == purchase.Cancelled {
		s.Mark = p.T("purchase.state." + string(d.Order.State))
	}
	s.facts(d)
	for _, l := range d.Lines {
		s.Rows = append(s.Rows, row(p, l, d))
	}
	s.sums(d)
	if d.Link != "" {
		code, err := NewCode(d.Link)
		if err == nil { // an address too long for a code goes without
			s.Code, s.CodeHead = code, p.T("purchase.doc.answer")
		}
	}
	return s
}

// Page is the foot of a page: "2 / 3".
func (s Sheet) Page(n, of int) string {
	return s.printer.T("purchase.doc.page", i18n.A("page", n), i18n.A("pages", of))
}

func (s *Sheet) facts(d purchase.Document) {
	p, o := s.printer, d.Order
	ordered := o.CreatedDay
	if o.SentDay != nil {
		ordered = *o.SentDay
	}
	s.Facts = []Fact{{p.T("purchase.doc.ordered"), p.Date(ordered)}, {p.T("purchase.doc.due"), p.Date(o.Wanted())}}
	switch {
	case !d.Sums.Taxed:
	case o.PricesIncludeTax:
		s.Facts = append(s.Facts, Fact{p.T("purchase.doc.prices"), p.T("purchase.doc.prices_with_tax")})
	default:
		s.Facts = append(s.Facts, Fact{p.T("purchase.doc.prices"), p.T("purchase.doc.prices_without_tax")})
	}
}

func supplier(p *i18n.Printer, d purchase.Document) Party {
	to := Party{Head: p.T("purchase.doc.supplier"), Name: d.Supplier.Name}
	contact := strings.TrimSpace(d.Supplier.Contact + "  " + d.Supplier.Phone)
	place := d.Supplier.Address
	if place == "" {
		place = d.Supplier.Province
	}
	for _, line := range []string{contact, d.Supplier.Email, place} {
		if line != "" {
			to.Lines = append(to.Lines, line)
		}
	}
	return to
}

func row(p *i18n.Printer, l purchase.DocumentLine, d purchase.Document) Row {
	c := d.Order.Currency
	codes := l.ProductCode
	if l.SupplierCode != "" {
		codes = p.T("purchase.doc.codes", i18n.A("ours", l.ProductCode), i18n.A("theirs", l.SupplierCode))
	}
	u := d.Shown(l.OrderLine)
	r := Row{
		Line: p.Int(int64(l.Line)), Name: l.ProductName, Note: codes, Quantity: p.Measured(u.Quantity(l.Quantity), u.Unit),
		Price: per(p, u.Price(l.Price), c, u.Unit), Total: p.Money(l.Total, c),
	}
	if d.Sums.Taxed {
		r.Tax = p.T("purchase.doc.percent", i18n.A("rate", measure.Quantity(l.TaxRate*10)))
	}
	pack, known := measure.UnitByCode(l.Pack.Unit)
	if n, ok := l.Packs(); ok && !(known && pack.Fixed()) { // a jin is no pack
		r.Packs = p.Measured(measure.Quantity(n)*measure.Thousandths, l.Pack.Unit)
		if price, err := money.PerPack(l.Price, l.Pack.Factor); err == nil {
			r.PackPrice = per(p, price, c, l.Pack.Unit)
		}
	}
	if u.Unit != l.Unit && p.Lang() != i18n.ZhHans { // abroad nobody weighs in jin
		r.Packs = strings.TrimSuffix(p.Measured(l.Quantity, l.Unit)+" · "+r.Packs, " · ")
	}
	return r
}

// per is a price and what it is for: ¥10.40/公斤.
func per(p *i18n.Printer, price money.Price, c money.Currency, unit string) string {
	return p.Price(price, c) + "/" + p.Unit(unit, measure.Thousandths)
}

func (s *Sheet) sums(d purchase.Document) {
	p, c := s.printer, d.Order.Currency
	add := func(key string, a money.Amount) {
		s.Sums, s.Amounts = append(s.Sums, Fact{p.T(key), p.Money(a, c)}), append(s.Amounts, a)
	}
	if d.Sums.Taxed {
		add("purchase.doc.net", d.Sums.Net)
		add("purchase.doc.tax", d.Sums.Tax)
		add("purchase.doc.gross", d.Sums.Gross)
	} else {
		add("purchase.doc.goods", d.Sums.Gross)
	}
	if d.Sums.Freight != 0 {
		add("purchase.doc.freight", d.Sums.Freight)
	}
	add("purchase.doc.payable", d.Sums.Payable)
	if s.Lang == i18n.ZhHans && c == money.CNY {
		s.Words = p.T("purchase.doc.in_words", i18n.A("amount", money.Uppercase(d.Sums.Payable)))
	}
}

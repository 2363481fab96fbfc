package purchase

import (
	"context"
	"io"

	"buhuo/internal/catalog"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// Document is all that a purchase order prints, in one language.
type Document struct {
	Order    Order
	Supplier catalog.Supplier
	Shop     string
	Language string // a tag such as zh-Hans
	Lines    []DocumentLine
	Sums     Sums
}

// DocumentLine is an order line with its parts, which add up: Net + Tax = Gross.
type DocumentLine struct {
	OrderLine
	Net, Tax, Gross money.Amount
}

// Sums are the document's totals: Net + Tax = Gross over the lines, Payable with the
// freight. Taxed is whether any line has a tax rate.
type Sums struct {
	Net, Tax, Gross, Freight, Payable money.Amount
	Taxed                             bool
}

// Format writes documents in one file format. Implementations are plug-ins, listed
// where the program is put together; every one passes the suite in formattest.
type Format interface {
	// Name is the format's code, also in addresses: /orders/{id}.pdf has "pdf".
	Name() string
	// ContentType is the media type, with the charset of texts.
	ContentType() string
	// Extension is the file name's, with its dot.
	Extension() string
	// Write writes the whole document; the same document gives the same bytes.
	Write(w io.Writer, d Document) error
}

// FileName is the document's name as a file: ASCII, because mail programs and
// phones break other letters.
func (d Document) FileName(f Format) string { return d.Order.NumberText() + f.Extension() }

// Document gathers an order's document in a language; "" is the supplier's.
func (s *Service) Document(ctx context.Context, id ident.ID, lang string) (Document, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Document{}, err
	}
	o, err := s.Order(ctx, id)
	if err != nil {
		return Document{}, err
	}
	supplier, err := s.catalog.Supplier(ctx, o.SupplierID)
	if err != nil {
		return Document{}, err
	}
	if lang == "" {
		lang = o.Language
	}
	return NewDocument(o, supplier, scope.ShopName, lang)
}

// NewDocument computes the document's taxes and sums.
func NewDocument(o Order, supplier catalog.Supplier, shop, lang string) (Document, error) {
	d := Document{Order: o, Supplier: supplier, Shop: shop, Language: lang, Sums: Sums{Freight: o.Freight}}
	var err error
	add := func(sum *money.Amount, a money.Amount) {
		if err == nil {
			*sum, err = sum.Add(a)
		}
	}
	for _, l := range o.Lines {
		line := DocumentLine{OrderLine: l, Net: l.Total}
		if o.PricesIncludeTax {
			line.Net = money.NetOfTax(l.Total, l.TaxRate)
			line.Tax = l.Total - line.Net
		} else {
			line.Tax = money.TaxOn(l.Total, l.TaxRate)
		}
		add(&line.Gross, line.Net)
		add(&line.Gross, line.Tax)
		add(&d.Sums.Net, line.Net)
		add(&d.Sums.Tax, line.Tax)
		add(&d.Sums.Gross, line.Gross)
		d.Sums.Taxed = d.Sums.Taxed || l.TaxRate > 0
		d.Lines = append(d.Lines, line)
	}
	add(&d.Sums.Payable, d.Sums.Gross)
	add(&d.Sums.Payable, d.Sums.Freight)
	return d, err
}

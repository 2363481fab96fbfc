// Package json writes an order for other programs: codes, decimal points and ISO
// dates in every language. It must not know any language.
package json

import (
	stdjson "encoding/json"
	"io"

	"buhuo/internal/purchase"
)

// Format is purchase.Format for JSON.
type Format struct{}

// New makes the format.
func New() Format { return Format{} }

var _ purchase.Format = Format{}

// Name is "json".
func (Format) Name() string { return "json" }

// ContentType is that of JSON.
func (Format) ContentType() string { return "application/json; charset=utf-8" }

// Extension is ".json".
func (Format) Extension() string { return ".json" }

// order is the document. Numbers are texts, so that no reader rounds them.
type order struct {
	ID       string `json:"id"`
	Number   string `json:"number"`
	Supplier string `json:"supplier"`
	State    string `json:"state"`
	Total    string `json:"total"` // of the lines
	Currency string `json:"currency"`
	Freight  string `json:"freight"`
	DueDate  string `json:"due_date"`
	Lines    []line `json:"lines"`
}

// line is a product; quantities count the product's base unit.
type line struct {
	Line         int    `json:"line"`
	ProductCode  string `json:"product_code"`
	SupplierCode string `json:"supplier_code"`
	ProductName  string `json:"product_name"`
	Quantity     string `json:"quantity"`
	Unit         string `json:"unit"`
	UnitPrice    string `json:"unit_price"`
	LineTotal    string `json:"line_total"`
	Received     string `json:"received"`
}

// Write writes the document.
func (Format) Write(w io.Writer, d purchase.Document) error {
	o := d.Order
	out := order{
		ID: o.ID.String(), Number: o.NumberText(), Supplier: o.SupplierName, State: string(o.State), Total: o.Total.Decimal(o.Currency),
		Currency: o.Currency.Code, Freight: o.Freight.Decimal(o.Currency), DueDate: o.Wanted().String(), Lines: make([]line, len(d.Lines)),
	}
	for i, l := range d.Lines {
		out.Lines[i] = line{
			Line: l.Line, ProductCode: l.ProductCode, SupplierCode: l.SupplierCode, ProductName: l.ProductName, Quantity: l.Quantity.Decimal(),
			Unit: l.Unit, UnitPrice: l.Price.Decimal(), LineTotal: l.Total.Decimal(o.Currency), Received: l.Received.Decimal(),
		}
	}
	enc := stdjson.NewEncoder(w)
	enc.SetEscapeHTML(false) // nosniff and the type keep it from being a page
	return enc.Encode(out)
}

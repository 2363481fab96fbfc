// Package message writes an order as a few lines of text for a chat or an SMS: what
// the supplier needs to know and nothing else. It must not know where it is pasted.
package message

import (
	"io"
	"strings"

	"buhuo/internal/i18n"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format"
)

// Format is purchase.Format for plain text.
type Format struct{}

// New makes the format.
func New() Format { return Format{} }

var _ purchase.Format = Format{}

// Name is "txt".
func (Format) Name() string { return "txt" }

// ContentType is that of text in UTF-8.
func (Format) ContentType() string { return "text/plain; charset=utf-8" }

// Extension is ".txt".
func (Format) Extension() string { return ".txt" }

// Write writes one line for the order, one a product, and what is to be paid and when.
func (Format) Write(w io.Writer, d purchase.Document) error {
	s := format.NewSheet(d)
	p := i18n.For(s.Lang)
	var b strings.Builder
	line := func(parts ...string) {
		for i, part := range parts {
			if i > 0 {
				b.WriteString("  ")
			}
			b.WriteString(strings.Join(strings.Fields(part), " ")) // a name of two lines stays on one
		}
		b.WriteByte('\n')
	}
	number := s.Number
	if s.Mark != "" {
		number += " · " + s.Mark
	}
	line(p.T("purchase.message_head", i18n.A("number", number), i18n.A("shop", d.Shop), i18n.A("supplier", d.Supplier.Name)))
	for i, r := range s.Rows {
		name := r.Line + ". " + r.Name
		if code := d.Lines[i].SupplierCode; code != "" {
			name += " [" + code + "]"
		}
		quantity := r.Quantity
		if r.Packs != "" {
			quantity = r.Packs + " (" + r.Quantity + ")"
		}
		line(name, quantity, "@"+r.Price, r.Total)
	}
	if d.Sums.Tax != 0 && !d.Order.PricesIncludeTax {
		line(p.T("purchase.doc.tax"), p.Money(d.Sums.Tax, d.Order.Currency))
	}
	if d.Sums.Freight != 0 {
		line(p.T("purchase.doc.freight"), p.Money(d.Sums.Freight, d.Order.Currency))
	}
	last := s.Sums[len(s.Sums)-1]
	line(last.Term, last.Text)
	line(p.T("purchase.message_due", i18n.A("day", d.Order.Wanted())))
	if d.Link != "" {
		line(p.T("purchase.message_link"), d.Link)
	}
	if note := strings.TrimSpace(d.Order.Note); note != "" {
		b.WriteString(note + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

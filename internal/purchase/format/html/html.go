// Package html writes an order as a page that a browser prints, with the shop's
// style sheet. It must not know requests or sessions.
package html

import (
	"context"
	"io"

	"buhuo/internal/i18n"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format"
	"buhuo/views/layout"
	purchaseviews "buhuo/views/purchase"
	"buhuo/views/ui"
)

// Format is purchase.Format for HTML.
type Format struct{}

// New makes the format.
func New() Format { return Format{} }

var _ purchase.Format = Format{}

// Name is "html".
func (Format) Name() string { return "html" }

// ContentType is that of a page in UTF-8.
func (Format) ContentType() string { return "text/html; charset=utf-8" }

// Extension is ".html".
func (Format) Extension() string { return ".html" }

// Write writes the page.
func (Format) Write(w io.Writer, d purchase.Document) error {
	s := format.NewSheet(d)
	p := i18n.For(s.Lang)
	page := purchaseviews.Document{
		Chrome: layout.Chrome{
			Lang: s.Lang, T: p, Title: s.Title, Heading: "-", ShopName: d.Shop,
			Back: ui.Link{Href: "/orders/" + d.Order.ID.String(), Text: p.T("purchase.doc.back")},
		},
		Number: s.Number, Mark: s.Mark, Caption: s.Title + " " + s.Number, Taxed: s.Taxed,
		Facts: facts(s.Facts), Parties: []purchaseviews.Party{purchaseviews.Party(s.From), purchaseviews.Party(s.To)},
		Head:  purchaseviews.Row{Line: s.Head.Line, Name: s.Head.Product, Quantity: s.Head.Quantity, Price: s.Head.Price, Tax: s.Head.Tax, Total: s.Head.Total},
		Words: s.Words, NoteHead: s.NoteHead, Note: s.Note, Signs: s.Signs, SignDay: s.SignDay,
	}
	if s.Code != nil {
		page.Code, page.CodeHead, page.CodeSize, page.Link = s.Code.Path(), s.CodeHead, len(s.Code), d.Link
	}
	last := len(s.Sums) - 1
	page.Sums, page.Payable = facts(s.Sums[:last]), ui.Fact{Term: s.Sums[last].Term, Text: s.Sums[last].Text}
	for _, r := range s.Rows {
		page.Rows = append(page.Rows, purchaseviews.Row(r))
	}
	return purchaseviews.Paper(page).Render(context.Background(), w)
}

func facts(in []format.Fact) []ui.Fact {
	out := make([]ui.Fact, len(in))
	for i, f := range in {
		out[i] = ui.Fact{Term: f.Term, Text: f.Text}
	}
	return out
}

// Package pdf sets an order as a document of A4 pages that both sides can sign. It
// must not know how orders are kept, nor the words and figures, which come with the
// sheet.
package pdf

import (
	"io"

	"buhuo/internal/paper"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format"
)

// Format is purchase.Format for PDF.
type Format struct{}

// New makes the format. The font is read when the first document is written.
func New() Format { return Format{} }

var _ purchase.Format = Format{}

// Name is "pdf".
func (Format) Name() string { return "pdf" }

// ContentType is that of PDF.
func (Format) ContentType() string { return "application/pdf" }

// Extension is ".pdf".
func (Format) Extension() string { return ".pdf" }

// Write sets the document and writes it.
func (Format) Write(w io.Writer, d purchase.Document) error {
	sheet := format.NewSheet(d)
	out, err := paper.New(sheet.Number, string(sheet.Lang))
	if err != nil {
		return err
	}
	s := &setter{Paper: out, sheet: sheet}
	s.document()
	_, err = s.WriteTo(w)
	return err
}

// setter draws the document from top to bottom.
type setter struct {
	*paper.Paper
	sheet format.Sheet
}

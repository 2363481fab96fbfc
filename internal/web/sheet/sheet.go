// Package sheet writes tables that people open in a spreadsheet: UTF-8 with a
// byte order mark (or Excel takes it for the local code page), CRLF, and no
// text cell that would run as a formula. It knows no area and no HTTP.
package sheet

import (
	"encoding/csv"
	"io"
	"strings"
)

const byteOrderMark = "\ufeff"

// Write writes the header and rows to w.
func Write(w io.Writer, header []string, rows [][]string) error {
	s, err := NewWriter(w, header)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := s.Row(row); err != nil {
			return err
		}
	}
	return s.Flush()
}

// Writer writes a table row by row.
type Writer struct {
	csv  *csv.Writer
	line []string
}

// NewWriter writes the byte order mark and the header.
func NewWriter(w io.Writer, header []string) (*Writer, error) {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return nil, err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	s := &Writer{csv: c}
	return s, s.Row(header)
}

// Row writes one line; every cell passes through Cell.
func (w *Writer) Row(cells []string) error {
	w.line = w.line[:0]
	for _, cell := range cells {
		w.line = append(w.line, Cell(cell))
	}
	return w.csv.Write(w.line)
}

// Flush ends the table and returns the first error of writing.
func (w *Writer) Flush() error {
	w.csv.Flush()
	return w.csv.Error()
}

// Cell makes one cell safe: what a spreadsheet could take for a formula gets
// an apostrophe before it, plain numbers (also negative ones) stay as they are.
func Cell(s string) string {
	first := strings.TrimLeft(s, " \u00a0\u3000\ufeff")
	if first == "" || plainNumber(first) {
		return s
	}
	if strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(first)[0]) {
		return "'" + s
	}
	return s
}

func plainNumber(s string) bool {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return digits(whole) && (!point || digits(fraction))
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

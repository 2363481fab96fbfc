// Package source reads tables of text as shops really have them: exported by a
// till, saved by a spreadsheet, mailed by a cousin. It finds out the encoding and
// the delimiter, unwraps what spreadsheets wrap, names lines as an editor counts
// them, and stays within bounds whatever a file holds. The folders below turn such
// tables into rows of sales, one folder per system. It knows no shop and no rule.
package source

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"buhuo/internal/fault"
	"buhuo/internal/measure"
)

// Bounds of a table.
const (
	MaxColumns   = 300
	maxCell      = 64 << 10 // bytes
	maxLine      = 1 << 20  // bytes
	maxOpen      = 20       // quotes that never close
	maxHeaderCut = 60       // characters of a cell in a sentence
)

// Record is one line of a table. Fault says why it cannot be read, then Cells
// holds nothing.
type Record struct {
	Line  int // counted from 1, as an editor does
	Cells []string
	Fault *fault.Error
}

// Cell is the cell of a column, unwrapped and without the space around it; empty
// when the line has none or the column is −1.
func (r Record) Cell(column int) string {
	if column < 0 || column >= len(r.Cells) {
		return ""
	}
	return Unwrap(r.Cells[column])
}

// Table is a file being read, line by line, behind its header.
type Table struct {
	Header []string // in normal form
	text   string
	comma  byte
	pos    int
	line   int
	open   int
	cells  []string
}

// Open finds out how the file is written and reads its header. What is no table of
// text is a fault of kind Invalid.
func Open(body []byte) (*Table, error) {
	text, err := decode(body)
	if err != nil {
		return nil, err
	}
	t := &Table{text: text, line: 1}
	t.comma = vote(text)
	head, ok := t.Next()
	if !ok {
		return nil, refused("sales.import_empty")
	}
	if head.Fault != nil {
		return nil, head.Fault.WithField("file")
	}
	t.Header = make([]string, len(head.Cells))
	for i, c := range head.Cells {
		t.Header[i] = Name(c)
	}
	return t, nil
}

func refused(key string, args ...fault.Arg) *fault.Error {
	return fault.New(fault.Invalid, key, args...).WithField("file")
}

// decode makes UTF-8 of the file.
func decode(body []byte) (string, error) {
	if bytes.HasPrefix(body, []byte("PK\x03\x04")) || bytes.HasPrefix(body, []byte{0xd0, 0xcf, 0x11, 0xe0}) {
		return "", refused("sales.import_workbook")
	}
	if b, ok := bytes.CutPrefix(body, []byte{0xff, 0xfe}); ok {
		return fromUTF16(b, 0, 1)
	}
	if b, ok := bytes.CutPrefix(body, []byte{0xfe, 0xff}); ok {
		return fromUTF16(b, 1, 0)
	}
	body = bytes.TrimPrefix(body, []byte{0xef, 0xbb, 0xbf})
	if bytes.IndexByte(body, 0) >= 0 {
		return "", refused("sales.import_not_a_table")
	}
	if utf8.Valid(body) {
		return string(body), nil
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(body)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return "", refused("sales.import_bad_encoding")
	}
	return string(text), nil
}

// fromUTF16 decodes pairs of bytes; low and high say which is which.
func fromUTF16(b []byte, low, high int) (string, error) {
	if len(b)%2 != 0 {
		return "", refused("sales.import_bad_encoding")
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = uint16(b[2*i+low]) | uint16(b[2*i+high])<<8
	}
	text := string(utf16.Decode(units))
	if strings.ContainsRune(text, utf8.RuneError) || strings.ContainsRune(text, 0) {
		return "", refused("sales.import_bad_encoding")
	}
	return text, nil
}

var delimiters = []byte{',', ';', '\t', '|'}

// vote takes the delimiter that the first line with text has most of.
func vote(text string) byte {
	head := strings.TrimLeft(text, "\r\n")
	if end := strings.IndexAny(head, "\r\n"); end >= 0 {
		head = head[:end]
	}
	head = head[:min(len(head), maxLine)]
	best, most := delimiters[0], 0
	for _, d := range delimiters {
		quoted, n := false, 0
		for i := range len(head) {
			switch {
			case head[i] == '"':
				quoted = !quoted
			case head[i] == d && !quoted:
				n++
			}
		}
		if n > most {
			best, most = d, n
		}
	}
	return best
}

// Next reads the next line that holds anything; false at the end. The cells are
// valid until the next call.
func (t *Table) Next() (Record, bool) {
	for t.pos < len(t.text) {
		start, line := t.pos, t.line
		cells, f := t.read()
		if f != nil {
			t.recover(start, line)
			if f.Key == "sales.import_open_quote" {
				if t.open++; t.open > maxOpen {
					t.pos = len(t.text)
				}
			}
			return Record{Line: line, Fault: f}, true
		}
		if slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
			return t.fit(Record{Line: line, Cells: cells}), true
		}
	}
	return Record{}, false
}

// fit refuses a line that holds more than the header names: most often a number
// with a comma in it, and then every cell behind it is another column's.
func (t *Table) fit(r Record) Record {
	if t.Header == nil {
		if len(r.Cells) > MaxColumns {
			return Record{Line: r.Line, Fault: refused("sales.import_too_many_columns", fault.A("n", MaxColumns))}
		}
		return r
	}
	if len(r.Cells) <= len(t.Header) {
		return r
	}
	if extra := r.Cells[len(t.Header):]; slices.ContainsFunc(extra, func(c string) bool { return strings.TrimSpace(c) != "" }) {
		return Record{Line: r.Line, Fault: refused("sales.import_extra_cells")}
	}
	r.Cells = r.Cells[:len(t.Header)]
	return r
}

// recover goes on at the physical line after the one that could not be read.
func (t *Table) recover(start, line int) {
	end := strings.IndexByte(t.text[start:], '\n')
	if end < 0 {
		t.pos = len(t.text)
		return
	}
	t.pos, t.line = start+end+1, line+1
}

// read takes one line of cells from pos.
func (t *Table) read() ([]string, *fault.Error) {
	t.cells = t.cells[:0]
	start := t.pos
	for {
		cell, end, f := t.cell()
		if f != nil {
			return nil, f
		}
		if t.pos-start > maxLine || len(cell) > maxCell {
			return nil, refused("sales.import_line_too_long")
		}
		if len(t.cells) <= 4*MaxColumns {
			t.cells = append(t.cells, cell)
		}
		if end {
			return t.cells, nil
		}
	}
}

// cell takes one cell and what ends it; end reports the end of the line.
func (t *Table) cell() (cell string, end bool, f *fault.Error) {
	if t.pos < len(t.text) && t.text[t.pos] == '"' {
		if cell, f = t.quoted(); f != nil {
			return "", false, f
		}
	}
	i := t.pos
	for i < len(t.text) && t.text[i] != t.comma && t.text[i] != '\n' && t.text[i] != '\r' {
		i++
	}
	cell += t.text[t.pos:i] // behind a quoted part there is nothing in a sound file
	t.pos = i
	if i == len(t.text) {
		return cell, true, nil
	}
	if t.text[i] == t.comma {
		t.pos++
		return cell, false, nil
	}
	if t.text[i] == '\r' {
		t.pos++
	}
	if t.pos < len(t.text) && t.text[t.pos] == '\n' {
		t.pos++
	}
	t.line++
	return cell, true, nil
}

// quoted takes a cell between quotes, in which a double quote is one quote.
func (t *Table) quoted() (string, *fault.Error) {
	var b strings.Builder
	for i, from := t.pos+1, t.pos+1; ; i++ {
		switch {
		case i >= len(t.text) || i-t.pos > maxCell:
			return "", refused("sales.import_open_quote")
		case t.text[i] == '\n':
			t.line++
		case t.text[i] != '"':
		case i+1 < len(t.text) && t.text[i+1] == '"':
			b.WriteString(t.text[from : i+1])
			i++
			from = i + 1
		default:
			b.WriteString(t.text[from:i])
			t.pos = i + 1
			return b.String(), nil
		}
	}
}

// Name is a column's name in normal form: plain width, lower case, without spaces,
// dashes and the brackets in which units stand.
func Name(s string) string {
	s = strings.ToLower(measure.Fold(Unwrap(s)))
	for _, open := range []string{"(", "[", "（", "【"} {
		if at := strings.Index(s, open); at > 0 {
			s = s[:at]
		}
	}
	s = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '_', '-', '*', '\t', '.', ':', '：', '\ufeff', '\u200b', '\'', '’':
			return -1
		}
		return r
	}, s)
	return Clip(s)
}

// Clip shortens a text for a sentence.
func Clip(s string) string {
	n := 0
	for i := range s {
		if n == maxHeaderCut {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// Unwrap takes off what spreadsheets put around a text to keep it as it is:
// ="0012" and '0012.
func Unwrap(s string) string {
	s = strings.TrimSpace(s)
	if inner, ok := strings.CutPrefix(s, `="`); ok && strings.HasSuffix(inner, `"`) {
		return strings.TrimSpace(strings.TrimSuffix(inner, `"`))
	}
	if len(s) > 1 && s[0] == '\'' {
		return strings.TrimSpace(s[1:])
	}
	return s
}

// Column finds the first column that has one of the names, in the order of the
// names; −1 when there is none.
func (t *Table) Column(names ...string) int {
	for _, name := range names {
		if i := slices.Index(t.Header, name); i >= 0 {
			return i
		}
	}
	return -1
}

// TextCell refuses what a spreadsheet would calculate instead of show.
func TextCell(s string) (string, *fault.Error) {
	if strings.HasPrefix(s, "=") || strings.HasPrefix(s, "＝") {
		return "", fault.New(fault.Invalid, "sales.import_formula")
	}
	return s, nil
}

// CodeCell refuses a code that a spreadsheet has turned into a number with an
// exponent: its last digits are lost.
func CodeCell(s string) (string, *fault.Error) {
	s, f := TextCell(s)
	if f != nil {
		return "", f
	}
	mantissa, exponent, ok := strings.Cut(strings.ToUpper(s), "E+")
	if ok && strings.Trim(mantissa, "0123456789.,") == "" && mantissa != "" && strings.Trim(exponent, "0123456789") == "" && exponent != "" {
		return "", fault.New(fault.Invalid, "sales.import_damaged_code", fault.A("code", Clip(s)))
	}
	return s, nil
}

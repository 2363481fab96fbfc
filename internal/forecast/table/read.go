package table

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
)

// columns that are understood; item, date and quantity are needed.
const (
	colItem = iota
	colDate
	colQuantity
	colAvailable
	colPrice
	colPromo
	colDiscount
	colHoliday
	colCategory
	columns
)

var columnNames = [columns]string{"item", "date", "quantity", "available", "price", "promo", "discount", "holiday", "category"}

// limits that keep a wrong file from eating the machine.
const (
	mostColumns = 200
	mostName    = 200
	mostPeriods = 60000 // of one item
)

// cell is what one row says.
type cell struct {
	date                                      day.Date
	quantity                                  float64
	available, price, promo, discount, dayOff float64 // NaN unknown
}

// book is one item's rows.
type book struct {
	name, category string
	rows           []cell
}

// Read reads sales and returns one series per item, in order of name, each from its first row to
// the last date of the whole file. Rows of a period are added up; a negative total counts as 0.
func Read(in io.Reader, f forecast.Freq) ([]forecast.Series, error) {
	text, err := plain(in)
	if err != nil {
		return nil, err
	}
	books, err := readBooks(text)
	if err != nil {
		return nil, err
	}
	return bring(books, f)
}

// plain undoes gzip and a byte order mark.
func plain(in io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(in, 1<<16)
	if head, _ := b.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("the compressed file cannot be read: %w", err)
		}
		b = bufio.NewReaderSize(z, 1<<16)
	}
	if head, _ := b.Peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		b.Discard(3)
	}
	return b, nil
}

func newCSV(text io.Reader) *csv.Reader {
	r := csv.NewReader(text)
	r.ReuseRecord = true
	r.FieldsPerRecord = -1
	return r
}

// header finds the needed columns.
func header(r *csv.Reader, names []string, needed int) ([]int, error) {
	first, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty")
	}
	if err != nil {
		return nil, broken(err)
	}
	if len(first) > mostColumns {
		return nil, fmt.Errorf("line 1: %d columns are more than a table of sales has", len(first))
	}
	at := make([]int, len(names))
	for i, name := range names {
		at[i] = -1
		for j, cell := range first {
			if strings.EqualFold(strings.TrimSpace(cell), name) {
				if at[i] >= 0 {
					return nil, fmt.Errorf("line 1: the column %q is there twice", name)
				}
				at[i] = j
			}
		}
		if at[i] < 0 && i < needed {
			return nil, fmt.Errorf("line 1: there is no column %q", name)
		}
	}
	return at, nil
}

func broken(err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return fmt.Errorf("line %d: not a table of comma-separated values (%w)", p.Line, p.Err)
	}
	return fmt.Errorf("the file cannot be read: %w", err)
}

// readItems reads the list of wanted items.
func readItems(in io.Reader) ([]string, error) {
	text, err := plain(in)
	if err != nil {
		return nil, err
	}
	r := newCSV(text)
	at, err := header(r, columnNames[:1], 1)
	if err != nil {
		return nil, fmt.Errorf("list of items: %w", err)
	}
	var out []string
	seen := map[string]bool{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list of items: %w", broken(err))
		}
		if at[0] >= len(row) || row[at[0]] == "" {
			continue
		}
		if name := strings.Clone(row[at[0]]); !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
}

func readBooks(text io.Reader) ([]*book, error) {
	r := newCSV(text)
	at, err := header(r, columnNames[:], 3)
	if err != nil {
		return nil, err
	}
	byName := map[string]*book{}
	var books []*book
	var last *book
	dates := map[string]day.Date{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, broken(err)
		}
		line, _ := r.FieldPos(0)
		name := field(row, at[colItem])
		if last == nil || last.name != name {
			b := byName[name]
			if b == nil {
				if b, err = newBook(name, line); err != nil {
					return nil, err
				}
				byName[b.name] = b
				books = append(books, b)
			}
			last = b
		}
		c, err := readCell(row, at, dates, line)
		if err != nil {
			return nil, err
		}
		if category := field(row, at[colCategory]); category != "" && last.category == "" {
			last.category = strings.Clone(category)
		}
		last.rows = append(last.rows, c)
	}
	if len(books) == 0 {
		return nil, errors.New("the file has no row of sales")
	}
	slices.SortFunc(books, func(a, b *book) int { return strings.Compare(a.name, b.name) })
	return books, nil
}

func newBook(name string, line int) (*book, error) {
	switch {
	case name == "":
		return nil, fmt.Errorf("line %d: the item has no name", line)
	case len(name) > mostName:
		return nil, fmt.Errorf("line %d: the name of the item is longer than %d bytes", line, mostName)
	case !utf8.ValidString(name):
		return nil, fmt.Errorf("line %d: the name of the item is not UTF-8 text", line)
	}
	return &book{name: strings.Clone(name)}, nil
}

func field(row []string, at int) string {
	if at < 0 || at >= len(row) {
		return ""
	}
	return row[at]
}

func readCell(row []string, at []int, dates map[string]day.Date, line int) (cell, error) {
	var c cell
	text := field(row, at[colDate])
	d, ok := dates[text]
	if !ok {
		var err error
		if d, err = day.Parse(text); err != nil {
			return c, fmt.Errorf("line %d: %q is not a date between 1990 and 2100", line, clip(text))
		}
		dates[strings.Clone(text)] = d
	}
	c.date = d
	values := [...]struct {
		to       *float64
		column   int
		lo, hi   float64
		required bool
	}{
		{&c.quantity, colQuantity, -1e15, 1e15, true},
		{&c.available, colAvailable, 0, 1, false},
		{&c.price, colPrice, 0, 1e12, false},
		{&c.promo, colPromo, 0, 1, false},
		{&c.discount, colDiscount, 0, 100, false},
		{&c.dayOff, colHoliday, 0, 1, false},
	}
	for _, v := range values {
		text := strings.TrimSpace(field(row, at[v.column]))
		if text == "" && !v.required {
			*v.to = math.NaN()
			continue
		}
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(x) || strings.ContainsAny(text, "xXpP_") {
			return c, fmt.Errorf("line %d: the %s %q is not a number", line, columnNames[v.column], clip(text))
		}
		if x < v.lo || x > v.hi {
			return c, fmt.Errorf("line %d: the %s %s is not between %g and %g", line, columnNames[v.column], clip(text), v.lo, v.hi)
		}
		*v.to = x
	}
	return c, nil
}

func clip(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return strings.ToValidUTF8(s, "?")
}

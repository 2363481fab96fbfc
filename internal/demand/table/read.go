// Package table works out demand from plain tables: it reads sales as CSV, by the day and by the
// hour, and writes the demand of every day. Its reader serves the forecast's tables too. It opens
// no database and no file: readers and writers come from the caller.
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
)

// columns that are understood; item, date and quantity are needed.
const (
	colItem = iota
	colDate
	colQuantity
	colAvailable
	colPrice
	colCost
	colPromo
	colDiscount
	colHoliday
	colCategory
	columns
)

var columnNames = [columns]string{"item", "date", "quantity", "available", "price", "cost", "promo", "discount", "holiday", "category"}

// limits that keep a wrong file from eating the machine.
const (
	mostColumns = 200
	mostName    = 200
)

// Row is what one row says. What it does not say is NaN.
type Row struct {
	Date                                      day.Date
	Quantity                                  float64
	Available, Price, Promo, Discount, DayOff float64
	Cost                                      float64 // what a base unit cost on the day
}

// Book is one item's rows, in the order of the file.
type Book struct {
	Name, Category string
	Rows           []Row
}

// Read reads sales as CSV, compressed with gzip or not: item, date and quantity, and where they are
// there available, price, cost, promo, discount, holiday and category. Items come in order of their names.
// Errors are sentences with the line they speak of.
func Read(in io.Reader) ([]*Book, error) {
	text, err := plain(in)
	if err != nil {
		return nil, err
	}
	return readBooks(text)
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

// ReadItems reads the column "item" of a CSV: each name once, in the order of the file.
func ReadItems(in io.Reader) ([]string, error) {
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

func readBooks(text io.Reader) ([]*Book, error) {
	r := newCSV(text)
	at, err := header(r, columnNames[:], 3)
	if err != nil {
		return nil, err
	}
	byName := map[string]*Book{}
	var books []*Book
	var last *Book
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
		if last == nil || last.Name != name {
			b := byName[name]
			if b == nil {
				if b, err = newBook(name, line); err != nil {
					return nil, err
				}
				byName[b.Name] = b
				books = append(books, b)
			}
			last = b
		}
		c, err := readCell(row, at, dates, line)
		if err != nil {
			return nil, err
		}
		if category := field(row, at[colCategory]); category != "" && last.Category == "" {
			last.Category = strings.Clone(category)
		}
		last.Rows = append(last.Rows, c)
	}
	if len(books) == 0 {
		return nil, errors.New("the file has no row of sales")
	}
	slices.SortFunc(books, func(a, b *Book) int { return strings.Compare(a.Name, b.Name) })
	return books, nil
}

func newBook(name string, line int) (*Book, error) {
	switch {
	case name == "":
		return nil, fmt.Errorf("line %d: the item has no name", line)
	case len(name) > mostName:
		return nil, fmt.Errorf("line %d: the name of the item is longer than %d bytes", line, mostName)
	case !utf8.ValidString(name):
		return nil, fmt.Errorf("line %d: the name of the item is not UTF-8 text", line)
	}
	return &Book{Name: strings.Clone(name)}, nil
}

func field(row []string, at int) string {
	if at < 0 || at >= len(row) {
		return ""
	}
	return row[at]
}

func readCell(row []string, at []int, dates map[string]day.Date, line int) (Row, error) {
	var c Row
	d, err := readDate(field(row, at[colDate]), dates, line)
	if err != nil {
		return c, err
	}
	c.Date = d
	values := [...]struct {
		to       *float64
		column   int
		lo, hi   float64
		required bool
	}{
		{&c.Quantity, colQuantity, -1e15, 1e15, true},
		{&c.Available, colAvailable, 0, 1, false},
		{&c.Price, colPrice, 0, 1e12, false},
		{&c.Cost, colCost, 0, 1e12, false},
		{&c.Promo, colPromo, 0, 1, false},
		{&c.Discount, colDiscount, 0, 100, false},
		{&c.DayOff, colHoliday, 0, 1, false},
	}
	for _, v := range values {
		text := field(row, at[v.column])
		if strings.TrimSpace(text) == "" && !v.required {
			*v.to = math.NaN()
			continue
		}
		if *v.to, err = readNumber(text, columnNames[v.column], v.lo, v.hi, line); err != nil {
			return c, err
		}
	}
	return c, nil
}

// readDate reads a date and remembers it: files say the same few again and again.
func readDate(text string, dates map[string]day.Date, line int) (day.Date, error) {
	if d, ok := dates[text]; ok {
		return d, nil
	}
	d, err := day.Parse(text)
	if err != nil {
		return d, fmt.Errorf("line %d: %q is not a date between 1990 and 2100", line, clip(text))
	}
	dates[strings.Clone(text)] = d
	return d, nil
}

func readNumber(text, name string, lo, hi float64, line int) (float64, error) {
	text = strings.TrimSpace(text)
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || strings.ContainsAny(text, "xXpP_") {
		return 0, fmt.Errorf("line %d: the %s %q is not a number", line, name, clip(text))
	}
	if x < lo || x > hi {
		return 0, fmt.Errorf("line %d: the %s %s is not between %g and %g", line, name, clip(text), lo, hi)
	}
	return x, nil
}

func clip(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return strings.ToValidUTF8(s, "?")
}

// Package sourcetest is the contract of sales.Source: what every system's folder
// must do with good files, hostile ones and those of another kind.
package sourcetest

import (
	"bytes"
	"strings"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/measure"
	"buhuo/internal/sales"
)

// Files are samples of one system; an empty one means that the system has no such
// file.
type Files struct{ Products, Sales, Stock []byte }

// Hostile are bodies that no source may choke on.
func Hostile() map[string][]byte {
	return map[string][]byte{
		"nothing":     nil,
		"zeros":       make([]byte, 100),
		"one long":    bytes.Repeat([]byte("x"), 3<<20),
		"quotes":      bytes.Repeat([]byte("\"\n"), 5000),
		"open quote":  []byte("item,date,quantity\n\"a,2026-01-01,1\nb,2026-01-01,2\n"),
		"delimiters":  bytes.Repeat([]byte(","), 100_000),
		"broken UTF":  []byte("item,date,quantity\n\xff\xfe\xfd,2026-01-01,1\n"),
		"half UTF-16": []byte("\xff\xfei"),
		"workbook":    []byte("PK\x03\x04rest"),
		"only header": []byte("item,date,quantity\n"),
	}
}

// Run holds a source to its contract with samples that are all good.
func Run(t *testing.T, s sales.Source, files Files) {
	t.Helper()
	if s.Name() == "" || strings.Trim(s.Name(), "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		t.Errorf("the name %q is no code", s.Name())
	}
	for name, body := range map[string][]byte{"products": files.Products, "sales": files.Sales, "stock": files.Stock} {
		if body != nil && !s.Detect(body) {
			t.Errorf("its own %s are not recognised", name)
		}
	}
	if files.Products != nil {
		rows, err := s.Products(files.Products)
		good(t, "products", rows, err)
		Check(t, "products", rows, checkProduct)
	}
	if files.Sales != nil {
		rows, err := s.Sales(files.Sales)
		good(t, "sales", rows, err)
		Check(t, "sales", rows, checkSale)
	}
	if files.Stock != nil {
		rows, err := s.Stock(files.Stock)
		good(t, "stock", rows, err)
		Check(t, "stock", rows, checkStock)
	}
	for name, body := range Hostile() {
		t.Run(name, func(t *testing.T) { Any(t, s, body) })
	}
}

// Any reads a body as everything and looks only that the answer keeps its promises.
func Any(t *testing.T, s sales.Source, body []byte) {
	t.Helper()
	s.Detect(body)
	products, err := s.Products(body)
	answer(t, err)
	Check(t, "products", products, checkProduct)
	sold, err := s.Sales(body)
	answer(t, err)
	Check(t, "sales", sold, checkSale)
	counted, err := s.Stock(body)
	answer(t, err)
	Check(t, "stock", counted, checkStock)
}

func answer(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if e, ok := fault.As(err); !ok || e.Kind != fault.Invalid && e.Kind != fault.TooLarge || e.Field != "file" || e.Key == "" {
		t.Errorf("a whole file is refused with %v", err)
	}
}

func good[R any](t *testing.T, name string, rows sales.Rows[R], err error) {
	t.Helper()
	if err != nil || len(rows.Good) == 0 || len(rows.Refused) > 0 {
		t.Errorf("its own %s: %d good, refused %+v, %v", name, len(rows.Good), rows.Refused, err)
	}
}

// Check holds the rows of a file to the contract: counted, in the order of lines,
// each good one within bounds, each refused one with a sentence.
func Check[R any](t *testing.T, name string, rows sales.Rows[R], row func(t *testing.T, r R) (line int)) {
	t.Helper()
	if rows.Read != len(rows.Good)+len(rows.Refused) {
		t.Errorf("%s: %d read, %d good, %d refused", name, rows.Read, len(rows.Good), len(rows.Refused))
	}
	last := 1 // the header
	for _, r := range rows.Good {
		line := row(t, r)
		if line <= last {
			t.Errorf("%s: line %d after %d", name, line, last)
		}
		last = line
	}
	for _, e := range rows.Refused {
		if e.Line < 2 || e.Key == "" {
			t.Errorf("%s: refused %+v", name, e)
		}
	}
}

func checkProduct(t *testing.T, r sales.ProductRow) int {
	t.Helper()
	if _, ok := measure.UnitByCode(r.Unit.Code); !ok {
		t.Errorf("line %d: unit %q", r.Line, r.Unit.Code)
	}
	return r.Line
}

func checkSale(t *testing.T, r sales.SaleRow) int {
	t.Helper()
	if r.Item == "" || r.Minute < -1 || r.Minute > 1439 || r.Day < day.New(1990, 1, 1) || !measure.Quantity(r.Quantity).InBounds() {
		t.Errorf("a sale out of bounds: %+v", r)
	}
	return r.Line
}

func checkStock(t *testing.T, r sales.StockRow) int {
	t.Helper()
	if r.Item == "" || !measure.Quantity(r.Quantity).InBounds() {
		t.Errorf("stock out of bounds: %+v", r)
	}
	return r.Line
}

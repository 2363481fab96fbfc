package salestest

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/sales"
)

// supermarket makes a file of the shape of a real one, and what it comes to.
func supermarket(products, days int) (productFile, salesFile string, want map[string]measure.Quantity, total money.Amount, rows, negative, bare int) {
	r := rand.New(rand.NewPCG(1, 2))
	var ps, ss strings.Builder
	ps.WriteString("item,name,category,unit,loss_percent\n")
	ss.WriteString("item,date,quantity,price,cost\n")
	want = map[string]measure.Quantity{}
	for i := range products {
		code := fmt.Sprintf("1029000%08d", i)
		fmt.Fprintf(&ps, "%s,蔬菜 %d,花叶类,kg,%d.%02d\n", code, i, r.IntN(20), r.IntN(100))
		for d := range days {
			if r.IntN(3) == 0 {
				continue
			}
			q := measure.Quantity(r.IntN(20_000) + 1)
			price := money.Price(r.IntN(200_000) + 100)
			rows++
			date := day.New(2025, 1, 1).Add(d)
			if r.IntN(6) == 0 {
				bare++
				fmt.Fprintf(&ss, "%s,%s,0,,%s\n", code, date, price.Decimal())
				continue
			}
			if r.IntN(200) == 0 {
				q, negative = -q, negative+1
			}
			a, _ := money.Line(q, price, money.CNY)
			want[code], total = want[code]+q, total+a
			fmt.Fprintf(&ss, "%s,%s,%s,%s,%s\n", code, date, q.Decimal(), price.Decimal(), (price / 2).Decimal())
		}
	}
	return ps.String(), ss.String(), want, total, rows, negative, bare
}

// Supermarket makes such files for benchmarks, and says how many lines sales has.
func Supermarket(products, days int) (productFile, salesFile string, rows int) {
	productFile, salesFile, _, _, rows, _, _ = supermarket(products, days)
	return productFile, salesFile, rows
}

func testImportSupermarket(t *testing.T, h House) {
	s := h.Service()
	products, file, want, total, rows, negative, bare := supermarket(40, 60)
	if negative == 0 || bare == 0 {
		t.Fatal("the file has no returns or no bare prices")
	}
	bring(t, s, h.A, sales.ImportProducts, products)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := io.WriteString(z, file)
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	var steps []int
	r, err := s.Import(h.A, sales.ImportRequest{Kind: sales.ImportSales, FileName: "sales.csv.gz", Body: &packed, Progress: func(done, _ int) { steps = append(steps, done) }})
	if err != nil {
		t.Fatal(err)
	}
	wantCounts(t, r, fmt.Sprintf("%d read, %d new, 0 same, 0 refused", rows, rows))
	if len(steps) < 2 || steps[0] > 500 || steps[len(steps)-1] != rows-bare {
		t.Errorf("progress %v", steps)
	}
	var sum money.Amount
	for code, q := range want {
		p, err := h.Catalog.ByCode(h.A, code)
		if err != nil {
			t.Fatal(err)
		}
		got, a := sold(t, s, h.A, p)
		if got != q {
			t.Errorf("%s: %s kg, the file says %s", code, got.Decimal(), q.Decimal())
		}
		sum += a
	}
	if sum != total {
		t.Errorf("%d taken, the file says %d", sum, total)
	}
	// The days' own totals say the same.
	sum = 0
	for d := range 60 {
		one, err := s.Totals(h.A, day.New(2025, 1, 1).Add(d))
		if err != nil {
			t.Fatal(err)
		}
		sum += one.Amount
	}
	if sum != total {
		t.Errorf("the days come to %d, the file to %d", sum, total)
	}
}

var errKilled = errors.New("killed")

// mortal is a store that dies when lines are to be written for the n-th time.
type mortal struct {
	sales.Store
	left int
}

func (m *mortal) PutImported(ctx context.Context, rows []sales.SaleRecord, lines []sales.LineRecord) error {
	if m.left--; m.left < 0 {
		return errKilled
	}
	return m.Store.PutImported(ctx, rows, lines)
}

func testImportInterrupted(t *testing.T, h House) {
	products, file, want, _, rows, _, _ := supermarket(40, 60)
	s := h.Service()
	bring(t, s, h.A, sales.ImportProducts, products)
	for _, left := range []int{0, 2} {
		dying := h.ServiceWith(&mortal{h.Store, left})
		_, err := dying.Import(h.A, sales.ImportRequest{Kind: sales.ImportSales, FileName: "sales.csv", Body: strings.NewReader(file)})
		if !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		batches, err := s.Batches(h.A)
		if err != nil || len(batches) != 2 || batches[0].State != sales.BatchRunning {
			t.Fatalf("after the kill: %+v, %v", batches, err)
		}
	}
	r := bring(t, s, h.A, sales.ImportSales, file)
	wantCounts(t, r, fmt.Sprintf("%d read, %d new, 0 same, 0 refused", rows, rows))
	if r.Batch != 2 || r.State != sales.BatchDone {
		t.Errorf("the same batch goes on: %+v", r)
	}
	for code, q := range want {
		p, _ := h.Catalog.ByCode(h.A, code)
		if got, _ := sold(t, s, h.A, p); got != q {
			t.Errorf("%s: %s kg, the file says %s", code, got.Decimal(), q.Decimal())
		}
	}
	// A batch that was left lying may be undone as well.
	dying := h.ServiceWith(&mortal{h.Store, 0})
	_, err := dying.Import(h.A, sales.ImportRequest{Kind: sales.ImportSales, Body: strings.NewReader("item,date,quantity\n102900000000000,2026-01-01,1\n")})
	if !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	if err := s.Undo(h.A, 3); err != nil {
		t.Fatal(err)
	}
}

// testImportAtOnce brings the same file in from two places while others sell.
func testImportAtOnce(t *testing.T, h House) {
	products, file, want, _, _, _, _ := supermarket(40, 60)
	s := h.Service()
	bring(t, s, h.A, sales.ImportProducts, products)
	p := h.product(t, h.A, dates())
	var wait sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		wait.Go(func() {
			if i < 2 {
				_, errs[i] = s.Import(h.A, sales.ImportRequest{Kind: sales.ImportSales, Body: strings.NewReader(file)})
				return
			}
			for range 5 {
				if _, _, _, err := s.Record(h.A, one("1001", 1_000, "")); err != nil {
					errs[i] = err
				}
			}
		})
	}
	wait.Wait()
	done := 0
	for i, err := range errs {
		switch {
		case err == nil && i < 2:
			done++
		case err != nil && (i >= 2 || fault.KindOf(err) != fault.Conflict):
			t.Errorf("%d: %v", i, err)
		}
	}
	if done == 0 { // each stopped for the other: once more goes on
		bring(t, s, h.A, sales.ImportSales, file)
	}
	for code, q := range want {
		v, _ := h.Catalog.ByCode(h.A, code)
		if got, _ := sold(t, s, h.A, v); got != q {
			t.Errorf("%s: %s kg, the file says %s", code, got.Decimal(), q.Decimal())
		}
	}
	if q, _ := sold(t, s, h.A, p); q != 20_000 {
		t.Errorf("%s bags sold meanwhile", q.Decimal())
	}
}

func testImportWholeFiles(t *testing.T, h House) {
	s := h.Service()
	h.product(t, h.A, dates())
	gb, err := simplifiedchinese.GB18030.NewEncoder().String("商品,日期,数量\n若羌红枣 500g,2026年11月1日,２\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"GB18030": gb, "UTF-8 with BOM": "\ufeffitem\tdate\tquantity\r\n=\"1001\"\t2026/11/2\t1\r\n", "barcode": "条码,日期,数量\n'6901234567892,20261103,1"} {
		r := bring(t, s, h.A, sales.ImportSales, body)
		if r.New != 1 {
			t.Errorf("%s: %+v", name, r)
		}
	}
	columns := strings.Repeat("x,", 999) + "item"
	for name, c := range map[string]struct {
		kind      sales.ImportKind
		body, key string
	}{
		"empty":             {sales.ImportSales, "", "sales.import_empty"},
		"blank":             {sales.ImportSales, " \n\n", "sales.import_empty"},
		"workbook":          {sales.ImportSales, "PK\x03\x04zzz", "sales.import_workbook"},
		"broken text":       {sales.ImportSales, "item,date,quantity\n\xff\xff\xff,2026-11-01,1\n", "sales.import_bad_encoding"},
		"broken gzip":       {sales.ImportSales, "\x1f\x8bnope", "sales.import_bad_gzip"},
		"1,000 columns":     {sales.ImportSales, columns + "\n", "sales.import_too_many_columns"},
		"one line of 10 MB": {sales.ImportSales, strings.Repeat("长", 10<<20/3), "sales.import_line_too_long"},
		"products as sales": {sales.ImportSales, vegetables, "sales.import_looks_like_products"},
		"sales as products": {sales.ImportProducts, threeDays, "sales.import_looks_like_sales"},
		"sales as stock":    {sales.ImportStock, threeDays, "sales.import_looks_like_sales"},
		"other columns":     {sales.ImportSales, "a,b,c\n1,2,3\n", "sales.import_columns_missing"},
		"no quantity":       {sales.ImportStock, "item,place\n1001,x\n", "sales.import_columns_missing"},
		"nothing readable":  {sales.ImportSales, "\x00\x01", "sales.import_not_a_table"},
	} {
		_, err := s.Import(h.A, sales.ImportRequest{Kind: c.kind, Body: strings.NewReader(c.body)})
		t.Run(name, func(t *testing.T) { refused(t, err, fault.Invalid, c.key, "file") })
	}
	if _, err := s.Import(h.A, sales.ImportRequest{Kind: "suppliers", Body: strings.NewReader("item\n1\n")}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("an unknown kind: %v", err)
	}
	if _, err := s.Import(h.A, sales.ImportRequest{Kind: sales.ImportSales, Source: "nobody", Body: strings.NewReader("item\n1\n")}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("an unknown source: %v", err)
	}
	if batches, err := s.Batches(h.A); err != nil || len(batches) != 3 {
		t.Errorf("unreadable files left traces: %d batches, %v", len(batches), err)
	}
}

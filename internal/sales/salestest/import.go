package salestest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/sales"
)

func bring(t check, s *sales.Service, ctx context.Context, kind sales.ImportKind, body string) sales.Report {
	t.Helper()
	r, err := s.Import(ctx, sales.ImportRequest{Kind: kind, FileName: "file.csv", Body: strings.NewReader(body)})
	if err != nil {
		t.Fatalf("import %s: %v", kind, err)
	}
	return r
}

func counts(r sales.Report) string {
	return fmt.Sprintf("%d read, %d new, %d same, %d refused", r.Read, r.New, r.Same, r.Refused)
}

func wantCounts(t check, r sales.Report, want string) {
	t.Helper()
	if got := counts(r); got != want {
		t.Errorf("%s %d: %s, want %s; %+v", r.Kind, r.Batch, got, want, r.Errors)
	}
}

const vegetables = `item,name,category,unit,loss_percent
102900005115168,牛首生菜,花叶类,kg,4.39
102900005115250,西峡花菇(1),食用菌,斤,10.8
`

func testImportProducts(t *testing.T, h House) {
	s := h.Service()
	r := bring(t, s, h.A, sales.ImportProducts, vegetables)
	wantCounts(t, r, "2 read, 2 new, 0 same, 0 refused")
	if r.Batch != 1 || r.State != sales.BatchDone || r.Source != "csv" || r.FileName != "file.csv" || r.EndedAt == nil {
		t.Errorf("the report: %+v", r)
	}
	p, err := h.Catalog.ByCode(h.A, "102900005115250")
	if err != nil || p.Name != "西峡花菇(1)" || p.Category != "食用菌" || p.BaseUnit != "kg" || p.LossRate != 1080 {
		t.Errorf("the mushrooms: %+v, %v", p, err)
	}
	again := bring(t, s, h.A, sales.ImportProducts, vegetables)
	if !again.Again || again.Batch != 1 || again.New != 0 || again.Same != 2 {
		t.Errorf("again: %+v", again)
	}
	full := "编码,商品名称,分类,单位,售价,条码,保质期,产地,税率\n" +
		"A1,若羌红枣 500g,干果,袋,¥28.00,6901234567892,365天,新疆,9%\n" +
		"A2,散装糙米,粮食,斤,３．２０,,,,\n" +
		"102900005115168,牛首生菜,花叶类,公斤,1,,,,\n" + // there already
		"102900005115250,花菇,食用菌,kg,1,,,,\n" + // another name
		"A3,,干果,袋,1,,,,\n" +
		"A4,无单位,干果,鞋,1,,,,\n" +
		"A5,同码,干果,袋,1,6901234567892,,,\n"
	r = bring(t, s, h.A, sales.ImportProducts, full)
	wantCounts(t, r, "7 read, 2 new, 1 same, 4 refused")
	for i, want := range []struct {
		line int
		key  string
	}{{5, "sales.import_product_differs"}, {6, "catalog.name_missing"}, {7, "value.unit_unknown"}, {8, "catalog.barcode_taken"}} {
		if i >= len(r.Errors) || r.Errors[i].Line != want.line || r.Errors[i].Key != want.key {
			t.Errorf("refused %+v, want %+v", r.Errors, want)
			break
		}
	}
	p, err = h.Catalog.ByBarcode(h.A, "6901234567892")
	if err != nil || p.Code != "A1" || p.SalePrice != 280000 || p.ShelfLifeDays != 365 || p.Origin != "新疆" || p.TaxRate != 900 || p.BaseUnit != "bag" {
		t.Errorf("the dates: %+v, %v", p, err)
	}
	if p, err = h.Catalog.ByCode(h.A, "A2"); err != nil || p.SalePrice != 64000 || p.BaseUnit != "kg" {
		t.Errorf("a price per jin is kept per kilogram: %+v, %v", p, err)
	}
	// Without a name column the item is the name, and the next number its code.
	r = bring(t, s, h.A, sales.ImportProducts, "item;unit\n青花椒;kg\n青花椒;kg\n")
	wantCounts(t, r, "2 read, 1 new, 1 same, 0 refused")
	if p, err = h.Catalog.Find(h.A, "青花椒"); err != nil || p.Code == "" {
		t.Errorf("by name: %+v, %v", p, err)
	}
}

const threeDays = `item,date,quantity,price,cost
102900005115168,2026-10-30,6.427,5,3
102900005115168,2026-10-31,7.251,5,3.5
102900005115168,2026-11-01,0,,4.25
西峡花菇(1),2026-10-31,-0.325,16,10
102900005115250,2026-10-31,2,16,10
102900005115250,2026-10-31,1,15,10
`

func testImportSales(t *testing.T, h House) {
	s := h.Service()
	bring(t, s, h.A, sales.ImportProducts, vegetables)
	r := bring(t, s, h.A, sales.ImportSales, threeDays)
	wantCounts(t, r, "6 read, 6 new, 0 same, 0 refused")
	lettuce, _ := h.Catalog.ByCode(h.A, "102900005115168")
	mushrooms, _ := h.Catalog.ByCode(h.A, "102900005115250")
	days, err := s.Days(h.A, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	if d := days[lettuce.ID]; len(d) != 2 || d[0].Sold != 6_427 || d[0].Amount != 3214 || d[1].Amount != 3626 || d[0].Hours != nil {
		t.Errorf("lettuce: %+v", d)
	}
	if d := days[mushrooms.ID]; len(d) != 1 || d[0].Sold != 3_000 || d[0].Returned != 325 || d[0].Amount != 4700-520 {
		t.Errorf("mushrooms: %+v", d)
	}
	page, err := s.List(h.A, sales.Query{Day: day.New(2026, 10, 31)})
	if err != nil || len(page.Sales) != 2 {
		t.Fatalf("the day: %+v, %v", page, err)
	}
	for _, x := range page.Sales {
		if want := map[sales.Kind]money.Amount{sales.KindSale: 3626 + 4700, sales.KindReturn: 520}[x.Kind]; x.Total != want || !x.Imported || !x.DayOnly {
			t.Errorf("a %s of %d, want %d: %+v", x.Kind, x.Total, want, x)
		}
		refused(t, s.Void(h.A, x.ID, ""), fault.Conflict, "sales.imported_sale", "")
	}
	// Prices of the wholesaler: kept by day, assumed as terms, and a product that had
	// no price sells for what it last sold for.
	last, err := h.Catalog.LastQuotes(h.A, day.New(2026, 10, 31))
	if err != nil || last[lettuce.ID].Price != 35000 || last[mushrooms.ID].Price != 100000 {
		t.Errorf("quotes: %+v, %v", last, err)
	}
	offers, err := h.Catalog.Offers(h.A, nil)
	if o := offers[lettuce.ID]; err != nil || len(o) != 1 || !o[0].Assumed || o[0].Price != 42500 || o[0].Minimum != 0 {
		t.Errorf("the assumed offer: %+v, %v", o, err)
	}
	usual, err := h.Catalog.UsualSupplier(h.A)
	if err != nil || offers[lettuce.ID][0].SupplierID != usual.ID || usual.LeadTimeDays != 1 || usual.ReviewDays != 1 {
		t.Errorf("the usual supplier: %+v, %v", usual, err)
	}
	if p, err := h.Catalog.Product(h.A, lettuce.ID); err != nil || p.SalePrice != 50000 {
		t.Errorf("the price of lettuce: %+v, %v", p, err)
	}
	if got := h.onHand(t, h.A, lettuce); got != 0 {
		t.Errorf("history moved stock: %s", got.Decimal())
	}
	marks, err := h.Stock.Changed(h.A, 10)
	if err != nil || len(marks) != 2 {
		t.Fatalf("marks %+v, %v", marks, err)
	}
	for _, m := range marks {
		if m.From > day.New(2026, 10, 31) {
			t.Errorf("marked from %v only", m.From)
		}
	}
	again := bring(t, s, h.A, sales.ImportSales, threeDays)
	if !again.Again || again.Batch != r.Batch || again.Same != 6 {
		t.Errorf("again: %+v", again)
	}
	if q, _ := sold(t, s, h.A, lettuce); q != 13_678 {
		t.Errorf("%s kg after importing twice", q.Decimal())
	}
}

func testImportRefuses(t *testing.T, h House) {
	s := h.Service()
	bring(t, s, h.A, sales.ImportProducts, "code,name,unit\n1,甲,kg\n2,乙,piece\n3,重名,kg\n4,重名,kg\n")
	body := "item,date,quantity,price,time,unit\n" +
		"1,2026-11-01,1,2,,\n" + // good
		"1,1989-12-31,1,2,,\n" +
		"1,2999-01-01,1,2,,\n" +
		"1,2026-11-26,1,2,,\n" +
		"1,01/02/2026,1,2,,\n" +
		"1,2026-11-01,NaN,2,,\n" +
		"1,2026-11-01,1e3,2,,\n" +
		"1,2026-11-01,,2,,\n" +
		"1,2026-11-01,1.2345,2,,\n" +
		"1,2026-11-01,99999999999999,2,,\n" +
		"1,2026-11-01,1,-2,,\n" +
		"=1+1,2026-11-01,1,2,,\n" +
		"丙,2026-11-01,1,2,,\n" +
		"重名,2026-11-01,1,2,,\n" +
		"7.48485E+11,2026-11-01,1,2,,\n" +
		",2026-11-01,1,2,,\n" +
		"1,2026-11-01,1,2,25:00,\n" +
		"1,2026-11-01,1,2,,箱\n" +
		"1,2026-11-01,1,2,,,9\n" +
		"\n" +
		"2,2026-11-01 07:05,1,2,,\n" + // good
		"2,\"2026-11-01\",\"1\",2,07:06:30,件\n" // good
	r := bring(t, s, h.A, sales.ImportSales, body)
	wantCounts(t, r, "21 read, 3 new, 0 same, 18 refused")
	want := []string{
		"value.date_out_of_range", "value.date_out_of_range", "sales.day_in_future", "value.date_unreadable", "value.not_a_number", "value.not_a_number",
		"value.not_a_number", "value.too_precise", "value.too_large", "sales.price_negative", "sales.import_formula", "sales.import_item_unknown",
		"sales.import_item_ambiguous", "sales.import_damaged_code", "sales.import_item_empty", "sales.import_time_unreadable",
		"catalog.unit_not_of_product", "sales.import_extra_cells",
	}
	for i, e := range r.Errors {
		if i >= len(want) || e.Key != want[i] || e.Line != i+3 {
			t.Errorf("line %d: %s, want line %d: %s", e.Line, e.Key, i+3, want[min(i, len(want)-1)])
		}
	}
	stored, err := s.Batch(h.A, r.Batch)
	if err != nil || len(stored.Errors) != 18 || stored.Errors[2].Args[0].Value != "2026-11-26" {
		t.Errorf("the stored report: %+v, %v", stored.Errors, err)
	}
	second, _ := h.Catalog.ByCode(h.A, "2")
	days, err := s.Days(h.A, []ident.ID{second.ID}, 0)
	if d := days[second.ID]; err != nil || len(d) != 1 || d[0].Hours == nil || d[0].Hours[7] != 2_000 {
		t.Errorf("with the time of day: %+v, %v", d, err)
	}
	// A file with refused lines may come again: the good lines are the same.
	again := bring(t, s, h.A, sales.ImportSales, body)
	wantCounts(t, again, "21 read, 0 new, 3 same, 18 refused")
}

// testImportExtends brings in a longer file of the same days, and a corrected one.
func testImportExtends(t *testing.T, h House) {
	s := h.Service()
	bring(t, s, h.A, sales.ImportProducts, "code,name,unit\n1,甲,kg\n2,乙,kg\n")
	bring(t, s, h.A, sales.ImportSales, "item,date,quantity,price\n1,2026-11-01,1,2\n")
	r := bring(t, s, h.A, sales.ImportSales, "item,date,quantity,price\n2,2026-11-01,5,1\n1,2026-11-01,1,2\n1,2026-11-02,3,2\n")
	wantCounts(t, r, "3 read, 2 new, 1 same, 0 refused")
	r = bring(t, s, h.A, sales.ImportSales, "item,date,quantity,price\n1,2026-11-01,9,2\n1,2026-11-02,3,2\n")
	wantCounts(t, r, "2 read, 0 new, 1 same, 1 refused")
	if r.Errors[0].Key != "sales.import_sale_differs" || r.Errors[0].Line != 2 {
		t.Errorf("a corrected line: %+v", r.Errors)
	}
	p, _ := h.Catalog.ByCode(h.A, "1")
	if q, a := sold(t, s, h.A, p); q != 4_000 || a != 800 {
		t.Errorf("%s kg for %d", q.Decimal(), a)
	}
	page, err := s.List(h.A, sales.Query{Day: day.New(2026, 11, 1)})
	if err != nil || len(page.Sales) != 1 || page.Sales[0].Total != 700 || len(page.Sales[0].Lines) != 2 {
		t.Errorf("the day: %+v, %v", page, err)
	}
}

func testImportUndo(t *testing.T, h House) {
	s := h.Service()
	bring(t, s, h.A, sales.ImportProducts, vegetables)
	bring(t, s, h.A, sales.ImportSales, threeDays)
	lettuce, _ := h.Catalog.ByCode(h.A, "102900005115168")
	other := bring(t, s, h.A, sales.ImportSales, "item,date,quantity,price\n102900005115168,2026-10-30,6.427,5\n102900005115168,2026-10-29,1,5\n")
	wantCounts(t, other, "2 read, 1 new, 1 same, 0 refused")
	for range 2 {
		if err := s.Undo(h.A, 2); err != nil {
			t.Fatal(err)
		}
	}
	if q, _ := sold(t, s, h.A, lettuce); q != 1_000 {
		t.Errorf("%s kg left of the other batch", q.Decimal())
	}
	if totals, err := s.Totals(h.A, day.New(2026, 10, 31)); err != nil || totals != (sales.Totals{}) {
		t.Errorf("the day still has %+v, %v", totals, err)
	}
	if offers, err := h.Catalog.Offers(h.A, nil); err != nil || len(offers) != 0 {
		t.Errorf("assumed terms stay: %+v, %v", offers, err)
	}
	if quotes, err := h.Catalog.LastQuotes(h.A, today); err != nil || len(quotes) != 0 {
		t.Errorf("quotes stay: %+v, %v", quotes, err)
	}
	if b, err := s.Batch(h.A, 2); err != nil || b.State != sales.BatchUndone {
		t.Errorf("the batch: %+v, %v", b, err)
	}
	r := bring(t, s, h.A, sales.ImportSales, threeDays)
	wantCounts(t, r, "6 read, 6 new, 0 same, 0 refused")
	if r.Batch == 2 {
		t.Error("the undone batch came back to life")
	}
	if q, _ := sold(t, s, h.A, lettuce); q != 14_678 {
		t.Errorf("%s kg after importing anew", q.Decimal())
	}
	if offers, err := h.Catalog.Offers(h.A, nil); err != nil || len(offers) != 2 {
		t.Errorf("no terms after importing anew: %+v, %v", offers, err)
	}
	// Products go to the archive and come back with the file.
	if err := s.Undo(h.A, 1); err != nil {
		t.Fatal(err)
	}
	if all, err := h.Catalog.All(h.A); err != nil || len(all) != 0 {
		t.Errorf("%d products left, %v", len(all), err)
	}
	r = bring(t, s, h.A, sales.ImportProducts, vegetables)
	wantCounts(t, r, "2 read, 2 new, 0 same, 0 refused")
	if all, err := h.Catalog.All(h.A); err != nil || len(all) != 2 {
		t.Errorf("%d products came back, %v", len(all), err)
	}
	for _, number := range []int64{0, 99} {
		if err := s.Undo(h.A, number); fault.KindOf(err) != fault.NotFound {
			t.Errorf("undo of %d: %v", number, err)
		}
	}
}

// testImportPrices follows the wholesale price over two files and back.
func testImportPrices(t *testing.T, h House) {
	s := h.Service()
	p, q := h.product(t, h.A, dates()), h.product(t, h.A, orange())
	offer := func(p catalog.Product) catalog.Offer {
		all, err := h.Catalog.Offers(h.A, []ident.ID{p.ID})
		if err != nil || len(all[p.ID]) != 1 {
			t.Fatalf("offers %+v, %v", all, err)
		}
		return all[p.ID][0]
	}
	bring(t, s, h.A, sales.ImportSales, "item,date,quantity,cost\n1001,2026-11-01,1,20\n1002,2026-11-01,1,5\n")
	confirmed := offer(q)
	confirmed.Assumed, confirmed.Price = false, 47000
	if _, err := h.Catalog.SaveOffer(h.A, confirmed); err != nil {
		t.Fatal(err)
	}
	later := bring(t, s, h.A, sales.ImportSales, "item,date,quantity,cost\n1001,2026-11-02,1,21.5\n1002,2026-11-02,1,6\n1001,2026-10-02,1,9\n")
	if o := offer(p); o.Price != 215000 || !o.Assumed {
		t.Errorf("the assumed price did not follow: %+v", o)
	}
	if o := offer(q); o.Price != 47000 || o.Assumed {
		t.Errorf("an import changed terms that a person gave: %+v", o)
	}
	if err := s.Undo(h.A, later.Batch); err != nil {
		t.Fatal(err)
	}
	if o := offer(p); o.Price != 200000 {
		t.Errorf("the assumed price did not go back: %+v", o)
	}
}

package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/demand"
	"buhuo/internal/demo"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/restock"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
)

// example opens a shop with the example files: twelve products, sales through
// 2026-10-31. now is its clock.
func example(t *testing.T, d *db.DB, now func() time.Time) (*app.App, context.Context) {
	t.Helper()
	a := app.Wire(d, now)
	made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: "example", Name: "村口小店", Timezone: "Asia/Shanghai", Currency: "CNY"})
	if err != nil {
		t.Fatal(err)
	}
	ctx := shop.Acting(context.Background(), made)
	folder := t.TempDir()
	if err := demo.Export(ctx, folder); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"products", "sales", "stock"} {
		body, err := os.ReadFile(filepath.Join(folder, kind+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Sales.Import(ctx, sales.ImportRequest{Kind: sales.ImportKind(kind), FileName: kind + ".csv", Body: bytes.NewReader(body)}); err != nil {
			t.Fatal(err)
		}
	}
	return a, ctx
}

// clockAt is a clock that stands in the example shop's noon of a day.
func clockAt(date string) func() time.Time {
	d, err := day.Parse(date)
	if err != nil {
		panic(err)
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	at := d.Start(zone).Add(12 * time.Hour)
	return func() time.Time { return at }
}

// told is a suggestion without the instant at which it was made.
func told(t *testing.T, rows []restock.Suggestion) string {
	t.Helper()
	for i := range rows {
		rows[i].MadeAt = 0
	}
	text, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAsOfUsesNothingLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := clockAt("2026-11-01")
		a, ctx := example(t, d, func() time.Time { return now() })
		asOf := day.New(2026, 10, 31)
		codes, err := a.Catalog.Codes(ctx)
		must(t, err)
		before, err := a.Restock.AsOf(ctx, asOf)
		must(t, err)
		if len(before) != 12 {
			t.Fatalf("%d suggestions", len(before))
		}
		early, err := a.Restock.AsOf(ctx, asOf.Add(-30))
		must(t, err)
		was, wasEarly := told(t, before), told(t, early)

		// Days later much has happened that nobody could have known.
		now = clockAt("2026-11-05")
		later := "item,date,quantity,price,cost\n"
		for code := range codes {
			for d := 1; d <= 4; d++ {
				later += fmt.Sprintf("%s,2026-11-%02d,25,9.90,1.11\n", code, d)
			}
		}
		_, err = a.Sales.Import(ctx, sales.ImportRequest{Kind: "sales", FileName: "later.csv", Body: strings.NewReader(later)})
		must(t, err)
		for _, id := range codes {
			must(t, a.Stock.Receive(ctx, stock.ReceiveRequest{ClientID: ident.New(), Lines: []stock.ReceiveLine{{ProductID: id, Quantity: 99000}}}))
		}
		suppliers, err := a.Catalog.Suppliers(ctx, false)
		must(t, err)
		offers, err := a.Catalog.OffersOf(ctx, suppliers[0].ID)
		must(t, err)
		orders, err := a.Purchase.Draft(ctx, []purchase.DraftOrder{{SupplierID: suppliers[0].ID, Lines: []purchase.DraftLine{{ProductID: offers[0].ProductID, OfferID: offers[0].ID, Quantity: 7000}}}})
		must(t, err)
		_, err = a.Purchase.Send(ctx, orders[0].ID, 0)
		must(t, err)

		after, err := a.Restock.AsOf(ctx, asOf)
		must(t, err)
		if now := told(t, after); now != was {
			t.Errorf("what was said after closing on %s changed with later data:\n%.400s\n%.400s", asOf, firstDifference(was, now), now)
		}
		again, err := a.Restock.AsOf(ctx, asOf.Add(-30))
		must(t, err)
		if told(t, again) != wasEarly {
			t.Errorf("a month earlier changed too")
		}
		present, err := a.Restock.AsOf(ctx, asOf.Add(4))
		must(t, err)
		if told(t, present) == was {
			t.Error("the later data are not seen later either")
		}
	})
}

func firstDifference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return a[max(0, i-150):min(len(a), i+150)]
}

func TestDerivedDataAreMadeAgainToTheSameBytes(t *testing.T) {
	made := map[db.Dialect]string{}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, ctx := example(t, d, clockAt("2026-11-02"))
		must(t, a.Restock.Recompute(ctx, nil))
		first := derived(t, d, ctx)
		must(t, a.Restock.Rebuild(ctx))
		if second := derived(t, d, ctx); second != first {
			t.Errorf("a rebuild gives other bytes near %s", firstDifference(first, second))
		}
		made[d.Dialect] = first
	})
	if lite, pg := made[db.SQLite], made[db.Postgres]; pg != "" && lite != pg {
		t.Errorf("the engines derive other bytes near %s", firstDifference(lite, pg))
	}
}

// derived reads what restock keeps, without instants.
func derived(t *testing.T, d *db.DB, ctx context.Context) string {
	t.Helper()
	id, err := db.Shop(ctx)
	must(t, err)
	var out strings.Builder
	for _, query := range []string{
		"SELECT p.code, d.year, d.packed FROM demand_years d JOIN products p ON p.shop_id = d.shop_id AND p.id = d.product_id WHERE d.shop_id = ? ORDER BY p.code, d.year",
		"SELECT pool FROM forecast_pools WHERE shop_id = ?",
		`SELECT p.code, s.as_of, s.on_hand, s.risk, s.run_out_day, s.cover_days, s.daily_rate, s.quantity, s.line_cost, s.saving, s.reason, s.spark
			FROM suggestions s JOIN products p ON p.shop_id = s.shop_id AND p.id = s.product_id WHERE s.shop_id = ? ORDER BY p.code`,
	} {
		rows, err := d.From(ctx).Raw(query, id).Rows()
		must(t, err)
		columns, err := rows.Columns()
		must(t, err)
		n := 0
		for rows.Next() {
			cells := make([]any, len(columns))
			into := make([]any, len(columns))
			for i := range cells {
				into[i] = &cells[i]
			}
			must(t, rows.Scan(into...))
			for _, c := range cells {
				if text, ok := c.([]byte); ok {
					c = string(text)
				}
				fmt.Fprintf(&out, "%v|", c)
			}
			n++
		}
		must(t, rows.Err())
		must(t, rows.Close())
		if n == 0 {
			t.Fatalf("nothing derived: %s", query)
		}
	}
	return out.String()
}

func TestAChangeIsSeenAndTwoRunnersDoNoHarm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, ctx := example(t, d, clockAt("2026-11-01"))
		_, err := a.Restock.RunChanged(context.Background())
		must(t, err)
		codes, err := a.Catalog.Codes(ctx)
		must(t, err)
		id := codes["1101"]
		onHand := func() (n int64) {
			shopID, err := db.Shop(ctx)
			must(t, err)
			must(t, d.From(ctx).Raw("SELECT on_hand FROM suggestions WHERE shop_id = ? AND product_id = ?", shopID, id).Row().Scan(&n))
			return n
		}
		before := onHand()
		_, _, _, err = a.Sales.Record(ctx, sales.Request{ClientID: ident.New(), Lines: []sales.RequestLine{{ProductID: id, Quantity: 2000, Unit: "kg"}}})
		must(t, err)
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if _, err := a.Restock.RunChanged(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if after := onHand(); after != before-2000 {
			t.Errorf("on hand %v, was %v before 2 kg were sold", after, before)
		}
		marks, err := a.Stock.Changed(context.Background(), 100)
		must(t, err)
		if len(marks) != 0 {
			t.Errorf("%d marks are left", len(marks))
		}
		product, err := a.Catalog.Product(ctx, id)
		must(t, err)
		must(t, a.Catalog.Archive(ctx, id, true))
		_, err = a.Restock.RunChanged(context.Background())
		must(t, err)
		rows, err := a.Restock.Rows(ctx)
		must(t, err)
		if slices.ContainsFunc(rows, func(r restock.Row) bool { return r.Code == product.Code }) {
			t.Error("an archived product is still suggested")
		}
	})
}

// TestAnEmptyShelfIsNotNoDemand sells a product out at three o'clock and looks at
// what the packed demand says of that day and of the next, empty one.
func TestAnEmptyShelfIsNotNoDemand(t *testing.T) {
	d := dbtest.SQLite(t)
	zone, _ := time.LoadLocation("Asia/Shanghai")
	at := time.Date(2026, 11, 2, 8, 0, 0, 0, zone)
	a := app.Wire(d, func() time.Time { return at })
	made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: "empty", Name: "空架", Timezone: "Asia/Shanghai", Currency: "CNY"})
	must(t, err)
	ctx := shop.Acting(context.Background(), made)
	p, err := a.Catalog.Create(ctx, catalog.Draft{Code: "1", Name: "面包", BaseUnit: "piece", SalePrice: 30000})
	must(t, err)
	must(t, a.Stock.Receive(ctx, stock.ReceiveRequest{ClientID: ident.New(), Lines: []stock.ReceiveLine{{ProductID: p.ID, Quantity: 20000}}}))
	sell := func(hour int, pieces int64) {
		at = time.Date(2026, 11, at.Day(), hour, 0, 0, 0, zone)
		_, _, _, err := a.Sales.Record(ctx, sales.Request{ClientID: ident.New(), Lines: []sales.RequestLine{{ProductID: p.ID, Quantity: pieces * 1000}}})
		must(t, err)
	}
	at = at.AddDate(0, 0, 1)
	sell(9, 8)
	sell(15, 12) // the last one
	at = time.Date(2026, 11, 5, 9, 0, 0, 0, zone)
	must(t, a.Restock.Recompute(ctx, nil))
	var packed []byte
	id, _ := db.Shop(ctx)
	must(t, d.From(ctx).Raw("SELECT packed FROM demand_years WHERE shop_id = ?", id).Row().Scan(&packed))
	year, err := demand.Unpack(packed)
	must(t, err)
	of := func(date day.Date) demand.Day { return year.Days[int(date-day.New(2026, 1, 1))] }
	soldOut, empty := of(day.New(2026, 11, 3)), of(day.New(2026, 11, 4))
	if soldOut.Sold != 20000 || soldOut.Available < 350 || soldOut.Available > 850 {
		t.Errorf("the day that sold out at three: %+v", soldOut)
	}
	if empty.Sold != 0 || empty.Available != 0 {
		t.Errorf("the empty day: %+v", empty)
	}
}

// TestNoLinkIsDead follows every link of every page that an owner can reach.
func TestNoLinkIsDead(t *testing.T) {
	h := newHouse(t)
	b := login(t, h.server.Handler(), "alpha-owner", "alpha")
	seen := map[string]string{"/": "the start"}
	todo := []string{"/"}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		r := b.Get(path)
		if r.Status != http.StatusOK && r.Status != http.StatusSeeOther {
			t.Errorf("%s, linked from %s, answers %d", path, seen[path], r.Status)
			continue
		}
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") || len(seen) > 400 {
			continue
		}
		r.Doc().Find("a[href], link[href], img[src], script[src], use[href]").Each(func(_ int, s *goquery.Selection) {
			to, ok := s.Attr("href")
			if !ok {
				to, _ = s.Attr("src")
			}
			to, _, _ = strings.Cut(to, "#")
			if !strings.HasPrefix(to, "/") {
				return
			}
			if bare, query, _ := strings.Cut(to, "?"); strings.Contains(query, "lang=") || strings.Contains(query, "text=") || strings.Contains(query, "scheme=") {
				to = bare
			}
			if _, known := seen[to]; !known {
				seen[to] = path
				todo = append(todo, to)
			}
		})
	}
	if len(seen) < 40 {
		t.Errorf("only %d addresses were found: %v", len(seen), seen)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

//go:build unix

package restockweb_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/forecast/dist"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/restock/restockweb"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/webtest"
	"buhuo/static"
	"buhuo/views/layout"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

// large is a shop of 5,000 products of 40 suppliers, a fifth of them to be ordered.
type large struct {
	d      *db.DB
	engine http.Handler
	shop   tenant.ShopID
}

const largeProducts, largeSuppliers = 5000, 40

func openLarge(b *testing.B) large {
	b.Helper()
	d := dbtest.SQLite(b)
	a := app.Wire(d, func() time.Time { return now })
	made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: "large", Name: "大店", Timezone: "Asia/Shanghai", Currency: "CNY"})
	must(b, err)
	scope := tenant.Scope{Shop: made.ID, Slug: made.Slug, ShopName: made.Name, PersonName: "王", Zone: made.Zone, Currency: made.Currency, Role: tenant.Owner}
	ctx := tenant.With(context.Background(), scope)
	drafts := make([]catalog.Draft, largeProducts)
	for i := range drafts {
		drafts[i] = catalog.Draft{Code: fmt.Sprint(10_000 + i), Name: fmt.Sprintf("秭归脐橙 %d 号", i), BaseUnit: "kg", Category: fmt.Sprintf("类 %d", i%12)}
	}
	must(b, a.Catalog.CreateMany(ctx, drafts))
	products, err := a.Catalog.All(ctx)
	must(b, err)
	fillLarge(b, ctx, a, d, products)
	store := restockdb.New(d)
	e := web.New(web.Config{Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler), Auth: webtest.Sessions{"owner": scope}, Static: static.Handler()})
	restockweb.New(a.Restock, store, a.Catalog, a.Stock, a.Shop).Routes(e)
	return large{d, e, made.ID}
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// fillLarge gives each product an offer, stock and a suggestion as the kernel makes
// it.
func fillLarge(b *testing.B, ctx context.Context, a *app.App, d *db.DB, products []catalog.Product) {
	suppliers := make([]catalog.Supplier, largeSuppliers)
	for i := range suppliers {
		var err error
		suppliers[i], err = a.Catalog.CreateSupplier(ctx, catalog.Supplier{Name: fmt.Sprintf("宜昌果品合作社 %d", i), Kind: catalog.Farmer, LeadTimeDays: 2, ReviewDays: 3,
			OrderWeekdays: 0b0100101, MinimumOrder: 30_000, Freight: 3_000})
		must(b, err)
	}
	offers := make([]catalog.Offer, len(products))
	opening := make([]stock.Posting, len(products))
	cost := money.Price(52_000)
	for i, p := range products {
		offers[i] = catalog.Offer{ID: ident.New(), SupplierID: suppliers[i%largeSuppliers].ID, ProductID: p.ID, Price: cost, ValidFrom: today.Add(-9),
			Pack: measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}}}
		opening[i] = stock.Posting{Kind: stock.Receipt, ProductID: p.ID, Quantity: 9_000, UnitCost: &cost, Lot: &stock.LotSpec{}, BusinessDay: today.Add(-1), Source: "opening", SourceID: p.ID}
	}
	must(b, a.Catalog.SaveOffers(ctx, offers))
	must(b, a.Stock.Load(ctx, opening))
	rows := make([]restock.Suggestion, len(products))
	for i, p := range products {
		rate := 0.05
		if i%5 == 0 {
			rate = 3 + float64(i%7)
		}
		rows[i] = thought(p, offers[i], rate)
	}
	store := restockdb.New(d)
	must(b, d.Do(ctx, func(ctx context.Context) error {
		if err := store.PutPool(ctx, restock.Pool{Made: today.Add(-1)}); err != nil {
			return err
		}
		return store.PutSuggestions(ctx, rows)
	}))
}

type steady float64

func (s steady) Sum(k int) dist.Distribution {
	return dist.NewGamma(float64(s)*float64(k), 2*float64(s)*float64(k))
}

// thought is a suggestion as it is stored.
func thought(p catalog.Product, o catalog.Offer, rate float64) restock.Suggestion {
	trace := replenish.Suggest(replenish.Input{
		Version: replenish.Version, Today: today, Unit: "kg", Currency: money.CNY, Price: 78_000, Demand: replenish.WindowsOf(steady(rate), 60),
		Stock:  replenish.Stock{Known: true, Lots: []replenish.Lot{{Quantity: 9_000}}},
		Offers: []replenish.Offer{{ID: o.ID, Supplier: o.SupplierID, SupplierName: "宜昌果品合作社", Kind: replenish.Farmer, Pack: o.Pack, LeadDays: 2, ReviewDays: 3, MinOrderValue: 30_000, Breaks: []replenish.Break{{Price: o.Price}}}},
		Facts:  replenish.Facts{Lost: 5_000, PeakWeekend: true, PeakPercent: 30},
	})
	r, saving, cover := trace.Result, money.Amount(7_800), int(trace.Result.Risk.CoverDays)
	return restock.Suggestion{
		ProductID: p.ID, AsOf: today.Add(-1), SupplierID: &o.SupplierID, OfferID: &o.ID, OnHand: r.OnHand, Available: r.Available, StockKnown: true,
		RiskPPM: int(1e6 * r.Risk.StockOutProb), RiskUntil: &r.Risk.Before, CoverDays: &cover, DailyRate: r.DailyRate, Quantity: r.Quantity,
		PackQuantity: r.Quantity / 5, PackUnit: "box", UnitPrice: o.Price, LineCost: r.Choice.Quote.LineCost, Saving: &saving,
		Reason: r.Reason, Trace: trace, State: restock.Open, Spark: restock.Spark{Past: make([]int64, 28), Lower: make([]int64, 14), Mean: make([]int64, 14), Upper: make([]int64, 14)},
	}
}

func (l large) get(b *testing.B, path string) {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.AddCookie(&http.Cookie{Name: "buhuo", Value: "owner"})
	r.Header.Set("Accept-Language", "zh-Hans")
	w := httptest.NewRecorder()
	l.engine.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		b.Fatalf("%s answers %d to %s", path, w.Code, url.PathEscape(w.Header().Get("Location")))
	}
}

// work measures the processor's time beside the clock's, which a busy machine
// stretches.
func work(b *testing.B, fn func()) {
	before := processor(b)
	for b.Loop() {
		fn()
	}
	b.ReportMetric(float64(processor(b)-before)/float64(b.N), "cpu-ns/op")
}

// processor is the time that the processor has worked for this process, in ns.
func processor(b *testing.B) int64 {
	b.Helper()
	var used syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return used.Utime.Nano() + used.Stime.Nano()
}

// BenchmarkSuggestionsPage is a page of 50 suggestions of 5,000 products: through
// the whole handler, and as database/sql and templ alone would do it. The handler
// may cost twice its twin.
func BenchmarkSuggestionsPage(b *testing.B) {
	l := openLarge(b)
	b.Run("handler", func(b *testing.B) {
		work(b, func() { l.get(b, "/suggestions") })
	})
	raw, err := sql.Open("sqlite", "file:"+filepath.ToSlash(l.d.Path)+"?_pragma=query_only(1)")
	must(b, err)
	b.Cleanup(func() { _ = raw.Close() })
	b.Run("raw", func(b *testing.B) {
		var page bytes.Buffer
		work(b, func() {
			page.Reset()
			must(b, rawPage(raw, int64(l.shop), &page))
		})
	})
}

// BenchmarkPages are the other lists of the large shop.
func BenchmarkPages(b *testing.B) {
	l := openLarge(b)
	for _, path := range []string{"/", "/products", "/products?q=qc", "/products?show=risk"} {
		b.Run(url.PathEscape(path), func(b *testing.B) {
			work(b, func() { l.get(b, path) })
		})
	}
}

// BenchmarkCrowd opens the lists of the large shop from eight clients at once and
// reports the time in which half and 99 of 100 pages were answered.
func BenchmarkCrowd(b *testing.B) {
	const clients = 8
	l := openLarge(b)
	for _, path := range []string{"/suggestions", "/products", "/products?show=risk"} {
		b.Run(url.PathEscape(path), func(b *testing.B) {
			for range 20 { // connections and their statements
				l.get(b, path)
			}
			took := make([]time.Duration, b.N)
			var next atomic.Int64
			var wait sync.WaitGroup
			b.ResetTimer()
			before := processor(b)
			for range clients {
				wait.Go(func() {
					for n := next.Add(1) - 1; n < int64(b.N); n = next.Add(1) - 1 {
						began := time.Now()
						l.get(b, path)
						took[n] = time.Since(began)
					}
				})
			}
			wait.Wait()
			b.ReportMetric(float64(processor(b)-before)/float64(b.N), "cpu-ns/op")
			slices.Sort(took)
			at := func(share float64) float64 { return took[int(share*float64(b.N-1))].Seconds() * 1e3 }
			b.ReportMetric(at(0.5), "p50-ms")
			b.ReportMetric(at(0.99), "p99-ms")
		})
	}
}

// rawPage reads and draws the same page with nothing in between: the same sums and
// rows, but no words to choose, no money to write, no rule.
func rawPage(raw *sql.DB, shop int64, to *bytes.Buffer) error {
	m := restockview.Suggestions{May: true, Client: "c", Page: "1", Columns: []ui.Column{{Text: "商品"}, {Text: "库存", Num: true, Fit: true}, {Text: "到货前断货", Fit: true}, {Text: "订多少", Fit: true}, {Text: "金额", Num: true, Fit: true}}}
	m.Chrome = layout.Chrome{Lang: i18n.ZhHans, T: i18n.For(i18n.ZhHans), Title: "订货建议", Active: layout.Orders, ShopName: "大店", TodayLine: "11月24日 周二 · 农历十月十六", Person: "王", Role: "老板", Path: "/suggestions", ShopToken: "large", Client: "c"}
	m.Labels = restockview.Labels{Calculation: "看每一步怎么算的", Answer: "改数量、暂缓或不订"}
	totals, err := raw.Query(`SELECT t.supplier_id, u.name, u.minimum_order, t.listed, t.products, t.cost, t.saving FROM (SELECT s.supplier_id, COUNT(*) AS listed, COUNT(*) AS products, SUM(s.line_cost) AS cost, SUM(s.saving) AS saving
		FROM suggestions s WHERE s.shop_id = ? AND (s.quantity > 0 OR s.override > 0 OR s.risk >= 200000) AND (CASE s.state WHEN 'snoozed' THEN 3 WHEN 'open' THEN CASE WHEN s.override > 0 THEN 1 WHEN s.override IS NULL AND s.quantity > 0 THEN 0 ELSE 2 END ELSE 2 END) = 0 GROUP BY s.supplier_id) t
		JOIN suppliers u ON u.shop_id = ? AND u.id = t.supplier_id ORDER BY t.cost DESC`, shop, shop)
	if err != nil {
		return err
	}
	defer totals.Close()
	var shown []any
	at, sum, rows := map[ident.ID]int{}, int64(0), int64(0)
	for totals.Next() {
		var id ident.ID
		var g restockview.Group
		var minimum, listed, products, cost, saving int64
		if err := totals.Scan(&id, &g.Name, &minimum, &listed, &products, &cost, &saving); err != nil {
			return err
		}
		sum += cost
		if rows >= 50 {
			continue
		}
		rows += listed
		g.Total, g.Badge, g.Tone, g.Icon, g.Terms = strconv.FormatInt(cost, 10), "农户直供", ui.OK, "sprout", "到货要 2 天 · 起送 "+strconv.FormatInt(minimum, 10)
		g.Meter = &restockview.Meter{Percent: 100, Label: g.Terms, Tone: ui.OK}
		at[id], shown = len(m.Groups), append(shown, id[:])
		m.Groups = append(m.Groups, g)
	}
	if err := rawItems(raw, shop, &m, shown, at); err != nil {
		return err
	}
	m.Bar = &restockview.Bar{Label: "今天要付", Total: strconv.FormatInt(sum, 10), Button: "生成采购单"}
	return restockview.SuggestionsPage(m).Render(context.Background(), to)
}

func rawItems(raw *sql.DB, shop int64, m *restockview.Suggestions, shown []any, at map[ident.ID]int) error {
	rows, err := raw.Query(`SELECT s.product_id, s.supplier_id, s.offer_id, p.name, p.base_unit, o.pack_num, o.pack_den, s.on_hand, s.available, s.on_order, s.stock_known,
			s.risk, s.cover_days, s.daily_rate, s.pack_quantity, s.pack_unit, s.line_cost, s.saving, s.state, s.override, s.reason
		FROM (SELECT s.rowid AS at FROM suggestions s WHERE s.shop_id = ? AND (s.quantity > 0 OR s.override > 0 OR s.risk >= 200000)
			AND s.supplier_id IN (`+strings.TrimSuffix(strings.Repeat("?,", len(shown)), ",")+`) AND s.state <> 'snoozed' ORDER BY s.supplier_id, s.risk DESC, s.line_cost DESC, s.product_id LIMIT 50) page
		JOIN suggestions s ON s.rowid = page.at
		JOIN products p ON p.shop_id = s.shop_id AND p.id = s.product_id
		LEFT JOIN offers o ON o.shop_id = s.shop_id AND o.id = s.offer_id`, slices.Concat([]any{shop}, shown)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for n := 0; rows.Next(); n++ {
		var id, supplier, offer ident.ID
		var name, unit, pack, state string
		var num, den, onHand, available, onOrder, risk, cover, rate, packs, cost, saving int64
		var known bool
		var override sql.NullInt64
		var reason sql.RawBytes
		if err := rows.Scan(&id, &supplier, &offer, &name, &unit, &num, &den, &onHand, &available, &onOrder, &known, &risk, &cover, &rate, &packs, &pack, &cost, &saving, &state, &override, &reason); err != nil {
			return err
		}
		text := id.String()
		g := &m.Groups[at[supplier]]
		g.Items = append(g.Items, restockview.Item{
			ID: text, Offer: offer.String()[28:], Name: name, Href: "/products/" + text, Why: string(reason), Trace: "/suggestions/" + text + "/why", Answer: "/suggestions/" + text + "/change",
			Stock: strconv.FormatInt(onHand, 10), Cover: strconv.FormatInt(cover, 10), Tone: ui.Out, Risk: strconv.FormatInt(risk/10_000, 10),
			Stepper: ui.StepperModel{ID: web.RowField("packs", n), Name: "packs", Value: strconv.FormatInt(packs, 10), Label: name, Unit: "箱 × 10 斤"},
			Cost:    strconv.FormatInt(cost, 10), Saving: strconv.FormatInt(saving, 10),
		})
	}
	return rows.Err()
}

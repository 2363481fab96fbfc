//go:build unix

package app_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/sales/salesdb"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
)

// The shop of the benchmark: what a large supermarket has, over two years.
const (
	manyProducts  = 10_000
	manyDays      = 730
	manySuppliers = 60
)

// kept saves the minutes that it takes to make the shop, for whoever measures often.
var kept = flag.String("many", "", "file in which the shop of BenchmarkShop10000 stays for the next run")

var manyNow = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC) // 11 o'clock in the shop

// BenchmarkShop10000 brings a shop of 10,000 products with two years of sales from
// the database to stored suggestions. Every round begins like a fresh process: a
// newly opened database and nothing kept in memory.
//
// "suggest" is the run itself: pool and packed demand are in the database. "demand"
// packs the demand of two years from the lines of the sales anew before, and "learn"
// the pool too. "sale" is from one sale to its product's new suggestion.
//
// For scale: Tryton 6.0's order-point wizard takes 11 ms of processor a product with
// 171 movements each, 115 s for 10,000 products; one hand-written SQL statement that
// forecasts nothing 0.8 s.
func BenchmarkShop10000(b *testing.B) {
	path := manyShop(b)
	b.Run("suggest", func(b *testing.B) {
		runs(b, path, func(ctx context.Context, a *app.App) error { return a.Restock.Renew(ctx, nil) })
	})
	b.Run("learn", func(b *testing.B) {
		runs(b, path, func(ctx context.Context, a *app.App) error { return a.Restock.Recompute(ctx, nil) })
	})
	b.Run("sale", func(b *testing.B) { oneSale(b, path) })
}

// runs measures whole runs, each over a newly opened database.
func runs(b *testing.B, path string, run func(context.Context, *app.App) error) {
	var work time.Duration
	var most uint64
	for b.Loop() {
		b.StopTimer()
		a, ctx := openMany(b, path)
		runtime.GC()
		top := watchHeap()
		before := processor(b)
		b.StartTimer()
		if err := run(ctx, a); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		work += processor(b) - before
		most = max(most, top())
		if err := a.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(work.Seconds()/float64(b.N), "cpu-s/op")
	b.ReportMetric(float64(most)/1e6, "peak-heap-MB")
	b.ReportMetric(resident(b), "peak-rss-MB")
}

// oneSale measures from recording a sale to the product's new suggestion.
func oneSale(b *testing.B, path string) {
	a, ctx := openMany(b, path)
	products, err := a.Catalog.All(ctx)
	for more := 1; err == nil && more > 0; { // what the making of the shop marked
		more, err = a.Restock.RunChanged(ctx)
	}
	if err != nil {
		b.Fatal(err)
	}
	n, before := 0, processor(b)
	for b.Loop() {
		p := products[n*37%len(products)]
		if _, _, _, err := a.Sales.Record(ctx, sales.Request{ClientID: ident.New(), Lines: []sales.RequestLine{{ProductID: p.ID, Quantity: 1000}}}); err != nil {
			b.Fatal(err)
		}
		if done, err := a.Restock.RunChanged(ctx); err != nil || done != 1 {
			b.Fatal(done, err)
		}
		n++
	}
	b.ReportMetric(float64((processor(b)-before).Milliseconds())/float64(n), "cpu-ms/op")
	if err := a.Close(); err != nil {
		b.Fatal(err)
	}
}

// processor is how long the processor has worked for this process.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// resident is the most memory that this process ever had, the making of the shop
// included, in MB.
func resident(b *testing.B) float64 {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	if runtime.GOOS == "linux" {
		return float64(used.Maxrss) / 1e3
	}
	return float64(used.Maxrss) / 1e6
}

// watchHeap looks at the heap until the answer is asked for: the most that it held.
func watchHeap() func() uint64 {
	var most atomic.Uint64
	stop := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc))
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	})
	return func() uint64 { close(stop); done.Wait(); return most.Load() }
}

func openMany(b *testing.B, path string) (*app.App, context.Context) {
	b.Helper()
	d, err := db.OpenFile(context.Background(), path)
	if err != nil {
		b.Fatal(err)
	}
	a := app.Wire(d, func() time.Time { return manyNow })
	shops, err := a.Shop.Shops(context.Background())
	if err != nil || len(shops) != 1 {
		b.Fatal(len(shops), err)
	}
	return a, shop.Acting(context.Background(), shops[0])
}

// manyShop makes the shop and its first suggestions.
func manyShop(b *testing.B) string {
	b.Helper()
	if _, err := os.Stat(*kept); err == nil {
		return *kept
	}
	folder := b.TempDir()
	ctx := context.Background()
	a, err := app.Open(ctx, app.Config{Target: folder})
	if err == nil {
		a = app.Wire(a.DB, func() time.Time { return manyNow })
		err = fillMany(a)
	}
	if err != nil {
		b.Fatal(err)
	}
	if err := a.Close(); err != nil {
		b.Fatal(err)
	}
	if *kept != "" {
		if err := os.Rename(filepath.Join(folder, db.FileName), *kept); err != nil {
			b.Fatal(err)
		}
		return *kept
	}
	return filepath.Join(folder, db.FileName)
}

func fillMany(a *app.App) error {
	made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: "many", Name: "万货超市", Timezone: "Asia/Shanghai", Currency: "CNY"})
	if err != nil {
		return err
	}
	ctx := shop.Acting(context.Background(), made)
	r := rand.New(rand.NewPCG(1, 2))
	drafts := make([]catalog.Draft, manyProducts)
	for i := range drafts {
		drafts[i] = catalog.Draft{Code: fmt.Sprint(100_000 + i), Name: fmt.Sprintf("货品 %d 号", i), BaseUnit: "piece", Category: fmt.Sprintf("类 %d", i%30), SalePrice: money.Price(20_000 + r.IntN(300_000))}
		if i%4 == 0 {
			drafts[i].BaseUnit = "kg"
		}
	}
	if err := a.Catalog.CreateMany(ctx, drafts); err != nil {
		return err
	}
	products, err := a.Catalog.All(ctx)
	if err != nil {
		return err
	}
	if err := offerMany(ctx, a, products, r); err != nil {
		return err
	}
	if err := sellMany(ctx, a, products, r); err != nil {
		return err
	}
	return a.Restock.Recompute(ctx, nil)
}

// offerMany gives each product one or two suppliers and stock, every fifth a shelf
// that was empty for some days.
func offerMany(ctx context.Context, a *app.App, products []catalog.Product, r *rand.Rand) error {
	suppliers := make([]catalog.Supplier, manySuppliers)
	for i := range suppliers {
		var err error
		suppliers[i], err = a.Catalog.CreateSupplier(ctx, catalog.Supplier{Name: fmt.Sprintf("供应商 %d", i), Kind: catalog.Wholesaler, LeadTimeDays: 1 + i%5, ReviewDays: 1 + i%7, MinimumOrder: 30_000, Freight: 3_000})
		if err != nil {
			return err
		}
	}
	today := day.Of(manyNow, time.FixedZone("", 8*3600))
	var offers []catalog.Offer
	var goods []stock.Posting
	for i, p := range products {
		for k := range 1 + i%2 {
			offers = append(offers, catalog.Offer{ID: ident.New(), SupplierID: suppliers[(i+7*k)%manySuppliers].ID, ProductID: p.ID, Price: p.SalePrice * money.Price(6+k) / 10, ValidFrom: today.Add(-manyDays),
				Pack: measure.Pack{Unit: "box", Factor: measure.Ratio{Num: int64(6 + 6*(i%3)), Den: 1}}})
		}
		cost := p.SalePrice * 6 / 10
		much := measure.Quantity(1000 * (1 + r.IntN(200)))
		post := func(kind stock.Kind, ago int, q measure.Quantity) {
			x := stock.Posting{Kind: kind, ProductID: p.ID, Quantity: q, BusinessDay: today.Add(-ago), OccurredAt: day.At(manyNow.AddDate(0, 0, -ago)), Source: "opening", SourceID: p.ID}
			if q > 0 {
				x.UnitCost, x.Lot = &cost, &stock.LotSpec{}
			}
			goods = append(goods, x)
		}
		post(stock.Receipt, 300, much)
		if i%5 == 0 {
			post(stock.Spoilage, 120, -much)
			post(stock.Receipt, 117, much)
		}
		post(stock.Receipt, 20, much/4+1000)
	}
	if err := a.Catalog.SaveOffers(ctx, offers); err != nil {
		return err
	}
	return a.Stock.Load(ctx, goods)
}

// sellMany writes two years of sales, a thousand lines to a sale: many slow goods and
// few fast ones, with weekdays and a year's season, brought in as history.
func sellMany(ctx context.Context, a *app.App, products []catalog.Product, r *rand.Rand) error {
	channels, err := a.Sales.Channels(ctx)
	if err != nil {
		return err
	}
	rates, phase := make([]float64, len(products)), make([]float64, len(products))
	for i := range rates {
		rates[i], phase[i] = math.Exp(r.NormFloat64()*1.3-1.2), r.Float64()*2*math.Pi
	}
	store := salesdb.New(a.DB)
	if err := a.DB.Do(ctx, func(ctx context.Context) error { return store.InsertChannel(ctx, channels[0]) }); err != nil {
		return err
	}
	today := day.Of(manyNow, time.FixedZone("", 8*3600))
	for date := today.Add(-manyDays); date < today; date++ {
		var rows []sales.SaleRecord
		var lines []sales.LineRecord
		weekday := 1 + 0.3*float64((int(date.Weekday())+1)%7/5)
		for i, p := range products {
			n := poisson(r, rates[i]*weekday*(1+0.4*math.Sin(phase[i]+float64(date)*2*math.Pi/365)))
			if n == 0 {
				continue
			}
			if len(lines)%1000 == 0 {
				at := day.At(date.Start(time.FixedZone("", 8*3600)).Add(20 * time.Hour))
				rows = append(rows, sales.SaleRecord{ID: ident.New(), ChannelID: channels[0].ID, Kind: sales.KindSale, BusinessDay: date, OccurredAt: at, RecordedAt: at, RequestHash: []byte{}})
			}
			q := measure.Quantity(1000 * n)
			if p.BaseUnit == "kg" {
				q = q*6/10 + measure.Quantity(r.IntN(300))
			}
			worth, err := money.Line(q, p.SalePrice, money.CNY)
			if err != nil {
				return err
			}
			last := &rows[len(rows)-1]
			last.Lines++
			last.Total += worth
			lines = append(lines, sales.LineRecord{ProductID: p.ID, BusinessDay: date, SaleID: last.ID, Line: last.Lines, Minute: 7*60 + r.IntN(13*60), Quantity: q, Unit: p.BaseUnit, Price: p.SalePrice, Amount: worth, History: true})
		}
		if err := a.DB.Do(ctx, func(ctx context.Context) error { return store.Insert(ctx, rows, lines) }); err != nil {
			return err
		}
	}
	return nil
}

// poisson draws by Knuth's product of uniforms; the rates are small.
func poisson(r *rand.Rand, rate float64) int {
	limit, n := math.Exp(-rate), 0
	for p := r.Float64(); p > limit && n < 1000; n++ {
		p *= r.Float64()
	}
	return n
}

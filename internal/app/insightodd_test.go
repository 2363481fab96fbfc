package app_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// TestBoardsOfOddShops asks every board of shops in which there is little or nothing to
// count, in each language and as those who see money and who do not: each answer is a
// page with words, no figure is no number, no chart is blank.
func TestBoardsOfOddShops(t *testing.T) {
	sold := func(kind sales.Kind, price money.Price) func(*testing.T, *app.App, context.Context, catalog.Product) {
		return func(t *testing.T, a *app.App, ctx context.Context, p catalog.Product) {
			at := day.At(noon.AddDate(0, 0, -3))
			_, _, _, err := a.Sales.Record(ctx, sales.Request{ClientID: ident.New(), Kind: kind, At: &at, Lines: []sales.RequestLine{{ProductID: p.ID, Quantity: 2000, Price: &price}}})
			must(t, err)
		}
	}
	for name, c := range map[string]struct {
		past func(*testing.T, *app.App, context.Context, catalog.Product)
		want string            // stands on the board of money of the quarter, without cents
		says map[string]string // by address, what stands on other boards
	}{
		"no history":  {past: func(*testing.T, *app.App, context.Context, catalog.Product) {}},
		"one sale":    {past: sold(sales.KindSale, 30000), want: "CN¥6"},
		"all returns": {past: sold(sales.KindReturn, 30000), want: "−CN¥6"},
		"for nothing": {past: sold(sales.KindSale, 0), want: "CN¥0"},
		"another price": {past: func(t *testing.T, a *app.App, ctx context.Context, p catalog.Product) {
			sold(sales.KindSale, 30000)(t, a, ctx, p)
			sold(sales.KindSale, 60000)(t, a, ctx, p)
		}, want: "CN¥18"},
		"online to nobody knows where": {past: func(t *testing.T, a *app.App, ctx context.Context, p catalog.Product) {
			_, _, _, err := a.Sales.Record(ctx, sales.Request{ClientID: ident.New(), Channel: "wechat", At: new(day.At(noon.AddDate(0, 0, -3))), Lines: []sales.RequestLine{{ProductID: p.ID, Quantity: 2000}}})
			must(t, err)
		}, want: "CN¥6", says: map[string]string{"/insights/regions?lang=en": "Province unknown", "/insights/channels?lang=en": "100%", "/insights/logistics?lang=en": "No deliveries"}},
		"the hour that comes twice": {past: func(t *testing.T, a *app.App, ctx context.Context, p catalog.Product) {
			ctx = moved(t, a, ctx, "Europe/Paris")
			for _, at := range []time.Time{time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC), time.Date(2026, 10, 25, 22, 59, 0, 0, time.UTC)} {
				_, _, _, err := a.Sales.Record(ctx, sales.Request{ClientID: ident.New(), At: new(day.At(at)), Lines: []sales.RequestLine{{ProductID: p.ID, Quantity: 2000}}})
				must(t, err)
			}
		}, want: "CN¥18", says: map[string]string{"/insights/wanted?from=2026-10-25&through=2026-10-25&lang=en": "Busiest from 2:00 to 3:00: 2"}},
		"another zone": {past: func(t *testing.T, a *app.App, ctx context.Context, p catalog.Product) {
			sold(sales.KindSale, 30000)(t, a, ctx, p)
			ctx = moved(t, a, ctx, "America/New_York")
			sold(sales.KindSale, 30000)(t, a, ctx, p)
		}, want: "CN¥12", says: map[string]string{"/insights/money?from=2026-11-19&through=2026-11-21&lang=en": "CN¥12"}},
		"renamed": {past: func(t *testing.T, a *app.App, ctx context.Context, p catalog.Product) {
			sold(sales.KindSale, 30000)(t, a, ctx, p)
			d := catalog.DraftOf(p)
			d.Name = "新米"
			must(t, a.Catalog.Update(ctx, p.ID, p.Version, d))
			sold(sales.KindSale, 30000)(t, a, ctx, p)
		}, want: "CN¥12", says: map[string]string{"/insights/wanted?lang=en": "新米"}},
		"merged": {past: func(t *testing.T, a *app.App, ctx context.Context, p catalog.Product) {
			twice, err := a.Catalog.Create(ctx, catalog.Draft{Code: "b", Name: "大米", Category: "杂货", BaseUnit: "piece"})
			must(t, err)
			cost := money.Price(10000)
			for _, one := range []catalog.Product{p, twice} {
				must(t, a.Stock.Receive(ctx, stock.ReceiveRequest{ClientID: ident.New(), At: day.At(noon.AddDate(0, 0, -9)), Lines: []stock.ReceiveLine{{ProductID: one.ID, Quantity: 9000, UnitCost: &cost}}}))
				sold(sales.KindSale, 30000)(t, a, ctx, one)
			}
			must(t, a.Catalog.Merge(ctx, twice.ID, p.ID))
			_, _, _, err = a.Sales.Record(ctx, sales.Request{ClientID: ident.New(), At: new(day.At(noon.AddDate(0, 0, -1))), Lines: []sales.RequestLine{{ProductCode: "b", Quantity: 2000}}})
			must(t, err)
			if b, err := a.Stock.Balances(ctx, nil); err != nil || b[p.ID].OnHand != 12000 || b[twice.ID].OnHand != 0 {
				t.Errorf("on hand: %+v, %v", b, err)
			}
		}, want: "CN¥18", says: map[string]string{"/insights/wanted.csv?lang=en": "6,0,6", "/insights/lines?kind=sales&period=month&lang=en": "3"}},
		"below cost": {past: func(t *testing.T, a *app.App, ctx context.Context, p catalog.Product) {
			cost := money.Price(90000)
			must(t, a.Stock.Receive(ctx, stock.ReceiveRequest{ClientID: ident.New(), At: day.At(noon.AddDate(0, 0, -4)), Lines: []stock.ReceiveLine{{ProductID: p.ID, Quantity: 9000, UnitCost: &cost}}}))
			sold(sales.KindSale, 30000)(t, a, ctx, p)
		}, want: "−CN¥12"},
		"archived": {past: func(t *testing.T, a *app.App, ctx context.Context, p catalog.Product) {
			sold(sales.KindSale, 30000)(t, a, ctx, p)
			must(t, a.Catalog.Archive(ctx, p.ID, true))
		}, want: "CN¥6"},
	} {
		t.Run(name, func(t *testing.T) {
			a := app.Wire(dbtest.SQLite(t), atNoon)
			made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: "odd", Name: "小店", Timezone: "Asia/Shanghai", Currency: "CNY"})
			must(t, err)
			ctx := shop.Acting(context.Background(), made)
			for _, role := range []tenant.Role{tenant.Owner, tenant.Viewer} {
				_, err := a.Shop.AddPerson(ctx, made.ID, shop.NewPerson{Login: "odd-" + string(role), Name: "王", Password: secret("odd"), Role: role})
				must(t, err)
			}
			p, err := a.Catalog.Create(ctx, catalog.Draft{Code: "a", Name: "米", Category: "粮油", BaseUnit: "piece", SalePrice: 30000})
			must(t, err)
			c.past(t, a, ctx, p)
			for n := 1; n > 0; {
				n, err = a.Restock.RunChanged(context.Background())
				must(t, err)
			}
			report, err := a.Verify(context.Background())
			must(t, err)
			if len(report.Wrong) > 0 {
				t.Errorf("verify: %v", report.Wrong)
			}
			server := a.Server(app.Config{}, slog.New(slog.DiscardHandler), "")
			for _, role := range []tenant.Role{tenant.Owner, tenant.Viewer} {
				b := login(t, server.Handler(), "odd-"+string(role), "odd")
				for _, route := range server.Engine().Routes() {
					if route.Method != http.MethodGet || !strings.HasPrefix(route.Path, "/insights") || !allowed(route.Access, role) || len(route.Params()) > 0 {
						continue
					}
					for _, query := range []string{"", "period=week", "period=year&with=year", "period=festival", "period=custom&from=2026-11-20&through=2026-11-20&with=before", "period=month&on=2099-01-01"} {
						if strings.HasPrefix(route.Path, "/insights/lines") {
							query += "&kind=sales"
						}
						r := b.Get(route.Path + "?" + query + "&lang=en").Want(http.StatusOK)
						if strings.HasSuffix(route.Path, ".xlsx") || strings.HasSuffix(route.Path, ".pdf") { // packed
							continue
						}
						for _, bad := range []string{"NaN", "Inf", "%!", "insight."} {
							if strings.Contains(string(r.Body), bad) {
								t.Errorf("%s?%s says %q", route.Path, query, bad)
							}
						}
						if strings.HasSuffix(route.Path, ".csv") {
							r.CSV()
							continue
						}
						if words := r.Text("main"); len(words) < 40 {
							t.Errorf("%s?%s says only %q", route.Path, query, words)
						}
						for _, chart := range r.Find("figure.chart > svg").EachIter() {
							if chart.Find("rect, path, circle").Length() == 0 {
								t.Errorf("%s?%s has a blank chart", route.Path, query)
							}
						}
					}
				}
				if role == tenant.Owner && c.want != "" {
					b.Get("/insights/money?period=quarter&lang=en").Want(http.StatusOK).Contains(c.want)
				}
				for address, want := range c.says {
					if role == tenant.Owner {
						b.Get(address).Want(http.StatusOK).Contains(want)
					}
				}
			}
		})
	}
}

// moved has a shop keep the time of another zone from now on.
func moved(t *testing.T, a *app.App, ctx context.Context, zone string) context.Context {
	t.Helper()
	in, err := a.Shop.Get(ctx)
	must(t, err)
	must(t, a.DB.Do(ctx, func(ctx context.Context) error {
		return a.DB.From(ctx).Exec("UPDATE shops SET timezone = ? WHERE shop_id = ?", zone, int64(in.ID)).Error
	}))
	in, err = a.Shop.Get(ctx)
	must(t, err)
	return shop.Acting(context.Background(), in)
}

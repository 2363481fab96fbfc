package app_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"

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
		want string // stands on the board of money, without cents
	}{
		"no history":  {func(*testing.T, *app.App, context.Context, catalog.Product) {}, ""},
		"one sale":    {sold(sales.KindSale, 30000), "CN¥6"},
		"all returns": {sold(sales.KindReturn, 30000), "−CN¥6"},
		"for nothing": {sold(sales.KindSale, 0), "CN¥0"},
		"below cost": {func(t *testing.T, a *app.App, ctx context.Context, p catalog.Product) {
			cost := money.Price(90000)
			must(t, a.Stock.Receive(ctx, stock.ReceiveRequest{ClientID: ident.New(), At: day.At(noon.AddDate(0, 0, -4)), Lines: []stock.ReceiveLine{{ProductID: p.ID, Quantity: 9000, UnitCost: &cost}}}))
			sold(sales.KindSale, 30000)(t, a, ctx, p)
		}, "−CN¥12"},
		"renamed and archived": {func(t *testing.T, a *app.App, ctx context.Context, p catalog.Product) {
			sold(sales.KindSale, 30000)(t, a, ctx, p)
			must(t, a.Catalog.Archive(ctx, p.ID, true))
		}, "CN¥6"},
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
			_, err = a.Restock.RunChanged(context.Background())
			must(t, err)
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
					b.Get("/insights/money?lang=en").Want(http.StatusOK).Contains(c.want)
				}
			}
		})
	}
}

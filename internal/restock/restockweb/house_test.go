package restockweb_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/restock/restockweb"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/webtest"
	"buhuo/static"
)

// now is a Tuesday before the shop opens: 06:00 in Shanghai.
var now = time.Date(2026, time.November, 23, 22, 0, 0, 0, time.UTC)

// today is the shop's day at now.
var today = day.New(2026, time.November, 24)

// house is a small shop with a past, another without, and their pages.
type house struct {
	*webtest.Browser
	t      *testing.T
	app    *app.App
	engine http.Handler
	ctx    context.Context // of the owner of the first shop

	oranges, dates, rice, salt catalog.Product
	farm, market               catalog.Supplier
	offer                      catalog.Offer // of oranges, from the farm
}

// open makes the shop: oranges that run out, dates for a long time, rice that was
// never counted, salt that nobody offers.
func open(t *testing.T) *house {
	t.Helper()
	d := dbtest.SQLite(t)
	h := &house{t: t, app: app.Wire(d, func() time.Time { return now })}
	scopes := map[string]tenant.Scope{}
	for _, slug := range []string{"first", "second"} {
		made, err := h.app.Shop.CreateShop(context.Background(), shop.NewShop{Slug: slug, Name: slug, Timezone: "Asia/Shanghai", Currency: "CNY"})
		h.must(err)
		scope := tenant.Scope{Shop: made.ID, Slug: made.Slug, ShopName: made.Name, PersonName: "王", Zone: made.Zone, Currency: made.Currency, Role: tenant.Owner}
		scopes[slug] = scope
	}
	h.ctx = tenant.With(context.Background(), scopes["first"])
	sessions := webtest.Sessions{"owner": scopes["first"], "other": scopes["second"]}
	for name, role := range map[string]tenant.Role{"manager": tenant.Manager, "seller": tenant.Seller, "viewer": tenant.Viewer} {
		s := scopes["first"]
		s.Role = role
		sessions[name] = s
	}
	e := web.New(web.Config{Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler), Auth: sessions, Static: static.Handler()})
	restockweb.New(h.app.Restock, restockdb.New(d), h.app.Catalog, h.app.Stock, h.app.Shop).Routes(e)
	h.engine, h.Browser = e, webtest.New(t, e).As("owner").Lang("zh-Hans")
	return h
}

// stocked is open with goods and a past of eight weeks, thought through.
func stocked(t *testing.T) *house {
	t.Helper()
	h := open(t)
	h.goods()
	h.past(today.Add(-1))
	h.must(h.app.Restock.Recompute(h.ctx, nil))
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// as is a browser of somebody else.
func (h *house) as(who string) *webtest.Browser {
	return webtest.New(h.t, h.engine).As(who).Lang("zh-Hans")
}

func (h *house) goods() {
	make := func(d catalog.Draft) catalog.Product {
		p, err := h.app.Catalog.Create(h.ctx, d)
		h.must(err)
		return p
	}
	h.oranges = make(catalog.Draft{Code: "1001", Name: "秭归脐橙", BaseUnit: "kg", Category: "水果", SalePrice: 156_000, Barcodes: []string{"6901234567892"},
		Packs: []measure.Pack{{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}}}})
	h.dates = make(catalog.Draft{Code: "1002", Name: "若羌红枣 500g", BaseUnit: "bag", Category: "干货", SalePrice: 260_000})
	h.rice = make(catalog.Draft{Code: "1003", Name: "五常大米", BaseUnit: "kg", Category: "粮油", SalePrice: 80_000})
	h.salt = make(catalog.Draft{Code: "1004", Name: "食盐 400g", BaseUnit: "bag", Category: "粮油", SalePrice: 25_000})
	supplier := func(s catalog.Supplier) catalog.Supplier {
		made, err := h.app.Catalog.CreateSupplier(h.ctx, s)
		h.must(err)
		return made
	}
	h.farm = supplier(catalog.Supplier{Name: "宜昌果品合作社", Kind: catalog.Farmer, LeadTimeDays: 2, ReviewDays: 3, OrderWeekdays: catalog.EveryDay, PricesIncludeTax: true, MinimumOrder: 30_000})
	h.market = supplier(catalog.Supplier{Name: "城南批发市场", Kind: catalog.Wholesaler, LeadTimeDays: 1, ReviewDays: 1, OrderWeekdays: catalog.EveryDay, PricesIncludeTax: true})
	offer := func(s catalog.Supplier, p catalog.Product, pack measure.Pack, price money.Price) catalog.Offer {
		o, err := h.app.Catalog.SaveOffer(h.ctx, catalog.Offer{SupplierID: s.ID, ProductID: p.ID, Pack: pack, Price: price, ValidFrom: today.Add(-200)})
		h.must(err)
		return o
	}
	box := measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}}
	h.offer = offer(h.farm, h.oranges, box, 104_000)
	offer(h.market, h.oranges, measure.Pack{Unit: "kg", Factor: measure.One}, 130_000)
	offer(h.market, h.dates, measure.Pack{Unit: "bag", Factor: measure.One}, 200_000)
	offer(h.market, h.rice, measure.Pack{Unit: "kg", Factor: measure.One}, 60_000)
}

// past is eight weeks of sales up to a day, and what is on the shelf this morning.
func (h *house) past(last day.Date) {
	var list []sales.Sale
	for n := 55; n >= 0; n-- {
		date := last.Add(-n)
		sale := sales.Sale{ID: ident.New(), Kind: sales.KindSale, Channel: sales.CounterCode, BusinessDay: date, OccurredAt: day.At(date.Start(h.zone()).Add(12 * time.Hour))}
		sell := func(p catalog.Product, q measure.Quantity) {
			amount, err := money.Line(q, p.SalePrice, money.CNY)
			h.must(err)
			sale.Lines = append(sale.Lines, sales.Line{ProductID: p.ID, Quantity: q, Unit: p.BaseUnit, Price: p.SalePrice, Amount: amount, History: true})
			sale.Total += amount
		}
		sell(h.oranges, measure.Quantity(5000+1000*(n%4)))
		sell(h.dates, measure.Quantity(1000+1000*(n%2)))
		sell(h.rice, measure.Quantity(3000+500*(n%3)))
		sell(h.salt, measure.Quantity(1000*(1+n%3)))
		list = append(list, sale)
	}
	h.must(h.app.Sales.LoadHistory(h.ctx, list))
	soon := today.Add(2)
	cost := money.Price(104_000)
	h.must(h.app.Stock.Opening(h.ctx, []stock.OpeningLine{
		{ProductID: h.oranges.ID, Quantity: 9_000, UnitCost: &cost, Lot: &stock.LotSpec{Code: "A7", Expiry: &soon}},
		{ProductID: h.dates.ID, Quantity: 200_000, UnitCost: &cost},
		{ProductID: h.salt.ID, Quantity: 2_000, UnitCost: &cost},
	}))
}

func (h *house) zone() *time.Location {
	scope, _ := tenant.From(h.ctx)
	return scope.Zone
}

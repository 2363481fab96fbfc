package restocktest

import (
	"context"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// Village is a small shop in a whole program: oranges that run out, dates for a
// long time, rice that was never counted, salt that nobody offers.
type Village struct {
	T   *testing.T
	App *app.App
	Ctx context.Context // of the shop's owner

	Oranges, Dates, Rice, Salt catalog.Product
	Farm, Market               catalog.Supplier
	Offer                      catalog.Offer // of oranges, from the farm
}

// OpenVillage makes an empty shop of that slug.
func OpenVillage(t *testing.T, a *app.App, slug string) *Village {
	t.Helper()
	v := &Village{T: t, App: a}
	made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: slug, Name: slug, Timezone: "Asia/Shanghai", Currency: "CNY"})
	v.Must(err)
	v.Ctx = tenant.With(context.Background(), tenant.Scope{
		Shop: made.ID, Slug: made.Slug, ShopName: made.Name, PersonName: "王", Zone: made.Zone, Currency: made.Currency, Role: tenant.Owner, Lang: "zh-Hans",
	})
	return v
}

// Must fails the test on an error.
func (v *Village) Must(err error) {
	v.T.Helper()
	if err != nil {
		v.T.Fatal(err)
	}
}

// Scope is the owner's.
func (v *Village) Scope() tenant.Scope {
	scope, _ := tenant.From(v.Ctx)
	return scope
}

func (v *Village) zone() *time.Location { return v.Scope().Zone }

// Goods fills the catalogue.
func (v *Village) Goods() {
	make := func(d catalog.Draft) catalog.Product {
		p, err := v.App.Catalog.Create(v.Ctx, d)
		v.Must(err)
		return p
	}
	v.Oranges = make(catalog.Draft{Code: "1001", Name: "秭归脐橙", BaseUnit: "kg", Category: "水果", SalePrice: 156_000, Barcodes: []string{"6901234567892"},
		Packs: []measure.Pack{{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}}}})
	v.Dates = make(catalog.Draft{Code: "1002", Name: "若羌红枣 500g", BaseUnit: "bag", Category: "干货", SalePrice: 260_000})
	v.Rice = make(catalog.Draft{Code: "1003", Name: "五常大米", BaseUnit: "kg", Category: "粮油", SalePrice: 80_000})
	v.Salt = make(catalog.Draft{Code: "1004", Name: "食盐 400g", BaseUnit: "bag", Category: "粮油", SalePrice: 25_000})
	supplier := func(s catalog.Supplier) catalog.Supplier {
		made, err := v.App.Catalog.CreateSupplier(v.Ctx, s)
		v.Must(err)
		return made
	}
	v.Farm = supplier(catalog.Supplier{Name: "宜昌果品合作社", Kind: catalog.Farmer, LeadTimeDays: 2, ReviewDays: 3, OrderWeekdays: catalog.EveryDay, PricesIncludeTax: true, MinimumOrder: 30_000})
	v.Market = supplier(catalog.Supplier{Name: "城南批发市场", Kind: catalog.Wholesaler, LeadTimeDays: 1, ReviewDays: 1, OrderWeekdays: catalog.EveryDay, PricesIncludeTax: true})
	offer := func(s catalog.Supplier, p catalog.Product, pack measure.Pack, price money.Price) catalog.Offer {
		o, err := v.App.Catalog.SaveOffer(v.Ctx, catalog.Offer{SupplierID: s.ID, ProductID: p.ID, Pack: pack, Price: price, ValidFrom: Today.Add(-200)})
		v.Must(err)
		return o
	}
	box := measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}}
	v.Offer = offer(v.Farm, v.Oranges, box, 104_000)
	offer(v.Market, v.Oranges, measure.Pack{Unit: "kg", Factor: measure.One}, 130_000)
	offer(v.Market, v.Dates, measure.Pack{Unit: "bag", Factor: measure.One}, 200_000)
	offer(v.Market, v.Rice, measure.Pack{Unit: "kg", Factor: measure.One}, 60_000)
}

// Past is eight weeks of sales up to a day, and what is on the shelf this morning.
func (v *Village) Past(last day.Date) {
	var list []sales.Sale
	for n := 55; n >= 0; n-- {
		date := last.Add(-n)
		sale := sales.Sale{ID: ident.New(), Kind: sales.KindSale, Channel: sales.CounterCode, BusinessDay: date, OccurredAt: day.At(date.Start(v.zone()).Add(12 * time.Hour))}
		sell := func(p catalog.Product, q measure.Quantity) {
			amount, err := money.Line(q, p.SalePrice, money.CNY)
			v.Must(err)
			sale.Lines = append(sale.Lines, sales.Line{ProductID: p.ID, Quantity: q, Unit: p.BaseUnit, Price: p.SalePrice, Amount: amount, History: true})
			sale.Total += amount
		}
		sell(v.Oranges, measure.Quantity(5000+1000*(n%4)))
		sell(v.Dates, measure.Quantity(1000+1000*(n%2)))
		sell(v.Rice, measure.Quantity(3000+500*(n%3)))
		sell(v.Salt, measure.Quantity(1000*(1+n%3)))
		list = append(list, sale)
	}
	v.Must(v.App.Sales.LoadHistory(v.Ctx, list))
	soon := Today.Add(2)
	cost := money.Price(104_000)
	v.Must(v.App.Stock.Opening(v.Ctx, []stock.OpeningLine{
		{ProductID: v.Oranges.ID, Quantity: 9_000, UnitCost: &cost, Lot: &stock.LotSpec{Code: "A7", Expiry: &soon}},
		{ProductID: v.Dates.ID, Quantity: 200_000, UnitCost: &cost},
		{ProductID: v.Salt.ID, Quantity: 2_000, UnitCost: &cost},
	}))
}

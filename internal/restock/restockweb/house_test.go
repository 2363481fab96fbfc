package restockweb_test

import (
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
	"buhuo/internal/restock/restocktest"
	"buhuo/internal/restock/restockweb"
	"buhuo/internal/sales"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/webtest"
	"buhuo/static"
)

// now is a Tuesday before the shop opens.
var now, today = restocktest.Now, restocktest.Today

// house is a small shop with its pages, and another without goods.
type house struct {
	*webtest.Browser
	*restocktest.Village
	engine http.Handler
}

func open(t *testing.T) *house {
	t.Helper()
	h, _ := openAt(t)
	return h
}

// openAt is open with its clock, which stands still until it is set.
func openAt(t *testing.T) (*house, *time.Time) {
	t.Helper()
	d := dbtest.SQLite(t)
	at := now
	clock := func() time.Time { return at }
	a := app.Wire(d, clock)
	h := &house{Village: restocktest.OpenVillage(t, a, "first")}
	sessions := webtest.Sessions{"owner": h.Scope(), "other": restocktest.OpenVillage(t, a, "second").Scope()}
	for name, role := range map[string]tenant.Role{"manager": tenant.Manager, "seller": tenant.Seller, "viewer": tenant.Viewer} {
		s := h.Scope()
		s.Role = role
		sessions[name] = s
	}
	e := web.New(web.Config{Now: clock, Log: slog.New(slog.DiscardHandler), Auth: sessions, Static: static.Handler()})
	restockweb.New(a.Restock, restockdb.New(d), a.Catalog, a.Stock, a.Shop).Routes(e)
	h.engine, h.Browser = e, webtest.New(t, e).As("owner").Lang("zh-Hans")
	return h, &at
}

// stocked is open with goods and a past of eight weeks, thought through.
func stocked(t *testing.T) *house {
	t.Helper()
	h := open(t)
	h.Goods()
	h.Past(today.Add(-1))
	h.Must(h.App.Restock.Recompute(h.Ctx, nil))
	return h
}

// as is a browser of somebody else.
func (h *house) as(who string) *webtest.Browser {
	return webtest.New(h.T, h.engine).As(who).Lang("zh-Hans")
}

// product, offer and sold add goods to the village.
func (h *house) product(d catalog.Draft) catalog.Product {
	h.T.Helper()
	p, err := h.App.Catalog.Create(h.Ctx, d)
	h.Must(err)
	return p
}

func (h *house) offer(s catalog.Supplier, p catalog.Product, pack measure.Pack, price money.Price) {
	h.T.Helper()
	_, err := h.App.Catalog.SaveOffer(h.Ctx, catalog.Offer{SupplierID: s.ID, ProductID: p.ID, Pack: pack, Price: price, ValidFrom: today.Add(-200)})
	h.Must(err)
}

// sold is so much every day for eight weeks.
func (h *house) sold(p catalog.Product, q measure.Quantity) {
	h.T.Helper()
	var list []sales.Sale
	for n := 56; n > 0; n-- {
		date := today.Add(-n)
		amount, err := money.Line(q, p.SalePrice, money.CNY)
		h.Must(err)
		list = append(list, sales.Sale{ID: ident.New(), Kind: sales.KindSale, Channel: sales.CounterCode, BusinessDay: date, Total: amount,
			OccurredAt: day.At(date.Start(h.Scope().Zone).Add(11 * time.Hour)),
			Lines:      []sales.Line{{ProductID: p.ID, Quantity: q, Unit: p.BaseUnit, Price: p.SalePrice, Amount: amount, History: true}}})
	}
	h.Must(h.App.Sales.LoadHistory(h.Ctx, list))
}

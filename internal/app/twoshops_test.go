package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/webtest"
)

// canary marks every text of the shop that must not be seen.
const canary = "金丝雀"

// filled is a shop with something in every table.
type filled struct {
	shop shop.Shop
	ctx  context.Context
	ids  map[string]ident.ID
	code string
}

func fill(t *testing.T, a *app.App, slug, mark string) filled {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("fill shop %s: %v", slug, err)
		}
	}
	made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: slug, Name: slug + mark, Timezone: "Asia/Shanghai", Currency: "CNY"})
	must(err)
	f := filled{shop: made, ctx: shop.Acting(context.Background(), made), ids: map[string]ident.ID{}, code: slug + "-100" + mark}
	for _, role := range tenant.Roles() {
		_, err := a.Shop.AddPerson(f.ctx, made.ID, shop.NewPerson{Login: slug + "-" + string(role), Name: mark, Password: "a long enough secret " + slug, Role: role})
		must(err)
	}
	product, err := a.Catalog.Create(f.ctx, catalog.Draft{Code: f.code, Name: "红枣" + mark, Category: "干果" + mark, BaseUnit: "kg", SalePrice: 300000, Barcodes: []string{"bar" + slug}})
	must(err)
	supplier, err := a.Catalog.CreateSupplier(f.ctx, catalog.Supplier{Name: "果园" + mark, Kind: catalog.Farmer, LeadTimeDays: 2, ReviewDays: 1})
	must(err)
	offer, err := a.Catalog.SaveOffer(f.ctx, catalog.Offer{SupplierID: supplier.ID, ProductID: product.ID, SupplierCode: mark, Price: 200000})
	must(err)
	cost := money.Price(180000)
	must(a.Stock.Receive(f.ctx, stock.ReceiveRequest{ClientID: ident.New(), Note: mark, Lines: []stock.ReceiveLine{{ProductID: product.ID, Quantity: 9000, UnitCost: &cost, Lot: mark}}}))
	sale, _, _, err := a.Sales.Record(f.ctx, sales.Request{ClientID: ident.New(), Lines: []sales.RequestLine{{ProductID: product.ID, Quantity: 1000, Unit: "kg"}}})
	must(err)
	must(a.Sales.Wish(f.ctx, "没有的货"+mark, sales.WishAsked, nil))
	_, err = a.Sales.Import(f.ctx, sales.ImportRequest{Kind: "products", FileName: mark + ".csv", Body: bytes.NewReader([]byte("item,name,category,unit\n" + slug + "-200,橙" + mark + ",鲜果,kg\n"))})
	must(err)
	orders, err := a.Purchase.Draft(f.ctx, []purchase.DraftOrder{{SupplierID: supplier.ID, Note: mark, Lines: []purchase.DraftLine{{ProductID: product.ID, OfferID: offer.ID, Quantity: 5000}}}})
	must(err)
	_, err = a.Purchase.Send(f.ctx, orders[0].ID, orders[0].Version)
	must(err)
	moved, err := a.Stock.Movements(f.ctx, stock.MovementQuery{})
	must(err)
	must(a.Restock.Recompute(f.ctx, nil))
	categories, err := a.Catalog.Categories(f.ctx)
	must(err)
	f.ids = map[string]ident.ID{"product": product.ID, "supplier": supplier.ID, "offer": offer.ID, "order": orders[0].ID, "sale": sale.ID,
		"movement": moved[0].ID, "lot": moved[len(moved)-1].LotID, "category": categories[0].ID}
	return f
}

// snapshot hashes every row of a shop, table by table.
func snapshot(t *testing.T, d *db.DB, id tenant.ShopID) map[string]string {
	t.Helper()
	ctx := db.Installation(context.Background())
	var tables []string
	list := "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'shop_id' WHERE m.type = 'table' ORDER BY m.name"
	if d.Dialect == db.Postgres {
		list = "SELECT table_name FROM information_schema.columns WHERE column_name = 'shop_id' AND table_schema = 'public' ORDER BY table_name"
	}
	if err := d.From(ctx).Raw(list).Scan(&tables).Error; err != nil {
		t.Fatal(err)
	}
	if len(tables) < 30 {
		t.Fatalf("only %d tables with shop_id", len(tables))
	}
	out := map[string]string{}
	for _, table := range tables {
		if table == "sessions" { // a session may be touched by its own shop's visits
			continue
		}
		var rows []map[string]any
		if err := d.From(ctx).Raw("SELECT * FROM "+table+" WHERE shop_id = ?", int64(id)).Scan(&rows).Error; err != nil {
			t.Fatal(err)
		}
		lines := make([]string, len(rows))
		for i, row := range rows {
			lines[i] = fmt.Sprint(row)
		}
		slices.Sort(lines)
		sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
		out[table] = fmt.Sprintf("%d rows %x", len(rows), sum[:8])
	}
	return out
}

func login(t *testing.T, h http.Handler, name, slug string) *webtest.Browser {
	t.Helper()
	b := webtest.New(t, h)
	b.PostForm("/login", url.Values{"login": {name}, "password": {"a long enough secret " + slug}}).Want(http.StatusSeeOther)
	return b
}

// TestTwoShops puts every id of one shop into every route of the program, as
// every role of another: nothing of it may be seen, nothing of it may change.
func TestTwoShops(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
		a := app.Wire(d, func() time.Time { return now })
		mine, theirs := fill(t, a, "alpha", ""), fill(t, a, "beta", canary)
		server := a.Server(app.Config{}, slog.New(slog.DiscardHandler), "")
		before := snapshot(t, d, theirs.shop.ID)
		for _, role := range tenant.Roles() {
			b := login(t, server.Handler(), "alpha-"+string(role), "alpha")
			for _, route := range server.Engine().Routes() {
				if route.Path == "/logout" || strings.Contains(route.Path, "sessions") {
					continue // ends our own session, which the rest of the test needs
				}
				tryRoute(t, b, route, mine, theirs)
			}
		}
		after := snapshot(t, d, theirs.shop.ID)
		for table, was := range before {
			if after[table] != was {
				t.Errorf("%s of the other shop changed: %s, was %s", table, after[table], was)
			}
		}
	})
}

func tryRoute(t *testing.T, b *webtest.Browser, route web.Route, mine, theirs filled) {
	t.Helper()
	for _, path := range paths(route, theirs) {
		var r *webtest.Response
		switch route.Method {
		case http.MethodGet:
			r = b.Get(path + "?" + foreignFields(theirs).Encode())
		default:
			r = b.PostForm(path, foreignFields(theirs))
			if bytes.Contains(r.Body, []byte(canary)) {
				t.Errorf("%s %s answers with the other shop's words", route.Method, path)
			}
			v := foreignFields(theirs)
			v.Set("shop", theirs.shop.Slug)
			if r := b.PostForm(path, v); r.Status == http.StatusOK || r.Status == http.StatusSeeOther && route.Access != web.Public {
				t.Errorf("%s %s took a form made for the other shop: %d", route.Method, path, r.Status)
			}
		}
		if bytes.Contains(r.Body, []byte(canary)) && !echoes(r, theirs) {
			t.Errorf("%s %s shows the other shop's words", route.Method, path)
		}
		if len(route.Params()) > 0 && slices.Contains(route.Params(), "id") && r.Status < 400 && r.Status != http.StatusSeeOther {
			t.Errorf("%s %s answers %d for an id of the other shop", route.Method, path, r.Status)
		}
	}
}

// echoes reports whether the page only repeats the search that we typed.
func echoes(r *webtest.Response, theirs filled) bool {
	return !bytes.Contains(bytes.ReplaceAll(bytes.ReplaceAll(r.Body, []byte(theirs.code), nil), []byte(url.QueryEscape(theirs.code)), nil), []byte(canary))
}

// paths fills the parameters of a route with every id of the other shop.
func paths(route web.Route, theirs filled) []string {
	params := route.Params()
	if len(params) == 0 {
		return []string{route.Path}
	}
	var out []string
	for _, id := range theirs.ids {
		path := route.Path
		for _, p := range params {
			value := id.String()
			if p != "id" {
				value = "1"
			}
			path = strings.Replace(path, ":"+p, value, 1)
		}
		out = append(out, path)
	}
	return out
}

// foreignFields names the other shop's rows in every way a form could.
func foreignFields(theirs filled) url.Values {
	v := url.Values{"client_id": {ident.New().String()}, "quantity": {"1"}, "unit": {"kg"}, "channel": {"counter"}, "code": {theirs.code}, "product_code": {theirs.code},
		"suggestions": {theirs.code}, "q": {theirs.code}, "reason": {"spoilage"}, "counted": {"1"}, "price": {"1"}, "cost": {"1"}, "name": {"x"}, "line": {"1"}}
	for name, id := range theirs.ids {
		for _, key := range []string{name, name + "_id"} {
			v.Set(key, id.String())
		}
	}
	v.Set("id", theirs.ids["product"].String())
	return v
}

// TestNobodySeesNothing walks every route without a session.
func TestNobodySeesNothing(t *testing.T) {
	d := dbtest.SQLite(t)
	a := app.Wire(d, time.Now)
	theirs := fill(t, a, "beta", canary)
	server := a.Server(app.Config{}, slog.New(slog.DiscardHandler), "")
	before := snapshot(t, d, theirs.shop.ID)
	for _, route := range server.Engine().Routes() {
		if route.Access == web.Public {
			continue
		}
		for _, path := range paths(route, theirs) {
			r := webtest.New(t, server.Handler()).Send(route.Method, path, "application/x-www-form-urlencoded", strings.NewReader(foreignFields(theirs).Encode()))
			if r.Status != http.StatusUnauthorized && r.Status != http.StatusSeeOther && r.Status != http.StatusNotFound {
				t.Errorf("%s %s answers %d to nobody", route.Method, path, r.Status)
			}
			if bytes.Contains(r.Body, []byte(canary)) {
				t.Errorf("%s %s shows a shop to nobody", route.Method, path)
			}
		}
	}
	for table, was := range before {
		if after := snapshot(t, d, theirs.shop.ID)[table]; after != was {
			t.Errorf("nobody changed %s", table)
		}
	}
}

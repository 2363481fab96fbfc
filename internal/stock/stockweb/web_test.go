package stockweb_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/catalog/catalogdb"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/stock/stockdb"
	"buhuo/internal/stock/stockweb"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/webtest"
	"buhuo/static"
)

var (
	now   = time.Date(2026, time.November, 23, 4, 0, 0, 0, time.UTC)
	today = day.New(2026, time.November, 23)
)

// jinShop is a shop that talks in jin.
type jinShop struct{}

func (jinShop) Get(context.Context) (shop.Shop, error) { return shop.Shop{ShowUnit: "jin"}, nil }

// staff counts how often a page asks for names, and says one for each.
type staff struct{ asked *int }

func (s staff) Names(_ context.Context, ids []ident.ID) (map[ident.ID]string, error) {
	*s.asked++
	names := map[ident.ID]string{}
	for _, id := range ids {
		names[id] = "王-" + id.String()[30:]
	}
	return names, nil
}

// house is a stock room with its pages and the people of two shops.
type house struct {
	*webtest.Browser
	engine  http.Handler
	asked   *int // how often names of people were asked for
	stock   *stock.Service
	catalog *catalog.Service
	ctx     context.Context
	other   context.Context
	dates   catalog.Product // kept in kg, shown in jin, keeps 30 days
	rice    catalog.Product // kept in bags
	foreign catalog.Product // of the other shop
}

func open(t *testing.T) house {
	t.Helper()
	d := dbtest.SQLite(t)
	zone := time.FixedZone("Shanghai", 8*3600)
	scope := func(id tenant.ShopID, role tenant.Role) tenant.Scope {
		return tenant.Scope{Shop: id, Slug: fmt.Sprintf("shop-%d", id), ShopName: "店", Zone: zone, Currency: money.CNY, Role: role, Person: ident.New()}
	}
	for id := range 2 {
		slug := fmt.Sprintf("shop-%d", id+1)
		if err := d.Do(db.Installation(context.Background()), func(ctx context.Context) error {
			if err := d.From(ctx).Exec(`INSERT INTO shops (shop_id, slug, name, timezone, currency, secret, created_at)
				VALUES (?, ?, ?, ?, ?, ?, ?)`, id+1, slug, slug, "Asia/Shanghai", "CNY", []byte{1}, 1).Error; err != nil {
				return err
			}
			return d.From(ctx).Exec(`INSERT INTO counters (shop_id, movement_hash, audit_hash) VALUES (?, ?, ?)`, id+1, make([]byte, 32), make([]byte, 32)).Error
		}); err != nil {
			t.Fatal(err)
		}
	}
	clock := func() time.Time { return now }
	h := house{stock: stock.New(stockdb.New(d), d, clock), catalog: catalog.New(catalogdb.New(d), d, func(string) string { return "usual" }, clock)}
	e := web.New(web.Config{Now: clock, Log: slog.New(slog.DiscardHandler), Static: static.Handler(), Auth: webtest.Sessions{
		"owner": scope(1, tenant.Owner), "seller": scope(1, tenant.Seller), "viewer": scope(1, tenant.Viewer), "other": scope(2, tenant.Owner),
	}})
	h.asked = new(int)
	stockweb.New(h.stock, h.catalog, jinShop{}, staff{h.asked}).Routes(e)
	h.engine = e
	h.Browser = webtest.New(t, e).As("owner").Lang("en")
	h.ctx = tenant.With(context.Background(), scope(1, tenant.Owner))
	h.other = tenant.With(context.Background(), scope(2, tenant.Owner))
	h.dates = h.make(t, h.ctx, catalog.Draft{Code: "D1", Name: "若羌红枣", BaseUnit: "kg", ShelfLifeDays: 30, Barcodes: []string{"6901234567892"}, Shelf: "A1"})
	h.rice = h.make(t, h.ctx, catalog.Draft{Code: "R1", Name: "五常大米", BaseUnit: "bag", Packs: []measure.Pack{{Unit: "box", Factor: measure.Ratio{Num: 10, Den: 1}}}, Shelf: "B1"})
	h.foreign = h.make(t, h.other, catalog.Draft{Code: "X1", Name: "别家货", BaseUnit: "kg"})
	return h
}

func (h house) make(t *testing.T, ctx context.Context, d catalog.Draft) catalog.Product {
	t.Helper()
	p, err := h.catalog.Create(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (h house) onHand(t *testing.T, p catalog.Product) stock.Balance {
	t.Helper()
	all, err := h.stock.Balances(h.ctx, []ident.ID{p.ID})
	if err != nil {
		t.Fatal(err)
	}
	return all[p.ID]
}

func about(path string, p catalog.Product) string { return path + "?product=" + p.ID.String() }

func TestChoose(t *testing.T) {
	h := open(t)
	page := h.Get("/stock/receive").Want(200)
	if n := page.Find("#found a").Length(); n != 2 {
		t.Errorf("%d products to choose from, want the shop's 2", n)
	}
	if at := h.Get("/stock/receive?q=6901234567892").Want(303).Location(); at != about("/stock/receive", h.dates) {
		t.Errorf("a scan leads to %s", at)
	}
	if page := h.Get("/stock/receive?q=rq").Want(200); page.Find("#found a").Length() != 1 {
		t.Errorf("pinyin initials find %s", page.Text("#found"))
	}
	h.Get("/stock/receive?q=nothing").Want(200)
	for _, path := range []string{"/stock/receive", "/stock/count", "/stock/adjust", "/stock/loss"} {
		h.Get(about(path, h.foreign)).Want(404)
		h.Get(path + "?product=" + ident.New().String()).Want(404)
	}
}

func TestMovements(t *testing.T) {
	h := open(t)
	h.Get("/stock/movements").Want(200)
	for range 60 {
		if err := h.stock.Receive(h.ctx, stock.ReceiveRequest{Lines: []stock.ReceiveLine{{ProductID: h.rice.ID, Quantity: 1000}}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.stock.Adjust(h.ctx, stock.AdjustRequest{ProductID: h.dates.ID, Delta: 2500, Reason: "理由甲"}); err != nil {
		t.Fatal(err)
	}
	*h.asked = 0
	page := h.Get("/stock/movements").Want(200)
	if *h.asked != 1 {
		t.Errorf("a page of 50 lines asked %d times for names", *h.asked)
	}
	scope, _ := tenant.From(h.ctx)
	if text := page.Text("tbody tr:first-child"); !strings.Contains(text, "王-"+scope.Person.String()[30:]) {
		t.Errorf("the newest line does not say who: %q", text)
	}
	if n := page.Find("tbody tr").Length(); n != 50 {
		t.Errorf("%d lines on the first page", n)
	}
	if text := page.Text("tbody tr:first-child"); !strings.Contains(text, "+5") || !strings.Contains(text, "理由甲") || !strings.Contains(text, "Adjustment") {
		t.Errorf("the newest line says %q", text)
	}
	older, _ := page.Find("a[href*='before=']").Attr("href")
	if n := h.Get(older).Want(200).Find("tbody tr").Length(); n != 11 {
		t.Errorf("%d lines on the second page", n)
	}
	one := h.Get("/stock/movements?product=" + h.dates.ID.String()).Want(200)
	if n := one.Find("tbody tr").Length(); n != 1 {
		t.Errorf("%d lines of the product", n)
	}
	back := one.Form("form[action$='/undo']").Submit().Want(303)
	if back.Location() != "/stock/movements?product="+h.dates.ID.String() {
		t.Errorf("leads to %s", back.Location())
	}
	after := back.Follow().Want(200)
	if text := after.Text("tbody"); !strings.Contains(text, "Undo: Adjustment") || !strings.Contains(text, "Undone") || after.Find("form[action$='/undo']").Length() != 0 {
		t.Errorf("after undoing: %q", text)
	}
	if b := h.onHand(t, h.dates); b.OnHand != 0 {
		t.Errorf("undone: %+v", b)
	}
	one.Form("form[action$='/undo']").Submit().Want(409)
	h.PostForm("/stock/movements/"+ident.New().String()+"/undo", url.Values{}).Want(404)
	h.Get("/stock/movements?product=" + h.foreign.ID.String()).Want(404)
	h.Get("/stock/movements?product=nonsense&before=x").Want(200)
}

func TestRoles(t *testing.T) {
	h := open(t)
	as := func(who string) *webtest.Browser { return webtest.New(t, h.engine).As(who).Lang("en") }
	viewer, seller, other := as("viewer"), as("seller"), as("other")
	viewer.Get("/stock/movements").Want(200)
	viewer.Get("/stock/receive").Want(403)
	viewer.PostForm("/stock/count", url.Values{}).Want(403)
	seller.Get("/stock/count").Want(200)
	seller.Get("/stock/adjust").Want(403)
	seller.PostForm("/stock/movements/"+ident.New().String()+"/undo", url.Values{}).Want(403)
	if err := h.stock.Receive(h.ctx, stock.ReceiveRequest{Lines: []stock.ReceiveLine{{ProductID: h.rice.ID, Quantity: 1000}}}); err != nil {
		t.Fatal(err)
	}
	list, err := h.stock.Movements(h.ctx, stock.MovementQuery{})
	if err != nil {
		t.Fatal(err)
	}
	if seller.Get("/stock/movements").Want(200).Find("form[action$='/undo']").Length() != 0 {
		t.Error("a seller is offered to undo")
	}
	other.PostForm("/stock/movements/"+list[0].ID.String()+"/undo", url.Values{}).Want(404)
	if text := other.Get("/stock/movements").Want(200).Text("main"); strings.Contains(text, "五常") {
		t.Error("another shop sees the movement")
	}
}

// TestPagesInThreeLanguages draws every page in every language and checks what all
// pages promise.
func TestPagesInThreeLanguages(t *testing.T) {
	h := open(t)
	id := ident.New()
	expiry := today + 2
	for range 2 {
		if err := h.stock.Receive(h.ctx, stock.ReceiveRequest{Lines: []stock.ReceiveLine{{ProductID: h.dates.ID, Quantity: 5000, Lot: "L", Expiry: &expiry}}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.stock.Count(h.ctx, stock.CountRequest{ClientID: id, ProductID: h.dates.ID, Counted: 9000}); err != nil {
		t.Fatal(err)
	}
	var all []stock.Posting
	for _, k := range stock.Kinds() {
		p := stock.Posting{Kind: k, ProductID: h.rice.ID, Quantity: -1000, Source: "test"}
		switch k {
		case stock.Receipt, stock.CustomerReturn, stock.Harvest, stock.ProcessingIn:
			p.Quantity = 1000
		case stock.Revaluation:
			p.Quantity, p.Value = 0, new(money.Amount)
		}
		all = append(all, p)
	}
	if _, _, err := h.stock.Post(h.ctx, all); err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"zh-Hans", "fr", "en"} {
		for _, path := range []string{
			"/stock/receive", "/stock/count", "/stock/count?shelf=A1&blind=1", "/stock/loss", "/stock/adjust", "/stock/movements", "/stock/counts/" + id.String(),
			about("/stock/receive", h.dates), about("/stock/count", h.dates), about("/stock/loss", h.dates), about("/stock/adjust", h.rice),
			"/stock/movements?product=" + h.rice.ID.String(),
		} {
			joint := "?"
			if strings.Contains(path, "?") {
				joint = "&"
			}
			page := h.Get(path + joint + "lang=" + lang).Want(200)
			body := string(page.Body)
			if page.Find("h1").Length() != 1 || strings.Contains(body, " style=") || strings.Contains(body, " onclick=") {
				t.Errorf("%s in %s: %d h1, or inline style", path, lang, page.Find("h1").Length())
			}
			if got, _ := page.Find("html").Attr("lang"); got != lang {
				t.Errorf("%s in %s says it is in %q", path, lang, got)
			}
			seen := map[string]bool{}
			for _, n := range page.Find("[id]").Nodes {
				for _, a := range n.Attr {
					if a.Key == "id" && seen[a.Val] {
						t.Errorf("%s in %s: two elements with id %q", path, lang, a.Val)
					}
					if a.Key == "id" {
						seen[a.Val] = true
					}
				}
			}
		}
	}
}

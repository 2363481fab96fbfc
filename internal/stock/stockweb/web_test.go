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

func TestReceive(t *testing.T) {
	h := open(t)
	page := h.Get(about("/stock/receive", h.dates)).Want(200)
	if v, _ := page.Find("select[name=unit] option[selected]").Attr("value"); v != "jin" {
		t.Errorf("offers %q first, want the shop's jin", v)
	}
	if v, _ := page.Find("input[name=expiry]").Attr("value"); v != (today + 30).String() {
		t.Errorf("proposes %q as expiry of goods that keep 30 days", v)
	}
	form := page.Form("form[action='/stock/receive']").Set("quantity", "１０").Set("cost", "6.5").Set("lot", "L7").Set("note", "早市")
	form.Submit().Want(303).Follow().Want(200)
	form.Submit().Want(303) // a double click
	b := h.onHand(t, h.dates)
	if b.OnHand != 5000 || b.Value != 6500 || b.LastCost != 130_000 {
		t.Errorf("10 jin at 6.50 are 5 kg worth 65.00 at 13 a kg, but the book says %+v", b)
	}
	lots, err := h.stock.Lots(h.ctx, h.dates.ID)
	if err != nil || len(lots) != 1 || lots[0].Code != "L7" || *lots[0].Expiry != today+30 {
		t.Errorf("lots %+v, %v", lots, err)
	}
	form.Set("quantity", "11").Submit().Want(409)

	h.Get(about("/stock/receive", h.rice)).Want(200).Form("form[action='/stock/receive']").
		Set("quantity", "2").Set("unit", "box").Set("paid", "1,000.00").Submit().Want(303)
	if b := h.onHand(t, h.rice); b.OnHand != 20_000 || b.Value != 100_000 {
		t.Errorf("2 boxes of 10 for 1,000: %+v", b)
	}
}

// Several products in one go, without JavaScript: another one is found by scanning or
// typing, nothing typed is lost, and all of them are booked at once or none.
func TestReceiveSeveral(t *testing.T) {
	h := open(t)
	const form = "form[action='/stock/receive']"
	page := h.Get(about("/stock/receive", h.dates)).Want(200).Form(form).Set("quantity", "10").Set("cost", "6.5").Set("lot", "L7").Set("note", "早市").
		Set("expiry", "").Set("q", "R1").Press("button[name=find]").Want(200)
	value := func(p *webtest.Response, name string, i int) string {
		return p.Find("input[name="+name+"]").Eq(i).AttrOr("value", "")
	}
	if n := page.Find("input[name=product]").Length(); n != 2 || value(page, "product", 1) != h.rice.ID.String() {
		t.Fatalf("%d rows, the second of %s", n, value(page, "product", 1))
	}
	for name, want := range map[string]string{"quantity": "10", "cost": "6.5", "lot": "L7", "expiry": "", "note": "早市"} {
		if got := value(page, name, 0); got != want {
			t.Errorf("%s was %q, is %q", name, want, got)
		}
	}
	page.Form(form).Set("q", "zzz").Press("button[name=find]").Want(200).Contains("No product found")
	found := page.Form(form).Set("q", "红").Press("button[name=find]").Want(200)
	if n := found.Find("button[name=add]").Length(); n != 1 {
		t.Fatalf("%d products are offered for 红", n)
	}
	three := found.Form(form).Press("button[name=add]").Want(200) // the same goods in another lot
	if got := value(three, "expiry", 2); got != (today+30).String() || value(three, "expiry", 0) != "" {
		t.Errorf("the new row proposes %q, the first one %q", got, value(three, "expiry", 0))
	}
	two := three.Form(form).Set("lot", "L7", "", "L8").Press("button[name=drop][value='1']").Want(200)
	if n := two.Find("input[name=product]").Length(); n != 2 || value(two, "lot", 1) != "L8" || value(two, "quantity", 0) != "10" {
		t.Errorf("%d rows are left, the lots %q and %q", n, value(two, "lot", 0), value(two, "lot", 1))
	}
	wrong := two.Form(form).Set("quantity", "10", "zwei").Submit().Want(422)
	if wrong.Find("[aria-invalid]").Length() != 1 || wrong.Find("a[href='#quantity[1]']").Length() != 1 || wrong.Find("[id='quantity[1]']").Length() != 1 {
		t.Error("the page does not lead to what is wrong in the second row")
	}
	wrong = two.Form(form).Set("quantity", "10", "-2").Submit().Want(422)
	if wrong.Find("a[href='#quantity[1]']").Length() != 1 {
		t.Errorf("the rule of the stock room is not said in its row: %s", wrong.Text(".note"))
	}
	if b := h.onHand(t, h.dates); b.KnownFrom != nil {
		t.Errorf("refused, but written: %+v", b)
	}
	done := two.Form(form).Set("quantity", "10", "4")
	done.Submit().Want(303)
	done.Submit().Want(303)
	if b := h.onHand(t, h.dates); b.OnHand != 7_000 {
		t.Errorf("10 and 4 jin are 7 kg, the book says %s", b.OnHand.Decimal())
	}
	lots, err := h.stock.Lots(h.ctx, h.dates.ID)
	if err != nil || len(lots) != 2 || lots[0].Code != "L8" || lots[1].Code != "L7" || lots[1].Expiry != nil {
		t.Errorf("lots %+v, %v", lots, err)
	}
	page.Form(form).Set("quantity", "1", "2").Set("unit", "kg", "box").Set("client_id", ident.New().String()).Submit().Want(303)
	if a, b := h.onHand(t, h.dates), h.onHand(t, h.rice); a.OnHand != 8_000 || b.OnHand != 20_000 {
		t.Errorf("%s dates, %s bags of rice", a.OnHand.Decimal(), b.OnHand.Decimal())
	}
}

func TestReceiveRefused(t *testing.T) {
	h := open(t)
	for name, c := range map[string]struct{ field, value string }{
		"nothing": {"quantity", ""}, "zero": {"quantity", "0"}, "below zero": {"quantity", "-3"}, "words": {"quantity", "ten"},
		"exponent": {"quantity", "1e9"}, "too precise": {"quantity", "0.0001"}, "huge": {"quantity", "99999999999999"},
		"negative cost": {"cost", "-1"}, "no date": {"expiry", "1899-01-01"}, "past": {"expiry", "2026-11-22"}, "emoji": {"cost", "🍊"},
		"a unit of something else": {"unit", "ml"},
	} {
		form := h.Get(about("/stock/receive", h.dates)).Form("form[action='/stock/receive']").Set("quantity", "5").Set("note", "keep me").Set(c.field, c.value)
		page := form.Submit().Want(422)
		if page.Find(".problems, [role=alert], #"+c.field+"-error").Length() == 0 {
			t.Errorf("%s: the page does not say what is wrong", name)
		}
		if v, _ := page.Find("input[name=note]").Attr("value"); v != "keep me" {
			t.Errorf("%s: the note is lost", name)
		}
		if c.field != "unit" {
			if v, _ := page.Find("input[name=" + c.field + "]").Attr("value"); v != c.value {
				t.Errorf("%s: the field shows %q, typed was %q", name, v, c.value)
			}
		}
	}
	if b := h.onHand(t, h.dates); b.OnHand != 0 || b.KnownFrom != nil {
		t.Errorf("refused, but written: %+v", b)
	}
	h.PostForm("/stock/receive", url.Values{"product": {h.foreign.ID.String()}, "quantity": {"1"}, "client_id": {ident.New().String()}}).Want(404)
	h.PostForm("/stock/receive", url.Values{
		"product": {h.dates.ID.String()}, "quantity": {"1"}, "client_id": {ident.New().String()}, "supplier": {ident.New().String()},
	}).Want(404)
}

func TestCount(t *testing.T) {
	h := open(t)
	list := h.Get("/stock/count?shelf=A1").Want(200)
	if n := list.Find("#found a").Length(); n != 1 {
		t.Errorf("%d products on shelf A1, want 1", n)
	}
	first := h.Get("/stock/count").Want(200)
	if !strings.Contains(first.Text("#found"), "Count these first") {
		t.Error("what was never counted is not asked for first")
	}
	page := h.Get(about("/stock/count", h.dates) + "&shelf=A1").Want(200)
	answer := page.Form("form[action='/stock/count']").Set("counted", "8").Submit().Want(303)
	result := answer.Follow().Want(200)
	if text := result.Text("main"); !strings.Contains(text, "8 jin more than the book said") {
		t.Errorf("the result says %q", text)
	}
	if next, _ := result.Find("a[href='/stock/count?shelf=A1']").Attr("href"); next == "" {
		t.Error("no way on to the next of the shelf")
	}
	if b := h.onHand(t, h.dates); b.OnHand != 4000 || b.LastCount == nil {
		t.Errorf("8 jin counted: %+v", b)
	}
	stale := h.Get(about("/stock/count", h.dates)).Form("form[action='/stock/count']").Set("counted", "7")
	if _, _, err := h.stock.Post(h.ctx, []stock.Posting{{Kind: stock.Sale, ProductID: h.dates.ID, Quantity: -500}}); err != nil {
		t.Fatal(err)
	}
	again := stale.Submit().Want(409)
	if text := again.Text("main"); !strings.Contains(text, "8 jin") || !strings.Contains(text, "7 jin") {
		t.Errorf("a stale count must say what changed: %q", text)
	}
	result = again.Form("form[action='/stock/count']").Submit().Want(303).Follow().Want(200)
	if !strings.Contains(result.Text("main"), "The book was right") {
		t.Errorf("after checking: %q", result.Text("main"))
	}
	result.Form("form[action$='/undo']").Submit().Want(303)
	blind := h.Get(about("/stock/count", h.dates) + "&blind=1").Want(200)
	if strings.Contains(blind.Text("main"), "In the book") {
		t.Error("a blind count shows the book")
	}
	blind.Form("form[action='/stock/count']").Set("counted", "-1").Submit().Want(422)
	h.Get("/stock/counts/" + ident.New().String()).Want(404)
	h.Get("/stock/counts/nonsense").Want(404)
}

func TestLossAndAdjust(t *testing.T) {
	h := open(t)
	for _, life := range []day.Date{3, 9} {
		expiry := today + life
		if err := h.stock.Receive(h.ctx, stock.ReceiveRequest{Lines: []stock.ReceiveLine{{ProductID: h.dates.ID, Quantity: 5000, Expiry: &expiry}}}); err != nil {
			t.Fatal(err)
		}
	}
	lots, err := h.stock.Lots(h.ctx, h.dates.ID)
	if err != nil {
		t.Fatal(err)
	}
	form := h.Get(about("/stock/loss", h.dates)).Want(200).Form("form[action='/stock/loss']").
		Set("quantity", "12").Set("reason", "spoilage").Set("lot", lots[1].LotID.String())
	page := form.Submit().Want(409)
	if !strings.Contains(page.Text("main"), "only 10 jin") {
		t.Errorf("the lot holds 10 jin, the page says %q", page.Text("main"))
	}
	page.Form("form[action='/stock/loss']").Set("quantity", "2").Submit().Want(303)
	if b := h.onHand(t, h.dates); b.OnHand != 9000 {
		t.Errorf("after losing 2 jin: %+v", b)
	}
	form.Set("reason", "sale").Set("quantity", "1").Submit().Want(422)

	adjust := h.Get(about("/stock/adjust", h.dates)).Want(200).Form("form[action='/stock/adjust']").Set("quantity", "4")
	adjust.Submit().Want(422) // neither direction nor reason
	adjust.Set("direction", "less").Set("reason", "称错了").Submit().Want(303)
	if b := h.onHand(t, h.dates); b.OnHand != 7000 || b.LastCount != nil {
		t.Errorf("after 4 jin less: %+v", b)
	}
	h.Get(about("/stock/adjust", h.dates)).Form("form[action='/stock/adjust']").Set("quantity", "-4").Set("direction", "more").Set("reason", "r").Submit().Want(422)
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

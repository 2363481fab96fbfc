package catalogweb_test

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
	"buhuo/internal/catalog/catalogweb"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/webtest"
	"buhuo/static"
)

var now = time.Date(2026, time.November, 23, 4, 0, 0, 0, time.UTC)

// jinShop is a shop that talks in jin.
type jinShop struct{}

func (jinShop) Get(context.Context) (shop.Shop, error) { return shop.Shop{ShowUnit: "jin"}, nil }

// house is a catalog with its pages, an owner, a viewer, and the owner of another shop.
type house struct {
	*webtest.Browser
	service *catalog.Service
	ctx     context.Context
	other   context.Context
	engine  http.Handler
}

func open(t *testing.T) house {
	t.Helper()
	d := dbtest.SQLite(t)
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	scope := func(id tenant.ShopID, role tenant.Role) tenant.Scope {
		return tenant.Scope{Shop: id, Slug: fmt.Sprintf("shop-%d", id), ShopName: "店", Zone: zone, Currency: money.CNY, Role: role}
	}
	for id := range 2 {
		err := d.Do(db.Installation(context.Background()), func(ctx context.Context) error {
			slug := fmt.Sprintf("shop-%d", id+1)
			return d.From(ctx).Exec(`INSERT INTO shops (shop_id, slug, name, timezone, currency, secret, created_at)
				VALUES (?, ?, ?, ?, ?, ?, ?)`, id+1, slug, slug, zone.String(), "CNY", []byte{1}, 1).Error
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	service := catalog.New(catalogdb.New(d), d, catalogweb.UsualName, func() time.Time { return now })
	e := web.New(web.Config{
		Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler), Static: static.Handler(),
		Auth: webtest.Sessions{"owner": scope(1, tenant.Owner), "viewer": scope(1, tenant.Viewer), "other": scope(2, tenant.Owner)},
	})
	catalogweb.New(service, jinShop{}).Routes(e)
	with := func(s tenant.Scope) context.Context { return tenant.With(context.Background(), s) }
	return house{
		Browser: webtest.New(t, e).As("owner").Lang("en"), service: service, engine: e,
		ctx: with(scope(1, tenant.Owner)), other: with(scope(2, tenant.Owner)),
	}
}

func (h house) product(t *testing.T, code string) catalog.Product {
	t.Helper()
	p, err := h.service.ByCode(h.ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (h house) only(t *testing.T) (catalog.Supplier, catalog.Offer) {
	t.Helper()
	suppliers, err := h.service.Suppliers(h.ctx, true)
	if err != nil || len(suppliers) != 1 {
		t.Fatalf("suppliers: %v, %v", suppliers, err)
	}
	offers, err := h.service.OffersOf(h.ctx, suppliers[0].ID)
	if err != nil || len(offers) != 1 {
		t.Fatalf("offers: %v, %v", offers, err)
	}
	return suppliers[0], offers[0]
}

func TestProductForm(t *testing.T) {
	h := open(t)
	page := h.Get("/products/new").Want(200)
	if v, _ := page.Find("select[name=base_unit] option[selected]").Attr("value"); v != "jin" {
		t.Errorf("a new product is sold by %q, want the shop's jin", v)
	}
	answer := page.Form("form[action='/products/new']").
		Set("name", "赣南脐橙").Set("code", "P1").Set("base_unit", "jin").Set("sale_price", "５.２").Set("category", "水果").
		Set("barcodes", "6901234567892\n69-2").Set("tax_rate", "9").Set("loss_rate", "4.5").Set("shelf_life", "21").
		Set("minimum", "20").Set("maximum", "100").Set("origin", "江西").Submit().Want(303)
	p := h.product(t, "P1")
	if answer.Location() != "/products/"+p.ID.String() {
		t.Errorf("leads to %s", answer.Location())
	}
	if p.BaseUnit != "kg" || p.SalePrice != 104_000 || *p.Minimum != 10_000 || *p.Maximum != 50_000 || p.TaxRate != 900 ||
		p.LossRate != 450 || p.ShelfLifeDays != 21 || p.Category != "水果" || len(p.Barcodes) != 2 || p.Origin != "江西" {
		t.Errorf("5.20 a jin is 10.40 a kilogram, but saved was %+v", p)
	}

	edit := h.Get("/products/" + p.ID.String() + "/edit").Want(200)
	for name, want := range map[string]string{"sale_price": "5.20", "minimum": "20", "maximum": "100", "loss_rate": "4.5", "name": "赣南脐橙"} {
		if got, _ := edit.Find("input[name=" + name + "]").Attr("value"); got != want {
			t.Errorf("%s shows %q, want %q", name, got, want)
		}
	}
	edit.Form("form.form").Set("sale_price", "6").Submit().Want(303)
	if p := h.product(t, "P1"); p.SalePrice != 120_000 || p.Version != 2 || *p.Minimum != 10_000 || len(p.Barcodes) != 2 {
		t.Errorf("changed: %+v", p)
	}
	late := edit.Form("form.form").Set("sale_price", "7").Submit().Want(409)
	if got, _ := late.Find("input[name=sale_price]").Attr("value"); got != "7" {
		t.Errorf("the form of who came late shows %q", got)
	}
	late.Form("form.form").Submit().Want(303)
	if p := h.product(t, "P1"); p.SalePrice != 140_000 {
		t.Errorf("saved again after checking: %+v", p)
	}
	h.PostForm("/products/"+p.ID.String()+"/archive", url.Values{"archived": {"1"}}).Want(303)
	if !h.product(t, "P1").Archived {
		t.Error("not archived")
	}
	h.Get("/products/" + p.ID.String() + "/edit").Want(200).Form("form[action$='/archive']").Submit().Want(303)
	if h.product(t, "P1").Archived {
		t.Error("not back")
	}
}

func TestProductPacks(t *testing.T) {
	h := open(t)
	h.PostForm("/products/new", url.Values{"name": {"脐橙"}, "code": {"P1"}, "base_unit": {"jin"},
		"pack_unit": {"box", "", "bag"}, "pack_content": {"10", "", "2.5"}}).Want(303)
	p := h.product(t, "P1")
	want := []measure.Pack{{Unit: "bag", Factor: measure.Ratio{Num: 5, Den: 4}}, {Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}}}
	if len(p.Packs) != 2 || p.Packs[0] != want[0] || p.Packs[1] != want[1] {
		t.Errorf("packs %+v, want %+v", p.Packs, want)
	}
	page := h.Get("/products/" + p.ID.String() + "/edit").Want(200)
	if n := page.Find("input[name=pack_content]").Length(); n != 4 {
		t.Errorf("%d pack rows, want two filled and two empty ones", n)
	}
	page.Form("form.form").Submit().Want(303)
	if again := h.product(t, "P1"); len(again.Packs) != 2 || again.Packs[1] != want[1] {
		t.Errorf("saved unchanged, the packs became %+v", again.Packs)
	}
}

func TestProductRefused(t *testing.T) {
	h := open(t)
	h.PostForm("/products/new", url.Values{"name": {"别的"}, "code": {"P1"}, "base_unit": {"kg"}}).Want(303)
	for what, c := range map[string]struct {
		change url.Values
		field  string
	}{
		"no name":            {url.Values{"name": {"  "}}, "name"},
		"a long name":        {url.Values{"name": {strings.Repeat("长", 201)}}, "name"},
		"an unknown unit":    {url.Values{"base_unit": {"furlong"}}, "base_unit"},
		"a word as a price":  {url.Values{"sale_price": {"many"}}, "sale_price"},
		"a negative price":   {url.Values{"sale_price": {"-1"}}, "sale_price"},
		"an infinite price":  {url.Values{"sale_price": {"1e9"}}, "sale_price"},
		"tax above all":      {url.Values{"tax_rate": {"101"}}, "tax_rate"},
		"a negative minimum": {url.Values{"minimum": {"-5"}}, "minimum"},
		"a crumb of a jin":   {url.Values{"minimum": {"0.001"}}, "minimum"},
		"half a pack row":    {url.Values{"pack_unit": {"box"}, "pack_content": {""}}, "pack_content[0]"},
		"a pack of crumbs":   {url.Values{"pack_unit": {"", "box"}, "pack_content": {"", "0.001"}}, "pack_content[1]"},
		"two boxes":          {url.Values{"pack_unit": {"box", "box"}, "pack_content": {"1", "2"}}, "packs"},
		"a taken code":       {url.Values{"code": {"P1"}}, "code"},
		"a shelf life of -1": {url.Values{"shelf_life": {"-1"}}, "shelf_life"},
	} {
		values := url.Values{"name": {"脐橙 🍊 𬍛"}, "base_unit": {"jin"}, "origin": {"=1+1"}}
		for k, v := range c.change {
			values[k] = v
		}
		for _, lang := range i18n.Langs() {
			page := h.Lang(string(lang)).PostForm("/products/new", values).Want(422)
			if page.Find("#problems a[href='#"+c.field+"']").Length() != 1 {
				t.Errorf("%s: the summary does not lead to %s: %s", what, c.field, page.Text("#problems"))
			}
			if page.Find("[id='"+c.field+"']").Length() != 1 {
				t.Errorf("%s: no one place called %s", what, c.field)
			}
			if got, _ := page.Find("input[name=origin]").Attr("value"); got != "=1+1" {
				t.Errorf("%s: the origin came back as %q", what, got)
			}
		}
	}
	all, err := h.service.All(h.ctx)
	if err != nil || len(all) != 1 {
		t.Errorf("refused forms left %v, %v", all, err)
	}
}

func TestSuspectBarcodeIsSavedWithAWord(t *testing.T) {
	h := open(t)
	h.PostForm("/products/new", url.Values{"name": {"x"}, "code": {"P1"}, "base_unit": {"kg"}, "barcodes": {"6901234567893"}}).Want(303)
	if p := h.product(t, "P1"); len(p.Barcodes) != 1 {
		t.Errorf("saved %+v", p)
	}
	h.Get("/suppliers").Want(200).Contains("1 barcode looks mistyped")
}

func TestSupplierForm(t *testing.T) {
	h := open(t)
	h.Get("/suppliers").Want(200).Contains("No suppliers yet")
	answer := h.Get("/suppliers/new").Want(200).Form("form.form").
		Set("name", "信丰合作社").Set("kind", "farmer").Set("lead_time_days", "3").Set("review_days", "7").
		Set("minimum_order", "￥500").Set("free_freight_from", "1,000.00").Set("email", "a@b.cn").Submit().Want(303)
	list, err := h.service.Suppliers(h.ctx, false)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	s := list[0]
	if s.Kind != catalog.Farmer || s.LeadTimeDays != 3 || s.ReviewDays != 7 || s.MinimumOrder != 50_000 || *s.FreeFreightFrom != 100_000 ||
		s.OrderWeekdays != catalog.EveryDay || !s.PricesIncludeTax || s.Language != "en" {
		t.Errorf("saved %+v", s)
	}
	answer.Follow().Want(200).Contains("Straight from the farm", "信丰合作社", "3 days", "Every day")
	href := "/suppliers/" + s.ID.String()
	values := url.Values{"name": {"信丰合作社"}, "kind": {"farmer"}, "language": {"zh-Hans"}, "lead_time_days": {"3"}, "review_days": {"7"},
		"order_weekdays": {"0", "6"}, "closed_from": {"2027-02-05", "", ""}, "closed_through": {"2027-02-12", "", ""}, "version": {"1"}}
	h.PostForm(href+"/edit", values).Want(303)
	h.PostForm(href+"/edit", values).Want(409)
	h.Get(href).Want(200).Contains("Mon · Sun")
	edit := h.Get(href + "/edit").Want(200)
	if n := edit.Find("input[name=order_weekdays][checked]").Length(); n != 2 {
		t.Errorf("%d weekdays are ticked", n)
	}
	edit.Form("form.form").Set("note", "早上打电话").Submit().Want(303)
	s, err = h.service.Supplier(h.ctx, s.ID)
	if err != nil || s.OrderWeekdays != 1|1<<6 || len(s.Closures) != 1 || s.Closures[0].Through.String() != "2027-02-12" || s.MinimumOrder != 0 || s.Note != "早上打电话" {
		t.Errorf("changed: %+v, %v", s, err)
	}
	for what, c := range map[string]struct {
		change url.Values
		field  string
	}{
		"no weekday":        {url.Values{"order_weekdays": {"8"}}, "order_weekdays"},
		"a closure of 1899": {url.Values{"closed_from": {"1899-01-01"}, "closed_through": {""}}, "closed_from[0]"},
		"backwards":         {url.Values{"closed_from": {"2027-02-05"}, "closed_through": {"2027-02-01"}}, "closures"},
		"a bad address":     {url.Values{"email": {"wang"}}, "email"},
		"negative freight":  {url.Values{"freight": {"-1"}}, "freight"},
		"half a day":        {url.Values{"lead_time_days": {"0.5"}}, "lead_time_days"},
	} {
		bad := url.Values{}
		for _, from := range []url.Values{values, {"version": {"3"}}, c.change} {
			for k, v := range from {
				bad[k] = v
			}
		}
		page := h.PostForm(href+"/edit", bad).Want(422)
		if page.Find("#problems a[href='#"+c.field+"']").Length() != 1 || page.Find("[id='"+c.field+"']").Length() != 1 {
			t.Errorf("%s: %s", what, page.Text("#problems"))
		}
	}
	h.Get(href).Want(200).Form("form[action$='/archive']").Submit().Want(303)
	h.Get("/suppliers").Want(200).Lacks("信丰合作社")
	h.Get("/suppliers?archived=1").Want(200).Contains("信丰合作社")
}

// TestWho: a viewer reads and changes nothing, another shop sees nothing.
func TestWho(t *testing.T) {
	h := open(t)
	href := stocked(t, h, url.Values{"name": {"x"}, "code": {"P1"}, "base_unit": {"kg"}})
	p := h.product(t, "P1")
	s, err := h.service.Suppliers(h.ctx, false)
	if err != nil {
		t.Fatal(err)
	}
	o, err := h.service.SaveOffer(h.ctx, catalog.Offer{ProductID: p.ID, SupplierID: s[0].ID, Price: 7})
	if err != nil {
		t.Fatal(err)
	}
	product, offer := "/products/"+p.ID.String(), "/offers/"+o.ID.String()
	gets := []string{href, href + "/edit", href + "/offers/new", href + "/offers/new?product=" + p.ID.String(),
		product + "/edit", product + "/offers/new", offer + "/edit"}
	posts := []string{href + "/edit", href + "/archive", href + "/offers/new", product + "/edit", product + "/archive", offer + "/edit", offer + "/archive"}
	other := webtest.New(t, h.engine).As("other")
	for _, path := range gets {
		other.Get(path).Want(404)
	}
	for _, path := range posts {
		other.PostForm(path, url.Values{"product": {p.ID.String()}, "archived": {"1"}}).Want(404)
	}
	other.Get("/suppliers").Want(200).Lacks("甬江茶厂")
	viewer := webtest.New(t, h.engine).As("viewer")
	viewer.Get("/suppliers").Want(200).Contains("甬江茶厂").Lacks("/suppliers/new")
	viewer.Get(href).Want(200).Lacks("/edit", "/archive")
	for _, path := range append(gets[1:], "/products/new", "/suppliers/new") {
		viewer.Get(path).Want(403)
	}
	for _, path := range append(posts, "/products/new", "/suppliers/new") {
		viewer.PostForm(path, url.Values{"archived": {"1"}}).Want(403)
	}
	if again := h.product(t, "P1"); again.Version != p.Version {
		t.Errorf("the product was changed: %+v", again)
	}
	h.Get("/suppliers/nonsense").Want(404)
}

// TestPagesAreWellMade looks at every page in every language: one heading, unique
// ids, no inline style or script, no Latin sentence on a Chinese page.
func TestPagesAreWellMade(t *testing.T) {
	h := open(t)
	href := stocked(t, h, url.Values{"name": {"橙"}, "code": {"1"}, "base_unit": {"kg"}})
	p := h.product(t, "1")
	s, _ := h.service.Suppliers(h.ctx, false)
	days := 3
	o, err := h.service.SaveOffer(h.ctx, catalog.Offer{ProductID: p.ID, SupplierID: s[0].ID, Price: 70_000, LeadTimeDays: &days,
		Minimum: 5_000, Breaks: []catalog.Break{{From: 10_000, Price: 60_000}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range i18n.Langs() {
		for _, path := range []string{"/products/new", "/products/" + p.ID.String() + "/edit", "/products/" + p.ID.String() + "/offers/new",
			"/suppliers", "/suppliers?archived=1", "/suppliers/new", href, href + "/edit", href + "/offers/new", "/offers/" + o.ID.String() + "/edit"} {
			page := h.Lang(string(lang)).Get(path).Want(200)
			if n := page.Find("h1").Length(); n != 1 {
				t.Errorf("%s %s: %d headings", lang, path, n)
			}
			page.Lacks(" style=", " onclick=", "<no value>")
			ids := map[string]bool{}
			for _, node := range page.Find("[id]").Nodes {
				for _, a := range node.Attr {
					if a.Key == "id" && ids[a.Val] {
						t.Errorf("%s %s: id %q stands twice", lang, path, a.Val)
					} else if a.Key == "id" {
						ids[a.Val] = true
					}
				}
			}
		}
	}
}

package restockweb_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"buhuo/internal/catalog"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/replenish"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/restock/table"
	"buhuo/internal/stock"
	"buhuo/internal/webtest"
)

func (h *house) orders() []purchase.Order {
	h.T.Helper()
	list, err := h.App.Purchase.List(h.Ctx, purchase.Query{Limit: 50})
	h.Must(err)
	for i, o := range list {
		list[i], err = h.App.Purchase.Order(h.Ctx, o.ID)
		h.Must(err)
	}
	return list
}

func (h *house) suggestion(id ident.ID) restock.Suggestion {
	h.T.Helper()
	o, err := h.App.Restock.Outlook(h.Ctx, id)
	h.Must(err)
	return o.Row.Suggestion
}

// plain is text with single, plain spaces.
func plain(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestToday(t *testing.T) {
	h := stocked(t)
	page := h.Get("/").Want(200)
	page.Contains("秭归脐橙", "快断货", "看建议，发订单", "快到期", "请盘点")
	if got := page.Find("a[href='/suggestions'][data-kind=primary]").Length(); got != 1 {
		t.Errorf("%d primary actions", got)
	}
	rows := page.Find("ul.rows li").Map(func(_ int, s *goquery.Selection) string { return plain(s.Text()) })
	if len(rows) != 2 || !strings.Contains(rows[0], "食盐 400g 2 袋") || !strings.Contains(rows[0], "7 天内断货可能 100%") ||
		!strings.Contains(rows[1], "秭归脐橙 18 斤") || !strings.Contains(rows[1], "周四到货前会断货 · 99%") {
		t.Errorf("running out: %q", rows)
	}
	if page.Find("ul.rows svg.spark path.fan").Length() == 0 {
		t.Error("no small chart")
	}
	if strings.Contains(page.Find("ul.rows").Text(), "五常大米") {
		t.Error("what was never counted is said to run out")
	}
	page.Contains("1 种商品还没盘点过")
	viewer := h.as("viewer").Get("/").Want(200)
	if viewer.Find("a[href^='/stock/count'], a[href^='/stock/loss']").Length() != 0 {
		t.Error("a viewer is offered what only sellers may do")
	}
}

func TestBeginning(t *testing.T) {
	h := open(t)
	for _, path := range []string{"/", "/suggestions", "/products"} {
		page := h.Get(path).Want(200)
		if page.Find("a[href='/import']").Length() == 0 {
			t.Errorf("%s does not lead to the import", path)
		}
	}
	h.Goods()
	h.Get("/").Want(200).Contains("正在算订货建议")
}

// TestOldNumbers shows a shop whose history ended long ago.
func TestOldNumbers(t *testing.T) {
	h := open(t)
	h.Goods()
	h.Past(today.Add(-101))
	h.Must(h.App.Restock.Recompute(h.Ctx, nil))
	h.Get("/suggestions").Want(200).Contains("销售记录只到 2026年8月15日")
}

func TestExport(t *testing.T) {
	h := stocked(t)
	for _, lang := range i18n.Langs() {
		r := h.Get("/suggestions.csv?lang=" + string(lang)).Want(200)
		if !strings.HasPrefix(string(r.Body), "\ufeffproduct_code,product_name,on_hand,on_order,stockout_probability,run_out_date,supplier,quantity,unit,pack_quantity,pack_unit,unit_price,line_cost,saving,reason\r\n") {
			t.Errorf("%s: %.200q", lang, r.Body)
		}
		if !strings.Contains(r.Header.Get("Content-Disposition"), `attachment; filename="suggestions.csv"`) {
			t.Errorf("kept as %q", r.Header.Get("Content-Disposition"))
		}
		rows := r.CSV()[1:]
		codes := []string{}
		for _, row := range rows {
			codes = append(codes, row[0])
		}
		if !slices.Equal(codes, []string{"1003", "1001"}) {
			t.Fatalf("%s: suggested are %v, want oranges and rice", lang, codes)
		}
		oranges := rows[1]
		want := h.suggestion(h.Oranges.ID)
		if got := oranges[2:4]; !slices.Equal(got, []string{"9", "0"}) {
			t.Errorf("on hand and on order: %v", got)
		}
		if oranges[7] != want.Quantity.Decimal() || oranges[8] != "kg" || oranges[9] != (want.Quantity/5).Decimal() || oranges[10] != "box" || oranges[11] != "10.40" {
			t.Errorf("the quantity: %v, want %s kg", oranges[7:12], want.Quantity.Decimal())
		}
		if !regexp.MustCompile(`^0\.\d+$|^1\.0$`).MatchString(oranges[4]) || !regexp.MustCompile(`^2026-\d\d-\d\d$`).MatchString(oranges[5]) {
			t.Errorf("probability and day: %v", oranges[4:6])
		}
		if saving := oranges[13]; saving == "" || strings.HasPrefix(saving, "-") {
			t.Errorf("saved against the wholesaler: %q", saving)
		}
		if oranges[14] == "" || lang != i18n.ZhHans && !strings.ContainsAny(oranges[14], "aeiou") {
			t.Errorf("%s: the reason is %q", lang, oranges[14])
		}
	}
	var answer struct {
		Suggestions []map[string]any `json:"suggestions"`
	}
	h.Get("/suggestions.json").Want(200).JSON(&answer)
	if len(answer.Suggestions) != 2 {
		t.Fatalf("%d suggestions", len(answer.Suggestions))
	}
	for _, name := range table.Columns() {
		if _, ok := answer.Suggestions[0][name]; !ok {
			t.Errorf("no %q in JSON", name)
		}
	}
	if q, ok := answer.Suggestions[0]["quantity"].(float64); !ok || q != float64(h.suggestion(h.Rice.ID).Quantity)/1000 {
		t.Errorf("the quantity in JSON: %v", answer.Suggestions[0]["quantity"])
	}
	if other := h.as("other").Get("/suggestions.json").Want(200); strings.Contains(string(other.Body), "1001") {
		t.Error("another shop reads our suggestions")
	}
	webtest.New(t, h.engine).Get("/suggestions.csv").Want(http.StatusUnauthorized)
}

func TestSuggestionsPage(t *testing.T) {
	h := stocked(t)
	page := h.Get("/suggestions").Want(200)
	cards := page.Find("section.card")
	if first := cards.First(); !strings.Contains(first.Text(), "宜昌果品合作社") && !strings.Contains(first.Text(), "城南批发市场") {
		t.Errorf("the first card: %.80q", first.Text())
	}
	page.Contains("农户直供", "起送 ¥300.00", "箱 × 10\u00a0斤", "还没有供应商", "食盐 400g")
	if page.Find("details.why").Length() != 3 || page.Find("svg.meter").Length() != 1 {
		t.Errorf("%d reasons, %d meters", page.Find("details.why").Length(), page.Find("svg.meter").Length())
	}
	if n := page.Find("button[data-kind=primary], a[data-kind=primary]").Length(); n != 1 {
		t.Errorf("%d primary actions", n)
	}
	for _, who := range []string{"seller", "viewer"} {
		page := h.as(who).Get("/suggestions").Want(200)
		if page.Find("input[name=packs], .bar button").Length() != 0 {
			t.Errorf("a %s may change quantities", who)
		}
		h.as(who).PostForm("/orders", url.Values{"suggestions": {"all"}}).Want(http.StatusForbidden)
	}
	why := h.Get("/suggestions/" + h.Oranges.ID.String() + "/why").Want(200)
	if n := why.Find("#trace li").Length(); n < 6 {
		t.Errorf("the calculation has %d steps", n)
	}
}

func TestOrderAll(t *testing.T) {
	h := stocked(t)
	oranges, rice := h.suggestion(h.Oranges.ID), h.suggestion(h.Rice.ID)
	r := h.Get("/suggestions").Want(200).Form("form[action='/orders']").Submit()
	r.Want(http.StatusSeeOther)
	if r.Location() != "/orders" {
		t.Errorf("leads to %q", r.Location())
	}
	orders := h.orders()
	if len(orders) != 2 {
		t.Fatalf("%d orders, want one for each supplier", len(orders))
	}
	for _, o := range orders {
		if len(o.Lines) != 1 || o.State != purchase.Draft {
			t.Fatalf("an order of %d lines, %s", len(o.Lines), o.State)
		}
		want := map[ident.ID]restock.Suggestion{h.Oranges.ID: oranges, h.Rice.ID: rice}[o.Lines[0].ProductID]
		if o.Lines[0].Quantity != want.Quantity || o.Lines[0].Price != want.UnitPrice || o.Total != want.LineCost {
			t.Errorf("ordered %s at %s for %d, suggested %s at %s for %d", o.Lines[0].Quantity.Decimal(), o.Lines[0].Price.Decimal(), o.Total,
				want.Quantity.Decimal(), want.UnitPrice.Decimal(), want.LineCost)
		}
	}
	// Again, by the button, by the same form and by a machine: nothing new.
	h.PostForm("/orders", url.Values{"suggestions": {"all"}}).Want(http.StatusSeeOther)
	h.Plain().PostForm("/orders", url.Values{"suggestions": {"1001", "1003"}}).Want(http.StatusSeeOther)
	if n := len(h.orders()); n != 2 {
		t.Errorf("%d orders after pressing again", n)
	}
	page := h.Get("/suggestions").Want(200)
	if page.Find(".bar").Length() != 0 || !strings.Contains(page.Find("main").Text(), "已下单") {
		t.Error("the page still asks to order")
	}
	if got := h.suggestion(h.Oranges.ID).State; got != restock.Ordered {
		t.Errorf("the state is %s", got)
	}
	// What was ordered by mistake can be taken back.
	page.Form("form[action='/orders']").Press("button[formaction$='" + h.Oranges.ID.String() + "/reopen']").Want(http.StatusSeeOther)
	if got := h.suggestion(h.Oranges.ID).State; got != restock.Open {
		t.Errorf("taken back, the state is %s", got)
	}
}

func TestOrderSome(t *testing.T) {
	h := stocked(t)
	h.Plain().PostForm("/orders", url.Values{"suggestions": {"1001"}}).Want(http.StatusSeeOther)
	if o := h.orders(); len(o) != 1 || o[0].SupplierName != "宜昌果品合作社" {
		t.Errorf("ordered %+v", o)
	}
	h.PostForm("/orders", url.Values{"suggestions": {"1002,1003"}}).Want(http.StatusSeeOther)
	if n := len(h.orders()); n != 2 {
		t.Errorf("%d orders: two codes in one field", n)
	}
	h.PostForm("/orders", url.Values{"suggestions": {"nothing"}}).Want(http.StatusNotFound)
	h.PostForm("/orders", url.Values{}).Want(http.StatusUnprocessableEntity).Contains("请至少选一种")
	h.as("other").PostForm("/orders", url.Values{"suggestions": {"1001"}}).Want(http.StatusNotFound)
	if n := len(h.orders()); n != 2 {
		t.Errorf("%d orders after refusals", n)
	}
}

func TestOrderChangedQuantities(t *testing.T) {
	h := stocked(t)
	form := h.Get("/suggestions").Want(200).Form("form[action='/orders']")
	products := strings.Split(form.Value("product"), " ")
	if len(products) == 0 {
		t.Fatal("no rows")
	}
	fields := func(oranges, rice string) url.Values {
		offers, err := h.App.Catalog.Offers(h.Ctx, []ident.ID{h.Rice.ID})
		h.Must(err)
		return url.Values{
			"suggestions": {"all"}, "product": {h.Oranges.ID.String(), h.Rice.ID.String()},
			"offer": {h.Offer.ID.String(), offers[h.Rice.ID][0].ID.String()}, "packs": {oranges, rice},
		}
	}
	refused := h.PostForm("/orders", fields("1.5", "２.５")).Want(http.StatusUnprocessableEntity)
	refused.Contains("只能整箱整包地订")
	if v := refused.Find("input[name=packs][value='1.5']").Length(); v != 1 {
		t.Error("what was typed is gone")
	}
	h.PostForm("/orders", fields("-1", "2")).Want(http.StatusUnprocessableEntity)
	h.PostForm("/orders", fields("x", "2")).Want(http.StatusUnprocessableEntity)
	if n := len(h.orders()); n != 0 {
		t.Fatalf("%d orders from refused forms", n)
	}
	stale := fields("2", "2")
	stale["offer"][0] = ident.New().String()
	h.PostForm("/orders", stale).Want(http.StatusConflict)
	h.PostForm("/orders", fields("２", "0")).Want(http.StatusSeeOther)
	orders := h.orders()
	if len(orders) != 1 || len(orders[0].Lines) != 1 || orders[0].Lines[0].Quantity != 10_000 || orders[0].Lines[0].Price != 104_000 {
		t.Fatalf("two boxes of oranges and no rice: %+v", orders)
	}
}

func TestChangeQuantities(t *testing.T) {
	h := stocked(t)
	before := h.Get("/suggestions").Want(200).Text(".bar .total")
	r := h.PostForm("/suggestions", url.Values{"product": {h.Oranges.ID.String()}, "offer": {h.Offer.ID.String()}, "packs": {"20"}})
	page := r.Want(http.StatusSeeOther).Follow().Want(200)
	if after := page.Text(".bar .total"); after == before || page.Find("input[name=packs][value='20']").Length() != 1 {
		t.Errorf("the total was %s and is %s", before, after)
	}
	page.Contains("数量是您改的", "¥1,040.00")
	rows := h.Get("/suggestions.csv").Want(200).CSV()
	if got := rows[2][7:13]; !slices.Equal(got, []string{"100", "kg", "20", "box", "10.40", "1040.00"}) {
		t.Errorf("the export says %v", got)
	}
	// A sale later the choice stands; ours again takes it back.
	h.Must(h.App.Restock.Recompute(h.Ctx, nil))
	if s := h.suggestion(h.Oranges.ID); s.Override == nil || *s.Override != 100_000 {
		t.Errorf("the choice did not outlive a computation: %v", s.Override)
	}
	ours := h.suggestion(h.Oranges.ID).Quantity / 5
	h.PostForm("/suggestions", url.Values{"product": {h.Oranges.ID.String()}, "offer": {h.Offer.ID.String()}, "packs": {ours.Decimal()}}).Want(http.StatusSeeOther)
	if s := h.suggestion(h.Oranges.ID); s.Override != nil {
		t.Errorf("our own quantity counts as a choice: %v", *s.Override)
	}
	h.as("seller").PostForm("/suggestions", url.Values{}).Want(http.StatusForbidden)
}

func TestSnooze(t *testing.T) {
	h := stocked(t)
	path := "/suggestions/" + h.Oranges.ID.String() + "/snooze"
	form := h.Get(path).Want(200).Form("form[action='" + path + "']")
	form.Set("days", "date").Set("until", "2026-11-24").Submit().Want(http.StatusUnprocessableEntity).Contains("请选明天以后")
	form.Set("days", "date").Set("until", "").Submit().Want(http.StatusUnprocessableEntity)
	form.Set("days", "7").Set("reason", "雨天没人来").Submit().Want(http.StatusSeeOther)
	page := h.Get("/suggestions").Want(200)
	page.Contains("12月1日", "雨天没人来")
	if rows := h.Get("/suggestions.csv").Want(200).CSV(); len(rows) != 2 {
		t.Errorf("%d rows in the export, the oranges are snoozed", len(rows)-1)
	}
	page.Form("form[action$='" + h.Oranges.ID.String() + "/reopen']").Submit().Want(http.StatusSeeOther)
	if s := h.suggestion(h.Oranges.ID); s.State != restock.Open || s.SnoozedUntil != nil {
		t.Errorf("brought back: %s until %v", s.State, s.SnoozedUntil)
	}
	h.Get("/suggestions/" + ident.New().String() + "/snooze").Want(http.StatusNotFound)
	h.as("other").Get(path).Want(http.StatusNotFound)
	h.as("other").PostForm(path, url.Values{"days": {"3"}}).Want(http.StatusNotFound)
	h.as("viewer").Get(path).Want(http.StatusForbidden)
}

func TestProducts(t *testing.T) {
	h := stocked(t)
	page := h.Get("/products").Want(200)
	if n := page.Find("table.lines tbody tr").Length(); n != 4 {
		t.Errorf("%d products", n)
	}
	page.Contains("18\u00a0斤", "没盘点", "水果", "干货")
	for query, want := range map[string]string{
		"q=zgqc": "秭归脐橙", "q=1002": "若羌红枣", "q=6901234567892": "秭归脐橙", "q=" + url.QueryEscape("大米"): "五常大米", "show=risk": "秭归脐橙",
	} {
		page := h.Get("/products?" + query).Want(200)
		if rows := page.Find("table.lines tbody"); !strings.Contains(rows.Text(), want) || query != "show=risk" && rows.Find("tr").Length() != 1 {
			t.Errorf("%s found %q", query, rows.Text())
		}
	}
	tab := page.Find("nav.sections a").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), "干货") })
	if found := h.Get(tab.AttrOr("href", "")).Want(200); found.Find("table.lines tbody tr").Length() != 1 {
		t.Error("the category does not narrow the list")
	}
	none := h.Get("/products?q=" + url.QueryEscape("榴莲")).Want(200)
	if none.Find("form[action='/wishes'] input[name=text][value='榴莲']").Length() != 1 {
		t.Error("what is not here cannot be noted")
	}
	h.Get("/products?cursor=%21%21").Want(http.StatusBadRequest)
	h.Get("/products?category=x").Want(http.StatusUnprocessableEntity)
	if other := h.as("other").Get("/products").Want(200); strings.Contains(string(other.Body), "脐橙") {
		t.Error("another shop sees our products")
	}
}

func TestProductsJSON(t *testing.T) {
	h := stocked(t)
	var one struct {
		Products []struct {
			Code, Name, Unit string
			OnHand           float64 `json:"on_hand"`
			Available        float64
			OnOrder          float64 `json:"on_order"`
			Known            bool    `json:"stock_known"`
		}
		Next string
	}
	h.Get("/products.json?code=1001").Want(200).JSON(&one)
	if len(one.Products) != 1 || one.Products[0].Code != "1001" || one.Products[0].Unit != "kg" || one.Products[0].OnHand != 9 || !one.Products[0].Known {
		t.Errorf("oranges: %+v", one)
	}
	all := one
	all.Products = nil
	h.Get("/products.json").Want(200).JSON(&all)
	if len(all.Products) != 4 || all.Next != "" {
		t.Errorf("all: %+v", all)
	}
	h.Get("/products.json?code=nothing").Want(200).Contains(`"products":[]`)
	h.as("other").Get("/products.json?code=1001").Want(200).Contains(`"products":[]`)
}

func TestProductPage(t *testing.T) {
	h := stocked(t)
	page := h.Get("/products/" + h.Oranges.ID.String()).Want(200)
	page.Contains("秭归脐橙", "18", "A7", "订货建议", "订这个", "供应商比价", "最划算", "宜昌果品合作社", "城南批发市场", "6901234567892", "箱 × 10\u00a0斤")
	if page.Find("figure.chart").Length() != 2 || page.Find("figure.chart path.fan").Length() != 2 || page.Find("circle.runout").Length() != 1 {
		t.Error("the charts are not whole")
	}
	page.Form("form[action='/orders']").Submit().Want(http.StatusSeeOther)
	if o := h.orders(); len(o) != 1 || o[0].Lines[0].ProductID != h.Oranges.ID {
		t.Errorf("ordered %+v", o)
	}
	if again := h.Get("/products/" + h.Oranges.ID.String()).Want(200); again.Find("form[action='/orders']").Length() != 0 {
		t.Error("what is ordered is offered again")
	}
	h.Get("/products/"+h.Rice.ID.String()).Want(200).Contains("还没盘点过", "?")
	h.Get("/products/" + h.Salt.ID.String()).Want(200).Contains("还没有供应商的报价")
	h.Must(h.App.Catalog.Archive(h.Ctx, h.Dates.ID, true))
	h.Get("/products/"+h.Dates.ID.String()).Want(200).Contains("已停用", "过了季或停卖")
	h.Get("/products/" + ident.New().String()).Want(http.StatusNotFound)
	h.as("other").Get("/products/" + h.Oranges.ID.String()).Want(http.StatusNotFound)
	viewer := h.as("viewer").Get("/products/" + h.Rice.ID.String()).Want(200)
	if viewer.Find("form[action='/orders'], a[href$='/edit'], a[href*='/stock/count']").Length() != 0 {
		t.Error("a viewer is offered what only others may do")
	}
}

// TestThreeLanguages draws every page in each language: nothing missing, one h1,
// ids once, nothing inline.
func TestThreeLanguages(t *testing.T) {
	h := stocked(t)
	if _, _, err := h.App.Stock.Post(h.Ctx, []stock.Posting{{Kind: stock.Sale, ProductID: h.Salt.ID, Quantity: -measure.Quantity(5_000), Source: "test", SourceID: ident.New(), BusinessDay: today}}); err != nil {
		t.Fatal(err)
	}
	id := h.Oranges.ID.String()
	inline := regexp.MustCompile(`<[^>]+\s(style|on[a-z]+)="`)
	for _, lang := range i18n.Langs() {
		for _, path := range []string{"/", "/more", "/suggestions", "/suggestions/" + id + "/why", "/suggestions/" + id + "/snooze", "/products", "/products?q=xyz", "/products?show=risk",
			"/products/" + id, "/products/" + h.Rice.ID.String(), "/products/" + h.Salt.ID.String()} {
			r := h.Lang(string(lang)).Get(path).Want(200)
			if got := r.Find("html").AttrOr("lang", ""); got != string(lang) {
				t.Errorf("%s is in %s, want %s", path, got, lang)
			}
			if n := r.Find("h1").Length(); n != 1 {
				t.Errorf("%s %s has %d h1", lang, path, n)
			}
			if found := inline.Find(r.Body); found != nil {
				t.Errorf("%s %s: %s", lang, path, found)
			}
			seen := map[string]bool{}
			r.Find("[id]").Each(func(_ int, s *goquery.Selection) {
				if id := s.AttrOr("id", ""); seen[id] {
					t.Errorf("%s %s: id %q twice", lang, path, id)
				} else {
					seen[id] = true
				}
			})
			if strings.Contains(string(r.Body), "restock.") || strings.Contains(string(r.Body), "{") && strings.Contains(r.Text("main"), "{") {
				t.Errorf("%s %s shows a key or a placeholder", lang, path)
			}
		}
	}
}

// What stands in an unsent draft is said so where it would be ordered, and pressing
// the button once more orders nothing.
func TestAlreadyInADraft(t *testing.T) {
	h := stocked(t)
	h.PostForm("/orders", url.Values{"suggestions": {"all"}}).Want(303)
	h.Must(h.App.Restock.Recompute(h.Ctx, nil))
	draft := h.orders()[0]
	for _, o := range h.orders() {
		if o.SupplierID == h.Farm.ID {
			draft = o
		}
	}
	for lang, want := range map[string]string{"zh-Hans": "已在草稿 " + draft.NumberText() + " 里", "fr": "Déjà dans le brouillon " + draft.NumberText(), "en": "Already in the draft " + draft.NumberText()} {
		for _, path := range []string{"/suggestions", "/products/" + h.Oranges.ID.String()} {
			link := h.Get(path + "?lang=" + lang).Want(200).Find("a[href='/orders/" + draft.ID.String() + "']")
			if got := plain(link.First().Text()); got != want {
				t.Errorf("%s in %s says %q, want %q", path, lang, got, want)
			}
		}
	}
	n := len(h.orders())
	h.PostForm("/orders", url.Values{"suggestions": {"all"}}).Want(303)
	if again := len(h.orders()); again != n {
		t.Errorf("%d orders, %d after the button was pressed again", n, again)
	}
}

// What does not reach a supplier's minimum says how much is missing, and one press
// fills it up with what will be wanted next: in the suggestions and in a draft.
func TestFillUp(t *testing.T) {
	h := stocked(t)
	grapes := h.product(catalog.Draft{Code: "1009", Name: "葡萄干", BaseUnit: "kg", SalePrice: 400_000})
	h.offer(h.Farm, grapes, measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 2, Den: 1}}, 150_000)
	h.sold(grapes, 500)
	h.Must(h.App.Stock.Opening(h.Ctx, []stock.OpeningLine{{ProductID: grapes.ID, Quantity: 12_000}}))
	minimum := h.suggestion(h.Oranges.ID).LineCost + 10_000
	farm := h.Farm
	farm.MinimumOrder = minimum
	h.Must(h.App.Catalog.UpdateSupplier(h.Ctx, farm))
	h.Must(h.App.Restock.Recompute(h.Ctx, nil))
	if s := h.suggestion(grapes.ID); s.Quantity != 0 || s.SupplierID == nil {
		t.Fatalf("raisins are not the next wanted: %+v", s)
	}
	fill := "/suggestions/" + h.Farm.ID.String() + "/fill"
	for lang, want := range map[string]string{"zh-Hans": "还差 ¥100.00 才够起送金额", "fr": "Il manque 100,00 CN¥ pour le minimum", "en": "CN¥100.00 missing to the minimum order"} {
		page := h.Get("/suggestions?lang=" + lang).Want(200)
		if text := plain(page.Text("section.card")); !strings.Contains(text, want) {
			t.Errorf("%s: the card does not say %q: %s", lang, want, text)
		}
		if page.Find("button[formaction='"+fill+"']").Length() != 1 {
			t.Errorf("%s: no way to fill it up", lang)
		}
	}
	h.Get("/suggestions?lang=zh-Hans")
	h.as("seller").PostForm(fill, url.Values{}).Want(403)
	h.as("other").PostForm(fill, url.Values{}).Want(404)
	before := h.suggestion(h.Oranges.ID).Chosen()
	h.Get("/suggestions").Form("#order").Press("button[formaction='" + fill + "']").Want(303).Follow().Want(200).Contains("够起送了")
	oranges, raisins := h.suggestion(h.Oranges.ID), h.suggestion(grapes.ID)
	cost := int64(oranges.Chosen())*1_040/1_000 + int64(raisins.Chosen())*1_500/1_000
	if oranges.Chosen() <= before && raisins.Chosen() <= 0 || cost < int64(minimum) || cost > int64(minimum)+8_000 {
		t.Errorf("%s oranges and %s raisins come to %d, the minimum is %d", oranges.Chosen().Decimal(), raisins.Chosen().Decimal(), cost, minimum)
	}
	h.PostForm(fill, url.Values{}).Want(303) // reached: nothing to do
	if again := h.suggestion(h.Oranges.ID).Chosen(); again != oranges.Chosen() {
		t.Errorf("filled up twice: %s oranges, then %s", oranges.Chosen().Decimal(), again.Decimal())
	}

	// A draft below the minimum.
	drafts, err := h.App.Purchase.Draft(h.Ctx, []purchase.DraftOrder{{SupplierID: h.Farm.ID, Lines: []purchase.DraftLine{{ProductID: h.Oranges.ID, Quantity: 5_000}}}})
	h.Must(err)
	address := "/orders/" + drafts[0].ID.String() + "/fill"
	h.as("seller").PostForm(address, url.Values{}).Want(403)
	h.as("other").PostForm(address, url.Values{}).Want(404)
	h.PostForm(address, url.Values{}).Want(303)
	o, err := h.App.Purchase.Order(h.Ctx, drafts[0].ID)
	h.Must(err)
	if o.Total < minimum || o.Total > minimum+8_000 || o.Version != 2 {
		t.Errorf("the draft comes to %d, the minimum is %d: %+v", o.Total, minimum, o.Lines)
	}
	h.PostForm(address, url.Values{}).Want(303)
	if again, _ := h.App.Purchase.Order(h.Ctx, o.ID); again.Version != o.Version {
		t.Error("a draft that reaches the minimum was changed")
	}

	// More than will be sold is never ordered for a minimum.
	farm, err = h.App.Catalog.Supplier(h.Ctx, h.Farm.ID)
	h.Must(err)
	farm.MinimumOrder = 90_000_000
	h.Must(h.App.Catalog.UpdateSupplier(h.Ctx, farm))
	h.PostForm(address, url.Values{}).Want(303)
	if again, _ := h.App.Purchase.Order(h.Ctx, o.ID); again.Version != o.Version {
		t.Error("a draft was filled up with what nobody will buy")
	}
	h.PostForm(fill, url.Values{}).Want(303).Follow().Want(200).Contains("所以没有改")
}

// Goods that may be gone though the book says they are there stand on the page of
// today with the way to count them, and say so on their own page.
func TestSilentGoodsAreOnToday(t *testing.T) {
	h := stocked(t)
	store := restockdb.New(h.App.DB)
	rows, err := store.Suggestions(h.Ctx, []ident.ID{h.Dates.ID})
	h.Must(err)
	rows[0].Reason = append(rows[0].Reason, replenish.Message{Key: restock.MessageSilent, Args: []replenish.Arg{
		{Name: "since", Kind: replenish.KindDate, Int: int64(today.Add(-20))}, {Name: "expected", Kind: replenish.KindQuantity, Int: 30_000, Unit: "bag"},
	}})
	h.Must(h.App.DB.Do(h.Ctx, func(ctx context.Context) error { return store.PutSuggestions(ctx, rows) }))
	page := h.Get("/").Want(200)
	count := "a[href='/stock/count?product=" + h.Dates.ID.String() + "']"
	if page.Find(count).Length() != 1 {
		t.Error("no way to count them")
	}
	for _, path := range []string{"/", "/products/" + h.Dates.ID.String()} {
		if text := plain(h.Get(path).Want(200).Find("main").Text()); !strings.Contains(text, "以后一直没卖出，本该卖出约 30 袋，请盘点") {
			t.Errorf("%s: %s", path, text)
		}
	}
	if viewer := h.as("viewer").Get("/").Want(200); viewer.Find(count).Length() != 0 {
		t.Error("a viewer is offered a count")
	}
}

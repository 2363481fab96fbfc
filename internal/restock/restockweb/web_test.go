package restockweb_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/restock"
	"buhuo/internal/restock/table"
	"buhuo/internal/shop"
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
	trace := h.suggestion(h.Oranges.ID).Trace
	if len(trace.Compared()) < 4 {
		t.Errorf("too few quantities are compared: %+v", trace.Compared())
	}
	for _, lang := range i18n.Langs() { // every step has words
		why := h.Lang(string(lang)).Get("/suggestions/" + h.Oranges.ID.String() + "/why").Want(200)
		if n := why.Find("#trace li").Length(); n < 10 || n != len(trace.Steps)+len(trace.Compared()) {
			t.Errorf("%s: the calculation has %d steps", lang, n)
		}
	}
}

// What the owner sets in figures is what the suggestions are made by.
func TestOwnTarget(t *testing.T) {
	h := stocked(t)
	quantity := func(target shop.Target) measure.Quantity {
		in, err := h.App.Shop.Get(h.Ctx)
		h.Must(err)
		h.Must(h.App.Shop.Update(h.Ctx, shop.Settings{Name: in.Name, Policy: in.Policy, Target: target, OpenHour: in.OpenHour, CloseHour: in.CloseHour, ShowUnit: in.ShowUnit}, in.Version))
		h.Must(h.App.Restock.Recompute(h.Ctx, nil))
		return h.suggestion(h.Rice.ID).Trace.Result.Choice.Wanted
	}
	words := quantity(shop.Target{})
	low, high := quantity(shop.Target{Kind: shop.CycleTarget, Percent: 60}), quantity(shop.Target{Kind: shop.CycleTarget, Percent: 99})
	fill, full := quantity(shop.Target{Kind: shop.FillTarget, Percent: 60}), quantity(shop.Target{Kind: shop.FillTarget, Percent: 99})
	if !(low < words && words < high && fill < full && fill > 0) {
		t.Errorf("in words %v, to be sure of 60 and 99 %% %v and %v, to serve 60 and 99 %% %v and %v", words, low, high, fill, full)
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

// A quantity is changed and a suggestion refused, each with a reason; what is refused by
// the form comes back as it was typed, and the same once more changes nothing.
func TestAnswers(t *testing.T) {
	h := stocked(t)
	id := h.Oranges.ID.String()
	list := h.Get("/suggestions").Want(200)
	if n := list.Find("a[href='/suggestions/" + id + "/change']").Length(); n != 1 {
		t.Fatalf("%d links to the answers", n)
	}
	change := "/suggestions/" + id + "/change"
	form := h.Get(change).Want(200).Form("form[action='" + change + "']")
	refused := form.Set("packs", "1.5").Set("why", "event").Set("reason", "办喜事").Submit().Want(http.StatusUnprocessableEntity)
	if refused.Find("input[name=packs][value='1.5']").Length() != 1 || refused.Find("option[value=event][selected]").Length() != 1 || refused.Find("input[name=reason][value='办喜事']").Length() != 1 {
		t.Error("what was typed is lost")
	}
	form.Set("packs", "20").Set("why", "nonsense").Submit().Want(http.StatusUnprocessableEntity)
	form.Set("offer", ident.New().String()).Set("why", "event").Submit().Want(http.StatusConflict)
	form.Set("offer", h.Offer.ID.String())
	for range 2 {
		form.Submit().Want(http.StatusSeeOther)
	}
	if s := h.suggestion(h.Oranges.ID); s.Override == nil || *s.Override != 100_000 || s.OverrideWhy != restock.WhyEvent || s.OverrideReason != "办喜事" {
		t.Errorf("changed: %+v", s)
	}
	h.Get("/suggestions").Want(200).Contains("数量是您改的 · 过节、办事或天气 · 办喜事")
	h.Get(change).Want(200).Contains("我们建议订")

	reject := "/suggestions/" + id + "/reject"
	form = h.Get(reject).Want(200).Form("form[action='" + reject + "']")
	form.Set("days", "date").Set("until", "2026-11-24").Set("why", "quality").Submit().Want(http.StatusUnprocessableEntity).Contains("请选明天以后")
	form.Set("days", "need").Set("reason", "太酸").Submit().Want(http.StatusSeeOther)
	page := h.Get("/suggestions").Want(200)
	page.Contains("需要量再多一半时再提醒", "不够新鲜或质量不好", "太酸")
	page.Form("form[action$='" + id + "/reopen']").Submit().Want(http.StatusSeeOther)
	form.Submit().Want(http.StatusSeeOther) // sent again by a phone that heard no answer
	if s := h.suggestion(h.Oranges.ID); s.State != restock.Open || s.Rejected != nil {
		t.Errorf("the same answer refuses again: %+v", s)
	}
	h.Get(reject).Want(200).Form("form[action='"+reject+"']").Set("days", "14").Submit().Want(http.StatusSeeOther)
	h.Get("/suggestions").Want(200).Contains("到 12月8日 为止")

	h.PostForm("/orders", url.Values{"suggestions": {"1003"}}).Want(http.StatusSeeOther)
	rice := "/suggestions/" + h.Rice.ID.String()
	for _, word := range []string{"/change", "/snooze", "/reject"} {
		if page := h.Get(rice + word).Want(200); page.Find("main form").Length() != 0 {
			t.Errorf("%s of what is ordered", word)
		}
		h.as("seller").Get(rice + word).Want(http.StatusForbidden)
		h.as("other").Get(rice + word).Want(http.StatusNotFound)
		h.as("other").PostForm(rice+word, url.Values{"packs": {"1"}, "offer": {h.Offer.ID.String()}, "days": {"14"}}).Want(http.StatusNotFound)
	}
	h.PostForm(rice+"/reject", url.Values{"days": {"need"}}).Want(http.StatusConflict)
	h.PostForm(rice+"/snooze", url.Values{"days": {"3"}}).Want(http.StatusConflict)
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
		for _, path := range []string{"/", "/more", "/suggestions", "/suggestions/" + id + "/why", "/suggestions/" + id + "/change", "/suggestions/" + id + "/snooze", "/suggestions/" + id + "/reject",
			"/suggestions/" + h.Dates.ID.String() + "/reject", "/suggestions/" + h.Salt.ID.String() + "/change", "/products", "/products?q=xyz", "/products?show=risk",
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

package purchaseweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"buhuo/internal/i18n"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/purchasetest"
	"buhuo/internal/webtest"
)

// invited is an order that was sent, and the path of its supplier's page.
func (h house) invited(t *testing.T) (purchase.Order, string) {
	t.Helper()
	h.orders.SetLinks([]byte("a key that opens nothing but the houses of these tests"), purchasetest.Base, purchasetest.Houses(h.House))
	o := h.draft(t, 10_000, 20_000)
	h.must(t, second(h.orders.Send(h.A, o.ID, 0)))
	d, err := h.orders.Document(h.A, o.ID, "")
	h.must(t, err)
	return o, strings.TrimPrefix(d.Link, purchasetest.Base)
}

// stranger is a browser without a session that reads no language of ours.
func (h house) stranger(t *testing.T) *webtest.Browser { return webtest.New(t, h.engine).Lang("de") }

// TestSupplierAnswers: without a session, in his language, once; the shop sees it and
// accepts it.
func TestSupplierAnswers(t *testing.T) {
	h := open(t)
	o, path := h.invited(t)
	b := h.stranger(t)
	page := b.Get(path).Want(http.StatusOK)
	for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive", "Cache-Control": "no-store"} {
		if got := page.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if page.Doc().Find("html").AttrOr("lang", "") != "zh-Hans" || page.Find("meta[name=robots]").AttrOr("content", "") != "noindex,nofollow,noarchive" {
		t.Error("not in the supplier's language, or listed")
	}
	if page.Find("nav, input[name=shop], a[href^='/orders']").Length() != 0 || page.Find("script:not([src])").Length() != 0 {
		t.Error("the page shows what is the shop's")
	}
	page.Contains(o.NumberText(), h.goods.Products[0].Name)
	french := b.Get(path + "?lang=fr").Want(http.StatusOK)
	if french.Doc().Find("html").AttrOr("lang", "") != "fr" || french.Find("form[action='"+path+"?lang=fr']").Length() == 0 {
		t.Error("no French when it is asked for")
	}
	form := page.Form("form[action='" + path + "']:has([name=line])")
	day := o.DueDay.Add(2)
	for field, values := range map[string][]string{
		"quantity": {"-1", "abc", "", "1e9", "99999999999999999999"}, "price": {"-3", "x"}, "day": {"2026-02-30", "1999-01-01", "2999-01-01"},
		"later": {"-1", "NaN"}, "later_day": {"soon"}, "note": {strings.Repeat("长", 301)}, "unit": {"parsec"},
	} {
		for _, bad := range values {
			again := page.Form("form[action='" + path + "']:has([name=line])")
			r := again.Set(field, append([]string{bad}, again.All(field)[1:]...)...).Submit()
			if r.Status != http.StatusUnprocessableEntity || r.Find(".wrong, [role=alert]").Length() == 0 || r.Header.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("%s = %.20q: %d", field, bad, r.Status)
			}
		}
	}
	for _, part := range []url.Values{{}, {"line": {"1"}, "quantity": {"10"}, "unit": {"kg"}}, {"line": {"1", "1"}, "quantity": {"10", "10"}, "unit": {"kg", "kg"}}} {
		if r := b.PostForm(path, part); r.Status < 400 || r.Status >= 500 {
			t.Errorf("half a form: %d", r.Status)
		}
	}
	form.Set("quantity", "10", "15").Set("day", day.String(), day.String()).Set("later", "", "5").Set("later_day", "", day.Add(9).String()).Set("note", "天热，<b>少</b>来一点")
	form.Submit().Want(http.StatusSeeOther)
	done := form.Submit().Want(http.StatusSeeOther).Follow().Want(http.StatusOK) // twice
	if done.Find("form[method=post]").Length() != 0 || !strings.Contains(done.Text("main"), i18n.For("zh-Hans").T("purchase.verdict.open")) {
		t.Error("after the answer the page still asks, or does not say that the shop decides")
	}
	replay := form.Set("quantity", "1", "1").Submit().Want(http.StatusConflict)
	if !strings.Contains(replay.Text("main"), i18n.For("zh-Hans").T("purchase.link_answered")) {
		t.Error("another answer is refused without a word")
	}

	shops := h.Get(at(o, "")).Want(http.StatusOK).Contains("天热，&lt;b&gt;少&lt;/b&gt;来一点")
	accept := shops.Form("form[action='" + at(o, "/answer/accept") + "']")
	h.as(t, "viewer").Get(at(o, "")).Want(http.StatusOK)
	h.PostForm(at(o, "/answer/accept"), url.Values{"answer": {"nonsense"}}).Want(http.StatusUnprocessableEntity)
	accept.Submit().Want(http.StatusSeeOther)
	accept.Submit().Want(http.StatusSeeOther)
	got, err := h.orders.Order(h.A, o.ID)
	h.must(t, err)
	if got.State != purchase.Confirmed || got.Lines[1].Agreed == nil || got.Lines[1].Agreed.Later != 5_000 || got.Lines[1].Agreed.Day != day {
		t.Errorf("accepted: %+v", got.Lines[1].Agreed)
	}
	if after := b.Get(path).Want(http.StatusOK); !strings.Contains(after.Text("main"), i18n.For("zh-Hans").T("purchase.verdict.accepted")) {
		t.Error("the supplier is not told")
	}
}

// TestSupplierRefuses, and a shop that withdraws its link.
func TestSupplierRefuses(t *testing.T) {
	h := open(t)
	o, path := h.invited(t)
	b := h.stranger(t)
	b.Get(path).Want(http.StatusOK).Form("form[action='"+path+"']:has([name=refuse])").Set("note", "没货").Submit().Want(http.StatusSeeOther)
	h.Get(at(o, "")).Want(http.StatusOK).Contains("没货").Form("form[action='" + at(o, "/answer/accept") + "']").Submit().Want(http.StatusSeeOther)
	if got, err := h.orders.Order(h.A, o.ID); err != nil || got.State != purchase.Cancelled {
		t.Errorf("refused: %s, %v", got.State, err)
	}
	if r := b.Get(path).Want(http.StatusOK); !strings.Contains(r.Text("main"), i18n.For("zh-Hans").T("purchase.supplier_cancelled")) {
		t.Error("the supplier is not told that it is cancelled")
	}
	next, path := h.invited(t)
	page := h.Get(at(next, "")).Want(http.StatusOK).Contains(purchasetest.Base + path)
	page.Form("form[action='" + at(next, "/link/revoke") + "']").Submit().Want(http.StatusSeeOther)
	b.Get(path).Want(http.StatusNotFound)
	h.Get(at(next, "")).Want(http.StatusOK).Lacks(path).Form("form[action='" + at(next, "/link") + "']").Submit().Want(http.StatusSeeOther)
	b.Get(path).Want(http.StatusNotFound)
}

// TestLinksThatOpenNothing: whatever was never a link, is one no more, or was changed is
// answered alike; who tries many waits.
func TestLinksThatOpenNothing(t *testing.T) {
	h := open(t)
	o, path := h.invited(t)
	b := h.stranger(t)
	unknown := b.Get("/s/" + strings.Repeat("A", 43)).Want(http.StatusNotFound)
	h.must(t, second(h.orders.RevokeLink(h.A, o.ID)))
	_, valid := h.invited(t)
	for name, wrong := range map[string]string{"revoked": path, "altered": altered(valid), "an id": "/s/" + o.ID.String(), "short": "/s/x", "odd": "/s/%F0%9F%8D%8A"} {
		for _, r := range []*webtest.Response{b.Get(wrong), b.PostForm(wrong, url.Values{"refuse": {"1"}})} {
			if r.Status != http.StatusNotFound || plain(r.Text("main")) != plain(unknown.Text("main")) || r.Header.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("%s: %d %q", name, r.Status, r.Text("main"))
			}
		}
	}
	for n := 0; b.Get("/s/guess").Status != http.StatusTooManyRequests; n++ {
		if n > 200 {
			t.Fatal("nobody is ever told to wait")
		}
	}
	if r := b.Get("/s/guess"); r.Header.Get("Retry-After") == "" {
		t.Error("for how long?")
	}
	b.Get(valid).Want(http.StatusOK) // a supplier is not kept out by who guesses at the same address
	// A form from a browser that keeps the address to itself, and with it its origin.
	h.Clock.Pass(61e9)
	b.Header("Origin", "null").PostForm(valid, url.Values{"refuse": {"1"}}).Want(http.StatusSeeOther)
}

// altered is the path with another sign in the middle of its secret.
func altered(path string) string {
	at, sign := len(path)-10, byte('A')
	if path[at] == sign {
		sign = 'B'
	}
	return path[:at] + string(sign) + path[at+1:]
}

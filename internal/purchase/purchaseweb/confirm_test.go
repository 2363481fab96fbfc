package purchaseweb_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"buhuo/internal/i18n"
	"buhuo/internal/purchase"
)

// TestConfirmOtherwise: what the supplier promised otherwise is typed once, told on the
// order's page in words and money, and is what the delivery form then expects.
func TestConfirmOtherwise(t *testing.T) {
	for _, lang := range i18n.Langs() {
		t.Run(string(lang), func(t *testing.T) {
			h := open(t)
			b := h.Browser.Lang(string(lang))
			p := i18n.For(lang)
			o := h.draft(t, 10_000, 20_000)
			h.must(t, second(h.orders.Send(h.A, o.ID, 0)))
			page := b.Get(at(o, "")).Want(http.StatusOK)
			if page.Find("a[href='"+at(o, "/confirm")+"']").Length() != 1 {
				t.Fatal("no way to say that they promised something else")
			}
			form := b.Get(at(o, "/confirm")).Want(http.StatusOK).Form("form[action='" + at(o, "/confirm") + "']")
			day := h.Clock.Today().Add(5)
			form.Set("quantity", p.Typed("7.5"), "20").Set("price", p.Typed("2.6"), p.Typed("2.5")).Set("day", day.String(), day.String()).
				Set("later", p.Typed("2.5"), "").Set("later_day", day.Add(3).String(), "")
			bad := form.Set("quantity", "-1", "20").Submit().Want(http.StatusUnprocessableEntity)
			if back := bad.Form("form[action='" + at(o, "/confirm") + "']"); back.Value("later") != p.Typed("2.5") || bad.Find(".wrong").Length() == 0 {
				t.Error("a refused form does not come back as it was typed")
			}
			form.Set("quantity", p.Typed("7.5"), "20").Submit().Want(http.StatusSeeOther)
			form.Submit().Want(http.StatusSeeOther) // twice
			got, err := h.orders.Order(h.A, o.ID)
			h.must(t, err)
			want := purchase.Agreed{Quantity: 7_500, Price: 26_000, Day: day, Later: 2_500, LaterDay: day.Add(3)}
			if got.State != purchase.Confirmed || got.Lines[0].Agreed == nil || *got.Lines[0].Agreed != want || got.Lines[1].Agreed.Day != day {
				t.Errorf("confirmed: %+v", got.Lines[0].Agreed)
			}
			page = b.Get(at(o, "")).Want(http.StatusOK)
			for _, sentence := range []string{
				p.T("purchase.agreed_price", i18n.A("price", p.Price(26_000, o.Currency)+"/"+p.Unit("kg", 1_000))),
				p.T("purchase.agreed_by_price", i18n.A("price", "+"+p.Money(100, o.Currency))), p.DateShort(day.Add(3)),
			} {
				if !strings.Contains(plain(page.Text("main")), plain(sentence)) {
					t.Errorf("the page lacks %q", sentence)
				}
			}
			if receive := page.Form("form[action='" + at(o, "/receive") + "']"); receive.Value("quantity") != p.Typed("7.5") || receive.Value("price") != p.Typed("2.60") {
				t.Errorf("the delivery form expects %s at %s", receive.Value("quantity"), receive.Value("price"))
			}
			nothing := b.Get(at(o, "/confirm")).Form("form[action='"+at(o, "/confirm")+"']").Set("quantity", "0", "0").Set("later", "", "").Set("later_day", "", "")
			if r := nothing.Submit().Want(http.StatusUnprocessableEntity); !strings.Contains(r.Text("main"), p.T("purchase.confirm_nothing")) {
				t.Error("nothing at all is confirmed without a word")
			}
		})
	}
}

// TestRemind: a late order has a message in the supplier's language, naming what is
// missing and nothing else.
func TestRemind(t *testing.T) {
	h := open(t)
	o := h.draft(t, 10_000, 20_000)
	h.must(t, second(h.orders.Send(h.A, o.ID, 0)))
	if h.Get(at(o, "")).Want(http.StatusOK).Find("#reminder").Length() != 0 {
		t.Error("asked for before it is late")
	}
	h.Clock.Pass(5 * 24 * time.Hour)
	h.must(t, second(h.orders.Receive(h.A, o.ID, purchase.Receipt{Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 10_000}, {Line: 2, Quantity: 5_000}}})))
	text := h.Get(at(o, "")).Want(http.StatusOK).Find("#reminder").Text()
	if !strings.Contains(text, "您好") || !strings.Contains(text, o.NumberText()) || !strings.Contains(text, "15\u00a0公斤") || strings.Contains(text, h.goods.Products[0].Name) {
		t.Errorf("the message: %q", text)
	}
	for state, want := range map[string]int{"late": 1, "asked": 0, "received": 0} {
		if n := h.Get("/orders?state=" + state).Want(http.StatusOK).Find("a[href='" + at(o, "") + "']").Length(); n != want {
			t.Errorf("%d of the order among %s", n, state)
		}
	}
}

// TestRepeatOnce: the button pressed twice makes one draft.
func TestRepeatOnce(t *testing.T) {
	h := open(t)
	o := h.draft(t, 10_000)
	h.must(t, second(h.orders.Cancel(h.A, o.ID)))
	form := h.Get(at(o, "")).Want(http.StatusOK).Form("form[action='" + at(o, "/repeat") + "']")
	first, again := form.Submit().Want(http.StatusSeeOther), form.Submit().Want(http.StatusSeeOther)
	if first.Location() != again.Location() || first.Location() == at(o, "") {
		t.Errorf("leads to %s and %s", first.Location(), again.Location())
	}
	drafts, err := h.orders.List(h.A, purchase.Query{State: purchase.Draft})
	h.must(t, err)
	if len(drafts) != 1 {
		t.Errorf("%d drafts", len(drafts))
	}
	h.PostForm(at(o, "/repeat"), map[string][]string{"client_id": {"nonsense"}}).Want(http.StatusUnprocessableEntity)
}

// plain has one space for each gap, of whatever width.
func plain(s string) string { return strings.Join(strings.Fields(s), " ") }

package purchaseweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"buhuo/internal/i18n"
	"buhuo/internal/purchase"
)

// TestSendBack: what goes back is typed lot by lot, shown with its credit, and noted when
// the credit is here.
func TestSendBack(t *testing.T) {
	for _, lang := range i18n.Langs() {
		t.Run(string(lang), func(t *testing.T) {
			h := open(t)
			b, p := h.Browser.Lang(string(lang)), i18n.For(lang)
			o := h.draft(t, 10_000, 20_000)
			h.must(t, second(h.orders.Send(h.A, o.ID, 0)))
			b.Get(at(o, "/return")).Want(http.StatusSeeOther) // nothing has come
			h.must(t, second(h.orders.Receive(h.A, o.ID, purchase.Receipt{})))
			if b.Get(at(o, "")).Want(http.StatusOK).Find("a[href='"+at(o, "/return")+"']").Length() != 1 {
				t.Error("no way to send goods back")
			}
			form := b.Get(at(o, "/return")).Want(http.StatusOK).Form("form[action='" + at(o, "/return") + "']")
			form.Set("reason", "烂了").Set("quantity", p.Typed("2.5"), "").Set("credit", "", "")
			too := form.Set("quantity", "99", "").Submit().Want(http.StatusUnprocessableEntity)
			if again := too.Form("form[action='" + at(o, "/return") + "']"); again.Value("reason") != "烂了" || again.Value("quantity") != "99" || !strings.Contains(plain(too.Text("main")), plain(p.T("purchase.return_too_much"))) {
				t.Error("a refused form lost what was typed, or says nothing")
			}
			form.Set("quantity", "", "").Submit().Want(http.StatusUnprocessableEntity)
			form.Set("quantity", p.Typed("2.5"), "").Submit().Want(http.StatusSeeOther)
			page := form.Submit().Want(http.StatusSeeOther).Follow().Want(http.StatusOK) // twice
			if all, err := h.orders.Returns(h.A, o.ID); err != nil || len(all) != 1 || all[0].Credit != 625 || all[0].Lines[0].Quantity != 2_500 {
				t.Errorf("returned %+v, %v", all, err)
			}
			if !strings.Contains(plain(page.Text("main")), plain(p.Money(625, o.Currency))) {
				t.Error("the credit is not shown")
			}
			credit := page.Form("form[action='"+at(o, "/credited")+"']").Set("ref", "GS-7")
			credit.Submit().Want(http.StatusSeeOther)
			if done := credit.Submit().Want(http.StatusSeeOther).Follow().Want(http.StatusOK); !strings.Contains(done.Text("main"), "GS-7") || done.Find("form[action='"+at(o, "/credited")+"']").Length() != 0 {
				t.Error("the credit note is not shown, or asked for again")
			}
			b.PostForm(at(o, "/credited"), url.Values{"return": {"x"}}).Want(http.StatusUnprocessableEntity)
		})
	}
}

package purchaseweb_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"buhuo/internal/i18n"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/purchasetest"
)

// TestOrderByMail: set up by the owner, sent by a press, shown until it has arrived; what
// leaves is the order's PDF and text in the supplier's language.
func TestOrderByMail(t *testing.T) {
	for _, lang := range i18n.Langs() {
		t.Run(string(lang), func(t *testing.T) {
			h := open(t)
			p := &purchasetest.Postman{}
			h.orders.SetMail([]byte("a key that opens nothing but the houses of these tests"), p, nil, purchasetest.Houses(h.House))
			b, words := h.Browser.Lang(string(lang)), i18n.For(lang)
			o := h.draft(t, 10_000)
			h.must(t, second(h.orders.Send(h.A, o.ID, 0)))
			if page := b.Get(at(o, "")).Want(http.StatusOK); page.Find("a[href='/settings/mail']").Length() != 1 || page.Find("form[action='"+at(o, "/mail")+"']").Length() != 0 {
				t.Error("an order can be mailed before anybody said how")
			}
			form := b.Get("/settings/mail").Want(http.StatusOK).Form("form[action='/settings/mail']")
			form.Set("host", "smtp.example.org").Set("port", "587").Set("security", "starttls").Set("username", "wang").Set("password", "geheim-口令").Set("from", "shop@example.org")
			bad := form.Set("port", "0").Submit().Want(http.StatusUnprocessableEntity)
			if again := bad.Form("form[action='/settings/mail']"); again.Value("host") != "smtp.example.org" || again.Value("password") != "" {
				t.Error("a refused form lost what was typed, or shows the password")
			}
			form.Set("port", "587").Submit().Want(http.StatusSeeOther).Follow().Want(http.StatusOK).Lacks("geheim")
			if page := b.Get(at(o, "")).Want(http.StatusOK); !strings.Contains(plain(page.Text("main")), plain(words.T("purchase.mail_no_address"))) {
				t.Error("a supplier without an address goes without a word")
			}
			supplier, err := h.Catalog.Supplier(h.A, h.goods.Supplier.ID)
			h.must(t, err)
			supplier.Email = "coop@example.org"
			h.must(t, h.Catalog.UpdateSupplier(h.A, supplier))

			send := b.Get(at(o, "")).Want(http.StatusOK).Form("form[action='" + at(o, "/mail") + "']")
			send.Submit().Want(http.StatusSeeOther)
			waiting := send.Submit().Want(http.StatusSeeOther).Follow().Want(http.StatusOK) // twice
			if waiting.Find("form[action='"+at(o, "/mail")+"']").Length() != 0 || !strings.Contains(plain(waiting.Text("main")), "coop@example.org") {
				t.Error("while it waits it can be sent once more, or nothing is said")
			}
			p.Say = func(n int) error {
				if n == 1 {
					return &purchase.MailError{Problem: purchase.Busy, Detail: "451 <b>later</b>"}
				}
				return nil
			}
			h.must(t, h.orders.RunMails(context.Background()))
			page := b.Get(at(o, "")).Want(http.StatusOK).Contains("451 &lt;b&gt;later&lt;/b&gt;")
			if !strings.Contains(plain(page.Text("main")), plain(words.T("purchase.mail_problem.busy"))) {
				t.Error("the problem is not told")
			}
			h.Clock.Pass(2 * time.Minute)
			h.must(t, h.orders.RunMails(context.Background()))
			page = b.Get(at(o, "")).Want(http.StatusOK)
			if again := page.Find("form[action='" + at(o, "/mail") + "'] [name=after]"); again.Length() != 1 || len(p.Given) != 2 {
				t.Errorf("after %d attempts it cannot be sent again", len(p.Given))
			}
			sent := p.Given[1]
			file := h.Get(at(o, ".pdf")).Want(http.StatusOK)
			if !bytes.Equal(sent.File, file.Body) || sent.FileName != o.NumberText()+".pdf" || !strings.Contains(sent.Subject, o.NumberText()) || !strings.Contains(sent.Body, h.goods.Products[0].Name) || !strings.Contains(sent.Body, "附件") {
				t.Errorf("sent %q with %s, %d bytes: %q", sent.Subject, sent.FileName, len(sent.File), sent.Body)
			}
			h.PostForm(at(o, "/mail"), url.Values{"after": {"nonsense"}}).Want(http.StatusUnprocessableEntity)
			h.as(t, "viewer").Get(at(o, "")).Want(http.StatusOK).Lacks("/mail'")
		})
	}
}

// A test mail says in the person's words whether it left, or which step failed.
func TestTryMail(t *testing.T) {
	for _, lang := range i18n.Langs() {
		h, words := open(t), i18n.For(lang)
		p := &purchasetest.Postman{}
		h.orders.SetMail([]byte("a key that opens nothing but the houses of these tests"), p, nil, purchasetest.Houses(h.House))
		b := h.Browser.Lang(string(lang))
		const action = "/settings/mail/test"
		if b.Get("/settings/mail").Want(http.StatusOK).Find("form[action='"+action+"']").Length() != 0 {
			t.Error("a test is offered before anybody said how mail leaves")
		}
		b.PostForm(action, url.Values{"try": {"now"}}).Want(http.StatusConflict)
		b.PostForm(action, nil).Want(http.StatusUnprocessableEntity)
		b.Get("/settings/mail").Form("form[action='/settings/mail']").
			Set("host", "smtp.example.org").Set("port", "587").Set("security", "starttls").Set("username", "wang").Set("password", "geheim-口令").Set("from", "shop@example.org").Submit().Want(http.StatusSeeOther)
		try := b.Get("/settings/mail").Want(http.StatusOK).Form("form[action='" + action + "']")
		done := try.Submit().Want(http.StatusSeeOther).Follow().Want(http.StatusOK)
		if !strings.Contains(plain(done.Text("body")), plain(words.T("purchase.flash_mail_test"))) {
			t.Errorf("%s: nothing says that it left", lang)
		}
		if m := p.Given[0]; m.To != "shop@example.org" || len(m.File) != 0 || m.Subject == "" || m.Body == "" || p.With[0].Password != "geheim-口令" {
			t.Errorf("sent %+v", m)
		}
		for _, problem := range []purchase.MailProblem{
			purchase.NoServer, purchase.NotPrivate, purchase.NoLogin, purchase.BadSender, purchase.BadReceiver, purchase.Rejected, purchase.Busy, purchase.Nonsense, purchase.Cut, purchase.Unclear,
		} {
			p.Say = func(int) error { return &purchase.MailError{Problem: problem, Detail: "5.7 <b>no</b>"} }
			page := try.Submit().Want(http.StatusUnprocessableEntity).Contains("5.7 &lt;b&gt;no&lt;/b&gt;").Lacks("geheim")
			if text := plain(page.Text("[role=alert]")); !strings.Contains(text, plain(words.T("purchase.mail_problem."+string(problem)))) {
				t.Errorf("%s: %s is told as %q", lang, problem, text)
			}
			if page.Form("form[action='/settings/mail']").Value("host") != "smtp.example.org" {
				t.Errorf("%s: the settings are not shown", lang)
			}
		}
		h.as(t, "seller").PostForm(action, nil).Want(http.StatusForbidden)
	}
}

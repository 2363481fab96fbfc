package app_test

import (
	"net/http"
	"strings"
	"testing"

	"buhuo/internal/tenant"
	"buhuo/internal/webtest"
)

// TestSupplierAnswersEnquiryByLink: who has the link sees what is asked and nothing else,
// answers once, and the shop finds it beside the others.
func TestSupplierAnswersEnquiryByLink(t *testing.T) {
	h := newHouse(t)
	manager := h.login(t, tenant.Manager)
	invitation, enquiry := "/invitations/"+h.mine.ids["silent"].String(), "/enquiries/"+h.mine.ids["enquiry"].String()
	page := manager.Get(invitation).Want(http.StatusOK)
	address := page.Text("#link")
	path, ok := strings.CutPrefix(address, linkBase)
	if !ok || !strings.HasPrefix(path, "/q/") || !strings.Contains(page.Text("#message"), address) {
		t.Fatalf("the link is %q, the message\n%s", address, page.Text("#message"))
	}
	if page := h.login(t, tenant.Viewer).Get(invitation).Want(http.StatusOK); page.Find("#link, form[action='"+invitation+"']").Length() != 0 {
		t.Error("a viewer is given the link, or the form")
	}

	his := webtest.New(t, h.server.Handler()).Plain()
	before := h.snapshot(t)
	seen := his.Get(path).Want(http.StatusOK)
	if seen.Header.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(seen.Header.Get("X-Robots-Tag"), "noindex") {
		t.Errorf("the page is open to others: %v", seen.Header)
	}
	seen.Contains("红枣", "40").Lacks("18.50", "果园", "/orders", "/suppliers") // the other's price, the other, the shop's pages
	form := "form[action='" + path + "']"
	for field, bad := range map[string]string{"price": "x", "minimum": "-1", "pack_content": "1/3", "lead_days": "400", "until": "2026-02-30", "line": "7", "can": "king"} {
		wrong := seen.Form(form).Set("price", "17.80").Set(field, bad).Submit()
		if wrong.Status != http.StatusUnprocessableEntity || wrong.Find(form).Length() != 1 {
			t.Errorf("%s = %q: %d", field, bad, wrong.Status)
		} else if field != "price" && wrong.Form(form).Value("price") != "17.80" && field != "line" {
			t.Errorf("%s = %q: the price came back as %q", field, bad, wrong.Form(form).Value("price"))
		}
	}
	his.Send(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader("")).Want(http.StatusUnprocessableEntity)
	unchanged(t, "what was refused", before, h.snapshot(t))

	typed := seen.Form(form).Set("price", "17.80").Set("lead_days", "4")
	typed.Submit().Want(http.StatusSeeOther)
	after := h.snapshot(t)
	typed.Submit().Want(http.StatusSeeOther) // a double click
	if r := typed.Set("price", "1").Submit(); r.Status != http.StatusConflict {
		t.Errorf("another reply answers %d", r.Status)
	}
	unchanged(t, "replies after the first", after, h.snapshot(t))
	his.Get(path).Want(http.StatusOK).Contains("17.80")
	manager.Get(enquiry).Want(http.StatusOK).Contains("17.80")

	altered := path[:len(path)-2] + "AA"
	for _, dead := range []string{altered, "/q/x", "/q/" + strings.Repeat("A", 43)} {
		his.Get(dead).Want(http.StatusNotFound)
	}
	manager.Get(invitation).Form("form[action='" + invitation + "/link/revoke']").Submit().Want(http.StatusSeeOther)
	his.Get(path).Want(http.StatusNotFound)
}

package shopweb_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// The owner reads who changed what, from what to what, and narrows it; nobody else does.
func TestAuditTrail(t *testing.T) {
	h := open(t, "", nil).people()
	li := h.add("li", tenant.Seller)
	owner := h.loggedIn("wang")
	owner.Get("/settings/team").Form("form[action='"+teamOf(li, "/role")+"']").Set("role", "manager").Submit().Want(303)
	form := owner.Get("/settings").Want(200).Form("form[action='/settings']")
	form.Set("approve_above", "500").Set("close_hour", "22").Submit().Want(303)

	for _, lang := range i18n.Langs() {
		words := i18n.For(lang)
		page := owner.Lang(string(lang)).Get("/audit").Want(200)
		text := page.Text("main")
		for _, want := range []string{
			words.T("audit.action.shop.updated"), words.T("audit.action.person.role"), "– → 500", words.Role(tenant.Seller) + " → " + words.Role(tenant.Manager), "21 → 22",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the trail lacks %q:\n%s", lang, want, text)
			}
		}
		if strings.Contains(text, "audit.") || strings.Contains(text, "market") {
			t.Errorf("%s: what was not changed, or has no word, is told:\n%s", lang, text)
		}
		if page.Find("a[href='/settings/team']").Length() == 0 {
			t.Errorf("%s: nothing leads to what was changed", lang)
		}
	}
	only := owner.Lang("en").Get("/audit?kind=shop").Want(200)
	if text := only.Text("tbody"); !strings.Contains(text, "Shop settings changed") || strings.Contains(text, "Role changed") {
		t.Errorf("of one kind: %s", text)
	}
	owner.Get("/audit?lang=en&person=" + h.wang.ID.String()).Want(200).Contains("Role changed")
	owner.Get("/audit?lang=en&person=" + li.ID.String()).Want(200).Contains("Nothing was changed")
	owner.Get("/audit?lang=en&day=1999-01-01").Want(200).Contains("Nothing was changed")
	for _, bad := range []string{"kind=x", "person=x", "day=x", "before=x"} {
		owner.Get("/audit?" + bad).Want(400)
		owner.Get("/audit.csv?" + bad).Want(400)
	}

	// More lines than a page holds are all reached, each once.
	ctx := tenant.With(t.Context(), shop.ScopeOf(h.village))
	for i := range 120 {
		if err := h.shop.Record(ctx, "offer.save", ident.New(), map[string]any{"price": []string{"1", fmt.Sprintf("%d.00", i+2)}}); err != nil {
			t.Fatal(err)
		}
	}
	seen, at := map[string]bool{}, "/audit?kind=offer"
	for at != "" {
		page := owner.Get(at).Want(200)
		for _, row := range page.Find("tbody tr").EachIter() {
			if text := row.Find("th .soft").Text(); seen[text] {
				t.Errorf("%q stands twice", text)
			} else {
				seen[text] = true
			}
		}
		at = page.Find("nav.pager a[rel=next]").AttrOr("href", "")
	}
	if len(seen) != 120 {
		t.Errorf("%d of 120 lines are shown", len(seen))
	}
	file := owner.Get("/audit.csv?kind=offer").Want(200)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(file.Body), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 121 || rows[0][3] != "action" || rows[1][3] != "offer.save" || !strings.Contains(rows[1][5], "121.00") {
		t.Errorf("the file: %d rows, %v", len(rows), err)
	}

	h.loggedIn("li").Get("/audit").Want(403)
	h.loggedIn("li").Get("/audit.csv").Want(403)
	if _, err := h.shop.Trail(tenant.With(t.Context(), tenant.Scope{Shop: h.village.ID, Role: tenant.Manager}), shop.TrailQuery{}); err == nil {
		t.Error("a manager reads the trail")
	}
}

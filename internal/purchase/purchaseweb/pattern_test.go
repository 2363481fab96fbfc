package purchaseweb_test

import (
	"strings"
	"testing"

	"buhuo/internal/catalog"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
)

// An order is kept as a template on its page, ordered, renamed and removed on theirs.
func TestTemplates(t *testing.T) {
	h := open(t)
	h.Get("/templates").Want(200).Contains("No templates yet")
	o := h.draft(t, 10_000, 20_000)
	form := h.Get(at(o, "")).Want(200).Form("form[action='" + at(o, "/template") + "']")
	refused := form.Set("name", strings.Repeat("长", 121)).Submit().Want(422)
	if got := refused.Form("form[action='" + at(o, "/template") + "']").Value("name"); got != strings.Repeat("长", 121) {
		t.Errorf("refused, the name is %q", got)
	}
	form.Set("name", "年货").Submit().Want(303).Follow().Want(200).Contains("年货", h.goods.Products[0].Name, h.goods.Supplier.Name)
	for _, lang := range i18n.Langs() {
		if text := h.Browser.Lang(string(lang)).Get("/templates").Want(200).Text("main"); strings.Contains(text, "purchase.") {
			t.Errorf("%s: %s", lang, text)
		}
	}
	page := h.Browser.Lang("en").Get("/templates").Want(200)
	order := page.Form("form[action$='/order']")
	made := order.Submit().Want(303)
	if again := order.Submit().Want(303); again.Location() != made.Location() || !strings.HasPrefix(made.Location(), "/orders/") {
		t.Errorf("pressed twice: %s and %s", made.Location(), again.Location())
	}
	if orders, err := h.orders.List(h.A, purchase.Query{State: purchase.Draft}); err != nil || len(orders) != 2 {
		t.Errorf("%d drafts, %v", len(orders), err)
	}
	page.Form("form[action$='/rename']").Set("name", "").Submit().Want(422).Contains("Give the template a name")
	page.Form("form[action$='/rename']").Set("name", "中秋").Submit().Want(303).Follow().Want(200).Contains("中秋").Lacks("年货</h2>")
	if h.as(t, "viewer").Get("/templates").Want(200).Find("main form").Length() != 0 {
		t.Error("a viewer may order")
	}
	drop := page.Form("form[action$='/drop']")
	drop.Submit().Want(303).Follow().Want(200).Contains("No templates yet")
	drop.Submit().Want(404)
}

// The day of production is kept with the lot; where no last day is typed it follows from
// the shelf life. Prices and quantities that differ are told in a sentence.
func TestReceiveProducedAndDifferences(t *testing.T) {
	h := open(t)
	p := h.goods.Products[0]
	draft := catalog.DraftOf(p)
	draft.ShelfLifeDays = 30
	h.must(t, h.Catalog.Update(h.A, p.ID, p.Version, draft))
	o := h.draft(t, 10_000, 20_000)
	h.PostForm(at(o, "/send"), nil).Want(303)
	today := h.Clock.Today()
	page := h.Get(at(o, "?lang=en")).Want(200)
	form := page.Form("#receive")
	form.Set("produced", (today + 1).String(), "").Submit().Want(422).Contains("production date lies in the future")
	form.Set("produced", today.Add(-2).String(), "").Set("expiry", today.Add(-3).String(), "").Submit().Want(422).Contains("expiry date lies before")
	form.Set("expiry", "", "").Set("quantity", "4", "25").Set("price", "3", form.All("price")[1]).Set("lot", "L-7", "").Submit().Want(303)
	came, err := h.orders.Deliveries(h.A, o.ID)
	h.must(t, err)
	line := came[0].Lines[0]
	if line.Produced == nil || *line.Produced != today.Add(-2) || line.Expiry == nil || *line.Expiry != today.Add(28) {
		t.Errorf("received %+v", line)
	}
	lots, err := h.Stock.Lots(h.A, p.ID)
	h.must(t, err)
	found := false
	for _, l := range lots {
		lot, err := h.Stock.LotInfo(h.A, []ident.ID{l.LotID})
		h.must(t, err)
		found = found || lot[l.LotID].Produced != nil && *lot[l.LotID].Produced == today.Add(-2)
	}
	if !found {
		t.Error("the lot does not know when it was made")
	}
	text := plain(h.Get(at(o, "?lang=en")).Want(200).Text("main"))
	for _, want := range []string{"still to come, due", "more than promised", "instead of", "more", "made "} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q: %s", want, text)
		}
	}
	h.PostForm(at(o, "/close"), nil).Want(303)
	h.Get(at(o, "?lang=en")).Want(200).Contains("never came")
}

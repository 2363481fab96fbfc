package restockweb_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"buhuo/internal/catalog"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/restock"
	"buhuo/internal/stock"
)

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
	missing := int(minimum-h.suggestion(h.Oranges.ID).LineCost) / 100 // an order of that size may be another one
	for lang, want := range map[string]string{"zh-Hans": "还差 ¥%d.00 才够起送金额", "fr": "Il manque %d,00 CN¥ pour le minimum", "en": "CN¥%d.00 missing to the minimum order"} {
		want = fmt.Sprintf(want, missing)
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

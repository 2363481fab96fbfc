package purchaseweb_test

import (
	"net/url"
	"strings"
	"testing"

	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
)

func TestReceiveForm(t *testing.T) {
	h := open(t)
	o := h.draft(t, 10_000, 20_000)
	if _, err := h.orders.Send(h.A, o.ID, 0); err != nil {
		t.Fatal(err)
	}
	page := h.Get(at(o, "")).Want(200)
	if got := page.Doc().Find("#receive input[name=quantity]").Eq(1).AttrOr("value", ""); got != "20" {
		t.Errorf("the second quantity stands at %q", got)
	}
	r := page.Form("#receive").Set("quantity", "viele", "20").Submit().Want(422)
	form := r.Doc().Find("#receive")
	if form.Find("input[name=quantity]").First().AttrOr("value", "") != "viele" || form.Find("[aria-invalid]").Length() != 1 {
		t.Error("the refused form does not keep what was typed, or does not say where it is wrong")
	}
	sent := page.Doc().Find("#receive input[name=client_id]").AttrOr("value", "")
	if again := form.Find("input[name=client_id]").AttrOr("value", ""); again != sent || sent == "" {
		t.Errorf("client id %q became %q", sent, again)
	}
	r = page.Form("#receive").Set("quantity", "4", "20").Submit().Want(303).Follow().Want(200)
	if !strings.Contains(r.Text("body"), "The delivery is recorded; some is still to come.") {
		t.Errorf("no message: %s", r.Text("body"))
	}
	if o = h.reread(t, o); o.State != purchase.PartReceived || o.Lines[0].Received != 4_000 || o.Lines[1].Received != 20_000 {
		t.Errorf("received: %+v", o.Lines)
	}
	if n := r.Doc().Find("#receive input[name=line]").Length(); n != 1 {
		t.Errorf("%d lines still owed, want 1", n)
	}
	page.Form("#receive").Set("quantity", "4", "20").Submit().Want(303) // the same button again
	if again := h.reread(t, o); again.Version != o.Version {
		t.Error("the same form was booked twice")
	}
	r.Form("#receive").Submit().Want(303).Follow().Want(200)
	if o = h.reread(t, o); o.State != purchase.Received {
		t.Errorf("state %s", o.State)
	}
	h.PostForm(at(o, "/receive"), url.Values{"line": {"9"}, "quantity": {"1"}}).Want(303) // received: nothing to do
}

func TestReceiveRefused(t *testing.T) {
	h := open(t)
	o := h.draft(t, 10_000)
	if _, err := h.orders.Send(h.A, o.ID, 0); err != nil {
		t.Fatal(err)
	}
	version := h.reread(t, o).Version
	for name, form := range map[string]url.Values{
		"no such line":   {"line": {"9"}, "quantity": {"1"}},
		"nothing":        {"line": {"1"}, "quantity": {"0"}},
		"negative":       {"line": {"1"}, "quantity": {"-1"}},
		"not a number":   {"line": {"1"}, "quantity": {"1e3"}},
		"too fine":       {"line": {"1"}, "quantity": {"1.0001"}},
		"uneven":         {"line": {"1"}, "quantity": {"1", "2"}},
		"date of 1899":   {"line": {"1"}, "quantity": {"1"}, "expiry": {"1899-12-31"}},
		"price negative": {"line": {"1"}, "quantity": {"1"}, "price": {"-1"}},
		"lot too long":   {"line": {"1"}, "quantity": {"1"}, "lot": {strings.Repeat("批", 61)}},
		"bad client id":  {"client_id": {"x"}},
	} {
		if r := h.PostForm(at(o, "/receive"), form); r.Status != 422 {
			t.Errorf("%s: %d", name, r.Status)
		}
	}
	client := ident.New().String()
	h.PostForm(at(o, "/receive"), url.Values{"client_id": {client}, "line": {"1"}, "quantity": {"1"}}).Want(303)
	h.PostForm(at(o, "/receive"), url.Values{"client_id": {client}, "line": {"1"}, "quantity": {"2"}}).Want(409)
	if got := h.reread(t, o); got.Version != version+1 {
		t.Errorf("%d changes, want one", got.Version-version)
	}
}

// A delivery entered wrongly is taken back on the order's page, by a manager, once.
func TestTakeBack(t *testing.T) {
	h := open(t)
	o := h.draft(t, 10_000)
	if _, err := h.orders.Send(h.A, o.ID, 0); err != nil {
		t.Fatal(err)
	}
	h.Get(at(o, "")).Form("#receive").Submit().Want(303)
	came, err := h.orders.Deliveries(h.A, o.ID)
	if err != nil || len(came) != 1 {
		t.Fatal(came, err)
	}
	receipt := came[0].ID.String()
	form := "form[action='" + at(o, "/take-back") + "']"
	for who, want := range map[string]int{"viewer": 0, "seller": 0, "owner": 1} {
		if n := h.as(t, who).Get(at(o, "")).Want(200).Doc().Find(form).Length(); n != want {
			t.Errorf("the %s is offered %d ways to take it back", who, n)
		}
	}
	for _, who := range []string{"viewer", "seller"} {
		h.as(t, who).PostForm(at(o, "/take-back"), url.Values{"receipt": {receipt}}).Want(403)
	}
	h.as(t, "other").PostForm(at(o, "/take-back"), url.Values{"receipt": {receipt}}).Want(404)
	h.PostForm(at(o, "/take-back"), url.Values{"receipt": {ident.New().String()}}).Want(404)
	h.as(t, "other").Get("/receipts/" + receipt).Want(404)
	if to := h.Get("/receipts/" + receipt).Want(303).Location(); to != at(o, "#receipt-"+receipt) {
		t.Errorf("the delivery leads to %s", to)
	}
	for _, lang := range i18n.Langs() {
		page := h.Get(at(o, "?lang="+string(lang))).Want(200)
		if want := strings.Join(strings.Fields(i18n.For(lang).T("purchase.take_back_ask")), " "); !strings.Contains(page.Text("#receipt-"+receipt), want) {
			t.Errorf("%s: the page does not ask %q", lang, want)
		}
	}
	page := h.Get(at(o, "?lang=fr")).Want(200)
	r := page.Form(form).Set("reason", "mauvaise livraison").Submit().Want(303).Follow().Want(200)
	r.Contains("La réception est annulée", "Annulée\u00a0: saisie par erreur")
	version := h.reread(t, o).Version
	page.Form(form).Submit().Want(303)
	if o = h.reread(t, o); o.State != purchase.Sent || o.Version != version || o.Lines[0].Received != 0 {
		t.Errorf("%s, version %d, received %d", o.State, o.Version, o.Lines[0].Received)
	}
	if balances, err := h.Stock.Balances(h.A, nil); err != nil || balances[h.goods.Products[0].ID].OnHand != 0 {
		t.Errorf("stock: %v, %v", balances, err)
	}
	h.Get(at(o, "")).Form("#receive").Submit().Want(303) // and the right one
	if o = h.reread(t, o); o.State != purchase.Received {
		t.Errorf("state %s", o.State)
	}
}

package stockweb_test

import (
	"net/url"
	"testing"

	"buhuo/internal/ident"
	"buhuo/internal/webtest"
)

func TestReceive(t *testing.T) {
	h := open(t)
	page := h.Get(about("/stock/receive", h.dates)).Want(200)
	if v, _ := page.Find("select[name=unit] option[selected]").Attr("value"); v != "jin" {
		t.Errorf("offers %q first, want the shop's jin", v)
	}
	if v, _ := page.Find("input[name=expiry]").Attr("value"); v != (today + 30).String() {
		t.Errorf("proposes %q as expiry of goods that keep 30 days", v)
	}
	form := page.Form("form[action='/stock/receive']").Set("quantity", "１０").Set("cost", "6.5").Set("lot", "L7").Set("note", "早市")
	form.Submit().Want(303).Follow().Want(200)
	form.Submit().Want(303) // a double click
	b := h.onHand(t, h.dates)
	if b.OnHand != 5000 || b.Value != 6500 || b.LastCost != 130_000 {
		t.Errorf("10 jin at 6.50 are 5 kg worth 65.00 at 13 a kg, but the book says %+v", b)
	}
	lots, err := h.stock.Lots(h.ctx, h.dates.ID)
	if err != nil || len(lots) != 1 || lots[0].Code != "L7" || *lots[0].Expiry != today+30 {
		t.Errorf("lots %+v, %v", lots, err)
	}
	form.Set("quantity", "11").Submit().Want(409)

	h.Get(about("/stock/receive", h.rice)).Want(200).Form("form[action='/stock/receive']").
		Set("quantity", "2").Set("unit", "box").Set("paid", "1,000.00").Submit().Want(303)
	if b := h.onHand(t, h.rice); b.OnHand != 20_000 || b.Value != 100_000 {
		t.Errorf("2 boxes of 10 for 1,000: %+v", b)
	}
}

// Several products in one go, without JavaScript: another one is found by scanning or
// typing, nothing typed is lost, and all of them are booked at once or none.
func TestReceiveSeveral(t *testing.T) {
	h := open(t)
	const form = "form[action='/stock/receive']"
	page := h.Get(about("/stock/receive", h.dates)).Want(200).Form(form).Set("quantity", "10").Set("cost", "6.5").Set("lot", "L7").Set("note", "早市").
		Set("expiry", "").Set("q", "R1").Press("button[name=find]").Want(200)
	value := func(p *webtest.Response, name string, i int) string {
		return p.Find("input[name="+name+"]").Eq(i).AttrOr("value", "")
	}
	if n := page.Find("input[name=product]").Length(); n != 2 || value(page, "product", 1) != h.rice.ID.String() {
		t.Fatalf("%d rows, the second of %s", n, value(page, "product", 1))
	}
	for name, want := range map[string]string{"quantity": "10", "cost": "6.5", "lot": "L7", "expiry": "", "note": "早市"} {
		if got := value(page, name, 0); got != want {
			t.Errorf("%s was %q, is %q", name, want, got)
		}
	}
	page.Form(form).Set("q", "zzz").Press("button[name=find]").Want(200).Contains("No product found")
	found := page.Form(form).Set("q", "红").Press("button[name=find]").Want(200)
	if n := found.Find("button[name=add]").Length(); n != 1 {
		t.Fatalf("%d products are offered for 红", n)
	}
	three := found.Form(form).Press("button[name=add]").Want(200) // the same goods in another lot
	if got := value(three, "expiry", 2); got != (today+30).String() || value(three, "expiry", 0) != "" {
		t.Errorf("the new row proposes %q, the first one %q", got, value(three, "expiry", 0))
	}
	two := three.Form(form).Set("lot", "L7", "", "L8").Press("button[name=drop][value='1']").Want(200)
	if n := two.Find("input[name=product]").Length(); n != 2 || value(two, "lot", 1) != "L8" || value(two, "quantity", 0) != "10" {
		t.Errorf("%d rows are left, the lots %q and %q", n, value(two, "lot", 0), value(two, "lot", 1))
	}
	wrong := two.Form(form).Set("quantity", "10", "zwei").Submit().Want(422)
	if wrong.Find("[aria-invalid]").Length() != 1 || wrong.Find("a[href='#quantity[1]']").Length() != 1 || wrong.Find("[id='quantity[1]']").Length() != 1 {
		t.Error("the page does not lead to what is wrong in the second row")
	}
	wrong = two.Form(form).Set("quantity", "10", "-2").Submit().Want(422)
	if wrong.Find("a[href='#quantity[1]']").Length() != 1 {
		t.Errorf("the rule of the stock room is not said in its row: %s", wrong.Text(".note"))
	}
	if b := h.onHand(t, h.dates); b.KnownFrom != nil {
		t.Errorf("refused, but written: %+v", b)
	}
	done := two.Form(form).Set("quantity", "10", "4")
	done.Submit().Want(303)
	done.Submit().Want(303)
	if b := h.onHand(t, h.dates); b.OnHand != 7_000 {
		t.Errorf("10 and 4 jin are 7 kg, the book says %s", b.OnHand.Decimal())
	}
	lots, err := h.stock.Lots(h.ctx, h.dates.ID)
	if err != nil || len(lots) != 2 || lots[0].Code != "L8" || lots[1].Code != "L7" || lots[1].Expiry != nil {
		t.Errorf("lots %+v, %v", lots, err)
	}
	page.Form(form).Set("quantity", "1", "2").Set("unit", "kg", "box").Set("client_id", ident.New().String()).Submit().Want(303)
	if a, b := h.onHand(t, h.dates), h.onHand(t, h.rice); a.OnHand != 8_000 || b.OnHand != 20_000 {
		t.Errorf("%s dates, %s bags of rice", a.OnHand.Decimal(), b.OnHand.Decimal())
	}
}

func TestReceiveRefused(t *testing.T) {
	h := open(t)
	for name, c := range map[string]struct{ field, value string }{
		"nothing": {"quantity", ""}, "zero": {"quantity", "0"}, "below zero": {"quantity", "-3"}, "words": {"quantity", "ten"},
		"exponent": {"quantity", "1e9"}, "too precise": {"quantity", "0.0001"}, "huge": {"quantity", "99999999999999"},
		"negative cost": {"cost", "-1"}, "no date": {"expiry", "1899-01-01"}, "past": {"expiry", "2026-11-22"}, "emoji": {"cost", "🍊"},
		"a unit of something else": {"unit", "ml"},
	} {
		form := h.Get(about("/stock/receive", h.dates)).Form("form[action='/stock/receive']").Set("quantity", "5").Set("note", "keep me").Set(c.field, c.value)
		page := form.Submit().Want(422)
		if page.Find(".problems, [role=alert], #"+c.field+"-error").Length() == 0 {
			t.Errorf("%s: the page does not say what is wrong", name)
		}
		if v, _ := page.Find("input[name=note]").Attr("value"); v != "keep me" {
			t.Errorf("%s: the note is lost", name)
		}
		if c.field != "unit" {
			if v, _ := page.Find("input[name=" + c.field + "]").Attr("value"); v != c.value {
				t.Errorf("%s: the field shows %q, typed was %q", name, v, c.value)
			}
		}
	}
	if b := h.onHand(t, h.dates); b.OnHand != 0 || b.KnownFrom != nil {
		t.Errorf("refused, but written: %+v", b)
	}
	h.PostForm("/stock/receive", url.Values{"product": {h.foreign.ID.String()}, "quantity": {"1"}, "client_id": {ident.New().String()}}).Want(404)
	h.PostForm("/stock/receive", url.Values{
		"product": {h.dates.ID.String()}, "quantity": {"1"}, "client_id": {ident.New().String()}, "supplier": {ident.New().String()},
	}).Want(404)
}

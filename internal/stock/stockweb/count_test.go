package stockweb_test

import (
	"strings"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/stock"
)

func TestCount(t *testing.T) {
	h := open(t)
	list := h.Get("/stock/count?shelf=A1").Want(200)
	if n := list.Find("#found a").Length(); n != 1 {
		t.Errorf("%d products on shelf A1, want 1", n)
	}
	first := h.Get("/stock/count").Want(200)
	if !strings.Contains(first.Text("#found"), "Count these first") {
		t.Error("what was never counted is not asked for first")
	}
	page := h.Get(about("/stock/count", h.dates) + "&shelf=A1").Want(200)
	answer := page.Form("form[action='/stock/count']").Set("counted", "8").Submit().Want(303)
	result := answer.Follow().Want(200)
	if text := result.Text("main"); !strings.Contains(text, "8 jin more than the book said") {
		t.Errorf("the result says %q", text)
	}
	if next, _ := result.Find("a[href='/stock/count?shelf=A1']").Attr("href"); next == "" {
		t.Error("no way on to the next of the shelf")
	}
	if b := h.onHand(t, h.dates); b.OnHand != 4000 || b.LastCount == nil {
		t.Errorf("8 jin counted: %+v", b)
	}
	stale := h.Get(about("/stock/count", h.dates)).Form("form[action='/stock/count']").Set("counted", "7")
	if _, _, err := h.stock.Post(h.ctx, []stock.Posting{{Kind: stock.Sale, ProductID: h.dates.ID, Quantity: -500}}); err != nil {
		t.Fatal(err)
	}
	again := stale.Submit().Want(409)
	if text := again.Text("main"); !strings.Contains(text, "8 jin") || !strings.Contains(text, "7 jin") {
		t.Errorf("a stale count must say what changed: %q", text)
	}
	result = again.Form("form[action='/stock/count']").Submit().Want(303).Follow().Want(200)
	if !strings.Contains(result.Text("main"), "The book was right") {
		t.Errorf("after checking: %q", result.Text("main"))
	}
	result.Form("form[action$='/undo']").Submit().Want(303)
	blind := h.Get(about("/stock/count", h.dates) + "&blind=1").Want(200)
	if strings.Contains(blind.Text("main"), "In the book") {
		t.Error("a blind count shows the book")
	}
	blind.Form("form[action='/stock/count']").Set("counted", "-1").Submit().Want(422)
	h.Get("/stock/counts/" + ident.New().String()).Want(404)
	h.Get("/stock/counts/nonsense").Want(404)
}

func TestLossAndAdjust(t *testing.T) {
	h := open(t)
	for _, life := range []day.Date{3, 9} {
		expiry := today + life
		if err := h.stock.Receive(h.ctx, stock.ReceiveRequest{Lines: []stock.ReceiveLine{{ProductID: h.dates.ID, Quantity: 5000, Expiry: &expiry}}}); err != nil {
			t.Fatal(err)
		}
	}
	lots, err := h.stock.Lots(h.ctx, h.dates.ID)
	if err != nil {
		t.Fatal(err)
	}
	form := h.Get(about("/stock/loss", h.dates)).Want(200).Form("form[action='/stock/loss']").
		Set("quantity", "12").Set("reason", "spoilage").Set("lot", lots[1].LotID.String())
	page := form.Submit().Want(409)
	if !strings.Contains(page.Text("main"), "only 10 jin") {
		t.Errorf("the lot holds 10 jin, the page says %q", page.Text("main"))
	}
	page.Form("form[action='/stock/loss']").Set("quantity", "2").Submit().Want(303)
	if b := h.onHand(t, h.dates); b.OnHand != 9000 {
		t.Errorf("after losing 2 jin: %+v", b)
	}
	form.Set("reason", "sale").Set("quantity", "1").Submit().Want(422)

	adjust := h.Get(about("/stock/adjust", h.dates)).Want(200).Form("form[action='/stock/adjust']").Set("quantity", "4")
	adjust.Submit().Want(422) // neither direction nor reason
	adjust.Set("direction", "less").Set("reason", "称错了").Submit().Want(303)
	if b := h.onHand(t, h.dates); b.OnHand != 7000 || b.LastCount != nil {
		t.Errorf("after 4 jin less: %+v", b)
	}
	h.Get(about("/stock/adjust", h.dates)).Form("form[action='/stock/adjust']").Set("quantity", "-4").Set("direction", "more").Set("reason", "r").Submit().Want(422)
}

package restockweb_test

import (
	"net/url"
	"strings"
	"testing"

	"buhuo/internal/measure"
)

// TestPursePage: what can be spent is typed as people type, refused with what was
// typed, divided, told in each language, and taken back by one press.
func TestPursePage(t *testing.T) {
	h := stocked(t)
	form := "form[action='/suggestions/purse']"
	for typed, want := range map[string]string{"": "", "-3": "-3", "0": "0", "x": "x"} {
		r := h.PostForm("/suggestions/purse", url.Values{"purse": {typed}}).Want(422)
		field := r.Find("input[name=purse]")
		if value, _ := field.Attr("value"); value != want || r.Find("#purse-error").Length() != 1 {
			t.Errorf("%q refused: the field holds %q", typed, value)
		}
	}
	if mode, _ := h.Get("/suggestions").Find("input[name=purse]").Attr("inputmode"); mode != "decimal" {
		t.Errorf("inputmode %q", mode)
	}
	rice, oranges := h.suggestion(h.Rice.ID), h.suggestion(h.Oranges.ID)
	h.as("seller").PostForm("/suggestions/purse", url.Values{"purse": {"20"}}).Want(403)
	if h.as("seller").Get("/suggestions").Want(200).Find(form).Length() != 0 {
		t.Error("a seller is asked what can be spent")
	}
	page := h.Get("/suggestions").Want(200)
	page.Form(form).Set("purse", "９９９９９").Submit().Want(303).Follow().Want(200).Contains("全部照订")
	limit := min(rice.LineCost, oranges.LineCost) - 1
	h.PostForm("/suggestions/purse", url.Values{"purse": {measure.FormatFixed(int64(limit), 2, 2)}}).Want(303).Follow().Want(200).Contains("改了")
	h.Get("/suggestions?lang=zh-Hans").Want(200).Contains("按手头的钱改的")
	for lang, want := range map[string]string{"zh-Hans": "估计会少赚", "fr": "Ce qui est laissé de côté", "en": "What is left out"} {
		page := h.Get("/suggestions?lang=" + lang).Want(200)
		if text := plain(page.Find("section.card").First().Text()); !strings.Contains(text, want) {
			t.Errorf("%s: %s", lang, text)
		}
	}
	page = h.Get("/suggestions?lang=zh-Hans").Want(200)
	page.Form(form).Press("button[formaction='/suggestions/purse/undo']").Want(303).Follow().Want(200).Contains("恢复")
	for _, was := range []struct{ got, want measure.Quantity }{{h.suggestion(h.Rice.ID).Chosen(), rice.Quantity}, {h.suggestion(h.Oranges.ID).Chosen(), oranges.Quantity}} {
		if was.got != was.want {
			t.Errorf("put back: %s, was %s", was.got.Decimal(), was.want.Decimal())
		}
	}
}

// TestWaiting: a supplier's order below his minimum tells what filling it up and what
// waiting cost, and both can be pressed.
func TestWaiting(t *testing.T) {
	h := stocked(t)
	farm := h.Farm
	farm.MinimumOrder = h.suggestion(h.Oranges.ID).LineCost + 5_000
	h.Must(h.App.Catalog.UpdateSupplier(h.Ctx, farm))
	h.Must(h.App.Restock.Recompute(h.Ctx, nil))
	wait := "/suggestions/" + farm.ID.String() + "/wait"
	for lang, want := range map[string]string{"zh-Hans": "凑单要多买", "fr": "Compléter ajoute", "en": "Filling up adds"} {
		page := h.Get("/suggestions?lang=" + lang).Want(200)
		if text := plain(page.Text("section.card")); !strings.Contains(text, want) || page.Find("button[formaction='"+wait+"']").Length() != 1 {
			t.Errorf("%s: %s", lang, text)
		}
	}
	h.as("other").PostForm(wait, url.Values{}).Want(404)
	h.Get("/suggestions?lang=zh-Hans").Form("#order").Press("button[formaction='" + wait + "']").Want(303).Follow().Want(200).Contains("已暂缓到下次订货")
	if s := h.suggestion(h.Oranges.ID); s.SnoozedUntil == nil {
		t.Errorf("not put off: %+v", s.State)
	}
}

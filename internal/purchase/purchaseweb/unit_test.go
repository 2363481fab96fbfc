package purchaseweb_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"buhuo/internal/shop"
)

// inJin is a shop that weighs in jin.
type inJin struct{}

func (inJin) Get(context.Context) (shop.Shop, error) { return shop.Shop{ShowUnit: "jin"}, nil }

// A shop that weighs in jin reads and types jin everywhere on its pages; programs keep
// the base unit. French fields have commas, and take commas and points alike.
func TestTheShopsUnit(t *testing.T) {
	h := open(t)
	h.orders.SetShops(inJin{})
	o := h.draft(t, 10_000, 12_500)
	for lang, want := range map[string][]string{
		"zh-Hans": {"20 斤", "¥1.25/斤", "2 箱 × 10 斤"}, "en": {"20 jin", "CN¥1.25/jin"}, "fr": {"25 jin", "1,25 CN¥/jin"},
	} {
		page := h.Get(at(o, "?lang="+lang)).Want(200)
		for _, w := range want {
			if !strings.Contains(page.Text("main"), w) {
				t.Errorf("%s: the page does not say %q: %s", lang, w, page.Text("main"))
			}
		}
		if strings.Contains(page.Text(".lines"), "kg") || strings.Contains(page.Text(".lines"), "公斤") {
			t.Errorf("%s: the page speaks of kilograms", lang)
		}
	}
	for lang, want := range map[string]string{"zh-Hans": "20 斤", "fr": "20 jin 10 kg · 2 caisses", "en": "20 jin 10 kg · 2 boxes"} {
		if text := h.Get(at(o, ".html?lang="+lang)).Want(200).Text("table"); !strings.Contains(text, want) {
			t.Errorf("the document in %s does not say %q: %s", lang, want, text)
		}
	}
	rows := h.Get(at(o, ".csv?lang=zh-Hans")).Want(200).CSV()
	if fmt.Sprint(rows[1][4:8]) != "[10 kg 2.50 25.00]" {
		t.Errorf("for programs: %v", rows[1])
	}
	var one map[string]any
	h.Get(at(o, ".json")).Want(200).JSON(&one)
	if text := fmt.Sprint(one["lines"]); !strings.Contains(text, "quantity:12.5 received:0") || !strings.Contains(text, "unit:kg") {
		t.Errorf("JSON: %s", text)
	}

	edit := "form[action='" + at(o, "/lines") + "']"
	page := h.Get(at(o, "?lang=fr")).Want(200)
	if step := page.Doc().Find(edit+" [data-stepper]").First().AttrOr("data-stepper", ""); step != "10" {
		t.Errorf("a box of 10 jin is stepped by %q", step)
	}
	page.Form(edit).Set("quantity", "30", "25").Submit().Want(303)
	if o = h.reread(t, o); o.Lines[0].Quantity != 15_000 || o.Lines[1].Quantity != 12_500 {
		t.Errorf("30 jin became %s kg, 25 stayed %s", o.Lines[0].Quantity.Decimal(), o.Lines[1].Quantity.Decimal())
	}
	if _, err := h.orders.Send(h.A, o.ID, 0); err != nil {
		t.Fatal(err)
	}
	page = h.Get(at(o, "?lang=fr")).Want(200)
	value := func(field string, i int) string {
		return page.Doc().Find("#receive input[name="+field+"]").Eq(i).AttrOr("value", "")
	}
	if value("quantity", 0) != "30" || value("price", 0) != "1,25" {
		t.Errorf("the form proposes %q at %q", value("quantity", 0), value("price", 0))
	}
	r := page.Form("#receive").Set("quantity", "1,255", "vingt").Set("price", "1,305", "1.30").Submit().Want(422)
	for i, want := range []string{"1,255", "vingt"} {
		if got := r.Doc().Find("#receive input[name=quantity]").Eq(i).AttrOr("value", ""); got != want {
			t.Errorf("typed %q came back as %q", want, got)
		}
	}
	r.Form("#receive").Set("quantity", "1,256", "4.5").Submit().Want(303)
	came, err := h.orders.Deliveries(h.A, o.ID)
	if err != nil || len(came) != 1 || came[0].Lines[0].Quantity != 628 || came[0].Lines[0].Price != 26_100 || came[0].Lines[1].Quantity != 2_250 || came[0].Lines[1].Price != 26_000 {
		t.Errorf("came %+v, %v", came, err)
	}
	if text := h.Get(at(o, "?lang=fr")).Text("main"); !strings.Contains(text, "4,5 jin") {
		t.Errorf("the delivery is not told in jin: %s", text)
	}
	for name, form := range map[string]url.Values{
		"an unknown unit": {"line": {"1"}, "quantity": {"1"}, "unit": {"box"}},
		"half a gram":     {"line": {"1"}, "quantity": {"0.001"}, "unit": {"jin"}},
	} {
		if r := h.PostForm(at(o, "/receive"), form); r.Status != 422 {
			t.Errorf("%s: %d", name, r.Status)
		}
	}
}

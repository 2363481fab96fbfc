package salesweb_test

import (
	"net/http"
	"net/url"
	"testing"

	"buhuo/internal/ident"
	"buhuo/internal/sales"
)

// TestParcelsAtOnce: several parcels leave and arrive by one press each; what cannot be
// comes back with a sentence, the boxes still ticked, and nothing is half written.
func TestParcelsAtOnce(t *testing.T) {
	h := open(t)
	h.Get("/sales/parcels").Want(http.StatusOK).Contains("waits to be sent")
	ids := []string{ident.New().String(), ident.New().String(), ident.New().String()}
	for _, id := range ids {
		h.post(t, "/sales", url.Values{"client_id": {id}, "product_code": {"1002"}, "quantity": {"3"}, "unit": {"jin"}, "channel": {"wechat"}}).Want(http.StatusSeeOther)
	}
	h.Get("/sales").Want(http.StatusOK).Contains("/sales/parcels")
	form := h.Get("/sales/parcels").Want(http.StatusOK).Form("form[action='/sales/parcels?step=waiting']")
	for what, c := range map[string]struct {
		values url.Values
		says   string
	}{
		"none":            {url.Values{"sale": nil, "to": {"left"}}, "Tick at least one"},
		"before the sale": {url.Values{"sale": ids[:2], "to": {"left"}, "on": {"2026-01-01"}}, "between the sale and today"},
		"no day":          {url.Values{"sale": ids[:2], "to": {"left"}, "on": {""}}, "Please fill this in"},
		"no id":           {url.Values{"sale": {"x"}, "to": {"left"}}, ""},
		"nowhere":         {url.Values{"sale": ids[:1], "to": {"sky"}}, ""},
	} {
		values := url.Values{"on": {form.Value("on")}}
		for name, v := range c.values {
			values[name] = v
		}
		r := h.post(t, "/sales/parcels?step=waiting", values).Want(http.StatusUnprocessableEntity).Contains(c.says)
		if n := r.Find("input[name=sale][checked]").Length(); what == "before the sale" && n != 2 {
			t.Errorf("%d boxes are still ticked", n)
		}
	}
	if kept, err := h.sales.Parcels(h.ctx, parsed(ids)); err != nil || len(kept) != 0 {
		t.Errorf("half written: %v, %v", kept, err)
	}
	move := func(step, to string, chosen []string) {
		t.Helper()
		h.post(t, "/sales/parcels?step="+step, url.Values{"sale": chosen, "to": {to}, "on": {form.Value("on")}}).Want(http.StatusSeeOther)
	}
	move("waiting", "left", ids[:2])
	move("left", "arrived", ids[:1])
	kept, err := h.sales.Parcels(h.ctx, parsed(ids))
	if err != nil || len(kept) != 2 || kept[parsed(ids)[0]].Delivered == nil || kept[parsed(ids)[1]].Delivered != nil {
		t.Errorf("kept %+v, %v", kept, err)
	}
	for step, want := range map[sales.Step]int{sales.Waiting: 1, sales.Left: 1} {
		if n := h.Get("/sales/parcels?step=" + string(step)).Want(http.StatusOK).Find("input[name=sale]").Length(); n != want {
			t.Errorf("%s lists %d, want %d", step, n, want)
		}
	}
	h.As("other").PostForm("/sales/parcels", url.Values{"sale": ids[2:], "to": {"left"}, "on": {form.Value("on")}}).Want(http.StatusNotFound)
	h.As("viewer").Get("/sales/parcels").Want(http.StatusForbidden)
}

func parsed(ids []string) (out []ident.ID) {
	for _, id := range ids {
		out = append(out, ident.MustParse(id))
	}
	return out
}

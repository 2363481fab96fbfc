package catalogweb_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"buhuo/internal/catalog"
	"buhuo/internal/measure"
)

// stocked makes a product and a supplier, and gives the address of the supplier.
func stocked(t *testing.T, h house, product url.Values) string {
	t.Helper()
	h.PostForm("/products/new", product).Want(303)
	s, err := h.service.CreateSupplier(h.ctx, catalog.Supplier{Name: "甬江茶厂", Kind: catalog.Manufacturer, LeadTimeDays: 2})
	if err != nil {
		t.Fatal(err)
	}
	return "/suppliers/" + s.ID.String()
}

func TestOfferByTheJin(t *testing.T) {
	h := open(t)
	href := stocked(t, h, url.Values{"name": {"赣南脐橙"}, "code": {"P1"}, "base_unit": {"kg"}})
	choose := h.Get(href + "/offers/new?q=qc").Want(200).Contains("赣南脐橙")
	form := choose.Click("#found a").Want(200)
	if v, _ := form.Find("select[name=unit] option[selected]").Attr("value"); v != "jin" {
		t.Errorf("the offer is by the %q, want the shop's jin", v)
	}
	form.Form("form.form").Set("price", "5.2").Set("minimum", "100").Set("pack_unit", "box").Set("pack_content", "10").
		Set("lead_time_days", "4").Set("supplier_code", "GN-9").Submit().Want(303)
	_, o := h.only(t)
	if o.Price != 104_000 || o.Minimum != 50_000 || o.Pack != (measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}}) ||
		*o.LeadTimeDays != 4 || o.SupplierCode != "GN-9" || o.Assumed {
		t.Errorf("5.20 a jin is 10.40 a kilogram, but saved was %+v", o)
	}
	h.Get(href).Want(200).Contains("5.20", "100\u00a0jin", "10\u00a0jin", "GN-9", "4 days")
	edit := "/offers/" + o.ID.String() + "/edit"
	page := h.Get(edit).Want(200)
	for name, want := range map[string]string{"price": "5.20", "minimum": "100", "pack_content": "10"} {
		if got, _ := page.Find("input[name=" + name + "]").Attr("value"); got != want {
			t.Errorf("%s shows %q, want %q", name, got, want)
		}
	}
	if got, _ := h.Get(edit + "?lang=fr").Want(200).Find("input[name=price]").Attr("value"); got != "5,20" {
		t.Errorf("the French field shows %q", got)
	}
	// saved unchanged, nothing changes but the version
	h.Get(edit + "?lang=fr").Want(200).Form("form.form").Submit().Want(303)
	h.Get(href + "?lang=en")
	_, again := h.only(t)
	o.Version = 2
	o.LeadTimeDays, again.LeadTimeDays = nil, nil
	if fmt.Sprint(o) != fmt.Sprint(again) {
		t.Errorf("saved unchanged, it became %+v", again)
	}
	h.PostForm("/suppliers/"+o.SupplierID.String()+"/offers/new", url.Values{"product": {o.ProductID.String()}, "unit": {"kg"}, "price": {"1"}}).Want(409)
	if to := h.Get(href + "/offers/new?product=" + o.ProductID.String()).Want(303).Location(); to != edit {
		t.Errorf("a second offer of the same product leads to %s", to)
	}
	h.PostForm(strings.Replace(edit, "/edit", "/archive", 1), url.Values{}).Want(303)
	h.Get(href).Want(200).Contains("No offers yet")
	h.Get(edit).Want(200).Contains("This offer has ended.")
}

func TestOfferBreaksByTheBox(t *testing.T) {
	h := open(t)
	stocked(t, h, url.Values{"name": {"酱油"}, "code": {"P1"}, "base_unit": {"bottle"}, "pack_unit": {"box"}, "pack_content": {"24"}})
	p := h.product(t, "P1")
	form := h.Get("/products/" + p.ID.String() + "/offers/new").Want(200).Click("main a[href*='product=']").Want(200)
	action, _ := form.Find("form.form").Attr("action")
	h.PostForm(action, url.Values{"product": {p.ID.String()}, "unit": {"box"}, "price": {"48"}, "minimum": {"5"},
		"break_from": {"20", "", "10"}, "break_price": {"43.2", "", "45.6"}}).Want(303)
	_, o := h.only(t)
	if o.Price != 20_000 || o.Minimum != 120_000 || o.Pack.Unit != "box" || o.Pack.Factor != (measure.Ratio{Num: 24, Den: 1}) ||
		len(o.Breaks) != 2 || o.Breaks[0] != (catalog.Break{From: 240_000, Price: 19_000}) || o.Breaks[1] != (catalog.Break{From: 480_000, Price: 18_000}) {
		t.Errorf("48 a box of 24 is 2 a bottle, but saved was %+v", o)
	}
	h.Get("/suppliers/"+o.SupplierID.String()).Want(200).Contains("48.00", "5\u00a0boxes", "from 10\u00a0boxes", "45.60")
	page := h.Get("/offers/" + o.ID.String() + "/edit").Want(200)
	page.Form("form.form").Submit().Want(303)
	_, again := h.only(t)
	if again.Price != o.Price || len(again.Breaks) != 2 || again.Breaks[0] != o.Breaks[0] || again.Pack != o.Pack || again.Minimum != o.Minimum {
		t.Errorf("saved unchanged, it became %+v", again)
	}
	for what, c := range map[string]struct {
		change url.Values
		field  string
	}{
		"no price":           {url.Values{"price": {""}}, "price"},
		"a unit of another":  {url.Values{"unit": {"kg"}}, "unit"},
		"half a break":       {url.Values{"break_from": {"10"}, "break_price": {""}}, "break_price[0]"},
		"the other half":     {url.Values{"break_from": {""}, "break_price": {"1"}}, "break_from[0]"},
		"two at one":         {url.Values{"break_from": {"9", "9"}, "break_price": {"1", "2"}}, "breaks"},
		"a negative minimum": {url.Values{"minimum": {"-1"}}, "minimum"},
		"an unknown content": {url.Values{"pack_unit": {"bag"}, "pack_content": {""}}, "pack_content"},
		"a broken content":   {url.Values{"pack_unit": {"bag"}, "pack_content": {"x"}}, "pack_content"},
	} {
		values := url.Values{"product": {p.ID.String()}, "unit": {"box"}, "price": {"48"}, "version": {"2"}}
		for k, v := range c.change {
			values[k] = v
		}
		page := h.PostForm("/offers/"+o.ID.String()+"/edit", values).Want(422)
		if page.Find("#problems a[href='#"+c.field+"']").Length() != 1 || page.Find("[id='"+c.field+"']").Length() != 1 {
			t.Errorf("%s: %s", what, page.Text("#problems"))
		}
	}
}

func TestAssumedTermsAreConfirmedBySaving(t *testing.T) {
	h := open(t)
	h.PostForm("/products/new", url.Values{"name": {"x"}, "code": {"P1"}, "base_unit": {"kg"}}).Want(303)
	usual, err := h.service.UsualSupplier(h.ctx)
	if err != nil {
		t.Fatal(err)
	}
	offer := catalog.Offer{ProductID: h.product(t, "P1").ID, SupplierID: usual.ID, Price: 10_001, Assumed: true}
	if err := h.service.SaveOffers(h.ctx, []catalog.Offer{offer}); err != nil {
		t.Fatal(err)
	}
	h.Get("/suppliers/" + usual.ID.String()).Want(200).Contains("Terms assumed")
	_, o := h.only(t)
	page := h.Get("/offers/" + o.ID.String() + "/edit").Want(200)
	if v, _ := page.Find("select[name=unit] option[selected]").Attr("value"); v != "kg" {
		t.Errorf("1.0001 a kilogram is no whole price a jin, but the form is by the %q", v)
	}
	page.Form("form.form").Submit().Want(303)
	if _, o := h.only(t); o.Assumed || o.Price != 10_001 {
		t.Errorf("confirmed: %+v", o)
	}
}

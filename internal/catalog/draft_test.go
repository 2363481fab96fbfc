package catalog_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/measure"
)

func quantity(n int64) *measure.Quantity {
	q := measure.Quantity(n)
	return &q
}

// refused checks that err is about exactly that field, and why.
func refused(t *testing.T, what string, err error, field, key string) {
	t.Helper()
	var all fault.Fields
	switch {
	case key == "" && err != nil:
		t.Errorf("%s: refused: %v", what, err)
	case key == "":
	case !errors.As(err, &all):
		t.Errorf("%s: %v, want %s: %s", what, err, field, key)
	case len(all) != 1 || all.For(field) == nil || all.For(field).Key != key:
		t.Errorf("%s: %v, want %s: %s", what, all, field, key)
	}
}

func TestDraftClean(t *testing.T) {
	box := func(num, den int64) measure.Pack {
		return measure.Pack{Unit: "box", Factor: measure.Ratio{Num: num, Den: den}}
	}
	for _, c := range []struct {
		what       string
		change     func(*catalog.Draft)
		field, key string
	}{
		{"as it is", func(*catalog.Draft) {}, "", ""},
		{"rare hanzi", func(d *catalog.Draft) { d.Name = "𬍛𬍛果" }, "", ""},
		{"emoji", func(d *catalog.Draft) { d.Name = "🍊 👨‍👩‍👧" }, "", ""},
		{"a formula is a name like any other", func(d *catalog.Draft) { d.Name = "=1+1" }, "", ""},
		{"200 characters", func(d *catalog.Draft) { d.Name = strings.Repeat("长", 200) }, "", ""},
		{"a box of 5", func(d *catalog.Draft) { d.Packs = []measure.Pack{box(5, 1)} }, "", ""},
		{"no name", func(d *catalog.Draft) { d.Name = " \u200b\u202e " }, "name", "catalog.name_missing"},
		{"201 characters", func(d *catalog.Draft) { d.Name = strings.Repeat("长", 201) }, "name", "catalog.too_long"},
		{"broken UTF-8", func(d *catalog.Draft) { d.Name = "a\xff" }, "name", "catalog.text_unreadable"},
		{"undecodable", func(d *catalog.Draft) { d.Origin = "a\ufffd" }, "origin", "catalog.text_unreadable"},
		{"a long code", func(d *catalog.Draft) { d.Code = strings.Repeat("1", 65) }, "code", "catalog.too_long"},
		{"a negative price", func(d *catalog.Draft) { d.SalePrice = -1 }, "sale_price", "catalog.price_negative"},
		{"an endless price", func(d *catalog.Draft) { d.SalePrice = 1 << 60 }, "sale_price", "value.too_large"},
		{"tax above 100 %", func(d *catalog.Draft) { d.TaxRate = 10_001 }, "tax_rate", "catalog.rate_out_of_range"},
		{"all is lost", func(d *catalog.Draft) { d.LossRate = 10_000 }, "loss_rate", "catalog.rate_out_of_range"},
		{"a negative shelf life", func(d *catalog.Draft) { d.ShelfLifeDays = -1 }, "shelf_life", "catalog.days_out_of_range"},
		{"a negative minimum", func(d *catalog.Draft) { d.Minimum = quantity(-1) }, "minimum", "catalog.quantity_negative"},
		{"a maximum below", func(d *catalog.Draft) { d.Minimum, d.Maximum = quantity(5), quantity(4) }, "maximum", "catalog.maximum_below_minimum"},
		{"no unit", func(d *catalog.Draft) { d.BaseUnit = "" }, "base_unit", "value.unit_unknown"},
		{"kept in jin", func(d *catalog.Draft) { d.BaseUnit = "jin" }, "base_unit", "catalog.base_unit_unsuitable"},
		{"an unknown pack", func(d *catalog.Draft) { d.Packs = []measure.Pack{{Unit: "盒", Factor: measure.One}} }, "packs", "value.unit_unknown"},
		{"two boxes", func(d *catalog.Draft) { d.Packs = []measure.Pack{box(5, 1), box(6, 1)} }, "packs", "catalog.pack_twice"},
		{"a third of a kilogram", func(d *catalog.Draft) { d.Packs = []measure.Pack{box(1, 3)} }, "packs", "value.not_whole"},
		{"a pack of nothing", func(d *catalog.Draft) { d.Packs = []measure.Pack{box(0, 1)} }, "packs", "value.factor_unusable"},
		{"another jin", func(d *catalog.Draft) {
			d.Packs = []measure.Pack{{Unit: "jin", Factor: measure.Ratio{Num: 3, Den: 5}}}
		}, "packs", "catalog.pack_contradicts"},
		{"the base unit as a pack", func(d *catalog.Draft) { d.Packs = []measure.Pack{{Unit: "kg", Factor: measure.Ratio{Num: 2, Den: 1}}} }, "packs", "catalog.pack_contradicts"},
		{"51 barcodes", func(d *catalog.Draft) {
			for i := range 51 {
				d.Barcodes = append(d.Barcodes, strings.Repeat("9", i+1))
			}
		}, "barcodes", "catalog.too_many"},
		{"a long barcode", func(d *catalog.Draft) { d.Barcodes = []string{strings.Repeat("9", 65)} }, "barcodes", "catalog.too_long"},
	} {
		d := catalog.Draft{Name: "脐橙", BaseUnit: "kg", Barcodes: []string{" ", "6901234567892", "690 1234567892"}}
		c.change(&d)
		cleaned, err := d.Clean()
		refused(t, c.what, err, c.field, c.key)
		if err == nil && len(cleaned.Barcodes) != 1 {
			t.Errorf("%s: barcodes %q; empty and repeated ones are dropped", c.what, cleaned.Barcodes)
		}
	}
}

func TestSupplierClean(t *testing.T) {
	for _, c := range []struct {
		what       string
		change     func(*catalog.Supplier)
		field, key string
	}{
		{"as it is", func(*catalog.Supplier) {}, "", ""},
		{"no name", func(s *catalog.Supplier) { s.Name = "" }, "name", "catalog.name_missing"},
		{"an unknown kind", func(s *catalog.Supplier) { s.Kind = "friend" }, "kind", "catalog.kind_unknown"},
		{"no e-mail address", func(s *catalog.Supplier) { s.Email = "王" }, "email", "catalog.email_unreadable"},
		{"two e-mail addresses", func(s *catalog.Supplier) { s.Email = "a@b.c,d@e.f" }, "email", "catalog.email_unreadable"},
		{"negative freight", func(s *catalog.Supplier) { s.Freight = -1 }, "freight", "catalog.price_negative"},
		{"a year and a day", func(s *catalog.Supplier) { s.LeadTimeDays = 366 }, "lead_time_days", "catalog.days_out_of_range"},
		{"review never", func(s *catalog.Supplier) { s.ReviewDays = -1 }, "review_days", "catalog.days_out_of_range"},
		{"an eighth weekday", func(s *catalog.Supplier) { s.OrderWeekdays = 128 }, "order_weekdays", "catalog.weekdays_unreadable"},
		{"backwards", func(s *catalog.Supplier) { s.Closures = []catalog.Closure{{From: 5, Through: 4}} }, "closures", "catalog.closure_backwards"},
		{"overlap", func(s *catalog.Supplier) {
			s.Closures = []catalog.Closure{{From: 5, Through: 7}, {From: 7, Through: 8}}
		}, "closures", "catalog.closures_overlap"},
	} {
		s := catalog.Supplier{Name: "合作社", Kind: catalog.Farmer, LeadTimeDays: 1}
		c.change(&s)
		_, err := s.Clean()
		refused(t, c.what, err, c.field, c.key)
	}
}

func TestOfferClean(t *testing.T) {
	days := 400
	for _, c := range []struct {
		what       string
		change     func(*catalog.Offer)
		field, key string
	}{
		{"as it is", func(*catalog.Offer) {}, "", ""},
		{"steps of 10 kg", func(o *catalog.Offer) { o.Pack = measure.Pack{Unit: "kg", Factor: measure.Ratio{Num: 10, Den: 1}} }, "", ""},
		{"a negative price", func(o *catalog.Offer) { o.Price = -1 }, "price", "catalog.price_negative"},
		{"a negative MOQ", func(o *catalog.Offer) { o.Minimum = -1 }, "minimum", "catalog.quantity_negative"},
		{"400 days", func(o *catalog.Offer) { o.LeadTimeDays = &days }, "lead_time_days", "catalog.days_out_of_range"},
		{"an inexact pack", func(o *catalog.Offer) { o.Pack = measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 1, Den: 7}} }, "pack", "value.not_whole"},
		{"a break from nothing", func(o *catalog.Offer) { o.Breaks = []catalog.Break{{From: 0, Price: 1}} }, "breaks", "catalog.break_quantity"},
		{"one break twice", func(o *catalog.Offer) { o.Breaks = []catalog.Break{{From: 1, Price: 1}, {From: 1, Price: 2}} }, "breaks", "catalog.break_twice"},
		{"a negative break", func(o *catalog.Offer) { o.Breaks = []catalog.Break{{From: 1, Price: -1}} }, "breaks", "catalog.price_negative"},
	} {
		o := catalog.Offer{Price: 1}
		c.change(&o)
		_, err := o.Clean("kg")
		refused(t, c.what, err, c.field, c.key)
	}
}

func TestPriceAt(t *testing.T) {
	o := catalog.Offer{Price: 10, Breaks: []catalog.Break{{From: 50, Price: 9}, {From: 100, Price: 8}}}
	for q, want := range map[measure.Quantity]int{0: 10, 49: 10, 50: 9, 99: 9, 100: 8, 1_000_000: 8} {
		if got := o.PriceAt(q); int(got) != want {
			t.Errorf("at %d: %d, want %d", q, got, want)
		}
	}
}

func TestWeekdays(t *testing.T) {
	mondayAndSunday := catalog.Weekdays(1 | 1<<6)
	for d := time.Sunday; d <= time.Saturday; d++ {
		if got, want := mondayAndSunday.Has(d), d == time.Monday || d == time.Sunday; got != want {
			t.Errorf("%v: %v", d, got)
		}
		if !catalog.EveryDay.Has(d) {
			t.Errorf("%v is not in the whole week", d)
		}
	}
}

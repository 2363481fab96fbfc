package restock_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
)

func TestCursorRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := restock.Cursor{
			Rank: rapid.Int64Range(0, 1_000_000).Draw(t, "rank"), SortKey: rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "key"), ID: ident.New(),
		}
		got, err := restock.ParseCursor(c.String())
		if err != nil || !reflect.DeepEqual(*got, c) {
			t.Fatalf("%+v came back as %+v, %v", c, got, err)
		}
	})
	if c, err := restock.ParseCursor(""); c != nil || err != nil {
		t.Errorf("no cursor: %v, %v", c, err)
	}
}

func FuzzParseCursor(f *testing.F) {
	f.Add("")
	f.Add(restock.Cursor{Rank: 880_000, SortKey: []byte("qi2 cheng2 "), ID: ident.New()}.String())
	f.Add("!!")
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := restock.ParseCursor(s)
		if err != nil {
			if fault.KindOf(err) != fault.Malformed {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if c == nil {
			return
		}
		again, err := restock.ParseCursor(c.String())
		if err != nil || again.Rank != c.Rank || again.ID != c.ID || string(again.SortKey) != string(c.SortKey) {
			t.Fatalf("%q reads as %+v, that as %+v, %v", s, c, again, err)
		}
	})
}

func TestSettled(t *testing.T) {
	offer := catalog.Offer{ID: ident.New(), Price: 100_000, Breaks: []catalog.Break{{From: 50_000, Price: 90_000}}}
	saving, reference := money.Amount(6_000), money.Amount(36_000)
	row := restock.Row{Unit: "kg", Pack: measure.Ratio{Num: 5, Den: 1}, Suggestion: restock.Suggestion{
		OfferID: &offer.ID, Quantity: 30_000, PackQuantity: 6_000, PackUnit: "box", UnitPrice: 100_000, LineCost: 30_000, Saving: &saving, ReferenceCost: &reference,
	}}
	if got := row.Settled([]catalog.Offer{offer}, money.CNY); !reflect.DeepEqual(got, row) {
		t.Errorf("without a choice it changed: %+v", got)
	}
	for _, c := range []struct {
		chosen, packs   measure.Quantity
		unit            string
		price           money.Price
		cost            money.Amount
		saving          money.Amount
		assumed, factor bool
	}{
		{15_000, 3_000, "box", 100_000, 15_000, 3_000, false, true},
		{60_000, 12_000, "box", 90_000, 54_000, 12_000, false, true}, // the price break counts
		{60_000, 12_000, "box", 100_000, 60_000, 12_000, true, true}, // an assumed price has no breaks
		{0, 0, "box", 100_000, 0, 0, false, true},                    // none at all
		{12_345, 12_345, "kg", 100_000, 12_345, 2_469, false, false}, // a pack nobody knows: base units
		{12_344, 12_344, "kg", 100_000, 12_344, 2_469, false, true},  // no whole thousandth of a box
	} {
		r := row
		r.Override, r.Assumed = &c.chosen, c.assumed
		if !c.factor {
			r.Pack = measure.Ratio{}
		}
		got := r.Settled([]catalog.Offer{offer}, money.CNY)
		if got.Quantity != c.chosen || got.PackQuantity != c.packs || got.PackUnit != c.unit || got.UnitPrice != c.price || got.LineCost != c.cost || *got.Saving != c.saving {
			t.Errorf("%s kg: %s %s at %s for %d, saving %d; want %+v", c.chosen.Decimal(), got.PackQuantity.Decimal(), got.PackUnit, got.UnitPrice.Decimal(), got.LineCost, *got.Saving, c)
		}
	}
}

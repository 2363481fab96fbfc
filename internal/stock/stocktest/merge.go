package stocktest

import (
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/stock"
)

// testMerge: what lies of a product passes to another one lot by lot, at what it had cost;
// again there is nothing left to pass, and what stands in the way is said.
func testMerge(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	products := h.Products(t, ctx, 4)
	twice, stays, unknown, short := products[0], products[1], products[2], products[3]
	sold := func(product ident.ID, q measure.Quantity) {
		_, _, err := s.Post(ctx, []stock.Posting{{Kind: stock.Sale, ProductID: product, Quantity: -q, Source: "sale", SourceID: ident.New(), SourceLine: 1}})
		good(t, err)
	}
	best := Today.Add(9)
	receive(t, s, ctx, twice, 10_000, 20_000, &best) // 10 of 2.00
	receive(t, s, ctx, twice, 5_000, 50_000, nil)    // 5 of 5.00
	receive(t, s, ctx, stays, 4_000, 10_000, nil)    // 4 of 1.00
	sold(twice, 2_000)
	was := balance(t, s, ctx, twice)
	if err := s.Merge(ctx, twice, unknown); fault.KindOf(err) != fault.Invalid {
		t.Errorf("into a product that nobody counted: %v", err)
	}
	for range 2 {
		good(t, s.Merge(ctx, twice, stays))
		if b := balance(t, s, ctx, twice); b.OnHand != 0 || b.Value != 0 {
			t.Errorf("left behind: %+v", b)
		}
		if b := balance(t, s, ctx, stays); b.OnHand != 17_000 || b.Value != was.Value+400 {
			t.Errorf("passed on: %+v, of %+v", b, was)
		}
	}
	lots, err := s.Lots(ctx, stays)
	good(t, err)
	var kept []day.Date
	for _, l := range lots {
		if l.Expiry != nil {
			kept = append(kept, *l.Expiry)
		}
	}
	if len(lots) != 3 || len(kept) != 1 || kept[0] != best {
		t.Errorf("lots keep their last day: %+v", lots)
	}
	good(t, s.Merge(ctx, unknown, stays)) // nothing lies of it, and nothing has to
	good(t, s.Expect(ctx, []stock.Expected{{ProductID: stays, SourceID: ident.New(), SourceLine: 1, Quantity: 1000, Due: Today.Add(2)}}))
	if err := s.Merge(ctx, stays, twice); fault.KindOf(err) != fault.Invalid {
		t.Errorf("while goods are on order: %v", err)
	}
	receive(t, s, ctx, short, 1_000, 10_000, nil)
	sold(short, 3_000)
	if err := s.Merge(ctx, short, stays); fault.KindOf(err) != fault.Invalid {
		t.Errorf("below zero: %v", err)
	}
	verified(t, s, ctx)
}

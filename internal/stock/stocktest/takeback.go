package stocktest

import (
	"testing"

	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/stock"
)

// testTakeBack undoes a delivery of an order that was entered wrongly, at every
// moment of the life of its goods: the lot, the value and what the balance
// remembers are as if it had never been, and what was sold out of it since is a
// hole that asks for a count.
func testTakeBack(t *testing.T, h House) {
	s, _ := h.service()
	for name, c := range map[string]struct {
		sold   measure.Quantity // after the wrong delivery of 1 kg at 99, on top of 5 kg at 1
		onHand int64
		value  money.Amount
		hole   bool
	}{
		"nothing sold":      {0, 5000, 500, false},
		"some of the other": {1000, 4000, 400, false},
		"all of both":       {6000, -1000, -100, true},
		"more than there":   {9000, -4000, -400, true},
	} {
		ctx := h.Shop(t)
		p := h.Products(t, ctx, 2)
		receive(t, s, ctx, p[0], 5000, 10_000, pointer(Today+90))
		wrong, other := ident.New(), ident.New()
		cost := money.Price(990_000)
		delivery := func(source ident.ID, line int) stock.Posting {
			return stock.Posting{Kind: stock.Receipt, ProductID: p[line-1], Quantity: 1000, UnitCost: &cost, Lot: &stock.LotSpec{Code: "错", Expiry: pointer(Today + 3)},
				Source: "order", SourceID: source, SourceLine: line}
		}
		made, _, err := s.Post(ctx, []stock.Posting{delivery(wrong, 1), delivery(wrong, 2)})
		good(t, err)
		_, _, err = s.Post(ctx, []stock.Posting{delivery(other, 2)})
		good(t, err)
		if c.sold > 0 {
			_, _, err = s.Post(ctx, []stock.Posting{sale(p[0], c.sold)})
			good(t, err)
		}
		for range 2 { // taking back twice is taking back once
			_, err = s.Reverse(ctx, wrong, "记错")
			good(t, err)
			b := balance(t, s, ctx, p[0])
			if int64(b.OnHand) != c.onHand || b.Value != c.value || b.CountNeeded != c.hole {
				t.Errorf("%s: on hand %d worth %d, count needed %v", name, b.OnHand, b.Value, b.CountNeeded)
			}
			if b.LastCost != 10_000 || b.KnownFrom == nil {
				t.Errorf("%s: remembers %+v", name, b)
			}
		}
		lots, err := s.Lots(ctx, p[0])
		good(t, err)
		for _, l := range lots {
			if l.LotID == made[0].LotID {
				t.Errorf("%s: the wrong lot still holds %d", name, l.Quantity)
			}
		}
		// The order's other delivery, of the other product, stays.
		if b := balance(t, s, ctx, p[1]); b.OnHand != 1000 || b.LastCost != cost {
			t.Errorf("%s: another delivery: %+v", name, b)
		}
		verified(t, s, ctx)
		good(t, s.Count(ctx, stock.CountRequest{ProductID: p[0], Counted: 3000}))
		if b := balance(t, s, ctx, p[0]); b.OnHand != 3000 || b.CountNeeded || b.Value != 300 {
			t.Errorf("%s: counted: %+v", name, b)
		}
		verified(t, s, ctx)
	}
}

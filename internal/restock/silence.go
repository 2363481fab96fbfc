package restock

import (
	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/forecast"
	"buhuo/internal/measure"
	"buhuo/internal/replenish"
)

// MessageSilent is said of a product that the book calls there and nobody buys: it
// may be gone. Its argument "since" is the last day on which the book was right for
// sure, "expected" what should have sold since.
const MessageSilent = "reason.note_silent"

// tellSilent asks for a count of goods that have been silent for improbably long.
func (c surroundings) tellSilent(s subject, history demand.Series, out *Suggestion) {
	if !s.position.Known || s.position.OnHand <= 0 {
		return
	}
	doubt := demand.ListenSince(history, c.pool.prior(s.product.Category), demand.PhantomADay, c.sure(s))
	if !doubt.Prompt() {
		return
	}
	grid := measure.Quantity(1000)
	if formOf(s.product) == forecast.Weighed {
		grid = 100
	}
	expected := max((thousandths(doubt.Expected)+grid/2)/grid, 1) * grid
	out.Reason = append(out.Reason, replenish.Message{Key: MessageSilent, Args: []replenish.Arg{
		{Name: "since", Kind: replenish.KindDate, Int: int64(doubt.Since)},
		{Name: "expected", Kind: replenish.KindQuantity, Int: int64(expected), Unit: s.product.BaseUnit},
	}})
}

// sure is the last day on which somebody counted the product or received some; the
// beginning when that is not known.
func (c surroundings) sure(s subject) day.Date {
	last := beginning
	if s.counted != nil {
		last = max(last, *s.counted)
	}
	for _, l := range s.lots {
		last = max(last, day.Of(l.ReceivedAt.Time(), c.shop.Zone))
	}
	return last
}

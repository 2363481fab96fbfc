package restock

import (
	"context"
	"slices"

	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/replenish"
)

// MessageDrafted and MessageEnoughDrafted are said of a product that stands in a
// draft; their argument "order" is the id of the draft, "number" its number.
const (
	MessageDrafted       = "reason.note_drafted"
	MessageEnoughDrafted = "reason.enough_drafted"
)

// lessDrafted takes off the quantity what stands in drafts that nobody has sent: it
// is not on order, so the risk stays, but the same need must not be ordered twice.
// What is left comes in whole packs, and is the supplier's least quantity or more
// unless it can join a draft to him.
func (s *Suggestion) lessDrafted(drafts []purchase.Drafted, currency money.Currency) {
	var drafted measure.Quantity
	joins := false
	for _, d := range drafts {
		drafted = min(drafted+d.Quantity, measure.MaxQuantity)
		joins = joins || s.SupplierID != nil && d.SupplierID == *s.SupplierID
	}
	if drafted <= 0 || s.Quantity <= 0 {
		return
	}
	var offer replenish.Offer
	for _, o := range s.Trace.Inputs.Offers {
		if s.OfferID != nil && o.ID == *s.OfferID {
			offer = o
		}
	}
	ours, least := s.Quantity, offer.MinOrder
	if joins {
		least = 0
	}
	s.Quantity = max(ours-drafted, 0)
	if step, err := offer.Pack.Size(); err == nil && step > 0 && s.Quantity > 0 {
		if whole, err := measure.CeilTo(s.Quantity, step, least); err == nil {
			s.Quantity = min(whole, ours)
		}
	}
	s.PackQuantity = s.Quantity
	s.countPacks(s.Trace.Inputs.Offers, offer.ID)
	if price, ok := priceAt(offer.Breaks, s.Quantity); ok && !s.Assumed && s.Quantity > 0 {
		s.UnitPrice = price
	}
	if cost, err := money.Line(s.Quantity, s.UnitPrice, currency); err == nil {
		s.LineCost = cost
	}
	s.Saving, s.ReferenceCost = scaled(s.Saving, s.Quantity, ours), scaled(s.ReferenceCost, s.Quantity, ours)
	if s.Quantity == 0 {
		s.Saving, s.ReferenceCost = nil, nil
	}
	s.tellDrafted(drafts[0], drafted)
}

// priceAt is the price of the highest step that a quantity reaches; the lowest one
// holds below it too.
func priceAt(breaks []replenish.Break, q measure.Quantity) (money.Price, bool) {
	var best *replenish.Break
	for i := range breaks {
		b := &breaks[i]
		reached := b.From <= q
		switch {
		case best == nil,
			reached && (best.From > q || b.From > best.From),
			!reached && best.From > q && b.From < best.From:
			best = b
		}
	}
	if best == nil {
		return 0, false
	}
	return best.Price, true
}

// staying are the messages that hold also when nothing more is to be ordered.
var staying = []string{
	"reason.prior", "reason.demand", "reason.demand_festival", "reason.demand_lost", "reason.demand_lost_festival", "reason.demand_lost_weekday",
	"reason.demand_lost_weekend", "reason.demand_weekday", "reason.demand_weekend",
	"reason.note_unknown", "reason.note_negative", "reason.note_overdue", "reason.note_expiring", "reason.note_assumed",
}

// tellDrafted puts the draft into the reason and the steps.
func (s *Suggestion) tellDrafted(first purchase.Drafted, drafted measure.Quantity) {
	unit := s.Trace.Inputs.Unit
	args := []replenish.Arg{
		{Name: "drafted", Kind: replenish.KindQuantity, Int: int64(drafted), Unit: unit},
		{Name: "number", Kind: replenish.KindText, Text: first.NumberText()},
		{Name: "order", Kind: replenish.KindText, Text: first.OrderID.String()},
	}
	var reason []replenish.Message
	for _, m := range s.Reason {
		if s.Quantity > 0 || slices.Contains(staying, m.Key) {
			reason = append(reason, s.withQuantity(m))
		}
	}
	key := MessageDrafted
	if s.Quantity == 0 {
		key = MessageEnoughDrafted
	}
	s.Reason = append(reason, replenish.Message{Key: key, Args: args})
	left := replenish.Arg{Name: "left", Kind: replenish.KindQuantity, Int: int64(s.Quantity), Unit: unit}
	s.Trace.Steps = append(slices.Clip(s.Trace.Steps), replenish.Message{Key: "reason.step_drafted", Args: append(slices.Clip(args), left)})
}

// withQuantity is a message that names what is left to order.
func (s *Suggestion) withQuantity(m replenish.Message) replenish.Message {
	i := slices.IndexFunc(m.Args, func(a replenish.Arg) bool { return a.Name == "quantity" })
	if i < 0 {
		return m
	}
	m.Args = slices.Clone(m.Args)
	a := &m.Args[i]
	a.Int = int64(s.Quantity)
	if a.PackUnit != "" {
		a.Packs = int64(s.PackQuantity / measure.Thousandths)
	}
	return m
}

// givenUp takes the mark of an order off products of which nothing is in a draft or
// on order any more: the draft was cancelled, or the line removed. It runs in the
// transaction that writes the rows, so that an order made meanwhile is seen.
func (s *Service) givenUp(ctx context.Context, rows []Suggestion) error {
	ids := make([]ident.ID, len(rows))
	for i, row := range rows {
		ids[i] = row.ProductID
	}
	heads, err := s.store.Heads(ctx, ids)
	if err != nil {
		return err
	}
	var ordered []ident.ID
	for _, h := range heads {
		if h.State == Ordered {
			ordered = append(ordered, h.ProductID)
		}
	}
	if len(ordered) == 0 {
		return nil
	}
	drafted, err := s.purchase.Drafted(ctx, ordered)
	if err != nil {
		return err
	}
	expected, err := s.stock.ExpectedOf(ctx, ordered)
	if err != nil {
		return err
	}
	for _, id := range ordered {
		if len(drafted[id]) > 0 || len(expected[id]) > 0 {
			continue
		}
		if err := s.store.Choose(ctx, id, Choice{State: Open}); err != nil {
			return err
		}
	}
	return nil
}

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

// These are said of a product that stands in a draft: what is proposed besides, that
// nothing is needed besides, that what is needed besides must be added to the draft.
// Their argument "order" is the id of the draft, "number" its number.
const (
	MessageDrafted       = "reason.note_drafted"
	MessageEnoughDrafted = "reason.enough_drafted"
	MessageAddToDraft    = "reason.add_to_draft"
)

// lessDrafted takes off what is needed what stands in drafts that nobody has sent: it
// is not on order, so the risk stays, but the same need must not be ordered twice.
// What is left is an order of its own: it comes in whole packs, and is not less than
// the supplier sells. Where a draft to him is open anyway and less than that is left,
// nothing is proposed: he would refuse it, and his least quantity once more would be
// far too much; the shopkeeper writes the rest into that draft.
func (s *Suggestion) lessDrafted(drafts []purchase.Drafted, currency money.Currency) {
	d := draftedOf(drafts, s.SupplierID)
	if d.sum <= 0 || s.Quantity <= 0 {
		return
	}
	offer, ours := s.offer(), s.Quantity
	d.left = inPacks(max(s.needed()-d.sum, 0), offer, 0)
	if d.open && d.left < offer.MinOrder {
		s.Quantity, d.least = 0, offer.MinOrder
	} else {
		s.Quantity = min(inPacks(d.left, offer, offer.MinOrder), ours)
	}
	s.PackQuantity = s.Quantity
	s.countPacks(s.Trace.Inputs.Offers, offer.ID)
	dearer := money.Price(0)
	if price, ok := priceAt(offer.Breaks, s.Quantity); ok && !s.Assumed && s.Quantity > 0 {
		dearer, s.UnitPrice = price-s.UnitPrice, price
	}
	if cost, err := money.Line(s.Quantity, s.UnitPrice, currency); err == nil {
		s.LineCost = cost
	}
	s.Saving, s.ReferenceCost = scaled(s.Saving, s.Quantity, ours), scaled(s.ReferenceCost, s.Quantity, ours)
	s.saveLess(dearer, offer, currency)
	if s.Quantity == 0 {
		s.Saving, s.ReferenceCost = nil, nil
	}
	s.tellDrafted(d)
}

// saveLess takes off a saving what a smaller quantity costs more a unit.
func (s *Suggestion) saveLess(dearer money.Price, o replenish.Offer, currency money.Currency) {
	if s.Saving == nil || dearer == 0 {
		return
	}
	more, err := money.Line(s.Quantity, dearer, currency)
	if err != nil {
		return
	}
	if o.PricesIncludeTax {
		more = money.NetOfTax(more, o.TaxBasisPoints)
	}
	*s.Saving -= more
}

// drafted is what stands of a product in drafts.
type drafted struct {
	purchase.Drafted // that the reason names: the supplier's own, else the first
	sum              measure.Quantity
	open             bool             // a draft to the suggested supplier is among them
	left             measure.Quantity // needed besides, in whole packs
	least            measure.Quantity // more than left, and why it is not proposed; else 0
}

func draftedOf(drafts []purchase.Drafted, supplier *ident.ID) (d drafted) {
	for i, one := range drafts {
		d.sum = min(d.sum+one.Quantity, measure.MaxQuantity)
		his := supplier != nil && one.SupplierID == *supplier
		if i == 0 || his && !d.open {
			d.Drafted = one
		}
		d.open = d.open || his
	}
	return d
}

// offer is the one that the suggestion is about.
func (s *Suggestion) offer() replenish.Offer {
	for _, o := range s.Trace.Inputs.Offers {
		if s.OfferID != nil && o.ID == *s.OfferID {
			return o
		}
	}
	return replenish.Offer{}
}

// needed is the need itself: what was added to it for a pack, a least quantity or a
// better price is not missing when a draft holds less.
func (s *Suggestion) needed() measure.Quantity {
	if choice := s.Trace.Result.Choice; choice != nil && choice.Need.Quantity > 0 {
		return min(choice.Need.Quantity, s.Quantity)
	}
	return s.Quantity
}

// inPacks is a quantity, or the least one, in whole packs; none of none.
func inPacks(q measure.Quantity, o replenish.Offer, least measure.Quantity) measure.Quantity {
	step, err := o.Pack.Size()
	if err != nil || step <= 0 || q <= 0 {
		return q
	}
	if whole, err := measure.CeilTo(q, step, least); err == nil {
		return whole
	}
	return q
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
func (s *Suggestion) tellDrafted(d drafted) {
	amount := func(name string, q measure.Quantity) replenish.Arg {
		return replenish.Arg{Name: name, Kind: replenish.KindQuantity, Int: int64(q), Unit: s.Trace.Inputs.Unit}
	}
	args := []replenish.Arg{
		amount("drafted", d.sum),
		{Name: "number", Kind: replenish.KindText, Text: d.NumberText()},
		{Name: "order", Kind: replenish.KindText, Text: d.OrderID.String()},
	}
	var reason []replenish.Message
	for _, m := range s.Reason {
		if s.Quantity > 0 || slices.Contains(staying, m.Key) {
			reason = append(reason, s.withQuantity(m))
		}
	}
	key, step := MessageDrafted, replenish.Message{Key: "reason.step_drafted", Args: append(slices.Clip(args), amount("left", s.Quantity))}
	switch {
	case s.Quantity == 0 && d.left > 0:
		key = MessageAddToDraft
		args = append(args, amount("left", d.left), amount("least", d.least))
		step = replenish.Message{Key: "reason.step_drafted_least", Args: args}
	case s.Quantity == 0:
		key = MessageEnoughDrafted
	}
	s.Reason = append(reason, replenish.Message{Key: key, Args: args})
	s.Trace.Steps = append(slices.Clip(s.Trace.Steps), step)
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
	ordered, err := s.store.Ordered(ctx, ids)
	if err != nil || len(ordered) == 0 {
		return err
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

package restock

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/tenant"
)

// fillDays is how many days ahead an order may be filled up for: no more than people
// would buy by hand to reach a supplier's minimum.
const fillDays = 45

// candidate is a product with which an order may be filled up.
type candidate struct {
	id    ident.ID
	offer catalog.Offer
	step  measure.Quantity
	have  measure.Quantity // on the order already
	most  measure.Quantity // more would last too long or spoil
	want  float64          // probability of running out × margin of one step
	cover int              // days that what is there lasts
}

// cost is what a quantity of the candidate comes to.
func (c candidate) cost(q measure.Quantity, currency money.Currency) (money.Amount, error) {
	return money.Line(q, c.offer.PriceAt(q), currency)
}

// next is the next larger quantity that the supplier sells.
func (c candidate) next() (measure.Quantity, error) {
	return measure.CeilTo(c.have+1, c.step, c.offer.Minimum)
}

// fillUp adds one step after the other, of the most wanted first, until the order comes
// to its minimum; false when that takes more than will be sold in good time.
func fillUp(candidates []candidate, total, minimum money.Amount, currency money.Currency) (map[ident.ID]measure.Quantity, bool, error) {
	slices.SortFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.want, a.want), cmp.Compare(a.cover, b.cover), bytes.Compare(a.id[:], b.id[:]))
	})
	more := map[ident.ID]measure.Quantity{}
	for grew := true; grew && total < minimum; {
		grew = false
		for i := range candidates {
			c := &candidates[i]
			q, err := c.next()
			if err != nil || q > c.most {
				continue
			}
			before, err := c.cost(c.have, currency)
			if err != nil {
				return nil, false, err
			}
			after, err := c.cost(q, currency)
			if err != nil {
				return nil, false, err
			}
			if after <= before { // a price break: it would not fill anything
				continue
			}
			c.have, total, grew = q, total+after-before, true
			more[c.id] = q
			if total >= minimum {
				return more, true, nil
			}
		}
	}
	return more, total >= minimum, nil
}

// candidates are the products that a supplier is the best source of, from stored rows;
// have is what stands on the order of each already.
func (s *Service) candidates(ctx context.Context, supplier ident.ID, have func(Suggestion) (measure.Quantity, bool)) ([]candidate, error) {
	rows, err := s.store.OfSupplier(ctx, supplier)
	if err != nil {
		return nil, err
	}
	ids := make([]ident.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.ProductID
	}
	products, err := s.catalog.Products(ctx, ids)
	if err != nil {
		return nil, err
	}
	offers, err := s.catalog.Offers(ctx, ids)
	if err != nil {
		return nil, err
	}
	drafted, err := s.purchase.Drafted(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []candidate
	for _, r := range rows {
		p := products[r.ProductID]
		at := slices.IndexFunc(offers[r.ProductID], func(o catalog.Offer) bool { return r.OfferID != nil && o.ID == *r.OfferID })
		on, wanted := have(r)
		if p.Archived || at < 0 || !wanted || r.State == Snoozed || r.DailyRate <= 0 {
			continue
		}
		c := candidate{id: r.ProductID, offer: offers[r.ProductID][at], have: on}
		if c.step, err = c.offer.Pack.Size(); err != nil || c.step <= 0 || c.offer.PriceAt(c.step) <= 0 {
			continue
		}
		days := measure.Quantity(fillDays)
		if p.ShelfLifeDays > 0 {
			days = min(days, measure.Quantity(p.ShelfLifeDays)*2/3)
		}
		c.most = max(r.DailyRate*days-max(r.Available, 0)-r.OnOrder, 0)
		for _, d := range drafted[r.ProductID] {
			c.most -= d.Quantity
		}
		c.most += on // it may be one of those just taken off
		c.want = float64(r.RiskPPM) * margin(p, c.offer) * float64(c.step)
		if r.CoverDays == nil {
			c.cover = 1 << 20
		} else {
			c.cover = *r.CoverDays
		}
		out = append(out, c)
	}
	return out, nil
}

// margin is what one base unit earns, in 1/10,000; of what has no price on the shelf a
// fifth of what it costs.
func margin(p catalog.Product, o catalog.Offer) float64 {
	cost := float64(o.PriceAt(o.Minimum))
	if p.SalePrice <= 0 {
		return cost / 5
	}
	return max(float64(p.SalePrice)-cost, 0)
}

// FillUp raises what is to be ordered of a supplier to his minimum order value with the
// products that are most wanted next: probability of running out × margin, and then
// whatever lasts shortest. Conflict when that would take more than will sell in good
// time. Reaching the minimum already changes nothing.
func (s *Service) FillUp(ctx context.Context, supplier ident.ID) error {
	totals, err := s.Totals(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(totals, func(t SupplierTotal) bool { return t.ID != nil && *t.ID == supplier })
	if at < 0 {
		return fault.New(fault.NotFound, "restock.suggestion_missing")
	}
	t := totals[at]
	if t.Cost >= t.MinimumOrder {
		return nil
	}
	in, err := s.shops.Get(ctx)
	if err != nil {
		return err
	}
	list, err := s.candidates(ctx, supplier, func(r Suggestion) (measure.Quantity, bool) { return r.Chosen(), r.State == Open })
	if err != nil {
		return err
	}
	more, reached, err := fillUp(list, t.Cost, t.MinimumOrder, in.Currency)
	if err != nil {
		return err
	}
	if !reached {
		return fault.New(fault.Conflict, "restock.cannot_fill")
	}
	return s.Override(ctx, more)
}

// FillDraft does the same for a draft that nobody has sent: its lines grow, and others
// join them.
func (s *Service) FillDraft(ctx context.Context, order ident.ID) error {
	if _, err := tenant.Must(ctx); err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		o, err := s.purchase.Order(ctx, order)
		if err != nil {
			return err
		}
		if o.State != purchase.Draft {
			return fault.New(fault.Conflict, "purchase.not_a_draft")
		}
		suppliers, err := s.catalog.Suppliers(ctx, true)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(suppliers, func(x catalog.Supplier) bool { return x.ID == o.SupplierID })
		if at < 0 || o.Total >= suppliers[at].MinimumOrder {
			return nil
		}
		return s.fillDraft(ctx, o, suppliers[at].MinimumOrder)
	})
}

func (s *Service) fillDraft(ctx context.Context, o purchase.Order, minimum money.Amount) error {
	line := map[ident.ID]purchase.OrderLine{}
	for _, l := range o.Lines {
		line[l.ProductID] = l
	}
	list, err := s.candidates(ctx, o.SupplierID, func(r Suggestion) (measure.Quantity, bool) { return line[r.ProductID].Quantity, true })
	if err != nil {
		return err
	}
	more, reached, err := fillUp(list, o.Total, minimum, o.Currency)
	if err != nil {
		return err
	}
	if !reached {
		return fault.New(fault.Conflict, "restock.cannot_fill")
	}
	var changes []purchase.LineChange
	var fresh []purchase.DraftLine
	var marked []ident.ID
	for _, c := range list {
		q, grown := more[c.id]
		if !grown {
			continue
		}
		marked = append(marked, c.id)
		if l, ok := line[c.id]; ok {
			changes = append(changes, purchase.LineChange{Line: l.Line, Quantity: q})
		} else {
			fresh = append(fresh, purchase.DraftLine{ProductID: c.id, OfferID: c.offer.ID, Quantity: q})
		}
	}
	if _, err := s.purchase.ExtendDraft(ctx, o.ID, o.Version, changes, fresh); err != nil {
		return err
	}
	_, err = s.store.MarkOrdered(ctx, marked)
	return err
}

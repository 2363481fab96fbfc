package restock

import (
	"context"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/replenish"
	"buhuo/internal/replenish/lead"
	"buhuo/internal/stock"
)

// promised is what the supplier says how long a delivery takes.
func promised(o catalog.Offer, s catalog.Supplier) int {
	if o.LeadTimeDays != nil {
		return *o.LeadTimeDays
	}
	return s.LeadTimeDays
}

// calendar is the supplier's days.
func calendar(s catalog.Supplier) lead.Calendar {
	if len(s.Closures) == 0 {
		return nil
	}
	return func(d day.Date) bool {
		for _, c := range s.Closures {
			if c.From <= d && d <= c.Through {
				return true
			}
		}
		return false
	}
}

// delivered is what the deliveries of a supplier tell that had come by a day; days on
// which it was closed do not count.
func delivered(list []purchase.LeadTime, s catalog.Supplier, asOf day.Date) []lead.Delivered {
	out := make([]lead.Delivered, 0, len(list))
	for _, l := range list {
		if came := l.SentDay.Add(l.Days); came <= asOf {
			out = append(out, lead.Delivered{Product: l.ProductID, Delivery: l.ReceiptID, Sent: l.SentDay, Days: Took(s, l.SentDay, came), Promised: s.LeadTimeDays})
		}
	}
	return out
}

// Took is how many days a delivery took, without those on which the supplier was closed.
func Took(s catalog.Supplier, sent, came day.Date) int {
	if closed := calendar(s); closed != nil {
		return closed.Passed(sent, came)
	}
	return int(came - sent)
}

// learnLeads learns from the deliveries of all suppliers how long the next ones take.
func (c *surroundings) learnLeads(taught map[ident.ID][]purchase.LeadTime) {
	c.leads = make(map[ident.ID]*lead.Supplier, len(taught))
	for id, list := range taught {
		supplier, ok := c.suppliers[id]
		if !ok {
			continue
		}
		if seen := delivered(list, supplier, c.asOf); len(seen) > 0 {
			learned := lead.Learn(seen, c.first)
			c.leads[id] = &learned
		}
	}
}

// leadTime fills in how long a delivery of an offer takes.
func (c surroundings) leadTime(o *replenish.Offer, product ident.ID) {
	supplier := c.leads[o.Supplier]
	o.Lead = supplier.Of(product, o.Promised, c.first)
	o.LeadDays = o.Lead.Quantile(0.5)
	o.Deliveries, o.Own = supplier.Deliveries(product)
}

// littleLeft is what must be left of a lead time for a late delivery to be expected by
// it: what is rarer was not learned from anything.
const littleLeft = 0.02

// arrival is a delivery that is owed. It was sent as long before its day as the supplier
// promises, and comes when such deliveries come that have not come yet.
func (c surroundings) arrival(s subject, e stock.Expected) replenish.Arrival {
	out := replenish.Arrival{Quantity: e.Quantity, Due: e.Due}
	supplier, ok := c.suppliers[e.SupplierID]
	if !ok {
		return out
	}
	says := supplier.LeadTimeDays
	for _, o := range s.offers {
		if o.SupplierID == e.SupplierID {
			says = promised(o, supplier)
		}
	}
	days, ok := c.comes(supplier, s.product.ID, says, e.Due)
	if ok {
		out.Days = days
	}
	return out
}

// comes is how likely each day is, counted from the first day ahead, on which a delivery
// comes that is due on a day. Of a late one of which nothing was learned nothing is said.
func (c surroundings) comes(supplier catalog.Supplier, product ident.ID, says int, due day.Date) (lead.Days, bool) {
	learned := c.leads[supplier.ID]
	sent := due.Add(-supplier.LeadTimeDays)
	all, _ := learned.Deliveries(product)
	if due < c.first && all == 0 {
		return lead.Days{}, false
	}
	days, left, ok := calendar(supplier).From(learned.Of(product, says, sent), sent, c.first)
	return days, ok && left >= littleLeft
}

// LeadRecord reads how long the deliveries of a supplier take.
func (s *Service) LeadRecord(ctx context.Context, supplier catalog.Supplier) (lead.Record, error) {
	taught, err := s.purchase.LeadTimes(ctx, []ident.ID{supplier.ID})
	if err != nil {
		return lead.Record{}, err
	}
	in, err := s.shops.Get(ctx)
	if err != nil {
		return lead.Record{}, err
	}
	today := day.Of(s.now(), in.Zone)
	return lead.RecordOf(delivered(taught[supplier.ID], supplier, today), supplier.LeadTimeDays, today), nil
}

// Late tells of orders that should have come which day they are likely to; orders that
// are not late are left out.
func (s *Service) Late(ctx context.Context, orders []purchase.Order) (map[ident.ID]purchase.Late, error) {
	in, err := s.shops.Get(ctx)
	if err != nil {
		return nil, err
	}
	today := day.Of(s.now(), in.Zone)
	out := map[ident.ID]purchase.Late{}
	wanted := map[ident.ID]bool{}
	var ids []ident.ID
	for _, o := range orders {
		if o.DueDay >= today || !o.State.Can(purchase.Receive) {
			continue
		}
		out[o.ID] = purchase.Late{Days: int(today - o.DueDay)}
		if !wanted[o.SupplierID] {
			wanted[o.SupplierID] = true
			ids = append(ids, o.SupplierID)
		}
	}
	if len(out) == 0 {
		return out, nil
	}
	c, err := s.tardy(ctx, ids, today)
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		late, ok := out[o.ID]
		supplier, known := c.suppliers[o.SupplierID]
		if !ok || !known {
			continue
		}
		if days, ok := c.comes(supplier, ident.ID{}, supplier.LeadTimeDays, o.DueDay); ok {
			late.Likely = new(c.first.Add(days.Quantile(0.5)))
			out[o.ID] = late
		}
	}
	return out, nil
}

// LateOrders is Late for orders by their ids.
func (s *Service) LateOrders(ctx context.Context, ids []ident.ID) (map[ident.ID]purchase.Late, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	orders := make([]purchase.Order, 0, len(ids))
	for _, id := range ids {
		o, err := s.purchase.Order(ctx, id)
		if err != nil {
			return nil, err
		}
		orders = append(orders, o)
	}
	return s.Late(ctx, orders)
}

// tardy is what the deliveries of suppliers teach of those that have not come today.
func (s *Service) tardy(ctx context.Context, ids []ident.ID, today day.Date) (surroundings, error) {
	// What has not come by now may still come today.
	c := surroundings{moment: moment{asOf: today, first: today}, suppliers: map[ident.ID]catalog.Supplier{}}
	suppliers, err := s.catalog.Suppliers(ctx, true)
	if err != nil {
		return c, err
	}
	for _, supplier := range suppliers {
		c.suppliers[supplier.ID] = supplier
	}
	taught, err := s.purchase.LeadTimes(ctx, ids)
	c.learnLeads(taught)
	return c, err
}

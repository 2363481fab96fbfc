package restock

import (
	"slices"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/demand"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
	"buhuo/internal/shop"
)

func (c surroundings) input(s subject, e expectation) replenish.Input {
	in := replenish.Input{
		Version: replenish.Version, Today: c.first, Unit: s.product.BaseUnit, Currency: c.shop.Currency,
		Demand:           replenish.WindowsOf(e.told, horizon),
		Price:            s.sellingPrice(),
		PricesIncludeTax: c.shop.PricesIncludeTax, TaxBasisPoints: s.product.TaxRate, ShelfLife: s.product.ShelfLifeDays, Loss: s.product.LossRate, Unproven: s.unproven(e.history),
		Policy: c.policy(s),
		Facts:  c.facts(e),
		Stock:  replenish.Stock{Known: s.position.Known, Allocated: s.position.Allocated},
	}
	if by, ok := c.standIns[s.product.ID]; ok && by.Served > 0 {
		in.Cover, in.CoverBy = by.Served, by.group
	}
	if s.product.Minimum != nil {
		in.Bounds.Minimum = *s.product.Minimum
	}
	if s.product.Maximum != nil {
		in.Bounds.Maximum = *s.product.Maximum
	}
	for _, l := range s.lots {
		lot := replenish.Lot{Quantity: l.Quantity}
		if l.Expiry != nil {
			lot.Expiry = *l.Expiry
		}
		in.Stock.Lots = append(in.Stock.Lots, lot)
	}
	if used := c.used(s, e); used > 0 {
		in.Stock.Lots = less(in.Stock.Lots, thousandths(used))
	}
	for _, e := range s.expected {
		in.Arrivals = append(in.Arrivals, c.arrival(s, e))
	}
	for _, o := range s.offers {
		if offer, ok := c.offer(o); ok {
			in.Offers = append(in.Offers, offer)
		}
	}
	return in
}

// unproven reports whether nothing says that the product is sold here: no sale, no
// delivery, no count, none under way, no terms that a person confirmed, no minimum.
func (s subject) unproven(history demand.Series) bool {
	return !s.position.Known && len(s.expected) == 0 && s.product.Minimum == nil &&
		!slices.ContainsFunc(history.Sold, func(sold float64) bool { return sold > 0 }) &&
		!slices.ContainsFunc(s.offers, func(o catalog.Offer) bool { return !o.Assumed })
}

// sellingPrice is the price on the shelf or, for goods that came in with their
// sales only, what they last sold for.
func (s subject) sellingPrice() money.Price {
	if s.product.SalePrice > 0 {
		return s.product.SalePrice
	}
	for _, y := range slices.Backward(s.years) {
		for _, d := range slices.Backward(y.Days) {
			if d.Price > 0 {
				return d.Price
			}
		}
	}
	return 0
}

// policy is the owner's for one product. Ordering costs make orders larger and rarer;
// that is for goods that are known to keep and terms that somebody has confirmed. A loss
// in trade without a shelf life says that the goods spoil, only not how soon.
func (c surroundings) policy(s subject) replenish.Policy {
	p := policyOf(c.shop)
	spoils := s.product.LossRate > 0 && s.product.ShelfLifeDays == 0
	if spoils || !slices.ContainsFunc(s.offers, func(o catalog.Offer) bool { return !o.Assumed }) {
		p.Ordering = 0
	}
	if level := c.learned(s); level > 0 {
		p.Level = float64(level) / 1e4
	}
	return p
}

// policyOf is what matters to the shop's owner.
func policyOf(s shop.Shop) replenish.Policy {
	p := replenish.Policy{Service: serviceOf(s.Policy), Ordering: s.Ordering}
	switch share := float64(s.Target.Percent) / 100; s.Target.Kind {
	case shop.CycleTarget:
		p.Level = share
	case shop.FillTarget:
		p.FillRate = share
	}
	return p
}

func serviceOf(p shop.Policy) replenish.Service {
	switch p {
	case shop.NeverOut:
		return replenish.NeverRunOut
	case shop.LittleWaste:
		return replenish.LittleWaste
	}
	return replenish.Balanced
}

// offer is an offer with its supplier's terms. An assumed price is the last one
// quoted up to the moment; without a quote by then nothing was on offer.
func (c surroundings) offer(o catalog.Offer) (replenish.Offer, bool) {
	supplier, ok := c.suppliers[o.SupplierID]
	if !ok {
		return replenish.Offer{}, false
	}
	price := o.Price
	if o.Assumed {
		quote, ok := c.quotes[o.ProductID]
		if !ok {
			return replenish.Offer{}, false
		}
		price = quote.Price
	}
	out := replenish.Offer{
		ID: o.ID, Supplier: supplier.ID, SupplierName: supplier.Name, Kind: replenish.SupplierKind(supplier.Kind), Pack: o.Pack, MinOrder: o.Minimum,
		PricesIncludeTax: supplier.PricesIncludeTax, TaxBasisPoints: o.TaxRate, Freight: supplier.Freight, MinOrderValue: supplier.MinimumOrder,
		Promised: promised(o, supplier), ReviewDays: supplier.ReviewDays, TermsAssumed: o.Assumed,
	}
	c.leadTime(&out, o.ProductID)
	if supplier.FreeFreightFrom != nil {
		out.FreeFreightFrom = *supplier.FreeFreightFrom
	}
	if price > 0 {
		out.Breaks = append(out.Breaks, replenish.Break{Price: price})
	}
	for _, b := range o.Breaks {
		out.Breaks = append(out.Breaks, replenish.Break{From: b.From, Price: b.Price})
	}
	if supplier.OrderWeekdays != catalog.EveryDay {
		for w := time.Sunday; w <= time.Saturday; w++ {
			if supplier.OrderWeekdays.Has(w) {
				out.OrderWeekdays = append(out.OrderWeekdays, w)
			}
		}
	}
	for _, x := range supplier.Closures {
		out.Closures = append(out.Closures, replenish.Closure{From: x.From, To: x.Through})
	}
	return out, true
}

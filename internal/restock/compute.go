package restock

import (
	"math"
	"slices"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/forecast"
	"buhuo/internal/forecast/dist"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/replenish"
	"buhuo/internal/replenish/lead"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
)

const (
	// horizon is how many days ahead the forecast is worked out.
	horizon = 60
	// sparkPast and sparkAhead are the days of the small chart.
	sparkPast, sparkAhead = 28, 14
	// peak is the weekday effect, in per cent, from which the reason tells of it.
	peak = 15
	// festivalPeak is the same for a festival.
	festivalPeak = 15
)

// moment is when a computation is made: what is known and what comes next.
type moment struct {
	asOf  day.Date // last day known whole
	first day.Date // first day to forecast
	rest  float64  // share of the first day's demand that is still to come
	// closed: the day before the first is over and nothing of the first is known.
	closed bool
}

// surroundings are what all products of one computation share.
type surroundings struct {
	moment
	shop      shop.Shop
	pool      *Pool
	suppliers map[ident.ID]catalog.Supplier
	leads     map[ident.ID]*lead.Supplier // by supplier; of one that never delivered there is none
	quotes    map[ident.ID]catalog.Quote
	madeAt    day.Micros
	standIns  map[ident.ID]standIn
	beliefs   Beliefs // what other shops tell; nil: nothing
	level     int     // learned from past orders, in 1/10,000; 0: as the policy's words say
}

// subject is one product with all that its suggestion depends on.
type subject struct {
	product  catalog.Product
	years    []demand.Year
	offers   []catalog.Offer
	lots     []stock.LotBalance
	position stock.Position
	counted  *day.Date // the last count; nil: none that is known
	expected []stock.Expected
	drafted  []purchase.Drafted
	// adjustments are what people know of coming days, withdrawn ones left out.
	adjustments []Adjustment
	counts      *counted // nil: its sales are recorded
}

// series is the product's history as the forecast reads it.
func (s subject) series(through day.Date) (forecast.Series, demand.Series) {
	joined := demand.Join(s.years, through)
	joined.Category = s.product.Category
	out := forecast.Series{ID: s.product.ID.String(), Category: s.product.Category, Label: float64(s.product.SalePrice) / 10000,
		Form: formOf(s.product), Start: joined.Start, Values: joined.Sold, Available: joined.Available}
	n := len(joined.Sold)
	if n == 0 {
		return out, joined
	}
	promo, price := make([]float64, n), make([]float64, n)
	any := false
	for _, y := range s.years {
		first := int(y.Date(0) - joined.Start)
		for i, d := range y.Days {
			at := first + i
			if at < 0 || at >= n {
				continue
			}
			price[at] = float64(d.Price) / 10000
			if d.Promo {
				promo[at], any = 1, true
			}
		}
	}
	out.Price = price
	if any {
		out.Promo = promo
	}
	return out, joined
}

func formOf(p catalog.Product) forecast.Form {
	if u, ok := measure.UnitByCode(p.BaseUnit); ok && u.Dimension != measure.Count {
		return forecast.Weighed
	}
	return forecast.Counted
}

// remaining is a forecast whose first day has partly gone by.
type remaining struct {
	forecast.Forecast
	rest float64
}

// Sum is the demand of what is left of the first day and the k-1 days behind it.
func (r remaining) Sum(k int) dist.Distribution {
	whole := r.Forecast.Sum(k)
	if r.rest >= 1 || k < 1 {
		return whole
	}
	gone := r.Forecast.Sum(1)
	mean := math.Max(whole.Mean()-(1-r.rest)*gone.Mean(), 0)
	variance := math.Max(whole.Var()-(1-r.rest)*gone.Var(), 0)
	if whole.Whole() {
		return dist.NewNegBin(mean, variance)
	}
	return dist.NewGamma(mean, variance)
}

// expectation is what is believed of one product's past and future.
type expectation struct {
	series    forecast.Series
	history   demand.Series
	corrected []demand.Corrected
	forecast  forecast.Forecast
	counts    *counted
	around    bool   // the forecast rests on the belief
	belief    Belief // what other shops sell of such goods
	gap       int    // days between the last one known and the first one ahead
	market    tuning // what market days change
	said      tuning // what people know of coming days
	ours      course // the forecast from the first day on
	told      course // the same with what people know
}

// course is the forecast from the first day on, of which a share is still to come.
func (e expectation) course(rest float64) course {
	out := follow(e.forecast, e.gap, rest)
	if e.counts != nil {
		out = e.counts.doubted(out, e.gap, e.forecast.Parts.Level)
	}
	return out.tuned(e.market)
}

// expect works out what will be wanted of a product.
func (c surroundings) expect(s subject) expectation {
	e := expectation{counts: s.counts}
	known := c.asOf
	if s.counts != nil {
		known = s.counts.known(c.asOf)
	}
	e.series, e.history = s.series(known)
	if len(e.series.Values) == 0 {
		e.series.Start = known.Add(1)
	}
	e.corrected = demand.Correct(e.history, c.pool.prior(s.product.Category))
	if s.counts != nil {
		s.counts.believe(&e)
		e.gap = int(c.asOf - known)
	}
	e.series = c.pool.Market.ordinary(e.series, c.shop.MarketDays)
	e.market = c.pool.Market.ahead(s.product.Category, c.shop.MarketDays, c.first, horizon)
	told := false
	if e.belief, told = c.beliefOf(s); told {
		e.series.Around = e.belief.level()
	}
	e.forecast = c.pool.Forecast.Forecast(e.series, horizon+e.gap)
	e.around = told && e.forecast.Has(forecast.Prior) && c.pool.Forecast.Around(s.product.Category) > 0.5
	e.said = adjusting(s.adjustments, c.first, horizon)
	e.ours = e.course(c.rest)
	e.told = e.ours.tuned(e.said)
	return e
}

// thought is a suggestion and what else comes of thinking a product through.
type thought struct {
	Suggestion
	record   Record       // what is kept to be judged by later
	foretold []Adjustment // likewise, of adjustments that have not begun
	missed   Missed
}

// think works out one product's suggestion.
func (c surroundings) think(s subject) thought {
	e := c.expect(s)
	return thought{Suggestion: c.suggest(s, e), record: c.recorded(s, e), foretold: c.foretold(s, e.ours), missed: e.missed(s.product.ID)}
}

// suggest decides what to order under an expectation.
func (c surroundings) suggest(s subject, e expectation) Suggestion {
	trace, weighed := replenish.Weigh(c.input(s, e))
	out := c.row(s, e, trace)
	out.Weighed = weighed
	out.lessDrafted(s.drafted, c.shop.Currency)
	c.tellAdjusted(s, e.ours, e.told, &out)
	c.tellBelief(s, e, &out)
	c.tellLevel(s, &out)
	c.tellCounts(s, e, &out)
	if s.counts == nil {
		c.tellSilent(s, e.history, &out)
	}
	return out
}

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

// facts are what the reason tells about demand.
func (c surroundings) facts(e expectation) replenish.Facts {
	f, gap, history, corrected := e.forecast, e.gap, e.history, e.corrected
	facts := replenish.Facts{Prior: f.Has(forecast.Prior)}
	if e.around {
		facts.AroundLow, facts.AroundHigh = measure.Quantity(e.belief.Low), measure.Quantity(e.belief.High)
	}
	for i := max(0, len(corrected)-sparkPast); i < len(corrected); i++ {
		if corrected[i].Reason == demand.Assumed {
			continue
		}
		facts.Lost += thousandths(corrected[i].Demand - history.Sold[i])
	}
	if season := f.Parts.Season; len(season) == 7 {
		weekend := (season[0] + season[6]) / 2
		best := 0
		for w, factor := range season {
			if factor > season[best] {
				best = w
			}
		}
		high, all := season[best], min(season[0], season[6])
		switch {
		case percentOver(weekend) >= peak && all*1.15 >= high:
			facts.PeakWeekend, facts.PeakPercent = true, percentOver(weekend)
		case percentOver(high) >= peak:
			facts.PeakDay, facts.PeakPercent = time.Weekday(best), percentOver(high)
		}
	}
	for i, factor := range f.Parts.Calendar[min(gap, len(f.Parts.Calendar)):] {
		if i >= sparkAhead || percentOver(factor) < festivalPeak {
			continue
		}
		near := day.FestivalsBetween(c.first.Add(i), c.first.Add(i+10))
		if len(near) > 0 && percentOver(factor) > facts.FestivalPercent {
			facts.Festival, facts.FestivalPercent = near[0].Festival, percentOver(factor)
		}
	}
	return facts
}

func percentOver(factor float64) int {
	if !(factor > 1) || math.IsInf(factor, 1) {
		return 0
	}
	return int(math.Round(min(factor-1, 9.99) * 100))
}

// thousandths brings a kernel's amount back to exact units.
func thousandths(x float64) measure.Quantity {
	if !(x > 0) {
		return 0
	}
	return measure.Quantity(math.Round(min(x*1000, float64(measure.MaxQuantity))))
}

// row is the suggestion as it is stored.
func (c surroundings) row(s subject, e expectation, trace replenish.Trace) Suggestion {
	r := &trace.Result
	out := Suggestion{
		ProductID: s.product.ID, AsOf: c.asOf, OnHand: r.OnHand, Available: r.Available, OnOrder: r.OnOrder, StockKnown: r.StockKnown,
		RiskPPM: int(math.Round(1e6 * min(max(r.Risk.StockOutProb, 0), 1))), DailyRate: r.DailyRate, Quantity: r.Quantity,
		PackUnit: s.product.BaseUnit, PackQuantity: r.Quantity, Reason: r.Reason, Spark: spark(e.told, e.history, c.asOf), Trace: trace,
		State: Open, MadeAt: c.madeAt, Assumed: r.Has(replenish.FlagTermsAssumed),
	}
	if r.Risk.Before != 0 {
		out.RiskUntil = &r.Risk.Before
	}
	if r.Risk.RunOut != 0 {
		out.RunOut = &r.Risk.RunOut
	}
	if r.Risk.CoverDays < replenish.MaxCoverDays {
		cover := int(r.Risk.CoverDays)
		out.CoverDays = &cover
	}
	if choice := r.Choice; choice != nil {
		out.SupplierID, out.OfferID = &choice.Supplier, &choice.Offer
		out.UnitPrice, out.LineCost = choice.Quote.UnitPrice, choice.Quote.LineCost
		out.countPacks(trace.Inputs.Offers, choice.Offer)
	}
	if r.Saving != nil {
		out.Saving = &r.Saving.Amount
		if total, err := money.Line(r.Quantity, r.Saving.Landed, c.shop.Currency); err == nil {
			out.ReferenceCost = &total
		}
	}
	if r.Choice != nil && r.Choice.Need.Outdated > 0 {
		out.Expiring = r.Choice.Need.Outdated
	}
	for _, l := range s.lots {
		if l.Expiry != nil && l.Quantity > 0 && (out.ExpiringDay == nil || *l.Expiry < *out.ExpiringDay) {
			out.ExpiringDay = l.Expiry
		}
	}
	return out
}

// countPacks counts the quantity as the supplier does.
func (s *Suggestion) countPacks(offers []replenish.Offer, chosen ident.ID) {
	for _, o := range offers {
		if o.ID != chosen || !o.Pack.Factor.Valid() {
			continue
		}
		packs, err := measure.Convert(s.Quantity, o.Pack.Factor.Inverse())
		if err == nil {
			s.PackUnit, s.PackQuantity = o.Pack.Unit, packs
		}
	}
}

func spark(told course, history demand.Series, asOf day.Date) Spark {
	var s Spark
	for date := asOf.Add(1 - sparkPast); date <= asOf; date++ {
		i := int(date - history.Start)
		switch {
		case i < 0 || i >= len(history.Sold):
			s.Past = append(s.Past, -1)
		case len(history.Available) > i && history.Available[i] == 0:
			s.Past = append(s.Past, -1)
		default:
			s.Past = append(s.Past, int64(thousandths(history.Sold[i])))
		}
	}
	for _, step := range told.steps[:min(len(told.steps), sparkAhead)] {
		s.Lower = append(s.Lower, int64(thousandths(step.Quantile(0.1))))
		s.Mean = append(s.Mean, int64(thousandths(step.Mean())))
		s.Upper = append(s.Upper, int64(thousandths(step.Quantile(0.9))))
	}
	return s
}

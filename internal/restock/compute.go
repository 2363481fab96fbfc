package restock

import (
	"math"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/forecast"
	"buhuo/internal/forecast/dist"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
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

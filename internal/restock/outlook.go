package restock

import (
	"context"
	"math"
	"slices"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/fault"
	"buhuo/internal/forecast"
	"buhuo/internal/forecast/dist"
	"buhuo/internal/ident"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

const (
	// outlookPast and outlookAhead are the days of a product's charts.
	outlookPast, outlookAhead = 56, 28
)

// Outlook is one product's past and future, in base units, a value a day: what the
// page of a product draws.
type Outlook struct {
	Product catalog.Product
	Row     Row // with its trace
	Thought bool

	// Start is the first day of Sold, Wanted, Empty, Gone and Level.
	Start  day.Date
	Sold   []float64       // NaN: nothing is known of the day
	Wanted []float64       // demand, where the shelf was empty what would have sold
	Empty  []bool          // the shelf was empty all day or part of it
	Gone   []time.Duration // for how much of the opening hours
	Level  []float64       // on hand when the day ended; NaN before the first count
	Promos []Stretch       // promotions of these days
	// Markets are the market days from Start to the end of Mean, and Market is what one
	// does to the product: 1 when no effect has been seen.
	Markets []day.Date
	Market  float64

	// First is the first day of what follows: the days behind Start's.
	First           day.Date
	Low, Mean, High []float64 // demand of the day: of ten days one is below, one above
	// Stock is what will be there when the day ends without a new order, with the
	// same reading; nil when it is not known what is there.
	StockLow, Stock, StockHigh []float64
	Arrivals                   []Parcel

	// Why says what the forecast is made of; nil when there is none. Ours is what it
	// says of the days of Mean, Mean what is left of it under what people know.
	Why      *forecast.Explanation
	Ours     []float64
	Accuracy Accuracy
	Known    []JudgedAdjustment // what people said of days since Start, the latest first
	// Counted is the day of the last count when sales are not recorded and Sold is what
	// counts and deliveries tell; 0 when they are.
	Counted day.Date
}

// Stretch is a run of days.
type Stretch struct{ From, To day.Date }

// JudgedAdjustment is an adjustment and, once its days are over, how it did.
type JudgedAdjustment struct {
	Adjustment
	Over  bool   // its days are over
	Score *Score // nil: not over, or nothing to judge it by
}

// Parcel is a delivery on its way.
type Parcel struct {
	Day      day.Date
	Quantity float64
}

// Outlook reads one product from what is stored; NotFound when this shop has none
// such.
func (s *Service) Outlook(ctx context.Context, id ident.ID) (Outlook, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Outlook{}, err
	}
	products, err := s.catalog.Products(ctx, []ident.ID{id})
	if err != nil {
		return Outlook{}, err
	}
	p, ok := products[id]
	if !ok {
		return Outlook{}, fault.New(fault.NotFound, "restock.product_missing")
	}
	out := Outlook{Product: p}
	rows, err := s.store.Suggestions(ctx, []ident.ID{id})
	if err != nil || len(rows) == 0 {
		return out, err
	}
	out.Row, out.Thought = rows[0].row(p), true
	in, err := s.shops.Get(ctx)
	if err != nil {
		return Outlook{}, err
	}
	e, err := s.believed(ctx, in, p, rows[0].Trace.Inputs.Today)
	if err != nil {
		return Outlook{}, err
	}
	out.First = rows[0].Trace.Inputs.Today
	out.Start = out.First.Add(-outlookPast)
	out.past(e.history, e.corrected)
	out.promotions(e.history)
	levels, err := s.stock.History(ctx, []ident.ID{id}, out.Start)
	if err != nil {
		return Outlook{}, err
	}
	balances, err := s.stock.Balances(ctx, []ident.ID{id})
	if err != nil {
		return Outlook{}, err
	}
	out.levels(levels[id], balances[id].KnownFrom, scope)
	out.gone(levels[id], balances[id].KnownFrom, in)
	out.future(e)
	out.Why = &e.why
	out.Market = e.onMarket
	for d := out.Start; d < out.First.Add(len(out.Mean)); d++ {
		if in.MarketDays.Has(d) {
			out.Markets = append(out.Markets, d)
		}
	}
	if e.counts != nil {
		out.Counted = e.counts.last
	}
	return out, s.judged(ctx, &out, e)
}

// believed is what was believed of a product when its suggestion was made, worked
// out again from what is stored.
func (s *Service) believed(ctx context.Context, in shop.Shop, p catalog.Product, first day.Date) (explained, error) {
	years, err := s.store.Years(ctx, []ident.ID{p.ID})
	if err != nil {
		return explained{}, err
	}
	pool, _, err := s.store.Pool(ctx)
	if err != nil {
		return explained{}, err
	}
	known, err := s.store.Adjustments(ctx, AdjustmentQuery{IDs: []ident.ID{p.ID}, From: first, Standing: true})
	if err != nil {
		return explained{}, err
	}
	counts, err := s.countsOf(ctx, in, []catalog.Product{p}, first, pool.Shop)
	if err != nil {
		return explained{}, err
	}
	c := surroundings{moment: moment{asOf: first.Add(-1), first: first, rest: 1}, shop: in, pool: &pool}
	if c.beliefs, err = s.beliefs(ctx, c.moment); err != nil {
		return explained{}, err
	}
	e := c.expect(subject{product: p, years: years[p.ID], adjustments: known[p.ID], counts: counts[p.ID]})
	return explained{e, pool.Forecast.Explain(e.series, e.forecast), pool.Market.of(p.Category)}, nil
}

// explained is an expectation and what it is made of.
type explained struct {
	expectation
	why      forecast.Explanation
	onMarket float64 // factor of a market day
}

// judged fills in how earlier forecasts and what people said did.
func (s *Service) judged(ctx context.Context, out *Outlook, e explained) error {
	id := []ident.ID{out.Product.ID}
	records, err := s.store.Records(ctx, id, out.First.Add(-7*(judgedWeeks+2)))
	if err != nil {
		return err
	}
	out.Accuracy = judge(records[id[0]], e.history, e.corrected)
	known, err := s.store.Adjustments(ctx, AdjustmentQuery{IDs: id, From: out.First.Add(-7 * judgedWeeks)})
	if err != nil {
		return err
	}
	for _, a := range slices.Backward(known[id[0]]) {
		one := JudgedAdjustment{Adjustment: a, Over: a.To < out.First}
		wanted, ok := wantedBetween(e.history, e.corrected, a.From, a.To)
		if ok && a.WithdrawnAt == nil && a.Ours != nil {
			one.Score = &Score{Ours: *a.Ours, Adjusted: *a.Adjusted, Wanted: wanted}
		}
		out.Known = append(out.Known, one)
	}
	return nil
}

// past fills in what was sold and what was wanted.
func (o *Outlook) past(history demand.Series, corrected []demand.Corrected) {
	for date := o.Start; date < o.First; date++ {
		i := int(date - history.Start)
		sold, wanted, empty := math.NaN(), math.NaN(), false
		if i >= 0 && i < len(history.Sold) {
			share := history.Available[i]
			sold, wanted, empty = history.Sold[i], corrected[i].Demand, share < 1
			if share == 0 {
				sold = math.NaN()
			}
		}
		o.Sold, o.Wanted, o.Empty = append(o.Sold, sold), append(o.Wanted, wanted), append(o.Empty, empty)
	}
}

// levels fills in what lay there when each day ended.
func (o *Outlook) levels(history []stock.Level, known *day.Date, scope tenant.Scope) {
	next, level := 0, math.NaN()
	for date := o.Start; date < o.First; date++ {
		end := day.At(date.Add(1).Start(scope.Zone))
		for next < len(history) && history[next].At < end {
			level = float64(history[next].OnHand) / 1000
			next++
		}
		shown := level
		if known == nil || date < *known {
			shown = math.NaN()
		}
		o.Level = append(o.Level, shown)
	}
}

// promotions finds the runs of promoted days.
func (o *Outlook) promotions(history demand.Series) {
	for date := o.Start; date < o.First; date++ {
		i := int(date - history.Start)
		if i < 0 || i >= len(history.Promo) || history.Promo[i] <= 0 {
			continue
		}
		if n := len(o.Promos); n > 0 && o.Promos[n-1].To == date.Add(-1) {
			o.Promos[n-1].To = date
			continue
		}
		o.Promos = append(o.Promos, Stretch{date, date})
	}
}

// gone fills in for how much of the opening hours the shelf was empty.
func (o *Outlook) gone(history []stock.Level, known *day.Date, in shop.Shop) {
	l := ledger{knownFrom: known}
	on := shelf{levels: history, zone: in.Zone}
	for date := o.Start; date < o.First; date++ {
		minutes := 0
		if o.Empty[int(date-o.Start)] {
			for _, i := range l.empty(date, &on, sales.DaySales{}) {
				minutes += max(min(i.To, 60*in.CloseHour)-max(i.From, 60*in.OpenHour), 0)
			}
		}
		o.Gone = append(o.Gone, time.Duration(minutes)*time.Minute)
	}
}

// future fills in the days ahead: what will be wanted, and what will be left by the
// stored trace.
func (o *Outlook) future(e explained) {
	for k, step := range e.told.steps[:min(outlookAhead, len(e.told.steps))] {
		o.Low, o.Mean, o.High = append(o.Low, step.Quantile(0.1)), append(o.Mean, step.Mean()), append(o.High, step.Quantile(0.9))
		o.Ours = append(o.Ours, e.ours.steps[k].Mean())
	}
	in := o.Row.Trace.Inputs.Bought()
	if !in.Stock.Known {
		return
	}
	for _, a := range in.Arrivals {
		due, _ := a.Expected(in.Today)
		o.Arrivals = append(o.Arrivals, Parcel{due, float64(a.Quantity) / 1000})
	}
	have := float64(o.Row.Available) / 1000
	for k := range min(outlookAhead, len(in.Demand.Mean), len(in.Demand.Var)) {
		for _, a := range o.Arrivals {
			if a.Day == in.Today.Add(k) {
				have += a.Quantity
			}
		}
		mean, variance := in.Demand.Mean[k], in.Demand.Var[k]
		wanted := dist.NewGamma(mean, variance)
		if in.Demand.Whole {
			wanted = dist.NewNegBin(mean, variance)
		}
		o.StockLow = append(o.StockLow, max(have-wanted.Quantile(0.9), 0))
		o.Stock = append(o.Stock, max(have-mean, 0))
		o.StockHigh = append(o.StockHigh, max(have-wanted.Quantile(0.1), 0))
	}
}

package restock

import (
	"context"
	"math"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/fault"
	"buhuo/internal/forecast/dist"
	"buhuo/internal/ident"
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

	// Start is the first day of Sold, Wanted, Empty and Level.
	Start  day.Date
	Sold   []float64 // NaN: nothing is known of the day
	Wanted []float64 // demand, where the shelf was empty what would have sold
	Empty  []bool    // the shelf was empty all day or part of it
	Level  []float64 // on hand when the day ended; NaN before the first count

	// First is the first day of what follows: the days behind Start's.
	First           day.Date
	Low, Mean, High []float64 // demand of the day: of ten days one is below, one above
	// Stock is what will be there when the day ends without a new order, with the
	// same reading; nil when it is not known what is there.
	StockLow, Stock, StockHigh []float64
	Arrivals                   []Parcel
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
	years, err := s.store.Years(ctx, []ident.ID{id})
	if err != nil {
		return Outlook{}, err
	}
	pool, _, err := s.store.Pool(ctx)
	if err != nil {
		return Outlook{}, err
	}
	out.First = rows[0].Trace.Inputs.Today
	out.Start = out.First.Add(-outlookPast)
	history := demand.Join(years[id], out.First.Add(-1))
	history.Category = p.Category
	out.past(history, pool.prior(p.Category))
	levels, err := s.stock.History(ctx, []ident.ID{id}, out.Start)
	if err != nil {
		return Outlook{}, err
	}
	balances, err := s.stock.Balances(ctx, []ident.ID{id})
	if err != nil {
		return Outlook{}, err
	}
	out.levels(levels[id], balances[id].KnownFrom, scope)
	out.future()
	return out, nil
}

// past fills in what was sold and what was wanted.
func (o *Outlook) past(history demand.Series, prior demand.Prior) {
	corrected := demand.Correct(history, prior)
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

// future fills in the days ahead from the stored chart and trace.
func (o *Outlook) future() {
	spark := o.Row.Spark
	for i := range min(len(spark.Lower), len(spark.Mean), len(spark.Upper)) {
		o.Low, o.Mean, o.High = append(o.Low, float64(spark.Lower[i])/1000), append(o.Mean, float64(spark.Mean[i])/1000), append(o.High, float64(spark.Upper[i])/1000)
	}
	in := o.Row.Trace.Inputs
	if !in.Stock.Known {
		return
	}
	for _, a := range in.Arrivals {
		due := max(a.Due, in.Today)
		if a.Estimate > due {
			due = a.Estimate
		}
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

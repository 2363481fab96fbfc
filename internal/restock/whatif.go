package restock

import (
	"context"
	"math"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
)

const (
	// farHorizon is how far ahead festivals are looked for, in days: each falls once.
	farHorizon = 440
	// wholeCurve is the most days that a festival is felt before or after.
	wholeCurve = 30
	// usualTaking is by how many per cent less is wanted of goods that are one per cent
	// dearer, where the shop's own past does not say.
	usualTaking = 1.0
	// factorMost bounds what a scenario makes of a day.
	factorMost = 8.0
)

// NoFestival as a scenario's festival leaves the coming festivals out.
const NoFestival = day.Festival("none")

// Scenario is what might be done in the coming weeks, from a day to another.
type Scenario struct {
	From, To  day.Date
	Price     money.Price  // 0: as it is
	Promotion bool         // the days are in promotion
	Festival  day.Festival // falls on From; NoFestival: none of the coming ones counts; "": as the calendar has it
}

// changes reports whether the scenario differs from what is.
func (s Scenario) changes() bool { return s.Price > 0 || s.Promotion || s.Festival != "" }

// Possible is a product's present beside a scenario. Nothing of it is stored.
type Possible struct {
	Outlook   Outlook // of the present
	First     day.Date
	Now       []float64 // expected of each day, base units
	Low, Mean []float64 // under the scenario
	High      []float64
	Then      *Row // the suggestion that would follow; nil: nothing was changed

	Price     money.Price    // at which it sells now
	Festivals []day.Festival // whose effect has been learned
	// What the shop has learned: the factors that were used for promotion and price; 0
	// when not asked for. Unlearned: no promotion has been seen in this shop; Assumed:
	// no price change tells, so the factor is what is usual elsewhere.
	Promotion, Pricing float64
	Unlearned, Assumed bool
}

// LastDay is the last day that a scenario may name.
func LastDay(first day.Date) day.Date { return first.Add(horizon - 1) }

// WhatIf works out what a scenario would lead to. The faults name the fields from
// and to; NotFound without a product, or without a suggestion of it.
func (s *Service) WhatIf(ctx context.Context, id ident.ID, what Scenario) (Possible, error) {
	outlook, err := s.Outlook(ctx, id)
	if err != nil {
		return Possible{}, err
	}
	if !outlook.Thought || outlook.Product.Archived {
		return Possible{}, fault.New(fault.NotFound, "restock.suggestion_missing")
	}
	c, one, err := s.presently(ctx, outlook)
	if err != nil {
		return Possible{}, err
	}
	e := c.expect(one)
	out := Possible{Outlook: outlook, First: c.first, Price: one.sellingPrice()}
	far := c.pool.Forecast.Explain(e.series, c.pool.Forecast.Forecast(e.series, farHorizon))
	curves := map[day.Festival]func(d day.Date) float64{}
	for _, f := range far.Feasts {
		whole := f.Date.Date >= c.first.Add(wholeCurve) && f.Date.Date <= c.first.Add(farHorizon-wholeCurve)
		if _, ok := curves[f.Festival]; ok || !whole || math.Abs(f.Usual-1) < 0.02 {
			continue
		}
		out.Festivals = append(out.Festivals, f.Festival)
		curves[f.Festival] = func(d day.Date) float64 { // of the d-th day, 0 is the festival
			if i := int(f.Date.Date-far.First.Date) + int(d); i >= 0 && i < len(f.Factors) {
				return f.Factors[i]
			}
			return 1
		}
	}
	if what.To < what.From || what.From < c.first || what.To > LastDay(c.first) {
		field := "to"
		if what.From < c.first || what.From > LastDay(c.first) {
			field = "from"
		}
		return out, fault.New(fault.Invalid, "forecast.days_outside", fault.A("n", horizon)).WithField(field)
	}
	t := out.tuning(c, e, what, curves)
	then := e
	then.told = e.told.tuned(t)
	for k := range min(outlookAhead, len(e.told.steps)) {
		step := then.told.steps[k]
		out.Now = append(out.Now, e.told.steps[k].Mean())
		out.Low, out.Mean, out.High = append(out.Low, step.Quantile(0.1)), append(out.Mean, step.Mean()), append(out.High, step.Quantile(0.9))
	}
	if what.changes() {
		if what.Price > 0 {
			one.product.SalePrice = what.Price
		}
		row := c.suggest(one, then).row(one.product)
		out.Then = &row
	}
	return out, nil
}

// presently reads what a product's suggestion depends on now, as its stored one saw
// it.
func (s *Service) presently(ctx context.Context, o Outlook) (surroundings, subject, error) {
	in, err := s.shops.Get(ctx)
	if err != nil {
		return surroundings{}, subject{}, err
	}
	pool, _, err := s.store.Pool(ctx)
	if err != nil {
		return surroundings{}, subject{}, err
	}
	at, err := s.live(ctx, in, pool.Shop.Profile)
	if err != nil {
		return surroundings{}, subject{}, err
	}
	c, err := s.around(ctx, in, pool, at)
	if err != nil {
		return surroundings{}, subject{}, err
	}
	id := []ident.ID{o.Product.ID}
	years, err := s.store.Years(ctx, id)
	if err != nil {
		return c, subject{}, err
	}
	found, err := s.catalog.Products(ctx, id)
	if err != nil {
		return c, subject{}, err
	}
	counts, err := s.countsOf(ctx, in, []catalog.Product{found[id[0]]}, at.first, pool.Shop)
	if err != nil {
		return c, subject{}, err
	}
	f, err := s.gather(ctx, id, at.first)
	if err != nil {
		return c, subject{}, err
	}
	one := f.subject(found[id[0]])
	one.years, one.counts = years[id[0]], counts[id[0]]
	return c, one, nil
}

// tuning is what a scenario does to the days of the forecast.
func (p *Possible) tuning(c surroundings, e expectation, what Scenario, curves map[day.Festival]func(day.Date) float64) tuning {
	var t tuning
	if !what.changes() {
		return t
	}
	n := len(e.told.steps)
	t.open(n)
	category := e.series.Category
	promotion, learned := c.pool.Forecast.Promotion.Category[category]
	if !learned {
		promotion = c.pool.Forecast.Promotion.Shop
	}
	taking, learned := c.pool.Forecast.Price.Category[category]
	if !learned {
		taking = c.pool.Forecast.Price.Shop
	}
	if what.Promotion {
		p.Promotion, p.Unlearned = promotion, promotion == 0
	}
	if what.Price > 0 && p.Price > 0 {
		relative := float64(what.Price) / float64(p.Price)
		switch cut := demand.Cut(relative); {
		case what.Promotion && relative < 1 && promotion > 0: // the effect of a promotion is that of its prices too
		case relative != 1 && taking > 0:
			p.Pricing = math.Pow(relative, -taking)
		case cut > 0 && promotion > 0:
			p.Pricing = 1 + (promotion-1)*cut
		case relative != 1:
			p.Pricing, p.Assumed = math.Pow(relative, -usualTaking), true
		}
		p.Pricing = math.Min(p.Pricing, factorMost) // 0 when no price was asked for
	}
	part := e.forecast.Parts
	for k := range n {
		d := c.first.Add(k)
		inside := d >= what.From && d <= what.To
		at := k + e.gap
		if inside && p.Promotion > 0 {
			planned := 1.0
			if at < len(part.Promotion) && part.Promotion[at] > 0 {
				planned = part.Promotion[at]
			}
			t.times(k, p.Promotion/planned)
		}
		if inside && p.Pricing > 0 {
			planned := 1.0
			if at < len(part.Price) && part.Price[at] > 0 {
				planned = part.Price[at]
			}
			t.times(k, p.Pricing/planned)
		}
		switch {
		case what.Festival == "":
		case what.Festival != NoFestival:
			if of := curves[what.Festival]; of != nil {
				t.times(k, of(d-what.From))
			}
		case at < len(part.Calendar) && part.Calendar[at] > 0:
			t.times(k, 1/part.Calendar[at])
		}
	}
	return t
}

package restock

import (
	"math"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/forecast"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
)

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

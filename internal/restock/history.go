package restock

import (
	"time"

	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/stock"
)

// ledger is what is known of one product's past.
type ledger struct {
	id        ident.ID
	days      []sales.DaySales // in order
	levels    []stock.Level    // on hand over time, in order
	knownFrom *day.Date        // nil: never counted
}

// years packs the days from `from` through the last into one row a year. A day
// without a sale is a day without demand, if the shelf was not empty; before the
// first sale or count nothing is known.
func (l ledger) years(from, through day.Date, zone *time.Location, profile demand.Profile) []demand.Year {
	first, ok := l.first()
	if !ok || first > through {
		return nil
	}
	from = max(from, first)
	sold := map[day.Date]sales.DaySales{}
	for _, d := range l.days {
		sold[d.Day] = d
	}
	var out []demand.Year
	shelf := shelf{levels: l.levels, zone: zone}
	for date := from; date <= through; date++ {
		year := date.Year()
		if len(out) == 0 || out[len(out)-1].Year != year {
			out = append(out, demand.Year{Year: year})
			if skipped := int(date - day.New(year, 1, 1)); skipped > 0 {
				out[len(out)-1].Days = make([]demand.Day, skipped)
			}
		}
		last := &out[len(out)-1]
		last.Days = append(last.Days, l.day(date, sold[date], &shelf, profile))
	}
	return out
}

// first is the first day about which something is known.
func (l ledger) first() (day.Date, bool) {
	var first day.Date
	ok := false
	if len(l.days) > 0 {
		first, ok = l.days[0].Day, true
	}
	if l.knownFrom != nil && (!ok || *l.knownFrom < first) {
		first, ok = *l.knownFrom, true
	}
	return first, ok
}

func (l ledger) day(date day.Date, s sales.DaySales, on *shelf, profile demand.Profile) demand.Day {
	d := demand.Day{Sold: s.Sold, Returned: s.Returned, Promo: s.Promo, Available: demand.Full, Price: meanPrice(s)}
	empty := l.empty(date, on, s)
	if len(empty) == 0 {
		return d
	}
	share := demand.Exposure(profile, date.Weekday(), empty)
	d.Available = uint16(share*demand.Full + 0.5)
	if d.Available == 0 && d.Sold > 0 {
		d.Available = 1 // something was there to be sold
	}
	return d
}

// empty gives the intervals of date with nothing on the shelf: none before the
// first count, when it is not known. Days must come in order.
func (l ledger) empty(date day.Date, on *shelf, s sales.DaySales) []demand.Interval {
	if l.knownFrom == nil || date <= *l.knownFrom {
		return nil
	}
	return on.empty(date, s.Hours)
}

func meanPrice(s sales.DaySales) money.Price {
	if s.Sold <= 0 || s.Amount <= 0 {
		return 0
	}
	// Amounts are minor units of two decimals or none; the price only ranks days.
	p, err := money.MulDiv(int64(s.Amount), 100*1000, int64(s.Sold))
	if err != nil || p < 0 {
		return 0
	}
	return money.Price(p)
}

// shelf walks the levels of one product day by day.
type shelf struct {
	levels []stock.Level
	zone   *time.Location
	next   int
	onHand measure.Quantity
	seen   bool
}

// empty gives the intervals of date with nothing on the shelf. Days must come in
// order. An hour that sold something was not empty, whatever the book says.
func (s *shelf) empty(date day.Date, hours *[24]measure.Quantity) []demand.Interval {
	begin := date.Start(s.zone)
	end := date.Add(1).Start(s.zone)
	for s.next < len(s.levels) && s.levels[s.next].At < day.At(begin) {
		s.onHand, s.seen = s.levels[s.next].OnHand, true
		s.next++
	}
	var out []demand.Interval
	from := 0
	note := func(to int) {
		if s.seen && s.onHand <= 0 && to > from {
			out = append(out, demand.Interval{From: from, To: to})
		}
		from = to
	}
	for s.next < len(s.levels) && s.levels[s.next].At < day.At(end) {
		at := s.levels[s.next].At.Time().In(s.zone)
		note(at.Hour()*60 + at.Minute())
		s.onHand, s.seen = s.levels[s.next].OnHand, true
		s.next++
	}
	note(24 * 60)
	if hours == nil {
		return out
	}
	return cutHours(out, hours)
}

// cutHours takes the hours with sales out of the intervals.
func cutHours(in []demand.Interval, hours *[24]measure.Quantity) []demand.Interval {
	var out []demand.Interval
	for _, i := range in {
		from := i.From
		for h := i.From / 60; h*60 < i.To; h++ {
			if hours[h] <= 0 {
				continue
			}
			// The sale that emptied the shelf lies in the hour before the interval.
			if h*60 < i.From && i.To >= (h+1)*60 {
				continue
			}
			if cut := h * 60; cut > from {
				out = append(out, demand.Interval{From: from, To: cut})
			}
			from = (h + 1) * 60
		}
		if from < i.To {
			out = append(out, demand.Interval{From: from, To: i.To})
		}
	}
	return out
}

package demand

import "buhuo/internal/day"

// ShelfDay is one day of one product as a ledger tells it, in the shop's own time.
type ShelfDay struct {
	Sold    float64      // less what customers brought back; base units
	Hours   *[24]float64 // what was sold in each hour; nil: not known
	Empty   []Interval   // when the shelf was empty; nil: never
	Unknown bool         // the ledger does not speak of the day
	Promo   float64      // how much of a promotion there was, 0 to 1
	Largest float64      // the largest single sale; 0: not known
}

// FromLedger makes a product of the days that a ledger tells of, one after another from `start` on.
// An hour that sold something was not empty all through, whatever the record says.
func FromLedger(start day.Date, days []ShelfDay, category string) Product {
	n := len(days)
	s := Series{Start: start, Category: category, Sold: make([]float64, n), Available: make([]float64, n), Unknown: make([]bool, n)}
	var p Product
	for i, d := range days {
		s.Sold[i], s.Available[i], s.Unknown[i] = max(finite(d.Sold), 0), 1, d.Unknown
		if d.Promo > 0 {
			if s.Promo == nil {
				s.Promo = make([]float64, n)
			}
			s.Promo[i] = d.Promo
		}
		if d.Largest > 0 {
			if s.Largest == nil {
				s.Largest = make([]float64, n)
			}
			s.Largest[i] = d.Largest
		}
		if d.Unknown {
			s.Available[i] = 0
			continue
		}
		if d.Hours == nil && len(d.Empty) == 0 {
			continue // on the shelf all day, whatever its hours
		}
		h := HourDay{Date: start.Add(i), OnShelf: OnShelf(d.Empty)}
		if d.Hours != nil {
			h.Sold = *d.Hours
			for hour, sold := range h.Sold {
				if sold > 0 && h.OnShelf[hour] <= 0 {
					h.OnShelf[hour] = 1
				}
			}
		}
		h.Silent = d.Hours == nil
		p.Hours = append(p.Hours, h)
	}
	p.Series = s
	return p
}

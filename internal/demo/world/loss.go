package world

import (
	"math"

	"buhuo/internal/measure"
)

// throwAway clears expired goods: fresh ones every morning, the rest when the
// shelves are gone through on Mondays.
func (s *sim) throwAway() {
	for i := range s.w.Products {
		if !s.w.Products[i].fresh() && s.today.weekday != 1 {
			continue
		}
		if takes := s.shelves[i].takeExpired(s.d); len(takes) > 0 {
			s.emit(&Loss{Head: s.head(spoilageMinute), Product: i, Reason: Expired, Takes: takes})
		}
	}
}

// planLosses is what wilts, breaks, is eaten by the family or given away.
func (s *sim) planLosses() {
	dice := roll(s.w.Seed, streamLoss, s.d, 0)
	for range dice.poisson(5) {
		i := dice.below(len(s.w.Products))
		p := &s.w.Products[i]
		if p.weighed() && p.fresh() {
			share := dice.between(0.02, 0.06)
			s.at(CloseMinute-30+dice.below(25), func(m int) {
				s.lose(i, Wilted, roundUnits(p, share*float64(s.shelves[i].sellable(s.d))/measure.Thousandths), m)
			})
		} else if p.habits.fragile {
			s.at(OpenMinute+60+dice.below(700), func(m int) { s.lose(i, Damaged, handful(p), m) })
		}
	}
	for range dice.poisson(0.9) {
		i := dice.below(len(s.w.Products))
		reason := OwnUse
		if dice.chance(0.2) {
			reason = Gift
		}
		s.at(OpenMinute+600+dice.below(150), func(m int) { s.lose(i, reason, handful(&s.w.Products[i]), m) })
	}
}

// handful is a small quantity: one unit, or what a family cooks.
func handful(p *Product) measure.Quantity {
	if p.weighed() {
		return roundUnits(p, min(0.5, p.habits.perBuyer))
	}
	return measure.Thousandths
}

func (s *sim) lose(product int, reason Reason, q measure.Quantity, minute int) {
	if s.w.Products[product].weighed() && q > 0 {
		q = s.shelves[product].rounded(q, s.d)
	}
	if takes := s.shelves[product].take(q, s.d); len(takes) > 0 {
		s.emit(&Loss{Head: s.head(minute), Product: product, Reason: reason, Takes: takes})
	}
}

// tidy clears at closing what parcels and counts have left of weighed goods: nobody
// keeps a box for a few grams.
func (s *sim) tidy() {
	for i := range s.w.Products {
		if !s.w.Products[i].weighed() {
			continue
		}
		if takes := s.shelves[i].takeCrumbs(); len(takes) > 0 {
			s.emit(&Loss{Head: s.head(tidyMinute), Product: i, Reason: Wilted, Takes: takes})
		}
	}
}

// countEvery is how many days pass between two counts of a product.
const countEvery = 28

// count goes through a few shelves after closing. What the book says and what
// is there differ a little.
func (s *sim) count() {
	for i := range s.w.Products {
		if (i*5+int(s.d-s.w.From))%countEvery != 0 || s.d == s.w.From || len(s.shelves[i].batches) == 0 {
			continue
		}
		c := &Count{Head: s.head(countMinute), Product: i}
		variance := s.variance(i)
		batches := s.shelves[i].batches
		for n := range batches {
			b := &batches[n]
			line := CountLine{b.lot, b.left, b.left}
			if variance < 0 {
				gone := min(-variance, b.left)
				variance += gone
				line.Counted -= gone
			} else if n == len(batches)-1 {
				line.Counted += variance
			}
			b.left = line.Counted
			c.Lines = append(c.Lines, line)
		}
		s.shelves[i].sweep()
		s.emit(c)
	}
}

// variance is how much more (or, mostly, less) is there than booked.
func (s *sim) variance(product int) measure.Quantity {
	p := &s.w.Products[product]
	dice := roll(s.w.Seed, streamCount, s.d, product)
	if p.weighed() {
		var booked measure.Quantity
		for _, b := range s.shelves[product].batches {
			booked += b.left
		}
		share := -0.006 + 0.009*dice.normal()
		return measure.Quantity(math.Round(share*float64(booked)/5)) * 5
	}
	switch x := dice.r.Float64(); {
	case x < 0.04:
		return measure.Thousandths
	case x < 0.20:
		return -measure.Thousandths
	case x < 0.24:
		return -2 * measure.Thousandths
	}
	return 0
}

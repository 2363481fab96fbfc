package world

import (
	"cmp"
	"math"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/measure"
)

// batch is what is left of a lot.
type batch struct {
	lot  *Lot
	left measure.Quantity
}

// shelf is the stock of one product, the lot to sell first in front: earliest
// expiry, none last, then oldest receipt.
type shelf struct{ batches []batch }

func firstOut(a, b batch) int {
	return cmp.Or(
		cmp.Compare(lastDay(a.lot), lastDay(b.lot)),
		cmp.Compare(a.lot.Received, b.lot.Received),
		cmp.Compare(a.lot.seq, b.lot.seq),
	)
}

func lastDay(l *Lot) day.Date {
	if l.Expiry == day.None {
		return math.MaxInt32
	}
	return l.Expiry
}

// put lays goods of a lot on the shelf.
func (s *shelf) put(lot *Lot, q measure.Quantity) {
	for i := range s.batches {
		if s.batches[i].lot == lot {
			s.batches[i].left += q
			return
		}
	}
	b := batch{lot, q}
	at, _ := slices.BinarySearchFunc(s.batches, b, firstOut)
	s.batches = slices.Insert(s.batches, at, b)
}

// sellable is what has not expired on d.
func (s *shelf) sellable(d day.Date) measure.Quantity {
	var q measure.Quantity
	for _, b := range s.batches {
		if lastDay(b.lot) >= d {
			q += b.left
		}
	}
	return q
}

// take removes up to q of what is sellable on d, first expired first out.
func (s *shelf) take(q measure.Quantity, d day.Date) []Take {
	var out []Take
	for i := 0; i < len(s.batches) && q > 0; i++ {
		b := &s.batches[i]
		if lastDay(b.lot) < d {
			continue
		}
		n := min(q, b.left)
		b.left -= n
		q -= n
		out = append(out, Take{b.lot, n})
	}
	s.sweep()
	return out
}

// crumb is a weight that nobody leaves behind in a box.
const crumb = 60

// rounded is q made so that no lot of weighed goods that it opens is left with a few
// grams: who takes nearly all of a box takes all of it.
func (s *shelf) rounded(q measure.Quantity, d day.Date) measure.Quantity {
	var whole measure.Quantity
	for _, b := range s.batches {
		if lastDay(b.lot) < d {
			continue
		}
		if whole += b.left; whole >= q {
			if whole-q < crumb {
				return whole
			}
			break
		}
	}
	return q
}

// takeCrumbs removes the lots of which only a few grams are left.
func (s *shelf) takeCrumbs() []Take {
	var out []Take
	for i := range s.batches {
		if b := &s.batches[i]; b.left < crumb {
			out = append(out, Take{b.lot, b.left})
			b.left = 0
		}
	}
	s.sweep()
	return out
}

// takeExpired removes every lot that has expired before d.
func (s *shelf) takeExpired(d day.Date) []Take {
	var out []Take
	for i := range s.batches {
		if b := &s.batches[i]; lastDay(b.lot) < d {
			out = append(out, Take{b.lot, b.left})
			b.left = 0
		}
	}
	s.sweep()
	return out
}

// sweep forgets empty lots.
func (s *shelf) sweep() {
	s.batches = slices.DeleteFunc(s.batches, func(b batch) bool { return b.left == 0 })
}

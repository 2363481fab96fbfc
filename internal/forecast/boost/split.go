package boost

import "math"

// split is a way to divide a leaf: rows with a bin up to bin go left.
type split struct {
	score       float64 // of both sides together, in units of the integers; -Inf: no split
	column      int
	bin         uint8
	missingLeft bool
	left        uint64 // sums of the left side
}

var none = split{score: math.Inf(-1)}

// scanner looks for the best split of a leaf. Scores are g²/(h+l2), twice what the side's best
// Newton step saves (Chen and Guestrin 2016, equation 6).
type scanner struct {
	sum    uint64  // of the leaf
	l2     float64 // in units of the integers, like all below
	least  uint32  // second derivatives that a side must have
	lo, hi float64 // steps that the leaf may take
}

func (s *scanner) bounded() bool { return !math.IsInf(s.lo, -1) || !math.IsInf(s.hi, 1) }

// score of a side that may step freely.
func (s *scanner) score(word uint64) float64 {
	if s.bounded() {
		return s.boundedScore(slope(word), float64(bend(word))+s.l2)
	}
	g := slope(word)
	return g * g / (float64(bend(word)) + s.l2)
}

func (s *scanner) boundedScore(g, h float64) float64 {
	v := min(max(-g/h, s.lo), s.hi)
	return -v * (2*g + h*v)
}

// best returns the best split on a column with this histogram and number of value bins. What is
// missing goes to either side; where nothing is, it will go with the greater part.
func (s *scanner) best(h *[256]uint64, bins, column int, direction int8) split {
	scan := s.free
	if direction != 0 || s.bounded() {
		scan = func(h *[256]uint64, start uint64, last int) split { return s.constrained(h, start, last, direction) }
	}
	var b split
	if h[0] == 0 {
		b = scan(h, 0, bins-1)
		b.missingLeft = bend(b.left) >= bend(s.sum-b.left)
	} else {
		b = scan(h, 0, bins)
		if left := scan(h, h[0], bins-1); left.score > b.score {
			b = left
			b.missingLeft = true
		}
	}
	b.column = column
	return b
}

// free tries bins 1 to last as the last on the left, where start already is. Fractions are compared
// crosswise, which saves the divisions.
func (s *scanner) free(h *[256]uint64, start uint64, last int) split {
	g, total, l2 := slope(s.sum), bend(s.sum), s.l2
	least := s.least
	var left, bestLeft uint64 = start, 0
	num, den, at := 0.0, 1.0, 0
	for b, word := range h[:last+1] {
		if b == 0 || word == 0 {
			continue
		}
		left += word
		hl := bend(left)
		if hl < least {
			continue
		}
		if total-hl < least {
			break
		}
		gl, fl, fr := slope(left), float64(hl)+l2, float64(total-hl)+l2
		gr := g - gl
		n, d := gl*gl*fr+gr*gr*fl, fl*fr
		if n*den > num*d {
			num, den, at, bestLeft = n, d, b, left
		}
	}
	if at == 0 {
		return none
	}
	return split{score: num / den, bin: uint8(at), left: bestLeft}
}

// constrained is free where the sides' steps are bounded and, with a direction, in order.
func (s *scanner) constrained(h *[256]uint64, start uint64, last int, direction int8) split {
	best := none
	left := start
	for b := 1; b <= last; b++ {
		if h[b] == 0 {
			continue
		}
		left += h[b]
		right := s.sum - left
		if bend(left) < s.least {
			continue
		}
		if bend(right) < s.least {
			break
		}
		gl, gr := slope(left), slope(right)
		fl, fr := float64(bend(left))+s.l2, float64(bend(right))+s.l2
		if float64(direction)*(gl/fl-gr/fr) < 0 {
			continue
		}
		if score := s.boundedScore(gl, fl) + s.boundedScore(gr, fr); score > best.score {
			best = split{score: score, bin: uint8(b), left: left}
		}
	}
	return best
}

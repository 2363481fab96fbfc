package demand

import (
	"math"
	"slices"

	"buhuo/internal/day"
)

// Count is what lay on the shelf when a day ended.
type Count struct {
	Day    day.Date
	OnHand float64 // base units, not negative
	Error  float64 // how far a count like this is usually off, base units; 0: exact
}

// Move is what came in (or, negative, went out otherwise than by a sale) on a day.
type Move struct {
	Day      day.Date
	Quantity float64
}

// Between is what happened between two counts.
type Between struct {
	From, To day.Date // first and last day
	Sold     float64  // what must have been sold; not below 0
	Short    float64  // more was there than can be: something came in that nobody recorded
	Empty    bool     // nothing was left in the end: it may have run out before
}

// Inferred is the demand of a product that is counted and not rung up.
type Inferred struct {
	Series  Series      // the likeliest sales, spread over the days; days after it ran out are empty
	Days    []Corrected // with the uncertainty of the spreading
	Between []Between
	Level   float64 // demand of an average day
}

// Infer works out demand from counts and what came in between. What was sold between two counts is
// known as a sum only (its days are interval-censored): it is spread by how busy the shop's days
// were. Where nothing was left at the second count, the shelf may have been empty for some of the
// time; sales over the whole time are then too low a rate, and the usual rate until they were used
// up would ignore that more may have come: the middle of both is taken. Counts of the same day: the
// last one holds. With fewer than two counts nothing is inferred.
func Infer(counts []Count, moves []Move, prior Prior, category string) Inferred {
	counts = inOrder(counts)
	if len(counts) < 2 {
		return Inferred{}
	}
	h := prior.habits()
	first, last := counts[0].Day.Add(1), counts[len(counts)-1].Day
	n := min(int(last-first)+1, mostDays)
	out := Inferred{Series: Series{Start: first, Category: category, Sold: make([]float64, n), Available: ones(n)}, Days: make([]Corrected, n)}
	for k := 1; k < len(counts); k++ {
		out.Between = append(out.Between, between(counts[k-1], counts[k], moves))
	}
	busy := make([]float64, len(out.Between)) // average days in each
	for k, b := range out.Between {
		for d := b.From; d <= b.To && int(d-first) < n; d++ {
			busy[k] += h.busy(&out.Series, int(d-first))
		}
	}
	out.Level = out.level(busy, prior)
	for k, b := range out.Between {
		out.spread(b, busy[k], counts[k].Error*counts[k].Error+counts[k+1].Error*counts[k+1].Error, &h)
	}
	return out
}

func inOrder(counts []Count) []Count {
	sorted := slices.Clone(counts)
	slices.SortStableFunc(sorted, func(a, b Count) int { return int(a.Day) - int(b.Day) })
	out := sorted[:0]
	for _, c := range sorted {
		c.OnHand = math.Min(math.Max(finite(c.OnHand), 0), mostADay)
		c.Error = math.Min(math.Max(finite(c.Error), 0), mostADay)
		if len(out) > 0 && out[len(out)-1].Day == c.Day {
			out[len(out)-1] = c
			continue
		}
		out = append(out, c)
	}
	return out
}

func between(a, b Count, moves []Move) Between {
	out := Between{From: a.Day.Add(1), To: b.Day, Empty: b.OnHand == 0}
	sold := a.OnHand - b.OnHand
	for _, m := range moves {
		if m.Day > a.Day && m.Day <= b.Day {
			sold += math.Min(math.Max(finite(m.Quantity), -mostADay), mostADay)
		}
	}
	if sold < 0 {
		out.Short, sold = -sold, 0
	}
	out.Sold = math.Min(sold, mostADay)
	return out
}

// onShelf is how many average days the goods lay there, at a level.
func (b Between) onShelf(busy, level float64) float64 {
	if b.Empty && b.Sold == 0 {
		return 0 // nothing was there to be sold
	}
	if !b.Empty || !(level > 0) {
		return busy
	}
	return (busy + math.Min(busy, b.Sold/level)) / 2
}

// level is demand over time on the shelf, found by turns.
func (in *Inferred) level(busy []float64, prior Prior) float64 {
	weight := math.Min(math.Max(finite(prior.Weight), 0), 1e6)
	if weight == 0 {
		weight = 1
	}
	start := math.Min(math.Max(finite(prior.Level), 0), mostADay)
	level := 0.0
	for range 30 {
		sold, shelf := 0.0, 0.0
		for k, b := range in.Between {
			if b.Short > 0 {
				continue // a delivery is missing: the sum is no sum
			}
			sold += b.Sold
			shelf += b.onShelf(busy[k], level)
		}
		w := weight * weight / (weight + shelf)
		if start == 0 {
			w = math.Max(0.5-shelf, 0)
		}
		if shelf+w <= 0 {
			return start
		}
		level = (sold + w*start) / (shelf + w)
	}
	return level
}

// spread gives the days between two counts their sales and demand. variance is that of the sum.
func (in *Inferred) spread(b Between, busy, variance float64, h *Habits) {
	if busy <= 0 {
		return
	}
	shelf := b.onShelf(busy, in.Level)
	rate := b.Sold / math.Max(shelf, 1e-9) // sales of an average day on the shelf
	grain := h.Grain * math.Max(in.Level, rate)
	left := b.Sold
	for d := b.From; d <= b.To; d++ {
		i := int(d - in.Series.Start)
		if i >= len(in.Days) {
			return
		}
		share := h.busy(&in.Series, i)
		sold := math.Min(share*rate, left)
		left -= sold
		in.Series.Sold[i] = sold
		wanted := share * math.Max(rate, in.Level)
		if !b.Empty {
			wanted = sold
		}
		switch {
		case share*rate > 0:
			in.Series.Available[i] = math.Min(sold/(share*rate), 1)
		case shelf == 0:
			in.Series.Available[i] = 0
		}
		// a part of a known sum: no more certain than chance and moods allow, and no less
		p := math.Min(share/busy, 1)
		v := grain*wanted*(1-p) + wanted*wanted*h.Sway*(1-p) + variance*p*p
		if b.Empty || b.Short > 0 {
			v = grain*wanted + wanted*wanted*h.Sway + variance*p*p
		}
		lower, upper := eighty(wanted, v)
		in.Days[i] = Corrected{Demand: wanted, Lower: math.Max(math.Min(lower, wanted), 0), Upper: upper, Reason: Counted}
	}
}

package restock

import (
	"context"
	"strconv"

	"buhuo/internal/forecast/prior"
	"buhuo/internal/replenish"
)

// Belief is what other shops tell of a product of a kind: what one sells a week, in
// thousandths of its base unit, and what the middle half of the shops has; the chance that
// it sells on a day; and how many shops tell it, in steps.
type Belief struct {
	Weekly, Low, High int64
	Chance            float64
	Shops             int
}

// Beliefs gives what is believed of goods of a category that are counted in a unit; nil:
// nothing of any.
type Beliefs func(category, unit string) (Belief, bool)

// Neighbours tells the shop of ctx what others sell, as far as it may know.
type Neighbours interface {
	Beliefs(ctx context.Context) (Beliefs, error)
}

// SetNeighbours lets goods without a history be forecast by what other shops sell.
func (s *Service) SetNeighbours(n Neighbours) { s.neighbours = n }

// beliefs are those of the shop as it stands; of a day that is over nobody knew them yet.
func (s *Service) beliefs(ctx context.Context, at moment) (Beliefs, error) {
	if s.neighbours == nil || at.closed {
		return nil, nil
	}
	return s.neighbours.Beliefs(ctx)
}

// What a belief is worth against the product's own days: shops that sell the same kind of
// goods differ by a factor of two and more, so a few days tell as much.
const (
	beliefDays   = 4  // of the level
	beliefChance = 14 // of the chance of a sale
	beliefSales  = 2  // of the size of one
)

// level is the belief as the forecast takes it, a day.
func (b Belief) level() prior.Level {
	mean := float64(b.Weekly) / 7000
	chance := b.Chance
	if !(chance > 0) || chance > 1 {
		chance = 1
	}
	return prior.Level{Mean: mean, Weight: beliefDays, Chance: chance, Periods: beliefChance, Size: mean / chance, Sales: beliefSales}
}

// beliefOf is what others tell of a product.
func (c surroundings) beliefOf(s subject) (Belief, bool) {
	if c.beliefs == nil {
		return Belief{}, false
	}
	return c.beliefs(s.product.Category, s.product.BaseUnit)
}

// messageBelief says that a forecast rests on what other shops sell.
const messageBelief = "reason.step_around"

// tellBelief says so in the trace of a product without sales of its own.
func (c surroundings) tellBelief(s subject, e expectation, out *Suggestion) {
	if !e.around {
		return
	}
	b := e.belief
	amount := func(name string, thousandths int64) replenish.Arg {
		return replenish.Arg{Name: name, Kind: replenish.KindQuantity, Int: thousandths, Unit: s.product.BaseUnit}
	}
	out.Trace.Steps = append(out.Trace.Steps, replenish.Message{Key: messageBelief, Args: []replenish.Arg{
		amount("low", b.Low), amount("high", b.High), {Name: "category", Kind: replenish.KindText, Text: s.product.Category}, {Name: "shops", Kind: replenish.KindText, Text: strconv.Itoa(b.Shops)},
	}})
}

package replenish

import (
	"math"

	"buhuo/internal/measure"
)

// words are what the three policies weigh. care is the weight of a lost sale in
// margins, the goodwill counted: 2.4 cost least in replays of a supermarket's
// vegetables (docs/replenishment.md). sure is the cycle service level beyond
// which demand is left out of account; never running out insists on it.
var words = map[Service]struct{ care, sure, cap float64 }{
	NeverRunOut: {care: 4, sure: 0.99, cap: 0.9},
	Balanced:    {care: 2.4, sure: 0.95, cap: 0.6},
	LittleWaste: {care: 1, sure: 0.85, cap: 0.5},
}

// Bounds of an explicit target, and how sure to be of what has not sold here yet.
const (
	lowestLevel   = 0.5
	highestLevel  = 0.999
	strangerLevel = 0.75
)

// Level is the cycle service level that a policy's words are sure of.
func (s Service) Level() float64 { return words[Policy{Service: s}.service()].sure }

func (p Policy) service() Service {
	if _, ok := words[p.Service]; ok {
		return p.Service
	}
	return Balanced
}

func (p Policy) holding() float64 {
	if p.HoldingPerDay > 0 && p.HoldingPerDay <= 1 {
		return p.HoldingPerDay
	}
	return usualHolding
}

// usualHolding is what a day in stock costs, as a share of the goods' cost: the
// money, which a small shop could turn over elsewhere, the room and what breaks.
const usualHolding = 0.002

// Without a selling price a margin of 30 per cent on cost is assumed.
const assumedMarkup = 0.3

// leastMargin stands for a margin below it, as a share of cost: goods sold at a
// loss bring people into the shop.
const leastMargin = 0.1

// sureness is the cycle service level beyond which nothing is believed, and the
// one that must be reached (0: none).
func (p Policy) sureness() (trust, floor float64) {
	sure := words[p.service()].sure
	switch {
	case p.Level > 0:
		level := math.Min(math.Max(p.Level, lowestLevel), highestLevel)
		return level, level
	case p.FillRate > 0:
		return sure, 0
	case p.service() == NeverRunOut:
		return sure, sure
	}
	return sure, 0
}

// ordering is the cost of one line of an order in minor units.
func (p Policy) ordering() float64 { return float64(max(p.Ordering, 0)) }

// loss is what a unit wanted in vain costs: the margin over the reference, and
// goodwill, as far as no other product is taken instead.
func (p *planner) loss() float64 {
	margin := math.Max(p.in.marginOver(p.ref), leastMargin*p.ref)
	return words[p.in.Policy.service()].care * margin * (1 - p.in.Cover)
}

// leastSale is the least amount of weighed goods that anybody buys: one liang.
const leastSale measure.Quantity = 50

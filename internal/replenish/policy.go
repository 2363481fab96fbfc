package replenish

import (
	"math"

	"buhuo/internal/measure"
)

// words are the cycle service levels of the three policies, for goods that keep.
var words = map[Service]float64{NeverRunOut: 0.99, Balanced: 0.95, LittleWaste: 0.85}

// capLevels say up to which quantile of the demand of its life a delivery of
// perishable goods may be bought.
var capLevels = map[Service]float64{NeverRunOut: 0.9, Balanced: 0.6, LittleWaste: 0.5}

// Bounds of an explicit service level, and the lowest that perishables get.
const (
	lowestLevel  = 0.5
	highestLevel = 0.999
)

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
	return 0.0005
}

// Without a selling price a margin of 30 per cent on cost is assumed.
const assumedMarkup = 0.3

// serviceLevel is the probability with which an order has to last. Goods that
// keep get the policy's word. Perishables get the newsvendor's critical ratio
// Cu/(Cu+Co) if that is lower, where Co is the cost of a unit left over at the
// end of the protection period times the chance that it is never sold. That
// chance was fitted on a real supermarket's vegetables (the two years before
// any test window; fresh for 2, 3, 5 and 7 days, protected for 2, cheapest at
// the quantiles 0.55, 0.7, 0.83 and 0.9): 0.55 (protection/life)^1.6.
func (in *Input) serviceLevel(protection int, margin, cost float64) float64 {
	if l := in.Policy.Level; l > 0 {
		return math.Min(math.Max(l, lowestLevel), highestLevel)
	}
	service := in.Policy.service()
	level := words[service]
	if in.ShelfLife <= 0 || service == NeverRunOut {
		return level
	}
	if cost <= 0 {
		cost = 1
		margin = assumedMarkup
	}
	if margin <= 0 {
		return lowestLevel
	}
	over := cost * math.Min(1, 0.55*math.Pow(float64(protection)/float64(in.ShelfLife), 1.6))
	if service == LittleWaste {
		over *= 2
	}
	return math.Round(math.Min(level, math.Max(lowestLevel, CriticalRatio(margin, over)))*1e4) / 1e4
}

// leastSale is the least amount of weighed goods that anybody buys: one liang.
const leastSale measure.Quantity = 50

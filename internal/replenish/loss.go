package replenish

import (
	"math"

	"buhuo/internal/money"
)

// mostLoss is the largest loss that is reckoned with, in basis points.
const mostLoss = 9_000

// kept is the part of what is bought that reaches a customer.
func (in *Input) kept() float64 { return 1 - float64(in.Loss)/1e4 }

// Bought is the input counted in units as they are bought: for one that is sold, one
// over kept has to be there, and each brings kept of the price. What is unproven is not
// bought at all.
func (in Input) Bought() Input {
	if in.Unproven {
		in.Demand = Windows{Whole: in.Demand.Whole, Mean: []float64{0}, Var: []float64{0}}
		return in
	}
	if in.Loss == 0 {
		return in
	}
	kept, sold := in.kept(), in.Demand
	in.Demand = Windows{Whole: sold.Whole, Repaired: sold.Repaired, Mean: make([]float64, len(sold.Mean)), Var: make([]float64, len(sold.Var))}
	for k := range sold.Mean {
		in.Demand.Mean[k] = math.Min(sold.Mean[k]/kept, maxMean)
		in.Demand.Var[k] = math.Min(sold.Var[k]/(kept*kept), maxVar)
	}
	in.Price = money.Price(math.Round(float64(in.Price) * kept))
	return in
}

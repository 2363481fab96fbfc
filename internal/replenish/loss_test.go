package replenish_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
)

// Of goods of which a tenth is lost, one over nine tenths is bought; the daily rate is
// still what customers take, and the steps say both.
func TestLossIsBought(t *testing.T) {
	in := input(0)
	in.Demand = windows(90, 1e-9)
	in.Stock.Known = true
	in.Offers[0].Pack = measure.Pack{}
	in.Offers[0].LeadDays = 0
	plain := suggest(t, in)
	in.Loss = 1_000
	lossy := suggest(t, in)
	if want := float64(plain.Quantity) / 0.9; math.Abs(float64(lossy.Quantity)-want) > 1_000 || lossy.Quantity <= plain.Quantity {
		t.Errorf("%v is bought for %v, want about %v", lossy.Quantity, plain.Quantity, want)
	}
	if lossy.DailyRate != plain.DailyRate {
		t.Errorf("customers take %v a day, not %v", lossy.DailyRate, plain.DailyRate)
	}
	told := func(in replenish.Input) bool {
		return slices.ContainsFunc(replenish.Suggest(in).Steps, func(m replenish.Message) bool { return m.Key == "reason.step_loss" })
	}
	if !told(in) {
		t.Error("no step tells of the loss")
	}
	in.ShelfLife = 10 // what spoils by its age is reckoned with by its age
	aged := suggest(t, in)
	in.Loss = 0
	if none := suggest(t, in); aged.Quantity != none.Quantity || told(in) {
		t.Errorf("the loss counts twice: %v, %v without it", aged.Quantity, none.Quantity)
	}
}

// A loss is the same as selling units that are smaller and cheaper by as much.
func TestLossIsAScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		in.ShelfLife, in.Price = 0, money.Price(rapid.Int64Range(0, 20).Draw(t, "price")*10_000)
		in.Demand.Whole = false
		other := in
		in.Loss = 5_000
		other.Demand = replenish.Windows{Mean: slices.Clone(in.Demand.Mean), Var: slices.Clone(in.Demand.Var)}
		for k := range other.Demand.Mean {
			other.Demand.Mean[k] *= 2
			other.Demand.Var[k] *= 4
		}
		other.Price /= 2
		got, want := replenish.Suggest(in).Result, replenish.Suggest(other).Result
		if got.Quantity != want.Quantity || got.Risk.StockOutProb != want.Risk.StockOutProb || got.Risk.RunOut != want.Risk.RunOut {
			t.Fatalf("%v at a risk of %v, want %v at %v", got.Quantity, got.Risk.StockOutProb, want.Quantity, want.Risk.StockOutProb)
		}
	})
}

// What was never sold, delivered or counted, on terms that nobody has confirmed, is not
// ordered, is at no risk, and says so.
func TestUnproven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		in.Stock, in.Arrivals, in.Bounds = replenish.Stock{}, nil, replenish.Bounds{}
		in.Facts.Prior, in.Unproven = true, true
		s := replenish.Suggest(in).Result
		if s.Quantity != 0 || s.Risk.StockOutProb != 0 || s.Risk.RunOut != 0 || s.Saving != nil || s.Missing != 0 {
			t.Fatalf("%v is ordered at a risk of %v", s.Quantity, s.Risk.StockOutProb)
		}
		says := slices.ContainsFunc(s.Reason, func(m replenish.Message) bool { return m.Key == "reason.unproven" })
		if usable := s.Choice != nil; !s.Has(replenish.FlagUnproven) || usable != says {
			t.Fatalf("it does not say why: %+v, %v", s.Reason, s.Flags)
		}
	})
}

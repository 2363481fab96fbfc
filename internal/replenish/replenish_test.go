package replenish_test

import (
	"encoding/json"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/forecast/dist"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
)

// today is a Monday.
var today = day.New(2026, time.November, 23)

var space = ident.MustParse("0190a1b2-0000-7000-8000-000000000001")

func id(name string) ident.ID { return ident.Derive(space, []byte(name)) }

// steady is a demand of rate a day whose variance grows with the days.
type steady struct {
	rate, variance float64
	whole          bool
}

func (s steady) Sum(k int) dist.Distribution {
	if s.whole {
		return dist.NewNegBin(s.rate*float64(k), s.variance*float64(k))
	}
	return dist.NewGamma(s.rate*float64(k), s.variance*float64(k))
}

func windows(rate, variance float64) replenish.Windows {
	return replenish.WindowsOf(steady{rate, variance, true}, replenish.HorizonDays)
}

// kg and yuan write quantities and prices as a test reads best.
func kg(x float64) measure.Quantity { return measure.Quantity(x*1000 + 0.5) }
func yuan(x float64) money.Price    { return money.Price(x*10000 + 0.5) }
func fen(x float64) money.Amount    { return money.Amount(x*100 + 0.5) }
func lots(x float64) replenish.Stock {
	return replenish.Stock{Known: true, Lots: []replenish.Lot{{Quantity: kg(x)}}}
}

func pack(n int64) measure.Pack {
	return measure.Pack{Unit: "box", Factor: measure.Ratio{Num: n, Den: 1}}
}

// offer is a daily offer at price with a lead time, whose id is its name.
func offer(name string, kind replenish.SupplierKind, price float64, lead int) replenish.Offer {
	return replenish.Offer{ID: id(name), Supplier: id("supplier " + name), SupplierName: name, Kind: kind,
		Breaks: []replenish.Break{{Price: yuan(price)}}, LeadDays: lead, ReviewDays: 1}
}

// input sells ten a day, has stock, and can order daily with a day's lead.
func input(stock float64) replenish.Input {
	return replenish.Input{
		Today: today, Unit: "piece", Currency: money.Currency{Code: "CNY", Exponent: 2},
		Demand: windows(10, 15), Stock: lots(stock), Price: yuan(8),
		Offers: []replenish.Offer{offer("factory", replenish.Manufacturer, 5, 1)},
	}
}

func suggest(t tb, in replenish.Input) replenish.Suggestion {
	t.Helper()
	return replenish.Suggest(in).Result
}

func asJSON(t tb, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("not JSON: %v", err)
	}
	return string(b)
}

// tb is what tests, benchmarks and property checks have in common.
type tb interface {
	Helper()
	Fatalf(format string, args ...any)
}

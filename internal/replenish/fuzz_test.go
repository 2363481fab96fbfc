package replenish_test

import (
	"encoding/json"
	"testing"

	"buhuo/internal/measure"
	"buhuo/internal/replenish"
)

// FuzzSuggest feeds inputs as a stored trace might hold them, damaged ones too.
func FuzzSuggest(f *testing.F) {
	for _, stock := range []float64{0, 12, 500} {
		in := input(stock)
		in.ShelfLife = 3
		in.Offers[0].Pack = pack(6)
		in.Arrivals = []replenish.Arrival{{Quantity: kg(5), Due: today.Add(2)}}
		in.Offers[0].Closures = []replenish.Closure{{From: today, To: today.Add(9)}}
		f.Add([]byte(asJSON(f, in)))
	}
	f.Add([]byte(`{"today":-2147483648,"stock":{"known":true,"lots":[{"quantity":-9223372036854775808,"expiry":2147483647}]},` +
		`"arrivals":[{"quantity":9223372036854775807,"due":2147483647,"estimate":-1,"expiry":-5}],"offers":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var in replenish.Input
		if len(data) > 1<<14 || json.Unmarshal(data, &in) != nil {
			return
		}
		trace := replenish.Suggest(in)
		if q := trace.Result.Quantity; q < 0 || q > measure.MaxQuantity {
			t.Fatalf("quantity %v", q)
		}
		if asJSON(t, replenish.Recompute(trace.Inputs)) != asJSON(t, trace.Result) {
			t.Fatal("recomputing differs")
		}
	})
}

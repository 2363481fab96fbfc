package replay

import (
	"errors"

	"buhuo/internal/forecast"
)

// Figures are what a policy came to over all items with demand in the window. Percentages are 0..100.
type Figures struct {
	Items           int
	FillValue       float64 // share of demand that was met, by selling price
	FillMean        float64 // mean over items of the share that was met
	StockoutPercent float64 // of the item-days, those on which something was lost
	StockDays       float64 // stock at night over daily demand, by selling price
	WastePercent    float64 // thrown away over demand, by cost
	CostPercent     float64 // lost margin, waste at cost and holding, of the value of demand
	OrdersPerWeek   float64 // orders per item and week
	Cash            float64 // average stock at night, at cost, in the currency of the data

	// Sums over the window, in the currency of the data.
	Demand, LostSales, LostMargin float64 // at selling price; the margin on what was lost
	Waste, Holding                float64 // thrown away, at cost; what the nights in stock cost
	Orders                        int
}

// Cost is what a policy cost: the margin on lost sales, what was thrown away and the nights in stock.
func (f Figures) Cost() float64 { return f.LostMargin + f.Waste + f.Holding }

// Result is one policy replayed.
type Result struct {
	Policy    string
	Parameter float64
	Figures   Figures
	Totals    []Total     // by item
	Levels    [][]float64 // by item, of every day of the window
}

// Replay runs a policy over all items, on all processors when workers is 0.
func Replay(shop *Shop, rules Rules, policy Policy, parameter float64, workers int) (Result, error) {
	r := Result{Policy: policy.Name(), Parameter: parameter, Totals: make([]Total, len(shop.Items)), Levels: make([][]float64, len(shop.Items))}
	if err := shop.Check(rules); err != nil {
		return r, err
	}
	plan := policy.Plan(shop, rules, parameter)
	forecast.Each(len(plan), workers, func(i int) { r.Totals[i], r.Levels[i] = Run(&shop.Items[i], rules, plan[i]) })
	var err error
	r.Figures, err = Summarise(shop.Items, r.Totals, rules.Holding)
	return r, err
}

// Summarise makes the figures of items whose totals are given in the same order.
func Summarise(items []Item, totals []Total, holding float64) (Figures, error) {
	var f Figures
	var sales, lostSales, lostMargin, stockValue, stockCost, waste, demandCost, fill float64
	var days, short, orders int
	for i, t := range totals {
		if !(t.Demand > 0) {
			continue
		}
		price, cost := items[i].Price, items[i].Cost
		f.Items++
		sales += t.Demand * price
		lostSales += t.Lost * price
		lostMargin += t.Lost * (price - cost)
		stockValue += t.Stock * price
		stockCost += t.Stock * cost
		waste += t.Waste * cost
		demandCost += t.Demand * cost
		fill += 1 - t.Lost/t.Demand
		days += t.Days
		short += t.ShortDays
		orders += t.Orders
	}
	if f.Items == 0 || !(sales > 0) {
		return f, errors.New("no demand in the window")
	}
	f.FillValue = 1 - lostSales/sales
	f.FillMean = fill / float64(f.Items)
	f.StockoutPercent = 100 * float64(short) / float64(days)
	f.StockDays = stockValue / sales
	f.CostPercent = 100 * (lostMargin + waste + holding*stockCost) / sales
	f.OrdersPerWeek = 7 * float64(orders) / float64(days)
	f.Cash = stockCost / float64(days) * float64(f.Items)
	f.Demand, f.LostSales, f.LostMargin, f.Waste, f.Holding, f.Orders = sales, lostSales, lostMargin, waste, holding*stockCost, orders
	if demandCost > 0 {
		f.WastePercent = 100 * waste / demandCost
	}
	return f, nil
}

package replenish

import "math"

// uneven is how many times what the quietest stretch sells the busiest must
// sell for a plan to be worth telling; planned is how many orders it tells.
const (
	uneven  = 1.5
	planned = 4
)

// Plan is which orders would serve what is expected at least cost, for goods
// that keep, cost work to order and will not sell evenly: before a festival more
// is bought at a time than after it. It takes the forecast for certain (Wagner &
// Whitin), so it is a plan to look at; each order is decided when its day comes.
func (t *Trace) Plan() []Message {
	c, in := t.Result.Choice, t.Inputs.Bought()
	if c == nil || in.ShelfLife > 0 || in.Policy.Ordering <= 0 || c.NextArrival <= c.Arrival {
		return nil
	}
	arrival, days := int(c.Arrival-in.Today), int(c.NextArrival-c.Arrival)
	var demand []float64
	least, most := math.Inf(1), 0.0
	for from := arrival; from+days <= len(in.Demand.Mean); from += days {
		x := in.Demand.mean(from+days) - in.Demand.mean(from)
		least, most = math.Min(least, x), math.Max(most, x)
		demand = append(demand, x)
	}
	if len(demand) < 2 || most < uneven*least || most == 0 {
		return nil
	}
	line := in.timeline()
	have := math.Max(units(line.supply(arrival+len(demand)*days))-in.Demand.mean(arrival), 0)
	for i := range demand {
		taken := math.Min(demand[i], have)
		demand[i], have = demand[i]-taken, have-taken
	}
	unit := float64(c.Quote.Landed) * math.Pow10(in.Currency.Exponent-4)
	orders, _ := WagnerWhitin(in.Policy.ordering(), in.Policy.holding()*unit*float64(days), demand)
	var out []Message
	for i, q := range orders {
		if q > 0 && len(out) < planned {
			out = append(out, say("reason.step_plan", in.amount("quantity", spoken(rounded(q))), date("on", c.Arrival.Add(i*days))))
		}
	}
	return out
}

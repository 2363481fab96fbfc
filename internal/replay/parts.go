package replay

import "buhuo/internal/forecast"

// Comparison replays one shop under several policies, some items at a time, so that a large shop fits
// into memory and whoever waits hears how far it is.
type Comparison struct {
	shop    *Shop
	rules   Rules
	choices []Choice
	plans   [][]Decider
	totals  [][]Total
}

// Compare makes ready to replay; it learns what the policies know together.
func Compare(shop *Shop, rules Rules, choices []Choice) (*Comparison, error) {
	if err := shop.Check(rules); err != nil {
		return nil, err
	}
	c := &Comparison{shop: shop, rules: rules, choices: choices}
	for _, choice := range choices {
		c.plans = append(c.plans, choice.Policy.Plan(shop, rules, choice.Parameter))
		c.totals = append(c.totals, make([]Total, len(shop.Items)))
	}
	return c, nil
}

// Part replays the items from..to-1 under all policies and forgets what forecasts knew of them.
func (c *Comparison) Part(from, to, workers int) {
	forecast.Each(to-from, workers, func(n int) {
		i := from + n
		for k, plan := range c.plans {
			c.totals[k][i], _ = Run(&c.shop.Items[i], c.rules, plan[i])
			plan[i] = nil // it holds what the policy worked out
		}
		c.forget(i)
	})
}

func (c *Comparison) forget(i int) {
	if c.shop.past != nil {
		c.shop.past.looks[i] = nil
	}
}

// Figures are what the policies came to over the items that were replayed, in the order of the choices.
func (c *Comparison) Figures() ([]Figures, error) {
	out := make([]Figures, len(c.choices))
	for k := range out {
		var err error
		if out[k], err = Summarise(c.shop.Items, c.totals[k], c.rules.Holding); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Calibrate is Calibrate over at most so many of the items, evenly spread.
func (c *Comparison) Calibrate(most int) (Calibration, error) {
	n := len(c.shop.Items)
	which := make([]int, min(n, most))
	for j := range which {
		which[j] = j * n / len(which)
	}
	found, err := c.shop.study(c.rules).calibrate(which, c.rules)
	for _, i := range which {
		c.forget(i)
	}
	return found, err
}

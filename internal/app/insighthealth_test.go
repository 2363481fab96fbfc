package app_test

import (
	"context"
	"slices"
	"testing"

	"buhuo/internal/app"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// loss names the cause of a movement that is no trade.
func (raw rawShop) loss(m rawMove) string {
	switch m.Kind {
	case "spoilage":
		return "spoiled"
	case "own_use", "gift":
		return m.Kind
	case "revaluation":
		return "revalued"
	case "count":
		known := raw.balances[m.own].KnownFrom
		switch {
		case m.Source == "adjust":
			return "adjusted"
		case m.Source == "opening" || known == nil || m.BusinessDay <= *known:
			return ""
		case m.Quantity == 0:
			return ""
		case m.Quantity > 0 == (m.ReversesID == nil):
			return "found"
		}
		return "missing"
	}
	return ""
}

func (raw rawShop) health(t testing.TB, a *app.App, ctx context.Context, q insight.Query) {
	t.Helper()
	if !q.Channel.IsNil() || q.Province != "" || q.Window.Days() <= 0 {
		return
	}
	got, err := a.Insight.Health(ctx, q)
	must(t, err)
	name := q.Window.From.String() + " to " + q.Window.Through.String()
	mine := func(id ident.ID) bool { return q.Category.IsNil() || raw.products[id].CategoryID == q.Category }
	closing := func(d day.Date) (value money.Amount) {
		for _, m := range raw.moves {
			if m.BusinessDay <= d && mine(m.ProductID) {
				value += m.Value
			}
		}
		return value
	}
	if want := closing(q.Window.Through); got.Value != want {
		t.Errorf("%s: the stock is worth %d, the ledger says %d", name, got.Value, want)
	}
	if want := closing(q.Window.From.Add(-1)); got.ValueThen != want {
		t.Errorf("%s: the stock was worth %d, the ledger says %d", name, got.ValueThen, want)
	}
	if q.Window.Days() < 100 {
		sum := money.Amount(0)
		for d := q.Window.From; d <= q.Window.Through; d++ {
			sum += closing(d)
		}
		if want := sum / money.Amount(q.Window.Days()); got.Average != want {
			t.Errorf("%s: the mean stock is worth %d, the ledger says %d", name, got.Average, want)
		}
	}
	counts, right := map[ident.ID]bool{}, map[ident.ID]bool{}
	undone := map[ident.ID]bool{}
	for _, m := range raw.moves {
		if m.Kind != "count" || m.Source == "adjust" || !q.Window.Has(m.BusinessDay) || !mine(m.ProductID) {
			continue
		}
		if known := raw.balances[m.ProductID].KnownFrom; m.Source == "opening" || known == nil || m.BusinessDay <= *known {
			continue
		}
		counts[m.SourceID] = true
		undone[m.SourceID] = undone[m.SourceID] || m.ReversesID != nil
		if m.Quantity == 0 {
			right[m.SourceID] = true
		}
	}
	for id := range undone {
		if undone[id] {
			delete(counts, id)
			delete(right, id)
		}
	}
	if got.Counts != len(counts) || got.Right != len(right) {
		t.Errorf("%s: %d counts of which %d were right, the ledger says %d and %d", name, got.Counts, got.Right, len(counts), len(right))
	}
	raw.shelves(t, q, got, mine)
	raw.gone(t, name, q, got, mine)
	var now insight.Tally
	sold := map[ident.ID]insight.Tally{}
	for _, l := range raw.days {
		if in, _ := l.takes(q); in {
			now, sold[l.ProductID] = now.Plus(l.Tally), sold[l.ProductID].Plus(l.Tally)
		}
	}
	if got.Cost != now.Cost {
		t.Errorf("%s: cost of sales %d, the rows say %d", name, got.Cost, now.Cost)
	}
	classed := got.Unclassed.Products
	for _, row := range got.Classes {
		for _, c := range row {
			classed += c.Products
		}
	}
	with := 0
	for _, s := range sold {
		if s.Net > 0 {
			with++
		}
	}
	if classed != with {
		t.Errorf("%s: %d products are classed, %d sold", name, classed, with)
	}
	raw.idle(t, a, ctx, name, got, mine)
}

// gone adds up what each product lost by spoilage and at counts.
func (raw rawShop) gone(t testing.TB, name string, q insight.Query, got insight.Health, mine func(ident.ID) bool) {
	t.Helper()
	for _, c := range []struct {
		list   []insight.Stuck
		causes []string
	}{{got.Spoilers, []string{"spoiled"}}, {got.Misses, []string{"missing", "found"}}} {
		want := map[ident.ID]money.Amount{}
		for _, m := range raw.moves {
			if q.Window.Has(m.BusinessDay) && mine(m.ProductID) && slices.Contains(c.causes, raw.loss(m)) {
				want[m.ProductID] -= m.Value
			}
		}
		for _, s := range c.list {
			if want[s.Product.ID] != s.Value {
				t.Errorf("%s: %s lost %d by %v, the ledger says %d", name, s.Product.Name, s.Value, c.causes, want[s.Product.ID])
			}
			delete(want, s.Product.ID)
		}
		for id, v := range want {
			if v > 0 {
				t.Errorf("%s: the board lacks %d of %s by %v", name, v, raw.products[id].Name, c.causes)
			}
		}
	}
}

// shelves walks every product day by day: how long the shelf was empty, and in how many
// delivery cycles.
func (raw rawShop) shelves(t testing.TB, q insight.Query, got insight.Health, mine func(ident.ID) bool) {
	t.Helper()
	var days, short int64
	cycles, broken := 0, 0
	for id, m := range raw.missed {
		if !mine(id) {
			continue
		}
		arrived := map[day.Date]measure.Quantity{}
		for _, one := range raw.moves {
			if one.ProductID == id && (one.Kind == "receipt" || one.Kind == "harvest" || one.Kind == "processing_in") {
				arrived[one.BusinessDay] += one.Quantity
			}
		}
		empty := map[day.Date]int{}
		for _, one := range m.Days {
			empty[one.Day] = one.Short
		}
		length, bad := 0, false
		for d := q.Window.From; d <= q.Window.Through; d++ {
			if d < m.First || d > m.Through {
				if arrived[d] > 0 && length > 0 {
					t.Logf("%s: a delivery on %s, behind what is known", id, d)
				}
				continue
			}
			if arrived[d] > 0 {
				if length > 0 {
					cycles++
					if bad {
						broken++
					}
				}
				length, bad = 0, false
			}
			days++
			short += int64(empty[d])
			length++
			bad = bad || empty[d] > 0
		}
	}
	if got.Days != days || got.Short != short || got.Cycles != cycles || got.Broken != broken {
		t.Errorf("%s: %d days, %d short, %d cycles, %d broken; day by day %d, %d, %d, %d", q.Window.From, got.Days, got.Short, got.Cycles, got.Broken, days, short, cycles, broken)
	}
}

// idle finds what lies about and does not sell.
func (raw rawShop) idle(t testing.TB, a *app.App, ctx context.Context, name string, got insight.Health, mine func(ident.ID) bool) {
	t.Helper()
	in, err := a.Shop.Get(ctx)
	must(t, err)
	_, known := a.Insight.Today(in)
	since := known.Add(1 - insight.DeadAfter)
	want := map[ident.ID]bool{}
	for id, b := range raw.balances {
		if b.OnHand > 0 && b.KnownFrom != nil && *b.KnownFrom < since && mine(id) {
			want[id] = true
		}
	}
	for _, l := range raw.days {
		if l.BusinessDay >= since && l.Lines > 0 {
			delete(want, l.ProductID)
		}
	}
	for _, m := range raw.moves {
		if m.BusinessDay >= since && m.Value > 0 && m.Kind != "sale" && m.Kind != "customer_return" {
			delete(want, m.ProductID)
		}
	}
	for _, s := range got.Dead {
		if !want[s.Product.ID] || s.Value != raw.balances[s.Product.ID].Value {
			t.Errorf("%s: %s is called dead", name, s.Product.Name)
		}
		delete(want, s.Product.ID)
	}
	for id := range want {
		t.Errorf("%s: %s is dead and not said to be", name, raw.products[id].Name)
	}
}

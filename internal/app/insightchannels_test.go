package app_test

import (
	"context"
	"testing"

	"buhuo/internal/app"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/measure"
)

func (raw rawShop) channels(t testing.TB, a *app.App, ctx context.Context, q insight.Query) {
	t.Helper()
	if !q.Channel.IsNil() || q.Province != "" {
		return
	}
	got, err := a.Insight.Channels(ctx, q)
	must(t, err)
	name := q.Window.From.String() + " to " + q.Window.Through.String()
	weeks := map[day.Date][2]insight.Tally{}
	type daily struct{ online, counter, moved, arrived measure.Quantity }
	byDay := map[ident.ID]map[day.Date]daily{}
	at := func(id ident.ID, d day.Date, change func(*daily)) {
		if byDay[id] == nil {
			byDay[id] = map[day.Date]daily{}
		}
		one := byDay[id][d]
		change(&one)
		byDay[id][d] = one
	}
	soldOnline := map[ident.ID]map[day.Date]bool{}
	for _, l := range raw.days {
		in, _ := l.takes(q)
		if !in {
			continue
		}
		week := q.Window.From.Add(int(l.BusinessDay-q.Window.From) / 7 * 7)
		two := weeks[week]
		if l.Online {
			two[1] = two[1].Plus(l.Tally)
			if l.Lines > 0 || l.Tally.Quantity > 0 {
				if soldOnline[l.ProductID] == nil {
					soldOnline[l.ProductID] = map[day.Date]bool{}
				}
				soldOnline[l.ProductID][l.BusinessDay] = true
			}
			at(l.ProductID, l.BusinessDay, func(d *daily) { d.online += l.Tally.Quantity })
		} else {
			two[0] = two[0].Plus(l.Tally)
			at(l.ProductID, l.BusinessDay, func(d *daily) { d.counter += l.Tally.Quantity })
		}
		weeks[week] = two
	}
	for _, w := range got.Weeks {
		if two := weeks[w.From]; w.Counter != two[0] || w.Online != two[1] {
			t.Errorf("%s: week of %s %+v, the rows say %+v", name, w.From, w, two)
		}
	}
	stocks := map[ident.ID]map[day.Date]measure.Quantity{}
	for _, m := range raw.moves {
		if stocks[m.ProductID] == nil {
			stocks[m.ProductID] = map[day.Date]measure.Quantity{}
		}
		stocks[m.ProductID][m.BusinessDay] += m.Quantity
		if m.Kind == "receipt" || m.Kind == "harvest" || m.Kind == "processing_in" {
			at(m.ProductID, m.BusinessDay, func(d *daily) { d.arrived++ })
		}
	}
	both, oversold := 0, 0
	for id, days := range byDay {
		var online, counter measure.Quantity
		for _, one := range days {
			online, counter = online+one.online, counter+one.counter
		}
		if online > 0 && counter > 0 {
			both++
		}
		if raw.balances[id].KnownFrom == nil {
			continue
		}
		for d := range soldOnline[id] {
			onHand := measure.Quantity(0)
			for when, q := range stocks[id] {
				if when <= d {
					onHand += q
				}
			}
			if onHand < 0 {
				oversold++
			}
		}
	}
	if got.Both != both || got.Oversold != oversold {
		t.Errorf("%s: %d sold both ways, %d days oversold; the rows say %d and %d", name, got.Both, got.Oversold, both, oversold)
	}
	taken := map[ident.ID]measure.Quantity{}
	for id, m := range raw.missed {
		if !q.Category.IsNil() && raw.products[id].CategoryID != q.Category {
			continue
		}
		lost := map[day.Date]measure.Quantity{}
		for _, one := range m.Days {
			lost[one.Day] = one.Lost
		}
		left := measure.Quantity(0)
		for d := q.Window.From; d <= q.Window.Through; d++ {
			if byDay[id][d].arrived > 0 {
				left = 0
			}
			left += byDay[id][d].online
			part := min(lost[d], max(left, 0))
			taken[id], left = taken[id]+part, left-part
		}
	}
	for _, s := range got.Shared {
		if taken[s.Product.ID] != s.Taken {
			t.Errorf("%s: the counter missed %v of %s, day by day %v", name, s.Taken, s.Product.Name, taken[s.Product.ID])
		}
		delete(taken, s.Product.ID)
	}
	for id, q := range taken {
		if q > 0 {
			t.Errorf("%s: the board lacks %v of %s", name, q, raw.products[id].Name)
		}
	}
}

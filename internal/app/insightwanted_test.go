package app_test

import (
	"context"
	"strings"
	"testing"

	"buhuo/internal/app"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/measure"
)

func (raw rawShop) wanted(t testing.TB, a *app.App, ctx context.Context, q insight.Query) {
	t.Helper()
	got, err := a.Insight.Wanted(ctx, q, insight.ByMoney)
	must(t, err)
	name := q.Window.From.String() + " to " + q.Window.Through.String()
	var now, then insight.Tally
	byProduct := map[ident.ID][2]insight.Tally{}
	byChannel := map[ident.ID][2]insight.Tally{}
	var weekdays [7]insight.Tally
	var hours [24]insight.Tally
	var noHour insight.Tally
	for _, l := range raw.days {
		if !q.Category.IsNil() && l.category != q.Category || !q.Channel.IsNil() && l.ChannelID != q.Channel || !strings.HasPrefix(l.Province, q.Province) {
			continue
		}
		product, channel := byProduct[l.ProductID], byChannel[l.ChannelID]
		if l.BusinessDay >= q.Window.From && l.BusinessDay <= q.Window.Through {
			now = now.Plus(l.Tally)
			product[0] = product[0].Plus(l.Tally)
			channel[0] = channel[0].Plus(l.Tally)
			weekdays[l.BusinessDay.Weekday()] = weekdays[l.BusinessDay.Weekday()].Plus(l.Tally)
			if hour := l.hour(); hour >= 0 {
				hours[hour] = hours[hour].Plus(l.Tally)
			} else {
				noHour = noHour.Plus(l.Tally)
			}
		}
		if l.BusinessDay >= q.Other.From && l.BusinessDay <= q.Other.Through {
			then = then.Plus(l.Tally)
			product[1] = product[1].Plus(l.Tally)
			channel[1] = channel[1].Plus(l.Tally)
		}
		byProduct[l.ProductID], byChannel[l.ChannelID] = product, channel
	}
	if got.Now != now || got.Then != then {
		t.Errorf("%s: %+v and %+v, the rows say %+v and %+v", name, got.Now, got.Then, now, then)
	}
	found := 0
	for _, p := range got.Products {
		want := byProduct[p.Product.ID]
		if p.Now != want[0] || p.Then != want[1] {
			t.Errorf("%s: %s %+v and %+v, the rows say %+v", name, p.Product.Name, p.Now, p.Then, want)
		}
		if want[0].Lines+want[0].Returns+want[1].Lines+want[1].Returns > 0 {
			found++
		}
		lost := measure.Quantity(0)
		for _, one := range raw.missed[p.Product.ID].Days {
			if one.Day >= q.Window.From && one.Day <= q.Window.Through && q.Channel.IsNil() && q.Province == "" {
				lost += one.Lost
			}
		}
		if p.Lost != lost {
			t.Errorf("%s: of %s %v was lost, the kernel says %v", name, p.Product.Name, p.Lost, lost)
		}
		if want[0].Quantity > 0 && want[0].Amount > 0 {
			if worth := int64(want[0].Amount) * int64(lost) / int64(want[0].Quantity); abs(int64(p.LostAmount)-worth) > 1 {
				t.Errorf("%s: what was lost of %s is worth %d, want %d", name, p.Product.Name, p.LostAmount, worth)
			}
		}
	}
	for _, want := range byProduct {
		if want != [2]insight.Tally{} {
			found--
		}
	}
	if found != 0 {
		t.Errorf("%s: the board lacks %d products", name, -found)
	}
	for _, g := range got.Channels {
		if want := byChannel[g.ID]; g.Now != want[0] || g.Then != want[1] {
			t.Errorf("%s: channel %s %+v and %+v, the rows say %+v", name, g.Name, g.Now, g.Then, want)
		}
	}
	for i, w := range weekdays {
		if got.Weekdays[i].Tally != w {
			t.Errorf("%s: weekday %d %+v, the rows say %+v", name, i, got.Weekdays[i].Tally, w)
		}
	}
	if got.NoHour.Tally != noHour {
		t.Errorf("%s: no hour %+v, the rows say %+v", name, got.NoHour.Tally, noHour)
	}
	for i, h := range hours {
		if got.Hours[i].Tally != h {
			t.Errorf("%s: hour %d %+v, the rows say %+v", name, i, got.Hours[i].Tally, h)
		}
	}
}

// takes reports whether a line belongs to a question, and to which of its windows.
func (l *rawDay) takes(q insight.Query) (now, then bool) {
	if !q.Category.IsNil() && l.category != q.Category || !q.Channel.IsNil() && l.ChannelID != q.Channel || !strings.HasPrefix(l.Province, q.Province) {
		return false, false
	}
	return q.Window.Has(l.BusinessDay), q.Other.Has(l.BusinessDay)
}

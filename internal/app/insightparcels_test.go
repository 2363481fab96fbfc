package app_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"buhuo/internal/app"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
)

// rawParcel is a parcel as the tables have it, with its sale.
type rawParcel struct {
	ChannelID                       ident.ID
	Province                        string
	BusinessDay                     day.Date
	Dispatched, Promised, Delivered *day.Date
	VoidedAt                        *int64
}

// parcelsAreTheRecord works the times of parcels out once more, by destination and by
// channel, one parcel after the other.
func parcelsAreTheRecord(t testing.TB, a *app.App, d *db.DB, ctx context.Context, q insight.Query) {
	t.Helper()
	id, err := db.Shop(ctx)
	must(t, err)
	var raw []rawParcel
	must(t, d.From(ctx).Raw(`SELECT s.channel_id, s.province, s.business_day, p.dispatched, p.promised, p.delivered, s.voided_at
		FROM parcels p JOIN sales s ON s.shop_id = p.shop_id AND s.id = p.sale_id WHERE p.shop_id = ?`, id).Scan(&raw).Error)
	type times struct {
		days        [2][]int
		dated, kept [2]int
		left        []int
	}
	places, channels, onTheWay := map[string]*times{}, map[ident.ID]*times{}, 0
	for _, p := range raw {
		if p.VoidedAt != nil {
			continue
		}
		if p.Delivered == nil {
			if p.Dispatched != nil {
				onTheWay++
			}
			continue
		}
		place := p.Province
		if len(place) > 2 {
			place = place[:2]
		}
		if places[place] == nil {
			places[place] = &times{}
		}
		if channels[p.ChannelID] == nil {
			channels[p.ChannelID] = &times{}
		}
		for i, w := range []insight.Window{q.Window, q.Other} {
			if *p.Delivered < w.From || *p.Delivered > w.Through {
				continue
			}
			for _, to := range []*times{places[place], channels[p.ChannelID]} {
				to.days[i] = append(to.days[i], int(*p.Delivered-p.BusinessDay))
				if p.Promised != nil {
					to.dated[i]++
					if *p.Delivered <= *p.Promised {
						to.kept[i]++
					}
				}
				if i == 0 && p.Dispatched != nil {
					to.left = append(to.left, int(*p.Dispatched-p.BusinessDay))
				}
			}
		}
	}
	name := fmt.Sprint(q.Window.From, " to ", q.Window.Through)
	check := func(what string, l insight.Leads, days []int, dated, kept int) {
		t.Helper()
		slices.Sort(days)
		middle, sum := 0, 0
		if n := len(days); n > 0 {
			middle = days[(n-1)/2] + days[n/2]
		}
		for _, d := range days {
			sum += d
		}
		if l.Deliveries() != len(days) || l.Median() != middle || l.Dated != dated || l.InTime != kept || int(l.Mean()*float64(max(len(days), 1))+0.5) != sum {
			t.Errorf("%s %s: %+v; the record says %v, %d of %d in time", name, what, l, days, kept, dated)
		}
	}
	board, err := a.Insight.Logistics(ctx, q, func(s string) string { return s })
	must(t, err)
	for _, r := range board.Destinations {
		p := places[r.Place]
		if p == nil {
			t.Errorf("%s: nothing went to %q", name, r.Place)
			continue
		}
		check(r.Place, r.Now, p.days[0], p.dated[0], p.kept[0])
		check(r.Place+" before", r.Then, p.days[1], p.dated[1], p.kept[1])
		delete(places, r.Place)
	}
	for place, p := range places {
		if len(p.days[0])+len(p.days[1]) > 0 {
			t.Errorf("%s: the board lacks %q", name, place)
		}
	}
	if q.Channel.IsNil() && q.Province == "" {
		board, err := a.Insight.Channels(ctx, q)
		must(t, err)
		if board.OnTheWay != onTheWay {
			t.Errorf("%s: %d on the way, the record says %d", name, board.OnTheWay, onTheWay)
		}
		for _, c := range board.Delivery {
			p := channels[c.Channel]
			check("channel", c.Now, p.days[0], p.dated[0], p.kept[0])
			check("channel before", c.Then, p.days[1], p.dated[1], p.kept[1])
			check("channel left", c.Left, p.left, 0, 0)
			delete(channels, c.Channel)
		}
		for _, p := range channels {
			if len(p.days[0])+len(p.days[1]) > 0 {
				t.Errorf("%s: the board lacks a channel", name)
			}
		}
	}
}

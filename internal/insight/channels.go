package insight

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
	"buhuo/internal/stock"
)

// Channels is how the counter and the ways of selling online share one stock.
type Channels struct {
	Query
	Now, Then Tally
	Channels  []Group
	Weeks     []Mix // of the window, from its first day on
	Both      int   // products sold both ways
	Shared    []SharedProduct
	// Taken is what the counter missed because it had been sold online since the last
	// delivery, at the mean prices.
	Taken money.Amount
	// Oversold are the days, of all products, that closed below zero and on which
	// something was sold online.
	Oversold int
	// Delivery is how long parcels took to reach their buyers, by channel, the one with
	// most first; of all goods, whatever category is asked for.
	Delivery []Delivery
	OnTheWay int // parcels that have left and not arrived, today
}

// Delivery is how long a channel's parcels took.
type Delivery struct {
	Channel   ident.ID
	Left      Leads // from the sale to the day it left
	Now, Then Leads // from the sale to the day it arrived
}

// Mix is what was sold in a week at the counter and online.
type Mix struct {
	From            day.Date
	Counter, Online Tally
}

// SharedProduct is a product that the counter missed while it was sold online.
type SharedProduct struct {
	Product                *catalog.Product
	Counter, Online, Taken measure.Quantity
	Value                  money.Amount
}

// sharing is a product while the board is made.
type sharing struct {
	counter, online measure.Quantity
	days            []sharedDay
	after           measure.Quantity // what moved behind the window
}

type sharedDay struct {
	day             day.Date
	moved, online   measure.Quantity
	delivered, sold bool
}

// Channels makes the board.
func (s *Service) Channels(ctx context.Context, q Query) (Channels, error) {
	q.Channel, q.Province = ident.Nil, ""
	out := Channels{Query: q}
	d, err := s.desk(ctx, q)
	if err != nil {
		return out, err
	}
	for at := q.Window.From; at <= q.Window.Through; at = at.Add(7) {
		out.Weeks = append(out.Weeks, Mix{From: at})
	}
	today, _ := s.Today(d.shop)
	missed := s.missed(ctx, d)
	stocks := later(d.apart, func() (map[ident.ID]stock.Balance, error) { return s.stock.Balances(ctx, nil) })
	parcels := later(d.apart, func() ([2][]Delivered, error) { return s.parcels(ctx, q) })
	begin := func() *[]Mix { return new(make([]Mix, len(out.Weeks))) }
	sums, err := each(ctx, s, d, []Window{q.Other, {q.Window.From, today}}, begin, func(weeks *[]Mix, one *subject, c *Cell, at *spot) {
		if one.sharing == nil {
			one.sharing = &sharing{}
		}
		one.sharing.note(q.Window, c, at.online)
		if !c.Kind.Sale() {
			return
		}
		var t Tally
		one.tally(c, &t)
		if q.Other.Has(c.Day) {
			at.add(one, &t, false)
		}
		if !q.Window.Has(c.Day) {
			return
		}
		at.add(one, &t, true)
		mix := &(*weeks)[int(c.Day-q.Window.From)/7]
		if at.online {
			mix.Online.add(&t)
		} else {
			mix.Counter.add(&t)
		}
	})
	if err != nil {
		return out, err
	}
	for _, weeks := range sums {
		for i := range *weeks {
			out.Weeks[i].Counter.add(&(*weeks)[i].Counter)
			out.Weeks[i].Online.add(&(*weeks)[i].Online)
		}
	}
	out.Now, out.Then = d.sums()
	out.Channels = d.channelGroups()
	if err := s.delivery(ctx, &out, parcels); err != nil {
		return out, err
	}
	held, err := stocks()
	if err != nil {
		return out, err
	}
	d.each(func(one *subject) {
		share := one.sharing
		if share == nil {
			return
		}
		if share.counter > 0 && share.online > 0 {
			out.Both++
		}
		if b := held[one.ID]; b.KnownFrom != nil {
			out.Oversold += share.oversold(b.OnHand)
		}
	})
	err = missed(func(one *subject, m restock.Missed) {
		if one.sharing != nil {
			out.take(d, one, one.sharing, m)
		}
	})
	slices.SortFunc(out.Shared, func(a, b SharedProduct) int {
		return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Product.Name, b.Product.Name), bytes.Compare(a.Product.ID[:], b.Product.ID[:]))
	})
	return out, err
}

// parcels reads those that arrived in the two windows.
func (s *Service) parcels(ctx context.Context, q Query) (lists [2][]Delivered, err error) {
	if lists[0], err = s.store.Delivered(ctx, q.Window); err == nil {
		lists[1], err = s.store.Delivered(ctx, q.Other)
	}
	return lists, err
}

// delivery adds how long parcels took.
func (s *Service) delivery(ctx context.Context, c *Channels, parcels func() ([2][]Delivered, error)) error {
	lists, err := parcels()
	if err != nil {
		return err
	}
	at := map[ident.ID]*Delivery{}
	for i, list := range lists {
		for _, p := range list {
			if at[p.Channel] == nil {
				at[p.Channel] = &Delivery{Channel: p.Channel}
			}
			to := at[p.Channel]
			if i == 1 {
				to.Then.add(int(p.Day-p.Sold), p.WithinDays)
				continue
			}
			to.Now.add(int(p.Day-p.Sold), p.WithinDays)
			if p.DispatchedAfter != nil {
				to.Left.add(*p.DispatchedAfter, nil)
			}
		}
	}
	for _, d := range at {
		c.Delivery = append(c.Delivery, *d)
	}
	slices.SortFunc(c.Delivery, func(a, b Delivery) int {
		return cmp.Or(cmp.Compare(b.Now.Deliveries(), a.Now.Deliveries()), bytes.Compare(a.Channel[:], b.Channel[:]))
	})
	c.OnTheWay, err = s.store.OnTheWay(ctx)
	return err
}

// note keeps what a cell says of how a product is shared.
func (s *sharing) note(w Window, c *Cell, online bool) {
	q, _ := c.InLedger()
	if c.Day > w.Through {
		s.after += q
		return
	}
	if c.Day < w.From {
		return
	}
	n := len(s.days)
	if n == 0 || s.days[n-1].day != c.Day {
		s.days = append(s.days, sharedDay{day: c.Day})
		n++
	}
	at := &s.days[n-1]
	at.moved += q
	switch {
	case c.Kind == Received || c.Kind == Harvested || c.Kind == Made:
		at.delivered = true
	case c.Kind.Sale() && online:
		s.online += c.Quantity
		at.online += c.Quantity
		at.sold = at.sold || c.Quantity > 0
	case c.Kind.Sale():
		s.counter += c.Quantity
	}
}

// oversold counts the days that closed below zero and sold online, from what is there now.
func (s *sharing) oversold(onHand measure.Quantity) (days int) {
	onHand -= s.after
	for _, at := range slices.Backward(s.days) {
		if onHand < 0 && at.sold {
			days++
		}
		onHand -= at.moved
	}
	return days
}

// take counts what the counter missed although it had been there: on a day with an empty
// shelf not more than was sold online since the last delivery.
func (c *Channels) take(d *desk, one *subject, s *sharing, m restock.Missed) {
	taken, left, next := measure.Quantity(0), measure.Quantity(0), 0
	for _, short := range m.Days {
		if !c.Window.Has(short.Day) {
			continue
		}
		for ; next < len(s.days) && s.days[next].day <= short.Day; next++ {
			if s.days[next].delivered {
				left = 0
			}
			left += s.days[next].online
		}
		part := min(short.Lost, max(left, 0))
		taken, left = taken+part, left-part
	}
	if taken <= 0 {
		return
	}
	value := priced(taken, one.Product, d.shop.Currency, one.now, one.then)
	c.Taken += value
	c.Shared = append(c.Shared, SharedProduct{one.Product, s.counter, s.online, taken, value})
}

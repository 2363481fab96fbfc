package insight

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
	"buhuo/internal/sales"
)

// Wanted is what customers wanted: what was sold and what an empty shelf hid.
type Wanted struct {
	Query
	Products             []WantedProduct // all with demand, in the order that was asked for
	Categories, Channels []Group
	Weekdays             [7]Part // Sunday first
	Hours                [24]Part
	NoHour               Part // sales of which only the day is known
	Wishes               []AskedFor
	Now, Then            Tally
	// Lost is what empty shelves cost, at the prices of the window, of all products.
	Lost, LostThen money.Amount
}

// Part is what was sold in a part of the week or day.
type Part struct {
	Tally
	Days int // of the window that are such days
}

// WantedProduct is one product of the board.
type WantedProduct struct {
	Product        *catalog.Product
	Now, Then      Tally
	Lost, LostThen measure.Quantity // what would have been sold besides
	LostAmount     money.Amount     // the same at the price of the window
	LostThenAmount money.Amount
	LostMargin     money.Amount // what would have been earned with it, as far as the margin is known
	Trend          Trend
}

// Demand is what was wanted.
func (p WantedProduct) Demand() measure.Quantity { return max(p.Now.Quantity, 0) + p.Lost }

// Money is what was wanted in money.
func (p WantedProduct) Money() money.Amount { return p.Now.Amount + p.LostAmount }

// Earned is the margin of what was wanted, without tax.
func (p WantedProduct) Earned() money.Amount { return p.Now.Margin() + p.LostMargin }

// AskedFor is something that customers asked for in vain.
type AskedFor struct {
	Text            string
	Asked, Searched int
	Last            day.Date
	ProductID       *ident.ID // the shop usually has it
}

// Times is how often.
func (a AskedFor) Times() int { return a.Asked + a.Searched }

// Order is by what products are ranked.
type Order string

// The orders.
const (
	ByMoney  Order = "money"
	ByUnits  Order = "units"
	ByMargin Order = "margin"
)

// Orders lists them, the usual one first.
func Orders() []Order { return []Order{ByMoney, ByUnits, ByMargin} }

// want is a product while the board is made.
type want struct {
	now, then      []float64 // by block
	lost, lostThen measure.Quantity
	missed         bool     // its history is known
	known          day.Date // from this day on
}

// Wanted makes the board.
func (s *Service) Wanted(ctx context.Context, q Query, by Order) (Wanted, error) {
	d, err := s.desk(ctx, q)
	if err != nil {
		return Wanted{}, err
	}
	return s.wantedOn(ctx, d, by)
}

func (s *Service) wantedOn(ctx context.Context, d *desk, by Order) (Wanted, error) {
	q := d.Query
	out := Wanted{Query: q}
	out.days()
	cut := blocksOf(q.Window)
	of := func(one *subject) *want {
		if one.want == nil {
			one.want = &want{now: make([]float64, cut.n), then: make([]float64, cut.n)}
		}
		return one.want
	}
	missed := s.missed(ctx, d)
	begin := func() *clock { return new(clock) }
	clocks, err := eachSale(ctx, s, d, begin, func(sum *clock, one *subject, c *Cell, _ *spot, t *Tally, now bool) {
		w := of(one)
		if !now {
			cut.add(w.then, q.Other, c.Day, c.Quantity)
			return
		}
		cut.add(w.now, q.Window, c.Day, c.Quantity)
		sum[c.Day.Weekday()][c.Hour+1].add(t)
	})
	if err != nil {
		return out, err
	}
	for _, sum := range clocks {
		out.add(sum)
	}
	out.Now, out.Then = d.sums()
	if err := d.putBack(missed, cut, of); err != nil {
		return out, err
	}
	d.each(func(one *subject) {
		if one.want != nil {
			out.Products = append(out.Products, one.want.product(one, d))
		}
	})
	for _, p := range out.Products {
		out.Lost, out.LostThen = out.Lost+p.LostAmount, out.LostThen+p.LostThenAmount
	}
	out.Categories, out.Channels = d.groups(byCategory), d.channelGroups()
	out.rank(by)
	out.Wishes, err = s.askedFor(ctx, q.Window)
	return out, err
}

// clock adds up what was sold by weekday and hour, those first of which only the day is
// known.
type clock [7][25]Tally

func (w *Wanted) add(c *clock) {
	for weekday := range c {
		for hour := range c[weekday] {
			t := &c[weekday][hour]
			w.Weekdays[weekday].Tally.add(t)
			if hour == 0 {
				w.NoHour.Tally.add(t)
			} else {
				w.Hours[hour-1].Tally.add(t)
			}
		}
	}
}

// putBack adds what empty shelves hid.
func (d *desk) putBack(missed func(func(*subject, restock.Missed)) error, cut blocks, of func(*subject) *want) error {
	return missed(func(one *subject, m restock.Missed) {
		for _, day := range m.Days {
			now, then := d.Window.Has(day.Day), d.Other.Has(day.Day)
			if d.part() || day.Lost <= 0 || !now && !then {
				continue
			}
			w := of(one)
			if now {
				w.lost += day.Lost
				cut.add(w.now, d.Window, day.Day, day.Lost)
			}
			if then {
				w.lostThen += day.Lost
				cut.add(w.then, d.Other, day.Day, day.Lost)
			}
		}
		if w := one.want; w != nil && m.First <= m.Through {
			w.missed, w.known = true, m.First
		}
	})
}

func (b blocks) add(to []float64, w Window, d day.Date, q measure.Quantity) {
	if k := b.at(int(d - w.From)); k >= 0 {
		to[k] += float64(q) / 1000
	}
}

func (w *want) product(one *subject, d *desk) WantedProduct {
	p := WantedProduct{Product: one.Product, Now: one.now, Then: one.then, Lost: w.lost, LostThen: w.lostThen}
	p.LostAmount = priced(w.lost, one.Product, d.shop.Currency, one.now, one.then)
	p.LostThenAmount = priced(w.lostThen, one.Product, d.shop.Currency, one.then, one.now)
	for _, t := range []Tally{one.now, one.then} {
		if share, ok := t.MarginPPM(); ok {
			net := money.NetOfTax(p.LostAmount, one.tax)
			if earned, err := money.MulDiv(int64(net), share, 1_000_000); err == nil {
				p.LostMargin = money.Amount(earned)
			}
			break
		}
	}
	p.Trend = trendOf(w.now, w.then)
	if !w.missed || w.known > d.Other.From {
		p.Trend = Trend{Course: Fresh}
	}
	return p
}

// priced is what a quantity is worth at the mean price of the first tally that has one,
// else at the price on the shelf.
func priced(q measure.Quantity, p *catalog.Product, c money.Currency, tallies ...Tally) money.Amount {
	for _, t := range tallies {
		if t.Quantity > 0 && t.Amount > 0 {
			if a, err := money.MulDiv(int64(t.Amount), int64(q), int64(t.Quantity)); err == nil {
				return money.Amount(a)
			}
		}
	}
	a, err := money.Line(q, p.SalePrice, c)
	if err != nil {
		return 0
	}
	return a
}

// days counts the weekdays of the window.
func (w *Wanted) days() {
	for d := w.Window.From; d <= w.Window.Through; d++ {
		w.Weekdays[d.Weekday()].Days++
	}
	for h := range w.Hours {
		w.Hours[h].Days = max(w.Window.Days(), 0)
	}
}

func (w *Wanted) rank(by Order) {
	slices.SortFunc(w.Products, func(a, b WantedProduct) int {
		first := cmp.Compare(b.Money(), a.Money())
		switch by {
		case ByUnits:
			first = cmp.Compare(b.Demand(), a.Demand())
		case ByMargin:
			first = cmp.Compare(b.Earned(), a.Earned())
		}
		return cmp.Or(first, cmp.Compare(a.Product.Name, b.Product.Name), bytes.Compare(a.Product.ID[:], b.Product.ID[:]))
	})
}

// Moving lists the products that go one way, those first that change most in money.
func (w Wanted) Moving(course Course) []WantedProduct {
	var out []WantedProduct
	for _, p := range w.Products {
		if p.Trend.Course == course {
			out = append(out, p)
		}
	}
	change := func(p WantedProduct) money.Amount {
		c := p.Money() - p.Then.Amount - p.LostThenAmount
		return max(c, -c)
	}
	slices.SortStableFunc(out, func(a, b WantedProduct) int { return cmp.Compare(change(b), change(a)) })
	return out
}

// askedFor adds up wishes by their text.
func (s *Service) askedFor(ctx context.Context, w Window) ([]AskedFor, error) {
	wishes, err := s.sales.Wishes(ctx, w.From)
	if err != nil {
		return nil, err
	}
	return askedFor(wishes, w), nil
}

func askedFor(wishes []sales.Wish, w Window) []AskedFor {
	at := map[string]*AskedFor{}
	for _, wish := range wishes {
		if !w.Has(wish.BusinessDay) {
			continue
		}
		key := strings.ToLower(measure.Fold(wish.Text))
		a := at[key]
		if a == nil { // wishes come newest first: it is spelt as the last one was
			a = &AskedFor{Text: wish.Text, Last: wish.BusinessDay, ProductID: wish.ProductID}
			at[key] = a
		}
		if wish.Kind == sales.WishAsked {
			a.Asked++
		} else {
			a.Searched++
		}
		if a.ProductID == nil {
			a.ProductID = wish.ProductID
		}
	}
	out := make([]AskedFor, 0, len(at))
	for _, a := range at {
		out = append(out, *a)
	}
	slices.SortFunc(out, func(a, b AskedFor) int {
		return cmp.Or(b.Times()-a.Times(), cmp.Compare(b.Last, a.Last), cmp.Compare(a.Text, b.Text))
	})
	return out
}

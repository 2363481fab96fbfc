package insight

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"

	"buhuo/internal/catalog"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
)

// Query asks for a board.
type Query struct {
	Span
	Category ident.ID // zero: any
	Channel  ident.ID // zero: any
	Province string   // GB/T 2260; empty: any
	Source   Source   // zero: any
}

// part reports whether the query takes a part of the sales only, of which nobody knows
// what an empty shelf missed.
func (q Query) part() bool { return !q.Channel.IsNil() || q.Province != "" || q.Source != 0 }

func (q Query) has(p Place) bool {
	return (q.Channel.IsNil() || p.Channel == q.Channel) && strings.HasPrefix(p.Province, q.Province)
}

// spot is a place as a board sees it, looked at once and not with every cell, and what
// was sold there.
type spot struct {
	Place
	asked     bool // the query takes what was sold there
	online    bool
	source    Source
	now, then Tally
	cell      Tally // of the cell that is visited
}

// spot looks at a place.
func (d *desk) spot(p Place) *spot {
	at := &spot{Place: p, online: d.channels[p.Channel].Online, source: source(p, d.channels)}
	at.asked = d.has(p) && (d.Source == 0 || at.source == d.Source)
	return at
}

// add adds a sale of a product.
func (p *spot) add(one *subject, t *Tally, now bool) {
	if now {
		one.now.add(t)
		p.now.add(t)
	} else {
		one.then.add(t)
		p.then.add(t)
	}
}

// sums are what was sold in the two windows, everywhere.
func (d *desk) sums() (now, then Tally) {
	for _, p := range d.spots {
		now.add(&p.now)
		then.add(&p.then)
	}
	return now, then
}

// grouped adds up the places of a desk.
func (d *desk) grouped(of func(*spot) ident.ID) map[ident.ID]*Group {
	at := map[ident.ID]*Group{}
	for _, p := range d.spots {
		if p.now == (Tally{}) && p.then == (Tally{}) {
			continue
		}
		id := of(p)
		if at[id] == nil {
			at[id] = &Group{ID: id}
		}
		at[id].Now.add(&p.now)
		at[id].Then.add(&p.then)
	}
	return at
}

func byChannel(p *spot) ident.ID { return p.Channel }

// Tally adds up what was sold. Amounts are net of what was brought back; Net and what
// follows also of tax.
type Tally struct {
	Lines, Returns int              // times sold, times brought back
	Quantity, Back measure.Quantity // net of what was brought back; that
	Amount         money.Amount     // at the till
	Net            money.Amount     // without tax
	Costed         money.Amount     // the part of Net of which the cost is known
	Cost           money.Amount     // what that part had cost
}

// Margin is what was earned on the part of which the cost is known.
func (t Tally) Margin() money.Amount { return t.Costed - t.Cost }

// MarginPPM is the margin in millionths of the sales it was earned on; false without such.
func (t Tally) MarginPPM() (int64, bool) { return ppm(t.Margin(), t.Costed) }

// ppm is a share in millionths.
func ppm[T ~int64](part, of T) (int64, bool) {
	if of <= 0 {
		return 0, false
	}
	n, err := money.MulDiv(int64(part), 1_000_000, int64(of))
	return n, err == nil
}

// add is Plus in place: boards add up millions.
func (t *Tally) add(o *Tally) {
	t.Lines += o.Lines
	t.Returns += o.Returns
	t.Quantity += o.Quantity
	t.Back += o.Back
	t.Amount += o.Amount
	t.Net += o.Net
	t.Costed += o.Costed
	t.Cost += o.Cost
}

// Plus adds up two.
func (t Tally) Plus(o Tally) Tally {
	t.add(&o)
	return t
}

// subject is a product while a board is made.
type subject struct {
	*catalog.Product
	tax       int // basis points in its prices
	now, then Tally
	want      *want    // on the board of what is wanted
	tending   *tending // on the board of health
	sharing   *sharing // on the board of channels
	joined    bool     // others go on as it: what they did is its past too
}

// tally tells what a cell of sales adds to an empty t.
func (s *subject) tally(c *Cell, t *Tally) {
	net := c.Amount
	if s.tax > 0 {
		net = money.NetOfTax(c.Amount, s.tax)
	}
	t.Quantity, t.Amount, t.Net = c.Quantity, c.Amount, net
	if c.Kind >= Returned {
		t.Returns, t.Back = c.Lines, -c.Quantity
	} else {
		t.Lines = c.Lines
	}
	if c.Kind.Costed() {
		t.Costed, t.Cost = net, c.Value
	}
}

// desk is what a board is made on: the shop, its products and the question. A product that
// goes on as another one is that one's subject.
type desk struct {
	Query
	shop     shop.Shop
	subjects map[ident.ID]*subject
	channels map[ident.ID]sales.Channel
	parts    [Parts][]entry // in the order of their ids
	apart    bool           // several may read at once
	spots    []*spot        // what was sold at each place; a place may stand there twice
}

// entry is a product and the subject that it is, or goes on as.
type entry struct {
	id ident.ID
	*subject
}

// each visits the subjects, each once, in an order that stays.
func (d *desk) each(visit func(*subject)) {
	for _, part := range d.parts {
		for _, e := range part {
			if e.id == e.subject.ID {
				visit(e.subject)
			}
		}
	}
}

// desk reads the shop, its channels and its products for a query.
func (s *Service) desk(ctx context.Context, q Query) (*desk, error) {
	in, err := s.shops.Get(ctx)
	if err != nil {
		return nil, err
	}
	d := &desk{Query: q, shop: in, subjects: map[ident.ID]*subject{}, channels: map[ident.ID]sales.Channel{}}
	channels, err := s.sales.Channels(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range channels {
		d.channels[c.ID] = c
	}
	products, settled, err := s.products(ctx)
	if err != nil {
		return nil, err
	}
	d.apart = settled
	subjects := make([]subject, len(products))
	for i := range products {
		p := &products[i]
		subjects[i].Product = p
		if d.shop.PricesIncludeTax {
			subjects[i].tax = p.TaxRate
		}
		d.subjects[p.ID] = &subjects[i]
	}
	for i := range products {
		p := &products[i]
		if p.MergedInto != nil {
			if into := d.subjects[*p.MergedInto]; into != nil {
				d.subjects[p.ID], into.joined = into, true
			}
		}
		d.parts[PartOf(p.ID)] = append(d.parts[PartOf(p.ID)], entry{p.ID, d.subjects[p.ID]})
	}
	return d, nil
}

// eachSale visits the cells of sales that the query asks for, in both windows; now tells
// in which.
func eachSale[Sum any](ctx context.Context, s *Service, d *desk, begin func() *Sum, visit func(sum *Sum, one *subject, c *Cell, at *spot, t *Tally, now bool)) ([]*Sum, error) {
	return each(ctx, s, d, []Window{d.Window, d.Other}, begin, func(sum *Sum, one *subject, c *Cell, at *spot) {
		if !c.Kind.Sale() || !at.asked {
			return
		}
		t := &at.cell // not a new one for each of millions
		*t = Tally{}
		one.tally(c, t)
		if d.Window.Has(c.Day) {
			at.add(one, t, true)
			visit(sum, one, c, at, t, true)
		}
		if d.Other.Has(c.Day) {
			at.add(one, t, false)
			visit(sum, one, c, at, t, false)
		}
	})
}

// missed reads what empty shelves hid while others add up, and gives a function that
// visits the products of a board.
func (s *Service) missed(ctx context.Context, d *desk) func(visit func(*subject, restock.Missed)) error {
	read := later(d.apart, func() (list []restock.Missed, err error) {
		err = s.store.Missed(ctx, func(m restock.Missed) error {
			list = append(list, m)
			return nil
		})
		return list, err
	})
	return func(visit func(*subject, restock.Missed)) error {
		list, err := read()
		for _, m := range list {
			if one := d.subjects[m.ProductID]; one != nil && one.ID == m.ProductID && (d.Category.IsNil() || one.CategoryID == d.Category) {
				visit(one, m)
			}
		}
		return err
	}
}

// Group is a part of the sales: a category, a channel, a weekday.
type Group struct {
	ID        ident.ID
	Name      string // empty: those without one
	Now, Then Tally
	Products  int
}

// groups adds up the products of a desk.
func (d *desk) groups(of func(*subject) (ident.ID, string)) []Group {
	at := map[ident.ID]*Group{}
	d.each(func(one *subject) {
		if one.now == (Tally{}) && one.then == (Tally{}) {
			return
		}
		id, name := of(one)
		g := at[id]
		if g == nil {
			g = &Group{ID: id, Name: name}
			at[id] = g
		}
		g.Now.add(&one.now)
		g.Then.add(&one.then)
		g.Products++
	})
	return sorted(at)
}

// sorted lists groups, those with the largest sales first.
func sorted(groups map[ident.ID]*Group) []Group {
	out := make([]Group, 0, len(groups))
	for _, g := range groups {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Now.Amount, a.Now.Amount), cmp.Compare(a.Name, b.Name), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return out
}

func byCategory(one *subject) (ident.ID, string) { return one.CategoryID, one.Category }

// channelGroups adds up the channels.
func (d *desk) channelGroups() []Group {
	at := d.grouped(byChannel)
	for id, g := range at {
		g.Name = d.channels[id].Code
	}
	return sorted(at)
}

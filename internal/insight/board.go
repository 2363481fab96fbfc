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

func (q Query) has(c *Cell) bool {
	return (q.Channel.IsNil() || c.Place.Channel == q.Channel) && strings.HasPrefix(c.Place.Province, q.Province)
}

// has reports whether a cell of sales is of the part that is asked for.
func (d *desk) has(c *Cell) bool {
	return d.Query.has(c) && (d.Source == 0 || source(c.Place, d.channels) == d.Source)
}

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
	catalog.Product
	tax       int // basis points in its prices
	now, then Tally
	want      *want // on the board of what is wanted
	joined    bool  // others go on as it: what they did is its past too
}

func (s *subject) tally(c *Cell) Tally {
	net := money.Amount(c.Amount)
	if s.tax > 0 {
		net = money.NetOfTax(c.Amount, s.tax)
	}
	t := Tally{Quantity: c.Quantity, Amount: c.Amount, Net: net}
	if c.Kind >= Returned {
		t.Returns, t.Back = c.Lines, -c.Quantity
	} else {
		t.Lines = c.Lines
	}
	if c.Kind.Costed() {
		t.Costed, t.Cost = net, c.Value
	}
	return t
}

// desk is what a board is made on: the shop, its products and the question. A product that
// goes on as another one is that one's subject.
type desk struct {
	Query
	shop     shop.Shop
	subjects map[ident.ID]*subject
	channels map[ident.ID]sales.Channel
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
	products, err := s.store.Products(ctx)
	if err != nil {
		return nil, err
	}
	subjects := make([]subject, len(products))
	for i, p := range products {
		subjects[i].Product = p
		if d.shop.PricesIncludeTax {
			subjects[i].tax = p.TaxRate
		}
		d.subjects[p.ID] = &subjects[i]
	}
	for _, p := range products {
		if p.MergedInto == nil {
			continue
		}
		if into := d.subjects[*p.MergedInto]; into != nil {
			d.subjects[p.ID], into.joined = into, true
		}
	}
	return d, nil
}

// eachSale visits the cells of sales that the query asks for, in both windows; now tells
// in which.
func (s *Service) eachSale(ctx context.Context, d *desk, visit func(one *subject, c *Cell, t Tally, now bool)) error {
	return s.each(ctx, d, []Window{d.Window, d.Other}, func(one *subject, c *Cell) {
		if !c.Kind.Sale() || !d.has(c) {
			return
		}
		t := one.tally(c)
		if d.Window.Has(c.Day) {
			one.now.add(&t)
			visit(one, c, t, true)
		}
		if d.Other.Has(c.Day) {
			one.then.add(&t)
			visit(one, c, t, false)
		}
	})
}

// missed reads what empty shelves hid of the products of a board.
func (s *Service) missed(ctx context.Context, d *desk, visit func(*subject, restock.Missed)) error {
	return s.store.Missed(ctx, func(m restock.Missed) error {
		if one := d.subjects[m.ProductID]; one != nil && one.ID == m.ProductID && (d.Category.IsNil() || one.CategoryID == d.Category) {
			visit(one, m)
		}
		return nil
	})
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
	for id, one := range d.subjects {
		if id != one.ID || one.now == (Tally{}) && one.then == (Tally{}) {
			continue
		}
		id, name := of(one)
		g := at[id]
		if g == nil {
			g = &Group{ID: id, Name: name}
			at[id] = g
		}
		g.Now, g.Then, g.Products = g.Now.Plus(one.now), g.Then.Plus(one.then), g.Products+1
	}
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

// channelGroups makes groups of channels with their names.
func (d *desk) channelGroups(at map[ident.ID]*Group) []Group {
	for id, g := range at {
		g.ID, g.Name = id, d.channels[id].Code
	}
	return sorted(at)
}

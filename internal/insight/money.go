package insight

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
)

// Money is what the shop earned.
type Money struct {
	Query
	Now, Then                       Tally
	Products                        []Earned
	Sources                         []Income // every source; they come to Now and Then
	Categories, Suppliers, Channels []Group  // a product of several suppliers counts in each with what he delivered of it
	Losses                          []Loss
	Saved, SavedThen                purchase.SavedDay // by buying from the source, by day of delivery
	Days                            []Tally           // of the window, one a day
	Harvested, Made                 Booked            // what came from one's own work, at the value booked
}

// Earned is what one product earned.
type Earned struct {
	Product   *catalog.Product
	Now, Then Tally
}

// Booked is what the ledger booked of one kind.
type Booked struct {
	Lines     int
	Now, Then money.Amount
}

// Unknown is the part of the sales of which nobody knows what it had cost, without tax.
func (t Tally) Unknown() money.Amount { return t.Net - t.Costed }

// Tax is what of the sales is tax.
func (t Tally) Tax() money.Amount { return t.Amount - t.Net }

// Lost is what went without being sold, less what was found.
func (m Money) Lost() (now, then money.Amount) {
	for _, l := range m.Losses {
		now, then = now+l.Now, then+l.Then
	}
	return now, then
}

// Result is the margin less what was lost.
func (m Money) Result() (now, then money.Amount) {
	lost, lostThen := m.Lost()
	return m.Now.Margin() - lost, m.Then.Margin() - lostThen
}

// Money makes the board.
func (s *Service) Money(ctx context.Context, q Query) (Money, error) {
	out := Money{Query: q, Days: make([]Tally, max(q.Window.Days(), 0))}
	d, err := s.desk(ctx, q)
	if err != nil {
		return out, err
	}
	begin := func() *earnings { return &earnings{days: make([]Tally, len(out.Days))} }
	sums, err := each(ctx, s, d, []Window{q.Window, q.Other}, begin, func(sum *earnings, one *subject, c *Cell, at *spot) {
		now, then := q.Window.Has(c.Day), q.Other.Has(c.Day)
		if !c.Kind.Sale() {
			if q.part() { // what is lost belongs to no channel
				return
			}
			if now {
				sum.books.now[c.Kind].add(c)
			}
			if then {
				sum.books.then[c.Kind].add(c)
			}
			return
		}
		if !at.asked {
			return
		}
		var t Tally
		one.tally(c, &t)
		if now {
			at.add(one, &t, true)
			sum.days[c.Day-q.Window.From].add(&t)
		}
		if then {
			at.add(one, &t, false)
		}
	})
	if err != nil {
		return out, err
	}
	var b books
	for _, sum := range sums {
		b.plus(&sum.books)
		for i := range sum.days {
			out.Days[i].add(&sum.days[i])
		}
	}
	out.Now, out.Then = d.sums()
	var income [sources]Income
	for _, at := range d.spots {
		income[at.source].Now.add(&at.now)
		income[at.source].Then.add(&at.then)
	}
	for _, one := range Sources() {
		income[one].Source = one
		out.Sources = append(out.Sources, income[one])
	}
	out.Losses = b.losses()
	out.Harvested, out.Made = b.booked(Harvested), b.booked(Made)
	out.products(d)
	out.Categories, out.Channels = d.groups(byCategory), d.channelGroups()
	if out.Suppliers, err = s.supplierGroups(ctx, d.grouped(func(at *spot) ident.ID { return at.Supplier })); err != nil {
		return out, err
	}
	if q.part() || !q.Category.IsNil() {
		return out, nil // savings are known by delivery only
	}
	out.Saved, err = s.saved(ctx, q.Window)
	if err == nil {
		out.SavedThen, err = s.saved(ctx, q.Other)
	}
	return out, err
}

// earnings are what is added up of all products together.
type earnings struct {
	books books
	days  []Tally // of the window
}

func (b *books) booked(k Kind) Booked { return Booked{b.now[k].lines, b.now[k].value, b.then[k].value} }

func (m *Money) products(d *desk) {
	d.each(func(one *subject) {
		if one.now != (Tally{}) || one.then != (Tally{}) {
			m.Products = append(m.Products, Earned{one.Product, one.now, one.then})
		}
	})
	slices.SortFunc(m.Products, func(a, b Earned) int {
		return cmp.Or(cmp.Compare(b.Now.Margin(), a.Now.Margin()), cmp.Compare(b.Now.Amount, a.Now.Amount), cmp.Compare(a.Product.Name, b.Product.Name), bytes.Compare(a.Product.ID[:], b.Product.ID[:]))
	})
}

func (s *Service) supplierGroups(ctx context.Context, at map[ident.ID]*Group) ([]Group, error) {
	suppliers, err := s.catalog.Suppliers(ctx, true)
	for _, one := range suppliers {
		if g := at[one.ID]; g != nil {
			g.Name = one.Name
		}
	}
	return sorted(at), err
}

// saved adds up what deliveries of a window saved.
func (s *Service) saved(ctx context.Context, w Window) (sum purchase.SavedDay, err error) {
	if w.Days() <= 0 {
		return sum, nil
	}
	days, err := s.purchase.SavedDays(ctx, w.From, w.Through)
	for _, one := range days {
		sum = sum.Plus(one)
	}
	return sum, err
}

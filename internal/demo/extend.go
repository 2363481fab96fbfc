package demo

import (
	"context"
	"errors"
	"iter"
	"log/slog"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demo/world"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
)

// worthwhile is how many minutes must have passed for the days before to be lived
// again, which takes a second or two: a start soon after another is at once.
const worthwhile = 60

// extend writes down what happened since the mark. A person has worked in the shop
// meanwhile, and what they did wins: nothing of theirs is changed, and the life of
// the shop goes on with what they left on the shelves.
func (l *Loader) extend(ctx context.Context, m mark, progress Progress) (Report, error) {
	in, err := l.Shop.BySlug(ctx, Slug)
	if err != nil {
		return Report{}, err
	}
	ctx = acting(ctx, in, shop.Person{ID: m.Person, Name: owner})
	if err := l.openProducers(ctx, world.Generate(m.Seed, m.First, m.First)); err != nil { // a demo of a program that knew none
		return Report{}, err
	}
	through := lastWhole(l.now(), in.Zone)
	if through.since(m.Through) < worthwhile {
		return Report{}, nil
	}
	book := bookkeeper{w: world.Generate(m.Seed, m.First, through.Day), zone: in.Zone, person: m.Person, secret: in.Secret}
	x := &living{Loader: l, bookkeeper: book, terms: termsOf(book.w), rivals: middlemen(book.w)}
	report, newDay := Report{}, m.Through.Day != through.Day
	days := int(through.Day-m.Through.Day) + 1
	for today := range x.days(m.Through, through) {
		if err := ctx.Err(); err != nil {
			return report, err
		}
		m.Through = minute{today.day, wholeDay}
		if today.day == through.Day {
			m.Through = through
		}
		err := l.DB.Do(ctx, func(ctx context.Context) error {
			if err := x.live(ctx, today.events); err != nil {
				return err
			}
			if err := l.lend(ctx, x.lent, today.day, m.Through); err != nil {
				return err
			}
			return l.save(ctx, m)
		})
		if err != nil {
			return report, err
		}
		report.Events += x.written
		progress(stagePast, days-int(through.Day-today.day), days)
	}
	if newDay {
		return report, l.think(ctx, progress)
	}
	return report, nil
}

// wholeDay is the last minute of a day.
const wholeDay = 24*60 - 1

// living writes down days of a shop in which a person works too. Lots are left to
// the ledger's own rule, because the person may have sold from those that the
// world would take.
type living struct {
	*Loader
	bookkeeper
	terms  *terms
	rivals []int

	// Of the day being written:
	entries entries
	lent    []sales.Sale // on credit
	written int
	shelf   map[ident.ID]measure.Quantity // what the books hold
	known   map[ident.ID]bool             // whether they know
	goods   map[ident.ID]catalog.Product
}

// lived is what happened on a day after the mark.
type lived struct {
	day    day.Date
	events []world.Event
}

// days yields the days with something after a minute, following the terms of the
// time before. The terms of a day are followed by live.
func (x *living) days(after, last minute) iter.Seq[lived] {
	return func(yield func(lived) bool) {
		var today lived
		for e := range until(x.w, last) {
			if !of(e).after(after) {
				x.terms.apply(e)
				continue
			}
			if d := of(e).Day; d != today.day {
				if len(today.events) > 0 && !yield(today) {
					return
				}
				today = lived{day: d}
			}
			today.events = append(today.events, e)
		}
		if len(today.events) > 0 {
			yield(today)
		}
	}
}

// live writes one day down, in the transaction of ctx. It may run twice.
func (x *living) live(ctx context.Context, events []world.Event) error {
	x.entries, x.lent, x.written = entries{}, nil, 0
	if err := x.look(ctx); err != nil {
		return err
	}
	before := x.terms.clone()
	for _, e := range events {
		if err := x.happen(ctx, e); err != nil {
			x.terms = before
			return err
		}
		x.terms.apply(e)
	}
	if err := x.flush(ctx); err != nil {
		x.terms = before
		return err
	}
	return nil
}

// look reads what is there this morning.
func (x *living) look(ctx context.Context) error {
	ids := make([]ident.ID, len(x.w.Products))
	for i, p := range x.w.Products {
		ids[i] = p.ID
	}
	var err error
	if x.goods, err = x.Catalog.Products(ctx, ids); err != nil {
		return err
	}
	return x.weigh(ctx)
}

// weigh reads what the books hold.
func (x *living) weigh(ctx context.Context) error {
	balances, err := x.Stock.Balances(ctx, nil)
	if err != nil {
		return err
	}
	x.shelf, x.known = make(map[ident.ID]measure.Quantity, len(balances)), make(map[ident.ID]bool, len(balances))
	for id, b := range balances {
		x.shelf[id], x.known[id] = b.OnHand, b.KnownFrom != nil
	}
	return nil
}

// flush writes what has gathered.
func (x *living) flush(ctx context.Context) error {
	e := x.entries
	x.entries, x.lent = entries{}, append(x.lent, lent(e.sales)...)
	return x.write(ctx, e)
}

func (x *living) happen(ctx context.Context, e world.Event) error {
	switch e := e.(type) {
	case *world.Sale:
		return x.sell(e)
	case *world.Return:
		return x.takeBack(ctx, e)
	case *world.Loss:
		x.lose(e)
	case *world.Count:
		x.count(e)
	case *world.Wish:
		x.wrote()
		x.entries.wishes = append(x.entries.wishes, x.wish(e))
	case *world.OrderSent:
		return x.sent(ctx, e)
	case *world.Receipt:
		return x.arrived(ctx, e)
	case *world.Listing:
		return x.list(ctx, e)
	case *world.PriceChange:
		return x.reprice(ctx, e)
	case *world.OfferChange:
		return x.reoffer(ctx, e)
	}
	return nil
}

func (x *living) wrote() { x.written++ }

// there is how much of q the shop can still give: all of it when the books do not
// know, otherwise what they hold, in whole pieces.
func (x *living) there(p world.Product, q measure.Quantity) measure.Quantity {
	if !x.known[p.ID] {
		return q
	}
	left := max(0, x.shelf[p.ID])
	if left < q && p.Unit != "kg" {
		left -= left % measure.Thousandths
	}
	return min(q, left)
}

// move books what leaves (negative) or comes.
func (x *living) move(p stock.Posting, q measure.Quantity) {
	p.Quantity = q
	x.shelf[p.ProductID] += q
	x.entries.postings = append(x.entries.postings, p)
}

// sell keeps a sale of what is still sold and still there.
func (x *living) sell(e *world.Sale) error {
	s := x.sale(e)
	for _, l := range e.Lines {
		p := x.w.Products[l.Product]
		line := x.saleLine(l)
		line.Quantity = x.there(p, l.Quantity)
		if line.Quantity == 0 || x.goods[p.ID].Archived {
			continue // the person has taken it off sale, or there is none left
		}
		if line.Quantity != l.Quantity {
			var err error
			if line.Amount, err = x.amountOf(line.Quantity, line.Price); err != nil {
				return err
			}
		}
		line.History = !x.known[p.ID]
		s.Lines = append(s.Lines, line)
		if !line.History {
			x.move(x.posting(e, stock.Sale, l.Product, sourceSale, len(s.Lines)), -line.Quantity)
		}
	}
	if len(s.Lines) > 0 {
		x.wrote()
		x.entries.sales = append(x.entries.sales, s)
	}
	return nil
}

// takeBack books a return of goods whose sale was kept.
func (x *living) takeBack(ctx context.Context, e *world.Return) error {
	product := e.Take.Lot.Product
	sold, err := x.Sales.Sale(ctx, e.Sale)
	if missing(err) {
		return nil
	}
	if err != nil || sold.VoidedAt != nil {
		return err
	}
	for _, line := range sold.Lines {
		if line.ProductID != x.w.Products[product].ID || line.Quantity < e.Take.Quantity {
			continue
		}
		back, p := x.back(e, sold, line)
		back.Lines[0].History = line.History
		x.entries.sales = append(x.entries.sales, back)
		if !line.History {
			x.move(p, e.Take.Quantity)
		}
		x.wrote()
		return nil
	}
	return nil
}

func (x *living) lose(e *world.Loss) {
	var q measure.Quantity
	for _, t := range e.Takes {
		q += t.Quantity
	}
	p := x.w.Products[e.Product]
	if !x.known[p.ID] {
		return
	}
	if q = x.there(p, q); q == 0 {
		return
	}
	kind, note := lost(e.Reason)
	posting := x.posting(e, kind, e.Product, stock.SourceLoss, 1)
	posting.Note = note
	x.wrote()
	x.move(posting, -q)
}

// count finds as much more or less as the world does, but never less than nothing.
func (x *living) count(e *world.Count) {
	p := x.w.Products[e.Product]
	found := max(0, x.shelf[p.ID]+variance(e))
	x.wrote()
	x.known[p.ID] = true
	x.move(x.posting(e, stock.Count, e.Product, stock.SourceCount, 1), found-x.shelf[p.ID])
}

// note logs what is left out because a person decided otherwise.
func note(what string, e world.Event, why error) {
	slog.Info("the demo leaves out what a person decided otherwise", "what", what, "day", e.Stamp().Day.String(), "error", why)
}

var errDecided = errors.New("changed by a person")

package demo

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/demo/world"
	"buhuo/internal/ident"
	"buhuo/internal/sales"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// The stages that Ensure tells its progress of.
const (
	stageShop  = "opening the shop"
	stagePast  = "living its days"
	stageThink = "working out what to order"
	stageLook  = "looking back at its orders"
)

// make makes the demo in an empty database. The mark comes first and is complete
// last, so that a demo cut short is known as one.
func (l *Loader) make(ctx context.Context, progress Progress) (Report, error) {
	zone, err := time.LoadLocation(world.Generate(seed, 0, 0).Shop.TimeZone)
	if err != nil {
		return Report{}, err
	}
	through := lastWhole(l.now(), zone)
	m := mark{Seed: seed, Version: version, First: through.Day.Add(-l.Span), Through: through}
	if err := l.save(ctx, m); err != nil {
		return Report{}, err
	}
	progress(stageShop, 0, 1)
	book := bookkeeper{w: world.Generate(m.Seed, m.First, through.Day), zone: zone}
	past, err := surveyOf(book, through)
	if err != nil {
		return Report{}, err
	}
	ctx, book, err = l.found(ctx, book, past)
	if err != nil {
		return Report{}, err
	}
	progress(stageShop, 1, 1)
	deliveries, err := l.loadOrders(ctx, past)
	if err != nil {
		return Report{}, err
	}
	n, err := l.loadPast(ctx, book, deliveries, m, progress)
	if err != nil {
		return Report{}, err
	}
	if err := l.openProducers(ctx, book.w); err != nil {
		return Report{}, err
	}
	if err := l.ask(ctx); err != nil {
		return Report{}, err
	}
	marks, err := l.suggest(ctx, progress)
	if err != nil {
		return Report{}, err
	}
	progress(stageLook, 0, 1)
	followed := make(chan error, 1) // the boards take one core, looking back what is left
	go func() { followed <- l.Restock.Settle(ctx, marks) }()
	if err := errors.Join(l.lookBack(ctx), <-followed); err != nil {
		return Report{}, err
	}
	if err := l.learn(ctx); err != nil {
		return Report{}, err
	}
	progress(stageLook, 1, 1)
	m.Person, m.Complete = book.person, true
	return Report{Made: true, Events: n}, l.save(ctx, m)
}

// ordersAtOnce is how many orders are written in one transaction.
const ordersAtOnce = 500

// loadOrders writes all orders with their deliveries and gives the entries of the
// ledger that follow from each delivery, each making the world's own lot.
func (l *Loader) loadOrders(ctx context.Context, past survey) (map[ident.ID][]stock.Posting, error) {
	deliveries := make(map[ident.ID][]stock.Posting, len(past.lots))
	for from := 0; from < len(past.orders); from += ordersAtOnce {
		_, postings, err := l.Purchase.Load(ctx, past.orders[from:min(from+ordersAtOnce, len(past.orders))])
		if err != nil {
			return nil, err
		}
		for _, p := range postings {
			n := len(deliveries[p.SourceID])
			p.ID = past.lots[p.SourceID][n]
			deliveries[p.SourceID] = append(deliveries[p.SourceID], p)
		}
	}
	return deliveries, nil
}

// loadPast writes down every day, a month a transaction; the next month is lived
// while one is written.
func (l *Loader) loadPast(ctx context.Context, book bookkeeper, deliveries map[ident.ID][]stock.Posting, m mark, progress Progress) (int, error) {
	type month struct {
		entries
		err error
	}
	months := make(chan month, 1)
	done := make(chan struct{})
	defer close(done)
	go func() {
		defer close(months)
		x := &exact{bookkeeper: book, deliveries: deliveries}
		for e, err := range x.months(until(book.w, m.Through)) {
			select {
			case months <- month{e, err}:
			case <-done:
				return
			}
		}
	}()
	var onCredit []sales.Sale
	events, days := 0, int(m.Through.Day-m.First)+1
	for e := range months {
		if e.err != nil {
			return events, e.err
		}
		if err := ctx.Err(); err != nil {
			return events, err
		}
		if err := l.write(ctx, e.entries); err != nil {
			return events, err
		}
		if err := l.send(ctx, e.sales, m.First, m.Through.Day); err != nil {
			return events, err
		}
		events += e.events
		onCredit = append(onCredit, lent(e.sales)...)
		progress(stagePast, int(e.through.Day-m.First)+1, days)
	}
	for _, task := range slices.Sorted(maps.Keys(weeklyBefore)) {
		if err := l.Account.PutBefore(ctx, task, weeklyBefore[task]); err != nil {
			return events, err
		}
	}
	return events, l.DB.Do(ctx, func(ctx context.Context) error { return l.lend(ctx, onCredit, m.First, m.Through) })
}

// months yields the entries of one month after the other.
func (x *exact) months(events iter.Seq[world.Event]) iter.Seq2[entries, error] {
	return func(yield func(entries, error) bool) {
		var month day.Date
		for e := range events {
			at := of(e)
			if first := at.Day.FirstOfMonth(); first != month {
				if x.entries.events > 0 && !yield(x.entries, nil) {
					return
				}
				month, x.entries = first, entries{}
			}
			x.entries.through = at
			if err := x.add(e); err != nil {
				yield(entries{}, err)
				return
			}
		}
		if x.entries.events > 0 {
			yield(x.entries, nil)
		}
	}
}

// write writes entries in one transaction.
func (l *Loader) write(ctx context.Context, e entries) error {
	return l.DB.Do(ctx, func(ctx context.Context) error {
		if err := l.Sales.LoadHistory(ctx, e.sales); err != nil {
			return err
		}
		if err := l.Stock.Load(ctx, e.postings); err != nil {
			return err
		}
		return l.Sales.LoadWishes(ctx, e.wishes)
	})
}

// lookedAt is how many days pass between two whose orders are compared with what would
// have been suggested: every day would keep the visitor waiting, and with thirteen
// each weekday has its turn.
const lookedAt = 13

// marksAtOnce is more than the demo has products.
const marksAtOnce = 2000

// think works out the first suggestions, and has the boards follow.
func (l *Loader) think(ctx context.Context, progress Progress) error {
	marks, err := l.suggest(ctx, progress)
	if err != nil {
		return err
	}
	return l.Restock.Settle(ctx, marks)
}

// suggest works out the first suggestions and gives the marks that are to be settled.
func (l *Loader) suggest(ctx context.Context, progress Progress) ([]stock.Mark, error) {
	progress(stageThink, 0, 1)
	marks, err := l.marked(ctx)
	if err != nil {
		return nil, err
	}
	return marks, l.Restock.Recompute(ctx, func(done, of int) { progress(stageThink, done, of) })
}

// lookBack judges the orders of the past and the warnings that would have been given.
func (l *Loader) lookBack(ctx context.Context) error {
	if err := l.Restock.ReplayOrders(ctx, lookedAt, say); err != nil {
		return err
	}
	return l.Restock.Judge(ctx)
}

// learn moves the service level by what looking back showed, and suggests anew if it moved.
func (l *Loader) learn(ctx context.Context) error {
	moved, err := l.Restock.Learn(ctx)
	if err != nil || !moved {
		return err
	}
	marks, err := l.marked(ctx)
	if err != nil {
		return err
	}
	if err := l.Restock.Renew(ctx, nil); err != nil {
		return err
	}
	return l.Stock.Unmark(ctx, marks) // the boards follow the ledger, in which nothing changed
}

// marked are the shop's products that changed: what is worked out after it, and followed
// by Settle, is up to date.
func (l *Loader) marked(ctx context.Context) ([]stock.Mark, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, err
	}
	marks, err := l.Stock.Changed(ctx, marksAtOnce)
	return slices.DeleteFunc(marks, func(m stock.Mark) bool { return m.Shop != scope.Shop }), err
}

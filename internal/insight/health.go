package insight

import (
	"bytes"
	"cmp"
	"context"
	"math"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
	"buhuo/internal/stock"
)

// Health is how well the shop keeps its goods.
type Health struct {
	Query
	Classes          [3][3]Class // A, B, C by X, Y, Z
	Unclassed        Class       // sold on too few days to be classed by variability
	Days             int64       // of all products, on which their history is known
	Short            int64       // thousandths of those days' demand that met an empty shelf
	Cycles, Broken   int         // delivery cycles, and those with an empty shelf
	Sales            money.Amount
	Lost, LostThen   money.Amount // sales, at the mean prices
	LostMargin       money.Amount
	Losers           []Stuck      // the products that lost most
	Value, ValueThen money.Amount // of the stock after the window, and before it
	Average          money.Amount // Σ of its closings ÷ days
	Cost             money.Amount // of what was sold
	Ages             [ages]Aged
	Dead, Over       []Stuck
	Losses           []Loss
	Spoilers, Misses []Stuck // the products that cost most by spoilage, and by what counts found missing
	Counts, Right    int     // counts, and those that found what the book said
	held             map[ident.ID]stock.Balance
}

// Class is how many products are of a class, what they sell and what lies of them.
type Class struct {
	Products   int
	Net, Value money.Amount
}

// Aged is what lies on the shelf for so long.
type Aged struct {
	Value    money.Amount
	Products int
}

// The ages of goods on the shelf: up to so many days; the last two are older, and of no
// known delivery.
var AgeDays = []int{7, 30, 90, 180}

const ages = 6

// Stuck is a product of which something lies or went.
type Stuck struct {
	Product  *catalog.Product
	Quantity measure.Quantity
	Value    money.Amount
	OnHand   measure.Quantity
	LastSold *day.Date        // nil: not in the last DeadAfter days
	Demand   measure.Quantity // of OverDays
}

const (
	// DeadAfter is after how many days without a sale stock is called dead.
	DeadAfter = 90
	// OverDays is for how many days stock may suffice before it is called too much.
	OverDays = 60

	classA, classB = 800_000, 950_000 // millionths of the sales
	steadyX, wildY = 0.5, 1.0         // coefficients of variation of the blocks
)

// TurnoverPPM is how often a year the stock was sold, in millionths: cost of what was sold
// over the window, brought to a year, ÷ the mean stock value. false without stock.
func (h Health) TurnoverPPM() (int64, bool) {
	if h.Average <= 0 || h.Window.Days() <= 0 {
		return 0, false
	}
	a, err := money.MulDiv(int64(h.Cost), 365_000_000, int64(h.Window.Days()))
	if err != nil {
		return 0, false
	}
	n, err := money.MulDiv(a, 1, int64(h.Average))
	return n, err == nil
}

// FillPPM is the share of demand, in money, that was served from the shelf.
func (h Health) FillPPM() (int64, bool) { return ppm(h.Sales, h.Sales+h.Lost) }

// ServicePPM is the share of delivery cycles without an empty shelf.
func (h Health) ServicePPM() (int64, bool) { return ppm(int64(h.Cycles-h.Broken), int64(h.Cycles)) }

// ShelfPPM is the share of demand that fell into time on the shelf.
func (h Health) ShelfPPM() (int64, bool) { return ppm(h.Days*1000-h.Short, h.Days*1000) }

// AccuracyPPM is the share of counts that found what the book said.
func (h Health) AccuracyPPM() (int64, bool) { return ppm(int64(h.Right), int64(h.Counts)) }

// tending is a product while the board is made.
type tending struct {
	wanted           []float64 // by block
	cost             money.Amount
	deliveries       []day.Date // days of the window, in order
	lost, demand     measure.Quantity
	lostThen         measure.Quantity
	lastSold         day.Date // 0: not in the last DeadAfter days
	opened           bool     // goods came in since then
	spoiled, missing ledger   // what went, by cause: below zero
	seen             [kinds]bool
	firstKnown       day.Date
}

// Health makes the board.
func (s *Service) Health(ctx context.Context, q Query) (Health, error) {
	q.Channel, q.Province = ident.Nil, "" // goods lie in the shop, whoever buys them
	out := Health{Query: q}
	d, err := s.desk(ctx, q)
	if err != nil {
		return out, err
	}
	today, known := s.Today(d.shop)
	held := later(d.apart, func() (map[ident.ID]stock.Balance, error) { return s.stock.Balances(ctx, nil) })
	missed := s.missed(ctx, d)
	lots := later(d.apart, func() ([]Age, error) { return s.store.Ages(ctx) })
	cut := blocksOf(q.Window)
	of := func(one *subject) *tending {
		if one.tending == nil {
			one.tending = &tending{wanted: make([]float64, cut.n)}
		}
		return one.tending
	}
	lately := known.Add(1 - DeadAfter)
	recent := Window{min(q.Window.From, lately), today} // of the window, and what tells its stock and what lies idle
	begin := func() *kept {                             // with the days of the window and behind it
		return &kept{flows: make([]money.Amount, max(int(today-q.Window.From)+2, 0))}
	}
	sums, err := each(ctx, s, d, []Window{q.Other, recent}, begin, func(sum *kept, one *subject, c *Cell, _ *spot) {
		t := of(one)
		now, then := q.Window.Has(c.Day), q.Other.Has(c.Day)
		_, v := c.InLedger()
		if i := int(c.Day - q.Window.From); i >= 0 {
			sum.flows[i] += v
		}
		if c.Kind.Sale() {
			if c.Day >= lately && c.Kind < Returned {
				t.lastSold = c.Day
			}
			if c.Day >= known.Add(1-OverDays) && c.Day <= known {
				t.demand += c.Quantity
			}
		} else if c.Day >= lately && v > 0 {
			t.opened = true
		}
		if now {
			if c.Kind.Sale() {
				var sold Tally
				one.tally(c, &sold)
				one.now.add(&sold)
				cut.add(t.wanted, q.Window, c.Day, c.Quantity)
			}
			sum.books.now[c.Kind].add(c)
			if !t.seen[c.Kind] {
				t.seen[c.Kind] = true
				sum.books.products[c.Kind]++
			}
			t.note(c)
		}
		if then {
			if c.Kind.Sale() {
				var sold Tally
				one.tally(c, &sold)
				one.then.add(&sold)
			}
			sum.books.then[c.Kind].add(c)
		}
	})
	if err != nil {
		return out, err
	}
	var b books
	flows := begin().flows
	for _, sum := range sums {
		b.plus(&sum.books)
		for i, v := range sum.flows {
			flows[i] += v
		}
	}
	if out.held, err = held(); err != nil {
		return out, err
	}
	if err := missed(func(one *subject, m restock.Missed) { out.missed(d, cut, one, of(one), m, known) }); err != nil {
		return out, err
	}
	for id, held := range out.held {
		if one := d.subjects[id]; one != nil && held.OnHand > 0 && d.takes(id) {
			of(one)
		}
	}
	out.closings(d, flows)
	out.Losses = b.losses()
	out.Counts = b.now[Agreed].lines + b.now[Missing].lines + b.now[Found].lines
	out.Right = b.now[Agreed].lines
	d.each(func(one *subject) {
		if one.tending != nil {
			out.product(d, one, one.tending, lately)
		}
	})
	out.classes(d, cut)
	if err := d.aged(lots, &out, today); err != nil {
		return out, err
	}
	for _, list := range []*[]Stuck{&out.Losers, &out.Dead, &out.Over, &out.Spoilers, &out.Misses} {
		slices.SortFunc(*list, func(a, b Stuck) int {
			return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Product.Name, b.Product.Name), bytes.Compare(a.Product.ID[:], b.Product.ID[:]))
		})
	}
	return out, nil
}

// kept is what is added up of all products together.
type kept struct {
	books books
	flows []money.Amount // by day of the window and behind it
}

// note keeps what a cell of the window says of the product.
func (t *tending) note(c *Cell) {
	switch c.Kind {
	case Received, Harvested, Made:
		if n := len(t.deliveries); c.Quantity > 0 && (n == 0 || t.deliveries[n-1] != c.Day) {
			t.deliveries = append(t.deliveries, c.Day)
		}
	case Spoiled:
		t.spoiled.add(c)
	case Missing, Found:
		t.missing.add(c)
	}
}

// missed counts the days with an empty shelf, and the delivery cycles that had one: a
// cycle is from one delivery to the next, as far as it lies in the window.
func (h *Health) missed(d *desk, cut blocks, one *subject, t *tending, m restock.Missed, known day.Date) {
	first, through := max(m.First, d.Window.From), min(m.Through, d.Window.Through)
	h.Days += int64(max(through-first+1, 0))
	begun := first
	next, broken := 0, false
	end := func(at day.Date) {
		if at > begun {
			h.Cycles++
			if broken {
				h.Broken++
			}
		}
		begun, broken = at, false
	}
	for _, short := range m.Days {
		if short.Day >= known.Add(1-OverDays) {
			t.demand += short.Lost
		}
		if d.Other.Has(short.Day) {
			t.lostThen += short.Lost
		}
		if short.Day < first || short.Day > through {
			continue
		}
		for next < len(t.deliveries) && t.deliveries[next] <= short.Day {
			end(t.deliveries[next])
			next++
		}
		broken = true
		h.Short += int64(short.Short)
		t.lost += short.Lost
		cut.add(t.wanted, d.Window, short.Day, short.Lost)
	}
	for ; next < len(t.deliveries); next++ {
		end(t.deliveries[next])
	}
}

// closings works out what the stock was worth after each day of the window, from what it
// is worth now and what has moved since.
func (h *Health) closings(d *desk, flows []money.Amount) {
	value := money.Amount(0)
	for id, b := range h.held {
		if d.takes(id) {
			value += b.Value
		}
	}
	n := max(h.Window.Days(), 0)
	for i := len(flows) - 1; i >= n; i-- {
		value -= flows[i]
	}
	h.Value = value
	sum := money.Amount(0)
	for i := n - 1; i >= 0; i-- {
		sum += value
		value -= flows[i]
	}
	h.ValueThen = value
	if n > 0 {
		h.Average = sum / money.Amount(n)
	}
}

// takes reports whether a product belongs to the board.
func (d *desk) takes(id ident.ID) bool {
	one := d.subjects[id]
	if one == nil {
		return d.Category.IsNil()
	}
	return d.Category.IsNil() || one.CategoryID == d.Category
}

func (h *Health) product(d *desk, one *subject, t *tending, lately day.Date) {
	h.Cost += one.now.Cost
	h.Sales += max(one.now.Amount, 0)
	lost := priced(t.lost, one.Product, d.shop.Currency, one.now, one.then)
	h.Lost += lost
	h.LostThen += priced(t.lostThen, one.Product, d.shop.Currency, one.then, one.now)
	if share, ok := one.now.MarginPPM(); ok {
		net := money.NetOfTax(lost, one.tax)
		if earned, err := money.MulDiv(int64(net), share, 1_000_000); err == nil {
			h.LostMargin += money.Amount(earned)
		}
	}
	held := h.held[one.ID]
	at := Stuck{Product: one.Product, OnHand: held.OnHand, Demand: max(t.demand, 0)}
	if t.lastSold > 0 {
		at.LastSold = &t.lastSold
	}
	if lost > 0 {
		loser := at
		loser.Quantity, loser.Value = t.lost, lost
		h.Losers = append(h.Losers, loser)
	}
	gone := func(list *[]Stuck, l ledger) {
		if l.value < 0 {
			one := at
			one.Quantity, one.Value = -l.quantity, -l.value
			*list = append(*list, one)
		}
	}
	gone(&h.Spoilers, t.spoiled)
	gone(&h.Misses, t.missing)
	if held.OnHand <= 0 || held.KnownFrom == nil {
		return
	}
	if t.lastSold == 0 && *held.KnownFrom < lately && !t.opened {
		at.Quantity, at.Value = held.OnHand, held.Value
		h.Dead = append(h.Dead, at)
		return
	}
	enough := at.Demand
	if one.Maximum != nil {
		enough = max(enough, *one.Maximum)
	}
	if t.lastSold > 0 && *held.KnownFrom < lately && held.OnHand > enough {
		at.Quantity = held.OnHand - enough
		if v, err := money.MulDiv(int64(held.Value), int64(at.Quantity), int64(held.OnHand)); err == nil {
			at.Value = money.Amount(v)
		}
		h.Over = append(h.Over, at)
	}
}

// classes ranks the products by what they sell and how much that strays.
func (h *Health) classes(d *desk, cut blocks) {
	var list []*subject
	total := money.Amount(0)
	d.each(func(one *subject) {
		if one.tending != nil && one.now.Net > 0 {
			list = append(list, one)
			total += one.now.Net
		}
	})
	slices.SortFunc(list, func(a, b *subject) int {
		return cmp.Or(cmp.Compare(b.now.Net, a.now.Net), bytes.Compare(a.ID[:], b.ID[:]))
	})
	before := money.Amount(0)
	for _, one := range list {
		rank := 2
		switch share, _ := ppm(before, total); { // by what comes before: the one that crosses a bound belongs above it
		case share < classA:
			rank = 0
		case share < classB:
			rank = 1
		}
		before += one.now.Net
		to := &h.Unclassed
		if v, ok := variability(one.tending.wanted, cut); ok {
			to = &h.Classes[rank][v]
		}
		to.Products++
		to.Net += one.now.Net
		to.Value += h.held[one.ID].Value
	}
}

// variability is the class of how much blocks stray: 0 for X, 1 for Y, 2 for Z.
func variability(values []float64, cut blocks) (int, bool) {
	total := sum(values)
	if cut.n < leastBlocks || !(total > 0) {
		return 0, false
	}
	mean, squares := total/float64(cut.n), 0.0
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	switch cv := math.Sqrt(squares/float64(cut.n-1)) / mean; {
	case cv <= steadyX:
		return 0, true
	case cv <= wildY:
		return 1, true
	}
	return 2, true
}

// aged sorts what lies on the shelf by how long it has been there, each lot at the mean
// cost of its product.
func (d *desk) aged(read func() ([]Age, error), h *Health, today day.Date) error {
	lots, err := read()
	if err != nil {
		return err
	}
	zone := zoneOf(d.shop)
	seen := [ages]map[ident.ID]bool{}
	for _, lot := range lots {
		held := h.held[lot.ProductID]
		if lot.Quantity <= 0 || held.OnHand <= 0 || !d.takes(lot.ProductID) {
			continue
		}
		v, err := money.MulDiv(int64(held.Value), int64(lot.Quantity), int64(held.OnHand))
		if err != nil {
			return err
		}
		at := ages - 1
		if lot.Received != nil {
			old := int(today - day.Of(lot.Received.Time(), zone))
			if at = slices.IndexFunc(AgeDays, func(most int) bool { return old <= most }); at < 0 {
				at = ages - 2
			}
		}
		h.Ages[at].Value += money.Amount(v)
		if seen[at] == nil {
			seen[at] = map[ident.ID]bool{}
		}
		if !seen[at][lot.ProductID] {
			seen[at][lot.ProductID] = true
			h.Ages[at].Products++
		}
	}
	return nil
}

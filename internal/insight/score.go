package insight

import (
	"context"
	"maps"
	"sync"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// ScoreDays is how far back a supplier is judged.
const ScoreDays = 365

// Came is a lot that a delivery brought.
type Came struct {
	SupplierID     ident.ID
	Quantity       measure.Quantity
	Ordered, Asked money.Price  // per base unit: of the order, and what he asked on the day; 0: nobody knows
	Before         money.Price  // what he asked a year before; 0: nobody knows
	Invoiced       money.Amount // what was asked for the lot
	Cost           money.Amount // on the shelf, net of tax
}

// Ended is a line of an order that is over.
type Ended struct {
	SupplierID         ident.ID
	Quantity, Received measure.Quantity
	Price              money.Price
}

// Gone is goods of a lot that spoiled or went back to the supplier; a counter-entry has
// the opposite sign.
type Gone struct {
	SupplierID, LotID ident.ID
	Kind              stock.Kind
	Came, Day         day.Date // of the lot, and of the loss
	Expiry            *day.Date
	ShelfLife         int          // days that the product keeps; 0: it does not spoil
	Value             money.Amount // what it cost, positive
}

// within reports whether it went while it should still have been good.
func (g Gone) within() bool {
	switch {
	case g.Expiry != nil:
		return g.Day <= *g.Expiry
	case g.ShelfLife > 0:
		return g.Day <= g.Came.Add(g.ShelfLife)
	}
	return true
}

// ScoreStore reads what suppliers did from the books of the shop in ctx: of the suppliers
// named (nil: of all), from a day through another.
type ScoreStore interface {
	// Came reads the lots of the days.
	Came(ctx context.Context, suppliers []ident.ID, from, through day.Date) ([]Came, error)
	// Ended reads the lines of orders that were sent on the days and are over: received or
	// closed short.
	Ended(ctx context.Context, suppliers []ident.ID, from, through day.Date) ([]Ended, error)
	// Gone reads what was lost or returned of lots that deliveries of the days brought.
	Gone(ctx context.Context, suppliers []ident.ID, from, through day.Date) ([]Gone, error)
	// Arrived reads the deliveries of orders that were sent on the days.
	Arrived(ctx context.Context, suppliers []ident.ID, from, through day.Date) ([]Arrived, error)
	// BookState reads how far the books are that scorecards from a day on are made of.
	BookState(ctx context.Context, from day.Date) (BookState, error)
}

// BookState changes with everything that a scorecard is made of: orders, deliveries,
// offers, products and suppliers write the audit trail; losses and returns, with their
// counter-entries, are counted.
type BookState struct{ Audited, Losses int64 }

// Arrived is a delivery: when its order was sent, and when it came.
type Arrived struct {
	SupplierID ident.ID
	Sent, Came day.Date
}

// Scores judges suppliers by the books.
type Scores struct {
	store   ScoreStore
	catalog Catalog
	now     func() time.Time

	mu   sync.Mutex
	kept map[tenant.ShopID]judged
}

// judged is what was reckoned for a shop, and of what: the same books on the same day say
// the same again.
type judged struct {
	at      BookState
	through day.Date
	scores  map[ident.ID]catalog.Score
}

// maxJudged bounds the shops whose scorecards are kept at hand.
const maxJudged = 200

// NewScores makes the judge. now is the clock.
func NewScores(store ScoreStore, c Catalog, now func() time.Time) *Scores {
	return &Scores{store: store, catalog: c, now: now, kept: map[tenant.ShopID]judged{}}
}

// Scores judges the suppliers named (nil: all) over the last year. Those of whom the books
// say nothing are left out.
func (s *Scores) Scores(ctx context.Context, suppliers []ident.ID) (map[ident.ID]catalog.Score, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, err
	}
	zone := scope.Zone
	if zone == nil {
		zone = time.UTC
	}
	through := day.Of(s.now(), zone)
	at, err := s.store.BookState(ctx, through.Add(-ScoreDays))
	if err != nil {
		return nil, err
	}
	if known, ok := s.known(scope.Shop, at, through); ok {
		return only(known, suppliers), nil
	}
	out, err := s.reckon(ctx, scope, suppliers, through)
	if err == nil && suppliers == nil {
		s.keep(scope.Shop, judged{at, through, maps.Clone(out)})
	}
	return out, err
}

func (s *Scores) known(shop tenant.ShopID, at BookState, through day.Date) (map[ident.ID]catalog.Score, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j, ok := s.kept[shop]
	return j.scores, ok && j.at == at && j.through == through
}

func (s *Scores) keep(shop tenant.ShopID, j judged) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.kept) >= maxJudged {
		clear(s.kept)
	}
	s.kept[shop] = j
}

// only leaves the suppliers named (nil: all) in a map of the caller's own.
func only(all map[ident.ID]catalog.Score, suppliers []ident.ID) map[ident.ID]catalog.Score {
	if suppliers == nil {
		return maps.Clone(all)
	}
	out := map[ident.ID]catalog.Score{}
	for _, id := range suppliers {
		if one, ok := all[id]; ok {
			out[id] = one
		}
	}
	return out
}

// reckon adds the scores up from the books.
func (s *Scores) reckon(ctx context.Context, scope tenant.Scope, suppliers []ident.ID, through day.Date) (map[ident.ID]catalog.Score, error) {
	f := tally{from: through.Add(-ScoreDays), through: through, currency: scope.Currency, by: map[ident.ID]*catalog.Score{}}
	came, err := s.store.Came(ctx, suppliers, f.from, through)
	if err != nil {
		return nil, err
	}
	ended, err := s.store.Ended(ctx, suppliers, f.from, through)
	if err != nil {
		return nil, err
	}
	gone, err := s.store.Gone(ctx, suppliers, f.from, through)
	if err != nil {
		return nil, err
	}
	arrived, err := s.store.Arrived(ctx, suppliers, f.from, through)
	if err != nil {
		return nil, err
	}
	terms, err := s.catalog.Suppliers(ctx, true)
	if err != nil {
		return nil, err
	}
	if err := f.lots(came); err != nil {
		return nil, err
	}
	if err := f.orders(ended); err != nil {
		return nil, err
	}
	f.losses(gone)
	f.deliveries(arrived, terms)
	out := make(map[ident.ID]catalog.Score, len(f.by))
	for id, one := range f.by {
		out[id] = *one
	}
	return out, nil
}

// tally adds up what the books say, supplier by supplier.
type tally struct {
	from, through day.Date
	currency      money.Currency
	by            map[ident.ID]*catalog.Score
}

func (f tally) of(supplier ident.ID) *catalog.Score {
	one, ok := f.by[supplier]
	if !ok {
		one = &catalog.Score{From: f.from, Through: f.through}
		f.by[supplier] = one
	}
	return one
}

func (f tally) deliveries(arrived []Arrived, terms []catalog.Supplier) {
	by := make(map[ident.ID]catalog.Supplier, len(terms))
	for _, one := range terms {
		by[one.ID] = one
	}
	for _, a := range arrived {
		s, supplier := f.of(a.SupplierID), by[a.SupplierID]
		s.Deliveries++
		if restock.Took(supplier, a.Sent, a.Came) <= supplier.LeadTimeDays {
			s.Kept++
		}
	}
}

func (f tally) lots(came []Came) error {
	for _, c := range came {
		s := f.of(c.SupplierID)
		agreed, err := money.Line(c.Quantity, c.Ordered, f.currency)
		if err != nil {
			return err
		}
		s.Lots++
		s.Agreed += agreed
		s.Invoiced += c.Invoiced
		s.Received += c.Cost
		if c.Before <= 0 || c.Asked <= 0 {
			continue
		}
		before, err := money.Line(c.Quantity, c.Before, f.currency)
		if err != nil {
			return err
		}
		now, err := money.Line(c.Quantity, c.Asked, f.currency)
		if err != nil {
			return err
		}
		s.Compared++
		s.Before += before
		s.Now += now
	}
	return nil
}

func (f tally) orders(ended []Ended) error {
	for _, e := range ended {
		s := f.of(e.SupplierID)
		ordered, err := money.Line(e.Quantity, e.Price, f.currency)
		if err != nil {
			return err
		}
		came, err := money.Line(min(e.Received, e.Quantity), e.Price, f.currency)
		if err != nil {
			return err
		}
		s.Lines++
		s.Ordered += ordered
		s.Came += came
		if e.Received >= e.Quantity {
			s.Full++
		}
	}
	return nil
}

func (f tally) losses(gone []Gone) {
	type key struct {
		supplier, lot ident.ID
		returned      bool
	}
	sums := map[key]money.Amount{}
	for _, g := range gone {
		returned := g.Kind == stock.SupplierReturn
		if returned || g.within() {
			sums[key{g.SupplierID, g.LotID, returned}] += g.Value
		}
	}
	for k, value := range sums {
		s := f.of(k.supplier)
		switch {
		case value <= 0: // taken back
		case k.returned:
			s.ReturnedLots++
			s.Returned += value
		default:
			s.BadLots++
			s.Lost += value
		}
	}
}

package stock

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// work is a posting in progress: the book, the end of the ledger it continues,
// and the first business day that each product's numbers change from.
type work struct {
	scope tenant.Scope
	now   day.Micros
	head  Head
	book  *Book
	from  map[ident.ID]day.Date
}

// zone is the shop's zone; a scope without one (a test) counts in UTC.
func zone(scope tenant.Scope) *time.Location {
	if scope.Zone == nil {
		return time.UTC
	}
	return scope.Zone
}

// begin loads what postings on these products and lots need. It must run inside
// a transaction: the head it reads keeps other writers of the shop out.
func (s *Service) begin(ctx context.Context, products, lots []ident.ID) (*work, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, err
	}
	w := &work{scope: scope, now: day.At(s.now()), from: map[ident.ID]day.Date{}}
	if w.head, err = s.store.Lock(ctx); err != nil {
		return nil, err
	}
	stocks, err := s.store.Stocks(ctx, products)
	if err != nil {
		return nil, err
	}
	w.book = NewBook(scope.Currency, w.now, Author{Person: scope.Person, Request: tenant.RequestID(ctx)}, ident.New)
	for _, stock := range stocks {
		w.book.Adopt(stock)
	}
	if len(lots) == 0 {
		return w, nil
	}
	named, err := s.store.Lots(ctx, lots)
	if err != nil {
		return nil, err
	}
	for _, l := range named {
		w.book.Know(l)
	}
	return w, nil
}

// post clamps the times and applies one posting.
func (w *work) post(p Posting) error {
	w.clamp(&p)
	if err := w.book.Post(p); err != nil {
		return err
	}
	w.stale(p.ProductID, p.BusinessDay)
	return nil
}

// clamp keeps a device's clock from dating goods after the server's now, and
// finds the business day where the caller left it out.
func (w *work) clamp(p *Posting) {
	late := p.OccurredAt <= 0 || p.OccurredAt > w.now
	if late {
		p.OccurredAt = w.now
	}
	today := day.Of(w.now.Time(), zone(w.scope))
	if p.BusinessDay == 0 && !late {
		p.BusinessDay = day.Of(p.OccurredAt.Time(), zone(w.scope))
	}
	if p.BusinessDay == 0 || p.BusinessDay > today {
		p.BusinessDay = today
	}
}

func (w *work) stale(product ident.ID, from day.Date) {
	if d, ok := w.from[product]; !ok || from < d {
		w.from[product] = from
	}
}

// save writes what the book has made and marks its products changed.
func (s *Service) save(ctx context.Context, w *work) ([]Movement, error) {
	c := w.book.Change(w.head, w.scope.Shop)
	if len(c.Movements) == 0 {
		return nil, nil
	}
	w.head = c.Head
	return c.Movements, s.store.Append(ctx, c)
}

func (s *Service) mark(ctx context.Context, w *work) error {
	byDay := map[day.Date][]ident.ID{}
	for _, product := range sortedKeys(w.from) {
		byDay[w.from[product]] = append(byDay[w.from[product]], product)
	}
	for d, products := range byDay {
		if err := s.store.MarkChanged(ctx, products, d, w.now); err != nil {
			return err
		}
	}
	return nil
}

// subjects lists the products and lots that postings name.
func subjects(postings []Posting) (products, lots []ident.ID) {
	seen := map[ident.ID]bool{}
	add := func(list []ident.ID, id ident.ID) []ident.ID {
		if seen[id] {
			return list
		}
		seen[id] = true
		return append(list, id)
	}
	for i := range postings {
		products = add(products, postings[i].ProductID)
		if id := postings[i].LotID; id != nil && *id != Unassigned {
			lots = add(lots, *id)
		}
	}
	return products, lots
}

// Post moves goods: it appends the movements that follow from the postings, in
// their order, keeps the balances and marks the products changed, in the
// caller's transaction or one of its own. Postings are never refused for lack of
// stock; the warnings say where the book ran out. Errors: NotFound for a product
// or lot of no or another shop, Invalid for a quantity of zero or out of bounds.
func (s *Service) Post(ctx context.Context, postings []Posting) (made []Movement, warnings []Warning, err error) {
	if len(postings) == 0 {
		return nil, nil, nil
	}
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		products, lots := subjects(postings)
		w, err := s.begin(ctx, products, lots)
		if err != nil {
			return err
		}
		for _, p := range postings {
			if err := w.post(p); err != nil {
				return err
			}
		}
		if made, err = s.save(ctx, w); err != nil {
			return err
		}
		warnings = w.book.Warnings()
		return s.mark(ctx, w)
	})
	if err != nil {
		return nil, nil, err
	}
	return made, warnings, nil
}

// loadChunk is how many movements Load keeps before it writes them.
const loadChunk = 4000

// Load is Post for thousands of postings of one shop in the order of time: same
// rules, same ledger, but balances stay in memory between the writes. Warnings
// are left out; the balances still say which products need a count.
func (s *Service) Load(ctx context.Context, postings []Posting) error {
	if len(postings) == 0 {
		return nil
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		products, lots := subjects(postings)
		w, err := s.begin(ctx, products, lots)
		if err != nil {
			return err
		}
		for _, p := range postings {
			if err := w.post(p); err != nil {
				return err
			}
			if w.book.Pending() >= loadChunk {
				if _, err := s.save(ctx, w); err != nil {
					return err
				}
			}
		}
		if _, err := s.save(ctx, w); err != nil {
			return err
		}
		return s.mark(ctx, w)
	})
}

// Reverse undoes a source: a counter-entry for each of its movements that has
// none yet, dated as the original. A source without such movements is no error,
// so that undoing twice is undoing once.
func (s *Service) Reverse(ctx context.Context, sourceID ident.ID, reason string) (made []Movement, err error) {
	if sourceID.IsNil() {
		return nil, errors.New("stock: reverse without a source")
	}
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		all, err := s.store.OfSource(ctx, sourceID)
		if err != nil {
			return err
		}
		made, err = s.reverse(ctx, standing(all), reason)
		return err
	})
	return made, err
}

// Undo takes back one entry that was made in the stock room (a count, an
// adjustment, a loss, goods received, an opening): every movement of that line; of a run
// of processing all that went in and came out.
// Conflict when it is a counter-entry, was undone already, or belongs to a sale
// or an order, which are undone where they were made.
func (s *Service) Undo(ctx context.Context, movementID ident.ID, reason string) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		m, err := s.store.Movement(ctx, movementID)
		if err != nil {
			return err
		}
		if m.ReversesID != nil || m.Source == SourceSettle {
			return fault.New(fault.Conflict, "stock.undo_of_undo")
		}
		if !m.OwnSource() {
			return fault.New(fault.Conflict, "stock.undo_elsewhere")
		}
		all, err := s.store.OfSource(ctx, m.SourceID)
		if err != nil {
			return err
		}
		left := slices.DeleteFunc(standing(all), func(o Movement) bool {
			return o.SourceLine != m.SourceLine && m.Source != SourceProcess || o.Source != m.Source // a run is undone as a whole
		})
		if !slices.ContainsFunc(left, func(o Movement) bool { return o.ID == m.ID }) {
			return fault.New(fault.Conflict, "stock.undone_already")
		}
		_, err = s.reverse(ctx, left, reason)
		return err
	})
}

// OwnSource reports whether the movement was made in the stock room itself, so
// that it can be undone there.
func (m Movement) OwnSource() bool {
	switch m.Source {
	case SourceCount, SourceAdjust, SourceLoss, SourceReceive, SourceOpening, SourceProcess:
		return !m.SourceID.IsNil()
	}
	return false
}

// standing leaves the movements that are no counter-entries and have none.
func standing(all []Movement) []Movement {
	undone := map[ident.ID]bool{}
	for _, m := range all {
		if m.ReversesID != nil {
			undone[*m.ReversesID] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(m Movement) bool {
		return m.ReversesID != nil || undone[m.ID]
	})
}

func (s *Service) reverse(ctx context.Context, originals []Movement, reason string) ([]Movement, error) {
	if len(originals) == 0 {
		return nil, nil
	}
	slices.SortFunc(originals, func(a, b Movement) int { return cmp.Compare(a.Seq, b.Seq) })
	products, lots := originalSubjects(originals)
	w, err := s.begin(ctx, products, lots)
	if err != nil {
		return nil, err
	}
	forget := map[ident.ID]bool{}
	for _, m := range originals {
		w.stale(m.ProductID, m.BusinessDay)
		if m.remembers() {
			forget[m.ProductID] = true
		}
	}
	// First what is remembered, because what is left is valued at the last cost, and
	// that must not be the one which is taken back.
	if err := s.recall(ctx, w, sortedKeys(forget), originals); err != nil {
		return nil, err
	}
	if err := w.book.Reverse(originals, reason); err != nil {
		return nil, err
	}
	made, err := s.save(ctx, w)
	if err != nil {
		return nil, err
	}
	return made, s.mark(ctx, w)
}

// recall reads again what balances remember once evidence of it is undone.
func (s *Service) recall(ctx context.Context, w *work, products []ident.ID, undone []Movement) error {
	for _, product := range products {
		var k memory
		if err := s.store.Each(ctx, &product, func(m Movement) error {
			k.add(m)
			return nil
		}); err != nil {
			return err
		}
		for _, m := range undone {
			k.add(Movement{ReversesID: &m.ID})
		}
		k.recall(&w.book.Stock(product).Balance, w.scope.Currency)
	}
	return nil
}

func originalSubjects(originals []Movement) (products, lots []ident.ID) {
	postings := make([]Posting, len(originals))
	for i := range originals {
		postings[i] = Posting{ProductID: originals[i].ProductID, LotID: &originals[i].LotID}
	}
	return subjects(postings)
}

package purchase

import (
	"bytes"
	"context"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// Past is an order that was made before the shop used the program.
type Past struct {
	ID ident.ID // zero: made
	DraftOrder
	CreatedAt day.Micros
	SentAt    day.Micros // 0: still a draft
	// Deliveries came in this order; the ClientID of each is the delivery's id.
	Deliveries []Receipt
	Short      bool // what is owed was given up after the last delivery
}

// Load books thousands of past orders at once, by the same rules as one at a time.
// It tells the ledger what is still expected, but does not post the deliveries: it
// returns their postings, for the caller to post in the order of time among all
// that happened.
func (s *Service) Load(ctx context.Context, past []Past) ([]Order, []stock.Posting, error) {
	scope, err := tenant.Must(ctx)
	if err != nil || len(past) == 0 {
		return nil, nil, err
	}
	var l loading
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		l = loading{scope: scope, recorded: s.moment(scope).at}
		if l.first, err = s.store.TakeNumbers(ctx, len(past)); err != nil {
			return err
		}
		if err := s.termsOfAll(ctx, past, &l); err != nil {
			return err
		}
		for i := range past {
			if err := l.add(past[i]); err != nil {
				return err
			}
		}
		return s.write(ctx, &l)
	})
	if err != nil {
		return nil, nil, err
	}
	return l.orders, l.postings, s.name(ctx, l.orders)
}

// loading gathers what Load writes.
type loading struct {
	scope      tenant.Scope
	recorded   day.Micros
	first      int64
	products   map[ident.ID]catalog.Product
	suppliers  map[ident.ID]terms
	market     market
	orders     []Order
	deliveries []Delivery
	leadTimes  []LeadTime
	savings    []Saved
	postings   []stock.Posting
	expected   []stock.Expected
}

func (s *Service) termsOfAll(ctx context.Context, past []Past, l *loading) error {
	var ids []ident.ID
	for _, p := range past {
		for _, line := range p.Lines {
			ids = append(ids, line.ProductID)
		}
	}
	slices.SortFunc(ids, func(a, b ident.ID) int { return bytes.Compare(a[:], b[:]) })
	var err error
	ids = slices.Compact(ids)
	if l.products, err = s.catalog.Products(ctx, ids); err != nil {
		return err
	}
	if l.market, err = s.marketOf(ctx, ids); err != nil {
		return err
	}
	l.suppliers = map[ident.ID]terms{}
	for _, p := range past {
		if _, ok := l.suppliers[p.SupplierID]; ok {
			continue
		}
		t, err := s.termsOf(ctx, p.SupplierID, nil)
		if err != nil {
			return err
		}
		t.products = l.products
		l.suppliers[p.SupplierID] = t
	}
	return nil
}

// add walks one past order through its life.
func (l *loading) add(p Past) error {
	t := l.suppliers[p.SupplierID]
	created := momentAt(p.CreatedAt.Time(), l.scope)
	o := newOrder(l.scope, t.supplier, created)
	o.Number, o.ClientID = l.first+int64(len(l.orders)), p.ClientID
	if !p.ID.IsNil() {
		o.ID = p.ID
	}
	var err error
	if o.Note, err = cleanNote(p.Note); err != nil {
		return err
	}
	if p.DueDay != 0 && p.DueDay != day.None {
		o.DueDay = p.DueDay
	}
	if err := o.compose(p.Lines, t); err != nil {
		return err
	}
	if p.SentAt != 0 {
		if err := l.live(&o, p); err != nil {
			return err
		}
	}
	l.orders = append(l.orders, o)
	return nil
}

func (l *loading) live(o *Order, p Past) error {
	if _, err := o.send(momentAt(p.SentAt.Time(), l.scope)); err != nil {
		return err
	}
	for _, r := range p.Deliveries {
		if !o.State.Can(Receive) {
			return fault.New(fault.Conflict, "purchase.illegal.receive")
		}
		lines := r.Lines
		if len(lines) == 0 {
			lines = o.owed(momentAt(r.At.Time(), l.scope).day)
		}
		when := momentAt(r.At.Time(), l.scope)
		d, err := o.receive(lines, when)
		if err != nil {
			return err
		}
		d.ID, d.RecordedAt, d.Note, d.PersonID, d.Hash = r.ClientID, l.recorded, r.Note, l.scope.Person, r.hash(o.ID)
		if d.ID.IsNil() {
			d.ID = ident.Derive(o.ID, d.Hash)
		}
		l.deliveries = append(l.deliveries, d)
		l.leadTimes = append(l.leadTimes, o.leadTimes(d)...)
		saved, err := l.market.compare(*o, d)
		if err != nil {
			return err
		}
		l.savings = append(l.savings, saved...)
		l.postings = append(l.postings, postings(*o, d)...)
	}
	if p.Short {
		last := p.SentAt
		if n := len(p.Deliveries); n > 0 {
			last = p.Deliveries[n-1].At
		}
		if _, err := o.closeShort(momentAt(last.Time(), l.scope)); err != nil {
			return err
		}
	}
	if o.State.Open() {
		l.expected = append(l.expected, o.Expected()...)
	}
	return nil
}

func (s *Service) write(ctx context.Context, l *loading) error {
	if err := s.store.Insert(ctx, l.orders); err != nil {
		return err
	}
	if err := s.store.InsertDeliveries(ctx, l.deliveries); err != nil {
		return err
	}
	if err := s.store.InsertLeadTimes(ctx, l.leadTimes); err != nil {
		return err
	}
	if err := s.store.InsertSavings(ctx, l.savings); err != nil {
		return err
	}
	if len(l.expected) > 0 {
		if err := s.ledger.Expect(ctx, l.expected); err != nil {
			return err
		}
	}
	return s.journal.Record(ctx, "order.load", ident.Nil, map[string]any{"orders": len(l.orders), "deliveries": len(l.deliveries)})
}

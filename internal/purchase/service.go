package purchase

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/tenant"
)

// ErrMissing is a single row that the store does not have in this shop.
var ErrMissing = errors.New("purchase: no such row")

func missing(err error) error {
	if errors.Is(err, ErrMissing) {
		return fault.New(fault.NotFound, "purchase.order_missing")
	}
	return err
}

// moment is the present on the shop's calendar.
func (s *Service) moment(scope tenant.Scope) moment { return momentAt(s.now(), scope) }

func momentAt(t time.Time, scope tenant.Scope) moment {
	return moment{at: day.At(t), day: day.Of(t, zone(scope))}
}

// zone is the shop's; a scope without one counts in UTC.
func zone(scope tenant.Scope) *time.Location {
	if scope.Zone == nil {
		return time.UTC
	}
	return scope.Zone
}

// termsOf reads what orders to a supplier are reckoned with. Archived products may
// stand on an order made before; archived suppliers get no new one.
func (s *Service) termsOf(ctx context.Context, supplierID ident.ID, productIDs []ident.ID) (terms, error) {
	supplier, err := s.catalog.Supplier(ctx, supplierID)
	if err != nil {
		return terms{}, err
	}
	t := terms{supplier: supplier, offers: map[ident.ID]catalog.Offer{}}
	if t.products, err = s.catalog.Products(ctx, productIDs); err != nil {
		return terms{}, err
	}
	offers, err := s.catalog.OffersOf(ctx, supplierID)
	if err != nil {
		return terms{}, err
	}
	for _, o := range offers {
		t.offers[o.ProductID] = o
	}
	return t, nil
}

// Draft makes one draft an entry, all or none. An entry whose ClientID already made
// orders adds nothing and is answered with those.
func (s *Service) Draft(ctx context.Context, drafts []DraftOrder) ([]Order, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, err
	}
	var out []Order
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		out = nil
		var fresh []Order
		seen := map[ident.ID]bool{}
		for _, d := range drafts {
			before, err := s.before(ctx, d.ClientID, seen)
			if err != nil {
				return err
			}
			if before != nil {
				out = append(out, before...)
				continue
			}
			if seen[d.ClientID] {
				continue
			}
			o, err := s.draft(ctx, scope, d)
			if err != nil {
				return err
			}
			fresh = append(fresh, o)
		}
		if err := s.insert(ctx, fresh); err != nil {
			return err
		}
		out = append(out, fresh...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, s.name(ctx, out)
}

// before gives the orders that a client's request made in an earlier call; seen
// remembers those already given.
func (s *Service) before(ctx context.Context, client ident.ID, seen map[ident.ID]bool) ([]Order, error) {
	if client.IsNil() || seen[client] {
		return nil, nil
	}
	orders, err := s.store.ByClient(ctx, client)
	if len(orders) > 0 {
		seen[client] = true
		return orders, err
	}
	return nil, err
}

func (s *Service) draft(ctx context.Context, scope tenant.Scope, d DraftOrder) (Order, error) {
	note, err := cleanNote(d.Note)
	if err != nil {
		return Order{}, err
	}
	ids := make([]ident.ID, len(d.Lines))
	for i, l := range d.Lines {
		ids[i] = l.ProductID
	}
	t, err := s.termsOf(ctx, d.SupplierID, ids)
	if err != nil {
		return Order{}, err
	}
	if t.supplier.Archived {
		return Order{}, fault.New(fault.Conflict, "purchase.supplier_archived", fault.A("name", t.supplier.Name))
	}
	now := s.moment(scope)
	o := newOrder(scope, t.supplier, now)
	o.Note, o.ClientID = note, d.ClientID
	if d.DueDay != 0 && d.DueDay != day.None {
		o.DueDay = max(d.DueDay, now.day)
	}
	if err := o.compose(d.Lines, t); err != nil {
		return Order{}, err
	}
	if d.Fixed != nil {
		if err := o.fix(*d.Fixed); err != nil {
			return Order{}, err
		}
	}
	o.Number, err = s.store.TakeNumbers(ctx, 1)
	return o, err
}

// newOrder is an empty draft to a supplier, on his terms.
func newOrder(scope tenant.Scope, supplier catalog.Supplier, when moment) Order {
	return Order{
		ID: ident.New(), SupplierID: supplier.ID, SupplierName: supplier.Name, State: Draft, Currency: scope.Currency,
		PricesIncludeTax: supplier.PricesIncludeTax, Language: supplier.Language,
		CreatedDay: when.day, CreatedAt: when.at, DueDay: when.day.Add(supplier.LeadTimeDays), PersonID: scope.Person, Version: 1,
	}
}

func (s *Service) insert(ctx context.Context, orders []Order) error {
	if len(orders) == 0 {
		return nil
	}
	if err := s.store.Insert(ctx, orders); err != nil {
		return err
	}
	for _, o := range orders {
		if err := s.record(ctx, "order.draft", o, nil); err != nil {
			return err
		}
	}
	return s.stale(ctx, orders...)
}

// stale says that the suggestions for the products on drafts must be worked out
// anew: what stands in a draft is not to be proposed again.
func (s *Service) stale(ctx context.Context, orders ...Order) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	var ids []ident.ID
	for _, o := range orders {
		for _, l := range o.Lines {
			ids = append(ids, l.ProductID)
		}
	}
	return s.ledger.MarkChanged(ctx, ids, s.moment(scope).day)
}

// Drafted reads what stands in drafts that nobody has sent yet, by product (nil: of
// all).
func (s *Service) Drafted(ctx context.Context, productIDs []ident.ID) (map[ident.ID][]Drafted, error) {
	lines, err := s.store.Drafted(ctx, productIDs)
	if err != nil {
		return nil, err
	}
	out := map[ident.ID][]Drafted{}
	for _, l := range lines {
		out[l.ProductID] = append(out[l.ProductID], l)
	}
	return out, nil
}

func (s *Service) record(ctx context.Context, action string, o Order, more map[string]any) error {
	detail := map[string]any{"number": o.NumberText(), "total": o.Total.Decimal(o.Currency)}
	for k, v := range more {
		detail[k] = v
	}
	return s.journal.Record(ctx, action, o.ID, detail)
}

// Order reads one with its lines; NotFound when this shop has none such.
func (s *Service) Order(ctx context.Context, id ident.ID) (Order, error) {
	o, err := s.store.Order(ctx, id)
	if err != nil {
		return Order{}, missing(err)
	}
	one := []Order{o}
	err = s.name(ctx, one)
	return one[0], err
}

// ParseNumber reads an order's number as people write it, with its year (0 when they
// left that out): PO-2026-0117 or 117, in any case and width of letters.
func ParseNumber(text string) (number int64, year int, ok bool) {
	text = strings.ToUpper(strings.TrimSpace(measure.Fold(text)))
	if rest, prefixed := strings.CutPrefix(text, "PO-"); prefixed {
		of, digits, _ := strings.Cut(rest, "-")
		y, err := strconv.ParseUint(of, 10, 14)
		if err != nil || y == 0 {
			return 0, 0, false
		}
		year, text = int(y), digits
	}
	n, err := strconv.ParseUint(text, 10, 62)
	return int64(n), year, err == nil && n > 0
}

// ByNumber reads the order meant by a text: PO-2026-0117, 117, or an order's id.
func (s *Service) ByNumber(ctx context.Context, text string) (Order, error) {
	if id, err := ident.Parse(strings.ToLower(strings.TrimSpace(measure.Fold(text)))); err == nil {
		return s.Order(ctx, id)
	}
	notFound := fault.New(fault.NotFound, "purchase.order_missing")
	number, year, ok := ParseNumber(text)
	if !ok {
		return Order{}, notFound
	}
	id, err := s.store.IDByNumber(ctx, number)
	if err != nil {
		return Order{}, missing(err)
	}
	o, err := s.Order(ctx, id)
	if err == nil && year != 0 && year != o.CreatedDay.Year() {
		return Order{}, notFound
	}
	return o, err
}

// List reads a page of orders, the newest first, without lines.
func (s *Service) List(ctx context.Context, q Query) ([]Order, error) {
	if q.Limit <= 0 {
		q.Limit = DefaultLimit
	}
	q.Limit = min(q.Limit, MaxLimit)
	orders, err := s.store.List(ctx, q)
	if err != nil {
		return nil, err
	}
	return orders, s.name(ctx, orders)
}

// Arriving reads the orders that are on their way and due by a day, the earliest
// first, with lines; those overdue too.
func (s *Service) Arriving(ctx context.Context, through day.Date) ([]Order, error) {
	orders, err := s.store.Due(ctx, OpenStates(), through)
	if err != nil {
		return nil, err
	}
	return orders, s.name(ctx, orders)
}

// name writes what the suppliers are called and ask for today on the orders.
func (s *Service) name(ctx context.Context, orders []Order) error {
	if len(orders) == 0 {
		return nil
	}
	if len(orders) == 1 {
		supplier, err := s.catalog.Supplier(ctx, orders[0].SupplierID)
		orders[0].SupplierName, orders[0].SupplierMinimum = supplier.Name, supplier.MinimumOrder
		return err
	}
	suppliers, err := s.catalog.Suppliers(ctx, true)
	by := make(map[ident.ID]catalog.Supplier, len(suppliers))
	for _, supplier := range suppliers {
		by[supplier.ID] = supplier
	}
	for i := range orders {
		supplier := by[orders[i].SupplierID]
		orders[i].SupplierName, orders[i].SupplierMinimum = supplier.Name, supplier.MinimumOrder
	}
	return err
}

// LeadTimes reads what the deliveries of each supplier taught (nil: of all), the
// oldest order first.
func (s *Service) LeadTimes(ctx context.Context, supplierIDs []ident.ID) (map[ident.ID][]LeadTime, error) {
	rows, err := s.store.LeadTimes(ctx, supplierIDs)
	if err != nil {
		return nil, err
	}
	out := map[ident.ID][]LeadTime{}
	for _, r := range rows {
		out[r.SupplierID] = append(out[r.SupplierID], r)
	}
	return out, nil
}

// Deliveries reads what came for an order, the oldest first.
func (s *Service) Deliveries(ctx context.Context, orderID ident.ID) ([]Delivery, error) {
	return s.store.Deliveries(ctx, orderID)
}

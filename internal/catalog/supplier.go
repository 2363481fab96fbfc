package catalog

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"strconv"
)

// Kind is what a supplier is to the goods.
type Kind string

// The kinds. A saving is reckoned against the wholesaler, who resells.
const (
	Manufacturer Kind = "manufacturer"
	Farmer       Kind = "farmer"
	Wholesaler   Kind = "wholesaler"
	Other        Kind = "other"
)

// Kinds lists the kinds in the order to offer them in.
func Kinds() []Kind { return []Kind{Manufacturer, Farmer, Wholesaler, Other} }

// Direct reports whether the goods come without a middleman.
func (k Kind) Direct() bool { return k == Manufacturer || k == Farmer }

// Weekdays is a set of weekdays: bit 0 is Monday, bit 6 Sunday.
type Weekdays uint8

// EveryDay is the whole week.
const EveryDay Weekdays = 127

// Has reports whether the set holds that weekday.
func (w Weekdays) Has(d time.Weekday) bool { return w&(1<<((int(d)+6)%7)) != 0 }

// Closure is a time, both days included, in which a supplier neither takes orders
// nor delivers.
type Closure struct{ From, Through day.Date }

// Supplier is anyone the shop buys from, with the terms that hold for all offers.
type Supplier struct {
	ID               ident.ID
	Name             string
	Kind             Kind
	Province         string
	Contact          string
	Phone, Email     string
	Address          string
	Language         string // of the documents sent
	PricesIncludeTax bool
	MinimumOrder     money.Amount  // least money of one order
	Freight          money.Amount  // per order
	FreeFreightFrom  *money.Amount // order total from which freight is free
	LeadTimeDays     int           // promised, from sending
	ReviewDays       int           // days between two chances to order
	OrderWeekdays    Weekdays
	Closures         []Closure
	Usual, Archived  bool
	Note             string
	Version          int64
}

// told are the values of a supplier that people argue about.
func (s Supplier) told(c money.Currency) map[string]string {
	free := ""
	if s.FreeFreightFrom != nil {
		free = s.FreeFreightFrom.Decimal(c)
	}
	return map[string]string{
		"name": s.Name, "kind": string(s.Kind), "province": s.Province, "contact": s.Contact, "phone": s.Phone, "email": s.Email, "address": s.Address, "language": s.Language,
		"tax": strconv.FormatBool(s.PricesIncludeTax), "minimum_order": s.MinimumOrder.Decimal(c), "freight": s.Freight.Decimal(c), "free_freight": free,
		"lead_time": strconv.Itoa(s.LeadTimeDays), "review_days": strconv.Itoa(s.ReviewDays), "closures": strconv.Itoa(len(s.Closures)), "archived": strconv.FormatBool(s.Archived), "note": s.Note,
	}
}

// Closed reports whether d lies in one of the supplier's closures.
func (s Supplier) Closed(d day.Date) bool {
	return slices.ContainsFunc(s.Closures, func(c Closure) bool { return d >= c.From && d <= c.Through })
}

const (
	maxClosures = 60
	maxDays     = 365
	maxNote     = 1000
	maxAddress  = 300
	maxEmail    = 254
	maxPhone    = 40
)

// Clean returns the supplier with its texts in stored form, weekdays, review days
// and language filled in when left zero, closures in order; or every field that is
// not acceptable (fault.Fields).
func (s Supplier) Clean() (Supplier, error) {
	var f fields
	f.text("name", &s.Name, MaxName)
	if s.Name == "" && f.faults.For("name") == nil {
		f.add("name", fault.New(fault.Invalid, "catalog.name_missing"))
	}
	for _, t := range []struct {
		field string
		value *string
		limit int
	}{
		{"province", &s.Province, MaxLabel}, {"contact", &s.Contact, MaxLabel}, {"phone", &s.Phone, maxPhone},
		{"email", &s.Email, maxEmail}, {"address", &s.Address, maxAddress}, {"note", &s.Note, maxNote},
		{"language", &s.Language, 35},
	} {
		f.text(t.field, t.value, t.limit)
	}
	if s.Email != "" && (strings.Count(s.Email, "@") != 1 || strings.ContainsAny(s.Email, " ,;<>") ||
		strings.HasPrefix(s.Email, "@") || strings.HasSuffix(s.Email, "@")) {
		f.add("email", fault.New(fault.Invalid, "catalog.email_unreadable"))
	}
	if !slices.Contains(Kinds(), s.Kind) {
		f.add("kind", fault.New(fault.Invalid, "catalog.kind_unknown"))
	}
	s.checkTerms(&f)
	s.cleanClosures(&f)
	return s, f.faults.Err()
}

func (s *Supplier) checkTerms(f *fields) {
	if s.Language == "" {
		s.Language = "zh-Hans"
	}
	if s.ReviewDays == 0 {
		s.ReviewDays = 1
	}
	if s.OrderWeekdays == 0 {
		s.OrderWeekdays = EveryDay
	}
	if s.OrderWeekdays > EveryDay {
		f.add("order_weekdays", fault.New(fault.Invalid, "catalog.weekdays_unreadable"))
	}
	f.amount("minimum_order", s.MinimumOrder)
	f.amount("freight", s.Freight)
	if s.FreeFreightFrom != nil {
		f.amount("free_freight_from", *s.FreeFreightFrom)
	}
	f.between("lead_time_days", s.LeadTimeDays, 0, maxDays, "catalog.days_out_of_range")
	f.between("review_days", s.ReviewDays, 1, maxDays, "catalog.days_out_of_range")
}

func (f *fields) amount(field string, a money.Amount) {
	switch {
	case a < 0:
		f.add(field, fault.New(fault.Invalid, "catalog.price_negative"))
	case a > money.MaxAmount:
		f.add(field, fault.New(fault.Invalid, "value.too_large"))
	}
}

func (s *Supplier) cleanClosures(f *fields) {
	s.Closures = slices.Clone(s.Closures)
	slices.SortFunc(s.Closures, func(a, b Closure) int { return int(a.From) - int(b.From) })
	if len(s.Closures) > maxClosures {
		f.add("closures", fault.New(fault.Invalid, "catalog.too_many", fault.A("n", maxClosures)))
		return
	}
	for i, c := range s.Closures {
		if c.Through < c.From {
			f.add("closures", fault.New(fault.Invalid, "catalog.closure_backwards"))
			return
		}
		if i > 0 && c.From <= s.Closures[i-1].Through {
			f.add("closures", fault.New(fault.Invalid, "catalog.closures_overlap"))
			return
		}
	}
}

// Suppliers reads them in the order of lists.
func (s *Service) Suppliers(ctx context.Context, includeArchived bool) ([]Supplier, error) {
	return s.store.Suppliers(ctx, includeArchived)
}

// Supplier reads one; NotFound when this shop has none such.
func (s *Service) Supplier(ctx context.Context, id ident.ID) (Supplier, error) {
	found, err := s.store.Supplier(ctx, id)
	if isMissing(err) {
		return Supplier{}, missing("catalog.supplier_missing")
	}
	return found, err
}

func isMissing(err error) bool { return errors.Is(err, ErrMissing) }

func orStale(err error) error {
	if err != nil {
		return err
	}
	return stale()
}

// CreateSupplier makes a supplier; an id that it brings is kept. Only UsualSupplier
// makes the usual one.
func (s *Service) CreateSupplier(ctx context.Context, supplier Supplier) (Supplier, error) {
	supplier.Usual = false
	return s.insertSupplier(ctx, supplier)
}

func (s *Service) insertSupplier(ctx context.Context, supplier Supplier) (Supplier, error) {
	supplier, err := supplier.Clean()
	if err != nil {
		return Supplier{}, err
	}
	mayBeThere := !supplier.ID.IsNil()
	if !mayBeThere {
		supplier.ID = ident.New()
	}
	supplier.Version = 1
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		if mayBeThere {
			if again, err := s.madeSupplier(ctx, supplier); err != nil || again {
				return err
			}
		}
		if err := s.store.InsertSupplier(ctx, s.supplierRecord(supplier)); err != nil {
			return err
		}
		return s.record(ctx, "supplier.create", supplier.ID, map[string]any{"name": supplier.Name, "kind": string(supplier.Kind)})
	})
	if err != nil {
		return Supplier{}, err
	}
	return supplier, nil
}

// madeSupplier reports whether the supplier was made before; one of that id with
// other content is a Conflict.
func (s *Service) madeSupplier(ctx context.Context, supplier Supplier) (bool, error) {
	before, err := s.store.Supplier(ctx, supplier.ID)
	if isMissing(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	before.Version, before.Closures = supplier.Version, append([]Closure(nil), before.Closures...)
	supplier.Closures = append([]Closure(nil), supplier.Closures...)
	if !reflect.DeepEqual(before, supplier) {
		return false, reused()
	}
	return true, nil
}

func (s *Service) supplierRecord(supplier Supplier) SupplierRecord {
	return SupplierRecord{Supplier: supplier, SortKey: SortKey(supplier.Name, ""), At: s.micros()}
}

// UpdateSupplier replaces the supplier of that id and version; another version is a
// Conflict. Every product that the supplier offers gets a new suggestion.
func (s *Service) UpdateSupplier(ctx context.Context, supplier Supplier) error {
	supplier, err := supplier.Clean()
	if err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		before, err := s.Supplier(ctx, supplier.ID)
		if err != nil {
			return err
		}
		if before.Version != supplier.Version {
			return stale()
		}
		if ok, err := s.store.UpdateSupplier(ctx, s.supplierRecord(supplier)); err != nil || !ok {
			return orStale(err)
		}
		scope, _ := tenant.From(ctx)
		detail := shop.Changed(before.told(scope.Currency), supplier.told(scope.Currency))
		if err := s.record(ctx, "supplier.update", supplier.ID, detail); err != nil {
			return err
		}
		offers, err := s.store.OffersOf(ctx, supplier.ID)
		if err != nil {
			return err
		}
		return s.mark(ctx, productsOf(offers)...)
	})
}

// UsualSupplier is the supplier of goods about which nobody has said where they come
// from: a wholesaler nearby who delivers the next day. It is made when first asked for.
func (s *Service) UsualSupplier(ctx context.Context) (Supplier, error) {
	found, err := s.store.UsualSupplier(ctx)
	if !isMissing(err) {
		return found, err
	}
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		if found, err = s.store.UsualSupplier(ctx); !isMissing(err) {
			return err
		}
		found, err = s.insertSupplier(ctx, Supplier{
			Name: s.usualName(tenant.Lang(ctx)), Kind: Wholesaler, Language: tenant.Lang(ctx), PricesIncludeTax: true,
			LeadTimeDays: 1, ReviewDays: 1, OrderWeekdays: EveryDay, Usual: true,
		})
		return err
	})
	return found, err
}

package restock

import (
	"context"
	"encoding/base64"
	"encoding/binary"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Listed is the risk, in millionths, from which a product stands on the page of
// suggestions even when nothing is to be ordered: the one of the schema's index.
const Listed = 200_000

// Row is a suggestion with the names that it is shown with. Lists leave Trace
// empty, and what else they do not show.
type Row struct {
	Code, Name, Unit string
	SupplierName     string
	Pack             measure.Ratio // of Suggestion.PackUnit in base units; zero when not known
	Suggestion
}

// Settled is the row with the person's quantity in place of ours: its packs, cost
// and saving are those of that quantity, at the price that the offer asks for it.
func (r Row) Settled(offers []catalog.Offer, c money.Currency) Row {
	if r.Override == nil || *r.Override == r.Quantity {
		return r
	}
	ours := r.Quantity
	r.Quantity = *r.Override
	r.PackQuantity, r.PackUnit = r.packs(r.Quantity)
	if !r.Assumed && r.OfferID != nil {
		for _, o := range offers {
			if o.ID == *r.OfferID {
				r.UnitPrice = o.PriceAt(r.Quantity)
			}
		}
	}
	if cost, err := money.Line(r.Quantity, r.UnitPrice, c); err == nil {
		r.LineCost = cost
	}
	r.Saving, r.ReferenceCost = scaled(r.Saving, r.Quantity, ours), scaled(r.ReferenceCost, r.Quantity, ours)
	return r
}

// packs counts a quantity as the supplier does, in base units where that is no
// whole number of thousandths.
func (r Row) packs(q measure.Quantity) (measure.Quantity, string) {
	if r.Pack.Valid() {
		if n, err := measure.Convert(q, r.Pack.Inverse()); err == nil {
			return n, r.PackUnit
		}
	}
	return q, r.Unit
}

func scaled(a *money.Amount, to, of measure.Quantity) *money.Amount {
	if a == nil || of <= 0 {
		return nil
	}
	n, err := money.MulDiv(int64(*a), int64(to), int64(of))
	if err != nil {
		return nil
	}
	return new(money.Amount(n))
}

// Line is a product in a list: what the book has now, and the head of its
// suggestion.
type Line struct {
	Row
	Thought     bool // there is a suggestion
	Book        measure.Quantity
	Known       bool // counted, received or opened once
	CountNeeded bool
	Cursor      Cursor
}

// SupplierTotal is what is to be ordered of one supplier, and the terms that the
// page tells of it.
type SupplierTotal struct {
	ID       *ident.ID // nil: products without a supplier
	Name     string
	Kind     catalog.Kind
	Listed   int // products on the page of suggestions that are not snoozed
	Snoozed  int // products that are
	Changed  int // products whose quantity a person chose: not in what follows, see Reader.Changed
	Products int // to order
	Cost     money.Amount
	Saving   *money.Amount // nil: no product has a middleman to compare with

	MinimumOrder, Freight money.Amount
	FreeFreightFrom       *money.Amount
	LeadTimeDays          int
	OrderWeekdays         catalog.Weekdays
}

// Arrival is a line that a supplier owes.
type Arrival struct {
	OrderID    ident.ID
	Number     int64
	CreatedDay day.Date
	Supplier   string
	ProductID  ident.ID
	Name, Unit string
	Quantity   measure.Quantity
	Due        day.Date
}

// Expiry is a lot that ends soon or has ended.
type Expiry struct {
	ProductID  ident.ID
	Name, Unit string
	Lot        string
	Quantity   measure.Quantity
	Day        day.Date
	Left       measure.Quantity // of the product: expected to be unsold by then
}

// Order of a product list.
const (
	ByName = iota
	ByRisk // the likeliest to run out first, of those the dearest, from Listed on
)

// ProductQuery asks for a page of products.
type ProductQuery struct {
	Text       string // name, code, barcode, pinyin or its initials
	CategoryID ident.ID
	Order      int // ByName or ByRisk
	After      *Cursor
	Limit      int
}

// Cursor is a place in a product list: rank (grade of the match, or the risk), then
// the sort key (or the cost), then the id.
type Cursor struct {
	Rank    int64
	SortKey []byte
	ID      ident.ID
}

// String is the cursor as it stands in an address.
func (c Cursor) String() string {
	b := binary.AppendUvarint(nil, uint64(c.Rank))
	b = append(append(b, c.ID[:]...), c.SortKey...)
	return base64.RawURLEncoding.EncodeToString(b)
}

// ParseCursor reads what String wrote; "" is the first page. Anything else is
// Malformed.
func ParseCursor(s string) (*Cursor, error) {
	if s == "" {
		return nil, nil
	}
	unreadable := fault.New(fault.Malformed, "value.id_unreadable")
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, unreadable.WithCause(err)
	}
	rank, n := binary.Uvarint(b)
	if n <= 0 || rank > 1_000_000 || len(b) < n+len(ident.ID{}) {
		return nil, unreadable
	}
	id, err := ident.FromBytes(b[n : n+len(ident.ID{})])
	if err != nil {
		return nil, unreadable.WithCause(err)
	}
	return &Cursor{Rank: int64(rank), SortKey: b[n+len(ident.ID{}):], ID: id}, nil
}

// Reader gives the lists that pages show, of the shop of ctx. Each is one query
// over stored rows.
type Reader interface {
	// Made is the last day that the shop's suggestions know whole; false before
	// the first computation.
	Made(ctx context.Context) (day.Date, bool, error)
	// Heads reads suggestions without their long texts.
	Heads(ctx context.Context, ids []ident.ID) ([]Suggestion, error)
	// OfSupplier reads the suggestions whose best source a supplier is, without their
	// long texts, those with nothing to order too.
	OfSupplier(ctx context.Context, supplier ident.ID) ([]Suggestion, error)
	// ToOrder reads the open suggestions with something to order, with their
	// reasons, in the order of the product list.
	ToOrder(ctx context.Context) ([]Row, error)
	// Totals adds up what is listed and to be ordered by supplier, first the one with
	// whom most money is suggested (whatever people chose, so that cards keep their
	// places), products without a supplier last. Quantities that a person changed are
	// not in: see Changed.
	Totals(ctx context.Context) ([]SupplierTotal, error)
	// Measured reads how many days the deliveries of each supplier took that were
	// ordered since a day: the shortest and the longest.
	Measured(ctx context.Context, since day.Date) (map[ident.ID][2]int, error)
	// Changed reads the open suggestions whose quantity a person changed to more
	// than nothing.
	Changed(ctx context.Context) ([]Row, error)
	// Pursed reads the open suggestions whose quantity was set to stay within a purse,
	// in the order of the product list.
	Pursed(ctx context.Context) ([]Row, error)
	// Listed reads the listed suggestions of suppliers (nil: of none) that are not
	// snoozed, in the order given, the likeliest to run out first, with their
	// reasons; the suppliers' names are in Totals.
	Listed(ctx context.Context, suppliers []*ident.ID, offset, limit int) ([]Row, error)
	// Snoozed reads the listed suggestions that were put off, with their reasons.
	Snoozed(ctx context.Context, limit int) ([]Row, error)
	// Urgent reads the products that are likeliest to run out before their next
	// delivery, with their sparks, and how many there are from Listed on.
	Urgent(ctx context.Context, limit int) ([]Row, int, error)
	Products(ctx context.Context, q ProductQuery) ([]Line, error)
	// Arriving reads what is due up to a day, the earliest first.
	Arriving(ctx context.Context, through day.Date, limit int) ([]Arrival, error)
	// Expiring reads the lots that end up to a day or have ended, the earliest first.
	Expiring(ctx context.Context, through day.Date, limit int) ([]Expiry, error)
	// ToCount reads the products whose book must be wrong, and how many of the
	// listed ones were never counted.
	ToCount(ctx context.Context, limit int) (wrong []Line, unknown int, err error)
	// Silent reads the products that are said to be there and that nobody has bought
	// for improbably long, with their reasons.
	Silent(ctx context.Context, limit int) ([]Row, error)
}

// Package stock keeps the ledger of goods: an append-only list of movements,
// hash-chained per shop, and the balances that follow from it per product and
// per lot. It also keeps what is expected from suppliers and promised to
// customers, and the queue of products whose forecast is stale.
//
// Its rules are pure (Book, NewPosition); its Service makes them durable through
// a Store. It must not know prices to customers, orders, pages or SQL, and it
// never changes or removes a movement: a correction is a counter-entry.
package stock

import (
	"context"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// Kind says why goods moved.
type Kind string

// The kinds of movements.
const (
	Receipt        Kind = "receipt"
	Sale           Kind = "sale"
	CustomerReturn Kind = "customer_return"
	SupplierReturn Kind = "supplier_return"
	Count          Kind = "count"
	Spoilage       Kind = "spoilage"
	OwnUse         Kind = "own_use"
	Gift           Kind = "gift"
	Transfer       Kind = "transfer"
	Harvest        Kind = "harvest"
	ProcessingIn   Kind = "processing_in"
	ProcessingOut  Kind = "processing_out"
	Revaluation    Kind = "revaluation"
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{
		Receipt, Sale, CustomerReturn, SupplierReturn, Count, Spoilage, OwnUse,
		Gift, Transfer, Harvest, ProcessingIn, ProcessingOut, Revaluation,
	}
}

// arrives reports whether goods of this kind come in as a lot of their own.
func (k Kind) arrives() bool { return k == Receipt || k == Harvest || k == ProcessingIn }

// direction is +1 for kinds that only bring in, −1 for those that only take
// out, 0 for those that do either.
func (k Kind) direction() int {
	switch k {
	case Receipt, CustomerReturn, Harvest, ProcessingIn:
		return 1
	case Sale, SupplierReturn, Spoilage, OwnUse, Gift, ProcessingOut:
		return -1
	}
	return 0
}

// The sources of movements that this area makes itself. A movement of another
// source is undone where it was made (a sale, an order).
const (
	SourceCount   = "count"
	SourceAdjust  = "adjust"
	SourceLoss    = "loss"
	SourceReceive = "receive"
	SourceOpening = "opening"
	// SourceSettle marks what the ledger adds by itself after a counter-entry to
	// keep every lot at zero or above.
	SourceSettle = "settle"
)

// Unassigned is the lot of goods nobody received: it alone may go negative.
var Unassigned = ident.Nil

// LotSpec describes a lot that a posting brings in.
type LotSpec struct {
	Code       string
	Produced   *day.Date // when the goods were made or harvested
	Expiry     *day.Date
	SupplierID *ident.ID
}

// Posting asks for goods to be moved. Quantity is signed: in is positive. A
// delivery's new lot has the id of the movement that brought it.
type Posting struct {
	ID        ident.ID // zero: made
	Kind      Kind
	ProductID ident.ID
	Quantity  measure.Quantity
	Lot       *LotSpec      // in: a new lot
	LotID     *ident.ID     // out of, or back into, this lot; nil out: first expired first out
	UnitCost  *money.Price  // in; nil: the current average or the last cost
	Value     *money.Amount // exact and positive, for in and out; wins over UnitCost. Signed for a revaluation
	// OccurredAt is the device's instant; zero or later than now becomes now.
	OccurredAt day.Micros
	// BusinessDay is the shop's day of OccurredAt; zero: computed in the shop's zone.
	BusinessDay  day.Date
	Source       string
	SourceID     ident.ID
	SourceLine   int
	Reason, Note string
}

// Movement is one line of the ledger. Value is what the goods cost, signed like
// Quantity, in minor units. Request is the id under which the log knows the
// request that made it; empty when no request did (the command line, the demo).
type Movement struct {
	Seq                    int64
	ID                     ident.ID
	Kind                   Kind
	ProductID, LotID       ident.ID
	Quantity               measure.Quantity
	Value                  money.Amount
	OccurredAt, RecordedAt day.Micros
	BusinessDay            day.Date
	Source                 string
	SourceID               ident.ID
	SourceLine             int
	ReversesID             *ident.ID
	Reason, Note           string
	PersonID               ident.ID
	Request                string
	Hash                   Hash
}

// WarningKind says what a posting found out of order. Nothing is refused for it.
type WarningKind string

// The warnings.
const (
	// ExpiredSold: the sale took goods past their last sellable day.
	ExpiredSold WarningKind = "expired_sold"
	// CountNeeded: more went out than the book held.
	CountNeeded WarningKind = "count_needed"
)

// Warning is what a person should know of a posting that was nevertheless made.
// Quantity is how much was expired, or the (negative) stock on hand after it.
type Warning struct {
	Kind      WarningKind
	ProductID ident.ID
	LotID     ident.ID
	Expiry    *day.Date
	Quantity  measure.Quantity
}

// Key is the i18n key of the warning's sentence; its arguments are quantity and,
// for expired goods, expiry.
func (w Warning) Key() string { return "stock.warning." + string(w.Kind) }

// Balance is what the book says of one product. Value is signed like OnHand.
type Balance struct {
	OnHand      measure.Quantity
	Value       money.Amount
	LastCost    money.Price
	KnownFrom   *day.Date
	LastCount   *day.Date
	CountNeeded bool
}

// AverageCost is the moving average per base unit: the last cost when nothing
// is on hand.
func (b Balance) AverageCost(c money.Currency) money.Price {
	if b.OnHand != 0 {
		if p, err := money.UnitPrice(b.Value, b.OnHand, c); err == nil && p >= 0 {
			return p
		}
	}
	return b.LastCost
}

// Lot is a delivery's worth of one product.
type Lot struct {
	ID, ProductID ident.ID
	Code          string
	Produced      *day.Date // when the goods were made or harvested; nil: nobody said
	Expiry        *day.Date // last day sellable
	ReceivedAt    day.Micros
	SupplierID    *ident.ID
}

// LotBalance is what is left of a lot. LotID is zero for the unassigned lot.
type LotBalance struct {
	LotID      ident.ID
	Code       string
	Quantity   measure.Quantity
	Expiry     *day.Date
	ReceivedAt day.Micros
}

// Expired reports whether the lot may no longer be sold on today.
func (l LotBalance) Expired(today day.Date) bool { return l.Expiry != nil && *l.Expiry < today }

// ExpiringLot is a lot of a product with goods in it and an expiry date.
type ExpiringLot struct {
	ProductID ident.ID
	LotBalance
}

// Expected is one line that a supplier owes.
type Expected struct {
	SourceID              ident.ID
	SourceLine            int
	ProductID, SupplierID ident.ID
	Quantity              measure.Quantity
	Due                   day.Date
}

// Allocation is goods promised to a customer and still here.
type Allocation struct {
	SourceID   ident.ID
	SourceLine int
	ProductID  ident.ID
	Quantity   measure.Quantity
}

// Mark says that what was computed for a product is stale from a day on.
type Mark struct {
	Shop      tenant.ShopID
	ProductID ident.ID
	From      day.Date
	Mark      int64
}

// Queue is what waits of a shop's products to be worked out again.
type Queue struct {
	Shop   tenant.ShopID
	Marks  int
	Oldest day.Micros // when the first of them was marked
}

// Level is the quantity on hand from an instant on, until the next level.
type Level struct {
	At     day.Micros
	OnHand measure.Quantity
}

// Flow is the net quantity that moved at an instant.
type Flow struct {
	At       day.Micros
	Quantity measure.Quantity
}

// MovementQuery asks for a page of the ledger, newest first. Before is the seq
// of the last line seen, 0 for the first page; Limit 0 is 50, at most 500.
type MovementQuery struct {
	ProductID *ident.ID
	Before    int64
	Limit     int
}

// Atomic makes several writes one.
type Atomic interface {
	Do(ctx context.Context, fn func(context.Context) error) error
}

// Head is the end of a shop's ledger.
type Head struct {
	Seq  int64
	Hash Hash
}

// Change is what one posting, or thousands, write at once: the new end of the
// ledger, its new lines, new lots, and the balances as they are afterwards. A
// lot quantity of zero removes the lot's balance.
type Change struct {
	Head      Head
	Movements []Movement
	Lots      []Lot
	Balances  []ProductBalance
	Left      []LotQuantity
}

// ProductBalance is a Balance and whose it is.
type ProductBalance struct {
	ProductID ident.ID
	Balance
}

// LotQuantity is what is left of a lot.
type LotQuantity struct {
	ProductID, LotID ident.ID
	Quantity         measure.Quantity
}

// Posted is a client's request that was carried out.
type Posted struct {
	ClientID   ident.ID
	Hash       Hash
	Kind       string
	Result     string
	RecordedAt day.Micros
}

// Store keeps the shop of ctx. Writes join the transaction of ctx and fail
// without one. nil ids mean all products; rows that do not exist are absent
// from maps. Errors are faults or the engine's own.
type Store interface {
	// Snapshot runs fn so that all its reads see one moment.
	Snapshot(ctx context.Context, fn func(context.Context) error) error

	// Head gives the end of the ledger.
	Head(ctx context.Context) (Head, error)
	// Lock is Head for writers: it keeps other writers of the shop out until the
	// transaction of ctx ends.
	Lock(ctx context.Context) (Head, error)
	// Append writes a change. A product of no or another shop is NotFound.
	Append(ctx context.Context, c Change) error
	// Stocks reads the books of products with every lot that is not empty.
	Stocks(ctx context.Context, ids []ident.ID) (map[ident.ID]*Stock, error)
	Balances(ctx context.Context, ids []ident.ID) (map[ident.ID]Balance, error)
	Lots(ctx context.Context, lotIDs []ident.ID) (map[ident.ID]Lot, error)
	// LotBalances reads the lots that are not empty, in the order they go out.
	LotBalances(ctx context.Context, ids []ident.ID) (map[ident.ID][]LotBalance, error)
	// LotBalancesAsOf reads the same as it was after closing on a day.
	LotBalancesAsOf(ctx context.Context, ids []ident.ID, through day.Date) (map[ident.ID][]LotBalance, error)
	// Expiring reads the lots with goods and an expiry up to through, by expiry.
	Expiring(ctx context.Context, through day.Date) ([]ExpiringLot, error)
	// Replace overwrites all balances of the shop.
	Replace(ctx context.Context, balances []ProductBalance, left []LotQuantity) error

	Movement(ctx context.Context, id ident.ID) (Movement, error)
	// OfSource reads all movements of a source, counter-entries too, by seq.
	OfSource(ctx context.Context, sourceID ident.ID) ([]Movement, error)
	Movements(ctx context.Context, q MovementQuery) ([]Movement, error)
	// Processed reads the movements of processing since a day, counter-entries too, the
	// newest first.
	Processed(ctx context.Context, from day.Date, limit int) ([]Movement, error)
	// Reversed tells which of the movements have a counter-entry.
	Reversed(ctx context.Context, ids []ident.ID) (map[ident.ID]bool, error)
	// LedgersOf reads all movements of products, of each by seq.
	LedgersOf(ctx context.Context, ids []ident.ID) (map[ident.ID][]Movement, error)
	// Each reads the ledger by seq, or of one product when product is not nil.
	Each(ctx context.Context, product *ident.ID, fn func(Movement) error) error
	// Flows reads what came and went since the start of a business day, in order
	// of OccurredAt, one flow an instant.
	Flows(ctx context.Context, ids []ident.ID, from day.Date) (map[ident.ID][]Flow, error)
	// Tallies adds up what came in and was thrown away on the days from..through.
	Tallies(ctx context.Context, ids []ident.ID, from, through day.Date) (map[ident.ID]Tally, error)

	Posting(ctx context.Context, clientID ident.ID) (Posted, bool, error)
	SavePosting(ctx context.Context, p Posted) error

	Expect(ctx context.Context, lines []Expected) error
	// Expected reads the expected lines of products, by due day.
	Expected(ctx context.Context, ids []ident.ID) (map[ident.ID][]Expected, error)
	ExpectedBy(ctx context.Context, sourceID ident.ID) ([]Expected, error)
	// Unexpect removes the lines of a source; nil line: all of them.
	Unexpect(ctx context.Context, sourceID ident.ID, line *int) error
	Allocate(ctx context.Context, lines []Allocation) error
	Allocated(ctx context.Context, ids []ident.ID) (map[ident.ID]measure.Quantity, error)
	AllocatedBy(ctx context.Context, sourceID ident.ID) ([]Allocation, error)
	Release(ctx context.Context, sourceID ident.ID, line *int) error

	MarkChanged(ctx context.Context, ids []ident.ID, from day.Date, at day.Micros) error
	MarkAll(ctx context.Context, at day.Micros) error
	// Queue, Changed and Unmark span all shops.
	Queue(ctx context.Context) ([]Queue, error)
	Changed(ctx context.Context, limit int) ([]Mark, error)
	// Marked reads the marks of the shop, the oldest first.
	Marked(ctx context.Context, limit int) ([]Mark, error)
	Unmark(ctx context.Context, marks []Mark) error
}

// Service is the stock of the shop whose scope ctx carries.
type Service struct {
	store  Store
	atomic Atomic
	now    func() time.Time
}

// New makes the service; now is the server's clock.
func New(store Store, atomic Atomic, now func() time.Time) *Service {
	return &Service{store: store, atomic: atomic, now: now}
}

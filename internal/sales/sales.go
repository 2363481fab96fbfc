// Package sales keeps what customers took home and brought back, what they asked
// for in vain, and brings in the past of a shop from files.
//
// A sale is a record of something that happened: it is never refused for want of
// stock, never counted twice, and never erased, only voided. Sales from before a
// product's stock was known are history: they teach the forecast and move nothing.
// The package must not know suppliers' terms beyond the quotes in a file, nor
// orders, pages, SQL or file formats.
package sales

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// Kind says which way the goods went.
type Kind string

// The kinds: out of the shop, and back into it.
const (
	KindSale   Kind = "sale"
	KindReturn Kind = "return"
)

// sign is +1 for goods sold, −1 for goods brought back: rows are signed so that
// sums are net.
func (k Kind) sign() int64 {
	if k == KindReturn {
		return -1
	}
	return 1
}

// Line is one product of a sale or a return. Quantity is positive and in base
// units, Price per base unit, Amount positive; the kind of the sale says which way
// goods and money went. Unit is the code in which the quantity was said.
type Line struct {
	ProductID ident.ID
	Quantity  measure.Quantity
	Unit      string
	Price     money.Price
	Amount    money.Amount
	Promo     bool
	// History marks a line that moved no stock.
	History bool
}

// Sale is one customer's basket, or the imported sales of one day.
type Sale struct {
	ID          ident.ID // the client's id
	Kind        Kind
	ChannelID   ident.ID
	Channel     string // code
	BusinessDay day.Date
	OccurredAt  day.Micros
	RecordedAt  day.Micros
	// DayOnly: the hour is not known, only the day.
	DayOnly     bool
	Lines       []Line
	Total       money.Amount // Σ Amount of the lines, positive also for a return
	Province    string       // GB/T 2260, empty when unknown
	CustomerKey []byte       // HMAC of the buyer's id in the channel; nil: unknown
	VoidedAt    *day.Micros
	Imported    bool // came out of a file: undone as a batch only
	PersonID    ident.ID
}

// The channels that are not online: what is sold in the shop itself, to other shops of the
// installation, to resellers, and work for others, such as drying their dates for a fee.
const (
	CounterCode    = "counter"
	ShopsCode      = "shops"
	WholesaleCode  = "wholesale"
	ProcessingCode = "processing"
)

func offline(code string) bool {
	switch code {
	case CounterCode, ShopsCode, WholesaleCode, ProcessingCode:
		return true
	}
	return false
}

// Channel is a way of selling.
type Channel struct {
	ID         ident.ID
	Code, Name string // Name is empty when nobody gave one
	Online     bool
}

// WishKind says how a wish became known.
type WishKind string

// The kinds of wishes: said by a customer, or searched for without result.
const (
	WishAsked  WishKind = "asked"
	WishSearch WishKind = "search"
)

// Wish is something asked for that the shop could not give.
type Wish struct {
	ID          ident.ID
	Text        string
	Kind        WishKind
	ProductID   *ident.ID // when the shop usually has it
	BusinessDay day.Date
	RecordedAt  day.Micros
	PersonID    ident.ID
}

// ErrMissing is a single row that the store does not have in this shop.
var ErrMissing = errors.New("sales: no such row")

// Atomic makes several writes one durable transaction; a Do inside a Do joins.
type Atomic interface {
	Do(ctx context.Context, fn func(context.Context) error) error
}

// Ledger is what sales need of the stock.
type Ledger interface {
	Post(ctx context.Context, postings []stock.Posting) ([]stock.Movement, []stock.Warning, error)
	Reverse(ctx context.Context, sourceID ident.ID, reason string) ([]stock.Movement, error)
	Balances(ctx context.Context, ids []ident.ID) (map[ident.ID]stock.Balance, error)
	MarkChanged(ctx context.Context, ids []ident.ID, from day.Date) error
}

// Shops gives the shop of ctx, whose secret hides who bought.
type Shops interface {
	Get(ctx context.Context) (shop.Shop, error)
}

// Journal keeps who changed what, in the transaction of the change.
type Journal interface {
	Record(ctx context.Context, action string, subject ident.ID, detail map[string]any) error
}

// Creditor keeps the book of what households take on credit, in the transaction of the
// sale.
type Creditor interface {
	Bought(ctx context.Context, sale Sale, household string) error
	TakenBack(ctx context.Context, saleID ident.ID) error
}

// Service records and reads the sales of the shop whose scope ctx carries.
type Service struct {
	store   Store
	atomic  Atomic
	catalog *catalog.Service
	ledger  Ledger
	shops   Shops
	sources []Source
	now     func() time.Time
	journal Journal
	credit  Creditor
	sold    atomic.Int64
}

// Recorded is how many sales and returns this process recorded since it began.
func (s *Service) Recorded() int64 { return s.sold.Load() }

// New makes the service; sources are the systems whose files Import understands,
// the first that recognises a file reads it.
func New(store Store, atomic Atomic, products *catalog.Service, ledger Ledger, shops Shops, sources []Source, now func() time.Time) *Service {
	return &Service{store: store, atomic: atomic, catalog: products, ledger: ledger, shops: shops, sources: sources, now: now}
}

// SetJournal sets who keeps the audit trail, while the program is wired.
func (s *Service) SetJournal(j Journal) { s.journal = j }

// SetCreditor sets who keeps the credit book, while the program is wired. Without one
// nothing is sold on credit.
func (s *Service) SetCreditor(c Creditor) { s.credit = c }

func (s *Service) record(ctx context.Context, action string, subject ident.ID, detail map[string]any) error {
	if s.journal == nil {
		return nil
	}
	return s.journal.Record(ctx, action, subject, detail)
}

// clock is now and the shop's day, from one reading of the clock.
func (s *Service) clock(scope tenant.Scope) (day.Micros, day.Date) {
	now := s.now()
	return day.At(now), day.Of(now, zoneOf(scope))
}

func zoneOf(scope tenant.Scope) *time.Location {
	if scope.Zone == nil {
		return time.UTC
	}
	return scope.Zone
}

func missing(key string) *fault.Error { return fault.New(fault.NotFound, key) }

// Channels lists the ways of selling of the shop by code, the counter first.
func (s *Service) Channels(ctx context.Context) ([]Channel, error) {
	found, err := s.store.Channels(ctx)
	if err != nil {
		return nil, err
	}
	out := []Channel{counter()}
	for _, c := range found {
		if c.Code == CounterCode {
			out[0] = c
			continue
		}
		out = append(out, c)
	}
	return out, nil
}

func counter() Channel { return Channel{ID: channelID(CounterCode), Code: CounterCode} }

// channelID is the same in every shop; the key of the row leads with the shop.
func channelID(code string) ident.ID { return ident.Derive(channelSpace, []byte(code)) }

var channelSpace = ident.MustParse("5b1f7a52-6a8c-5b77-9a0e-3f0c6f0f2a11")

// EnsureChannel gives the channel of that code, making it when it is new. An
// existing one keeps its name.
func (s *Service) EnsureChannel(ctx context.Context, code, name string, online bool) (Channel, error) {
	code, err := cleanChannel(code)
	if err != nil {
		return Channel{}, err
	}
	if name, err = catalog.CleanText(name, maxChannelName); err != nil {
		return Channel{}, err
	}
	made := Channel{ID: channelID(code), Code: code, Name: name, Online: online && !offline(code)}
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		found, err := s.store.Channel(ctx, code)
		if err == nil {
			made = found
			return nil
		}
		if !errors.Is(err, ErrMissing) {
			return err
		}
		return s.store.InsertChannel(ctx, made)
	})
	return made, err
}

const (
	maxChannelCode = 40
	maxChannelName = 120
)

// Package purchase keeps the orders to suppliers: drafts made from what is to be
// ordered, the state of each order until the goods are in or given up, the
// deliveries, and the lead times learned from them. It also gathers what an
// order's documents print.
//
// Its rules are pure (Order and its transitions); its Service makes them durable
// through a Store and tells the ledger what is expected and what arrived. It must
// not know why something is ordered, nor how documents, pages or rows look.
package purchase

import (
	"context"
	"fmt"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
)

// Source marks the movements that a delivery made; their source id is the
// delivery's, their source line the order's line.
const Source = "purchase"

// OrderLine is one product of an order. Quantities are in thousandths of Unit, the
// product's base unit; Price is per Unit, with or without tax as the order says.
type OrderLine struct {
	Line          int // from 1, without gaps
	ProductID     ident.ID
	ProductCode   string
	ProductName   string
	SupplierCode  string
	Quantity      measure.Quantity
	Unit          string
	Pack          measure.Pack // the step in which the supplier sells
	Price         money.Price
	TaxRate       int          // basis points
	Total         money.Amount // Quantity × Price
	Received      measure.Quantity
	ReferenceCost *money.Amount // the middleman's landed cost of Quantity, net of tax, if there is one
	Agreed        *Agreed       // what the supplier promised instead; nil: as ordered
	// ForOthers is the part of Quantity that is ordered for other shops and goes on to
	// them: it is neither expected here nor a saving of this shop.
	ForOthers measure.Quantity
}

// Owed is what of the line has not arrived; nothing when more arrived than promised.
func (l OrderLine) Owed() measure.Quantity { return max(0, l.Promised()-l.Received) }

// Packs is how many packs the quantity makes; false when it is no whole number of
// packs, or the pack is the base unit itself.
func (l OrderLine) Packs() (int64, bool) {
	size, err := l.Pack.Size()
	if err != nil || size <= 0 || l.Pack.Unit == l.Unit && l.Pack.Factor == measure.One || l.Quantity%size != 0 {
		return 0, false
	}
	return int64(l.Quantity / size), true
}

// Order is what one supplier is asked to deliver. Total is the sum of the lines;
// Freight comes on top. Saving compares with the middleman, net of tax, over the
// lines that he offers too.
type Order struct {
	ID               ident.ID
	Number           int64 // per shop, without gaps
	SupplierID       ident.ID
	SupplierName     string
	SupplierMinimum  money.Amount // the least that he delivers for, today
	State            State
	Currency         money.Currency
	Lines            []OrderLine // empty in lists
	LineCount        int
	Total, Freight   money.Amount
	Saving           *money.Amount
	PricesIncludeTax bool
	Language, Note   string
	CreatedDay       day.Date
	DueDay           day.Date  // when the next goods are to come
	WantedDay        *day.Date // what was asked for, once the supplier named other days
	SentDay          *day.Date
	CreatedAt        day.Micros
	SentAt           *day.Micros
	ConfirmedAt      *day.Micros
	ClosedAt         *day.Micros // received, closed short or cancelled
	AskedAt          *day.Micros // since then the draft waits for the owner
	AskedBy          ident.ID
	PersonID         ident.ID
	ClientID         ident.ID // of the request that made it; zero: none
	Version          int64
}

// NumberText is how people write the order's number: PO-2026-0117.
func (o Order) NumberText() string { return fmt.Sprintf("PO-%04d-%04d", o.CreatedDay.Year(), o.Number) }

// Short is what a draft lacks to its supplier's minimum; nothing of any other order.
func (o Order) Short() money.Amount {
	if o.State != Draft {
		return 0
	}
	return max(o.SupplierMinimum-o.Total, 0)
}

// Owed reports whether any line still has something to come.
func (o Order) Owed() bool {
	for _, l := range o.Lines {
		if l.Owed() > 0 {
			return true
		}
	}
	return false
}

// DraftLine asks for one product, in base units. Without an OfferID the supplier's
// offer of the product is taken, if there is one; a zero Price is the offer's price
// for the quantity.
type DraftLine struct {
	ProductID, OfferID ident.ID
	Quantity           measure.Quantity
	Price              money.Price
	ReferenceCost      *money.Amount // the middleman's landed cost of Quantity, net of tax
	ForOthers          measure.Quantity
}

// Fixed are terms of an order that were agreed beforehand and stand whatever the
// supplier's own are.
type Fixed struct {
	Freight          money.Amount
	PricesIncludeTax bool
	TaxRate          int // basis points, of every line
}

// DraftOrder asks for a draft. The same ClientID again answers with the orders
// that it made. A zero DueDay is the supplier's promised lead time from today.
type DraftOrder struct {
	SupplierID ident.ID
	ClientID   ident.ID // zero: none
	Lines      []DraftLine
	DueDay     day.Date
	Note       string
	Fixed      *Fixed // nil: the supplier's terms
}

// LineChange changes a line of a draft: its quantity (0 removes the line) and,
// when not nil, its price.
type LineChange struct {
	Line     int
	Quantity measure.Quantity
	Price    *money.Price
}

// ReceiptLine is goods of one line that arrived, in base units; several with the
// same Line are several lots. A nil Price is the ordered one.
type ReceiptLine struct {
	Line     int
	Quantity measure.Quantity
	Lot      string
	Produced *day.Date // without an Expiry, it follows from the product's shelf life
	Expiry   *day.Date
	Price    *money.Price
}

// Receipt is what a person says of a delivery. No lines: everything still owed, as
// ordered. The same ClientID again changes nothing; without one, the same lines
// on the same day are the same delivery. A zero or future At is now.
type Receipt struct {
	ClientID ident.ID
	Lines    []ReceiptLine
	At       day.Micros
	Note     string
}

// Delivery is a receipt as it was booked. One that was taken back has no lines.
type Delivery struct {
	ID, OrderID ident.ID
	BusinessDay day.Date
	OccurredAt  day.Micros
	RecordedAt  day.Micros
	LeadTime    *int // days since the order was sent
	Total       money.Amount
	Note        string
	PersonID    ident.ID
	Hash        []byte // of the request
	Lines       []DeliveryLine
}

// TakenBack reports whether the delivery was entered wrongly and undone.
func (d Delivery) TakenBack() bool { return len(d.Lines) == 0 }

// DeliveryLine is one lot of a delivery. Value is its landed cost net of tax, what
// the ledger books.
type DeliveryLine struct {
	Line      int // of the order
	ProductID ident.ID
	Quantity  measure.Quantity
	Price     money.Price
	Total     money.Amount
	Value     money.Amount
	Lot       string
	Produced  *day.Date
	Expiry    *day.Date
}

// Drafted is a line of a draft that nobody has sent yet: it is not on order, but
// the same need must not be ordered a second time.
type Drafted struct {
	OrderID, SupplierID, ProductID ident.ID
	Number                         int64
	CreatedDay                     day.Date
	Quantity                       measure.Quantity
}

// NumberText is the number of its order.
func (d Drafted) NumberText() string {
	return Order{Number: d.Number, CreatedDay: d.CreatedDay}.NumberText()
}

// Late tells of an order that should have come: by how many days it is late, and when
// it is likely to come (nil: nobody knows).
type Late struct {
	Days   int
	Likely *day.Date
}

// LeadTime is how long one arrived line took, in days from sending.
type LeadTime struct {
	SupplierID, ProductID, ReceiptID ident.ID
	Line                             int
	SentDay                          day.Date
	Days                             int
}

// Query asks for a page of orders, the newest number first, without lines. Zero
// values do not narrow; Before is the number of the last order seen; Limit 0 is
// DefaultLimit, at most MaxLimit.
type Query struct {
	State      State
	SupplierID ident.ID
	Overdue    *day.Date // open, and due before that day
	Asked      bool      // waiting for the owner
	Answered   bool      // with an answer of the supplier that waits for the shop
	Unmailed   bool      // sent, and its last e-mail failed, or may have
	Day        *day.Date // on which they were sent or, drafts, made; without cancelled ones
	Before     int64
	Limit      int
}

// Page sizes of List.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

// Atomic makes several writes one durable transaction; a Do inside a Do joins.
type Atomic interface {
	Do(ctx context.Context, fn func(context.Context) error) error
}

// Catalog knows products, suppliers and what they ask. The catalog's service is one.
type Catalog interface {
	Products(ctx context.Context, ids []ident.ID) (map[ident.ID]catalog.Product, error)
	Supplier(ctx context.Context, id ident.ID) (catalog.Supplier, error)
	Suppliers(ctx context.Context, includeArchived bool) ([]catalog.Supplier, error)
	OffersOf(ctx context.Context, supplierID ident.ID) ([]catalog.Offer, error)
	Offers(ctx context.Context, productIDs []ident.ID) (map[ident.ID][]catalog.Offer, error)
	QuotesOf(ctx context.Context, productIDs []ident.ID) (map[ident.ID][]catalog.Quote, error)
}

// Ledger books what arrives and keeps what is expected. The stock's service is one.
type Ledger interface {
	Post(ctx context.Context, postings []stock.Posting) ([]stock.Movement, []stock.Warning, error)
	Expect(ctx context.Context, lines []stock.Expected) error
	// Reverse undoes a source by counter-entries; doing it again changes nothing.
	Reverse(ctx context.Context, sourceID ident.ID, reason string) ([]stock.Movement, error)
	// OfSource reads all movements of a source, counter-entries too.
	OfSource(ctx context.Context, sourceID ident.ID) ([]stock.Movement, error)
	Unexpect(ctx context.Context, sourceID ident.ID, line *int, quantity *measure.Quantity) error
	ExpectedOf(ctx context.Context, ids []ident.ID) (map[ident.ID][]stock.Expected, error)
	// MarkChanged says that what was computed for products is stale from a day on.
	MarkChanged(ctx context.Context, ids []ident.ID, from day.Date) error
}

// Journal keeps who changed what, in the transaction of the change.
type Journal interface {
	Record(ctx context.Context, action string, subject ident.ID, detail map[string]any) error
}

// Store keeps the orders of the shop in ctx; an id of another shop is as good as
// none. Writes need a transaction in ctx. Single reads of what is not there return
// ErrMissing.
type Store interface {
	// TakeNumbers takes the next n numbers of the shop and gives the first, in the
	// transaction of ctx.
	TakeNumbers(ctx context.Context, n int) (int64, error)
	// Insert writes new orders with their lines, in bulk.
	Insert(ctx context.Context, orders []Order) error
	// Update replaces the head, and with lines also all lines, of the order with
	// that id and the version before o.Version; false when there is none such.
	Update(ctx context.Context, o Order, lines bool) (bool, error)
	// Order reads one with its lines.
	Order(ctx context.Context, id ident.ID) (Order, error)
	IDByNumber(ctx context.Context, number int64) (ident.ID, error)
	// ByClient reads the orders that a request made, by number, with lines.
	ByClient(ctx context.Context, clientID ident.ID) ([]Order, error)
	// List reads heads, newest number first.
	List(ctx context.Context, q Query) ([]Order, error)
	// Count counts the orders that List would page through.
	Count(ctx context.Context, q Query) (int, error)
	// Due reads the orders in any of the states that are due by a day, the
	// earliest first, with lines.
	Due(ctx context.Context, states []State, through day.Date) ([]Order, error)
	// OwedAsOf reads what suppliers owed after closing on a day: lines of orders sent
	// by then and not ended by the instant that the day ended, less what had arrived.
	OwedAsOf(ctx context.Context, through day.Date, end day.Micros) ([]stock.Expected, error)
	// Drafted reads the lines of unsent drafts for products (nil: for all), the
	// oldest order first.
	Drafted(ctx context.Context, productIDs []ident.ID) ([]Drafted, error)
	// Number is the last number taken.
	Number(ctx context.Context) (int64, error)

	Delivery(ctx context.Context, id ident.ID) (Delivery, error)
	// Deliveries reads those of an order, the oldest first, with lines.
	Deliveries(ctx context.Context, orderID ident.ID) ([]Delivery, error)
	InsertDeliveries(ctx context.Context, deliveries []Delivery) error
	// LeadTimes reads those of the suppliers (nil: of all), the oldest order first.
	LeadTimes(ctx context.Context, supplierIDs []ident.ID) ([]LeadTime, error)
	// ClearDelivery removes the lines of a delivery, what it taught and what it saved;
	// its head stays, so that the same request is never booked again.
	ClearDelivery(ctx context.Context, id ident.ID) error
	InsertLeadTimes(ctx context.Context, rows []LeadTime) error

	// Papers reads how a supplier wants orders; KeepPapers replaces it.
	Papers(ctx context.Context, supplierID ident.ID) (Papers, error)
	KeepPapers(ctx context.Context, p Papers) error
	Shelf
	Patterns
	Letterbox
	Attic
	InsertSavings(ctx context.Context, rows []Saved) error
	// Savings reads the latest day first, by receipt and position within it.
	Savings(ctx context.Context, q SavedQuery) ([]Saved, error)
	// SavedDays adds up by day and supplier, the earliest first.
	SavedDays(ctx context.Context, from, through day.Date) ([]SavedDay, error)
}

// Service keeps the orders of the shop whose scope ctx carries.
type Service struct {
	store   Store
	atomic  Atomic
	catalog Catalog
	ledger  Ledger
	journal Journal
	shops   Shops  // nil: weights are told in base units
	links   *links // nil: suppliers have no links
	posts   *posts // nil: no order leaves by mail
	now     func() time.Time

	follower Follower // nil: nobody
	partners Partners // nil: suppliers are elsewhere
}

// Shops tells how the shop of ctx wants weights shown.
type Shops interface {
	Get(ctx context.Context) (shop.Shop, error)
}

// SetShops lets documents speak the shop's own unit of weight.
func (s *Service) SetShops(shops Shops) { s.shops = shops }

// New makes the service; now is the server's clock.
func New(store Store, atomic Atomic, c Catalog, ledger Ledger, journal Journal, now func() time.Time) *Service {
	return &Service{store: store, atomic: atomic, catalog: c, ledger: ledger, journal: journal, now: now}
}

// Package restock is the area that closes the loop: it reads what a shop sold and
// has, asks the kernels what will be wanted and what to order, and keeps the
// answers ready to be read. It is where demand, forecast and replenish meet
// catalog, stock, sales and purchase; it must not know pages, documents or tables.
//
// Everything it keeps is derived: it can be deleted and recomputed.
package restock

import (
	"context"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/forecast"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/replenish"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// State is what became of a suggestion.
type State string

// The states.
const (
	Open    State = "open"
	Ordered State = "ordered"
	Snoozed State = "snoozed"
)

// Suggestion is one product's future as it is stored: everything that a page or
// an export shows. Quantities are in thousandths of Unit, the base unit.
type Suggestion struct {
	ProductID  ident.ID
	AsOf       day.Date // last day that is known whole
	SupplierID *ident.ID
	OfferID    *ident.ID

	OnHand, Available, OnOrder measure.Quantity
	StockKnown                 bool
	RiskPPM                    int // probability of running out before RiskUntil, in millionths
	RiskUntil                  *day.Date
	RunOut                     *day.Date // first day with that probability of a half or more
	CoverDays                  *int      // nil: a year or longer
	DailyRate                  measure.Quantity

	Quantity      measure.Quantity // to order, base units
	PackQuantity  measure.Quantity // the same counted in PackUnit, thousandths
	PackUnit      string
	UnitPrice     money.Price
	LineCost      money.Amount
	Saving        *money.Amount // against the middleman; nil without one
	ReferenceCost *money.Amount // the middleman's landed cost of Quantity
	Assumed       bool          // terms assumed

	Expiring    measure.Quantity // expires before it can be sold
	ExpiringDay *day.Date        // the earliest of what is there, expired or not

	Reason []replenish.Message
	Spark  Spark
	Trace  replenish.Trace
	// Weighed are the quantities that Quantity was chosen from: see Store.Weighed.
	Weighed replenish.Weighing

	State          State
	SnoozedUntil   *day.Date
	Override       *measure.Quantity
	OverrideReason string
	Purse          *money.Amount // Override was set to stay within so much; nil: by a person
	OverrideWhy    Why
	Rejected       *measure.Quantity // snoozed because a person refused so much; nil: put off
	MadeAt         day.Micros
}

// Chosen is the quantity to order: the person's, where they changed ours.
func (s Suggestion) Chosen() measure.Quantity {
	if s.Override != nil {
		return *s.Override
	}
	return s.Quantity
}

// Spark is the small chart: four weeks back and two ahead, in thousandths.
type Spark struct {
	Past  []int64 `json:"p"` // sold a day; -1: the shelf was empty all day
	Lower []int64 `json:"l"`
	Mean  []int64 `json:"m"`
	Upper []int64 `json:"u"`
}

// Pool is what was learned jointly over a shop's products.
type Pool struct {
	Made     day.Date      `json:"made"`
	Forecast forecast.Pool `json:"forecast"`
	Shop     demand.Shop   `json:"shop"`
	Market   Market        `json:"market,omitzero"`
	Newest   day.Date      `json:"newest"` // last day with a sale when it was made
}

// Catalog is what restock reads of the catalogue.
type Catalog interface {
	All(ctx context.Context) ([]catalog.Product, error)
	Products(ctx context.Context, ids []ident.ID) (map[ident.ID]catalog.Product, error)
	Codes(ctx context.Context) (map[string]ident.ID, error)
	// Merged tells which products go on as which.
	Merged(ctx context.Context) (map[ident.ID]ident.ID, error)
	Groups(ctx context.Context) (map[string][]ident.ID, error)
	Offers(ctx context.Context, productIDs []ident.ID) (map[ident.ID][]catalog.Offer, error)
	Suppliers(ctx context.Context, includeArchived bool) ([]catalog.Supplier, error)
	LastQuotes(ctx context.Context, asOf day.Date) (map[ident.ID]catalog.Quote, error)
	QuotesOf(ctx context.Context, productIDs []ident.ID) (map[ident.ID][]catalog.Quote, error)
}

// Stock is what restock reads of the ledger, and its work queue.
type Stock interface {
	Holdings(ctx context.Context, ids []ident.ID, today day.Date) (map[ident.ID]stock.Holding, error)
	LotsAsOf(ctx context.Context, ids []ident.ID, through day.Date) (map[ident.ID][]stock.LotBalance, error)
	Balances(ctx context.Context, ids []ident.ID) (map[ident.ID]stock.Balance, error)
	LedgersOf(ctx context.Context, ids []ident.ID) (map[ident.ID][]stock.Movement, error)
	ExpectedOf(ctx context.Context, ids []ident.ID) (map[ident.ID][]stock.Expected, error)
	History(ctx context.Context, ids []ident.ID, from day.Date) (map[ident.ID][]stock.Level, error)
	Tallies(ctx context.Context, ids []ident.ID, from, through day.Date) (map[ident.ID]stock.Tally, error)
	Movements(ctx context.Context, q stock.MovementQuery) ([]stock.Movement, error)
	Queue(ctx context.Context) ([]stock.Queue, error)
	Marked(ctx context.Context, limit int) ([]stock.Mark, error)
	Unmark(ctx context.Context, marks []stock.Mark) error
	MarkChanged(ctx context.Context, ids []ident.ID, from day.Date) error
	MarkAll(ctx context.Context) error
}

// Sales is what restock reads of the sales.
type Sales interface {
	DaysThrough(ctx context.Context, ids []ident.ID, from, through day.Date) (map[ident.ID][]sales.DaySales, error)
	Newest(ctx context.Context) (day.Date, bool, error)
	// SoldAmong tells which products have a recorded sale.
	SoldAmong(ctx context.Context, productIDs []ident.ID) (map[ident.ID]bool, error)
}

// Purchase is how a suggestion becomes an order, and what lead times were.
type Purchase interface {
	Draft(ctx context.Context, drafts []purchase.DraftOrder) ([]purchase.Order, error)
	LeadTimes(ctx context.Context, supplierIDs []ident.ID) (map[ident.ID][]purchase.LeadTime, error)
	OwedAsOf(ctx context.Context, through day.Date) (map[ident.ID][]stock.Expected, error)
	Order(ctx context.Context, id ident.ID) (purchase.Order, error)
	ExtendDraft(ctx context.Context, id ident.ID, version int64, changes []purchase.LineChange, more []purchase.DraftLine) (purchase.Order, error)
	// Drafted reads what stands in unsent drafts, by product (nil: of all).
	Drafted(ctx context.Context, productIDs []ident.ID) (map[ident.ID][]purchase.Drafted, error)
	// Range reads how promised savings came out of late.
	Range(ctx context.Context, p purchase.Promise) (*purchase.SavingRange, error)
}

// Shops gives the shop of the scope, and all of them for the runner.
type Shops interface {
	Get(ctx context.Context) (shop.Shop, error)
	Shops(ctx context.Context) ([]shop.Shop, error)
	// SetPolicy answers the policy that held before, and whether anything changed.
	SetPolicy(ctx context.Context, p shop.Policy) (before shop.Policy, changed bool, err error)
}

// Atomic makes several writes one.
type Atomic interface {
	Do(ctx context.Context, fn func(context.Context) error) error
}

// Store keeps what restock derives, for the shop of ctx.
type Store interface {
	Reader
	Decisions
	Scores
	LevelStore
	Pool(ctx context.Context) (Pool, bool, error)
	PutPool(ctx context.Context, p Pool) error
	// Years reads the packed rows of products by product, in order of year.
	Years(ctx context.Context, ids []ident.ID) (map[ident.ID][]demand.Year, error)
	// Packed reads the same rows as they are stored, to be unpacked one product at a
	// time: of a large shop all of them at once would fill the memory. nil: of all.
	Packed(ctx context.Context, ids []ident.ID) (map[ident.ID][][]byte, error)
	// PutYears replaces the rows of a product from year on.
	PutYears(ctx context.Context, rows []ProductYears) error
	// PutSuggestions writes rows. What the person chose stays while it stands: a
	// snooze until its day, a refusal until the need is another, the rest for the day,
	// an order until it came.
	PutSuggestions(ctx context.Context, rows []Suggestion) error
	// KeepSuggestions is PutSuggestions in a transaction of its own, in which before runs
	// first: nobody waits for it while the rows are packed.
	KeepSuggestions(ctx context.Context, rows []Suggestion, before func(context.Context) error) error
	// Ordered tells which of the products have an ordered suggestion.
	Ordered(ctx context.Context, ids []ident.ID) ([]ident.ID, error)
	DeleteSuggestions(ctx context.Context, ids []ident.ID) error
	// Suggestions reads whole rows, traces and all, in the order of the product
	// list; nil: of all.
	Suggestions(ctx context.Context, ids []ident.ID) ([]Suggestion, error)
	// Weighed reads the quantities that the suggestions of products were chosen from;
	// a product without such is left out.
	Weighed(ctx context.Context, ids []ident.ID) (map[ident.ID]replenish.Weighing, error)
	// Choose changes what the person chose for one product; missing is NotFound.
	Choose(ctx context.Context, productID ident.ID, c Choice) error
	// MarkOrdered turns open suggestions into ordered ones and answers which.
	MarkOrdered(ctx context.Context, ids []ident.ID) ([]ident.ID, error)

	// Hindsight reads the answer about the shop's past; false when nobody ever asked.
	Hindsight(ctx context.Context) (Hindsight, bool, error)
	AskHindsight(ctx context.Context, at day.Micros) error
	// BeginHindsight takes the run; false when one goes on that gave a sign of life since dead.
	BeginHindsight(ctx context.Context, at, dead day.Micros) (bool, error)
	BeatHindsight(ctx context.Context, at day.Micros, done, total int) error
	// EndHindsight ends the run with its answer; nil: it broke, and an earlier answer stays.
	EndHindsight(ctx context.Context, at day.Micros, told *Told) error
	// Hold takes the shop in hand for a holder, when nobody else has it at now.
	Hold(ctx context.Context, holder ident.ID, now, until day.Micros) (Work, bool, error)
	// LetGo gives it out of hand again, if the holder still has it.
	LetGo(ctx context.Context, holder ident.ID, failures int, retry day.Micros) error
	Work(ctx context.Context) (Work, error)
	// Ask notes that everything is to be worked out again; nil: it was.
	Ask(ctx context.Context, at *day.Micros) error
	// Asked lists the shops, of all, in which somebody asked.
	Asked(ctx context.Context) ([]tenant.ShopID, error)
	// PutRun writes how a run stands; the latest stay.
	PutRun(ctx context.Context, r Run) error
	// Runs reads the latest, the newest first.
	Runs(ctx context.Context) ([]Run, error)

	// PutMissed replaces what products missed; Missed reads it, nil: of all.
	PutMissed(ctx context.Context, rows []Missed) error
	Missed(ctx context.Context, ids []ident.ID) (map[ident.ID]Missed, error)

	// AddRecords keeps forecasts to be judged by later: of a product's week the first
	// one stays, whatever comes after.
	AddRecords(ctx context.Context, rows []Record) error
	// Records reads what was forecast of products from weeks since a day, the oldest
	// first.
	Records(ctx context.Context, ids []ident.ID, since day.Date) (map[ident.ID][]Record, error)
	// RecordedBefore tells whether a forecast is kept of a week before a day.
	RecordedBefore(ctx context.Context, d day.Date) (bool, error)
	// AddAdjustment writes one; false when its id is there already.
	AddAdjustment(ctx context.Context, a Adjustment) (bool, error)
	// Adjustment reads one; missing is NotFound.
	Adjustment(ctx context.Context, id ident.ID) (Adjustment, error)
	// Adjustments reads those of products by product, the earliest first.
	Adjustments(ctx context.Context, q AdjustmentQuery) (map[ident.ID][]Adjustment, error)
	// WithdrawAdjustment marks one as withdrawn, if it is not yet.
	WithdrawAdjustment(ctx context.Context, id, by ident.ID, at day.Micros) error
	// Foretell writes what was forecast of the days of adjustments: Ours and Adjusted.
	Foretell(ctx context.Context, list []Adjustment) error
}

// AdjustmentQuery asks for the adjustments of products that end on a day or later;
// Standing leaves out those that were withdrawn.
type AdjustmentQuery struct {
	IDs      []ident.ID
	From     day.Date
	Standing bool
}

// ProductYears are rows of one product that replace its rows from From on.
type ProductYears struct {
	ProductID ident.ID
	From      int
	Years     []demand.Year

	counts *counted // where they come from, when not from sales
}

// Choice is what a person decided about a suggestion.
type Choice struct {
	State          State
	SnoozedUntil   *day.Date
	Override       *measure.Quantity
	OverrideReason string
	Purse          *money.Amount
	OverrideWhy    Why
	Rejected       *measure.Quantity
}

// Service is the area.
type Service struct {
	store    Store
	atomic   Atomic
	shops    Shops
	catalog  Catalog
	stock    Stock
	sales    Sales
	purchase Purchase
	journal  Journal  // nil: nobody keeps one
	follower Follower // nil: nobody follows
	hands    hands
	// neighbours tell what other shops sell; nil: there are none.
	neighbours Neighbours
	now        func() time.Time
}

// New builds the service. now is the clock.
func New(store Store, atomic Atomic, shops Shops, c Catalog, s Stock, sold Sales, p Purchase, now func() time.Time) *Service {
	return &Service{store: store, atomic: atomic, shops: shops, catalog: c, stock: s, sales: sold, purchase: p, now: now,
		hands: hands{sick: map[tenant.ShopID]string{}, seen: Tally{Runs: map[RunKind]int{}, Failures: map[RunKind]int{}, Seconds: map[RunKind]float64{}}}}
}

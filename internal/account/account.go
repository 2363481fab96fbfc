// Package account keeps the accounts with people: what households owe the shop for goods
// taken on credit, and what the shop owes its helpers for their work. An account is an
// append-only list of entries in exact money; what is wrong is taken back by a
// counter-entry. Entries have no words: a name and a telephone number stand in one row,
// which can be erased without touching a sum.
//
// It must not know goods, pages or SQL.
package account

import (
	"context"
	"errors"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// Side is which kind of people an account is with.
type Side string

// The sides: a household owes the shop, the shop owes a helper.
const (
	Household Side = "household"
	Helper    Side = "helper"
)

// Kind says what an entry is.
type Kind string

// The kinds. Bought and Worked add to what is owed, the others pay it.
const (
	Bought     Kind = "bought"      // goods on credit
	Returned   Kind = "returned"    // goods brought back that had been taken on credit
	Paid       Kind = "paid"        // by a household
	WrittenOff Kind = "written_off" // will not be paid any more
	Worked     Kind = "worked"
	Wage       Kind = "wage" // paid to a helper
)

// Tasks are what helpers, and the owner, do; one of them is in each entry of work.
func Tasks() []string {
	return []string{"counter", "ordering", "counting", "packing", "harvest", "processing", "delivery", "books", "other"}
}

// Account is an account as it stands.
type Account struct {
	ID          ident.ID
	Side        Side
	Name, Phone string       // empty once erased
	Balance     money.Amount // owed; below zero: paid in advance
	Since       *day.Date    // of the oldest entry that is not paid; nil: nothing is owed
	LastDay     *day.Date
	Entries     int
	CreatedAt   day.Micros
	ErasedAt    *day.Micros
	Version     int64
}

// Entry is one line of an account. Amount is signed: it adds to the balance.
type Entry struct {
	ID, AccountID ident.ID
	Seq           int
	Side          Side
	Kind          Kind
	Amount        money.Amount
	Day           day.Date
	RecordedAt    day.Micros
	SaleID        *ident.ID // of goods on credit
	ReversesID    *ident.ID // a counter-entry
	Task          string
	Minutes       int
	Pieces        measure.Quantity
	PersonID      ident.ID // who wrote it
	Hash          []byte   // of the request
}

// Query asks for a page of accounts: those that owe first, the largest balance first.
type Query struct {
	Side  Side
	After *Cursor
	Limit int
}

// Cursor is the last account seen.
type Cursor struct {
	Balance money.Amount
	ID      ident.ID
}

// Standing is what all accounts of a side come to.
type Standing struct {
	Open    int          // accounts with a balance above zero
	Owed    money.Amount // their sum
	Ahead   money.Amount // paid in advance, positive
	Overdue int          // of Open, those whose oldest entry is older than a day asked for
	Late    money.Amount // what these owe
}

// Flow is what happened in some days, counter-entries deducted, each on the day of what it
// takes back.
type Flow struct {
	Bought, Returned, Paid, WrittenOff money.Amount // positive
	Earned, Wages                      money.Amount // positive
	Minutes                            int          // worked
}

// OnCredit is what of the sales was not paid at once.
func (f Flow) OnCredit() money.Amount { return f.Bought - f.Returned }

// Store keeps the accounts of the shop of ctx. Writes need a transaction in ctx.
type Store interface {
	Account(ctx context.Context, id ident.ID) (Account, error)
	// ByName finds one by the folded name.
	ByName(ctx context.Context, side Side, search string) (Account, error)
	Accounts(ctx context.Context, q Query) ([]Account, error)
	Insert(ctx context.Context, a Account, search string) error
	// Update replaces the row of the version before; search "" erases it. A name that
	// another account has is ErrTaken.
	Update(ctx context.Context, a Account, search string) (bool, error)
	Append(ctx context.Context, entries []Entry) error
	Entry(ctx context.Context, id ident.ID) (Entry, error)
	// OfSale finds the entry of a sale on credit.
	OfSale(ctx context.Context, saleID ident.ID) (Entry, error)
	// OnCredit tells which sales have an entry.
	OnCredit(ctx context.Context, saleIDs []ident.ID) (map[ident.ID]bool, error)
	// Entries reads those of an account by seq.
	Entries(ctx context.Context, account ident.ID) ([]Entry, error)
	// Between reads those of a side on the days from through, in order.
	Between(ctx context.Context, side Side, from, through day.Date) ([]Entry, error)
	// Standing adds up a side; overdue is before that day.
	Standing(ctx context.Context, side Side, overdue day.Date) (Standing, error)
	// Sums adds up amounts by kind on the days from through, and minutes of work.
	Sums(ctx context.Context, from, through day.Date) (map[Kind]money.Amount, int, error)
	// Before reads how many minutes a week tasks took, by task.
	Before(ctx context.Context) (map[string]int, error)
	// PutBefore replaces one; 0 removes it.
	PutBefore(ctx context.Context, task string, minutes int, person ident.ID, at day.Micros) error
}

// ErrMissing is a single row that the store does not have in this shop; ErrTaken a name
// that another account has.
var (
	ErrMissing = errors.New("account: no such row")
	ErrTaken   = errors.New("account: name is taken")
)

// Atomic makes several writes one durable transaction; a Do inside a Do joins.
type Atomic interface {
	Do(ctx context.Context, fn func(context.Context) error) error
}

// Journal keeps who changed what, in the transaction of the change.
type Journal interface {
	Record(ctx context.Context, action string, subject ident.ID, detail map[string]any) error
}

// Service is the accounts of the shop whose scope ctx carries.
type Service struct {
	store   Store
	atomic  Atomic
	journal Journal
	now     func() time.Time
}

// New makes the service; now is the server's clock.
func New(store Store, atomic Atomic, journal Journal, now func() time.Time) *Service {
	return &Service{store: store, atomic: atomic, journal: journal, now: now}
}

// Bounds of what people type.
const (
	MaxName  = 60
	MaxPhone = 40
)

// PageSize is how many accounts a page has.
const PageSize = 50

// LateAfter is after how many days a debt is called late.
const LateAfter = 30

func (s *Service) moment(scope tenant.Scope) (day.Micros, day.Date) {
	zone := scope.Zone
	if zone == nil {
		zone = time.UTC
	}
	t := s.now()
	return day.At(t), day.Of(t, zone)
}

func missing(err error) error {
	if errors.Is(err, ErrMissing) {
		return fault.New(fault.NotFound, "account.missing")
	}
	return err
}

func stale() *fault.Error { return fault.New(fault.Conflict, "account.changed_meanwhile") }

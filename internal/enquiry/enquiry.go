// Package enquiry asks several suppliers for prices: who was asked for what, what each
// answered, how the answers compare on the shelf, and who gets which line. An award
// becomes an offer of the catalog and a draft of purchasing.
//
// It must not know why something is wanted, nor how pages, messages or rows look.
package enquiry

import (
	"context"
	"fmt"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/tenant"
)

// State is how far an enquiry has come.
type State string

// The states. An enquiry is awarded when every line is; closed when the shop gave up
// the lines that are not.
const (
	Open    State = "open"
	Awarded State = "awarded"
	Closed  State = "closed"
)

// States lists them.
func States() []State { return []State{Open, Awarded, Closed} }

// Enquiry is what several suppliers are asked for.
type Enquiry struct {
	ID          ident.ID
	Number      int64 // per shop, without gaps
	State       State
	AnswerBy    day.Date
	Note        string // told to the suppliers
	Lines       []Line // empty in lists
	Invitations []Invitation
	Counts      Counts // of a list
	CreatedDay  day.Date
	CreatedAt   day.Micros
	ClosedAt    *day.Micros // awarded or closed
	PersonID    ident.ID
	ClientID    ident.ID // of the request that made it; zero: none
	Version     int64    // raised by every change, answers too
}

// Counts tell of an enquiry in a list what its parts would.
type Counts struct{ Lines, Awarded, Asked, Answered int }

// NumberText is how people write the number: RFQ-2026-0001.
func (e Enquiry) NumberText() string {
	return fmt.Sprintf("RFQ-%04d-%04d", e.CreatedDay.Year(), e.Number)
}

// Invitation gives the one with that id.
func (e Enquiry) Invitation(id ident.ID) (Invitation, bool) {
	for _, in := range e.Invitations {
		if in.ID == id {
			return in, true
		}
	}
	return Invitation{}, false
}

// Line is one product asked for, in base units.
type Line struct {
	Line        int // from 1, without gaps
	ProductID   ident.ID
	ProductCode string
	ProductName string
	Unit        string // the product's base unit
	Quantity    measure.Quantity
	Award       *Award // nil: nobody has it yet
}

// Award says who delivers a line, and the order that it stands on.
type Award struct{ InvitationID, OrderID ident.ID }

// Invitation is a supplier who is asked, and what he answered.
type Invitation struct {
	ID           ident.ID
	EnquiryID    ident.ID
	SupplierID   ident.ID
	SupplierName string // today's
	AnsweredAt   *day.Micros
	Answers      []Answer // by line; lines that he said nothing of are left out
	LinkID       ident.ID // of the link by which he may answer; zero: none is valid
	ReplyHash    []byte   // of what he answered by it; nil: nothing yet
	Version      int64
}

// Answer gives what he said of a line.
func (in Invitation) Answer(line int) (Answer, bool) {
	for _, a := range in.Answers {
		if a.Line == line {
			return a, true
		}
	}
	return Answer{}, false
}

// Answer is what a supplier says of a line: what he asks, or that he cannot deliver it.
// Price is per base unit, with or without tax as his terms say; Unit is the one that he
// wrote it for.
type Answer struct {
	Line     int
	Cannot   bool
	Unit     string
	Price    money.Price
	Minimum  measure.Quantity // 0: none
	Pack     measure.Pack     // the step in which he sells; zero: one base unit
	LeadDays *int             // nil: as his terms say
	Until    *day.Date        // the last day on which the price holds; nil: he said none
	Row      int              // of the form that it was typed in, for what is wrong with it; not kept
}

// Lapsed reports whether the price holds no more on a day.
func (a Answer) Lapsed(on day.Date) bool { return a.Until != nil && *a.Until < on }

// same reports whether two answers say the same.
func (a Answer) same(b Answer) bool {
	days := func(n *int) int { return orElse(n, -1) }
	until := func(d *day.Date) day.Date { return orElse(d, day.None) }
	return days(a.LeadDays) == days(b.LeadDays) && until(a.Until) == until(b.Until) &&
		a.Line == b.Line && a.Cannot == b.Cannot && a.Unit == b.Unit && a.Price == b.Price && a.Minimum == b.Minimum && a.Pack == b.Pack
}

func orElse[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// NewEnquiry asks for an enquiry. The same ClientID again answers with the enquiry that
// it made; with another content it is a Conflict.
type NewEnquiry struct {
	ClientID  ident.ID
	Lines     []NewLine
	Suppliers []ident.ID
	AnswerBy  day.Date
	Note      string
}

// NewLine asks for a product, in base units.
type NewLine struct {
	ProductID ident.ID
	Quantity  measure.Quantity
}

// Choice gives a line to the supplier of an invitation.
type Choice struct {
	Line         int
	InvitationID ident.ID
}

// Query asks for a page of enquiries, the newest number first, without their parts.
// Zero values do not narrow; Before is the last number seen.
type Query struct {
	State  State
	Before int64
	Limit  int
}

// Bounds of an enquiry.
const (
	MaxLines     = 50
	MaxSuppliers = 12
	MaxNote      = 1000
	DefaultLimit = 50
	maxLimit     = 500
	farAhead     = 365 // days that an answer may take, or a price hold
)

// Atomic makes several writes one durable transaction; a Do inside a Do joins.
type Atomic interface {
	Do(ctx context.Context, fn func(context.Context) error) error
}

// Catalog knows products, suppliers and what they ask, and keeps what is awarded. The
// catalog's service is one.
type Catalog interface {
	Products(ctx context.Context, ids []ident.ID) (map[ident.ID]catalog.Product, error)
	Suppliers(ctx context.Context, includeArchived bool) ([]catalog.Supplier, error)
	Offers(ctx context.Context, productIDs []ident.ID) (map[ident.ID][]catalog.Offer, error)
	SaveOffer(ctx context.Context, o catalog.Offer) (catalog.Offer, error)
}

// Orders makes drafts, and tells what the middleman would take. The purchase service is
// one.
type Orders interface {
	Draft(ctx context.Context, drafts []purchase.DraftOrder) ([]purchase.Order, error)
	Middleman(ctx context.Context, productID, notFrom ident.ID, q measure.Quantity) (*money.Amount, error)
}

// Journal keeps who changed what, in the transaction of the change.
type Journal interface {
	Record(ctx context.Context, action string, subject ident.ID, detail map[string]any) error
}

// Store keeps the enquiries of the shop in ctx; an id of another shop is as good as
// none. Writes need a transaction in ctx. Single reads of what is not there return
// ErrMissing.
type Store interface {
	// TakeNumber takes the next number of the shop.
	TakeNumber(ctx context.Context) (int64, error)
	// Number is the last number taken.
	Number(ctx context.Context) (int64, error)
	// Insert writes a new enquiry with its lines and invitations, without answers.
	Insert(ctx context.Context, e Enquiry) error
	// Update writes state, end and awards of the enquiry with the version before
	// e.Version; false when there is none such.
	Update(ctx context.Context, e Enquiry) (bool, error)
	// PutAnswers replaces what the invitation with the version before in.Version was
	// answered, and its link; false when there is none such.
	PutAnswers(ctx context.Context, in Invitation) (bool, error)
	// Enquiry reads one with all its parts.
	Enquiry(ctx context.Context, id ident.ID) (Enquiry, error)
	// ByClient finds the enquiry that a request made, ByInvitation the one of an
	// invitation.
	ByClient(ctx context.Context, clientID ident.ID) (ident.ID, error)
	ByInvitation(ctx context.Context, invitationID ident.ID) (ident.ID, error)
	// LinkShop tells which shop a link belongs to, and needs no shop in ctx; ByLink finds
	// its invitation.
	LinkShop(ctx context.Context, link ident.ID) (tenant.ShopID, error)
	ByLink(ctx context.Context, link ident.ID) (ident.ID, error)
	// List reads heads with their counts, newest number first.
	List(ctx context.Context, q Query) ([]Enquiry, error)
}

// Service keeps the enquiries of the shop whose scope ctx carries.
type Service struct {
	store   Store
	atomic  Atomic
	catalog Catalog
	orders  Orders
	journal Journal
	links   *links // nil: nobody answers by link
	now     func() time.Time
}

// New makes the service; now is the server's clock.
func New(store Store, atomic Atomic, c Catalog, orders Orders, journal Journal, now func() time.Time) *Service {
	return &Service{store: store, atomic: atomic, catalog: c, orders: orders, journal: journal, now: now}
}

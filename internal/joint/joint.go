// Package joint lets several shops make one order where a supplier's least quantity, or
// his price for more, is out of reach for each of them: who may be asked, who organises
// it, who joins with how much, what becomes of it when the time is up. The arithmetic of
// the shares is in its folder share.
//
// Of a shop that is asked the others learn a quantity and a name, and nothing else: what
// it would pay alone, what it has and what it expects to sell stay in its own rows. It
// must not know pages or SQL.
package joint

import (
	"context"
	"errors"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/joint/share"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/restock"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/trade"
)

// Neighbour is what a shop tells of itself to those who may ask it.
type Neighbour struct {
	ID       ident.ID // names it on pages
	Name     string
	Province string // two digits of GB/T 2260, or ""
	Currency string
	Open     bool          // it may be asked
	Shop     tenant.ShopID // never leaves the program
	Version  int64
}

// State is how far a joint order has come.
type State string

// The states. Missed is an order that its members did not reach; each went its own way.
const (
	Open      State = "open"
	Ordered   State = "ordered"
	Missed    State = "missed"
	Withdrawn State = "withdrawn"
)

// Answer is what a shop that was asked has said, and what became of it.
type Answer string

// The answers. Lapsed is whoever said nothing in time, Left who would have paid more than
// alone.
const (
	Asked        Answer = "asked"
	Joined       Answer = "joined"
	Declined     Answer = "declined"
	HasShare     Answer = "ordered"
	Fell         Answer = "missed" // joined an order that was not reached
	Left         Answer = "left"
	Lapsed       Answer = "lapsed"
	WithdrawnToo Answer = "withdrawn"
)

// Waits reports whether the shop may still answer, or answer otherwise.
func (a Answer) Waits() bool { return a == Asked || a == Joined || a == Declined }

// Goods are what is ordered together, and on which terms: all that whoever is asked reads
// of it. Quantities count Unit, the base unit of the organiser's product.
type Goods struct {
	Name             string
	Barcodes         []string
	Unit             string
	Supplier         string
	Pack             measure.Pack
	PricesIncludeTax bool
	TaxRate          int // basis points
	LeadDays         int
	Terms            share.Terms
}

// Order is a joint order as its organiser has it.
type Order struct {
	ID                             ident.ID
	State                          State
	ProductID, SupplierID, OfferID ident.ID
	Goods                          Goods
	Wanted, Tolerance              measure.Quantity // the organiser's own
	Until                          day.Date         // the last day to answer, on the organiser's calendar
	UntilAt                        day.Micros       // its end
	Note                           string
	Outcome                        Outcome // of an ordered one
	Reason                         Reason  // of a missed one
	OrderID                        ident.ID
	CreatedAt                      day.Micros
	ClosedAt                       *day.Micros
	Version                        int64
	Invitations                    []Invitation // in the order in which they were written
}

// Outcome is how an order was shared, as one of its shops sees it.
type Outcome struct {
	Quantity measure.Quantity // of all
	Price    money.Price
	Members  int
	Part     share.Part // of the one shop
}

// Reason says why an order was not made.
type Reason string

// The reasons.
const (
	NotEnough Reason = "not_enough" // together they do not want what the supplier asks
	NotWorth  Reason = "not_worth"  // somebody without whom it is not enough would pay more than alone
	NoSource  Reason = "no_source"  // the organiser has given up the supplier or the product
)

// Invitation is the row between the organiser and one shop that he asks.
type Invitation struct {
	ID, JointID         ident.ID
	From, To            tenant.ShopID
	Organiser, Province string
	Member              string // what the shop that is asked is called
	Goods               Goods
	Until               day.Date
	UntilAt             day.Micros
	Note                string
	Answer              Answer
	Wanted, Tolerance   measure.Quantity
	Outcome             Outcome
	OrderID             ident.ID // the member's purchase order
	AskedAt             day.Micros
	AnsweredAt          *day.Micros
	ClosedAt            *day.Micros
	Version             int64
}

// Due is an order whose time is up.
type Due struct {
	Shop tenant.ShopID
	ID   ident.ID
}

// ErrMissing is a single row that the store does not have for this shop.
var ErrMissing = errors.New("joint: no such row")

// Store keeps the rows of the shop in ctx. Neighbours answers with rows of other shops:
// those that said so. Writes need a transaction in ctx; a false is a version that moved on.
type Store interface {
	Neighbour(ctx context.Context) (Neighbour, error)
	PutNeighbour(ctx context.Context, n Neighbour, at day.Micros) (bool, error)
	Neighbours(ctx context.Context, currency string) ([]Neighbour, error)

	Order(ctx context.Context, id ident.ID) (Order, error)
	// Orders reads the shop's own without their invitations, the latest first.
	Orders(ctx context.Context, limit int) ([]Order, error)
	InsertOrder(ctx context.Context, o Order) error
	UpdateOrder(ctx context.Context, o Order) (bool, error)
	// Due reads the open orders, of all shops, whose time was up at an instant.
	Due(ctx context.Context, at day.Micros) ([]Due, error)

	// Invitation reads one of either side.
	Invitation(ctx context.Context, id ident.ID) (Invitation, error)
	// Received reads those that came to the shop, the latest first.
	Received(ctx context.Context, limit int) ([]Invitation, error)
	UpdateInvitation(ctx context.Context, in Invitation) (bool, error)

	// Product is for which of its products the shop joined; zero: for a new one.
	Product(ctx context.Context, invitation ident.ID) (ident.ID, error)
	PutProduct(ctx context.Context, invitation, product ident.ID) error
}

// Atomic makes several writes one durable transaction; a Do inside a Do joins.
type Atomic interface {
	Do(ctx context.Context, fn func(context.Context) error) error
}

// Catalog knows products, suppliers and offers. The catalog's service is one.
type Catalog interface {
	Product(ctx context.Context, id ident.ID) (catalog.Product, error)
	Products(ctx context.Context, ids []ident.ID) (map[ident.ID]catalog.Product, error)
	Barcodes(ctx context.Context) (map[string]ident.ID, error)
	List(ctx context.Context, q catalog.Query) (catalog.Page, error)
	Supplier(ctx context.Context, id ident.ID) (catalog.Supplier, error)
	Suppliers(ctx context.Context, includeArchived bool) ([]catalog.Supplier, error)
	Offer(ctx context.Context, id ident.ID) (catalog.Offer, error)
	Offers(ctx context.Context, productIDs []ident.ID) (map[ident.ID][]catalog.Offer, error)
}

// Suggestions reads what is stored of what to order. The store of restock is one.
type Suggestions interface {
	ToOrder(ctx context.Context) ([]restock.Row, error)
	Suggestions(ctx context.Context, ids []ident.ID) ([]restock.Suggestion, error)
}

// Orders are the shop's purchase orders.
type Orders interface {
	Draft(ctx context.Context, drafts []purchase.DraftOrder) ([]purchase.Order, error)
	Order(ctx context.Context, id ident.ID) (purchase.Order, error)
}

// Trade makes the orders between two shops.
type Trade interface {
	Agree(ctx context.Context, a trade.Agreement) (ident.ID, error)
}

// Marker has suggestions worked out anew.
type Marker interface {
	MarkChanged(ctx context.Context, ids []ident.ID, from day.Date) error
}

// Houses finds shops.
type Houses interface {
	Get(ctx context.Context) (shop.Shop, error)
	ByID(ctx context.Context, id tenant.ShopID) (shop.Shop, error)
}

// Journal keeps who changed what, in the transaction of the change.
type Journal interface {
	Record(ctx context.Context, action string, subject ident.ID, detail map[string]any) error
}

// Rooms are what the service needs of its neighbours.
type Rooms struct {
	Catalog     Catalog
	Suggestions Suggestions
	Orders      Orders
	Trade       Trade
	Marker      Marker
	Houses      Houses
	Journal     Journal
}

// Service makes the joint orders of the shop whose scope ctx carries.
type Service struct {
	store  Store
	atomic Atomic
	rooms  Rooms
	now    func() time.Time
}

// New makes the service; now is the server's clock.
func New(store Store, atomic Atomic, rooms Rooms, now func() time.Time) *Service {
	return &Service{store: store, atomic: atomic, rooms: rooms, now: now}
}

func (s *Service) micros() day.Micros { return day.At(s.now()) }

func stale() *fault.Error { return fault.New(fault.Conflict, "joint.changed_meanwhile") }

func missing(err error, key string) error {
	if errors.Is(err, ErrMissing) {
		return fault.New(fault.NotFound, key)
	}
	return err
}

// in runs fn as another shop: the one way from a shop into another. It acts by itself
// there; who works here is told there by nobody.
func (s *Service) in(ctx context.Context, other tenant.ShopID, fn func(context.Context) error) error {
	house, err := s.rooms.Houses.ByID(ctx, other)
	if err != nil {
		return err
	}
	return fn(shop.Acting(ctx, house))
}

// put writes a changed order.
func (s *Service) put(ctx context.Context, o *Order) error {
	o.Version++
	ok, err := s.store.UpdateOrder(ctx, *o)
	if err == nil && !ok {
		err = stale()
	}
	return err
}

// reply writes a changed invitation.
func (s *Service) reply(ctx context.Context, in *Invitation) error {
	in.Version++
	ok, err := s.store.UpdateInvitation(ctx, *in)
	if err == nil && !ok {
		err = stale()
	}
	return err
}

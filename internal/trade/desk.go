package trade

import (
	"context"
	"errors"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// Deals keeps the rows between two shops. Each method works for either side and answers
// a third shop as if the row were nowhere. Writes need a transaction in ctx.
type Deals interface {
	Deal(ctx context.Context, id ident.ID) (Deal, error)
	// Deals reads those of one side, the latest first; open ones only, when so asked.
	Deals(ctx context.Context, q DealQuery) ([]Deal, error)
	// InsertDeal writes a new one of the shop in ctx.
	InsertDeal(ctx context.Context, d Deal) error
	// UpdateDeal replaces what changes of the one with the version before; false when
	// there is none such.
	UpdateDeal(ctx context.Context, d Deal) (bool, error)
}

// DealQuery asks for deals of one side.
type DealQuery struct {
	Selling bool     // those that came to the shop; else those that it sent
	State   State    // "": any
	Source  ident.ID // of the seller's own order that brings the goods; zero: any
	Before  day.Micros
	Limit   int
}

// Orders are the buyer's purchase orders. The purchase's service is one.
type Orders interface {
	Draft(ctx context.Context, drafts []purchase.DraftOrder) ([]purchase.Order, error)
	Order(ctx context.Context, id ident.ID) (purchase.Order, error)
	Send(ctx context.Context, id ident.ID, version int64) (purchase.Order, error)
	Lots(ctx context.Context, orderID ident.ID) ([]purchase.Lot, error)
	Confirm(ctx context.Context, id ident.ID, version int64, lines []purchase.ConfirmLine) (purchase.Order, error)
	Cancel(ctx context.Context, id ident.ID) (purchase.Order, error)
	// Came reports whether the order has a delivery of that id which was not taken back.
	Came(ctx context.Context, id, receipt ident.ID) (bool, error)
}

// Ledger books what leaves and keeps what is promised. The stock's service is one.
type Ledger interface {
	Allocate(ctx context.Context, lines []stock.Allocation) error
	Release(ctx context.Context, sourceID ident.ID, line *int, quantity *measure.Quantity) error
	OfSource(ctx context.Context, sourceID ident.ID) ([]stock.Movement, error)
	LotInfo(ctx context.Context, lotIDs []ident.ID) (map[ident.ID]stock.Lot, error)
	Balances(ctx context.Context, ids []ident.ID) (map[ident.ID]stock.Balance, error)
	Lots(ctx context.Context, product ident.ID) ([]stock.LotBalance, error)
	Post(ctx context.Context, postings []stock.Posting) ([]stock.Movement, []stock.Warning, error)
	Reverse(ctx context.Context, sourceID ident.ID, reason string) ([]stock.Movement, error)
}

// Sales books what was sold. The sales' service is one.
type Sales interface {
	Record(ctx context.Context, r sales.Request) (sales.Sale, bool, []stock.Warning, error)
	Void(ctx context.Context, saleID ident.ID, reason string) error
}

// Houses finds a shop by its number. The shop's service does.
type Houses interface {
	ByID(ctx context.Context, id tenant.ShopID) (shop.Shop, error)
}

// Desk is what a shop needs to sell to another.
type Desk struct {
	Deals  Deals
	Orders Orders
	Ledger Ledger
	Sales  Sales
	Houses Houses
}

// SetDesk lets shops send one another orders.
func (s *Service) SetDesk(d Desk) { s.desk = d }

// Channel is the channel of sales to other shops.
const Channel = sales.ShopsCode

// across runs fn as the other side of a deal: the one way from a shop into another. The
// other shop acts by itself there; who works here is told there by nobody.
func (s *Service) across(ctx context.Context, d Deal, fn func(context.Context) error) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	other := d.From
	if scope.Shop == d.From {
		other = d.To
	} else if scope.Shop != d.To {
		return fault.New(fault.NotFound, "trade.deal_missing")
	}
	in, err := s.desk.Houses.ByID(ctx, other)
	if err != nil {
		return err
	}
	return fn(shop.Acting(ctx, in))
}

// Deal reads one of either side; NotFound for everybody else.
func (s *Service) Deal(ctx context.Context, id ident.ID) (Deal, error) {
	d, err := s.desk.Deals.Deal(ctx, id)
	return d, missing(err, "trade.deal_missing")
}

// MaxDeals is how many deals a page has.
const MaxDeals = 50

// Deals reads a page of one side, the latest first.
func (s *Service) Deals(ctx context.Context, q DealQuery) ([]Deal, error) {
	if q.Limit <= 0 || q.Limit > MaxDeals+1 {
		q.Limit = MaxDeals
	}
	return s.desk.Deals.Deals(ctx, q)
}

// Waiting counts the orders from other shops that nobody has answered, up to a page.
func (s *Service) Waiting(ctx context.Context) (int, error) {
	list, err := s.Deals(ctx, DealQuery{Selling: true, State: Sent})
	return len(list), err
}

// Here reads what the shop has of products.
func (s *Service) Here(ctx context.Context, ids []ident.ID) (map[ident.ID]stock.Balance, error) {
	return s.desk.Ledger.Balances(ctx, ids)
}

// HasDeal reports whether an order of the shop went to another shop.
func (s *Service) HasDeal(ctx context.Context, id ident.ID) (bool, error) {
	_, err := s.desk.Deals.Deal(ctx, id)
	if errors.Is(err, ErrMissing) {
		return false, nil
	}
	return err == nil, err
}

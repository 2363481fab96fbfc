package trade

import (
	"context"
	"errors"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// SourceDeal marks the movements of goods that were ordered for other shops and go on to
// them. They are no sales: nobody in this shop wanted them, and nothing is earned.
const SourceDeal = "deal"

// Agreement is what two shops have agreed: the one in ctx hands on goods of an order of its
// own at what they cost.
type Agreement struct {
	Client           ident.ID // of the buyer's order: the same again answers with the same
	Buyer            tenant.ShopID
	Source           ident.ID // the seller's order that brings the goods
	Product          ident.ID // the seller's
	ForProduct       ident.ID // the buyer's; zero: a new one
	Name, Unit       string
	Quantity         measure.Quantity
	Price            money.Price
	Freight          money.Amount
	TaxRate          int
	PricesIncludeTax bool
	Due              day.Date
	Note             string
}

// Agree makes the buyer's order, sent, and the seller's promise of it, and answers its id.
func (s *Service) Agree(ctx context.Context, a Agreement) (ident.ID, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return ident.Nil, err
	}
	var order ident.ID
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		err := s.across(ctx, Deal{From: a.Buyer, To: scope.Shop}, func(ctx context.Context) error {
			var err error
			order, err = s.orderFrom(ctx, scope, a)
			return err
		})
		if err != nil {
			return err
		}
		_, err = s.selling(ctx, order, 0, "deal.confirm", func(ctx context.Context, d *Deal) (bool, error) {
			if d.State != Sent {
				return false, nil
			}
			d.Source = a.Source
			return s.promise(ctx, d, Reply{Due: a.Due, Lines: []Promise{{Line: 1, Quantity: a.Quantity, Price: a.Price, ProductID: a.Product}}})
		})
		return err
	})
	return order, err
}

// orderFrom makes the buyer's order of what was agreed with a shop, in the buyer's ctx.
func (s *Service) orderFrom(ctx context.Context, seller tenant.Scope, a Agreement) (ident.ID, error) {
	supplier, err := s.store.Supplier(ctx, seller.Shop)
	if errors.Is(err, ErrMissing) {
		var made catalog.Supplier
		made, err = s.catalog.CreateSupplier(ctx, catalog.Supplier{Name: seller.ShopName, Kind: catalog.Other, PricesIncludeTax: a.PricesIncludeTax})
		if err == nil {
			supplier, err = made.ID, s.store.PutPartner(ctx, made.ID, seller.Shop)
		}
	}
	if err != nil {
		return ident.Nil, err
	}
	product := a.ForProduct
	if product.IsNil() {
		made, err := s.catalog.Create(ctx, catalog.Draft{Name: a.Name, BaseUnit: a.Unit, TaxRate: a.TaxRate})
		if err != nil {
			return ident.Nil, err
		}
		product = made.ID
	}
	drafts, err := s.desk.Orders.Draft(ctx, []purchase.DraftOrder{{
		SupplierID: supplier, ClientID: a.Client, DueDay: a.Due, Note: a.Note,
		Lines: []purchase.DraftLine{{ProductID: product, Quantity: a.Quantity, Price: a.Price}},
		Fixed: &purchase.Fixed{Freight: a.Freight, PricesIncludeTax: a.PricesIncludeTax, TaxRate: a.TaxRate},
	}})
	if err != nil {
		return ident.Nil, err
	}
	_, err = s.desk.Orders.Send(ctx, drafts[0].ID, 0)
	return drafts[0].ID, err
}

// sourceChanged follows an order that brings goods for other shops: given up, theirs are
// refused; once it is here, theirs are set aside.
func (s *Service) sourceChanged(ctx context.Context, o purchase.Order) error {
	var waiting []Deal
	for _, l := range o.Lines {
		if l.ForOthers > 0 {
			deals, err := s.desk.Deals.Deals(ctx, DealQuery{Selling: true, Source: o.ID, Limit: MaxDeals})
			if err != nil {
				return err
			}
			waiting = deals
			break
		}
	}
	for _, d := range waiting {
		var err error
		switch {
		case d.State.Closed() || d.State == Shipped:
		case o.State == purchase.Cancelled && len(d.Shipments) == 0:
			_, err = s.Refuse(ctx, d.ID, 0, "")
		default:
			err = s.allocate(ctx, d)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// worth is what the first q of a line cost the buyer, net of tax and with their part of
// the freight: the parts of all shipments add up to the whole, to the cent.
func (d Deal) worth(line DealLine, q measure.Quantity, c money.Currency) (money.Amount, error) {
	total, err := money.Line(line.Promised, line.Agreed, c)
	if err != nil {
		return 0, err
	}
	if d.PricesIncludeTax {
		total = money.NetOfTax(total, line.TaxRate)
	}
	if total, err = total.Add(d.Freight); err != nil {
		return 0, err
	}
	part, err := money.MulDiv(int64(total), int64(q), max(1, int64(line.Promised)))
	return money.Amount(part), err
}

// handOver books goods that go on to another shop out of what the seller's own order
// brought, at what they cost, and gives the lots that left.
func (s *Service) handOver(ctx context.Context, d Deal, sh Shipment, quantities map[int]measure.Quantity) ([]ShippedLine, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, err
	}
	came, err := s.desk.Orders.Lots(ctx, d.Source)
	if err != nil {
		return nil, err
	}
	var lines []DealLine
	var postings []stock.Posting
	source := saleOf(sh.ID, 0)
	for _, l := range d.Lines {
		q := quantities[l.Line]
		if q <= 0 {
			continue
		}
		if lines = append(lines, l); l.ProductID.IsNil() {
			return nil, fault.New(fault.NotFound, "purchase.line_missing")
		}
		cut, err := s.cut(ctx, came, l.ProductID, q)
		if err != nil {
			return nil, err
		}
		gone := l.Shipped
		for _, piece := range cut {
			before, err := d.worth(l, gone, scope.Currency)
			if err != nil {
				return nil, err
			}
			gone += piece.Quantity
			after, err := d.worth(l, gone, scope.Currency)
			if err != nil {
				return nil, err
			}
			value := after - before
			postings = append(postings, stock.Posting{
				Kind: stock.Transfer, ProductID: l.ProductID, Quantity: -piece.Quantity, LotID: &piece.LotID, Value: &value,
				Source: SourceDeal, SourceID: source, SourceLine: len(lines),
			})
		}
	}
	if _, _, err := s.desk.Ledger.Post(ctx, postings); err != nil {
		return nil, err
	}
	return s.lots(ctx, source, lines, quantities)
}

// cut takes a quantity out of the lots that an order brought. Nothing has come: a
// Conflict; what somebody has sold of them meanwhile comes out of the others.
func (s *Service) cut(ctx context.Context, came []purchase.Lot, product ident.ID, q measure.Quantity) ([]stock.LotQuantity, error) {
	here, err := s.desk.Ledger.Lots(ctx, product)
	if err != nil {
		return nil, err
	}
	left := map[ident.ID]measure.Quantity{}
	for _, l := range here {
		left[l.LotID] = l.Quantity
	}
	var out []stock.LotQuantity
	some := false
	for _, l := range came {
		if l.ProductID != product {
			continue
		}
		some = true
		if take := min(q, left[l.ID]); take > 0 {
			out, q = append(out, stock.LotQuantity{LotID: l.ID, Quantity: take}), q-take
		}
	}
	if !some {
		return nil, fault.New(fault.Conflict, "trade.not_here_yet")
	}
	if q > 0 {
		out = append(out, stock.LotQuantity{LotID: stock.Unassigned, Quantity: q})
	}
	return out, nil
}

package trade

import (
	"context"
	"errors"
	"fmt"

	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/sales"
	"buhuo/internal/stock"
)

// Verify proves that the deals of the shop say what its own books say: as the buyer what
// its orders were promised and received, as the seller what left its stock. It names what
// does not hold.
func (s *Service) Verify(ctx context.Context) ([]string, error) {
	var wrong []string
	for _, selling := range []bool{false, true} {
		for q := (DealQuery{Selling: selling, Limit: MaxDeals}); ; {
			page, err := s.desk.Deals.Deals(ctx, q)
			if err != nil {
				return nil, err
			}
			for _, d := range page {
				prove := s.verifyBought
				if selling {
					prove = s.verifySold
				}
				found, err := prove(ctx, d)
				if err != nil {
					return nil, err
				}
				wrong, q.Before = append(wrong, found...), d.SentAt
			}
			if len(page) < q.Limit {
				break
			}
		}
	}
	return wrong, nil
}

func (s *Service) verifyBought(ctx context.Context, d Deal) ([]string, error) {
	o, err := s.desk.Orders.Order(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	var wrong []string
	if len(o.Lines) != len(d.Lines) {
		return []string{fmt.Sprintf("%s has %d lines, the other shop's %d", d.Number, len(o.Lines), len(d.Lines))}, nil
	}
	for i, l := range d.Lines {
		if o.Lines[i].Received != l.Received {
			wrong = append(wrong, fmt.Sprintf("%s line %d received %d, the deal says %d", d.Number, l.Line, o.Lines[i].Received, l.Received))
		}
	}
	if o.State == purchase.Cancelled != (d.State == Cancelled || d.State == Refused) {
		wrong = append(wrong, fmt.Sprintf("%s is %s, the deal %s", d.Number, o.State, d.State))
	}
	return wrong, nil
}

// verifySold compares what the deal says was shipped with its shipments and with what
// left the stock for them.
func (s *Service) verifySold(ctx context.Context, d Deal) ([]string, error) {
	var wrong []string
	told, left := map[int]measure.Quantity{}, map[ident.ID]measure.Quantity{}
	moving := map[ident.ID]bool{} // products whose stock is known
	for _, sh := range d.Shipments {
		lines := sh.quantities()
		for line, q := range lines {
			if sh.TakenBack == nil {
				told[line] += q
			}
		}
		for at := 0; at < len(lines); at += sales.MaxLines {
			moved, err := s.desk.Ledger.OfSource(ctx, saleOf(sh.ID, at))
			if err != nil && !errors.Is(err, ErrMissing) {
				return nil, err
			}
			for _, m := range moved {
				if m.Kind == stock.Sale || m.Kind == stock.Transfer && m.Source == SourceDeal {
					left[m.ProductID] -= m.Quantity
					moving[m.ProductID] = true
				}
			}
		}
	}
	shipped := map[ident.ID]measure.Quantity{}
	for _, l := range d.Lines {
		if told[l.Line] != l.Shipped {
			wrong = append(wrong, fmt.Sprintf("%s line %d shipped %d, its shipments say %d", d.Number, l.Line, l.Shipped, told[l.Line]))
		}
		shipped[l.ProductID] += l.Shipped
	}
	for product := range moving {
		if left[product] != shipped[product] {
			wrong = append(wrong, fmt.Sprintf("%s shipped %d of a product, %d left the stock", d.Number, shipped[product], left[product]))
		}
	}
	return wrong, nil
}

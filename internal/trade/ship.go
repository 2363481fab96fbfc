package trade

import (
	"context"
	"encoding/binary"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/sales"
	"buhuo/internal/tenant"
)

// MaxReason bounds why a shipment was taken back, in characters.
const MaxReason = 200

// Sending is goods that leave: quantities by line; none: all that is owed.
type Sending struct {
	ClientID ident.ID // the same again changes nothing
	Lines    map[int]measure.Quantity
	Note     string
}

// Ship books goods that leave for another shop as a sale, out of the lots that go first
// (those that were ordered for it: as handed on, out of the lots that came for it),
// and tells the buyer which lots come.
func (s *Service) Ship(ctx context.Context, id ident.ID, in Sending) (Deal, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Deal{}, err
	}
	if in.Note, err = catalog.CleanText(in.Note, MaxAbout); err != nil {
		return Deal{}, err
	}
	if in.ClientID.IsNil() {
		return Deal{}, fault.New(fault.Invalid, "web.bad_id").WithField("client_id")
	}
	return s.selling(ctx, id, 0, "deal.ship", func(ctx context.Context, d *Deal) (bool, error) {
		sending := ident.Derive(d.ID, in.ClientID[:])
		if slices.ContainsFunc(d.Shipments, func(sh Shipment) bool { return sh.ID == sending }) {
			return false, nil
		}
		quantities, err := d.leaving(in.Lines)
		if err != nil {
			return false, err
		}
		now := s.now()
		sh := Shipment{ID: sending, Day: day.Of(now, scope.Zone), At: day.At(now), Note: in.Note}
		if d.State != Confirmed {
			return false, illegal("ship")
		}
		leave := s.sell
		if !d.Source.IsNil() {
			leave = s.handOver
		}
		if sh.Lines, err = leave(ctx, *d, sh, quantities); err != nil {
			return false, err
		}
		if err := d.ship(sh, quantities); err != nil {
			return false, err
		}
		if err := s.allocate(ctx, *d); err != nil {
			return false, err
		}
		return true, s.put(ctx, d)
	})
}

// TakeBack undoes a shipment that the buyer has not received: its sale is voided by
// counter-entries, which put the goods back into their lots, and they are set aside
// again while the order is open. Taking back again changes nothing; what the buyer has
// is a Conflict.
func (s *Service) TakeBack(ctx context.Context, id, shipment ident.ID, why string) (Deal, error) {
	why, err := catalog.CleanText(why, MaxReason)
	if f, ok := fault.As(err); ok {
		return Deal{}, f.WithField("why")
	}
	if err != nil {
		return Deal{}, err
	}
	return s.selling(ctx, id, 0, "deal.take_back", func(ctx context.Context, d *Deal) (bool, error) {
		i := slices.IndexFunc(d.Shipments, func(sh Shipment) bool { return sh.ID == shipment })
		switch {
		case i < 0:
			return false, fault.New(fault.NotFound, "trade.shipment_missing")
		case d.Shipments[i].TakenBack != nil:
			return false, nil
		}
		sh, came := d.Shipments[i], false
		err := s.across(ctx, *d, func(ctx context.Context) (err error) {
			came, err = s.desk.Orders.Came(ctx, d.ID, shipment)
			return err
		})
		if err != nil {
			return false, err
		}
		if came {
			return false, illegal("unship")
		}
		if err := d.unship(i, why, day.At(s.now())); err != nil {
			return false, err
		}
		if !d.Source.IsNil() {
			if _, err := s.desk.Ledger.Reverse(ctx, saleOf(sh.ID, 0), why); err != nil {
				return false, err
			}
		}
		for at := 0; d.Source.IsNil() && at < len(sh.quantities()); at += sales.MaxLines {
			if err := s.desk.Sales.Void(ctx, saleOf(sh.ID, at), why); err != nil {
				return false, err
			}
		}
		if !d.State.Closed() {
			if err := s.allocate(ctx, *d); err != nil {
				return false, err
			}
		}
		return true, s.put(ctx, d)
	})
}

// leaving checks what is to leave; nothing said is all that is owed.
func (d Deal) leaving(asked map[int]measure.Quantity) (map[int]measure.Quantity, error) {
	out := map[int]measure.Quantity{}
	for i, l := range d.Lines {
		q, said := asked[l.Line]
		if !said && len(asked) == 0 {
			q = l.Owed()
		}
		switch {
		case q < 0:
			return nil, fault.New(fault.Invalid, "purchase.quantity_negative").WithField(rowField("ships", i))
		case !q.InBounds():
			return nil, fault.New(fault.Invalid, "value.too_large").WithField(rowField("ships", i))
		case q > 0:
			out[l.Line] = q
		}
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Invalid, "trade.nothing_ships").WithField(rowField("ships", 0))
	}
	return out, nil
}

// saleOf is the sale of the lines of a shipment from one on.
func saleOf(shipment ident.ID, at int) ident.ID {
	return ident.Derive(shipment, binary.BigEndian.AppendUint32(nil, uint32(at)))
}

// sell books a shipment as sales, as many lines to each as one may have, and gives the
// lots that left.
func (s *Service) sell(ctx context.Context, d Deal, sh Shipment, quantities map[int]measure.Quantity) ([]ShippedLine, error) {
	var lines []DealLine
	for _, l := range d.Lines {
		if quantities[l.Line] > 0 {
			lines = append(lines, l)
		}
	}
	var out []ShippedLine
	for at := 0; at < len(lines); at += sales.MaxLines {
		part := lines[at:min(at+sales.MaxLines, len(lines))]
		r := sales.Request{ClientID: saleOf(sh.ID, at), Channel: Channel}
		for _, l := range part {
			price := l.Agreed
			r.Lines = append(r.Lines, sales.RequestLine{ProductID: l.ProductID, Quantity: int64(quantities[l.Line]), Price: &price})
		}
		if _, _, _, err := s.desk.Sales.Record(ctx, r); err != nil {
			return nil, err
		}
		left, err := s.lots(ctx, r.ClientID, part, quantities)
		if err != nil {
			return nil, err
		}
		out = append(out, left...)
	}
	return out, nil
}

// lots tells out of which lots a sale went. Of goods whose stock nobody knows it is no
// lot that can be told.
func (s *Service) lots(ctx context.Context, sale ident.ID, lines []DealLine, quantities map[int]measure.Quantity) ([]ShippedLine, error) {
	moved, err := s.desk.Ledger.OfSource(ctx, sale)
	if err != nil {
		return nil, err
	}
	var ids []ident.ID
	for _, m := range moved {
		ids = append(ids, m.LotID)
	}
	known, err := s.desk.Ledger.LotInfo(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []ShippedLine
	for i, l := range lines {
		left := quantities[l.Line]
		for _, m := range moved {
			if m.SourceLine != i+1 || m.Quantity >= 0 {
				continue
			}
			lot := known[m.LotID]
			out = append(out, ShippedLine{Line: l.Line, Quantity: -m.Quantity, Lot: lot.Code, Expiry: lot.Expiry})
			left += m.Quantity
		}
		if left > 0 {
			out = append(out, ShippedLine{Line: l.Line, Quantity: left})
		}
	}
	return out, nil
}

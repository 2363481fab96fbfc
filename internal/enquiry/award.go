package enquiry

import (
	"context"
	"fmt"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/tenant"
)

// Award gives lines to suppliers, in one transaction: each answer becomes the supplier's
// offer from today on, and each supplier gets one draft order of his lines. Lines may go
// to several suppliers, and some may wait. The version is the enquiry's, so that nobody
// decides on other prices than he saw. What was awarded so before changes nothing; a line
// that another has is a Conflict. Faults of a line carry the field AwardField(line).
func (s *Service) Award(ctx context.Context, id ident.ID, version int64, choices []Choice) (Enquiry, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Enquiry{}, err
	}
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		e, err := s.store.Enquiry(ctx, id)
		if err != nil {
			return missing(err)
		}
		fresh, err := e.fresh(choices)
		if err != nil || len(fresh) == 0 {
			return err
		}
		if e.State != Open {
			return fault.New(fault.Conflict, "enquiry.not_open")
		}
		if e.Version != version {
			return stale()
		}
		return s.award(ctx, scope, e, fresh)
	})
	if err != nil {
		return Enquiry{}, err
	}
	return s.Enquiry(ctx, id)
}

// AwardField is the field of a form in which a line is given to somebody.
func AwardField(line int) string { return fmt.Sprintf("award_%d", line) }

// fresh are the choices that were not made before, by line.
func (e Enquiry) fresh(choices []Choice) ([]Choice, error) {
	if len(choices) == 0 {
		return nil, fault.New(fault.Invalid, "enquiry.award_nothing").WithField("award")
	}
	var out []Choice
	named := map[int]bool{}
	for _, c := range choices {
		_, invited := e.Invitation(c.InvitationID)
		if c.Line < 1 || c.Line > len(e.Lines) || !invited || named[c.Line] {
			return nil, fault.New(fault.NotFound, "enquiry.line_missing")
		}
		named[c.Line] = true
		switch award := e.Lines[c.Line-1].Award; {
		case award == nil:
			out = append(out, c)
		case award.InvitationID != c.InvitationID:
			return nil, fault.New(fault.Conflict, "enquiry.awarded_to_another", fault.A("name", e.Lines[c.Line-1].ProductName))
		}
	}
	slices.SortFunc(out, func(a, b Choice) int { return a.Line - b.Line })
	return out, nil
}

// award saves the offers, drafts the orders and notes both.
func (s *Service) award(ctx context.Context, scope tenant.Scope, e Enquiry, choices []Choice) error {
	at, today := s.moment(scope)
	m, err := s.market(ctx, e)
	if err != nil {
		return err
	}
	var drafts []purchase.DraftOrder
	var lines [][]int // of the enquiry, by draft
	for _, in := range e.Invitations {
		d := purchase.DraftOrder{SupplierID: in.SupplierID, Note: e.NumberText()}
		var mine []int
		for _, c := range choices {
			if c.InvitationID != in.ID {
				continue
			}
			line, days, err := s.take(ctx, m, in, e.Lines[c.Line-1])
			if err != nil {
				return err
			}
			d.Lines, mine = append(d.Lines, line), append(mine, c.Line)
			d.DueDay = max(d.DueDay, today.Add(days))
		}
		if len(mine) == 0 {
			continue
		}
		d.ClientID = ident.Derive(e.ID, fmt.Append(nil, "award", in.ID, mine))
		drafts, lines = append(drafts, d), append(lines, mine)
	}
	made, err := s.orders.Draft(ctx, drafts)
	if err != nil {
		return err
	}
	if len(made) != len(drafts) {
		return fmt.Errorf("award of %s: %d drafts were asked for, %d made", e.NumberText(), len(drafts), len(made))
	}
	return s.noteAward(ctx, e, at, made, lines)
}

// take makes an answer the supplier's offer and gives the line of the order, and how many
// days it takes.
func (s *Service) take(ctx context.Context, m market, in Invitation, l Line) (purchase.DraftLine, int, error) {
	field := AwardField(l.Line)
	a, ok := in.Answer(l.Line)
	switch {
	case !ok || a.Cannot:
		return purchase.DraftLine{}, 0, fault.New(fault.Invalid, "enquiry.award_unanswered").WithField(field)
	case a.Lapsed(m.today):
		return purchase.DraftLine{}, 0, fault.New(fault.Invalid, "enquiry.award_lapsed", fault.A("day", *a.Until)).WithField(field)
	}
	supplier := m.suppliers[in.SupplierID]
	o := offerOf(a, in.SupplierID, m.products[l.ProductID], m.offers[l.ProductID])
	o.ValidFrom = day.Date(0) // today
	o, err := s.catalog.SaveOffer(ctx, o)
	if err != nil {
		return purchase.DraftLine{}, 0, err
	}
	buy, err := bought(o, l.Quantity)
	if err != nil {
		return purchase.DraftLine{}, 0, err
	}
	reference, err := s.orders.Middleman(ctx, l.ProductID, in.SupplierID, buy)
	if err != nil {
		return purchase.DraftLine{}, 0, err
	}
	line := purchase.DraftLine{ProductID: l.ProductID, OfferID: o.ID, Quantity: buy, Price: a.Price, ReferenceCost: reference}
	return line, orElse(a.LeadDays, supplier.LeadTimeDays), nil
}

// noteAward writes who has which line, on which order.
func (s *Service) noteAward(ctx context.Context, e Enquiry, at day.Micros, made []purchase.Order, lines [][]int) error {
	bySupplier := map[ident.ID]ident.ID{}
	for _, in := range e.Invitations {
		bySupplier[in.SupplierID] = in.ID
	}
	var told []map[string]any
	for i, o := range made {
		for _, n := range lines[i] {
			e.Lines[n-1].Award = &Award{InvitationID: bySupplier[o.SupplierID], OrderID: o.ID}
		}
		told = append(told, map[string]any{"order": o.NumberText(), "supplier": o.SupplierID.String(), "lines": lines[i], "total": o.Total.Decimal(o.Currency)})
	}
	if !slices.ContainsFunc(e.Lines, func(l Line) bool { return l.Award == nil }) {
		e.State, e.ClosedAt = Awarded, &at
	}
	return s.update(ctx, e, "enquiry.award", map[string]any{"orders": told})
}

package enquiry

import (
	"context"
	"errors"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// offerOf is what an answer would make of the supplier's offer: his present one, if he
// has one, at the new terms. Price breaks go: they were part of the old price.
func offerOf(a Answer, supplierID ident.ID, p catalog.Product, offers []catalog.Offer) catalog.Offer {
	o := catalog.Offer{SupplierID: supplierID, ProductID: p.ID, TaxRate: p.TaxRate}
	if i := slices.IndexFunc(offers, func(o catalog.Offer) bool { return o.SupplierID == supplierID }); i >= 0 {
		o = offers[i]
	}
	o.Price, o.Breaks, o.Minimum, o.Pack, o.LeadTimeDays, o.Assumed = a.Price, nil, a.Minimum, a.Pack, a.LeadDays, false
	return o
}

// Answer notes what a supplier answered, in place of what he had answered before; lines
// that are left out were not answered, and awarded ones stay as they are. The version is
// the invitation's. The same again changes nothing. Faults of a line carry the field
// RowField(name, Row).
func (s *Service) Answer(ctx context.Context, invitation ident.ID, version int64, answers []Answer) (Enquiry, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Enquiry{}, err
	}
	var id ident.ID
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		e, in, err := s.Invited(ctx, invitation)
		if err != nil {
			return err
		}
		id = e.ID
		told, err := s.told(ctx, scope, e, in, answers)
		if err != nil {
			return err
		}
		if slices.EqualFunc(in.Answers, told, Answer.same) {
			return nil
		}
		if e.State != Open {
			return fault.New(fault.Conflict, "enquiry.not_open")
		}
		if in.Version != version {
			return stale()
		}
		return s.note(ctx, scope, e, in, told, "enquiry.answer")
	})
	if err != nil {
		return Enquiry{}, err
	}
	return s.Enquiry(ctx, id)
}

// note keeps what was answered.
func (s *Service) note(ctx context.Context, scope tenant.Scope, e Enquiry, in Invitation, told []Answer, action string) error {
	at, _ := s.moment(scope)
	in.Answers, in.AnsweredAt = told, &at
	if len(told) == 0 {
		in.AnsweredAt = nil
	}
	if err := s.put(ctx, in); err != nil {
		return err
	}
	return s.update(ctx, e, action, map[string]any{"supplier": in.SupplierID.String(), "answers": spelled(told)})
}

// put writes a changed invitation.
func (s *Service) put(ctx context.Context, in Invitation) error {
	in.Version++
	if ok, err := s.store.PutAnswers(ctx, in); err != nil || !ok {
		if err == nil {
			err = stale()
		}
		return err
	}
	return nil
}

// told checks what was answered and gives all answers of the invitation, by line.
func (s *Service) told(ctx context.Context, scope tenant.Scope, e Enquiry, in Invitation, answers []Answer) ([]Answer, error) {
	ids := make([]ident.ID, len(e.Lines))
	for i, l := range e.Lines {
		ids[i] = l.ProductID
	}
	products, err := s.catalog.Products(ctx, ids)
	if err != nil {
		return nil, err
	}
	suppliers, err := s.suppliers(ctx)
	if err != nil {
		return nil, err
	}
	_, today := s.moment(scope)
	var out []Answer
	named := map[int]bool{}
	var wrong fault.Fields
	for _, a := range answers {
		if a.Line < 1 || a.Line > len(e.Lines) || named[a.Line] {
			return nil, fault.New(fault.NotFound, "enquiry.line_missing")
		}
		named[a.Line] = true
		if e.Lines[a.Line-1].Award != nil {
			continue
		}
		before, _ := in.Answer(a.Line)
		c := check{row: a.Row, today: today, currency: scope.Currency, line: e.Lines[a.Line-1], product: products[e.Lines[a.Line-1].ProductID], supplier: suppliers[in.SupplierID]}
		a = c.clean(a, before, &wrong)
		a.Row = 0
		out = append(out, a)
	}
	for _, a := range in.Answers { // what is awarded stands
		if e.Lines[a.Line-1].Award != nil {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b Answer) int { return a.Line - b.Line })
	return out, wrong.Err()
}

// check is what an answer to one line is held against.
type check struct {
	row      int
	today    day.Date
	currency money.Currency
	line     Line
	product  catalog.Product
	supplier catalog.Supplier
}

// formField are the fields of an offer under the names that an answer's form has.
var formField = map[string]string{"price": "price", "minimum": "minimum", "pack": "pack_content", "lead_time_days": "lead_days"}

// clean gives the answer in the one form that it is kept in.
func (c check) clean(a, before Answer, wrong *fault.Fields) Answer {
	if a.Cannot {
		return Answer{Line: a.Line, Cannot: true, Unit: c.product.BaseUnit}
	}
	add := func(field string, e *fault.Error) { wrong.Add(e.WithField(RowField(field, c.row))) }
	if _, ok := c.product.Factor(a.Unit); !ok {
		add("unit", fault.New(fault.Invalid, "enquiry.unit_unknown"))
	}
	if a.Price == 0 {
		add("price", fault.New(fault.Invalid, "enquiry.price_missing"))
	}
	if a.Until != nil && orElse(before.Until, day.None) != *a.Until {
		switch {
		case *a.Until < c.today:
			add("until", fault.New(fault.Invalid, "enquiry.until_past"))
		case *a.Until > c.today.Add(farAhead):
			add("until", fault.New(fault.Invalid, "enquiry.too_far"))
		}
	}
	o, err := offerOf(a, c.supplier.ID, c.product, nil).Clean(c.product.BaseUnit)
	var several fault.Fields
	if errors.As(err, &several) {
		for _, e := range several {
			add(formField[e.Field], e)
		}
		return a
	}
	a.Pack = o.Pack
	if _, err := o.Landed(c.supplier, c.line.Quantity, c.currency); err != nil {
		add("price", fault.New(fault.Invalid, "value.too_large").WithCause(err))
	}
	return a
}

// spelled is what the trail keeps of answers.
func spelled(answers []Answer) []map[string]any {
	out := make([]map[string]any, len(answers))
	for i, a := range answers {
		out[i] = map[string]any{"line": a.Line}
		if a.Cannot {
			out[i]["cannot"] = true
			continue
		}
		out[i]["price"] = a.Price.Decimal()
		if a.Minimum > 0 {
			out[i]["minimum"] = a.Minimum.Decimal()
		}
		if a.Until != nil {
			out[i]["until"] = a.Until.String()
		}
	}
	return out
}

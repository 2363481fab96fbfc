package enquiry

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// ErrMissing is a single row that the store does not have in this shop.
var ErrMissing = errors.New("enquiry: no such row")

func missing(err error) error {
	if errors.Is(err, ErrMissing) {
		return fault.New(fault.NotFound, "enquiry.missing")
	}
	return err
}

// stale is the fault for a change made from an old version.
func stale() *fault.Error { return fault.New(fault.Conflict, "enquiry.changed_meanwhile") }

// moment is the present, and its day in the shop's calendar.
func (s *Service) moment(scope tenant.Scope) (day.Micros, day.Date) {
	zone := scope.Zone
	if zone == nil {
		zone = time.UTC
	}
	t := s.now()
	return day.At(t), day.Of(t, zone)
}

// RowField names a field of one line of a form.
func RowField(name string, row int) string {
	return name + "[" + strconv.Itoa(row) + "]"
}

// Make asks suppliers for prices: an open enquiry with the next number.
func (s *Service) Make(ctx context.Context, n NewEnquiry) (Enquiry, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Enquiry{}, err
	}
	var id ident.ID
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		if !n.ClientID.IsNil() {
			before, err := s.store.ByClient(ctx, n.ClientID)
			if err == nil {
				id = before
				return s.again(ctx, before, n)
			}
			if !errors.Is(err, ErrMissing) {
				return err
			}
		}
		e, err := s.compose(ctx, scope, n)
		if err != nil {
			return err
		}
		if e.Number, err = s.store.TakeNumber(ctx); err != nil {
			return err
		}
		id = e.ID
		if err := s.store.Insert(ctx, e); err != nil {
			return err
		}
		return s.record(ctx, "enquiry.make", e, map[string]any{"lines": len(e.Lines), "suppliers": len(e.Invitations), "answer_by": e.AnswerBy.String()})
	})
	if err != nil {
		return Enquiry{}, err
	}
	return s.Enquiry(ctx, id)
}

// again accepts the same request once more, and refuses another under its id.
func (s *Service) again(ctx context.Context, id ident.ID, n NewEnquiry) error {
	e, err := s.store.Enquiry(ctx, id)
	if err != nil {
		return err
	}
	same := e.AnswerBy == n.AnswerBy && e.Note == strings.TrimSpace(n.Note) &&
		slices.EqualFunc(e.Lines, n.Lines, func(l Line, m NewLine) bool { return l.ProductID == m.ProductID && l.Quantity == m.Quantity }) &&
		slices.EqualFunc(e.Invitations, distinct(n.Suppliers), func(in Invitation, id ident.ID) bool { return in.SupplierID == id })
	if !same {
		return fault.New(fault.Conflict, "enquiry.client_id_used")
	}
	return nil
}

func distinct(ids []ident.ID) []ident.ID {
	var out []ident.ID
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// compose checks what is asked for.
func (s *Service) compose(ctx context.Context, scope tenant.Scope, n NewEnquiry) (Enquiry, error) {
	at, today := s.moment(scope)
	e := Enquiry{
		ID: ident.New(), State: Open, AnswerBy: n.AnswerBy, Note: strings.TrimSpace(n.Note), CreatedDay: today, CreatedAt: at,
		PersonID: scope.Person, ClientID: n.ClientID, Version: 1,
	}
	var wrong fault.Fields
	if utf8.RuneCountInString(e.Note) > MaxNote {
		wrong.Add(fault.New(fault.Invalid, "enquiry.note_too_long", fault.A("n", MaxNote)).WithField("note"))
	}
	switch {
	case e.AnswerBy < today:
		wrong.Add(fault.New(fault.Invalid, "enquiry.answer_by_past").WithField("answer_by"))
	case e.AnswerBy > today.Add(farAhead):
		wrong.Add(fault.New(fault.Invalid, "enquiry.too_far").WithField("answer_by"))
	}
	lines, err := s.lines(ctx, n.Lines, &wrong)
	if err != nil {
		return e, err
	}
	e.Lines = lines
	suppliers, err := s.invited(ctx, distinct(n.Suppliers), &wrong)
	if err != nil {
		return e, err
	}
	for _, one := range suppliers {
		e.Invitations = append(e.Invitations, Invitation{ID: ident.New(), EnquiryID: e.ID, SupplierID: one.ID, SupplierName: one.Name, LinkID: ident.New(), Version: 1})
	}
	return e, wrong.Err()
}

func (s *Service) lines(ctx context.Context, asked []NewLine, wrong *fault.Fields) ([]Line, error) {
	switch {
	case len(asked) == 0:
		wrong.Add(fault.New(fault.Invalid, "enquiry.no_lines").WithField("find"))
	case len(asked) > MaxLines:
		wrong.Add(fault.New(fault.Invalid, "enquiry.too_many_lines", fault.A("n", MaxLines)).WithField("find"))
		return nil, nil
	}
	ids := make([]ident.ID, len(asked))
	for i, l := range asked {
		ids[i] = l.ProductID
	}
	products, err := s.catalog.Products(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Line, len(asked))
	for i, l := range asked {
		p, ok := products[l.ProductID]
		field := RowField("quantity", i)
		switch {
		case !ok:
			return nil, fault.New(fault.NotFound, "catalog.product_missing")
		case p.Archived:
			wrong.Add(fault.New(fault.Invalid, "enquiry.product_archived", fault.A("name", p.Name)).WithField(field))
		case slices.Contains(ids[:i], l.ProductID):
			wrong.Add(fault.New(fault.Invalid, "enquiry.product_twice", fault.A("name", p.Name)).WithField(field))
		case l.Quantity <= 0:
			wrong.Add(fault.New(fault.Invalid, "enquiry.quantity_missing").WithField(field))
		case !l.Quantity.InBounds():
			wrong.Add(fault.New(fault.Invalid, "value.too_large").WithField(field))
		}
		out[i] = Line{Line: i + 1, ProductID: p.ID, ProductCode: p.Code, ProductName: p.Name, Unit: p.BaseUnit, Quantity: l.Quantity}
	}
	return out, nil
}

func (s *Service) invited(ctx context.Context, ids []ident.ID, wrong *fault.Fields) ([]catalog.Supplier, error) {
	switch {
	case len(ids) == 0:
		wrong.Add(fault.New(fault.Invalid, "enquiry.no_suppliers").WithField("supplier"))
	case len(ids) > MaxSuppliers:
		wrong.Add(fault.New(fault.Invalid, "enquiry.too_many_suppliers", fault.A("n", MaxSuppliers)).WithField("supplier"))
		return nil, nil
	}
	by, err := s.suppliers(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]catalog.Supplier, len(ids))
	for i, id := range ids {
		one, ok := by[id]
		if !ok {
			return nil, fault.New(fault.NotFound, "catalog.supplier_missing")
		}
		if one.Archived {
			wrong.Add(fault.New(fault.Invalid, "enquiry.supplier_archived", fault.A("name", one.Name)).WithField("supplier"))
		}
		out[i] = one
	}
	return out, nil
}

func (s *Service) suppliers(ctx context.Context) (map[ident.ID]catalog.Supplier, error) {
	list, err := s.catalog.Suppliers(ctx, true)
	out := make(map[ident.ID]catalog.Supplier, len(list))
	for _, one := range list {
		out[one.ID] = one
	}
	return out, err
}

// Enquiry reads one with its parts; NotFound when this shop has none such.
func (s *Service) Enquiry(ctx context.Context, id ident.ID) (Enquiry, error) {
	e, err := s.store.Enquiry(ctx, id)
	if err != nil {
		return Enquiry{}, missing(err)
	}
	by, err := s.suppliers(ctx)
	for i := range e.Invitations {
		e.Invitations[i].SupplierName = by[e.Invitations[i].SupplierID].Name
	}
	return e, err
}

// Invited reads the enquiry of an invitation, and the invitation.
func (s *Service) Invited(ctx context.Context, id ident.ID) (Enquiry, Invitation, error) {
	enquiry, err := s.store.ByInvitation(ctx, id)
	if err != nil {
		return Enquiry{}, Invitation{}, missing(err)
	}
	e, err := s.Enquiry(ctx, enquiry)
	if err != nil {
		return e, Invitation{}, err
	}
	in, ok := e.Invitation(id)
	if !ok {
		return e, in, missing(ErrMissing)
	}
	return e, in, nil
}

// List reads a page of enquiries, the newest first, without their parts.
func (s *Service) List(ctx context.Context, q Query) ([]Enquiry, error) {
	if q.Limit <= 0 {
		q.Limit = DefaultLimit
	}
	q.Limit = min(q.Limit, maxLimit)
	return s.store.List(ctx, q)
}

// Waiting counts the open enquiries that somebody has answered.
func (s *Service) Waiting(ctx context.Context) (n int, err error) {
	open, err := s.store.List(ctx, Query{State: Open, Limit: maxLimit})
	for _, e := range open {
		if e.Counts.Answered > 0 {
			n++
		}
	}
	return n, err
}

// Close gives up the lines that nobody has. Closing again changes nothing; an enquiry
// of which every line is awarded cannot be closed.
func (s *Service) Close(ctx context.Context, id ident.ID) (Enquiry, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Enquiry{}, err
	}
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		e, err := s.store.Enquiry(ctx, id)
		if err != nil || e.State == Closed {
			return missing(err)
		}
		if e.State != Open {
			return fault.New(fault.Conflict, "enquiry.not_open")
		}
		at, _ := s.moment(scope)
		e.State, e.ClosedAt = Closed, &at
		return s.update(ctx, e, "enquiry.close", nil)
	})
	if err != nil {
		return Enquiry{}, err
	}
	return s.Enquiry(ctx, id)
}

// update writes a changed enquiry and records why.
func (s *Service) update(ctx context.Context, e Enquiry, action string, detail map[string]any) error {
	e.Version++
	if ok, err := s.store.Update(ctx, e); err != nil || !ok {
		if err == nil {
			err = stale()
		}
		return err
	}
	return s.record(ctx, action, e, detail)
}

func (s *Service) record(ctx context.Context, action string, e Enquiry, more map[string]any) error {
	detail := map[string]any{"number": e.NumberText()}
	for k, v := range more {
		detail[k] = v
	}
	return s.journal.Record(ctx, action, e.ID, detail)
}

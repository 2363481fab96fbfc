package restock

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"math"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/replenish"
	"buhuo/internal/replenish/allot"
	"buhuo/internal/tenant"
)

// growers bounds the products with which an order is filled up: those that bring
// most, or lose least, per yuan. Where they do not reach, all are asked.
const growers = 24

// filler is a supplier's products, with what stands on the order of each already.
type filler struct {
	rows   map[ident.ID]Suggestion
	lines  []allot.Line
	have   map[ident.ID]allot.Option
	base   money.Amount // of have
	again  day.Date     // when the order after this one can be sent
	waited float64      // what leaving have to that one is expected to cost
}

// filler reads a supplier's products from stored rows; have is what stands on the
// order of each already, false where the product must be left alone. The order is a
// draft, or (ident.Nil) none yet.
func (s *Service) filler(ctx context.Context, supplier, draft ident.ID, have func(Suggestion) (measure.Quantity, bool)) (filler, error) {
	f := filler{rows: map[ident.ID]Suggestion{}, have: map[ident.ID]allot.Option{}}
	rows, err := s.store.OfSupplier(ctx, supplier)
	if err != nil {
		return f, err
	}
	ids := make([]ident.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.ProductID
	}
	weighed, err := s.store.Weighed(ctx, ids)
	if err != nil {
		return f, err
	}
	drafted, err := s.purchase.Drafted(ctx, ids)
	if err != nil {
		return f, err
	}
	for _, r := range rows {
		on, wanted := have(r)
		w, known := weighed[r.ProductID]
		if !known || !wanted || r.State == Snoozed || r.OfferID == nil {
			continue
		}
		elsewhere := slices.ContainsFunc(drafted[r.ProductID], func(d purchase.Drafted) bool { return d.OrderID != draft })
		f.add(r, w, on, elsewhere)
	}
	return f, nil
}

// add takes a product in. One that stands in another draft as well stays as it is.
func (f *filler) add(r Suggestion, w replenish.Weighing, on measure.Quantity, still bool) {
	line := allot.Line{Product: r.ProductID, Supplier: *r.SupplierID}
	worth := optionAt(w.Options, on)
	if on > 0 {
		f.have[r.ProductID] = worth
		f.base += worth.Cash
		f.waited += max(worth.Benefit, 0)
		if f.again == 0 || w.Again < f.again {
			f.again = w.Again
		}
	}
	for _, o := range w.Options {
		if o.Quantity <= on || !still && o.Cash > 0 && r.DailyRate > 0 {
			line.Options = append(line.Options, allot.Option(o))
		}
	}
	f.rows[r.ProductID], f.lines = r, append(f.lines, line)
}

// optionAt is a quantity with its cash and benefit, read between the options on
// both sides of it.
func optionAt(options []replenish.Option, q measure.Quantity) allot.Option {
	at := allot.Option{Quantity: q}
	var under replenish.Option
	for _, o := range options {
		if o.Quantity <= q {
			under = o
			continue
		}
		part := float64(q-under.Quantity) / float64(o.Quantity-under.Quantity)
		at.Cash = under.Cash + money.Amount(math.Round(part*float64(o.Cash-under.Cash)))
		at.Benefit = under.Benefit + part*(o.Benefit-under.Benefit)
		return at
	}
	at.Cash, at.Benefit = under.Cash, under.Benefit
	if under.Quantity > 0 { // more than was weighed costs at the last price
		at.Cash = money.Amount(math.Round(float64(under.Cash) * float64(q) / float64(under.Quantity)))
	}
	return at
}

// best are the lines that stand on the order, and the most promising to grow.
func (f *filler) best() []allot.Line {
	value := func(l allot.Line) float64 {
		on, best := f.have[l.Product], math.Inf(-1)
		for _, o := range l.Options {
			if o.Quantity > on.Quantity && o.Cash > on.Cash {
				best = max(best, (o.Benefit-on.Benefit)/float64(o.Cash-on.Cash))
			}
		}
		return best
	}
	sorted := slices.Clone(f.lines)
	slices.SortFunc(sorted, func(a, b allot.Line) int {
		return cmp.Or(cmp.Compare(value(b), value(a)), bytes.Compare(a.Product[:], b.Product[:]))
	})
	var out []allot.Line
	for i, l := range sorted {
		if i >= growers {
			if _, on := f.have[l.Product]; !on {
				continue
			}
			l.Options = nil
		}
		out = append(out, l)
	}
	return out
}

// fill finds what reaches the supplier's minimum; total is what the order comes to
// by its own count.
func (f *filler) fill(supplier allot.Supplier, total money.Amount) (allot.Filling, bool) {
	supplier.Minimum += f.base - total
	if filling, ok := allot.Fill(f.best(), supplier, f.have); ok {
		return filling, true
	}
	return allot.Fill(f.lines, supplier, f.have)
}

// grown are the quantities that a filling raises.
func (f *filler) grown(filling allot.Filling) map[ident.ID]measure.Quantity {
	more := map[ident.ID]measure.Quantity{}
	for _, p := range filling.Plan.Picks {
		if p.Quantity > f.have[p.Product].Quantity {
			more[p.Product] = p.Quantity
		}
	}
	return more
}

// terms are what a supplier asks of an order. What lines bring has their share of
// the freight taken off already.
func terms(id ident.ID, minimum, freight money.Amount, free *money.Amount) allot.Supplier {
	out := allot.Supplier{ID: id, Minimum: minimum, Freight: freight, Borne: true}
	if free != nil {
		out.FreeFrom = *free
	}
	return out
}

// Short says what reaching a supplier's minimum takes, and what not ordering of him
// until the next chance is expected to cost.
type Short struct {
	Possible bool         // there are goods that reach it and sell in good time
	More     money.Amount // of goods to add
	Lasts    int          // days that the slowest of them lasts
	Cost     money.Amount // expected to be lost by adding them: they lie, or spoil
	Wait     money.Amount // expected to be lost by waiting until Until
	Until    day.Date
}

// Waiting tells whether waiting is expected to cost less.
func (s Short) Waiting() bool { return !s.Possible || s.Wait < s.Cost }

// Short weighs filling an order up against waiting, for a supplier whose total is
// below his minimum.
func (s *Service) Short(ctx context.Context, t SupplierTotal) (Short, error) {
	f, err := s.filler(ctx, *t.ID, ident.Nil, ordering)
	if err != nil {
		return Short{}, err
	}
	out := Short{Wait: money.Amount(math.Round(f.waited)), Until: f.again}
	filling, ok := f.fill(terms(*t.ID, t.MinimumOrder, t.Freight, t.FreeFreightFrom), t.Cost)
	if !ok {
		return out, nil
	}
	out.Possible, out.More, out.Cost = true, filling.More, money.Amount(math.Round(filling.Cost))
	for id, q := range f.grown(filling) {
		r := f.rows[id]
		out.Lasts = max(out.Lasts, int((max(r.Available, 0)+r.OnOrder+q)/r.DailyRate))
	}
	return out, nil
}

// ordering is what stands to be ordered of a suggestion.
func ordering(r Suggestion) (measure.Quantity, bool) { return r.Chosen(), r.State == Open }

// Wait puts off what is to be ordered of a supplier until his next order day, or
// tomorrow, and keeps that as a decision about each product.
func (s *Service) Wait(ctx context.Context, supplier ident.ID) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	today, err := s.today(ctx)
	if err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		f, err := s.filler(ctx, supplier, ident.Nil, ordering)
		if err != nil || len(f.have) == 0 {
			return err
		}
		rows, err := s.store.Suggestions(ctx, slices.Collect(maps.Keys(f.have)))
		if err != nil {
			return err
		}
		until := max(f.again, today.Add(1))
		var list []Decision
		for _, row := range rows {
			d, err := row.decision(DecidedSnoozed, 0)
			if err != nil {
				return err
			}
			d.ID = ident.Derive(row.ProductID, []byte("waiting since "+today.String()))
			d.Person, d.MadeAt = &scope.Person, day.At(s.now())
			list = append(list, d)
			c := row.choice()
			c.State, c.SnoozedUntil, c.Rejected = Snoozed, &until, nil
			if err := s.store.Choose(ctx, row.ProductID, c); err != nil {
				return err
			}
		}
		_, err = s.store.AddDecisions(ctx, list)
		return err
	})
}

// FillUp raises what is to be ordered of a supplier to his minimum order value with the
// goods that are expected to bring most, or to lose least. Conflict when that would
// take more than will sell in good time. Reaching the minimum already changes nothing.
func (s *Service) FillUp(ctx context.Context, supplier ident.ID) error {
	totals, err := s.Totals(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(totals, func(t SupplierTotal) bool { return t.ID != nil && *t.ID == supplier })
	if at < 0 {
		return fault.New(fault.NotFound, "restock.suggestion_missing")
	}
	t := totals[at]
	if t.Cost >= t.MinimumOrder {
		return nil
	}
	f, err := s.filler(ctx, supplier, ident.Nil, ordering)
	if err != nil {
		return err
	}
	filling, reached := f.fill(terms(supplier, t.MinimumOrder, t.Freight, t.FreeFreightFrom), t.Cost)
	if !reached {
		return fault.New(fault.Conflict, "restock.cannot_fill")
	}
	return s.Override(ctx, f.grown(filling))
}

// FillDraft does the same for a draft that nobody has sent: its lines grow, and others
// join them.
func (s *Service) FillDraft(ctx context.Context, order ident.ID) error {
	if _, err := tenant.Must(ctx); err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		o, err := s.purchase.Order(ctx, order)
		if err != nil {
			return err
		}
		if o.State != purchase.Draft {
			return fault.New(fault.Conflict, "purchase.not_a_draft")
		}
		suppliers, err := s.catalog.Suppliers(ctx, true)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(suppliers, func(x catalog.Supplier) bool { return x.ID == o.SupplierID })
		if at < 0 || o.Total >= suppliers[at].MinimumOrder {
			return nil
		}
		return s.fillDraft(ctx, o, suppliers[at])
	})
}

func (s *Service) fillDraft(ctx context.Context, o purchase.Order, supplier catalog.Supplier) error {
	line := map[ident.ID]purchase.OrderLine{}
	for _, l := range o.Lines {
		line[l.ProductID] = l
	}
	f, err := s.filler(ctx, o.SupplierID, o.ID, func(r Suggestion) (measure.Quantity, bool) { return line[r.ProductID].Quantity, true })
	if err != nil {
		return err
	}
	filling, reached := f.fill(terms(supplier.ID, supplier.MinimumOrder, supplier.Freight, supplier.FreeFreightFrom), o.Total)
	if !reached {
		return fault.New(fault.Conflict, "restock.cannot_fill")
	}
	var changes []purchase.LineChange
	var fresh []purchase.DraftLine
	var marked []ident.ID
	more := f.grown(filling)
	for _, l := range f.lines {
		q, raised := more[l.Product]
		if !raised {
			continue
		}
		marked = append(marked, l.Product)
		if there, ok := line[l.Product]; ok {
			changes = append(changes, purchase.LineChange{Line: there.Line, Quantity: q})
		} else {
			fresh = append(fresh, purchase.DraftLine{ProductID: l.Product, OfferID: *f.rows[l.Product].OfferID, Quantity: q})
		}
	}
	grown, err := s.purchase.ExtendDraft(ctx, o.ID, o.Version, changes, fresh)
	if err != nil {
		return err
	}
	taken, err := s.store.MarkOrdered(ctx, marked)
	if err != nil || len(taken) == 0 {
		return err
	}
	suggested, err := s.store.Suggestions(ctx, taken)
	if err != nil {
		return err
	}
	return s.decided(ctx, suggested, nil, []purchase.Order{grown})
}

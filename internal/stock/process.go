package stock

import (
	"context"
	"unicode/utf8"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// SourceProcess marks the movements of a run of processing: what went in, and what came
// out of it.
const SourceProcess = "process"

// ProcessRequest turns goods of one product into another one: fresh dates into dried ones,
// a crate into graded fruit. The same ClientID again changes nothing.
type ProcessRequest struct {
	ClientID ident.ID
	From, To ident.ID         // products
	In, Out  measure.Quantity // of From, of To; both positive, in base units
	Extra    money.Amount     // what the work cost besides the goods: fuel, a mill's fee
	Lot      string
	Expiry   *day.Date
	Note     string
}

// Process books a run: the goods leave first expired first, and what comes out of them
// carries over what they had cost, and the extra cost. Warnings are those of Post.
func (s *Service) Process(ctx context.Context, r ProcessRequest) ([]Warning, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	var warnings []Warning
	err := s.once(ctx, r.ClientID, SourceProcess, r, func(ctx context.Context) (any, error) {
		source := sourceOf(r.ClientID)
		gone, w, err := s.Post(ctx, []Posting{{Kind: ProcessingOut, ProductID: r.From, Quantity: -r.In, Source: SourceProcess, SourceID: source, SourceLine: 1, Note: r.Note}})
		if err != nil {
			return nil, err
		}
		warnings = w
		cost := r.Extra
		for _, m := range gone {
			if m.SourceID != source { // what the ledger settled meanwhile
				continue
			}
			if cost, err = cost.Add(-m.Value); err != nil {
				return nil, err
			}
		}
		cost = max(cost, 0)
		_, _, err = s.Post(ctx, []Posting{{
			Kind: ProcessingIn, ProductID: r.To, Quantity: r.Out, Value: &cost, Lot: &LotSpec{Code: r.Lot, Expiry: r.Expiry}, Source: SourceProcess, SourceID: source, SourceLine: 2, Note: r.Note,
		}})
		return nil, err
	})
	return warnings, err
}

func (r ProcessRequest) check() error {
	var problems fault.Fields
	quantity := func(q measure.Quantity, field string) {
		switch {
		case q <= 0:
			problems.Add(fault.New(fault.Invalid, "stock.quantity_positive").WithField(field))
		case !q.InBounds():
			problems.Add(fault.New(fault.Invalid, "value.too_large").WithField(field))
		}
	}
	quantity(r.In, "quantity")
	quantity(r.Out, "made")
	if r.From == r.To {
		problems.Add(fault.New(fault.Invalid, "stock.process_same").WithField("into"))
	}
	if r.Extra < 0 {
		problems.Add(fault.New(fault.Invalid, "stock.cost_negative").WithField("extra"))
	}
	if utf8.RuneCountInString(r.Lot) > maxLot {
		problems.Add(fault.New(fault.Invalid, "stock.text_too_long").WithField("lot"))
	}
	if err := problems.Err(); err != nil {
		return err
	}
	return checkText("note", r.Note)
}

// Run is a run of processing that stands.
type Run struct {
	Day      day.Date
	From, To ident.ID
	In, Out  measure.Quantity
	Cost     money.Amount // carried over, with the extra cost
}

// YieldPPM is what came out for what went in, in millionths; it says something only where
// both are measured alike.
func (r Run) YieldPPM() int64 {
	n, _ := money.MulDiv(int64(r.Out), 1_000_000, max(int64(r.In), 1))
	return n
}

// Runs reads the latest runs since a day, the newest first; those that were undone are
// left out.
func (s *Service) Runs(ctx context.Context, from day.Date, limit int) ([]Run, error) {
	moved, err := s.store.Processed(ctx, from, 8*limit)
	if err != nil {
		return nil, err
	}
	at, order := map[ident.ID]*Run{}, []ident.ID(nil)
	for _, m := range moved {
		if at[m.SourceID] == nil {
			at[m.SourceID] = &Run{Day: m.BusinessDay}
			order = append(order, m.SourceID)
		}
		r := at[m.SourceID]
		if m.Kind == ProcessingIn {
			r.To, r.Out, r.Cost = m.ProductID, r.Out+m.Quantity, r.Cost+m.Value
		} else {
			r.From, r.In = m.ProductID, r.In-m.Quantity
		}
	}
	var out []Run
	for _, id := range order {
		if r := at[id]; len(out) < limit && r.In > 0 && r.Out > 0 {
			out = append(out, *r)
		}
	}
	return out, nil
}

package stock

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// maxText bounds the reasons and notes that people type, in characters.
const maxText = 500

func checkText(field, s string) error {
	if utf8.RuneCountInString(s) > maxText {
		return fault.New(fault.Invalid, "stock.text_too_long").WithField(field)
	}
	return nil
}

// CountRequest says what was found on the shelf. Expected is what the counter's
// page said the book held; when the book says something else by now, the count
// is a Conflict that says what, because goods moved while counting. At is the
// device's instant of counting.
type CountRequest struct {
	ClientID, ProductID ident.ID
	Counted             measure.Quantity
	Expected            *measure.Quantity
	At                  day.Micros
	Note                string
}

// CountResult is what a count found: the book before it, and Counted − Book.
type CountResult struct {
	Counted, Book, Variance measure.Quantity
}

// Count sets the book to what was counted and posts the difference. A count
// that agrees is posted too, with quantity zero: somebody looked.
func (s *Service) Count(ctx context.Context, r CountRequest) error {
	if r.Counted < 0 {
		return fault.New(fault.Invalid, "stock.counted_negative").WithField("counted")
	}
	if err := checkText("note", r.Note); err != nil {
		return err
	}
	return s.once(ctx, r.ClientID, SourceCount, r, func(ctx context.Context) (any, error) {
		if _, err := s.store.Lock(ctx); err != nil { // no sale between reading and posting
			return nil, err
		}
		balances, err := s.store.Balances(ctx, []ident.ID{r.ProductID})
		if err != nil {
			return nil, err
		}
		book := balances[r.ProductID].OnHand
		if r.Expected != nil && *r.Expected != book {
			return nil, fault.New(fault.Conflict, "stock.count_stale",
				fault.A("expected", *r.Expected), fault.A("on_hand", book)).WithField("counted")
		}
		p := Posting{
			Kind: Count, ProductID: r.ProductID, Quantity: r.Counted - book, OccurredAt: r.At,
			Source: SourceCount, SourceID: sourceOf(r.ClientID), SourceLine: 1, Note: r.Note,
		}
		_, _, err = s.Post(ctx, []Posting{p})
		return CountResult{Counted: r.Counted, Book: book, Variance: r.Counted - book}, err
	})
}

// sourceOf is the source id of a request: its client id, or a fresh one, so
// that it can be undone either way.
func sourceOf(clientID ident.ID) ident.ID {
	if clientID.IsNil() {
		return ident.New()
	}
	return clientID
}

// CountResult gives what a count that was carried out found; false when no
// count has that client id.
func (s *Service) CountResult(ctx context.Context, clientID ident.ID) (CountResult, bool, error) {
	var result CountResult
	p, found, err := s.store.Posting(ctx, clientID)
	if err != nil || !found || p.Kind != SourceCount {
		return result, false, err
	}
	if err := json.Unmarshal([]byte(p.Result), &result); err != nil {
		return result, false, fmt.Errorf("read the result of a count: %w", err)
	}
	return result, true, nil
}

// AdjustRequest corrects the book by a signed quantity, with a reason.
type AdjustRequest struct {
	ClientID, ProductID ident.ID
	Delta               measure.Quantity
	Reason, Note        string
}

// Adjust posts a correction. Nobody counted, so it does not make the stock known
// and does not answer a needed count.
func (s *Service) Adjust(ctx context.Context, r AdjustRequest) error {
	var problems fault.Fields
	if r.Delta == 0 {
		problems.Add(fault.New(fault.Invalid, "stock.quantity_zero").WithField("quantity"))
	}
	if r.Reason == "" {
		problems.Add(fault.New(fault.Invalid, "stock.reason_missing").WithField("reason"))
	}
	if err := problems.Err(); err != nil {
		return err
	}
	if err := checkText("reason", r.Reason); err != nil {
		return err
	}
	if err := checkText("note", r.Note); err != nil {
		return err
	}
	return s.once(ctx, r.ClientID, SourceAdjust, r, func(ctx context.Context) (any, error) {
		_, _, err := s.Post(ctx, []Posting{{
			Kind: Count, ProductID: r.ProductID, Quantity: r.Delta, Source: SourceAdjust,
			SourceID: sourceOf(r.ClientID), SourceLine: 1, Reason: r.Reason, Note: r.Note,
		}})
		return nil, err
	})
}

// LossRequest says what was thrown away, used or given. Quantity is positive;
// LotID nil takes the oldest (thrown away) or the first to expire (used, given).
type LossRequest struct {
	ClientID, ProductID ident.ID
	LotID               *ident.ID
	Quantity            measure.Quantity
	Reason              Kind // Spoilage, OwnUse or Gift
	Note                string
}

// Loss takes goods out that were not sold. More than the chosen lot holds is a
// Conflict that says how much it holds.
func (s *Service) Loss(ctx context.Context, r LossRequest) error {
	var problems fault.Fields
	if r.Quantity <= 0 {
		problems.Add(fault.New(fault.Invalid, "stock.quantity_positive").WithField("quantity"))
	}
	if !slices.Contains([]Kind{Spoilage, OwnUse, Gift}, r.Reason) {
		problems.Add(fault.New(fault.Invalid, "stock.loss_reason").WithField("reason"))
	}
	if err := problems.Err(); err != nil {
		return err
	}
	if err := checkText("note", r.Note); err != nil {
		return err
	}
	return s.once(ctx, r.ClientID, SourceLoss, r, func(ctx context.Context) (any, error) {
		if err := s.lotHolds(ctx, r); err != nil {
			return nil, err
		}
		_, _, err := s.Post(ctx, []Posting{{
			Kind: r.Reason, ProductID: r.ProductID, Quantity: -r.Quantity, LotID: r.LotID, Source: SourceLoss,
			SourceID: sourceOf(r.ClientID), SourceLine: 1, Note: r.Note,
		}})
		return nil, err
	})
}

func (s *Service) lotHolds(ctx context.Context, r LossRequest) error {
	if r.LotID == nil {
		return nil
	}
	if _, err := s.store.Lock(ctx); err != nil {
		return err
	}
	lots, err := s.store.LotBalances(ctx, []ident.ID{r.ProductID})
	if err != nil {
		return err
	}
	for _, l := range lots[r.ProductID] {
		if l.LotID == *r.LotID && l.Quantity < r.Quantity {
			return fault.New(fault.Conflict, "stock.lot_short", fault.A("quantity", l.Quantity)).WithField("quantity")
		}
	}
	return nil
}

// ReceiveRequest is goods that arrived without an order. Kind is Receipt unless
// it says Harvest.
type ReceiveRequest struct {
	ClientID   ident.ID
	Kind       Kind
	SupplierID *ident.ID
	At         day.Micros
	Note       string
	Lines      []ReceiveLine
}

// ReceiveLine is one product of it; without a cost the goods come in at the
// present average or the last cost.
type ReceiveLine struct {
	ProductID ident.ID
	Quantity  measure.Quantity
	UnitCost  *money.Price
	Value     *money.Amount
	Lot       string
	Produced  *day.Date `json:",omitempty"` // not after Expiry
	Expiry    *day.Date
}

// maxLot bounds a lot's code, in characters.
const maxLot = 120

// Receive posts a delivery, one lot a line. Errors carry the field "line N" as
// lines.N.<field>, N counted from 0.
func (s *Service) Receive(ctx context.Context, r ReceiveRequest) error {
	if err := r.check(); err != nil {
		return err
	}
	kind := r.Kind
	if kind == "" {
		kind = Receipt
	}
	return s.once(ctx, r.ClientID, SourceReceive, r, func(ctx context.Context) (any, error) {
		source := sourceOf(r.ClientID)
		postings := make([]Posting, len(r.Lines))
		for i, l := range r.Lines {
			postings[i] = Posting{
				Kind: kind, ProductID: l.ProductID, Quantity: l.Quantity, UnitCost: l.UnitCost, Value: l.Value,
				Lot: &LotSpec{Code: l.Lot, Produced: l.Produced, Expiry: l.Expiry, SupplierID: r.SupplierID}, OccurredAt: r.At,
				Source: SourceReceive, SourceID: source, SourceLine: i + 1, Note: r.Note,
			}
		}
		_, _, err := s.Post(ctx, postings)
		return nil, err
	})
}

func (r ReceiveRequest) check() error {
	var problems fault.Fields
	if len(r.Lines) == 0 {
		problems.Add(fault.New(fault.Invalid, "stock.lines_missing"))
	}
	if r.Kind != "" && r.Kind != Receipt && r.Kind != Harvest {
		return fmt.Errorf("%w: receive %q", errPosting, r.Kind)
	}
	for i, l := range r.Lines {
		field := func(name string) string { return fmt.Sprintf("lines.%d.%s", i, name) }
		if l.Quantity <= 0 {
			problems.Add(fault.New(fault.Invalid, "stock.quantity_positive").WithField(field("quantity")))
		}
		if l.UnitCost != nil && *l.UnitCost < 0 || l.Value != nil && *l.Value < 0 {
			problems.Add(fault.New(fault.Invalid, "stock.cost_negative").WithField(field("cost")))
		}
		if utf8.RuneCountInString(l.Lot) > maxLot {
			problems.Add(fault.New(fault.Invalid, "stock.text_too_long").WithField(field("lot")))
		}
	}
	if err := problems.Err(); err != nil {
		return err
	}
	return checkText("note", r.Note)
}

// OpeningLine is what an import found on the shelves. SourceID is the import
// (zero: made), by which Reverse undoes it; At zero is now.
type OpeningLine struct {
	ProductID  ident.ID
	Quantity   measure.Quantity
	UnitCost   *money.Price
	Lot        *LotSpec
	At         day.Micros
	SourceID   ident.ID
	SourceLine int
}

// Opening posts an opening count: afterwards the book holds the sum of each
// product's lines. Lines that name lots replace the lots the book held.
func (s *Service) Opening(ctx context.Context, lines []OpeningLine) error {
	byProduct := map[ident.ID][]OpeningLine{}
	var order []ident.ID
	source := ident.New()
	for i, l := range lines {
		if l.Quantity < 0 {
			return fault.New(fault.Invalid, "stock.counted_negative").WithField(fmt.Sprintf("lines.%d.quantity", i))
		}
		if l.SourceID.IsNil() {
			l.SourceID = source
		}
		if l.SourceLine == 0 {
			l.SourceLine = i + 1
		}
		if byProduct[l.ProductID] == nil {
			order = append(order, l.ProductID)
		}
		byProduct[l.ProductID] = append(byProduct[l.ProductID], l)
	}
	if _, err := tenant.Must(ctx); err != nil || len(order) == 0 {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		w, err := s.begin(ctx, order, nil)
		if err != nil {
			return err
		}
		for _, product := range order {
			for _, p := range opening(w.book.Stock(product).OnHand, byProduct[product]) {
				if err := w.post(p); err != nil {
					return err
				}
			}
		}
		if _, err := s.save(ctx, w); err != nil {
			return err
		}
		return s.mark(ctx, w)
	})
}

// opening gives the postings that make the book hold the lines of one product.
func opening(onHand measure.Quantity, lines []OpeningLine) []Posting {
	posting := func(l OpeningLine, q measure.Quantity) Posting {
		return Posting{
			Kind: Count, ProductID: l.ProductID, Quantity: q, UnitCost: l.UnitCost, Lot: l.Lot,
			OccurredAt: l.At, Source: SourceOpening, SourceID: l.SourceID, SourceLine: l.SourceLine,
		}
	}
	replaced := slices.ContainsFunc(lines, func(l OpeningLine) bool { return l.Lot != nil })
	if !replaced {
		total := measure.Quantity(0)
		for _, l := range lines {
			total += l.Quantity
		}
		return []Posting{posting(lines[0], total-onHand)}
	}
	var postings []Posting
	if onHand != 0 {
		first := lines[0]
		first.Lot, first.UnitCost = nil, nil
		postings = append(postings, posting(first, -onHand))
	}
	for _, l := range lines {
		if l.Quantity == 0 {
			l.Lot = nil
		}
		postings = append(postings, posting(l, l.Quantity))
	}
	return postings
}

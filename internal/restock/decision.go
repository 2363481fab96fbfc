package restock

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"buhuo/internal/day"
	"buhuo/internal/forecast/dist"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
	"buhuo/internal/replenish/score"
)

// Decided is what became of a suggestion.
type Decided string

// What became of it: ordered as it was, ordered in another quantity (none, too), put
// off, refused, or left lying by everybody.
const (
	DecidedAccepted Decided = "accepted"
	DecidedChanged  Decided = "changed"
	DecidedSnoozed  Decided = "snoozed"
	DecidedRejected Decided = "rejected"
	DecidedIgnored  Decided = "ignored"
)

// AllDecided lists them in the order that a page shows.
func AllDecided() []Decided {
	return []Decided{DecidedAccepted, DecidedChanged, DecidedSnoozed, DecidedRejected, DecidedIgnored}
}

// Decision is a suggestion with what somebody made of it. It is kept for ever, with
// what was known then; who was right is said when its days are over.
type Decision struct {
	ID, ProductID       ident.ID
	Day                 day.Date // first day that the suggestion spoke of
	Kind                Decided
	SupplierID, OfferID *ident.ID
	OrderID             *ident.ID // that it led to
	Suggested, Chosen   measure.Quantity
	UnitCost            money.Price // landed, net
	UnitMargin          money.Price // lost with each unit missing, net
	Arrival, Until      day.Date    // the order was for the days from Arrival, Until excluded
	Due                 *day.Date   // known whole, it can be judged; nil: it never can
	Expected, Low, High measure.Quantity
	Level               int // the probability that it had to last with, in 1/10,000
	Why                 Why
	Note                string
	Person              *ident.ID // nil: nobody acted
	MadeAt              day.Micros
	Inputs              []byte // the suggestion's, packed: see Unpack
}

const (
	// tailDays is how many days behind the cover period the fate of perishable goods is
	// followed by what was really wanted.
	tailDays = 28
	// lowOf and highOf are the quantiles of the period's demand that are kept.
	lowOf, highOf = 0.1, 0.9
	// unpricedMargin is the margin assumed of goods without a price: the kernel's.
	unpricedMargin = 0.3
)

// decision is the suggestion as it is kept when somebody decides.
func (s Suggestion) decision(kind Decided, chosen measure.Quantity) (Decision, error) {
	in := s.Trace.Inputs
	d := Decision{ID: ident.New(), ProductID: s.ProductID, Day: in.Today, Kind: kind, SupplierID: s.SupplierID, OfferID: s.OfferID,
		Suggested: s.Quantity, Chosen: chosen, Arrival: in.Today, Until: in.Today, MadeAt: s.MadeAt}
	var err error
	if d.Inputs, err = packInputs(in); err != nil {
		return d, err
	}
	c := s.Trace.Result.Choice
	if c == nil || c.Arrival < in.Today {
		return d, nil
	}
	d.Arrival, d.Until = c.Arrival, max(c.NextArrival, c.Arrival.Add(1))
	due := d.Until
	if in.ShelfLife > 0 {
		d.Until = min(d.Until, d.Arrival.Add(in.ShelfLife))
		due = max(d.Until, min(d.Arrival.Add(in.ShelfLife), d.Until.Add(tailDays)))
	}
	d.Due = new(due.Add(-1))
	d.UnitCost, d.UnitMargin = c.Quote.Landed, marginOver(in, c.Quote.Landed)
	d.Level = int(math.Round(min(max(c.Need.Service, 0), 1) * 1e4))
	wanted := wantedIn(in.Demand, int(d.Arrival-in.Today), int(d.Until-in.Today))
	d.Expected, d.Low = thousandths(wanted.Mean()), thousandths(wanted.Quantile(lowOf))
	d.High = max(d.Low, thousandths(wanted.Quantile(highOf)))
	return d, nil
}

// marginOver is what a unit that costs so much brings, net.
func marginOver(in replenish.Input, cost money.Price) money.Price {
	price := in.Price
	switch {
	case price <= 0:
		return money.Price(math.Round(float64(cost) * unpricedMargin))
	case in.PricesIncludeTax:
		price = price.NetOfTax(in.TaxBasisPoints)
	}
	return price - cost
}

// wantedIn is the demand after the first i days up to day k: as spread out, for its
// size, as that of the first k-i.
func wantedIn(w replenish.Windows, i, k int) dist.Distribution {
	if i <= 0 {
		return w.Sum(k)
	}
	first := w.Sum(k - i)
	mean := w.Sum(k).Mean() - w.Sum(i).Mean()
	if mean <= 0 || first.Mean() <= 0 {
		return dist.NewFixed(max(mean, 0))
	}
	share := mean / first.Mean()
	if w.Whole {
		return dist.NewNegBin(mean, first.Var()*share*share)
	}
	return dist.NewGamma(mean, first.Var()*share*share)
}

// packInputs writes a suggestion's inputs small.
func packInputs(in replenish.Input) ([]byte, error) {
	text, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("keep the inputs of a suggestion: %w", err)
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// mostInputs bounds what is unpacked of one decision, in bytes.
const mostInputs = 1 << 20

// Unpack reads the inputs of the suggestion that was decided about; the kernel makes
// the same suggestion of them again.
func (d Decision) Unpack() (in replenish.Input, err error) {
	r := flate.NewReader(bytes.NewReader(d.Inputs))
	text, err := io.ReadAll(io.LimitReader(r, mostInputs))
	if err == nil {
		err = json.Unmarshal(text, &in)
	}
	if err != nil {
		return in, fmt.Errorf("read the inputs of decision %s: %w", d.ID, err)
	}
	return in, nil
}

// Finding is whether a decision could be judged, or why not.
type Finding string

// The findings.
const (
	FoundJudged     Finding = "judged"
	FoundUnknown    Finding = "stock_unknown" // nobody had counted: what was there is not known
	FoundNoDelivery Finding = "no_delivery"   // the order never came
	FoundReplaced   Finding = "replaced"      // decided anew, or supplied otherwise, before it mattered
)

// Judgement is what became of a decision. Regrets are what a quantity cost beyond the
// best one in hindsight.
type Judgement struct {
	DecisionID             ident.ID
	Finding                Finding
	Day                    day.Date         // last day that it was judged by
	Wanted                 measure.Quantity // on the days that the order was for
	Stock                  measure.Quantity // there at its arrival, and coming from earlier orders
	Best                   measure.Quantity
	Ours, Theirs           score.Verdict
	OurRegret, TheirRegret money.Amount
	Ladder                 []money.Amount // our regret at each of Levels and under the words alone; nil: of goods that do not keep
}

// Delivery is goods that came in.
type Delivery struct {
	OrderID    *ident.ID // nil: without an order
	SupplierID *ident.ID // of the order
	Ordered    day.Micros
	Day        day.Date
	Quantity   measure.Quantity
	Expiry     *day.Date
}

// Plan is when a decision's order was to arrive.
type Plan struct {
	ID      ident.ID
	MadeAt  day.Micros
	Arrival day.Date
}

// DuePlace is a place in the list of decisions to be judged.
type DuePlace struct {
	Day day.Date
	ID  ident.ID
}

// Decisions keeps what people made of suggestions, for the shop of ctx.
type Decisions interface {
	// AddDecisions writes decisions; those whose id is there already stay as they are.
	// It answers how many were new.
	AddDecisions(ctx context.Context, list []Decision) (int, error)
	// Unanswered reads, of some products, the open suggestions with something to order
	// that were made before a day, traces and all, but for products with a decision whose
	// days are not over when theirs begin.
	Unanswered(ctx context.Context, ids []ident.ID, before day.Date) ([]Suggestion, error)
	// Due reads decisions without a judgement that can be judged after the closing of a
	// day, those behind a place, in order.
	Due(ctx context.Context, through day.Date, after DuePlace, limit int) ([]Decision, error)
	// Plans reads when the decisions about products since a day meant to be supplied, in
	// the order in which they were made.
	Plans(ctx context.Context, ids []ident.ID, since day.Date) (map[ident.ID][]Plan, error)
	// Deliveries reads what came in of products since a day, in order; what was taken
	// back is left out.
	Deliveries(ctx context.Context, ids []ident.ID, since day.Date) (map[ident.ID][]Delivery, error)
	// PutJudgements writes what became of decisions, once each.
	PutJudgements(ctx context.Context, list []Judgement) error
	// DropJudgements forgets them all: they can be worked out again.
	DropJudgements(ctx context.Context) error
}

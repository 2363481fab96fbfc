package restock

import (
	"context"
	"math"
	"strings"
	"unicode/utf8"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/replenish"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

const (
	// MostAdjusted is the longest stretch that one adjustment may cover, in days: as
	// far as the forecast looks.
	MostAdjusted = horizon
	// adjustAhead is how far ahead an adjustment may begin, in days.
	adjustAhead = 366
	// adjustMost is the largest factor, in thousandths.
	adjustMost = 20_000
	// maxReason bounds the reason, in characters.
	maxReason = 160
)

// Adjustment is what a person knows of coming days that no record tells: a wedding,
// road works. It changes what is forecast of them until it is withdrawn.
type Adjustment struct {
	ID, ProductID ident.ID
	From, To      day.Date // first and last day
	// One of the two is set: Factor is thousandths of the forecast, Amount is added
	// over all the days together and may be negative.
	Factor *int
	Amount *measure.Quantity
	Reason string
	Person ident.ID
	MadeAt day.Micros

	WithdrawnAt *day.Micros
	WithdrawnBy *ident.ID

	// Ours and Adjusted are what was forecast of the days at the last run before
	// they began, without this adjustment and with it; nil: not yet worked out.
	Ours, Adjusted *measure.Quantity
}

// Days is how many days it covers.
func (a Adjustment) Days() int { return int(a.To-a.From) + 1 }

// Score judges an adjustment by what was wanted on its days.
type Score struct {
	Ours, Adjusted, Wanted measure.Quantity
}

// Nearer is -1 when our own forecast was nearer to what was wanted, 1 when the
// adjusted one was, 0 when neither.
func (s Score) Nearer() int {
	ours, adjusted := away(s.Ours, s.Wanted), away(s.Adjusted, s.Wanted)
	switch {
	case adjusted < ours:
		return 1
	case ours < adjusted:
		return -1
	}
	return 0
}

func away(a, b measure.Quantity) measure.Quantity { return max(a-b, b-a) }

// Journal keeps who changed what, in the transaction of the change.
type Journal interface {
	Record(ctx context.Context, action string, subject ident.ID, detail map[string]any) error
}

// SetJournal sets who keeps the audit trail.
func (s *Service) SetJournal(j Journal) { s.journal = j }

func (s *Service) record(ctx context.Context, action string, subject ident.ID, detail map[string]any) error {
	if s.journal == nil {
		return nil
	}
	return s.journal.Record(ctx, action, subject, detail)
}

// Adjust notes what a person knows of coming days and works out the product's
// suggestion again. The same id a second time changes nothing. The faults name the
// fields from, to, factor, amount and reason.
func (s *Service) Adjust(ctx context.Context, a Adjustment) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	first, err := s.FirstDay(ctx)
	if err != nil {
		return err
	}
	a.Reason = strings.TrimSpace(a.Reason)
	if err := a.check(first); err != nil {
		return err
	}
	if err := s.known(ctx, a.ProductID); err != nil {
		return err
	}
	a.Person, a.MadeAt = scope.Person, day.At(s.now())
	fresh := false
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		if fresh, err = s.store.AddAdjustment(ctx, a); err != nil || !fresh {
			return err
		}
		if err := s.record(ctx, "forecast.adjust", a.ProductID, a.detail()); err != nil {
			return err
		}
		return s.stock.MarkChanged(ctx, []ident.ID{a.ProductID}, first)
	})
	if err != nil || !fresh {
		return err
	}
	return s.again(ctx, a.ProductID, first)
}

func (a Adjustment) check(first day.Date) error {
	var wrong fault.Fields
	add := func(field, key string, args ...fault.Arg) {
		wrong.Add(fault.New(fault.Invalid, key, args...).WithField(field))
	}
	switch {
	case a.From < first || a.From > first.Add(adjustAhead):
		add("from", "forecast.from_outside", fault.A("n", adjustAhead))
	case a.To < a.From:
		add("to", "forecast.to_before")
	case a.Days() > MostAdjusted:
		add("to", "forecast.too_long", fault.A("n", MostAdjusted))
	}
	switch {
	case a.Factor == nil && a.Amount == nil, a.Factor != nil && a.Amount != nil:
		add("amount", "forecast.one_of_two")
	case a.Factor != nil && (*a.Factor < 0 || *a.Factor > adjustMost):
		add("amount", "forecast.factor_outside")
	case a.Factor != nil && *a.Factor == measure.Thousandths, a.Amount != nil && *a.Amount == 0:
		add("amount", "forecast.changes_nothing")
	case a.Amount != nil && !a.Amount.InBounds():
		add("amount", "value.too_large")
	}
	switch {
	case a.Reason == "":
		add("reason", "forecast.reason_missing")
	case utf8.RuneCountInString(a.Reason) > maxReason:
		add("reason", "forecast.reason_long", fault.A("n", maxReason))
	}
	return wrong.Err()
}

func (a Adjustment) detail() map[string]any {
	detail := map[string]any{"id": a.ID.String(), "from": a.From.String(), "to": a.To.String(), "reason": a.Reason}
	if a.Factor != nil {
		detail["thousandths"] = *a.Factor
	}
	if a.Amount != nil {
		detail["amount"] = a.Amount.Decimal()
	}
	return detail
}

// Withdraw takes an adjustment back: from now on it changes nothing, and it stays
// on record. Withdrawn once more, it stays as it is; NotFound when there is none.
func (s *Service) Withdraw(ctx context.Context, id ident.ID) (product ident.ID, err error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return ident.Nil, err
	}
	first, err := s.FirstDay(ctx)
	if err != nil {
		return ident.Nil, err
	}
	var a Adjustment
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		if a, err = s.store.Adjustment(ctx, id); err != nil || a.WithdrawnAt != nil {
			return err
		}
		if a.To < first {
			return fault.New(fault.Conflict, "forecast.over_already")
		}
		if err := s.store.WithdrawAdjustment(ctx, id, scope.Person, day.At(s.now())); err != nil {
			return err
		}
		if err := s.record(ctx, "forecast.withdraw", a.ProductID, a.detail()); err != nil {
			return err
		}
		return s.stock.MarkChanged(ctx, []ident.ID{a.ProductID}, first)
	})
	if err != nil {
		return ident.Nil, err
	}
	return a.ProductID, s.again(ctx, a.ProductID, first)
}

// known is NotFound when the shop has no such product.
func (s *Service) known(ctx context.Context, id ident.ID) error {
	found, err := s.catalog.Products(ctx, []ident.ID{id})
	if err != nil {
		return err
	}
	if _, ok := found[id]; !ok {
		return fault.New(fault.NotFound, "restock.product_missing")
	}
	return nil
}

// FirstDay is the first day that the shop's forecasts speak of.
func (s *Service) FirstDay(ctx context.Context) (day.Date, error) {
	in, err := s.shops.Get(ctx)
	if err != nil {
		return 0, err
	}
	pool, _, err := s.store.Pool(ctx)
	if err != nil {
		return 0, err
	}
	at, err := s.live(ctx, in, pool.Shop.Profile)
	return at.first, err
}

// again works out one product at once: whoever changed it is waiting to see what
// comes of it. Without a pool there is nothing to work it out with yet.
func (s *Service) again(ctx context.Context, id ident.ID, from day.Date) error {
	in, err := s.shops.Get(ctx)
	if err != nil {
		return err
	}
	pool, ok, err := s.store.Pool(ctx)
	if err != nil || !ok || pool.outdated(in) {
		return err
	}
	return s.refresh(ctx, in, pool, []stock.Mark{{Shop: in.ID, ProductID: id, From: from}})
}

// adjusting is the tuning of adjustments from first on, over n days.
func adjusting(list []Adjustment, first day.Date, n int) tuning {
	var t tuning
	for _, a := range list {
		if a.To < first || a.From >= first.Add(n) {
			continue
		}
		t.open(n)
		for d := a.From; d <= a.To; d++ {
			if a.Factor != nil {
				t.times(int(d-first), float64(*a.Factor)/1000)
			}
		}
	}
	for _, a := range list { // amounts are said in full, whatever factors hold
		if a.Amount == nil {
			continue
		}
		for d := a.From; d <= a.To; d++ {
			t.plus(int(d-first), float64(*a.Amount)/1000/float64(a.Days()))
		}
	}
	return t
}

// The messages about an adjustment: of one day or of several, by kind.
const (
	messageFactor, messageFactorDay = "reason.note_factor", "reason.note_factor_day"
	messageMore, messageMoreDay     = "reason.note_more", "reason.note_more_day"
	messageLess, messageLessDay     = "reason.note_less", "reason.note_less_day"
	messageAdjusted                 = "reason.step_adjusted"
)

// Note says what an adjustment does, as the reason of a suggestion does; unit is the
// product's base unit.
func (a Adjustment) Note(unit string) replenish.Message {
	several, one := messageFactor, messageFactorDay
	by := replenish.Arg{Name: "percent", Kind: replenish.KindPercent}
	switch {
	case a.Factor != nil:
		by.Int = int64(*a.Factor+5) / 10
	case *a.Amount < 0:
		several, one = messageLess, messageLessDay
		by = replenish.Arg{Name: "amount", Kind: replenish.KindQuantity, Int: -int64(*a.Amount), Unit: unit}
	default:
		several, one = messageMore, messageMoreDay
		by = replenish.Arg{Name: "amount", Kind: replenish.KindQuantity, Int: int64(*a.Amount), Unit: unit}
	}
	from := replenish.Arg{Name: "from", Kind: replenish.KindDate, Int: int64(a.From)}
	why := replenish.Arg{Name: "why", Kind: replenish.KindText, Text: a.Reason}
	if a.From == a.To {
		return replenish.Message{Key: one, Args: []replenish.Arg{from, by, why}}
	}
	to := replenish.Arg{Name: "to", Kind: replenish.KindDate, Int: int64(a.To)}
	return replenish.Message{Key: several, Args: []replenish.Arg{from, to, by, why}}
}

// tellAdjusted says in reason and trace what people's knowledge changes in the days
// that the suggestion looks at.
func (c surroundings) tellAdjusted(s subject, ours, told course, out *Suggestion) {
	last := c.first.Add(outlookAhead)
	if choice := out.Trace.Result.Choice; choice != nil {
		last = max(last, c.first.Add(choice.Need.Window))
	}
	noted := false
	for _, a := range s.adjustments {
		if a.To < c.first || a.From >= last {
			continue
		}
		out.Reason = append(out.Reason, a.Note(s.product.BaseUnit))
		noted = true
	}
	if !noted {
		return
	}
	days := int(last - c.first)
	quantity := func(name string, x float64) replenish.Arg {
		return replenish.Arg{Name: name, Kind: replenish.KindQuantity, Int: int64(spoken(x)), Unit: s.product.BaseUnit}
	}
	out.Trace.Steps = append(out.Trace.Steps, replenish.Message{Key: messageAdjusted, Args: []replenish.Arg{
		{Name: "until", Kind: replenish.KindDate, Int: int64(last.Add(-1))},
		quantity("ours", ours.between(0, days)), quantity("adjusted", told.between(0, days)),
	}})
}

// spoken rounds an estimate to what a person would say: two digits, and whole units
// from ten on.
func spoken(x float64) measure.Quantity {
	q := thousandths(x)
	if q == 0 {
		return 0
	}
	grid := math.Pow10(max(0, int(math.Log10(float64(q)))-1))
	grid = math.Min(grid, measure.Thousandths)
	return measure.Quantity(math.Round(float64(q)/grid) * grid)
}

// foretold is what is forecast of the days of adjustments that have not begun, or
// begin today, without each of them and with all: what they are judged by later.
func (c surroundings) foretold(s subject, ours course) []Adjustment {
	var out []Adjustment
	for i, a := range s.adjustments {
		from, to := int(a.From-c.first), int(a.To-c.first)+1
		if from < 0 || to > len(ours.steps) {
			continue
		}
		others := append(append([]Adjustment(nil), s.adjustments[:i]...), s.adjustments[i+1:]...)
		without := thousandths(ours.tuned(adjusting(others, c.first, len(ours.steps))).between(from, to))
		with := thousandths(ours.tuned(adjusting(s.adjustments, c.first, len(ours.steps))).between(from, to))
		a.Ours, a.Adjusted = &without, &with
		out = append(out, a)
	}
	return out
}

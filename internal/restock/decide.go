package restock

import (
	"context"
	"strings"
	"unicode/utf8"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/tenant"
)

// Why is a reason from the short list that everybody understands the same way.
type Why string

// The reasons; the empty one is none given.
const (
	WhyEnough   Why = "enough"   // there is more than the book says
	WhyLess     Why = "less"     // less of it is wanted
	WhyMore     Why = "more"     // more of it is wanted
	WhyEvent    Why = "event"    // a festival, a wedding, the weather
	WhyPrice    Why = "price"    // too dear now, or cheaper elsewhere
	WhyQuality  Why = "quality"  // not fresh or not good enough
	WhySpace    Why = "space"    // no room
	WhyCash     Why = "cash"     // no money for it now
	WhySupplier Why = "supplier" // the supplier cannot, or the shop does not want him
	WhyOther    Why = "other"
)

// Whys lists the reasons in the order that a page offers them.
func Whys() []Why {
	return []Why{WhyEnough, WhyLess, WhyMore, WhyEvent, WhyPrice, WhyQuality, WhySpace, WhyCash, WhySupplier, WhyOther}
}

// Answer is what a person says to a suggestion. The same ID a second time changes
// nothing.
type Answer struct {
	ID, ProductID ident.ID
	Why           Why
	Note          string
}

// Never is the day until which a refusal holds that names none.
var Never = day.New(2199, 12, 31)

// PutOff snoozes a suggestion until a day after today. An ordered one is a Conflict.
func (s *Service) PutOff(ctx context.Context, a Answer, until day.Date) error {
	if err := s.comesBack(ctx, until); err != nil {
		return err
	}
	return s.answer(ctx, a, DecidedSnoozed, func(_ Suggestion, c *Choice) error {
		c.State, c.SnoozedUntil, c.Rejected = Snoozed, &until, nil
		return nil
	})
}

// Reject refuses a suggestion: it stays away until half as much again is needed, or
// nothing, or another supplier is the best, or until a day (nil: none). An ordered one
// is a Conflict, and so is one with nothing to order.
func (s *Service) Reject(ctx context.Context, a Answer, until *day.Date) error {
	if until != nil {
		if err := s.comesBack(ctx, *until); err != nil {
			return err
		}
	}
	return s.answer(ctx, a, DecidedRejected, func(row Suggestion, c *Choice) error {
		if row.Quantity <= 0 {
			return fault.New(fault.Conflict, "decision.nothing_to_reject")
		}
		c.State, c.Rejected, c.SnoozedUntil = Snoozed, new(row.Quantity), new(Never)
		if until != nil {
			c.SnoozedUntil = until
		}
		return nil
	})
}

// comesBack checks the day on which a suggestion is to come back.
func (s *Service) comesBack(ctx context.Context, until day.Date) error {
	today, err := s.today(ctx)
	if err != nil {
		return err
	}
	if until <= today || until > today.Add(maxSnooze) {
		return fault.New(fault.Invalid, "restock.snooze_outside", fault.A("n", maxSnooze)).WithField("until")
	}
	return nil
}

// Change puts a person's quantity, in base units, in the place of ours and keeps the
// reason; what is decided is kept when it is ordered. An ordered one is a Conflict.
func (s *Service) Change(ctx context.Context, a Answer, quantity measure.Quantity) error {
	if err := a.clean(); err != nil {
		return err
	}
	if quantity < 0 || !quantity.InBounds() {
		return fault.New(fault.Invalid, "value.too_large").WithField("quantity")
	}
	return s.choose(ctx, a.ProductID, func(ctx context.Context, row Suggestion, c *Choice) error {
		if row.State == Ordered {
			return fault.New(fault.Conflict, "restock.ordered_already")
		}
		was := *c
		c.State, c.SnoozedUntil, c.Rejected, c.Override, c.Purse = Open, nil, nil, &quantity, nil
		c.OverrideReason, c.OverrideWhy = a.Note, a.Why
		if quantity == row.Quantity {
			c.Override, c.OverrideReason, c.OverrideWhy = nil, "", ""
		}
		if same(was, *c) {
			return nil
		}
		return s.record(ctx, "suggestion.change", a.ProductID, a.detail(map[string]any{"quantity": quantity.Decimal(), "suggested": row.Quantity.Decimal()}))
	})
}

// same reports whether two choices say the same.
func same(a, b Choice) bool {
	return a.State == b.State && a.OverrideReason == b.OverrideReason && a.OverrideWhy == b.OverrideWhy &&
		equal(a.SnoozedUntil, b.SnoozedUntil) && equal(a.Override, b.Override) && equal(a.Rejected, b.Rejected)
}

func equal[T comparable](a, b *T) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }

// answer keeps a decision against a suggestion and changes its state.
func (s *Service) answer(ctx context.Context, a Answer, kind Decided, change func(Suggestion, *Choice) error) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	if err := a.clean(); err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		rows, err := s.store.Suggestions(ctx, []ident.ID{a.ProductID})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return fault.New(fault.NotFound, "restock.suggestion_missing")
		}
		row, c := rows[0], rows[0].choice()
		d, err := row.decision(kind, 0)
		if err != nil {
			return err
		}
		d.ID, d.Why, d.Note, d.Person, d.MadeAt = a.ID, a.Why, a.Note, &scope.Person, day.At(s.now())
		if n, err := s.store.AddDecisions(ctx, []Decision{d}); err != nil || n == 0 {
			return err
		}
		if row.State == Ordered {
			return fault.New(fault.Conflict, "restock.ordered_already")
		}
		c.OverrideReason, c.OverrideWhy = a.Note, a.Why
		if err := change(row, &c); err != nil {
			return err
		}
		if err := s.store.Choose(ctx, a.ProductID, c); err != nil {
			return err
		}
		return s.record(ctx, "suggestion."+string(kind), a.ProductID, a.detail(map[string]any{"suggested": row.Quantity.Decimal(), "until": c.SnoozedUntil.String()}))
	})
}

func (a *Answer) clean() error {
	a.Note = strings.TrimSpace(a.Note)
	if utf8.RuneCountInString(a.Note) > maxReason {
		return fault.New(fault.Invalid, "forecast.reason_long", fault.A("n", maxReason)).WithField("reason")
	}
	return nil
}

func (a Answer) detail(more map[string]any) map[string]any {
	if a.Why != "" {
		more["why"] = string(a.Why)
	}
	if a.Note != "" {
		more["reason"] = a.Note
	}
	return more
}

// decided keeps what became of suggestions when orders were made of them: those that
// stand on an order, and those that a person set to nothing. typed are quantities that
// came with the request.
func (s *Service) decided(ctx context.Context, rows []Suggestion, typed map[ident.ID]measure.Quantity, made []purchase.Order) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	type line struct {
		order    ident.ID
		quantity measure.Quantity
	}
	ordered := map[ident.ID]line{}
	for _, o := range made {
		for _, l := range o.Lines {
			ordered[l.ProductID] = line{o.ID, l.Quantity}
		}
	}
	var list []Decision
	for _, row := range rows {
		l, ok := ordered[row.ProductID]
		if !ok && !row.setToNothing(typed) {
			continue
		}
		kind := DecidedChanged
		if l.quantity == row.Quantity {
			kind = DecidedAccepted
		}
		d, err := row.decision(kind, l.quantity)
		if err != nil {
			return err
		}
		if ok {
			d.OrderID = &l.order
		} else { // it stays open: pressed once more, it is the same decision
			d.ID = ident.Derive(row.ProductID, []byte("nothing of "+d.Day.String()))
		}
		if kind == DecidedChanged {
			if d.Why, d.Note = row.OverrideWhy, row.OverrideReason; row.Purse != nil {
				d.Why = WhyCash
			}
		}
		d.Person, d.MadeAt = &scope.Person, day.At(s.now())
		list = append(list, d)
	}
	_, err = s.store.AddDecisions(ctx, list)
	return err
}

// setToNothing reports whether a person wants nothing of what we suggest; that the
// purse was empty is not what somebody wants.
func (s Suggestion) setToNothing(typed map[ident.ID]measure.Quantity) bool {
	if s.State != Open || s.Quantity <= 0 || s.OfferID == nil || s.Purse != nil {
		return false
	}
	if q, ok := typed[s.ProductID]; ok {
		return q == 0
	}
	return s.Override != nil && *s.Override == 0
}

// passedOver keeps, before suggestions are made anew, the old ones that nobody acted on
// although their supplier could have been asked: once for the days that each was for,
// not with every computation.
func (s *Service) passedOver(ctx context.Context, fresh []Suggestion) error {
	if len(fresh) == 0 {
		return nil
	}
	ids := make([]ident.ID, len(fresh))
	for i, f := range fresh {
		ids[i] = f.ProductID
	}
	now := fresh[0]
	old, err := s.store.Unanswered(ctx, ids, now.AsOf)
	if err != nil {
		return err
	}
	var list []Decision
	for _, o := range old {
		c := o.Trace.Result.Choice
		if c == nil || c.OrderDay > now.AsOf {
			continue // it can still be ordered
		}
		d, err := o.decision(DecidedIgnored, 0)
		if err != nil {
			return err
		}
		d.MadeAt = now.MadeAt
		list = append(list, d)
	}
	_, err = s.store.AddDecisions(ctx, list)
	return err
}

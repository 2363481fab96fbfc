package purchase

import (
	"context"
	"fmt"

	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/stock"
)

// Verify proves the shop's orders and names what does not hold: numbers without
// gaps, totals that are the sums of their lines by the one rule of rounding,
// received quantities that are the sums of the deliveries, an expectation for exactly
// what open orders are owed, and a savings ledger that says what the books say.
func (s *Service) Verify(ctx context.Context) ([]string, error) {
	expected, err := s.ledger.ExpectedOf(ctx, nil)
	if err != nil {
		return nil, err
	}
	due := map[ident.ID]map[int]stock.Expected{}
	for _, rows := range expected {
		for _, e := range rows {
			if due[e.SourceID] == nil {
				due[e.SourceID] = map[int]stock.Expected{}
			}
			due[e.SourceID][e.SourceLine] = e
		}
	}
	last, err := s.store.Number(ctx)
	if err != nil {
		return nil, err
	}
	wrong, err := s.verifyPatterns(ctx)
	if err != nil {
		return nil, err
	}
	next := last
	for q := (Query{Limit: MaxLimit}); ; {
		page, err := s.store.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, head := range page {
			if head.Number != next {
				wrong = append(wrong, fmt.Sprintf("order number %d is missing", next))
			}
			next = head.Number - 1
			found, err := s.verify(ctx, head.ID, due[head.ID])
			if err != nil {
				return nil, err
			}
			wrong = append(wrong, found...)
		}
		if len(page) < q.Limit {
			break
		}
		q.Before = page[len(page)-1].Number
	}
	if next != 0 {
		wrong = append(wrong, fmt.Sprintf("order number %d is missing", next))
	}
	return wrong, nil
}

func (s *Service) verify(ctx context.Context, id ident.ID, due map[int]stock.Expected) ([]string, error) {
	o, err := s.store.Order(ctx, id)
	if err != nil {
		return nil, err
	}
	deliveries, err := s.store.Deliveries(ctx, id)
	if err != nil {
		return nil, err
	}
	received := map[int]measure.Quantity{}
	for _, d := range deliveries {
		for _, l := range d.Lines {
			received[l.Line] += l.Quantity
		}
	}
	var wrong []string
	report := func(format string, args ...any) {
		wrong = append(wrong, o.NumberText()+": "+fmt.Sprintf(format, args...))
	}
	var sum money.Amount
	for i, l := range o.Lines {
		if l.Line != i+1 {
			report("line %d stands in place %d", l.Line, i+1)
		}
		if total, err := money.Line(l.Quantity, l.Price, o.Currency); err != nil || total != l.Total {
			report("line %d costs %d, not %d", l.Line, total, l.Total)
		}
		if l.Received != received[l.Line] {
			report("line %d received %d, its deliveries say %d", l.Line, l.Received, received[l.Line])
		}
		sum += l.Total
	}
	if o.State.Open() {
		for _, e := range o.Expected() {
			if due[e.SourceLine] != e {
				report("line %d is owed %d on %s, but %d is expected on %s", lineAt(e.SourceLine), e.Quantity, e.Due, due[e.SourceLine].Quantity, due[e.SourceLine].Due)
			}
			delete(due, e.SourceLine)
		}
	}
	for line, e := range due {
		report("%d is expected on %s of line %d, which is not owed", e.Quantity, e.Due, lineAt(line))
	}
	if err := s.reconcile(ctx, o, deliveries, report); err != nil {
		return nil, err
	}
	if sum != o.Total {
		report("the total is %d, its lines sum to %d", o.Total, sum)
	}
	if done := o.State == Received; done == o.Owed() && (done || o.State == PartReceived) {
		report("it is %s, which its lines contradict", o.State)
	}
	return wrong, nil
}

// lineAt is the line of the order that an expectation in a place is about.
func lineAt(place int) int { return (place-1)%MaxLines + 1 }

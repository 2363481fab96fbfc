package accounttest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buhuo/internal/account"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/money"
)

// testProperty plays any list of events against a plain model after every step.
func testProperty(t *testing.T, h House) {
	s := h.service()
	round := 0
	rapid.Check(t, func(t *rapid.T) {
		round++
		name := "家" + string(rune('a'+round%26)) + time.Duration(round).String()
		type debt struct {
			amount money.Amount
			on     day.Date
			sale   ident.ID
			entry  ident.ID
			kind   account.Kind
		}
		var model []debt
		id := ident.Nil
		steps := rapid.IntRange(1, 10).Draw(t, "steps")
		for range steps {
			amount, on := money.Amount(rapid.Int64Range(1, 5000).Draw(t, "amount")), today.Add(-rapid.IntRange(0, 60).Draw(t, "ago"))
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				sale := lend(t, h, s, name, amount, on)
				model = append(model, debt{amount, on, sale.ID, ident.Nil, account.Bought})
			case 1:
				r := account.Request{ClientID: ident.New(), Kind: account.Paid, Name: name, Amount: amount, Day: on}
				_, _, err := s.Write(h.A, r)
				if len(model) == 0 && id.IsNil() {
					if err == nil {
						t.Fatal("nobody pays")
					}
					continue
				}
				must(t, err)
				model = append(model, debt{-amount, on, ident.Nil, r.ClientID, account.Paid})
			case 2:
				if len(model) == 0 {
					continue
				}
				at := rapid.IntRange(0, len(model)-1).Draw(t, "which")
				if one := model[at]; one.sale.IsNil() {
					_, err := s.Reverse(h.A, account.Household, one.entry)
					must(t, err)
				} else {
					must(t, h.Atomic.Do(h.A, func(ctx context.Context) error { return s.TakenBack(ctx, one.sale) }))
				}
				model = slices.Delete(model, at, at+1)
			case 3:
				continue
			}
			for _, a := range of(t, h, s, account.Household) {
				if a.Name == name {
					id = a.ID
				}
			}
			if id.IsNil() {
				continue
			}
			a, err := s.Account(h.A, account.Household, id)
			must(t, err)
			var sum money.Amount
			for _, d := range model {
				sum += d.amount
			}
			if a.Balance != sum {
				t.Fatalf("balance %d, the model has %d", a.Balance, sum)
			}
			// What is owed since when, the slow way: pay the debts one by one.
			paid := money.Amount(0)
			for _, d := range model {
				paid -= min(d.amount, 0)
			}
			var since *day.Date
			for _, d := range model {
				if d.amount <= 0 {
					continue
				}
				if paid >= d.amount {
					paid -= d.amount
					continue
				}
				paid = 0
				if since == nil || d.on < *since {
					since = &d.on
				}
			}
			if (since == nil) != (a.Since == nil) || since != nil && *since != *a.Since {
				t.Fatalf("owes since %v, the model says %v", a.Since, since)
			}
		}
	})
	proven(t, h.A, s)
	if _, err := h.Store.Account(h.A, ident.New()); !errors.Is(err, account.ErrMissing) {
		t.Errorf("a missing account: %v", err)
	}
}

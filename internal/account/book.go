package account

import (
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
)

// Book is what entries in order of seq come to. Payments settle the oldest debt first; an
// entry and its counter-entry count as if neither had been. Sums out of bounds are
// Invalid.
func Book(entries []Entry) (balance money.Amount, since *day.Date, err error) {
	undone := map[ident.ID]bool{}
	for _, e := range entries {
		if balance, err = balance.Add(e.Amount); err != nil {
			return 0, nil, err
		}
		if e.ReversesID != nil {
			undone[*e.ReversesID] = true
		}
	}
	if balance <= 0 {
		return balance, nil, nil
	}
	// What is still owed are the newest debts that come to the balance.
	left := balance
	for i := len(entries) - 1; i >= 0 && left > 0; i-- {
		e := entries[i]
		if e.Amount <= 0 || e.ReversesID != nil || undone[e.ID] {
			continue
		}
		left -= e.Amount
		if since == nil || e.Day < *since {
			since = &e.Day
		}
	}
	return balance, since, nil
}

// signed is the amount of an entry of a kind: what pays is negative.
func (k Kind) signed(a money.Amount) money.Amount {
	switch k {
	case Bought, Worked:
		return a
	}
	return -a
}

// Side is the side to which a kind belongs.
func (k Kind) Side() Side {
	if k == Worked || k == Wage {
		return Helper
	}
	return Household
}

// amountFault says what is wrong with an amount, nil when nothing.
func amountFault(a money.Amount, least money.Amount) error {
	switch {
	case a < least:
		return fault.New(fault.Invalid, "account.amount_positive").WithField("amount")
	case a > maxEntry:
		return fault.New(fault.Invalid, "value.too_large").WithField("amount")
	}
	return nil
}

// maxEntry bounds one entry: ten million in a currency of hundredths. A slip of a key is
// refused, and no sum of a household can run over.
const maxEntry = 1_000_000_000

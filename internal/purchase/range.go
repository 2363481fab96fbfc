package purchase

import (
	"context"
	"slices"

	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// SavingRange is a saving as earlier ones turned out: of ten, one came out below Low and
// one above High.
type SavingRange struct {
	Low, High money.Amount
	Cases     int  // lines of deliveries, or orders, that taught it
	Own       bool // all of them of the same supplier
}

// leastCases teach a range; the last mostLines lines of a year are looked at.
const leastCases, mostLines, rangeDays = 10, 200, 365

// missScale is the whole of which a missed saving is a part.
const missScale = 1_000_000

// Promise is a saving that is to be expected: against what the middleman would take
// for the same.
type Promise struct {
	Supplier          ident.ID
	Saving, Reference money.Amount
	Whole             bool // of an order, which is compared with orders, not with lines
}

// Range reads how promised savings came out of late, of this supplier if there are
// enough, else of all; nil when too little is known.
func (s *Service) Range(ctx context.Context, p Promise) (*SavingRange, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, err
	}
	q := SavedQuery{From: s.moment(scope).day.Add(-rangeDays), Supplier: p.Supplier, Limit: mostLines}
	missed, err := s.missed(ctx, q, p.Whole)
	if err != nil {
		return nil, err
	}
	own := len(missed) >= leastCases
	if !own {
		q.Supplier = ident.ID{}
		if missed, err = s.missed(ctx, q, p.Whole); err != nil || len(missed) < leastCases {
			return nil, err
		}
	}
	slices.Sort(missed)
	at := func(tenth int) (money.Amount, error) {
		part, err := money.MulDiv(int64(p.Reference), missed[(len(missed)-1)*tenth/10], missScale)
		if err != nil {
			return 0, err
		}
		return p.Saving.Add(money.Amount(part))
	}
	r := &SavingRange{Cases: len(missed), Own: own}
	if r.Low, err = at(1); err != nil {
		return nil, err
	}
	r.High, err = at(9)
	return r, err
}

// missed reads by how much savings missed what the order had promised, as parts of what
// the middleman would have taken: line by line, or order by order.
func (s *Service) missed(ctx context.Context, q SavedQuery, whole bool) ([]int64, error) {
	rows, err := s.store.Savings(ctx, q)
	if err != nil {
		return nil, err
	}
	type sum struct{ missed, reference money.Amount }
	var sums []sum
	at := map[ident.ID]int{}
	for _, l := range rows {
		came, promised, ok := l.Kept()
		if !ok || *l.Reference <= 0 {
			continue
		}
		i, seen := at[l.OrderID]
		if !whole || !seen {
			i = len(sums)
			at[l.OrderID], sums = i, append(sums, sum{})
		}
		sums[i].missed += came - promised
		sums[i].reference += *l.Reference
	}
	out := make([]int64, len(sums))
	for i, one := range sums {
		if out[i], err = money.MulDiv(int64(one.missed), missScale, int64(one.reference)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Kept is what a lot saved beside what its order had promised; false when one of them is
// not known, and the two cannot be compared.
func (s Saved) Kept() (came, promised money.Amount, ok bool) {
	came, ok = s.Amount()
	if !ok || s.Estimated == nil {
		return 0, 0, false
	}
	return came, *s.Estimated, true
}

// Promise is what the order means to save; false when it has nobody to compare with.
func (o Order) Promise() (p Promise, ok bool) {
	if o.Saving == nil {
		return p, false
	}
	p = Promise{Supplier: o.SupplierID, Saving: *o.Saving, Whole: true}
	for _, l := range o.Lines {
		if l.ReferenceCost != nil {
			p.Reference += *l.ReferenceCost
		}
	}
	return p, p.Reference > 0
}

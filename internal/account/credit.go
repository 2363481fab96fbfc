package account

import (
	"context"
	"errors"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/sales"
	"buhuo/internal/tenant"
)

// Bought writes a sale, or a return, into the household's account, in the transaction of
// the sale. A name that the book does not have opens an account.
func (s *Service) Bought(ctx context.Context, sale sales.Sale, household string) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	a, err := s.named(ctx, Household, household, "household", true)
	if err != nil {
		return err
	}
	e := Entry{
		ID: ident.Derive(sale.ID, []byte("credit")), Kind: Bought, Amount: sale.Total, Day: sale.BusinessDay, RecordedAt: sale.RecordedAt, SaleID: &sale.ID,
		PersonID: scope.Person, Hash: sale.ID[:],
	}
	if sale.Kind == sales.KindReturn {
		e.Kind, e.Amount = Returned, -sale.Total
	}
	return s.append(ctx, &a, e)
}

// TakenBack takes a voided sale out of the book; a sale that was paid at once is not in it.
// Somebody who was erased meanwhile keeps his entry: nobody knows any more whose it is.
func (s *Service) TakenBack(ctx context.Context, saleID ident.ID) error {
	e, err := s.store.OfSale(ctx, saleID)
	if errors.Is(err, ErrMissing) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = s.reverse(ctx, e)
	return err
}

// OnCredit tells which sales are in the book.
func (s *Service) OnCredit(ctx context.Context, saleIDs []ident.ID) (map[ident.ID]bool, error) {
	if len(saleIDs) == 0 {
		return nil, nil
	}
	return s.store.OnCredit(ctx, saleIDs)
}

// Flow adds up what happened on the days from through.
func (s *Service) Flow(ctx context.Context, from, through day.Date) (Flow, error) {
	if through < from {
		return Flow{}, nil
	}
	sums, minutes, err := s.store.Sums(ctx, from, through)
	return Flow{
		Bought: sums[Bought], Returned: -sums[Returned], Paid: -sums[Paid], WrittenOff: -sums[WrittenOff],
		Earned: sums[Worked], Wages: -sums[Wage], Minutes: minutes,
	}, err
}

// Between reads the entries of a side on the days from through, in order.
func (s *Service) Between(ctx context.Context, side Side, from, through day.Date) ([]Entry, error) {
	if through < from {
		return nil, nil
	}
	return s.store.Between(ctx, side, from, through)
}

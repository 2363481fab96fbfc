package restock

import (
	"context"
	"fmt"

	"buhuo/internal/day"
	"buhuo/internal/tenant"
)

// Verify names what cannot be among the forecasts that are kept: one that was written
// down when its days had begun, and yet is not called replayed, would be hindsight.
// Nothing can work these rows out again, so a rebuild leaves them alone.
func (s *Service) Verify(ctx context.Context) ([]string, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, err
	}
	var wrong []string
	records, err := s.store.Records(ctx, nil, 0)
	if err != nil {
		return nil, err
	}
	products, err := s.catalog.All(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range products {
		for _, r := range records[p.ID] {
			if made := day.Of(r.MadeAt.Time(), scope.Zone); made > r.First && !r.Replayed {
				wrong = append(wrong, fmt.Sprintf("the forecast of %s for the week of %s was made on %s, when its days had begun", p.Code, r.Week, made))
			}
		}
	}
	return wrong, nil
}

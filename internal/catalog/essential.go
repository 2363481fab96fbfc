package catalog

import (
	"context"

	"buhuo/internal/ident"
)

// Essentials lists the goods that the shop has named as those that households depend on.
func (s *Service) Essentials(ctx context.Context) ([]ident.ID, error) { return s.store.Essentials(ctx) }

// SetEssential names a product so, or no longer. The same again changes nothing.
func (s *Service) SetEssential(ctx context.Context, id ident.ID, essential bool) (Product, error) {
	var p Product
	err := s.atomic.Do(ctx, func(ctx context.Context) (err error) {
		if p, err = s.Product(ctx, id); err != nil {
			return err
		}
		changed, err := s.store.SetEssential(ctx, id, essential, s.micros())
		if err != nil || !changed {
			return err
		}
		return s.record(ctx, "product.essential", id, map[string]any{"code": p.Code, "essential": essential})
	})
	return p, err
}

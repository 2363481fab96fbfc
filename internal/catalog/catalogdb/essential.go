package catalogdb

import (
	"context"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
)

// Essentials reads the products that are named essential.
func (s *Store) Essentials(ctx context.Context) (ids []ident.ID, err error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	err = s.d.From(ctx).Raw("SELECT product_id FROM essentials WHERE shop_id = ? ORDER BY product_id", shop).Scan(&ids).Error
	return ids, db.Err(err)
}

// SetEssential names a product essential, or no longer; false when it was so already.
func (s *Store) SetEssential(ctx context.Context, id ident.ID, essential bool, at day.Micros) (bool, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return false, err
	}
	query, args := "DELETE FROM essentials WHERE shop_id = ? AND product_id = ?", []any{shop, id}
	if essential {
		query, args = "INSERT INTO essentials (shop_id, product_id, since) VALUES (?, ?, ?) ON CONFLICT (shop_id, product_id) DO NOTHING", append(args, int64(at))
	}
	done := s.d.From(ctx).Exec(query, args...)
	return done.RowsAffected > 0, db.Err(done.Error)
}

package restockdb

import (
	"context"
	"database/sql"

	"buhuo/internal/ident"
	"buhuo/internal/restock"
)

// PutMissed replaces what products missed.
func (s *Store) PutMissed(ctx context.Context, rows []restock.Missed) error {
	_, err := s.db.Insert(ctx, "missed", []string{"shop_id", "product_id", "packed"}, len(rows),
		"ON CONFLICT (shop_id, product_id) DO UPDATE SET packed = excluded.packed", func(i int, dst []any) {
			dst[0], dst[1] = rows[i].ProductID[:], rows[i].Pack()
		})
	return err
}

// Missed reads what products missed; nil: of all.
func (s *Store) Missed(ctx context.Context, ids []ident.ID) (map[ident.ID]restock.Missed, error) {
	out := map[ident.ID]restock.Missed{}
	err := s.db.EachOf(ctx, "product_id", ids, func(rows *sql.Rows) error {
		var id ident.ID
		var packed sql.RawBytes
		if err := rows.Scan(&id, &packed); err != nil {
			return err
		}
		m, err := restock.OpenMissed(id, packed)
		out[id] = m
		return err
	}, "SELECT product_id, packed FROM missed WHERE shop_id = ?%s")
	return out, err
}

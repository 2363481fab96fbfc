package purchasedb

import (
	"context"
	"database/sql"

	"buhuo/internal/db"
	"buhuo/internal/purchase"
)

// Robots reads the shop's robots, sealed.
func (s *Store) Robots(ctx context.Context) ([]purchase.SealedRobot, error) {
	var out []purchase.SealedRobot
	err := s.d.EachOf(ctx, "", nil, func(rows *sql.Rows) error {
		var r purchase.SealedRobot
		err := rows.Scan(&r.Via, &r.Address, &r.Secret)
		out = append(out, r)
		return err
	}, "SELECT via, address, secret FROM robots WHERE shop_id = ?%s ORDER BY via")
	return out, err
}

// KeepRobot writes one over what was there.
func (s *Store) KeepRobot(ctx context.Context, r purchase.SealedRobot) error {
	_, err := s.d.Insert(ctx, "robots", []string{"shop_id", "via", "address", "secret"}, 1,
		"ON CONFLICT (shop_id, via) DO UPDATE SET address = excluded.address, secret = excluded.secret",
		func(_ int, dst []any) {
			copy(dst, []any{string(r.Via), r.Address, nil})
			if r.Secret != nil {
				dst[2] = r.Secret
			}
		})
	return err
}

// DropRobot removes one.
func (s *Store) DropRobot(ctx context.Context, via purchase.Via) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	return db.Err(s.d.From(ctx).Exec("DELETE FROM robots WHERE shop_id = ? AND via = ?", shop, string(via)).Error)
}

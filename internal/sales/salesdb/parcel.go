package salesdb

import (
	"context"
	"database/sql"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/sales"
)

// Parcels reads those of sales.
func (s *Store) Parcels(ctx context.Context, saleIDs []ident.ID) (map[ident.ID]sales.Parcel, error) {
	out := map[ident.ID]sales.Parcel{}
	if len(saleIDs) == 0 {
		return out, nil
	}
	err := s.d.EachOf(ctx, "sale_id", saleIDs, func(rows *sql.Rows) error {
		var p sales.Parcel
		var days [3]sql.NullInt64
		if err := rows.Scan(&p.SaleID, &days[0], &days[1], &days[2]); err != nil {
			return err
		}
		for i, to := range []**day.Date{&p.Dispatched, &p.Promised, &p.Delivered} {
			if days[i].Valid {
				*to = new(day.Date(days[i].Int64))
			}
		}
		out[p.SaleID] = p
		return nil
	}, "SELECT sale_id, dispatched, promised, delivered FROM parcels WHERE shop_id = ?%s")
	return out, err
}

// PutParcel writes one over what was there; without any day there is none.
func (s *Store) PutParcel(ctx context.Context, p sales.Parcel) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	if p.Dispatched == nil && p.Promised == nil && p.Delivered == nil {
		return db.Err(s.d.From(ctx).Exec("DELETE FROM parcels WHERE shop_id = ? AND sale_id = ?", shop, p.SaleID).Error)
	}
	_, err = s.d.Insert(ctx, "parcels", []string{"shop_id", "sale_id", "dispatched", "promised", "delivered"}, 1,
		"ON CONFLICT (shop_id, sale_id) DO UPDATE SET dispatched = excluded.dispatched, promised = excluded.promised, delivered = excluded.delivered",
		func(_ int, dst []any) {
			copy(dst, []any{p.SaleID[:], nil, nil, nil})
			for i, d := range []*day.Date{p.Dispatched, p.Promised, p.Delivered} {
				if d != nil {
					dst[i+1] = int64(*d)
				}
			}
		})
	return err
}

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

// Travelling reads the sales whose parcels have not arrived.
func (s *Store) Travelling(ctx context.Context, channels []ident.ID, from day.Date, left bool, limit int) ([]sales.SaleRecord, error) {
	known := "EXISTS (SELECT 1 FROM parcels p WHERE p.shop_id = sales.shop_id AND p.sale_id = sales.id AND p.dispatched IS NOT NULL AND p.delivered IS NULL)"
	if !left {
		known = "NOT EXISTS (SELECT 1 FROM parcels p WHERE p.shop_id = sales.shop_id AND p.sale_id = sales.id AND (p.dispatched IS NOT NULL OR p.delivered IS NOT NULL))"
	}
	var rows []saleRow
	err := s.d.From(ctx).Where("channel_id IN ? AND business_day >= ? AND kind = ? AND voided_at IS NULL", channels, int64(from), string(sales.KindSale)).
		Where(known).Order("business_day, occurred_at, id").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, db.Err(err)
	}
	out := make([]sales.SaleRecord, len(rows))
	for i, r := range rows {
		out[i] = fromSale(r)
	}
	return out, nil
}

// PutParcels writes them over what was there; one without any day is removed.
func (s *Store) PutParcels(ctx context.Context, list []sales.Parcel) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	kept := make([]sales.Parcel, 0, len(list))
	for _, p := range list {
		if p.Dispatched != nil || p.Promised != nil || p.Delivered != nil {
			kept = append(kept, p)
		} else if err := s.d.From(ctx).Exec("DELETE FROM parcels WHERE shop_id = ? AND sale_id = ?", shop, p.SaleID).Error; err != nil {
			return db.Err(err)
		}
	}
	_, err = s.d.Insert(ctx, "parcels", []string{"shop_id", "sale_id", "dispatched", "promised", "delivered"}, len(kept),
		"ON CONFLICT (shop_id, sale_id) DO UPDATE SET dispatched = excluded.dispatched, promised = excluded.promised, delivered = excluded.delivered",
		func(i int, dst []any) {
			p := kept[i]
			dst[0] = p.SaleID[:]
			for n, d := range []*day.Date{p.Dispatched, p.Promised, p.Delivered} {
				if dst[n+1] = nil; d != nil {
					dst[n+1] = int64(*d)
				}
			}
		})
	return err
}

package salesdb

import (
	"context"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/sales"
)

// PutImported writes imported sales and lines; void lines come to life again.
func (s *Store) PutImported(ctx context.Context, rows []sales.SaleRecord, lines []sales.LineRecord) error {
	if len(lines) == 0 {
		return nil
	}
	if err := s.insertSales(ctx, rows, "ON CONFLICT (shop_id, id) DO NOTHING"); err != nil {
		return err
	}
	return s.insertLines(ctx, lines, `ON CONFLICT (shop_id, product_id, business_day, sale_id, line) DO UPDATE SET
		minute = excluded.minute, quantity = excluded.quantity, unit = excluded.unit, price = excluded.price, amount = excluded.amount,
		promo = excluded.promo, history = excluded.history, batch_id = excluded.batch_id, void = excluded.void
		WHERE sale_lines.void`)
}

// Recount settles sales by their lines.
func (s *Store) Recount(ctx context.Context, saleIDs []ident.ID, at day.Micros) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(saleIDs, idsPerStatement) {
		var rows []struct {
			SaleID ident.ID
			Total  int64
			Lines  int
		}
		err := s.d.From(ctx).Raw(`SELECT sale_id, CAST(SUM(amount) AS BIGINT) AS total, COUNT(*) AS lines FROM sale_lines
			WHERE shop_id = ? AND sale_id IN ? AND NOT void GROUP BY sale_id`, shop, part).Scan(&rows).Error
		if err != nil {
			return db.Err(err)
		}
		living := make([]ident.ID, len(rows))
		for i, r := range rows {
			living[i] = r.SaleID
			err := s.d.From(ctx).Exec("UPDATE sales SET total = ?, lines = ?, voided_at = NULL WHERE shop_id = ? AND id = ?", r.Total, r.Lines, shop, r.SaleID).Error
			if err != nil {
				return db.Err(err)
			}
		}
		empty := slices.DeleteFunc(slices.Clone(part), func(id ident.ID) bool { return slices.Contains(living, id) })
		if len(empty) == 0 {
			continue
		}
		err = s.d.From(ctx).Exec("UPDATE sales SET total = 0, lines = 0, voided_at = ? WHERE shop_id = ? AND id IN ?", int64(at), shop, empty).Error
		if err != nil {
			return db.Err(err)
		}
	}
	return nil
}

// BatchSales lists the sales that a batch has lines in.
func (s *Store) BatchSales(ctx context.Context, batchID ident.ID) ([]ident.ID, error) {
	var ids []ident.ID
	err := s.d.From(ctx).Model(&lineRow{}).Where("batch_id = ? AND NOT void", batchID).Distinct().Order("sale_id").Pluck("sale_id", &ids).Error
	return ids, db.Err(err)
}

// VoidBatch marks the lines of a batch in some sales.
func (s *Store) VoidBatch(ctx context.Context, batchID ident.ID, saleIDs []ident.ID) (map[ident.ID]day.Date, error) {
	earliest := map[ident.ID]day.Date{}
	lines, err := s.Lines(ctx, saleIDs)
	if err != nil {
		return nil, err
	}
	lines = slices.DeleteFunc(lines, func(l sales.LineRecord) bool { return l.Void || l.BatchID == nil || *l.BatchID != batchID })
	for _, l := range lines {
		if d, ok := earliest[l.ProductID]; !ok || l.BusinessDay < d {
			earliest[l.ProductID] = l.BusinessDay
		}
	}
	return earliest, s.voidLines(ctx, lines)
}

// voidLines marks lines by their keys. An UPDATE by sale would do, but SQLite,
// which keeps no statistics, then reads every line of the shop.
func (s *Store) voidLines(ctx context.Context, lines []sales.LineRecord) error {
	for i := range lines {
		lines[i].Void = true
	}
	return s.insertLines(ctx, lines, "ON CONFLICT (shop_id, product_id, business_day, sale_id, line) DO UPDATE SET void = excluded.void")
}

// InsertBatch writes a batch under the next number.
func (s *Store) InsertBatch(ctx context.Context, b sales.BatchRecord) (sales.BatchRecord, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return b, err
	}
	var last struct{ Number int64 }
	err = s.d.From(ctx).Raw("SELECT COALESCE(MAX(number), 0) AS number FROM import_batches WHERE shop_id = ?", shop).Scan(&last).Error
	if err != nil {
		return b, db.Err(err)
	}
	b.Number = last.Number + 1
	row := toBatch(b)
	return b, db.Err(s.d.From(ctx).Create(&row).Error)
}

// UpdateBatch replaces what changes of a batch, if nobody else did.
func (s *Store) UpdateBatch(ctx context.Context, b sales.BatchRecord, state sales.BatchState, progress int) (bool, error) {
	row := toBatch(b)
	result := s.d.From(ctx).Model(&batchRow{}).Where("id = ? AND state = ? AND rows_read = ?", b.ID, string(state), progress).
		Select("State", "RowsRead", "RowsNew", "RowsSame", "RowsRefused", "Report", "EndedAt").Updates(&row)
	return result.RowsAffected == 1, db.Err(result.Error)
}

// BatchByNumber reads one.
func (s *Store) BatchByNumber(ctx context.Context, number int64) (sales.BatchRecord, error) {
	var row batchRow
	err := s.d.From(ctx).Where("number = ?", number).Take(&row).Error
	return fromBatch(row), missing(err)
}

// BatchByFile reads the newest of a file that stands.
func (s *Store) BatchByFile(ctx context.Context, kind sales.ImportKind, source string, hash []byte) (sales.BatchRecord, error) {
	var row batchRow
	err := s.d.From(ctx).Where("kind = ? AND source = ? AND file_hash = ? AND state <> ?", string(kind), source, hash, string(sales.BatchUndone)).
		Order("number DESC").Limit(1).Take(&row).Error
	return fromBatch(row), missing(err)
}

// Batches reads them, the newest first.
func (s *Store) Batches(ctx context.Context, limit int) ([]sales.BatchRecord, error) {
	var rows []batchRow
	err := s.d.From(ctx).Order("number DESC").Limit(limit).Find(&rows).Error
	out := make([]sales.BatchRecord, len(rows))
	for i, r := range rows {
		out[i] = fromBatch(r)
	}
	return out, db.Err(err)
}

package restockdb

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/restock"
)

// AddRecords keeps forecasts; the first of a product's week stays.
func (s *Store) AddRecords(ctx context.Context, rows []restock.Record) error {
	columns := []string{"shop_id", "product_id", "week", "first_day", "days", "expected", "likely_most", "unadjusted", "replayed", "made_at"}
	_, err := s.db.Insert(ctx, "forecast_records", columns, len(rows), "ON CONFLICT (shop_id, product_id, week) DO NOTHING", func(i int, dst []any) {
		r := &rows[i]
		copy(dst, []any{r.ProductID[:], int64(r.Week), int64(r.First), int64(r.Days), int64(r.Expected), int64(r.LikelyMost), nullable(r.Unadjusted), r.Replayed, int64(r.MadeAt)})
	})
	return err
}

// Records reads what was forecast of products from weeks since a day.
func (s *Store) Records(ctx context.Context, ids []ident.ID, since day.Date) (map[ident.ID][]restock.Record, error) {
	out := map[ident.ID][]restock.Record{}
	err := s.db.EachOf(ctx, "product_id", ids, func(rows *sql.Rows) error {
		var r restock.Record
		var unadjusted sql.NullInt64
		if err := rows.Scan(&r.ProductID, &r.Week, &r.First, &r.Days, &r.Expected, &r.LikelyMost, &unadjusted, &r.Replayed, &r.MadeAt); err != nil {
			return err
		}
		r.Unadjusted = optional[measure.Quantity](unadjusted)
		out[r.ProductID] = append(out[r.ProductID], r)
		return nil
	}, `SELECT product_id, week, first_day, days, expected, likely_most, unadjusted, replayed, made_at
		FROM forecast_records WHERE shop_id = ?%s`+fmt.Sprintf(" AND week >= %d ORDER BY product_id, week", since))
	return out, err
}

// RecordedBefore tells whether a forecast is kept of a week before a day.
func (s *Store) RecordedBefore(ctx context.Context, d day.Date) (bool, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return false, err
	}
	found := false
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		found = true
		return nil
	}, "SELECT 1 FROM forecast_records WHERE shop_id = ? AND week < ? LIMIT 1", shop, int64(d))
	return found, err
}

// adjusted are the columns of an adjustment, in the order of scanAdjustment.
const adjusted = "id, product_id, from_day, to_day, factor, amount, reason, person_id, made_at, withdrawn_at, withdrawn_by, ours, adjusted"

func scanAdjustment(rows *sql.Rows) (restock.Adjustment, error) {
	var a restock.Adjustment
	var factor, amount, withdrawn, ours, told sql.NullInt64
	err := rows.Scan(&a.ID, &a.ProductID, &a.From, &a.To, &factor, &amount, &a.Reason, &a.Person, &a.MadeAt, &withdrawn, &a.WithdrawnBy, &ours, &told)
	a.Factor, a.Amount = optional[int](factor), optional[measure.Quantity](amount)
	a.WithdrawnAt = optional[day.Micros](withdrawn)
	a.Ours, a.Adjusted = optional[measure.Quantity](ours), optional[measure.Quantity](told)
	return a, err
}

// AddAdjustment writes one; false when its id is there already.
func (s *Store) AddAdjustment(ctx context.Context, a restock.Adjustment) (bool, error) {
	columns := []string{"shop_id", "id", "product_id", "from_day", "to_day", "factor", "amount", "reason", "person_id", "made_at"}
	n, err := s.db.Insert(ctx, "adjustments", columns, 1, "ON CONFLICT (shop_id, id) DO NOTHING", func(_ int, dst []any) {
		copy(dst, []any{a.ID[:], a.ProductID[:], int64(a.From), int64(a.To), nullable(a.Factor), nullable(a.Amount), a.Reason, a.Person[:], int64(a.MadeAt)})
	})
	return n > 0, err
}

// Adjustment reads one; missing is NotFound.
func (s *Store) Adjustment(ctx context.Context, id ident.ID) (restock.Adjustment, error) {
	var a restock.Adjustment
	shop, err := db.Shop(ctx)
	if err != nil {
		return a, err
	}
	found := false
	err = s.db.Each(ctx, func(rows *sql.Rows) (err error) {
		a, err = scanAdjustment(rows)
		found = true
		return err
	}, "SELECT "+adjusted+" FROM adjustments WHERE shop_id = ? AND id = ?", shop, id)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "forecast.adjustment_missing")
	}
	return a, err
}

// Adjustments reads those of products that end on a day or later.
func (s *Store) Adjustments(ctx context.Context, q restock.AdjustmentQuery) (map[ident.ID][]restock.Adjustment, error) {
	out := map[ident.ID][]restock.Adjustment{}
	where := fmt.Sprintf(" AND to_day >= %d", q.From)
	if q.Standing {
		where += " AND withdrawn_at IS NULL"
	}
	err := s.db.EachOf(ctx, "product_id", q.IDs, func(rows *sql.Rows) error {
		a, err := scanAdjustment(rows)
		out[a.ProductID] = append(out[a.ProductID], a)
		return err
	}, "SELECT "+adjusted+" FROM adjustments WHERE shop_id = ?%s"+where+" ORDER BY product_id, from_day, made_at, id")
	return out, err
}

// WithdrawAdjustment marks one as withdrawn, if it is not yet.
func (s *Store) WithdrawAdjustment(ctx context.Context, id, by ident.ID, at day.Micros) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "UPDATE adjustments SET withdrawn_at = ?, withdrawn_by = ? WHERE shop_id = ? AND id = ? AND withdrawn_at IS NULL", int64(at), by, shop, id)
	return err
}

// Foretell writes what was forecast of the days of adjustments.
func (s *Store) Foretell(ctx context.Context, list []restock.Adjustment) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(list, maxList) {
		row := "(" + s.db.Blob() + ", CAST(? AS BIGINT), CAST(? AS BIGINT))"
		rows, args := row+strings.Repeat(", "+row, len(part)-1), []any{}
		for _, a := range part {
			args = append(args, a.ID, nullable(a.Ours), nullable(a.Adjusted))
		}
		if _, err := s.exec(ctx, "WITH told (id, ours, adjusted) AS (VALUES "+rows+`)
			UPDATE adjustments SET ours = told.ours, adjusted = told.adjusted FROM told
			WHERE adjustments.shop_id = ? AND adjustments.id = told.id AND adjustments.withdrawn_at IS NULL`, append(args, shop)...); err != nil {
			return err
		}
	}
	return nil
}

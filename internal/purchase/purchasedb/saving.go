package purchasedb

import (
	"context"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
)

type savingRow struct {
	ShopID      db.ShopID `gorm:"primaryKey"`
	ReceiptID   ident.ID  `gorm:"primaryKey"`
	Position    int       `gorm:"primaryKey;autoIncrement:false"`
	OrderID     ident.ID
	OrderLine   int
	ProductID   ident.ID
	SupplierID  ident.ID
	Day         day.Date
	Quantity    measure.Quantity
	Cost        money.Amount
	MiddlemanID *ident.ID
	Reference   *money.Amount
	Estimated   *money.Amount
}

func (savingRow) TableName() string { return "savings" }

var savingColumns = []string{
	"shop_id", "receipt_id", "position", "order_id", "order_line", "product_id", "supplier_id", "day", "quantity", "cost", "middleman_id",
	"reference", "estimated",
}

// InsertSavings writes what deliveries saved.
func (s *Store) InsertSavings(ctx context.Context, rows []purchase.Saved) error {
	_, err := s.d.Insert(ctx, "savings", savingColumns, len(rows), "", func(i int, dst []any) {
		r := &rows[i]
		copy(dst, []any{
			r.ReceiptID, r.Position, r.OrderID, r.Line, r.ProductID, r.SupplierID, int64(r.Day), int64(r.Quantity), int64(r.Cost), r.Middleman,
			r.Reference, r.Estimated,
		})
	})
	return err
}

// Savings reads the savings ledger, the latest day first.
func (s *Store) Savings(ctx context.Context, q purchase.SavedQuery) ([]purchase.Saved, error) {
	order := "day DESC, receipt_id, position"
	if !q.Order.IsNil() { // an order has few lines: they are found by it, not in the order of days
		order = "day + 0 DESC, receipt_id, position"
	}
	query := s.d.From(ctx).Order(order)
	if q.From != 0 {
		query = query.Where("day >= ?", q.From)
	}
	if q.Through != 0 {
		query = query.Where("day <= ?", q.Through)
	}
	if !q.Order.IsNil() {
		query = query.Where("order_id = ?", q.Order)
	}
	if !q.Supplier.IsNil() {
		query = query.Where("supplier_id = ?", q.Supplier)
	}
	if q.Offset > 0 {
		query = query.Offset(q.Offset)
	}
	if q.Limit > 0 {
		query = query.Limit(q.Limit)
	}
	var rows []savingRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	out := make([]purchase.Saved, len(rows))
	for i, r := range rows {
		out[i] = purchase.Saved{
			ReceiptID: r.ReceiptID, Position: r.Position, OrderID: r.OrderID, Line: r.OrderLine, ProductID: r.ProductID, SupplierID: r.SupplierID,
			Day: r.Day, Quantity: r.Quantity, Cost: r.Cost, Middleman: r.MiddlemanID, Reference: r.Reference, Estimated: r.Estimated,
		}
	}
	return out, nil
}

// SavedDays adds up by day and supplier from the index savings_day.
func (s *Store) SavedDays(ctx context.Context, from, through day.Date) ([]purchase.SavedDay, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var out []purchase.SavedDay
	err = s.d.From(ctx).Raw(`SELECT day, supplier_id, COUNT(*) AS lines, COUNT(reference) AS compared_lines, SUM(cost) AS cost,
			COALESCE(SUM(CASE WHEN reference IS NULL THEN 0 ELSE cost END), 0) AS compared, COALESCE(SUM(reference), 0) AS reference,
			COALESCE(SUM(estimated), 0) AS estimated, COUNT(estimated + reference) AS kept_lines,
			COALESCE(SUM(CASE WHEN reference IS NULL THEN 0 ELSE estimated END), 0) AS promised,
			COALESCE(SUM(CASE WHEN estimated IS NULL THEN 0 ELSE reference - cost END), 0) AS kept
		FROM savings WHERE shop_id = ? AND day BETWEEN ? AND ? GROUP BY day, supplier_id ORDER BY day, supplier_id`, shop, from, through).Scan(&out).Error
	return out, db.Err(err)
}

package purchasedb

import (
	"context"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/stock"
)

// owedQuery begins with the few orders (CROSS JOIN), their lines and receipts after them. A
// receipt is found by its order: + keeps SQLite from reading all that came by the day, again
// for each line.
const owedQuery = `SELECT l.order_id, l.line, l.product_id, o.supplier_id, o.due_day, o.wanted_day, o.confirmed_at, l.quantity, l.for_others,
		l.agreed_quantity, l.agreed_price, l.agreed_day, l.later_quantity, l.later_day,
		CAST(COALESCE((SELECT SUM(rl.quantity) FROM receipt_lines rl
			WHERE rl.shop_id = l.shop_id AND rl.order_line = l.line AND rl.receipt_id IN (SELECT r.id FROM receipts r
				WHERE r.shop_id = o.shop_id AND r.order_id = o.id AND +r.business_day <= ?)), 0) AS BIGINT) AS received
	FROM orders o CROSS JOIN order_lines l
	WHERE o.shop_id = ? AND l.shop_id = o.shop_id AND l.order_id = o.id AND o.sent_day <= ? AND (o.closed_at IS NULL OR o.closed_at >= ?)
	ORDER BY o.due_day, l.order_id, l.line`

// OwedAsOf reads what was sent by a day, not ended by its end, and not yet here.
func (s *Store) OwedAsOf(ctx context.Context, through day.Date, end day.Micros) ([]stock.Expected, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		OrderID, ProductID, SupplierID ident.ID
		Line                           int
		DueDay                         day.Date
		WantedDay                      *day.Date
		ConfirmedAt                    *day.Micros
		Quantity, Received, ForOthers  measure.Quantity
		AgreedColumns                  `gorm:"embedded"`
	}
	err = s.d.From(ctx).Raw(owedQuery, int64(through), shop, int64(through), int64(end)).Scan(&rows).Error
	if err != nil {
		return nil, db.Err(err)
	}
	var out []stock.Expected
	for _, r := range rows {
		o := purchase.Order{ID: r.OrderID, SupplierID: r.SupplierID, DueDay: r.DueDay, WantedDay: r.WantedDay}
		o.Lines = []purchase.OrderLine{{Line: r.Line, ProductID: r.ProductID, Quantity: r.Quantity, Received: r.Received, ForOthers: r.ForOthers}}
		if r.ConfirmedAt != nil && *r.ConfirmedAt < end { // what was promised by then
			o.Lines[0].Agreed = r.agreed()
		}
		out = append(out, o.Expected()...)
	}
	return out, nil
}

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

type returnRow struct {
	ShopID      db.ShopID `gorm:"primaryKey"`
	ID          ident.ID  `gorm:"primaryKey"`
	OrderID     ident.ID
	BusinessDay day.Date
	RecordedAt  day.Micros
	PersonID    ident.ID
	Reason      string
	Credit      money.Amount
	CreditedAt  *day.Micros
	CreditRef   string
	RequestHash []byte
}

func (returnRow) TableName() string { return "supplier_returns" }

type returnLineRow struct {
	ShopID    db.ShopID `gorm:"primaryKey"`
	ReturnID  ident.ID  `gorm:"primaryKey"`
	Position  int       `gorm:"primaryKey;autoIncrement:false"`
	OrderLine int
	ReceiptID ident.ID
	ProductID ident.ID
	LotID     ident.ID
	Quantity  measure.Quantity
	Credit    money.Amount
}

func (returnLineRow) TableName() string { return "supplier_return_lines" }

// InsertReturn writes a return with its lines.
func (s *Store) InsertReturn(ctx context.Context, r purchase.Return) error {
	row := returnRow{
		ID: r.ID, OrderID: r.OrderID, BusinessDay: r.BusinessDay, RecordedAt: r.RecordedAt, PersonID: r.PersonID, Reason: r.Reason, Credit: r.Credit,
		CreditedAt: r.CreditedAt, CreditRef: r.CreditRef, RequestHash: r.Hash,
	}
	if err := s.d.From(ctx).Create(&row).Error; err != nil {
		return db.Err(err)
	}
	_, err := s.d.Insert(ctx, "supplier_return_lines", []string{"shop_id", "return_id", "position", "order_line", "receipt_id", "product_id", "lot_id", "quantity", "credit"},
		len(r.Lines), "", func(i int, dst []any) {
			l := &r.Lines[i]
			copy(dst, []any{r.ID, i + 1, l.Line, l.ReceiptID, l.ProductID, l.LotID, int64(l.Quantity), int64(l.Credit)})
		})
	return err
}

// Returns reads those of an order, the oldest first.
func (s *Store) Returns(ctx context.Context, orderID ident.ID) ([]purchase.Return, error) {
	var rows []returnRow
	if err := s.d.From(ctx).Where("order_id = ?", orderID).Order("recorded_at, id").Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, db.Err(err)
	}
	var out []purchase.Return
	at, ids := map[ident.ID]int{}, make([]ident.ID, len(rows))
	for i, r := range rows {
		at[r.ID], ids[i] = i, r.ID
		out = append(out, purchase.Return{
			ID: r.ID, OrderID: r.OrderID, PersonID: r.PersonID, BusinessDay: r.BusinessDay, RecordedAt: r.RecordedAt, Reason: r.Reason, Credit: r.Credit,
			CreditedAt: r.CreditedAt, CreditRef: r.CreditRef, Hash: r.RequestHash,
		})
	}
	var lines []returnLineRow
	if err := s.d.From(ctx).Where("return_id IN ?", ids).Order("return_id, position").Find(&lines).Error; err != nil {
		return nil, db.Err(err)
	}
	for _, l := range lines {
		r := &out[at[l.ReturnID]]
		r.Lines = append(r.Lines, purchase.ReturnLine{Line: l.OrderLine, ReceiptID: l.ReceiptID, ProductID: l.ProductID, LotID: l.LotID, Quantity: l.Quantity, Credit: l.Credit})
	}
	return out, nil
}

// Credit writes the credit note of a return that has none.
func (s *Store) Credit(ctx context.Context, id ident.ID, at day.Micros, ref string) (bool, error) {
	tx := s.d.From(ctx).Model(&returnRow{}).Where("id = ? AND credited_at IS NULL", id).Updates(map[string]any{"credited_at": at, "credit_ref": ref})
	return tx.RowsAffected > 0, db.Err(tx.Error)
}

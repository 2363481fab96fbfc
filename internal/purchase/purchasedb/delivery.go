package purchasedb

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
)

// Delivery reads one with its lines.
func (s *Store) Delivery(ctx context.Context, id ident.ID) (purchase.Delivery, error) {
	found, err := s.deliveries(ctx, s.d.From(ctx).Where("id = ?", id))
	if err != nil {
		return purchase.Delivery{}, err
	}
	if len(found) == 0 {
		return purchase.Delivery{}, purchase.ErrMissing
	}
	return found[0], nil
}

// Deliveries reads those of an order, the oldest first.
func (s *Store) Deliveries(ctx context.Context, orderID ident.ID) ([]purchase.Delivery, error) {
	return s.deliveries(ctx, s.d.From(ctx).Where("order_id = ?", orderID).Order("occurred_at, recorded_at, id"))
}

func (s *Store) deliveries(ctx context.Context, query *gorm.DB) ([]purchase.Delivery, error) {
	var rows []receiptRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	out, at, ids := make([]purchase.Delivery, len(rows)), map[ident.ID]int{}, make([]ident.ID, len(rows))
	for i, r := range rows {
		out[i], at[r.ID], ids[i] = fromReceipt(r), i, r.ID
	}
	for part := range slices.Chunk(ids, chunk) {
		var lines []receiptLineRow
		if err := s.d.From(ctx).Where("receipt_id IN ?", part).Order("receipt_id, position").Find(&lines).Error; err != nil {
			return nil, db.Err(err)
		}
		for _, l := range lines {
			d := &out[at[l.ReceiptID]]
			d.Lines = append(d.Lines, purchase.DeliveryLine{
				Line: l.OrderLine, ProductID: l.ProductID, Quantity: l.Quantity, Price: l.Price, Total: l.Total, Lot: l.Lot, Expiry: l.Expiry, Produced: l.Produced,
			})
		}
	}
	return out, nil
}

// InsertDeliveries writes deliveries with their lines.
func (s *Store) InsertDeliveries(ctx context.Context, deliveries []purchase.Delivery) error {
	_, err := s.d.Insert(ctx, "receipts", receiptColumns, len(deliveries), "", func(i int, dst []any) {
		d := &deliveries[i]
		copy(dst, []any{
			d.ID, d.OrderID, int64(d.BusinessDay), int64(d.OccurredAt), int64(d.RecordedAt), d.LeadTime, int64(d.Total), d.Note, d.PersonID, d.Hash,
		})
	})
	if err != nil {
		return err
	}
	type place struct{ delivery, line int }
	var places []place
	for i, d := range deliveries {
		for j := range d.Lines {
			places = append(places, place{i, j})
		}
	}
	_, err = s.d.Insert(ctx, "receipt_lines", receiptLineColumns, len(places), "", func(i int, dst []any) {
		d := &deliveries[places[i].delivery]
		l := &d.Lines[places[i].line]
		copy(dst, []any{d.ID, places[i].line + 1, l.Line, l.ProductID, int64(l.Quantity), int64(l.Price), int64(l.Total), l.Lot, l.Expiry, l.Produced})
	})
	return err
}

// ClearDelivery removes a delivery's lines, what it taught and what it saved.
func (s *Store) ClearDelivery(ctx context.Context, id ident.ID) error {
	if err := s.d.From(ctx).Where("receipt_id = ?", id).Delete(&receiptLineRow{}).Error; err != nil {
		return db.Err(err)
	}
	if err := s.d.From(ctx).Where("receipt_id = ?", id).Delete(&leadTimeRow{}).Error; err != nil {
		return db.Err(err)
	}
	if err := s.d.From(ctx).Where("receipt_id = ?", id).Delete(&savingRow{}).Error; err != nil {
		return db.Err(err)
	}
	return db.Err(s.d.From(ctx).Model(&receiptRow{}).Where("id = ?", id).Updates(map[string]any{"lead_time_days": nil}).Error)
}

// InsertLeadTimes writes what deliveries taught.
func (s *Store) InsertLeadTimes(ctx context.Context, rows []purchase.LeadTime) error {
	_, err := s.d.Insert(ctx, "lead_times", leadTimeColumns, len(rows), "", func(i int, dst []any) {
		r := &rows[i]
		copy(dst, []any{r.SupplierID, r.ProductID, r.ReceiptID, r.Line, int64(r.SentDay), r.Days})
	})
	return err
}

// LeadTimes reads those of the suppliers, nil of all, the oldest order first.
func (s *Store) LeadTimes(ctx context.Context, supplierIDs []ident.ID) ([]purchase.LeadTime, error) {
	query := s.d.From(ctx).Order("sent_day, receipt_id, order_line")
	if supplierIDs != nil {
		query = query.Where("supplier_id IN ?", supplierIDs)
	}
	var rows []leadTimeRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	out := make([]purchase.LeadTime, len(rows))
	for i, r := range rows {
		out[i] = purchase.LeadTime{
			SupplierID: r.SupplierID, ProductID: r.ProductID, ReceiptID: r.ReceiptID, Line: r.OrderLine, SentDay: r.SentDay, Days: r.Days,
		}
	}
	return out, nil
}

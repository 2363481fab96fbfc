// Package salesdb keeps sales in the database. It knows tables and rows; it must
// not know a rule of selling or importing, nor any page.
package salesdb

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/sales"
)

// Store is sales.Store over a database.
type Store struct{ d *db.DB }

// New makes the store.
func New(d *db.DB) *Store { return &Store{d: d} }

var _ sales.Store = (*Store)(nil)

// idsPerStatement bounds the ids of one statement.
const idsPerStatement = 900

func missing(err error) error {
	if err = db.Err(err); errors.Is(err, db.ErrNotFound) {
		return sales.ErrMissing
	}
	return err
}

// Channels reads them by code.
func (s *Store) Channels(ctx context.Context) ([]sales.Channel, error) {
	var rows []channelRow
	if err := s.d.From(ctx).Order("code").Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	out := make([]sales.Channel, len(rows))
	for i, r := range rows {
		out[i] = fromChannel(r)
	}
	return out, nil
}

// Channel reads one.
func (s *Store) Channel(ctx context.Context, code string) (sales.Channel, error) {
	var row channelRow
	err := s.d.From(ctx).Where("code = ?", code).Take(&row).Error
	return fromChannel(row), missing(err)
}

// InsertChannel writes one.
func (s *Store) InsertChannel(ctx context.Context, c sales.Channel) error {
	return db.Err(s.d.From(ctx).Create(&channelRow{ID: c.ID, Code: c.Code, Name: c.Name, Online: c.Online}).Error)
}

// Sale reads one without its lines.
func (s *Store) Sale(ctx context.Context, id ident.ID) (sales.SaleRecord, error) {
	var row saleRow
	err := s.d.From(ctx).Where("id = ?", id).Take(&row).Error
	return fromSale(row), missing(err)
}

// Lines reads all lines of the sales. Their order also makes SQLite take the index
// of sales.
func (s *Store) Lines(ctx context.Context, saleIDs []ident.ID) ([]sales.LineRecord, error) {
	var out []sales.LineRecord
	for part := range slices.Chunk(saleIDs, idsPerStatement) {
		var rows []lineRow
		if err := s.d.From(ctx).Where("sale_id IN ?", part).Order("sale_id, line, product_id").Find(&rows).Error; err != nil {
			return nil, db.Err(err)
		}
		for _, r := range rows {
			out = append(out, fromLine(r))
		}
	}
	return out, nil
}

var (
	saleColumns = []string{
		"shop_id", "id", "request_hash", "channel_id", "kind", "business_day", "occurred_at", "recorded_at",
		"total", "lines", "province", "customer_key", "voided_at", "person_id",
	}
	lineColumns = []string{
		"shop_id", "product_id", "business_day", "sale_id", "line", "minute", "quantity", "unit", "price", "amount",
		"promo", "history", "batch_id", "void",
	}
)

func (s *Store) insertSales(ctx context.Context, rows []sales.SaleRecord, suffix string) error {
	_, err := s.d.Insert(ctx, "sales", saleColumns, len(rows), suffix, func(i int, dst []any) {
		r := &rows[i]
		dst[0], dst[1], dst[2], dst[3], dst[4] = r.ID, r.RequestHash, r.ChannelID, string(r.Kind), int64(r.BusinessDay)
		dst[5], dst[6], dst[7], dst[8], dst[9] = int64(r.OccurredAt), int64(r.RecordedAt), int64(r.Total), r.Lines, r.Province
		dst[10], dst[11], dst[12] = nil, nil, r.PersonID
		if r.CustomerKey != nil {
			dst[10] = r.CustomerKey
		}
		if r.VoidedAt != nil {
			dst[11] = int64(*r.VoidedAt)
		}
	})
	return err
}

func (s *Store) insertLines(ctx context.Context, rows []sales.LineRecord, suffix string) error {
	_, err := s.d.Insert(ctx, "sale_lines", lineColumns, len(rows), suffix, func(i int, dst []any) {
		r := &rows[i]
		dst[0], dst[1], dst[2], dst[3], dst[4] = r.ProductID, int64(r.BusinessDay), r.SaleID, r.Line, r.Minute
		dst[5], dst[6], dst[7], dst[8] = int64(r.Quantity), r.Unit, int64(r.Price), int64(r.Amount)
		dst[9], dst[10], dst[11], dst[12] = r.Promo, r.History, nil, r.Void
		if r.BatchID != nil {
			dst[11] = *r.BatchID
		}
	})
	return err
}

// Insert writes new sales and lines.
func (s *Store) Insert(ctx context.Context, rows []sales.SaleRecord, lines []sales.LineRecord) error {
	if err := s.insertSales(ctx, rows, ""); err != nil {
		return err
	}
	return s.insertLines(ctx, lines, "")
}

// Void marks a sale and its lines.
func (s *Store) Void(ctx context.Context, saleID ident.ID, at day.Micros) error {
	if err := s.d.From(ctx).Model(&saleRow{}).Where("id = ?", saleID).Update("voided_at", int64(at)).Error; err != nil {
		return db.Err(err)
	}
	lines, err := s.Lines(ctx, []ident.ID{saleID})
	if err != nil {
		return err
	}
	return s.voidLines(ctx, lines)
}

// Sales reads a page, the newest first.
func (s *Store) Sales(ctx context.Context, q sales.StoreQuery) ([]sales.SaleRecord, error) {
	tx := s.d.From(ctx).Order("business_day DESC, occurred_at DESC, id DESC").Limit(q.Limit)
	if q.Day != day.None {
		tx = tx.Where("business_day = ?", int64(q.Day))
	}
	if a := q.After; a != nil {
		tx = tx.Where("business_day <= ? AND (business_day < ? OR occurred_at < ? OR occurred_at = ? AND id < ?)",
			int64(a.BusinessDay), int64(a.BusinessDay), int64(a.OccurredAt), int64(a.OccurredAt), a.ID)
	}
	var rows []saleRow
	if err := tx.Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	out := make([]sales.SaleRecord, len(rows))
	for i, r := range rows {
		out[i] = fromSale(r)
	}
	return out, nil
}

// DayTotals adds up one day.
func (s *Store) DayTotals(ctx context.Context, d day.Date) (sales.Totals, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return sales.Totals{}, err
	}
	var rows []struct {
		Kind   string
		N      int
		Amount int64
	}
	err = s.d.From(ctx).Raw(`SELECT kind, COUNT(*) AS n, CAST(SUM(total) AS BIGINT) AS amount FROM sales
		WHERE shop_id = ? AND business_day = ? AND voided_at IS NULL GROUP BY kind`, shop, int64(d)).Scan(&rows).Error
	var out sales.Totals
	for _, r := range rows {
		if r.Kind == string(sales.KindReturn) {
			out.Returns = r.N
		} else {
			out.Sales = r.N
		}
		sum, addErr := out.Amount.Add(amount(r.Amount))
		if addErr != nil {
			return out, addErr
		}
		out.Amount = sum
	}
	return out, db.Err(err)
}

// The newest sales that tell what is popular, and their lines at most: an imported
// day is one sale of very many lines.
const (
	recentSales = 200
	recentLines = 1500
)

// Popular lists the products of the newest sales. Counting happens here, because
// grouping by product makes SQLite read every line of the shop.
func (s *Store) Popular(ctx context.Context, limit int) ([]ident.ID, error) {
	var newest []saleRow
	err := s.d.From(ctx).Select("id, lines").Where("voided_at IS NULL").Order("business_day DESC, occurred_at DESC").Limit(recentSales).Find(&newest).Error
	if err != nil || len(newest) == 0 {
		return nil, db.Err(err)
	}
	var recent []ident.ID
	for n := 0; len(recent) < len(newest) && n < recentLines; {
		next := newest[len(recent)]
		recent, n = append(recent, next.ID), n+next.Lines
	}
	var rows []lineRow
	err = s.d.From(ctx).Select("product_id").Where("sale_id IN ? AND NOT void", recent).Order("sale_id, line").Find(&rows).Error
	if err != nil {
		return nil, db.Err(err)
	}
	times := map[ident.ID]int{}
	var out []ident.ID
	for _, r := range rows {
		if times[r.ProductID]++; times[r.ProductID] == 1 {
			out = append(out, r.ProductID)
		}
	}
	slices.SortFunc(out, func(a, b ident.ID) int {
		return cmp.Or(times[b]-times[a], bytes.Compare(a[:], b[:]))
	})
	return out[:min(limit, len(out))], nil
}

// Sold reports whether a product has any line.
func (s *Store) Sold(ctx context.Context, productID ident.ID) (bool, error) {
	var rows []lineRow
	err := s.d.From(ctx).Select("line").Where("product_id = ?", productID).Limit(1).Find(&rows).Error
	return len(rows) > 0, db.Err(err)
}

// SoldAmong tells which of the products have any line.
func (s *Store) SoldAmong(ctx context.Context, productIDs []ident.ID) (map[ident.ID]bool, error) {
	sold := map[ident.ID]bool{}
	for part := range slices.Chunk(productIDs, idsPerStatement) {
		var rows []lineRow
		if err := s.d.From(ctx).Distinct("product_id").Where("product_id IN ?", part).Find(&rows).Error; err != nil {
			return nil, db.Err(err)
		}
		for _, r := range rows {
			sold[r.ProductID] = true
		}
	}
	return sold, nil
}

// EachLine streams lines in the order of their key.
func (s *Store) EachLine(ctx context.Context, productIDs []ident.ID, from, through day.Date, fn func(sales.DayLine) error) error {
	const columns = "product_id, business_day, minute, quantity, amount, promo"
	base := func() *gorm.DB {
		return s.d.From(ctx).Model(&lineRow{}).Select(columns).
			Where("business_day >= ? AND business_day <= ? AND NOT void", int64(from), int64(through)).
			Order("product_id, business_day, sale_id, line")
	}
	if productIDs == nil {
		return each(base(), fn)
	}
	for part := range slices.Chunk(productIDs, idsPerStatement) {
		if err := each(base().Where("product_id IN ?", part), fn); err != nil {
			return err
		}
	}
	return nil
}

func each(tx *gorm.DB, fn func(sales.DayLine) error) error {
	rows, err := tx.Rows()
	if err != nil {
		return db.Err(err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var l sales.DayLine
		if err := rows.Scan(&l.ProductID, &l.Day, &l.Minute, &l.Quantity, &l.Amount, &l.Promo); err != nil {
			return db.Err(err)
		}
		if err := fn(l); err != nil {
			return err
		}
	}
	return db.Err(rows.Err())
}

// InsertWish writes one, unless its id is there.
func (s *Store) InsertWish(ctx context.Context, w sales.Wish) error {
	return db.Err(s.d.From(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&wishRow{
		ID: w.ID, Text: w.Text, Kind: string(w.Kind), ProductID: w.ProductID, BusinessDay: w.BusinessDay,
		RecordedAt: int64(w.RecordedAt), PersonID: w.PersonID,
	}).Error)
}

// Wishes reads them, the newest first.
func (s *Store) Wishes(ctx context.Context, from day.Date, limit int) ([]sales.Wish, error) {
	var rows []wishRow
	err := s.d.From(ctx).Where("business_day >= ?", int64(from)).Order("business_day DESC, recorded_at DESC, id").Limit(limit).Find(&rows).Error
	out := make([]sales.Wish, len(rows))
	for i, r := range rows {
		out[i] = sales.Wish{
			ID: r.ID, Text: r.Text, Kind: sales.WishKind(r.Kind), ProductID: r.ProductID, BusinessDay: r.BusinessDay,
			RecordedAt: day.Micros(r.RecordedAt), PersonID: r.PersonID,
		}
	}
	return out, db.Err(err)
}

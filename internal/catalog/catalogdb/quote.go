package catalogdb

import (
	"context"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
)

// AddQuotes writes prices of a day in bulk.
func (s *Store) AddQuotes(ctx context.Context, quotes []catalog.Quote) error {
	columns := []string{"shop_id", "product_id", "supplier_id", "day", "price", "batch_id"}
	const onQuote = `ON CONFLICT (shop_id, product_id, supplier_id, day) DO UPDATE SET price = excluded.price, batch_id = excluded.batch_id`
	_, err := s.d.Insert(ctx, "price_quotes", columns, len(quotes), onQuote, func(i int, dst []any) {
		q := &quotes[i]
		dst[0], dst[1], dst[2], dst[3], dst[4] = q.ProductID, q.SupplierID, int64(q.Day), int64(q.Price), nullable(q.BatchID)
	})
	return err
}

// DeleteQuotes removes a batch.
func (s *Store) DeleteQuotes(ctx context.Context, batchID ident.ID) ([]ident.ID, error) {
	var ids []ident.ID
	err := s.d.From(ctx).Model(&quoteRow{}).Where("batch_id = ?", batchID).Distinct().Order("product_id").Pluck("product_id", &ids).Error
	if err != nil {
		return nil, db.Err(err)
	}
	return ids, db.Err(s.d.From(ctx).Where("batch_id = ?", batchID).Delete(&quoteRow{}).Error)
}

// LastQuotes reads each product's last quote of the supplier on or before asOf.
func (s *Store) LastQuotes(ctx context.Context, supplierID ident.ID, asOf day.Date) ([]catalog.Quote, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var rows []quoteRow
	err = s.d.From(ctx).Raw(`SELECT q.shop_id, q.product_id, q.supplier_id, q.day, q.price, q.batch_id FROM price_quotes q
		JOIN (SELECT product_id, MAX(day) AS last FROM price_quotes
			WHERE shop_id = ? AND supplier_id = ? AND day <= ? GROUP BY product_id) newest
		ON newest.product_id = q.product_id AND newest.last = q.day
		WHERE q.shop_id = ? AND q.supplier_id = ? ORDER BY q.product_id`,
		shop, supplierID, int64(asOf), shop, supplierID).Scan(&rows).Error
	if err != nil {
		return nil, db.Err(err)
	}
	return fromQuotes(rows), nil
}

func fromQuotes(rows []quoteRow) []catalog.Quote {
	out := make([]catalog.Quote, len(rows))
	for i, r := range rows {
		out[i] = catalog.Quote{ProductID: r.ProductID, SupplierID: r.SupplierID, Day: r.Day, Price: r.Price, BatchID: orNil(r.BatchID)}
	}
	return out
}

// Quotes reads the quotes of products, nil of all.
func (s *Store) Quotes(ctx context.Context, productIDs []ident.ID) ([]catalog.Quote, error) {
	parts := [][]ident.ID{nil}
	if productIDs != nil {
		parts = slices.Collect(slices.Chunk(productIDs, chunk))
	}
	var out []catalog.Quote
	for _, part := range parts {
		query := s.d.From(ctx).Order("product_id, supplier_id, day")
		if part != nil {
			query = query.Where("product_id IN ?", part)
		}
		var rows []quoteRow
		if err := query.Find(&rows).Error; err != nil {
			return nil, db.Err(err)
		}
		out = append(out, fromQuotes(rows)...)
	}
	return out, nil
}

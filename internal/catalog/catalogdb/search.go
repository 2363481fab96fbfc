package catalogdb

import (
	"context"
	"strings"

	"buhuo/internal/catalog"
	"buhuo/internal/db"
	"buhuo/internal/ident"
)

type hitRow struct {
	ID      ident.ID
	SortKey []byte
	Grade   int
}

// Search reads one page and one more.
func (s *Store) Search(ctx context.Context, q catalog.StoreQuery) ([]catalog.Hit, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	statement, args := searchSQL(shop, q)
	var rows []hitRow
	if err := s.d.From(ctx).Raw(statement, args...).Scan(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	ids := make([]ident.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	products, err := s.Products(ctx, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[ident.ID]catalog.Product, len(products))
	for _, p := range products {
		byID[p.ID] = p
	}
	hits := make([]catalog.Hit, 0, len(rows))
	for _, r := range rows {
		if p, ok := byID[r.ID]; ok { // gone between the two reads: not a hit
			hits = append(hits, catalog.Hit{Product: p, Cursor: catalog.Cursor{Rank: r.Grade, SortKey: r.SortKey, ID: r.ID}})
		}
	}
	return hits, nil
}

// searchSQL grades the products of one shop: 0 for an exact code or barcode, 1 for a
// line that begins with the text, 2 for the others that hold all its words.
func searchSQL(shop int64, q catalog.StoreQuery) (string, []any) {
	var b strings.Builder
	var args []any
	put := func(sql string, values ...any) {
		b.WriteString(sql)
		args = append(args, values...)
	}
	const byBarcode = "p.id IN (SELECT c.product_id FROM barcodes c WHERE c.shop_id = ? AND c.barcode IN ?)"
	put("SELECT id, sort_key, grade FROM (SELECT p.id, p.sort_key, ")
	if q.Terms.Empty() {
		put("0")
	} else {
		put("CASE WHEN p.code = ? OR "+byBarcode+" THEN 0 WHEN p.search_text LIKE ? ESCAPE '!' THEN 1 ELSE 2 END",
			q.Terms.Exact, shop, q.Terms.Barcodes, q.Terms.Prefix)
	}
	put(" AS grade FROM products p WHERE p.shop_id = ? AND p.archived = ?", shop, q.Archived)
	if !q.CategoryID.IsNil() {
		put(" AND p.category_id = ?", q.CategoryID)
	}
	if !q.Terms.Empty() {
		put(" AND (p.code = ? OR "+byBarcode, q.Terms.Exact, shop, q.Terms.Barcodes)
		for i, pattern := range q.Terms.Contains {
			put([]string{" OR (", " AND "}[min(i, 1)]+"p.search_text LIKE ? ESCAPE '!'", pattern)
		}
		put("))")
	}
	put(") found")
	if q.After != nil {
		put(" WHERE (grade, sort_key, id) > (?, ?, ?)", q.After.Rank, q.After.SortKey, q.After.ID)
	}
	put(" ORDER BY grade, sort_key, id LIMIT ?", q.Limit+1)
	return b.String(), args
}

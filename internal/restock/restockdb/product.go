package restockdb

import (
	"context"
	"database/sql"
	"strings"

	"buhuo/internal/catalog"
	"buhuo/internal/db"
	"buhuo/internal/measure"
	"buhuo/internal/restock"
)

// Products reads a page of products with their stock and the heads of their
// suggestions. The page is cut before anything is joined.
func (s *Store) Products(ctx context.Context, q restock.ProductQuery) ([]restock.Line, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	terms := catalog.ParseTerms(q.Text)
	if q.Text != "" && terms.Empty() {
		return nil, nil
	}
	page, args, order := byName(shop, q, terms)
	if q.Order == restock.ByRisk {
		page, args, order = byRisk(shop, q, terms)
	}
	var list []restock.Line
	err = s.each(ctx, func(rows *sql.Rows) error {
		l, err := scanLine(rows)
		list = append(list, l)
		return err
	}, "SELECT p.id, page.place, p.sort_key, b.on_hand, b.known_from, b.count_needed, "+names+", "+heads+" FROM ("+page+`) page
		JOIN products p ON p.shop_id = ? AND p.id = page.id AND NOT p.archived
		LEFT JOIN stock_balances b ON b.shop_id = ? AND b.product_id = page.id
		LEFT JOIN suggestions s ON s.shop_id = ? AND s.product_id = page.id
		LEFT JOIN suppliers u ON u.shop_id = ? AND u.id = s.supplier_id
		LEFT JOIN offers o ON o.shop_id = ? AND o.id = s.offer_id
		ORDER BY `+order, append(args, shop, shop, shop, shop, shop)...)
	return list, err
}

func scanLine(rows *sql.Rows) (restock.Line, error) {
	var l restock.Line
	var n named
	var onHand, known sql.NullInt64
	var count sql.NullBool
	err := rows.Scan(append([]any{&l.Cursor.ID, &l.Cursor.Rank, &l.Cursor.SortKey, &onHand, &known, &count}, n.targets()...)...)
	l.Row, l.Thought = n.row()
	l.ProductID = l.Cursor.ID
	l.Book, l.Known, l.CountNeeded = measure.Quantity(onHand.Int64), known.Valid, count.Bool
	return l, err
}

// condition narrows products to a category and a text.
func condition(shop int64, q restock.ProductQuery, terms catalog.Terms) (string, []any) {
	var b strings.Builder
	var args []any
	if !q.CategoryID.IsNil() {
		b.WriteString(" AND p.category_id = ?")
		args = append(args, q.CategoryID)
	}
	if !terms.Empty() {
		b.WriteString(" AND (p.code = ? OR " + barcoded)
		args = append(args, terms.Exact, shop, terms.Barcodes)
		for i, pattern := range terms.Contains {
			b.WriteString([]string{" OR (", " AND "}[min(i, 1)] + "p.search_text LIKE ? ESCAPE '!'")
			args = append(args, pattern)
		}
		b.WriteString("))")
	}
	return b.String(), args
}

const barcoded = "p.id IN (SELECT c.product_id FROM barcodes c WHERE c.shop_id = ? AND c.barcode IN ?)"

// byName lists as the catalogue does: an exact code or barcode first, then what
// begins with the text, then what holds all its words.
func byName(shop int64, q restock.ProductQuery, terms catalog.Terms) (page string, args []any, order string) {
	grade := "0"
	if !terms.Empty() {
		grade = "CASE WHEN p.code = ? OR " + barcoded + " THEN 0 WHEN p.search_text LIKE ? ESCAPE '!' THEN 1 ELSE 2 END"
		args = append(args, terms.Exact, shop, terms.Barcodes, terms.Prefix)
	}
	where, more := condition(shop, q, terms)
	args = append(append(args, shop), more...)
	page = "SELECT id, place FROM (SELECT p.id, p.sort_key, " + grade + " AS place FROM products p WHERE p.shop_id = ? AND NOT p.archived" + where + ") found"
	if terms.Empty() { // a plain walk along the index products_sort
		page = "SELECT p.id, 0 AS place FROM products p WHERE p.shop_id = ? AND p.archived = FALSE" + where
		if q.After != nil {
			page += " AND (p.sort_key, p.id) > ( ?, ?)" // the space keeps gorm from spreading the bytes
			args = append(args, q.After.SortKey, q.After.ID)
		}
		page += " ORDER BY p.sort_key, p.id LIMIT ?"
		return page, append(args, q.Limit), "p.sort_key, p.id"
	}
	if q.After != nil {
		page += " WHERE (place, sort_key, id) > (?, ?, ?)"
		args = append(args, q.After.Rank, q.After.SortKey, q.After.ID)
	}
	page += " ORDER BY place, sort_key, id LIMIT ?"
	return page, append(args, q.Limit), "page.place, p.sort_key, p.id"
}

// byRisk lists the likeliest to run out first.
func byRisk(shop int64, q restock.ProductQuery, terms catalog.Terms) (page string, args []any, order string) {
	where, more := condition(shop, q, terms)
	page = "SELECT s.product_id AS id, s.risk AS place FROM suggestions s"
	if where != "" { // else the index alone tells which
		page += " JOIN products p ON p.shop_id = s.shop_id AND p.id = s.product_id"
	}
	page += " WHERE " + urgent + where
	args = append([]any{shop, restock.Listed}, more...)
	if q.After != nil {
		page += " AND (s.risk < ? OR s.risk = ? AND s.product_id > ?)"
		args = append(args, q.After.Rank, q.After.Rank, q.After.ID)
	}
	page += " ORDER BY s.risk DESC, s.product_id LIMIT ?"
	return page, append(args, q.Limit), "page.place DESC, p.id"
}

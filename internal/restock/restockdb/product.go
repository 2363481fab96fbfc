package restockdb

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
)

// Products reads a page of products with their stock and what their suggestions say
// of it. The page is cut before anything is joined, and sorted after: to sort whole
// rows costs the database as much as to find them.
func (s *Store) Products(ctx context.Context, q restock.ProductQuery) ([]restock.Line, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	terms := catalog.ParseTerms(q.Text)
	if q.Text != "" && terms.Empty() {
		return nil, nil
	}
	cut, order := byName, inNameOrder
	if q.Order == restock.ByRisk {
		cut, order = byRisk, inRiskOrder
	}
	page, args := cut(shop, q, terms)
	list := make([]restock.Line, 0, min(q.Limit, 64))
	var c cells
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		if err := c.scan(rows); err != nil {
			return err
		}
		l := line(&c)
		if q.Order == restock.ByRisk {
			l.Cursor.SortKey = costKey(l.LineCost)
		}
		list = append(list, l)
		return c.err
	}, `SELECT p.id, page.place, p.sort_key, b.on_hand, b.known_from, b.count_needed, p.code, p.name, p.base_unit,
			s.product_id, s.supplier_id, s.on_hand, s.available, s.on_order, s.stock_known, s.risk, s.risk_until, s.cover_days, s.daily_rate, s.line_cost
		FROM (`+page+`) page
		JOIN products p ON p.shop_id = ? AND p.id = page.id AND NOT p.archived
		LEFT JOIN stock_balances b ON b.shop_id = ? AND b.product_id = page.id
		LEFT JOIN suggestions s ON s.shop_id = ? AND s.product_id = page.id`, append(args, shop, shop, shop)...)
	slices.SortFunc(list, order)
	return list, err
}

func line(c *cells) restock.Line {
	var l restock.Line
	if id := c.id(); id != nil {
		l.Cursor.ID = *id
	}
	l.Cursor.Rank, l.Cursor.SortKey = number[int64](c), c.bytes()
	l.Book, l.Known, l.CountNeeded = number[measure.Quantity](c), maybe[day.Date](c) != nil, c.flag()
	l.Code, l.Name, l.Unit = c.text(), c.text(), c.text()
	l.Thought, l.SupplierID = c.id() != nil, c.id()
	l.OnHand, l.Available, l.OnOrder, l.StockKnown = number[measure.Quantity](c), number[measure.Quantity](c), number[measure.Quantity](c), c.flag()
	l.RiskPPM, l.RiskUntil, l.CoverDays, l.DailyRate = number[int](c), maybe[day.Date](c), maybe[int](c), number[measure.Quantity](c)
	l.LineCost, l.ProductID = number[money.Amount](c), l.Cursor.ID
	return l
}

// inNameOrder and inRiskOrder sort lines as the pages were cut.
func inNameOrder(a, b restock.Line) int {
	return cmp.Or(cmp.Compare(a.Cursor.Rank, b.Cursor.Rank), bytes.Compare(a.Cursor.SortKey, b.Cursor.SortKey), bytes.Compare(a.Cursor.ID[:], b.Cursor.ID[:]))
}

func inRiskOrder(a, b restock.Line) int {
	return cmp.Or(cmp.Compare(b.Cursor.Rank, a.Cursor.Rank), cmp.Compare(b.LineCost, a.LineCost), bytes.Compare(a.Cursor.ID[:], b.Cursor.ID[:]))
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
func byName(shop int64, q restock.ProductQuery, terms catalog.Terms) (page string, args []any) {
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
		return page, append(args, q.Limit)
	}
	if q.After != nil {
		page += " WHERE (place, sort_key, id) > (?, ?, ?)"
		args = append(args, q.After.Rank, q.After.SortKey, q.After.ID)
	}
	page += " ORDER BY place, sort_key, id LIMIT ?"
	return page, append(args, q.Limit)
}

// byRisk lists the likeliest to run out first, of those the ones that cost most.
func byRisk(shop int64, q restock.ProductQuery, terms catalog.Terms) (page string, args []any) {
	where, more := condition(shop, q, terms)
	page = "SELECT s.product_id AS id, s.risk AS place FROM suggestions s"
	if where != "" { // else the index alone tells which
		page += " JOIN products p ON p.shop_id = s.shop_id AND p.id = s.product_id"
	}
	page += " WHERE s.shop_id = ? AND " + urgent + where
	args = append([]any{shop}, more...)
	if q.After != nil {
		cost := costOf(q.After.SortKey)
		page += " AND s.risk <= ? AND (s.risk < ? OR s.line_cost < ? OR s.line_cost = ? AND s.product_id > ?)"
		args = append(args, q.After.Rank, q.After.Rank, cost, cost, q.After.ID)
	}
	page += " ORDER BY s.risk DESC, s.line_cost DESC, s.product_id LIMIT ?"
	return page, append(args, q.Limit)
}

// costKey is the sort key of a place in the list by risk, and costOf reads it; what
// is none is the greatest cost.
func costKey(cost money.Amount) []byte { return binary.BigEndian.AppendUint64(nil, uint64(cost)) }

func costOf(key []byte) int64 {
	if len(key) != 8 {
		return math.MaxInt64
	}
	return int64(binary.BigEndian.Uint64(key))
}

package tradedb

import (
	"context"
	"strings"

	"buhuo/internal/catalog"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
	"buhuo/internal/trade"
)

// This is the door through which one shop reads rows of another. Every statement names
// the two tables that are written to be read, and the marks that say so; on PostgreSQL
// the server shows no other row.

// found is a listing with its producer.
type found struct {
	Pictured
	Shop int64
	P    producerRow `gorm:"embedded;embeddedPrefix:p_"`
}

var entryColumns = func() string {
	columns := []string{"l.shop_id AS shop", picturedColumns}
	for c := range strings.FieldsSeq("name kind province about contact phone currency prices_include_tax minimum_order freight free_freight_from lead_time_days open version") {
		columns = append(columns, "p."+c+" AS p_"+c)
	}
	return strings.Join(columns, ", ")
}()

// entries reads what was published and meets a condition.
func (s *Store) entries(ctx context.Context, where string, args ...any) ([]trade.Entry, error) {
	var rows []found
	err := s.d.From(ctx).Raw("SELECT "+entryColumns+" FROM listings l JOIN producers p ON p.shop_id = l.shop_id "+withPhoto+" WHERE l.published AND p.open AND "+where, args...).Scan(&rows).Error
	if err != nil {
		return nil, db.Err(err)
	}
	out := make([]trade.Entry, len(rows))
	for i, r := range rows {
		l, err := r.listing()
		if err != nil {
			return nil, err
		}
		out[i] = trade.Entry{Listing: l, Producer: r.P.producer(), Shop: tenant.ShopID(r.Shop)}
	}
	return out, nil
}

// Search reads a page of other shops' listings.
func (s *Store) Search(ctx context.Context, q trade.Query, currency string) ([]trade.Entry, error) {
	own, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	args := []any{own, currency}
	put := func(sql string, values ...any) {
		b.WriteString(sql)
		args = append(args, values...)
	}
	put("l.shop_id <> ? AND p.currency = ?")
	if q.Province != "" {
		put(" AND p.province = ?", q.Province)
	}
	if q.Kind != "" {
		put(" AND p.kind = ?", string(q.Kind))
	}
	terms := catalog.ParseTerms(q.Text)
	if q.Text != "" && terms.Empty() {
		return nil, nil
	}
	for _, pattern := range terms.Contains {
		put(" AND (l.search_text LIKE ? ESCAPE '!' OR LOWER(p.name) LIKE ? ESCAPE '!')", pattern, pattern)
	}
	if !q.After.IsNil() {
		put(" AND (l.sort_key, l.id) > (SELECT a.sort_key, a.id FROM listings a WHERE a.id = ? AND a.published)", q.After)
	}
	put(" ORDER BY l.sort_key, l.id LIMIT ?", q.Limit)
	return s.entries(ctx, b.String(), args...)
}

// Entries reads other shops' listings by id.
func (s *Store) Entries(ctx context.Context, ids []ident.ID) ([]trade.Entry, error) {
	own, err := db.Shop(ctx)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var out []trade.Entry
	const chunk = 900
	for from := 0; from < len(ids); from += chunk {
		part, err := s.entries(ctx, "l.shop_id <> ? AND l.id IN ?", own, ids[from:min(from+chunk, len(ids))])
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
	}
	return out, nil
}

// Sheet reads a listing that everybody may read; nobody need be logged in.
func (s *Store) Sheet(ctx context.Context, id ident.ID) (trade.Entry, error) {
	rows, err := s.entries(db.Installation(ctx), "l.sheet AND l.id = ?", id)
	if err != nil {
		return trade.Entry{}, err
	}
	if len(rows) == 0 {
		return trade.Entry{}, trade.ErrMissing
	}
	return rows[0], nil
}

package restockdb

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strconv"
	"strings"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
	"buhuo/internal/restock"
)

// benefitGrain is how finely benefits are kept: in thousandths of a minor unit.
const benefitGrain = 1000

// packWeighing writes the day of the next chance and, behind semicolons, quantity,
// cash and benefit of each option but nothing.
func packWeighing(w replenish.Weighing) string {
	if len(w.Options) < 2 {
		return ""
	}
	b := make([]byte, 0, 24*len(w.Options))
	b = strconv.AppendInt(b, int64(w.Again), 10)
	for _, o := range w.Options {
		if o.Quantity == 0 {
			continue
		}
		benefit := math.Round(min(max(o.Benefit*benefitGrain, -1e18), 1e18))
		for i, n := range [3]int64{int64(o.Quantity), int64(o.Cash), int64(benefit)} {
			b = strconv.AppendInt(append(b, ";,,"[i]), n, 10)
		}
	}
	return string(b)
}

func unpackWeighing(text string) (w replenish.Weighing, err error) {
	again, rest, _ := strings.Cut(text, ";")
	n, err := strconv.ParseInt(again, 10, 64)
	if err != nil {
		return w, err
	}
	w = replenish.Weighing{Again: day.Date(n), Options: []replenish.Option{{}}}
	for one := range strings.SplitSeq(rest, ";") {
		var figures [3]int64
		parts := strings.Split(one, ",")
		if len(parts) != len(figures) {
			return w, fmt.Errorf("an option of %d parts", len(parts))
		}
		for i, part := range parts {
			if figures[i], err = strconv.ParseInt(part, 10, 64); err != nil {
				return w, err
			}
		}
		w.Options = append(w.Options, replenish.Option{Quantity: measure.Quantity(figures[0]), Cash: money.Amount(figures[1]),
			Benefit: float64(figures[2]) / benefitGrain})
	}
	return w, nil
}

// Weighed reads the quantities that the suggestions of products that are sold were
// chosen from.
func (s *Store) Weighed(ctx context.Context, ids []ident.ID) (map[ident.ID]replenish.Weighing, error) {
	out := make(map[ident.ID]replenish.Weighing, len(ids))
	err := s.db.EachOf(ctx, "s.product_id", ids, func(rows *sql.Rows) error {
		var id ident.ID
		var text string
		if err := rows.Scan(&id, &text); err != nil || text == "" {
			return err
		}
		w, err := unpackWeighing(text)
		if err != nil {
			return fmt.Errorf("read the options of product %s: %w", id, err)
		}
		out[id] = w
		return nil
	}, `SELECT s.product_id, s.options FROM suggestions s JOIN products p ON p.shop_id = s.shop_id AND p.id = s.product_id
		WHERE s.shop_id = ?%s AND NOT p.archived`)
	return out, err
}

// Pursed reads what was changed to stay within a purse.
func (s *Store) Pursed(ctx context.Context) ([]restock.Row, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	// Few or none are, so they must be found first: in the order of the product list all
	// products would be looked at, on a page that everybody opens.
	return s.rows(ctx, "reason", decodeReason,
		"WHERE s.shop_id = ? AND s.purse IS NOT NULL AND s.state = 'open' AND NOT p.archived ORDER BY COALESCE(p.sort_key, p.sort_key), p.id", shop)
}

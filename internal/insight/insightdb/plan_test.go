package insightdb

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"buhuo/internal/dbtest"
	"buhuo/internal/tenant"
)

// TestPlans: a page finds its blocks by the month, and what follows a changed product finds
// its lines and movements by the product; nothing is read from end to end.
func TestPlans(t *testing.T) {
	d := dbtest.SQLite(t)
	ctx := tenant.With(context.Background(), tenant.Scope{Shop: 1})
	some := "IN (" + strings.Repeat("x'00', ", 49) + "x'00')"
	for name, c := range map[string]struct{ query, want string }{
		"blocks":            {blocksQuery, "SEARCH insight_blocks USING PRIMARY KEY (shop_id=? AND month>? AND month<?)"},
		"newer blocks":      {newerQuery, "SEARCH insight_blocks USING INDEX insight_blocks_rev (shop_id=? AND rev>?)"},
		"revision":          {revisionQuery, "SEARCH insight_blocks USING COVERING INDEX insight_blocks_rev (shop_id=?)"},
		"some blocks":       {blocksOfQuery, "SEARCH insight_blocks USING PRIMARY KEY (shop_id=? AND month=? AND part=?)"},
		"movements":         {fmt.Sprintf(movesQuery, " AND m.product_id "+some), "movements_product (shop_id=? AND product_id=?)"},
		"one's movements":   {fmt.Sprintf(movesQuery, " AND m.product_id IN (x'00', x'00')"), "movements_product (shop_id=? AND product_id=?)"},
		"lots that came":    {fmt.Sprintf(cameQuery, ""), "SEARCH s USING INDEX savings_day (shop_id=? AND day>? AND day<?); SEARCH ol USING PRIMARY KEY (shop_id=? AND order_id=? AND line=?); SEARCH l USING PRIMARY KEY (shop_id=? AND receipt_id=? AND position=?)"},
		"prices asked":      {fmt.Sprintf(quotesQuery, ""), "SEARCH q USING PRIMARY KEY (shop_id=?)"},
		"orders over":       {fmt.Sprintf(endedQuery, ""), "SEARCH o USING PRIMARY KEY (shop_id=?); SEARCH l USING PRIMARY KEY (shop_id=? AND order_id=?)"},
		"losses":            {fmt.Sprintf(goneQuery, ""), "SEARCH m USING INDEX movements_losses (shop_id=? AND business_day>?)"},
		"deliveries":        {fmt.Sprintf(arrivedQuery, ""), "SEARCH t USING COVERING INDEX lead_times_sent (shop_id=? AND sent_day>? AND sent_day<?)"},
		"state of a book":   {bookStateQuery, "SEARCH m USING INDEX movements_losses (shop_id=? AND business_day>?)"},
		"lots of own work":  {fmt.Sprintf(ownQuery, " AND l.id "+some), "SEARCH l USING PRIMARY KEY (shop_id=? AND id=?); SEARCH m USING INDEX movements_id (shop_id=? AND id=?)"},
		"lines at till":     {fmt.Sprintf(linesQuery, " AND l.product_id "+some), "SEARCH l USING PRIMARY KEY (shop_id=? AND product_id=? AND business_day>?)"},
		"suppliers of lots": {fmt.Sprintf(deliveredQuery, " AND l.id "+some), "SEARCH l USING PRIMARY KEY (shop_id=? AND id=?)"},
	} {
		var plan []string
		s := New(d)
		args := make([]any, strings.Count(c.query, "?"))
		for i := range args {
			args[i] = 1
		}
		err := s.db.Each(ctx, func(rows *sql.Rows) error {
			var a, b, c sql.NullInt64
			var text string
			err := rows.Scan(&a, &b, &c, &text)
			plan = append(plan, text)
			return err
		}, "EXPLAIN QUERY PLAN "+strings.ReplaceAll(c.query, "IN ?", "IN (?)"), args...)
		if err != nil {
			t.Fatal(err)
		}
		if said := strings.Join(plan, "; "); !strings.Contains(said, c.want) || strings.Contains(said, "SCAN") {
			t.Errorf("%s: %s; want %s", name, said, c.want)
		}
	}
}

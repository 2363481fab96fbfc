package accountdb

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"buhuo/internal/dbtest"
	"buhuo/internal/tenant"
)

// TestPlans: what a board waits for is read from an index, by the day or by the balance.
func TestPlans(t *testing.T) {
	d := dbtest.SQLite(t)
	ctx := tenant.With(context.Background(), tenant.Scope{Shop: 1})
	for query, want := range map[string]string{
		standingQuery: "SEARCH accounts USING COVERING INDEX accounts_balance (shop_id=? AND side=?)",
		sumsQuery:     "SEARCH account_entries USING INDEX account_entries_day (shop_id=? AND side=? AND business_day>? AND business_day<?)",
	} {
		args := make([]any, strings.Count(query, "?"))
		for i := range args {
			args[i] = 1
		}
		var plan []string
		err := d.Each(ctx, func(rows *sql.Rows) error {
			var a, b, c sql.NullInt64
			var text string
			err := rows.Scan(&a, &b, &c, &text)
			plan = append(plan, text)
			return err
		}, "EXPLAIN QUERY PLAN "+query, args...)
		if err != nil {
			t.Fatal(err)
		}
		if said := strings.Join(plan, "; "); !strings.Contains(said, want) {
			t.Errorf("%s; want %s", said, want)
		}
	}
}

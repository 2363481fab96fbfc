package stockdb

import (
	"database/sql"
	"strings"
	"testing"

	"buhuo/internal/dbtest"
	"buhuo/internal/tenant"
)

// TestPlans: what is asked of one product or of one source is found by it; the ledger of the
// shop is not read from end to end.
func TestPlans(t *testing.T) {
	d := dbtest.SQLite(t)
	ctx := tenant.With(t.Context(), tenant.Scope{Shop: 1})
	for name, c := range map[string]struct{ query, want string }{
		"of a product":  {selectMovement + ofProduct + " ORDER BY seq DESC LIMIT ?", "movements_product (shop_id=? AND product_id=?)"},
		"of a source":   {selectMovement + ofSource + " ORDER BY seq", "movements_source (shop_id=? AND source_id=?)"},
		"after a day":   {selectMovement + " AND seq IN (" + laterQuery + ")", "movements_product (shop_id=? AND product_id=?)"},
		"of products":   {selectMovement + " AND product_id IN (x'00', x'00') ORDER BY product_id, seq", "movements_product (shop_id=? AND product_id=?)"},
		"tally of some": {strings.Replace(talliesQuery, "%s", " AND product_id IN (x'00', x'00')", 1), "movements_product (shop_id=? AND product_id=?)"},
	} {
		var plan []string
		query := strings.ReplaceAll(c.query, "IN ?", "IN (?)")
		args := make([]any, strings.Count(query, "?"))
		for i := range args {
			args[i] = 1
		}
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
		if said := strings.Join(plan, "; "); !strings.Contains(said, c.want) || strings.Contains(said, "SCAN") || strings.Contains(said, "PRIMARY KEY (shop_id=?)") {
			t.Errorf("%s: %s; want %s", name, said, c.want)
		}
	}
}

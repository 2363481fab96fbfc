package insightdb

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
)

// TestPlacesReadOneIndex: no board of places scans a table while somebody waits.
func TestPlacesReadOneIndex(t *testing.T) {
	d := dbtest.SQLite(t)
	ids := []ident.ID{ident.New(), ident.New()}
	for name, c := range map[string]struct {
		query, index string
		args         []any
	}{
		"first sale": {firstSale, "COVERING INDEX sales_channel (shop_id=? AND channel_id=?)", []any{1, ids[0]}},
		"buyers":     {buyersOf(2, ""), "COVERING INDEX sales_channel (shop_id=? AND channel_id=? AND business_day>? AND business_day<?)", []any{1, ids, 0, 9, ""}},
		"arrivals":   {fmt.Sprintf(arrivals, ""), "INDEX receipts_day (shop_id=? AND business_day>? AND business_day<?)", []any{1, 0, 9}},
		"delivered":  {fmt.Sprintf(delivered, ""), "INDEX parcels_delivered (shop_id=? AND delivered>? AND delivered<?)", []any{1, 0, 9}},
		"on the way": {fmt.Sprintf(onTheWay, ""), "COVERING INDEX parcels_delivered (shop_id=? AND delivered=?", []any{1}},
	} {
		rows, err := d.From(db.Installation(context.Background())).Raw("EXPLAIN QUERY PLAN "+c.query, c.args...).Rows()
		if err != nil {
			t.Fatal(err)
		}
		var plan []string
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, detail)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(plan, "\n"); !strings.Contains(text, c.index) || strings.Contains(text, "SCAN ") {
			t.Errorf("%s reads\n%s", name, text)
		}
	}
}

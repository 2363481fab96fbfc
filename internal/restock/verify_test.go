package restock_test

import (
	"context"
	"strings"
	"testing"

	"buhuo/internal/dbtest"
)

// A kept forecast that was made when its days had begun is hindsight, and verify says
// so; a rebuild neither mends nor removes it.
func TestVerifyFindsHindsight(t *testing.T) {
	d := dbtest.SQLite(t)
	v := village(t, d)
	wrong, err := v.App.Restock.Verify(v.Ctx)
	v.Must(err)
	if len(wrong) != 0 {
		t.Fatalf("a fresh shop: %q", wrong)
	}
	v.Must(d.Do(v.Ctx, func(ctx context.Context) error {
		return d.From(ctx).Exec("UPDATE forecast_records SET made_at = made_at + 3 * 86400000000 WHERE shop_id = ? AND product_id = ?", int64(v.Scope().Shop), v.Oranges.ID).Error
	}))
	v.Must(v.App.Restock.Rebuild(v.Ctx))
	if wrong, err = v.App.Restock.Verify(v.Ctx); err != nil || len(wrong) != 1 || !strings.Contains(wrong[0], "1001") {
		t.Errorf("made three days late: %q, %v", wrong, err)
	}
}

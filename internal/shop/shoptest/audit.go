package shoptest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"buhuo/internal/ident"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// testRecordCrowd writes two trails from everywhere at once, within transactions
// of a shop and within such as span several.
func testRecordCrowd(t *testing.T, h House) {
	v := h.village(t)
	second := v.open(t, "Second")
	h.join(t, second, v.wang, tenant.Owner)
	shops := []shop.Shop{v.shop, second}
	before := actions(t, v, v.shop)
	const n = 24
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			var err error
			if i%3 == 0 {
				err = h.Atomic.Do(context.Background(), func(ctx context.Context) error {
					for _, in := range shops {
						if err := v.Record(shop.Acting(ctx, in), "test.crowd", ident.Nil, map[string]any{"i": i}); err != nil {
							return err
						}
					}
					return nil
				})
			} else {
				err = v.Record(shop.Acting(context.Background(), shops[i%2]), "test.crowd", ident.Nil, map[string]any{"i": i})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	total := actions(t, v, v.shop)["test.crowd"] + actions(t, v, second)["test.crowd"] - before["test.crowd"]
	if want := n + n/3; total != want {
		t.Errorf("%d lines, want %d", total, want)
	}
	for _, in := range shops {
		v.sound(t, in)
	}
}

// testTampering changes the trail behind the program's back; each change is named.
func testTampering(t *testing.T, h House) {
	for _, c := range []struct {
		name, statement string
		want            []string
	}{
		{"detail", "UPDATE audit SET detail = '{\"n\":10}' WHERE shop_id = ? AND seq = 5", []string{"audit line 5 was changed"}},
		{"person", "UPDATE audit SET person_id = subject WHERE shop_id = ? AND seq = 6", []string{"audit line 6 was changed"}},
		{"time", "UPDATE audit SET at = at + 1 WHERE shop_id = ? AND seq = 1", []string{"audit line 1 was changed"}},
		{"removed", "DELETE FROM audit WHERE shop_id = ? AND seq = 4", []string{"audit line 4 is missing"}},
		{"beginning", "DELETE FROM audit WHERE shop_id = ? AND seq <= 3", []string{"audit lines 1 to 3 are missing"}},
		{"end", "DELETE FROM audit WHERE shop_id = ? AND seq >= 7", []string{"audit lines 7 to 8 are missing"}},
		{"all", "DELETE FROM audit WHERE shop_id = ?", []string{"audit lines 1 to 8 are missing"}},
		{"counter", "UPDATE counters SET audit_seq = audit_seq - 1 WHERE shop_id = ?", []string{"audit line 7 is not the one that was written last"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := h.service(cheap)
			v.shop = v.open(t, c.name) // the first line
			ctx := shop.Acting(t.Context(), v.shop)
			for i := range 7 {
				if err := v.Record(ctx, "test.line", ident.New(), map[string]any{"n": i}); err != nil {
					t.Fatal(err)
				}
			}
			v.sound(t, v.shop)
			h.Tamper(t, c.statement, int64(v.shop.ID))
			if wrong := must[[]string](t)(v.VerifyAudit(ctx)); !slices.Equal(wrong, c.want) {
				t.Errorf("found %s, want %s", strings.Join(wrong, "; "), strings.Join(c.want, "; "))
			}
		})
	}
	h.service(cheap).sound(t, h.insertShop(t, "untouched"))
}

// OneLine writes a shop with one line in its trail.
func OneLine(t *testing.T, h House) {
	t.Helper()
	h.service(cheap).open(t, "Shop")
}

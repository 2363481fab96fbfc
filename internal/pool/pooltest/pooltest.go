// Package pooltest is the contract of pool.Store: the same tests for every store.
package pooltest

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/pool"
	"buhuo/internal/tenant"
)

// House is a fresh store and shops 1 to 6, each by the ctx of its scope.
type House struct {
	Store  pool.Store
	Atomic pool.Atomic
	Shops  []context.Context
	// Seen counts the rows of a table that a shop's own statements see.
	Seen func(ctx context.Context, table string) int
}

func (h House) do(t *testing.T, ctx context.Context, fn func(context.Context) error) {
	t.Helper()
	if err := h.Atomic.Do(ctx, fn); err != nil {
		t.Fatal(err)
	}
}

func (h House) join(t *testing.T, n int) {
	t.Helper()
	for i, ctx := range h.Shops[:n] {
		h.do(t, ctx, func(ctx context.Context) error {
			if first, err := h.Store.Join(ctx, day.Micros(100+i)); err != nil || !first {
				t.Errorf("join: %v %v", first, err)
			}
			if again, err := h.Store.Join(ctx, 999); err != nil || again {
				t.Errorf("twice is not once: %v %v", again, err)
			}
			return h.Store.Give(ctx, "2026-Q3", entries(i))
		})
	}
}

func entries(i int) []pool.Entry {
	return []pool.Entry{{Kind: pool.Wanted, Key: "CNY/茶", Part: "42", Values: pool.Values{int64(1000 + i)}}}
}

// Run tests the store that open makes, a fresh one each time.
func Run(t *testing.T, open func(t *testing.T) House) {
	t.Run("a shop joins, gives once and leaves nothing behind", func(t *testing.T) { joinsAndLeaves(t, open(t)) })
	t.Run("what members gave is read together", func(t *testing.T) { readTogether(t, open(t)) })
	t.Run("an edition is published once", func(t *testing.T) { publishedOnce(t, open(t)) })
}

func joinsAndLeaves(t *testing.T, h House) {
	h.join(t, 4)
	one, other := h.Shops[0], h.Shops[5]
	if m, ok, err := h.Store.Member(one); err != nil || !ok || m.Since != 100 || m.Shop != 1 {
		t.Errorf("%+v %v %v", m, ok, err)
	}
	if _, ok, err := h.Store.Member(other); err != nil || ok {
		t.Errorf("a stranger is a member: %v", err)
	}
	if enough, err := h.Store.Enough(one); err != nil || enough {
		t.Errorf("four are enough: %v", err)
	}
	h.do(t, one, func(ctx context.Context) error { return h.Store.Give(ctx, "2026-Q3", entries(77)) })
	if got, ok, err := h.Store.Gave(one, "2026-Q3"); err != nil || !ok || !reflect.DeepEqual(got, entries(0)) {
		t.Errorf("gave %v %v %v, want what it gave first", got, ok, err)
	}
	if _, ok, err := h.Store.Gave(other, "2026-Q3"); err != nil || ok {
		t.Errorf("a stranger reads what others gave: %v", err)
	}
	for _, want := range []bool{true, false} {
		h.do(t, one, func(ctx context.Context) error {
			if left, err := h.Store.Leave(ctx); err != nil || left != want {
				t.Errorf("left %v %v, want %v", left, err, want)
			}
			return nil
		})
	}
	if _, ok, _ := h.Store.Gave(one, "2026-Q3"); ok {
		t.Error("what it gave is still there")
	}
	if _, ok, _ := h.Store.Gave(h.Shops[1], "2026-Q3"); !ok {
		t.Error("what another gave went too")
	}
}

func readTogether(t *testing.T, h House) {
	h.join(t, 5)
	if enough, err := h.Store.Enough(h.Shops[5]); err != nil || !enough {
		t.Errorf("five are not enough: %v", err)
	}
	h.do(t, h.Shops[2], func(ctx context.Context) error { _, err := h.Store.Leave(ctx); return err })
	members, err := h.Store.Members(context.Background())
	if err != nil || len(members) != 4 {
		t.Errorf("members %v %v", members, err)
	}
	brought, err := h.Store.Brought(context.Background(), "2026-Q3")
	if giving, err := h.Store.Giving(context.Background(), "2026-Q3"); err != nil || !slices.Equal(giving, slices.Sorted(maps.Keys(brought))) {
		t.Errorf("giving: %v, %v", giving, err)
	}
	if err != nil || len(brought) != 4 || !reflect.DeepEqual(brought[2], entries(1)) || brought[3] != nil {
		t.Errorf("brought %v %v", brought, err)
	}
	if none, err := h.Store.Brought(context.Background(), "2026-Q2"); err != nil || len(none) != 0 {
		t.Errorf("another season: %v %v", none, err)
	}
	for _, table := range []string{"pool_members", "pool_shares"} {
		if n := h.Seen(h.Shops[0], table); n != 1 {
			t.Errorf("a shop sees %d rows of %s", n, table)
		}
	}
}

func publishedOnce(t *testing.T, h House) {
	h.join(t, 5)
	edition := func(code string) pool.Edition {
		return pool.Edition{Season: pool.Season{Code: code, From: 1, Through: 90, OtherFrom: -360, OtherThrough: -271}, PublishedAt: 5}
	}
	figures := []pool.Figure{
		{Kind: pool.Rate, Key: "kg/茶", Shops: 5, Value: 6000, Low: 4000, High: 9000},
		{Kind: pool.Wanted, Key: "CNY/茶", Shops: 5, Value: 5000}, {Kind: pool.Wanted, Key: "CNY/茶", Part: "42", Shops: 5, Value: 5000},
	}
	counted := map[tenant.ShopID]pool.Counted{}
	for id := range 5 {
		counted[tenant.ShopID(id+1)] = pool.Counted{pool.Wanted: {"CNY/茶": {"42"}}}
	}
	publish := func(code string, want bool) {
		t.Helper()
		h.do(t, context.Background(), func(ctx context.Context) error {
			if ok, err := h.Store.Publish(ctx, edition(code), figures, counted); err != nil || ok != want {
				t.Errorf("published %s: %v %v, want %v", code, ok, err, want)
			}
			return nil
		})
	}
	publish("2026-Q2", true)
	publish("2026-Q3", true)
	publish("2026-Q3", false)
	if e, ok, err := h.Store.Latest(h.Shops[5]); err != nil || !ok || e != edition("2026-Q3") {
		t.Errorf("latest %+v %v %v", e, ok, err)
	}
	got, err := h.Store.Figures(h.Shops[5], "2026-Q3", []pool.Kind{pool.Wanted}, []string{pool.Whole})
	if err != nil || !reflect.DeepEqual(got, figures[1:2]) {
		t.Errorf("figures %v %v", got, err)
	}
	if c, err := h.Store.CountedIn(h.Shops[0], "2026-Q3"); err != nil || !reflect.DeepEqual(c, counted[1]) {
		t.Errorf("counted %v %v", c, err)
	}
	if c, err := h.Store.CountedIn(h.Shops[5], "2026-Q3"); err != nil || c != nil {
		t.Errorf("a stranger is counted: %v %v", c, err)
	}
	past, err := h.Store.Editions(context.Background(), 8)
	if err != nil || len(past) != 2 || past[0].Code != "2026-Q3" || !slices.Equal(past[0].Figures, figures) || !reflect.DeepEqual(past[0].Counted, counted) {
		t.Errorf("past %+v %v", past, err)
	}
	h.do(t, context.Background(), func(ctx context.Context) error { return h.Store.Forget(ctx, "2026-Q3", "2026-Q4") })
	if past, err := h.Store.Editions(context.Background(), 8); err != nil || len(past) != 1 || len(past[0].Figures) != 3 {
		t.Errorf("after forgetting %+v %v", past, err)
	}
	if brought, err := h.Store.Brought(context.Background(), "2026-Q3"); err != nil || len(brought) != 0 {
		t.Errorf("what was given is not forgotten: %v %v", brought, err)
	}
}

package stocktest

import (
	"context"
	"strings"
	"testing"

	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// testTamper changes what is stored behind the service's back: verify must name
// each change, and only that.
func testTamper(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 1)[0]
	receive(t, s, ctx, p, 5000, 40_000, nil)
	_, _, err := s.Post(ctx, []stock.Posting{sale(p, 2000)})
	good(t, err)
	receive(t, s, tenant.WithRequest(ctx, "r-1"), p, 1000, 50_000, nil)
	verified(t, s, ctx)
	h.Unlock(t)
	for _, c := range []struct{ name, harm, repair, want string }{
		{"a note", "UPDATE movements SET note = 'x' WHERE seq = 2", "UPDATE movements SET note = '' WHERE seq = 2", "movement 2 was altered"},
		{"a line", "UPDATE movements SET source_line = 9 WHERE seq = 1", "UPDATE movements SET source_line = 1 WHERE seq = 1", "movement 1 was altered"},
		{"a request", "UPDATE movements SET request = 'r-2' WHERE seq = 3", "UPDATE movements SET request = 'r-1' WHERE seq = 3", "movement 3 was altered"},
		{"the end", "UPDATE counters SET movement_seq = 4", "UPDATE counters SET movement_seq = 3", "the ledger ends at movement 3, but 4"},
		{"on hand", "UPDATE stock_balances SET on_hand = 4001", "UPDATE stock_balances SET on_hand = 4000", "the balance says 4.001"},
		{"value", "UPDATE stock_balances SET value = value + 1", "UPDATE stock_balances SET value = value - 1", "worth 1701"},
		{"last cost", "UPDATE stock_balances SET last_cost = 1", "UPDATE stock_balances SET last_cost = 50000", "last cost"},
		{"a lot", "UPDATE lot_balances SET quantity = 2 WHERE quantity = 3000", "UPDATE lot_balances SET quantity = 3000 WHERE quantity = 2", "the balance says 0.002"},
		{"a lot's row", "DELETE FROM lots", "", "is not described anywhere"},
	} {
		h.raw(t, ctx, c.harm)
		findings, err := s.Verify(ctx)
		good(t, err)
		if len(findings) == 0 || !strings.Contains(strings.Join(findings, "\n"), c.want) {
			t.Errorf("%s: verify says %q, want %q", c.name, findings, c.want)
		}
		if c.repair == "" {
			return
		}
		h.raw(t, ctx, c.repair)
		verified(t, s, ctx)
	}
}

func (h House) raw(t testing.TB, ctx context.Context, statement string) {
	t.Helper()
	h.do(t, ctx, func(ctx context.Context) error { return h.Raw(ctx, statement) })
}

func testRebuild(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 2)
	receive(t, s, ctx, p[0], 5000, 40_000, pointer(Today+3))
	receive(t, s, ctx, p[1], 5000, 30_000, nil)
	_, _, err := s.Post(ctx, []stock.Posting{sale(p[0], 7000), sale(p[1], 1000)})
	good(t, err)
	good(t, s.Count(ctx, stock.CountRequest{ProductID: p[1], Counted: 3900}))
	before := h.print(t, ctx, p)
	h.raw(t, ctx, "UPDATE stock_balances SET on_hand = 1, value = 2, last_cost = 3, known_from = 4, count_needed = (1 = 1)")
	h.raw(t, ctx, "DELETE FROM lot_balances")
	if findings, err := s.Verify(ctx); err != nil || len(findings) < 4 {
		t.Errorf("after the harm: %q, %v", findings, err)
	}
	good(t, s.Rebuild(ctx))
	same(t, "rebuilt", h.print(t, ctx, p), before)
	verified(t, s, ctx)
}

package stocktest

import (
	"testing"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/stock"
)

// testProcess: what goes in leaves with its cost, what comes out carries it; the same run
// again changes nothing, and it is undone as a whole.
func testProcess(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	products := h.Products(t, ctx, 2)
	fresh, dried := products[0], products[1]
	receive(t, s, ctx, fresh, 100_000, 20_000, nil) // 100 of 2.00
	run := stock.ProcessRequest{ClientID: ident.New(), From: fresh, To: dried, In: 60_000, Out: 17_500, Extra: 500, Lot: "烘一"}
	for range 2 {
		warnings, err := s.Process(ctx, run)
		good(t, err)
		if len(warnings) > 0 {
			t.Errorf("warnings: %+v", warnings)
		}
		if b := balance(t, s, ctx, fresh); b.OnHand != 40_000 || b.Value != 8000 {
			t.Errorf("what went in: %+v", b)
		}
		if b := balance(t, s, ctx, dried); b.OnHand != 17_500 || b.Value != 12_500 {
			t.Errorf("what came out carries the cost: %+v", b)
		}
	}
	other := run
	other.Out = 1000
	if _, err := s.Process(ctx, other); fault.KindOf(err) != fault.Conflict {
		t.Errorf("another run under the same id: %v", err)
	}
	runs, err := s.Runs(ctx, Today, 5)
	good(t, err)
	if len(runs) != 1 || runs[0] != (stock.Run{Day: Today, From: fresh, To: dried, In: 60_000, Out: 17_500, Cost: 12_500}) || runs[0].YieldPPM() != 291_667 {
		t.Errorf("runs: %+v", runs)
	}
	for name, spoil := range map[string]func(*stock.ProcessRequest){
		"nothing in":       func(r *stock.ProcessRequest) { r.In = 0 },
		"nothing out":      func(r *stock.ProcessRequest) { r.Out = -1 },
		"into itself":      func(r *stock.ProcessRequest) { r.To = r.From },
		"a gain":           func(r *stock.ProcessRequest) { r.Extra = -1 },
		"out of bounds":    func(r *stock.ProcessRequest) { r.Out = 1 << 62 },
		"of another place": func(r *stock.ProcessRequest) { r.From = ident.New() },
	} {
		r := stock.ProcessRequest{ClientID: ident.New(), From: fresh, To: dried, In: 1000, Out: 1000}
		spoil(&r)
		if _, err := s.Process(ctx, r); fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	moved, err := s.Movements(ctx, stock.MovementQuery{ProductID: &dried})
	good(t, err)
	good(t, s.Undo(ctx, moved[0].ID, "记错了"))
	if a, b := balance(t, s, ctx, fresh), balance(t, s, ctx, dried); a.OnHand != 100_000 || a.Value != 20_000 || b.OnHand != 0 || b.Value != 0 {
		t.Errorf("undone as a whole: %+v, %+v", a, b)
	}
	if runs, err := s.Runs(ctx, Today, 5); err != nil || len(runs) != 0 {
		t.Errorf("runs: %+v, %v", runs, err)
	}
	warnings, err := s.Process(ctx, stock.ProcessRequest{ClientID: ident.New(), From: fresh, To: dried, In: 101_000, Out: 30_000})
	good(t, err)
	if len(warnings) != 1 || warnings[0].Kind != stock.CountNeeded {
		t.Errorf("more went in than there was: %+v", warnings)
	}
	good(t, s.Receive(ctx, stock.ReceiveRequest{ClientID: ident.New(), Kind: stock.Harvest, Lines: []stock.ReceiveLine{{ProductID: fresh, Quantity: 5000, UnitCost: new(money.Price)}}}))
	if b := balance(t, s, ctx, fresh); b.OnHand != 4000 || b.Value != 0 {
		t.Errorf("a harvest costs what is said, here nothing: %+v", b)
	}
	if runs, err := s.Runs(h.Shop(t), Today, 5); err != nil || len(runs) != 0 {
		t.Errorf("another shop sees %+v, %v", runs, err)
	}
	verified(t, s, ctx)
}

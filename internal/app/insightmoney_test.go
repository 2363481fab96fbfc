package app_test

import (
	"context"
	"testing"

	"buhuo/internal/app"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/money"
)

func (raw rawShop) money(t testing.TB, a *app.App, ctx context.Context, q insight.Query) {
	t.Helper()
	got, err := a.Insight.Money(ctx, q)
	must(t, err)
	name := q.Window.From.String() + " to " + q.Window.Through.String()
	var now, then insight.Tally
	suppliers, products := map[ident.ID]insight.Tally{}, map[ident.ID]insight.Tally{}
	for _, l := range raw.days {
		in, before := l.takes(q)
		if in {
			now, suppliers[l.supplier], products[l.ProductID] = now.Plus(l.Tally), suppliers[l.supplier].Plus(l.Tally), products[l.ProductID].Plus(l.Tally)
		}
		if before {
			then = then.Plus(l.Tally)
		}
	}
	if got.Now != now || got.Then != then {
		t.Errorf("%s: earned %+v and %+v, the rows say %+v and %+v", name, got.Now, got.Then, now, then)
	}
	for _, g := range got.Suppliers {
		if g.Now != suppliers[g.ID] {
			t.Errorf("%s: from %s %+v, the rows say %+v", name, g.Name, g.Now, suppliers[g.ID])
		}
	}
	for _, p := range got.Products {
		if p.Now != products[p.Product.ID] {
			t.Errorf("%s: %s earned %+v, the rows say %+v", name, p.Product.Name, p.Now, products[p.Product.ID])
		}
	}
	if !q.Channel.IsNil() || q.Province != "" {
		if len(got.Losses) > 0 {
			t.Errorf("%s: a channel has losses", name)
		}
		return
	}
	want := map[string]money.Amount{}
	for _, m := range raw.moves {
		if kind := raw.loss(m); kind != "" && q.Window.Has(m.BusinessDay) && (q.Category.IsNil() || raw.products[m.ProductID].CategoryID == q.Category) {
			want[kind] -= m.Value
		}
	}
	for _, l := range got.Losses {
		if want[l.Kind.String()] != l.Now {
			t.Errorf("%s: lost by %s %d, the ledger says %d", name, l.Kind, l.Now, want[l.Kind.String()])
		}
		delete(want, l.Kind.String())
	}
	for kind, v := range want {
		if v != 0 {
			t.Errorf("%s: the board lacks %d lost by %s", name, v, kind)
		}
	}
}

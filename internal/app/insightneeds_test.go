package app_test

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/sales"
	"buhuo/internal/tenant"
)

// needsAreTheLedger works the board of needs out once more, from the till, the kernel's
// days and the balances.
func needsAreTheLedger(t testing.TB, a *app.App, d *db.DB, ctx context.Context, raw []*rawDay, q insight.Query) {
	t.Helper()
	got, err := a.Insight.Needs(ctx, q)
	must(t, err)
	name := q.Window.From.String() + " to " + q.Window.Through.String()
	id, err := db.Shop(ctx)
	must(t, err)
	missed, err := restockdb.New(d).Missed(ctx, nil)
	must(t, err)
	sold, quantity := map[ident.ID]money.Amount{}, map[ident.ID]measure.Quantity{}
	for _, l := range raw {
		if q.Window.Has(l.BusinessDay) {
			sold[l.ProductID] += l.Tally.Amount
			quantity[l.ProductID] += l.Tally.Quantity
		}
	}
	lost := map[ident.ID]measure.Quantity{}
	merged, err := a.Catalog.Merged(ctx)
	must(t, err)
	for old := range merged { // what it missed is counted with what it goes on as
		delete(missed, old)
	}
	for p, m := range missed {
		for _, one := range m.Days {
			if q.Window.Has(one.Day) {
				lost[p] += one.Lost
			}
		}
	}
	var ids []ident.ID
	must(t, d.From(ctx).Raw("SELECT id FROM products WHERE shop_id = ?", id).Scan(&ids).Error)
	products, err := a.Catalog.Products(ctx, ids)
	must(t, err)
	inside := func(p ident.ID) bool { return q.Category.IsNil() || products[p].CategoryID == q.Category }
	unmet, value, total := 0, money.Amount(0), money.Amount(0)
	for p := range products {
		if !inside(p) {
			continue
		}
		total += sold[p]
		if lost[p] > 0 {
			unmet++
		}
	}
	for _, p := range got.Unmet {
		if p.Lost != lost[p.Product.ID] || p.Lost <= 0 || !inside(p.Product.ID) {
			t.Errorf("%s: of %s %v was lost, the kernel says %v", name, p.Product.Name, p.Lost, lost[p.Product.ID])
		}
		if n := quantity[p.Product.ID]; n > 0 && sold[p.Product.ID] > 0 {
			if worth := int64(sold[p.Product.ID]) * int64(p.Lost) / int64(n); abs(int64(p.LostAmount)-worth) > 1 {
				t.Errorf("%s: what was lost of %s is worth %d, want %d", name, p.Product.Name, p.LostAmount, worth)
			}
		}
		value += p.LostAmount
	}
	if !slices.IsSortedFunc(got.Unmet, func(a, b insight.WantedProduct) int { return cmp.Compare(b.LostAmount, a.LostAmount) }) {
		t.Errorf("%s: what was lost is not in order", name)
	}
	if got.All.Products != unmet || len(got.Unmet) != unmet || got.All.Lost != value || got.All.Sold != total {
		t.Errorf("%s: %+v with %d products, want %d, %d lost, %d sold", name, got.All, len(got.Unmet), unmet, value, total)
	}
	var sum insight.Need
	for _, n := range got.Categories {
		sum.Sold, sum.Lost, sum.LostThen = sum.Sold+n.Sold, sum.Lost+n.Lost, sum.LostThen+n.LostThen
		sum.Products, sum.Essentials, sum.Risky, sum.Gone = sum.Products+n.Products, sum.Essentials+n.Essentials, sum.Risky+n.Risky, sum.Gone+n.Gone
	}
	if sum != got.All {
		t.Errorf("%s: the categories come to %+v, the whole is %+v", name, sum, got.All)
	}
	essentialsAreTheLedger(t, a, d, ctx, got, products, lost, inside)
	wishes, err := a.Sales.Wishes(ctx, q.Window.From)
	must(t, err)
	want := map[bool]int{}
	for _, w := range wishes {
		if q.Window.Has(w.BusinessDay) {
			want[w.ProductID == nil]++
		}
	}
	if times(got.Asked)+times(got.Stocked) != want[true]+want[false] {
		t.Errorf("%s: %d and %d times asked, the till says %v", name, times(got.Asked), times(got.Stocked), want)
	}
}

func times(list []insight.AskedFor) (n int) {
	for _, a := range list {
		n += a.Times()
	}
	return n
}

func essentialsAreTheLedger(t testing.TB, a *app.App, d *db.DB, ctx context.Context, got insight.Needs, products map[ident.ID]catalog.Product, lost map[ident.ID]measure.Quantity, inside func(ident.ID) bool) {
	t.Helper()
	essentials, err := a.Catalog.Essentials(ctx)
	must(t, err)
	balances, err := a.Stock.Balances(ctx, essentials)
	must(t, err)
	id, err := db.Shop(ctx)
	must(t, err)
	n, risky, gone := 0, 0, 0
	for _, p := range essentials {
		if products[p].Archived || !inside(p) {
			continue
		}
		n++
		i := slices.IndexFunc(got.Essentials, func(e insight.Essential) bool { return e.ProductID == p })
		if i < 0 {
			t.Errorf("%s is not among the essentials", products[p].Name)
			continue
		}
		e := got.Essentials[i]
		var risk int
		must(t, d.From(ctx).Raw("SELECT COALESCE(MAX(risk), 0) FROM suggestions WHERE shop_id = ? AND product_id = ?", id, p).Scan(&risk).Error)
		known := balances[p].KnownFrom != nil
		if e.OnHand != balances[p].OnHand || e.Known != known || e.RiskPPM != risk || e.Lost != lost[p] || e.Product.ID != p {
			t.Errorf("%s: %+v, the book says %+v, risk %d, lost %v", products[p].Name, e.Standing, balances[p], risk, lost[p])
		}
		empty := known && balances[p].OnHand <= 0
		if empty {
			gone++
		}
		if empty || known && risk >= restock.Listed {
			risky++
		}
	}
	if n != len(got.Essentials) || got.All.Essentials != n || got.All.Risky != risky || got.All.Gone != gone {
		t.Errorf("%d essentials, %+v; want %d, %d at risk, %d gone", len(got.Essentials), got.All, n, risky, gone)
	}
}

// TestNeedsPage: an essential is named by a person, once however often; the county's file
// holds no name, no wish and no product.
func TestNeedsPage(t *testing.T) {
	h := newHouse(t)
	b := h.login(t, tenant.Manager)
	ctx := h.mine.ctx
	must(t, h.App.Sales.Wish(ctx, ident.New(), "王大妈要的奶粉", sales.WishAsked, nil))
	for range 2 {
		b.PostForm("/insights/needs/essentials", url.Values{"q": {h.mine.code}}).Want(http.StatusSeeOther)
	}
	page := b.Get("/insights/needs").Want(http.StatusOK)
	p, err := h.App.Catalog.ByCode(ctx, h.mine.code)
	must(t, err)
	page.Contains(p.Name)
	if list, err := h.App.Catalog.Essentials(ctx); err != nil || !slices.Contains(list, p.ID) {
		t.Errorf("%v, %v", list, err)
	}
	refused := b.PostForm("/insights/needs/essentials", url.Values{"q": {"没有这种货"}}).Want(http.StatusUnprocessableEntity)
	refused.Contains("没有这种货")
	b.PostForm("/insights/needs/essentials", url.Values{"q": {""}}).Want(http.StatusUnprocessableEntity)
	b.PostForm("/insights/needs/essentials/drop", url.Values{"drop": {ident.New().String()}}).Want(http.StatusNotFound)
	file := b.Get("/insights/needs/county.csv?period=year").Want(http.StatusOK)
	all := file.CSV()
	if len(all) < 2 || all[len(all)-1][3] != "*" {
		t.Errorf("%q", all)
	}
	file.Lacks("奶粉", p.Name, p.Code, "王")
	b.PostForm("/insights/needs/essentials/drop", url.Values{"drop": {p.ID.String()}}).Want(http.StatusSeeOther)
	if list, err := h.App.Catalog.Essentials(ctx); err != nil || slices.Contains(list, p.ID) {
		t.Errorf("%v, %v", list, err)
	}
}

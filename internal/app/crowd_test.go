package app_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
	"buhuo/internal/webtest"
)

const crowd = 64

// inEach runs the test on a filled house on both engines.
func inEach(t *testing.T, test func(t *testing.T, h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := app.Wire(d, atNoon)
		mine := fill(t, a, "alpha", "")
		h := &house{App: a, db: d, mine: mine, server: a.Server(app.Config{}, slog.New(slog.DiscardHandler), "")}
		test(t, h)
		h.proved(t)
	})
}

// together sends the same address n times at once, each with its own form, and
// counts the answers.
func (h *house) together(t *testing.T, role tenant.Role, n int, path string, form func(i int) url.Values) map[int]int {
	t.Helper()
	token := h.login(t, role).Cookie("buhuo")
	answers := make([]int, n)
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		ready.Add(1)
		done.Go(func() {
			b := webtest.New(t, h.server.Handler()).As(token)
			ready.Done()
			<-start
			answers[i] = b.PostForm(path, form(i)).Status
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	counts := map[int]int{}
	for _, status := range answers {
		counts[status]++
	}
	return counts
}

// TestTheLastTen: 64 customers take the last 10 at once. A sale that happened is
// never refused; the book goes below nothing and asks for a count.
func TestTheLastTen(t *testing.T) {
	inEach(t, func(t *testing.T, h *house) {
		p, err := h.Catalog.Create(h.mine.ctx, catalog.Draft{Code: "last", Name: "最后十个", BaseUnit: "piece", SalePrice: 50000})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Stock.Count(h.mine.ctx, stock.CountRequest{ClientID: ident.New(), ProductID: p.ID, Counted: 10_000}); err != nil {
			t.Fatal(err)
		}
		counts := h.together(t, tenant.Seller, crowd, "/sales", func(int) url.Values {
			return url.Values{"product_code": {"last"}, "quantity": {"1"}, "unit": {"piece"}, "channel": {"counter"}, "client_id": {ident.New().String()}}
		})
		if counts[http.StatusSeeOther] != crowd {
			t.Errorf("the answers are %v", counts)
		}
		balances, err := h.Stock.Balances(h.mine.ctx, []ident.ID{p.ID})
		if err != nil {
			t.Fatal(err)
		}
		if b := balances[p.ID]; b.OnHand != -54_000 || !b.CountNeeded {
			t.Errorf("on hand %s, count needed %v", b.OnHand.Decimal(), b.CountNeeded)
		}
		var sold struct{ Lines, Quantity int64 }
		row := h.db.From(h.mine.ctx).Raw("SELECT COUNT(*) AS lines, SUM(quantity) AS quantity FROM sale_lines WHERE shop_id = ? AND product_id = ?", int64(h.mine.shop.ID), p.ID)
		if err := row.Scan(&sold).Error; err != nil || sold.Lines != crowd || sold.Quantity != crowd*1000 {
			t.Errorf("%d lines of %d are kept: %v", sold.Lines, sold.Quantity, err)
		}
	})
}

// TestOneSaleManyTimes: a phone that replays the same sale from many connections
// has sold once.
func TestOneSaleManyTimes(t *testing.T) {
	inEach(t, func(t *testing.T, h *house) {
		before, err := h.Stock.Balances(h.mine.ctx, []ident.ID{h.mine.ids["product"]})
		if err != nil {
			t.Fatal(err)
		}
		id := ident.New().String()
		counts := h.together(t, tenant.Seller, crowd, "/sales", func(int) url.Values {
			return url.Values{"product_code": {h.mine.code}, "quantity": {"2"}, "unit": {"kg"}, "client_id": {id}}
		})
		if counts[http.StatusSeeOther] != crowd {
			t.Errorf("the answers are %v", counts)
		}
		after, err := h.Stock.Balances(h.mine.ctx, []ident.ID{h.mine.ids["product"]})
		if was, is := before[h.mine.ids["product"]].OnHand, after[h.mine.ids["product"]].OnHand; err != nil || was-is != 2000 {
			t.Errorf("on hand %d, was %d: %v", is, was, err)
		}
	})
}

// TestOrdersAtOnce: everybody orders everything, sends, and receives, at once.
func TestOrdersAtOnce(t *testing.T) {
	inEach(t, func(t *testing.T, h *house) {
		b := h.login(t, tenant.Manager)
		before := ordersOf(b)
		none := func(int) url.Values { return url.Values{} }
		all := h.together(t, tenant.Manager, crowd, "/orders", func(int) url.Values { return url.Values{"suggestions": {"all"}} })
		if all[http.StatusSeeOther]+all[http.StatusConflict] != crowd || all[http.StatusSeeOther] == 0 {
			t.Errorf("ordering answers %v", all)
		}
		made := newOrders(before, ordersOf(b))
		if len(made) != 2 {
			t.Fatalf("%d drafts for two suppliers", len(made))
		}
		numbers := map[string]bool{}
		for _, o := range made {
			numbers[o.Number] = true
		}
		if len(numbers) != 2 {
			t.Errorf("two orders have one number: %v", numbers)
		}
		base := "/orders/" + made[0].ID
		if sent := h.together(t, tenant.Manager, crowd, base+"/send", none); sent[http.StatusSeeOther] != crowd {
			t.Errorf("sending answers %v", sent)
		}
		if came := h.together(t, tenant.Seller, crowd, base+"/receive", none); came[http.StatusSeeOther] != crowd {
			t.Errorf("receiving answers %v", came)
		}
		id, err := ident.Parse(made[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		deliveries, err := h.Purchase.Deliveries(h.mine.ctx, id)
		if err != nil || len(deliveries) != 1 {
			t.Errorf("%d deliveries: %v", len(deliveries), err)
		}
	})
}

// TestCountWhileSelling: a count that was made from an old book is told so; none
// loses a sale.
func TestCountWhileSelling(t *testing.T) {
	inEach(t, func(t *testing.T, h *house) {
		product := h.mine.ids["product"]
		balances, err := h.Stock.Balances(h.mine.ctx, []ident.ID{product})
		if err != nil {
			t.Fatal(err)
		}
		book := balances[product].OnHand
		counts := h.together(t, tenant.Seller, crowd, "/stock/count", func(i int) url.Values {
			return url.Values{"product": {product.String()}, "counted": {fmt.Sprint(20 + i)}, "expected": {book.Decimal()}, "unit": {"kg"}, "client_id": {ident.New().String()}}
		})
		if counts[http.StatusSeeOther] != 1 || counts[http.StatusConflict] != crowd-1 {
			t.Errorf("counting from the same book at once answers %v", counts)
		}
	})
}

package stocktest

import (
	"sync"
	"testing"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/stock"
)

func testIdempotent(t *testing.T, h House) {
	s, clock := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 1)[0]
	receive(t, s, ctx, p, 10_000, 40_000, nil)
	for name, request := range map[string]func(id ident.ID, q measure.Quantity) error{
		"receive": func(id ident.ID, q measure.Quantity) error {
			return s.Receive(ctx, stock.ReceiveRequest{ClientID: id, Lines: []stock.ReceiveLine{{ProductID: p, Quantity: q}}})
		},
		"count": func(id ident.ID, q measure.Quantity) error {
			return s.Count(ctx, stock.CountRequest{ClientID: id, ProductID: p, Counted: q})
		},
		"adjust": func(id ident.ID, q measure.Quantity) error {
			return s.Adjust(ctx, stock.AdjustRequest{ClientID: id, ProductID: p, Delta: q, Reason: "r"})
		},
		"loss": func(id ident.ID, q measure.Quantity) error {
			return s.Loss(ctx, stock.LossRequest{ClientID: id, ProductID: p, Quantity: q, Reason: stock.OwnUse})
		},
	} {
		id := ident.New()
		good(t, request(id, 700))
		once := balance(t, s, ctx, p)
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				if err := request(id, 700); err != nil {
					t.Errorf("%s again: %v", name, err)
				}
			})
		}
		wait.Wait()
		clock.at = clock.at.Add(time.Hour)
		same(t, name+" sent nine times", balance(t, s, ctx, p), once)
		if f, ok := fault.As(request(id, 800)); !ok || f.Kind != fault.Conflict || f.Key != "stock.client_id_reused" {
			t.Errorf("%s with another body: %v", name, f)
		}
	}
	verified(t, s, ctx)
}

// testConcurrent sells the last ten of something 32 times at once, while others
// count: nothing is refused, nothing is lost, every count is of its moment.
func testConcurrent(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 2)
	receive(t, s, ctx, p[0], 10_000, 40_000, nil)
	var wait sync.WaitGroup
	for range 32 {
		wait.Go(func() {
			if _, _, err := s.Post(ctx, []stock.Posting{sale(p[0], 1000), sale(p[1], 500)}); err != nil {
				t.Errorf("a sale was refused: %v", err)
			}
		})
	}
	counted := make(chan bool, 8)
	for range 8 {
		wait.Go(func() {
			book := balance(t, s, ctx, p[1]).OnHand
			err := s.Count(ctx, stock.CountRequest{ProductID: p[1], Counted: 0, Expected: &book})
			if err != nil && fault.KindOf(err) != fault.Conflict {
				t.Errorf("a count: %v", err)
			}
			counted <- err == nil
		})
	}
	wait.Wait()
	if b := balance(t, s, ctx, p[0]); b.OnHand != -22_000 || !b.CountNeeded {
		t.Errorf("after 32 sales of 1 from 10: %+v", b)
	}
	verified(t, s, ctx)
}

func testLoad(t *testing.T, h House) {
	s, _ := h.service()
	one, many := h.Shop(t), h.Shop(t)
	p, q := h.Products(t, one, 3), h.Products(t, many, 3)
	postings := func(products []ident.ID) (list []stock.Posting) {
		for i := range 600 {
			d := Today - 60 + day.Date(i/10)
			post := stock.Posting{Kind: stock.Sale, ProductID: products[i%3], Quantity: -measure.Quantity(100 + i%700),
				OccurredAt: day.Micros(d)*86_400_000_000 + day.Micros(i), BusinessDay: d, Source: "sale", SourceID: ident.New()}
			if i%9 < 3 {
				post.Kind, post.Quantity, post.UnitCost = stock.Receipt, measure.Quantity(900+i), pointer(money.Price(10_000+i))
				post.Lot = &stock.LotSpec{Expiry: pointer(d + day.Date(i%5))}
			}
			list = append(list, post)
		}
		return list
	}
	for _, post := range postings(p) {
		_, _, err := s.Post(one, []stock.Posting{post})
		good(t, err)
	}
	good(t, s.Load(many, postings(q)))
	a, err := h.collect(one, nil)
	good(t, err)
	b, err := h.collect(many, nil)
	good(t, err)
	if len(a) != len(b) {
		t.Fatalf("posted one by one %d movements, at once %d", len(a), len(b))
	}
	for i := range a {
		if a[i].Kind != b[i].Kind || a[i].Quantity != b[i].Quantity || a[i].Value != b[i].Value || (a[i].LotID == stock.Unassigned) != (b[i].LotID == stock.Unassigned) {
			t.Fatalf("line %d: %+v, at once %+v", i+1, a[i], b[i])
		}
	}
	for i := range p {
		same(t, "balance", balance(t, s, many, q[i]), balance(t, s, one, p[i]))
	}
	verified(t, s, one)
	verified(t, s, many)
}

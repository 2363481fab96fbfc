package stock_test

import (
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/stock"
)

// TestBookAgainstModel posts and reverses at random and compares each step with
// a plain sum, the rules of the normal form, and FEFO found by brute force.
func TestBookAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBook()
		var ledger []stock.Movement
		var head stock.Head
		onHand := map[ident.ID]measure.Quantity{}
		reversed := map[ident.ID]bool{}
		steps := rapid.IntRange(1, 40).Draw(t, "steps")
		for range steps {
			if len(ledger) > 0 && rapid.IntRange(0, 5).Draw(t, "undo") == 0 {
				o := ledger[rapid.IntRange(0, len(ledger)-1).Draw(t, "which")]
				if o.ReversesID == nil && !reversed[o.ID] {
					if err := b.Reverse([]stock.Movement{o}, "r"); err != nil {
						t.Fatal(err)
					}
					reversed[o.ID] = true
					onHand[o.ProductID] -= o.Quantity
				}
			} else {
				p := drawPosting(t)
				want := fefo(b.Stock(p.ProductID), p)
				if err := b.Post(p); err != nil {
					t.Fatal(err)
				}
				onHand[p.ProductID] += p.Quantity
				checkFEFO(t, b, p, want)
			}
			c := b.Change(head, 9)
			ledger = append(ledger, checkChain(t, head, c)...)
			head = c.Head
			for _, product := range []ident.ID{rice, dates} {
				checkStock(t, b.Stock(product), ledger, onHand[product])
			}
		}
	})
}

func drawPosting(t *rapid.T) stock.Posting {
	kind := rapid.SampledFrom([]stock.Kind{stock.Receipt, stock.Sale, stock.Sale, stock.Sale, stock.Count, stock.Spoilage,
		stock.CustomerReturn, stock.SupplierReturn, stock.Harvest, stock.Transfer}).Draw(t, "kind")
	q := measure.Quantity(rapid.Int64Range(1, 9000).Draw(t, "quantity"))
	switch kind {
	case stock.Sale, stock.Spoilage, stock.SupplierReturn:
		q = -q
	case stock.Count, stock.Transfer:
		q -= 4500
		if kind == stock.Transfer && q == 0 {
			q = 1
		}
	}
	on := day.Date(rapid.IntRange(100, 110).Draw(t, "day"))
	p := stock.Posting{Kind: kind, ProductID: rapid.SampledFrom([]ident.ID{rice, dates}).Draw(t, "product"), Quantity: q,
		BusinessDay: on, OccurredAt: day.Micros(on) * 1000, Source: "test"}
	if q > 0 {
		switch rapid.IntRange(0, 2).Draw(t, "cost") {
		case 0:
			p.UnitCost = price(rapid.Int64Range(0, 200_000).Draw(t, "unit cost"))
		case 1:
			p.Value = amount(rapid.Int64Range(0, 100_000).Draw(t, "value"))
		}
	}
	if kind == stock.Receipt {
		p.Lot = &stock.LotSpec{}
		if rapid.Bool().Draw(t, "expires") {
			p.Lot.Expiry = at(on + day.Date(rapid.IntRange(-1, 8).Draw(t, "life")))
		}
	}
	return p
}

// fefo finds by brute force what a sale leaves in each lot.
func fefo(s *stock.Stock, p stock.Posting) map[ident.ID]measure.Quantity {
	left := map[ident.ID]measure.Quantity{stock.Unassigned: s.Unassigned}
	for _, l := range s.Lots {
		left[l.LotID] = l.Quantity
	}
	for need := -p.Quantity; need > 0; {
		best := -1
		for i, l := range s.Lots {
			if left[l.LotID] > 0 && (best < 0 || sooner(l, s.Lots[best], p.BusinessDay)) {
				best = i
			}
		}
		if best < 0 {
			left[stock.Unassigned] -= need
			break
		}
		q := min(need, left[s.Lots[best].LotID])
		left[s.Lots[best].LotID] -= q
		need -= q
	}
	return left
}

func sooner(a, b stock.LotBalance, today day.Date) bool {
	if a.Expired(today) != b.Expired(today) {
		return b.Expired(today)
	}
	return stock.GoesOutBefore(a, b) < 0
}

func checkFEFO(t *rapid.T, b *stock.Book, p stock.Posting, want map[ident.ID]measure.Quantity) {
	s := b.Stock(p.ProductID)
	for i, l := range s.Lots {
		if i > 0 && stock.GoesOutBefore(s.Lots[i-1], l) >= 0 {
			t.Fatalf("lots out of order: %+v", s.Lots)
		}
	}
	if p.Kind != stock.Sale {
		return
	}
	got := map[ident.ID]measure.Quantity{stock.Unassigned: s.Unassigned}
	for _, l := range s.Lots {
		got[l.LotID] = l.Quantity
	}
	for lot, q := range want {
		if got[lot] != q {
			t.Fatalf("after a sale of %d lot %s holds %d, first expired first out leaves %d", -p.Quantity, lot, got[lot], q)
		}
	}
}

func checkChain(t *rapid.T, head stock.Head, c stock.Change) []stock.Movement {
	for _, m := range c.Movements {
		if m.Seq != head.Seq+1 || m.Hash != stock.Chain(head.Hash, 9, m) {
			t.Fatalf("movement %d after %d: gap or wrong hash", m.Seq, head.Seq)
		}
		head = stock.Head{Seq: m.Seq, Hash: m.Hash}
	}
	if c.Head != head {
		t.Fatalf("head %+v, want %+v", c.Head, head)
	}
	return c.Movements
}

func checkStock(t *rapid.T, s *stock.Stock, ledger []stock.Movement, onHand measure.Quantity) {
	lots := map[ident.ID]measure.Quantity{}
	var sum measure.Quantity
	var value money.Amount
	for _, m := range ledger {
		if m.ProductID == s.ProductID {
			lots[m.LotID] += m.Quantity
			sum += m.Quantity
			value += m.Value
		}
	}
	if s.OnHand != onHand || sum != onHand || s.Value != value {
		t.Fatalf("on hand %d worth %d, movements %d worth %d, asked for %d", s.OnHand, s.Value, sum, value, onHand)
	}
	if s.OnHand == 0 && s.Value != 0 || s.OnHand > 0 && s.Value < 0 || s.OnHand < 0 && s.Value > 0 {
		t.Fatalf("%d on hand are worth %d", s.OnHand, s.Value)
	}
	if s.Unassigned > 0 || s.Unassigned < 0 && len(s.Lots) > 0 || s.Unassigned != lots[stock.Unassigned] {
		t.Fatalf("unassigned %d beside %d lots, movements %d", s.Unassigned, len(s.Lots), lots[stock.Unassigned])
	}
	delete(lots, stock.Unassigned)
	for _, l := range s.Lots {
		if l.Quantity <= 0 || l.Quantity != lots[l.LotID] {
			t.Fatalf("lot %s holds %d, its movements sum to %d", l.LotID, l.Quantity, lots[l.LotID])
		}
		delete(lots, l.LotID)
	}
	for id, q := range lots {
		if q != 0 {
			t.Fatalf("lot %s is gone from the book, its movements sum to %d", id, q)
		}
	}
}

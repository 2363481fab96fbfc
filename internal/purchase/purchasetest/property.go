package purchasetest

import (
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
)

// An order's total is the sum of quantity × price, each rounded once, half away
// from zero, reckoned here with math/big; net and tax add up to gross.
func testTotals(t *testing.T, h House) {
	s, _ := h.Service()
	g := h.Stocked(t, h.A, 4)
	rapid.Check(t, func(t *rapid.T) {
		d := purchase.DraftOrder{SupplierID: g.Supplier.ID}
		sum := new(big.Int)
		for range rapid.IntRange(1, 8).Draw(t, "lines") {
			l := purchase.DraftLine{
				ProductID: rapid.SampledFrom(g.Products).Draw(t, "product").ID,
				Quantity:  measure.Quantity(rapid.Int64Range(1, 5_000_000).Draw(t, "quantity")),
				Price:     money.Price(rapid.Int64Range(1, 99_000_000).Draw(t, "price")),
			}
			d.Lines = append(d.Lines, l)
			// thousandths × 1/10,000 of a yuan are 1/100,000 of a fen
			exact := new(big.Int).Mul(big.NewInt(int64(l.Quantity)), big.NewInt(int64(l.Price)))
			exact.Add(exact, big.NewInt(50_000)).Quo(exact, big.NewInt(100_000))
			sum.Add(sum, exact)
		}
		o := Made(t, s, h.A, d)
		if sum.Cmp(big.NewInt(int64(o.Total))) != 0 {
			t.Fatalf("total %d, want %s", o.Total, sum)
		}
		for _, included := range []bool{true, false} {
			o.PricesIncludeTax = included
			doc, err := purchase.NewDocument(o, catalog.Supplier{}, "", "fr")
			if err != nil {
				t.Fatal(err)
			}
			x := doc.Sums
			if x.Net+x.Tax != x.Gross || x.Gross+x.Freight != x.Payable || included && x.Gross != o.Total || !included && x.Net != o.Total {
				t.Fatalf("included %v: %+v of %d", included, x, o.Total)
			}
		}
	})
}

// Whatever happens to an order in whatever order: what came is what the deliveries
// say, what is expected is what is owed, the stock holds what came, at its value.
func testConservation(t *testing.T, h House) {
	s, _ := h.Service()
	g := h.Stocked(t, h.A, 3)
	on := map[ident.ID]measure.Quantity{}
	rapid.Check(t, func(t *rapid.T) {
		o := Made(t, s, h.A, g.Draft(
			measure.Quantity(rapid.Int64Range(1, 50_000).Draw(t, "a")),
			measure.Quantity(rapid.Int64Range(1, 50_000).Draw(t, "b")),
			measure.Quantity(rapid.Int64Range(1, 50_000).Draw(t, "c")),
		))
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"send", "confirm", "receive", "receive", "rest", "close", "cancel", "take back"}).Draw(t, "step") {
			case "send":
				_, _ = s.Send(h.A, o.ID, 0) // illegal steps are part of the game
			case "confirm":
				_, _ = s.Confirm(h.A, o.ID, 0, promised(t, h.Clock.Today()))
			case "close":
				_, _ = s.CloseShort(h.A, o.ID)
			case "cancel":
				_, _ = s.Cancel(h.A, o.ID)
			case "take back":
				came, err := s.Deliveries(h.A, o.ID)
				if err != nil {
					t.Fatal(err)
				}
				if len(came) > 0 {
					if _, err := s.TakeBack(h.A, o.ID, rapid.SampledFrom(came).Draw(t, "which").ID, ""); err != nil {
						t.Fatal(err)
					}
				}
			case "rest":
				_, _ = s.Receive(h.A, o.ID, purchase.Receipt{})
			case "receive":
				r := purchase.Receipt{ClientID: ident.New()}
				for range rapid.IntRange(1, 4).Draw(t, "lines") {
					r.Lines = append(r.Lines, purchase.ReceiptLine{
						Line: rapid.IntRange(1, 3).Draw(t, "line"), Quantity: measure.Quantity(rapid.Int64Range(0, 30_000).Draw(t, "quantity")),
					})
				}
				_, first := s.Receive(h.A, o.ID, r)
				_, again := s.Receive(h.A, o.ID, r)
				if (first == nil) != (again == nil) {
					t.Fatalf("first %v, again %v", first, again)
				}
			}
			h.Clock.Pass(time.Hour)
			check(t, s, h, o.ID)
		}
		came, err := s.Deliveries(h.A, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range came {
			for _, l := range d.Lines {
				on[l.ProductID] += l.Quantity
			}
		}
		balances, err := h.Stock.Balances(h.A, nil)
		if err != nil {
			t.Fatal(err)
		}
		for id, q := range on {
			if balances[id].OnHand != q {
				t.Fatalf("on hand %d, received %d", balances[id].OnHand, q)
			}
		}
	})
	verified(t, s, h)
}

// promised is some answer of a supplier: nil, or of some lines something.
func promised(t *rapid.T, today day.Date) []purchase.ConfirmLine {
	var lines []purchase.ConfirmLine
	for n := range 3 {
		if !rapid.Bool().Draw(t, "promised") {
			continue
		}
		l := purchase.ConfirmLine{Line: n + 1, Agreed: purchase.Agreed{
			Quantity: measure.Quantity(rapid.Int64Range(0, 40_000).Draw(t, "first")), Price: money.Price(rapid.Int64Range(0, 90_000).Draw(t, "price")),
			Day: today.Add(rapid.IntRange(0, 9).Draw(t, "day")),
		}}
		if rapid.Bool().Draw(t, "parts") {
			l.Later, l.LaterDay = measure.Quantity(rapid.Int64Range(0, 20_000).Draw(t, "rest")), l.Day.Add(rapid.IntRange(1, 9).Draw(t, "later"))
		}
		lines = append(lines, l)
	}
	return lines
}

// check compares one order with its deliveries and with what the ledger expects.
func check(t *rapid.T, s *purchase.Service, h House, id ident.ID) {
	o, err := s.Order(h.A, id)
	if err != nil {
		t.Fatal(err)
	}
	came, err := s.Deliveries(h.A, id)
	if err != nil {
		t.Fatal(err)
	}
	received := make([]measure.Quantity, len(o.Lines)+1)
	for _, d := range came {
		for _, l := range d.Lines {
			received[l.Line] += l.Quantity
		}
	}
	expected, err := h.Stock.ExpectedOf(h.A, nil)
	if err != nil {
		t.Fatal(err)
	}
	due, on := make([]measure.Quantity, len(o.Lines)+1), false
	for _, rows := range expected {
		for _, e := range rows {
			if e.SourceID == id {
				line := (e.SourceLine-1)%purchase.MaxLines + 1
				due[line] += e.Quantity
				if e.Due < o.DueDay || e.Due == day.None {
					t.Fatalf("expected on %v, due on %v", e.Due, o.DueDay)
				}
				on = on || e.Due == o.DueDay
			}
		}
	}
	for _, l := range o.Lines {
		want := measure.Quantity(0)
		if o.State.Open() {
			want = l.Owed()
		}
		if l.Received != received[l.Line] || due[l.Line] != want {
			t.Fatalf("%s line %d: received %d of which deliveries %d; expected %d, owed %d", o.State, l.Line, l.Received, received[l.Line], due[l.Line], want)
		}
	}
	if o.State.Open() && !on {
		t.Fatalf("due on %v, when nothing is expected", o.DueDay)
	}
	if d, _, err := o.Difference(); err != nil || d.Ordered+d.ByPrice+d.ByQuantity != d.Agreed || d.Ordered != o.Total {
		t.Fatalf("difference %+v of %d, %v", d, o.Total, err)
	}
	if o.State == purchase.Received && o.Owed() || o.State == purchase.PartReceived && !o.Owed() {
		t.Fatalf("%s, owed %v", o.State, o.Owed())
	}
}

package enquirytest

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/enquiry"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
)

// round divides, half away from zero; all that is counted here is positive.
func round(a, b *big.Int) *big.Int {
	half := new(big.Int).Quo(b, big.NewInt(2))
	return new(big.Int).Quo(new(big.Int).Add(a, half), b)
}

// What an answer comes to, and what its order costs, by hand with math/big: whole packs
// not below the minimum, each line rounded once, the freight of the terms.
func testExact(t *testing.T, h House) {
	s, _ := h.service()
	m := h.market(t, h.A, 1)
	rapid.Check(t, func(t *rapid.T) {
		place := rapid.IntRange(0, 2).Draw(t, "supplier")
		asked := rapid.Int64Range(1, 500_000).Draw(t, "asked")
		a := enquiry.Answer{
			Line: 1, Unit: "kg", Price: money.Price(rapid.Int64Range(1, 9_000_000).Draw(t, "price")), Minimum: measure.Quantity(rapid.Int64Range(0, 300_000).Draw(t, "minimum")),
			Pack: measure.Pack{Unit: "kg", Factor: measure.Ratio{Num: rapid.Int64Range(1, 40).Draw(t, "pack"), Den: 1}},
		}
		e := made(t, s, h.A, h.ask(m, measure.Quantity(asked)))
		in := e.Invitations[place]
		e, err := s.Answer(h.A, in.ID, in.Version, []enquiry.Answer{a})
		if err != nil {
			t.Fatal(err)
		}
		lines, err := s.Compare(h.A, e)
		if err != nil {
			t.Fatal(err)
		}
		buy := int64(0) // pack by pack
		for buy < asked || buy < int64(a.Minimum) {
			buy += a.Pack.Factor.Num * 1000
		}
		n := big.NewInt
		line := round(new(big.Int).Mul(n(buy), n(int64(a.Price))), n(100_000))
		net, freight := line, n(0)
		if place == 0 {
			net = round(new(big.Int).Mul(line, n(10_000)), n(10_900))
		}
		order := new(big.Int).Set(line)
		if order.Cmp(n(50_000)) < 0 {
			order = n(50_000)
		}
		if place == 1 && order.Cmp(n(200_000)) < 0 {
			freight = round(new(big.Int).Mul(n(3_000), line), order)
		}
		landed := round(new(big.Int).Mul(new(big.Int).Add(net, freight), n(asked)), n(buy))
		q := lines[0].Quotes[0]
		if int64(q.Buy) != buy || landed.Cmp(n(int64(q.Landed))) != 0 || !q.Cheapest {
			t.Fatalf("landed %d for %d, want %s for %d", q.Landed, q.Buy, landed, buy)
		}
		e, err = s.Award(h.A, e.ID, e.Version, []enquiry.Choice{{Line: 1, InvitationID: in.ID}})
		if err != nil {
			t.Fatal(err)
		}
		o, err := h.Orders.Order(h.A, e.Lines[0].Award.OrderID)
		if err != nil || line.Cmp(n(int64(o.Total))) != 0 || int64(o.Lines[0].Quantity) != buy || o.Lines[0].Price != a.Price {
			t.Fatalf("order %+v, %v; want %s", o, err, line)
		}
	})
}

// Whatever is pressed in whatever order, again and again, from pages however old: each
// line has at most one award, each award stands on exactly one order, at the price that
// was answered last before it, and no other order is made.
func testNeverTwice(t *testing.T, h House) {
	s, _ := h.service()
	m := h.market(t, h.A, 3)
	before := 0
	rapid.Check(t, func(t *rapid.T) {
		e := made(t, s, h.A, h.ask(m, 20_000))
		versions, invitations := []int64{e.Version}, []enquiry.Enquiry{e}
		type given struct {
			to    ident.ID
			price money.Price
		}
		awarded := map[int]given{}
		for range rapid.IntRange(1, 14).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"answer", "answer", "award", "award", "again", "close"}).Draw(t, "step") {
			case "answer":
				seen := rapid.SampledFrom(invitations).Draw(t, "page")
				in := rapid.SampledFrom(seen.Invitations).Draw(t, "supplier")
				var answers []enquiry.Answer
				for line := range 3 {
					if rapid.Bool().Draw(t, "said") {
						answers = append(answers, enquiry.Answer{Line: line + 1, Unit: "kg", Price: money.Price(rapid.Int64Range(1, 90_000).Draw(t, "price")), Cannot: rapid.Bool().Draw(t, "cannot")})
					}
				}
				_, _ = s.Answer(h.A, in.ID, in.Version, answers) // refusals are part of the game
			case "award", "again":
				var choices []enquiry.Choice
				for line := range 3 {
					if rapid.Bool().Draw(t, "chosen") {
						choices = append(choices, enquiry.Choice{Line: line + 1, InvitationID: rapid.SampledFrom(e.Invitations).Draw(t, "to").ID})
					}
				}
				now, err := s.Enquiry(h.A, e.ID)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := s.Award(h.A, e.ID, rapid.SampledFrom(append(versions, now.Version, now.Version)).Draw(t, "version"), choices); err == nil {
					for _, c := range choices {
						if _, had := awarded[c.Line]; had {
							continue
						}
						in, _ := now.Invitation(c.InvitationID)
						a, _ := in.Answer(c.Line)
						awarded[c.Line] = given{in.SupplierID, a.Price}
					}
					if _, err := s.Award(h.A, e.ID, now.Version, choices); err != nil {
						t.Fatalf("the second click: %v", err)
					}
				}
			case "close":
				_, _ = s.Close(h.A, e.ID)
			}
			now, err := s.Enquiry(h.A, e.ID)
			if err != nil {
				t.Fatal(err)
			}
			versions, invitations = append(versions, now.Version), append(invitations, now)
			on := map[ident.ID]int{}
			for _, l := range now.Lines {
				want, has := awarded[l.Line]
				if has != (l.Award != nil) {
					t.Fatalf("line %d: %+v, want an award: %v", l.Line, l.Award, has)
				}
				if !has {
					continue
				}
				on[l.Award.OrderID]++
				o, err := h.Orders.Order(h.A, l.Award.OrderID)
				if err != nil {
					t.Fatal(err)
				}
				found := 0
				for _, ordered := range o.Lines {
					if ordered.ProductID == l.ProductID {
						if found++; ordered.Price != want.price {
							t.Fatalf("ordered at %d, answered %d", ordered.Price, want.price)
						}
					}
				}
				if found != 1 || o.SupplierID != want.to {
					t.Fatalf("line %d stands %d times on the order of %v", l.Line, found, o.SupplierID)
				}
			}
			orders, err := h.Orders.List(h.A, purchase.Query{Limit: purchase.MaxLimit})
			if err != nil {
				t.Fatal(err)
			}
			lines := 0
			for _, o := range orders[:len(orders)-before] {
				if lines += o.LineCount; on[o.ID] != o.LineCount {
					t.Fatalf("order %s has %d lines, %d were awarded on it", o.NumberText(), o.LineCount, on[o.ID])
				}
			}
			if lines != len(awarded) {
				t.Fatalf("%d lines ordered, %d awarded", lines, len(awarded))
			}
		}
		orders, err := h.Orders.List(h.A, purchase.Query{Limit: purchase.MaxLimit})
		if err != nil {
			t.Fatal(err)
		}
		before = len(orders)
	})
}

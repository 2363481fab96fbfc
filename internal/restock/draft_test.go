package restock_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restocktest"
	"buhuo/internal/sales"
)

// later is a village whose clock the test moves.
type later struct {
	*restocktest.Village
	now time.Time
}

func laterVillage(t *testing.T) *later {
	t.Helper()
	l := &later{now: restocktest.Now}
	l.Village = restocktest.OpenVillage(t, app.Wire(dbtest.SQLite(t), func() time.Time { return l.now }), "first")
	l.Goods()
	l.Past(restocktest.Today.Add(-1))
	l.Must(l.App.Restock.Recompute(l.Ctx, nil))
	l.work()
	return l
}

// work lets the runner do all there is to do.
func (l *later) work() {
	for n := 1; n > 0; {
		var err error
		n, err = l.App.Restock.RunChanged(l.Ctx)
		l.Must(err)
	}
	l.Must(l.App.Restock.Daily(l.Ctx))
}

// midnight is the next morning.
func (l *later) midnight() {
	l.now = l.now.Add(24 * time.Hour)
	l.work()
}

func (l *later) suggestion(t *testing.T, id ident.ID) restock.Suggestion {
	t.Helper()
	o, err := l.App.Restock.Outlook(l.Ctx, id)
	l.Must(err)
	return o.Row.Suggestion
}

func (l *later) order() []purchase.Order {
	orders, err := l.App.Restock.Order(l.Ctx, restock.Selection{All: true})
	l.Must(err)
	l.work()
	return orders
}

func (l *later) all() []purchase.Order {
	list, err := l.App.Purchase.List(l.Ctx, purchase.Query{Limit: 100})
	l.Must(err)
	for i := range list {
		list[i], err = l.App.Purchase.Order(l.Ctx, list[i].ID)
		l.Must(err)
	}
	return list
}

func says(s restock.Suggestion, key string) bool {
	for _, m := range s.Reason {
		if m.Key == key {
			return true
		}
	}
	return false
}

// An order that nobody has sent by midnight is not proposed again the next morning,
// and pressing "make the orders" makes none of it twice.
func TestDraftOverMidnight(t *testing.T) {
	l := laterVillage(t)
	if first := l.order(); len(first) != 2 {
		t.Fatalf("%d orders, want one for each supplier", len(first))
	}
	inDrafts := func() (sum measure.Quantity) {
		drafted, err := l.App.Purchase.Drafted(l.Ctx, []ident.ID{l.Oranges.ID})
		l.Must(err)
		for _, d := range drafted[l.Oranges.ID] {
			sum += d.Quantity
		}
		return sum
	}
	most := inDrafts()
	for range 3 {
		l.midnight()
		s, drafted := l.suggestion(t, l.Oranges.ID), inDrafts()
		needed := s.Trace.Result.Quantity
		most = max(most, needed)
		if s.State != restock.Open || s.Quantity != max(needed-drafted, 0) {
			t.Fatalf("%s: drafts hold %s, needed are %s, proposed %s", s.State, drafted.Decimal(), needed.Decimal(), s.Quantity.Decimal())
		}
		if !says(s, restock.MessageDrafted) && !says(s, restock.MessageEnoughDrafted) {
			t.Errorf("the reason does not tell of the draft: %+v", s.Reason)
		}
		if s.OnOrder != 0 || s.RiskPPM == 0 {
			t.Errorf("a draft is not on order: %s, risk %d", s.OnOrder.Decimal(), s.RiskPPM)
		}
		l.order()
	}
	if sum := inDrafts(); sum > most {
		t.Errorf("%s stand in drafts, %s were needed at most", sum.Decimal(), most.Decimal())
	}
}

// A draft that is cancelled, or a line taken off, opens the suggestion again by
// itself, on the same day.
func TestDraftGivenUp(t *testing.T) {
	l := laterVillage(t)
	before := l.suggestion(t, l.Oranges.ID)
	for _, o := range l.order() {
		if s := l.suggestion(t, o.Lines[0].ProductID); s.State != restock.Ordered || s.Quantity != 0 {
			t.Errorf("ordered: %s, %s", s.State, s.Quantity.Decimal())
		}
		_, err := l.App.Purchase.Cancel(l.Ctx, o.ID)
		l.Must(err)
	}
	l.work()
	if s := l.suggestion(t, l.Oranges.ID); s.State != restock.Open || s.Quantity != before.Quantity || says(s, restock.MessageEnoughDrafted) {
		t.Errorf("after the draft was cancelled: %s, %s, want %s", s.State, s.Quantity.Decimal(), before.Quantity.Decimal())
	}
	if again := l.order(); len(again) != 2 {
		t.Errorf("%d orders after the cancelled ones", len(again))
	}
}

// Half of what was proposed stands in a draft: the other half is proposed, in whole
// packs, and costs what it costs.
func TestDraftOfLess(t *testing.T) {
	l := laterVillage(t)
	for _, o := range l.order() {
		if o.Lines[0].ProductID != l.Oranges.ID {
			continue
		}
		_, err := l.App.Purchase.UpdateDraft(l.Ctx, o.ID, o.Version, []purchase.LineChange{{Line: 1, Quantity: 5_000}})
		l.Must(err)
	}
	l.midnight()
	s := l.suggestion(t, l.Oranges.ID)
	if want := s.Trace.Result.Quantity - 5_000; s.Quantity != want || s.PackQuantity*5 != want || int64(s.LineCost) != int64(want)*1_040/1_000 {
		t.Errorf("%s kg, %s packs for %d; want %s kg", s.Quantity.Decimal(), s.PackQuantity.Decimal(), s.LineCost, want.Decimal())
	}
	if !says(s, restock.MessageDrafted) || s.Saving == nil || *s.Saving <= 0 {
		t.Errorf("reason %+v, saving %v", s.Reason, s.Saving)
	}
}

// The farm sells six boxes or more. What a draft leaves open is never proposed below
// that: while a draft to the farm is open, the rest belongs into it, and the reason
// says so; a draft to somebody else cannot take it, so the farm's least is proposed.
func TestDraftLeavesLessThanTheLeastOrder(t *testing.T) {
	const least, box = measure.Quantity(30_000), measure.Quantity(5_000)
	l := laterVillage(t)
	offer := l.Offer
	offer.Minimum = least
	offer, err := l.App.Catalog.SaveOffer(l.Ctx, offer)
	l.Must(err)
	l.work()
	alone := l.suggestion(t, l.Oranges.ID)
	need := alone.Trace.Result.Choice.Need.Quantity
	if *alone.SupplierID != l.Farm.ID || need <= 2*box || alone.Quantity < least {
		t.Fatalf("the farm is not proposed: %s needed, %s proposed", need.Decimal(), alone.Quantity.Decimal())
	}
	drafted := func(supplier, offer ident.ID, q measure.Quantity) restock.Suggestion {
		made, err := l.App.Purchase.Draft(l.Ctx, []purchase.DraftOrder{{SupplierID: supplier, DueDay: restocktest.Today.Add(2), Lines: []purchase.DraftLine{{ProductID: l.Oranges.ID, OfferID: offer, Quantity: q}}}})
		l.Must(err)
		l.work()
		s := l.suggestion(t, l.Oranges.ID)
		_, err = l.App.Purchase.Cancel(l.Ctx, made[0].ID)
		l.Must(err)
		return s
	}
	offers, err := l.App.Catalog.Offers(l.Ctx, []ident.ID{l.Oranges.ID})
	l.Must(err)
	var market ident.ID
	for _, o := range offers[l.Oranges.ID] {
		if o.SupplierID == l.Market.ID {
			market = o.ID
		}
	}
	told := 0
	for q := box; q <= alone.Quantity; q += box {
		his, theirs := drafted(l.Farm.ID, offer.ID, q), drafted(l.Market.ID, market, q)
		for name, s := range map[string]restock.Suggestion{"the farm": his, "the market": theirs} {
			if s.Quantity != 0 && (s.Quantity < least || s.Quantity%box != 0 || s.Quantity > alone.Quantity) {
				t.Errorf("%s in a draft to %s: %s are proposed", q.Decimal(), name, s.Quantity.Decimal())
			}
			if enough := q >= need; enough != says(s, restock.MessageEnoughDrafted) {
				t.Errorf("%s of %s needed in a draft to %s: %+v", q.Decimal(), need.Decimal(), name, s.Reason)
			}
		}
		if q < need && theirs.Quantity < least {
			t.Errorf("%s in a draft to the market: %s are proposed", q.Decimal(), theirs.Quantity.Decimal())
		}
		if says(his, restock.MessageAddToDraft) != (q < need && his.Quantity == 0) {
			t.Errorf("%s in a draft to the farm: %s, %+v", q.Decimal(), his.Quantity.Decimal(), his.Reason)
		}
		for _, m := range his.Reason {
			if m.Key != restock.MessageAddToDraft {
				continue
			}
			told++
			for _, a := range m.Args {
				if a.Name == "left" && (a.Int < int64(need-q) || a.Int >= int64(least) || a.Int%int64(box) != 0) || a.Name == "least" && a.Int != int64(least) {
					t.Errorf("%s in a draft to the farm: %s %d", q.Decimal(), a.Name, a.Int)
				}
			}
		}
	}
	if told == 0 {
		t.Error("no draft left less than the least order")
	}
}

// Against field mistake 9: whatever people do over some days, what stands in drafts and on order never
// exceeds what was needed on the day on which it was last ordered by more than what
// sold since.
func TestNeverOrderedTwice(t *testing.T) {
	for seed := range uint64(4) {
		l := laterVillage(t)
		dice := rand.New(rand.NewPCG(seed, 1))
		for range 12 {
			switch dice.IntN(5) {
			case 0:
				l.midnight()
			case 1:
				for _, o := range l.all() {
					if o.State == purchase.Draft && dice.IntN(2) == 0 {
						_, err := l.App.Purchase.Send(l.Ctx, o.ID, 0)
						l.Must(err)
					}
				}
			case 2:
				for _, o := range l.all() {
					if o.State == purchase.Draft && dice.IntN(3) == 0 {
						_, err := l.App.Purchase.Cancel(l.Ctx, o.ID)
						l.Must(err)
					}
				}
			case 3:
				_, _, _, err := l.App.Sales.Record(l.Ctx, sales.Request{ClientID: ident.New(), Channel: sales.CounterCode,
					Lines: []sales.RequestLine{{ProductCode: "1001", Quantity: 1_000, Unit: "kg"}}})
				l.Must(err)
			case 4:
				l.work()
				before := map[ident.ID]restock.Suggestion{}
				drafted, err := l.App.Purchase.Drafted(l.Ctx, nil)
				l.Must(err)
				for _, p := range []ident.ID{l.Oranges.ID, l.Rice.ID, l.Dates.ID} {
					before[p] = l.suggestion(t, p)
				}
				for _, o := range l.order() {
					for _, line := range o.Lines {
						sum := line.Quantity
						for _, d := range drafted[line.ProductID] {
							sum += d.Quantity
						}
						if needed := before[line.ProductID].Trace.Result.Quantity; sum > needed {
							t.Fatalf("seed %d: %s of %s stand in drafts, %s are needed", seed, sum.Decimal(), line.ProductName, needed.Decimal())
						}
					}
				}
			}
			l.work()
		}
	}
}

package demo_test

import (
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"buhuo/internal/account"
	"buhuo/internal/account/accountdb"
	"buhuo/internal/catalog"
	"buhuo/internal/catalog/catalogdb"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/demo"
	"buhuo/internal/enquiry"
	"buhuo/internal/enquiry/enquirydb"
	"buhuo/internal/joint"
	"buhuo/internal/joint/jointdb"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/purchasedb"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/sales"
	"buhuo/internal/sales/salesdb"
	"buhuo/internal/sales/source/generic"
	"buhuo/internal/shop"
	"buhuo/internal/shop/argon"
	"buhuo/internal/shop/shopdb"
	"buhuo/internal/stock"
	"buhuo/internal/stock/stockdb"
	"buhuo/internal/trade"
	"buhuo/internal/trade/tradedb"
)

// house is the rooms over one database, on a clock that the test sets.
type house struct {
	demo.Services
	store *restockdb.Store
	now   time.Time
}

// noon of a Monday in the shop's zone, two minutes past.
var monday = time.Date(2026, time.November, 23, 4, 2, 30, 0, time.UTC)

func houseOf(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{now: monday}
	now := func() time.Time { return h.now }
	h.DB = d
	h.Shop = shop.New(shopdb.New(d), d, argon.New(argon.Parameters{Time: 1, Memory: 64, Threads: 1}), now)
	h.Catalog = catalog.New(catalogdb.New(d), d, func(string) string { return "常用供货商" }, now)
	h.Stock = stock.New(stockdb.New(d), d, now)
	h.Sales = sales.New(salesdb.New(d), d, h.Catalog, h.Stock, h.Shop, []sales.Source{generic.New()}, now)
	h.Account = account.New(accountdb.New(d), d, h.Shop, now)
	h.Purchase = purchase.New(purchasedb.New(d), d, h.Catalog, h.Stock, h.Shop, now)
	h.Enquiry = enquiry.New(enquirydb.New(d), d, h.Catalog, h.Purchase, h.Shop, now)
	h.Trade = trade.New(tradedb.New(d), d, h.Catalog, h.Shop, now)
	h.store = restockdb.New(d)
	h.Restock = restock.New(h.store, d, h.Shop, h.Catalog, h.Stock, h.Sales, h.Purchase, now)
	h.Joint = joint.New(jointdb.New(d), d, joint.Rooms{
		Catalog: h.Catalog, Suggestions: h.store, Orders: h.Purchase, Trade: h.Trade, Marker: h.Stock, Houses: h.Shop, Journal: h.Shop,
	}, now)
	h.Catalog.SetMarker(h.Stock)
	h.Catalog.SetJournal(h.Shop)
	h.Sales.SetJournal(h.Shop)
	return h
}

func (h *house) loader(span int) *demo.Loader {
	l := demo.New(h.Services, func() time.Time { return h.now })
	l.Span = span
	return l
}

// inside gives a ctx that works in the demo's shop.
func (h *house) inside(t testing.TB) context.Context {
	t.Helper()
	in, err := h.Shop.BySlug(t.Context(), demo.Slug)
	if err != nil {
		t.Fatal(err)
	}
	return shop.Acting(t.Context(), in)
}

func (h *house) ensure(t testing.TB, span int) demo.Report {
	t.Helper()
	r, err := h.loader(span).Ensure(t.Context(), nil)
	if err != nil {
		t.Fatalf("ensure: %v", err)
	}
	return r
}

// TestTwoYears makes the demo in its full length.
func TestTwoYears(t *testing.T) {
	if testing.Short() {
		t.Skip("two years take half a minute")
	}
	h := houseOf(t, dbtest.SQLite(t))
	started := time.Now()
	r, err := h.loader(730).Ensure(t.Context(), func(stage string, done, of int) {
		if done == of {
			t.Logf("%5.1f s %s", time.Since(started).Seconds(), stage)
		}
	})
	must(t, err)
	ctx := h.inside(t)
	lines := 0
	days, err := h.Sales.Days(ctx, nil, day.New(2024, time.January, 1))
	must(t, err)
	for _, list := range days {
		lines += len(list)
	}
	if r.Events < 100_000 || lines < 100_000 || lines > 400_000 {
		t.Errorf("%d events, %d days of products", r.Events, lines)
	}
	h.sound(t)
	h.lookAtPast(t)
	h.lookAtSuggestions(t)
	h.lookAtDecisions(t)
}

// lookAtDecisions: the shopkeeper's orders were judged beside what would have been
// suggested; each of the two was right and wrong, in both directions, and some reasons
// were given.
func (h *house) lookAtDecisions(t *testing.T) {
	ctx := h.inside(t)
	list, err := h.store.Verdicts(ctx, restock.JudgedQuery{From: day.New(2026, time.January, 1), Through: day.New(2026, time.December, 31)})
	must(t, err)
	seen := map[string]int{}
	for _, v := range list {
		seen["ours "+string(v.Ours)]++
		seen["theirs "+string(v.Theirs)]++
		seen[string(v.Kind)]++
		if v.Why != "" {
			seen["why"]++
		}
	}
	for _, what := range []string{"ours right", "ours over", "ours under", "theirs right", "theirs over", "theirs under", "accepted", "changed", "snoozed", "rejected", "why"} {
		if seen[what] < 5 {
			t.Errorf("%d times %s among %d decisions", seen[what], what, len(list))
		}
	}
}

func TestADemoIsMadeOnce(t *testing.T) {
	h := houseOf(t, dbtest.SQLite(t))
	var stages []string
	r, err := h.loader(90).Ensure(t.Context(), func(stage string, done, of int) {
		if done < 0 || of < 1 || done > of {
			t.Errorf("%s: %d of %d", stage, done, of)
		}
		if len(stages) == 0 || stages[len(stages)-1] != stage {
			stages = append(stages, stage)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Made || r.Events < 10_000 || len(stages) != 4 {
		t.Fatalf("made %+v in stages %q", r, stages)
	}
	if again := h.ensure(t, 90); again != (demo.Report{}) {
		t.Fatalf("a second time did %+v", again)
	}
	marked, err := demo.Marked(t.Context(), h.DB)
	if err != nil || !marked {
		t.Fatalf("marked %v: %v", marked, err)
	}
	h.sound(t)
	t.Run("login", func(t *testing.T) {
		active := h.login(t)
		if active.Scope.Slug != demo.Slug || active.Scope.Role != tenant.Owner {
			t.Errorf("logged in as %+v", active.Scope)
		}
	})
	t.Run("past", h.lookAtPast)
	t.Run("suggestions", h.lookAtSuggestions)
	t.Run("enquiry", h.lookAtEnquiry)
	t.Run("season", h.lookAtSeason)
}

// lookAtSeason: the co-operative has harvested, made jam of some of it, and sold both.
func (h *house) lookAtSeason(t *testing.T) {
	in, err := h.Shop.BySlug(t.Context(), "hubei")
	must(t, err)
	ctx := shop.Acting(t.Context(), in)
	today := day.Of(h.now, in.Zone)
	runs, err := h.Stock.Runs(ctx, today.Add(-60), 50)
	must(t, err)
	if len(runs) == 0 || runs[0].Cost <= 0 {
		t.Errorf("runs of processing: %+v", runs)
	}
	sold, err := h.Sales.Days(ctx, nil, today.Add(-60))
	must(t, err)
	if len(sold) != 2 {
		t.Errorf("%d products are sold, want what was harvested and what was made of it", len(sold))
	}
	for id, days := range sold {
		if b, err := h.Stock.Balances(ctx, []ident.ID{id}); err != nil || b[id].OnHand < 0 || len(days) < 3 {
			t.Errorf("sold on %d days, %+v left, %v", len(days), b[id], err)
		}
	}
}

// lookAtEnquiry: one waits for its award, with two answers of which neither is better in
// everything.
func (h *house) lookAtEnquiry(t *testing.T) {
	ctx := h.inside(t)
	all, err := h.Enquiry.List(ctx, enquiry.Query{})
	if err != nil || len(all) != 1 {
		t.Fatalf("%d enquiries, %v", len(all), err)
	}
	e, err := h.Enquiry.Enquiry(ctx, all[0].ID)
	must(t, err)
	if e.State != enquiry.Open || len(e.Lines) != 2 || len(e.Invitations) < 2 || e.AnswerBy < day.Of(h.now, time.UTC) {
		t.Fatalf("the enquiry is %+v", e)
	}
	cheap, _ := e.Invitations[0].Answer(1)
	quick, answered := e.Invitations[1].Answer(1)
	last, _ := e.Invitations[1].Answer(2)
	if !answered || cheap.Price <= 0 || cheap.Price >= quick.Price || cheap.Minimum <= quick.Minimum || cheap.LeadDays == nil || quick.LeadDays != nil || !last.Cannot {
		t.Errorf("the answers are %+v and %+v, %+v", cheap, quick, last)
	}
}

func (h *house) login(t *testing.T) shop.Active {
	t.Helper()
	token, _, err := h.Shop.Login(t.Context(), shop.Credentials{Login: demo.Login, Password: demo.Password, Address: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	active, err := h.Shop.Authenticate(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return active
}

// sound proves every invariant of the books.
func (h *house) sound(t *testing.T) {
	t.Helper()
	ctx := h.inside(t)
	for name, prove := range map[string]func(context.Context) ([]string, error){
		"stock": h.Stock.Verify, "audit": h.Shop.VerifyAudit, "orders": h.Purchase.Verify,
	} {
		wrong, err := prove(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range wrong {
			t.Errorf("%s: %s", name, line)
		}
	}
}

// lookAtPast finds what the demo promises in the rooms.
func (h *house) lookAtPast(t *testing.T) {
	ctx := h.inside(t)
	balances, err := h.Stock.Balances(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	for id, b := range balances {
		if b.OnHand < 0 || b.CountNeeded {
			t.Errorf("product %v has %d on hand, count needed %v", id, b.OnHand, b.CountNeeded)
		}
	}
	channels, err := h.Sales.Channels(ctx)
	if err != nil || len(channels) != 3 {
		t.Errorf("channels %+v: %v", channels, err)
	}
	wishes, err := h.Sales.Wishes(ctx, day.New(2026, time.August, 1))
	if err != nil || len(wishes) < 50 {
		t.Errorf("%d wishes: %v", len(wishes), err)
	}
	for state, least := range map[purchase.State]int{purchase.Received: 300, purchase.ClosedShort: 3, purchase.Sent: 1} {
		found, err := h.Purchase.List(ctx, purchase.Query{State: state, Limit: purchase.MaxLimit})
		if err != nil || len(found) < least {
			t.Errorf("%d orders are %s: %v", len(found), state, err)
		}
	}
	page, err := h.Sales.List(ctx, sales.Query{Day: day.None, Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	last := lastWhole(h.now)
	online, promoted := 0, 0
	for _, s := range page.Sales {
		if s.OccurredAt > last {
			t.Errorf("a sale at %v, now is %v", s.OccurredAt.Time(), h.now)
		}
		if s.Province != "" && len(s.CustomerKey) == 32 {
			online++
		}
		for _, l := range s.Lines {
			if l.Promo {
				promoted++
			}
			if l.History {
				t.Errorf("sale %v has a line of history", s.ID)
			}
		}
	}
	if online == 0 || promoted == 0 {
		t.Errorf("%d sales online, %d lines promoted of %d sales", online, promoted, len(page.Sales))
	}
}

func lastWhole(now time.Time) day.Micros { return day.At(now.Add(-time.Minute)) }

// lookAtSuggestions finds a Today worth looking at.
func (h *house) lookAtSuggestions(t *testing.T) {
	found, err := h.store.Suggestions(h.inside(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	order, risky, saving := 0, 0, 0
	for _, s := range found {
		if s.Quantity > 0 {
			order++
		}
		if s.RiskPPM > 500_000 {
			risky++
		}
		if s.Saving != nil && *s.Saving > 0 {
			saving++
		}
	}
	if len(found) < 270 || order < 20 || risky < 5 || saving < 5 {
		t.Errorf("of %d suggestions %d order something, %d are risky, %d save", len(found), order, risky, saving)
	}
	left, err := h.Stock.Changed(t.Context(), 10)
	if err != nil || len(left) != 0 {
		t.Errorf("%d products are still marked changed: %v", len(left), err)
	}
}

// snapshot is what two demos are compared by.
type snapshot struct {
	OnHand map[ident.ID]measure.Quantity
	Prices map[ident.ID]money.Price
	Listed int
	Offers map[ident.ID]money.Price
	Orders map[ident.ID]purchase.State
	Totals map[day.Date]sales.Totals
	Wishes int
	Owed   map[string]money.Amount
}

func (h *house) snapshot(t *testing.T, from, through day.Date) snapshot {
	t.Helper()
	ctx := h.inside(t)
	s := snapshot{
		OnHand: map[ident.ID]measure.Quantity{}, Prices: map[ident.ID]money.Price{}, Offers: map[ident.ID]money.Price{},
		Orders: map[ident.ID]purchase.State{}, Totals: map[day.Date]sales.Totals{}, Owed: map[string]money.Amount{},
	}
	balances, err := h.Stock.Balances(ctx, nil)
	must(t, err)
	for id, b := range balances {
		s.OnHand[id] = b.OnHand
	}
	products, err := h.Catalog.All(ctx)
	must(t, err)
	s.Listed = len(products)
	for _, p := range products {
		s.Prices[p.ID] = p.SalePrice
	}
	offers, err := h.Catalog.Offers(ctx, nil)
	must(t, err)
	for _, list := range offers {
		for _, o := range list {
			s.Offers[o.ID] = o.Price
		}
	}
	orders, err := h.Purchase.List(ctx, purchase.Query{Limit: purchase.MaxLimit})
	must(t, err)
	for _, o := range orders {
		s.Orders[o.ID] = o.State
	}
	for d := from; d <= through; d++ {
		s.Totals[d], err = h.Sales.Totals(ctx, d)
		must(t, err)
	}
	wishes, err := h.Sales.Wishes(ctx, from)
	must(t, err)
	s.Wishes = len(wishes)
	for _, side := range []account.Side{account.Household, account.Helper} {
		people, err := h.Account.Accounts(ctx, account.Query{Side: side})
		must(t, err)
		for _, a := range people {
			s.Owed[a.Name+" "+strconv.Itoa(a.Entries)] = a.Balance
		}
	}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestLaterIsTheSameAsAtOnce makes a demo, adds two steps of days, and compares it
// with one that was made on the last of them.
func TestLaterIsTheSameAsAtOnce(t *testing.T) {
	today := day.New(2026, time.November, 23)
	grown := houseOf(t, dbtest.SQLite(t))
	grown.ensure(t, 25)
	for _, later := range []time.Duration{3 * time.Hour, 30 * time.Hour, 6*24*time.Hour + time.Hour} {
		grown.now = monday.Add(later)
		if r := grown.ensure(t, 25); r.Made || r.Events == 0 {
			t.Fatalf("%v later: %+v", later, r)
		}
	}
	grown.sound(t)
	fresh := houseOf(t, dbtest.SQLite(t))
	fresh.now = grown.now
	fresh.ensure(t, 31)
	got, want := grown.snapshot(t, today.Add(-25), today.Add(6)), fresh.snapshot(t, today.Add(-25), today.Add(6))
	if !reflect.DeepEqual(got, want) {
		t.Errorf("grown and fresh differ:\n%s", differences(got, want))
	}
}

func differences(a, b snapshot) string {
	var out strings.Builder
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range va.NumField() {
		if !reflect.DeepEqual(va.Field(i).Interface(), vb.Field(i).Interface()) {
			fmt.Fprintf(&out, "%s\n", va.Type().Field(i).Name)
			if va.Field(i).Kind() != reflect.Map {
				fmt.Fprintf(&out, "  %v, %v\n", va.Field(i), vb.Field(i))
				continue
			}
			for _, k := range vb.Field(i).MapKeys() {
				x, y := va.Field(i).MapIndex(k), vb.Field(i).MapIndex(k)
				if !x.IsValid() || !reflect.DeepEqual(x.Interface(), y.Interface()) {
					fmt.Fprintf(&out, "  %v: %v, %v\n", k, x, y)
				}
			}
		}
	}
	return out.String()
}

package restock_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/replenish"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restocktest"
	"buhuo/internal/stock"
)

// weekly is a shop that never rings a sale: on Sunday evening it counts, on Monday
// morning goods come. Oranges go at ten a day, dates at two.
func weekly(t *testing.T, d *db.DB, weeks int) (*restocktest.Village, *time.Time) {
	t.Helper()
	at := restocktest.Now
	v := restocktest.OpenVillage(t, app.Wire(d, func() time.Time { return at }), "first")
	v.Goods()
	zone := v.Scope().Zone
	start := restocktest.Today.Monday().Add(-7 * weeks)
	shelf := map[ident.ID]measure.Quantity{}
	on := func(d day.Date, hour int) { at = d.Start(zone).Add(time.Duration(hour) * time.Hour) }
	count := func(p catalog.Product) {
		v.Must(v.App.Stock.Count(v.Ctx, stock.CountRequest{ClientID: ident.New(), ProductID: p.ID, Counted: shelf[p.ID]}))
	}
	goods := []struct {
		catalog.Product
		weekly []measure.Quantity // what goes in a week, in turn
	}{{v.Oranges, []measure.Quantity{63_000, 70_000, 77_000}}, {v.Dates, []measure.Quantity{14_000, 12_000, 16_000}}}
	on(start.Add(-1), 20)
	for _, g := range goods {
		shelf[g.ID] = 5_000
		count(g.Product)
	}
	for w := range weeks {
		monday := start.Add(7 * w)
		on(monday, 7)
		for _, g := range goods {
			v.Must(v.App.Stock.Receive(v.Ctx, stock.ReceiveRequest{ClientID: ident.New(), Lines: []stock.ReceiveLine{{ProductID: g.ID, Quantity: 80_000}}}))
			shelf[g.ID] += 80_000
		}
		on(monday.Add(6), 20)
		for _, g := range goods {
			shelf[g.ID] -= g.weekly[w%3]
			count(g.Product)
		}
	}
	at = restocktest.Now
	return v, &at
}

// A shop that only counts gets forecasts and suggestions, which say that they rest on
// counts; what should have gone since the last count is not taken as there.
func TestCountsOnlyShop(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v, at := weekly(t, d, 9)
		v.Must(v.App.Restock.Recompute(v.Ctx, nil))
		o, err := v.App.Restock.Outlook(v.Ctx, v.Oranges.ID)
		v.Must(err)
		if rate := float64(o.Row.DailyRate) / 1000; math.Abs(rate-10) > 0.8 {
			t.Errorf("ten a day go; the forecast says %g", rate)
		}
		if o.Counted != restocktest.Today.Monday().Add(-1) || o.Why == nil || o.Why.Prior.Reason != "" {
			t.Errorf("counted last on %s", o.Counted)
		}
		// It is Tuesday before opening: Monday has gone by since the count.
		book, err := v.App.Stock.Balances(v.Ctx, []ident.ID{v.Oranges.ID})
		v.Must(err)
		if gone := book[v.Oranges.ID].OnHand - o.Row.OnHand; gone < 8_000 || gone > 12_000 {
			t.Errorf("the book says %s, reckoned are %s", book[v.Oranges.ID].OnHand.Decimal(), o.Row.OnHand.Decimal())
		}
		said := false
		for _, m := range o.Row.Reason {
			said = said || m.Key == restock.MessageCountsSince
		}
		if !said {
			t.Errorf("the reason does not say that it rests on counts: %+v", o.Row.Reason)
		}
		// Days between two counts are no more certain than chance allows.
		if spread := (o.High[0] - o.Low[0]) / o.Mean[0]; spread < 0.5 {
			t.Errorf("tomorrow between %g and %g: nobody knows that of a day that nobody saw", o.Low[0], o.High[0])
		}
		// A change by one product leads to the same as all of them at once.
		before := told(t, v)
		v.Must(v.App.Stock.MarkAll(v.Ctx))
		if _, err := v.App.Restock.RunChanged(context.Background()); err != nil {
			t.Fatal(err)
		}
		if after := told(t, v); after != before {
			t.Errorf("one by one it is something else:\n%s\n%s", before, after)
		}
		// Days go by without a count: what is left shrinks, and in the end it is ordered.
		*at = at.AddDate(0, 0, 6)
		v.Must(v.App.Restock.Daily(context.Background()))
		later, err := v.App.Restock.Outlook(v.Ctx, v.Oranges.ID)
		v.Must(err)
		if later.Row.OnHand >= o.Row.OnHand || later.Row.RiskPPM <= o.Row.RiskPPM {
			t.Errorf("six days later %s are there (risk %d), before %s (%d)", later.Row.OnHand.Decimal(), later.Row.RiskPPM, o.Row.OnHand.Decimal(), o.Row.RiskPPM)
		}
		*at = at.AddDate(0, 0, 4)
		v.Must(v.App.Restock.Daily(context.Background()))
		rows, err := v.App.Restock.Rows(v.Ctx)
		v.Must(err)
		i := slices.IndexFunc(rows, func(r restock.Row) bool { return r.Code == "1001" })
		if i < 0 || rows[i].Quantity < 20_000 || !strings.Contains(keys(rows[i].Reason), restock.MessageCountsSince) {
			t.Errorf("nothing to order after ten days without a delivery: %d rows", len(rows))
		}
		// As it was then, from nothing later: the same suggestion.
		then, err := v.App.Restock.AsOf(v.Ctx, restocktest.Today.Add(-1))
		v.Must(err)
		for _, s := range then {
			if s.ProductID == v.Oranges.ID && (s.OnHand != o.Row.OnHand || s.DailyRate != o.Row.DailyRate) {
				t.Errorf("as of then %s at %s a day, was %s at %s", s.OnHand.Decimal(), s.DailyRate.Decimal(), o.Row.OnHand.Decimal(), o.Row.DailyRate.Decimal())
			}
		}
	})
}

// told is what the suggestions of the village say.
func told(t *testing.T, v *restocktest.Village) string {
	t.Helper()
	rows, err := v.App.Restock.Rows(v.Ctx)
	v.Must(err)
	var b strings.Builder
	for _, id := range []ident.ID{v.Oranges.ID, v.Dates.ID} {
		o, err := v.App.Restock.Outlook(v.Ctx, id)
		v.Must(err)
		b.WriteString(o.Row.Quantity.Decimal() + " " + o.Row.OnHand.Decimal() + " " + o.Row.DailyRate.Decimal() + "\n")
	}
	for _, r := range rows {
		b.WriteString(r.Code + " " + r.Quantity.Decimal() + " " + keys(r.Reason) + "\n")
	}
	return b.String()
}

func keys(list []replenish.Message) string {
	var out []string
	for _, m := range list {
		out = append(out, m.Key)
	}
	return strings.Join(out, ",")
}

// A count that was taken back counts for nothing, and a product whose sales are
// recorded does not rest on counts.
func TestCountsTakenBack(t *testing.T) {
	v, _ := weekly(t, dbtest.SQLite(t), 6)
	v.Must(v.App.Restock.Recompute(v.Ctx, nil))
	before, err := v.App.Restock.Outlook(v.Ctx, v.Oranges.ID)
	v.Must(err)
	v.Must(v.App.Stock.Count(v.Ctx, stock.CountRequest{ClientID: ident.New(), ProductID: v.Oranges.ID, Counted: 1_000_000}))
	moves, err := v.App.Stock.Movements(v.Ctx, stock.MovementQuery{ProductID: &v.Oranges.ID, Limit: 1})
	v.Must(err)
	v.Must(v.App.Stock.Undo(v.Ctx, moves[0].ID, "数错"))
	v.Must(v.App.Restock.Recompute(v.Ctx, nil))
	after, err := v.App.Restock.Outlook(v.Ctx, v.Oranges.ID)
	v.Must(err)
	if after.Row.DailyRate != before.Row.DailyRate || after.Counted != before.Counted {
		t.Errorf("%s a day after a count that was taken back, %s before", after.Row.DailyRate.Decimal(), before.Row.DailyRate.Decimal())
	}
	sold := village(t, dbtest.SQLite(t))
	o, err := sold.App.Restock.Outlook(sold.Ctx, sold.Oranges.ID)
	sold.Must(err)
	if o.Counted != 0 {
		t.Error("its sales are recorded, and yet it rests on counts")
	}
}

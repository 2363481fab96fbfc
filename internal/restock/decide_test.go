package restock_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/replenish"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/restock/restocktest"
)

// wound is a village whose clock can be set.
func wound(t *testing.T, d *db.DB) (*restocktest.Village, *time.Time) {
	t.Helper()
	now := restocktest.Now
	v := restocktest.OpenVillage(t, app.Wire(d, func() time.Time { return now }), "first")
	v.Goods()
	v.Past(restocktest.Today.Add(-1))
	v.Must(v.App.Restock.Recompute(v.Ctx, nil))
	return v, &now
}

// kept reads all decisions that can be judged one day.
func kept(t *testing.T, v *restocktest.Village) map[ident.ID][]restock.Decision {
	t.Helper()
	list, err := restockdb.New(v.App.DB).Due(v.Ctx, day.New(2030, 1, 1), restock.DuePlace{}, 1000)
	v.Must(err)
	out := map[ident.ID][]restock.Decision{}
	for _, d := range list {
		out[d.ProductID] = append(out[d.ProductID], d)
	}
	return out
}

// What is ordered, as it was or otherwise or not at all, is kept once, with what was
// known: the kernel makes the same suggestion of it again.
func TestOrdersAreDecisions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v, _ := wound(t, d)
		rows := rowsByCode(t, v)
		v.Must(v.App.Restock.Change(v.Ctx, restock.Answer{ID: ident.New(), ProductID: v.Oranges.ID, Why: restock.WhyEvent, Note: " 办喜事 "}, 100_000))
		nothing := restock.Selection{All: true, Quantities: map[ident.ID]measure.Quantity{v.Rice.ID: 0}}
		orders, err := v.App.Restock.Order(v.Ctx, nothing)
		v.Must(err)
		_, err = v.App.Restock.Order(v.Ctx, nothing) // the button was pressed twice
		v.Must(err)
		all := kept(t, v)
		if len(orders) != 1 || len(all) != 2 || len(all[v.Oranges.ID]) != 1 || len(all[v.Rice.ID]) != 1 {
			t.Fatalf("%d orders, decisions %v", len(orders), all)
		}
		oranges, rice := all[v.Oranges.ID][0], all[v.Rice.ID][0]
		if oranges.Kind != restock.DecidedChanged || oranges.Chosen != 100_000 || oranges.Suggested != rows["1001"].Quantity || oranges.Why != restock.WhyEvent || oranges.Note != "办喜事" ||
			oranges.OrderID == nil || *oranges.OrderID != orders[0].ID {
			t.Errorf("oranges: %+v", oranges)
		}
		if rice.Kind != restock.DecidedChanged || rice.Chosen != 0 || rice.OrderID != nil || rice.Suggested != rows["1003"].Quantity {
			t.Errorf("rice: %+v", rice)
		}
		for _, one := range []restock.Decision{oranges, rice} {
			in, err := one.Unpack()
			v.Must(err)
			if got := replenish.Recompute(in).Quantity; got != one.Suggested {
				t.Errorf("from its inputs the kernel suggests %s, it was %s", got.Decimal(), one.Suggested.Decimal())
			}
			if one.Low > one.Expected || one.Expected > one.High || one.Arrival >= one.Until || one.UnitCost <= 0 || one.UnitMargin <= 0 {
				t.Errorf("what was known: %+v", one)
			}
		}
	})
}

func TestAcceptedAsItWas(t *testing.T) {
	v, _ := wound(t, dbtest.SQLite(t))
	_, err := v.App.Restock.Order(v.Ctx, restock.Selection{Codes: []string{"1001"}})
	v.Must(err)
	all := kept(t, v)
	if len(all) != 1 || all[v.Oranges.ID][0].Kind != restock.DecidedAccepted || all[v.Oranges.ID][0].Chosen != all[v.Oranges.ID][0].Suggested {
		t.Errorf("%+v", all)
	}
}

// A refused suggestion stays away, the same answer again changes nothing, and it can be
// taken back.
func TestReject(t *testing.T) {
	v, _ := wound(t, dbtest.SQLite(t))
	answer := restock.Answer{ID: ident.New(), ProductID: v.Oranges.ID, Why: restock.WhyQuality, Note: "太酸"}
	for range 2 {
		v.Must(v.App.Restock.Reject(v.Ctx, answer, nil))
	}
	if _, there := rowsByCode(t, v)["1001"]; there {
		t.Error("it is still suggested")
	}
	all := kept(t, v)
	if len(all[v.Oranges.ID]) != 1 || all[v.Oranges.ID][0].Kind != restock.DecidedRejected || all[v.Oranges.ID][0].Why != restock.WhyQuality {
		t.Errorf("kept: %+v", all)
	}
	v.Must(v.App.Restock.Recompute(v.Ctx, nil))
	if _, there := rowsByCode(t, v)["1001"]; there {
		t.Error("worked out again, it is back")
	}
	v.Must(v.App.Restock.Reopen(v.Ctx, v.Oranges.ID))
	if got, there := rowsByCode(t, v)["1001"]; !there || got.OverrideReason != "" || got.Rejected != nil {
		t.Errorf("taken back: %v, %+v", there, got.Suggestion)
	}
	for name, err := range map[string]error{
		"nothing to refuse": v.App.Restock.Reject(v.Ctx, restock.Answer{ID: ident.New(), ProductID: v.Dates.ID}, nil),
		"nothing there":     v.App.Restock.Reject(v.Ctx, restock.Answer{ID: ident.New(), ProductID: ident.New()}, nil),
		"until today":       v.App.Restock.Reject(v.Ctx, restock.Answer{ID: ident.New(), ProductID: v.Oranges.ID}, new(restocktest.Today)),
	} {
		if want := map[string]fault.Kind{"nothing to refuse": fault.Conflict, "nothing there": fault.NotFound, "until today": fault.Invalid}[name]; fault.KindOf(err) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(kept(t, v)) != 1 {
		t.Error("what was not taken was kept")
	}
}

// A suggestion that nobody acts on is kept once for the days that it was for, not with
// every computation.
func TestIgnoredOnce(t *testing.T) {
	v, now := wound(t, dbtest.SQLite(t))
	for hour := range 30 {
		*now = restocktest.Now.Add(time.Duration(hour) * time.Hour)
		v.Must(v.App.Restock.Recompute(v.Ctx, nil))
	}
	all := kept(t, v)
	if n := len(all[v.Oranges.ID]); n != 1 {
		t.Fatalf("kept %d times", n)
	}
	if one := all[v.Oranges.ID][0]; one.Kind != restock.DecidedIgnored || one.Person != nil || one.Chosen != 0 || one.Day != restocktest.Today {
		t.Errorf("%+v", one)
	}
}

// Judged once more, from the same books, decisions are judged the same.
func TestJudgedTheSameTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v, now := wound(t, d)
		_, err := v.App.Restock.Order(v.Ctx, restock.Selection{All: true})
		v.Must(err)
		*now = restocktest.Now.AddDate(0, 0, 1)
		v.Must(v.App.Restock.PutOff(v.Ctx, restock.Answer{ID: ident.New(), ProductID: v.Dates.ID}, restocktest.Today.Add(9)))
		v.Past(restocktest.Today.Add(30))
		*now = restocktest.Now.AddDate(0, 0, 31)
		v.Must(v.App.Restock.Recompute(v.Ctx, nil))
		read := func() (rows []map[string]any) {
			t.Helper()
			err := d.Do(v.Ctx, func(ctx context.Context) error {
				return d.From(ctx).Raw("SELECT * FROM decision_scores WHERE shop_id = ? ORDER BY decision_id", v.Scope().Shop).Scan(&rows).Error
			})
			v.Must(err)
			return rows
		}
		v.Must(v.App.Restock.Judge(v.Ctx))
		first := read()
		if len(first) == 0 {
			t.Fatal("nothing was judged")
		}
		v.Must(v.App.Restock.Judge(v.Ctx)) // nothing is due any more
		v.Must(v.App.Restock.JudgeAgain(v.Ctx))
		if second := read(); !equalRows(first, second) {
			t.Errorf("judged again:\n%v\nfirst\n%v", second, first)
		}
	})
}

func equalRows(a, b []map[string]any) bool { return fmt.Sprint(a) == fmt.Sprint(b) }

package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/restock"
)

// TestTwoProcessesOneQueue: two programs on one database work off 500 marks of five
// shops at the same time. Every product is worked out, none twice and none is lost.
func TestTwoProcessesOneQueue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		one, two := app.Wire(d, atNoon), app.Wire(d, atNoon)
		var shops []context.Context
		for i := range 5 {
			shops = append(shops, small(t, one, 96+i))
		}
		runAll(t, one) // each shop learns its pool
		marked := 0
		for _, ctx := range shops {
			all, err := one.Catalog.All(ctx)
			must(t, err)
			marked += len(all)
			must(t, one.Stock.MarkAll(ctx))
		}
		before, err := one.Restock.Rows(shops[0])
		must(t, err)
		var done atomic.Int64
		var wait sync.WaitGroup
		for _, a := range []*app.App{one, two} {
			wait.Go(func() {
				for {
					n, err := a.Restock.RunChanged(context.Background())
					if err != nil {
						t.Error(err)
						return
					}
					done.Add(int64(n))
					queue, err := a.Stock.Queue(context.Background())
					if err != nil || len(queue) == 0 {
						return
					}
				}
			})
		}
		wait.Wait()
		if int(done.Load()) != marked {
			t.Errorf("%d marks, %d worked out", marked, done.Load())
		}
		if queue, err := one.Stock.Queue(context.Background()); err != nil || len(queue) != 0 {
			t.Errorf("left: %+v, %v", queue, err)
		}
		if after, err := one.Restock.Rows(shops[0]); err != nil || rowsSaid(t, after) != rowsSaid(t, before) {
			t.Errorf("the same shop says something else: %v", err)
		}
	})
}

// rowsSaid is what suggestions say, but for when they were made.
func rowsSaid(t *testing.T, rows []restock.Row) string {
	t.Helper()
	for i := range rows {
		rows[i].MadeAt = 0
	}
	text, err := json.Marshal(rows)
	must(t, err)
	return string(text)
}

func runAll(t *testing.T, a *app.App) {
	t.Helper()
	for more := 1; more > 0; {
		var err error
		if more, err = a.Restock.RunChanged(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestStoppedInTheMiddle: a run that is stopped after its first chunk goes on where it
// was, and the rows are those of a run that nobody stopped.
func TestStoppedInTheMiddle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := app.Wire(d, atNoon)
		ctx := small(t, a, 1_100)
		runAll(t, a)
		whole, err := a.Restock.Rows(ctx)
		must(t, err)
		must(t, a.Stock.MarkAll(ctx))
		stopped, stop := context.WithCancel(context.Background())
		killed := app.Wire(d, func() time.Time { // stopped while it says when the second chunk is made
			if queue, err := a.Stock.Queue(context.Background()); err == nil && len(queue) == 1 && queue[0].Marks < 1_100 {
				stop()
			}
			return noon
		})
		if _, err := killed.Restock.RunChanged(stopped); err == nil {
			t.Error("it was not stopped")
		}
		queue, err := a.Stock.Queue(context.Background())
		must(t, err)
		if len(queue) != 1 || queue[0].Marks == 0 || queue[0].Marks == 1_100 {
			t.Fatalf("stopped at %+v", queue)
		}
		state, err := a.Restock.Background(ctx)
		must(t, err)
		if state.Failures != 0 || state.Holder != nil || len(state.Failed) != 1 || state.Failed[0].Failure != restock.FailedStopped {
			t.Errorf("after the stop: %+v", state)
		}
		runAll(t, a)
		if again, err := a.Restock.Rows(ctx); err != nil || rowsSaid(t, again) != rowsSaid(t, whole) {
			t.Errorf("another answer after the stop: %v", err)
		}
	})
}

// TestOneShopFails: a shop that goes wrong is noted, rests and leaves the others alone.
func TestOneShopFails(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock := noon
		a := app.Wire(d, func() time.Time { return clock })
		bad, good := small(t, a, 3), small(t, a, 5)
		runAll(t, a)
		broken(t, d, bad)
		run := func() {
			t.Helper()
			must(t, a.Stock.MarkAll(good))
			n, err := a.Restock.RunChanged(context.Background())
			if n != 5 {
				t.Errorf("%d products of the good shop, want 5", n)
			}
			if err != nil && !errors.Is(err, restock.ErrOfShops) {
				t.Error(err)
			}
		}
		must(t, a.Stock.MarkAll(bad))
		for range 4 {
			run()
			run() // the bad shop rests
			clock = clock.Add(time.Hour)
		}
		state, err := a.Restock.Background(bad)
		must(t, err)
		if state.Failures != 4 || state.Waiting != 3 || len(state.Failed) == 0 || state.Failed[0].Failure != restock.FailedProgram {
			t.Errorf("the bad shop: %+v", state)
		}
		if state, err = a.Restock.Background(good); err != nil || state.Failures != 0 || state.Waiting != 0 || len(state.Failed) != 0 {
			t.Errorf("the good shop: %+v, %v", state, err)
		}
		if a.Restock.Sound() == nil {
			t.Error("readiness does not tell")
		}
		if tally := a.Restock.Tally(); tally.Failures[restock.Marked] != 4 || tally.Runs[restock.Marked] < 9 {
			t.Errorf("counted %+v", tally)
		}
	})
}

// broken damages the packed demand of a shop.
func broken(t *testing.T, d *db.DB, ctx context.Context) {
	t.Helper()
	must(t, d.Do(ctx, func(ctx context.Context) error {
		shop, err := db.Shop(ctx)
		if err != nil {
			return err
		}
		return d.From(ctx).Exec("UPDATE forecast_pools SET pool = '{' WHERE shop_id = ?", shop).Error
	}))
}

// TestAskedAgain: what somebody asks for is done once, and seen.
func TestAskedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := app.Wire(d, atNoon)
		ctx := small(t, a, 4)
		runAll(t, a)
		must(t, a.Restock.Ask(ctx))
		must(t, a.Restock.Ask(ctx))
		if state, err := a.Restock.Background(ctx); err != nil || state.AskedAt == nil || state.Latest != nil {
			t.Errorf("asked: %+v, %v", state, err)
		}
		must(t, a.Restock.RunAsked(context.Background()))
		state, err := a.Restock.Background(ctx)
		must(t, err)
		if state.AskedAt != nil || state.Latest == nil || state.Latest.Done != 4 || state.Latest.Total != 4 || state.Latest.Failure != "" || state.Running != nil {
			t.Errorf("done: %+v", state)
		}
		must(t, a.Restock.RunAsked(context.Background()))
		if again, err := a.Restock.Background(ctx); err != nil || again.Latest.ID != state.Latest.ID {
			t.Errorf("it was done twice: %+v, %v", again, err)
		}
	})
}

package job_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"buhuo/internal/job"
)

func newRunner() *job.Runner { return job.New(slog.New(slog.DiscardHandler), time.Now) }

// run starts a runner with one job in a bubble whose time moves by itself.
func run(t *testing.T, j job.Job, check func(t *testing.T, r *job.Runner)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := newRunner()
		r.Add(j)
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		check(t, r)
		if err := r.Stop(context.Background()); err != nil {
			t.Fatalf("Stop: %v", err)
		}
	})
}

func TestIntervalCountsFromTheEndOfARun(t *testing.T) {
	var starts []time.Duration
	var began time.Time
	j := job.Job{Name: "tick", Every: 5 * time.Second, Run: func(context.Context) error {
		starts = append(starts, time.Since(began))
		time.Sleep(2 * time.Second)
		return nil
	}}
	synctest.Test(t, func(t *testing.T) {
		began = time.Now()
		r := newRunner()
		r.Add(j)
		_ = r.Start(t.Context())
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if err := r.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
	want := []time.Duration{5 * time.Second, 12 * time.Second, 19 * time.Second}
	if len(starts) != len(want) {
		t.Fatalf("started at %v, want %v", starts, want)
	}
	for i := range want {
		if starts[i] != want[i] {
			t.Fatalf("started at %v, want %v", starts, want)
		}
	}
}

func TestAtStartRunsOnceWithoutAnInterval(t *testing.T) {
	n := 0
	run(t, job.Job{Name: "once", AtStart: true, Run: func(context.Context) error { n++; return nil }},
		func(t *testing.T, _ *job.Runner) {
			time.Sleep(24 * time.Hour)
			synctest.Wait()
			if n != 1 {
				t.Errorf("ran %d times, want 1", n)
			}
		})
}

func TestWakesBecomeOneRunAndAWakeDuringARunIsNotLost(t *testing.T) {
	n := 0
	gate := make(chan struct{})
	synctest.Test(t, func(t *testing.T) {
		gate = make(chan struct{})
		r := newRunner()
		r.Add(job.Job{Name: "dirty", Run: func(context.Context) error { n++; <-gate; return nil }})
		_ = r.Start(t.Context())
		for range 5 {
			if !r.Wake("dirty") {
				t.Fatal("the job is not known")
			}
		}
		synctest.Wait()
		if n != 1 || !r.Status()[0].Running {
			t.Fatalf("ran %d times, status %+v", n, r.Status()[0])
		}
		for range 5 {
			r.Wake("dirty")
		}
		gate <- struct{}{}
		synctest.Wait()
		if n != 2 {
			t.Fatalf("a wake during the run led to %d runs in all, want 2", n)
		}
		gate <- struct{}{}
		synctest.Wait()
		if n != 2 || r.Status()[0].Runs != 2 {
			t.Fatalf("ran %d times, status %+v", n, r.Status()[0])
		}
		if r.Wake("unknown") {
			t.Error("an unknown job was woken")
		}
		if err := r.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFailureIsRepeatedAfterGrowingPausesAndReported(t *testing.T) {
	var at []time.Duration
	boom := errors.New("boom")
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		r := newRunner()
		r.Add(job.Job{Name: "shaky", Run: func(context.Context) error {
			at = append(at, time.Since(began))
			if len(at) < 5 {
				return boom
			}
			return nil
		}})
		_ = r.Start(t.Context())
		r.Wake("shaky")
		time.Sleep(4 * time.Second) // 0, 1, 3 s: three failures
		synctest.Wait()
		if err := r.Check(); !errors.Is(err, boom) || !strings.Contains(err.Error(), "shaky") {
			t.Errorf("Check = %v, want the failing job named", err)
		}
		if err := r.Check("other"); err != nil {
			t.Errorf("Check of another job = %v", err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if s := r.Status()[0]; s.Failures != 0 || s.LastError != nil || s.Runs != 5 {
			t.Errorf("status after recovery: %+v", s)
		}
		if err := r.Check(); err != nil {
			t.Errorf("Check after recovery = %v", err)
		}
		if err := r.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
	want := []time.Duration{0, 1 * time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second}
	for i := range want {
		if i >= len(at) || at[i] != want[i] {
			t.Fatalf("ran at %v, want %v", at, want)
		}
	}
}

func TestAFailingJobDoesNotRunMoreOftenThanAGoodOne(t *testing.T) {
	n := 0
	run(t, job.Job{Name: "slow", Every: 30 * time.Second, Run: func(context.Context) error { n++; return errors.New("no") }},
		func(t *testing.T, _ *job.Runner) {
			time.Sleep(121 * time.Second)
			synctest.Wait()
			if n != 4 {
				t.Errorf("ran %d times in 121 s, want 4", n)
			}
		})
}

func TestPanicIsAFailureOfThatJobOnly(t *testing.T) {
	other := 0
	synctest.Test(t, func(t *testing.T) {
		r := newRunner()
		r.Add(job.Job{Name: "bad", AtStart: true, Run: func(context.Context) error { panic("ouch") }})
		r.Add(job.Job{Name: "good", Every: time.Second, Run: func(context.Context) error { other++; return nil }})
		_ = r.Start(t.Context())
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if s := r.Status()[0]; s.LastError == nil || !strings.Contains(s.LastError.Error(), "ouch") {
			t.Errorf("status %+v", s)
		}
		if other < 9 {
			t.Errorf("the other job ran %d times", other)
		}
		if err := r.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestStopDrainsAndLeavingIsNoFailure(t *testing.T) {
	left := false
	run(t, job.Job{Name: "long", AtStart: true, Run: func(ctx context.Context) error {
		<-ctx.Done()
		time.Sleep(3 * time.Second) // finishes its step
		left = true
		return ctx.Err()
	}}, func(t *testing.T, r *job.Runner) {
		if err := r.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
		if !left {
			t.Error("Stop came back before the run had left")
		}
		if s := r.Status()[0]; s.LastError != nil || s.Running {
			t.Errorf("status %+v", s)
		}
	})
}

func TestStopNamesWhatDoesNotLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		r := newRunner()
		r.Add(job.Job{Name: "stuck", AtStart: true, Run: func(context.Context) error { <-free; return nil }})
		_ = r.Start(t.Context())
		synctest.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		err := r.Stop(ctx)
		if err == nil || !strings.Contains(err.Error(), "stuck") || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Stop = %v", err)
		}
		close(free)
		if err := r.Stop(context.Background()); err != nil {
			t.Errorf("second Stop = %v", err)
		}
	})
}

func TestTimeoutEndsARun(t *testing.T) {
	run(t, job.Job{Name: "limit", AtStart: true, Timeout: time.Minute, Run: func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}}, func(t *testing.T, r *job.Runner) {
		time.Sleep(61 * time.Second)
		synctest.Wait()
		if s := r.Status()[0]; !errors.Is(s.LastError, context.DeadlineExceeded) {
			t.Errorf("a run beyond its time is a failure; status %+v", s)
		}
	})
}

func TestMisusePanicsOrIsAnError(t *testing.T) {
	nothing := func(context.Context) error { return nil }
	for name, j := range map[string]job.Job{"no name": {Run: nothing}, "no work": {Name: "x"}, "twice": {Name: "known", Run: nothing}} {
		t.Run(name, func(t *testing.T) {
			r := newRunner()
			r.Add(job.Job{Name: "known", Run: nothing})
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			r.Add(j)
		})
	}
	r := newRunner()
	if err := r.Stop(context.Background()); err != nil {
		t.Errorf("Stop before Start = %v", err)
	}
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.Start(t.Context()); err == nil {
		t.Error("a second Start was accepted")
	}
}

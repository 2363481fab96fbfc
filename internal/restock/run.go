package restock

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// RunKind says what a run works out.
type RunKind string

// The kinds of runs.
const (
	Everything RunKind = "all"     // every product, from the ledger on
	Marked     RunKind = "changed" // what was marked changed
)

// Failure says in one word what went wrong; "" nothing.
type Failure string

// The failures.
const (
	FailedDatabase Failure = "database" // it was busy, full or away: the next try may do
	FailedStopped  Failure = "stopped"  // the program was stopped in the middle
	FailedProgram  Failure = "program"  // a fault of the program: the log says where
)

// Run is one run of the background work.
type Run struct {
	ID          ident.ID
	Kind        RunKind
	StartedAt   day.Micros
	EndedAt     *day.Micros // nil: it runs
	Done, Total int         // products
	Failure     Failure
}

// Work is how the background work of a shop stands.
type Work struct {
	Holder    *ident.ID // the process that has it in hand until HeldUntil; nil: none
	HeldUntil day.Micros
	Failures  int // in a row
	RetryAt   day.Micros
	AskedAt   *day.Micros // somebody wants everything worked out again
}

const (
	// inHand is how long a process has a shop without saying that it is still at work;
	// a shop whose process died waits no longer.
	inHand = time.Minute
	// tolerated is how many failures in a row are bad luck.
	tolerated = 2
	// firstRest doubles with each failure in a row up to longestRest.
	firstRest, longestRest = 5 * time.Second, 15 * time.Minute
)

// ErrOfShops is the cause of what RunChanged and Daily answer when single shops went
// wrong: each is noted with its shop, and the others were served.
var ErrOfShops = errors.New("the background work of a shop failed")

// rest is how long a shop that failed so often in a row is left alone.
func rest(failures int) time.Duration {
	if failures > 8 {
		return longestRest
	}
	return min(firstRest<<max(failures-1, 0), longestRest)
}

// hands is what a process knows of the work that it did.
type hands struct {
	mu   sync.Mutex
	sick map[tenant.ShopID]string // failed several times in a row: the last error
	seen Tally
}

// Tally counts the background work of this process since it began, for the metrics.
type Tally struct {
	Runs, Failures map[RunKind]int
	Seconds        map[RunKind]float64 // spent in them
	Products       int
}

// Tally is what this process has done so far.
func (s *Service) Tally() Tally {
	s.hands.mu.Lock()
	defer s.hands.mu.Unlock()
	out := Tally{Runs: map[RunKind]int{}, Failures: map[RunKind]int{}, Seconds: map[RunKind]float64{}, Products: s.hands.seen.Products}
	for _, kind := range []RunKind{Everything, Marked} {
		out.Runs[kind], out.Failures[kind], out.Seconds[kind] = s.hands.seen.Runs[kind], s.hands.seen.Failures[kind], s.hands.seen.Seconds[kind]
	}
	return out
}

// Sound is nil while the background work of every shop goes well; a shop for which it
// failed several times in a row is named.
func (s *Service) Sound() error {
	s.hands.mu.Lock()
	defer s.hands.mu.Unlock()
	var bad []error
	for shop, what := range s.hands.sick {
		bad = append(bad, fmt.Errorf("the work of shop %d failed several times in a row: %s", shop, what))
	}
	return errors.Join(bad...)
}

// serve runs work for a shop while this process has it in hand: never two processes at
// once. It is left out, done 0, while another has it or the shop rests after a
// failure. due, when not nil, says under the hold whether there is anything to do.
func (s *Service) serve(ctx context.Context, in shop.Shop, kind RunKind, due func(Work) bool, work func(ctx context.Context, r *progress) error) (done int, err error) {
	ctx = shop.Acting(ctx, in)
	holder := ident.New()
	held, ok, err := s.hold(ctx, holder)
	if err != nil || !ok {
		return 0, err
	}
	now := day.At(s.now())
	if held.RetryAt > now || due != nil && !due(held) {
		return 0, s.letGo(ctx, holder, held.Failures, held.RetryAt)
	}
	stop := s.stay(ctx, holder)
	r := &progress{s: s, Run: Run{ID: ident.New(), Kind: kind, StartedAt: now}}
	began := s.now()
	err = guarded(func() error { return work(ctx, r) })
	stop()
	failures, retry := 0, day.Micros(0)
	stopped := ctx.Err() != nil
	if err != nil && !stopped {
		failures = held.Failures + 1
		retry = day.At(s.now().Add(rest(failures)))
	}
	s.count(in, kind, r.Done, s.now().Sub(began), failures, err)
	// Whether or not it was told to leave, it says how it went and lets go.
	ctx = context.WithoutCancel(ctx)
	return r.Done, errors.Join(wrapped(in, err, stopped), r.end(ctx, err, stopped), s.letGo(ctx, holder, failures, retry))
}

func wrapped(in shop.Shop, err error, stopped bool) error {
	if err == nil {
		return nil
	}
	if !stopped { // what was told to leave did not fail
		slog.Error("the background work of a shop failed", "shop", in.Slug, "error", err.Error())
	}
	return fmt.Errorf("shop %s: %w: %w", in.Slug, ErrOfShops, err)
}

// guarded turns a panic into an error: one shop's data must not end the work of others.
func guarded(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			slog.Error("the background work panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return fn()
}

func (s *Service) count(in shop.Shop, kind RunKind, products int, took time.Duration, failures int, err error) {
	h := &s.hands
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen.Runs[kind]++
	h.seen.Seconds[kind] += took.Seconds()
	h.seen.Products += products
	if failures > 0 {
		h.seen.Failures[kind]++
	}
	delete(h.sick, in.ID)
	if failures > tolerated {
		h.sick[in.ID] = err.Error()
	}
}

func (s *Service) hold(ctx context.Context, holder ident.ID) (w Work, ok bool, err error) {
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		now := s.now()
		w, ok, err = s.store.Hold(ctx, holder, day.At(now), day.At(now.Add(inHand)))
		return err
	})
	return w, ok, err
}

func (s *Service) letGo(ctx context.Context, holder ident.ID, failures int, retry day.Micros) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error { return s.store.LetGo(ctx, holder, failures, retry) })
}

// stay keeps the shop in hand until stop is called.
func (s *Service) stay(ctx context.Context, holder ident.ID) (stop func()) {
	ended := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(inHand / 4)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
				if _, _, err := s.hold(ctx, holder); err != nil {
					slog.Warn("cannot say that the work goes on", "error", err.Error())
				}
			}
		}
	})
	return func() { close(ended); done.Wait() }
}

// progress is a run under way.
type progress struct {
	s *Service
	Run
	shown bool // it stands in the list of runs
}

// at says how many of how many products are done.
func (r *progress) at(ctx context.Context, done, of int) {
	r.Done, r.Total = done, of
	if err := r.put(ctx); err != nil {
		slog.Warn("cannot show how far the work is", "error", err.Error())
	}
}

func (r *progress) put(ctx context.Context) error {
	r.shown = true
	return r.s.atomic.Do(ctx, func(ctx context.Context) error { return r.s.store.PutRun(ctx, r.Run) })
}

// end notes how the run ended. One of marked products that went well leaves no trace:
// there is one every second.
func (r *progress) end(ctx context.Context, err error, stopped bool) error {
	if err == nil && !r.shown {
		return nil
	}
	now := day.At(r.s.now())
	r.EndedAt = &now
	switch {
	case stopped:
		r.Failure = FailedStopped
	case err == nil:
	case fault.KindOf(err) == fault.Unavailable:
		r.Failure = FailedDatabase
	default:
		r.Failure = FailedProgram
	}
	return r.put(ctx)
}

// Ask has everything of the scope's shop worked out again, soon and in the background.
func (s *Service) Ask(ctx context.Context) error {
	now := day.At(s.now())
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		w, err := s.store.Work(ctx)
		if err != nil || w.AskedAt != nil {
			return err
		}
		return s.store.Ask(ctx, &now)
	})
}

// Work reads how the background work of the scope's shop stands.
func (s *Service) Work(ctx context.Context) (Work, error) { return s.store.Work(ctx) }

// Background is what the owner sees of the background work.
type Background struct {
	Work
	Waiting int         // products whose suggestion is not of the present
	Running *Run        // whole run under way
	Latest  *Run        // last whole run that went well
	Failed  []Run       // that went wrong since, the latest first
	Since   *day.Micros // when the oldest mark was made; nil: none waits
}

// Background reads how the background work of the scope's shop stands.
func (s *Service) Background(ctx context.Context) (Background, error) {
	var out Background
	scope, err := tenant.Must(ctx)
	if err != nil {
		return out, err
	}
	if out.Work, err = s.store.Work(ctx); err != nil {
		return out, err
	}
	queue, err := s.stock.Queue(ctx)
	if err != nil {
		return out, err
	}
	for _, q := range queue {
		if q.Shop == scope.Shop {
			out.Waiting, out.Since = q.Marks, new(q.Oldest)
		}
	}
	runs, err := s.store.Runs(ctx)
	if err != nil {
		return out, err
	}
	now := day.At(s.now())
	for i, r := range runs {
		switch {
		case r.Failure != "":
			out.Failed = append(out.Failed, r)
		case r.EndedAt == nil: // one that its process left open is not under way
			if i == 0 && out.Holder != nil && out.HeldUntil > now {
				out.Running = &runs[i]
			}
		case r.Kind == Everything:
			out.Latest = &runs[i]
			return out, nil
		}
	}
	return out, nil
}

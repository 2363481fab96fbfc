// Package job runs the program's background work: named jobs, each on its own
// goroutine, started by an interval or by a wake-up, never twice at once, and
// stopped in order. It knows no area; what a job does is a function.
package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// Job is one piece of work that repeats.
type Job struct {
	Name string
	// Every is the rest between the end of a run and the next one; 0 means
	// only when woken.
	Every time.Duration
	// AtStart runs it once as soon as the runner starts.
	AtStart bool
	// Timeout ends the context of a run; 0 means no limit.
	Timeout time.Duration
	// Run does the work. Its context ends when the runner is told to stop, so
	// that a long run can leave between two short steps. An error means that
	// the work is still to be done: the run is repeated after a pause.
	Run func(ctx context.Context) error
}

// The pause after a failure doubles from the first to the last.
const (
	firstPause = time.Second
	lastPause  = time.Minute
)

// Status tells how a job fares, for readiness, the doctor and people.
type Status struct {
	Name      string
	Running   bool
	Runs      int       // ended runs, good or bad
	Failures  int       // in a row, up to now
	LastStart time.Time // zero before the first run
	LastEnd   time.Time
	LastError error // of the last run; nil when it went well
}

// Runner owns the jobs. The order is Add, Start, Stop, each once (Add several
// times); Wake and Status may be called at any time from anywhere.
type Runner struct {
	log *slog.Logger
	now func() time.Time

	mu      sync.Mutex
	jobs    []*worker
	byName  map[string]*worker
	started bool
	cancel  context.CancelFunc
	done    sync.WaitGroup
}

type worker struct {
	job    Job
	wake   chan struct{} // holds one: wakes during a run lead to one more run
	status Status
}

// New makes a runner without jobs. now is the clock of the status.
func New(log *slog.Logger, now func() time.Time) *Runner {
	return &Runner{log: log, now: now, byName: map[string]*worker{}}
}

// Add registers a job before Start. A job without name or work, a name that
// stands there twice, and adding after Start are programming errors and panic.
func (r *Runner) Add(j Job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case j.Name == "" || j.Run == nil:
		panic("job: a job has a name and something to do")
	case r.started:
		panic(fmt.Sprintf("job: %s comes after Start", j.Name))
	case r.byName[j.Name] != nil:
		panic(fmt.Sprintf("job: %s stands there twice", j.Name))
	}
	w := &worker{job: j, wake: make(chan struct{}, 1), status: Status{Name: j.Name}}
	r.jobs = append(r.jobs, w)
	r.byName[j.Name] = w
}

var errStarted = errors.New("job: the runner was started already")

// Start begins all jobs. They end when ctx does or when Stop is called.
func (r *Runner) Start(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.started {
		return errStarted
	}
	r.started = true
	ctx, r.cancel = context.WithCancel(ctx)
	for _, w := range r.jobs {
		r.done.Go(func() { r.loop(ctx, w) })
	}
	return nil
}

// Stop tells every run to leave and waits until they have, or until ctx is
// done; the error then names what still runs. It may be called again, and
// before Start, where there is nothing to wait for.
func (r *Runner) Stop(ctx context.Context) error {
	r.mu.Lock()
	cancel := r.cancel
	r.mu.Unlock()
	if cancel == nil {
		return nil
	}
	cancel()
	ended := make(chan struct{})
	go func() { r.done.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("job: still running: %v: %w", r.running(), ctx.Err())
	}
}

func (r *Runner) running() []string {
	var names []string
	for _, s := range r.Status() {
		if s.Running {
			names = append(names, s.Name)
		}
	}
	return names
}

// Wake asks for a run as soon as possible. Wakes before the run begins are one
// run; a wake during a run leads to another one after it, so that nothing
// noticed late is lost. An unknown name is ignored and reported as false.
func (r *Runner) Wake(name string) bool {
	r.mu.Lock()
	w := r.byName[name]
	r.mu.Unlock()
	if w == nil {
		return false
	}
	select {
	case w.wake <- struct{}{}:
	default: // one is waiting already
	}
	return true
}

// Status lists the jobs in the order in which they were added.
func (r *Runner) Status() []Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Status, len(r.jobs))
	for i, w := range r.jobs {
		out[i] = w.status
	}
	return out
}

// tolerated is how many failures in a row are bad luck; from the next on Check
// complains.
const tolerated = 2

// Check is nil while the named jobs (all of them when none is named) run; a
// job that failed several times in a row is named with its last error.
func (r *Runner) Check(names ...string) error {
	var bad []error
	for _, s := range r.Status() {
		wanted := len(names) == 0
		for _, n := range names {
			wanted = wanted || n == s.Name
		}
		if wanted && s.Failures > tolerated {
			bad = append(bad, fmt.Errorf("job %s failed %d times in a row: %w", s.Name, s.Failures, s.LastError))
		}
	}
	return errors.Join(bad...)
}

// loop is the life of one job.
func (r *Runner) loop(ctx context.Context, w *worker) {
	if w.job.AtStart {
		r.once(ctx, w)
	}
	for {
		timer, due := r.next(w)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-w.wake:
			timer.Stop()
		case <-due:
		}
		if ctx.Err() != nil { // both were ready: stopping wins
			return
		}
		r.once(ctx, w)
	}
}

// next is when the job runs by itself: after its interval, sooner or later
// after a failure, never when it only waits to be woken.
func (r *Runner) next(w *worker) (*time.Timer, <-chan time.Time) {
	r.mu.Lock()
	failures := w.status.Failures
	r.mu.Unlock()
	rest := w.job.Every
	if failures > 0 {
		rest = pause(failures, w.job.Every)
	}
	timer := time.NewTimer(rest)
	if rest == 0 {
		timer.Stop()
		return timer, nil
	}
	return timer, timer.C
}

// pause doubles with every failure up to lastPause, but is not shorter than the
// interval of a frequent job. A rare job (once a day) is repeated every lastPause
// until it goes well: its work is due.
func pause(failures int, every time.Duration) time.Duration {
	d := lastPause
	if n := failures - 1; n < 6 {
		d = firstPause << n
	}
	return min(max(d, min(every, lastPause)), lastPause)
}

// once runs the job and keeps what came of it.
func (r *Runner) once(ctx context.Context, w *worker) {
	r.mu.Lock()
	w.status.Running, w.status.LastStart = true, r.now()
	r.mu.Unlock()

	err := r.guarded(ctx, w.job)
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = nil // told to leave, and left
	}

	r.mu.Lock()
	s := &w.status
	s.Running, s.LastEnd, s.LastError = false, r.now(), err
	s.Runs++
	if err == nil {
		s.Failures = 0
	} else {
		s.Failures++
	}
	failures := s.Failures
	r.mu.Unlock()
	if err != nil {
		r.log.Error("job failed", "job", w.job.Name, "failures", failures, "error", err.Error())
	}
}

// guarded turns a panic into an error, with the place in the log.
func (r *Runner) guarded(ctx context.Context, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("job panicked", "job", j.Name, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	if j.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, j.Timeout)
		defer cancel()
	}
	return j.Run(ctx)
}

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"

	"buhuo/internal/fault"
)

// maxBatch bounds how many waiting functions share one fsync.
const maxBatch = 256

// maxWaiting bounds the queue: beyond it a caller is told to come back.
const maxWaiting = 4096

// writer is the one goroutine that writes to SQLite. Whatever waits when it
// begins becomes one transaction: a savepoint for each function, one COMMIT for
// all, so 64 clients share an fsync instead of queueing for 64.
type writer struct {
	db      *DB
	jobs    chan *job
	quit    chan struct{}
	stopped chan struct{}
	once    sync.Once
	dead    atomic.Pointer[error]
}

type job struct {
	ctx      context.Context
	fn       func(context.Context) error
	done     chan error
	err      error
	panicked any
}

func newWriter(d *DB) *writer {
	w := &writer{db: d, jobs: make(chan *job, maxWaiting), quit: make(chan struct{}), stopped: make(chan struct{})}
	go w.run()
	return w
}

func (w *writer) do(ctx context.Context, fn func(context.Context) error) error {
	if err := w.failed(); err != nil {
		return err
	}
	j := &job{ctx: ctx, fn: fn, done: make(chan error, 1)}
	select {
	case <-w.quit:
		return fault.New(fault.Unavailable, "db.unavailable").WithCause(errors.New("the database is closing"))
	default:
	}
	select {
	case w.jobs <- j:
	default:
		return fault.New(fault.Unavailable, "db.busy").WithCause(errors.New("the writer's queue is full"))
	}
	select {
	case err := <-j.done:
		if j.panicked != nil {
			panic(j.panicked)
		}
		return err
	case <-w.stopped:
		// The answer may have been given in the same moment.
		select {
		case err := <-j.done:
			return err
		default:
			return fault.New(fault.Unavailable, "db.unavailable").WithCause(errors.New("the database is closed"))
		}
	}
}

func (w *writer) stop() {
	w.once.Do(func() { close(w.quit) })
	<-w.stopped
}

func (w *writer) failed() error {
	if err := w.dead.Load(); err != nil {
		return *err
	}
	return nil
}

func (w *writer) run() {
	defer close(w.stopped)
	batch := make([]*job, 0, maxBatch)
	for {
		batch = batch[:0]
		select {
		case j := <-w.jobs:
			batch = append(batch, j)
		case <-w.quit:
			select { // finish what was taken before the stop
			case j := <-w.jobs:
				batch = append(batch, j)
			default:
				return
			}
		}
	fill:
		for len(batch) < maxBatch {
			select {
			case j := <-w.jobs:
				batch = append(batch, j)
			default:
				break fill
			}
		}
		w.commit(batch)
		for _, j := range batch {
			j.done <- j.err
		}
		clear(batch)
	}
}

// commit runs the batch in one transaction and leaves each job's answer in j.err.
func (w *writer) commit(batch []*job) {
	if err := w.failed(); err != nil {
		failAll(batch, err)
		return
	}
	// A cancelled statement would roll back the neighbours too, so the transaction
	// does not follow any caller's cancellation; a function that is cancelled
	// before its turn is left out.
	ctx := context.Background()
	conn, err := w.db.writerSQL.Conn(ctx)
	if err != nil {
		failAll(batch, translate(err))
		return
	}
	defer conn.Close() //nolint:errcheck // returns it to the pool
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		failAll(batch, translate(err))
		return
	}
	wrote := false
	for i, j := range batch {
		if err := j.ctx.Err(); err != nil {
			j.err = err
			continue
		}
		ok, broken := w.step(ctx, conn, j, len(batch) == 1)
		wrote = wrote || ok
		if broken != nil {
			_, _ = conn.ExecContext(ctx, "ROLLBACK")
			for _, other := range batch[:i+1] {
				if other.err == nil {
					other.err = broken
				}
			}
			w.commit(batch[i+1:])
			return
		}
	}
	if !wrote {
		// On a full disk SQLite has given the transaction up by itself.
		if _, err := conn.ExecContext(ctx, "ROLLBACK"); err != nil && !strings.Contains(err.Error(), "no transaction is active") {
			slog.Error("roll back an empty batch", "error", err)
		}
		return
	}
	if _, err := conn.ExecContext(ctx, "COMMIT"); err != nil {
		_, _ = conn.ExecContext(ctx, "ROLLBACK")
		cause := uncommitted(err)
		if isIOError(err) {
			// A failed fsync leaves the disk's content unknown: no more work until the
			// file is opened again and its log replayed.
			w.dead.Store(&cause)
		}
		for _, j := range batch {
			if j.err == nil {
				j.err = cause
			}
		}
	}
}

// step runs one function inside its savepoint. broken is set when SQLite has
// given up the whole transaction (disk full, I/O error).
func (w *writer) step(ctx context.Context, conn *sql.Conn, j *job, alone bool) (ok bool, broken error) {
	if !alone {
		if _, err := conn.ExecContext(ctx, "SAVEPOINT step"); err != nil {
			return false, translate(err)
		}
	}
	j.err = w.call(conn, j)
	if j.err == nil {
		if !alone {
			if _, err := conn.ExecContext(ctx, "RELEASE step"); err != nil {
				j.err = translate(err)
				return false, translate(err)
			}
		}
		return true, nil
	}
	if alone {
		return false, nil
	}
	if _, err := conn.ExecContext(ctx, "ROLLBACK TO step"); err != nil {
		return false, translate(err)
	}
	if _, err := conn.ExecContext(ctx, "RELEASE step"); err != nil {
		return false, translate(err)
	}
	return false, nil
}

func (w *writer) call(conn *sql.Conn, j *job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			slog.Error("panic in a transaction", "panic", p, "stack", string(debug.Stack()))
			j.panicked = p
			err = fmt.Errorf("panic in a transaction: %v", p)
		}
	}()
	ctx := context.WithoutCancel(j.ctx)
	return translate(j.fn(w.db.into(ctx, w.db.writerORM, conn)))
}

// uncommitted is what everybody of a batch is told whose COMMIT failed: come back.
func uncommitted(err error) error {
	err = fmt.Errorf("commit: %w", err)
	if f, ok := fault.As(translate(err)); ok {
		return f
	}
	return fault.New(fault.Unavailable, "db.unavailable").WithCause(err)
}

func failAll(batch []*job, err error) {
	for _, j := range batch {
		j.err = err
	}
}

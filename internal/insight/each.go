package insight

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"buhuo/internal/day"
)

const (
	// atOnce is how many rows are handed on together: their cells fit the processor's own
	// memory, and handing on is cheap beside reading them.
	atOnce = 16
	// ahead is how many such batches may wait to be visited.
	ahead = 16
)

// batch is some rows on their way to a board.
type batch struct {
	rows  []Row
	parts []part
	cells []Cell
	err   error
	ready chan struct{} // closed when the rows have been read
}

// batches are those that have been visited, for the next: a board needs a thousand.
var batches = sync.Pool{New: func() any { return &batch{} }}

func newBatch() *batch {
	b := batches.Get().(*batch) //nolint:forcetypeassert // nothing else is in it
	clear(b.rows)
	b.rows, b.parts, b.cells, b.err, b.ready = b.rows[:0], b.parts[:0], b.cells[:0], nil, make(chan struct{})
	return b
}

// part is which of a batch's cells are a product's.
type part struct {
	one *subject
	end int
}

// each visits the cells of the days of windows, by year and product, each product's in
// order. Archived and merged products are among them: what they did counts as it was.
// Rows come from the store, are read and are visited at the same time, on as many cores
// as there are: a large board is made of twenty thousand. A desk's subjects must not
// change meanwhile but by visit.
func (s *Service) each(ctx context.Context, d *desk, windows []Window, visit func(*subject, *Cell)) error {
	from, through := day.Date(0), day.Date(-1)
	for _, w := range windows {
		switch {
		case w.Days() <= 0:
		case through < from:
			from, through = w.From, w.Through
		default:
			from, through = min(from, w.From), max(through, w.Through)
		}
	}
	if through < from {
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	todo, queue, read := make(chan *batch), make(chan *batch, ahead), make(chan error, 1)
	for range max(runtime.GOMAXPROCS(0)-1, 1) {
		go func() {
			for b := range todo {
				b.read(d, windows)
				close(b.ready)
			}
		}()
	}
	go func() {
		defer close(queue)
		defer close(todo)
		b := newBatch()
		pass := func() error {
			for _, to := range []chan *batch{queue, todo} {
				select {
				case to <- b:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			b = newBatch()
			return nil
		}
		err := s.store.Rows(ctx, nil, from.Year(), through.Year(), func(r Row) error {
			if b.rows = append(b.rows, r); len(b.rows) < atOnce {
				return nil
			}
			return pass()
		})
		if err == nil {
			err = pass()
		}
		read <- err
	}()
	for b := range queue {
		select {
		case <-b.ready:
		case <-ctx.Done():
			return ctx.Err()
		}
		if b.err != nil {
			return b.err
		}
		at := 0
		for _, p := range b.parts {
			for ; at < p.end; at++ {
				visit(p.one, &b.cells[at])
			}
		}
		batches.Put(b)
	}
	return <-read
}

// read reads the rows of the products that the desk asks for.
func (b *batch) read(d *desk, windows []Window) {
	for _, r := range b.rows {
		one := d.subjects[r.ProductID]
		if one == nil || !d.Category.IsNil() && one.CategoryID != d.Category {
			continue
		}
		for c, err := range r.Within(windows) {
			if err != nil {
				b.err = fmt.Errorf("product %s: %w", r.ProductID, err)
				return
			}
			b.cells = append(b.cells, *c)
		}
		b.parts = append(b.parts, part{one, len(b.cells)})
	}
}

package insight

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"buhuo/internal/day"
)

const (
	// ahead is how many blocks may wait for each of the hands.
	ahead = 8
	// hands is how many add up at once: two cores are what small machines have.
	hands = 2
)

// each visits the cells of the days of windows, by month, each product's in order; where
// it was sold is told by the spot, not by the cell. Archived products are among them, and
// what goes on as another product is visited with that one, after all others. Two hands
// share the parts of the shop, so that a product is visited by one of them; each adds up
// in a sum of its own, which begin makes, and in the product.
func each[Sum any](ctx context.Context, s *Service, d *desk, windows []Window, begin func() *Sum, visit func(*Sum, *subject, *Cell, *spot)) ([]*Sum, error) {
	months := touched(windows)
	leaves, places, kept, err := s.leaves(ctx, months)
	if err != nil {
		return nil, err
	}
	var sums []*Sum
	var visits [hands]func(*subject, *Cell, *spot)
	var workers [hands]*hand
	for i := range workers {
		sum := begin()
		sums = append(sums, sum)
		visits[i] = func(one *subject, c *Cell, at *spot) { visit(sum, one, c, at) }
		workers[i] = &hand{desk: d, windows: windows}
	}
	if kept {
		var all crew
		for i, h := range workers {
			h.look(places)
			all.start(func() {
				for _, l := range leaves {
					if l.part%hands == i {
						h.visit(l, visits[i])
					}
				}
			})
		}
		all.wait()
	} else {
		err = s.stream(ctx, months, workers, visits)
	}
	if err == nil {
		visitJoined(workers, visits[0])
	}
	for _, h := range workers {
		for _, at := range h.spots {
			if at != nil {
				d.spots = append(d.spots, at)
			}
		}
	}
	return sums, err
}

// stream has the hands visit blocks as the store reads them, of a shop that is not kept at
// hand.
func (s *Service) stream(ctx context.Context, months [][2]YearMonth, workers [hands]*hand, visits [hands]func(*subject, *Cell, *spot)) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var queues [hands]chan Block
	var all crew
	for i, h := range workers {
		queues[i] = make(chan Block, ahead)
		all.start(func() {
			err := errPanic
			defer func() { // nobody must wait for it
				if err != nil {
					stop(err)
				}
			}()
			err = h.work(queues[i], visits[i])
		})
	}
	err := s.read(ctx, months, func(b Block) chan<- Block { return queues[b.Part%hands] })
	for _, queue := range queues {
		close(queue)
	}
	all.wait()
	if cause := context.Cause(ctx); cause != nil { // err says no more than that it was stopped
		return cause
	}
	return err
}

var errPanic = errors.New("insight: a hand panicked")

// work visits blocks until there are no more.
func (h *hand) work(queue <-chan Block, visit func(*subject, *Cell, *spot)) error {
	known := newLibrary()
	for b := range queue {
		l, err := known.unpack(b)
		if err != nil {
			return fmt.Errorf("%v, part %d: %w", b.Month, b.Part, err)
		}
		h.look(known.places)
		h.visit(l, visit)
	}
	return nil
}

// read hands the blocks of months on.
func (s *Service) read(ctx context.Context, stretches [][2]YearMonth, to func(Block) chan<- Block) error {
	for _, months := range stretches {
		err := s.store.Blocks(ctx, nil, months[0], months[1], func(b Block) error {
			select {
			case to(b) <- b:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// crew are some who work at once.
type crew struct {
	all   sync.WaitGroup
	mu    sync.Mutex
	panic any // of one of them
}

func (c *crew) start(work func()) {
	c.all.Add(1)
	go func() {
		defer c.all.Done()
		defer func() {
			if r := recover(); r != nil {
				c.mu.Lock()
				c.panic = r
				c.mu.Unlock()
			}
		}()
		work()
	}()
}

// wait ends when all are done; who asked for the work is told of a panic, not the program.
func (c *crew) wait() {
	c.all.Wait()
	if c.panic != nil {
		panic(c.panic)
	}
}

// later begins to read while others work, where that may be, and gives what was read.
func later[T any](apart bool, read func() (T, error)) func() (T, error) {
	if !apart {
		return read
	}
	var one crew
	var value T
	var err error
	one.start(func() { value, err = read() })
	return func() (T, error) {
		one.wait()
		return value, err
	}
}

// hand adds up some parts of a shop.
type hand struct {
	desk    *desk
	windows []Window
	places  []Place
	spots   []*spot // of the places that were met
	joined  []aside
}

// aside is a cell that waits until those of the products are found that are one.
type aside struct {
	one *subject
	Cell
	at *spot
}

// visitJoined visits what the hands laid aside, of each product in the order of days.
func visitJoined(workers [hands]*hand, visit func(*subject, *Cell, *spot)) {
	var all []aside
	for _, h := range workers {
		all = append(all, h.joined...)
	}
	slices.SortStableFunc(all, func(a, b aside) int {
		return cmp.Or(bytes.Compare(a.one.ID[:], b.one.ID[:]), cmp.Compare(a.Day, b.Day))
	})
	for i := range all {
		visit(all[i].one, &all[i].Cell, all[i].at)
	}
}

// look takes places to look at, which may be more each time.
func (h *hand) look(places []Place) {
	h.places = places
	h.spots = append(h.spots, make([]*spot, len(places)-len(h.spots))...)
}

// visit visits the cells of a leaf. Its products and those of the desk are both in the
// order of their ids.
func (h *hand) visit(l *leaf, visit func(*subject, *Cell, *spot)) {
	rest := h.desk.parts[l.part%Parts]
	whole := covers(h.windows, l.month)
	var c Cell
	from := 0
	for _, p := range l.products {
		i := from
		from = p.end
		for len(rest) > 0 && bytes.Compare(rest[0].id[:], p.id[:]) < 0 {
			rest = rest[1:]
		}
		if len(rest) == 0 || rest[0].id != p.id {
			continue
		}
		one := rest[0].subject
		if !h.desk.Category.IsNil() && one.CategoryID != h.desk.Category {
			continue
		}
		for ; i < p.end; i++ {
			place := l.read(i, &c)
			if !whole && !has(h.windows, c.Day) {
				continue
			}
			at := h.spots[place]
			if at == nil {
				at = h.desk.spot(h.places[place])
				h.spots[place] = at
			}
			if one.joined {
				h.joined = append(h.joined, aside{one, c, at})
				continue
			}
			visit(one, &c, at)
		}
	}
}

// touched lists the months of windows, the first and last of each stretch, without one
// twice.
func touched(windows []Window) (out [][2]YearMonth) {
	for _, w := range windows {
		if w.Days() > 0 {
			out = append(out, [2]YearMonth{MonthOf(w.From), MonthOf(w.Through)})
		}
	}
	slices.SortFunc(out, func(a, b [2]YearMonth) int { return cmp.Compare(a[0], b[0]) })
	n := 0
	for _, one := range out {
		if n > 0 && one[0] <= out[n-1][1]+1 {
			out[n-1][1] = max(out[n-1][1], one[1])
			continue
		}
		out[n] = one
		n++
	}
	return out[:n]
}

// covers reports whether one of the windows has all days of another.
func covers(windows []Window, other Window) bool {
	return slices.ContainsFunc(windows, func(w Window) bool { return w.From <= other.From && w.Through >= other.Through })
}

func has(windows []Window, d day.Date) bool {
	for _, w := range windows {
		if w.Has(d) {
			return true
		}
	}
	return false
}

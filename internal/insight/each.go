package insight

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"buhuo/internal/day"
)

const (
	// atOnce is how many rows are handed on together: handing on is cheap beside reading them.
	atOnce = 64
	// ahead is how many such batches may wait to be visited.
	ahead = 8
)

// each visits the cells of the days of windows, by year and product, each product's in
// order. Archived products are among them, and what goes on as another product is visited
// with that one, after all others.
// While rows are unpacked and visited, the store reads the next ones on another core: a
// large board is made of twenty thousand.
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
	queue, read := make(chan []Row, ahead), make(chan error, 1)
	go func() {
		defer close(queue)
		var rows []Row
		pass := func() error {
			select {
			case queue <- rows:
				rows = make([]Row, 0, atOnce)
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		err := s.store.Rows(ctx, nil, from.Year(), through.Year(), func(r Row) error {
			if rows = append(rows, r); len(rows) < atOnce {
				return nil
			}
			return pass()
		})
		if err == nil {
			err = pass()
		}
		read <- err
	}()
	joined := map[*subject][]Cell{}
	for rows := range queue {
		for _, r := range rows {
			one := d.subjects[r.ProductID]
			if one == nil || !d.Category.IsNil() && one.CategoryID != d.Category {
				continue
			}
			for c, err := range r.Within(windows) {
				if err != nil {
					return fmt.Errorf("product %s: %w", r.ProductID, err)
				}
				if one.joined {
					joined[one] = append(joined[one], *c)
					continue
				}
				visit(one, c)
			}
		}
	}
	for _, one := range slices.SortedFunc(maps.Keys(joined), func(a, b *subject) int { return bytes.Compare(a.ID[:], b.ID[:]) }) {
		cells := joined[one]
		slices.SortStableFunc(cells, func(a, b Cell) int { return cmp.Compare(a.Day, b.Day) })
		for i := range cells {
			visit(one, &cells[i])
		}
	}
	return <-read
}

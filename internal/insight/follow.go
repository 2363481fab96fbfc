package insight

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/stock"
)

// together is how many products are folded in one transaction: others wait as long.
const together = 50

// beginning is before any day that a shop can know.
var beginning = day.New(1990, 1, 1)

// Follow folds products anew from the day on from which they changed. It is called
// before their marks are taken back, so that what changes meanwhile is folded again.
func (s *Service) Follow(ctx context.Context, marks []stock.Mark) error {
	marks = slices.Clone(marks)
	slices.SortFunc(marks, func(a, b stock.Mark) int {
		return cmp.Or(cmp.Compare(a.From, b.From), bytes.Compare(a.ProductID[:], b.ProductID[:]))
	})
	for len(marks) > 0 {
		from := marks[0].From
		n := 1
		for n < len(marks) && n < together && marks[n].From == from {
			n++
		}
		ids := make([]ident.ID, n)
		for i, m := range marks[:n] {
			ids[i] = m.ProductID
		}
		marks = marks[n:]
		if err := s.atomic.Do(ctx, func(ctx context.Context) error { return s.refold(ctx, ids, from) }); err != nil {
			return err
		}
	}
	return nil
}

// Rebuild folds everything anew from the ledger.
func (s *Service) Rebuild(ctx context.Context) error {
	ids, err := s.store.Everything(ctx)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(ids, together) {
		if err := s.atomic.Do(ctx, func(ctx context.Context) error { return s.refold(ctx, part, beginning) }); err != nil {
			return err
		}
	}
	return nil
}

// refold replaces what is kept of products since a day.
func (s *Service) refold(ctx context.Context, ids []ident.ID, from day.Date) error {
	from = max(from, beginning)
	kept, err := s.kept(ctx, ids, from)
	if errors.Is(err, ErrDamaged) { // what is derived is made anew, never mended
		kept, from, err = nil, beginning, nil
	}
	if err != nil {
		return err
	}
	folded, err := s.folded(ctx, ids, from)
	if err != nil {
		return err
	}
	var rows []Row
	for _, id := range ids {
		rows = append(rows, years(id, append(kept[id], folded[id]...))...)
	}
	return s.store.PutRows(ctx, ids, from.Year(), rows)
}

// kept reads the cells of a day's year from before it.
func (s *Service) kept(ctx context.Context, ids []ident.ID, from day.Date) (map[ident.ID][]Cell, error) {
	kept := map[ident.ID][]Cell{}
	year := from.Year()
	if from == day.New(year, 1, 1) {
		return kept, nil
	}
	return kept, s.store.Rows(ctx, ids, year, year, func(r Row) error {
		for c, err := range r.Cells() {
			if err != nil {
				return fmt.Errorf("product %s: %w", r.ProductID, err)
			}
			if c.Day < from {
				kept[r.ProductID] = append(kept[r.ProductID], *c)
			}
		}
		return nil
	})
}

// folded folds products from the ledger since a day.
func (s *Service) folded(ctx context.Context, ids []ident.ID, from day.Date) (map[ident.ID][]Cell, error) {
	lines, err := s.store.Lines(ctx, ids, from)
	if err != nil {
		return nil, err
	}
	moves, err := s.store.Moves(ctx, ids, from)
	if err != nil {
		return nil, err
	}
	balances, err := s.stock.Balances(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[ident.ID][]Cell, len(ids))
	for _, id := range ids {
		out[id] = fold(lines[id], moves[id], balances[id].KnownFrom)
	}
	return out, nil
}

// mostMarks bounds how many waiting products Verify leaves out.
const mostMarks = 1 << 20

// Verify names the products whose rows are not what the ledger gives. Products that
// wait to be worked out again are left out.
func (s *Service) Verify(ctx context.Context) ([]string, error) {
	ids, err := s.store.Everything(ctx)
	if err != nil {
		return nil, err
	}
	marks, err := s.stock.Marked(ctx, mostMarks)
	if err != nil {
		return nil, err
	}
	waiting := make(map[ident.ID]bool, len(marks))
	for _, m := range marks {
		waiting[m.ProductID] = true
	}
	var wrong []string
	for part := range slices.Chunk(ids, together) {
		part = slices.DeleteFunc(slices.Clone(part), func(id ident.ID) bool { return waiting[id] })
		if len(part) == 0 {
			continue
		}
		found, err := s.differing(ctx, part)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, found...)
	}
	return wrong, nil
}

func (s *Service) differing(ctx context.Context, ids []ident.ID) (wrong []string, err error) {
	folded, err := s.folded(ctx, ids, beginning)
	if err != nil {
		return nil, err
	}
	type key struct {
		id   ident.ID
		year int
	}
	kept := map[key][]byte{}
	err = s.store.Rows(ctx, ids, 0, 9999, func(r Row) error {
		kept[key{r.ProductID, r.Year}] = r.Packed
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		for _, r := range years(id, folded[id]) {
			at := key{id, r.Year}
			if !bytes.Equal(kept[at], r.Packed) {
				wrong = append(wrong, fmt.Sprintf("product %s: the figures of %d are not those of the ledger", id, r.Year))
			}
			delete(kept, at)
		}
	}
	for at := range kept {
		wrong = append(wrong, fmt.Sprintf("product %s: there are figures of %d, and nothing in the ledger", at.id, at.year))
	}
	slices.Sort(wrong)
	return wrong, nil
}

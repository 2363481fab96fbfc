package insight

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/stock"
)

// together is how many products are folded in one transaction: others wait as long.
const together = 50

// beginning is before any day that a shop can know.
var beginning = day.New(1990, 1, 1)

// lastMonth is behind any that a shop can know.
const lastMonth = YearMonth(9999 * 12)

// Follow folds products anew from the day on from which they changed. It is called
// before their marks are taken back, so that what changes meanwhile is folded again.
func (s *Service) Follow(ctx context.Context, marks []stock.Mark) error {
	marks = slices.Clone(marks)
	slices.SortFunc(marks, func(a, b stock.Mark) int {
		return cmp.Or(cmp.Compare(a.From, b.From), byPart(a.ProductID, b.ProductID))
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

// byPart orders products so that those of a part, whose blocks they share, are together.
func byPart(a, b ident.ID) int {
	return cmp.Or(cmp.Compare(PartOf(a), PartOf(b)), bytes.Compare(a[:], b[:]))
}

// Rebuild folds everything anew from the ledger.
func (s *Service) Rebuild(ctx context.Context) error {
	return s.eachPart(ctx, func(part int, ids []ident.ID) error {
		return s.atomic.Do(ctx, func(ctx context.Context) error { return s.remake(ctx, part, ids) })
	})
}

// eachPart visits every part with the products that have a past.
func (s *Service) eachPart(ctx context.Context, do func(part int, ids []ident.ID) error) error {
	all, err := s.store.Everything(ctx)
	if err != nil {
		return err
	}
	parts := make([][]ident.ID, Parts)
	for _, id := range all {
		parts[PartOf(id)] = append(parts[PartOf(id)], id)
	}
	for part, ids := range parts {
		if err := do(part, ids); err != nil {
			return err
		}
	}
	return nil
}

// remake replaces all blocks of a part, whatever they hold.
func (s *Service) remake(ctx context.Context, part int, ids []ident.ID) error {
	stored, err := s.stored(ctx, []int{part}, MonthOf(beginning))
	if err != nil {
		return err
	}
	folded, err := s.folded(ctx, ids, beginning)
	if err != nil {
		return err
	}
	return s.store.PutBlocks(ctx, changed(stored, Blocks(folded)))
}

// blockKey is the place of a block among those of a shop.
type blockKey struct {
	month YearMonth
	part  int
}

// stored reads the blocks of parts from a month on.
func (s *Service) stored(ctx context.Context, parts []int, from YearMonth) (map[blockKey]Block, error) {
	out := map[blockKey]Block{}
	err := s.store.Blocks(ctx, parts, from, lastMonth, func(b Block) error {
		out[blockKey{b.Month, b.Part}] = b
		return nil
	})
	return out, err
}

// changed lists what must be written so that blocks stand in the place of those stored:
// blocks that are others, and of those that are no more their places.
func changed(stored map[blockKey]Block, blocks []Block) (out []Block) {
	stays := map[blockKey]bool{}
	for _, b := range blocks {
		at := blockKey{b.Month, b.Part}
		if stays[at] = true; !bytes.Equal(stored[at].Packed, b.Packed) {
			out = append(out, b)
		}
	}
	for at := range stored {
		if !stays[at] {
			out = append(out, Block{Month: at.month, Part: at.part})
		}
	}
	return out
}

// refold replaces what is kept of products since a day.
func (s *Service) refold(ctx context.Context, ids []ident.ID, from day.Date) error {
	from = max(from, beginning)
	var parts []int
	for _, id := range ids {
		parts = append(parts, PartOf(id))
	}
	slices.Sort(parts)
	parts = slices.Compact(parts)
	stored, err := s.stored(ctx, parts, MonthOf(from))
	if err != nil {
		return err
	}
	cells, err := staying(stored, func(id ident.ID, d day.Date) bool { return d < from || !slices.Contains(ids, id) })
	if errors.Is(err, ErrDamaged) { // what is derived is made anew, never mended
		return s.eachPart(ctx, func(part int, all []ident.ID) error {
			if !slices.Contains(parts, part) {
				return nil
			}
			return s.remake(ctx, part, all)
		})
	}
	if err != nil {
		return err
	}
	folded, err := s.folded(ctx, ids, from)
	if err != nil {
		return err
	}
	for id, list := range folded {
		cells[id] = append(cells[id], list...)
	}
	return s.store.PutBlocks(ctx, changed(stored, Blocks(cells)))
}

// staying reads the cells of blocks that stay, of each product in order.
func staying(blocks map[blockKey]Block, stays func(ident.ID, day.Date) bool) (map[ident.ID][]Cell, error) {
	out := map[ident.ID][]Cell{}
	for _, at := range slices.SortedFunc(maps.Keys(blocks), func(a, b blockKey) int { return cmp.Compare(a.month, b.month) }) {
		products, err := blocks[at].Cells()
		if err != nil {
			return nil, fmt.Errorf("%v, part %d: %w", at.month, at.part, err)
		}
		for id, cells := range products {
			for _, c := range cells {
				if stays(id, c.Day) {
					out[id] = append(out[id], c)
				}
			}
		}
	}
	return out, nil
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

// Verify names the blocks that are not what the ledger gives, byte by byte. Products that
// wait to be worked out again are left as they are.
func (s *Service) Verify(ctx context.Context) ([]string, error) {
	marks, err := s.stock.Marked(ctx, mostMarks)
	if err != nil {
		return nil, err
	}
	waiting := make(map[ident.ID]bool, len(marks))
	for _, m := range marks {
		waiting[m.ProductID] = true
	}
	var wrong []string
	err = s.eachPart(ctx, func(part int, ids []ident.ID) error {
		found, err := s.differing(ctx, part, ids, waiting)
		wrong = append(wrong, found...)
		return err
	})
	return wrong, err
}

func (s *Service) differing(ctx context.Context, part int, ids []ident.ID, waiting map[ident.ID]bool) (wrong []string, err error) {
	stored, err := s.stored(ctx, []int{part}, MonthOf(beginning))
	if err != nil {
		return nil, err
	}
	cells, err := staying(stored, func(id ident.ID, _ day.Date) bool { return waiting[id] })
	if errors.Is(err, ErrDamaged) {
		return []string{err.Error()}, nil
	}
	if err != nil {
		return nil, err
	}
	folded, err := s.folded(ctx, slices.DeleteFunc(slices.Clone(ids), func(id ident.ID) bool { return waiting[id] }), beginning)
	if err != nil {
		return nil, err
	}
	maps.Copy(cells, folded)
	for _, b := range changed(stored, Blocks(cells)) {
		products, err := stored[blockKey{b.Month, b.Part}].differ(b)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, fmt.Sprintf("figures of %v, part %d: not those of the ledger, of the products %v", b.Month, b.Part, products))
	}
	slices.Sort(wrong)
	return wrong, nil
}

// differ lists the products of which another block says something else.
func (b Block) differ(other Block) (ids []ident.ID, err error) {
	var of [2]map[ident.ID][]Cell
	for i, one := range []Block{b, other} {
		if one.Packed == nil {
			continue
		}
		if of[i], err = one.Cells(); err != nil {
			return nil, err
		}
	}
	for _, i := range []int{0, 1} {
		for id, cells := range of[i] {
			if !slices.Equal(cells, of[1-i][id]) && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	slices.SortFunc(ids, byPart)
	return ids, nil
}

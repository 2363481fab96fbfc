package insight

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"

	"buhuo/internal/catalog"
	"buhuo/internal/tenant"
)

// mostKept is how many bytes of unpacked blocks stay at hand, of all shops together: the
// largest shop that is meant to be fast, of three million lines, takes half of it.
const mostKept = 192 << 20

// productSize is how many bytes a product takes, roughly.
const productSize = 500

// shelves keep unpacked blocks at hand, so that a board reads from the store only what is
// newer. They are a copy of the store and no more: every board asks for the revision
// first, so that several processes on one database see the same.
type shelves struct {
	mu   sync.Mutex
	of   map[tenant.ShopID]*shelf
	time int64 // grows with every use
	size int   // of all
	most int   // 0: mostKept
}

// shelf is what is at hand of one shop.
type shelf struct {
	mu     sync.Mutex // held while blocks are read
	rev    int64
	months map[YearMonth]bool // that are here whole
	leaves map[blockKey]*leaf
	bytes  int  // of the leaves
	large  bool // it does not fit, and is read block by block
	*library

	listed   string            // the state of the catalogue that they are of
	products []catalog.Product // in the order of their ids; never changed

	size int   // as all know it; guarded by shelves.mu, as
	used int64 // the time of its last use
}

// find gives the shelf of a shop.
func (s *shelves) find(id tenant.ShopID) *shelf {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		s.of = map[tenant.ShopID]*shelf{}
	}
	if s.of[id] == nil {
		s.of[id] = &shelf{rev: -1, months: map[YearMonth]bool{}, leaves: map[blockKey]*leaf{}, library: newLibrary()}
	}
	s.time++
	s.of[id].used = s.time
	return s.of[id]
}

// weigh notes how large a shelf is now, and takes away those that were used longest ago
// while all together are too large.
func (s *shelves) weigh(id tenant.ShopID, one *shelf, size int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[id] != one {
		return // it was taken away meanwhile: whoever has it uses it this once
	}
	s.size += size - one.size
	one.size = size
	for s.size > cmp.Or(s.most, mostKept) {
		oldest := slices.MinFunc(slices.Collect(maps.Keys(s.of)), func(a, b tenant.ShopID) int { return cmp.Compare(s.of[a].used, s.of[b].used) })
		s.size -= s.of[oldest].size
		delete(s.of, oldest)
	}
}

// products gives the products of a shop as they stand in the catalogue, in the order of
// their ids; who gets them does not change them. settled is false inside a transaction.
func (s *Service) products(ctx context.Context) (list []catalog.Product, settled bool, err error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, false, err
	}
	_, settled, err = s.store.Revision(ctx)
	if err != nil {
		return nil, false, err
	}
	if !settled {
		list, err = s.catalogue(ctx)
		return list, false, err
	}
	state, err := s.store.Listed(ctx)
	if err != nil {
		return nil, false, err
	}
	one := s.shelves.find(scope.Shop)
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.listed == state {
		return one.products, true, nil
	}
	if list, err = s.catalogue(ctx); err == nil {
		one.listed, one.products = state, list
	}
	return list, true, err
}

func (s *Service) catalogue(ctx context.Context) ([]catalog.Product, error) {
	list, err := s.store.Products(ctx)
	slices.SortFunc(list, func(a, b catalog.Product) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return list, err
}

// errTooLarge ends reading what is not kept at hand.
var errTooLarge = errors.New("insight: more than is kept at hand")

// leaves gives the unpacked blocks of months, by month and part, with their places; false
// where they are too many to be kept at hand, or must not be.
func (s *Service) leaves(ctx context.Context, stretches [][2]YearMonth) ([]*leaf, []Place, bool, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, nil, false, err
	}
	rev, settled, err := s.store.Revision(ctx)
	if err != nil || !settled {
		return nil, nil, false, err
	}
	one, most := s.shelves.find(scope.Shop), cmp.Or(s.shelves.most, mostKept)
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.large {
		return nil, nil, false, nil
	}
	err = one.renew(ctx, s.store, rev, most)
	for _, months := range stretches {
		for from, through := range one.lacking(months) {
			if err == nil {
				err = one.load(ctx, s.store, from, through, most)
			}
		}
	}
	if errors.Is(err, errTooLarge) {
		one.large, one.months, one.leaves, one.library, one.bytes = true, nil, nil, nil, 0
		s.shelves.weigh(scope.Shop, one, 0)
		return nil, nil, false, nil
	}
	if err != nil {
		return nil, nil, false, err
	}
	s.shelves.weigh(scope.Shop, one, one.bytes+productSize*len(one.products))
	return one.list(stretches), one.library.places, true, nil
}

// renew reads what was written since the last time. What is written while it reads is read
// once more the next time.
func (s *shelf) renew(ctx context.Context, store Store, rev int64, most int) error {
	if s.rev >= 0 && s.rev < rev {
		err := store.Newer(ctx, s.rev, func(b Block) error {
			if !s.months[b.Month] { // it is read when it is asked for
				return nil
			}
			return s.put(b, most)
		})
		if err != nil {
			return err
		}
	}
	s.rev = max(s.rev, rev)
	return nil
}

// lacking lists the stretches of months that are not here, the first and the last of each.
func (s *shelf) lacking(months [2]YearMonth) iter.Seq2[YearMonth, YearMonth] {
	return func(yield func(from, through YearMonth) bool) {
		for m := months[0]; m <= months[1]; m++ {
			from := m
			for m <= months[1] && !s.months[m] {
				m++
			}
			if m > from && !yield(from, m-1) {
				return
			}
		}
	}
}

// load reads months.
func (s *shelf) load(ctx context.Context, store Store, from, through YearMonth, most int) error {
	if err := store.Blocks(ctx, nil, from, through, func(b Block) error { return s.put(b, most) }); err != nil {
		return err
	}
	for m := from; m <= through; m++ {
		s.months[m] = true
	}
	return nil
}

// put lays a block in the place of the one before.
func (s *shelf) put(b Block, most int) error {
	at := blockKey{b.Month, b.Part}
	if old := s.leaves[at]; old != nil {
		s.bytes -= old.size()
		delete(s.leaves, at)
	}
	if len(b.Packed) == 0 {
		return nil
	}
	l, err := s.library.unpack(b)
	if err != nil {
		return fmt.Errorf("%v, part %d: %w", b.Month, b.Part, err)
	}
	s.leaves[at] = l
	if s.bytes += l.size(); s.bytes > most {
		return errTooLarge
	}
	return nil
}

// list gives the leaves of months.
func (s *shelf) list(stretches [][2]YearMonth) (out []*leaf) {
	for _, months := range stretches {
		for m := months[0]; m <= months[1]; m++ {
			for part := range Parts {
				if l := s.leaves[blockKey{m, part}]; l != nil {
					out = append(out, l)
				}
			}
		}
	}
	return out
}

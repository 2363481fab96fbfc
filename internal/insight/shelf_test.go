package insight

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// kiosk is a store of blocks in memory.
type kiosk struct {
	Store
	blocks map[blockKey]Block
	newer  []Block // by revision
	read   int     // blocks that were read
}

func (k *kiosk) Revision(context.Context) (int64, bool, error) { return int64(len(k.newer)), true, nil }

func (k *kiosk) Newer(_ context.Context, rev int64, each func(Block) error) error {
	for _, b := range k.newer[rev:] {
		k.read++
		if err := each(b); err != nil {
			return err
		}
	}
	return nil
}

func (k *kiosk) Blocks(_ context.Context, _ []int, from, through YearMonth, each func(Block) error) error {
	for _, at := range slices.SortedFunc(maps.Keys(k.blocks), func(a, b blockKey) int { return int(a.month-b.month)*Parts + a.part - b.part }) {
		b := k.blocks[at]
		if b.Month < from || b.Month > through || b.Packed == nil {
			continue
		}
		k.read++
		if err := each(b); err != nil {
			return err
		}
	}
	return nil
}

func (k *kiosk) put(b Block) {
	k.blocks[blockKey{b.Month, b.Part}] = b
	k.newer = append(k.newer, b)
}

// Whatever is written between boards, and whatever can be kept at hand, each board visits
// what the store holds.
func TestShelvesAreTheStore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := &kiosk{blocks: map[blockKey]Block{}}
		s := &Service{store: k, shelves: shelves{most: rapid.SampledFrom([]int{1, 2000, 0}).Draw(t, "most")}}
		ctx := tenant.With(context.Background(), tenant.Scope{Shop: 1})
		beside := tenant.With(context.Background(), tenant.Scope{Shop: 2})
		for range rapid.IntRange(1, 6).Draw(t, "rounds") {
			for _, b := range Blocks(monthsOf(2026).Draw(t, "cells")) {
				if rapid.IntRange(0, 4).Draw(t, "gone") == 0 {
					b.Packed = nil
				}
				k.put(b)
			}
			windows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Window {
				from := day.New(2026, 11, 20).Add(rapid.IntRange(0, 90).Draw(t, "from"))
				return Window{from, from.Add(rapid.IntRange(-2, 50).Draw(t, "days"))}
			}), 0, 3).Draw(t, "windows")
			d, want := &desk{}, map[ident.ID][]Cell{}
			for _, at := range slices.SortedFunc(maps.Keys(k.blocks), func(a, b blockKey) int { return int(a.month - b.month) }) {
				if k.blocks[at].Packed == nil {
					continue
				}
				products, err := k.blocks[at].Cells()
				if err != nil {
					t.Fatal(err)
				}
				for id, cells := range products {
					if !slices.ContainsFunc(d.parts[at.part], func(e entry) bool { return e.id == id }) {
						d.parts[at.part] = append(d.parts[at.part], entry{id, &subject{Product: &catalog.Product{ID: id}}})
						slices.SortFunc(d.parts[at.part], func(a, b entry) int { return byPart(a.id, b.id) })
					}
					for _, c := range cells {
						if has(windows, c.Day) {
							want[id] = append(want[id], c)
						}
					}
				}
			}
			if rapid.Bool().Draw(t, "beside") { // another shop with the same blocks takes room
				if _, _, _, err := s.leaves(beside, touched(windows)); err != nil {
					t.Fatal(err)
				}
			}
			got := map[ident.ID][]Cell{}
			type visited map[ident.ID][]Cell
			sums, err := each(ctx, s, d, windows, func() *visited { return &visited{} }, func(sum *visited, one *subject, c *Cell, at *spot) {
				found := *c
				found.Place = at.Place
				(*sum)[one.ID] = append((*sum)[one.ID], found)
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, sum := range sums {
				maps.Copy(got, *sum)
			}
			if !maps.EqualFunc(got, want, slices.Equal) {
				t.Fatalf("%v: %v, want %v", windows, got, want)
			}
		}
		size := 0
		for _, one := range s.shelves.of {
			size += one.size
		}
		if size != s.shelves.size || s.shelves.most > 0 && size > s.shelves.most {
			t.Fatalf("%d bytes are kept, counted %d", size, s.shelves.size)
		}
	})
}

// What is at hand is not read again, and what is newer is read alone.
func TestShelvesReadWhatIsNewer(t *testing.T) {
	k := &kiosk{blocks: map[blockKey]Block{}}
	s := &Service{store: k}
	ctx := tenant.With(context.Background(), tenant.Scope{Shop: 1})
	in := func(month int) day.Date { return day.New(2026, time.Month(month), 5) }
	cell := func(d day.Date) Block {
		return Blocks(map[ident.ID][]Cell{{7}: {{Day: d, Kind: Sold, Hour: 7, Lines: 1, Quantity: 1000}}})[0]
	}
	for i := range 12 {
		k.put(cell(in(1 + i)))
	}
	all := []Window{{in(1), in(12)}}
	for _, c := range []struct {
		name    string
		before  func()
		windows []Window
		want    int
	}{
		{"a month", func() {}, []Window{{in(3), in(3)}}, 1},
		{"the same month", func() {}, []Window{{in(3).Add(1), in(3).Add(9)}}, 0},
		{"the year", func() {}, all, 11},
		{"the year again", func() {}, all, 0},
		{"after a sale", func() { k.put(cell(in(6))) }, all, 1},
		{"again", func() {}, all, 0},
	} {
		c.before()
		k.read = 0
		if _, _, kept, err := s.leaves(ctx, touched(c.windows)); err != nil || !kept || k.read != c.want {
			t.Errorf("%s: %d blocks read, want %d; %v %v", c.name, k.read, c.want, kept, err)
		}
	}
}

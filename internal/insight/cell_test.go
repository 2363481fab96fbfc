package insight

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"maps"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/stock"
)

func places() *rapid.Generator[Place] {
	return rapid.Custom(func(t *rapid.T) Place {
		return Place{Channel: ident.ID{rapid.Byte().Draw(t, "channel") % 4}, Supplier: ident.ID{rapid.Byte().Draw(t, "supplier") % 3}, Province: rapid.SampledFrom([]string{"", "33", "3305", "330523"}).Draw(t, "province")}
	})
}

// monthsOf draws what some products did from the end of a year on.
func monthsOf(year int) *rapid.Generator[map[ident.ID][]Cell] {
	return rapid.Custom(func(t *rapid.T) map[ident.ID][]Cell {
		out := map[ident.ID][]Cell{}
		for range rapid.IntRange(0, 5).Draw(t, "products") {
			id := ident.ID{rapid.Byte().Draw(t, "id"), 15: rapid.Byte().Draw(t, "part") % 3}
			if list := cellsOf(year).Draw(t, "cells"); len(list) > 0 {
				out[id] = list
			}
		}
		return out
	})
}

func cellsOf(year int) *rapid.Generator[[]Cell] {
	return rapid.Custom(func(t *rapid.T) []Cell {
		list := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Cell {
			c := Cell{
				Day: day.New(year, 12, 1).Add(rapid.IntRange(0, 70).Draw(t, "day")), Kind: Kind(rapid.IntRange(0, int(kinds)-1).Draw(t, "kind")),
				Hour: -1, Lines: rapid.OneOf(rapid.Just(1), rapid.IntRange(0, 1000)).Draw(t, "lines"),
				Quantity: measure.Quantity(rapid.Int64Range(-int64(measure.MaxQuantity), int64(measure.MaxQuantity)).Draw(t, "quantity")),
			}
			value := money.Amount(rapid.Int64Range(-1<<50, 1<<50).Draw(t, "value"))
			if c.Kind.Sale() {
				c.Hour, c.Place = rapid.IntRange(-1, 23).Draw(t, "hour"), places().Draw(t, "place")
				c.Amount = value
			}
			if !c.Kind.Sale() || c.Kind.Costed() {
				c.Value = value
			}
			return c
		}), 0, 20).Draw(t, "cells")
		slices.SortStableFunc(list, order)
		return list
	})
}

// A board visits the cells of the days of its windows, each product's in order, with their
// places, whatever months are left out.
func TestVisit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := monthsOf(2026).Draw(t, "cells")
		windows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Window {
			from := day.New(2026, 11, 20).Add(rapid.IntRange(0, 90).Draw(t, "from"))
			return Window{from, from.Add(rapid.IntRange(-2, 50).Draw(t, "days"))}
		}), 0, 3).Draw(t, "windows")
		want, got := map[ident.ID][]Cell{}, map[ident.ID][]Cell{}
		d := &desk{}
		h, known := &hand{desk: d, windows: windows}, newLibrary()
		for _, id := range slices.SortedFunc(maps.Keys(all), byPart) {
			cells, one := all[id], &subject{Product: &catalog.Product{ID: id}}
			d.parts[PartOf(id)] = append(d.parts[PartOf(id)], entry{id, one})
			for _, c := range cells {
				if has(windows, c.Day) {
					want[id] = append(want[id], c)
				}
			}
		}
		for _, months := range touched(windows) {
			for _, b := range Blocks(all) {
				if b.Month < months[0] || b.Month > months[1] {
					continue
				}
				l, err := known.unpack(b)
				if err != nil {
					t.Fatal(err)
				}
				h.look(known.places)
				h.visit(l, func(one *subject, c *Cell, at *spot) {
					found := *c
					found.Place = at.Place
					got[one.ID] = append(got[one.ID], found)
				})
			}
		}
		if !maps.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("%v of %v: %v, want %v", windows, all, got, want)
		}
	})
}

// Cells come back as they were packed, however the products are listed, and no byte of a
// block may change unnoticed.
func TestPackAndRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := monthsOf(rapid.IntRange(1990, 2100).Draw(t, "year")).Draw(t, "cells")
		got := map[ident.ID][]Cell{}
		blocks := Blocks(want)
		for _, b := range blocks {
			products, err := b.Cells()
			if err != nil {
				t.Fatal(err)
			}
			for id, cells := range products {
				if PartOf(id) != b.Part || slices.ContainsFunc(cells, func(c Cell) bool { return MonthOf(c.Day) != b.Month }) {
					t.Fatalf("%v lies in month %v, part %d", cells, b.Month, b.Part)
				}
				got[id] = append(got[id], cells...)
			}
		}
		if !maps.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("read %v, packed %v", got, want)
		}
		if len(blocks) == 0 {
			return
		}
		one := blocks[rapid.IntRange(0, len(blocks)-1).Draw(t, "block")]
		one.Packed = bytes.Clone(one.Packed)
		one.Packed[rapid.IntRange(0, len(one.Packed)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		if _, err := one.Cells(); !errors.Is(err, ErrDamaged) {
			t.Fatalf("a changed byte is read as sound: %v", err)
		}
	})
}

// Whatever bytes stand in a block, reading it ends.
func FuzzCells(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0})
	f.Add(Blocks(map[ident.ID][]Cell{{7}: {{Day: day.New(2026, 3, 4), Kind: Sold, Hour: 7, Lines: 1, Quantity: 1000, Amount: 500, Value: 300}}})[0].Packed)
	f.Fuzz(func(_ *testing.T, packed []byte) {
		for _, sound := range []bool{false, true} { // with a checksum that fits, the contents are read too
			if sound {
				packed = binary.LittleEndian.AppendUint32(bytes.Clone(packed), crc32.ChecksumIEEE(packed))
			}
			Block{Month: 24000, Packed: packed}.Cells() //nolint:errcheck // it must only end
		}
	})
}

func line(sale byte, d day.Date, n int, q measure.Quantity, a money.Amount) Line {
	return Line{SaleID: ident.ID{sale}, Day: d, Line: n, Minute: 9*60 + 5, Quantity: q, Amount: a}
}

func TestFold(t *testing.T) {
	d := day.New(2026, 5, 1)
	known := d.Add(-10)
	moves := []Move{
		{SourceID: ident.ID{1}, Day: d, Kind: stock.Sale, SourceLine: 1, Quantity: -2000, Value: -600},
		{SourceID: ident.ID{1}, Day: d, Kind: stock.Sale, SourceLine: 1, Quantity: -1000, Value: -350, Supplier: ident.ID{7}}, // of a second lot
		{SourceID: ident.ID{2}, Day: d, Kind: stock.CustomerReturn, SourceLine: 1, Quantity: 1000, Value: 320},
		{SourceID: ident.ID{3}, Day: d, Kind: stock.Sale, SourceLine: 1, Quantity: -5000, Value: 0},    // cost not known
		{SourceID: ident.ID{9}, Day: d, Kind: stock.Sale, SourceLine: 1, Quantity: -7000, Value: -700}, // voided: its lines are gone
		{SourceID: ident.ID{9}, Day: d, Kind: stock.Sale, SourceLine: 1, Quantity: 7000, Value: 700, Reverses: true},
		{Day: d, Kind: stock.Count, Source: stock.SourceCount, SourceID: ident.ID{20}, Quantity: -500, Value: -150},
		{Day: d, Kind: stock.Count, Source: stock.SourceCount, SourceID: ident.ID{20}, Quantity: 500, Value: 150, Reverses: true}, // the count was undone
		{Day: d, Kind: stock.Count, Source: stock.SourceCount, SourceID: ident.ID{21}, Quantity: 200, Value: 60},
		{Day: d, Kind: stock.Count, Source: stock.SourceCount, SourceID: ident.ID{21}, Quantity: 100, Value: 30}, // of a second lot
		{Day: d, Kind: stock.Count, Source: stock.SourceCount, SourceID: ident.ID{22}},
		{Day: d, Kind: stock.Count, Source: stock.SourceAdjust, Quantity: -100, Value: -30},
		{Day: known, Kind: stock.Count, Source: stock.SourceCount, Quantity: 9000, Value: 2700},
		{Day: d, Kind: stock.Spoilage, Quantity: -200, Value: -60},
	}
	lines := []Line{line(1, d, 1, 3000, 1500), line(2, d, 1, -1000, -500), line(3, d, 1, 5000, 2500), line(4, d, 1, 1000, 480)}
	got := map[Cell]bool{}
	for _, c := range fold(lines, moves, &known) {
		got[c] = true
	}
	sale := func(k Kind, q measure.Quantity, a, v money.Amount) Cell {
		return Cell{Day: d, Kind: k, Hour: 9, Lines: 1, Quantity: q, Amount: a, Value: v}
	}
	move := func(at day.Date, k Kind, n int, q measure.Quantity, v money.Amount) Cell {
		return Cell{Day: at, Kind: k, Hour: -1, Lines: n, Quantity: q, Value: v}
	}
	for _, want := range []Cell{
		sale(Sold, 2000, 1000, 600), {Day: d, Kind: Sold, Hour: 9, Place: Place{Supplier: ident.ID{7}}, Quantity: 1000, Amount: 500, Value: 350}, sale(Returned, -1000, -500, -320), sale(SoldBare, 5000, 2500, 0), sale(SoldPast, 1000, 480, 0),
		move(d, Found, 1, 300, 90), move(d, Agreed, 1, 0, 0), move(d, Adjusted, 1, -100, -30), move(known, Opened, 1, 9000, 2700), move(d, Spoiled, 1, -200, -60),
	} {
		if !got[want] {
			t.Errorf("there is no %+v", want)
		}
		delete(got, want)
	}
	if len(got) > 0 {
		t.Errorf("besides: %v", got)
	}
}

// The days from any day on can be folded anew and put behind the days before: the blocks
// are the same as of all days at once.
func TestFoldFromADay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := day.New(2025, 12, 20)
		var lines []Line
		var moves []Move
		for i := range rapid.IntRange(0, 40).Draw(t, "sales") {
			d, q := first.Add(rapid.IntRange(0, 30).Draw(t, "day")), measure.Quantity(rapid.Int64Range(1, 5000).Draw(t, "quantity"))
			l := line(byte(i), d, 1, q, money.Amount(rapid.Int64Range(0, 1000).Draw(t, "amount")))
			l.Place = places().Draw(t, "place")
			l.Place.Supplier = ident.Nil
			lines = append(lines, l)
			if rapid.Bool().Draw(t, "moved") {
				moves = append(moves, Move{SourceID: l.SaleID, Day: d, Kind: stock.Sale, SourceLine: 1, Quantity: -q, Value: -money.Amount(rapid.Int64Range(0, 900).Draw(t, "cost"))})
			}
			if rapid.Bool().Draw(t, "count") {
				moves = append(moves, Move{Day: d, SourceID: ident.ID{200, byte(i)}, Kind: stock.Count, Source: stock.SourceCount, Quantity: measure.Quantity(rapid.Int64Range(-900, 900).Draw(t, "counted"))})
			}
		}
		from := first.Add(rapid.IntRange(0, 31).Draw(t, "from"))
		later := func(d day.Date) bool { return d >= from }
		var spliced []Cell
		for _, c := range fold(lines, moves, &first) {
			if c.Day < from {
				spliced = append(spliced, c)
			}
		}
		spliced = append(spliced, fold(slices.DeleteFunc(slices.Clone(lines), func(l Line) bool { return !later(l.Day) }),
			slices.DeleteFunc(slices.Clone(moves), func(m Move) bool { return !later(m.Day) }), &first)...)
		all, parts := Blocks(map[ident.ID][]Cell{{}: fold(lines, moves, &first)}), Blocks(map[ident.ID][]Cell{{}: spliced})
		if !slices.EqualFunc(all, parts, func(a, b Block) bool { return a.Month == b.Month && bytes.Equal(a.Packed, b.Packed) }) {
			t.Fatal("the blocks differ")
		}
	})
}

// A stable product is called rising or falling in about one of twenty comparisons, a
// product that doubled nearly always: by many drawn sales.
func TestTrendIsHonest(t *testing.T) {
	rng := newDraw(7)
	wrong, found := 0, 0
	const tries = 2000
	for range tries {
		now, then, twice := make([]float64, 13), make([]float64, 13), make([]float64, 13)
		for i := range now {
			now[i], then[i], twice[i] = rng.busy(12), rng.busy(12), rng.busy(24)
		}
		if c := trendOf(now, then).Course; c == Rising || c == Falling {
			wrong++
		}
		if trendOf(twice, then).Course == Rising {
			found++
		}
	}
	if share := float64(wrong) / tries; share < .025 || share > .075 {
		t.Errorf("%.1f%% of what is stable is called rising or falling, want about 5%%", 100*share)
	}
	if share := float64(found) / tries; share < .95 {
		t.Errorf("only %.1f%% of what doubled is found", 100*share)
	}
}

func TestTrendWithoutSales(t *testing.T) {
	for _, c := range [][2][]float64{{nil, nil}, {{0, 0, 0}, {0, 0, 0}}, {{5, 5, 5}, {0, 0, 0}}, {{0, 0, 0}, {5, 5, 5}}, {{1}, {1}}, {{math.Inf(1), 1, 1}, {1, 1, 1}}} {
		if got := trendOf(c[0], c[1]); got != (Trend{Course: Unsure}) {
			t.Errorf("%v: %+v", c, got)
		}
	}
	if got := trendOf([]float64{2, 2, 2}, []float64{1, 1, 1}); got.Course != Rising || got.Ratio != 2 || got.Low != 2 || got.High != 2 {
		t.Errorf("what never strays is certain: %+v", got)
	}
}

// Quantiles from the tables of Student's law.
func TestStudent(t *testing.T) {
	for free, want := range map[float64]float64{4: 2.776, 6: 2.447, 10: 2.228, 24: 2.064, 100: 1.984} {
		if got := student975(free); math.Abs(got-want) > .012 {
			t.Errorf("%v degrees: %.4f, want %.3f", free, got, want)
		}
	}
}

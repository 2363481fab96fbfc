package insight

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"
	"slices"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Kind says what a cell counts.
type Kind uint8

// The kinds. Sales and returns come in three sorts: with the cost that the ledger
// booked, moved at no known cost, and history, which moved nothing.
const (
	Sold Kind = iota
	SoldBare
	SoldPast
	Returned
	ReturnedBare
	ReturnedPast
	Unclaimed // movements of a sale without a line of that day: normally none
	Received
	SentBack // to the supplier
	Opened   // the count that opened the book
	Agreed   // a count found what the book said
	Missing  // a count found less
	Found    // a count found more
	Adjusted
	Spoiled
	OwnUse
	Gift
	Moved // transfers
	Harvested
	Made     // came out of processing
	Consumed // went into processing
	Revalued
	kinds
)

// Sale reports whether the cell is of lines at the till: sold or brought back.
func (k Kind) Sale() bool { return k <= ReturnedPast }

// Costed reports whether Value is what the cell's goods cost.
func (k Kind) Costed() bool { return k == Sold || k == Returned }

// Cell is what one product did on one day in one way: through one channel, to one
// province, in one hour where it is a sale. Quantity and Value are signed as in the
// ledger (what goes out is negative) but for sales: there sold is positive and brought
// back negative, as the money is.
type Cell struct {
	Day   day.Date
	Kind  Kind
	Hour  int // 0..23, -1 unknown
	Place Place
	Lines int

	Quantity measure.Quantity
	Amount   money.Amount // at the till; 0 unless a sale
	Value    money.Amount // what the ledger booked: of a sale, what the goods had cost
}

// InLedger is what the cell added to the stock and to its value.
func (c *Cell) InLedger() (measure.Quantity, money.Amount) {
	switch c.Kind {
	case SoldPast, ReturnedPast:
		return 0, 0
	case Sold, SoldBare, Returned, ReturnedBare:
		return -c.Quantity, -c.Value
	}
	return c.Quantity, c.Value
}

// Place is how and whither goods were sold, and whence they had come; the zero value is
// no sale.
type Place struct {
	Channel  ident.ID
	Province string   // GB/T 2260; empty: unknown
	Supplier ident.ID // who delivered the lots; zero: unknown
}

// Row is one product's year as it is stored.
type Row struct {
	ProductID ident.ID
	Year      int
	Packed    []byte
}

const rowVersion = 3

// ErrDamaged is the cause of every refusal to read a row.
var ErrDamaged = errors.New("insight: packed row is damaged")

// Pack writes the cells of one product's year, which stand in the order of order, as few
// bytes: a version, the places, of each month how many cells it has and how many bytes
// they take, the cells as numbers of variable length, a checksum. A reader skips the
// months that it does not need. The same cells give the same bytes.
func Pack(year int, cells []Cell) []byte {
	out := []byte{rowVersion}
	var places []Place
	at := map[Place]int{{}: 0}
	for _, c := range cells {
		if _, ok := at[c.Place]; !ok {
			places = append(places, c.Place)
			at[c.Place] = len(places)
		}
	}
	out = binary.AppendUvarint(out, uint64(len(places)))
	for _, p := range places {
		out = append(append(out, p.Channel[:]...), p.Supplier[:]...)
		out = binary.AppendUvarint(out, uint64(len(p.Province)))
		out = append(out, p.Province...)
	}
	var month []byte
	for m := time.January; m <= time.December; m++ {
		first, end := day.New(year, m, 1), day.New(year, m+1, 1)
		n := 0
		for n < len(cells) && cells[n].Day < end {
			n++
		}
		month = packMonth(month[:0], first, cells[:n], at)
		out = append(binary.AppendUvarint(binary.AppendUvarint(out, uint64(n)), uint64(len(month))), month...)
		cells = cells[n:]
	}
	return binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(out))
}

// packMonth writes the cells of a month that begins on first.
func packMonth(out []byte, first day.Date, cells []Cell, at map[Place]int) []byte {
	for _, c := range cells {
		out = binary.AppendUvarint(out, uint64(c.Day-first)*uint64(kinds)+uint64(c.Kind))
		first = c.Day
		if c.Kind.Sale() {
			out = binary.AppendUvarint(out, uint64(at[c.Place])*25+uint64(c.Hour+1))
			out = binary.AppendVarint(out, int64(c.Amount))
		}
		out = binary.AppendUvarint(out, uint64(c.Lines))
		out = binary.AppendVarint(out, int64(c.Quantity))
		if !c.Kind.Sale() || c.Kind.Costed() {
			out = binary.AppendVarint(out, int64(c.Value))
		}
	}
	return out
}

// Cells reads what Pack wrote, one cell after the other; the error ends it. The cell is
// valid until the next one.
func (r Row) Cells() iter.Seq2[*Cell, error] {
	return r.Within([]Window{{day.New(r.Year, 1, 1), day.New(r.Year+1, 1, 1)}})
}

// Within is Cells of the days of some windows; months outside are not looked at.
func (r Row) Within(windows []Window) iter.Seq2[*Cell, error] {
	return func(yield func(*Cell, error) bool) {
		var c Cell
		s, places, err := r.open()
		if err != nil {
			yield(&c, err)
			return
		}
		for m := time.January; m <= time.December; m++ {
			n, size := int(min(s.next(), 1<<24)), int(min(s.next(), 1<<30))
			month := scanner{rest: s.take(size)}
			c.Day = day.New(r.Year, m, 1)
			if touches(windows, Window{c.Day, day.New(r.Year, m+1, 1).Add(-1)}) {
				for range n {
					if month.cell(&c, places); month.bad {
						yield(&c, fmt.Errorf("%w: contents", ErrDamaged))
						return
					}
					if has(windows, c.Day) && !yield(&c, nil) {
						return
					}
				}
				s.bad = s.bad || len(month.rest) > 0
			}
			if s.bad {
				yield(&c, fmt.Errorf("%w: months", ErrDamaged))
				return
			}
		}
		if len(s.rest) > 0 {
			yield(&c, fmt.Errorf("%w: %d bytes too many", ErrDamaged, len(s.rest)))
		}
	}
}

func has(windows []Window, d day.Date) bool {
	for _, w := range windows {
		if w.Has(d) {
			return true
		}
	}
	return false
}

func touches(windows []Window, other Window) bool {
	for _, w := range windows {
		if w.From <= other.Through && other.From <= w.Through && w.From <= w.Through {
			return true
		}
	}
	return false
}

func (r Row) open() (s scanner, places []Place, err error) {
	end := len(r.Packed) - 4
	if end < 1 || crc32.ChecksumIEEE(r.Packed[:end]) != binary.LittleEndian.Uint32(r.Packed[end:]) {
		return s, nil, fmt.Errorf("%w: checksum", ErrDamaged)
	}
	if r.Packed[0] != rowVersion {
		return s, nil, fmt.Errorf("%w: version %d", ErrDamaged, r.Packed[0])
	}
	s.rest = r.Packed[1:end]
	places = make([]Place, min(s.next(), 1<<16)+1)
	for i := range places[1:] {
		copy(places[i+1].Channel[:], s.take(16))
		copy(places[i+1].Supplier[:], s.take(16))
		places[i+1].Province = string(s.take(int(min(s.next(), 1<<10))))
	}
	return s, places, nil
}

// scanner reads numbers and remembers that one was missing.
type scanner struct {
	rest []byte
	bad  bool
}

func (s *scanner) next() uint64 {
	v, n := binary.Uvarint(s.rest)
	if n <= 0 {
		s.bad, s.rest = true, nil
		return 0
	}
	s.rest = s.rest[n:]
	return v
}

func (s *scanner) signed() int64 {
	v := s.next()
	return int64(v>>1) ^ -int64(v&1)
}

func (s *scanner) take(n int) []byte {
	if n > len(s.rest) {
		s.bad, s.rest = true, nil
		return nil
	}
	out := s.rest[:n]
	s.rest = s.rest[n:]
	return out
}

// cell reads the next one; c holds the one before.
func (s *scanner) cell(c *Cell, places []Place) {
	head := s.next()
	c.Day += day.Date(head / uint64(kinds))
	c.Kind = Kind(head % uint64(kinds))
	c.Hour, c.Place, c.Amount, c.Value = -1, Place{}, 0, 0
	if c.Kind.Sale() {
		at := s.next()
		if at/25 >= uint64(len(places)) {
			s.bad = true
			return
		}
		c.Place, c.Hour = places[at/25], int(at%25)-1
		c.Amount = money.Amount(s.signed())
	}
	c.Lines = int(s.next())
	c.Quantity = measure.Quantity(s.signed())
	if !c.Kind.Sale() || c.Kind.Costed() {
		c.Value = money.Amount(s.signed())
	}
}

var kindNames = [kinds]string{
	"sold", "sold_bare", "sold_past", "returned", "returned_bare", "returned_past", "unclaimed", "received", "sent_back", "opened", "agreed", "missing", "found", "adjusted",
	"spoiled", "own_use", "gift", "moved", "harvested", "made", "consumed", "revalued",
}

// String is the kind in one word.
func (k Kind) String() string { return kindNames[min(k, kinds-1)] }

// ParseKind reads what String wrote.
func ParseKind(s string) (Kind, bool) {
	i := slices.Index(kindNames[:], s)
	return Kind(max(i, 0)), i >= 0
}

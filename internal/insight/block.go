package insight

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// YearMonth counts months: the year times twelve, and the months of it that are over.
type YearMonth int

// MonthOf is the month of a day.
func MonthOf(d day.Date) YearMonth {
	year, month, _ := d.Civil()
	return YearMonth(year*12 + int(month) - 1)
}

// window is its days.
func (m YearMonth) window() Window {
	return Window{day.New(int(m)/12, time.Month(int(m)%12+1), 1), day.New(int(m)/12, time.Month(int(m)%12+2), 1).Add(-1)}
}

// String is the year and the month.
func (m YearMonth) String() string { return fmt.Sprintf("%04d-%02d", int(m)/12, int(m)%12+1) }

// Parts is into how many parts the products of a shop fall: so few that a board reads
// few rows, so many that what is written anew after a sale stays small.
const Parts = 128

// PartOf is the part of a product, by the end of its id, which is drawn by chance.
func PartOf(product ident.ID) int { return int(product[len(product)-1]) % Parts }

// Block is what the products of one part did in one month, as it is stored.
type Block struct {
	Month  YearMonth
	Part   int
	Packed []byte
}

const blockVersion = 1

// ErrDamaged is the cause of every refusal to read a block.
var ErrDamaged = errors.New("insight: packed block is damaged")

// Blocks packs the cells of products, of each in the order of order.
func Blocks(products map[ident.ID][]Cell) []Block {
	type key struct {
		month YearMonth
		part  int
	}
	cut := map[key]map[ident.ID][]Cell{}
	for id, cells := range products {
		for month, list := range months(cells) {
			at := key{month, PartOf(id)}
			if cut[at] == nil {
				cut[at] = map[ident.ID][]Cell{}
			}
			cut[at][id] = list
		}
	}
	out := make([]Block, 0, len(cut))
	for at, cells := range cut {
		out = append(out, Block{at.month, at.part, pack(at.month, cells)})
	}
	slices.SortFunc(out, func(a, b Block) int { return cmp.Or(cmp.Compare(a.Month, b.Month), cmp.Compare(a.Part, b.Part)) })
	return out
}

// months cuts cells, which stand in order, into months.
func months(cells []Cell) map[YearMonth][]Cell {
	out := map[YearMonth][]Cell{}
	for len(cells) > 0 {
		month := MonthOf(cells[0].Day)
		n, _ := slices.BinarySearchFunc(cells, month.window().Through+1, func(c Cell, d day.Date) int { return cmp.Compare(c.Day, d) })
		out[month] = cells[:n:n]
		cells = cells[n:]
	}
	return out
}

// pack writes the cells of a month as few bytes: a version; the channels, suppliers and
// provinces; the places as numbers of these; of each product its id, how many cells it
// has and how many bytes they take, and its cells as numbers of variable length; a
// checksum. The same cells give the same bytes; nil without any.
func pack(month YearMonth, products map[ident.ID][]Cell) []byte {
	used := map[Place]int{}
	ids := make([]ident.ID, 0, len(products))
	for id, cells := range products {
		if len(cells) == 0 {
			continue
		}
		ids = append(ids, id)
		for i := range cells {
			if cells[i].Place != (Place{}) {
				used[cells[i].Place] = 0
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	out := packPlaces([]byte{blockVersion}, used)
	slices.SortFunc(ids, func(a, b ident.ID) int { return bytes.Compare(a[:], b[:]) })
	out = binary.AppendUvarint(out, uint64(len(ids)))
	first := month.window().From
	var list []byte
	for _, id := range ids {
		list = packCells(list[:0], first, products[id], used)
		out = append(out, id[:]...)
		out = binary.AppendUvarint(binary.AppendUvarint(out, uint64(len(products[id]))), uint64(len(list)))
		out = append(out, list...)
	}
	return binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(out))
}

// packPlaces writes places and numbers them from 1: 0 is no sale.
func packPlaces(out []byte, used map[Place]int) []byte {
	places := slices.SortedFunc(maps.Keys(used), comparePlaces)
	channels, suppliers, provinces := map[ident.ID]uint64{}, map[ident.ID]uint64{}, map[string]uint64{}
	for _, p := range places {
		channels[p.Channel], suppliers[p.Supplier], provinces[p.Province] = 0, 0, 0
	}
	for _, list := range []map[ident.ID]uint64{channels, suppliers} {
		out = binary.AppendUvarint(out, uint64(len(list)))
		for i, id := range slices.SortedFunc(maps.Keys(list), func(a, b ident.ID) int { return bytes.Compare(a[:], b[:]) }) {
			list[id] = uint64(i)
			out = append(out, id[:]...)
		}
	}
	out = binary.AppendUvarint(out, uint64(len(provinces)))
	for i, code := range slices.Sorted(maps.Keys(provinces)) {
		provinces[code] = uint64(i)
		out = append(binary.AppendUvarint(out, uint64(len(code))), code...)
	}
	out = binary.AppendUvarint(out, uint64(len(places)))
	for i, p := range places {
		used[p] = i + 1
		out = binary.AppendUvarint(binary.AppendUvarint(binary.AppendUvarint(out, channels[p.Channel]), suppliers[p.Supplier]), provinces[p.Province])
	}
	return out
}

// packCells writes the cells of a product in a month that begins on first. Most are of
// one line, which takes no number.
func packCells(out []byte, first day.Date, cells []Cell, at map[Place]int) []byte {
	for i := range cells {
		c := &cells[i]
		head := 2 * (uint64(c.Day-first)*uint64(kinds) + uint64(c.Kind))
		if c.Lines != 1 {
			head++
		}
		out = binary.AppendUvarint(out, head)
		first = c.Day
		if c.Lines != 1 {
			out = binary.AppendUvarint(out, uint64(c.Lines))
		}
		if c.Kind.Sale() {
			out = binary.AppendUvarint(out, uint64(at[c.Place])*25+uint64(c.Hour+1))
			out = binary.AppendVarint(out, int64(c.Amount))
		}
		out = binary.AppendVarint(out, int64(c.Quantity))
		if !c.Kind.Sale() || c.Kind.Costed() {
			out = binary.AppendVarint(out, int64(c.Value))
		}
	}
	return out
}

// contents is a block that is being read, product by product. It can be read into again.
type contents struct {
	month               YearMonth
	channels, suppliers []ident.ID
	provinces           [][]byte
	places              [][3]int // indices of the three; the first place is no sale
	products            int      // that are still to come
	rest                scanner
}

// open checks a block and reads its places.
func (c *contents) open(b Block) error {
	end := len(b.Packed) - 4
	if end < 1 || crc32.ChecksumIEEE(b.Packed[:end]) != binary.LittleEndian.Uint32(b.Packed[end:]) {
		return fmt.Errorf("%w: checksum", ErrDamaged)
	}
	if b.Packed[0] != blockVersion {
		return fmt.Errorf("%w: version %d", ErrDamaged, b.Packed[0])
	}
	c.month, c.rest = b.Month, scanner{bytes: b.Packed[1:end]}
	s := &c.rest
	c.channels, c.suppliers = s.ids(c.channels[:0]), s.ids(c.suppliers[:0])
	c.provinces = c.provinces[:0]
	for range s.count() {
		c.provinces = append(c.provinces, s.take(s.count()))
	}
	c.places = append(c.places[:0], [3]int{})
	for range s.count() {
		p := [3]int{s.below(len(c.channels)), s.below(len(c.suppliers)), s.below(len(c.provinces))}
		if s.bad {
			break
		}
		c.places = append(c.places, p)
	}
	c.products = s.count()
	return s.err()
}

// place is the one with a number.
func (c *contents) place(i int) Place {
	if i == 0 {
		return Place{}
	}
	p := c.places[i]
	return Place{Channel: c.channels[p[0]], Supplier: c.suppliers[p[1]], Province: string(c.provinces[p[2]])}
}

// next reads the cells of one more product; false behind the last one.
func (c *contents) next() (page, bool, error) {
	if c.products == 0 {
		if c.rest.left() > 0 {
			c.rest.bad = true
		}
		return page{}, false, c.rest.err()
	}
	c.products--
	var p page
	copy(p.product[:], c.rest.take(len(p.product)))
	p.cells = c.rest.count()
	p.scanner = scanner{bytes: c.rest.take(c.rest.count())}
	p.day = c.month.window().From
	return p, true, c.rest.err()
}

// page is what one product did in a month.
type page struct {
	scanner
	product ident.ID
	cells   int // that are still to come
	day     day.Date
}

// cell reads the next one but for its place, whose number is returned. Cells of no sale
// have the place 0.
func (p *page) cell(c *Cell, places int) (at int, more bool) {
	if p.cells == 0 {
		p.bad = p.bad || p.left() > 0
		return 0, false
	}
	p.cells--
	head := p.next()
	kind := head / 2 % uint64(kinds)
	p.day += day.Date(head / (2 * uint64(kinds)))
	c.Day, c.Kind, c.Hour, c.Lines, c.Amount, c.Value = p.day, Kind(kind), -1, 1, 0, 0
	if head&1 != 0 {
		c.Lines = int(p.next())
	}
	if c.Kind.Sale() {
		where := p.next()
		at = int(min(where/25, 1<<24))
		c.Hour = int(where%25) - 1
		c.Amount = money.Amount(p.signed())
		if at >= places {
			p.bad = true
		}
	}
	c.Quantity = measure.Quantity(p.signed())
	if !c.Kind.Sale() || c.Kind.Costed() {
		c.Value = money.Amount(p.signed())
	}
	return at, !p.bad
}

// Cells reads the cells of all products of a block.
func (b Block) Cells() (map[ident.ID][]Cell, error) {
	var in contents
	if err := in.open(b); err != nil {
		return nil, err
	}
	places := make([]Place, len(in.places))
	for i := range places {
		places[i] = in.place(i)
	}
	out := make(map[ident.ID][]Cell, in.products)
	for {
		p, more, err := in.next()
		if err != nil || !more {
			return out, err
		}
		list := make([]Cell, 0, p.cells)
		var c Cell
		for {
			at, more := p.cell(&c, len(places))
			if !more {
				break
			}
			c.Place = places[at]
			list = append(list, c)
		}
		if err := p.err(); err != nil {
			return nil, err
		}
		out[p.product] = list
	}
}

// scanner reads numbers and remembers that one was missing.
type scanner struct {
	bytes []byte
	at    int
	bad   bool
}

func (s *scanner) err() error {
	if s.bad {
		return fmt.Errorf("%w: contents", ErrDamaged)
	}
	return nil
}

func (s *scanner) left() int { return len(s.bytes) - s.at }

// next is written out where it is called: numbers of one byte are most.
func (s *scanner) next() uint64 {
	if s.at < len(s.bytes) && s.bytes[s.at] < 0x80 {
		s.at++
		return uint64(s.bytes[s.at-1])
	}
	return s.long()
}

func (s *scanner) long() uint64 {
	if rest := s.bytes[s.at:]; len(rest) > 1 && rest[1] < 0x80 {
		s.at += 2
		return uint64(rest[0]&0x7f) | uint64(rest[1])<<7
	}
	v, n := binary.Uvarint(s.bytes[s.at:])
	if n <= 0 {
		s.bad, s.at = true, len(s.bytes)
		return 0
	}
	s.at += n
	return v
}

func (s *scanner) signed() int64 {
	v := s.next()
	return int64(v>>1) ^ -int64(v&1)
}

// count reads how many of something follow; not more than bytes are left.
func (s *scanner) count() int {
	v := s.next()
	if v > uint64(s.left()) {
		s.bad = true
		return 0
	}
	return int(v)
}

func (s *scanner) take(n int) []byte {
	if n > s.left() {
		s.bad, s.at = true, len(s.bytes)
		return nil
	}
	s.at += n
	return s.bytes[s.at-n : s.at]
}

// below reads a number below n.
func (s *scanner) below(n int) int {
	v := s.next()
	if v >= uint64(n) {
		s.bad = true
		return 0
	}
	return int(v)
}

func (s *scanner) ids(list []ident.ID) []ident.ID {
	for range s.count() {
		var id ident.ID
		copy(id[:], s.take(len(id)))
		list = append(list, id)
	}
	return list
}

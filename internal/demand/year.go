package demand

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Full is the availability of a day on the shelf from opening to closing, in thousandths.
const Full = 1000

// Day is what one day says about demand. The zero value is a day of which nothing is known: before
// the product's life, or with the shelf empty all day.
type Day struct {
	Sold      measure.Quantity // thousandths of the base unit, >= 0
	Returned  measure.Quantity // brought back by customers, >= 0
	Lost      measure.Quantity // spoiled, given away or otherwise gone, >= 0
	Available uint16           // thousandths of the day's demand that fell into time on the shelf, 0..1000
	Promo     bool             // in promotion
	Price     money.Price      // mean selling price; 0 unknown
}

// Year is the packed row of one product: its days from 1 January on, at most one year of them.
type Year struct {
	Year int
	Days []Day
}

// ErrDamaged is the cause of every refusal of Unpack.
var ErrDamaged = errors.New("demand: packed row is damaged")

const (
	yearVersion = 1

	runUnknown = 0 // many zero days
	runQuiet   = 1 // many days on the shelf all day without a sale
	single     = 2 // one day, its parts marked by flags
)

const (
	hasSold uint64 = 1 << iota
	hasReturned
	hasLost
	hasShort // availability is not Full
	hasPromo
	hasPrice // the price differs from the one before
	flagsEnd
)

func quiet(d Day) bool { return d == Day{Available: Full} }

// length returns the number of days in a year.
func length(year int) int {
	return int(day.New(year+1, time.January, 1) - day.New(year, time.January, 1))
}

// Date returns the date of Days[i].
func (y Year) Date(i int) day.Date { return day.New(y.Year, time.January, 1).Add(i) }

// Pack writes the year as few bytes: a version, the days as runs and numbers of variable length,
// and a checksum. The same days give the same bytes. Values outside their ranges are brought to
// the nearest inside; days beyond the end of the year are dropped.
func (y Year) Pack() []byte {
	days := y.Days[:min(len(y.Days), length(y.Year))]
	out := []byte{yearVersion}
	out = binary.AppendUvarint(out, uint64(y.Year))
	out = binary.AppendUvarint(out, uint64(len(days)))
	price := money.Price(0)
	for i := 0; i < len(days); {
		d := days[i].clean()
		n := 1
		switch {
		case d == Day{}:
			for i+n < len(days) && days[i+n].clean() == (Day{}) {
				n++
			}
			out = binary.AppendUvarint(out, uint64(n-1)<<2|runUnknown)
		case quiet(d):
			for i+n < len(days) && quiet(days[i+n].clean()) {
				n++
			}
			out = binary.AppendUvarint(out, uint64(n-1)<<2|runQuiet)
		default:
			out = d.append(out, price)
			if d.Price != 0 {
				price = d.Price
			}
		}
		i += n
	}
	return binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(out))
}

func (d Day) clean() Day {
	for _, q := range []*measure.Quantity{&d.Sold, &d.Returned, &d.Lost} {
		*q = min(max(*q, 0), measure.MaxQuantity)
	}
	d.Available = min(d.Available, Full)
	d.Price = min(max(d.Price, 0), money.MaxPrice)
	return d
}

// append writes one day. A price is written when it differs from the last known one; a day without
// a known price writes a change to 0.
func (d Day) append(out []byte, last money.Price) []byte {
	flags := uint64(0)
	set := func(bit uint64, on bool) {
		if on {
			flags |= bit
		}
	}
	set(hasSold, d.Sold != 0)
	set(hasReturned, d.Returned != 0)
	set(hasLost, d.Lost != 0)
	set(hasShort, d.Available != Full)
	set(hasPromo, d.Promo)
	set(hasPrice, d.Price != last)
	out = binary.AppendUvarint(out, flags<<2|single)
	for _, q := range []measure.Quantity{d.Sold, d.Returned, d.Lost} {
		if q != 0 {
			out = binary.AppendUvarint(out, uint64(q))
		}
	}
	if d.Available != Full {
		out = binary.AppendUvarint(out, uint64(d.Available))
	}
	if d.Price != last {
		out = binary.AppendUvarint(out, uint64(d.Price))
	}
	return out
}

// scanner reads numbers and remembers that one was missing.
type scanner struct {
	rest []byte
	bad  bool
}

func (s *scanner) next(most uint64) uint64 {
	v, n := binary.Uvarint(s.rest)
	if n <= 0 || v > most {
		s.bad = true
		s.rest = nil
		return 0
	}
	s.rest = s.rest[n:]
	return v
}

// Unpack reads what Pack wrote and refuses everything else: another version, a wrong checksum, or
// bytes that Pack would not have written.
func Unpack(packed []byte) (Year, error) {
	y, err := Open(packed)
	if err == nil && string(y.Pack()) != string(packed) {
		err = fmt.Errorf("%w: contents", ErrDamaged)
	}
	return y, err
}

// Open is Unpack for rows that were written by Pack and kept: the checksum tells whether they still
// are what they were, and the days are not packed once more to compare them.
func Open(packed []byte) (Year, error) {
	if len(packed) < 5 {
		return Year{}, fmt.Errorf("%w: %d bytes", ErrDamaged, len(packed))
	}
	body, sum := packed[:len(packed)-4], binary.LittleEndian.Uint32(packed[len(packed)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return Year{}, fmt.Errorf("%w: checksum", ErrDamaged)
	}
	if body[0] != yearVersion {
		return Year{}, fmt.Errorf("%w: version %d", ErrDamaged, body[0])
	}
	s := &scanner{rest: body[1:]}
	y := Year{Year: int(s.next(9999))}
	n := int(s.next(366))
	if n > length(y.Year) {
		s.bad = true
		n = 0
	}
	y.Days = make([]Day, 0, n)
	price := money.Price(0)
	for len(y.Days) < n && !s.bad {
		head := s.next(1 << 20)
		switch head & 3 {
		case runUnknown, runQuiet:
			d := Day{}
			if head&3 == runQuiet {
				d.Available = Full
			}
			for range min(int(head>>2)+1, n-len(y.Days)) {
				y.Days = append(y.Days, d)
			}
		case single:
			d := s.day(head>>2, price)
			if d.Price != 0 {
				price = d.Price
			}
			y.Days = append(y.Days, d)
		default:
			s.bad = true
		}
	}
	if s.bad || len(s.rest) > 0 {
		return Year{}, fmt.Errorf("%w: contents", ErrDamaged)
	}
	return y, nil
}

func (s *scanner) day(flags uint64, price money.Price) Day {
	if flags >= flagsEnd {
		s.bad = true
		return Day{}
	}
	d := Day{Available: Full, Promo: flags&hasPromo != 0, Price: price}
	for i, to := range []*measure.Quantity{&d.Sold, &d.Returned, &d.Lost} {
		if flags&(hasSold<<i) != 0 {
			*to = measure.Quantity(s.next(uint64(measure.MaxQuantity)))
		}
	}
	if flags&hasShort != 0 {
		d.Available = uint16(s.next(Full))
	}
	if flags&hasPrice != 0 {
		d.Price = money.Price(s.next(uint64(money.MaxPrice)))
	}
	return d
}

// Join makes one series of the rows of a product, in order of year, from its first known day
// through the given one; days without a row are unknown. Returns reduce the sales of their day.
func Join(years []Year, through day.Date) Series {
	var s Series
	var promoted []int // days in promotion
	most := 0
	for _, y := range years {
		most += length(y.Year)
	}
	for _, y := range years {
		first := y.Date(0)
		for i, d := range y.Days {
			at := first.Add(i)
			if at > through {
				break
			}
			if d == (Day{}) && s.Sold == nil {
				continue
			}
			if s.Sold == nil {
				s.Start = at
				known := min(most, max(int(through-at)+1, 0))
				s.Sold, s.Available = make([]float64, 0, known), make([]float64, 0, known)
			}
			for s.Start.Add(len(s.Sold)) < at {
				s.Sold, s.Available = append(s.Sold, 0), append(s.Available, 0)
			}
			if d.Promo {
				promoted = append(promoted, len(s.Sold))
			}
			s.Sold = append(s.Sold, float64(max(d.Sold-d.Returned, 0))/1000)
			s.Available = append(s.Available, float64(d.Available)/Full)
		}
	}
	for s.Sold != nil && s.Start.Add(len(s.Sold)) <= through {
		s.Sold, s.Available = append(s.Sold, 0), append(s.Available, 0)
	}
	if promoted != nil {
		s.Promo = make([]float64, len(s.Sold))
		for _, i := range promoted {
			s.Promo[i] = 1
		}
	}
	return s
}

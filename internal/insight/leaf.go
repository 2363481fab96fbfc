package insight

import (
	"math"

	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// leaf is a block unpacked, in little memory and without a pointer to follow.
type leaf struct {
	part     int
	month    Window
	products []stretch // in the order of their ids
	grains   []grain
	wide     map[int]Cell // those that do not fit, by where they stand among the grains
}

// stretch is where the cells of a product end.
type stretch struct {
	id  ident.ID
	end int
}

// grain is a cell.
type grain struct {
	quantity, amount, value int32
	lines                   uint32
	place                   uint32 // its number in the library
	day                     uint8  // of the month, from 0
	kind                    Kind   // kinds: it is among the wide ones
	hour                    int8
}

// bytes of a grain and of a stretch.
const grainSize, stretchSize = 24, 24

// size is how many bytes it takes, roughly.
func (l *leaf) size() int { return grainSize*len(l.grains) + stretchSize*len(l.products) + 200 }

// library numbers places.
type library struct {
	places []Place
	number map[Place]uint32
}

func newLibrary() *library { return &library{[]Place{{}}, map[Place]uint32{{}: 0}} }

func (l *library) of(p Place) uint32 {
	n, ok := l.number[p]
	if !ok {
		n = uint32(len(l.places))
		l.places = append(l.places, p)
		l.number[p] = n
	}
	return n
}

// unpack reads a block.
func (l *library) unpack(b Block) (*leaf, error) {
	var in contents
	if err := in.open(b); err != nil {
		return nil, err
	}
	numbers := make([]uint32, len(in.places))
	for i := range numbers {
		numbers[i] = l.of(in.place(i))
	}
	out := &leaf{part: b.Part, month: b.Month.window(), products: make([]stretch, 0, in.products), grains: make([]grain, 0, len(b.Packed)/9)}
	var c Cell
	for {
		p, more, err := in.next()
		if err != nil || !more {
			return out, err
		}
		for {
			at, more := p.cell(&c, len(numbers))
			if !more {
				break
			}
			out.add(&c, numbers[at])
		}
		if err := p.err(); err != nil {
			return nil, err
		}
		out.products = append(out.products, stretch{p.product, len(out.grains)})
	}
}

func (l *leaf) add(c *Cell, place uint32) {
	g := grain{
		quantity: int32(c.Quantity), amount: int32(c.Amount), value: int32(c.Value), lines: uint32(c.Lines),
		place: place, day: uint8(c.Day - l.month.From), kind: c.Kind, hour: int8(c.Hour),
	}
	if measure.Quantity(g.quantity) != c.Quantity || money.Amount(g.amount) != c.Amount || money.Amount(g.value) != c.Value || c.Lines > math.MaxUint32 {
		if l.wide == nil {
			l.wide = map[int]Cell{}
		}
		l.wide[len(l.grains)] = *c
		g.kind = kinds
	}
	l.grains = append(l.grains, g)
}

// read fills c with the cell at i, but for its place, whose number it returns.
func (l *leaf) read(i int, c *Cell) uint32 {
	g := &l.grains[i]
	if g.kind == kinds {
		*c = l.wide[i]
		return g.place
	}
	c.Day, c.Kind, c.Hour, c.Lines = l.month.From.Add(int(g.day)), g.kind, int(g.hour), int(g.lines)
	c.Quantity, c.Amount, c.Value = measure.Quantity(g.quantity), money.Amount(g.amount), money.Amount(g.value)
	return g.place
}

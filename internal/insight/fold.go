package insight

import (
	"bytes"
	"cmp"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/stock"
)

// Line is a line at the till that is not void. Quantity and Amount are signed: what
// came back is negative.
type Line struct {
	ProductID, SaleID ident.ID
	Day               day.Date
	Line, Minute      int // minutes after midnight, -1 unknown
	Quantity          measure.Quantity
	Amount            money.Amount
	Place             Place
}

// Move is a movement of the ledger.
type Move struct {
	ProductID, SourceID ident.ID
	Day                 day.Date
	Kind                stock.Kind
	Source              string
	SourceLine          int
	Quantity            measure.Quantity
	Value               money.Amount
	Reverses            bool  // a counter-entry
	Seq                 int64 // its place in the ledger
	Reason              string
	Supplier            ident.ID // who delivered the lot; zero: unknown
}

// booked names the movements of one line of a sale.
type booked struct {
	sale ident.ID
	line int
	day  day.Date
}

// moved is what a sale's line moved of the goods of one supplier.
type moved struct {
	supplier ident.ID
	quantity measure.Quantity
	value    money.Amount
	lines    int
}

// slot is where a cell is added up.
type slot struct {
	day   day.Date
	kind  Kind
	hour  int
	place Place
}

// folding are the cells of one product in the making.
type folding struct {
	cells map[slot]Cell
	sold  map[booked][]moved // what lines moved, until the line claims it
	count map[slot]map[ident.ID]int
}

// fold adds up the lines and movements of one product. knownFrom is the day from which
// its stock is known, nil never: counts of that day open the book. The cells come in
// order.
func fold(lines []Line, moves []Move, knownFrom *day.Date) []Cell {
	f := folding{map[slot]Cell{}, map[booked][]moved{}, map[slot]map[ident.ID]int{}}
	for _, m := range moves {
		if m.Kind == stock.Sale || m.Kind == stock.CustomerReturn {
			f.book(m)
			continue
		}
		f.move(m, knownFrom)
	}
	for _, l := range lines {
		f.line(l)
	}
	for at, list := range f.sold {
		for _, b := range list {
			if b.quantity != 0 || b.value != 0 { // what was taken back as a mistake leaves nothing
				f.add(slot{day: at.day, kind: Unclaimed, hour: -1}, b.lines, b.quantity, 0, b.value)
			}
		}
	}
	for at, sources := range f.count {
		c := f.cells[at]
		c.Lines = 0
		for _, n := range sources {
			if n > 0 { // a count that was undone was none
				c.Lines++
			}
		}
		f.cells[at] = c
	}
	out := make([]Cell, 0, len(f.cells))
	for at, c := range f.cells {
		if c == (Cell{}) {
			continue
		}
		c.Day, c.Kind, c.Hour, c.Place = at.day, at.kind, at.hour, at.place
		out = append(out, c)
	}
	slices.SortFunc(out, order)
	return out
}

func (f *folding) add(at slot, lines int, q measure.Quantity, amount, value money.Amount) {
	c := f.cells[at]
	c.Lines, c.Quantity, c.Amount, c.Value = c.Lines+lines, c.Quantity+q, c.Amount+amount, c.Value+value
	f.cells[at] = c
}

// book notes what a line moved, by supplier.
func (f *folding) book(m Move) {
	at := booked{m.SourceID, m.SourceLine, m.Day}
	for i, b := range f.sold[at] {
		if b.supplier == m.Supplier {
			f.sold[at][i] = moved{b.supplier, b.quantity + m.Quantity, b.value + m.Value, b.lines + 1}
			return
		}
	}
	f.sold[at] = append(f.sold[at], moved{m.Supplier, m.Quantity, m.Value, 1})
}

// move adds what is no sale. A count of several lots is one count.
func (f *folding) move(m Move, knownFrom *day.Date) {
	at := slot{day: m.Day, kind: m.counts(knownFrom), hour: -1}
	f.add(at, 1, m.Quantity, 0, m.Value)
	if at.kind < Opened || at.kind > Adjusted {
		return
	}
	if f.count[at] == nil {
		f.count[at] = map[ident.ID]int{}
	}
	if m.Reverses {
		f.count[at][m.SourceID]--
	} else {
		f.count[at][m.SourceID]++
	}
}

// line adds a line at the till, split by who had delivered its goods.
func (f *folding) line(l Line) {
	at := booked{l.SaleID, l.Line, l.Day}
	list := f.sold[at]
	delete(f.sold, at)
	to := slot{l.Day, SoldPast, -1, l.Place}
	if l.Minute >= 0 {
		to.hour = l.Minute / 60
	}
	var back Kind
	if l.Quantity < 0 {
		back = Returned - Sold
	}
	if len(list) == 0 {
		to.kind += back
		f.add(to, 1, l.Quantity, l.Amount, 0)
		return
	}
	slices.SortFunc(list, func(a, b moved) int { return bytes.Compare(a.supplier[:], b.supplier[:]) })
	for i, amount := range shares(l.Amount, list) {
		b := list[i]
		if to.kind = Sold + back; b.value == 0 {
			to.kind = SoldBare + back
		}
		to.place.Supplier = b.supplier
		times := 0
		if i == 0 {
			times = 1
		}
		f.add(to, times, -b.quantity, amount, -b.value)
	}
}

// shares splits what a line brought by what it moved.
func shares(amount money.Amount, list []moved) []money.Amount {
	if len(list) == 1 {
		return []money.Amount{amount}
	}
	weights := make([]int64, len(list))
	for i, b := range list {
		weights[i] = max(int64(b.quantity), -int64(b.quantity))
	}
	return money.Split(amount, weights)
}

func order(a, b Cell) int {
	return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Hour, b.Hour), comparePlaces(a.Place, b.Place))
}

func comparePlaces(a, b Place) int {
	return cmp.Or(bytes.Compare(a.Channel[:], b.Channel[:]), cmp.Compare(a.Province, b.Province), bytes.Compare(a.Supplier[:], b.Supplier[:]))
}

// counts gives the kind of cell of a movement that is no sale.
func (m Move) counts(knownFrom *day.Date) Kind {
	switch m.Kind {
	case stock.Receipt:
		return Received
	case stock.SupplierReturn:
		return SentBack
	case stock.Count:
		return m.counted(knownFrom)
	case stock.Spoilage:
		return Spoiled
	case stock.OwnUse:
		return OwnUse
	case stock.Gift:
		return Gift
	case stock.Harvest:
		return Harvested
	case stock.ProcessingIn:
		return Made
	case stock.ProcessingOut:
		return Consumed
	case stock.Revaluation:
		return Revalued
	}
	return Moved
}

func (m Move) counted(knownFrom *day.Date) Kind {
	more := m.Quantity > 0 != m.Reverses // a counter-entry takes back what it reverses
	switch {
	case m.Source == stock.SourceAdjust:
		return Adjusted
	case m.Source == stock.SourceOpening || knownFrom == nil || m.Day <= *knownFrom:
		return Opened
	case m.Quantity == 0:
		return Agreed
	case more:
		return Found
	}
	return Missing
}

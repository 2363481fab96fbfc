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
	Reverses            bool // a counter-entry
}

// booked names the movements of one line of a sale.
type booked struct {
	sale ident.ID
	line int
	day  day.Date
}

// moved is what a sale's line moved.
type moved struct {
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

// fold adds up the lines and movements of one product. knownFrom is the day from which
// its stock is known, nil never: counts of that day open the book. The cells come in
// order.
func fold(lines []Line, moves []Move, knownFrom *day.Date) []Cell {
	cells := map[slot]Cell{}
	add := func(at slot, lines int, q measure.Quantity, amount, value money.Amount) {
		c := cells[at]
		c.Lines, c.Quantity, c.Amount, c.Value = c.Lines+lines, c.Quantity+q, c.Amount+amount, c.Value+value
		cells[at] = c
	}
	sold := map[booked]moved{}
	for _, m := range moves {
		if m.Kind == stock.Sale || m.Kind == stock.CustomerReturn {
			at := booked{m.SourceID, m.SourceLine, m.Day}
			b := sold[at]
			sold[at] = moved{b.quantity + m.Quantity, b.value + m.Value, b.lines + 1}
			continue
		}
		add(slot{day: m.Day, kind: m.counts(knownFrom), hour: -1}, 1, m.Quantity, 0, m.Value)
	}
	for _, l := range lines {
		at := booked{l.SaleID, l.Line, l.Day}
		b, did := sold[at]
		delete(sold, at)
		k := SoldPast
		switch {
		case did && b.value != 0:
			k = Sold
		case did:
			k = SoldBare
		}
		if l.Quantity < 0 {
			k += Returned - Sold
		}
		hour := -1
		if l.Minute >= 0 {
			hour = l.Minute / 60
		}
		add(slot{l.Day, k, hour, l.Place}, 1, l.Quantity, l.Amount, -b.value)
	}
	for at, b := range sold {
		if b.quantity != 0 || b.value != 0 { // what was taken back as a mistake leaves nothing
			add(slot{day: at.day, kind: Unclaimed, hour: -1}, b.lines, b.quantity, 0, b.value)
		}
	}
	out := make([]Cell, 0, len(cells))
	for at, c := range cells {
		c.Day, c.Kind, c.Hour, c.Place = at.day, at.kind, at.hour, at.place
		out = append(out, c)
	}
	slices.SortFunc(out, order)
	return out
}

func order(a, b Cell) int {
	return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Hour, b.Hour),
		bytes.Compare(a.Place.Channel[:], b.Place.Channel[:]), cmp.Compare(a.Place.Province, b.Place.Province))
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
	case more:
		return Found
	}
	return Missing
}

// years cuts cells, which stand in order, into one row a year.
func years(product ident.ID, cells []Cell) []Row {
	var out []Row
	for len(cells) > 0 {
		year := cells[0].Day.Year()
		end := day.New(year+1, 1, 1)
		n, _ := slices.BinarySearchFunc(cells, end, func(c Cell, d day.Date) int { return cmp.Compare(c.Day, d) })
		out = append(out, Row{product, year, Pack(year, cells[:n])})
		cells = cells[n:]
	}
	return out
}

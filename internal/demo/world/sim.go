package world

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
)

// The shopkeeper's day, in minutes after midnight.
const (
	openingMinute   = 6 * 60
	pricesMinute    = 6*60 + 30
	promotionMinute = 6*60 + 35
	spoilageMinute  = 6*60 + 40
	countMinute     = CloseMinute + 5
	tidyMinute      = CloseMinute + 10
	orderMinute     = CloseMinute + 20
)

// memory is how many days of sales the shopkeeper has in mind.
const memory = 21

// sim is one walk through the days of a world.
type sim struct {
	w         *World
	d         day.Date
	today     almanac
	tempers   []temper // by category
	offersOf  [][]int  // by product
	breaks    [][]Break
	tags      []tag
	cuts      []cut
	listed    []bool
	shelves   []shelf
	levels    []float64 // logarithm of the slow wandering of demand
	sold      [][memory]measure.Quantity
	onOrder   []measure.Quantity
	keeper    []keeping
	orders    []*openOrder
	comebacks []comeback
	lots      int
	serial    int // of the day
	orderNo   int
	agenda    []task
	events    []Event
	scratch   []byte
}

// task is something that happens at a minute of the day.
type task struct {
	minute int
	do     func(minute int)
}

func newSim(w *World) *sim {
	n := len(w.Products)
	s := &sim{
		w: w, d: w.From, offersOf: make([][]int, n), breaks: make([][]Break, len(w.Offers)),
		tags: make([]tag, n), cuts: make([]cut, n), listed: make([]bool, n), shelves: make([]shelf, n),
		levels: make([]float64, n), sold: make([][memory]measure.Quantity, n),
		onOrder: make([]measure.Quantity, n), keeper: make([]keeping, n),
	}
	for _, c := range w.Categories {
		s.tempers = append(s.tempers, temperOf(c.Number))
	}
	for i, o := range w.Offers {
		s.breaks[i] = o.Breaks
		s.offersOf[o.Product] = append(s.offersOf[o.Product], i)
	}
	for i := range w.Products {
		s.tags[i] = tag{shelf: w.Products[i].Price, index: 1}
		s.cuts[i].until = day.None
		s.keeper[i] = s.keepingOf(i)
	}
	return s
}

func (s *sim) temper(product int) *temper { return &s.tempers[s.w.Products[product].Category] }

func (s *sim) emit(e Event) { s.events = append(s.events, e) }

// id derives the id of the n-th thing of its kind on this day. It begins with the
// time, as the ids that devices make (version 7), so that rows of one time lie
// together in a database.
func (s *sim) id(kind string, minute, n int) ident.ID {
	b := append(s.scratch[:0], kind...)
	b = append(b, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	b = append(b, byte(s.d>>24), byte(s.d>>16), byte(s.d>>8), byte(s.d))
	s.scratch = b
	id := ident.Derive(s.w.space, b)
	ms := (int64(s.d)*24*60 + int64(minute)) * 60_000
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	id[6], id[7] = 0x70|byte(n>>8)&0x0f, byte(n)
	return id
}

// head numbers the next event of the day.
func (s *sim) head(minute int) Head {
	s.serial++
	return Head{ID: s.id("event", minute, s.serial), Day: s.d, Minute: minute}
}

func (s *sim) at(minute int, do func(minute int)) {
	s.agenda = append(s.agenda, task{minute, do})
}

// live lives one day and returns what happened.
func (s *sim) live(d day.Date) []Event {
	s.d, s.serial, s.events, s.agenda = d, 0, make([]Event, 0, 256), s.agenda[:0]
	s.today = almanacOf(s.w, d)
	if d == s.w.From {
		s.open()
	}
	for i := range s.sold {
		s.sold[i][s.slot(d)] = 0
	}
	s.movePrices()
	s.list()
	s.startPromotions()
	s.throwAway()
	s.planDeliveries()
	s.planCustomers()
	s.planComebacks()
	s.planLosses()
	s.planWishes()
	slices.SortStableFunc(s.agenda, func(a, b task) int { return cmp.Compare(a.minute, b.minute) })
	for _, t := range s.agenda {
		t.do(t.minute)
	}
	s.count()
	s.tidy()
	s.order()
	return s.events
}

// slot is the place of a day in the shopkeeper's memory.
func (s *sim) slot(d day.Date) int { return int(d-s.w.From) % memory }

// open counts the first stock.
func (s *sim) open() {
	opening := &Opening{Head: s.head(openingMinute)}
	for i := range s.w.Products {
		p := &s.w.Products[i]
		s.listed[i] = p.LaunchDay == 0 && p.inSeason(&s.today)
		if !s.listed[i] {
			continue
		}
		dice := roll(s.w.Seed, streamOpening, s.d, i)
		days := dice.between(6, 26)
		if p.ShelfLife > 0 {
			days = min(days, float64(p.ShelfLife)*0.6)
		}
		q := roundUnits(p, p.mean()*days*s.today.expected(p, s.temper(i)))
		if q == 0 {
			continue
		}
		lot := s.newLot(dice, i)
		s.shelves[i].put(lot, q)
		o := s.w.Offers[s.keeper[i].offer]
		opening.Lines = append(opening.Lines, OpeningLine{lot, q, o.Breaks[0].Price})
	}
	s.emit(opening)
}

// roundUnits makes a quantity that can lie on a shelf: whole units, or weights
// to 10 g.
func roundUnits(p *Product, units float64) measure.Quantity {
	if p.weighed() {
		return measure.Quantity(math.Round(units*100)) * 10
	}
	return measure.Quantity(math.Round(units)) * measure.Thousandths
}

// newLot names a batch that comes in today.
func (s *sim) newLot(dice dice, product int) *Lot {
	p := &s.w.Products[product]
	s.lots++
	y, m, d := s.d.Civil()
	lot := &Lot{
		ID: s.id("lot", 0, s.lots), Product: product, Received: s.d, Expiry: day.None, seq: s.lots,
		Code: fmt.Sprintf("%02d%02d%02d-%s", y%100, m, d, p.Code),
	}
	switch life := float64(p.ShelfLife); {
	case p.ShelfLife == 0:
	case p.ShelfLife <= 5:
		lot.Expiry = s.d.Add(max(1, int(math.Round(life*dice.between(0.85, 1.05)))-1))
	case p.fresh():
		lot.Expiry = s.d.Add(int(math.Round(life * dice.between(0.8, 1))))
	default: // it has spent part of its life on the way
		lot.Expiry = s.d.Add(int(math.Round(life * dice.between(0.6, 0.95))))
	}
	return lot
}

// list puts goods on sale when their season or their launch comes, and takes
// them off when the season is over and the last is sold.
func (s *sim) list() {
	for i := range s.w.Products {
		p := &s.w.Products[i]
		on := int(s.d-s.w.From) >= p.LaunchDay && p.inSeason(&s.today)
		switch {
		case on && !s.listed[i]:
			s.listed[i] = true
			s.emit(&Listing{Head: s.head(pricesMinute), Product: i, Active: true})
		case !on && s.listed[i] && len(s.shelves[i].batches) == 0:
			s.listed[i] = false
			s.emit(&Listing{Head: s.head(pricesMinute), Product: i, Active: false})
		}
	}
}

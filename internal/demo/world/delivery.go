package world

import (
	"math"

	"buhuo/internal/day"
	"buhuo/internal/measure"
)

// openOrder is an order that is not yet fully here.
type openOrder struct {
	sent *OrderSent
	no   int
	due  day.Date
	late bool
	part int // deliveries so far
	owed []measure.Quantity
}

// send lets an order leave and decides when the goods will really come.
func (s *sim) send(supplier int, wants []wanting) {
	sup := &s.w.Suppliers[supplier]
	s.orderNo++
	e := &OrderSent{Head: s.head(orderMinute), Supplier: supplier, Promised: s.d.Add(sup.LeadDays)}
	o := &openOrder{sent: e, no: s.orderNo}
	for _, x := range wants {
		l := s.line(x)
		e.Lines = append(e.Lines, l)
		e.Goods += l.Amount
		o.owed = append(o.owed, l.Quantity)
		s.onOrder[x.product] += l.Quantity
	}
	if sup.FreeFrom == 0 || e.Goods < sup.FreeFrom {
		e.Freight = sup.Freight
	}
	s.emit(e)
	dice := roll(s.w.Seed, streamDelivery, s.d, supplier)
	days := sup.LeadDays
	switch {
	case dice.chance(sup.lateShare):
		days += 1 + int(math.Floor(dice.gamma(1)*sup.lateMeanDays*0.8))
		o.late = true
	case sup.LeadDays > 3 && dice.chance(0.15):
		days--
	}
	o.due = s.afterRest(s.d.Add(days))
	s.orders = append(s.orders, o)
}

// afterRest moves a delivery out of the first days of the lunar year.
func (s *sim) afterRest(d day.Date) day.Date {
	spring := day.Next(day.SpringFestival, d.Add(-2))
	if k := int(d - spring); k >= 0 && k <= 2 {
		return spring.Add(3)
	}
	return d
}

// planDeliveries has what is due today brought to the door.
func (s *sim) planDeliveries() {
	for _, o := range s.orders {
		if o.due != s.d {
			continue
		}
		dice := roll(s.w.Seed, streamDelivery, s.d, 1000+o.no)
		minute := OpenMinute + 80 + dice.below(540)
		if s.w.Suppliers[o.sent.Supplier].LeadDays <= 1 && (!o.late || dice.chance(0.5)) {
			minute = OpenMinute - 15 + dice.below(14)
		}
		s.at(minute, func(minute int) { s.receive(o, dice, minute) })
	}
}

// receive takes a delivery in. A line sometimes comes short; what is owed
// follows some days later or never.
func (s *sim) receive(o *openOrder, dice dice, minute int) {
	r := &Receipt{Order: o.sent.ID, Final: true}
	followUp := o.part == 0 && dice.chance(0.6)
	for i, l := range o.sent.Lines {
		if o.owed[i] == 0 {
			continue
		}
		q := o.owed[i]
		if o.part == 0 && dice.chance(0.035) {
			size := packSize(s.w.Offers[l.Offer].Pack)
			q = max(size, q/(2*size)*size)
		}
		o.owed[i] -= q
		if q > 0 {
			lot := s.newLot(dice, l.Product)
			s.shelves[l.Product].put(lot, q)
			r.Lines = append(r.Lines, ReceiptLine{i, lot, q, l.Price})
		}
		s.onOrder[l.Product] -= q
		if o.owed[i] > 0 && followUp {
			r.Final = false
		}
	}
	o.part++
	r.Head = s.head(minute)
	s.emit(r)
	if !r.Final {
		o.due = s.afterRest(s.d.Add(2 + dice.below(4)))
		return
	}
	for i, l := range o.sent.Lines {
		s.onOrder[l.Product] -= o.owed[i]
		o.owed[i] = 0
	}
	s.orders = remove(s.orders, o)
}

func remove(orders []*openOrder, gone *openOrder) []*openOrder {
	kept := make([]*openOrder, 0, len(orders))
	for _, o := range orders {
		if o != gone {
			kept = append(kept, o)
		}
	}
	return kept
}

package world

import (
	"math"
	"slices"

	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// keeping is how the shopkeeper looks after one product: by rule of thumb and
// habit, which is what a suggestion has to beat.
type keeping struct {
	offer     int     // the one he always orders from
	slack     float64 // days he orders earlier than he must
	cover     float64 // days he orders for
	forgets   float64 // chance to overlook the product on an order day
	trend     float64 // of demand, a year; not his doing
	estimated float64 // what he believed to sell a day before he opened
}

func (s *sim) keepingOf(product int) keeping {
	p := &s.w.Products[product]
	dice := roll(s.w.Seed, streamHabit, 0, product)
	k := keeping{
		slack: dice.between(-0.5, 4), cover: dice.between(8, 20), forgets: dice.between(0.03, 0.16),
		trend: 0.03 + 0.09*dice.normal(), estimated: p.mean() * dice.between(0.75, 1.25),
	}
	if p.fresh() {
		k.slack, k.forgets = dice.between(0.1, 1.3), dice.between(0, 0.05)
	}
	k.offer = s.usualOffer(product)
	return k
}

// usualOffer is where he has always ordered: mostly from a middleman, from
// the neighbours directly, and from whom it arrives before it spoils.
func (s *sim) usualOffer(product int) int {
	p, offers := &s.w.Products[product], s.offersOf[product]
	maker, middleman := offers[0], offers[len(offers)-1]
	if maker == middleman || !s.bearable(p, maker) {
		return middleman
	}
	if !s.bearable(p, middleman) {
		return maker
	}
	supplier := p.habits.direct
	if s.w.Suppliers[supplier].LeadDays <= 1 {
		if roll(s.w.Seed, streamHabit, 1, product).chance(0.7) {
			return maker
		}
	} else if roll(s.w.Seed, streamHabit, 2, supplier).chance(0.45) {
		return maker
	}
	return middleman
}

// bearable reports whether goods of an offer come often enough to be sold
// before they spoil.
func (s *sim) bearable(p *Product, offer int) bool {
	sup := &s.w.Suppliers[s.w.Offers[offer].Supplier]
	return p.ShelfLife == 0 || sup.gap() <= max(1, float64(p.ShelfLife)*0.45)
}

// believed is the daily sale the shopkeeper reckons with: what he sold lately,
// not what he could have sold, with a little faith in how it used to be.
func (s *sim) believed(product int) float64 {
	p := &s.w.Products[product]
	days := memory
	if p.fresh() {
		days = 10
	}
	lived := int(s.d-s.w.From) + 1
	sold, n := measure.Quantity(0), 0
	for k := range min(days, lived) {
		sold += s.sold[product][s.slot(s.d.Add(-k))]
		n++
	}
	recent := float64(sold) / measure.Thousandths / float64(n)
	usual := s.keeper[product].estimated * p.habits.season.factor(s.today.point)
	believed := max(recent, 0.65*recent+0.35*usual)
	if lived < days || recent == 0 {
		believed = usual
	}
	if k := s.today.distance[beforeSpring]; k >= -22 && k <= -2 {
		believed *= 1 + 0.45*(p.habits.festivals[beforeSpring]-1)
	}
	if p.Seasonal { // what is sold a few weeks a year is ordered by the calendar
		soon := almanacOf(s.w, s.d.Add(2))
		believed = max(believed, usual*math.Pow(p.festivalFactor(&soon), 0.9))
	}
	return max(believed, 0.8*usual)
}

// Rest is when the supplier rests around the lunar new year: days before and
// after its first day, both included.
func (s *Supplier) Rest() (before, after int) {
	switch {
	case s.LeadDays <= 1:
		return 0, 1
	case s.Kind == "wholesaler":
		return 1, 4
	}
	return 4, 7
}

// closed reports whether a supplier takes no orders today.
func (s *sim) closed(supplier int) bool {
	before, after := s.w.Suppliers[supplier].Rest()
	k := s.today.distance[beforeSpring]
	return k >= -before && k <= after
}

// wanting is a product that may go on the order being written.
type wanting struct {
	product int
	packs   int64
	size    measure.Quantity
	days    float64 // that stock and orders will last
	most    int64   // packs that would not spoil
}

// order writes the evening's orders.
func (s *sim) order() {
	for i := range s.w.Suppliers {
		if !s.w.Suppliers[i].takesOrders(s.today.weekday) || s.closed(i) {
			continue
		}
		var wants, others []wanting
		for _, o := range s.w.Offers {
			if o.Supplier != i || s.w.Offers[s.keeper[o.Product].offer].ID != o.ID {
				continue
			}
			if x, now := s.consider(o.Product); now {
				wants = append(wants, x)
			} else if x.size > 0 {
				others = append(others, x)
			}
		}
		if wants = s.reachMinimum(i, wants, others); len(wants) > 0 {
			s.send(i, wants)
		}
	}
}

// consider decides whether a product goes on the order and how many packs.
func (s *sim) consider(product int) (x wanting, now bool) {
	p, k := &s.w.Products[product], s.keeper[product]
	if !s.listed[product] || !p.inSeason(&s.today) {
		return wanting{}, false
	}
	o := &s.w.Offers[k.offer]
	supplier := &s.w.Suppliers[o.Supplier]
	rate := max(s.believed(product), 0.001)
	held := float64(s.shelves[product].sellable(s.d)+s.onOrder[product]) / measure.Thousandths
	x = wanting{product: product, size: packSize(o.Pack), days: held / rate}
	lead, gap := float64(supplier.LeadDays), supplier.gap()
	from, to := lead+gap*0.7+k.slack, lead+gap+k.cover
	if p.fresh() {
		from = lead + gap*1.2 - 0.5 + k.slack
		to = from
	}
	if p.Seasonal { // it may be over soon
		to = min(to, lead+gap+4)
	}
	size := float64(x.size) / measure.Thousandths
	if p.ShelfLife > 0 {
		to = min(to, max(1.2, float64(p.ShelfLife)*0.8+lead))
		x.most = int64(max(0, (rate*min(120, float64(p.ShelfLife)*0.6)-held)/size))
	} else {
		x.most = int64(max(0, (rate*120-held)/size))
	}
	forgotten := roll(s.w.Seed, streamKeeper, s.d, product).chance(k.forgets)
	if x.days >= from || forgotten {
		return x, false
	}
	packs := math.Round((to*rate - held) / size)
	if packs < 1 && x.days < lead+0.4*gap {
		packs = 1
	}
	if packs < 1 {
		return x, false
	}
	x.packs = max(int64(packs), int64((o.MinQuantity+x.size-1)/x.size))
	return x, true
}

// reachMinimum adds packs until the supplier delivers at all: more of what is
// ordered and of what will be needed next. If that takes too much, the order
// waits for another day.
func (s *sim) reachMinimum(supplier int, wants, others []wanting) []wanting {
	least := s.w.Suppliers[supplier].MinOrder
	if len(wants) == 0 || s.goods(wants) >= least {
		return wants
	}
	if s.goods(wants) < least/4 && !s.urgent(wants) {
		return nil
	}
	slices.SortStableFunc(others, func(a, b wanting) int {
		if a.days < b.days {
			return -1
		}
		return 1
	})
	for _, x := range others {
		if s.goods(wants) >= least {
			return wants
		}
		if o := &s.w.Offers[s.keeper[x.product].offer]; x.days < 20 && x.most*int64(x.size) >= int64(o.MinQuantity) {
			x.packs = int64((o.MinQuantity + x.size - 1) / x.size)
			wants = append(wants, x)
		}
	}
	for range 40 {
		grew := false
		for i := range wants {
			if s.goods(wants) >= least {
				return wants
			}
			if wants[i].packs < wants[i].most {
				wants[i].packs++
				grew = true
			}
		}
		if !grew {
			break
		}
	}
	return nil
}

// urgent reports whether some shelf is about to be empty.
func (s *sim) urgent(wants []wanting) bool {
	return slices.ContainsFunc(wants, func(x wanting) bool { return x.days < 1 })
}

// goods is the value of an order.
func (s *sim) goods(wants []wanting) money.Amount {
	var sum money.Amount
	for _, x := range wants {
		sum += s.line(x).Amount
	}
	return sum
}

func (s *sim) line(x wanting) OrderLine {
	offer := s.keeper[x.product].offer
	q := measure.Quantity(x.packs) * x.size
	price := priceFor(s.breaks[offer], q)
	amount, err := money.Line(q, price, s.w.Shop.Currency)
	if err != nil {
		panic(err) // an order of a village shop is far from any bound
	}
	return OrderLine{Offer: offer, Product: x.product, Packs: x.packs, Quantity: q, Price: price, Amount: amount}
}

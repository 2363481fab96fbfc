package world

import (
	"cmp"
	"math"
	"slices"

	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// expected is the day's demand in parts of the ordinary one, without noise.
func (a *almanac) expected(p *Product, t *temper) float64 {
	f := p.habits.season.factor(a.point) * p.festivalFactor(a) * t.week[a.weekday-1]
	if a.market {
		f *= t.market
	}
	if a.golden {
		f *= t.golden
	}
	return f
}

// want is one thing one customer comes for.
type want struct {
	product int
	minute  int
	q       measure.Quantity
}

// planCustomers draws who comes today, what for and when.
func (s *sim) planCustomers() {
	traffic := roll(s.w.Seed, streamTraffic, s.d, 0).gamma(90)
	var counter, remote []want
	for i := range s.w.Products {
		p, t := &s.w.Products[i], s.temper(i)
		if s.today.weekday == 1 {
			s.levels[i] = 0.93*s.levels[i] + 0.06*roll(s.w.Seed, streamLevel, s.d, i).normal()
		}
		if !s.listed[i] {
			continue
		}
		rate := p.habits.buyers * s.today.expected(p, t) * math.Exp(s.levels[i]+s.keeper[i].trend*s.today.year)
		if !p.inSeason(&s.today) { // the last of the season, hardly looked at
			rate = p.habits.buyers * 0.3
		}
		if c := s.cuts[i]; c.until >= s.d {
			rate *= math.Pow(c.share, -t.pull)
		}
		dice := roll(s.w.Seed, streamDemand, s.d, i)
		rate *= dice.gamma(t.noise)
		for range dice.poisson(rate * (1 - p.habits.online) * traffic) {
			counter = append(counter, want{i, minuteOf(dice, &t.hours), p.portion(dice)})
		}
		for range dice.poisson(rate * p.habits.online * s.today.onlineDay * math.Exp(0.2*s.today.year)) {
			remote = append(remote, want{i, minuteOf(dice, &online), p.parcel(dice)})
		}
	}
	s.fillBaskets(counter)
	s.fillParcels(remote)
}

func minuteOf(d dice, hours *[14]float64) int {
	return OpenMinute + 60*d.pick(hours[:]) + d.below(60)
}

// portion is how much of a product a customer at the counter asks for.
func (p *Product) portion(d dice) measure.Quantity {
	if p.weighed() { // what the scale shows, to 5 g
		grams := p.habits.perBuyer * 1000 * d.gamma(8)
		return measure.Quantity(max(4, math.Round(grams/5))) * 5
	}
	n := 1 + d.poisson(max(0, p.habits.perBuyer-1))
	return measure.Quantity(n) * measure.Thousandths
}

// parcel is how much an online buyer orders: whole half jin of weighed goods.
func (p *Product) parcel(d dice) measure.Quantity {
	if p.weighed() {
		sizes := p.parcelSizes()
		return sizes[d.below(len(sizes))]
	}
	return p.portion(d)
}

func (p *Product) parcelSizes() []measure.Quantity {
	switch {
	case p.habits.perBuyer >= 1:
		return []measure.Quantity{2500, 2500, 5000}
	case p.habits.perBuyer >= 0.6:
		return []measure.Quantity{500, 1000, 1000, 2500}
	}
	return []measure.Quantity{250, 500, 500, 1000}
}

// fillBaskets shares the wants of each hour out among its customers.
func (s *sim) fillBaskets(wants []want) {
	slices.SortStableFunc(wants, func(a, b want) int { return cmp.Compare(a.minute/60, b.minute/60) })
	dice := roll(s.w.Seed, streamBaskets, s.d, 0)
	for len(wants) > 0 {
		n := 0
		for n < len(wants) && wants[n].minute/60 == wants[0].minute/60 {
			n++
		}
		baskets := make([][]want, (n+2)/3)
		for _, x := range wants[:n] {
			b := dice.below(len(baskets))
			baskets[b] = append(baskets[b], x)
		}
		for _, b := range baskets {
			s.planSale(Sale{Channel: Counter}, b)
		}
		wants = wants[n:]
	}
}

// planSale has a basket come to the till at its first item's minute.
func (s *sim) planSale(sale Sale, basket []want) {
	if len(basket) == 0 {
		return
	}
	slices.SortStableFunc(basket, func(a, b want) int { return cmp.Compare(a.product, b.product) })
	merged := basket[:1]
	for _, x := range basket[1:] {
		if last := &merged[len(merged)-1]; last.product == x.product {
			last.q += x.q
		} else {
			merged = append(merged, x)
		}
	}
	s.at(merged[0].minute, func(minute int) { s.sell(sale, merged, minute) })
}

// sell gives the customer what is there and remembers what is not.
func (s *sim) sell(sale Sale, basket []want, minute int) {
	for _, x := range basket {
		if line, ok := s.sellLine(sale.Channel, x, minute); ok {
			sale.Lines = append(sale.Lines, line)
			sale.Total += line.Amount
		}
	}
	if len(sale.Lines) == 0 {
		return
	}
	sale.Head = s.head(minute)
	s.emit(&sale)
	s.mayComeBack(&sale)
}

func (s *sim) sellLine(c Channel, x want, minute int) (SaleLine, bool) {
	p := &s.w.Products[x.product]
	there := s.shelves[x.product].sellable(s.d)
	q := min(x.q, there)
	if c != Counter && q < x.q {
		q = 0 // a parcel goes out whole or not at all
	}
	if p.weighed() && q > 0 && c == Counter {
		q = s.shelves[x.product].rounded(q, s.d) // "take the rest"
	}
	if q < x.q {
		s.miss(c, x.product, x.q-q, minute)
	}
	if q == 0 {
		return SaleLine{}, false
	}
	price, promoted := s.priceNow(x.product)
	if c == Pinduoduo {
		price = price / 20 * 19 // a twentieth less, as that channel expects
	}
	amount, err := money.Line(q, price, s.w.Shop.Currency)
	if err != nil {
		panic(err) // a basket is far from any bound
	}
	s.sold[x.product][s.slot(s.d)] += q
	return SaleLine{x.product, q, price, amount, promoted, s.shelves[x.product].take(q, s.d)}, true
}

// miss notes demand that met an empty shelf; now and then the customer asks.
func (s *sim) miss(c Channel, product int, q measure.Quantity, minute int) {
	s.emit(&Missed{Head: s.head(minute), Product: product, Channel: c, Quantity: q})
	if c != Counter {
		return
	}
	if roll(s.w.Seed, streamWish, s.d, 1000+s.serial).chance(0.09) {
		s.emit(&Wish{Head: s.head(minute), Product: product, Quantity: q})
	}
}

// comeback is goods that a customer will bring back.
type comeback struct {
	when   int // day number
	sale   ident.ID
	line   int
	take   Take
	amount money.Amount
	good   bool
}

// mayComeBack decides now whether part of a sale will be returned.
func (s *sim) mayComeBack(sale *Sale) {
	dice := roll(s.w.Seed, streamReturn, s.d, s.serial)
	for i, l := range sale.Lines {
		p := &s.w.Products[l.Product]
		chance := 0.0022
		if sale.Channel != Counter {
			chance = 0.009
		}
		if p.fresh() || !dice.chance(chance) {
			continue
		}
		t := l.Takes[len(l.Takes)-1]
		back := comeback{int(s.d) + 1 + dice.below(6), sale.ID, i, t, 0, dice.chance(0.6)}
		back.amount = money.Split(l.Amount, []int64{int64(t.Quantity), int64(l.Quantity - t.Quantity)})[0]
		s.comebacks = append(s.comebacks, back)
	}
}

// planComebacks brings back what is due today.
func (s *sim) planComebacks() {
	later := s.comebacks[:0:0]
	for n, b := range s.comebacks {
		if b.when > int(s.d) {
			later = append(later, b)
			continue
		}
		minute := OpenMinute + 90 + roll(s.w.Seed, streamReturn, s.d, -1-n).below(600)
		s.at(minute, func(minute int) { s.takeBack(b, minute) })
	}
	s.comebacks = later
}

func (s *sim) takeBack(b comeback, minute int) {
	product := b.take.Lot.Product
	s.emit(&Return{Head: s.head(minute), Sale: b.sale, Line: b.line, Take: b.take, Amount: b.amount})
	if b.good && lastDay(b.take.Lot) >= s.d {
		s.shelves[product].put(b.take.Lot, b.take.Quantity)
		return
	}
	s.emit(&Loss{Head: s.head(minute), Product: product, Reason: Damaged, Takes: []Take{b.take}})
}

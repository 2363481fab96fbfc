package world

import (
	"math"

	"buhuo/internal/day"
	"buhuo/internal/money"
)

// tag is the moving part of a product's prices.
type tag struct {
	shelf money.Price
	index float64 // cost against the first day
	drift float64 // logarithm of the wandering part
}

// movePrices lets wholesale prices wander on Mondays. Fresh goods follow the
// market from week to week, the rest are repriced now and then.
func (s *sim) movePrices() {
	if s.today.weekday != 1 || s.d == s.w.From {
		return
	}
	for i := range s.w.Products {
		p, t := &s.w.Products[i], &s.tags[i]
		dice := roll(s.w.Seed, streamPrice, s.d, i)
		if s.temper(i).market > 1.2 && p.fresh() {
			t.drift = 0.86*t.drift + 0.055*dice.normal()
			target := math.Exp(t.drift) * seasonPrice(p, &s.today)
			if math.Abs(target/t.index-1) < 0.03 {
				continue
			}
			t.index = target
		} else if dice.chance(0.006) {
			t.index *= dice.between(0.985, 1.055)
		} else {
			continue
		}
		s.reprice(i)
	}
}

// seasonPrice makes goods cheaper when there are many of them.
func seasonPrice(p *Product, a *almanac) float64 {
	if p.habits.season.bounded || p.habits.season.swing == 0 {
		return 1
	}
	return math.Exp(-0.3 * (p.habits.season.factor(a.point) - 1))
}

// reprice passes a new cost on: to the offers at once, to the price tag when
// it would be off by more than a few per cent.
func (s *sim) reprice(product int) {
	p, t := &s.w.Products[product], &s.tags[product]
	for _, o := range s.offersOf[product] {
		s.breaks[o] = scaled(s.w.Offers[o].Breaks, t.index)
		s.emit(&OfferChange{Head: s.head(pricesMinute), Offer: o, Breaks: s.breaks[o]})
	}
	shelf := shelfPrice(float64(p.Price)*t.index, p.weighed())
	if off := math.Abs(float64(shelf)/float64(t.shelf) - 1); off >= 0.04 {
		t.shelf = shelf
		s.emit(&PriceChange{Head: s.head(pricesMinute), Product: product, Price: shelf})
	}
}

func scaled(breaks []Break, index float64) []Break {
	out := make([]Break, len(breaks))
	for i, b := range breaks {
		out[i] = Break{b.From, costPrice(float64(b.Price) * index)}
	}
	return out
}

// cut is a running price cut on one product.
type cut struct {
	until day.Date
	price money.Price
	share float64 // of the ordinary price
}

// startPromotions opens this week's price cuts: on Thursdays, for goods of one
// or two categories that are on sale now; before the lunar new year for gifts.
func (s *sim) startPromotions() {
	if s.today.weekday != 4 {
		return
	}
	dice := roll(s.w.Seed, streamPromotion, s.d, 0)
	promotion := &Promotion{Title: "周末特价", Until: s.d.Add(3 + dice.below(4))}
	gifts := s.today.distance[beforeSpring] >= -28 && s.today.distance[beforeSpring] < -3
	if gifts {
		promotion.Title = "年货节"
	} else if dice.chance(0.25) {
		promotion.Title = "会员日"
	}
	category := dice.below(len(s.w.Categories) - 1)
	want := 3 + dice.below(5)
	for tries := 0; tries < 200 && len(promotion.Lines) < want; tries++ {
		i := dice.below(len(s.w.Products))
		p := &s.w.Products[i]
		fits := p.Category == category || tries > 60 && dice.chance(0.2)
		if gifts {
			fits = p.habits.festivals[beforeSpring] >= 2.5
		}
		if !fits || !s.listed[i] || p.Seasonal || s.cuts[i].until >= s.d {
			continue
		}
		share := dice.between(0.72, 0.92)
		lowered := shelfPrice(float64(s.tags[i].shelf)*share, p.weighed())
		if lowered >= s.tags[i].shelf {
			continue
		}
		s.cuts[i] = cut{promotion.Until, lowered, float64(lowered) / float64(s.tags[i].shelf)}
		promotion.Lines = append(promotion.Lines, PromotionLine{i, lowered})
	}
	if len(promotion.Lines) > 0 {
		promotion.Head = s.head(promotionMinute)
		s.emit(promotion)
	}
}

// priceNow is what a customer at the counter pays for a base unit today.
func (s *sim) priceNow(product int) (p money.Price, promoted bool) {
	if c := s.cuts[product]; c.until >= s.d && c.price < s.tags[product].shelf {
		return c.price, true
	}
	return s.tags[product].shelf, false
}

package world

import (
	"fmt"
	"math"
	"strings"

	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Offer is what one supplier asks for one product, tax included.
type Offer struct {
	ID          ident.ID
	Product     int // index into World.Products
	Supplier    int // index into World.Suppliers
	Code        string
	Pack        measure.Pack // goods come in whole packs
	MinQuantity measure.Quantity
	Breaks      []Break // on the first day of the world
}

// Break is the price per base unit from a quantity on.
type Break struct {
	From  measure.Quantity
	Price money.Price
}

// priceFor is the price of the break that q reaches.
func priceFor(breaks []Break, q measure.Quantity) money.Price {
	p := breaks[0].Price
	for _, b := range breaks {
		if q >= b.From {
			p = b.Price
		}
	}
	return p
}

// offers writes the terms: for most goods the maker's and a middleman's, who
// is dearer, sells smaller lots and is nearer.
func offers(w *World) []Offer {
	var out []Offer
	for i := range w.Products {
		p := &w.Products[i]
		dice := roll(w.Seed, streamTerms, 0, i)
		makers := float64(p.Price) * p.habits.costShare
		if p.habits.direct >= 0 {
			out = append(out, w.offer(i, p.habits.direct, makers))
			makers *= dice.between(1.07, 1.21)
		} else {
			makers *= dice.between(1.02, 1.08)
		}
		out = append(out, w.offer(i, p.habits.middleman, makers))
	}
	return out
}

func (w *World) offer(product, supplier int, cost float64) Offer {
	p, s := &w.Products[product], &w.Suppliers[supplier]
	o := Offer{
		ID:      ident.Derive(w.space, []byte("offer/"+s.Key+"/"+p.Code)),
		Product: product, Supplier: supplier,
		Code: fmt.Sprintf("%s-%s", strings.ToUpper(s.Key), p.Code),
		Pack: p.habits.outer,
	}
	maker := s.Kind != "wholesaler"
	size := packSize(o.Pack)
	days := float64(size) / measure.Thousandths / p.mean() // how long a pack lasts
	loose := !maker && days > 15
	if p.ShelfLife > 0 && days > float64(p.ShelfLife)*0.45 {
		loose = true
	}
	if loose {
		o.Pack = loosePack(p, days)
		size = packSize(o.Pack)
	}
	o.MinQuantity = size
	if maker && !loose && !p.fresh() && days < 9 {
		o.MinQuantity = 2 * size
	}
	if !maker && loose && !p.weighed() && p.mean() > 0.4 {
		o.MinQuantity = 3 * size
	}
	o.Breaks = []Break{{o.MinQuantity, costPrice(cost)}}
	switch {
	case maker:
		o.Breaks = append(o.Breaks, Break{3 * o.MinQuantity, costPrice(cost * 0.97)})
		if !p.fresh() {
			o.Breaks = append(o.Breaks, Break{8 * o.MinQuantity, costPrice(cost * 0.94)})
		}
	case !p.fresh():
		o.Breaks = append(o.Breaks, Break{5 * o.MinQuantity, costPrice(cost * 0.98)})
	}
	return o
}

// loosePack is how an opened case is sold: weighed goods by the jin or in bags
// of 2.5 kg, tea by the stack of seven cakes, the rest by the piece.
func loosePack(p *Product, days float64) measure.Pack {
	switch {
	case p.weighed() && (p.fresh() || p.mean() < 0.2):
		return measure.Pack{Unit: "jin", Factor: measure.Ratio{Num: 1, Den: 2}}
	case p.weighed():
		return measure.Pack{Unit: "bag", Factor: measure.Ratio{Num: 5, Den: 2}}
	case p.Unit == "cake":
		return measure.Pack{Unit: "bucket", Factor: measure.Ratio{Num: 7, Den: 1}}
	}
	return measure.Pack{Unit: p.Unit, Factor: measure.One}
}

// packSize is what a pack holds; every pack of the assortment is whole.
func packSize(p measure.Pack) measure.Quantity {
	q, err := p.Size()
	if err != nil {
		panic(fmt.Sprintf("world: pack %v: %v", p, err))
	}
	return q
}

// price makes an exact price of yuan.
func price(yuan float64) money.Price {
	return money.Price(math.Round(yuan * money.PriceScale))
}

// costPrice rounds a purchase price as a price list does: to fen, cheap
// things to a tenth of it.
func costPrice(p float64) money.Price {
	step := 100.0
	if p < 2*money.PriceScale {
		step = 10
	}
	return money.Price(max(step, math.Round(p/step)*step))
}

// shelfPrice rounds a retail price as a price tag does: weighed goods to a
// jiao a jin, or a yuan a jin when dear; the rest to a jiao.
func shelfPrice(p float64, weighed bool) money.Price {
	step := 1000.0
	if weighed {
		step = 2000
		if p > 60*money.PriceScale {
			step = 20000
		}
	}
	return money.Price(max(step, math.Round(p/step)*step))
}

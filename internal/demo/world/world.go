// Package world makes up a village grocery and lives its days: what it sells,
// who supplies it, and every delivery, sale, loss and order, hour by hour. The
// same seed and first day always give the same days, and a longer run only
// adds days at the end. It knows no database, no clock and no service.
package world

import (
	"iter"
	"strconv"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/money"
)

// Opening hours, in minutes after midnight of the shop's own day.
const (
	OpenMinute  = 7 * 60
	CloseMinute = 21 * 60
)

// Shop is the grocery itself.
type Shop struct {
	Name     string
	Slug     string
	Province string // two digits of GB/T 2260
	Place    string
	TimeZone string
	Currency money.Currency
	Markets  day.MarketDays
}

// World is the made-up grocery from its first day to its last. It never
// changes; every walk over its events lives all days again from the first.
type World struct {
	Seed       uint64
	From, To   day.Date
	Shop       Shop
	Categories []Category
	Suppliers  []Supplier
	Products   []Product
	Offers     []Offer

	space ident.ID
}

// namespace is the root of all ids of all worlds.
var namespace = ident.MustParse("6f0d8f9e-51f4-5d0b-9a3e-0c6d2b7a4e11")

// Generate lays out the grocery that opens on from. The days until to, both
// included, are lived when the events are read. The assortment and the terms
// depend on seed alone; nothing depends on to but where the events end.
func Generate(seed uint64, from, to day.Date) *World {
	w := &World{
		Seed: seed, From: from, To: to,
		Shop: Shop{
			Name: "村口小店", Slug: "cunkou", Province: "33", Place: "浙江省湖州市安吉县孝丰镇",
			TimeZone: "Asia/Shanghai", Currency: money.CNY, Markets: day.MarketDays{3, 8},
		},
		space: ident.Derive(namespace, []byte(strconv.FormatUint(seed, 10)+"/"+from.String())),
	}
	w.Categories, w.Products = assortment(w.space, &w.Suppliers)
	w.Offers = offers(w)
	return w
}

// Days yields every day of the world with its events in time order. The
// slices are the caller's.
func (w *World) Days() iter.Seq2[day.Date, []Event] {
	return func(yield func(day.Date, []Event) bool) {
		s := newSim(w)
		for d := w.From; d <= w.To; d++ {
			if !yield(d, s.live(d)) {
				return
			}
		}
	}
}

// Events yields every event of the world in time order.
func (w *World) Events() iter.Seq[Event] { return w.Since(w.From) }

// Since yields the events of first and of the days after it, in time order:
// what is missing in a shop that already holds the days before.
func (w *World) Since(first day.Date) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for d, events := range w.Days() {
			if d < first {
				continue
			}
			for _, e := range events {
				if !yield(e) {
					return
				}
			}
		}
	}
}

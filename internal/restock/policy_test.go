package restock

import (
	"testing"

	"buhuo/internal/catalog"
	"buhuo/internal/demand"
	"buhuo/internal/measure"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
)

// Nobody buys ahead to save work what may rot meanwhile, or at terms that nobody has
// confirmed.
func TestOrderingCostsAreForGoodsThatKeep(t *testing.T) {
	confirmed, assumed := catalog.Offer{}, catalog.Offer{Assumed: true}
	c := surroundings{shop: shop.Shop{Ordering: 50}}
	for _, x := range []struct {
		name    string
		product catalog.Product
		offers  []catalog.Offer
		want    int64
	}{
		{"keeps", catalog.Product{}, []catalog.Offer{assumed, confirmed}, 50},
		{"has a shelf life, which bounds the order by itself", catalog.Product{ShelfLifeDays: 9, LossRate: 300}, []catalog.Offer{confirmed}, 50},
		{"a part of it is lost, nobody knows how soon", catalog.Product{LossRate: 300}, []catalog.Offer{confirmed}, 0},
		{"terms assumed", catalog.Product{}, []catalog.Offer{assumed}, 0},
		{"nobody to order from", catalog.Product{}, nil, 0},
	} {
		if got := c.policy(subject{product: x.product, offers: x.offers}).Ordering; int64(got) != x.want {
			t.Errorf("%s: %d, want %d", x.name, got, x.want)
		}
	}
}

// What nothing speaks for is not ordered on what similar goods sell; one thing that
// somebody did about it is enough.
func TestUnproven(t *testing.T) {
	assumed, minimum := []catalog.Offer{{Assumed: true}}, measure.Quantity(5_000)
	sold := demand.Series{Sold: []float64{0, 2}}
	for name, x := range map[string]struct {
		subject subject
		history demand.Series
		want    bool
	}{
		"only imported":         {subject{offers: assumed}, demand.Series{Sold: []float64{0, 0}}, true},
		"nobody to order from":  {subject{}, demand.Series{}, true},
		"sold once":             {subject{offers: assumed}, sold, false},
		"counted or delivered":  {subject{offers: assumed, position: stock.Position{Known: true}}, demand.Series{}, false},
		"ordered by hand":       {subject{offers: assumed, expected: []stock.Expected{{}}}, demand.Series{}, false},
		"an offer was entered":  {subject{offers: []catalog.Offer{{}}}, demand.Series{}, false},
		"a minimum set by hand": {subject{offers: assumed, product: catalog.Product{Minimum: &minimum}}, demand.Series{}, false},
	} {
		if got := x.subject.unproven(x.history); got != x.want {
			t.Errorf("%s: unproven %t", name, got)
		}
	}
}

package restock

import (
	"testing"

	"buhuo/internal/catalog"
	"buhuo/internal/shop"
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

package app_test

import (
	"testing"

	"buhuo/internal/fault"
)

// TestWhatIsOnOrderIsNotMerged: a product that stands on an order, sent or not, would come
// in under a name that is no longer sold.
func TestWhatIsOnOrderIsNotMerged(t *testing.T) {
	h := newHouse(t)
	drafted, err := h.Purchase.Drafted(h.mine.ctx, nil)
	must(t, err)
	if len(drafted) == 0 {
		t.Fatal("the fixture has no draft")
	}
	for id := range drafted {
		if err := h.Catalog.Merge(h.mine.ctx, id, h.mine.ids["twin"]); fault.KindOf(err) != fault.Invalid {
			t.Errorf("merged while it stands on an order: %v", err)
		}
		p, err := h.Catalog.Product(h.mine.ctx, id)
		must(t, err)
		if p.Archived || p.MergedInto != nil {
			t.Errorf("half merged: %+v", p)
		}
	}
	must(t, h.Catalog.Merge(h.mine.ctx, h.mine.ids["twin"], h.mine.ids["product"]))
	must(t, h.Catalog.Merge(h.mine.ctx, h.mine.ids["twin"], h.mine.ids["product"]))
	h.proved(t)
}

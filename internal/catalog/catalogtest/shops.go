package catalogtest

import (
	"context"
	"errors"
	"testing"

	"buhuo/internal/catalog"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// testTwoShops tries every method from shop B on what shop A keeps.
func testTwoShops(t *testing.T, h House) {
	p, s, o := trade(t, h, h.A, "1")
	usual := supplierRecord("常用")
	usual.Usual = true
	batch := ident.New()
	category := catalog.Category{ID: ident.New(), Name: "水果"}
	h.do(t, h.A, func(ctx context.Context) error {
		return errors.Join(h.Store.InsertSupplier(ctx, usual), h.Store.InsertCategories(ctx, []catalog.Category{category}),
			h.Store.AddQuotes(ctx, []catalog.Quote{{ProductID: p.ID, SupplierID: s.ID, Day: 100, Price: 5, BatchID: batch}}))
	})
	reads := map[string]func(ctx context.Context) (int, error){
		"Products": func(ctx context.Context) (int, error) {
			l, err := h.Store.Products(ctx, []ident.ID{p.ID})
			return len(l), err
		},
		"AllProducts": func(ctx context.Context) (int, error) { l, err := h.Store.AllProducts(ctx); return len(l), err },
		"Codes":       func(ctx context.Context) (int, error) { l, err := h.Store.Codes(ctx); return len(l), err },
		"Barcodes":    func(ctx context.Context) (int, error) { l, err := h.Store.Barcodes(ctx); return len(l), err },
		"IDsByName":   func(ctx context.Context) (int, error) { l, err := h.Store.IDsByName(ctx, p.Name); return len(l), err },
		"Categories":  func(ctx context.Context) (int, error) { l, err := h.Store.Categories(ctx); return len(l), err },
		"Suppliers":   func(ctx context.Context) (int, error) { l, err := h.Store.Suppliers(ctx, true); return len(l), err },
		"Offers": func(ctx context.Context) (int, error) {
			l, err := h.Store.Offers(ctx, []ident.ID{p.ID})
			return len(l), err
		},
		"Offers of all": func(ctx context.Context) (int, error) { l, err := h.Store.Offers(ctx, nil); return len(l), err },
		"OffersOf":      func(ctx context.Context) (int, error) { l, err := h.Store.OffersOf(ctx, s.ID); return len(l), err },
		"LastQuotes": func(ctx context.Context) (int, error) {
			l, err := h.Store.LastQuotes(ctx, s.ID, 500)
			return len(l), err
		},
		"Quotes": func(ctx context.Context) (int, error) {
			l, err := h.Store.Quotes(ctx, []ident.ID{p.ID})
			return len(l), err
		},
		"Quotes of all": func(ctx context.Context) (int, error) { l, err := h.Store.Quotes(ctx, nil); return len(l), err },
		"Search":        func(ctx context.Context) (int, error) { return h.hits(ctx, catalog.StoreQuery{Limit: 9}) },
		"Search by text": func(ctx context.Context) (int, error) {
			return h.hits(ctx, catalog.StoreQuery{Terms: catalog.ParseTerms("1"), Limit: 9})
		},
	}
	for name, read := range reads {
		if n, err := read(h.B); n != 0 || err != nil {
			t.Errorf("%s from another shop: %d rows, %v", name, n, err)
		}
		if n, err := read(h.A); (n == 0) != (name == "Barcodes") || err != nil {
			t.Errorf("%s from its own shop: %d rows, %v", name, n, err)
		}
	}
	singles := map[string]func(ctx context.Context) error{
		"IDByCode":      func(ctx context.Context) error { _, err := h.Store.IDByCode(ctx, p.Code); return err },
		"Supplier":      func(ctx context.Context) error { _, err := h.Store.Supplier(ctx, s.ID); return err },
		"UsualSupplier": func(ctx context.Context) error { _, err := h.Store.UsualSupplier(ctx); return err },
		"Offer":         func(ctx context.Context) error { _, err := h.Store.Offer(ctx, o.ID); return err },
	}
	for name, read := range singles {
		if err := read(h.B); !errors.Is(err, catalog.ErrMissing) {
			t.Errorf("%s from another shop: %v", name, err)
		}
		if err := read(h.A); err != nil {
			t.Errorf("%s from its own shop: %v", name, err)
		}
	}
	h.tryWrites(t, p, s, o, batch)
	same(t, "the product", one(t, h, h.A, p.ID), p.Product)
	if got, err := h.Store.Supplier(h.A, s.ID); err != nil || got.Name != s.Name || got.Version != 1 {
		t.Errorf("the supplier was changed: %+v, %v", got, err)
	}
	got, err := h.Store.Offer(h.A, o.ID)
	same(t, "the offer", got, o.Offer)
	if err != nil {
		t.Error(err)
	}
	if l, err := h.Store.LastQuotes(h.A, s.ID, 500); err != nil || len(l) != 1 || l[0].Price != 5 {
		t.Errorf("the quote was changed: %v, %v", l, err)
	}
}

func (h House) hits(ctx context.Context, q catalog.StoreQuery) (int, error) {
	l, err := h.Store.Search(ctx, q)
	return len(l), err
}

// tryWrites tries to change A's rows from B. Updates find nothing; new rows that name
// A's product or supplier are refused.
func (h House) tryWrites(t *testing.T, p catalog.Record, s catalog.SupplierRecord, o catalog.OfferRecord, batch ident.ID) {
	t.Helper()
	p.Name, s.Name, o.Price = "x", "x", 1
	for name, write := range map[string]func(ctx context.Context) (bool, error){
		"UpdateProduct":  func(ctx context.Context) (bool, error) { return h.Store.UpdateProduct(ctx, p) },
		"ArchiveProduct": func(ctx context.Context) (bool, error) { return h.Store.ArchiveProduct(ctx, p.ID, true, 2) },
		"UpdateSupplier": func(ctx context.Context) (bool, error) { return h.Store.UpdateSupplier(ctx, s) },
		"UpdateOffer":    func(ctx context.Context) (bool, error) { return h.Store.UpdateOffer(ctx, o) },
		"DeleteQuotes": func(ctx context.Context) (bool, error) {
			ids, err := h.Store.DeleteQuotes(ctx, batch)
			return len(ids) > 0, err
		},
	} {
		err := h.Atomic.Do(h.B, func(ctx context.Context) error {
			if ok, err := write(ctx); ok || err != nil {
				t.Errorf("%s from another shop: %v, %v", name, ok, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	own := record("own", "own")
	insert(t, h, h.B, own)
	for name, write := range map[string]func(ctx context.Context) error{
		"SaveOffers": func(ctx context.Context) error { return h.Store.SaveOffers(ctx, []catalog.OfferRecord{o}) },
		"AddQuotes": func(ctx context.Context) error {
			return h.Store.AddQuotes(ctx, []catalog.Quote{{ProductID: p.ID, SupplierID: s.ID, Day: 100, Price: 9}})
		},
		"InsertProducts": func(ctx context.Context) error {
			r := record("r", "r")
			r.MergedInto = &p.ID
			return h.Store.InsertProducts(ctx, []catalog.Record{r})
		},
	} {
		if err := h.Atomic.Do(h.B, write); err == nil {
			t.Errorf("%s took a row that names another shop's", name)
		}
	}
	same(t, "B's own product", one(t, h, h.B, own.ID), own.Product)
}

// testNoShop proves that without a shop in ctx nothing is read.
func testNoShop(t *testing.T, h House) {
	trade(t, h, h.A, "1")
	nobody := tenant.With(context.Background(), tenant.Scope{})
	if l, err := h.Store.AllProducts(nobody); err == nil {
		t.Errorf("products without a shop: %v", l)
	}
	if l, err := h.Store.Search(nobody, catalog.StoreQuery{Limit: 1}); err == nil {
		t.Errorf("a search without a shop: %v", l)
	}
	if l, err := h.Store.LastQuotes(nobody, ident.New(), 1); err == nil {
		t.Errorf("quotes without a shop: %v", l)
	}
	err := h.Atomic.Do(nobody, func(ctx context.Context) error {
		return h.Store.InsertProducts(ctx, []catalog.Record{record("2", "2")})
	})
	if err == nil {
		t.Error("a product was written without a shop")
	}
}

package catalogtest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// trade is a product, a supplier and the offer between them.
func trade(t *testing.T, h House, ctx context.Context, code string) (catalog.Record, catalog.SupplierRecord, catalog.OfferRecord) {
	t.Helper()
	p, s := record(code, "货 "+code), supplierRecord("商 "+code)
	o := catalog.OfferRecord{Offer: catalog.Offer{
		ID: ident.New(), SupplierID: s.ID, ProductID: p.ID, SupplierCode: "S" + code, Price: 52_000, Minimum: 10_000,
		Pack: measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}}, TaxRate: 900, ValidFrom: 20_000, Version: 1,
		Breaks: []catalog.Break{{From: 50_000, Price: 50_000}, {From: 100_000, Price: 48_000}},
	}, At: 1}
	h.do(t, ctx, func(ctx context.Context) error {
		return errors.Join(h.Store.InsertProducts(ctx, []catalog.Record{p}), h.Store.InsertSupplier(ctx, s),
			h.Store.SaveOffers(ctx, []catalog.OfferRecord{o}))
	})
	return p, s, o
}

func testOffers(t *testing.T, h House) {
	p, s, o := trade(t, h, h.A, "1")
	p2, _, o2 := trade(t, h, h.A, "2")
	got, err := h.Store.Offer(h.A, o.ID)
	same(t, "read back", got, o.Offer)
	if err != nil {
		t.Error(err)
	}
	for what, read := range map[string]func() ([]catalog.Offer, error){
		"of the product":  func() ([]catalog.Offer, error) { return h.Store.Offers(h.A, []ident.ID{p.ID}) },
		"of the supplier": func() ([]catalog.Offer, error) { return h.Store.OffersOf(h.A, s.ID) },
	} {
		if list, err := read(); err != nil || !reflect.DeepEqual(list, []catalog.Offer{o.Offer}) {
			t.Errorf("%s: %+v, %v", what, list, err)
		}
	}
	if list, err := h.Store.Offers(h.A, []ident.ID{}); err != nil || len(list) != 0 {
		t.Errorf("of no product: %v, %v", list, err)
	}
	days := 3
	o.Price, o.Breaks, o.LeadTimeDays, o.Assumed = 51_000, []catalog.Break{{From: 70_000, Price: 47_000}}, &days, true
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.SaveOffers(ctx, []catalog.OfferRecord{o}) })
	o.Version = 2
	list, err := h.Store.Offers(h.A, nil)
	if err != nil || len(list) != 2 {
		t.Fatalf("all: %v, %v", list, err)
	}
	if list[0].ID != o.ID {
		slices.Reverse(list)
	}
	same(t, "all", list, []catalog.Offer{o.Offer, o2.Offer})
	o.Archived = true
	h.do(t, h.A, func(ctx context.Context) error {
		if ok, err := h.Store.UpdateOffer(ctx, o); !ok || err != nil {
			t.Errorf("update: %v, %v", ok, err)
		}
		if ok, err := h.Store.UpdateOffer(ctx, o); ok || err != nil {
			t.Errorf("update from an old version: %v, %v", ok, err)
		}
		return nil
	})
	if list, err := h.Store.Offers(h.A, []ident.ID{p.ID, p2.ID}); err != nil || len(list) != 1 || list[0].ID != o2.ID {
		t.Errorf("the archived one is still offered: %v, %v", list, err)
	}
	if _, err := h.Store.Offer(h.A, ident.New()); !errors.Is(err, catalog.ErrMissing) {
		t.Errorf("an unknown one: %v", err)
	}
}

func testQuotes(t *testing.T, h House) {
	p, s, _ := trade(t, h, h.A, "1")
	_, other, _ := trade(t, h, h.A, "2")
	batch, second := ident.New(), ident.New()
	quote := func(supplier ident.ID, d day.Date, price int64, batch ident.ID) catalog.Quote {
		return catalog.Quote{ProductID: p.ID, SupplierID: supplier, Day: d, Price: money.Price(price), BatchID: batch}
	}
	h.do(t, h.A, func(ctx context.Context) error {
		return errors.Join(
			h.Store.AddQuotes(ctx, []catalog.Quote{quote(s.ID, 100, 10, batch), quote(s.ID, 105, 11, batch), quote(other.ID, 109, 99, batch)}),
			h.Store.AddQuotes(ctx, []catalog.Quote{quote(s.ID, 105, 12, second), quote(s.ID, 110, 13, ident.Nil)}),
		)
	})
	for asOf, want := range map[day.Date][]catalog.Quote{
		99:  {},
		100: {quote(s.ID, 100, 10, batch)},
		109: {quote(s.ID, 105, 12, second)},
		500: {quote(s.ID, 110, 13, ident.Nil)},
	} {
		got, err := h.Store.LastQuotes(h.A, s.ID, asOf)
		same(t, "as of "+asOf.String(), got, want)
		if err != nil {
			t.Error(err)
		}
	}
	h.do(t, h.A, func(ctx context.Context) error {
		ids, err := h.Store.DeleteQuotes(ctx, second)
		same(t, "the products of the batch", ids, []ident.ID{p.ID})
		return err
	})
	got, err := h.Store.LastQuotes(h.A, s.ID, 109)
	same(t, "after the undo", got, []catalog.Quote{quote(s.ID, 100, 10, batch)})
	if err != nil {
		t.Error(err)
	}
}

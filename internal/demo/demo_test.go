package demo_test

import (
	"context"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/catalog/catalogdb"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/demo"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/purchasedb"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/sales"
	"buhuo/internal/sales/salesdb"
	"buhuo/internal/sales/source/generic"
	"buhuo/internal/shop"
	"buhuo/internal/shop/argon"
	"buhuo/internal/shop/shopdb"
	"buhuo/internal/stock"
	"buhuo/internal/stock/stockdb"
)

// house is the rooms over one database, on a clock that the test sets.
type house struct {
	demo.Services
	store *restockdb.Store
	now   time.Time
}

// noon of a Monday in the shop's zone, two minutes past.
var monday = time.Date(2026, time.November, 23, 4, 2, 30, 0, time.UTC)

func houseOf(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{now: monday}
	now := func() time.Time { return h.now }
	h.DB = d
	h.Shop = shop.New(shopdb.New(d), d, argon.New(argon.Default), now)
	h.Catalog = catalog.New(catalogdb.New(d), d, func(string) string { return "常用供货商" }, now)
	h.Stock = stock.New(stockdb.New(d), d, now)
	h.Sales = sales.New(salesdb.New(d), d, h.Catalog, h.Stock, h.Shop, []sales.Source{generic.New()}, now)
	h.Purchase = purchase.New(purchasedb.New(d), d, h.Catalog, h.Stock, h.Shop, now)
	h.store = restockdb.New(d)
	h.Restock = restock.New(h.store, d, h.Shop, h.Catalog, h.Stock, h.Sales, h.Purchase, now)
	h.Catalog.SetMarker(h.Stock)
	h.Catalog.SetJournal(h.Shop)
	h.Sales.SetJournal(h.Shop)
	return h
}

func (h *house) loader(span int) *demo.Loader {
	l := demo.New(h.Services, func() time.Time { return h.now })
	l.Span = span
	return l
}

// inside gives a ctx that works in the demo's shop.
func (h *house) inside(t testing.TB) context.Context {
	t.Helper()
	in, err := h.Shop.BySlug(t.Context(), demo.Slug)
	if err != nil {
		t.Fatal(err)
	}
	return shop.Acting(t.Context(), in)
}

func (h *house) ensure(t testing.TB, span int) demo.Report {
	t.Helper()
	r, err := h.loader(span).Ensure(t.Context(), nil)
	if err != nil {
		t.Fatalf("ensure: %v", err)
	}
	return r
}

func TestTwoYears(t *testing.T) {
	if testing.Short() {
		t.Skip("two years take half a minute")
	}
	h := houseOf(t, dbtest.SQLite(t))
	started := time.Now()
	stage := ""
	_, err := h.loader(730).Ensure(t.Context(), func(s string, done, of int) {
		if s != stage || done == of {
			t.Logf("%6.2fs %s %d/%d", time.Since(started).Seconds(), s, done, of)
		}
		stage = s
	})
	if err != nil {
		t.Fatal(err)
	}
}

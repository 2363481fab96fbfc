// Package salestest is the contract of sales.Store: the same tests for every
// store, and for the service upon it, with the real catalog and ledger beside it.
// Each runs with two shops, because what one keeps the other must never see.
package salestest

import (
	"context"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/sales"
	"buhuo/internal/sales/source/generic"
	"buhuo/internal/stock"
)

// House is a fresh store, what sales need around it, and two shops.
type House struct {
	Store   sales.Store
	Atomic  sales.Atomic
	Catalog *catalog.Service
	Stock   *stock.Service
	Shops   sales.Shops
	// A and B carry the scopes of two shops in Asia/Shanghai that count in CNY.
	A, B context.Context
}

// Now is the time of the tests' services.
var Now = time.Date(2026, time.November, 23, 20, 0, 0, 0, time.UTC) // the 24th, 4 o'clock, in Shanghai

// Service is the service over the house.
func (h House) Service() *sales.Service { return h.ServiceWith(h.Store) }

// ServiceWith is the service with another store, for instance one that fails.
func (h House) ServiceWith(store sales.Store) *sales.Service {
	return sales.New(store, h.Atomic, h.Catalog, h.Stock, h.Shops, []sales.Source{generic.New()}, func() time.Time { return Now })
}

// Run tests the store that open makes, a fresh one each time.
func Run(t *testing.T, open func(t *testing.T) House) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, House)
	}{} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

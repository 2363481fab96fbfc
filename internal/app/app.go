package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"buhuo/internal/account"
	"buhuo/internal/account/accountdb"
	"buhuo/internal/catalog"
	"buhuo/internal/catalog/catalogdb"
	"buhuo/internal/catalog/catalogweb"
	"buhuo/internal/db"
	"buhuo/internal/enquiry"
	"buhuo/internal/enquiry/enquirydb"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/insight/insightdb"
	"buhuo/internal/insight/insightweb"
	"buhuo/internal/joint"
	"buhuo/internal/joint/jointdb"
	"buhuo/internal/pool"
	"buhuo/internal/pool/pooldb"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/purchasedb"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/sales"
	"buhuo/internal/sales/salesdb"
	"buhuo/internal/shop"
	"buhuo/internal/shop/argon"
	"buhuo/internal/shop/shopdb"
	"buhuo/internal/stock"
	"buhuo/internal/stock/stockdb"
	"buhuo/internal/trade"
	"buhuo/internal/trade/tradedb"
)

// App is the program with every room wired to its neighbours.
type App struct {
	DB       *db.DB
	Shop     *shop.Service
	Catalog  *catalog.Service
	Stock    *stock.Service
	Sales    *sales.Service
	Account  *account.Service
	Purchase *purchase.Service
	Trade    *trade.Service
	Enquiry  *enquiry.Service
	Restock  *restock.Service
	Joint    *joint.Service
	Insight  *insight.Service
	Scores   *insight.Scores
	Teller   *insight.Teller
	Pool     *pool.Service

	pages restockPages
	now   func() time.Time
}

// restockPages is what the pages of restock read.
type restockPages = *restockdb.Store

// Open opens the database, migrates it and wires the rooms.
func Open(ctx context.Context, c Config) (*App, error) {
	d, err := db.Open(ctx, c.Target)
	if err != nil {
		return nil, err
	}
	if _, err := d.Migrate(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return Wire(d, time.Now), nil
}

// Wire builds the rooms over an open, migrated database. now is the clock.
func Wire(d *db.DB, now func() time.Time) *App {
	a := &App{DB: d, now: now, pages: restockdb.New(d)}
	a.Shop = shop.New(shopdb.New(d), d, argon.New(argon.Default), now)
	a.Catalog = catalog.New(catalogdb.New(d), d, catalogweb.UsualName, now)
	a.Stock = stock.New(stockdb.New(d), d, now)
	a.Sales = sales.New(salesdb.New(d), d, a.Catalog, a.Stock, a.Shop, sources(), now)
	a.Account = account.New(accountdb.New(d), d, a.Shop, now)
	a.Sales.SetCreditor(a.Account)
	a.Purchase = purchase.New(purchasedb.New(d), d, a.Catalog, a.Stock, a.Shop, now)
	a.Enquiry = enquiry.New(enquirydb.New(d), d, a.Catalog, a.Purchase, a.Shop, now)
	between := tradedb.New(d)
	a.Trade = trade.New(between, d, a.Catalog, a.Shop, now)
	a.Trade.SetDesk(trade.Desk{Deals: between, Orders: a.Purchase, Ledger: a.Stock, Sales: a.Sales, Houses: a.Shop})
	a.Purchase.SetFollower(a.Trade)
	a.Purchase.SetPartners(a.Trade)
	a.Restock = restock.New(a.pages, d, a.Shop, a.Catalog, a.Stock, a.Sales, a.Purchase, now)
	a.Joint = joint.New(jointdb.New(d), d, joint.Rooms{
		Catalog: a.Catalog, Suggestions: a.pages, Orders: a.Purchase, Trade: a.Trade, Marker: a.Stock, Houses: a.Shop, Journal: a.Shop,
	}, now)
	a.Insight = insight.New(insightdb.New(d), d, a.Shop, a.Catalog, a.Stock, a.Sales, a.Purchase, now)
	a.Scores = insight.NewScores(insightdb.New(d), a.Catalog, now)
	a.tell("")
	a.Pool = pool.New(pooldb.New(d), d, a.Shop, a.Insight, a.Shop, a.Stock, now)
	a.Restock.SetFollower(a.Insight)
	a.Restock.SetNeighbours(a.Pool)
	a.Purchase.SetShops(a.Shop)
	a.Catalog.SetMarker(a.Stock)
	a.Catalog.SetMover(mover{a.Stock, a.Purchase})
	a.Shop.SetMarker(a.Stock)
	a.Catalog.SetUsage(usage{a.Stock, a.Sales})
	a.Catalog.SetJournal(a.Shop)
	a.Sales.SetJournal(a.Shop)
	a.Restock.SetJournal(a.Shop)
	return a
}

// tell builds what tells weeks, whose messages link to base.
func (a *App) tell(base string) {
	a.Teller = insight.NewTeller(a.Insight, insightdb.New(a.DB), a.Purchase, insightweb.Words{Base: base}, a.Shop)
}

// Close ends the writer after the work it has taken.
func (a *App) Close() error { return a.DB.Close() }

// subjects names what the audit trail tells of.
type subjects struct{ catalog *catalog.Service }

func (s subjects) Called(ctx context.Context, ids []ident.ID) (map[ident.ID]string, error) {
	out := map[ident.ID]string{}
	products, err := s.catalog.Products(ctx, ids)
	if err != nil {
		return nil, err
	}
	for id, p := range products {
		out[id] = p.Name
	}
	suppliers, err := s.catalog.Suppliers(ctx, true)
	for _, one := range suppliers {
		if slices.Contains(ids, one.ID) {
			out[one.ID] = one.Name
		}
	}
	return out, err
}

// mover hands over the goods of merged products, unless an order that was not sent yet
// would bring more of them.
type mover struct {
	stock    *stock.Service
	purchase *purchase.Service
}

func (m mover) Merge(ctx context.Context, from, into ident.ID) error {
	drafted, err := m.purchase.Drafted(ctx, []ident.ID{from})
	if err != nil {
		return err
	}
	if len(drafted[from]) > 0 {
		return fault.New(fault.Invalid, "stock.merge_on_order").WithField("into")
	}
	return m.stock.Merge(ctx, from, into)
}

// usage freezes a product's base unit once the ledger or the sales name it.
type usage struct {
	stock *stock.Service
	sales *sales.Service
}

func (u usage) Frozen(ctx context.Context, id ident.ID) (bool, error) {
	if frozen, err := u.stock.Frozen(ctx, id); err != nil || frozen {
		return frozen, err
	}
	return u.sales.Sold(ctx, id)
}

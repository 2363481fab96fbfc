package app_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/stock"
)

// rawLine is a line at the till as the tables have it.
type rawLine struct {
	ProductID, ChannelID, SaleID ident.ID
	Line                         int
	BusinessDay                  day.Date
	Minute                       int
	Quantity                     measure.Quantity
	Amount                       money.Amount
	Province                     string
	Online                       bool
}

// hour is the hour of the line; -1: only the day is known.
func (l *rawLine) hour() int {
	if l.Minute < 0 {
		return -1
	}
	return l.Minute / 60
}

// rawMove is a movement as the tables have it.
type rawMove struct {
	ProductID, SourceID ident.ID
	SourceLine          int
	BusinessDay         day.Date
	Kind, Source        string
	Quantity            measure.Quantity
	Value               money.Amount
	SupplierID          *ident.ID
	ReversesID          *ident.ID
	Brought             string   // the kind of the movement that made its lot
	own                 ident.ID // as it was written; ProductID is as which it goes on
}

// rawDay is what the lines of one product, day, hour, channel, province and supplier come
// to: as docs/insight.md has it, tax is rounded there.
type rawDay struct {
	rawLine
	category, supplier ident.ID
	insight.Tally
}

// rawShop is everything that boards are about, read and added up the slow, obvious way.
type rawShop struct {
	days     []*rawDay
	moves    []rawMove
	missed   map[ident.ID]restock.Missed
	products map[ident.ID]catalog.Product
	balances map[ident.ID]stock.Balance
}

func readRaw(t testing.TB, a *app.App, d *db.DB, ctx context.Context) rawShop {
	t.Helper()
	id, err := db.Shop(ctx)
	must(t, err)
	in, err := a.Shop.Get(ctx)
	must(t, err)
	var out rawShop
	var lines []rawLine
	must(t, d.From(ctx).Raw(`SELECT l.product_id, l.sale_id, l.line, l.business_day, l.minute, l.quantity, l.amount, s.channel_id, s.province, c.online
		FROM sale_lines l JOIN sales s ON s.shop_id = l.shop_id AND s.id = l.sale_id JOIN channels c ON c.shop_id = s.shop_id AND c.id = s.channel_id
		WHERE l.shop_id = ? AND NOT l.void`, id).Scan(&lines).Error)
	must(t, d.From(ctx).Raw(`SELECT m.product_id, m.source_id, m.source_line, m.business_day, m.kind, m.source, m.quantity, m.value, m.reverses_id, l.supplier_id, COALESCE(b.kind, '') AS brought
		FROM movements m LEFT JOIN lots l ON l.shop_id = m.shop_id AND l.id = m.lot_id LEFT JOIN movements b ON b.shop_id = l.shop_id AND b.id = l.id WHERE m.shop_id = ? ORDER BY m.seq`, id).Scan(&out.moves).Error)
	var ids []ident.ID
	must(t, d.From(ctx).Raw("SELECT id FROM products WHERE shop_id = ?", id).Scan(&ids).Error)
	out.products, err = a.Catalog.Products(ctx, ids)
	must(t, err)
	out.balances, err = a.Stock.Balances(ctx, nil)
	must(t, err)
	out.missed, err = restockdb.New(d).Missed(ctx, nil)
	must(t, err)
	merged, err := a.Catalog.Merged(ctx)
	must(t, err)
	for i := range out.moves {
		m := &out.moves[i]
		m.own = m.ProductID
		if into, ok := merged[m.own]; ok {
			m.ProductID = into
		}
	}
	for i := range lines {
		if into, ok := merged[lines[i].ProductID]; ok {
			lines[i].ProductID = into
		}
	}
	for old := range merged {
		delete(out.missed, old)
	}
	type part struct {
		supplier ident.ID
		quantity int64
		value    money.Amount
	}
	parts := map[string]map[ident.ID]part{}
	for _, m := range out.moves {
		if m.Kind != "sale" && m.Kind != "customer_return" {
			continue
		}
		key := fmt.Sprint(m.SourceID, m.SourceLine)
		if parts[key] == nil {
			parts[key] = map[ident.ID]part{}
		}
		var from ident.ID
		switch {
		case m.SupplierID != nil:
			from = *m.SupplierID
		case m.Brought == "harvest":
			from = insight.OwnHarvest
		case m.Brought == "processing_in":
			from = insight.OwnMade
		}
		p := parts[key][from]
		parts[key][from] = part{from, p.quantity + int64(m.Quantity), p.value + m.Value}
	}
	at := map[string]*rawDay{}
	for _, l := range lines {
		list := slices.SortedFunc(maps.Values(parts[fmt.Sprint(l.SaleID, l.Line)]), func(a, b part) int { return bytes.Compare(a.supplier[:], b.supplier[:]) })
		weights := []int64{1}
		if len(list) > 0 {
			weights = nil
			for _, p := range list {
				weights = append(weights, abs(p.quantity))
			}
		}
		for i, amount := range money.Split(l.Amount, weights) {
			sort, p, quantity := "history", part{}, l.Quantity
			if len(list) > 0 {
				p, sort = list[i], "moved"
				if quantity = -measure.Quantity(p.quantity); p.value != 0 {
					sort = "costed"
				}
			}
			key := fmt.Sprint(l.ProductID, l.BusinessDay, l.hour(), l.ChannelID, l.Province, p.supplier, sort, l.Quantity < 0)
			if at[key] == nil {
				at[key] = &rawDay{rawLine: l, category: out.products[l.ProductID].CategoryID, supplier: p.supplier}
			}
			to := at[key]
			to.Tally.Quantity += quantity
			to.Tally.Amount += amount
			switch {
			case l.Quantity < 0:
				to.Back -= quantity
				to.Returns += 1 - min(i, 1)
			case i == 0:
				to.Lines++
			}
			to.Cost -= p.value
			if sort == "costed" {
				to.Costed = 1 // said below
			}
		}
	}
	for _, one := range at {
		one.Net = one.Tally.Amount
		if in.PricesIncludeTax {
			one.Net = money.NetOfTax(one.Net, out.products[one.ProductID].TaxRate)
		}
		if one.Costed != 0 {
			one.Costed = one.Net
		}
		out.days = append(out.days, one)
	}
	return out
}

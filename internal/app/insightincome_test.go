package app_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"buhuo/internal/app"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/money"
)

// incomeIsTheLedger works out once more, line by line from the raw rows, where the income
// of a window came from; the sources come to the whole, and the lines behind each source
// come to the source.
func incomeIsTheLedger(t testing.TB, a *app.App, d *db.DB, ctx context.Context, q insight.Query) {
	t.Helper()
	got, err := a.Insight.Money(ctx, q)
	must(t, err)
	var whole, before money.Amount
	found := map[string]money.Amount{}
	for _, one := range got.Sources {
		found[one.Source.String()] = one.Now.Amount
		whole, before = whole+one.Now.Amount, before+one.Then.Amount
	}
	if whole != got.Now.Amount || before != got.Then.Amount {
		t.Errorf("%+v: the sources come to %d and %d, the sales to %d and %d", q, whole, before, got.Now.Amount, got.Then.Amount)
	}
	want := incomeOf(t, a, d, ctx, q)
	for _, one := range insight.Sources() {
		if found[one.String()] != want[one.String()] {
			t.Errorf("%+v: from %s %d, the ledger says %d", q, one, found[one.String()], want[one.String()])
		}
		narrow := q
		narrow.Source = one
		sales, _ := insight.Figure("sales")
		behind, err := a.Insight.Behind(ctx, narrow, sales)
		must(t, err)
		var sum money.Amount
		for i, b := range behind {
			sum += b.Amount
			if i >= 12 { // the lines of some products are enough
				continue
			}
			entries, err := a.Insight.Entries(ctx, narrow, sales, b.Product.ID)
			must(t, err)
			var lines money.Amount
			for _, e := range entries {
				lines += e.Amount
			}
			if lines != b.Amount {
				t.Errorf("%+v: the lines of %s come to %d, the figure says %d", narrow, b.Product.Name, lines, b.Amount)
			}
		}
		if sum != found[one.String()] {
			t.Errorf("%+v: what is behind %s comes to %d, the figure says %d", q, one, sum, found[one.String()])
		}
	}
}

// incomeOf is the slow way: line by line at the till, from the raw rows.
func incomeOf(t testing.TB, a *app.App, d *db.DB, ctx context.Context, q insight.Query) map[string]money.Amount {
	t.Helper()
	shop, err := db.Shop(ctx)
	must(t, err)
	type line struct {
		SaleID, ProductID ident.ID
		Line              int
		BusinessDay       day.Date
		Amount            money.Amount
		Code              string
		Online            bool
		ChannelID         ident.ID
		Province          string
		CategoryID        *ident.ID
	}
	var lines []line
	must(t, d.From(ctx).Raw(`SELECT l.sale_id, l.product_id, l.line, l.business_day, l.amount, c.code, c.online, s.channel_id, s.province, p.category_id
		FROM sale_lines l JOIN sales s ON s.shop_id = l.shop_id AND s.id = l.sale_id JOIN channels c ON c.shop_id = s.shop_id AND c.id = s.channel_id
		JOIN products own ON own.shop_id = l.shop_id AND own.id = l.product_id JOIN products p ON p.shop_id = l.shop_id AND p.id = COALESCE(own.merged_into, own.id)
		WHERE l.shop_id = ? AND NOT l.void`, shop).Scan(&lines).Error)
	type tillLine struct {
		SaleID ident.ID
		Line   int
		Day    day.Date
	}
	var moves []struct {
		SourceID    ident.ID
		SourceLine  int
		BusinessDay day.Date
		Quantity    int64
		SupplierID  *ident.ID
		Brought     string
	}
	must(t, d.From(ctx).Raw(`SELECT m.source_id, m.source_line, m.business_day, m.quantity, l.supplier_id, COALESCE(b.kind, '') AS brought FROM movements m
		LEFT JOIN lots l ON l.shop_id = m.shop_id AND l.id = m.lot_id LEFT JOIN movements b ON b.shop_id = m.shop_id AND b.id = m.lot_id
		WHERE m.shop_id = ? AND m.kind IN ('sale', 'customer_return')`, shop).Scan(&moves).Error)
	owned := map[tillLine]map[ident.ID]int64{}
	for _, m := range moves {
		at := tillLine{m.SourceID, m.SourceLine, m.BusinessDay}
		if owned[at] == nil {
			owned[at] = map[ident.ID]int64{}
		}
		var owner ident.ID
		switch {
		case m.SupplierID != nil:
			owner = *m.SupplierID
		case m.Brought == "harvest":
			owner = insight.OwnHarvest
		case m.Brought == "processing_in":
			owner = insight.OwnMade
		}
		owned[at][owner] += m.Quantity
	}
	out := map[string]money.Amount{}
	for _, l := range lines {
		if !q.Window.Has(l.BusinessDay) || !q.Channel.IsNil() && q.Channel != l.ChannelID || !strings.HasPrefix(l.Province, q.Province) ||
			!q.Category.IsNil() && (l.CategoryID == nil || *l.CategoryID != q.Category) {
			continue
		}
		otherwise := "counter"
		switch {
		case l.Code == "shops" || l.Code == "wholesale":
			otherwise = "wholesale"
		case l.Code == "processing":
			otherwise = "processing"
		case l.Online:
			otherwise = "online"
		}
		of := owned[tillLine{l.SaleID, l.Line, l.BusinessDay}]
		if len(of) == 0 {
			out[otherwise] += l.Amount
			continue
		}
		var owners []ident.ID
		for owner := range of {
			owners = append(owners, owner)
		}
		slices.SortFunc(owners, func(a, b ident.ID) int { return bytes.Compare(a[:], b[:]) })
		weights := make([]int64, len(owners))
		for i, owner := range owners {
			weights[i] = abs(of[owner])
		}
		amounts := []money.Amount{l.Amount}
		if len(owners) > 1 {
			amounts = money.Split(l.Amount, weights)
		}
		for i, owner := range owners {
			switch owner {
			case insight.OwnHarvest:
				out["harvest"] += amounts[i]
			case insight.OwnMade:
				out["processing"] += amounts[i]
			default:
				out[otherwise] += amounts[i]
			}
		}
	}
	return out
}

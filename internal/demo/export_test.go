package demo_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"buhuo/internal/dbtest"
	"buhuo/internal/demo"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
)

// TestTheExampleShopComesIn writes the example files twice and brings them into a
// shop as a reader of the manual does.
func TestTheExampleShopComesIn(t *testing.T) {
	files, again := filepath.Join(t.TempDir(), "files"), t.TempDir()
	must(t, demo.Export(t.Context(), files))
	must(t, demo.Export(t.Context(), again))
	h := houseOf(t, dbtest.SQLite(t))
	in, err := h.Shop.CreateShop(t.Context(), shop.NewShop{Name: "第一家店", Timezone: "Asia/Shanghai", Currency: "CNY"})
	must(t, err)
	ctx := shop.Acting(t.Context(), in)
	for _, f := range []struct {
		kind  sales.ImportKind
		least int
	}{{sales.ImportProducts, 12}, {sales.ImportSales, 800}, {sales.ImportStock, 12}} {
		name := string(f.kind) + ".csv"
		body, err := os.ReadFile(filepath.Join(files, name))
		must(t, err)
		same, err := os.ReadFile(filepath.Join(again, name))
		must(t, err)
		if !bytes.Equal(body, same) {
			t.Errorf("%s differs from one time to the next", name)
		}
		r, err := h.Sales.Import(ctx, sales.ImportRequest{Kind: f.kind, FileName: name, Body: bytes.NewReader(body)})
		must(t, err)
		if r.Read < f.least || r.New != r.Read || r.Refused != 0 {
			t.Errorf("%s: %d lines read, %d new, %d refused: %+v", name, r.Read, r.New, r.Refused, r.Errors)
		}
	}
	must(t, h.Restock.Recompute(ctx, nil))
	found, err := h.store.Suggestions(ctx, nil)
	must(t, err)
	order := 0
	for _, s := range found {
		if s.Quantity > 0 && s.Assumed && s.StockKnown {
			order++
		}
	}
	if len(found) != 12 || order < 3 {
		t.Errorf("%d suggestions, %d of them order something", len(found), order)
	}
}

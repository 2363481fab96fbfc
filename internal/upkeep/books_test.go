package upkeep_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
	"buhuo/internal/upkeep"
)

// trade makes a shop that has received, counted and sold.
func trade(t *testing.T, d *db.DB, slug string) {
	t.Helper()
	a := app.Wire(d, time.Now)
	made, err := a.Shop.CreateShop(t.Context(), shop.NewShop{Slug: slug, Name: "店", Timezone: "Asia/Shanghai", Currency: "CNY"})
	if err != nil {
		t.Fatal(err)
	}
	ctx := shop.Acting(t.Context(), made)
	if _, err := a.Shop.AddPerson(ctx, made.ID, shop.NewPerson{Login: slug, Name: "王", Password: "a long enough secret", Role: tenant.Owner}); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		p, err := a.Catalog.Create(ctx, catalog.Draft{Code: fmt.Sprint(i), Name: fmt.Sprint("货", i), BaseUnit: "kg", SalePrice: 50000})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Stock.Receive(ctx, stock.ReceiveRequest{ClientID: ident.New(), Lines: []stock.ReceiveLine{{ProductID: p.ID, Quantity: 90_000, Lot: "L"}}}); err != nil {
			t.Fatal(err)
		}
		for n := range 4 {
			if _, _, _, err := a.Sales.Record(ctx, sales.Request{ClientID: ident.New(), Lines: []sales.RequestLine{{ProductID: p.ID, Quantity: int64(500 + n)}}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := a.Restock.Recompute(ctx, nil); err != nil {
		t.Fatal(err)
	}
}

// rows reads every row of every table, as text.
func rows(t *testing.T, d *db.DB) []string {
	t.Helper()
	orm := d.From(db.Installation(context.Background()))
	var tables []string
	if err := orm.Raw("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name").Scan(&tables).Error; err != nil || len(tables) < 30 {
		t.Fatal(tables, err)
	}
	var out []string
	for _, table := range tables {
		var found []map[string]any
		if err := d.From(db.Installation(context.Background())).Raw("SELECT * FROM " + table).Scan(&found).Error; err != nil {
			t.Fatal(err)
		}
		for _, r := range found {
			out = append(out, fmt.Sprintf("%s %v", table, r))
		}
	}
	slices.Sort(out)
	return out
}

func TestARestoredBackupHasTheSameRows(t *testing.T) {
	d := dbtest.SQLite(t)
	trade(t, d, "one")
	trade(t, d, "two")
	before := rows(t, d)
	if len(before) < 200 {
		t.Fatalf("only %d rows", len(before))
	}
	file := filepath.Join(t.TempDir(), "backup.db")
	if err := upkeep.Backup(t.Context(), d, file); err != nil {
		t.Fatal(err)
	}
	if after := rows(t, d); !slices.Equal(after, before) {
		t.Error("a backup changed the database")
	}
	beside, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(beside) != 1 {
		t.Errorf("beside the backup: %v, %v", beside, err)
	}
	folder := t.TempDir()
	if _, err := upkeep.Restore(t.Context(), file, folder); err != nil {
		t.Fatal(err)
	}
	restored, err := db.Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()
	if after := rows(t, restored); !slices.Equal(after, before) {
		t.Errorf("%d rows came back of %d, or they changed", len(after), len(before))
	}
	if copied, err := restored.Migrate(t.Context()); err != nil || copied != "" {
		t.Errorf("the restored database wants migrating: %q, %v", copied, err)
	}
	if r, err := app.Wire(restored, time.Now).Verify(t.Context()); err != nil || len(r.Wrong) > 0 || r.Shops != 2 {
		t.Errorf("verify: %+v, %v", r, err)
	}
	trade(t, restored, "three") // and life goes on
}

// A copy whose books do not agree never takes the place of a good one.
func TestABackupWithWrongBooksGetsNoName(t *testing.T) {
	d := dbtest.SQLite(t)
	trade(t, d, "one")
	file := filepath.Join(t.TempDir(), "backup.db")
	if err := upkeep.Backup(t.Context(), d, file); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, harm := range map[string]string{
		"a balance":    "UPDATE stock_balances SET on_hand = on_hand + 1",
		"a ledger row": "UPDATE movements SET note = 'x' WHERE seq = 3",
		"an audit row": "UPDATE audit SET request = 'x' WHERE seq = 1",
	} {
		t.Run(name, func(t *testing.T) {
			err := d.Do(db.Installation(t.Context()), func(ctx context.Context) error {
				for _, table := range []string{"movements", "audit"} {
					if err := d.From(ctx).Exec("DROP TRIGGER IF EXISTS " + table + "_no_update").Error; err != nil {
						return err
					}
				}
				return d.From(ctx).Exec(harm).Error
			})
			if err != nil {
				t.Fatal(err)
			}
			err = upkeep.Backup(t.Context(), d, file)
			if !errors.Is(err, upkeep.ErrWrong) || !strings.Contains(err.Error(), "one: ") || !strings.Contains(err.Error(), file+upkeep.Unproven) {
				t.Errorf("the backup says %v", err)
			}
			if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, good) {
				t.Errorf("the good backup was replaced: %v", err)
			}
			if err := db.CheckFile(t.Context(), file+upkeep.Unproven); err != nil {
				t.Errorf("the unproven copy: %v", err)
			}
		})
	}
}

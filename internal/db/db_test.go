package db_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

type category struct {
	ShopID db.ShopID `gorm:"primaryKey"`
	ID     ident.ID  `gorm:"primaryKey"`
	Name   string
}

func (category) TableName() string { return "categories" }

func shop(t *testing.T, d *db.DB, slug string) context.Context {
	t.Helper()
	ctx := db.Installation(context.Background())
	var id int64
	err := d.Do(ctx, func(ctx context.Context) error {
		return d.From(ctx).Raw(`INSERT INTO shops (slug, name, timezone, currency, secret, created_at)
			VALUES (?, ?, 'Asia/Shanghai', 'CNY', ?, 1) RETURNING shop_id`, slug, slug, []byte("secret")).Scan(&id).Error
	})
	if err != nil || id == 0 {
		t.Fatalf("make a shop: %v (id %d)", err, id)
	}
	return tenant.With(context.Background(), tenant.Scope{Shop: tenant.ShopID(id), Slug: slug})
}

func add(ctx context.Context, d *db.DB, name string) error {
	return d.Do(ctx, func(ctx context.Context) error {
		return db.Err(d.From(ctx).Create(&category{ID: ident.New(), Name: name}).Error)
	})
}

func names(t *testing.T, ctx context.Context, d *db.DB) []string {
	t.Helper()
	var out []string
	if err := d.From(ctx).Model(&category{}).Order("name").Pluck("name", &out).Error; err != nil {
		t.Fatalf("read the names: %v", err)
	}
	return out
}

func TestTheScopeKeepsShopsApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b := shop(t, d, "a"), shop(t, d, "b")
		if err := errors.Join(add(a, d, "枣"), add(b, d, "茶")); err != nil {
			t.Fatal(err)
		}
		if got := names(t, a, d); len(got) != 1 || got[0] != "枣" {
			t.Errorf("a reads %v", got)
		}
		var rows []category
		if err := d.From(a).Where("name = ?", "枣").Or("name = ?", "茶").Find(&rows).Error; err != nil {
			t.Fatal(err)
		}
		if len(rows) != 1 {
			t.Errorf("an OR escaped the scope: %d rows", len(rows))
		}
		err := d.Do(a, func(ctx context.Context) error {
			return d.From(ctx).Model(&category{}).Where("name = ?", "茶").Update("name", "taken").Error
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Do(a, func(ctx context.Context) error {
			return d.From(ctx).Where("name <> ''").Delete(&category{}).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := names(t, b, d); len(got) != 1 || got[0] != "茶" {
			t.Errorf("a changed b's rows: %v", got)
		}
		// A row that names another shop is written to the scope's shop all the same.
		forged := &category{ShopID: 2, ID: ident.New(), Name: "forged"}
		if err := d.Do(a, func(ctx context.Context) error { return d.From(ctx).Create(forged).Error }); err != nil {
			t.Fatal(err)
		}
		if got := names(t, b, d); len(got) != 1 {
			t.Errorf("a wrote into b: %v", got)
		}
	})
}

func TestAStatementWithoutAShopIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := shop(t, d, "a")
		none := context.Background()
		var rows []category
		if err := d.From(none).Find(&rows).Error; !errors.Is(err, db.ErrUnscoped) {
			t.Errorf("a query without a shop: %v", err)
		}
		if err := add(none, d, "x"); !errors.Is(err, db.ErrUnscoped) {
			t.Errorf("a create without a shop: %v", err)
		}
		if err := d.From(a).Raw("SELECT name FROM categories").Scan(&rows).Error; !errors.Is(err, db.ErrUnscoped) {
			t.Errorf("raw SQL that forgets shop_id: %v", err)
		}
		_, err := d.Insert(a, "categories", []string{"id", "name"}, 1, "", func(int, []any) {})
		if !errors.Is(err, db.ErrUnscoped) {
			t.Errorf("a bulk insert that forgets shop_id: %v", err)
		}
	})
}

func TestAWriteOutsideDoFails(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := shop(t, d, "a")
		if err := d.From(a).Create(&category{ID: ident.New(), Name: "x"}).Error; err == nil {
			t.Fatal("the reader pool wrote")
		}
	})
}

func TestDoIsAllOrNothingAndJoins(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := shop(t, d, "a")
		boom := errors.New("boom")
		err := d.Do(a, func(ctx context.Context) error {
			if err := add(ctx, d, "inner"); err != nil { // joins the outer transaction
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("Do answered %v", err)
		}
		if got := names(t, a, d); len(got) != 0 {
			t.Errorf("a failed Do left %v", got)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic did not reach the caller")
				}
			}()
			_ = d.Do(a, func(ctx context.Context) error { _ = add(ctx, d, "x"); panic("boom") })
		}()
		if got := names(t, a, d); len(got) != 0 {
			t.Errorf("a panicking Do left %v", got)
		}
		if err := add(a, d, "after"); err != nil {
			t.Errorf("the writer did not survive: %v", err)
		}
	})
}

func TestManyWritersLoseNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := shop(t, d, "a")
		var wg sync.WaitGroup
		var mu sync.Mutex
		refused := 0
		const clients, each = 16, 20
		for c := range clients {
			wg.Go(func() {
				for i := range each {
					name := fmt.Sprintf("%d-%d", c, i)
					if i%5 == 4 {
						name = "twice" // UNIQUE refuses all but one; neighbours must live
					}
					switch err := add(a, d, name); {
					case err == nil:
					case errors.Is(err, db.ErrUnique):
						mu.Lock()
						refused++
						mu.Unlock()
					default:
						t.Errorf("a writer got %v", err)
					}
				}
			})
		}
		wg.Wait()
		if got, want := len(names(t, a, d)), clients*each-refused; got != want {
			t.Errorf("%d rows, want %d", got, want)
		}
		if want := clients*each/5 - 1; refused != want {
			t.Errorf("%d refused, want %d", refused, want)
		}
	})
}

func TestCounterReadModifyWriteIsSerial(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := shop(t, d, "a")
		err := d.Do(a, func(ctx context.Context) error {
			id, _ := db.Shop(ctx)
			return d.From(ctx).Exec("INSERT INTO counters (shop_id, movement_hash, audit_hash) VALUES (?, ?, ?)", id, []byte{0}, []byte{0}).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 10 {
					err := d.Do(a, func(ctx context.Context) error {
						id, _ := db.Shop(ctx)
						var n int64
						if err := d.From(ctx).Raw("SELECT order_number FROM counters WHERE shop_id = ?", id).Scan(&n).Error; err != nil {
							return err
						}
						return d.From(ctx).Exec("UPDATE counters SET order_number = ? WHERE shop_id = ?", n+1, id).Error
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		id, _ := db.Shop(a)
		var n int64
		if err := d.From(a).Raw("SELECT order_number FROM counters WHERE shop_id = ?", id).Scan(&n).Error; err != nil || n != 80 {
			t.Errorf("counter %d, want 80 (%v)", n, err)
		}
	})
}

func TestLedgersAreAppendOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := shop(t, d, "a")
		err := d.Do(a, func(ctx context.Context) error {
			id, _ := db.Shop(ctx)
			return d.From(ctx).Exec(`INSERT INTO audit (shop_id, seq, at, person_id, action, subject, hash) VALUES (?, 1, 1, ?, 'x', ?, ?)`,
				id, ident.Nil, ident.Nil, []byte{1}).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{"UPDATE audit SET action = 'y' WHERE shop_id = ?", "DELETE FROM audit WHERE shop_id = ?"} {
			err := d.Do(a, func(ctx context.Context) error {
				id, _ := db.Shop(ctx)
				return d.From(ctx).Exec(statement, id).Error
			})
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", statement, err)
			}
		}
	})
}

func TestBulkInsertAndViews(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b := shop(t, d, "a"), shop(t, d, "b")
		const n = 1503
		err := d.Do(a, func(ctx context.Context) error {
			written, err := d.Insert(ctx, "categories", []string{"shop_id", "id", "name"}, n, "", func(i int, dst []any) {
				dst[0], dst[1] = ident.New(), fmt.Sprintf("c%04d", i)
			})
			if err == nil && written != n {
				return fmt.Errorf("wrote %d", written)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(names(t, a, d)); got != n {
			t.Errorf("%d rows, want %d", got, n)
		}
		if got := len(names(t, b, d)); got != 0 {
			t.Errorf("b has %d rows", got)
		}
		err = d.View(a, func(ctx context.Context) error {
			before := len(names(t, ctx, d))
			if err := add(a, d, "later"); err != nil {
				return err
			}
			if after := len(names(t, ctx, d)); after != before {
				return fmt.Errorf("the snapshot moved from %d to %d", before, after)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		row := category{Name: "lost"}
		if err := d.From(a).Where("name = ?", "nothing").Take(&row).Error; !errors.Is(db.Err(err), db.ErrNotFound) {
			t.Errorf("a missing row: %v", err)
		}
	})
}

func TestBackupWhileWritingRestores(t *testing.T) {
	d := dbtest.SQLite(t)
	a := shop(t, d, "a")
	if err := add(a, d, "before"); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 50 {
			if err := add(a, d, fmt.Sprint("during ", i)); err != nil {
				t.Error(err)
			}
		}
	})
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := d.BackupTo(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	restored, err := db.OpenFile(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()
	if got := names(t, a, restored); len(got) == 0 || got[0] != "before" {
		t.Errorf("the copy has %v", got)
	}
	if copied, err := restored.Migrate(context.Background()); err != nil || copied != "" {
		t.Errorf("the copy wanted migrating: %q %v", copied, err)
	}
}

func TestTheTranslatedLibraryIsTheOneWeExpect(t *testing.T) {
	// A vulnerability scanner does not see inside the translated C library.
	d := dbtest.SQLite(t)
	var version string
	if err := d.From(db.Installation(context.Background())).Raw("SELECT sqlite_version()").Scan(&version).Error; err != nil {
		t.Fatal(err)
	}
	var major, minor, patch int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch); err != nil || major != 3 || minor < 50 {
		t.Errorf("SQLite %s: 3.50 or newer wanted", version)
	}
}

func TestFilesAreTheirOwnersOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps rights otherwise")
	}
	folder := filepath.Join(t.TempDir(), "data")
	d, err := db.Open(context.Background(), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := d.BackupTo(context.Background(), filepath.Join(folder, "copy.db")); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may use %s: %v", filepath.Base(path), info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

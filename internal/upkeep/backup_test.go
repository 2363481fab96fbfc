package upkeep_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/shop"
	"buhuo/internal/upkeep"
)

func slugs(t *testing.T, d *db.DB) []string {
	t.Helper()
	var out []string
	if err := d.From(db.Installation(context.Background())).Raw("SELECT slug FROM shops ORDER BY slug").Scan(&out).Error; err != nil {
		t.Fatal(err)
	}
	return out
}

func addShop(t *testing.T, d *db.DB, slug string) {
	t.Helper()
	err := d.Do(db.Installation(context.Background()), func(ctx context.Context) error {
		if err := d.From(ctx).Exec(`INSERT INTO shops (slug, name, timezone, currency, secret, created_at) VALUES (?, ?, 'Asia/Shanghai', 'CNY', ?, 1)`, slug, slug, []byte{1}).Error; err != nil {
			return err
		}
		return d.From(ctx).Exec("INSERT INTO counters (shop_id, movement_hash, audit_hash) SELECT shop_id, zeroblob(32), zeroblob(32) FROM shops WHERE slug = ?", slug).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestABackupComesBack(t *testing.T) {
	ctx := context.Background()
	d := dbtest.SQLite(t)
	addShop(t, d, "kept")
	file := filepath.Join(t.TempDir(), "backup.db")
	if err := upkeep.Backup(ctx, d, file); err != nil {
		t.Fatal(err)
	}
	addShop(t, d, "later")

	folder := t.TempDir()
	old, err := db.Open(ctx, folder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := old.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	addShop(t, old, "replaced")
	if _, err := upkeep.Restore(ctx, file, folder); !errors.Is(err, upkeep.ErrUnderUse) {
		t.Fatalf("a database in use was replaced: %v", err)
	}
	if got := slugs(t, old); len(got) != 1 || got[0] != "replaced" {
		t.Fatalf("the refused restore changed the database: %v", got)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	kept, err := upkeep.Restore(ctx, file, folder)
	if err != nil {
		t.Fatal(err)
	}
	restored, err := db.Open(ctx, folder)
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()
	if got := slugs(t, restored); len(got) != 1 || got[0] != "kept" {
		t.Errorf("restored %v", got)
	}
	aside, err := db.OpenFile(ctx, kept)
	if err != nil {
		t.Fatal(err)
	}
	defer aside.Close()
	if got := slugs(t, aside); len(got) != 1 || got[0] != "replaced" {
		t.Errorf("kept aside %v", got)
	}
}

func TestADamagedBackupTouchesNothing(t *testing.T) {
	ctx := context.Background()
	d := dbtest.SQLite(t)
	addShop(t, d, "kept")
	good := filepath.Join(t.TempDir(), "good.db")
	if err := upkeep.Backup(ctx, d, good); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad.db")
	for name, content := range map[string][]byte{
		"cut": whole[:len(whole)/2], "no database": []byte("这不是数据库"), "empty pages": append(append([]byte{}, whole[:8192]...), make([]byte, len(whole)-8192)...),
	} {
		if err := os.WriteFile(bad, content, 0o600); err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		if _, err := upkeep.Restore(ctx, bad, folder); err == nil {
			t.Errorf("%s: restored", name)
		}
		if left, _ := os.ReadDir(folder); len(left) != 0 {
			t.Errorf("%s: left %v behind", name, left)
		}
	}
	if err := upkeep.Backup(ctx, d, d.Path); err == nil {
		t.Error("the database was overwritten by its own backup")
	}
}

// stuckAndFailing: the doctor names the shop whose products wait and nobody works for
// it, and the one whose work fails.
func stuckAndFailing(t *testing.T, d *db.DB, folder string) {
	t.Helper()
	ctx := context.Background()
	addShop(t, d, "stuck")
	addShop(t, d, "failing")
	a := app.Wire(d, func() time.Time { return time.Now().Add(-time.Hour) })
	shops, err := a.Shop.Shops(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range shops {
		ctx := shop.Acting(ctx, in)
		if in.Slug == "stuck" {
			if _, err := a.Catalog.Create(ctx, catalog.Draft{Code: "1", Name: "货", BaseUnit: "piece"}); err != nil {
				t.Fatal(err)
			}
			if err := a.Stock.MarkAll(ctx); err != nil {
				t.Fatal(err)
			}
			continue
		}
		err := d.Do(ctx, func(ctx context.Context) error {
			who, store := ident.New(), restockdb.New(d)
			if _, _, err := store.Hold(ctx, who, 1, 2); err != nil {
				return err
			}
			return store.LetGo(ctx, who, 3, 3)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var bad []string
	for _, f := range upkeep.Examine(ctx, folder) {
		if !f.Good {
			bad = append(bad, f.Text)
		}
	}
	if text := strings.Join(bad, "\n"); len(bad) != 2 || !strings.Contains(text, "shop stuck: 1 products have waited up to 1h0m0s") || !strings.Contains(text, "shop failing: its background work failed 3 times") {
		t.Errorf("the doctor says\n%s", text)
	}
}

func TestTheDoctorNamesWhatIsWrong(t *testing.T) {
	ctx := context.Background()
	d := dbtest.SQLite(t)
	folder := filepath.Dir(d.Path)
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	bad := 0
	for _, f := range upkeep.Examine(ctx, folder) {
		if !f.Good {
			bad++
		}
	}
	if bad != 1 {
		t.Errorf("a readable folder gave %d findings, want 1", bad)
	}
	if err := os.Chmod(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, f := range upkeep.Examine(ctx, folder) {
		if !f.Good {
			t.Errorf("a sound installation: %s", f.Text)
		}
	}
	stuckAndFailing(t, d, folder)
	none := upkeep.Examine(ctx, t.TempDir())
	if len(none) != 1 || none[0].Good {
		t.Errorf("an empty folder: %+v", none)
	}
}

package db_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/migrations"
)

// later is the program's own schema and steps that a later version may add.
func later(t *testing.T, steps ...string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	own, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range own {
		text, err := migrations.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	for i, step := range steps {
		files[fmt.Sprintf("%05d_later.sql", len(own)+1+i)] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + step)}
	}
	return files
}

// own is the version of the program's own schema.
func own(t *testing.T) int64 {
	t.Helper()
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	return int64(len(names))
}

func open(t *testing.T, target string, schema fs.FS) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), target)
	if err != nil {
		t.Fatal(err)
	}
	if schema != nil {
		db.UseSchema(d, schema)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// old is a database of the program's own schema with a row in it.
func old(t *testing.T, target string) (ctx context.Context) {
	t.Helper()
	d := open(t, target, nil)
	if copied, err := d.Migrate(context.Background()); err != nil || copied != "" {
		t.Fatalf("a new database: copy %q, %v", copied, err)
	}
	ctx = shop(t, d, "a")
	if err := add(ctx, d, "从前"); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return ctx
}

func wantVersion(t *testing.T, d *db.DB, want int64) {
	t.Helper()
	if s, err := d.State(context.Background()); err != nil || s.Current != want {
		t.Errorf("the schema is %d, want %d: %v", s.Current, want, err)
	}
}

const colour = "ALTER TABLE categories ADD COLUMN colour {{.Text}} NOT NULL DEFAULT 'red';\nUPDATE categories SET colour = 'jade';"

func TestACopyIsMadeBeforeMigrating(t *testing.T) {
	dbtest.EachEmpty(t, func(t *testing.T, target string) {
		ctx := old(t, target)
		d := open(t, target, later(t, colour))
		copied, err := d.Migrate(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		wantVersion(t, d, own(t)+1)
		// The step reached the rows of a shop, although it names none.
		var colours []string
		if err := d.From(ctx).Raw("SELECT colour FROM categories WHERE shop_id = ?", mustShop(t, ctx)).Scan(&colours).Error; err != nil || !slices.Equal(colours, []string{"jade"}) {
			t.Errorf("after the step: %v, %v", colours, err)
		}
		if again, err := d.Migrate(context.Background()); err != nil || again != "" {
			t.Errorf("again: %q, %v", again, err)
		}
		// The program before it must not touch what it does not know.
		if _, err := open(t, target, nil).Migrate(context.Background()); !errors.Is(err, db.ErrNewer) {
			t.Errorf("the old program opens the new database: %v", err)
		}
		if d.Dialect == db.Postgres {
			if copied != "" {
				t.Errorf("a copy %q of PostgreSQL", copied)
			}
			return
		}
		if want := filepath.Join(target, fmt.Sprintf("%s.before-%05d", db.FileName, own(t)+1)); copied != want {
			t.Fatalf("the copy is %q, want %q", copied, want)
		}
		if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the copy's rights: %v, %v", info.Mode(), err)
		}
		before, err := db.OpenFile(context.Background(), copied)
		if err != nil {
			t.Fatal(err)
		}
		defer before.Close()
		wantVersion(t, before, own(t))
		if got := names(t, ctx, before); !slices.Equal(got, []string{"从前"}) {
			t.Errorf("the copy has %v", got)
		}
		if again, err := before.Migrate(context.Background()); err != nil || again != "" {
			t.Errorf("the old program opens the copy: %q, %v", again, err)
		}
	})
}

func TestTheLastThreeCopiesStay(t *testing.T) {
	target := t.TempDir()
	old(t, target)
	stranger := filepath.Join(target, db.FileName+".before-dinner")
	if err := os.WriteFile(stranger, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	var steps []string
	for i := range 5 {
		steps = append(steps, fmt.Sprintf("CREATE TABLE later_%d (n {{.Int}});", i))
		d := open(t, target, later(t, steps...))
		if _, err := d.Migrate(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	found, err := filepath.Glob(filepath.Join(target, "*.before-*"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := range int64(3) {
		want = append(want, filepath.Join(target, fmt.Sprintf("%s.before-%05d", db.FileName, own(t)+3+i)))
	}
	if want = append(want, stranger); !slices.Equal(found, want) {
		t.Errorf("beside the database are %v, want %v", found, want)
	}
	if rest, _ := filepath.Glob(filepath.Join(target, "*.migrating*")); len(rest) != 0 {
		t.Errorf("left behind: %v", rest)
	}
}

func TestAFailedStepLeavesTheOldDatabase(t *testing.T) {
	dbtest.EachEmpty(t, func(t *testing.T, target string) {
		ctx := old(t, target)
		broken := open(t, target, later(t, colour+"\nINSERT INTO nowhere VALUES (1);"))
		for range 2 { // a start that is tried again
			copied, err := broken.Migrate(context.Background())
			if err == nil {
				t.Fatal("the broken step went well")
			}
			if broken.Dialect == db.SQLite && (copied == "" || !strings.Contains(err.Error(), copied)) {
				t.Errorf("the error does not say where the copy is: %v", err)
			}
		}
		wantVersion(t, broken, own(t))
		if err := broken.Close(); err != nil {
			t.Fatal(err)
		}
		d := open(t, target, nil)
		if copied, err := d.Migrate(context.Background()); err != nil || copied != "" {
			t.Fatalf("the old program: %q, %v", copied, err)
		}
		if err := add(ctx, d, "后来"); err != nil {
			t.Fatal(err)
		}
		if got := names(t, ctx, d); !slices.Equal(got, []string{"从前", "后来"}) {
			t.Errorf("the old program reads %v", got)
		}
		if err := d.From(ctx).Exec("SELECT colour FROM categories WHERE shop_id = 0").Error; err == nil {
			t.Error("half of the failed step stayed")
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		mended := open(t, target, later(t, colour))
		if _, err := mended.Migrate(context.Background()); err != nil {
			t.Fatalf("the mended step: %v", err)
		}
		wantVersion(t, mended, own(t)+1)
	})
}

// Several programs that start at once come up with one schema, new or upgraded,
// and the copy is of what was before.
func TestProgramsThatStartAtOnce(t *testing.T) {
	dbtest.EachEmpty(t, func(t *testing.T, target string) {
		start := func(schema fs.FS) (copies []string) {
			t.Helper()
			var wg sync.WaitGroup
			var mu sync.Mutex
			for range 6 {
				d := open(t, target, schema)
				wg.Go(func() {
					copied, err := d.Migrate(context.Background())
					if err != nil {
						t.Errorf("a program did not come up: %v", err)
					}
					mu.Lock()
					defer mu.Unlock()
					if copied != "" {
						copies = append(copies, copied)
					}
				})
			}
			wg.Wait()
			return copies
		}
		if copies := start(nil); len(copies) != 0 {
			t.Errorf("a new database was copied: %v", copies)
		}
		ctx := old(t, target)
		copies := start(later(t, colour))
		d := open(t, target, nil)
		wantVersion(t, d, own(t)+1)
		if d.Dialect == db.Postgres {
			return
		}
		if len(copies) != 1 {
			t.Fatalf("copies: %v", copies)
		}
		before, err := db.OpenFile(context.Background(), copies[0])
		if err != nil {
			t.Fatal(err)
		}
		defer before.Close()
		wantVersion(t, before, own(t))
		if got := names(t, ctx, before); len(got) != 1 {
			t.Errorf("the copy has %v", got)
		}
	})
}

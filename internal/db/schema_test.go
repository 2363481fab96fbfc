package db_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/migrations"
)

// edited is the program's schema with one piece of its first step replaced.
func edited(t *testing.T, old, with string) fs.FS {
	t.Helper()
	files := later(t).(fstest.MapFS)
	text, err := migrations.Files.ReadFile("00001_house.sql")
	if err != nil || !strings.Contains(string(text), old) {
		t.Fatalf("the first step has no %q: %v", old, err)
	}
	files["00001_house.sql"] = &fstest.MapFile{Data: []byte(strings.Replace(string(text), old, with, 1))}
	return files
}

const aColumn = "CREATE TABLE categories (\n\tshop_id {{.Int}}"

// A database of a day on which the first step was another is told apart at the start,
// and stays as it was; so is one that a later program is asked to bring further.
func TestASchemaOfAnotherDayIsRefused(t *testing.T) {
	dbtest.EachEmpty(t, func(t *testing.T, target string) {
		ctx := context.Background()
		theirs := open(t, target, edited(t, aColumn, "CREATE TABLE categories (\n\ttone {{.Text}},\n\tshop_id {{.Int}}"))
		if _, err := theirs.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := theirs.Migrate(ctx); err != nil {
			t.Errorf("the program that made it: %v", err)
		}
		for name, d := range map[string]*db.DB{"ours": open(t, target, nil), "a later one": open(t, target, later(t, colour))} {
			copied, err := d.Migrate(ctx)
			if !errors.Is(err, db.ErrOtherSchema) || copied != "" || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "00001") {
				t.Errorf("%s: copy %q, %v", name, copied, err)
			}
			wantVersion(t, d, own(t))
		}
	})
}

// Databases of before fingerprints were kept: one whose schema is ours keeps them from
// now on, another is refused by what stands in it.
func TestADatabaseWithoutFingerprints(t *testing.T) {
	forget := func(t *testing.T, d *db.DB) {
		t.Helper()
		wide := db.Installation(context.Background())
		err := d.Do(wide, func(ctx context.Context) error {
			return d.From(ctx).Exec("DELETE FROM installation WHERE name LIKE 'schema.%'").Error
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	kept := func(t *testing.T, d *db.DB) (n int64) {
		t.Helper()
		row := d.From(db.Installation(context.Background())).Raw("SELECT COUNT(*) FROM installation WHERE name LIKE 'schema.%'").Row()
		if err := row.Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	dbtest.EachEmpty(t, func(t *testing.T, target string) {
		ctx := old(t, target)
		d := open(t, target, nil)
		forget(t, d)
		if copied, err := d.Migrate(context.Background()); err != nil || copied != "" {
			t.Fatalf("a database of ours: copy %q, %v", copied, err)
		}
		if n := kept(t, d); n != own(t) {
			t.Errorf("%d fingerprints are kept", n)
		}
		forget(t, d)
		next := open(t, target, later(t, colour))
		if _, err := next.Migrate(context.Background()); err != nil {
			t.Fatalf("a database of ours that is brought further: %v", err)
		}
		if n := kept(t, next); n != own(t)+1 {
			t.Errorf("%d fingerprints are kept after a step more", n)
		}
		if got := names(t, ctx, next); len(got) != 1 {
			t.Errorf("the database has %v", got)
		}
	})
	dbtest.EachEmpty(t, func(t *testing.T, target string) {
		theirs := open(t, target, edited(t, aColumn, "CREATE TABLE categories (\n\ttone {{.Text}},\n\tshop_id {{.Int}}"))
		if _, err := theirs.Migrate(context.Background()); err != nil {
			t.Fatal(err)
		}
		forget(t, theirs)
		if _, err := open(t, target, nil).Migrate(context.Background()); !errors.Is(err, db.ErrOtherSchema) || !strings.Contains(err.Error(), "categories") {
			t.Errorf("a database of another schema: %v", err)
		}
	})
}

// What is no change of the schema does not shut anybody out.
func TestCommentsAndLayoutAreNoSchema(t *testing.T) {
	target := t.TempDir()
	theirs := open(t, target, edited(t, aColumn, "-- what people sort by\nCREATE TABLE categories (\n\t  shop_id   {{.Int}}"))
	if _, err := theirs.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, target, nil).Migrate(context.Background()); err != nil {
		t.Error(err)
	}
}

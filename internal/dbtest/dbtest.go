// Package dbtest gives a test a fresh, migrated database: on SQLite always, on
// PostgreSQL when a private server runs (see package dbtest/pgserver, which the
// Makefile starts around the tests).
package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"buhuo/internal/db"
)

// ServerVariable holds the address of the private PostgreSQL server.
const ServerVariable = "BUHUO_TEST_POSTGRES"

// SQLite opens a fresh, migrated SQLite database that the test's end removes.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), db.FileName)
	template, err := sqliteTemplate()
	if err == nil {
		err = os.WriteFile(path, template, 0o600)
	}
	if err != nil {
		t.Fatalf("make a test database: %v", err)
	}
	d, err := db.OpenFile(context.Background(), path)
	if err != nil {
		t.Fatalf("open the test database: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the test database: %v", err)
		}
	})
	return d
}

// sqliteTemplate is a migrated, empty database file, made once a process.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "buhuo-template-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // a temporary folder
	ctx := context.Background()
	d, err := db.Open(ctx, folder)
	if err != nil {
		return nil, err
	}
	if _, err := d.Migrate(ctx); err != nil {
		return nil, err
	}
	copied := filepath.Join(folder, "copy.db")
	if err := d.BackupTo(ctx, copied); err != nil {
		return nil, err
	}
	if err := d.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(copied)
})

// Each runs the test on SQLite and on PostgreSQL, as subtests of those names.
// Without a private server the second is a failure when CI is set, else skipped
// with a loud line.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

var databases atomic.Int64

// Postgres makes a fresh, migrated database on the private server.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	server := privateServer(t)
	ctx := context.Background()
	if err := postgresTemplate(); err != nil {
		t.Fatalf("make the PostgreSQL template: %v", err)
	}
	d, err := db.Open(ctx, create(t, server, " TEMPLATE "+templateName()))
	if err != nil {
		t.Fatalf("open the test database: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the test database: %v", err)
		}
	})
	return d
}

// create makes a database that the test's end drops, and gives its address.
func create(t testing.TB, server, like string) string {
	t.Helper()
	ctx := context.Background()
	name := fmt.Sprintf("t_%d_%d", os.Getpid(), databases.Add(1))
	if err := execOn(ctx, server, "CREATE DATABASE "+name+like); err != nil {
		t.Fatalf("make a test database: %v", err)
	}
	t.Cleanup(func() {
		// Without FORCE the server itself sends its autovacuum away and waits for
		// sessions that are ending; with it, an ordinary role may not end the former.
		if err := execOn(ctx, server, "DROP DATABASE IF EXISTS "+name); err != nil {
			t.Errorf("drop the test database: %v", err)
		}
	})
	return withDatabase(server, name)
}

// EachEmpty is Each for tests that open and migrate by themselves: it gives what
// db.Open takes, an empty folder and the address of an empty database.
func EachEmpty(t *testing.T, test func(t *testing.T, target string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, t.TempDir()) })
	t.Run("postgres", func(t *testing.T) { test(t, create(t, privateServer(t), "")) })
}

// privateServer is the address of the private server; without one the test ends.
func privateServer(t testing.TB) string {
	t.Helper()
	server := os.Getenv(ServerVariable)
	if server == "" {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not set: run the tests through make, which starts a private PostgreSQL", ServerVariable)
		}
		t.Skipf("NOT RUN ON POSTGRESQL: %s is not set (make test starts a private server when it finds the binaries)", ServerVariable)
	}
	return server
}

func templateName() string { return fmt.Sprintf("template_%d", os.Getpid()) }

var postgresTemplate = sync.OnceValue(func() error {
	ctx := context.Background()
	server := os.Getenv(ServerVariable)
	if err := execOn(ctx, server, "CREATE DATABASE "+templateName()); err != nil {
		return err
	}
	d, err := db.Open(ctx, withDatabase(server, templateName()))
	if err != nil {
		return err
	}
	if _, err := d.Migrate(ctx); err != nil {
		return err
	}
	return d.Close()
})

func withDatabase(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		panic(err)
	}
	u.Path = "/" + name
	return u.String()
}

func execOn(ctx context.Context, server, statement string) error {
	c, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // one statement
	_, err = c.ExecContext(ctx, statement)
	return err
}

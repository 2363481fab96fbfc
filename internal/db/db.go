// Package db opens the database (SQLite file or PostgreSQL), gives the rooms
// their transactions and keeps every statement inside one shop.
//
// It knows connections, transactions, the tenant scope and the dialect's words;
// it must not know any area, any table's meaning or any rule of the business.
//
// Two pools. The writer runs one transaction at a time (SQLite: one connection,
// BEGIN IMMEDIATE, group commit; PostgreSQL: one transaction a shop at a time by
// an advisory lock), the readers are read-only. Repositories ask From(ctx): inside
// Do they get the transaction, outside the reader pool, where a write is an error.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	_ "modernc.org/sqlite"             // driver "sqlite"

	"buhuo/migrations"
)

// Dialect names an engine.
type Dialect string

// The engines that the same contract suites run on.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// DB is an open database. It is safe for concurrent use.
type DB struct {
	Dialect Dialect
	// Path is the SQLite file; empty on PostgreSQL.
	Path string

	writerSQL, readerSQL *sql.DB
	writerORM, readerORM *gorm.DB
	writer               *writer
	schema               fs.FS        // the migrations, unrendered
	ran                  atomic.Int64 // statements carried out
	closeOnce            sync.Once
	closeErr             error
}

// FileName is the database's name inside a data folder.
const FileName = "buhuo.db"

// Open opens the database named by target: a postgres:// address, or a folder in
// which the SQLite file lives (made with mode 0700 when missing). It does not
// migrate.
func Open(ctx context.Context, target string) (*DB, error) {
	if strings.HasPrefix(target, "postgres://") || strings.HasPrefix(target, "postgresql://") {
		return openPostgres(ctx, target)
	}
	if err := os.MkdirAll(target, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	if err := probe(target); err != nil {
		return nil, err
	}
	return OpenFile(ctx, filepath.Join(target, FileName))
}

// probe makes a file in the folder and removes it: SQLite keeps its log beside the
// database, and a shop must not learn from its first sale that nothing can be
// written. A full disk is no reason to stay out: there is reading to do, and a
// backup to save elsewhere.
func probe(folder string) error {
	f, err := os.CreateTemp(folder, ".probe-*")
	if errors.Is(err, syscall.ENOSPC) {
		return nil
	}
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(f.Name()))
	}
	if err != nil {
		return fmt.Errorf("the data folder %s cannot be written (%w): give buhuo the right to write there, or name another folder", folder, err)
	}
	return nil
}

// readerRest is when a reader that nobody asks is closed, and its cache with it: the
// lists of a large shop fit into the cache of each reader while people work, and a
// machine that is left alone gets its memory back.
const readerRest = 2 * time.Minute

// OpenFile opens the SQLite database at path, creating it with mode 0600.
func OpenFile(ctx context.Context, path string) (*DB, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	d := &DB{Dialect: SQLite, Path: path, schema: migrations.Files}
	w, err := openSQLite(writerDSN(path), &d.ran)
	if err != nil {
		return nil, err
	}
	w.SetMaxOpenConns(1)
	r, err := openSQLite(sqliteDSN(path, "_txlock=deferred",
		pragma("query_only", "1"), pragma("busy_timeout", "5000"), pragma("foreign_keys", "1"), pragma("temp_store", "MEMORY"), pragma("cache_size", "-8000")), &d.ran)
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	readers := max(4, 2*runtime.GOMAXPROCS(0))
	r.SetMaxOpenConns(readers)
	r.SetMaxIdleConns(readers)
	r.SetConnMaxIdleTime(readerRest)
	d.writerSQL, d.readerSQL = w, r
	if err := w.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), d.Close())
	}
	return d.finish(func(c gorm.ConnPool) gorm.Dialector { return sqlite.New(sqlite.Config{Conn: c}) })
}

func openPostgres(ctx context.Context, address string) (*DB, error) {
	d := &DB{Dialect: Postgres, schema: migrations.Files}
	w, err := openGuarded(address, &d.ran)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	conns := max(4, 2*runtime.GOMAXPROCS(0))
	w.SetMaxOpenConns(conns)
	w.SetMaxIdleConns(conns)
	readOnly, err := withParameter(address, "default_transaction_read_only", "on")
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	r, err := openGuarded(readOnly, &d.ran)
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	r.SetMaxOpenConns(conns)
	r.SetMaxIdleConns(conns)
	d.writerSQL, d.readerSQL = w, r
	if err := w.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("reach PostgreSQL: %w", err), d.Close())
	}
	return d.finish(func(c gorm.ConnPool) gorm.Dialector { return postgres.New(postgres.Config{Conn: c}) })
}

func (d *DB) finish(dialector func(gorm.ConnPool) gorm.Dialector) (*DB, error) {
	var err error
	for _, side := range []struct {
		pool *sql.DB
		orm  **gorm.DB
	}{{d.writerSQL, &d.writerORM}, {d.readerSQL, &d.readerORM}} {
		*side.orm, err = gorm.Open(dialector(side.pool), &gorm.Config{
			SkipDefaultTransaction:                   true,
			DisableForeignKeyConstraintWhenMigrating: true,
			DisableAutomaticPing:                     true,
			Logger:                                   logger.Discard,
		})
		if err == nil {
			err = registerGuards(*side.orm)
		}
		if err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	if d.Dialect == SQLite {
		d.writer = newWriter(d)
	}
	return d, nil
}

// Close ends the writer after the work it has taken and closes both pools.
func (d *DB) Close() error {
	d.closeOnce.Do(func() {
		if d.writer != nil {
			d.writer.stop()
		}
		d.closeErr = errors.Join(d.readerSQL.Close(), d.writerSQL.Close())
	})
	return d.closeErr
}

// Ping reports whether both pools answer.
func (d *DB) Ping(ctx context.Context) error {
	if err := d.Failed(); err != nil {
		return err
	}
	return errors.Join(d.readerSQL.PingContext(ctx), d.writerSQL.PingContext(ctx))
}

// Blob is how a bound variable is written that holds bytes and stands where nothing
// else tells its type, in a list of values.
func (d *DB) Blob() string {
	if d.Dialect == Postgres {
		return "CAST(? AS BYTEA)"
	}
	return "?"
}

// Statements is how many statements were carried out since the database was opened,
// reads and writes: what a page or a run costs the server in questions.
func (d *DB) Statements() int64 { return d.ran.Load() }

// Waiting is how many writes wait for the one writer; on PostgreSQL, whose server
// keeps that queue, 0.
func (d *DB) Waiting() int {
	if d.writer == nil {
		return 0
	}
	return len(d.writer.jobs)
}

// Failed is the error after which the writer takes no more work (a failed
// fsync: what the disk holds is unknown until the file is opened again), or nil.
func (d *DB) Failed() error {
	if d.writer == nil {
		return nil
	}
	return d.writer.failed()
}

func pragma(name, value string) string { return "_pragma=" + name + "(" + value + ")" }

// writerDSN opens the file for durable writing.
func writerDSN(path string) string {
	return sqliteDSN(path, "_txlock=immediate",
		pragma("journal_mode", "WAL"), pragma("synchronous", "FULL"), pragma("foreign_keys", "1"),
		pragma("busy_timeout", "15000"), pragma("temp_store", "MEMORY"), pragma("cache_size", "-16000"), pragma("wal_autocheckpoint", "4000"))
}

func sqliteDSN(path string, options ...string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + strings.Join(options, "&")
}

func withParameter(address, name, value string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("read the PostgreSQL address: %w", err)
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"

	"buhuo/migrations"
)

// BackupTo writes a consistent copy of a running SQLite database to path: into a
// temporary file, checked, flushed, then renamed. An existing path is replaced.
func (d *DB) BackupTo(ctx context.Context, path string) (err error) {
	if d.Dialect != SQLite {
		return errors.New("backup copies the SQLite file; use pg_dump for PostgreSQL")
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".backup-*")
	if err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	name := temp.Name()
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(name))
		}
	}()
	if err := temp.Close(); err != nil {
		return err
	}
	// The reader pool refuses VACUUM INTO (query_only), the writer's only connection
	// is busy; a connection of its own copies while both go on.
	source, err := sql.Open("sqlite", sqliteDSN(d.Path, pragma("busy_timeout", "15000")))
	if err != nil {
		return err
	}
	defer source.Close() //nolint:errcheck // read only
	if _, err := source.ExecContext(ctx, "VACUUM INTO ?", name); err != nil {
		return fmt.Errorf("copy the database: %w", translate(err))
	}
	if err := CheckFile(ctx, name); err != nil {
		return err
	}
	if err := syncPath(name); err != nil {
		return err
	}
	if err := Rename(name, path); err != nil {
		return fmt.Errorf("name the backup: %w", err)
	}
	return nil
}

// CheckFile runs SQLite's integrity and foreign-key checks on a database file.
func CheckFile(ctx context.Context, path string) error {
	c, err := sql.Open("sqlite", sqliteDSN(path, "mode=ro"))
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // read only
	var verdict string
	if err := c.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return fmt.Errorf("%s is not a sound database: %w", filepath.Base(path), err)
	}
	if verdict != "ok" {
		return fmt.Errorf("%s is damaged: %s", filepath.Base(path), strings.TrimSpace(verdict))
	}
	rows, err := c.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // read only
	if rows.Next() {
		return fmt.Errorf("%s has rows that name rows which do not exist", filepath.Base(path))
	}
	return rows.Err()
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Quiesce folds the write-ahead log of the SQLite file at path into it and
// leaves no side files; it fails when another process has the database open.
func Quiesce(ctx context.Context, path string) error {
	c, err := sql.Open("sqlite", sqliteDSN(path, pragma("busy_timeout", "1000")))
	if err != nil {
		return err
	}
	c.SetMaxOpenConns(1)
	defer c.Close() //nolint:errcheck // nothing to learn
	// Leaving WAL mode needs the file for oneself alone.
	var mode string
	if err := c.QueryRowContext(ctx, "PRAGMA journal_mode = DELETE").Scan(&mode); err != nil {
		return translate(err)
	}
	if mode != "delete" {
		return errors.New("another process has the database open")
	}
	return nil
}

// OpenCopy opens a SQLite file that nobody writes, such as a backup, for reading
// alone: neither the file nor anything beside it is changed.
func OpenCopy(ctx context.Context, path string) (*DB, error) {
	dsn := sqliteDSN(path, "mode=ro", "immutable=1", pragma("query_only", "1"), pragma("temp_store", "MEMORY"))
	d := &DB{Dialect: SQLite, Path: path, schema: migrations.Files}
	w, err := openSQLite(dsn, &d.ran)
	if err != nil {
		return nil, err
	}
	r, err := openSQLite(dsn, &d.ran)
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	d.writerSQL, d.readerSQL = w, r
	if err := r.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), d.Close())
	}
	return d.finish(func(c gorm.ConnPool) gorm.Dialector { return sqlite.New(sqlite.Config{Conn: c}) })
}

// Rename gives a flushed file its name, for good.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncPath(filepath.Dir(to))
}

package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io/fs"
	"time"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	lib "modernc.org/sqlite/lib"
)

// UsePool takes the one writer and its group commit away from an open SQLite
// database: transactions then go through a pool of conns connections that wait for
// each other by busy_timeout. It is the peer that the benchmark measures against.
func UsePool(d *DB, conns int) error {
	pool, err := openSQLite(writerDSN(d.Path), &d.ran)
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	orm, err := gorm.Open(sqlite.New(sqlite.Config{Conn: pool}), d.writerORM.Config)
	if err != nil {
		return err
	}
	d.writer.stop()
	if err := d.writerSQL.Close(); err != nil {
		return err
	}
	d.writer, d.writerSQL, d.writerORM = nil, pool, orm
	return nil
}

// UseSchema gives the database other migrations than the program's.
func UseSchema(d *DB, files fs.FS) { d.schema = files }

// UseFaults lets fault break the COMMITs of the writer's connection: an error
// before is answered instead of committing, one after although it was committed.
func UseFaults(d *DB, fault func() (before, after error)) error {
	if err := d.writerSQL.Close(); err != nil {
		return err
	}
	plain, err := sql.Open("sqlite", writerDSN(d.Path))
	if err != nil {
		return err
	}
	d.writerSQL = sql.OpenDB(faultyConnector{connector{plain.Driver(), writerDSN(d.Path), &d.ran}, fault})
	d.writerSQL.SetMaxOpenConns(1)
	return plain.Close()
}

type faultyConnector struct {
	connector
	fault func() (before, after error)
}

func (c faultyConnector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &faulty{opened.(*conn), c.fault}, nil
}

type faulty struct {
	*conn
	fault func() (before, after error)
}

func (f *faulty) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if text != "COMMIT" {
		return f.conn.ExecContext(ctx, text, args)
	}
	before, after := f.fault()
	if before != nil {
		return nil, before
	}
	result, err := f.conn.ExecContext(ctx, text, args)
	if err == nil && after != nil {
		return nil, after
	}
	return result, err
}

// BrokenDisk is what the driver answers when an fsync fails.
type BrokenDisk struct{}

func (BrokenDisk) Error() string { return "disk I/O error (1034)" }

// Code is the driver's extended result code.
func (BrokenDisk) Code() int { return lib.SQLITE_IOERR_FSYNC }

// Readers is the reader pool itself, past the ORM and its guards.
func Readers(d *DB) *sql.DB { return d.readerSQL }

// Writers is the writers' pool itself.
func Writers(d *DB) *sql.DB { return d.writerSQL }

// Waiting returns when n functions wait for the writer.
func Waiting(d *DB, n int) {
	for len(d.writer.jobs) < n {
		time.Sleep(time.Millisecond)
	}
}

package db

import (
	"database/sql"
	"io/fs"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

// UsePool takes the one writer and its group commit away from an open SQLite
// database: transactions then go through a pool of conns connections that wait for
// each other by busy_timeout. It is the peer that the benchmark measures against.
func UsePool(d *DB, conns int) error {
	pool, err := openSQLite(writerDSN(d.Path))
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

// Readers is the reader pool itself, past the ORM and its guards.
func Readers(d *DB) *sql.DB { return d.readerSQL }

// Writers is the writers' pool itself.
func Writers(d *DB) *sql.DB { return d.writerSQL }

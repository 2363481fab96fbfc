package db

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"buhuo/internal/fault"
)

// What a repository may want to tell apart.
var (
	// ErrUnique is a row that exists already.
	ErrUnique = errors.New("db: the row exists already")
	// ErrReference is a row that names another that does not exist.
	ErrReference = errors.New("db: the row names one that does not exist")
	// ErrNotFound is a single row that is not there.
	ErrNotFound = errors.New("db: no such row")
	// ErrUnscoped is a statement about a shop's table without a shop in ctx.
	ErrUnscoped = errors.New("db: a statement on a shop's table without a shop")
)

// translate maps an engine's error to ours; faults and unknown errors pass.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := fault.As(err); ok {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if code, ok := sqliteCode(err); ok {
		return translateSQLite(err, code)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return translatePostgres(err, pg)
	}
	return err
}

// sqliteCode gives the extended result code of an error of the SQLite driver.
func sqliteCode(err error) (int, bool) {
	var lite interface {
		error
		Code() int
	}
	if errors.As(err, &lite) {
		return lite.Code(), true
	}
	return 0, false
}

var _ interface{ Code() int } = (*sqlite.Error)(nil)

func translateSQLite(err error, code int) error {
	switch code {
	case lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_CONSTRAINT_PRIMARYKEY:
		return errors.Join(ErrUnique, err)
	case lib.SQLITE_CONSTRAINT_FOREIGNKEY:
		return errors.Join(ErrReference, err)
	}
	switch code & 0xff {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return fault.New(fault.Unavailable, "db.busy").WithCause(err)
	case lib.SQLITE_FULL:
		return fault.New(fault.Unavailable, "db.full").WithCause(err)
	case lib.SQLITE_IOERR, lib.SQLITE_CANTOPEN, lib.SQLITE_READONLY:
		if strings.Contains(err.Error(), "query_only") || code == lib.SQLITE_READONLY {
			return err // a write through the reader pool is our mistake, not the disk's
		}
		return fault.New(fault.Unavailable, "db.unavailable").WithCause(err)
	}
	return err
}

func translatePostgres(err error, pg *pgconn.PgError) error {
	switch pg.Code {
	case "23505":
		return errors.Join(ErrUnique, err)
	case "23503":
		return errors.Join(ErrReference, err)
	case "53100", "53200", "53300", "57P01", "57P03":
		return fault.New(fault.Unavailable, "db.unavailable").WithCause(err)
	}
	return err
}

func isRetryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

func isIOError(err error) bool {
	code, ok := sqliteCode(err)
	return ok && code&0xff == lib.SQLITE_IOERR
}

// Err translates what the ORM returned: gorm's and database/sql's "not found"
// become ErrNotFound, engine errors ErrUnique, ErrReference or faults.
func Err(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return translate(err)
}

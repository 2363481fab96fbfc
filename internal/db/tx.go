package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"buhuo/internal/fault"
	"buhuo/internal/tenant"
)

type txKey struct{}

// handle is what ctx carries inside a transaction.
type handle struct {
	db   *DB
	orm  *gorm.DB
	pool gorm.ConnPool
}

// Atomic is what a service needs to make several writes one.
type Atomic interface {
	Do(ctx context.Context, fn func(context.Context) error) error
}

// Do runs fn in one durable transaction: when Do returns nil, what fn wrote is on
// disk; when it returns an error, nothing of it is. fn must not do network,
// hashing of passwords, rendering or forecasting. A Do inside a Do joins the
// outer transaction. fn may run twice on PostgreSQL after a deadlock.
func (d *DB) Do(ctx context.Context, fn func(context.Context) error) error {
	if h, ok := ctx.Value(txKey{}).(*handle); ok && h.db == d {
		return fn(ctx)
	}
	if d.writer != nil {
		return d.writer.do(ctx, fn)
	}
	return d.doPostgres(ctx, fn)
}

// From gives the ORM of the transaction in ctx, or of the reader pool.
func (d *DB) From(ctx context.Context) *gorm.DB {
	if h, ok := ctx.Value(txKey{}).(*handle); ok && h.db == d {
		return h.orm.WithContext(ctx)
	}
	return d.readerORM.WithContext(ctx)
}

// View runs fn with one consistent read-only snapshot in ctx.
func (d *DB) View(ctx context.Context, fn func(context.Context) error) error {
	if h, ok := ctx.Value(txKey{}).(*handle); ok && h.db == d {
		return fn(ctx)
	}
	options := &sql.TxOptions{ReadOnly: true}
	if d.Dialect == Postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	tx, err := d.readerSQL.BeginTx(ctx, options)
	if err != nil {
		return translate(err)
	}
	defer tx.Rollback() //nolint:errcheck // a snapshot has nothing to keep
	return fn(d.into(ctx, d.readerORM, tx))
}

// Inside reports whether ctx carries a transaction or a snapshot: what is read there may
// be seen by nobody else, or be old.
func (d *DB) Inside(ctx context.Context) bool {
	h, ok := ctx.Value(txKey{}).(*handle)
	return ok && h.db == d
}

// into gives a ctx whose From is the ORM over pool.
func (d *DB) into(ctx context.Context, base *gorm.DB, pool gorm.ConnPool) context.Context {
	orm := base.Session(&gorm.Session{NewDB: true, Context: ctx})
	orm.Statement.ConnPool = pool
	return context.WithValue(ctx, txKey{}, &handle{db: d, orm: orm, pool: pool})
}

// pool gives the bare connection of the transaction in ctx.
func (d *DB) pool(ctx context.Context) (gorm.ConnPool, error) {
	if h, ok := ctx.Value(txKey{}).(*handle); ok && h.db == d {
		return h.pool, nil
	}
	return nil, errors.New("db: a bulk write outside a transaction")
}

const postgresTries = 4

func (d *DB) doPostgres(ctx context.Context, fn func(context.Context) error) error {
	var err error
	for try := range postgresTries {
		if try > 0 {
			time.Sleep(time.Duration(try*try) * 5 * time.Millisecond)
		}
		if err = d.tryPostgres(ctx, fn); !isRetryable(err) {
			return err
		}
	}
	return fault.New(fault.Unavailable, "db.busy").WithCause(err)
}

func (d *DB) tryPostgres(ctx context.Context, fn func(context.Context) error) (err error) {
	tx, err := d.writerSQL.BeginTx(ctx, nil)
	if err != nil {
		return translate(err)
	}
	defer func() {
		if p := recover(); p != nil {
			_ = tx.Rollback()
			panic(p)
		}
	}()
	if scope, ok := tenant.From(ctx); ok && scope.Shop != 0 && d.Dialect == Postgres {
		// One writer a shop, as on SQLite: gapless numbers and the hash chain need it.
		if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", int64(scope.Shop)); err != nil {
			return errors.Join(translate(err), tx.Rollback())
		}
	}
	if err := fn(d.into(ctx, d.writerORM, tx)); err != nil {
		_ = tx.Rollback()
		return translate(err)
	}
	if err := tx.Commit(); err != nil {
		return fault.New(fault.Unavailable, "db.unavailable").WithCause(fmt.Errorf("commit: %w", err))
	}
	return nil
}

package db

import (
	"container/list"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"sync/atomic"
)

// keptStatements is how many compiled statements a connection remembers: those of
// the pages and postings that are asked for all the time, at a few KiB each.
const keptStatements = 96

// maxKeptSQL bounds the text of a statement that is worth remembering, but for the
// last keptLong longer ones: the inserts of a run that writes thousands of rows, the
// same text chunk after chunk, take a megabyte each.
const (
	maxKeptSQL  = 8 << 10
	keptLong    = 2
	longestKept = 128 << 10
)

// openSQLite opens a pool whose connections remember the statements that they
// compiled: SQLite takes longer to read a short statement than to carry it out.
// ran counts what they carry out.
func openSQLite(dsn string, ran *atomic.Int64) (*sql.DB, error) {
	plain, err := sql.Open("sqlite", dsn) // opens no connection
	if err != nil {
		return nil, err
	}
	d := plain.Driver()
	return sql.OpenDB(connector{d, dsn, ran}), plain.Close()
}

type connector struct {
	driver driver.Driver
	dsn    string
	ran    *atomic.Int64
}

func (c connector) Driver() driver.Driver { return c.driver }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	opened, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	inner, ok := opened.(sqliteConn)
	if !ok {
		return nil, errors.Join(errors.New("db: the SQLite driver's connection lacks what database/sql needs"), opened.Close())
	}
	return &conn{sqliteConn: inner, known: map[string]*kept{}, recent: list.New(), long: list.New(), ran: c.ran}, nil
}

// sqliteConn is what the driver's connection can do; conn adds its memory.
type sqliteConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// conn is a connection with its compiled statements. Like every driver.Conn it is
// used by one goroutine at a time.
type conn struct {
	sqliteConn
	known  map[string]*kept
	recent *list.List // of *kept, the one used last in front
	long   *list.List // the same of the long ones
	ran    *atomic.Int64
}

// list is where a statement of that length is remembered, and how many are.
func (c *conn) list(text string) (*list.List, int) {
	if len(text) > maxKeptSQL {
		return c.long, keptLong
	}
	return c.recent, keptStatements
}

// kept is a compiled statement. It is busy while its rows are read: the same
// statement asked again meanwhile is compiled anew.
type kept struct {
	stmt sqliteStmt
	text string
	at   *list.Element
	busy bool
}

// take gives the compiled statement, or nil when it is better compiled for once.
func (c *conn) take(ctx context.Context, text string) (*kept, error) {
	if len(text) > longestKept {
		return nil, nil
	}
	of, most := c.list(text)
	if k := c.known[text]; k != nil {
		if k.busy {
			return nil, nil
		}
		of.MoveToFront(k.at)
		k.busy = true
		return k, nil
	}
	prepared, err := c.sqliteConn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	stmt, ok := prepared.(sqliteStmt)
	if !ok {
		return nil, prepared.Close()
	}
	if err := c.forget(of, most-1); err != nil {
		return nil, errors.Join(err, stmt.Close())
	}
	k := &kept{stmt: stmt, text: text, busy: true}
	k.at = of.PushFront(k)
	c.known[text] = k
	return k, nil
}

// forget drops the statements that were not used for longest until n are left;
// busy ones stay.
func (c *conn) forget(of *list.List, n int) error {
	for e := of.Back(); e != nil && of.Len() > n; {
		k, before := e.Value.(*kept), e.Prev()
		if !k.busy {
			if err := c.drop(k); err != nil {
				return err
			}
		}
		e = before
	}
	return nil
}

func (c *conn) drop(k *kept) error {
	of, _ := c.list(k.text)
	of.Remove(k.at)
	delete(c.known, k.text)
	return k.stmt.Close()
}

// ExecContext implements driver.ExecerContext.
func (c *conn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	c.ran.Add(1)
	k, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	if k == nil {
		return c.sqliteConn.ExecContext(ctx, text, args)
	}
	result, err := k.stmt.ExecContext(ctx, args)
	k.busy = false
	if err != nil {
		return nil, errors.Join(err, c.drop(k))
	}
	return result, nil
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	c.ran.Add(1)
	k, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	if k == nil {
		return c.sqliteConn.QueryContext(ctx, text, args)
	}
	found, err := k.stmt.QueryContext(ctx, args)
	if err != nil {
		k.busy = false
		return nil, errors.Join(err, c.drop(k))
	}
	inner, ok := found.(sqliteRows)
	if !ok {
		k.busy = false
		return nil, errors.Join(errors.New("db: the SQLite driver's rows lack their types"), found.Close(), c.drop(k))
	}
	return &rows{sqliteRows: inner, conn: c, kept: k}, nil
}

// Close forgets everything, then closes the connection.
func (c *conn) Close() error {
	for _, k := range c.known {
		k.busy = false
	}
	return errors.Join(c.forget(c.recent, 0), c.forget(c.long, 0), c.sqliteConn.Close())
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *conn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	prepared, err := c.sqliteConn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	stmt, ok := prepared.(sqliteStmt)
	if !ok {
		return nil, errors.Join(errors.New("db: the SQLite driver's statement lacks what database/sql needs"), prepared.Close())
	}
	return countedStmt{stmt, c.ran}, nil
}

// countedStmt counts how often a prepared statement is carried out.
type countedStmt struct {
	sqliteStmt
	ran *atomic.Int64
}

// ExecContext implements driver.StmtExecContext.
func (s countedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.ran.Add(1)
	return s.sqliteStmt.ExecContext(ctx, args)
}

// QueryContext implements driver.StmtQueryContext.
func (s countedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.ran.Add(1)
	return s.sqliteStmt.QueryContext(ctx, args)
}

type sqliteRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

// rows are the rows of a kept statement, which is free again when they are closed.
type rows struct {
	sqliteRows
	conn   *conn
	kept   *kept
	failed bool
}

// Next implements driver.Rows.
func (r *rows) Next(dest []driver.Value) error {
	err := r.sqliteRows.Next(dest)
	r.failed = r.failed || err != nil && !errors.Is(err, io.EOF)
	return err
}

// Close implements driver.Rows.
func (r *rows) Close() error {
	err := r.sqliteRows.Close()
	if r.kept == nil {
		return err
	}
	k := r.kept
	r.kept, k.busy = nil, false
	if err != nil || r.failed {
		return errors.Join(err, r.conn.drop(k))
	}
	return nil
}

package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"buhuo/internal/tenant"
)

// On PostgreSQL the server itself keeps shops apart: every shop's table has a
// policy (see words.RowSecurity) that shows the rows of the shop which the
// transaction names, all of them when it says that it works for the whole
// installation, and none otherwise. The connections here say so before each
// statement, from the statement's own ctx, in the same round trip, and only until
// the transaction ends: a connection back in the pool names nobody.

// visible is what a statement may see and write.
type visible struct {
	shop string // the number of the one shop
	all  bool   // installation-wide work
}

// visibleTo reads it from ctx; nothing when ctx names neither.
func visibleTo(ctx context.Context) visible {
	if installationWide(ctx) {
		return visible{all: true}
	}
	if scope, ok := tenant.From(ctx); ok {
		return visible{shop: strconv.FormatInt(int64(scope.Shop), 10)}
	}
	return visible{}
}

// say is the statement that tells the server, and its arguments.
const say = "SELECT set_config('buhuo.shop', $1, true), set_config('buhuo.installation', $2, true)"

func (v visible) args() []any {
	if v.all {
		return []any{"", "on"}
	}
	return []any{v.shop, ""}
}

// openGuarded opens a pool whose connections tell the server whose rows count.
func openGuarded(address string, ran *atomic.Int64) (*sql.DB, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(guardedConnector{stdlib.GetConnector(*config), ran}), nil
}

type guardedConnector struct {
	driver.Connector
	ran *atomic.Int64
}

func (c guardedConnector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	inner, ok := opened.(*stdlib.Conn)
	if !ok {
		return nil, errors.Join(errors.New("db: not a connection of the PostgreSQL driver"), opened.Close())
	}
	return &guarded{Conn: inner, ran: c.ran}, nil
}

// guarded is a connection. Like every driver.Conn it is used by one goroutine at
// a time.
type guarded struct {
	*stdlib.Conn
	inTx bool
	// said is what the open transaction was told; unsure when it may have been
	// taken back since.
	said   visible
	unsure bool
	ran    *atomic.Int64 // statements carried out, whatever was told with them
}

// untold gives what the statement of ctx may see, and whether the server must be
// told first.
func (c *guarded) untold(ctx context.Context) (visible, bool) {
	v := visibleTo(ctx)
	if c.inTx {
		return v, c.unsure || v != c.said
	}
	return v, v != visible{}
}

// told notes how telling went.
func (c *guarded) told(v visible, err error) {
	c.said, c.unsure = v, err != nil
}

// BeginTx implements driver.ConnBeginTx.
func (c *guarded) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	tx, err := c.Conn.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	c.inTx, c.said, c.unsure = true, visible{}, false
	return guardedTx{tx, c}, nil
}

type guardedTx struct {
	driver.Tx
	conn *guarded
}

func (t guardedTx) Commit() error   { t.conn.inTx = false; return t.Tx.Commit() }
func (t guardedTx) Rollback() error { t.conn.inTx = false; return t.Tx.Rollback() }

// ExecContext implements driver.ExecerContext.
func (c *guarded) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	c.ran.Add(1)
	if takesBack(text) { // the only thing that a failed transaction still takes
		c.unsure = true
		return c.Conn.ExecContext(ctx, text, args)
	}
	v, untold := c.untold(ctx)
	if !untold {
		return c.Conn.ExecContext(ctx, text, args)
	}
	sent, err := c.send(ctx, v, text, args)
	if err != nil {
		return nil, err
	}
	tag, err := sent.Exec()
	err = retryable(errors.Join(err, sent.Close()))
	c.told(v, err)
	return driver.RowsAffected(tag.RowsAffected()), err
}

// takesBack reports whether the statement ends a part of the transaction, and
// with it what was said there.
func takesBack(text string) bool {
	return len(text) >= 8 && strings.EqualFold(text[:8], "ROLLBACK")
}

// QueryContext implements driver.QueryerContext.
func (c *guarded) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	c.ran.Add(1)
	v, untold := c.untold(ctx)
	if !untold {
		return c.Conn.QueryContext(ctx, text, args)
	}
	sent, err := c.send(ctx, v, text, args)
	if err != nil {
		return nil, err
	}
	found, err := sent.Query()
	more := false
	if err == nil { // the columns are known once the first row is here
		more = found.Next()
		err = found.Err()
	}
	if err != nil {
		c.unsure = true
		return nil, retryable(errors.Join(err, sent.Close()))
	}
	c.told(v, nil)
	return &guardedRows{Rows: found, sent: sent, ahead: true, more: more}, nil
}

// send puts the word and the statement on the line together and reads the answer
// to the first.
func (c *guarded) send(ctx context.Context, v visible, text string, args []driver.NamedValue) (pgx.BatchResults, error) {
	if c.Conn.Conn().IsClosed() {
		return nil, driver.ErrBadConn
	}
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = a.Value
	}
	var b pgx.Batch
	b.Queue(say, v.args()...)
	b.Queue(text, values...)
	sent := c.Conn.Conn().SendBatch(ctx, &b)
	if _, err := sent.Exec(); err != nil {
		c.unsure = true
		_ = sent.Close() // it repeats err
		return nil, retryable(err)
	}
	return sent, nil
}

// retryable lets database/sql take another connection when nothing was sent.
func retryable(err error) error {
	if err != nil && pgconn.SafeToRetry(err) {
		return driver.ErrBadConn
	}
	return err
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *guarded) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	prepared, err := c.Conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	stmt, ok := prepared.(*stdlib.Stmt)
	if !ok {
		return nil, errors.Join(errors.New("db: not a statement of the PostgreSQL driver"), prepared.Close())
	}
	return &guardedStmt{stmt, c}, nil
}

// guardedStmt is a prepared statement.
type guardedStmt struct {
	*stdlib.Stmt
	conn *guarded
}

// tell makes a round trip of its own; outside a transaction the word would be
// forgotten before the statement.
func (s *guardedStmt) tell(ctx context.Context) error {
	v, untold := s.conn.untold(ctx)
	if !untold {
		return nil
	}
	if !s.conn.inTx {
		return errors.New("db: a prepared statement outside a transaction")
	}
	_, err := s.conn.Conn.Conn().Exec(ctx, say, v.args()...)
	s.conn.told(v, err)
	return err
}

// ExecContext implements driver.StmtExecContext.
func (s *guardedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.conn.ran.Add(1)
	if err := s.tell(ctx); err != nil {
		return nil, err
	}
	return s.Stmt.ExecContext(ctx, args)
}

// QueryContext implements driver.StmtQueryContext.
func (s *guardedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.conn.ran.Add(1)
	if err := s.tell(ctx); err != nil {
		return nil, err
	}
	return s.Stmt.QueryContext(ctx, args)
}

// guardedRows are the rows of a statement that was sent with its word.
type guardedRows struct {
	pgx.Rows
	sent        pgx.BatchResults
	ahead, more bool // the first row was read already, or there is none
}

// Columns implements driver.Rows.
func (r *guardedRows) Columns() []string {
	fields := r.FieldDescriptions()
	names := make([]string, len(fields))
	for i := range fields {
		names[i] = fields[i].Name
	}
	return names
}

// Next implements driver.Rows.
func (r *guardedRows) Next(dest []driver.Value) error {
	more := r.more
	if !r.ahead {
		more = r.Rows.Next()
	}
	r.ahead = false
	if !more {
		if err := r.Err(); err != nil {
			return err
		}
		return io.EOF
	}
	types, fields := r.Conn().TypeMap(), r.FieldDescriptions()
	for i, raw := range r.RawValues() {
		dest[i] = nil
		if raw == nil {
			continue
		}
		known, ok := types.TypeForOID(fields[i].DataTypeOID)
		if !ok {
			dest[i] = string(raw)
			continue
		}
		var err error
		if dest[i], err = known.Codec.DecodeDatabaseSQLValue(types, fields[i].DataTypeOID, fields[i].Format, raw); err != nil {
			return err
		}
	}
	return nil
}

// Close implements driver.Rows.
func (r *guardedRows) Close() error {
	r.Rows.Close()
	return errors.Join(r.Err(), r.sent.Close())
}

// Unguarded says, in a sentence for the operator, why the server does not keep
// shops apart although it should: "" when it does, and on SQLite, where the
// program alone does.
func (d *DB) Unguarded(ctx context.Context) (string, error) {
	if d.Dialect != Postgres {
		return "", nil
	}
	var role string
	var passes bool
	err := d.readerSQL.QueryRowContext(ctx, "SELECT rolname::text, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user").Scan(&role, &passes)
	if err != nil {
		return "", translate(err)
	}
	if passes {
		return "the database user " + role + " passes by row security (superuser or BYPASSRLS): give buhuo a user of its own that is neither", nil
	}
	var open sql.NullString
	err = d.readerSQL.QueryRowContext(ctx, `SELECT string_agg(DISTINCT c.relname::text, ', ' ORDER BY c.relname::text) FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('shop_id', 'from_shop_id') AND NOT a.attisdropped
		WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
			AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))`).Scan(&open)
	if err != nil {
		return "", translate(err)
	}
	if open.Valid {
		return "these tables are without row security: " + open.String, nil
	}
	return "", nil
}

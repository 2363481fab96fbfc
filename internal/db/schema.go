package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
)

// A step of the schema that was released is never edited, so what a database was
// made of is what this program would make it of. Before a release that is not so: a
// database of an earlier day of development has the same version and other tables,
// and would fail somewhere in the middle of somebody's work. Each database keeps
// the fingerprints of its steps, and is refused when they are not ours.

// ErrOtherSchema is a database of a development version whose schema was another.
var ErrOtherSchema = errors.New("the database was made by a development version of buhuo whose schema has changed since: " +
	"start with a new data folder and import again (the demo: buhuo demo --reset), or use the version that made it")

// stepPrefix begins the names under which fingerprints are kept in installation.
const stepPrefix = "schema."

// fingerprints are those of the program's steps up to a version, by name.
func (d *DB) fingerprints(current int64) (map[string]string, error) {
	files, err := render(d.Dialect, d.schema)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	prints := map[string]string{}
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return nil, err
		}
		if version > current {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256([]byte(bare(string(text))))
		prints[fmt.Sprintf("%s%05d", stepPrefix, version)] = hex.EncodeToString(sum[:16])
	}
	return prints, nil
}

// bare is SQL without comments of whole lines and without its layout.
func bare(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "--") && !strings.HasPrefix(line, "-- +goose") {
			continue
		}
		b.WriteString(strings.Join(strings.Fields(line), " ") + " ")
	}
	return strings.TrimSpace(b.String())
}

// stepsAreOurs refuses a database that keeps a fingerprint of another step, and
// reports whether it keeps those of all its steps.
func (d *DB) stepsAreOurs(ctx context.Context, current int64) (known bool, err error) {
	if current == 0 {
		return true, nil
	}
	ours, err := d.fingerprints(current)
	if err != nil {
		return false, err
	}
	kept, err := d.keptSteps(ctx)
	if err != nil { // not even the table in which they are kept
		return false, errors.Join(ErrOtherSchema, err)
	}
	known = true
	for _, name := range slices.Sorted(maps.Keys(ours)) {
		switch hash, ok := kept[name]; {
		case !ok:
			known = false
		case hash != ours[name]:
			return false, fmt.Errorf("%w (step %s)", ErrOtherSchema, strings.TrimPrefix(name, stepPrefix))
		}
	}
	return known, nil
}

// takeSteps has a database without fingerprints, of a program before they were kept,
// keep ours if its schema is ours.
func (d *DB) takeSteps(ctx context.Context, current int64) error {
	if known, err := d.stepsAreOurs(ctx, current); err != nil || known {
		return err
	}
	if err := d.compareSchema(ctx, current); err != nil {
		return err
	}
	if err := d.keepSteps(ctx, current); err != nil { // a full disk is no reason to stay out
		slog.Warn("the fingerprints of the schema were not kept", "err", err)
	}
	return nil
}

func (d *DB) keptSteps(ctx context.Context) (map[string]string, error) {
	kept := map[string]string{}
	err := eachRow(ctx, d.readerSQL, "SELECT name, value FROM installation WHERE name LIKE '"+stepPrefix+"%'", func(rows *sql.Rows) error {
		var name, hash string
		err := rows.Scan(&name, &hash)
		kept[name] = hash
		return err
	})
	return kept, err
}

// keepSteps writes the fingerprints of our steps up to a version.
func (d *DB) keepSteps(ctx context.Context, current int64) error {
	prints, err := d.fingerprints(current)
	if err != nil {
		return err
	}
	insert := "INSERT INTO installation (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING"
	if d.Dialect == Postgres {
		insert = "INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING"
	}
	for _, name := range slices.Sorted(maps.Keys(prints)) {
		if _, err := d.writerSQL.ExecContext(Installation(ctx), insert, name, prints[name]); err != nil {
			return fmt.Errorf("keep the fingerprint of a step: %w", translate(err))
		}
	}
	return nil
}

// compareSchema makes the schema anew in memory and compares what stands there: on
// SQLite every definition, on PostgreSQL the columns.
func (d *DB) compareSchema(ctx context.Context, current int64) error {
	fresh, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return err
	}
	defer fresh.Close() //nolint:errcheck // memory
	fresh.SetMaxOpenConns(1)
	files, err := render(SQLite, d.schema)
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, fresh, files, goose.WithVerbose(false))
	if err != nil {
		return err
	}
	if _, err := p.UpTo(ctx, current); err != nil {
		return fmt.Errorf("make the schema anew: %w", err)
	}
	const definitions = "SELECT type || ' ' || name, COALESCE(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND tbl_name <> 'goose_db_version'"
	const columns = "SELECT m.name || '.' || c.name, '' FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'goose_db_version'"
	const serverColumns = "SELECT table_name || '.' || column_name, '' FROM information_schema.columns WHERE table_schema = current_schema() AND table_name <> 'goose_db_version'"
	ask, askThere := definitions, definitions
	if d.Dialect == Postgres {
		ask, askThere = columns, serverColumns
	}
	want, err := described(ctx, fresh, ask)
	if err != nil {
		return err
	}
	have, err := described(ctx, d.readerSQL, askThere)
	if err != nil {
		return err
	}
	if name := difference(want, have); name != "" {
		return fmt.Errorf("%w (%s)", ErrOtherSchema, name)
	}
	return nil
}

// described reads what a schema consists of.
func described(ctx context.Context, pool *sql.DB, query string) (map[string]string, error) {
	found := map[string]string{}
	err := eachRow(ctx, pool, query, func(rows *sql.Rows) error {
		var name, text string
		err := rows.Scan(&name, &text)
		found[name] = bare(text)
		return err
	})
	return found, err
}

// difference names something that two schemas have differently; "" when nothing is.
func difference(a, b map[string]string) string {
	var names []string
	for name, text := range a {
		if other, ok := b[name]; !ok || other != text {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return slices.Min(names)
}

func eachRow(ctx context.Context, pool *sql.DB, query string, scan func(*sql.Rows) error) error {
	rows, err := pool.QueryContext(Installation(ctx), query)
	if err != nil {
		return translate(err)
	}
	defer rows.Close() //nolint:errcheck // Err says what went wrong
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return translate(rows.Err())
}

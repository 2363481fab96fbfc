package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
)

// mark is what a demo database says of itself, in the installation's row "demo".
type mark struct {
	Seed     uint64   `json:"seed"`
	Version  int      `json:"version"`
	First    day.Date `json:"first"`   // the day the shop opened
	Through  minute   `json:"through"` // everything up to it is written down
	Person   ident.ID `json:"person"`  // who the demo's entries are by
	Complete bool     `json:"complete"`
}

// read reads the mark; false when the database has none.
func read(ctx context.Context, d *db.DB) (mark, bool, error) {
	var m mark
	var values []string
	err := d.From(db.Installation(ctx)).Raw("SELECT value FROM installation WHERE name = ?", "demo").Scan(&values).Error
	if err != nil || len(values) == 0 {
		return m, false, db.Err(err)
	}
	if err := json.Unmarshal([]byte(values[0]), &m); err != nil {
		return m, false, fmt.Errorf("read the demo's mark: %w", err)
	}
	return m, true, nil
}

// save writes the mark, in the transaction of ctx or one of its own.
func (l *Loader) save(ctx context.Context, m mark) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return l.DB.Do(ctx, func(ctx context.Context) error {
		return db.Err(l.DB.From(db.Installation(ctx)).Exec(
			"INSERT INTO installation (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
			"demo", string(text)).Error)
	})
}

// Marked reports whether the database holds a demo.
func Marked(ctx context.Context, d *db.DB) (bool, error) {
	_, marked, err := read(ctx, d)
	return marked, err
}

// MarkedFile reports whether the SQLite file at path holds a demo, or nothing at
// all: whether it may be thrown away.
func MarkedFile(path string) (bool, error) {
	held, err := holds(path)
	return held.demo || held.nothing, err
}

// HalfMade reports whether the SQLite file at path holds a demo whose making was
// cut short. It is of no use and may be thrown away.
func HalfMade(path string) (bool, error) {
	held, err := holds(path)
	return held.demo && !held.complete, err
}

// contents is what a database file holds.
type contents struct{ nothing, demo, complete bool }

func holds(path string) (c contents, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return contents{nothing: true}, nil
	}
	ctx := context.Background()
	d, err := db.OpenFile(ctx, path)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	orm := d.From(db.Installation(ctx))
	var tables, shops int64
	query := "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('installation', 'shops')"
	if err := orm.Raw(query).Scan(&tables).Error; err != nil {
		return c, db.Err(err)
	}
	if tables < 2 {
		c.nothing = true
		return c, nil
	}
	if err := orm.Raw("SELECT count(*) FROM shops").Scan(&shops).Error; err != nil {
		return c, db.Err(err)
	}
	m, marked, err := read(ctx, d)
	return contents{nothing: shops == 0 && !marked, demo: marked, complete: m.Complete}, err
}

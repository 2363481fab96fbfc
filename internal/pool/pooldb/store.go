// Package pooldb keeps who takes part in the pool, what each gave and what was published.
// It knows tables and rows; it must not know what may be told. Rows of several shops are
// read and written in one place (across.go).
package pooldb

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/pool"
)

// Store is pool.Store over a database.
type Store struct{ db *db.DB }

// New makes the store.
func New(d *db.DB) *Store { return &Store{db: d} }

var _ pool.Store = (*Store)(nil)

// Member reads whether the shop takes part.
func (s *Store) Member(ctx context.Context) (m pool.Member, ok bool, err error) {
	err = s.db.EachOf(ctx, "", nil, func(rows *sql.Rows) error {
		ok = true
		return rows.Scan(&m.Shop, &m.Since)
	}, "SELECT shop_id, since FROM pool_members WHERE shop_id = ?%s")
	return m, ok, err
}

// Join makes the shop a member.
func (s *Store) Join(ctx context.Context, at day.Micros) (bool, error) {
	n, err := s.db.Insert(ctx, "pool_members", []string{"shop_id", "since"}, 1, "ON CONFLICT (shop_id) DO NOTHING", func(_ int, dst []any) { dst[0] = int64(at) })
	return n == 1, err
}

// Leave ends the membership and deletes what the shop gave.
func (s *Store) Leave(ctx context.Context) (bool, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return false, err
	}
	if err := s.db.From(ctx).Exec("DELETE FROM pool_shares WHERE shop_id = ?", shop).Error; err != nil {
		return false, db.Err(err)
	}
	gone := s.db.From(ctx).Exec("DELETE FROM pool_members WHERE shop_id = ?", shop)
	return gone.RowsAffected == 1, db.Err(gone.Error)
}

// Give keeps what the shop brings to a season.
func (s *Store) Give(ctx context.Context, season string, entries []pool.Entry) error {
	text, err := json.Marshal(entries)
	if err != nil {
		return err
	}
	_, err = s.db.Insert(ctx, "pool_shares", []string{"shop_id", "season", "entries"}, 1, "ON CONFLICT (shop_id, season) DO NOTHING", func(_ int, dst []any) { dst[0], dst[1] = season, string(text) })
	return err
}

// Gave reads it.
func (s *Store) Gave(ctx context.Context, season string) (entries []pool.Entry, ok bool, err error) {
	err = s.db.EachOf(ctx, "", nil, func(rows *sql.Rows) error {
		ok = true
		var text []byte
		if err := rows.Scan(&text); err != nil {
			return err
		}
		return unpack(text, &entries, "what a shop gave")
	}, "SELECT entries FROM pool_shares WHERE shop_id = ? AND season = ?%s", season)
	return entries, ok, err
}

// CountedIn reads where the shop was counted.
func (s *Store) CountedIn(ctx context.Context, season string) (counted pool.Counted, err error) {
	err = s.db.EachOf(ctx, "", nil, func(rows *sql.Rows) error {
		var text []byte
		if err := rows.Scan(&text); err != nil {
			return err
		}
		return unpack(text, &counted, "where a shop was counted")
	}, "SELECT tables FROM pool_counted WHERE shop_id = ? AND season = ?%s", season)
	return counted, err
}

func unpack(text []byte, into any, what string) error {
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("pooldb: %s is damaged: %w", what, err)
	}
	return nil
}

package restockdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/restock"
)

// Hindsight reads the answer about the shop's past and how far its run is.
func (s *Store) Hindsight(ctx context.Context) (restock.Hindsight, bool, error) {
	var h restock.Hindsight
	shop, err := db.Shop(ctx)
	if err != nil {
		return h, false, err
	}
	found := false
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		found = true
		var begun, made sql.NullInt64
		var result sql.RawBytes
		if err := rows.Scan(&h.AskedAt, &begun, &h.Done, &h.Total, &h.Failed, &made, &result); err != nil {
			return err
		}
		h.BegunAt, h.MadeAt = optional[day.Micros](begun), optional[day.Micros](made)
		if !made.Valid {
			return nil
		}
		h.Told = new(restock.Told)
		if err := json.Unmarshal(result, h.Told); err != nil {
			return fmt.Errorf("read the hindsight: %w", err)
		}
		return nil
	}, "SELECT asked_at, begun_at, done, total, failed, made_at, result FROM hindsights WHERE shop_id = ?", shop)
	return h, found, err
}

// AskHindsight notes that somebody asks.
func (s *Store) AskHindsight(ctx context.Context, at day.Micros) error {
	_, err := s.db.Insert(ctx, "hindsights", []string{"shop_id", "asked_at"}, 1,
		"ON CONFLICT (shop_id) DO UPDATE SET asked_at = excluded.asked_at, failed = excluded.failed",
		func(_ int, dst []any) { dst[0] = int64(at) })
	return err
}

// BeginHindsight takes the run; false when another one lives.
func (s *Store) BeginHindsight(ctx context.Context, at, dead day.Micros) (bool, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return false, err
	}
	n, err := s.exec(ctx, "UPDATE hindsights SET begun_at = ?, beat_at = ?, done = 0, total = 0, failed = ? WHERE shop_id = ? AND (beat_at IS NULL OR beat_at < ?)",
		int64(at), int64(at), false, shop, int64(dead))
	return n > 0, err
}

// BeatHindsight notes how far the run is.
func (s *Store) BeatHindsight(ctx context.Context, at day.Micros, done, total int) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "UPDATE hindsights SET beat_at = ?, done = ?, total = ? WHERE shop_id = ? AND begun_at IS NOT NULL", int64(at), done, total, shop)
	return err
}

// EndHindsight ends the run with its answer; nil: it broke, and an earlier answer stays.
func (s *Store) EndHindsight(ctx context.Context, at day.Micros, told *restock.Told) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	if told == nil {
		_, err = s.exec(ctx, "UPDATE hindsights SET begun_at = NULL, beat_at = NULL, failed = ? WHERE shop_id = ?", true, shop)
		return err
	}
	text, err := json.Marshal(told)
	if err != nil {
		return fmt.Errorf("write the hindsight: %w", err)
	}
	_, err = s.exec(ctx, "UPDATE hindsights SET begun_at = NULL, beat_at = NULL, failed = ?, made_at = ?, result = ? WHERE shop_id = ?", false, int64(at), string(text), shop)
	return err
}

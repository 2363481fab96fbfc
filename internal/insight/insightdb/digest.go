package insightdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/purchase"
	"buhuo/internal/tenant"
)

var _ insight.Digests = (*Store)(nil)

// Reading lists the shops that have readers.
func (s *Store) Reading(ctx context.Context) (shops []tenant.ShopID, err error) {
	err = s.db.Each(db.Installation(ctx), func(rows *sql.Rows) error {
		var id tenant.ShopID
		err := rows.Scan(&id)
		shops = append(shops, id)
		return err
	}, "SELECT DISTINCT shop_id FROM digest_readers ORDER BY shop_id")
	return shops, err
}

// Readers lists robots, and people who still work in the shop, in their present language.
func (s *Store) Readers(ctx context.Context) ([]insight.Reader, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var out []insight.Reader
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		r := insight.Reader{Role: tenant.Owner}
		var role, language sql.NullString
		err := rows.Scan(&r.Via, &r.PersonID, &r.Address, &r.Language, &language, &role)
		if r.Via == purchase.ByMail {
			r.Role = tenant.Role(role.String)
		}
		if language.String != "" {
			r.Language = language.String
		}
		out = append(out, r)
		return err
	}, `SELECT r.via, r.person_id, r.address, r.language, p.language, m.role FROM digest_readers r
		LEFT JOIN memberships m ON m.shop_id = r.shop_id AND m.person_id = r.person_id LEFT JOIN persons p ON p.id = r.person_id
		WHERE r.shop_id = ? AND (r.via <> 'mail' OR m.role IS NOT NULL AND NOT p.disabled) ORDER BY r.via, r.person_id`, shop)
	return out, err
}

// KeepReader writes one over what was there.
func (s *Store) KeepReader(ctx context.Context, r insight.Reader, since day.Micros) error {
	_, err := s.db.Insert(ctx, "digest_readers", []string{"shop_id", "via", "person_id", "address", "language", "since"}, 1,
		"ON CONFLICT (shop_id, via, person_id) DO UPDATE SET address = excluded.address, language = excluded.language",
		func(_ int, dst []any) {
			copy(dst, []any{string(r.Via), r.PersonID[:], r.Address, r.Language, int64(since)})
		})
	return err
}

// DropReader removes one.
func (s *Store) DropReader(ctx context.Context, via purchase.Via, person ident.ID) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	return db.Err(s.db.From(ctx).Exec("DELETE FROM digest_readers WHERE shop_id = ? AND via = ? AND person_id = ?", shop, string(via), person).Error)
}

// Told reads the newest weeks until one, the newest first.
func (s *Store) Told(ctx context.Context, through day.Date, limit int) ([]insight.Digest, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var out []insight.Digest
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var d insight.Digest
		var facts string
		if err := rows.Scan(&d.Week, &d.Told, &facts); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(facts), &d.Facts); err != nil {
			return fmt.Errorf("the digest of %s: %w", d.Week, err)
		}
		out = append(out, d)
		return nil
	}, "SELECT week, told, facts FROM digests WHERE shop_id = ? AND week <= ? ORDER BY week DESC LIMIT ?", shop, through, limit)
	return out, err
}

// KeepDigest keeps a week; false when it was kept before.
func (s *Store) KeepDigest(ctx context.Context, d insight.Digest, at day.Micros) (bool, error) {
	facts, err := json.Marshal(d.Facts)
	if err != nil {
		return false, err
	}
	n, err := s.db.Insert(ctx, "digests", []string{"shop_id", "week", "made_at", "told", "facts"}, 1, "ON CONFLICT (shop_id, week) DO NOTHING",
		func(_ int, dst []any) { copy(dst, []any{int64(d.Week), int64(at), d.Told, string(facts)}) })
	return n > 0, err
}

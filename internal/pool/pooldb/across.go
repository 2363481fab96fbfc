package pooldb

import (
	"context"
	"database/sql"
	"encoding/json"

	"buhuo/internal/db"
	"buhuo/internal/pool"
	"buhuo/internal/tenant"
)

// This is the door through which the background work reads what shops gave, and writes
// whom it counted. It names the three tables of shops that exist for that, and nothing
// else of a shop is read through it. Editions and figures belong to nobody.

// Enough reports whether K shops or more take part.
func (s *Store) Enough(ctx context.Context) (bool, error) {
	var n int
	err := s.db.Each(db.Installation(ctx), func(rows *sql.Rows) error { return rows.Scan(&n) },
		"SELECT COUNT(*) FROM (SELECT 1 AS one FROM pool_members LIMIT ?) AS few", pool.K)
	return n >= pool.K, err
}

// Members lists the shops that take part.
func (s *Store) Members(ctx context.Context) (list []pool.Member, err error) {
	err = s.db.Each(db.Installation(ctx), func(rows *sql.Rows) error {
		var m pool.Member
		err := rows.Scan(&m.Shop, &m.Since)
		list = append(list, m)
		return err
	}, "SELECT shop_id, since FROM pool_members ORDER BY shop_id")
	return list, err
}

// Brought reads what the shops that take part gave to a season.
func (s *Store) Brought(ctx context.Context, season string) (map[tenant.ShopID][]pool.Entry, error) {
	out := map[tenant.ShopID][]pool.Entry{}
	err := s.db.Each(db.Installation(ctx), func(rows *sql.Rows) error {
		var shop tenant.ShopID
		var text []byte
		if err := rows.Scan(&shop, &text); err != nil {
			return err
		}
		entries := []pool.Entry{}
		err := unpack(text, &entries, "what a shop gave")
		out[shop] = entries
		return err
	}, "SELECT g.shop_id, g.entries FROM pool_members m JOIN pool_shares g ON g.shop_id = m.shop_id AND g.season = ?", season)
	return out, err
}

// Giving lists the members that gave to a season, in order.
func (s *Store) Giving(ctx context.Context, season string) (list []tenant.ShopID, err error) {
	err = s.db.Each(db.Installation(ctx), func(rows *sql.Rows) error {
		var shop tenant.ShopID
		err := rows.Scan(&shop)
		list = append(list, shop)
		return err
	}, "SELECT m.shop_id FROM pool_members m JOIN pool_shares g ON g.shop_id = m.shop_id AND g.season = ? ORDER BY m.shop_id", season)
	return list, err
}

const selectEdition = "SELECT season, from_day, through_day, other_from, other_through, published_at FROM pool_editions ORDER BY season DESC LIMIT ?"

func scanEdition(rows *sql.Rows, e *pool.Edition) error {
	return rows.Scan(&e.Code, &e.From, &e.Through, &e.OtherFrom, &e.OtherThrough, &e.PublishedAt)
}

// Latest is the last edition.
func (s *Store) Latest(ctx context.Context) (e pool.Edition, ok bool, err error) {
	err = s.db.Each(db.Installation(ctx), func(rows *sql.Rows) error {
		ok = true
		return scanEdition(rows, &e)
	}, selectEdition, 1)
	return e, ok, err
}

// Figures reads those of an edition, by kind and part.
func (s *Store) Figures(ctx context.Context, season string, kinds []pool.Kind, parts []string) (list []pool.Figure, err error) {
	text := "SELECT kind, name, part, shops, value, low, high FROM pool_figures WHERE season = ?"
	args := []any{season}
	if kinds != nil {
		text, args = text+" AND kind IN ?", append(args, kinds)
	}
	if parts != nil {
		text, args = text+" AND part IN ?", append(args, parts)
	}
	err = s.db.Each(db.Installation(ctx), func(rows *sql.Rows) error {
		var f pool.Figure
		err := rows.Scan(&f.Kind, &f.Key, &f.Part, &f.Shops, &f.Value, &f.Low, &f.High)
		list = append(list, f)
		return err
	}, text+" ORDER BY kind, name, part", args...)
	return list, err
}

// Editions reads the latest with all that they told and whom they counted.
func (s *Store) Editions(ctx context.Context, n int) ([]pool.Past, error) {
	var list []pool.Past
	err := s.db.Each(db.Installation(ctx), func(rows *sql.Rows) error {
		p := pool.Past{Counted: map[tenant.ShopID]pool.Counted{}}
		err := scanEdition(rows, &p.Edition)
		list = append(list, p)
		return err
	}, selectEdition, n)
	for i := range list {
		p := &list[i]
		if err == nil {
			p.Figures, err = s.Figures(ctx, p.Code, nil, nil)
		}
		if err == nil {
			err = s.db.Each(db.Installation(ctx), func(rows *sql.Rows) error {
				var shop tenant.ShopID
				var text []byte
				if err := rows.Scan(&shop, &text); err != nil {
					return err
				}
				var c pool.Counted
				err := unpack(text, &c, "where a shop was counted")
				p.Counted[shop] = c
				return err
			}, "SELECT shop_id, tables FROM pool_counted WHERE season = ?", p.Code)
		}
	}
	return list, err
}

// Publish writes an edition, once: of two processes the second finds that it is there.
func (s *Store) Publish(ctx context.Context, e pool.Edition, figures []pool.Figure, counted map[tenant.ShopID]pool.Counted) (bool, error) {
	ctx = db.Installation(ctx)
	made := s.db.From(ctx).Exec("INSERT INTO pool_editions (season, from_day, through_day, other_from, other_through, published_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (season) DO NOTHING",
		e.Code, e.From, e.Through, e.OtherFrom, e.OtherThrough, int64(e.PublishedAt))
	if made.Error != nil || made.RowsAffected == 0 {
		return false, db.Err(made.Error)
	}
	for _, f := range figures {
		if err := s.db.From(ctx).Exec("INSERT INTO pool_figures (season, kind, name, part, shops, value, low, high) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			e.Code, string(f.Kind), f.Key, f.Part, f.Shops, f.Value, f.Low, f.High).Error; err != nil {
			return false, db.Err(err)
		}
	}
	for shop, c := range counted {
		text, err := json.Marshal(c)
		if err != nil {
			return false, err
		}
		if err := s.db.From(ctx).Exec("INSERT INTO pool_counted (shop_id, season, tables) VALUES (?, ?, ?)", int64(shop), e.Code, string(text)).Error; err != nil {
			return false, db.Err(err)
		}
	}
	return true, nil
}

// Forget deletes editions before a season, and what was given before another.
func (s *Store) Forget(ctx context.Context, editions, given string) error {
	ctx = db.Installation(ctx)
	for _, one := range []struct{ text, before string }{
		{"DELETE FROM pool_shares WHERE season < ?", given}, {"DELETE FROM pool_counted WHERE season < ?", editions},
		{"DELETE FROM pool_figures WHERE season < ?", editions}, {"DELETE FROM pool_editions WHERE season < ?", editions},
	} {
		if err := s.db.From(ctx).Exec(one.text, one.before).Error; err != nil {
			return db.Err(err)
		}
	}
	return nil
}

package restockdb

import (
	"context"
	"database/sql"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/restock"
	"buhuo/internal/tenant"
)

// Hold takes the shop of ctx in hand for a holder until an instant, or keeps it in
// hand. On PostgreSQL a row that another process is just taking is passed over.
func (s *Store) Hold(ctx context.Context, holder ident.ID, now, until day.Micros) (restock.Work, bool, error) {
	var w restock.Work
	shop, err := db.Shop(ctx)
	if err != nil {
		return w, false, err
	}
	if _, err := s.db.Insert(ctx, "work", []string{"shop_id", "held_until"}, 1, "ON CONFLICT (shop_id) DO NOTHING", func(_ int, dst []any) { dst[0] = int64(0) }); err != nil {
		return w, false, err
	}
	free := selectWork + " AND (holder IS NULL OR holder = ? OR held_until <= ?)"
	if s.db.Dialect == db.Postgres {
		free += " FOR UPDATE SKIP LOCKED"
	}
	found := false
	err = s.db.Each(ctx, func(rows *sql.Rows) (err error) {
		w, err = scanWork(rows)
		found = true
		return err
	}, free, shop, holder, int64(now))
	if err != nil || !found {
		return w, false, err
	}
	w.Holder, w.HeldUntil = &holder, until
	_, err = s.exec(ctx, "UPDATE work SET holder = ?, held_until = ? WHERE shop_id = ?", holder, int64(until), shop)
	return w, true, err
}

const selectWork = "SELECT holder, held_until, failures, retry_at, asked_at FROM work WHERE shop_id = ?"

func scanWork(rows *sql.Rows) (restock.Work, error) {
	var w restock.Work
	var asked sql.NullInt64
	err := rows.Scan(&w.Holder, &w.HeldUntil, &w.Failures, &w.RetryAt, &asked)
	w.AskedAt = optional[day.Micros](asked)
	return w, err
}

// LetGo gives the shop out of hand, if the holder still has it, with how it went.
func (s *Store) LetGo(ctx context.Context, holder ident.ID, failures int, retry day.Micros) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "UPDATE work SET holder = NULL, held_until = 0, failures = ?, retry_at = ? WHERE shop_id = ? AND holder = ?", failures, int64(retry), shop, holder)
	return err
}

// Work reads how the background work of the shop stands; the zero Work before any.
func (s *Store) Work(ctx context.Context) (w restock.Work, err error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return w, err
	}
	err = s.db.Each(ctx, func(rows *sql.Rows) (err error) {
		w, err = scanWork(rows)
		return err
	}, selectWork, shop)
	return w, err
}

// Ask notes that everything is to be worked out again; nil: it was.
func (s *Store) Ask(ctx context.Context, at *day.Micros) error {
	_, err := s.db.Insert(ctx, "work", []string{"shop_id", "asked_at"}, 1, "ON CONFLICT (shop_id) DO UPDATE SET asked_at = excluded.asked_at, retry_at = 0", func(_ int, dst []any) {
		dst[0] = nil
		if at != nil {
			dst[0] = int64(*at)
		}
	})
	return err
}

// Asked lists the shops, of all, in which somebody wants everything worked out again.
func (s *Store) Asked(ctx context.Context) ([]tenant.ShopID, error) {
	var list []tenant.ShopID
	err := s.db.Each(db.Installation(ctx), func(rows *sql.Rows) error {
		var shop tenant.ShopID
		err := rows.Scan(&shop)
		list = append(list, shop)
		return err
	}, "SELECT shop_id FROM work WHERE asked_at IS NOT NULL ORDER BY asked_at, shop_id")
	return list, err
}

// keptRuns is how many runs of a shop stay.
const keptRuns = 20

// PutRun writes how a run stands, and forgets those that are long over.
func (s *Store) PutRun(ctx context.Context, r restock.Run) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	columns := []string{"shop_id", "id", "kind", "started_at", "ended_at", "done", "total", "failure"}
	_, err = s.db.Insert(ctx, "runs", columns, 1, "ON CONFLICT (shop_id, id) DO UPDATE SET ended_at = excluded.ended_at, done = excluded.done, total = excluded.total, failure = excluded.failure",
		func(_ int, dst []any) {
			copy(dst, []any{r.ID[:], string(r.Kind), int64(r.StartedAt), nil, r.Done, r.Total, string(r.Failure)})
			if r.EndedAt != nil {
				dst[3] = int64(*r.EndedAt)
			}
		})
	if err != nil || r.EndedAt == nil {
		return err
	}
	_, err = s.exec(ctx, `DELETE FROM runs WHERE shop_id = ? AND id NOT IN
		(SELECT id FROM runs WHERE shop_id = ? ORDER BY started_at DESC, id DESC LIMIT ?)`, shop, shop, keptRuns)
	return err
}

// Runs reads the latest runs, the newest first.
func (s *Store) Runs(ctx context.Context) ([]restock.Run, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var list []restock.Run
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var r restock.Run
		var ended sql.NullInt64
		err := rows.Scan(&r.ID, &r.Kind, &r.StartedAt, &ended, &r.Done, &r.Total, &r.Failure)
		r.EndedAt = optional[day.Micros](ended)
		list = append(list, r)
		return err
	}, "SELECT id, kind, started_at, ended_at, done, total, failure FROM runs WHERE shop_id = ? ORDER BY started_at DESC, id DESC", shop)
	return list, err
}

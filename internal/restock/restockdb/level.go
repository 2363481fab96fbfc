package restockdb

import (
	"context"
	"database/sql"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/replenish/score"
	"buhuo/internal/restock"
)

// ServiceLevel reads where the service level stands.
func (s *Store) ServiceLevel(ctx context.Context) (l restock.ServiceLevel, found bool, err error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return l, false, err
	}
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&l.Stopped, &l.Lower, &l.Upper, &l.Policy, &l.Level, &l.Since, &l.Week, &l.PausedUntil)
	}, "SELECT stopped, lower, upper, policy, level, since_day, week, paused_until FROM service_levels WHERE shop_id = ?", shop)
	return l, found, err
}

// PutServiceLevel writes it.
func (s *Store) PutServiceLevel(ctx context.Context, l restock.ServiceLevel) error {
	_, err := s.db.Insert(ctx, "service_levels", []string{"shop_id", "stopped", "lower", "upper", "policy", "level", "since_day", "week", "paused_until"}, 1,
		`ON CONFLICT (shop_id) DO UPDATE SET stopped = excluded.stopped, lower = excluded.lower, upper = excluded.upper, policy = excluded.policy,
			level = excluded.level, since_day = excluded.since_day, week = excluded.week, paused_until = excluded.paused_until`, func(_ int, dst []any) {
			copy(dst, []any{l.Stopped, int64(l.Lower), int64(l.Upper), string(l.Policy), int64(l.Level), int64(l.Since), int64(l.Week), int64(l.PausedUntil)})
		})
	return err
}

// LevelSteps reads the latest steps.
func (s *Store) LevelSteps(ctx context.Context, limit int) ([]restock.LevelStep, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var list []restock.LevelStep
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var x restock.LevelStep
		err := rows.Scan(&x.ID, &x.Day, &x.Kind, &x.From, &x.To, &x.Policy, &x.Cases, &x.FromRegret, &x.ToRegret, &x.Person, &x.MadeAt)
		list = append(list, x)
		return err
	}, `SELECT id, made_day, kind, from_level, to_level, policy, cases, from_regret, to_regret, person_id, made_at FROM service_steps
		WHERE shop_id = ? ORDER BY made_at DESC, id DESC LIMIT ?`, shop, limit)
	return list, err
}

// AddLevelStep writes a step.
func (s *Store) AddLevelStep(ctx context.Context, x restock.LevelStep) error {
	_, err := s.db.Insert(ctx, "service_steps", []string{"shop_id", "id", "made_day", "kind", "from_level", "to_level", "policy", "cases", "from_regret", "to_regret", "person_id", "made_at"}, 1, "",
		func(_ int, dst []any) {
			copy(dst, []any{x.ID[:], int64(x.Day), string(x.Kind), int64(x.From), int64(x.To), string(x.Policy), int64(x.Cases), int64(x.FromRegret), int64(x.ToRegret), nullableID(x.Person), int64(x.MadeAt)})
		})
	return err
}

// LevelEvidence adds up the ladders of judged decisions.
func (s *Store) LevelEvidence(ctx context.Context, since day.Date) (score.Evidence, error) {
	var e score.Evidence
	shop, err := db.Shop(ctx)
	if err != nil {
		return e, err
	}
	rungs := len(restock.Levels()) + 1
	regret := make([]float64, rungs)
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		ladder, err := unpackLadder(text)
		if err != nil || len(ladder) != rungs { // of an older program
			return err
		}
		for i, a := range ladder {
			regret[i] = float64(a)
		}
		e.Add(regret)
		return nil
	}, "SELECT j.ladder"+judgedOf+" WHERE d.shop_id = ? AND d.made_day >= ? AND j.ladder <> ''", shop, int64(since))
	return e, err
}

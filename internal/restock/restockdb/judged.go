package restockdb

import (
	"context"
	"database/sql"
	"strings"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/restock"
)

// standing adds judged decisions up; its columns are scanned by standingCells. The
// differences are floats: their squares would not fit an integer.
const standing = `COUNT(*), CAST(SUM(CASE WHEN j.ours = 'right' THEN 1 ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN j.ours = 'over' THEN 1 ELSE 0 END) AS BIGINT),
	CAST(SUM(CASE WHEN j.theirs = 'right' THEN 1 ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN j.theirs = 'over' THEN 1 ELSE 0 END) AS BIGINT),
	CAST(SUM(j.our_regret) AS BIGINT), CAST(SUM(j.their_regret) AS BIGINT), CAST(SUM(CASE WHEN d.chosen <> d.suggested THEN 1 ELSE 0 END) AS BIGINT),
	SUM(CASE WHEN d.chosen <> d.suggested THEN CAST(j.our_regret - j.their_regret AS DOUBLE PRECISION) ELSE 0 END),
	SUM(CASE WHEN d.chosen <> d.suggested THEN CAST(j.our_regret - j.their_regret AS DOUBLE PRECISION) * CAST(j.our_regret - j.their_regret AS DOUBLE PRECISION) ELSE 0 END)`

func standingCells(s *restock.Standing) []any {
	return []any{&s.Cases, &s.Ours.Right, &s.Ours.Over, &s.Theirs.Right, &s.Theirs.Over, &s.OurRegret, &s.TheirRegret, &s.Contest.Cases, &s.Contest.Sum, &s.Contest.Squares}
}

// rest fills in what follows from the other counts.
func rest(s *restock.Standing) {
	s.Ours.Under = s.Cases - s.Ours.Right - s.Ours.Over
	s.Theirs.Under = s.Cases - s.Theirs.Right - s.Theirs.Over
}

const (
	judgedOf = ` FROM decisions d JOIN decision_scores j ON j.shop_id = d.shop_id AND j.decision_id = d.id`
	// way names how the person's quantity differed, as restock.Verdict does.
	way = `CASE WHEN d.kind = 'ignored' THEN 'idle' WHEN d.chosen = 0 THEN 'none' WHEN d.chosen < d.suggested THEN 'less' ELSE 'more' END`
)

// among writes the condition of a query.
func among(shop int64, q restock.JudgedQuery) (string, []any) {
	where, args := " WHERE d.shop_id = ? AND d.made_day BETWEEN ? AND ?", []any{shop, int64(q.From), int64(q.Through)}
	if q.ProductID != nil {
		where, args = where+" AND d.product_id = ?", append(args, q.ProductID[:])
	}
	if q.SupplierID != nil {
		where, args = where+" AND d.supplier_id = ?", append(args, q.SupplierID[:])
	}
	return where, args
}

// judged runs a query over the judged decisions of q; head and tail stand around.
func (s *Store) judged(ctx context.Context, q restock.JudgedQuery, head, tail string, scan func(*sql.Rows) error, more ...any) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	where, args := among(shop, q)
	return s.db.Each(ctx, scan, head+where+" AND j.outcome = 'judged'"+tail, append(args, more...)...)
}

// DayStandings reads how both stand by day and supplier.
func (s *Store) DayStandings(ctx context.Context, q restock.JudgedQuery) ([]restock.DayStanding, error) {
	var list []restock.DayStanding
	err := s.judged(ctx, q, "SELECT d.made_day, d.supplier_id, "+standing+judgedOf, " GROUP BY d.made_day, d.supplier_id ORDER BY d.made_day, d.supplier_id", func(rows *sql.Rows) error {
		var one restock.DayStanding
		err := rows.Scan(append([]any{&one.Day, &one.SupplierID}, standingCells(&one.Standing)...)...)
		rest(&one.Standing)
		list = append(list, one)
		return err
	})
	return list, err
}

// WayStandings reads the same by way and reason.
func (s *Store) WayStandings(ctx context.Context, q restock.JudgedQuery) ([]restock.WayStanding, error) {
	var list []restock.WayStanding
	err := s.judged(ctx, q, "SELECT "+way+", d.why, "+standing+judgedOf, " AND d.chosen <> d.suggested GROUP BY "+way+", d.why ORDER BY 1, 2", func(rows *sql.Rows) error {
		var one restock.WayStanding
		err := rows.Scan(append([]any{&one.Way, &one.Why}, standingCells(&one.Standing)...)...)
		rest(&one.Standing)
		list = append(list, one)
		return err
	})
	return list, err
}

// ProductStandings reads the same by product.
func (s *Store) ProductStandings(ctx context.Context, q restock.JudgedQuery) ([]restock.ProductStanding, error) {
	var list []restock.ProductStanding
	err := s.judged(ctx, q, "SELECT d.product_id, MAX(p.name), "+standing+judgedOf+" JOIN products p ON p.shop_id = d.shop_id AND p.id = d.product_id",
		" GROUP BY d.product_id ORDER BY ABS(SUM(j.our_regret) - SUM(j.their_regret)) DESC, d.product_id LIMIT ? OFFSET ?", func(rows *sql.Rows) error {
			var one restock.ProductStanding
			err := rows.Scan(append([]any{&one.ProductID, &one.Name}, standingCells(&one.Standing)...)...)
			rest(&one.Standing)
			list = append(list, one)
			return err
		}, limitOf(q.Limit), q.Offset)
	return list, err
}

// limitOf is more than there can be where no limit is asked for.
func limitOf(n int) int {
	if n <= 0 {
		return 1 << 40
	}
	return n
}

// Verdicts reads the judged decisions, the latest first.
func (s *Store) Verdicts(ctx context.Context, q restock.JudgedQuery) ([]restock.Verdict, error) {
	columns := strings.Join(decisionColumns[:len(decisionColumns)-1], ", d.") // inputs are long and not shown
	var list []restock.Verdict
	err := s.judged(ctx, q, "SELECT d."+columns+`, j.judged_day, j.wanted, j.stock, j.best, j.ours, j.theirs, j.our_regret, j.their_regret,
		p.code, p.name, p.base_unit, u.name`+judgedOf+` JOIN products p ON p.shop_id = d.shop_id AND p.id = d.product_id
		LEFT JOIN suppliers u ON u.shop_id = d.shop_id AND u.id = d.supplier_id`, " ORDER BY d.made_day DESC, d.made_at DESC, d.id LIMIT ? OFFSET ?", func(rows *sql.Rows) error {
		v := restock.Verdict{Judgement: restock.Judgement{Finding: restock.FoundJudged}}
		d, j := &v.Decision, &v.Judgement
		var due sql.NullInt64
		var supplier sql.NullString
		err := rows.Scan(&d.ID, &d.ProductID, &d.Day, &d.Kind, &d.SupplierID, &d.OfferID, &d.OrderID, &d.Suggested, &d.Chosen, &d.UnitCost, &d.UnitMargin,
			&d.Arrival, &d.Until, &due, &d.Expected, &d.Low, &d.High, &d.Level, &d.Why, &d.Note, &d.Person, &d.MadeAt,
			&j.Day, &j.Wanted, &j.Stock, &j.Best, &j.Ours, &j.Theirs, &j.OurRegret, &j.TheirRegret, &v.Code, &v.Name, &v.Unit, &supplier)
		d.Due, j.DecisionID, v.SupplierName = optional[day.Date](due), d.ID, supplier.String
		list = append(list, v)
		return err
	}, limitOf(q.Limit), q.Offset)
	return list, err
}

// Unjudged counts the decisions without a verdict.
func (s *Store) Unjudged(ctx context.Context, q restock.JudgedQuery) (restock.Unjudged, error) {
	out := restock.Unjudged{Findings: map[restock.Finding]int{}}
	shop, err := db.Shop(ctx)
	if err != nil {
		return out, err
	}
	where, args := among(shop, q)
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var finding sql.NullString
		var n int
		err := rows.Scan(&finding, &n)
		if finding.Valid {
			out.Findings[restock.Finding(finding.String)] = n
		} else {
			out.Waiting = n
		}
		return err
	}, "SELECT j.outcome, COUNT(*) FROM decisions d LEFT JOIN decision_scores j ON j.shop_id = d.shop_id AND j.decision_id = d.id"+where+
		" AND d.due IS NOT NULL AND (j.outcome IS NULL OR j.outcome <> 'judged') GROUP BY j.outcome", args...)
	return out, err
}

// DecidedBetween reads from when to when there are decisions.
func (s *Store) DecidedBetween(ctx context.Context) (first, last day.Date, ok bool, err error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return 0, 0, false, err
	}
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var from, to sql.NullInt64
		err := rows.Scan(&from, &to)
		first, last, ok = day.Date(from.Int64), day.Date(to.Int64), from.Valid
		return err
	}, "SELECT (SELECT MIN(made_day) FROM decisions WHERE shop_id = ?), (SELECT MAX(made_day) FROM decisions WHERE shop_id = ?)", shop, shop)
	return first, last, ok, err
}

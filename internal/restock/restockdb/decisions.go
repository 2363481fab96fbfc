package restockdb

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/restock"
)

// decisionColumns are those of a decision, in the order of decisionCells.
var decisionColumns = []string{
	"id", "product_id", "made_day", "kind", "supplier_id", "offer_id", "order_id", "suggested", "chosen", "unit_cost", "unit_margin",
	"arrival", "until", "due", "expected", "low", "high", "level", "why", "note", "person_id", "made_at", "inputs",
}

// AddDecisions writes decisions; those that are there stay as they are.
func (s *Store) AddDecisions(ctx context.Context, list []restock.Decision) (int, error) {
	columns := append([]string{"shop_id"}, decisionColumns...)
	n, err := s.db.Insert(ctx, "decisions", columns, len(list), "ON CONFLICT (shop_id, id) DO NOTHING", func(i int, dst []any) {
		d := &list[i]
		copy(dst, []any{d.ID[:], d.ProductID[:], int64(d.Day), string(d.Kind), nullableID(d.SupplierID), nullableID(d.OfferID), nullableID(d.OrderID),
			int64(d.Suggested), int64(d.Chosen), int64(d.UnitCost), int64(d.UnitMargin), int64(d.Arrival), int64(d.Until), nullable(d.Due),
			int64(d.Expected), int64(d.Low), int64(d.High), int64(d.Level), string(d.Why), d.Note, nullableID(d.Person), int64(d.MadeAt), d.Inputs})
	})
	return int(n), err
}

func scanDecision(rows *sql.Rows) (restock.Decision, error) {
	var d restock.Decision
	var due sql.NullInt64
	err := rows.Scan(&d.ID, &d.ProductID, &d.Day, &d.Kind, &d.SupplierID, &d.OfferID, &d.OrderID, &d.Suggested, &d.Chosen, &d.UnitCost, &d.UnitMargin,
		&d.Arrival, &d.Until, &due, &d.Expected, &d.Low, &d.High, &d.Level, &d.Why, &d.Note, &d.Person, &d.MadeAt, &d.Inputs)
	d.Due = optional[day.Date](due)
	return d, err
}

// Unanswered reads the open suggestions of products that were made before a day.
func (s *Store) Unanswered(ctx context.Context, ids []ident.ID, before day.Date) ([]restock.Suggestion, error) {
	var list []restock.Suggestion
	var c cells
	err := s.db.EachOf(ctx, "s.product_id", ids, func(rows *sql.Rows) error {
		one, err := oneWhole(rows, &c)
		list = append(list, one)
		return err
	}, "SELECT "+heads+", s.reason, s.spark, s.trace FROM suggestions s WHERE s.shop_id = ?%s"+fmt.Sprintf(` AND s.state = 'open' AND s.quantity > 0
		AND s.as_of < %d AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.shop_id = s.shop_id AND d.product_id = s.product_id AND d.until > s.as_of + 1)
		ORDER BY s.product_id`, before))
	return list, err
}

// Due reads decisions without a judgement whose days are over.
func (s *Store) Due(ctx context.Context, through day.Date, after restock.DuePlace, limit int) ([]restock.Decision, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var list []restock.Decision
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		d, err := scanDecision(rows)
		list = append(list, d)
		return err
	}, "SELECT d."+strings.Join(decisionColumns, ", d.")+` FROM decisions d
		LEFT JOIN decision_scores j ON j.shop_id = d.shop_id AND j.decision_id = d.id
		WHERE d.shop_id = ? AND d.due IS NOT NULL AND d.due <= ? AND (d.due > ? OR d.due = ? AND d.id > ?) AND j.decision_id IS NULL
		ORDER BY d.due, d.id LIMIT ?`, shop, int64(through), int64(after.Day), int64(after.Day), after.ID[:], limit)
	return list, err
}

// Plans reads when decisions meant to be supplied.
func (s *Store) Plans(ctx context.Context, ids []ident.ID, since day.Date) (map[ident.ID][]restock.Plan, error) {
	out := map[ident.ID][]restock.Plan{}
	err := s.db.EachOf(ctx, "product_id", ids, func(rows *sql.Rows) error {
		var product ident.ID
		var p restock.Plan
		err := rows.Scan(&product, &p.ID, &p.MadeAt, &p.Arrival)
		out[product] = append(out[product], p)
		return err
	}, "SELECT product_id, id, made_at, arrival FROM decisions WHERE shop_id = ?%s"+fmt.Sprintf(" AND made_day >= %d ORDER BY product_id, made_at, id", since))
	return out, err
}

// Deliveries reads what came in, from the ledger; the order that asked for it is that of
// its receipt.
func (s *Store) Deliveries(ctx context.Context, ids []ident.ID, since day.Date) (map[ident.ID][]restock.Delivery, error) {
	out := map[ident.ID][]restock.Delivery{}
	err := s.db.EachOf(ctx, "m.product_id", ids, func(rows *sql.Rows) error {
		var product ident.ID
		var d restock.Delivery
		var expiry sql.NullInt64
		err := rows.Scan(&product, &d.OrderID, &d.SupplierID, &d.Ordered, &d.Day, &d.Quantity, &expiry)
		d.Expiry = optional[day.Date](expiry)
		out[product] = append(out[product], d)
		return err
	}, `SELECT m.product_id, r.order_id, o.supplier_id, COALESCE(o.created_at, m.recorded_at), m.business_day, m.quantity, l.expiry FROM movements m
		LEFT JOIN receipts r ON r.shop_id = m.shop_id AND r.id = m.source_id
		LEFT JOIN orders o ON o.shop_id = r.shop_id AND o.id = r.order_id
		LEFT JOIN lots l ON l.shop_id = m.shop_id AND l.id = m.lot_id
		WHERE m.shop_id = ?%s`+fmt.Sprintf(` AND m.business_day >= %d AND m.kind IN ('receipt', 'harvest') AND m.quantity > 0 AND m.reverses_id IS NULL
		AND NOT EXISTS (SELECT 1 FROM movements x WHERE x.shop_id = m.shop_id AND x.reverses_id = m.id)
		ORDER BY m.product_id, m.business_day, m.seq`, since))
	return out, err
}

// PutJudgements writes what became of decisions, once each.
func (s *Store) PutJudgements(ctx context.Context, list []restock.Judgement) error {
	columns := []string{"shop_id", "decision_id", "outcome", "judged_day", "wanted", "stock", "best", "ours", "theirs", "our_regret", "their_regret", "ladder"}
	_, err := s.db.Insert(ctx, "decision_scores", columns, len(list), "ON CONFLICT (shop_id, decision_id) DO NOTHING", func(i int, dst []any) {
		j := &list[i]
		copy(dst, []any{j.DecisionID[:], string(j.Finding), int64(j.Day), int64(j.Wanted), int64(j.Stock), int64(j.Best), string(j.Ours), string(j.Theirs),
			int64(j.OurRegret), int64(j.TheirRegret), packLadder(j.Ladder)})
	})
	return err
}

// DropJudgements forgets them all.
func (s *Store) DropJudgements(ctx context.Context) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "DELETE FROM decision_scores WHERE shop_id = ?", shop)
	return err
}

// packLadder writes amounts with spaces between.
func packLadder(list []money.Amount) string {
	var b []byte
	for i, a := range list {
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, int64(a), 10)
	}
	return string(b)
}

func unpackLadder(text string) ([]money.Amount, error) {
	var out []money.Amount
	for word := range strings.FieldsSeq(text) {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read a judgement: %w", err)
		}
		out = append(out, money.Amount(n))
	}
	return out, nil
}

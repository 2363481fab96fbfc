package restockdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/fault"
	"buhuo/internal/forecast"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
)

// computed are the columns that a computation writes anew; chosen are those in
// which a person decides.
var (
	computed = []string{
		"as_of", "supplier_id", "offer_id", "on_hand", "available", "on_order", "stock_known", "risk", "risk_until", "run_out_day",
		"cover_days", "daily_rate", "quantity", "pack_quantity", "pack_unit", "unit_price", "line_cost", "saving", "reference_cost",
		"assumed", "expiring", "expiring_day", "made_at", "reason", "spark", "trace", "options",
	}
	chosen = []string{"state", "snoozed_until", "override", "override_reason", "override_why", "rejected", "purse"}
)

// stands is when a person's choice outlives a new computation: a snooze until its
// day has come, everything else for the rest of its day. An order that came or was
// cancelled (less is on its way than before) opens the suggestion again. What was
// refused comes back earlier when another supplier is the best, when half as much again
// is needed as was refused, and when nothing was in between.
const stands = `(suggestions.state = 'snoozed' AND suggestions.snoozed_until > excluded.as_of + 1
		AND (suggestions.rejected IS NULL OR suggestions.supplier_id = excluded.supplier_id
			AND excluded.quantity > 0 AND 2 * excluded.quantity < 3 * suggestions.rejected)
	OR suggestions.state <> 'snoozed' AND suggestions.as_of = excluded.as_of
		AND NOT (suggestions.state = 'ordered' AND suggestions.on_order > excluded.on_order))`

var upsert = func() string {
	sets := make([]string, 0, len(computed)+len(chosen))
	for _, c := range computed {
		sets = append(sets, c+" = excluded."+c)
	}
	for _, c := range chosen {
		sets = append(sets, fmt.Sprintf("%[1]s = CASE WHEN %[2]s THEN suggestions.%[1]s ELSE excluded.%[1]s END", c, stands))
	}
	return "ON CONFLICT (shop_id, product_id) DO UPDATE SET " + strings.Join(sets, ", ")
}()

// written is a suggestion with its long texts.
type written struct {
	*restock.Suggestion
	reason, spark, trace string
}

func write(s *restock.Suggestion) (written, error) {
	w := written{Suggestion: s, reason: packReason(s.Reason)}
	spark, err := json.Marshal(s.Spark)
	if err == nil {
		w.spark = string(spark)
		w.trace, err = packTrace(s.Trace)
	}
	if err != nil {
		return w, fmt.Errorf("write the suggestion for product %s: %w", s.ProductID, err)
	}
	return w, nil
}

// PutSuggestions writes rows; what a person chose stays while it stands.
func (s *Store) PutSuggestions(ctx context.Context, rows []restock.Suggestion) error {
	texts, err := packed(rows)
	if err != nil {
		return err
	}
	return s.put(ctx, texts)
}

// KeepSuggestions is PutSuggestions in a transaction of its own, in which before runs
// first. The texts are packed before it begins, because others wait for it.
func (s *Store) KeepSuggestions(ctx context.Context, rows []restock.Suggestion, before func(context.Context) error) error {
	texts, err := packed(rows)
	if err != nil {
		return err
	}
	return s.db.Do(ctx, func(ctx context.Context) error {
		if before != nil {
			if err := before(ctx); err != nil {
				return err
			}
		}
		return s.put(ctx, texts)
	})
}

func packed(rows []restock.Suggestion) ([]written, error) {
	texts, failed := make([]written, len(rows)), make([]error, len(rows))
	forecast.Each(len(rows), 0, func(i int) { texts[i], failed[i] = write(&rows[i]) })
	return texts, errors.Join(failed...)
}

func (s *Store) put(ctx context.Context, texts []written) error {
	columns := slices.Concat([]string{"shop_id", "product_id"}, computed, chosen)
	_, err := s.db.Insert(ctx, "suggestions", columns, len(texts), upsert, func(i int, dst []any) { texts[i].fill(dst) })
	return err
}

// Ordered tells which of the products have an ordered suggestion.
func (s *Store) Ordered(ctx context.Context, ids []ident.ID) ([]ident.ID, error) {
	var ordered []ident.ID
	err := s.db.EachOf(ctx, "product_id", ids, func(rows *sql.Rows) error {
		var id ident.ID
		err := rows.Scan(&id)
		ordered = append(ordered, id)
		return err
	}, "SELECT product_id FROM suggestions WHERE shop_id = ? AND state = 'ordered'%s ORDER BY product_id")
	return ordered, err
}

func (w written) fill(dst []any) {
	copy(dst, []any{
		w.ProductID[:], int64(w.AsOf), nullableID(w.SupplierID), nullableID(w.OfferID),
		int64(w.OnHand), int64(w.Available), int64(w.OnOrder), w.StockKnown, int64(w.RiskPPM), nullable(w.RiskUntil), nullable(w.RunOut),
		nullable(w.CoverDays), int64(w.DailyRate), int64(w.Quantity), int64(w.PackQuantity), w.PackUnit, int64(w.UnitPrice),
		int64(w.LineCost), nullable(w.Saving), nullable(w.ReferenceCost), w.Assumed, int64(w.Expiring), nullable(w.ExpiringDay),
		int64(w.MadeAt), w.reason, w.spark, w.trace, packWeighing(w.Weighed),
		string(w.State), nullable(w.SnoozedUntil), nullable(w.Override), w.OverrideReason, string(w.OverrideWhy), nullable(w.Rejected), nullable(w.Purse),
	})
}

// DeleteSuggestions forgets products that are no longer sold.
func (s *Store) DeleteSuggestions(ctx context.Context, ids []ident.ID) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	for block := range slices.Chunk(ids, maxList) {
		if _, err := s.exec(ctx, "DELETE FROM suggestions WHERE shop_id = ? AND product_id IN ?", shop, block); err != nil {
			return err
		}
	}
	return nil
}

// heads are the columns of a suggestion without its long texts, in the order of
// cells.suggestion.
const heads = `s.product_id, s.as_of, s.supplier_id, s.offer_id, s.on_hand, s.available, s.on_order, s.stock_known, s.risk, s.risk_until,
	s.run_out_day, s.cover_days, s.daily_rate, s.quantity, s.pack_quantity, s.pack_unit, s.unit_price, s.line_cost, s.saving,
	s.reference_cost, s.assumed, s.expiring, s.expiring_day, s.state, s.snoozed_until, s.override, s.override_reason, s.override_why, s.rejected, s.purse, s.made_at`

// suggestion takes the columns of heads.
func (c *cells) suggestion() restock.Suggestion {
	var s restock.Suggestion
	if id := c.id(); id != nil {
		s.ProductID = *id
	}
	s.AsOf, s.SupplierID, s.OfferID = number[day.Date](c), c.id(), c.id()
	s.OnHand, s.Available, s.OnOrder, s.StockKnown = number[measure.Quantity](c), number[measure.Quantity](c), number[measure.Quantity](c), c.flag()
	s.RiskPPM, s.RiskUntil, s.RunOut, s.CoverDays = number[int](c), maybe[day.Date](c), maybe[day.Date](c), maybe[int](c)
	s.DailyRate, s.Quantity, s.PackQuantity, s.PackUnit = number[measure.Quantity](c), number[measure.Quantity](c), number[measure.Quantity](c), c.text()
	s.UnitPrice, s.LineCost, s.Saving, s.ReferenceCost = number[money.Price](c), number[money.Amount](c), maybe[money.Amount](c), maybe[money.Amount](c)
	s.Assumed, s.Expiring, s.ExpiringDay = c.flag(), number[measure.Quantity](c), maybe[day.Date](c)
	s.State, s.SnoozedUntil, s.Override, s.OverrideReason = restock.State(c.text()), maybe[day.Date](c), maybe[measure.Quantity](c), c.text()
	s.OverrideWhy, s.Rejected = restock.Why(c.text()), maybe[measure.Quantity](c)
	s.Purse, s.MadeAt = maybe[money.Amount](c), number[day.Micros](c)
	return s
}

// oneHead reads a row of heads alone.
func oneHead(rows *sql.Rows, c *cells) (restock.Suggestion, error) {
	if err := c.scan(rows); err != nil {
		return restock.Suggestion{}, err
	}
	return c.suggestion(), c.err
}

// oneWhole reads a row of heads with its long texts.
func oneWhole(rows *sql.Rows, c *cells) (restock.Suggestion, error) {
	if err := c.scan(rows); err != nil {
		return restock.Suggestion{}, err
	}
	one := c.suggestion()
	reason, spark, trace := c.text(), c.text(), c.text()
	for _, err := range []error{c.err, decodeReason(reason, &one), decodeSpark(spark, &one), decodeTrace(trace, &one)} {
		if err != nil {
			return restock.Suggestion{}, err
		}
	}
	return one, nil
}

// decode fills in a long text that was read beside the head.
func decode(text string, id ident.ID, to any) error {
	if err := json.Unmarshal([]byte(text), to); err != nil {
		return fmt.Errorf("read the suggestion for product %s: %w", id, err)
	}
	return nil
}

func decodeReason(text string, s *restock.Suggestion) (err error) {
	if s.Reason, err = unpackReason(text); err != nil {
		return fmt.Errorf("read the suggestion for product %s: %w", s.ProductID, err)
	}
	return nil
}

func decodeTrace(text string, s *restock.Suggestion) (err error) {
	if s.Trace, err = unpackTrace(text); err != nil {
		return fmt.Errorf("read the suggestion for product %s: %w", s.ProductID, err)
	}
	return nil
}

func decodeSpark(text string, s *restock.Suggestion) error {
	return decode(text, s.ProductID, &s.Spark)
}

// Suggestions reads whole rows, traces and all, of the products that are sold, in
// the order of the product list; nil: of all.
func (s *Store) Suggestions(ctx context.Context, ids []ident.ID) ([]restock.Suggestion, error) {
	var list []restock.Suggestion
	var c cells
	err := s.db.EachOf(ctx, "s.product_id", ids, func(rows *sql.Rows) error {
		one, err := oneWhole(rows, &c)
		list = append(list, one)
		return err
	}, "SELECT "+heads+`, s.reason, s.spark, s.trace FROM suggestions s
		JOIN products p ON p.shop_id = s.shop_id AND p.id = s.product_id
		WHERE s.shop_id = ?%s AND NOT p.archived ORDER BY p.sort_key, p.id`)
	return list, err
}

// Heads reads suggestions without their long texts.
func (s *Store) Heads(ctx context.Context, ids []ident.ID) ([]restock.Suggestion, error) {
	var list []restock.Suggestion
	var c cells
	err := s.db.EachOf(ctx, "s.product_id", ids, func(rows *sql.Rows) error {
		one, err := oneHead(rows, &c)
		list = append(list, one)
		return err
	}, "SELECT "+heads+" FROM suggestions s WHERE s.shop_id = ?%s ORDER BY s.product_id")
	return list, err
}

// OfSupplier reads the suggestions whose best source a supplier is.
func (s *Store) OfSupplier(ctx context.Context, supplier ident.ID) ([]restock.Suggestion, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var list []restock.Suggestion
	var c cells
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		one, err := oneHead(rows, &c)
		list = append(list, one)
		return err
	}, "SELECT "+heads+" FROM suggestions s WHERE s.shop_id = ? AND s.supplier_id = ? ORDER BY s.product_id", shop, supplier)
	return list, err
}

// Choose changes what the person chose for one product; NotFound without a
// suggestion.
func (s *Store) Choose(ctx context.Context, productID ident.ID, c restock.Choice) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	n, err := s.exec(ctx, `UPDATE suggestions SET state = ?, snoozed_until = ?, override = ?, override_reason = ?, override_why = ?, rejected = ?, purse = ?
		WHERE shop_id = ? AND product_id = ?`,
		string(c.State), nullable(c.SnoozedUntil), nullable(c.Override), c.OverrideReason, string(c.OverrideWhy), nullable(c.Rejected), nullable(c.Purse), shop, productID)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "restock.suggestion_missing")
	}
	return err
}

// MarkOrdered turns open suggestions into ordered ones and answers which.
func (s *Store) MarkOrdered(ctx context.Context, ids []ident.ID) ([]ident.ID, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var taken []ident.ID
	for block := range slices.Chunk(ids, maxList) {
		err := s.db.Each(ctx, func(rows *sql.Rows) error {
			var id ident.ID
			err := rows.Scan(&id)
			taken = append(taken, id)
			return err
		}, "UPDATE suggestions SET state = 'ordered' WHERE shop_id = ? AND product_id IN ? AND state = 'open' RETURNING product_id", shop, block)
		if err != nil {
			return nil, err
		}
	}
	return taken, nil
}

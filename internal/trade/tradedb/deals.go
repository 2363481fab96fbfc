package tradedb

import (
	"context"
	"encoding/json"
	"fmt"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
	"buhuo/internal/trade"
)

var _ trade.Deals = (*Store)(nil)

// dealRow is the row between two shops. It has no shop_id, so every statement below says
// itself whose it may be; on PostgreSQL the server makes sure.
type dealRow struct {
	FromShopID, ToShopID int64
	ID                   ident.ID
	Number               string
	FromName, ToName     string
	Currency             string
	PricesIncludeTax     bool
	State                string
	WantedDay, DueDay    day.Date
	Freight              money.Amount
	Note, Reason         string
	Lines, Shipments     string
	SentAt               day.Micros
	AnsweredAt, ClosedAt *day.Micros
	Version              int64
	SourceOrder          *ident.ID
}

const dealColumns = "from_shop_id, to_shop_id, id, number, from_name, to_name, currency, prices_include_tax, state, wanted_day, due_day, freight, note, reason, lines, shipments, sent_at, answered_at, closed_at, version, source_order"

// either is the condition that the shop of ctx is one of the two.
const either = "(from_shop_id = ? OR to_shop_id = ?)"

func (r dealRow) deal() (trade.Deal, error) {
	d := trade.Deal{
		ID: r.ID, From: tenant.ShopID(r.FromShopID), To: tenant.ShopID(r.ToShopID), Number: r.Number, FromName: r.FromName, ToName: r.ToName,
		Currency: r.Currency, PricesIncludeTax: r.PricesIncludeTax, State: trade.State(r.State), Wanted: r.WantedDay, Due: r.DueDay, Freight: r.Freight,
		Note: r.Note, Reason: r.Reason, SentAt: r.SentAt, AnsweredAt: r.AnsweredAt, ClosedAt: r.ClosedAt, Version: r.Version,
	}
	if r.SourceOrder != nil {
		d.Source = *r.SourceOrder
	}
	if err := json.Unmarshal([]byte(r.Lines), &d.Lines); err != nil {
		return d, fmt.Errorf("lines of deal %s: %w", r.ID, err)
	}
	if err := json.Unmarshal([]byte(r.Shipments), &d.Shipments); err != nil {
		return d, fmt.Errorf("shipments of deal %s: %w", r.ID, err)
	}
	return d, nil
}

// Deal reads one of either side.
func (s *Store) Deal(ctx context.Context, id ident.ID) (trade.Deal, error) {
	own, err := db.Shop(ctx)
	if err != nil {
		return trade.Deal{}, err
	}
	found, err := s.deals(ctx, "id = ? AND "+either, id, own, own)
	if err != nil {
		return trade.Deal{}, err
	}
	if len(found) == 0 {
		return trade.Deal{}, trade.ErrMissing
	}
	return found[0], nil
}

// Deals reads those of one side.
func (s *Store) Deals(ctx context.Context, q trade.DealQuery) ([]trade.Deal, error) {
	own, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	side := "from_shop_id = ?"
	if q.Selling {
		side = "to_shop_id = ?"
	}
	args := []any{own}
	if q.State != "" {
		side, args = side+" AND state = ?", append(args, string(q.State))
	}
	if !q.Source.IsNil() {
		side, args = side+" AND source_order = ?", append(args, q.Source)
	}
	if q.Before > 0 {
		side, args = side+" AND sent_at < ?", append(args, int64(q.Before))
	}
	return s.deals(ctx, side+" ORDER BY sent_at DESC, id LIMIT ?", append(args, q.Limit)...)
}

func (s *Store) deals(ctx context.Context, where string, args ...any) ([]trade.Deal, error) {
	var rows []dealRow
	if err := s.d.From(ctx).Raw("SELECT "+dealColumns+" FROM deals WHERE "+where, args...).Scan(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	out := make([]trade.Deal, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.deal(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// InsertDeal writes a new one that comes from the shop of ctx.
func (s *Store) InsertDeal(ctx context.Context, d trade.Deal) error {
	own, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	lines, shipments, err := texts(d)
	if err != nil {
		return err
	}
	return db.Err(s.d.From(ctx).Exec("INSERT INTO deals ("+dealColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		own, int64(d.To), d.ID, d.Number, d.FromName, d.ToName, d.Currency, d.PricesIncludeTax, string(d.State), int64(d.Wanted), int64(d.Due),
		int64(d.Freight), d.Note, d.Reason, lines, shipments, int64(d.SentAt), instant(d.AnsweredAt), instant(d.ClosedAt), d.Version, source(d)).Error)
}

// UpdateDeal replaces what changes of a deal.
func (s *Store) UpdateDeal(ctx context.Context, d trade.Deal) (bool, error) {
	own, err := db.Shop(ctx)
	if err != nil {
		return false, err
	}
	lines, shipments, err := texts(d)
	if err != nil {
		return false, err
	}
	tx := s.d.From(ctx).Exec("UPDATE deals SET state = ?, due_day = ?, reason = ?, lines = ?, shipments = ?, answered_at = ?, closed_at = ?, version = ?, source_order = ? WHERE id = ? AND version = ? AND "+either,
		string(d.State), int64(d.Due), d.Reason, lines, shipments, instant(d.AnsweredAt), instant(d.ClosedAt), d.Version, source(d), d.ID, d.Version-1, own, own)
	return tx.RowsAffected == 1, db.Err(tx.Error)
}

func texts(d trade.Deal) (lines, shipments string, err error) {
	a, err := json.Marshal(d.Lines)
	if err != nil {
		return "", "", err
	}
	b, err := json.Marshal(d.Shipments)
	return string(a), string(b), err
}

func source(d trade.Deal) any {
	if d.Source.IsNil() {
		return nil
	}
	return d.Source
}

func instant(at *day.Micros) any {
	if at == nil {
		return nil
	}
	return int64(*at)
}

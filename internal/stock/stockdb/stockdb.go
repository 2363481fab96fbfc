// Package stockdb keeps the stock area's rows: the ledger, its balances, what is
// expected and promised, and the queue of changed products. It knows SQL and no
// rule; every statement is bound to the shop of ctx, except the queue's, which
// serves all shops.
package stockdb

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/stock"
)

// Store implements stock.Store on a database.
type Store struct{ db *db.DB }

var _ stock.Store = (*Store)(nil)

// New makes the store.
func New(d *db.DB) *Store { return &Store{db: d} }

// Snapshot runs fn so that all its reads see one moment.
func (s *Store) Snapshot(ctx context.Context, fn func(context.Context) error) error {
	return s.db.View(ctx, fn)
}

// maxList bounds the ids of one IN list.
const maxList = 500

// exec runs one write in the transaction of ctx.
func (s *Store) exec(ctx context.Context, query string, args ...any) (int64, error) {
	result := s.db.From(ctx).Exec(query, args...)
	return result.RowsAffected, db.Err(result.Error)
}

// Head gives the end of the ledger.
func (s *Store) Head(ctx context.Context) (stock.Head, error) { return s.head(ctx, "") }

// Lock gives the end of the ledger and holds the shop's counters row until the
// transaction ends. SQLite has one writer anyway.
func (s *Store) Lock(ctx context.Context) (stock.Head, error) {
	if s.db.Dialect == db.Postgres {
		return s.head(ctx, " FOR UPDATE")
	}
	return s.head(ctx, "")
}

func (s *Store) head(ctx context.Context, suffix string) (stock.Head, error) {
	var head stock.Head
	shop, err := db.Shop(ctx)
	if err != nil {
		return head, err
	}
	found := false
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var hash []byte
		found = true
		if err := rows.Scan(&head.Seq, &hash); err != nil {
			return err
		}
		if head.Seq > 0 { // before the first line the chain begins with zeros
			copy(head.Hash[:], hash)
		}
		return nil
	}, "SELECT movement_seq, movement_hash FROM counters WHERE shop_id = ?"+suffix, shop)
	if err == nil && !found {
		err = errors.New("stockdb: the shop has no counters")
	}
	return head, err
}

var movementColumns = []string{
	"shop_id", "seq", "id", "kind", "product_id", "lot_id", "quantity", "value", "occurred_at", "recorded_at",
	"business_day", "source", "source_id", "source_line", "reverses_id", "reason", "note", "person_id", "request", "hash",
}

// Append writes a change.
func (s *Store) Append(ctx context.Context, c stock.Change) error {
	if err := s.insertLots(ctx, c.Lots); err != nil {
		return err
	}
	if err := s.insertMovements(ctx, c.Movements); err != nil {
		return err
	}
	if err := s.saveBalances(ctx, c.Balances); err != nil {
		return err
	}
	if err := s.saveLotBalances(ctx, c.Left); err != nil {
		return err
	}
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	n, err := s.exec(ctx, "UPDATE counters SET movement_seq = ?, movement_hash = ? WHERE shop_id = ?", c.Head.Seq, c.Head.Hash[:], shop)
	if err == nil && n != 1 {
		err = errors.New("stockdb: the shop has no counters")
	}
	return err
}

// foreign turns a reference to a product that is not the shop's into NotFound.
func foreign(err error) error {
	if errors.Is(err, db.ErrReference) {
		return fault.New(fault.NotFound, "stock.product_unknown").WithCause(err)
	}
	return err
}

func (s *Store) insertMovements(ctx context.Context, list []stock.Movement) error {
	_, err := s.db.Insert(ctx, "movements", movementColumns, len(list), "", func(i int, dst []any) {
		m := &list[i]
		dst[0], dst[1], dst[2], dst[3], dst[4] = m.Seq, m.ID[:], string(m.Kind), m.ProductID[:], m.LotID[:]
		dst[5], dst[6], dst[7], dst[8] = int64(m.Quantity), int64(m.Value), int64(m.OccurredAt), int64(m.RecordedAt)
		dst[9], dst[10], dst[11], dst[12] = int64(m.BusinessDay), m.Source, m.SourceID[:], int64(m.SourceLine)
		dst[13] = nil
		if m.ReversesID != nil {
			dst[13] = m.ReversesID[:]
		}
		dst[14], dst[15], dst[16], dst[17], dst[18] = m.Reason, m.Note, m.PersonID[:], m.Request, m.Hash[:]
	})
	return foreign(err)
}

func (s *Store) insertLots(ctx context.Context, lots []stock.Lot) error {
	_, err := s.db.Insert(ctx, "lots", []string{"shop_id", "id", "product_id", "code", "expiry", "received_at", "supplier_id", "produced"}, len(lots), "",
		func(i int, dst []any) {
			l := &lots[i]
			dst[0], dst[1], dst[2], dst[3], dst[4], dst[5] = l.ID[:], l.ProductID[:], l.Code, nil, int64(l.ReceivedAt), nil
			if l.Expiry != nil {
				dst[3] = int64(*l.Expiry)
			}
			if l.SupplierID != nil {
				dst[5] = l.SupplierID[:]
			}
			dst[6] = nil
			if l.Produced != nil {
				dst[6] = int64(*l.Produced)
			}
		})
	return foreign(err)
}

func (s *Store) saveBalances(ctx context.Context, balances []stock.ProductBalance) error {
	_, err := s.db.Insert(ctx, "stock_balances",
		[]string{"shop_id", "product_id", "on_hand", "value", "last_cost", "known_from", "last_count", "count_needed"}, len(balances),
		`ON CONFLICT (shop_id, product_id) DO UPDATE SET on_hand = excluded.on_hand, value = excluded.value, last_cost = excluded.last_cost,
			known_from = excluded.known_from, last_count = excluded.last_count, count_needed = excluded.count_needed`,
		func(i int, dst []any) {
			b := &balances[i]
			dst[0], dst[1], dst[2], dst[3] = b.ProductID[:], int64(b.OnHand), int64(b.Value), int64(b.LastCost)
			dst[4], dst[5], dst[6] = dayOrNil(b.KnownFrom), dayOrNil(b.LastCount), b.CountNeeded
		})
	return foreign(err)
}

func dayOrNil(d *day.Date) any {
	if d == nil {
		return nil
	}
	return int64(*d)
}

// saveLotBalances upserts what is left and removes what is empty.
func (s *Store) saveLotBalances(ctx context.Context, left []stock.LotQuantity) error {
	var keep []stock.LotQuantity
	empty := map[ident.ID][]ident.ID{} // product → lots
	for _, l := range left {
		if l.Quantity != 0 {
			keep = append(keep, l)
		} else {
			empty[l.ProductID] = append(empty[l.ProductID], l.LotID)
		}
	}
	_, err := s.db.Insert(ctx, "lot_balances", []string{"shop_id", "product_id", "lot_id", "quantity"}, len(keep),
		"ON CONFLICT (shop_id, product_id, lot_id) DO UPDATE SET quantity = excluded.quantity",
		func(i int, dst []any) {
			l := &keep[i]
			dst[0], dst[1], dst[2] = l.ProductID[:], l.LotID[:], int64(l.Quantity)
		})
	if err != nil {
		return foreign(err)
	}
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	for product, lots := range empty {
		for block := range slices.Chunk(lots, maxList) {
			if _, err := s.exec(ctx, "DELETE FROM lot_balances WHERE shop_id = ? AND product_id = ? AND lot_id IN ?", shop, product, block); err != nil {
				return err
			}
		}
	}
	return nil
}

// Replace overwrites all balances of the shop.
func (s *Store) Replace(ctx context.Context, balances []stock.ProductBalance, left []stock.LotQuantity) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	for _, table := range []string{"stock_balances", "lot_balances"} {
		if _, err := s.exec(ctx, "DELETE FROM "+table+" WHERE shop_id = ?", shop); err != nil {
			return err
		}
	}
	if err := s.saveBalances(ctx, balances); err != nil {
		return err
	}
	return s.saveLotBalances(ctx, left)
}

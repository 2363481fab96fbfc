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

// Balances reads the balances of products; nil: all.
func (s *Store) Balances(ctx context.Context, ids []ident.ID) (map[ident.ID]stock.Balance, error) {
	balances := map[ident.ID]stock.Balance{}
	err := s.db.EachOf(ctx, "product_id", ids, func(rows *sql.Rows) error {
		var id ident.ID
		var b stock.Balance
		var known, counted sql.NullInt64
		if err := rows.Scan(&id, &b.OnHand, &b.Value, &b.LastCost, &known, &counted, &b.CountNeeded); err != nil {
			return err
		}
		b.KnownFrom, b.LastCount = optionalDay(known), optionalDay(counted)
		balances[id] = b
		return nil
	}, "SELECT product_id, on_hand, value, last_cost, known_from, last_count, count_needed FROM stock_balances WHERE shop_id = ?%s")
	return balances, err
}

func optionalDay(n sql.NullInt64) *day.Date {
	if !n.Valid {
		return nil
	}
	d := day.Date(n.Int64)
	return &d
}

// Stocks reads the books of products with every lot that is not empty.
func (s *Store) Stocks(ctx context.Context, ids []ident.ID) (map[ident.ID]*stock.Stock, error) {
	balances, err := s.Balances(ctx, ids)
	if err != nil {
		return nil, err
	}
	stocks := make(map[ident.ID]*stock.Stock, len(balances))
	for id, b := range balances {
		stocks[id] = &stock.Stock{ProductID: id, Balance: b}
	}
	err = s.eachLotBalance(ctx, ids, func(product ident.ID, l stock.LotBalance) {
		book, ok := stocks[product]
		if !ok {
			book = &stock.Stock{ProductID: product}
			stocks[product] = book
		}
		if l.LotID == stock.Unassigned {
			book.Unassigned = l.Quantity
			return
		}
		book.Lots = append(book.Lots, l)
	})
	return stocks, err
}

// LotBalances reads the lots that are not empty, in the order they go out.
func (s *Store) LotBalances(ctx context.Context, ids []ident.ID) (map[ident.ID][]stock.LotBalance, error) {
	lots := map[ident.ID][]stock.LotBalance{}
	err := s.eachLotBalance(ctx, ids, func(product ident.ID, l stock.LotBalance) {
		lots[product] = append(lots[product], l)
	})
	for _, list := range lots {
		slices.SortFunc(list, stock.GoesOutBefore)
	}
	return lots, err
}

func (s *Store) eachLotBalance(ctx context.Context, ids []ident.ID, add func(product ident.ID, l stock.LotBalance)) error {
	return s.db.EachOf(ctx, "b.product_id", ids, func(rows *sql.Rows) error {
		var product ident.ID
		l, err := scanLotBalance(rows, &product)
		if err == nil {
			add(product, l)
		}
		return err
	}, `SELECT b.product_id, b.lot_id, b.quantity, l.code, l.expiry, l.received_at FROM lot_balances b
		LEFT JOIN lots l ON l.shop_id = b.shop_id AND l.id = b.lot_id WHERE b.shop_id = ? AND b.quantity <> 0%s`)
}

func scanLotBalance(rows *sql.Rows, product *ident.ID) (stock.LotBalance, error) {
	var l stock.LotBalance
	var code sql.NullString
	var expiry, received sql.NullInt64
	err := rows.Scan(product, &l.LotID, &l.Quantity, &code, &expiry, &received)
	l.Code, l.Expiry, l.ReceivedAt = code.String, optionalDay(expiry), day.Micros(received.Int64)
	return l, err
}

// Expiring reads the lots with goods and an expiry up to through, by expiry.
func (s *Store) Expiring(ctx context.Context, through day.Date) ([]stock.ExpiringLot, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var list []stock.ExpiringLot
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var e stock.ExpiringLot
		var err error
		e.LotBalance, err = scanLotBalance(rows, &e.ProductID)
		list = append(list, e)
		return err
	}, `SELECT b.product_id, b.lot_id, b.quantity, l.code, l.expiry, l.received_at FROM lot_balances b
		JOIN lots l ON l.shop_id = b.shop_id AND l.id = b.lot_id
		WHERE b.shop_id = ? AND b.quantity > 0 AND l.expiry <= ? ORDER BY l.expiry, b.product_id, b.lot_id`, shop, int64(through))
	return list, err
}

// Lots reads lots by id.
func (s *Store) Lots(ctx context.Context, lotIDs []ident.ID) (map[ident.ID]stock.Lot, error) {
	lots := map[ident.ID]stock.Lot{}
	if len(lotIDs) == 0 {
		return lots, nil
	}
	err := s.db.EachOf(ctx, "id", lotIDs, func(rows *sql.Rows) error {
		var l stock.Lot
		var expiry, produced sql.NullInt64
		var supplier *ident.ID
		if err := rows.Scan(&l.ID, &l.ProductID, &l.Code, &expiry, &l.ReceivedAt, &supplier, &produced); err != nil {
			return err
		}
		l.Expiry, l.Produced, l.SupplierID = optionalDay(expiry), optionalDay(produced), supplier
		lots[l.ID] = l
		return nil
	}, "SELECT id, product_id, code, expiry, received_at, supplier_id, produced FROM lots WHERE shop_id = ?%s")
	return lots, err
}

const selectMovement = `SELECT seq, id, kind, product_id, lot_id, quantity, value, occurred_at, recorded_at, business_day,
	source, source_id, source_line, reverses_id, reason, note, person_id, request, hash FROM movements WHERE shop_id = ?`

// In two steps: SQLite, which counts nothing, takes a shop to have ten movements and would
// read its whole ledger.
const (
	ofSource  = " AND seq IN (SELECT seq FROM movements WHERE shop_id = ? AND source_id = ?)"
	ofProduct = " AND seq IN (SELECT seq FROM movements WHERE shop_id = ? AND product_id = ?)"
)

func scanMovement(rows *sql.Rows) (stock.Movement, error) {
	var m stock.Movement
	var hash []byte
	err := rows.Scan(&m.Seq, &m.ID, &m.Kind, &m.ProductID, &m.LotID, &m.Quantity, &m.Value, &m.OccurredAt, &m.RecordedAt, &m.BusinessDay,
		&m.Source, &m.SourceID, &m.SourceLine, &m.ReversesID, &m.Reason, &m.Note, &m.PersonID, &m.Request, &hash)
	if err == nil && len(hash) != len(m.Hash) {
		// A hash of another length proves nothing; zeros never match.
		hash = make([]byte, len(m.Hash))
	}
	copy(m.Hash[:], hash)
	return m, err
}

func (s *Store) movements(ctx context.Context, rest string, args ...any) ([]stock.Movement, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var list []stock.Movement
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		m, err := scanMovement(rows)
		list = append(list, m)
		return err
	}, selectMovement+rest, append([]any{shop}, args...)...)
	return list, err
}

// Movement reads one line by its id.
func (s *Store) Movement(ctx context.Context, id ident.ID) (stock.Movement, error) {
	list, err := s.movements(ctx, " AND id = ?", id)
	if err != nil {
		return stock.Movement{}, err
	}
	if len(list) == 0 {
		return stock.Movement{}, fault.New(fault.NotFound, "stock.movement_unknown")
	}
	return list[0], nil
}

// OfSource reads all movements of a source, by seq.
func (s *Store) OfSource(ctx context.Context, sourceID ident.ID) ([]stock.Movement, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	return s.movements(ctx, ofSource+" ORDER BY seq", shop, sourceID)
}

// Movements reads a page of the ledger, newest first.
func (s *Store) Movements(ctx context.Context, q stock.MovementQuery) ([]stock.Movement, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	rest, args := "", []any{}
	if q.ProductID != nil {
		rest, args = rest+ofProduct, append(args, shop, *q.ProductID)
	}
	if q.Before > 0 {
		rest, args = rest+" AND seq < ?", append(args, q.Before)
	}
	return s.movements(ctx, rest+" ORDER BY seq DESC LIMIT ?", append(args, q.Limit)...)
}

// Processed reads the movements of processing since a day, the newest first.
func (s *Store) Processed(ctx context.Context, from day.Date, limit int) ([]stock.Movement, error) {
	return s.movements(ctx, " AND kind IN ('processing_in', 'processing_out') AND business_day >= ? ORDER BY business_day DESC, seq DESC LIMIT ?", from, limit)
}

// Reversed tells which of the movements have a counter-entry.
func (s *Store) Reversed(ctx context.Context, ids []ident.ID) (map[ident.ID]bool, error) {
	reversed := map[ident.ID]bool{}
	if len(ids) == 0 {
		return reversed, nil
	}
	err := s.db.EachOf(ctx, "reverses_id", ids, func(rows *sql.Rows) error {
		var id ident.ID
		err := rows.Scan(&id)
		reversed[id] = true
		return err
	}, "SELECT reverses_id FROM movements WHERE shop_id = ?%s")
	return reversed, err
}

// LedgersOf reads all movements of products, of each by seq.
func (s *Store) LedgersOf(ctx context.Context, ids []ident.ID) (map[ident.ID][]stock.Movement, error) {
	ledgers := map[ident.ID][]stock.Movement{}
	err := s.db.EachOf(ctx, "product_id", ids, func(rows *sql.Rows) error {
		m, err := scanMovement(rows)
		ledgers[m.ProductID] = append(ledgers[m.ProductID], m)
		return err
	}, selectMovement+"%s ORDER BY product_id, seq")
	return ledgers, err
}

// Each reads the ledger by seq.
func (s *Store) Each(ctx context.Context, product *ident.ID, fn func(stock.Movement) error) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	query, args := selectMovement, []any{shop}
	if product != nil {
		query, args = query+ofProduct, append(args, shop, *product)
	}
	return s.db.Each(ctx, func(rows *sql.Rows) error {
		m, err := scanMovement(rows)
		if err != nil {
			return err
		}
		return fn(m)
	}, query+" ORDER BY seq", args...)
}

// Flows reads what came and went since the start of a business day.
func (s *Store) Flows(ctx context.Context, ids []ident.ID, from day.Date) (map[ident.ID][]stock.Flow, error) {
	flows := map[ident.ID][]stock.Flow{}
	err := s.db.EachOf(ctx, "product_id", ids, func(rows *sql.Rows) error {
		var id ident.ID
		var f stock.Flow
		if err := rows.Scan(&id, &f.At, &f.Quantity); err != nil {
			return err
		}
		list := flows[id]
		if n := len(list); n > 0 && list[n-1].At == f.At {
			list[n-1].Quantity += f.Quantity
			return nil
		}
		flows[id] = append(list, f)
		return nil
	}, "SELECT product_id, occurred_at, quantity FROM movements WHERE shop_id = ? AND business_day >= ? AND quantity <> 0%s ORDER BY product_id, occurred_at, seq", int64(from))
	return flows, err
}

// Posting reads a request that was carried out.
func (s *Store) Posting(ctx context.Context, clientID ident.ID) (stock.Posted, bool, error) {
	p := stock.Posted{ClientID: clientID}
	shop, err := db.Shop(ctx)
	if err != nil {
		return p, false, err
	}
	found := false
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var hash []byte
		found = true
		err := rows.Scan(&hash, &p.Kind, &p.Result, &p.RecordedAt)
		copy(p.Hash[:], hash)
		return err
	}, "SELECT request_hash, kind, result, recorded_at FROM postings WHERE shop_id = ? AND client_id = ?", shop, clientID)
	return p, found, err
}

// SavePosting remembers a request. One with the same id is a Conflict.
func (s *Store) SavePosting(ctx context.Context, p stock.Posted) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "INSERT INTO postings (shop_id, client_id, request_hash, kind, result, recorded_at) VALUES (?, ?, ?, ?, ?, ?)",
		shop, p.ClientID, p.Hash[:], p.Kind, p.Result, int64(p.RecordedAt))
	if errors.Is(err, db.ErrUnique) {
		return fault.New(fault.Conflict, "stock.client_id_reused").WithCause(err)
	}
	return err
}

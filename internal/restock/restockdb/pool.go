package restockdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"sync"

	"buhuo/internal/db"
	"buhuo/internal/restock"
)

// mostPools is how many shops' pools are kept ready.
const mostPools = 16

// pools keeps what was read of pools: to understand one takes longer than all else on
// the page of a product. A pool is only read once it is made, so many may share it.
// What is kept counts only while the row still says the same, whoever wrote it.
type pools struct {
	mu   sync.Mutex
	kept map[int64]keptPool
}

type keptPool struct {
	text string
	pool restock.Pool
}

// of is the pool of a shop that a text says.
func (p *pools) of(shop int64, text []byte) (restock.Pool, error) {
	p.mu.Lock()
	kept, ok := p.kept[shop]
	p.mu.Unlock()
	if ok && kept.text == string(text) {
		return kept.pool, nil
	}
	kept = keptPool{text: string(text)}
	if err := json.Unmarshal(text, &kept.pool); err != nil {
		return restock.Pool{}, fmt.Errorf("read the pool: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil || len(p.kept) >= mostPools {
		p.kept = map[int64]keptPool{}
	}
	p.kept[shop] = kept
	return kept.pool, nil
}

// Pool reads what was learned of the shop; false when nothing was yet. It is shared:
// nobody may change it.
func (s *Store) Pool(ctx context.Context) (restock.Pool, bool, error) {
	var p restock.Pool
	shop, err := db.Shop(ctx)
	if err != nil {
		return p, false, err
	}
	found := false
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var text sql.RawBytes
		if err := rows.Scan(&text); err != nil {
			return err
		}
		found = true
		p, err = s.pools.of(shop, text)
		return err
	}, "SELECT pool FROM forecast_pools WHERE shop_id = ?", shop)
	return p, found, err
}

// PutPool replaces what was learned.
func (s *Store) PutPool(ctx context.Context, p restock.Pool) error {
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("write the pool: %w", err)
	}
	_, err = s.db.Insert(ctx, "forecast_pools", []string{"shop_id", "made_day", "pool"}, 1,
		"ON CONFLICT (shop_id) DO UPDATE SET made_day = excluded.made_day, pool = excluded.pool",
		func(_ int, dst []any) { dst[0], dst[1] = int64(p.Made), string(text) })
	return err
}

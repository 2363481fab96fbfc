package stockdb

import (
	"context"
	"database/sql"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/stock"
)

// laterQuery finds the movements of products after a day by their index alone. Asked for them
// at once, SQLite, which counts nothing, would read the shop's whole ledger.
const laterQuery = "SELECT k.seq FROM movements k WHERE k.shop_id = ? AND k.business_day > ? AND k.product_id IN ?"

// LotBalancesAsOf takes from what lies in each lot what came after a day and puts back
// what went: of a day not long ago that reads little.
func (s *Store) LotBalancesAsOf(ctx context.Context, ids []ident.ID, through day.Date) (map[ident.ID][]stock.LotBalance, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	lots := map[ident.ID][]stock.LotBalance{}
	read := func(balances, movements string, args ...any) error {
		return s.db.Each(ctx, func(rows *sql.Rows) error {
			var product ident.ID
			l, err := scanLotBalance(rows, &product)
			lots[product] = append(lots[product], l)
			return err
		}, `SELECT y.product_id, y.lot_id, y.quantity, l.code, l.expiry, l.received_at FROM (
			SELECT x.shop_id, x.product_id, x.lot_id, CAST(SUM(x.quantity) AS BIGINT) AS quantity FROM (
				SELECT b.shop_id, b.product_id, b.lot_id, b.quantity FROM lot_balances b WHERE b.shop_id = ?`+balances+`
				UNION ALL SELECT m.shop_id, m.product_id, m.lot_id, -m.quantity FROM movements m WHERE m.shop_id = ?`+movements+`) x
				GROUP BY x.shop_id, x.product_id, x.lot_id HAVING SUM(x.quantity) <> 0) y
			LEFT JOIN lots l ON l.shop_id = y.shop_id AND l.id = y.lot_id`, args...)
	}
	if ids == nil {
		err = read("", " AND m.business_day > ?", shop, shop, int64(through))
	}
	for block := range slices.Chunk(ids, maxList) {
		if err = read(" AND b.product_id IN ?", " AND m.seq IN ("+laterQuery+")", shop, block, shop, shop, int64(through), block); err != nil {
			break
		}
	}
	for _, list := range lots {
		slices.SortFunc(list, stock.GoesOutBefore)
	}
	return lots, err
}

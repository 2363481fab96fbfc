package restockdb

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"

	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
)

// shown are the columns of a suggestion that its page shows.
const shown = `s.product_id, s.supplier_id, s.offer_id, s.on_hand, s.available, s.on_order, s.stock_known, s.risk, s.cover_days, s.daily_rate,
	s.quantity, s.pack_quantity, s.pack_unit, s.unit_price, s.line_cost, s.saving, s.reference_cost, s.assumed, s.state, s.override, s.override_why, s.override_reason, s.purse, s.reason`

// Listed reads a part of the page of suggestions. The page is cut in the index,
// before any row is read.
func (s *Store) Listed(ctx context.Context, suppliers []*ident.ID, offset, limit int) ([]restock.Row, error) {
	shop, err := db.Shop(ctx)
	if err != nil || len(suppliers) == 0 {
		return nil, err
	}
	page, args := s.page(shop, suppliers, offset, limit)
	list := make([]restock.Row, 0, min(limit, 64)) // they are large: growing would copy them over and over
	var c cells
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		if err := c.scan(rows); err != nil {
			return err
		}
		row, err := listedRow(&c)
		list = append(list, row)
		return err
	}, "SELECT p.code, p.name, p.base_unit, o.pack_num, o.pack_den, "+shown+` FROM (`+page+`) page
		JOIN suggestions s ON s.shop_id = ? AND `+s.row+` = page.at
		JOIN products p ON p.shop_id = s.shop_id AND p.id = s.product_id
		LEFT JOIN offers o ON o.shop_id = s.shop_id AND o.id = s.offer_id
		WHERE NOT p.archived`, append(args, shop)...)
	slices.SortFunc(list, inOrderOf(suppliers))
	return list, err
}

func listedRow(c *cells) (restock.Row, error) {
	r := restock.Row{Code: c.text(), Name: c.text(), Unit: c.text(), Pack: measure.Ratio{Num: number[int64](c), Den: number[int64](c)}}
	if id := c.id(); id != nil {
		r.ProductID = *id
	}
	r.SupplierID, r.OfferID = c.id(), c.id()
	r.OnHand, r.Available, r.OnOrder, r.StockKnown = number[measure.Quantity](c), number[measure.Quantity](c), number[measure.Quantity](c), c.flag()
	r.RiskPPM, r.CoverDays, r.DailyRate = number[int](c), maybe[int](c), number[measure.Quantity](c)
	r.Quantity, r.PackQuantity, r.PackUnit = number[measure.Quantity](c), number[measure.Quantity](c), c.text()
	r.UnitPrice, r.LineCost, r.Saving, r.ReferenceCost = number[money.Price](c), number[money.Amount](c), maybe[money.Amount](c), maybe[money.Amount](c)
	r.Assumed, r.State, r.Override = c.flag(), restock.State(c.text()), maybe[measure.Quantity](c)
	r.OverrideWhy, r.OverrideReason, r.Purse = restock.Why(c.text()), c.text(), maybe[money.Amount](c)
	return r, errors.Join(decodeReason(c.text(), &r.Suggestion), c.err)
}

// inOrderOf sorts rows as the page shows them.
func inOrderOf(suppliers []*ident.ID) func(a, b restock.Row) int {
	place := func(r restock.Row) int {
		return slices.IndexFunc(suppliers, func(id *ident.ID) bool { return sameSupplier(id, r.SupplierID) })
	}
	return func(a, b restock.Row) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(b.RiskPPM, a.RiskPPM), cmp.Compare(b.LineCost, a.LineCost),
			bytes.Compare(a.ProductID[:], b.ProductID[:]))
	}
}

// page says where the rows of a part of the list are. The first supplier and the
// last may have many that the part leaves out: theirs are taken from the index
// suggestions_listed in its own order, no more than the part can hold.
func (s *Store) page(shop int64, suppliers []*ident.ID, offset, limit int) (string, []any) {
	var parts []string
	var args []any
	last := len(suppliers) - 1
	take := func(from, to int) {
		place, which, more := placing(suppliers[from:to], from)
		parts = append(parts, "SELECT * FROM (SELECT "+s.row+" AS at, "+place+` AS place, s.risk, s.line_cost, s.product_id FROM suggestions s
			WHERE s.shop_id = ? AND `+listed+" AND s.state <> 'snoozed' AND "+which+`
			ORDER BY place, s.risk DESC, s.line_cost DESC, s.product_id LIMIT ?) part`+strconv.Itoa(from))
		known := compact(suppliers[from:to])
		args = append(append(args, more...), shop)
		if len(known) > 0 {
			args = append(args, known)
		}
		args = append(args, offset+limit)
	}
	take(0, 1)
	if last > 1 {
		take(1, last)
	}
	if last > 0 {
		take(last, last+1)
	}
	return "SELECT at FROM (" + strings.Join(parts, " UNION ALL ") + ") parts ORDER BY place, risk DESC, line_cost DESC, product_id LIMIT ? OFFSET ?", append(args, limit, offset)
}

// placing writes the place of each supplier of a list that begins at a place, and the
// condition that a row belongs to one of them; args are those of place.
func placing(suppliers []*ident.ID, begin int) (place, which string, args []any) {
	if len(suppliers) == 1 { // a plain number leaves the index its order
		which = "s.supplier_id IN ?"
		if suppliers[0] == nil {
			which = "s.supplier_id IS NULL"
		}
		return strconv.Itoa(begin), which, nil
	}
	var ranks strings.Builder
	nobody := "NULL"
	which = "s.supplier_id IN ?"
	for i, id := range suppliers {
		if id == nil {
			nobody, which = strconv.Itoa(begin+i), "(s.supplier_id IN ? OR s.supplier_id IS NULL)"
			continue
		}
		ranks.WriteString(" WHEN s.supplier_id = ? THEN " + strconv.Itoa(begin+i))
		args = append(args, *id)
	}
	return "CASE" + ranks.String() + " ELSE " + nobody + " END", which, args
}

func compact(ids []*ident.ID) []ident.ID {
	var out []ident.ID
	for _, id := range ids {
		if id != nil {
			out = append(out, *id)
		}
	}
	return out
}

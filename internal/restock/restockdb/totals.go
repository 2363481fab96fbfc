package restockdb

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/restock"
)

// class is the third column of the index suggestions_sums: what a listed suggestion
// counts as.
const class = `CASE s.state WHEN 'snoozed' THEN 3 WHEN 'open' THEN CASE WHEN s.override > 0 THEN 1 WHEN s.override IS NULL AND s.quantity > 0 THEN 0 ELSE 2 END ELSE 2 END`

const (
	classOurs    = iota // to be ordered as we say
	classTheirs         // to be ordered as a person says
	classOther          // nothing to order, or ordered already
	classSnoozed        // put off
)

// sum is what one class of a supplier's listed suggestions adds up to.
type sum struct {
	class, n int
	cost     money.Amount
	saving   *money.Amount
}

// weighed is a supplier's total with what orders it.
type weighed struct {
	restock.SupplierTotal
	weight  money.Amount // of all that is listed, whatever people chose
	sortKey []byte
}

// Totals adds up by supplier what the index suggestions_sums holds.
func (s *Store) Totals(ctx context.Context) ([]restock.SupplierTotal, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var all []weighed
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		supplier, part, err := scanSum(rows)
		if err != nil {
			return err
		}
		if n := len(all); n == 0 || !sameSupplier(all[n-1].ID, supplier.ID) {
			all = append(all, supplier)
		}
		all[len(all)-1].count(part)
		return nil
	}, `SELECT t.supplier_id, u.name, u.kind, u.minimum_order, u.freight, u.free_freight_from, u.lead_time_days, u.order_weekdays, u.sort_key, t.class, t.n, t.cost, t.saving
		FROM (SELECT s.supplier_id, `+class+` AS class, COUNT(*) AS n, SUM(s.line_cost) AS cost, SUM(s.saving) AS saving
			FROM suggestions s WHERE s.shop_id = ? AND `+listed+" GROUP BY s.supplier_id, "+class+`) t
		LEFT JOIN suppliers u ON u.shop_id = ? AND u.id = t.supplier_id ORDER BY t.supplier_id`, shop, shop)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, weighed.compare)
	list := make([]restock.SupplierTotal, len(all))
	for i := range all {
		list[i] = all[i].SupplierTotal
	}
	return list, nil
}

func scanSum(rows *sql.Rows) (w weighed, part sum, err error) {
	var saving, minimum, freight, free, lead, weekdays sql.NullInt64
	var name, kind sql.NullString
	err = rows.Scan(&w.ID, &name, &kind, &minimum, &freight, &free, &lead, &weekdays, &w.sortKey, &part.class, &part.n, &part.cost, &saving)
	w.Name, w.Kind = name.String, catalog.Kind(kind.String)
	w.MinimumOrder, w.Freight, w.FreeFreightFrom = money.Amount(minimum.Int64), money.Amount(freight.Int64), optional[money.Amount](free)
	w.LeadTimeDays, w.OrderWeekdays = int(lead.Int64), catalog.Weekdays(weekdays.Int64)
	part.saving = optional[money.Amount](saving)
	return w, part, err
}

// count takes in the sum of one class.
func (w *weighed) count(part sum) {
	w.weight += part.cost
	switch part.class {
	case classSnoozed:
		w.Snoozed = part.n
		return
	case classTheirs:
		w.Changed = part.n
	case classOurs:
		w.Products, w.Cost, w.Saving = part.n, part.cost, part.saving
	}
	w.Listed += part.n
}

// compare puts first with whom most money is suggested, and last what has no
// supplier.
func (w weighed) compare(o weighed) int {
	switch {
	case w.ID == nil:
		return 1
	case o.ID == nil:
		return -1
	}
	return cmp.Or(cmp.Compare(o.weight, w.weight), bytes.Compare(w.sortKey, o.sortKey), bytes.Compare(w.ID[:], o.ID[:]))
}

func sameSupplier(a, b *ident.ID) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }

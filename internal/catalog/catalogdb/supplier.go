package catalogdb

import (
	"context"

	"buhuo/internal/catalog"
	"buhuo/internal/db"
	"buhuo/internal/ident"
)

// Suppliers reads them in sort order.
func (s *Store) Suppliers(ctx context.Context, includeArchived bool) ([]catalog.Supplier, error) {
	q := s.d.From(ctx).Order("sort_key, id")
	if !includeArchived {
		q = q.Where("archived = ?", false)
	}
	var rows []supplierRow
	if err := q.Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	return s.withClosures(ctx, rows)
}

func (s *Store) withClosures(ctx context.Context, rows []supplierRow) ([]catalog.Supplier, error) {
	q := s.d.From(ctx).Order("from_day")
	if len(rows) == 1 {
		q = q.Where("supplier_id = ?", rows[0].ID)
	}
	var closures []closureRow
	if err := q.Find(&closures).Error; err != nil {
		return nil, db.Err(err)
	}
	bySupplier := map[ident.ID][]catalog.Closure{}
	for _, c := range closures {
		bySupplier[c.SupplierID] = append(bySupplier[c.SupplierID], catalog.Closure{From: c.FromDay, Through: c.ThroughDay})
	}
	out := make([]catalog.Supplier, len(rows))
	for i, r := range rows {
		out[i] = fromSupplier(r)
		out[i].Closures = bySupplier[r.ID]
	}
	return out, nil
}

// Supplier reads one.
func (s *Store) Supplier(ctx context.Context, id ident.ID) (catalog.Supplier, error) {
	return s.one(ctx, "id = ?", id)
}

// UsualSupplier reads the shop's usual one.
func (s *Store) UsualSupplier(ctx context.Context) (catalog.Supplier, error) {
	return s.one(ctx, "usual = ?", true)
}

func (s *Store) one(ctx context.Context, condition string, value any) (catalog.Supplier, error) {
	var row supplierRow
	if err := s.d.From(ctx).Where(condition, value).Take(&row).Error; err != nil {
		return catalog.Supplier{}, missing(err)
	}
	found, err := s.withClosures(ctx, []supplierRow{row})
	if err != nil {
		return catalog.Supplier{}, err
	}
	return found[0], nil
}

// InsertSupplier writes a new one.
func (s *Store) InsertSupplier(ctx context.Context, r catalog.SupplierRecord) error {
	row := supplierRow{
		ID: r.ID, Name: r.Name, Kind: r.Kind, Province: r.Province, Contact: r.Contact, Phone: r.Phone, Email: r.Email,
		Address: r.Address, Language: r.Language, PricesIncludeTax: r.PricesIncludeTax, MinimumOrder: r.MinimumOrder,
		Freight: r.Freight, FreeFreightFrom: r.FreeFreightFrom, LeadTimeDays: r.LeadTimeDays, ReviewDays: r.ReviewDays,
		OrderWeekdays: int64(r.OrderWeekdays), Usual: r.Usual, Archived: r.Archived, Note: r.Note, SortKey: r.SortKey,
		CreatedAt: r.At, ChangedAt: r.At, Version: r.Version,
	}
	if err := s.d.From(ctx).Create(&row).Error; err != nil {
		return db.Err(err)
	}
	return s.insertClosures(ctx, r.Supplier)
}

func (s *Store) insertClosures(ctx context.Context, r catalog.Supplier) error {
	columns := []string{"shop_id", "supplier_id", "from_day", "through_day"}
	_, err := s.d.Insert(ctx, "closures", columns, len(r.Closures), "", func(i int, dst []any) {
		dst[0], dst[1], dst[2] = r.ID, int64(r.Closures[i].From), int64(r.Closures[i].Through)
	})
	return err
}

// UpdateSupplier replaces one of that version.
func (s *Store) UpdateSupplier(ctx context.Context, r catalog.SupplierRecord) (bool, error) {
	tx := s.d.From(ctx).Model(&supplierRow{}).Where("id = ? AND version = ?", r.ID, r.Version).Updates(map[string]any{
		"name": r.Name, "kind": r.Kind, "province": r.Province, "contact": r.Contact, "phone": r.Phone, "email": r.Email,
		"address": r.Address, "language": r.Language, "prices_include_tax": r.PricesIncludeTax,
		"minimum_order": r.MinimumOrder, "freight": r.Freight, "free_freight_from": r.FreeFreightFrom,
		"lead_time_days": r.LeadTimeDays, "review_days": r.ReviewDays, "order_weekdays": int64(r.OrderWeekdays),
		"archived": r.Archived, "note": r.Note, "sort_key": r.SortKey, "changed_at": r.At, "version": r.Version + 1,
	})
	if ok, err := touched(tx.RowsAffected, tx.Error); err != nil || !ok {
		return false, err
	}
	if err := s.d.From(ctx).Where("supplier_id = ?", r.ID).Delete(&closureRow{}).Error; err != nil {
		return false, db.Err(err)
	}
	return true, s.insertClosures(ctx, r.Supplier)
}

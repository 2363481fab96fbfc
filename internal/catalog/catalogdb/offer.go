package catalogdb

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"buhuo/internal/catalog"
	"buhuo/internal/db"
	"buhuo/internal/ident"
)

// Offers reads the offers of the products (nil: of all) that are not archived.
func (s *Store) Offers(ctx context.Context, productIDs []ident.ID) ([]catalog.Offer, error) {
	var rows []offerRow
	err := s.ofProducts(ctx, productIDs, func(q *gorm.DB) error {
		var found []offerRow
		err := q.Where("NOT archived").Order("product_id, supplier_id").Find(&found).Error // word for word the condition of the index offers_pair
		rows = append(rows, found...)
		return db.Err(err)
	})
	if err != nil {
		return nil, err
	}
	return s.withBreaks(ctx, rows, productIDs == nil)
}

// OffersOf reads a supplier's offers that are not archived.
func (s *Store) OffersOf(ctx context.Context, supplierID ident.ID) ([]catalog.Offer, error) {
	var rows []offerRow
	err := s.d.From(ctx).Where("supplier_id = ? AND archived = ?", supplierID, false).Order("product_id").Find(&rows).Error
	if err != nil {
		return nil, db.Err(err)
	}
	return s.withBreaks(ctx, rows, false)
}

// Offer reads one.
func (s *Store) Offer(ctx context.Context, id ident.ID) (catalog.Offer, error) {
	var row offerRow
	if err := s.d.From(ctx).Where("id = ?", id).Take(&row).Error; err != nil {
		return catalog.Offer{}, missing(err)
	}
	found, err := s.withBreaks(ctx, []offerRow{row}, false)
	if err != nil {
		return catalog.Offer{}, err
	}
	return found[0], nil
}

// withBreaks adds the price breaks; all says that reading every one is cheaper than
// naming the offers.
func (s *Store) withBreaks(ctx context.Context, rows []offerRow, all bool) ([]catalog.Offer, error) {
	out := make([]catalog.Offer, len(rows))
	at := make(map[ident.ID]int, len(rows))
	ids := make([]ident.ID, len(rows))
	for i, r := range rows {
		out[i] = fromOffer(r)
		at[r.ID], ids[i] = i, r.ID
	}
	read := func(q *gorm.DB) error {
		var breaks []breakRow
		if err := q.Order("offer_id, minimum").Find(&breaks).Error; err != nil {
			return db.Err(err)
		}
		for _, b := range breaks {
			if i, ok := at[b.OfferID]; ok {
				out[i].Breaks = append(out[i].Breaks, catalog.Break{From: b.Minimum, Price: b.Price})
			}
		}
		return nil
	}
	if all {
		return out, read(s.d.From(ctx))
	}
	return out, inChunks(ids, func(part []ident.ID) error { return read(s.d.From(ctx).Where("offer_id IN ?", part)) })
}

var offerColumns = strings.Split("shop_id id supplier_id product_id supplier_code pack_unit pack_num pack_den minimum price "+
	"tax_rate lead_time_days assumed archived valid_from created_at changed_at version", " ")

const onOffer = `ON CONFLICT (shop_id, id) DO UPDATE SET supplier_code = excluded.supplier_code, pack_unit = excluded.pack_unit,
	pack_num = excluded.pack_num, pack_den = excluded.pack_den, minimum = excluded.minimum, price = excluded.price,
	tax_rate = excluded.tax_rate, lead_time_days = excluded.lead_time_days, assumed = excluded.assumed,
	archived = excluded.archived, valid_from = excluded.valid_from, changed_at = excluded.changed_at, version = offers.version + 1`

// SaveOffers writes offers by id, new or not, in bulk.
func (s *Store) SaveOffers(ctx context.Context, rows []catalog.OfferRecord) error {
	_, err := s.d.Insert(ctx, "offers", offerColumns, len(rows), onOffer, func(i int, dst []any) {
		r := &rows[i]
		copy(dst, []any{
			r.ID, r.SupplierID, r.ProductID, r.SupplierCode, r.Pack.Unit, r.Pack.Factor.Num, r.Pack.Factor.Den,
			int64(r.Minimum), int64(r.Price), r.TaxRate, r.LeadTimeDays, r.Assumed, r.Archived, int64(r.ValidFrom),
			int64(r.At), int64(r.At), r.Version,
		})
	})
	if err != nil {
		return err
	}
	return s.replaceBreaks(ctx, rows)
}

func (s *Store) replaceBreaks(ctx context.Context, rows []catalog.OfferRecord) error {
	ids := make([]ident.ID, len(rows))
	var breaks []breakRow
	for i, r := range rows {
		ids[i] = r.ID
		for _, b := range r.Breaks {
			breaks = append(breaks, breakRow{OfferID: r.ID, Minimum: b.From, Price: b.Price})
		}
	}
	err := inChunks(ids, func(part []ident.ID) error {
		return db.Err(s.d.From(ctx).Where("offer_id IN ?", part).Delete(&breakRow{}).Error)
	})
	if err != nil {
		return err
	}
	_, err = s.d.Insert(ctx, "price_breaks", []string{"shop_id", "offer_id", "minimum", "price"}, len(breaks), "", func(i int, dst []any) {
		dst[0], dst[1], dst[2] = breaks[i].OfferID, int64(breaks[i].Minimum), int64(breaks[i].Price)
	})
	return err
}

// UpdateOffer replaces the terms of an offer of that version.
func (s *Store) UpdateOffer(ctx context.Context, r catalog.OfferRecord) (bool, error) {
	tx := s.d.From(ctx).Model(&offerRow{}).Where("id = ? AND version = ?", r.ID, r.Version).Updates(map[string]any{
		"supplier_code": r.SupplierCode, "pack_unit": r.Pack.Unit, "pack_num": r.Pack.Factor.Num, "pack_den": r.Pack.Factor.Den,
		"minimum": r.Minimum, "price": r.Price, "tax_rate": r.TaxRate, "lead_time_days": r.LeadTimeDays,
		"assumed": r.Assumed, "archived": r.Archived, "valid_from": r.ValidFrom, "changed_at": r.At, "version": r.Version + 1,
	})
	if ok, err := touched(tx.RowsAffected, tx.Error); err != nil || !ok {
		return false, err
	}
	return true, s.replaceBreaks(ctx, []catalog.OfferRecord{r})
}

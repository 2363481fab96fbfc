package catalogdb

import (
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
)

// Products reads those named.
func (s *Store) Products(ctx context.Context, ids []ident.ID) ([]catalog.Product, error) {
	var rows []productRow
	err := inChunks(ids, func(part []ident.ID) error {
		var found []productRow
		err := s.d.From(ctx).Select(readColumns).Where("id IN ?", part).Find(&found).Error
		rows = append(rows, found...)
		return db.Err(err)
	})
	if err != nil {
		return nil, err
	}
	return s.complete(ctx, rows, ids)
}

// AllProducts reads every product that is not archived.
func (s *Store) AllProducts(ctx context.Context) ([]catalog.Product, error) {
	var rows []productRow
	err := s.d.From(ctx).Select(readColumns).Where("archived = ?", false).Order("sort_key, id").Find(&rows).Error
	if err != nil {
		return nil, db.Err(err)
	}
	return s.complete(ctx, rows, nil)
}

// complete adds categories, barcodes and packs: those of ids, or (nil) all.
func (s *Store) complete(ctx context.Context, rows []productRow, ids []ident.ID) ([]catalog.Product, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	out := make([]catalog.Product, len(rows))
	at := make(map[ident.ID]int, len(rows))
	grouped := false
	for i, r := range rows {
		out[i] = fromProduct(r)
		at[r.ID] = i
		grouped = grouped || r.CategoryID != nil
	}
	if grouped {
		categories, err := s.Categories(ctx)
		if err != nil {
			return nil, err
		}
		names := make(map[ident.ID]string, len(categories))
		for _, c := range categories {
			names[c.ID] = c.Name
		}
		for i := range out {
			out[i].Category = names[out[i].CategoryID]
		}
	}
	err := s.ofProducts(ctx, ids, func(q *gorm.DB) error {
		var barcodes []barcodeRow
		err := q.Session(&gorm.Session{}).Order("barcode").Find(&barcodes).Error
		for _, b := range barcodes {
			if i, ok := at[b.ProductID]; ok {
				out[i].Barcodes = append(out[i].Barcodes, b.Barcode)
			}
		}
		if err != nil {
			return db.Err(err)
		}
		var packs []packRow
		err = q.Session(&gorm.Session{}).Order("unit").Find(&packs).Error
		for _, p := range packs {
			if i, ok := at[p.ProductID]; ok {
				out[i].Packs = append(out[i].Packs, measure.Pack{Unit: p.Unit, Factor: measure.Ratio{Num: p.Num, Den: p.Den}})
			}
		}
		return db.Err(err)
	})
	return out, err
}

// ofProducts calls fn with a query limited to the products, part by part; nil: all.
func (s *Store) ofProducts(ctx context.Context, ids []ident.ID, fn func(q *gorm.DB) error) error {
	if ids == nil {
		return fn(s.d.From(ctx))
	}
	return inChunks(ids, func(part []ident.ID) error {
		return fn(s.d.From(ctx).Where("product_id IN ?", part))
	})
}

type idRow struct {
	ShopID db.ShopID
	ID     ident.ID
	Code   string
}

func (idRow) TableName() string { return "products" }

// Codes reads all codes.
func (s *Store) Codes(ctx context.Context) (map[string]ident.ID, error) {
	var rows []idRow
	if err := s.d.From(ctx).Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	out := make(map[string]ident.ID, len(rows))
	for _, r := range rows {
		out[r.Code] = r.ID
	}
	return out, nil
}

// Barcodes reads all barcodes.
func (s *Store) Barcodes(ctx context.Context) (map[string]ident.ID, error) {
	var rows []barcodeRow
	if err := s.d.From(ctx).Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	out := make(map[string]ident.ID, len(rows))
	for _, r := range rows {
		out[r.Barcode] = r.ProductID
	}
	return out, nil
}

// IDByCode finds a product by its code.
func (s *Store) IDByCode(ctx context.Context, code string) (ident.ID, error) {
	var row idRow
	err := s.d.From(ctx).Where("code = ?", code).Take(&row).Error
	return row.ID, missing(err)
}

// IDByBarcode finds a product by the first of the barcodes that exists.
func (s *Store) IDByBarcode(ctx context.Context, barcodes []string) (ident.ID, error) {
	var rows []barcodeRow
	if err := s.d.From(ctx).Where("barcode IN ?", barcodes).Find(&rows).Error; err != nil {
		return ident.Nil, db.Err(err)
	}
	for _, b := range barcodes {
		if i := slices.IndexFunc(rows, func(r barcodeRow) bool { return r.Barcode == b }); i >= 0 {
			return rows[i].ProductID, nil
		}
	}
	return ident.Nil, catalog.ErrMissing
}

// IDsByName finds the products of exactly that name.
func (s *Store) IDsByName(ctx context.Context, name string) ([]ident.ID, error) {
	var rows []idRow
	if err := s.d.From(ctx).Where("name = ? AND archived = ?", name, false).Order("code").Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	var ids []ident.ID
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids, nil
}

var productColumns = strings.Split("shop_id id code name category_id base_unit sale_price tax_rate shelf_life loss_rate "+
	"origin producer shelf substitutes minimum maximum archived merged_into search_text sort_key created_at changed_at version", " ")

// InsertProducts writes new products in bulk.
func (s *Store) InsertProducts(ctx context.Context, rows []catalog.Record) error {
	_, err := s.d.Insert(ctx, "products", productColumns, len(rows), "", func(i int, dst []any) {
		r := &rows[i]
		copy(dst, []any{
			r.ID, r.Code, r.Name, nullable(r.CategoryID), r.BaseUnit, int64(r.SalePrice), r.TaxRate, r.ShelfLifeDays, r.LossRate,
			r.Origin, r.Producer, r.Shelf, r.Substitutes, r.Minimum, r.Maximum, r.Archived, r.MergedInto, r.SearchText, r.SortKey,
			int64(r.At), int64(r.At), r.Version,
		})
	})
	if err != nil {
		return err
	}
	return s.insertParts(ctx, rows)
}

// insertParts writes the barcodes and packs of products that have none yet.
func (s *Store) insertParts(ctx context.Context, rows []catalog.Record) error {
	var barcodes []barcodeRow
	var packs []packRow
	for _, r := range rows {
		for _, b := range r.Barcodes {
			barcodes = append(barcodes, barcodeRow{Barcode: b, ProductID: r.ID})
		}
		for _, p := range r.Packs {
			packs = append(packs, packRow{ProductID: r.ID, Unit: p.Unit, Num: p.Factor.Num, Den: p.Factor.Den})
		}
	}
	_, err := s.d.Insert(ctx, "barcodes", []string{"shop_id", "barcode", "product_id"}, len(barcodes), "", func(i int, dst []any) {
		dst[0], dst[1] = barcodes[i].Barcode, barcodes[i].ProductID
	})
	if err != nil {
		return err
	}
	_, err = s.d.Insert(ctx, "packs", []string{"shop_id", "product_id", "unit", "num", "den"}, len(packs), "", func(i int, dst []any) {
		dst[0], dst[1], dst[2], dst[3] = packs[i].ProductID, packs[i].Unit, packs[i].Num, packs[i].Den
	})
	return err
}

// UpdateProduct replaces a product of that version.
func (s *Store) UpdateProduct(ctx context.Context, r catalog.Record) (bool, error) {
	tx := s.d.From(ctx).Model(&productRow{}).Where("id = ? AND version = ?", r.ID, r.Version).Updates(map[string]any{
		"code": r.Code, "name": r.Name, "category_id": nullable(r.CategoryID), "base_unit": r.BaseUnit,
		"sale_price": r.SalePrice, "tax_rate": r.TaxRate, "shelf_life": r.ShelfLifeDays, "loss_rate": r.LossRate,
		"origin": r.Origin, "producer": r.Producer, "shelf": r.Shelf, "substitutes": r.Substitutes, "minimum": r.Minimum, "maximum": r.Maximum,
		"search_text": r.SearchText, "sort_key": r.SortKey, "changed_at": r.At, "version": r.Version + 1,
	})
	if ok, err := touched(tx.RowsAffected, tx.Error); err != nil || !ok {
		return false, err
	}
	if err := s.d.From(ctx).Where("product_id = ?", r.ID).Delete(&barcodeRow{}).Error; err != nil {
		return false, db.Err(err)
	}
	if err := s.d.From(ctx).Where("product_id = ?", r.ID).Delete(&packRow{}).Error; err != nil {
		return false, db.Err(err)
	}
	return true, s.insertParts(ctx, []catalog.Record{r})
}

// ArchiveProduct sets or lifts the mark.
func (s *Store) ArchiveProduct(ctx context.Context, id ident.ID, archived bool, at day.Micros) (bool, error) {
	tx := s.d.From(ctx).Model(&productRow{}).Where("id = ?", id).Updates(map[string]any{
		"archived": archived, "changed_at": at, "version": gorm.Expr("version + 1"),
	})
	return touched(tx.RowsAffected, tx.Error)
}

package purchasedb

import (
	"context"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
)

type patternRow struct {
	ShopID    db.ShopID `gorm:"primaryKey"`
	ID        ident.ID  `gorm:"primaryKey"`
	Name      string
	ChangedAt day.Micros
	PersonID  ident.ID
}

func (patternRow) TableName() string { return "order_patterns" }

type patternLineRow struct {
	ShopID     db.ShopID `gorm:"primaryKey"`
	PatternID  ident.ID  `gorm:"primaryKey"`
	Line       int       `gorm:"primaryKey;autoIncrement:false"`
	SupplierID ident.ID
	ProductID  ident.ID
	Quantity   measure.Quantity
}

func (patternLineRow) TableName() string { return "order_pattern_lines" }

// Patterns reads all order templates with their lines, by name.
func (s *Store) Patterns(ctx context.Context) ([]purchase.Pattern, error) {
	var rows []patternRow
	if err := s.d.From(ctx).Order("name, id").Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	out, at := make([]purchase.Pattern, len(rows)), map[ident.ID]int{}
	for i, r := range rows {
		out[i], at[r.ID] = purchase.Pattern{ID: r.ID, Name: r.Name, ChangedAt: r.ChangedAt, PersonID: r.PersonID}, i
	}
	var lines []patternLineRow
	if err := s.d.From(ctx).Order("pattern_id, line").Find(&lines).Error; err != nil {
		return nil, db.Err(err)
	}
	for _, l := range lines {
		if i, ok := at[l.PatternID]; ok {
			out[i].Lines = append(out[i].Lines, purchase.PatternLine{SupplierID: l.SupplierID, ProductID: l.ProductID, Quantity: l.Quantity})
		}
	}
	return out, nil
}

// PutPattern writes one with its lines, over what was there.
func (s *Store) PutPattern(ctx context.Context, p purchase.Pattern) error {
	_, err := s.d.Insert(ctx, "order_patterns", []string{"shop_id", "id", "name", "changed_at", "person_id"}, 1,
		"ON CONFLICT (shop_id, id) DO UPDATE SET name = excluded.name, changed_at = excluded.changed_at, person_id = excluded.person_id",
		func(_ int, dst []any) { copy(dst, []any{p.ID, p.Name, int64(p.ChangedAt), p.PersonID}) })
	if err != nil {
		return err
	}
	if err := s.d.From(ctx).Where("pattern_id = ?", p.ID).Delete(&patternLineRow{}).Error; err != nil {
		return db.Err(err)
	}
	_, err = s.d.Insert(ctx, "order_pattern_lines", []string{"shop_id", "pattern_id", "line", "supplier_id", "product_id", "quantity"}, len(p.Lines), "",
		func(i int, dst []any) {
			l := p.Lines[i]
			copy(dst, []any{p.ID, i + 1, l.SupplierID, l.ProductID, int64(l.Quantity)})
		})
	return err
}

// DropPattern removes one with its lines.
func (s *Store) DropPattern(ctx context.Context, id ident.ID) error {
	if err := s.d.From(ctx).Where("pattern_id = ?", id).Delete(&patternLineRow{}).Error; err != nil {
		return db.Err(err)
	}
	return db.Err(s.d.From(ctx).Where("id = ?", id).Delete(&patternRow{}).Error)
}

package catalogdb

import (
	"context"

	"gorm.io/gorm"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
)

// MergeProduct archives a product that goes on as another one.
func (s *Store) MergeProduct(ctx context.Context, id, into ident.ID, at day.Micros) error {
	err := s.d.From(ctx).Model(&productRow{}).Where("id = ? OR merged_into = ?", id, id).Updates(map[string]any{
		"archived": true, "merged_into": into, "changed_at": at, "version": gorm.Expr("version + 1"),
	}).Error
	return db.Err(err)
}

// Merged reads who goes on as whom.
func (s *Store) Merged(ctx context.Context) (map[ident.ID]ident.ID, error) {
	var rows []struct{ ID, MergedInto ident.ID }
	if err := s.d.From(ctx).Model(&productRow{}).Select("id, merged_into").Where("merged_into IS NOT NULL").Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	out := make(map[ident.ID]ident.ID, len(rows))
	for _, r := range rows {
		out[r.ID] = r.MergedInto
	}
	return out, nil
}

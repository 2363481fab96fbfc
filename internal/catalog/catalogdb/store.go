// Package catalogdb keeps the catalog in the database. It knows tables and rows; it
// must not know a rule of the catalog, nor any page.
package catalogdb

import (
	"context"
	"errors"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/db"
	"buhuo/internal/ident"
)

// Store is catalog.Store over a database.
type Store struct{ d *db.DB }

// New makes the store.
func New(d *db.DB) *Store { return &Store{d: d} }

var _ catalog.Store = (*Store)(nil)

// chunk bounds the ids of one statement.
const chunk = 900

// inChunks calls fn with every part of ids, each short enough for one statement.
func inChunks(ids []ident.ID, fn func(part []ident.ID) error) error {
	for part := range slices.Chunk(ids, chunk) {
		if err := fn(part); err != nil {
			return err
		}
	}
	return nil
}

func missing(err error) error {
	if err = db.Err(err); errors.Is(err, db.ErrNotFound) {
		return catalog.ErrMissing
	}
	return err
}

// nullable is nil for the zero id: SQL's NULL.
func nullable(id ident.ID) *ident.ID {
	if id.IsNil() {
		return nil
	}
	return &id
}

func orNil(id *ident.ID) ident.ID {
	if id == nil {
		return ident.Nil
	}
	return *id
}

// touched runs an update of one row and reports whether there was one.
func touched(rows int64, err error) (bool, error) { return rows > 0, db.Err(err) }

// Categories reads all of them by name.
func (s *Store) Categories(ctx context.Context) ([]catalog.Category, error) {
	var rows []categoryRow
	if err := s.d.From(ctx).Order("name").Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	out := make([]catalog.Category, len(rows))
	for i, r := range rows {
		out[i] = catalog.Category{ID: r.ID, Name: r.Name}
	}
	return out, nil
}

// Groups reads the products that stand in for others, by group.
func (s *Store) Groups(ctx context.Context) (map[string][]ident.ID, error) {
	var rows []struct {
		ID          ident.ID
		Substitutes string
	}
	err := s.d.From(ctx).Model(&productRow{}).Select("id, substitutes").Where("substitutes <> '' AND archived = ?", false).
		Order("substitutes, id").Find(&rows).Error
	if err != nil {
		return nil, db.Err(err)
	}
	out := map[string][]ident.ID{}
	for _, r := range rows {
		out[r.Substitutes] = append(out[r.Substitutes], r.ID)
	}
	return out, nil
}

// InsertCategories writes new ones.
func (s *Store) InsertCategories(ctx context.Context, rows []catalog.Category) error {
	_, err := s.d.Insert(ctx, "categories", []string{"shop_id", "id", "name"}, len(rows), "", func(i int, dst []any) {
		dst[0], dst[1] = rows[i].ID, rows[i].Name
	})
	return err
}

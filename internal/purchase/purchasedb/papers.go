package purchasedb

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
)

type papersRow struct {
	ShopID       db.ShopID `gorm:"primaryKey"`
	SupplierID   ident.ID  `gorm:"primaryKey"`
	Columns      string
	Template     []byte
	TemplateName string
	Places       string
}

func (papersRow) TableName() string { return "supplier_papers" }

// Papers reads what one supplier wants.
func (s *Store) Papers(ctx context.Context, supplierID ident.ID) (purchase.Papers, error) {
	var row papersRow
	if err := s.d.From(ctx).Where("supplier_id = ?", supplierID).Take(&row).Error; err != nil {
		return purchase.Papers{}, missing(err)
	}
	p := purchase.Papers{SupplierID: row.SupplierID, TemplateName: row.TemplateName, Places: readPlaces(row.Places)}
	if row.Columns != "" {
		p.Columns = strings.Split(row.Columns, ",")
	}
	if len(row.Template) > 0 {
		p.Template = row.Template
	}
	return p, nil
}

// KeepPapers writes them, over what was there.
func (s *Store) KeepPapers(ctx context.Context, p purchase.Papers) error {
	_, err := s.d.Insert(ctx, "supplier_papers", []string{"shop_id", "supplier_id", "columns", "template", "template_name", "places"}, 1,
		`ON CONFLICT (shop_id, supplier_id) DO UPDATE SET columns = excluded.columns, template = excluded.template,
			template_name = excluded.template_name, places = excluded.places`,
		func(_ int, dst []any) {
			copy(dst, []any{p.SupplierID, strings.Join(p.Columns, ","), nil, p.TemplateName, writePlaces(p.Places)})
			if len(p.Template) > 0 {
				dst[2] = p.Template
			}
		})
	return err
}

// writePlaces makes one text of the places: "first=9 last=20 column.quantity=D".
func writePlaces(p purchase.Places) string {
	if p.First == 0 {
		return ""
	}
	out := []string{"first=" + strconv.Itoa(p.First), "last=" + strconv.Itoa(p.Last)}
	for kind, named := range map[string]map[string]string{"cell.": p.Cells, "column.": p.Columns} {
		for name, place := range named {
			out = append(out, kind+name+"="+place)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func readPlaces(text string) purchase.Places {
	var p purchase.Places
	for word := range strings.FieldsSeq(text) {
		name, place, _ := strings.Cut(word, "=")
		switch kind, rest, _ := strings.Cut(name, "."); kind {
		case "first":
			p.First, _ = strconv.Atoi(place) // written above
		case "last":
			p.Last, _ = strconv.Atoi(place)
		case "column":
			p.Columns = put(p.Columns, rest, place)
		case "cell":
			p.Cells = put(p.Cells, rest, place)
		}
	}
	return p
}

func put(m map[string]string, name, place string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	m[name] = place
	return m
}

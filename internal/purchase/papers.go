package purchase

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
)

// Papers is how one supplier wants an order as a file: the columns of his CSV, and
// his own workbook with the places where an order goes in.
type Papers struct {
	SupplierID   ident.ID
	SupplierName string
	Columns      []string // of Columns; none: ours
	Template     []byte   // a workbook (.xlsx); nil: none
	TemplateName string   // what the person called it
	Places       Places
}

// Places says where an order goes in a template: the list from row First through row
// Last, the column ("B") of each figure of a line, and the cell ("C3") of what the
// order has once. What is not named stays as it is.
type Places struct {
	First, Last int
	Columns     map[string]string // by a name of LineColumns
	Cells       map[string]string // by a name of OrderCells
}

// Placed reports whether anything is to be filled in.
func (p Places) Placed() bool { return p.First > 0 && len(p.Columns) > 0 }

// LineColumns are the columns of an order's table for programs, in their order.
func LineColumns() []string {
	return []string{"line", "product_code", "supplier_code", "product_name", "quantity", "unit", "unit_price", "line_total"}
}

// Columns are those that a supplier may be given: of the lines, and of the order.
func Columns() []string { return append(LineColumns(), "order_number", "due_date") }

// OrderCells are what an order has once.
func OrderCells() []string {
	return []string{"order_number", "order_date", "due_date", "shop", "supplier", "payable"}
}

// MaxTemplateRows bounds where a list may stand, and how long its place may be.
const MaxTemplateRows = 5_000

// Workbook checks templates and shows them; a format that can fill one implements it.
type Workbook interface {
	// Examine refuses what is no harmless workbook, with a fault about "file", and
	// shows the beginning of its first sheet: the texts of its cells, row by row.
	Examine(template []byte) ([][]string, error)
}

// Papers reads what a supplier wants; nothing special when nobody said.
func (s *Service) Papers(ctx context.Context, supplierID ident.ID) (Papers, error) {
	supplier, err := s.catalog.Supplier(ctx, supplierID)
	if err != nil {
		return Papers{}, err
	}
	p, err := s.store.Papers(ctx, supplierID)
	if errors.Is(err, ErrMissing) {
		p, err = Papers{SupplierID: supplierID}, nil
	}
	p.SupplierName = supplier.Name
	return p, err
}

// KeepPapers keeps what a supplier of the shop wants; the same again changes nothing.
func (s *Service) KeepPapers(ctx context.Context, p Papers) error {
	for _, column := range p.Columns {
		if !slices.Contains(Columns(), column) {
			return fault.New(fault.Invalid, "purchase.column_unknown").WithField("column")
		}
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		kept, err := s.Papers(ctx, p.SupplierID)
		if p.SupplierName = kept.SupplierName; err != nil || reflect.DeepEqual(kept, p) {
			return err
		}
		if err := s.store.KeepPapers(ctx, p); err != nil {
			return err
		}
		return s.journal.Record(ctx, "supplier.papers", p.SupplierID, map[string]any{"columns": p.Columns, "template": p.TemplateName})
	})
}

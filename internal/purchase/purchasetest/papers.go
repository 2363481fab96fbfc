package purchasetest

import (
	"errors"
	"testing"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
)

// testPapers keeps what a supplier wants of orders, in one shop and not in the other.
func testPapers(t *testing.T, h House) {
	s, journal := h.Service()
	g := h.Stocked(t, h.A, 1)
	nothing, err := s.Papers(h.A, g.Supplier.ID)
	must(t, err)
	same(t, "before anybody said", nothing, purchase.Papers{SupplierID: g.Supplier.ID, SupplierName: g.Supplier.Name})
	first := purchase.Papers{
		SupplierID: g.Supplier.ID, SupplierName: g.Supplier.Name, Columns: []string{"supplier_code", "quantity", "due_date"}, Template: []byte{0, 'P', 'K', 255}, TemplateName: "采购单.xlsx",
		Places: purchase.Places{First: 9, Last: 20, Columns: map[string]string{"quantity": "D", "product_name": "AB"}, Cells: map[string]string{"order_number": "C3"}},
	}
	must(t, s.KeepPapers(h.A, first))
	got, err := s.Papers(h.A, g.Supplier.ID)
	must(t, err)
	same(t, "kept", got, first)
	second := purchase.Papers{SupplierID: g.Supplier.ID, SupplierName: g.Supplier.Name, Columns: []string{"product_name"}}
	must(t, s.KeepPapers(h.A, second))
	got, err = s.Papers(h.A, g.Supplier.ID)
	must(t, err)
	same(t, "kept again", got, second)
	entries := len(journal.Actions)
	if must(t, s.KeepPapers(h.A, second)); entries < 2 || len(journal.Actions) != entries {
		t.Errorf("%d entries in the trail, and %d when nothing changed", entries, len(journal.Actions)-entries)
	}

	wrong := second
	wrong.Columns = []string{"secret"}
	refused(t, "an unknown column", s.KeepPapers(h.A, wrong), fault.Invalid, "purchase.column_unknown")
	if other, err := s.Papers(h.B, g.Supplier.ID); err == nil {
		t.Errorf("the other shop reads %+v", other)
	}
	if other, err := h.Store.Papers(h.B, g.Supplier.ID); !errors.Is(err, purchase.ErrMissing) {
		t.Errorf("the other shop's store reads %+v, %v", other, err)
	}
	for _, id := range []ident.ID{g.Supplier.ID, ident.New()} {
		if err := s.KeepPapers(h.B, purchase.Papers{SupplierID: id}); err == nil {
			t.Error("papers of a supplier whom the shop does not know")
		}
	}
	got, err = s.Papers(h.A, g.Supplier.ID)
	must(t, err)
	same(t, "after the other shop's try", got, second)
}

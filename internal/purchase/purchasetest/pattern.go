package purchasetest

import (
	"testing"
	"time"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
)

// testPatterns keeps orders as a template, of one supplier and then of two, orders from
// it once however often it is pressed, and keeps shops apart.
func testPatterns(t *testing.T, h House) {
	s, journal := h.Service()
	g, other := h.Stocked(t, h.A, 2), h.Stocked(t, h.A, 1)
	o := Made(t, s, h.A, g.Draft(10_000, 20_000))
	for _, bad := range []string{"", " \n ", string(make([]rune, 121))} {
		if _, err := s.KeepTemplate(h.A, o.ID, bad); fault.KindOf(err) != fault.Invalid {
			t.Errorf("the name %q: %v", bad, err)
		}
	}
	first, err := s.KeepTemplate(h.A, o.ID, " 年货  清单 ")
	must(t, err)
	want := []purchase.PatternLine{{SupplierID: g.Supplier.ID, ProductID: g.Products[0].ID, Quantity: 10_000}, {SupplierID: g.Supplier.ID, ProductID: g.Products[1].ID, Quantity: 20_000}}
	if same(t, "lines", first.Lines, want); first.Name != "年货 清单" {
		t.Errorf("named %q", first.Name)
	}
	written := len(journal.Actions)
	again, err := s.KeepTemplate(h.A, o.ID, "年货 清单")
	if must(t, err); len(journal.Actions) != written {
		t.Error("the same again stands in the trail again")
	}
	same(t, "kept again", again, first)

	// Another supplier's order joins the season's list; the first one's is replaced.
	second := Made(t, s, h.A, other.Draft(5_000))
	joined, err := s.KeepTemplate(h.A, second.ID, "年货 清单")
	must(t, err)
	if joined.ID != first.ID || len(joined.Lines) != 3 || len(joined.Suppliers()) != 2 {
		t.Errorf("joined: %+v", joined)
	}
	smaller := Made(t, s, h.A, g.Draft(7_000))
	joined, err = s.KeepTemplate(h.A, smaller.ID, "年货 清单")
	must(t, err)
	if len(joined.Lines) != 2 || len(joined.Suppliers()) != 2 {
		t.Errorf("replaced: %+v", joined)
	}
	all, err := s.OrderTemplates(h.A)
	must(t, err)
	same(t, "all", all, []purchase.Pattern{joined})

	client := ident.New()
	made, err := s.OrderFromTemplate(h.A, joined.ID, client)
	must(t, err)
	if len(made) != 2 || made[0].State != purchase.Draft || made[0].Lines[0].Price == 0 {
		t.Fatalf("ordered: %+v", made)
	}
	twice, err := s.OrderFromTemplate(h.A, joined.ID, client)
	must(t, err)
	same(t, "ordered once", twice, made)
	h.Clock.Pass(time.Hour)
	if more, err := s.OrderFromTemplate(h.A, joined.ID, ident.New()); err != nil || len(more) != 2 || more[0].ID == made[0].ID {
		t.Errorf("ordered anew: %+v, %v", more, err)
	}

	// What was given up is left out; when nothing is left it says so.
	must(t, h.Catalog.Archive(h.A, other.Products[0].ID, true))
	if made, err := s.OrderFromTemplate(h.A, joined.ID, ident.New()); err != nil || len(made) != 1 || made[0].SupplierID != g.Supplier.ID {
		t.Errorf("without what was given up: %+v, %v", made, err)
	}
	offers, err := h.Catalog.OffersOf(h.A, g.Supplier.ID)
	must(t, err)
	for _, offer := range offers {
		must(t, h.Catalog.ArchiveOffer(h.A, offer.ID))
	}
	_, err = s.OrderFromTemplate(h.A, joined.ID, ident.New())
	refused(t, "nothing left", err, fault.Conflict, "purchase.pattern_nothing")

	third, err := s.KeepTemplate(h.A, o.ID, "中秋")
	must(t, err)
	refused(t, "another's name", s.RenameTemplate(h.A, third.ID, "年货 清单"), fault.Invalid, "purchase.pattern_taken")
	must(t, s.RenameTemplate(h.A, third.ID, "端午"))
	for _, id := range []ident.ID{third.ID, ident.New()} {
		refused(t, "the other shop", s.RenameTemplate(h.B, id, "x"), fault.NotFound, "purchase.pattern_missing")
		_, err = s.OrderFromTemplate(h.B, id, ident.New())
		refused(t, "the other shop", err, fault.NotFound, "purchase.pattern_missing")
		must(t, s.DropTemplate(h.B, id))
	}
	if _, err := s.KeepTemplate(h.B, o.ID, "x"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the other shop keeps our order: %v", err)
	}
	if got, err := s.OrderTemplate(h.A, third.ID); err != nil || got.Name != "端午" {
		t.Errorf("renamed: %+v, %v", got, err)
	}
	verified(t, s, h)
	must(t, s.DropTemplate(h.A, third.ID))
	must(t, s.DropTemplate(h.A, third.ID))
	if all, err = s.OrderTemplates(h.A); err != nil || len(all) != 1 {
		t.Errorf("after one was removed: %+v, %v", all, err)
	}
}

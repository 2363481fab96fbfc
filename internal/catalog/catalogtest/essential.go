package catalogtest

import (
	"context"
	"slices"
	"testing"

	"buhuo/internal/catalog"
	"buhuo/internal/ident"
)

// testEssentials: a shop names its own goods, once, and takes the name back.
func testEssentials(t *testing.T, h House) {
	s := newService(h)
	make := func(ctx context.Context, code string) catalog.Product {
		p, err := s.Create(ctx, catalog.Draft{Code: code, Name: code, BaseUnit: "piece"})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	salt, rice, theirs := make(h.A, "salt"), make(h.A, "rice"), make(h.B, "salt")
	set := func(ctx context.Context, p catalog.Product, on bool) {
		t.Helper()
		if got, err := s.SetEssential(ctx, p.ID, on); err != nil || got.ID != p.ID {
			t.Fatalf("%v, %v", got, err)
		}
	}
	check := func(ctx context.Context, want ...catalog.Product) {
		t.Helper()
		got, err := s.Essentials(ctx)
		if err != nil || len(got) != len(want) {
			t.Fatalf("%d essentials, %v; want %d", len(got), err, len(want))
		}
		for _, p := range want {
			if !slices.Contains(got, p.ID) {
				t.Errorf("%s is not among them", p.Code)
			}
		}
	}
	set(h.A, salt, true)
	set(h.A, salt, true)
	set(h.A, rice, true)
	set(h.B, theirs, true)
	check(h.A, salt, rice)
	set(h.A, salt, false)
	set(h.A, salt, false)
	check(h.A, rice)
	check(h.B, theirs)
	for _, id := range []ident.ID{theirs.ID, ident.New()} {
		if _, err := s.SetEssential(h.A, id, true); err == nil {
			t.Error("a shop names a product that is not its own")
		}
	}
}

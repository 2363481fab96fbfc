package tradetest

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/trade"
)

// testPhoto: a photo is seen by whom its listing is shown to, in both sizes, and replaced
// or removed by its own shop only.
func testPhoto(t *testing.T, h House) {
	s, journal := h.Service()
	l := h.Oranges(t, s)
	nobody := context.Background()
	asks := map[string]struct {
		ctx context.Context
		of  trade.Showing
		id  ident.ID
	}{
		"its shop": {h.Farm, trade.ToOwner, l.ProductID}, "another shop": {h.Grocer, trade.ToShops, l.ID}, "the world": {nobody, trade.ToAll, l.ID},
		"another shop as its own": {h.Grocer, trade.ToOwner, l.ProductID}, "its shop as another": {h.Farm, trade.ToShops, l.ID},
		"another shop by the product": {h.Grocer, trade.ToShops, l.ProductID},
	}
	seen := func(when string, who ...string) {
		t.Helper()
		for name, ask := range asks {
			for size, want := range map[trade.Size]string{trade.Large: "large", trade.Small: "small"} {
				tag, pixels, err := s.Picture(ask.ctx, ask.of, ask.id, size)
				if slices.Contains(who, name) {
					if err != nil || tag == "" || !bytes.HasPrefix(pixels, []byte(want)) {
						t.Errorf("%s, %s: %q %q, %v", when, name, tag, pixels, err)
					}
				} else if fault.KindOf(err) != fault.NotFound {
					t.Errorf("%s, %s sees the photo: %q, %v", when, name, pixels, err)
				}
			}
		}
	}
	seen("before there is one")
	if err := s.PutPhoto(h.Farm, l.ProductID, trade.NewPhoto{Photo: trade.Photo{Alt: "一筐橙子"}}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("words without a photo: %v", err)
	}
	first := trade.NewPhoto{Photo: trade.Photo{Tag: "a1", Width: 800, Height: 600}, Large: []byte("large one"), Small: []byte("small one")}
	h.must(t, s.PutPhoto(h.Farm, l.ProductID, first))
	h.must(t, s.PutPhoto(h.Farm, l.ProductID, first))
	if n := len(journal.Actions); journal.Actions[n-1] != "directory.photo" || journal.Actions[n-2] == "directory.photo" {
		t.Errorf("the same photo twice wrote %v", journal.Actions)
	}
	seen("at first", "its shop", "another shop", "the world")
	e, err := s.Entry(h.Grocer, l.ID)
	h.must(t, err)
	if e.Photo == nil || *e.Photo != (trade.Photo{Tag: "a1", Alt: l.Name, Width: 800, Height: 600}) {
		t.Errorf("the entry tells %+v", e.Photo)
	}

	// Other words keep the pixels; other pixels change the tag.
	h.must(t, s.PutPhoto(h.Farm, l.ProductID, trade.NewPhoto{Photo: trade.Photo{Alt: "一筐橙子"}}))
	e, err = s.Sheet(nobody, l.ID)
	if err != nil || e.Photo == nil || e.Photo.Alt != "一筐橙子" || e.Photo.Tag != "a1" {
		t.Errorf("after other words: %+v, %v", e.Photo, err)
	}
	seen("after other words", "its shop", "another shop", "the world")
	second := trade.NewPhoto{Photo: trade.Photo{Tag: "b2", Alt: "橙子", Width: 400, Height: 300}, Large: []byte("large two"), Small: []byte("small two")}
	h.must(t, s.PutPhoto(h.Farm, l.ProductID, second))
	if tag, pixels, err := s.Picture(h.Grocer, trade.ToShops, l.ID, trade.Large); err != nil || tag != "b2" || string(pixels) != "large two" {
		t.Errorf("replaced: %s %s, %v", tag, pixels, err)
	}

	// Who buys it sees it at the product that it was taken for, and nobody else does.
	for name, ctx := range map[string]context.Context{"before taking": h.Grocer, "a third shop": h.Other} {
		if p, err := s.PhotoOf(ctx, l.ProductID); err != nil || p != nil {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
	o, err := s.Take(h.Grocer, trade.Take{ListingID: l.ID})
	h.must(t, err)
	if p, err := s.PhotoOf(h.Grocer, o.ProductID); err != nil || p == nil || p.Of != trade.ToShops || p.ID != l.ID || p.Tag != "b2" {
		t.Errorf("taken: %+v, %v", p, err)
	}
	if p, err := s.PhotoOf(h.Farm, l.ProductID); err != nil || p == nil || p.Of != trade.ToOwner || p.ID != l.ProductID {
		t.Errorf("its own: %+v, %v", p, err)
	}

	long := trade.NewPhoto{Photo: trade.Photo{Alt: strings.Repeat("橙", trade.MaxAlt+1)}}
	if f, ok := fault.As(s.PutPhoto(h.Farm, l.ProductID, long)); !ok || f.Kind != fault.Invalid || f.Field != "alt" {
		t.Errorf("words too long: %v", f)
	}
	notFound(t, "another shop's photo", s.PutPhoto(h.Grocer, l.ProductID, second))
	notFound(t, "another shop's photo removed", s.RemovePhoto(h.Grocer, l.ProductID))

	l.Sheet = false
	_, err = s.Publish(h.Farm, l)
	h.must(t, err)
	seen("without a sheet", "its shop", "another shop")
	h.must(t, s.Withdraw(h.Farm, l.ProductID))
	seen("withdrawn", "its shop")
	if p, err := s.PhotoOf(h.Grocer, o.ProductID); err != nil || p != nil {
		t.Errorf("withdrawn, who took it sees %+v, %v", p, err)
	}
	h.must(t, s.RemovePhoto(h.Farm, l.ProductID))
	h.must(t, s.RemovePhoto(h.Farm, l.ProductID))
	seen("removed")
}

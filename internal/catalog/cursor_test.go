package catalog

import (
	"bytes"
	"testing"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
)

func FuzzCursor(f *testing.F) {
	f.Add(Cursor{Rank: 1, SortKey: []byte("qi2 cheng2 \x00"), ID: ident.New()}.encode())
	f.Add("!")
	f.Add("AA")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := decodeCursor(s)
		if err != nil {
			if fault.KindOf(err) != fault.Malformed {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if c == nil {
			if s != "" {
				t.Fatalf("%q is no place", s)
			}
			return
		}
		again, err := decodeCursor(c.encode())
		if err != nil || again.Rank != c.Rank || again.ID != c.ID || !bytes.Equal(again.SortKey, c.SortKey) {
			t.Fatalf("%+v became %+v, %v", c, again, err)
		}
	})
}

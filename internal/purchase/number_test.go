package purchase_test

import (
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/purchase"
)

// What is written as a number reads back as that number; whatever else is read is
// the number of some order.
func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"PO-2026-0117", "117", "po-2026-1", "ＰＯ－２０２６－１", "PO-2026-", "PO--1", "-1", "+1", "0", "1e3", "99999999999999999999", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		number, year, ok := purchase.ParseNumber(s)
		if !ok {
			return
		}
		if number <= 0 || year < 0 {
			t.Fatalf("%q is order %d of %d", s, number, year)
		}
		if year < day.FirstYear || year > day.LastYear {
			return
		}
		written := purchase.Order{Number: number, CreatedDay: day.New(year, 6, 1)}.NumberText()
		if n, y, ok := purchase.ParseNumber(written); !ok || n != number || y != year {
			t.Fatalf("%q reads back as %d of %d, %v", written, n, y, ok)
		}
	})
}

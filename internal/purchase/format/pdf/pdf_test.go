package pdf_test

import (
	"fmt"
	"strings"
	"testing"

	"buhuo/internal/face"
	"buhuo/internal/paper/papertest"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format"
	"buhuo/internal/purchase/format/formattest"
	"buhuo/internal/purchase/format/pdf"
)

func TestFormat(t *testing.T) {
	formattest.Run(t, pdf.New(), func(t *testing.T, written []byte) string {
		return strings.Join(papertest.Texts(t, written), "\n") + "\n"
	})
}

func TestPages(t *testing.T) {
	for _, c := range []struct{ lines, pages int }{{0, 1}, {10, 1}, {40, 3}, {200, 12}} {
		written := formattest.Written(t, pdf.New(), formattest.Sample(t, "zh-Hans", c.lines, false))
		if n := papertest.Pages(t, written); n != c.pages {
			t.Errorf("%d lines make %d pages, want %d", c.lines, n, c.pages)
		}
		if limit := 80_000 + 500*c.lines; len(written) > limit {
			t.Errorf("%d lines make %d bytes, want at most %d", c.lines, len(written), limit)
		}
	}
}

// Every word and figure of the order is in the document, in its order, and another
// reader copies the same: rare characters too.
func TestReadBack(t *testing.T) {
	f, err := face.Shared()
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]purchase.Document{
		"usual": formattest.Sample(t, "zh-Hans", 30, false), "taxed": formattest.Sample(t, "fr", 30, true), "extreme": formattest.Extreme(t, "en", 60),
		"long": formattest.Extreme(t, "zh-Hans", 5_000),
	} {
		t.Run(name, func(t *testing.T) {
			written := formattest.Written(t, pdf.New(), d)
			text, sheet := papertest.Bare(strings.Join(papertest.Texts(t, written), "")), format.NewSheet(d)
			rest := text
			for _, r := range sheet.Rows {
				row := papertest.Bare(f.Clean(r.Line + r.Name + r.Note + r.Quantity + r.Packs + r.Price + r.PackPrice + r.Tax + r.Total))
				_, after, found := strings.Cut(rest, row)
				if !found {
					t.Fatalf("line %s is not there, or not in its place: %s", r.Line, row)
				}
				rest = after
			}
			for _, fact := range sheet.Sums {
				if !strings.Contains(rest, papertest.Bare(fact.Term+fact.Text)) {
					t.Errorf("%s %s is not below the lines", fact.Term, fact.Text)
				}
			}
			if !strings.Contains(rest, papertest.Bare(sheet.Words)) {
				t.Errorf("%s is not below the lines", sheet.Words)
			}
			if !strings.Contains(text, "𬍛燊喆") && name != "extreme" && name != "long" {
				t.Error("the rare characters are not there")
			}
			papertest.Copied(t, written, text)
		})
	}
}

// What an order of 60 lines costs, and one of 500, once the font is read; bytes is
// the size of the file.
func BenchmarkDocument(b *testing.B) {
	for _, n := range []int{60, 500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			d := formattest.Sample(b, "zh-Hans", n, true)
			size := len(formattest.Written(b, pdf.New(), d))
			for b.Loop() {
				formattest.Written(b, pdf.New(), d)
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}

// The QR code is read from the printed page.
func TestScan(t *testing.T) {
	for _, n := range []int{1, 16, 60} {
		d := formattest.Sample(t, "fr", n, true)
		if got := formattest.Scan(t, papertest.Picture(t, formattest.Written(t, pdf.New(), d))); got != d.Link {
			t.Errorf("%d lines: the code leads to %q, want %q", n, got, d.Link)
		}
	}
}

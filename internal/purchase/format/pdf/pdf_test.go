package pdf

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/purchase/format/formattest"
)

func TestFormat(t *testing.T) { formattest.Run(t, New(), nil) }

var pageObject = regexp.MustCompile(`/Type /Page\s`)

func TestPages(t *testing.T) {
	for _, c := range []struct{ lines, pages int }{{0, 1}, {10, 1}, {40, 3}, {200, 13}} {
		written := formattest.Written(t, New(), formattest.Sample(t, "zh-Hans", c.lines, false))
		if !bytes.HasPrefix(written, []byte("%PDF-")) || !bytes.HasSuffix(bytes.TrimSpace(written), []byte("%%EOF")) {
			t.Errorf("%d lines: no whole PDF", c.lines)
		}
		if n := len(pageObject.FindAll(written, -1)); n != c.pages {
			t.Errorf("%d lines make %d pages, want %d", c.lines, n, c.pages)
		}
		if limit := 40_000 + 1_500*c.lines; len(written) > limit {
			t.Errorf("%d lines make %d bytes, want at most %d", c.lines, len(written), limit)
		}
	}
}

func face(t testing.TB) *font {
	t.Helper()
	f, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The font draws the rare characters of names as themselves.
func TestGlyphs(t *testing.T) {
	f := face(t)
	for _, r := range "喆燊𬍛㎡￥¥€œÉçà、。，：；！？《》「」（）％℃□·—–…斤两公克箱壹贰叁肆伍陆柒捌玖拾佰仟万亿圆角分整零" {
		if f.glyph(r) == 0 && r != '㎡' {
			t.Errorf("no glyph for %c (%U)", r, r)
		}
	}
	if got := f.clean("喆燊𬍛"); got != "喆燊𬍛" {
		t.Errorf("rare characters became %q", got)
	}
}

func TestClean(t *testing.T) {
	f := face(t)
	for in, want := range map[string]string{
		"🍊 橙":           "□ 橙",
		"👨‍👩‍👧 全家":      "□ 全家",
		"👍🏽好":           "□好",
		"❤️":            "□",
		"a\tb\nc":       "a b c",
		"1\u202f234":    "1\u00a0234",
		"\u202e反\u200b": "反",
		"ไทย":           "□□□",
		"":              "",
	} {
		if got := f.clean(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	f := face(t)
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"", 5000, []string{""}},
		{"赣南脐橙", 2000, []string{"赣南", "脐橙"}},
		{"赣南脐橙。", 4000, []string{"赣南脐", "橙。"}}, // closing marks stay
		{"赣南（脐橙", 3000, []string{"赣南", "（脐橙"}}, // opening marks go along
		{"净重10斤", 3500, []string{"净重", "10斤"}}, // the unit stays with its number
		{"直径 80 mm", 3800, []string{"直径", "80 mm"}},
		{"早上 9 点送", 3000, []string{"早上", "9 点送"}},
		{"crème brûlée", 4000, []string{"crème", "brûlée"}},
		{"脐橙 ", 2000, []string{"脐橙"}},
	} {
		if got := f.wrap(f.clean(c.text), c.width); !slices.Equal(got, c.want) {
			t.Errorf("%q in %d: %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

// Lines never lose a letter, and only a single letter may be wider than its line.
func TestWrapKeepsEverything(t *testing.T) {
	f := face(t)
	letters := rapid.SampledFrom([]rune("赣南脐橙，。（）10斤箱/ abcdefé¥%🍊𬍛\u00a0-"))
	rapid.Check(t, func(t *rapid.T) {
		text := f.clean(string(rapid.SliceOfN(letters, 0, 80).Draw(t, "text")))
		width := rapid.IntRange(500, 9_000).Draw(t, "width")
		lines := f.wrap(text, width)
		bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if bare(strings.Join(lines, "")) != bare(text) {
			t.Fatalf("%q became %q", text, lines)
		}
		for _, line := range lines {
			if f.measure(line) > width && len([]rune(line)) > 1 {
				t.Fatalf("%q is %d wide, the line %d", line, f.measure(line), width)
			}
		}
	})
}

func FuzzClean(f *testing.F) {
	for _, name := range formattest.Names() {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, s string) {
		f := face(t)
		for _, r := range f.clean(s) {
			if f.glyph(r) == 0 {
				t.Fatalf("%q keeps %U, which the font lacks", s, r)
			}
		}
	})
}

// Once the font is read, a document of ten lines costs a few milliseconds.
func BenchmarkDocument(b *testing.B) {
	d := formattest.Sample(b, "zh-Hans", 10, true)
	formattest.Written(b, New(), d)
	for b.Loop() {
		formattest.Written(b, New(), d)
	}
}

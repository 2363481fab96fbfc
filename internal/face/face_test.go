package face

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func shared(t testing.TB) *Face {
	t.Helper()
	f, err := Shared()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The font draws the rare characters of names as themselves.
func TestGlyphs(t *testing.T) {
	f := shared(t)
	for _, r := range "喆燊𬍛㎡￥¥€œÉçà、。，：；！？《》「」（）％℃□·—–…斤两公克箱壹贰叁肆伍陆柒捌玖拾佰仟万亿圆角分整零" {
		if f.Glyph(r) == 0 && r != '㎡' {
			t.Errorf("no glyph for %c (%U)", r, r)
		}
	}
	if got := f.Clean("喆燊𬍛"); got != "喆燊𬍛" {
		t.Errorf("rare characters became %q", got)
	}
}

func TestClean(t *testing.T) {
	f := shared(t)
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
		if got := f.Clean(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	f := shared(t)
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
		if got := f.Wrap(f.Clean(c.text), c.width); !slices.Equal(got, c.want) {
			t.Errorf("%q in %d: %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

// Lines never lose a letter, and only a single letter may be wider than its line.
func TestWrapKeepsEverything(t *testing.T) {
	f := shared(t)
	letters := rapid.SampledFrom([]rune("赣南脐橙，。（）10斤箱/ abcdefé¥%🍊𬍛\u00a0-"))
	rapid.Check(t, func(t *rapid.T) {
		text := f.Clean(string(rapid.SliceOfN(letters, 0, 80).Draw(t, "text")))
		width := rapid.IntRange(500, 9_000).Draw(t, "width")
		lines := f.Wrap(text, width)
		bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if bare(strings.Join(lines, "")) != bare(text) {
			t.Fatalf("%q became %q", text, lines)
		}
		for _, line := range lines {
			if f.Measure(line) > width && len([]rune(line)) > 1 {
				t.Fatalf("%q is %d wide, the line %d", line, f.Measure(line), width)
			}
		}
	})
}

func FuzzClean(f *testing.F) {
	for _, name := range []string{"𬍛燊喆牌", "🍊 香橙 👨‍👩‍👧‍👦 家庭装 ❤️", "œuf & crème brûlée\t"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, s string) {
		f := shared(t)
		for _, r := range f.Clean(s) {
			if f.Glyph(r) == 0 {
				t.Fatalf("%q keeps %U, which the font lacks", s, r)
			}
		}
	})
}

// Every picture of the font can be read, and none leaves the box that the font names.
func TestOutlines(t *testing.T) {
	f := shared(t)
	head := f.tables["head"]
	at := func(from int) int { return int(int16(be.Uint16(head[from:]))) * 1000 / f.em }
	left, low, right, high := at(36), at(38), at(40), at(42)
	for g := range f.glyphs {
		for _, line := range f.Outline(Glyph(g)) {
			for _, p := range line {
				x, y := int(p.X)*1000/f.em, int(p.Y)*1000/f.em
				if x < left-1 || x > right+1 || y < low-1 || y > high+1 {
					t.Fatalf("picture %d reaches %d, %d", g, x, y)
				}
			}
		}
	}
}

func TestNoFont(t *testing.T) {
	for _, data := range [][]byte{nil, []byte("no font"), make([]byte, 64)} {
		if _, err := parse(data); err == nil {
			t.Errorf("%d bytes are a font", len(data))
		}
	}
}

package catalog_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"buhuo/internal/catalog"
)

func TestSearchText(t *testing.T) {
	for name, want := range map[string][]string{
		"脐橙":       {"脐橙", "qicheng", "qc"},
		"重庆小面":     {"zhongqingxiaomian", "chongqingxiaomian", "zqxm", "cqxm"},
		"绿豆 500g":  {"lvdou500g", "ludou500g", "ld500g"},
		"Épicerie": {"epicerie"},
		"ＡＢＣ":      {"abc"},
	} {
		lines := strings.Split(catalog.SearchText(name, "P-1", []string{"69"}), "\n")
		for _, w := range append(want, "p-1", "69") {
			if !slices.Contains(lines, w) {
				t.Errorf("%s: no line %q in %q", name, w, lines)
			}
		}
	}
	if n := len(catalog.SearchText(strings.Repeat("重", 200), "1", nil)); n > 30_000 {
		t.Errorf("a name of 200 ambiguous hanzi makes %d bytes", n)
	}
}

func TestSortKey(t *testing.T) {
	want := []string{"100%", "apple", "橙子", "大米", "红枣", "普洱茶", "西安", "先生", "香菇"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, func(a, b string) int { return bytes.Compare(catalog.SortKey(a, ""), catalog.SortKey(b, "")) })
	if !slices.Equal(got, want) {
		t.Errorf("sorted %v, want %v", got, want)
	}
}

func TestParseTerms(t *testing.T) {
	terms := catalog.ParseTerms("  100%_! Ｑｃ 100%_! ")
	if want := []string{"%100!%!_!!%", "%qc%"}; !slices.Equal(terms.Contains, want) {
		t.Errorf("patterns %q, want %q", terms.Contains, want)
	}
	if !catalog.ParseTerms(" \u200b ").Empty() || !catalog.ParseTerms("\xff").Empty() || !catalog.ParseTerms(strings.Repeat("a", 300)).Empty() {
		t.Error("what cannot be searched for is not empty")
	}
}

func TestCleanText(t *testing.T) {
	for in, want := range map[string]string{
		"  a \t\n b ":          "a b",
		"a\u202eb\u200b\ufeff": "ab",
		"a\x00b":               "ab",
		"𬍛":                    "𬍛",
		"👨\u200d👩\u200d👧":      "👨\u200d👩\u200d👧",
		"橙\u200d子":             "橙子",
		"می\u200cخواهم":        "می\u200cخواهم",
		"\u3000橙\u3000子":       "橙 子",
		"🍊\u200d":              "🍊",
	} {
		if got, err := catalog.CleanText(in, 50); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
}

func FuzzCleanText(f *testing.F) {
	for _, s := range []string{"脐橙", "a\u200db", "\xff", "=cmd|' /C calc'!A0", "\u202eabc", "👨\u200d👩", strings.Repeat("a\u0301", 40)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		cleaned, err := catalog.CleanText(s, 40)
		if err != nil {
			return
		}
		if utf8.RuneCountInString(cleaned) > 40 || !utf8.ValidString(cleaned) || cleaned != strings.TrimSpace(cleaned) ||
			strings.ContainsFunc(cleaned, unicode.IsControl) {
			t.Fatalf("%q became %q", s, cleaned)
		}
		if again, err := catalog.CleanText(cleaned, 40); err != nil || again != cleaned {
			t.Fatalf("%q became %q, then %q, %v", s, cleaned, again, err)
		}
		catalog.SearchText(cleaned, cleaned, []string{cleaned})
		catalog.SortKey(cleaned, cleaned)
		catalog.ParseTerms(s)
	})
}

func TestSuspectBarcode(t *testing.T) {
	for code, want := range map[string]bool{
		"6901234567892": false, "6901234567893": true, "96385074": false, "96385075": true,
		"012345678905": false, "012345678900": true, "10012345678902": false, "123": false, "ABC-1": false, "690123456789X": false, "": false,
	} {
		if got := catalog.SuspectBarcode(code); got != want {
			t.Errorf("%q: %v", code, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`[0-9]{12}`).Draw(t, "digits")
		sound := 0
		for last := range 10 {
			if !catalog.SuspectBarcode(digits + string(rune('0'+last))) {
				sound++
			}
		}
		if sound != 1 {
			t.Fatalf("%s has %d check digits", digits, sound)
		}
	})
}

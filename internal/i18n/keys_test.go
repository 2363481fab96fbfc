package i18n

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var (
	quoted  = regexp.MustCompile(`"([a-z][a-z0-9_]*(?:\.[a-zA-Z0-9_-]+)+)"`)
	prefix  = regexp.MustCompile(`"([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*\.)"\s*\+`)
	asked   = regexp.MustCompile(`(?:\.T\(|\.New\([^,()]+,\s*|\bKey\()\s*"([a-z][a-z0-9_]*(?:\.[a-zA-Z0-9_-]+)+)"`)
	hole    = regexp.MustCompile(`\{[a-z0-9_]+\}`)
	english = regexp.MustCompile(`[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}`)
)

// sources are the Go and templ files of the program, without tests and without the
// code that templ makes.
func sources(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Join("..", "..")
	out := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
				return fs.SkipDir
			}
			return nil
		}
		isSource := strings.HasSuffix(name, ".templ") || strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, "_templ.go")
		if !isSource {
			return nil
		}
		b, err := os.ReadFile(path)
		out[path] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func catalogues(t *testing.T) map[Lang]map[string]message {
	t.Helper()
	out := map[Lang]map[string]message{}
	for _, l := range Langs() {
		m, err := load(locales(), l)
		if err != nil {
			t.Fatal(err)
		}
		out[l] = m
	}
	return out
}

func text(parts []segment) string {
	var b strings.Builder
	for _, s := range parts {
		if s.arg != "" {
			b.WriteString("{" + s.arg + "}")
		}
		b.WriteString(s.text)
	}
	return b.String()
}

func letters(s string) int {
	n := 0
	for _, r := range hole.ReplaceAllString(s, "") {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

func TestEveryLanguageHasEveryKey(t *testing.T) {
	all := catalogues(t)
	for _, l := range Langs() {
		for key := range all[ZhHans] {
			if _, ok := all[l][key]; !ok {
				t.Errorf("%s has no %q", l, key)
			}
		}
		for key := range all[l] {
			if _, ok := all[ZhHans][key]; !ok {
				t.Errorf("%q stands in %s but not in zh-Hans", key, l)
			}
		}
	}
}

// A key is used when it stands in the source as a whole literal, or when a literal
// such as "unit." + code stands for all keys that begin like that.
func TestKeysAndSourceAgree(t *testing.T) {
	zh := catalogues(t)[ZhHans]
	used, prefixes := map[string]bool{}, map[string]bool{}
	for path, code := range sources(t) {
		for _, m := range quoted.FindAllStringSubmatch(code, -1) {
			used[m[1]] = true
		}
		for _, m := range prefix.FindAllStringSubmatch(code, -1) {
			prefixes[m[1]] = true
		}
		for _, m := range asked.FindAllStringSubmatch(code, -1) {
			if _, ok := zh[m[1]]; !ok {
				t.Errorf("%s asks for %q, which no catalogue has", path, m[1])
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(zh)) {
		if used[key] || slices.ContainsFunc(slices.Collect(maps.Keys(prefixes)), func(p string) bool { return strings.HasPrefix(key, p) }) {
			continue
		}
		t.Errorf("%q is used nowhere", key)
	}
}

func TestPlaceholdersAndPluralFormsAgree(t *testing.T) {
	all := catalogues(t)
	need := map[Lang][]form{ZhHans: {other}, En: {one, other}, Fr: {one, many, other}}
	names := func(parts []segment) []string {
		var out []string
		for _, s := range parts {
			if s.arg != "" && !slices.Contains(out, s.arg) {
				out = append(out, s.arg)
			}
		}
		slices.Sort(out)
		return out
	}
	for key, zh := range all[ZhHans] {
		want := names(zh.forms[other])
		plural := all[Fr][key].plural || all[En][key].plural
		for _, l := range Langs() {
			m := all[l][key]
			if got := names(m.forms[other]); !slices.Equal(got, want) {
				t.Errorf("%s %q takes %v, zh-Hans %v", l, key, got, want)
			}
			if plural && l != ZhHans && !m.plural {
				t.Errorf("%s %q has no plural forms, another language has", l, key)
			}
			for f := range formCount {
				has := m.forms[f] != nil
				if m.plural && has != slices.Contains(need[l], f) {
					t.Errorf("%s %q: plural form %d present %v", l, key, f, has)
				}
				// "one" may say it in words, but must not ask for more than the others give
				for _, name := range names(m.forms[f]) {
					if !slices.Contains(want, name) {
						t.Errorf("%s %q: form %d asks for {%s}", l, key, f, name)
					}
				}
			}
		}
	}
}

func TestLanguagesDoNotShareSentences(t *testing.T) {
	all := catalogues(t)
	for key := range all[ZhHans] {
		for i, l := range Langs() {
			for f, parts := range all[l][key].forms {
				s := text(parts)
				if letters(s) <= 12 {
					continue
				}
				for _, other := range Langs()[i+1:] {
					for _, theirs := range all[other][key].forms {
						if text(theirs) == s {
							t.Errorf("%q: %s and %s say the same: %q", key, l, other, s)
						}
					}
				}
				if l == ZhHans && !strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
					t.Errorf("%q form %d: no Chinese in %q", key, f, s)
				}
			}
		}
	}
}

func TestChineseHasNoLatinSentence(t *testing.T) {
	for key, m := range catalogues(t)[ZhHans] {
		for _, parts := range m.forms {
			if s := hole.ReplaceAllString(text(parts), " "); english.MatchString(s) {
				t.Errorf("%q: %q", key, s)
			}
		}
	}
}

// Nothing is left empty, and no text begins or ends in a space that a page would lose.
func TestTextsAreWhole(t *testing.T) {
	for l, messages := range catalogues(t) {
		for key, m := range messages {
			if s := text(m.forms[other]); s == "" || strings.TrimSpace(s) != s {
				t.Errorf("%s %q: %q", l, key, s)
			}
		}
	}
}

// One apostrophe for people, as print has it: two in one language look like a slip.
func TestApostrophesAreCurved(t *testing.T) {
	for l, messages := range catalogues(t) {
		for key, m := range messages {
			for _, parts := range m.forms {
				if s := text(parts); strings.Contains(s, "'") {
					t.Errorf("%s %q: %q", l, key, s)
				}
			}
		}
	}
}

package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"buhuo/internal/e2e"
	"buhuo/internal/i18n"
)

// catalogues are the messages of each language by key; the forms of a plural are
// one text, a line each.
var catalogues = sync.OnceValues(func() (map[i18n.Lang]map[string]string, error) {
	out := map[i18n.Lang]map[string]string{}
	for _, l := range i18n.Langs() {
		out[l] = map[string]string{}
		files, err := filepath.Glob(filepath.Join("..", "i18n", "locales", string(l), "*.json"))
		if err != nil {
			return nil, err
		}
		for _, name := range files {
			raw, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			var messages map[string]any
			if err := json.Unmarshal(raw, &messages); err != nil {
				return nil, err
			}
			for key, value := range messages {
				switch v := value.(type) {
				case string:
					out[l][key] = v
				case map[string]any:
					for _, form := range v {
						out[l][key] += form.(string) + "\n"
					}
				}
			}
		}
	}
	return out, nil
})

var placeholder = regexp.MustCompile(`\{\w+\}|\n`)

// betrayals are pieces of sentences by which a language is recognised: long
// enough, and in no message of any other language.
var betrayals = sync.OnceValues(func() (map[i18n.Lang][]string, error) {
	known, err := catalogues()
	if err != nil {
		return nil, err
	}
	all := map[i18n.Lang]string{}
	for l, messages := range known {
		var b strings.Builder
		for _, text := range messages {
			b.WriteString(text + "\n")
		}
		all[l] = b.String()
	}
	out := map[i18n.Lang][]string{}
	for l, messages := range known {
		for _, text := range messages {
			for _, piece := range placeholder.Split(text, -1) {
				if piece = strings.TrimSpace(piece); tells(piece) && !elsewhere(piece, l, all) {
					out[l] = append(out[l], piece)
				}
			}
		}
	}
	return out, nil
})

func tells(piece string) bool {
	for _, r := range piece {
		if unicode.Is(unicode.Han, r) {
			return utf8.RuneCountInString(piece) >= 7
		}
	}
	return utf8.RuneCountInString(piece) >= 14 && strings.Contains(piece, " ")
}

func elsewhere(piece string, own i18n.Lang, all map[i18n.Lang]string) bool {
	for l, text := range all {
		if l != own && strings.Contains(text, piece) {
			return true
		}
	}
	return false
}

// latinSentence is three words in a row in Latin letters, as no Chinese page has.
var latinSentence = regexp.MustCompile(`\p{Latin}{2,}(?:[ '’-]\p{Latin}{2,}){2,}`)

// words are the texts of the page, also those behind a tap, one a line, with what
// a screen reader hears.
func words(tab *e2e.Tab) string {
	return e2e.Ask[string](tab, `(() => {
		const out = [document.title];
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
		for (let n; (n = walk.nextNode());) {
			if (n.nodeType === 3) {
				if (!n.parentElement.closest('script,style,noscript') && n.parentElement.closest('[lang]').lang === document.documentElement.lang) out.push(n.data.trim());
			} else for (const a of ['aria-label', 'title', 'placeholder', 'alt']) if (n.hasAttribute(a)) out.push(n.getAttribute(a));
		}
		return out.filter(s => s).join('\n');
	})()`)
}

// speaks fails unless the page is in the language from its tag to its last word.
func speaks(t *testing.T, tab *e2e.Tab, lang i18n.Lang) {
	t.Helper()
	if got := e2e.Ask[string](tab, "document.documentElement.lang"); got != string(lang) {
		t.Errorf("%s: html lang is %q, want %q", tab.Path(), got, lang)
	}
	known, err := catalogues()
	if err != nil {
		t.Fatal(err)
	}
	telling, err := betrayals()
	if err != nil {
		t.Fatal(err)
	}
	text := words(tab)
	for other, pieces := range telling {
		if other == lang {
			continue
		}
		for _, piece := range pieces {
			if strings.Contains(text, piece) {
				t.Errorf("%s speaks %s on a page in %s: %q", tab.Path(), other, lang, piece)
			}
		}
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("\"'()：:,;", r) }) {
		if _, raw := known[lang][strings.TrimSuffix(word, ".")]; raw {
			t.Errorf("%s shows the key %s", tab.Path(), word)
		}
	}
	if lang == i18n.ZhHans {
		if found := latinSentence.FindString(text); found != "" {
			t.Errorf("%s: a Latin sentence on a Chinese page: %q", tab.Path(), found)
		}
	}
}

// healthy is what holds on every page that a person sees, axe included.
func healthy(t *testing.T, tab *e2e.Tab, lang i18n.Lang) {
	t.Helper()
	readable(t, tab, lang)
	tab.Axe()
}

// readable is what holds on every page whoever looks at it.
func readable(t *testing.T, tab *e2e.Tab, lang i18n.Lang) {
	t.Helper()
	speaks(t, tab, lang)
	if n := e2e.Ask[int](tab, "document.querySelectorAll('h1').length"); n != 1 {
		t.Errorf("%s has %d h1", tab.Path(), n)
	}
	if twice := e2e.Ask[[]string](tab, `(() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id); return ids.filter((id, i) => ids.indexOf(id) !== i); })()`); len(twice) > 0 {
		t.Errorf("%s has ids twice: %q", tab.Path(), twice)
	}
	tab.Fits()
}

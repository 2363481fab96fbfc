// Package i18n speaks to people: the catalogues of zh-Hans, fr and en, and numbers,
// money, units and dates as each language writes them. It knows no page and no area;
// a message is a key and its arguments.
package i18n

import (
	"fmt"
	"sync"

	"golang.org/x/text/language"
)

// Lang is a language of the program, as it stands in <html lang> and in addresses.
type Lang string

// The languages, in the order in which they are offered.
const (
	ZhHans Lang = "zh-Hans"
	Fr     Lang = "fr"
	En     Lang = "en"
)

// Langs are the languages of the program; the first is the default.
func Langs() []Lang { return []Lang{ZhHans, Fr, En} }

// ParseLang accepts exactly the names of Langs.
func ParseLang(s string) (Lang, bool) {
	for _, l := range Langs() {
		if string(l) == s {
			return l, true
		}
	}
	return "", false
}

// Name is what the language calls itself.
func (l Lang) Name() string {
	switch l {
	case Fr:
		return "Français"
	case En:
		return "English"
	default:
		return "简体中文"
	}
}

var matcher = language.NewMatcher([]language.Tag{
	language.MustParse("zh-Hans"), language.French, language.English,
})

// Match chooses the language for an Accept-Language header: the browser's choice when
// the program speaks it, else the default.
func Match(acceptLanguage string) Lang {
	wanted, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(wanted) == 0 {
		return ZhHans
	}
	_, i, confidence := matcher.Match(wanted...)
	if confidence == language.No {
		return ZhHans
	}
	return Langs()[i]
}

// Printer writes messages and values in one language. It is immutable and may be used
// by any number of goroutines.
type Printer struct {
	lang     Lang
	messages map[string]message
	symbols  map[string]string // currency code -> sign in this language
	layout   layout
}

var printers = sync.OnceValue(func() map[Lang]*Printer {
	out, files := map[Lang]*Printer{}, locales()
	for _, l := range Langs() {
		messages, err := load(files, l)
		if err != nil {
			panic(fmt.Sprintf("i18n: %v", err)) // embedded and tested: a broken build
		}
		out[l] = &Printer{lang: l, messages: messages, symbols: currencySigns(l), layout: layouts[l]}
	}
	return out
})

// For is the printer of a language; an unknown one gets the default's.
func For(l Lang) *Printer {
	if p, ok := printers()[l]; ok {
		return p
	}
	return printers()[ZhHans]
}

// Lang is the printer's language.
func (p *Printer) Lang() Lang { return p.lang }

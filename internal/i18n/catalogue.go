package i18n

import (
	"archive/zip"
	"bytes"
	_ "embed" // the texts
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// packed is the folder locales, as a quarter of its size; a test makes it and says when
// it is stale.
//
//go:embed locales.zip
var packed []byte

// locales are the files in it.
func locales() fs.FS {
	files, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		panic(fmt.Sprintf("i18n: %v", err)) // embedded and tested: a broken build
	}
	return files
}

// message is a text cut at its placeholders, once per plural form. A text without
// plurals has only form other.
type message struct {
	forms  [formCount][]segment
	plural bool
}

// segment is literal text, or the name of the argument that stands there.
type segment struct{ text, arg string }

// form is a CLDR cardinal category; the three that our languages need.
type form uint8

const (
	other form = iota
	one
	many
	formCount
)

var formNames = map[string]form{"one": one, "many": many, "other": other}

// load reads and merges every file of a language. A key that stands in two files, a
// broken placeholder or an unknown plural form is an error.
func load(files fs.FS, l Lang) (map[string]message, error) {
	names, err := fs.Glob(files, path.Join("locales", string(l), "*.json"))
	if err != nil {
		return nil, err
	}
	out := map[string]message{}
	from := map[string]string{}
	for _, name := range names {
		raw, err := readFile(files, name)
		if err != nil {
			return nil, err
		}
		for key, value := range raw {
			if first, ok := from[key]; ok {
				return nil, fmt.Errorf("%s: key %q is also in %s", name, key, first)
			}
			from[key] = name
			if out[key], err = compile(value, spaces[l]); err != nil {
				return nil, fmt.Errorf("%s: %q: %w", name, key, err)
			}
		}
	}
	return out, nil
}

// readFile reads a flat map; encoding/json alone would let the last of two equal keys win.
func readFile(files fs.FS, name string) (map[string]json.RawMessage, error) {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("%s: want one JSON object (%v)", name, err) //nolint:errorlint // err may be nil
	}
	out := map[string]json.RawMessage{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		key, _ := t.(string)
		if _, twice := out[key]; twice {
			return nil, fmt.Errorf("%s: key %q stands there twice", name, key)
		}
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			return nil, fmt.Errorf("%s: %q: %w", name, key, err)
		}
		out[key] = v
	}
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}

// spaces sets a language's signs as its printers do, so that whoever writes a text need
// not know which of its spaces must not break.
var spaces = map[Lang]*strings.Replacer{
	Fr: strings.NewReplacer(" :", "\u00a0:", " ;", "\u202f;", " !", "\u202f!", " ?", "\u202f?", "« ", "«\u00a0", " »", "\u00a0»"),
}

func compile(raw json.RawMessage, set *strings.Replacer) (message, error) {
	if set == nil {
		set = strings.NewReplacer()
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		parts, err := cut(set.Replace(text))
		return message{forms: [formCount][]segment{other: parts}}, err
	}
	var plural map[string]string
	if err := json.Unmarshal(raw, &plural); err != nil {
		return message{}, fmt.Errorf("want a text or plural forms")
	}
	m := message{plural: true}
	for name, text := range plural {
		f, ok := formNames[name]
		if !ok {
			return message{}, fmt.Errorf("unknown plural form %q", name)
		}
		parts, err := cut(set.Replace(text))
		if err != nil {
			return message{}, err
		}
		m.forms[f] = parts
	}
	if m.forms[other] == nil {
		return message{}, fmt.Errorf("plural form \"other\" is missing")
	}
	return m, nil
}

// cut splits "left {n} days" at its placeholders.
func cut(text string) ([]segment, error) {
	parts := []segment{}
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		if strings.Contains(before, "}") {
			return nil, fmt.Errorf("a } without its {")
		}
		if before != "" {
			parts = append(parts, segment{text: before})
		}
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || !isName(name) {
			return nil, fmt.Errorf("a placeholder is {name}, not {%s", rest)
		}
		parts = append(parts, segment{arg: name})
		text = after
	}
	return parts, nil
}

func isName(s string) bool {
	for _, r := range s {
		if r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

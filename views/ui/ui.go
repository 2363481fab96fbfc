// Package ui holds the parts that every page is made of: icons, badges, buttons,
// fields, rows, tables, charts. Parts take display-ready models (strings that were
// already written in the reader's language); variants are data-* attributes. It knows
// no area and no request.
package ui

import (
	"fmt"
	"strings"
	"unicode"

	"buhuo/internal/i18n"
)

// Tone is a state. It is never shown by colour alone: a badge has a word and a sign.
type Tone string

// Tones of badges, notes, meters and figures.
const (
	Plain Tone = "plain"
	OK    Tone = "ok"
	Watch Tone = "watch"
	Out   Tone = "out"
	Info  Tone = "info"
)

// sign is the icon that stands for a tone where no other is given.
func (t Tone) sign() string {
	switch t {
	case OK:
		return "check"
	case Watch, Out:
		return "alert"
	case Info:
		return "info"
	default:
		return ""
	}
}

// Kind is the weight of a button. A page has one Primary.
type Kind string

// Kinds of buttons.
const (
	Secondary Kind = ""
	Primary   Kind = "primary"
	Danger    Kind = "danger"
	Quiet     Kind = "quiet"
)

// Link leads somewhere by GET.
type Link struct {
	Href, Text string
	Icon       string // name of the sprite, may be empty
	Kind       Kind
	Label      string // spoken instead of Text where Text alone is not clear
	Download   bool   // answers a file
	Note       string // second line, only in lists of links
}

// Press submits the form in which it stands.
type Press struct {
	Text, Icon  string
	Note        string // a small second line: a tile's price
	Kind        Kind
	Name, Value string // sent with the form when this button is the one pressed
	Action      string // another address than the form's
	Form        string // id of a form elsewhere on the page
	Label       string
	Lenient     bool // skips the browser's own checks (cancel, back)
}

// FormTo describes a form. Method is always post; searches use SearchBox.
type FormTo struct {
	Action string
	Shop   string // layout.Chrome.ShopToken: the shop the form was made for
	Client string // client_id: a fresh UUID, so that a double submission is applied once
	Upload bool   // has a file field
	ID     string
	Inline bool // a button alone, without the grid of a form
	Hand   bool // the text of the page that follows goes to the phone's apps
}

// FieldModel is one line of text.
type FieldModel struct {
	ID     string // default: Name
	Name   string
	Label  string
	Value  string // what the person typed last, also when refused
	Hint   string
	Error  string // sentence; empty when all is well
	Unit   string // shown behind the field
	Type   string // default text; password, tel, email, date, file
	Mode   string // inputmode: decimal, numeric
	Auto   string // autocomplete token
	Accept string // of a file field
	List   []Option
	Max    int // characters, 0 = none
	Needed bool
	Short  bool // a field for a number, not for a sentence
	Focus  bool
}

func (f FieldModel) id() string {
	if f.ID != "" {
		return f.ID
	}
	return f.Name
}

func (f FieldModel) kind() string {
	if f.Type != "" {
		return f.Type
	}
	return "text"
}

func (f FieldModel) described() string { return described(f.id(), f.Hint, f.Error) }

// described is the aria-describedby of a field with a hint or an error.
func described(id, hint, wrong string) string {
	var ids []string
	if hint != "" {
		ids = append(ids, id+"-hint")
	}
	if wrong != "" {
		ids = append(ids, id+"-error")
	}
	return strings.Join(ids, " ")
}

// Option is a choice of Select, Radios or a datalist. Options with the same Group
// stand together under its name.
type Option struct {
	Value, Text, Group string
	Selected           bool
}

// SelectModel is a choice of one.
type SelectModel struct {
	ID, Name, Label, Hint, Error string
	Options                      []Option
	Needed                       bool
}

func (s SelectModel) id() string {
	if s.ID != "" {
		return s.ID
	}
	return s.Name
}

type optionGroup struct {
	name    string
	options []Option
}

// groups keeps the order in which groups first appear.
func groups(options []Option) []optionGroup {
	var out []optionGroup
	for _, o := range options {
		if n := len(out); n > 0 && out[n-1].name == o.Group {
			out[n-1].options = append(out[n-1].options, o)
			continue
		}
		out = append(out, optionGroup{o.Group, []Option{o}})
	}
	return out
}

// Check is a box to tick.
type Check struct {
	ID, Name, Value, Label, Hint string
	Checked                      bool
}

func (c Check) id() string {
	if c.ID != "" {
		return c.ID
	}
	return c.Name
}

// Problem is one line of the error summary: which field (its id) and what is wrong.
type Problem struct{ Field, Text string }

// StepperModel is a number between − and +.
type StepperModel struct {
	ID    string // default: Name
	Name  string
	Value string
	Label string // what is counted, spoken
	Unit  string // "箱 × 10斤"
	Step  string // default 1
	Min   string // default 0
	Error string
	Form  string // id of a form elsewhere on the page
}

func (s StepperModel) id() string {
	if s.ID != "" {
		return s.ID
	}
	return s.Name
}

// EmptyModel is what a list shows while it has nothing: what will stand here and the
// one thing to do.
type EmptyModel struct {
	Icon, Title, Text string
	Action            Link   // no Href: no button
	Other             []Link // quieter ways
}

// RowModel is a product (or order) in a list: tile, name, what is left, state, spark.
type RowModel struct {
	Name, Href string
	Photo      string // address of a picture; without it the telling character is drawn
	Left       string // "18 斤": big
	Note       string // "约 1.5 天": small, behind Left
	Detail     string // second line, small
	Tone       Tone
	State      string // badge text; empty: no badge
	Spark      SparkModel
}

// Fact is one line of a definition list.
type Fact struct{ Term, Text, Note string }

// Figure is a big number with its name.
type Figure struct {
	Label, Value, Unit, Note string
	Tone                     Tone
}

// Tab is one section of a page or filter of a list.
type Tab struct {
	Href, Text, Count string
	Active            bool
}

// PagerModel leads through a list by cursors; empty addresses are left out.
type PagerModel struct {
	T          *i18n.Printer
	Prev, Next string
}

// SearchModel is a GET form. With Target the results are replaced while typing.
type SearchModel struct {
	T                          *i18n.Printer
	Action, Name, Value, Label string
	Hint                       string // placeholder
	Target                     string // id of the element that holds the results, on this page and in the answer
	Keep                       []Option
}

// Column is the head of a lines table.
type Column struct {
	Text string
	Num  bool // figures stand at the end
	Fit  bool // as narrow as its content
	Hush bool // named for the ear only (a column of buttons)
}

// LinesModel is the head of a table whose rows become cards on a phone.
type LinesModel struct {
	ID, Caption string
	Columns     []Column
	Keep        bool // stays a table on phones (few narrow columns)
}

// TileChar is the telling character of a name: the last Han character of its first
// run of Han ("若羌红枣 500g" → 枣), else its first letter.
func TileChar(name string) string {
	last := ""
	for _, r := range name {
		if unicode.Is(unicode.Han, r) {
			last = string(r)
		} else if last != "" {
			break
		}
	}
	if last != "" {
		return last
	}
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "·"
}

// quiet is the view box of a QR code with its margin.
func quiet(size int) string { return fmt.Sprintf("-4 -4 %d %d", size+8, size+8) }

// PhotoModel is a picture of goods; Width and Height keep its place while it comes.
type PhotoModel struct{ Src, Alt, Width, Height string }

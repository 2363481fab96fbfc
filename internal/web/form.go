package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/unicode/norm"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Values reads the values of a form or of an address and collects what is
// wrong with them, so that a handler reads everything first and asks Err once.
// The typed getters return the zero value after a fault. Those with Opt take
// an empty field for "not given"; the others refuse it.
type Values struct {
	values  url.Values
	printer *i18n.Printer
	faults  *fault.Fields
	row     int // -1: the form itself
}

func newValues(v url.Values, p *i18n.Printer) *Values {
	return &Values{values: v, printer: p, faults: &fault.Fields{}, row: -1}
}

// FormOf is the form of the request; empty on a route that reads none.
func FormOf(c *gin.Context) *Values {
	s := of(c)
	if s.form == nil {
		s.form = newValues(url.Values{}, Printer(c))
	}
	return s.form
}

// QueryOf reads the address of a page: filters, cursors, a chosen day.
func QueryOf(c *gin.Context) *Values { return newValues(c.Request.URL.Query(), Printer(c)) }

// PathID reads an id in the path. What is no id names nothing: a fault of
// kind NotFound.
func PathID(c *gin.Context, param string) (ident.ID, error) {
	id, err := ident.Parse(c.Param(param))
	if err != nil {
		return ident.Nil, fault.New(fault.NotFound, "web.not_found").WithCause(err)
	}
	return id, nil
}

// raw is the text as it was sent; false when the field is not there.
func (f *Values) raw(name string) (string, bool) {
	vs := f.values[name]
	i := max(f.row, 0)
	if i >= len(vs) {
		return "", false
	}
	return vs[i], true
}

// field is the name under which faults of this form or row are kept.
func (f *Values) field(name string) string {
	if f.row < 0 {
		return name
	}
	return RowField(name, f.row)
}

// RowField names the field of one row: "quantity[2]" is that of the third.
func RowField(name string, row int) string { return name + "[" + strconv.Itoa(row) + "]" }

// Value is what was sent, for filling the form again.
func (f *Values) Value(name string) string {
	s, _ := f.raw(name)
	return s
}

// Given reports whether the field was sent, empty or not.
func (f *Values) Given(name string) bool {
	_, ok := f.raw(name)
	return ok
}

// Has reports whether the field holds more than spaces.
func (f *Values) Has(name string) bool { return strings.TrimSpace(f.Value(name)) != "" }

// All is every value of a repeated field, cleaned; nil when there is none.
func (f *Values) All(name string, max int) []string {
	out := make([]string, 0, len(f.values[name]))
	for i, v := range f.values[name] {
		v = clean(v, false)
		if utf8.RuneCountInString(v) > max {
			f.faults.Add(tooLong(max).WithField(RowField(name, i)))
			continue
		}
		out = append(out, v)
	}
	return out
}

func tooLong(max int) *fault.Error {
	return fault.New(fault.Invalid, "web.too_long", fault.A("n", max))
}

// String is a line of at most max characters, without the spaces around it
// and without characters that cannot be seen; it may be empty.
func (f *Values) String(name string, max int) string { return f.text(name, max, false) }

// Text is String over several lines.
func (f *Values) Text(name string, max int) string { return f.text(name, max, true) }

// Required is String that may not be empty.
func (f *Values) Required(name string, max int) string {
	s := f.text(name, max, false)
	if s == "" && f.Problem(name) == nil {
		f.Add(name, errRequired)
	}
	return s
}

// Secret is a password: as it was typed, at most max bytes, not empty.
func (f *Values) Secret(name string, max int) string {
	s, _ := f.raw(name)
	switch {
	case s == "":
		f.Add(name, errRequired)
	case len(s) > max:
		f.Add(name, tooLong(max))
		return ""
	}
	return s
}

var errRequired = fault.New(fault.Invalid, "web.required")

func (f *Values) text(name string, max int, lines bool) string {
	s, _ := f.raw(name)
	s = clean(s, lines)
	if utf8.RuneCountInString(s) > max {
		f.Add(name, tooLong(max))
		return ""
	}
	return s
}

// Numeral turns a typed number into one that the parsers read as the page's language
// means it: where a comma is the decimal sign, "1,250" is one and a quarter and nothing
// else. Elsewhere it may be either, and the parsers refuse to guess.
func (f *Values) Numeral(s string) string {
	if !f.printer.Comma() {
		return s
	}
	s = measure.Fold(s)
	if strings.Count(s, ",") == 1 && !strings.Contains(s, ".") {
		s = strings.Replace(s, ",", ".", 1)
	}
	return s
}

// numeral is parse for numbers typed into this form.
func numeral[T any](f *Values, parse func(string) (T, error)) func(string) (T, error) {
	return func(s string) (T, error) { return parse(f.Numeral(s)) }
}

// Typed writes a number for machines ("1234.5") as people type it into a field of the
// page.
func (f *Values) Typed(machine string) string { return f.printer.Typed(machine) }

// Quantity is a number of thousandths of some unit.
func (f *Values) Quantity(name string) measure.Quantity {
	return required(f, name, numeral(f, measure.ParseQuantity))
}

// QuantityOpt is Quantity, or false when the field is empty.
func (f *Values) QuantityOpt(name string) (measure.Quantity, bool) {
	return optional(f, name, numeral(f, measure.ParseQuantity))
}

// Price is a price in 1/10,000 of the major unit.
func (f *Values) Price(name string) money.Price {
	return required(f, name, numeral(f, money.ParsePrice))
}

// PriceOpt is Price, or false when the field is empty.
func (f *Values) PriceOpt(name string) (money.Price, bool) {
	return optional(f, name, numeral(f, money.ParsePrice))
}

// Amount is money in minor units of cur.
func (f *Values) Amount(name string, cur money.Currency) money.Amount {
	return required(f, name, amount(f, cur))
}

// AmountOpt is Amount, or false when the field is empty.
func (f *Values) AmountOpt(name string, cur money.Currency) (money.Amount, bool) {
	return optional(f, name, amount(f, cur))
}

func amount(f *Values, cur money.Currency) func(string) (money.Amount, error) {
	return numeral(f, func(s string) (money.Amount, error) { return money.ParseAmount(s, cur) })
}

// Date is a day of the shop.
func (f *Values) Date(name string) day.Date { return required(f, name, day.Parse) }

// DateOpt is Date, or false when the field is empty.
func (f *Values) DateOpt(name string) (day.Date, bool) { return optional(f, name, day.Parse) }

// ID is the id of a thing.
func (f *Values) ID(name string) ident.ID { return required(f, name, parseID) }

// IDOpt is ID, or false when the field is empty.
func (f *Values) IDOpt(name string) (ident.ID, bool) { return optional(f, name, parseID) }

// parseID takes capitals too: some devices write their ids so.
func parseID(s string) (ident.ID, error) {
	id, err := ident.Parse(strings.ToLower(s))
	if err != nil {
		return ident.Nil, fault.New(fault.Invalid, "web.bad_id").WithCause(err)
	}
	return id, nil
}

// Int is a whole number between min and max, both included.
func (f *Values) Int(name string, min, max int) int {
	return required(f, name, func(s string) (int, error) { return parseInt(s, min, max) })
}

// IntOpt is Int, or false when the field is empty.
func (f *Values) IntOpt(name string, min, max int) (int, bool) {
	return optional(f, name, func(s string) (int, error) { return parseInt(s, min, max) })
}

func parseInt(s string, min, max int) (int, error) {
	thousandths, err := measure.ParseDecimal(s)
	if err != nil {
		return 0, err
	}
	n := int(thousandths / 1000)
	if thousandths%1000 != 0 || n < min || n > max {
		return 0, fault.New(fault.Invalid, "web.int_range", fault.A("min", min), fault.A("max", max))
	}
	return n, nil
}

// Choice is one of the options.
func (f *Values) Choice(name string, options ...string) string {
	return required(f, name, func(s string) (string, error) {
		if slices.Contains(options, s) {
			return s, nil
		}
		return "", fault.New(fault.Invalid, "web.choice_unknown")
	})
}

// ChoiceOpt is Choice, or def when the field is empty.
func (f *Values) ChoiceOpt(name, def string, options ...string) string {
	if !f.Has(name) {
		return def
	}
	return f.Choice(name, options...)
}

// Checked reports whether a box is ticked.
func (f *Values) Checked(name string) bool { return f.Has(name) }

// required and optional are functions because methods have no type parameters.
func required[T any](f *Values, name string, parse func(string) (T, error)) T {
	v, ok := optional(f, name, parse)
	if !ok && f.Problem(name) == nil {
		f.Add(name, errRequired)
	}
	return v
}

func optional[T any](f *Values, name string, parse func(string) (T, error)) (T, bool) {
	var zero T
	s, _ := f.raw(name)
	if s = clean(s, false); s == "" {
		return zero, false
	}
	if len(s) > maxTyped {
		f.Add(name, tooLong(maxTyped))
		return zero, false
	}
	v, err := parse(s)
	if err != nil {
		f.Add(name, err)
		return zero, false
	}
	return v, true
}

// maxTyped is more than any number, day or id takes.
const maxTyped = 64

// clean writes the text in one way (NFC: é is one character wherever it was
// typed) and removes what cannot be seen: control characters (new lines stay in
// texts of several lines), zero-width characters and those that turn the
// direction of writing, and the spaces around the text.
func clean(s string, lines bool) string {
	if lines {
		s = strings.ReplaceAll(s, "\r\n", "\n")
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines:
			return r
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.IsControl(r), r >= 0x200b && r <= 0x200f, r == 0x2060, r == 0xfeff,
			r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(norm.NFC.String(s))
}

// cut shortens s to max characters.
func cut(s string, max int) string {
	for i := range s {
		if max == 0 {
			return s[:i]
		}
		max--
	}
	return s
}

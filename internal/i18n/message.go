package i18n

import (
	"flag"
	"fmt"
	"log/slog"
	"strconv"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Arg is a named argument of a message.
type Arg = fault.Arg

// A makes an argument. Whole numbers, measure.Quantity, day.Date, Cash, Amounted and
// Key are written as the language writes them, strings as they are.
func A(name string, value any) Arg { return fault.A(name, value) }

// Cash is an argument of money.
type Cash struct {
	Amount   money.Amount
	Currency money.Currency
}

// Measured is an argument such as "12 kg": a quantity in thousandths of the unit named.
type Measured struct {
	Quantity measure.Quantity
	Unit     string // code of measure.Unit
}

// Key is an argument that is itself a message.
type Key string

// Has reports whether the language has a message.
func (p *Printer) Has(key string) bool {
	_, ok := p.messages[key]
	return ok
}

// T writes a message. Of several plural forms the argument named n chooses. A missing
// message panics under test; in a running shop the key itself is shown and logged.
func (p *Printer) T(key string, args ...Arg) string {
	m, ok := p.messages[key]
	if !ok {
		missing(p.lang, key, "message")
		return key
	}
	parts := m.forms[other]
	if m.plural {
		if chosen := m.forms[p.form(args)]; chosen != nil {
			parts = chosen
		}
	}
	if len(parts) == 1 && parts[0].arg == "" {
		return parts[0].text
	}
	var room [256]byte // most messages fit: one piece of memory a message
	b := room[:0]
	for _, s := range parts {
		if s.arg == "" {
			b = append(b, s.text...)
			continue
		}
		b = append(b, p.argument(key, s.arg, args)...)
	}
	return string(b)
}

// Fault writes the sentence of an error shown to people.
func (p *Printer) Fault(e *fault.Error) string { return p.T(e.Key, e.Args...) }

func (p *Printer) argument(key, name string, args []Arg) string {
	for _, a := range args {
		if a.Name == name {
			return p.Value(a.Value)
		}
	}
	missing(p.lang, key, "argument "+name)
	return "{" + name + "}"
}

// Value writes one value as an argument would be written.
func (p *Printer) Value(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return p.Int(int64(v))
	case int64:
		return p.Int(v)
	case int32:
		return p.Int(int64(v))
	case measure.Quantity:
		return p.Quantity(v)
	case Measured:
		return p.Measured(v.Quantity, v.Unit)
	case day.Date:
		return p.Date(v)
	case Cash:
		return p.Money(v.Amount, v.Currency)
	case money.Amount:
		return p.layout.number(v.Decimal(money.Currency{Exponent: 2}))
	case money.Price:
		return p.layout.number(v.Decimal())
	case Key:
		return p.T(string(v))
	case float64:
		return p.layout.number(strconv.FormatFloat(v, 'f', -1, 64))
	case fmt.Stringer:
		return v.String()
	default:
		return fmt.Sprint(v)
	}
}

// missing is loud where programmers look and quiet where customers stand.
func missing(l Lang, key, what string) {
	if flag.Lookup("test.v") != nil {
		panic(fmt.Sprintf("i18n: %s: %q has no %s", l, key, what))
	}
	slog.Error("text is missing", "lang", string(l), "key", key, "what", what)
}

var tags = map[Lang]language.Tag{ZhHans: language.MustParse("zh-Hans"), Fr: language.French, En: language.English}

// form is the plural form for the argument n.
func (p *Printer) form(args []Arg) form {
	for _, a := range args {
		if a.Name != "n" {
			continue
		}
		switch n := a.Value.(type) {
		case int:
			return p.formOf(int64(n) * 1000)
		case int64:
			return p.formOf(n * 1000)
		case measure.Quantity:
			return p.formOf(int64(n))
		case float64:
			return p.formOf(int64(n * 1000))
		}
	}
	return other
}

// formOf is the CLDR cardinal form of a number of thousandths, as it is written:
// without trailing zeros.
func (p *Printer) formOf(thousandths int64) form {
	if thousandths < 0 {
		thousandths = -thousandths
	}
	whole, fraction, digits := thousandths/1000, int(thousandths%1000), 3
	for digits > 0 && fraction%10 == 0 {
		fraction /= 10
		digits--
	}
	// x/text carries an older CLDR without the French "many" (whole millions).
	if p.lang == Fr && digits == 0 && whole > 0 && whole%1_000_000 == 0 {
		return many
	}
	switch plural.Cardinal.MatchPlural(tags[p.lang], int(whole%10_000_000), digits, digits, fraction, fraction) {
	case plural.One:
		return one
	default:
		return other
	}
}

// Package measure holds exact quantities, units and the exact ratios between
// them. Quantities are integers of a thousandth of a product's base unit; no
// conversion ever rounds. The package knows no product, no price and no
// language.
package measure

import (
	"errors"
	"math/bits"

	"buhuo/internal/fault"
)

// Quantity is an amount of goods in thousandths of the product's base unit.
type Quantity int64

// MaxQuantity bounds the absolute value of every quantity.
const MaxQuantity Quantity = 1e13

// Thousandths is how many units of a Quantity make one base unit.
const Thousandths = 1000

// Ratio is an exact positive factor, reduced. The zero Ratio is not valid.
type Ratio struct{ Num, Den int64 }

// One is the factor of a unit to itself.
var One = Ratio{1, 1}

// MaxRatio bounds numerator and denominator, so that a product of two fits
// before it is reduced.
const MaxRatio = 1_000_000_000

// NewRatio reduces num/den. Both must be positive and, reduced, at most
// MaxRatio; otherwise a fault of kind Invalid.
func NewRatio(num, den int64) (Ratio, error) {
	if num <= 0 || den <= 0 {
		return Ratio{}, fault.New(fault.Invalid, "value.factor_unusable").WithCause(ErrRange)
	}
	g := gcd(num, den)
	r := Ratio{num / g, den / g}
	if r.Num > MaxRatio || r.Den > MaxRatio {
		return Ratio{}, fault.New(fault.Invalid, "value.factor_unusable").WithCause(ErrRange)
	}
	return r, nil
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Valid reports whether r is a positive reduced factor within bounds.
func (r Ratio) Valid() bool {
	return r.Num > 0 && r.Den > 0 && r.Num <= MaxRatio && r.Den <= MaxRatio && gcd(r.Num, r.Den) == 1
}

// Mul multiplies two factors; a result out of bounds is a fault.
func (r Ratio) Mul(other Ratio) (Ratio, error) {
	if !r.Valid() || !other.Valid() {
		return Ratio{}, fault.New(fault.Invalid, "value.factor_unusable").WithCause(ErrRange)
	}
	return NewRatio(r.Num*other.Num, r.Den*other.Den)
}

// Inverse turns a factor to the base unit into one from it.
func (r Ratio) Inverse() Ratio { return Ratio{r.Den, r.Num} }

// Pack is a way to buy or sell: one Unit of it holds Factor base units. A box
// of 10 jin of a product kept in kg is {"box", 5/1}.
type Pack struct {
	Unit   string
	Factor Ratio
}

// NewPack says that one unit holds content thousandths of the unit inner,
// for a product kept in base. It refuses what does not convert exactly.
func NewPack(unit string, content int64, inner, base Unit) (Pack, error) {
	factor, ok := inner.FactorTo(base)
	if !ok {
		return Pack{}, fault.New(fault.Invalid, "value.units_differ").WithCause(ErrUnit)
	}
	holds, err := NewRatio(content, Thousandths)
	if err != nil {
		return Pack{}, err
	}
	if factor, err = factor.Mul(holds); err != nil {
		return Pack{}, err
	}
	return Pack{Unit: unit, Factor: factor}, nil
}

// Size is what one pack holds, in thousandths of the base unit; an error
// unless that is a whole number of them.
func (p Pack) Size() (Quantity, error) { return Convert(Thousandths, p.Factor) }

// Convert turns n, thousandths of some unit, into base units by factor. A
// result that is not a whole thousandth, or out of bounds, is a fault of kind
// Invalid: nothing is rounded away silently.
func Convert(n Quantity, factor Ratio) (Quantity, error) {
	if !factor.Valid() {
		return 0, fault.New(fault.Invalid, "value.factor_unusable").WithCause(ErrRange)
	}
	negative, u := n < 0, uint64(n)
	if negative {
		u = -u
	}
	hi, lo := bits.Mul64(u, uint64(factor.Num))
	den := uint64(factor.Den)
	if hi >= den {
		return 0, numberFault("value.too_large", ErrRange)
	}
	quo, rem := bits.Div64(hi, lo, den)
	if rem != 0 {
		return 0, numberFault("value.not_whole", ErrInexact)
	}
	if quo > uint64(MaxQuantity) {
		return 0, numberFault("value.too_large", ErrRange)
	}
	if negative {
		return -Quantity(quo), nil
	}
	return Quantity(quo), nil
}

// ParseDecimal reads a number of at most three decimals as thousandths of
// whatever it counts. See ParseFixed for what is taken and refused.
func ParseDecimal(s string) (int64, error) { return ParseFixed(s, 3, int64(MaxQuantity)) }

// ParseQuantity reads a quantity already in base units.
func ParseQuantity(s string) (Quantity, error) {
	n, err := ParseDecimal(s)
	return Quantity(n), err
}

// Decimal writes the quantity for machines: "12", "12.5", "-0.125".
func (q Quantity) Decimal() string { return FormatFixed(int64(q), 3, 0) }

// Add adds two quantities; a sum out of bounds is a fault.
func (q Quantity) Add(other Quantity) (Quantity, error) {
	if !q.InBounds() || !other.InBounds() || !(q + other).InBounds() {
		return 0, numberFault("value.too_large", ErrRange)
	}
	return q + other, nil
}

// InBounds reports whether |q| is at most MaxQuantity.
func (q Quantity) InBounds() bool { return q >= -MaxQuantity && q <= MaxQuantity }

var errStep = errors.New("measure: a step must be positive")

// CeilTo returns the smallest multiple of step that is at least both q and
// min, and never negative: how much to order in whole packs. A step that is
// not positive is a programming error; a result out of bounds a fault.
func CeilTo(q, step, min Quantity) (Quantity, error) {
	if step <= 0 {
		return 0, errStep
	}
	need := max(q, min, 0)
	if !need.InBounds() || !step.InBounds() {
		return 0, numberFault("value.too_large", ErrRange)
	}
	result := (need + step - 1) / step * step
	if !result.InBounds() {
		return 0, numberFault("value.too_large", ErrRange)
	}
	return result, nil
}

// Package money holds exact amounts and prices. Amounts are integers of a
// currency's minor unit, prices integers of 1/10,000 of its major unit; every
// rounding is half away from zero and happens where it is written. The package
// knows no language, no shop and no exchange rate, and never a float.
package money

import (
	"errors"
	"math/big"
	"math/bits"

	"buhuo/internal/fault"
	"buhuo/internal/measure"
)

// Amount is money in minor units of its currency (fen, cents).
type Amount int64

// Price is money per base unit in 1/10,000 of the major unit; net or gross as
// the context says.
type Price int64

// Bounds of the absolute values. Inside them no sum of a few thousand overflows.
const (
	MaxAmount Amount = 1e15
	MaxPrice  Price  = 1e13
)

// PriceScale is how many of a Price make one major unit.
const PriceScale = 10_000

// The causes of the faults of this package; compare with errors.Is.
var (
	ErrRange    = errors.New("money: out of bounds")
	ErrCurrency = errors.New("money: unknown or other currency")
	ErrDivision = errors.New("money: division by zero")
)

func rangeFault() error {
	return fault.New(fault.Invalid, "value.too_large").WithCause(ErrRange)
}

func bounded(n int64) (Amount, error) {
	if n < -int64(MaxAmount) || n > int64(MaxAmount) {
		return 0, rangeFault()
	}
	return Amount(n), nil
}

func boundedPrice(n int64) (Price, error) {
	if n < -int64(MaxPrice) || n > int64(MaxPrice) {
		return 0, rangeFault()
	}
	return Price(n), nil
}

// Add adds two amounts; a sum out of bounds is a fault of kind Invalid.
func (a Amount) Add(b Amount) (Amount, error) {
	if _, err := bounded(int64(a)); err != nil {
		return 0, err
	}
	if _, err := bounded(int64(b)); err != nil {
		return 0, err
	}
	return bounded(int64(a) + int64(b))
}

// Sum adds amounts; a partial sum out of bounds is a fault of kind Invalid.
func Sum(amounts []Amount) (Amount, error) {
	var total Amount
	var err error
	for _, a := range amounts {
		if total, err = total.Add(a); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// MulDiv returns a × b / c, rounded half away from zero, exact in between. A
// zero c or a result beyond int64 is an error (ErrDivision, ErrRange).
func MulDiv(a, b, c int64) (int64, error) {
	if c == 0 {
		return 0, ErrDivision
	}
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	return roundDiv(hi, lo, magnitude(c), (a < 0) != (b < 0) != (c < 0))
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// roundDiv divides the 128-bit hi:lo by c, half away from zero.
func roundDiv(hi, lo, c uint64, negative bool) (int64, error) {
	if hi >= c {
		return 0, rangeFault()
	}
	quo, rem := bits.Div64(hi, lo, c)
	if rem >= c-rem { // 2·rem >= c without overflow
		quo++
	}
	if quo > 1<<63-1 {
		return 0, rangeFault()
	}
	if negative {
		return -int64(quo), nil
	}
	return int64(quo), nil
}

// Line is the amount of q base units at price p, rounded half away from zero
// to the minor unit of c. A result out of bounds is a fault of kind Invalid.
func Line(q measure.Quantity, p Price, c Currency) (Amount, error) {
	n, err := MulDiv(int64(q), int64(p), measure.Thousandths*PriceScale/c.scale())
	if err != nil {
		return 0, err
	}
	return bounded(n)
}

// UnitPrice is the price per base unit of q base units that cost total
// together, rounded half away from zero. A zero q is ErrDivision.
func UnitPrice(total Amount, q measure.Quantity, c Currency) (Price, error) {
	n, err := MulDiv(int64(total), measure.Thousandths*PriceScale/c.scale(), int64(q))
	if err != nil {
		return 0, err
	}
	return boundedPrice(n)
}

// PerBase turns the price of one pack or unit, which holds factor base units,
// into the price of one base unit, rounded half away from zero.
func PerBase(p Price, factor measure.Ratio) (Price, error) {
	n, err := MulDiv(int64(p), factor.Den, factor.Num)
	if err != nil {
		return 0, err
	}
	return boundedPrice(n)
}

// PerPack turns the price of one base unit into the price of one pack or unit
// that holds factor base units, rounded half away from zero.
func PerPack(p Price, factor measure.Ratio) (Price, error) {
	n, err := MulDiv(int64(p), factor.Num, factor.Den)
	if err != nil {
		return 0, err
	}
	return boundedPrice(n)
}

// Split shares total by weights so that the parts add up to it exactly: each
// gets its share rounded towards zero, and what is left goes by one minor unit
// to the largest remainders, the earlier first. Negative weights count as
// zero; without any weight the parts are as equal as can be. No weights, no
// parts.
func Split(total Amount, weights []int64) []Amount {
	if len(weights) == 0 {
		return nil
	}
	w := usable(weights)
	sum := new(big.Int)
	for _, x := range w {
		sum.Add(sum, big.NewInt(x))
	}
	parts, remainders := make([]Amount, len(w)), make([]*big.Int, len(w))
	left := magnitude(int64(total))
	whole := new(big.Int).SetUint64(left)
	for i, x := range w {
		q, r := new(big.Int).QuoRem(new(big.Int).Mul(whole, big.NewInt(x)), sum, new(big.Int))
		parts[i], remainders[i] = Amount(q.Uint64()), r
		left -= q.Uint64()
	}
	for _, i := range byRemainder(remainders)[:left] {
		parts[i]++
	}
	if total < 0 {
		for i := range parts {
			parts[i] = -parts[i]
		}
	}
	return parts
}

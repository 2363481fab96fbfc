package ubl

import (
	"strconv"
	"strings"

	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// unit is a unit of measure as other countries know it: its code in UN/ECE
// recommendation 20 (measures) or 21 (packages, with an X), and how many of ours make
// one.
type unit struct {
	code string
	of   int64
}

// units are ours by their codes. A jin and a liang have no code abroad and are told
// as kilograms.
var units = map[string]unit{
	"kg": {"KGM", 1}, "g": {"GRM", 1}, "jin": {"KGM", 2}, "liang": {"KGM", 20}, "l": {"LTR", 1}, "ml": {"MLT", 1},
	"piece": {"H87", 1}, "box": {"XBX", 1}, "bag": {"XBG", 1}, "cake": {"XPK", 1}, "bucket": {"XBJ", 1}, "bottle": {"XBO", 1},
	"can": {"XCX", 1}, "basket": {"XBK", 1},
}

// unitOf finds a unit; one that the list lacks is a package.
func unitOf(code string) unit {
	if u, ok := units[code]; ok {
		return u
	}
	return unit{"XPK", 1}
}

// quantity counts thousandths of ours in this unit, exactly.
func (u unit) quantity(q measure.Quantity) string {
	switch u.of {
	case 1:
		return q.Decimal()
	default: // 2 and 20 divide a hundred
		return decimal(int64(q)*(100/u.of), 5)
	}
}

// price is what one of this unit costs, exactly.
func (u unit) price(p money.Price) string {
	if u.of == 1 {
		return p.Decimal()
	}
	return decimal(int64(p)*u.of, 4)
}

// decimal writes n divided by a power of ten.
func decimal(n int64, places int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	digits := strconv.FormatInt(n, 10)
	for len(digits) <= places {
		digits = "0" + digits
	}
	whole, fraction := digits[:len(digits)-places], strings.TrimRight(digits[len(digits)-places:], "0")
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + whole + fraction
}

func quantityOne(u unit) quantity { return quantity{u.code, "1"} }

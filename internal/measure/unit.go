package measure

import (
	"slices"
	"strings"

	"buhuo/internal/fault"
)

// Dimension is what a unit measures. Units of different dimensions never
// convert into each other.
type Dimension uint8

// The dimensions, each with its reference unit.
const (
	Count  Dimension = iota // piece
	Mass                    // kg
	Volume                  // l
)

// Unit is a unit of measure. Num/Den is the size of one of it in its
// dimension's reference unit; a container (box, bag …) has no size of its own
// and Num 0: how much it holds is said by a Pack.
type Unit struct {
	Code      string
	Dimension Dimension
	Num, Den  int64
}

// Fixed reports whether the unit has a size of its own.
func (u Unit) Fixed() bool { return u.Num > 0 }

// FactorTo returns how many of base one u is; false when the two do not
// convert into each other without knowing the goods.
func (u Unit) FactorTo(base Unit) (Ratio, bool) {
	if u.Code == base.Code && u.Code != "" {
		return One, true
	}
	if u.Dimension != base.Dimension || !u.Fixed() || !base.Fixed() {
		return Ratio{}, false
	}
	r, err := NewRatio(u.Num*base.Den, u.Den*base.Num)
	return r, err == nil
}

// units is the list; codes are stable: they stand in rows, files and URLs.
var units = []Unit{
	{"kg", Mass, 1, 1},
	{"g", Mass, 1, 1000},
	{"jin", Mass, 1, 2},
	{"liang", Mass, 1, 20},
	{"l", Volume, 1, 1},
	{"ml", Volume, 1, 1000},
	{"piece", Count, 1, 1},
	{"box", Count, 0, 1},
	{"bag", Count, 0, 1},
	{"cake", Count, 0, 1},
	{"bucket", Count, 0, 1},
	{"bottle", Count, 0, 1},
	{"can", Count, 0, 1},
	{"basket", Count, 0, 1},
}

// names maps what people and files write, folded, to codes. Words that name
// different amounts in different trades (盒, 条, 打) are left out on purpose: a
// refused line is mended in a minute, a wrong factor spoils the ledger.
var names = map[string]string{
	"公斤": "kg", "千克": "kg", "kgs": "kg", "kilo": "kg", "kilos": "kg", "kilogram": "kg",
	"kilograms": "kg", "kilogramme": "kg", "kilogrammes": "kg", "㎏": "kg",
	"克": "g", "gram": "g", "grams": "g", "gramme": "g", "grammes": "g", "gr": "g",
	"斤": "jin", "市斤": "jin", "两": "liang", "兩": "liang",
	"升": "l", "公升": "l", "litre": "l", "litres": "l", "liter": "l", "liters": "l", "lt": "l",
	"毫升": "ml", "millilitre": "ml", "millilitres": "ml", "milliliter": "ml", "milliliters": "ml",
	"件": "piece", "个": "piece", "個": "piece", "只": "piece", "隻": "piece", "支": "piece",
	"枚": "piece", "块": "piece", "pieces": "piece", "pc": "piece", "pcs": "piece", "pce": "piece",
	"pièce": "piece", "pièces": "piece", "unit": "piece", "units": "piece", "unité": "piece",
	"unités": "piece", "ea": "piece", "each": "piece",
	"箱": "box", "boxes": "box", "carton": "box", "cartons": "box", "case": "box", "cases": "box",
	"caisse": "box", "caisses": "box",
	"袋": "bag", "包": "bag", "bags": "bag", "sac": "bag", "sacs": "bag", "sachet": "bag", "sachets": "bag",
	"饼": "cake", "餅": "cake", "cakes": "cake", "galette": "cake", "galettes": "cake",
	"桶": "bucket", "buckets": "bucket", "seau": "bucket", "seaux": "bucket", "bidon": "bucket", "bidons": "bucket",
	"瓶": "bottle", "bottles": "bottle", "bouteille": "bottle", "bouteilles": "bottle",
	"罐": "can", "听": "can", "cans": "can", "tin": "can", "tins": "can", "boîte": "can", "boîtes": "can",
	"筐": "basket", "篓": "basket", "baskets": "basket", "panier": "basket", "paniers": "basket",
}

// AllUnits lists every unit, in the order to offer them in.
func AllUnits() []Unit { return slices.Clone(units) }

// UnitByCode finds a unit by its exact code.
func UnitByCode(code string) (Unit, bool) {
	for _, u := range units {
		if u.Code == code {
			return u, true
		}
	}
	return Unit{}, false
}

// maxUnitLen is longer than any name in the table, in bytes of full width.
const maxUnitLen = 64

// ParseUnit reads a code or a Chinese, French or English name, in any case and
// width. An unknown word is a fault of kind Invalid.
func ParseUnit(s string) (Unit, error) {
	if len(s) <= maxUnitLen {
		folded := strings.ToLower(strings.TrimSpace(Fold(s)))
		if u, ok := UnitByCode(folded); ok {
			return u, nil
		}
		if u, ok := UnitByCode(names[folded]); ok {
			return u, nil
		}
	}
	return Unit{}, fault.New(fault.Invalid, "value.unit_unknown").WithCause(ErrUnit)
}

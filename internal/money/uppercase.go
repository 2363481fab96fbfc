package money

import "strings"

var (
	capitalDigits = [10]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}
	capitalPlaces = [4]string{"", "拾", "佰", "仟"}
)

// Uppercase writes an amount in fen with the capital numerals of Chinese
// invoices, by the rules for payment documents: 零 for a gap between digits,
// 整 after whole yuan only, 零 between yuan and fen when the jiao are missing.
func Uppercase(a Amount) string {
	var b strings.Builder
	b.WriteString("人民币")
	if a < 0 {
		b.WriteString("负")
	}
	n := magnitude(int64(a))
	yuan, jiao, fen := n/100, n/10%10, n%10
	if yuan > 0 || n == 0 {
		b.WriteString(capitalInteger(yuan))
		b.WriteString("元")
	}
	switch {
	case jiao > 0:
		b.WriteString(capitalDigits[jiao] + "角")
	case fen > 0 && yuan > 0:
		b.WriteString("零")
	case fen == 0:
		b.WriteString("整")
	}
	if fen > 0 {
		b.WriteString(capitalDigits[fen] + "分")
	}
	return b.String()
}

// capitalInteger writes n in groups of four digits. A gap inside a group, or
// before a group below 1000, is one 零; zeros at the end of a group are silent.
func capitalInteger(n uint64) string {
	if n == 0 {
		return capitalDigits[0]
	}
	if n >= 1_0000_0000 { // 亿 counts a whole number of its own: 壹万贰仟亿
		high, low := n/1_0000_0000, n%1_0000_0000
		s := capitalInteger(high) + "亿"
		if low == 0 {
			return s
		}
		return s + gap(low, 1000_0000) + capitalInteger(low)
	}
	if n >= 1_0000 {
		high, low := n/1_0000, n%1_0000
		s := capitalInteger(high) + "万"
		if low == 0 {
			return s
		}
		return s + gap(low, 1000) + capitalInteger(low)
	}
	return capitalGroup(n)
}

func gap(low, full uint64) string {
	if low < full {
		return capitalDigits[0]
	}
	return ""
}

func capitalGroup(n uint64) string {
	s, zero := "", false
	for place, unit := 3, uint64(1000); place >= 0; place, unit = place-1, unit/10 {
		d := n / unit % 10
		if d == 0 {
			zero = s != ""
			continue
		}
		if zero {
			s += capitalDigits[0]
			zero = false
		}
		s += capitalDigits[d] + capitalPlaces[place]
	}
	return s
}

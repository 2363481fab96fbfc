package money

import (
	"strings"

	"buhuo/internal/fault"
	"buhuo/internal/measure"
)

// Currency is an ISO 4217 code and the number of decimals of its minor unit.
type Currency struct {
	Code     string
	Exponent int
}

// CNY is the renminbi, the currency of a shop that says nothing else.
var CNY = Currency{"CNY", 2}

// currencies lists the codes in use, by exponent (ISO 4217; funds, metals and
// test codes left out).
var currencies = map[int]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
	2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD " +
		"CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD " +
		"GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD " +
		"MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP " +
		"PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS " +
		"TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW",
	3: "BHD IQD JOD KWD LYD OMR TND",
}

// signs are the marks that people write beside amounts, and whose they are.
var signs = []struct{ sign, codes string }{
	{"CN¥", "CNY"},
	{"RMB", "CNY"},
	{"¥", "CNY JPY"},
	{"元", "CNY"},
	{"圆", "CNY"},
	{"円", "JPY"},
	{"€", "EUR"},
	{"£", "GBP"},
	{"$", "USD CAD AUD NZD SGD HKD TWD MXN"},
}

// ParseCurrency reads an ISO 4217 code in any case and width. An unknown code
// is a fault of kind Invalid.
func ParseCurrency(code string) (Currency, error) {
	if len(code) <= 16 {
		folded := strings.ToUpper(strings.TrimSpace(measure.Fold(code)))
		for exponent, codes := range currencies {
			if len(folded) == 3 && hasCode(codes, folded) {
				return Currency{folded, exponent}, nil
			}
		}
	}
	return Currency{}, fault.New(fault.Invalid, "value.currency_unknown").WithCause(ErrCurrency)
}

func hasCode(codes, code string) bool {
	for c := range strings.FieldsSeq(codes) {
		if c == code {
			return true
		}
	}
	return false
}

// scale is how many minor units make one major unit.
func (c Currency) scale() int64 {
	n := int64(1)
	for range c.Exponent {
		n *= 10
	}
	return n
}

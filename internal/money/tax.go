package money

// fullRate is 100 % in basis points.
const fullRate = 10_000

// NetOfTax is what remains of an amount that includes tax at basisPoints,
// rounded half away from zero. A rate of zero or less takes nothing off.
func NetOfTax(a Amount, basisPoints int) Amount {
	return Amount(scaleRate(int64(a), fullRate, rateOf(basisPoints)))
}

// TaxOf is the tax inside an amount that includes it: a − NetOfTax(a).
func TaxOf(a Amount, basisPoints int) Amount { return a - NetOfTax(a, basisPoints) }

// TaxOn is the tax that comes on top of a net amount, rounded half away from
// zero. A rate of zero or less adds nothing.
func TaxOn(net Amount, basisPoints int) Amount {
	return Amount(scaleRate(int64(net), rateOf(basisPoints)-fullRate, fullRate))
}

// NetOfTax is the price without the tax at basisPoints that it includes,
// rounded half away from zero.
func (p Price) NetOfTax(basisPoints int) Price {
	return Price(scaleRate(int64(p), fullRate, rateOf(basisPoints)))
}

// WithTax is the price with tax at basisPoints on top, rounded half away from
// zero.
func (p Price) WithTax(basisPoints int) Price {
	return Price(scaleRate(int64(p), rateOf(basisPoints), fullRate))
}

// maxRate is 10,000 %; no honest rate comes near, and no product overflows.
const maxRate = 1_000_000

func rateOf(basisPoints int) int64 { return fullRate + int64(min(max(0, basisPoints), maxRate)) }

// scaleRate is MulDiv for rates. Within the bounds of amounts and prices it
// cannot overflow; beyond, it saturates, so that the caller's bounds see it.
func scaleRate(n, num, den int64) int64 {
	if r, err := MulDiv(n, num, den); err == nil {
		return r
	}
	if n < 0 {
		return -(1<<63 - 1)
	}
	return 1<<63 - 1
}

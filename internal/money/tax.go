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

func rateOf(basisPoints int) int64 { return fullRate + max(0, int64(basisPoints)) }

// scaleRate is MulDiv for rates. Within the bounds of amounts, prices and any
// rate below 9,000-fold it cannot overflow; beyond, it saturates, so that the
// bounds checks of the caller see it.
func scaleRate(n, num, den int64) int64 {
	if r, err := MulDiv(n, num, den); err == nil {
		return r
	}
	if n < 0 {
		return -(1<<63 - 1)
	}
	return 1<<63 - 1
}

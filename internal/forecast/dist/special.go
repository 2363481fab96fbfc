package dist

import "math"

// gammaPow returns x^a e^-x / Γ(a+1), the first term of the incomplete gamma series.
func gammaPow(a, x float64) float64 {
	if x <= 0 {
		return 0
	}
	if a > 30 { // Stirling, to keep digits where a log x, x and log Γ nearly cancel
		d := x/a - 1
		var f float64 // log(1+d) - d, without cancellation for small d
		if math.Abs(d) < 0.1 {
			f = log1pmx(d)
		} else {
			f = math.Log1p(d) - d
		}
		return math.Exp(a*f-stirling(a)) / math.Sqrt(2*math.Pi*a)
	}
	lg, _ := math.Lgamma(a + 1)
	return math.Exp(a*math.Log(x) - x - lg)
}

// stirling returns log Γ(a+1) - (a+1/2) log a + a - log √(2π).
func stirling(a float64) float64 {
	i := 1 / a
	i2 := i * i
	return i * (1.0/12 - i2*(1.0/360-i2*(1.0/1260-i2/1680)))
}

// log1pmx returns log(1+d) - d for |d| < 0.1 by its series.
func log1pmx(d float64) float64 {
	term, sum := d, 0.0
	for n := 2; n < 24; n++ {
		term *= -d
		step := term / float64(n)
		sum += step
		if math.Abs(step) < 1e-17*math.Abs(sum) {
			break
		}
	}
	return sum
}

// gammaPQ returns the regularised incomplete gamma functions P(a,x) and Q(a,x) = 1 - P, each to
// relative accuracy where it is the small one: series below a+1, Lentz's continued fraction above
// (Press et al., Numerical Recipes, 6.2). For large a the uniform expansion through the normal
// distribution is used (Temme 1979, first terms).
func gammaPQ(a, x float64) (p, q float64) {
	p, q, _ = gammaAll(a, x)
	return p, q
}

// gammaAll is gammaPQ that also returns gammaPow(a, x), which it needs anyway.
func gammaAll(a, x float64) (p, q, pow float64) {
	pow = gammaPow(a, x)
	switch {
	case x <= 0:
		return 0, 1, pow
	case a > 1e5:
		p, q = temme(a, x)
		return p, q, pow
	case x < a+1:
		p = math.Min(gammaSeries(a, x)*pow, 1)
		return p, 1 - p, pow
	}
	const tiny = 1e-300
	b := x + 1 - a
	c := 1 / tiny
	d := 1 / b
	h := d
	for i := 1.0; i < 5000; i++ {
		an := -i * (i - a)
		b += 2
		if d = an*d + b; math.Abs(d) < tiny {
			d = tiny
		}
		if c = b + an/c; math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		del := d * c
		h *= del
		if math.Abs(del-1) < 1e-15 {
			break
		}
	}
	// gammaPow is x^a e^-x / Γ(a+1); the fraction wants x^a e^-x / Γ(a).
	q = math.Min(h*pow*a, 1)
	return 1 - q, q, pow
}

// gammaSeries returns P(a,x) over gammaPow(a,x). It converges everywhere, ever more slowly above a.
func gammaSeries(a, x float64) float64 {
	term, sum := 1.0, 1.0
	for n := a + 1; term >= sum*1e-16; n++ {
		term *= x / n
		sum += term
	}
	return sum
}

// temme is the uniform asymptotic expansion of P and Q for large a: error below 1e-11 for a > 1e5.
func temme(a, x float64) (p, q float64) {
	mu := x/a - 1
	var f float64
	if math.Abs(mu) < 0.1 {
		f = -log1pmx(mu)
	} else {
		f = mu - math.Log1p(mu)
	}
	eta := math.Sqrt(2 * f)
	if mu < 0 {
		eta = -eta
	}
	var c0 float64
	if math.Abs(mu) < 1e-3 {
		c0 = -1.0/3 + mu*(1.0/12-mu*23.0/540) // c0 in powers of mu
	} else {
		c0 = 1/mu - 1/eta
	}
	r := math.Exp(-a*f) / math.Sqrt(2*math.Pi*a) * c0
	z := eta * math.Sqrt(a)
	q = math.Erfc(z/math.Sqrt2)/2 + r
	p = math.Erfc(-z/math.Sqrt2)/2 - r
	return math.Min(math.Max(p, 0), 1), math.Min(math.Max(q, 0), 1)
}

// betaInc returns the regularised incomplete beta function I_x(a,b) by Lentz's continued fraction
// (Numerical Recipes, 6.4). y is 1-x, given apart so that neither loses digits.
func betaInc(a, b, x, y float64) float64 {
	switch {
	case x <= 0:
		return 0
	case y <= 0:
		return 1
	}
	front := betaFront(a, b, x, y)
	if x < (a+1)/(a+b+2) {
		return math.Min(front*betaFraction(a, b, x)/a, 1)
	}
	return math.Max(1-front*betaFraction(b, a, y)/b, 0)
}

// betaFront returns x^a y^b / B(a,b).
func betaFront(a, b, x, y float64) float64 {
	if a > 30 && b > 30 { // Stirling in the three gammas, deviances instead of differences
		n := a + b
		dev := a*logRatio(x, a/n) + b*logRatio(y, b/n)
		return math.Exp(dev+stirling(n)-stirling(a)-stirling(b)) * math.Sqrt(a*b/(2*math.Pi*n))
	}
	lx, ly := math.Log(x), math.Log(y)
	if x < y { // the logarithm of what is near 1 through the other, which is known to more digits
		ly = math.Log1p(-x)
	} else {
		lx = math.Log1p(-y)
	}
	small, large := min(a, b), max(a, b)
	ls, _ := math.Lgamma(small)
	return math.Exp(logRise(small, large) - ls + a*lx + b*ly)
}

// logRise returns log Γ(a+b) - log Γ(b), without cancellation for large b.
func logRise(a, b float64) float64 {
	if b > 30 {
		return a*math.Log(b) + (a+b-0.5)*math.Log1p(a/b) - a + stirling(a+b) - stirling(b)
	}
	lab, _ := math.Lgamma(a + b)
	lb, _ := math.Lgamma(b)
	return lab - lb
}

// logRatio returns log(x/y), exact when both are close.
func logRatio(x, y float64) float64 { return math.Log1p((x - y) / y) }

func betaFraction(a, b, x float64) float64 {
	const tiny = 1e-300
	qab, qap, qam := a+b, a+1, a-1
	c := 1.0
	d := 1 - qab*x/qap
	if math.Abs(d) < tiny {
		d = tiny
	}
	d = 1 / d
	h := d
	for m := 1.0; m < 20000; m++ {
		m2 := 2 * m
		aa := m * (b - m) * x / ((qam + m2) * (a + m2))
		if d = 1 + aa*d; math.Abs(d) < tiny {
			d = tiny
		}
		if c = 1 + aa/c; math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		h *= d * c
		aa = -(a + m) * (qab + m) * x / ((a + m2) * (qap + m2))
		if d = 1 + aa*d; math.Abs(d) < tiny {
			d = tiny
		}
		if c = 1 + aa/c; math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		del := d * c
		h *= del
		if math.Abs(del-1) < 3e-16 {
			break
		}
	}
	return h
}

// normalQuantile returns the standard normal quantile: Acklam's rational approximation (relative
// error 1.15e-9), good enough as a starting point and for calibration.
func normalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }

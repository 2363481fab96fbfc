package replenish

import (
	"math"
	"strconv"

	"buhuo/internal/forecast/dist"
)

// Demand is a forecast as this package needs it: the distribution of what will
// be wanted in the first k days together.
type Demand interface {
	Sum(k int) dist.Distribution
}

// Windows is a forecast as a trace keeps it: Mean[k-1] and Var[k-1] belong to
// the demand of the first k days, in base units. Whole marks goods that are
// wanted in whole units only (negative binomial), the others are gamma. Beyond
// the last window the demand goes on at the rate of the last week.
type Windows struct {
	Whole bool      `json:"whole,omitempty"`
	Mean  []float64 `json:"mean"`
	Var   []float64 `json:"var"`
	// Repaired is set when values made no sense (not a number, negative,
	// falling with time) and were mended.
	Repaired bool `json:"repaired,omitempty"`
}

// WindowsOf reads the first days windows of d, rounded to seven digits, which
// is far beyond what a forecast knows and keeps a trace short.
func WindowsOf(d Demand, days int) Windows {
	w := Windows{Mean: make([]float64, days), Var: make([]float64, days)}
	for k := range days {
		sum := d.Sum(k + 1)
		w.Whole = w.Whole || sum.Whole()
		w.Mean[k], w.Var[k] = sevenDigits(sum.Mean()), sevenDigits(sum.Var())
	}
	return w
}

func sevenDigits(x float64) float64 {
	if x >= 1e-9 && x < 1e15 { // whole digits over or times a power of ten that is exact: the nearest float
		places := 6 - int(math.Floor(math.Log10(x)))
		if places >= 0 {
			scale := tens[places]
			return math.RoundToEven(x*scale) / scale
		}
		scale := tens[-places]
		return math.RoundToEven(x/scale) * scale
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 7, 64), 64)
	if err != nil {
		return 0
	}
	return rounded
}

// tens are the powers of ten that sevenDigits meets.
var tens = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// Largest demand of a window, in base units, and the largest variance; they
// keep every level inside measure.MaxQuantity.
const (
	maxMean = 1e9
	maxVar  = 1e20
)

// mended returns w with windows that make sense: finite, not negative, not
// falling, a variance for every mean.
func (w Windows) mended() Windows {
	out := Windows{Whole: w.Whole, Repaired: w.Repaired,
		Mean: make([]float64, len(w.Mean)), Var: make([]float64, len(w.Mean))}
	last := 0.0
	for k, m := range w.Mean {
		if math.IsNaN(m) || m < last {
			m, out.Repaired = last, true
		}
		if m > maxMean {
			m, out.Repaired = maxMean, true
		}
		out.Mean[k], last = m, m
		v := m
		if k < len(w.Var) {
			v = w.Var[k]
		} else {
			out.Repaired = true
		}
		if math.IsNaN(v) || v < 0 || v > maxVar {
			v, out.Repaired = math.Min(maxVar, m*m), true
		}
		out.Var[k] = v
	}
	return out
}

// mean is the expected demand of the first k days.
func (w Windows) mean(k int) float64 {
	n := len(w.Mean)
	switch {
	case k <= 0 || n == 0:
		return 0
	case k <= n:
		return w.Mean[k-1]
	}
	return math.Min(w.Mean[n-1]+w.lastRate()*float64(k-n), maxMean)
}

// lastRate is the daily mean of the last week of windows.
func (w Windows) lastRate() float64 {
	n := len(w.Mean)
	if n <= 7 {
		return w.Mean[n-1] / float64(n)
	}
	return (w.Mean[n-1] - w.Mean[n-8]) / 7
}

// variance is that of the demand of the first k days. Beyond the last window
// it grows between the pace of independent days and that of one common error.
func (w Windows) variance(k int) float64 {
	n := len(w.Var)
	switch {
	case k <= 0 || n == 0:
		return 0
	case k <= n:
		return w.Var[k-1]
	case w.Mean[n-1] <= 0:
		return 0
	}
	return math.Min(w.Var[n-1]*math.Pow(w.mean(k)/w.Mean[n-1], 1.5), maxVar)
}

// Sum is the distribution of the demand of the first k days.
func (w Windows) Sum(k int) dist.Distribution { return w.family(w.mean(k), w.variance(k)) }

// between is the distribution of the demand after window i up to window k: as
// spread out, for its size, as the first k-i days.
func (w Windows) between(i, k int) dist.Distribution {
	if i <= 0 {
		return w.Sum(k)
	}
	mean, first := w.mean(k)-w.mean(i), w.mean(k-i)
	if mean <= 0 || first <= 0 {
		return dist.NewFixed(math.Max(mean, 0))
	}
	share := mean / first
	return w.family(mean, math.Min(w.variance(k-i)*share*share, maxVar))
}

func (w Windows) family(mean, variance float64) dist.Distribution {
	if w.Whole {
		return dist.NewNegBin(mean, variance)
	}
	return dist.NewGamma(mean, variance)
}

// dailyRate is the mean demand of a day over the next four weeks.
func (w Windows) dailyRate() float64 { return w.mean(28) / 28 }

package table

import (
	"math"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/dist"
	"buhuo/internal/forecast/score"
)

// plain is a method that anyone has in a spreadsheet, to compare with. It sees the sales of one
// product, knows no empty shelves and learns nothing from others.
type plain struct {
	name string
	// path returns the mean of the periods ahead, and what the method said of each period of y
	// before it; nil when it says nothing of the past.
	path func(y []float64, season, ahead int) (mean, said []float64)
}

var plains = []plain{
	{"seasonal_naive", seasonalNaive}, // the last week again, the last year of months; of weeks the last one
	{"mean28", movingMean},            // the mean of the last 28 periods
}

const movingSpan = 28

func seasonalNaive(y []float64, season, ahead int) (mean, said []float64) {
	n := len(y)
	if n <= season {
		season = 1
	}
	mean, said = make([]float64, ahead), make([]float64, n)
	for k := range mean {
		mean[k] = y[n-season+k%season]
	}
	copy(said, y[:season])
	copy(said[season:], y)
	return mean, said
}

func movingMean(y []float64, _, ahead int) (mean, said []float64) {
	level := average(y[max(0, len(y)-movingSpan):])
	mean = make([]float64, ahead)
	for k := range mean {
		mean[k] = level
	}
	return mean, nil
}

func average(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// seasons are the periods of a season that the methods know.
var plainSeasons = [...]int{forecast.Day: 7, forecast.Week: 1, forecast.Month: 12}

// forecast returns the distributions of periods and sums: negative binomial or gamma around the
// mean, with the variance of the errors of late; sums by the usual formula for independent periods.
// y begins with its first sale.
func (p plain) forecast(y []float64, counted bool, f forecast.Freq, ahead int) (steps, sums []score.Prediction) {
	season := plainSeasons[f]
	mean, said := p.path(y, season, ahead)
	v := plainVariance(y, said, season)
	total := 0.0
	for k, m := range mean {
		total += m
		steps = append(steps, predicted(m, v, counted))
		sums = append(sums, predicted(total, v*float64(k+1), counted))
	}
	return steps, sums
}

// plainVariance is the mean squared error of late, or the variance of the last periods.
func plainVariance(y, said []float64, season int) float64 {
	late := max(30, 8*season)
	errors := make([]float64, 0, late)
	if said == nil {
		y = y[max(0, len(y)-8*max(season, 4)):]
		level := average(y)
		for _, v := range y {
			errors = append(errors, v-level)
		}
	} else {
		for t, v := range y {
			errors = append(errors, v-said[t])
		}
	}
	errors = errors[max(0, len(errors)-late):]
	for i, e := range errors {
		errors[i] = e * e
	}
	return math.Max(average(errors), 1e-9)
}

func predicted(mean, variance float64, counted bool) score.Prediction {
	d := dist.NewGamma(math.Max(mean, 1e-6), variance)
	if counted {
		d = dist.NewNegBin(math.Max(mean, 1e-6), math.Max(variance, math.Max(mean, 1e-6)*1.001))
	}
	return prediction(mean, d)
}

// prediction takes from a distribution what is judged.
func prediction(mean float64, d forecast.Distribution) score.Prediction {
	p := score.Prediction{Mean: mean}
	low := 0.0
	for j, level := range score.Levels {
		low = math.Max(low, d.Quantile(level))
		p.Quantiles[j] = low
	}
	return p
}

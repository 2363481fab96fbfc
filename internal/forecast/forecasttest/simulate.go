package forecasttest

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// Panel is a simulated shop: what Items products sold in Periods periods.
type Panel struct {
	Items, Periods int
	Level          func(rng *rand.Rand) float64 // mean demand per period of a product
	Dispersion     float64                      // variance over mean of pieces; of weights, variance over squared mean
	Whole          bool                         // pieces (negative binomial) or weights (gamma)
	Drift          float64                      // deviation of the level's steps on a log scale, reverting slowly
	Season         []float64                    // factor per period of the season, by (number of the period) mod length
}

// Simulate draws the histories, always the same for the same seed.
func (p Panel) Simulate(seed uint64) [][]float64 {
	rng := rand.New(rand.NewPCG(seed, 99))
	out := make([][]float64, p.Items)
	for i := range out {
		level := p.Level(rng)
		state := 0.0
		out[i] = make([]float64, p.Periods)
		for t := range out[i] {
			state = 0.98*state + p.Drift*rng.NormFloat64()
			mean := level * math.Exp(state)
			if len(p.Season) > 0 {
				mean *= p.Season[t%len(p.Season)]
			}
			out[i][t] = p.draw(mean, rng)
		}
	}
	return out
}

func (p Panel) draw(mean float64, rng *rand.Rand) float64 {
	if !p.Whole {
		return distuv.Gamma{Alpha: 1 / p.Dispersion, Beta: 1 / (p.Dispersion * mean), Src: source{rng}}.Rand()
	}
	if p.Dispersion > 1 { // a negative binomial is a Poisson with a gamma mean
		mean = distuv.Gamma{Alpha: mean / (p.Dispersion - 1), Beta: 1 / (p.Dispersion - 1), Src: source{rng}}.Rand()
	}
	if mean < 1e-12 {
		return 0
	}
	return distuv.Poisson{Lambda: mean, Src: source{rng}}.Rand()
}

// source lets gonum draw from the seeded generator.
type source struct{ *rand.Rand }

// LogNormal returns a draw of levels around a median.
func LogNormal(median, deviation float64) func(*rand.Rand) float64 {
	return func(rng *rand.Rand) float64 { return median * math.Exp(deviation*rng.NormFloat64()) }
}

package dist_test

import (
	"encoding/json"
	"math"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"buhuo/internal/forecast/dist"
)

// Textbook values: R 4.2 qgamma/pgamma, qnbinom/pnbinom, qpois.
func TestTextbookValues(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"exponential median", dist.NewGamma(1, 1).Quantile(0.5), math.Ln2},
		{"exponential tail", dist.NewGamma(2, 4).Exceeds(6), math.Exp(-3)},
		{"exponential loss", dist.NewGamma(2, 4).Loss(6), 2 * math.Exp(-3)},
		{"erlang 2 at 3", dist.NewGamma(2, 2).CDF(3), 1 - 4*math.Exp(-3)},
		{"poisson 2 at 3", dist.NewNegBin(2, 2).CDF(3), 0.857123460498547},
		{"poisson quantile", dist.NewNegBin(2, 1).Quantile(0.95), 5},
		{"geometric", dist.NewNegBin(3, 12).CDF(4), 1 - math.Pow(0.75, 5)},
		{"geometric tail", dist.NewNegBin(3, 12).Exceeds(4), math.Pow(0.75, 4)},
		{"geometric loss", dist.NewNegBin(3, 12).Loss(4), 3 * math.Pow(0.75, 4)},
		{"fixed", dist.NewFixed(7).Quantile(0.99), 7},
		{"fixed loss", dist.NewFixed(7).Loss(5), 2},
	} {
		if math.Abs(c.got-c.want) > 1e-9*math.Max(1, math.Abs(c.want)) {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
}

func TestGammaAgainstGonum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := math.Exp(rapid.Float64Range(-5, 12).Draw(t, "log shape"))
		x := shape * math.Exp(rapid.Float64Range(-1.5, 1.5).Draw(t, "log ratio")/math.Sqrt(math.Max(shape/10, 1)))
		d := dist.NewGamma(shape, shape)
		if want := mathext.GammaIncReg(shape, x); math.Abs(d.CDF(x)-want) > 2e-9 {
			t.Fatalf("P(%v,%v) = %v, gonum %v", shape, x, d.CDF(x), want)
		}
	})
}

func TestNegBinAgainstSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mean := math.Exp(rapid.Float64Range(-4, 5).Draw(t, "log mean"))
		over := math.Exp(rapid.Float64Range(-3, 4).Draw(t, "log overdispersion"))
		d := dist.NewNegBin(mean, mean*(1+over))
		r := mean / over
		n := rapid.IntRange(0, 300).Draw(t, "n")
		sum := 0.0
		for k := 0; k <= n; k++ {
			a, _ := math.Lgamma(float64(k) + r)
			b, _ := math.Lgamma(r)
			c, _ := math.Lgamma(float64(k) + 1)
			sum += math.Exp(a - b - c - r*math.Log1p(over) + float64(k)*math.Log(over/(1+over)))
		}
		if got := d.CDF(float64(n)); math.Abs(got-sum) > 1e-9 {
			t.Fatalf("mean %v over %v: P(D <= %d) = %v, sum %v", mean, over, n, got, sum)
		}
	})
}

func TestPoissonLargeAgainstGonum(t *testing.T) {
	for _, mean := range []float64{50, 5000, 200000} {
		d := dist.NewNegBin(mean, mean)
		for _, z := range []float64{-3, -1, 0, 1, 3} {
			x := math.Floor(mean + z*math.Sqrt(mean))
			if want := (distuv.Poisson{Lambda: mean}).CDF(x); math.Abs(d.CDF(x)-want) > 1e-8 {
				t.Errorf("Poisson %v at %v: %v, gonum %v", mean, x, d.CDF(x), want)
			}
		}
	}
}

func anyDistribution(t *rapid.T) dist.Distribution {
	mean := math.Exp(rapid.Float64Range(-12, 30).Draw(t, "log mean"))
	variance := mean * mean * math.Exp(rapid.Float64Range(-12, 8).Draw(t, "log cv2"))
	switch rapid.SampledFrom([]string{"gamma", "negbin", "fixed"}).Draw(t, "family") {
	case "gamma":
		return dist.NewGamma(mean, variance)
	case "negbin":
		return dist.NewNegBin(mean, variance)
	}
	return dist.NewFixed(mean)
}

// What every distribution promises, over twelve orders of magnitude.
func TestPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDistribution(t)
		last := 0.0
		for _, p := range []float64{0.001, 0.05, 0.5, 0.9, 0.95, 0.99, 0.9999} {
			q := d.Quantile(p)
			if math.IsNaN(q) || math.IsInf(q, 0) || q < last {
				t.Fatalf("%+v: quantile %v = %v after %v", d, p, q, last)
			}
			last = q
			if c := d.CDF(q); c < p-1e-7 && q > 1e-250 { // below, the smallest float64 stands for 0
				t.Fatalf("%+v: CDF(%v) = %v < %v", d, q, c, p)
			}
			if d.Whole() && q > 0 && d.CDF(q-1) >= p+1e-9 {
				t.Fatalf("%+v: %v is not the smallest quantile of %v", d, q, p)
			}
			for _, x := range []float64{q * 0.7, q, q*1.3 + 0.1} {
				if s := d.CDF(x) + d.Exceeds(x); s < 1-1e-7 || s > 2 {
					t.Fatalf("%+v: P(<=)+P(>=) = %v at %v", d, s, x)
				}
				if l := d.Loss(x); l < 0 || l > d.Mean()*(1+1e-9) || l < d.Mean()-x-1e-6*(1+d.Mean()) {
					t.Fatalf("%+v: loss %v at %v", d, l, x)
				}
			}
		}
	})
}

// Asked for together, quantiles are those asked for one by one and the smallest that suffice.
func TestQuantilesTogether(t *testing.T) {
	levels := []float64{0.001, 0.05, 0.5, 0.9, 0.95, 0.99, 0.9999}
	rapid.Check(t, func(t *rapid.T) {
		d := anyDistribution(t)
		from := rapid.IntRange(0, 5).Draw(t, "first level")
		out := make([]float64, len(levels)-from)
		d.Quantiles(levels[from:], out)
		for i, p := range levels[from:] {
			if one := d.Quantile(p); math.Abs(out[i]-one) > 1e-9*one {
				t.Fatalf("%+v: %v together, %v alone at %v", d, out[i], one, p)
			}
			if d.Whole() && (d.CDF(out[i]) < p-1e-9 || out[i] > 0 && d.CDF(out[i]-1) >= p+1e-9) {
				t.Fatalf("%+v: %v is not the smallest quantile of %v", d, out[i], p)
			}
		}
	})
}

// The loss function is the integral of the tail.
func TestLossIsTheTailIntegral(t *testing.T) {
	for _, d := range []dist.Distribution{
		dist.NewGamma(10, 30), dist.NewGamma(0.5, 4), dist.NewNegBin(4, 9), dist.NewNegBin(20, 20), dist.NewFixed(9),
	} {
		for _, x := range []float64{0, 0.5, 3, 12, 25.5} {
			sum, width := 0.0, 0.002
			for u := x + width/2; u < x+400; u += width {
				sum += (1 - d.CDF(u)) * width
			}
			if math.Abs(sum-d.Loss(x)) > 1e-4*(1+d.Mean()) {
				t.Errorf("%+v at %v: loss %v, integral %v", d, x, d.Loss(x), sum)
			}
		}
	}
}

func TestDegenerateInput(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(-1), -5, 0} {
		for _, d := range []dist.Distribution{dist.NewGamma(v, 1), dist.NewNegBin(v, 1), dist.NewFixed(v)} {
			if d.Mean() != 0 || d.Quantile(0.99) != 0 || d.Loss(0) != 0 {
				t.Errorf("mean %v is not the amount 0: %+v", v, d)
			}
		}
	}
	if d := dist.NewGamma(5, math.NaN()); d.Quantile(0.9) != 5 {
		t.Errorf("without a variance: %v", d.Quantile(0.9))
	}
	if d := dist.NewGamma(1e-9, 1e9); math.IsNaN(d.Quantile(0.99)) || math.IsNaN(d.Loss(1)) {
		t.Error("extreme skew is not finite")
	}
}

func TestJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDistribution(t)
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var back dist.Distribution
		if err := json.Unmarshal(text, &back); err != nil || back.Kind() != d.Kind() ||
			math.Abs(back.Quantile(0.9)-d.Quantile(0.9)) > 1e-9*(1+d.Quantile(0.9)) {
			t.Fatalf("%s -> %+v, %v", text, back, err)
		}
	})
	var d dist.Distribution
	if json.Unmarshal([]byte(`{"kind":"cauchy","mean":1}`), &d) == nil {
		t.Error("an unknown family was accepted")
	}
}

// BenchmarkQuantiles asks for the four quantiles that orders rest on.
func BenchmarkQuantiles(b *testing.B) {
	for _, c := range []struct {
		name string
		of   func(mean float64) dist.Distribution
	}{
		{"gamma", func(mean float64) dist.Distribution { return dist.NewGamma(mean, 20) }},
		{"negbin", func(mean float64) dist.Distribution { return dist.NewNegBin(mean, 80) }},
		{"large", func(mean float64) dist.Distribution { return dist.NewNegBin(100*mean, 4000) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			var out [4]float64
			for i := 0; b.Loop(); i++ {
				c.of(float64(i%50)+0.5).Quantiles([]float64{0.5, 0.9, 0.95, 0.99}, out[:])
			}
		})
	}
}

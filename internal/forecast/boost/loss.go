package boost

import (
	"errors"
	"fmt"
	"math"
)

// Loss is what a model makes small. L2 and MinWeight count in its second derivatives.
type Loss struct {
	Kind  Kind    `json:"kind"`
	Power float64 `json:"power,omitempty"` // of Tweedie: variance = mean^Power
	Tau   float64 `json:"tau,omitempty"`   // of Pinball
}

// Kind names a loss.
type Kind string

// The losses. Rates have a logarithmic link: trees multiply.
const (
	squared Kind = "squared"
	tweedie Kind = "tweedie"
	pinball Kind = "pinball"
)

// Squared is half the squared error; its best prediction is the mean. A row has second derivative 1.
func Squared() Loss { return Loss{Kind: squared} }

// Poisson is the deviance of counts; its best prediction is the mean rate. A row's second derivative
// is its expected count, so L2 is a number of events as expected.
func Poisson() Loss { return Tweedie(1) }

// Tweedie is the deviance of amounts that are often 0; power is 1 (Poisson) to 2 (gamma, which
// refuses zeros). Its best prediction is the mean.
func Tweedie(power float64) Loss { return Loss{Kind: tweedie, Power: power} }

// Pinball is the loss of the quantile tau, 0 < tau < 1. A row has second derivative 1.
func Pinball(tau float64) Loss { return Loss{Kind: pinball, Tau: tau} }

// maxStep limits what one leaf may do to the logarithm of a rate, where nothing else does.
const maxStep = 5

func (l Loss) check() error {
	switch {
	case l.Kind == squared:
	case l.Kind == tweedie && l.Power >= 1 && l.Power <= 2:
	case l.Kind == pinball && l.Tau > 0 && l.Tau < 1:
	default:
		return fmt.Errorf("no such loss: %q with power %v and tau %v", l.Kind, l.Power, l.Tau)
	}
	return nil
}

func (l Loss) checkValue(y float64) error {
	switch {
	case math.IsNaN(y) || math.IsInf(y, 0):
		return errors.New("no number was seen")
	case l.Kind == tweedie && (y < 0 || l.Power == 2 && y == 0):
		return fmt.Errorf("%v cannot be an amount with this loss", y)
	}
	return nil
}

// response turns a score into a prediction.
func (l Loss) response(score float64) float64 {
	if l.Kind == tweedie {
		return math.Exp(score)
	}
	return score
}

// powers returns mean^(2-p) and mean^(1-p) for a mean of which score is the logarithm.
func (l Loss) powers(score float64) (two, one float64) {
	switch l.Power {
	case 1:
		return math.Exp(score), 1
	case 2:
		return 1, math.Exp(-score)
	}
	two = math.Exp((2 - l.Power) * score)
	if l.Power == 1.5 {
		return two, 1 / two
	}
	return two, two * math.Exp(-score)
}

// gradients fills g and h with the first and second derivatives of the rows from on.
func (l Loss) gradients(d *Data, score []float64, from int, g, h []float64) {
	for i := range g {
		r := from + i
		w, y, f := d.weight(r), d.Y[r], score[r]
		switch l.Kind {
		case squared:
			g[i], h[i] = w*(f-y), w
		case tweedie:
			two, one := l.powers(f)
			a, b := w*y*one, w*two
			g[i], h[i] = b-a, (2-l.Power)*b+(l.Power-1)*a
		case pinball:
			g[i], h[i] = 0, w // what is met exactly, as many zeros are, pulls to neither side
			if y > f {
				g[i] = -w * l.Tau
			} else if y < f {
				g[i] = w * (1 - l.Tau)
			}
		}
	}
}

// Of is the loss of one row at a score.
func (l Loss) Of(y, score float64) float64 {
	e := y - score
	switch l.Kind {
	case squared:
		return e * e / 2
	case pinball:
		return max(l.Tau*e, (l.Tau-1)*e)
	}
	two, one := l.powers(score)
	switch l.Power {
	case 1:
		return two - y*score
	case 2:
		return y*one + score
	}
	return two/(2-l.Power) - y*one/(1-l.Power)
}

// mean is the weighted mean loss of rows with these scores.
func (l Loss) mean(d *Data, score []float64) float64 {
	sum, total := 0.0, 0.0
	for r, y := range d.Y {
		w := d.weight(r)
		sum += w * l.Of(y, score[r])
		total += w
	}
	return sum / total
}

// step is the best common step of rows whose derivatives sum to g and h. Squared: the Newton step.
// Tweedie: the line search of Friedman 2001 has a closed form, log(a/b) with a = Σ w·y·mean^(1-p)
// and b = Σ w·mean^(2-p), which g = b-a and h = (2-p)b+(p-1)a give back; l2 adds as much to both,
// which near 0 is the penalty of the Newton step and never lets a leaf without events run away.
func (l Loss) step(g, h, l2 float64) float64 {
	if l.Kind == squared {
		if h+l2 <= 0 {
			return 0
		}
		return -g / (h + l2)
	}
	b := h + (l.Power-1)*g + l2
	if b <= 0 {
		return 0
	}
	a := h + (l.Power-2)*g + l2
	return math.Log(max(a/b, 1e-12))
}

// constant is the best common step of the rows, without penalty.
func (l Loss) constant(d *Data, score []float64, rows []int32, g, h []float64) float64 {
	if l.Kind == pinball {
		q, _ := l.residualQuantile(d, score, rows, nil)
		return q
	}
	sg, sh := sums(rows, g, h)
	return l.step(sg, sh, 0)
}

func sums(rows []int32, g, h []float64) (sg, sh float64) {
	for _, r := range rows {
		sg += g[r]
		sh += h[r]
	}
	return sg, sh
}

// residualQuantile returns the quantile tau of what the rows lie above their scores, and their
// weight. Scratch is reused.
func (l Loss) residualQuantile(d *Data, score []float64, rows []int32, scratch []weighted) (q, total float64) {
	v := scratch[:0]
	for _, r := range rows {
		if w := d.weight(int(r)); w > 0 {
			v = append(v, weighted{d.Y[r] - score[r], w})
			total += w
		}
	}
	if len(v) == 0 {
		return 0, 0
	}
	return quantile(v, l.Tau*total), total
}

// weighted is a value that counts w times.
type weighted struct{ x, w float64 }

// quantile returns the smallest x up to which the weights reach target, by quickselect; v is
// reordered.
func quantile(v []weighted, target float64) float64 {
	target *= 1 - 1e-12 // sums that should be equal are
	below := 0.0
	for {
		pivot := median(v[0].x, v[len(v)/2].x, v[len(v)-1].x)
		less, more := 0, len(v)
		wLess, wSame := 0.0, 0.0
		for i := 0; i < more; {
			switch x := v[i].x; {
			case x < pivot:
				wLess += v[i].w
				v[less], v[i] = v[i], v[less]
				less++
				i++
			case x > pivot:
				more--
				v[more], v[i] = v[i], v[more]
			default:
				wSame += v[i].w
				i++
			}
		}
		switch {
		case less > 0 && below+wLess >= target:
			v = v[:less]
		case more == len(v) || below+wLess+wSame >= target:
			return pivot
		default:
			below += wLess + wSame
			v = v[more:]
		}
	}
}

func median(a, b, c float64) float64 {
	return max(min(a, b), min(max(a, b), c))
}

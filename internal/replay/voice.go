package replay

import "math"

// voice turns the forecast's probability into the one that is told: logistic regression on its
// log-odds (Platt 1999) and on how lumpy the demand is, because goods that are often not asked for at
// all run out otherwise than the gamma distribution says. It is learned anew every week from what was
// told before and came, or came not, and pulled to saying it as it is.
type voice [voiceParts]float64

const voiceParts = 5

const (
	voicePull = 20.0 // cases that saying it as it is counts for
	voiceMost = 5.0  // a part stays between this and its opposite
	rehear    = 7    // days between two lessons
	heardDays = 112  // days that a lesson looks back
	oddsMost  = 7.0  // log-odds beyond which nothing is surer
)

// plainly says it as it is.
var plainly = voice{0, 1, 0, 0, 0}

func odds(p float64) float64 {
	return math.Min(math.Max(math.Log(p/(1-p)), -oddsMost), oddsMost)
}

// parts returns what the voice listens to.
func (c *Chance) parts() [voiceParts]float64 {
	x, u := odds(c.Told), math.Min(math.Max(c.lumpy, -3), 3)
	return [voiceParts]float64{1, x, u, x * u, x * math.Abs(x) / 4}
}

func (v *voice) say(x *[voiceParts]float64) float64 {
	sum := 0.0
	for i := range x {
		sum += v[i] * x[i]
	}
	return 1 / (1 + math.Exp(-sum))
}

func (v *voice) tell(c Chance) float64 {
	x := c.parts()
	return v.say(&x)
}

// listen learns a voice from the cases whose outcome was known on a morning, by Newton's method.
func listen(cases []Chance, morning int) voice {
	var heard [][voiceParts]float64
	var came []float64
	for i := range cases {
		c := &cases[i]
		if c.known > morning || c.day < morning-heardDays {
			continue
		}
		heard = append(heard, c.parts())
		if c.Happened {
			came = append(came, 1)
		} else {
			came = append(came, 0)
		}
	}
	v := plainly
	before := v.loss(heard, came)
	for range 12 {
		var a [voiceParts][voiceParts + 1]float64 // the system to be solved; the last column is the gradient
		for i := range v {
			a[i][i], a[i][voiceParts] = voicePull, voicePull*(v[i]-plainly[i])
		}
		for n := range heard {
			x := &heard[n]
			p := v.say(x)
			for i := range x {
				a[i][voiceParts] += (p - came[n]) * x[i]
				for j := range x {
					a[i][j] += p * (1 - p) * x[i] * x[j]
				}
			}
		}
		step := solve(&a)
		// A full step can lead astray where much is nearly sure: half of it, and half again, does not.
		length, after, next := 1.0, math.Inf(1), v
		for ; length > 1e-3; length /= 2 {
			for i := range v {
				next[i] = math.Min(math.Max(v[i]-length*step[i], -voiceMost), voiceMost)
			}
			if after = next.loss(heard, came); after <= before {
				break
			}
		}
		if after >= before {
			break
		}
		enough := before-after < 1e-9*before
		if v, before = next, after; enough {
			break
		}
	}
	return v
}

// loss is how far the voice is from what came, in nats, with the pull.
func (v *voice) loss(heard [][voiceParts]float64, came []float64) float64 {
	sum := 0.0
	for i := range v {
		sum += voicePull / 2 * (v[i] - plainly[i]) * (v[i] - plainly[i])
	}
	for n := range heard {
		z := 0.0
		for i, x := range heard[n] {
			z += v[i] * x
		}
		if came[n] > 0 {
			z = -z
		}
		sum += math.Max(z, 0) + math.Log1p(math.Exp(-math.Abs(z)))
	}
	return sum
}

// solve solves a positive definite system by elimination.
func solve(a *[voiceParts][voiceParts + 1]float64) (x [voiceParts]float64) {
	for i := range x {
		for j := i + 1; j < voiceParts; j++ {
			f := a[j][i] / a[i][i]
			for k := i; k <= voiceParts; k++ {
				a[j][k] -= f * a[i][k]
			}
		}
	}
	for i := voiceParts - 1; i >= 0; i-- {
		x[i] = a[i][voiceParts]
		for k := i + 1; k < voiceParts; k++ {
			x[i] -= a[i][k] * x[k]
		}
		x[i] /= a[i][i]
	}
	return x
}

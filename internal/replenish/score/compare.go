package score

import "math"

// Contest is what is known of two people's regrets over the same cases.
type Contest struct {
	Cases   int
	Sum     float64 // of (ours - theirs)
	Squares float64 // of the same, squared
}

// Side is who did better.
type Side int

// The sides.
const (
	TooFew Side = iota // too few cases to say
	Even               // no clear difference
	Ours
	Theirs
)

const (
	// enough is how many cases it takes to say anything.
	enough = 8
	// sure is how many standard errors the mean difference must be away from none:
	// one-sided, so much chance shows in one of twenty comparisons.
	sure = 1.645
)

// Better says whose regrets were smaller, if that is more than chance: the mean of the
// paired differences against its standard error.
func (c Contest) Better() Side {
	if c.Cases < enough {
		return TooFew
	}
	n := float64(c.Cases)
	mean := c.Sum / n
	spread := math.Max(c.Squares/n-mean*mean, 0) * n / (n - 1)
	switch {
	case c.Sum == 0 || math.Abs(mean) <= sure*math.Sqrt(spread/n):
		return Even
	case c.Sum > 0:
		return Theirs
	}
	return Ours
}

package score

import "math"

// Evidence is what past orders would have cost at each of a list of service levels.
type Evidence struct {
	Cases  int
	Regret []float64 // summed over the cases, by level
}

// Add counts a case in.
func (e *Evidence) Add(regret []float64) {
	if e.Regret == nil {
		e.Regret = make([]float64, len(regret))
	}
	if len(regret) != len(e.Regret) {
		return
	}
	e.Cases++
	for i, r := range regret {
		e.Regret[i] += r
	}
}

// least is the level of least regret, of equals the nearest to another.
func (e Evidence) least(to float64) float64 {
	best := -1
	for i, r := range e.Regret {
		switch {
		case best < 0 || r < e.Regret[best]-tiny(r):
			best = i
		case r <= e.Regret[best]+tiny(r) && math.Abs(float64(i)-to) < math.Abs(float64(best)-to):
			best = i
		}
	}
	if best < 0 {
		return to
	}
	return float64(best)
}

const (
	// fewest is how many cases it takes to move a level at all.
	fewest = 20
	// worth is how many cases count as much as what is believed without them: the word
	// of the owner's policy for a shop, the shop's level for a category.
	worth = 20
)

// shrunk moves a belief towards what the evidence says, by n/(n+worth).
func (e Evidence) shrunk(belief float64) float64 {
	n := float64(e.Cases)
	return belief + n/(n+worth)*(e.least(belief)-belief)
}

// Next is where a level that stands at current moves: at most one place in the list,
// towards the least regret as the evidence of its own and of the whole shop tells it
// (n/(n+k) shrinkage, twice), never out of low..high. word is the place of the owner's
// policy. With fewer than 20 cases of its own, or when one place further would not have
// cost less, it stays.
func Next(current, word, low, high int, shop, own Evidence) int {
	current = min(max(current, low), high)
	if own.Cases < fewest || len(own.Regret) == 0 {
		return current
	}
	target := own.shrunk(shop.shrunk(float64(word)))
	next := current
	switch {
	case target >= float64(current)+0.5:
		next++
	case target <= float64(current)-0.5:
		next--
	}
	next = min(max(next, low), high)
	if next < 0 || next >= len(own.Regret) || own.Regret[next] >= own.Regret[current] {
		return current
	}
	return next
}

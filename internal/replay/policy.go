package replay

import (
	"fmt"
	"strconv"
	"strings"
)

// Policies returns THE list of policies that can be replayed, the limit first, ours last. Adding one
// is a file and a line here.
func Policies() []Policy {
	return []Policy{foresight{}, ses{}, movingSigma{}, cover{}, static{}, ours{}}
}

// Find returns the policy with a name.
func Find(name string) (Policy, error) {
	var names []string
	for _, p := range append(Policies(), frontier{}) {
		if p.Name() == name {
			return p, nil
		}
		names = append(names, p.Name())
	}
	return nil, fmt.Errorf("there is no policy %q; there are %s", name, strings.Join(names, ", "))
}

// path is a policy whose levels do not depend on what lies on the shelf: levels of the days from
// first on, of which that of day t may look at demand[:t] only.
type path func(demand []float64, first, protection int, parameter float64) []float64

// plan makes deciders of a path.
func (f path) plan(shop *Shop, rules Rules, parameter float64) []Decider {
	out := make([]Decider, len(shop.Items))
	for i := range shop.Items {
		it := &shop.Items[i]
		first := rules.first(it)
		var levels []float64
		out[i] = func(t int, _ *Shelf) float64 {
			if levels == nil {
				levels = f(it.Demand, first, rules.of(it).Protection(), parameter)
			}
			return levels[t-first]
		}
	}
	return out
}

// lately returns the mean of the last days before t.
func lately(demand []float64, t, days int) float64 {
	window := demand[max(0, t-days):t]
	return sum(window) / float64(len(window))
}

// Choice is a policy with a parameter.
type Choice struct {
	Policy    Policy
	Parameter float64
}

// Choose reads a list like "all", "cover,ses" or "cover:3,ses:0.8": each policy with the parameter
// named, else with its usual ones; with sweep, with those that draw its frontier.
func Choose(list string, sweep bool) ([]Choice, error) {
	if strings.TrimSpace(list) == "all" {
		var names []string
		for _, p := range Policies() {
			names = append(names, p.Name())
		}
		list = strings.Join(names, ",")
	}
	var out []Choice
	for part := range strings.SplitSeq(list, ",") {
		name, text, given := strings.Cut(strings.TrimSpace(part), ":")
		p, err := Find(name)
		if err != nil {
			return nil, err
		}
		if given {
			x, err := strconv.ParseFloat(text, 64)
			if lo, hi := p.Range(); err != nil || !(x >= lo && x <= hi) {
				return nil, fmt.Errorf("the parameter of %s must be a number from %v to %v, not %q", name, lo, hi, text)
			}
			out = append(out, Choice{p, x})
			continue
		}
		out = append(out, usually(p, sweep)...)
	}
	return out, nil
}

// usually returns a policy with its usual parameters, or those of its frontier. Our own stands there
// once under its name; its frontier has a name of its own.
func usually(p Policy, sweep bool) (out []Choice) {
	parameters := p.Parameters()
	if sweep {
		parameters = p.Sweep()
	}
	for _, x := range parameters {
		out = append(out, Choice{p, x})
	}
	if sweep && p.Name() == Ours {
		for _, x := range (frontier{}).Sweep() {
			out = append(out, Choice{frontier{}, x})
		}
	}
	return out
}

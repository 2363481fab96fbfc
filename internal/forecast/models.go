package forecast

import (
	"buhuo/internal/forecast/average"
	"buhuo/internal/forecast/ses"
	"buhuo/internal/forecast/theta"
	"buhuo/internal/forecast/tsb"
)

// Model sees one history and says, before each period and after the last, which level of demand
// per unit of exposure it expects from then on. Exposure is what a period was worth: the share of
// it on the shelf times its weekday and calendar factors; 0 means unknown. len(out) is
// len(sold)+1. Package forecasttest holds the contract.
type Model interface {
	Name() string
	Levels(sold, exposure []float64, prior, weight float64, out []float64)
}

// Models returns THE list of models that are combined, for a period length and a typical horizon.
// Adding one is a folder and a line here; how much it counts is learned from the shop's own past.
func Models(f Freq, horizon int) []Model {
	season := []int{7, 4, 3}[f]
	window := []int{28, 26, 12}[f]
	ahead := float64(max(horizon, 2))/4 + 0.5
	return []Model{
		ses.Model{Alpha: 0.03},
		ses.Model{Alpha: 0.08},
		ses.Model{Alpha: 0.2},
		ses.Model{Alpha: 0.45},
		average.Model{Window: season},
		average.Model{Window: window},
		tsb.Model{Size: 0.1, Chance: 0.05},
		theta.Model{Alpha: 0.1, Ahead: ahead},
	}
}

// Names returns the names by which Options.Models chooses, in the order of the list: the models of a
// period length, and last the global member, which corrects the others and never stands alone.
func Names(f Freq) []string {
	var out []string
	for _, m := range Models(f, 0) {
		out = append(out, m.Name())
	}
	return append(out, globalName)
}

// Alone tells whether the method of this name can forecast by itself.
func Alone(name string) bool { return name != globalName }

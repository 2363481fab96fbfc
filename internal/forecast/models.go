package forecast

import (
	"buhuo/internal/forecast/average"
	"buhuo/internal/forecast/croston"
	"buhuo/internal/forecast/htsb"
	"buhuo/internal/forecast/naive"
	"buhuo/internal/forecast/prior"
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
	Levels(sold, exposure []float64, p prior.Level, out []float64)
}

// Models returns THE list of models, for a period length and a typical horizon: those that are combined
// and, after them, those that must be asked for by name. Adding one is a folder and a line here; how
// much it counts is learned from the shop's own past.
func Models(f Freq, horizon int) (combined, named []Model) {
	short := [...]Model{naive.Model{Season: 7}, average.Model{Window: 4}, average.Model{Window: 3}}[f]
	long := [...]Model{average.Model{Window: 28}, average.Model{Window: 26}, naive.Model{Season: 12}}[f]
	ahead := float64(max(horizon, 2))/4 + 0.5
	combined = []Model{
		ses.Model{Alpha: 0.03},
		ses.Model{Alpha: 0.08},
		ses.Model{Alpha: 0.2},
		ses.Model{Alpha: 0.45},
		short,
		long,
		tsb.Model{Size: 0.1, Chance: 0.05},
		theta.Model{Alpha: 0.1, Ahead: ahead},
	}
	// with these two the combination did worse on every set that it was developed on
	named = []Model{
		htsb.Model{Size: 0.1, Chance: 0.05},
		croston.Model{Alpha: 0.1},
	}
	return combined, named
}

// Names returns the names by which Options.Models chooses: those combined by default, the global
// member, which corrects the others and never stands alone, and those that must be asked for.
func Names(f Freq) []string {
	combined, named := Models(f, 0)
	var out []string
	for _, m := range combined {
		out = append(out, m.Name())
	}
	out = append(out, globalName)
	for _, m := range named {
		out = append(out, m.Name())
	}
	return out
}

// Alone tells whether the method of this name can forecast by itself.
func Alone(name string) bool { return name != globalName }

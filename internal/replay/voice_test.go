package replay

import (
	"testing"

	"pgregory.net/rapid"
)

// What was learned explains its lesson no worse than saying it as it is, however sure the
// forecast was and whatever came.
func TestAVoiceIsNoWorseThanNone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cases := make([]Chance, rapid.IntRange(1, 300).Draw(t, "cases"))
		sure := rapid.Float64Range(0.5, 1).Draw(t, "sure")
		for i := range cases {
			p := rapid.Float64Range(1-sure, sure).Draw(t, "told")
			cases[i] = Chance{Told: p, Happened: rapid.Bool().Draw(t, "came"), lumpy: rapid.Float64Range(-4, 4).Draw(t, "lumpy")}
		}
		v := listen(cases, 1)
		heard, came := make([][voiceParts]float64, len(cases)), make([]float64, len(cases))
		for i := range cases {
			if heard[i] = cases[i].parts(); cases[i].Happened {
				came[i] = 1
			}
		}
		if got, plain := v.loss(heard, came), plainly.loss(heard, came); !(got <= plain+1e-9) {
			t.Fatalf("%v explains by %v, as it is by %v", v, got, plain)
		}
	})
}

package replay

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestJudgedByHand(t *testing.T) {
	got := Judge([]Chance{
		{Told: 0.05}, {Told: 0.05}, {Told: 0.05}, {Told: 0.05, Happened: true}, // a tenth told 0.05 and come 0.25
		{Told: 1, Happened: true, Plain: true}, {Told: 0.92, Plain: true}, // one told 0.96 and come 0.5
	})
	want := Calibration{
		Cases: 6, Error: (4*0.2 + 2*0.46) / 6, Brier: (3*0.0025 + 0.9025 + 0.8464) / 6, Plain: 2.0 / 6,
	}
	want.Skill = 1 - want.Brier/want.Plain
	want.Tenths[0], want.Tenths[9] = Tenth{4, 0.05, 0.25}, Tenth{2, 0.96, 0.5}
	for _, c := range [][2]float64{{got.Error, want.Error}, {got.Brier, want.Brier}, {got.Plain, want.Plain}, {got.Skill, want.Skill}, {got.Worst, 0},
		{got.Tenths[0].Told, 0.05}, {got.Tenths[0].Happened, 0.25}, {got.Tenths[9].Told, 0.96}, {got.Tenths[9].Happened, 0.5}} {
		if math.Abs(c[0]-c[1]) > 1e-12 {
			t.Fatalf("%+v\nwant %+v", got, want)
		}
	}
	many := make([]Chance, 100)
	for i := range many {
		many[i] = Chance{Told: 0.3, Happened: i < 41}
	}
	if got := Judge(many); math.Abs(got.Worst-0.11) > 1e-12 || got.Tenths[3].Cases != 100 {
		t.Errorf("a hundred cases: %+v", got)
	}
	if got := Judge(nil); got.Cases != 0 || got.Error != 0 || got.Skill != 0 {
		t.Errorf("nothing told: %+v", got)
	}
}

// A voice finds the odds that a forecast gets wrong, from outcomes that were known, and says few cases
// as they are.
func TestListen(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	var cases []Chance
	for i := range 4000 {
		p := 0.02 + 0.96*r.Float64()
		truth := 1 / (1 + math.Exp(-(0.5 + 0.6*odds(p))))
		cases = append(cases, Chance{Told: p, Happened: r.Float64() < truth, lumpy: r.NormFloat64() / 2, day: 1000 + i%100, known: 1002 + i%100})
	}
	v := listen(cases, 1105)
	for _, p := range []float64{0.1, 0.3, 0.5, 0.9} {
		truth := 1 / (1 + math.Exp(-(0.5 + 0.6*odds(p))))
		if got := v.tell(Chance{Told: p}); math.Abs(got-truth) > 0.04 {
			t.Errorf("told %v at %v, it comes at %v", got, p, truth)
		}
	}
	for i := range cases { // what is not known yet is not heard
		if cases[i].known > 1050 {
			cases[i].Happened = !cases[i].Happened
		}
	}
	early := listen(cases, 1050)
	for i := range cases {
		if cases[i].known > 1050 {
			cases[i].Happened = !cases[i].Happened
		}
	}
	if early != listen(cases, 1050) {
		t.Error("the voice knows what had not happened yet")
	}
	if v := listen(cases[:1], 1105); math.Abs(v.tell(Chance{Told: 0.4})-0.4) > 0.05 {
		t.Errorf("one case makes the voice %v", v)
	}
	if v := listen(nil, 1105); v != plainly {
		t.Errorf("nothing heard makes the voice %v", v)
	}
	for _, p := range []float64{0, 1, 1e-300} {
		if got := v.tell(Chance{Told: p, lumpy: math.Inf(1)}); !(got >= 0 && got <= 1) {
			t.Errorf("told %v at %v", got, p)
		}
	}
}

// On a shop whose demand is drawn from what forecasts can know, probabilities are what they say.
func TestChancesComeTrue(t *testing.T) {
	shop := invented(20, 300, 8)
	got, err := Calibrate(shop, Rules{Lead: 1, Review: 1, Shelf: 3, Holding: 0.002, Window: 120, Warmup: 14})
	if err != nil {
		t.Fatal(err)
	}
	if got.Cases < 5000 || got.Error > 0.03 || got.Worst > 0.07 || got.Skill <= 0.1 {
		t.Errorf("%+v", got)
	}
	if _, err := Calibrate(&Shop{}, daily); err == nil {
		t.Error("an empty shop")
	}
}

package restock

import (
	"math"
	"slices"

	"buhuo/internal/money"
	"buhuo/internal/replay"
	"buhuo/internal/shop"
)

// group is a list of policies that are replayed, and where they stand in the answer.
type group struct {
	choices []replay.Choice
	keep    func(list []Outcome)
}

// replay replays the past under all policies and fills in the answer.
func (t *Told) replay(past *replay.Shop, did []replay.Total, rules replay.Rules, c surroundings, progress func(done, of int) error) error {
	groups, err := t.groups()
	if err != nil {
		return err
	}
	var choices []replay.Choice
	for _, g := range groups {
		choices = append(choices, g.choices...)
	}
	comparison, err := replay.Compare(past, rules, choices)
	if err != nil {
		return err
	}
	for from := 0; from < len(past.Items); from += replayPart {
		to := min(from+replayPart, len(past.Items))
		comparison.Part(from, to, 1) // one processor is left to the shop
		if progress != nil {
			if err := progress(to, len(past.Items)); err != nil {
				return err
			}
		}
	}
	figures, err := comparison.Figures()
	if err != nil {
		return err
	}
	list := make([]Outcome, len(figures))
	for i, f := range figures {
		list[i] = outcomeOf(choices[i].Policy.Name(), choices[i].Parameter, f, c.shop.Currency)
	}
	for _, g := range groups {
		g.keep(list[:len(g.choices)])
		list = list[len(g.choices):]
	}
	t.Demand = int64(minor(figures[0].Demand, c.shop.Currency))
	if did != nil {
		f, err := replay.Summarise(past.Items, did, rules.Holding)
		if err != nil {
			return err
		}
		t.Did = new(outcomeOf("did", 0, f, c.shop.Currency))
	}
	if found, err := comparison.Calibrate(calibrated); err == nil { // without doubt there is nothing to judge
		t.Chances = chancesOf(found)
	}
	return nil
}

// groups are the policies of a replay.
func (t *Told) groups() ([]group, error) {
	ours, err := replay.Find(replay.Ours)
	if err != nil {
		return nil, err
	}
	settings := group{keep: func(list []Outcome) { t.Settings = list }}
	for _, p := range shop.Policies() {
		settings.choices = append(settings.choices, replay.Choice{Policy: ours, Parameter: weights[p]})
	}
	cheapest := func(list []Outcome) {
		t.Others = append(t.Others, slices.MinFunc(list, func(a, b Outcome) int { return int(a.Cost - b.Cost) }))
	}
	out := []group{settings}
	for _, g := range []struct {
		list string
		keep func(list []Outcome)
	}{
		{rivalCover, func(list []Outcome) { t.Cover = list; cheapest(list) }},
		{rivalSigma, cheapest},
		{rivalStatic, cheapest},
		{"foresight", cheapest},
		{ourFrontier, func(list []Outcome) { t.Frontier = rising(list) }},
	} {
		choices, err := replay.Choose(g.list, false)
		if err != nil {
			return nil, err
		}
		out = append(out, group{choices, g.keep})
	}
	return out, nil
}

// rising leaves out what has no more on the shelf than the one before: that is no choice.
func rising(list []Outcome) []Outcome {
	out := list[:1]
	for _, o := range list[1:] {
		if o.Stock > out[len(out)-1].Stock {
			out = append(out, o)
		}
	}
	return out
}

func outcomeOf(name string, parameter float64, f replay.Figures, in money.Currency) Outcome {
	return Outcome{
		Policy: name, Parameter: parameter, FillPPM: ppm(f.FillValue), FillMeanPPM: ppm(f.FillMean), OutPPM: ppm(f.StockoutPercent / 100),
		Stock: minor(f.Cash, in), StockDays: math.Round(100*f.StockDays) / 100, LostSales: minor(f.LostSales, in), LostMargin: minor(f.LostMargin, in),
		Waste: minor(f.Waste, in), WastePPM: ppm(f.WastePercent / 100), Holding: minor(f.Holding, in), Cost: minor(f.Cost(), in),
		CostPPM: ppm(f.CostPercent / 100), Orders: f.Orders,
	}
}

func chancesOf(found replay.Calibration) *Chances {
	out := &Chances{Cases: found.Cases, ErrorPPM: ppm(found.Error), WorstPPM: ppm(found.Worst), SkillPPM: ppm(found.Skill)}
	for _, x := range found.Tenths {
		out.Tenths = append(out.Tenths, Chance{Cases: x.Cases, ToldPPM: ppm(x.Told), HappenedPPM: ppm(x.Happened)})
	}
	return out
}

// ppm is a share in millionths.
func ppm(x float64) int { return int(math.Round(1e6 * x)) }

// minor is an amount in the currency's smallest unit.
func minor(x float64, in money.Currency) money.Amount {
	return money.Amount(math.Round(x * math.Pow10(in.Exponent)))
}

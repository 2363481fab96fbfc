package forecast

import (
	"math"
	"slices"

	"buhuo/internal/day"
)

// Explanation says what the forecast of one product is made of, as data: a screen or a command makes
// the sentences. Everything is in base units of the product per period, or a factor without a unit
// (1 changes nothing).
//
// Its figures are those of the forecast, not told after the fact:
//
//	Level         = the sum of Members[i].Part
//	Steps[k].Mean = Level × Trend × Steps[k].Season × Steps[k].Festival × Steps[k].Promotion ×
//	                Steps[k].Price × Steps[k].Yearly
//
// and Steps[k].Festival is the product of Festivals[i].Factors[k]. Correction, Prior and Spread say
// where the level and the width of the distribution come from; they are no further factors.
type Explanation struct {
	Item     string `json:"item"`
	Category string `json:"category,omitempty"`
	Freq     string `json:"freq"`  // "day", "week" or "month"
	First    Date   `json:"first"` // first date of the first period forecast

	Level   float64        `json:"level"`            // demand of a normal period: no weekday, festival or promotion
	Before  float64        `json:"before,omitempty"` // what the same members said Span periods ago; 0 when nothing had sold by then
	Span    int            `json:"span"`             // periods: 28 days, 8 weeks, 12 months
	Members []MemberPart   `json:"members"`          // the models and what each adds to the level, the largest part first
	Trend   float64        `json:"trend"`            // of the whole shop: how much busier than usual it is expected to be
	Season  []float64      `json:"season,omitempty"` // factor per weekday (Sunday first) or month (January first); nil when none is used
	Feasts  []FestivalPart `json:"festivals,omitempty"`

	Elasticity float64        `json:"elasticity,omitempty"` // demand goes with (usual price / price) to this power; 0 when nothing was learned or its price never moved
	Promotion  float64        `json:"promotion,omitempty"`  // factor of a period wholly in promotion; 0 when nothing was learned or the product never had one
	Correction CorrectionPart `json:"correction"`
	Prior      PriorPart      `json:"prior"`
	Spread     SpreadPart     `json:"spread"`
	Flags      []Flag         `json:"flags,omitempty"`
	Steps      []StepPart     `json:"steps"`
}

// Date is a day that JSON writes as 2026-02-17.
type Date struct{ day.Date }

// MarshalText writes the date.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(text []byte) (err error) {
	d.Date, err = day.Parse(string(text))
	return err
}

// MemberPart is one model of the combination: Part is Weight times Level.
type MemberPart struct {
	Name   string  `json:"name"`
	Weight float64 `json:"weight"`
	Level  float64 `json:"level"`
	Part   float64 `json:"part"`
}

// FestivalPart is a festival that changes some of the periods forecast.
type FestivalPart struct {
	Festival day.Festival `json:"festival"`
	Date     Date         `json:"date"`   // of the festival itself
	Usual    float64      `json:"usual"`  // the factor of its strongest day
	Strong   Date         `json:"strong"` // that day, inside the forecast or not
	Factors  []float64    `json:"factors"`
}

// CorrectionPart says what empty shelves did to the sales of late (the last 56 periods).
type CorrectionPart struct {
	Factor float64 `json:"factor"` // demand over sales on the periods with goods; 1 when the shelf was never empty
	Sold   float64 `json:"sold"`   // per period with goods
	Wanted float64 `json:"wanted"` // Sold × Factor
	Hidden float64 `json:"hidden"` // share of demand that no sale could show, periods without any goods included
}

// The sources of what one product's own history cannot tell.
const (
	SourceCategory = "category"
	SourceShop     = "shop"
	SourceAround   = "around"  // mostly what other shops sell
	SourceNothing  = "nothing" // no product of the shop has a history
)

// The reasons why the answer is the prior.
const (
	ReasonUnseen   = "never_on_shelf"
	ReasonUnsold   = "never_sold"
	ReasonTooShort = "too_short" // on the shelf for less than two periods
)

// PriorPart is what was believed of the product before its own history spoke.
type PriorPart struct {
	Reason string  `json:"reason,omitempty"` // why the forecast rests on it; "" when the history speaks (no flag Prior)
	Source string  `json:"source"`           // SourceCategory, SourceShop, SourceAround or SourceNothing
	Items  int     `json:"items"`            // products that it was learned from
	Band   Band    `json:"band,omitempty"`   // the third of their prices that it stands in, where that changed Level
	Level  float64 `json:"level"`            // demand of a normal period
	Weight float64 `json:"weight"`           // periods of history that it is worth
	Share  float64 `json:"share"`            // Weight over Weight plus what was seen: 1 is all prior
}

// SpreadPart says how wide the distribution is and where that comes from.
type SpreadPart struct {
	Kind      string  `json:"kind"`      // "negbin", "poisson", "gamma" or "fixed", of the sum over Periods
	Noise     float64 `json:"noise"`     // standard deviation of one normal period around the level
	Own       float64 `json:"own"`       // shares of the noise: the product's own history,
	Category  float64 `json:"category"`  // what is usual at its level in the category,
	Shop      float64 `json:"shop"`      // and in the shop; together 1
	Periods   int     `json:"periods"`   // the sum spoken of below: about half the horizon, as an order usually covers
	Deviation float64 `json:"deviation"` // its standard deviation
	// Shares of that sum's variance, together 1: ups and downs of single periods, chance that grows
	// with the level, doubt about the level itself, disagreement of the members.
	Periodic float64 `json:"periodic"`
	Chance   float64 `json:"chance"`
	Doubt    float64 `json:"doubt"`
	Dispute  float64 `json:"dispute"`
}

// StepPart is one period forecast.
type StepPart struct {
	Date      Date    `json:"date"`
	Mean      float64 `json:"mean"`
	Season    float64 `json:"season"`
	Festival  float64 `json:"festival"`
	Promotion float64 `json:"promotion"`
	Price     float64 `json:"price"`
	Yearly    float64 `json:"yearly"`
}

// explainSpan is how far back Explanation.Before looks.
var explainSpan = [...]int{28, 8, 12}

// Explain says what the forecast f of the series is made of; f is what p.Forecast(s, …) answered.
func (p Pool) Explain(s Series, f Forecast) Explanation {
	h := ready(s, p.Freq)
	h.value(p.Worth)
	x := Explanation{
		Item: s.ID, Category: s.Category, Freq: p.Freq.String(), First: Date{f.First}, Level: f.Parts.Level,
		Span: explainSpan[p.Freq], Trend: f.Parts.Trend, Season: f.Parts.Season, Flags: f.Flags,
		Members: p.memberParts(f.Parts), Correction: h.correctionPart(), Prior: p.priorPart(h, f),
	}
	if n := len(s.Values) - x.Span; n > 0 && len(h.y) > x.Span {
		if before := p.Forecast(s.until(n), 1).Parts; before.Sales > 0 {
			x.Before = before.Level
		}
	}
	if p.Promotion.Shop != 0 && h.promo != nil {
		x.Promotion = p.Promotion.of(h.category)
	}
	if p.Price.Shop != 0 && h.cut != nil {
		x.Elasticity = p.Price.of(h.category)
	}
	if f.Parts.Calendar != nil {
		x.Feasts = p.Calendar.parts(h.category, f.First, len(f.Steps))
	}
	x.Spread = p.spreadPart(h, f)
	for k, d := range f.Steps {
		number := p.Freq.Number(f.First) + k
		step := StepPart{Date: Date{p.Freq.First(number)}, Mean: d.Mean(), Season: 1, Festival: 1, Promotion: 1, Price: 1, Yearly: 1}
		if x.Season != nil {
			step.Season = x.Season[p.Freq.slot(number)]
		}
		if f.Parts.Calendar != nil {
			step.Festival = f.Parts.Calendar[k]
		}
		if f.Parts.Promotion != nil {
			step.Promotion = f.Parts.Promotion[k]
		}
		if f.Parts.Price != nil {
			step.Price = f.Parts.Price[k]
		}
		if f.Parts.Yearly != nil {
			step.Yearly = f.Parts.Yearly[k]
		}
		x.Steps = append(x.Steps, step)
	}
	return x
}

// until returns the series as it was after n periods. What was planned for later stays out.
func (s Series) until(n int) Series {
	cut := func(x []float64) []float64 { return x[:min(n, len(x))] }
	s.Values, s.Available = cut(s.Values), cut(s.Available)
	s.Price, s.Promo, s.Holiday = cut(s.Price), cut(s.Promo), cut(s.Holiday)
	return s
}

// memberParts sets the models' levels beside their weights, the largest part first.
func (p Pool) memberParts(parts Parts) []MemberPart {
	_, names := p.models()
	if p.Global != nil {
		names = append(slices.Clone(names), globalName)
	}
	weights := p.weights(len(names))
	out := make([]MemberPart, len(names))
	for j, name := range names {
		level := parts.Members[name]
		out[j] = MemberPart{Name: name, Weight: weights[j], Level: level, Part: weights[j] * level}
	}
	slices.SortStableFunc(out, func(a, b MemberPart) int {
		switch {
		case a.Part > b.Part:
			return -1
		case a.Part < b.Part:
			return 1
		}
		return 0
	})
	return out
}

// correctionPart tells of the last periods what was sold and what was wanted.
func (h *history) correctionPart() CorrectionPart {
	c := CorrectionPart{Factor: h.correction()}
	from := max(0, len(h.y)-correctionSpan)
	open, whole := 0.0, 0.0
	for t := from; t < len(h.y); t++ {
		if h.a[t] > 0 {
			c.Sold += h.y[t]
			open++
		}
		whole += h.a[t]
	}
	if open > 0 {
		c.Sold /= open
	}
	if n := len(h.y) - from; n > 0 {
		c.Hidden = 1 - whole/float64(n)
	}
	c.Wanted = c.Sold * c.Factor
	return c
}

// priorPart tells what was believed before the history, and how much of it is left.
func (p Pool) priorPart(h *history, f Forecast) PriorPart {
	c := p.believed(h)
	out := PriorPart{Source: SourceNothing, Items: c.Items, Level: c.Mean, Weight: c.Weight, Share: 1}
	if c.Bands.factor(h.label) != 1 {
		out.Band = c.Bands.band(h.label)
	}
	if _, ok := p.Levels[h.category]; ok && h.category != "" {
		out.Source = SourceCategory
	} else if shop, ok := p.Levels[""]; ok && shop.Items > 0 {
		out.Source = SourceShop
	}
	if h.around.Mean > 0 && p.Around(h.category) > 0.5 {
		out.Source = SourceAround
	}
	if total := c.Weight + h.seen; total > 0 {
		out.Share = c.Weight / total
	}
	switch {
	case !f.Has(Prior):
	case h.unseen:
		out.Reason = ReasonUnseen
	case h.sales == 0:
		out.Reason = ReasonUnsold
	default:
		out.Reason = ReasonTooShort
	}
	return out
}

// spreadPart tells where the width comes from.
func (p Pool) spreadPart(h *history, f Forecast) SpreadPart {
	out := SpreadPart{Noise: math.Sqrt(f.Parts.Noise), Own: f.Parts.Told}
	rest := 1 - out.Own
	if c, ok := p.Levels[h.category]; ok && h.category != "" {
		out.Category = rest * float64(c.Items) / (float64(c.Items) + 5)
	}
	out.Shop = rest - out.Category
	ks := knotsFor(len(f.Steps))
	out.Periods = ks[target(ks, len(f.Steps))]
	sum := f.Sum(out.Periods)
	out.Kind, out.Deviation = sum.Kind().String(), math.Sqrt(sum.Var())
	shares := f.spread.shares(sum.Mean(), out.Periods)
	out.Periodic, out.Chance, out.Doubt, out.Dispute = shares[fOwn], shares[fMean], shares[fSquare], shares[fDispute]
	return out
}

// shares returns what each feature adds to the variance of the sum of k periods, as shares of the
// whole, at the learned knot that is nearest to k.
func (s spread) shares(mean float64, k int) featureVector {
	out := featureVector{fOwn: 1}
	if len(s.knots) == 0 || s.exposure == nil {
		return out
	}
	best := s.knots[0]
	for _, knot := range s.knots {
		if math.Abs(float64(knot.K-k)) < math.Abs(float64(best.K-k)) {
			best = knot
		}
	}
	x := vector(s.counted, mean, s.exposure(k), s.own, s.dispute)
	total := best.Coefficients.dot(&x)
	if !(total > 0) {
		return out
	}
	for i := range out {
		out[i] = best.Coefficients[i] * x[i] / total
	}
	return out
}

// parts returns the festivals that change one of the n days from the first on, in order of date.
func (c Calendar) parts(category string, first day.Date, n int) []FestivalPart {
	curves := c.of(category)
	var out []FestivalPart
	for _, f := range day.FestivalsBetween(first-20, first.Add(n+30)) {
		curve := curves[f.Festival]
		for _, s := range seasons {
			if s.festival != f.Festival || len(curve) != s.before+s.after+1 {
				continue
			}
			factors := make([]float64, n)
			for i := range factors {
				factors[i] = 1
			}
			s.apply(curve, []int{int(f.Date)}, int(first), factors)
			if !slices.ContainsFunc(factors, func(x float64) bool { return x != 1 }) {
				continue
			}
			at := 0
			for i, x := range curve {
				if math.Abs(math.Log(x)) > math.Abs(math.Log(curve[at])) {
					at = i
				}
			}
			out = append(out, FestivalPart{
				Festival: f.Festival, Date: Date{f.Date}, Usual: curve[at], Strong: Date{f.Date.Add(at - s.before)}, Factors: factors,
			})
		}
	}
	return out
}

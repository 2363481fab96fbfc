package table

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"buhuo/internal/forecast"
)

// Explain reads sales from in, learns from all of them and writes what the forecast of one item is
// made of: as JSON (forecast.Explanation), or
// in sentences.
func Explain(o Options, in io.Reader, item string, asJSON bool, out io.Writer) error {
	if err := o.Check(); err != nil {
		return err
	}
	series, err := Read(in, o.Freq)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(series, func(s forecast.Series) bool { return s.ID == item })
	if at < 0 {
		return fmt.Errorf("the item %q has no row among the sales", item)
	}
	pool := o.fit(series)
	f := pool.Forecast(series[at], o.Horizon)
	x := pool.Explain(series[at], f)
	if asJSON {
		e := json.NewEncoder(out)
		e.SetIndent("", " ")
		return e.Encode(x)
	}
	w := bufio.NewWriter(out)
	told{w, x, f}.all()
	return w.Flush() // a failed write stays in w and comes back from here
}

// told makes sentences of an explanation.
type told struct {
	*bufio.Writer
	x forecast.Explanation
	f forecast.Forecast
}

func (t told) say(format string, args ...any) { fmt.Fprintf(t, format+"\n", args...) }

func (t told) all() {
	x := t.x
	t.say("%s: %s per %s on average over %d %ss from %s.", x.Item, amount(t.f.Sum(len(x.Steps)).Mean()/float64(len(x.Steps))), x.Freq, len(x.Steps), x.Freq, x.First)
	t.prior()
	t.level()
	t.rhythm()
	t.shelf()
	t.width()
	t.steps()
}

func (t told) prior() {
	x := t.x
	from := map[string]string{
		forecast.SourceCategory: fmt.Sprintf("what %d products of the category %q sell", x.Prior.Items, x.Category),
		forecast.SourceAround:   "what other shops sell",
		forecast.SourceShop:     fmt.Sprintf("what %d products of the shop sell", x.Prior.Items),
		forecast.SourceNothing:  "nothing: no product has a history",
	}[x.Prior.Source]
	from += map[forecast.Band]string{forecast.Cheap: " at a low price for its kind", forecast.Middle: " at a middling price for its kind", forecast.Dear: " at a high price for its kind"}[x.Prior.Band]
	switch x.Prior.Reason {
	case forecast.ReasonUnseen:
		t.say("This rests on %s, because it was never on the shelf.", from)
	case forecast.ReasonUnsold:
		t.say("This leans on %s, because it has never sold: %s a %s, worth %s %ss of history.", from, amount(x.Prior.Level), x.Freq, amount(x.Prior.Weight), x.Freq)
	case forecast.ReasonTooShort:
		t.say("This leans on %s, because its own history is hardly one %s long.", from, x.Freq)
	}
	said := map[forecast.Flag]string{
		forecast.Short:    fmt.Sprintf("Its history is short: fewer than 16 %ss.", x.Freq),
		forecast.Dormant:  "It has not sold for a long time.",
		forecast.Censored: "Empty shelves hid a good part of its demand.",
	}
	for _, flag := range x.Flags {
		if said[flag] != "" {
			t.say("%s", said[flag])
		}
	}
}

func (t told) level() {
	x := t.x
	t.say("\nLevel: %s in a normal %s.", amount(x.Level), x.Freq)
	if x.Before > 0 {
		t.say("  %d %ss ago it was %s (%s).", x.Span, x.Freq, amount(x.Before), percent(x.Level/x.Before-1))
	}
	for _, m := range x.Members {
		t.say("  %-12s says %8s, weight %.3f: %s", m.Name, amount(m.Level), m.Weight, amount(m.Part))
	}
	t.say("Trend of the whole shop: ×%.3f.", x.Trend)
}

var weekdays = [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
var months = [...]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}

// rhythm tells what makes periods differ.
func (t told) rhythm() {
	x := t.x
	names := weekdays[:]
	if len(x.Season) == len(months) {
		names = months[:]
	}
	if x.Season == nil {
		t.say("Season: none learned.")
	} else {
		parts := make([]string, len(x.Season))
		for i, factor := range x.Season {
			parts[i] = fmt.Sprintf("%s ×%.2f", names[i], factor)
		}
		t.say("Season: %s.", strings.Join(parts, ", "))
	}
	for _, festival := range x.Feasts {
		t.say("Festival: %s on %s, ×%.2f on its strongest day, %s.", strings.ReplaceAll(string(festival.Festival), "_", " "), festival.Date, festival.Usual, festival.Strong)
	}
	if len(x.Feasts) == 0 {
		t.say("Festivals: none within reach.")
	}
	if x.Promotion != 0 {
		t.say("Promotions: ×%.2f in a %s wholly in promotion.", x.Promotion, x.Freq)
	} else {
		t.say("Promotions: none learned.")
	}
	if x.Elasticity != 0 {
		t.say("Price: a tenth below the usual one makes demand ×%.2f.", math.Pow(1/0.9, x.Elasticity))
	} else {
		t.say("Price: no effect learned.")
	}
}

func (t told) shelf() {
	c := t.x.Correction
	if c.Factor == 1 && c.Hidden == 0 {
		t.say("Empty shelves: none of late.")
		return
	}
	t.say("Empty shelves: of late %s were sold and %s wanted per %s with goods (×%.3f); %.0f %% of the time nothing could be seen.",
		amount(c.Sold), amount(c.Wanted), t.x.Freq, c.Factor, 100*c.Hidden)
}

func (t told) width() {
	s := t.x.Spread
	t.say("\nSpread: a normal %s is off by %s (standard deviation), told to %.0f %% by its own history, %.0f %% by its category, %.0f %% by the shop.",
		t.x.Freq, amount(s.Noise), 100*s.Own, 100*s.Category, 100*s.Shop)
	t.say("  The sum of %d %ss (%s) is off by %s: %.0f %% ups and downs, %.0f %% chance, %.0f %% doubt about the level, %.0f %% disagreement of the methods.",
		s.Periods, t.x.Freq, kinds[s.Kind], amount(s.Deviation), 100*s.Periodic, 100*s.Chance, 100*s.Doubt, 100*s.Dispute)
}

var kinds = map[string]string{"negbin": "negative binomial", "poisson": "Poisson", "gamma": "gamma", "fixed": "without spread"}

func (t told) steps() {
	t.say("\nEach mean is level × trend × season × festival × promotion × price × time of the year:")
	t.say("%-10s  %9s  %7s  %8s  %9s  %7s  %7s  %9s  %9s", "date", "mean", "season", "festival", "promotion", "price", "year", "95 %", "sum 95 %")
	for k, step := range t.x.Steps {
		t.say("%s  %9s  %7.3f  %8.3f  %9.3f  %7.3f  %7.3f  %9s  %9s", step.Date, amount(step.Mean), step.Season, step.Festival, step.Promotion,
			step.Price, step.Yearly, amount(t.f.Steps[k].Quantile(0.95)), amount(t.f.Sums[k].Quantile(0.95)))
	}
}

// amount writes four digits of a number; what nobody can sell is about nothing.
func amount(x float64) string {
	switch a := math.Abs(x); {
	case a > 0 && a < 1e-4:
		return "≈0"
	case a >= 1000 && a < 1e15:
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.4g", x)
}

func percent(x float64) string { return fmt.Sprintf("%+.0f %%", 100*x) }

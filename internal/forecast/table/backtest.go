package table

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"buhuo/internal/day"
	sales "buhuo/internal/demand/table"
	"buhuo/internal/forecast"
	"buhuo/internal/forecast/score"
)

// Backtest says how forecasts are tried on the past of a table.
type Backtest struct {
	Options
	Protection int       // periods that an order must cover; half the horizon when 0
	Cuts       int       // how many moments of the past, one horizon apart; 4 when 0, fewer in a short table
	Origins    []int     // instead of Cuts: how many periods lie between each cut and the end of the table
	Kinds      []Kind    // the kinds of methods to try; all when empty
	Progress   io.Writer // a line per step of the work; nil for none
}

const (
	usualCuts = 4
	mostCuts  = 400
)

// The conditions on an item at a cut, those of the usual benchmarks of intermittent sales: this many
// periods since its first sale, this many of them with sales, one of them lately.
const (
	leastSpan  = 16
	leastSales = 2
)

var lately = [...]int{forecast.Day: 28, forecast.Week: 26, forecast.Month: 12}

// Check says in a sentence what is wrong with the options.
func (b Backtest) Check() error {
	if err := b.Options.Check(); err != nil {
		return err
	}
	if b.Protection < 0 || b.Protection > b.Horizon {
		return fmt.Errorf("the protection period of %d does not fit into the horizon of %d", b.Protection, b.Horizon)
	}
	if b.Cuts < 0 || b.Cuts > mostCuts || len(b.Origins) > mostCuts {
		return fmt.Errorf("1 to %d cuts can be tried, not %d", mostCuts, max(b.Cuts, len(b.Origins)))
	}
	if b.Cuts > 0 && len(b.Origins) > 0 {
		return errors.New("either a number of cuts or the origins of all of them can be given")
	}
	for _, o := range b.Origins {
		if o < b.Horizon {
			return fmt.Errorf("an origin %d periods before the end does not leave room for the horizon of %d", o, b.Horizon)
		}
	}
	return nil
}

// Kind says what a method of a backtest is.
type Kind string

// The kinds of methods.
const (
	Together Kind = "together" // what buhuo forecast does: the models combined
	Member   Kind = "member"   // one model of the combination, alone
	Plain    Kind = "plain"    // a method to compare with
)

// The names of the combinations.
const (
	combination   = "combination"
	withoutGlobal = "without_global"
	noFestivals   = "without_festivals" // where some were learned
)

// Cut is a moment of the past at which forecasts were made.
type Cut struct {
	Date   day.Date // first date of the last period known
	Items  int      // products judged
	Global bool     // the global member joined the combination
}

// Judged is one method with the figures of all its item-cuts.
type Judged struct {
	Name    string
	Kind    Kind
	Records []score.Record
}

// Report is what came of a backtest.
type Report struct {
	Freq                forecast.Freq
	Horizon, Protection int
	Cuts                []Cut    // the earliest first
	Methods             []Judged // the least L-SPL first
	Shelf               bool     // the table says what was on the shelf
}

// past is a table with its rows added up to periods.
type past struct {
	books []*sales.Book
	sold  []map[int]cell // of each book, by number of period
	seen  map[int]bool   // periods with a row
	end   int            // the last whole period
	shelf bool           // some row speaks of availability
}

type cell struct {
	quantity float64
	open     bool // every row of the period says that the shelf was never empty
}

// Run reads sales from in and tries all methods at each cut: at each they learn from the rows up to
// it, forecast the items that had been selling, and are judged by the rows of the horizon after it.
// Nothing after the cut is looked at before it is judged. items, when not nil, lists the items that
// count. The result does not depend on the order of the items.
func (b Backtest) Run(in, items io.Reader) (Report, error) {
	if err := b.Check(); err != nil {
		return Report{}, err
	}
	if b.Protection == 0 {
		b.Protection = (b.Horizon + 1) / 2
	}
	books, err := sales.Read(in)
	if err != nil {
		return Report{}, err
	}
	wanted, err := listed(books, items)
	if err != nil {
		return Report{}, err
	}
	p := pastOf(books, b.Freq)
	cuts, err := b.cuts(p, wanted)
	if err != nil {
		return Report{}, err
	}
	r := Report{Freq: b.Freq, Horizon: b.Horizon, Protection: b.Protection, Shelf: p.shelf}
	found := map[string]*Judged{}
	for i, at := range cuts {
		c := trial{Backtest: b, past: p, at: at, wanted: wanted, label: fmt.Sprintf("cut %d of %d", i+1, len(cuts))}
		if err := c.run(found); err != nil {
			return Report{}, err
		}
		r.Cuts = append(r.Cuts, Cut{Date: b.Freq.First(at), Items: len(c.chosen), Global: c.global})
	}
	for _, m := range found {
		r.Methods = append(r.Methods, *m)
	}
	slices.SortFunc(r.Methods, func(x, y Judged) int {
		a, b := score.Summarise(x.Records).LSPL, score.Summarise(y.Records).LSPL
		if math.IsNaN(a) || math.IsNaN(b) || a == b {
			return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Name, y.Name))
		}
		return cmp.Compare(a, b)
	})
	return r, nil
}

// listed returns which items count; nil means all.
func listed(books []*sales.Book, items io.Reader) (map[string]bool, error) {
	if items == nil {
		return nil, nil
	}
	names, err := sales.ReadItems(items)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, b := range books {
		known[b.Name] = true
	}
	out := map[string]bool{}
	for _, name := range names {
		if !known[name] {
			return nil, fmt.Errorf("the item %q of the list has no row among the sales", name)
		}
		out[name] = true
	}
	return out, nil
}

// pastOf adds up rows. Where rows are finer than periods, a last period that is not over yet does not
// count: half a week's sales are not what a week's forecast is judged by.
func pastOf(books []*sales.Book, f forecast.Freq) *past {
	p := &past{books: books, sold: make([]map[int]cell, len(books)), seen: map[int]bool{}}
	last := books[0].Rows[0].Date
	for i, b := range books {
		p.sold[i] = map[int]cell{}
		for _, r := range b.Rows {
			at := f.Number(r.Date)
			c, again := p.sold[i][at]
			c.quantity += r.Quantity
			c.open = (c.open || !again) && r.Available > 0.9999
			p.sold[i][at] = c
			p.seen[at] = true
			p.shelf = p.shelf || !math.IsNaN(r.Available)
			last = max(last, r.Date)
		}
	}
	p.end = f.Number(last)
	if step := spacing(books); !wholes(f, step) && f.Number(last.Add(step)) == p.end {
		p.end--
	}
	return p
}

// cuts returns the numbers of the last periods known, the earliest first. A cut lies on a period
// with a row: one that has none is moved to the one before.
func (b Backtest) cuts(p *past, wanted map[string]bool) ([]int, error) {
	n := b.Cuts
	if n == 0 {
		n = usualCuts
	}
	first := p.end
	for at := range p.seen {
		first = min(first, at)
	}
	var out []int
	next := p.end - b.Horizon
	for i := 0; i < max(n, len(b.Origins)); i++ {
		if len(b.Origins) > 0 {
			if i == len(b.Origins) {
				break
			}
			next = p.end - b.Origins[i]
		}
		for next >= first && !p.seen[next] {
			next--
		}
		some := slices.ContainsFunc(p.chosen(next, b.Freq, wanted), func(yes bool) bool { return yes })
		switch {
		case some && !slices.Contains(out, next):
			out = append(out, next)
		case !some && len(b.Origins) > 0:
			return nil, fmt.Errorf("no item had sold for %d periods, and lately, by the origin %d periods before the end", leastSpan, b.Origins[i])
		case !some && b.Cuts == 0 && len(out) > 0:
			i = n // the usual number is more than a short table has
		case !some && len(out) == 0:
			return nil, fmt.Errorf("the table is too short for a backtest: no item has %d periods of history, and sales lately, before the last %d", leastSpan, b.Horizon)
		case !some:
			return nil, fmt.Errorf("the table has room for %d cuts of a horizon of %d, not for %d", len(out), b.Horizon, n)
		}
		next -= b.Horizon
	}
	slices.Sort(out)
	return out, nil
}

// chosen tells of each book whether it is judged at a cut.
func (p *past) chosen(at int, f forecast.Freq, wanted map[string]bool) []bool {
	out := make([]bool, len(p.books))
	for i, b := range p.books {
		if wanted != nil && !wanted[b.Name] {
			continue
		}
		first, last, count := math.MaxInt, math.MinInt, 0
		for t, c := range p.sold[i] {
			if t <= at && c.quantity > 0 {
				first, last, count = min(first, t), max(last, t), count+1
			}
		}
		out[i] = count >= leastSales && at-first+1 >= leastSpan && at-last < lately[f]
	}
	return out
}

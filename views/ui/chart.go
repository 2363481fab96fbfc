package ui

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"buhuo/internal/i18n"
)

// Charts are drawn on the server as SVG with classes only: they print, need no script
// and follow the colour scheme. Lines stretch with the page (a nested viewport without
// aspect ratio), text does not (it stands in percentages of the outer one).

// Numbers is the table behind a chart, in words of the reader.
type Numbers struct {
	Head []string
	Rows [][]string
}

// SparkModel is the small chart of a row: 28 days sold, then what is expected. NaN is
// a day with an empty shelf and leaves a gap.
type SparkModel struct {
	Label           string // says what the picture shows
	Past            []float64
	Low, Mean, High []float64 // P10, mean, P90 of the coming days; may be empty
}

// Tick names a place on the time axis: At counts from the first point of the past.
// Minor ticks are left out on narrow screens, as are those that would stand too close.
type Tick struct {
	At    int
	Text  string
	Minor bool
}

// LineModel is a chart over time: a past line, the fan of what is expected, marks.
type LineModel struct {
	T      *i18n.Printer
	ID     string // unique on the page
	Title  string // one sentence that says what the picture says
	Past   []float64
	Wanted []float64 // corrected demand, drawn where it differs from Past; same length or nil
	Empty  []bool    // days with an empty shelf; same length as Past or nil
	Low    []float64
	Mean   []float64
	High   []float64
	Ticks  []Tick
	Feasts []Tick // festivals and market days: a thin line with the name
	Arrive []Tick // deliveries: a dot on the axis with a word
	RunOut Tick   // likely run-out day; no Text: none
	Legend Legend
	Table  Numbers
}

// Legend names the lines that are drawn; an empty word leaves its line out.
type Legend struct{ Past, Wanted, Empty, Mean, Fan string }

// Bar is one row of a bar chart.
type Bar struct {
	Label, Value, Href string
	Percent            float64 // of the longest bar, 0..100
	Tone               Tone    // empty: the accent
}

// Pillar is one column of a column chart.
type Pillar struct {
	Label, Value string
	Height       float64 // any unit, the highest fills the chart
	On           bool    // the one to look at
}

const (
	plotHeight = 200.0
	plotTop    = 30.0
	plotBottom = 176.0
	plotWidth  = 1000.0
)

type (
	stroke struct{ class, d string }
	strip  struct{ x, width string }
	label  struct {
		x, y, text, anchor, class string
		minor                     bool
	}
	dot struct{ x, y, class string }
	// drawing is a chart as the template writes it.
	drawing struct {
		strokes       []stroke
		strips        []strip
		texts         []label
		dots          []dot
		lines, levels []string // x of the vertical, y of the horizontal rules
		now, axis     string
		hasGap        bool
	}
)

func (m LineModel) draw() drawing {
	n := len(m.Past) + len(m.Mean)
	if n == 0 {
		return drawing{}
	}
	top, step := scale(m.Past, m.Wanted, m.High, m.Mean)
	x := func(i float64) float64 { return (i + .5) / float64(n) * plotWidth }
	y := func(v float64) float64 {
		return plotBottom - math.Min(math.Max(v, 0), top)/top*(plotBottom-plotTop)
	}
	var d drawing
	longest := 0
	for v := 0.0; v <= top+step/2; v += step {
		d.levels = append(d.levels, number(y(v)))
		l := label{x: "-8", y: number(y(v) + 4), text: m.T.Decimal(v, 2), anchor: "end"}
		longest = max(longest, utf8.RuneCountInString(l.text))
		d.texts = append(d.texts, l)
	}
	d.axis = "short"
	switch { // the room beside the plot for what stands on the axis
	case longest > 4:
		d.axis = "long"
	case longest > 2:
		d.axis = "middle"
	}
	for i, gone := range m.Empty {
		if gone {
			d.strips = append(d.strips, strip{number(x(float64(i) - .5)), number(plotWidth / float64(n))})
		}
	}
	d.hasGap = len(d.strips) > 0
	start := float64(len(m.Past))
	if len(m.Low) == len(m.Mean) && len(m.High) == len(m.Mean) && len(m.Mean) > 0 {
		d.strokes = append(d.strokes, stroke{"fan", area(m.Low, m.High, start, x, y)})
	}
	if len(m.Past) > 0 {
		d.strokes = append(d.strokes, stroke{"past", line(m.Past, 0, x, y)})
	}
	if len(m.Past) > 0 && len(m.Wanted) == len(m.Past) {
		d.strokes = append(d.strokes, stroke{"wanted", line(differing(m.Wanted, m.Past), 0, x, y)})
	}
	if len(m.Mean) > 0 {
		d.strokes = append(d.strokes, stroke{"mean", line(m.Mean, start, x, y)})
		if len(m.Past) > 0 {
			d.now = number(x(start - .5))
		}
	}
	m.marks(&d, n, x)
	return d
}

// wide is about how much of a phone's chart, in hundredths, a text takes.
func wide(text string) float64 {
	px := 0.0
	for _, r := range text {
		if r < 0x2e80 {
			px += 6.5
		} else {
			px += 12
		}
	}
	return px / 250 * 100
}

// marks adds the words on the axis and above the chart.
func (m LineModel) marks(d *drawing, n int, x func(float64) float64) {
	place := func(t Tick, y float64, class string) label {
		share := x(float64(t.At)) / plotWidth * 100
		anchor, half := "middle", math.Max(wide(t.Text)/2, 5)
		if share < half {
			anchor = "start"
		} else if share > 100-half {
			anchor = "end"
		}
		return label{x: number(share) + "%", y: number(y), text: t.Text, anchor: anchor, class: class, minor: t.Minor}
	}
	inside := func(t Tick) bool { return t.Text != "" && t.At >= 0 && t.At < n }
	last := math.Inf(-1)
	for _, t := range m.Ticks {
		if inside(t) {
			// A phone has room for a date every fifth of the width.
			if share := x(float64(t.At)) / plotWidth; !t.Minor && share-last >= .2 {
				last = share
			} else {
				t.Minor = true
			}
			d.texts = append(d.texts, place(t, plotHeight-6, ""))
		}
	}
	named := 0
	for _, t := range m.Feasts {
		if t.At >= 0 && t.At < n { // one without a name is a line only
			d.lines = append(d.lines, number(x(float64(t.At))))
		}
		if inside(t) {
			d.texts = append(d.texts, place(t, 11+13*float64(named%2), ""))
			named++
		}
	}
	for _, t := range m.Arrive {
		if inside(t) {
			l := place(t, plotBottom-10, "mark")
			d.dots = append(d.dots, dot{l.x, number(plotBottom), ""})
			d.texts = append(d.texts, l)
		}
	}
	if inside(m.RunOut) {
		l := place(m.RunOut, plotBottom-26, "mark")
		d.dots = append(d.dots, dot{l.x, number(plotBottom), "runout"})
		d.texts = append(d.texts, l)
	}
}

// scale chooses the top of the axis and the step of its grid: three or four round levels.
func scale(lists ...[]float64) (top, step float64) {
	highest := 0.0
	for _, list := range lists {
		for _, v := range list {
			if !math.IsNaN(v) && !math.IsInf(v, 0) && v > highest {
				highest = v
			}
		}
	}
	if highest <= 0 {
		return 1, 1
	}
	power := math.Pow(10, math.Floor(math.Log10(highest/3)))
	step = power
	for _, f := range []float64{1, 2, 2.5, 5, 10} {
		if step = f * power; highest/step <= 4 {
			break
		}
	}
	return math.Ceil(highest/step-1e-9) * step, step
}

// line is a path through the numbers; NaN lifts the pen, a lone point becomes a dash.
func line(values []float64, from float64, x, y func(float64) float64) string {
	var b strings.Builder
	down := false
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			down = false
			continue
		}
		at := from + float64(i)
		if down {
			b.WriteString("L" + number(x(at)) + " " + number(y(v)))
			continue
		}
		down = true
		b.WriteString("M" + number(x(at)) + " " + number(y(v)))
		if i+1 == len(values) || math.IsNaN(values[i+1]) {
			b.WriteString("h.01")
		}
	}
	return b.String()
}

// area is the closed shape between two lines; the fan starts at the edge of the past.
func area(low, high []float64, from float64, x, y func(float64) float64) string {
	var b strings.Builder
	b.WriteString("M" + number(x(from-.5)) + " " + number(y(high[0])))
	for i, v := range high {
		b.WriteString("L" + number(x(from+float64(i))) + " " + number(y(v)))
	}
	for i := len(low) - 1; i >= 0; i-- {
		b.WriteString("L" + number(x(from+float64(i))) + " " + number(y(low[i])))
	}
	b.WriteString("L" + number(x(from-.5)) + " " + number(y(low[0])) + "Z")
	return b.String()
}

// differing keeps the values that differ from the others, with their neighbours, so
// that the dotted line joins the solid one.
func differing(values, others []float64) []float64 {
	out := make([]float64, len(values))
	differs := func(i int) bool {
		return i >= 0 && i < len(values) && (values[i] != others[i]) && !math.IsNaN(values[i])
	}
	for i := range values {
		out[i] = math.NaN()
		if differs(i-1) || differs(i) || differs(i+1) {
			out[i] = values[i]
		}
	}
	return out
}

// number writes a coordinate with one decimal at most.
func number(v float64) string {
	s := strconv.FormatFloat(v, 'f', 1, 64)
	return strings.TrimSuffix(s, ".0")
}

const (
	sparkWidth  = 120.0
	sparkHeight = 40.0
)

func (m SparkModel) draw() (strokes []stroke) {
	n := len(m.Past) + len(m.Mean)
	if n == 0 {
		return nil
	}
	top := 0.0
	for _, list := range [][]float64{m.Past, m.Mean, m.High} {
		for _, v := range list {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				top = math.Max(top, v)
			}
		}
	}
	if top == 0 {
		top = 1
	}
	x := func(i float64) float64 { return (i + .5) / float64(n) * sparkWidth }
	y := func(v float64) float64 { return sparkHeight - 2 - math.Min(math.Max(v, 0), top)/top*(sparkHeight-5) }
	start := float64(len(m.Past))
	if len(m.Mean) > 0 && len(m.Low) == len(m.Mean) && len(m.High) == len(m.Mean) {
		strokes = append(strokes, stroke{"fan", area(m.Low, m.High, start, x, y)})
	}
	strokes = append(strokes, stroke{"past", line(m.Past, 0, x, y)})
	if len(m.Mean) > 0 {
		strokes = append(strokes, stroke{"mean", line(m.Mean, start, x, y)})
	}
	return strokes
}

type column struct {
	x, y, width, height, middle string
	Pillar
}

func columns(pillars []Pillar) []column {
	top := 0.0
	for _, p := range pillars {
		top = math.Max(top, p.Height)
	}
	if top <= 0 || math.IsInf(top, 0) || math.IsNaN(top) {
		top = 1
	}
	out := make([]column, len(pillars))
	slot := 100 / float64(len(pillars))
	for i, p := range pillars {
		height := math.Min(math.Max(p.Height, 0)/top, 1) * (plotBottom - 50)
		if math.IsNaN(height) {
			height = 0
		}
		left := slot * float64(i)
		out[i] = column{
			x: number(left+slot*.15) + "%", width: number(slot*.7) + "%", middle: number(left+slot/2) + "%",
			y: number(plotBottom - 30 - height), height: number(height), Pillar: p,
		}
	}
	return out
}

// percent writes a width, kept between 0 and 100.
func percent(v float64) string {
	if math.IsNaN(v) {
		v = 0
	}
	return number(math.Min(math.Max(v, 0), 100)) + "%"
}

package ui

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"buhuo/internal/i18n"
)

// CurveModel is a chart of one amount against another: lines that join points, and
// single points. It is drawn as Line is.
type CurveModel struct {
	T            *i18n.Printer
	ID           string // unique on the page
	Title        string // one sentence that says what the picture says
	XName, YName string
	X, Y         func(float64) string // how the numbers on the axes are written
	YLow, YHigh  float64              // of the axis; both 0: as the points need it
	Lines        []CurveLine
	Spots        []CurvePoint
	Table        Numbers
}

// CurveLine joins points. Class is one that the stylesheet knows of charts.
type CurveLine struct {
	Class, Name string // no name: not in the legend
	Points      []CurvePoint
	Dots        bool // the points are shown too, and lead somewhere
}

// CurvePoint is a point; Href leads to what it stands for.
type CurvePoint struct {
	X, Y        float64
	Label, Href string
	Class       string // "on": the chosen one; "did": what is compared with
}

// spot is a point as the template writes it.
type spot struct {
	dot
	CurvePoint
}

// curveDrawing is a curve as the template writes it.
type curveDrawing struct {
	drawing
	spots []spot
}

func (m CurveModel) draw() curveDrawing {
	var xs, ys []float64
	each := func(p CurvePoint) { xs, ys = append(xs, p.X), append(ys, p.Y) }
	for _, l := range m.Lines {
		for _, p := range l.Points {
			each(p)
		}
	}
	for _, p := range m.Spots {
		each(p)
	}
	right, step := scale(xs)
	low, high, rise := m.YLow, m.YHigh, 0.0
	if low == 0 && high == 0 {
		low, high, rise = between(ys)
	} else {
		_, rise = scale([]float64{high - low})
	}
	x := func(v float64) float64 { return math.Min(math.Max(v/right, 0), 1) * plotWidth }
	y := func(v float64) float64 {
		return plotBottom - math.Min(math.Max((v-low)/(high-low), 0), 1)*(plotBottom-plotTop)
	}
	d := curveDrawing{drawing: drawing{axis: "middle"}}
	longest := 0
	for v := low; v <= high+rise/2; v += rise {
		d.levels = append(d.levels, number(y(v)))
		l := label{x: "-8", y: number(y(v) + 4), text: m.Y(v), anchor: "end"}
		longest = max(longest, utf8.RuneCountInString(l.text))
		d.texts = append(d.texts, l)
	}
	if longest > 4 {
		d.axis = "long"
	}
	d.texts = append(d.texts, label{x: "0", y: "14", text: m.YName, anchor: "start", class: "mark"})
	n := int(math.Round(right / step))
	for i := range n + 1 {
		v := float64(i) * step
		anchor := "middle"
		switch i {
		case 0:
			anchor = "start"
		case n:
			anchor = "end"
		}
		d.texts = append(d.texts, label{x: percent(100 * v / right), y: number(plotBottom + 17), text: m.X(v), anchor: anchor, minor: i%2 == 1 && n > 2})
	}
	d.texts = append(d.texts, label{x: "100%", y: number(plotBottom + 38), text: m.XName, anchor: "end", class: "mark"})
	for _, l := range m.Lines {
		var b strings.Builder
		for i, p := range l.Points {
			b.WriteString(map[bool]string{true: "M", false: "L"}[i == 0] + number(x(p.X)) + " " + number(y(p.Y)))
			if l.Dots {
				d.spots = append(d.spots, spot{dot{percent(x(p.X) / plotWidth * 100), number(y(p.Y)), p.Class}, p})
			}
		}
		d.strokes = append(d.strokes, stroke{l.Class, b.String()})
	}
	for _, p := range m.Spots {
		at := dot{percent(x(p.X) / plotWidth * 100), number(y(p.Y)), p.Class}
		d.spots = append(d.spots, spot{at, p})
		l := label{x: at.x, y: number(y(p.Y) + 22), text: p.Label, anchor: "middle", class: "mark"}
		switch share := x(p.X) / plotWidth; {
		case share < .2:
			l.anchor = "start"
		case share > .8:
			l.anchor = "end"
		}
		d.texts = append(d.texts, l)
	}
	return d
}

// between is a round stretch that holds all numbers, and the step of its grid.
func between(list []float64) (low, high, step float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range list {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			low, high = math.Min(low, v), math.Max(high, v)
		}
	}
	if !(high > low) {
		if math.IsInf(low, 0) {
			low = 0
		}
		return low, low + 1, 1
	}
	_, step = scale([]float64{high - low})
	return math.Floor(low/step) * step, math.Ceil(high/step) * step, step
}

// reading is what a point says to those who do not see where it lies.
func (m CurveModel) reading(p CurvePoint) string {
	parts := []string{p.Label, m.YName + " " + m.Y(p.Y), m.XName + " " + m.X(p.X)}
	if p.Label == "" {
		parts = parts[1:]
	}
	return strings.Join(parts, " · ")
}

// curveHeight leaves room for the name under the axis.
var curveHeight = strconv.Itoa(int(plotBottom) + 46)

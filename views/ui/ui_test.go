package ui

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"pgregory.net/rapid"

	"buhuo/internal/i18n"
)

func render(t rapid.TB, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTileChar(t *testing.T) {
	for name, want := range map[string]string{
		"秭归脐橙": "橙", "若羌红枣 500g": "枣", "食盐 400g": "盐", "普洱熟茶357g(生)": "茶", "Coca-Cola": "C",
		"écrou": "É", "7喜": "喜", "  ": "·", "": "·", "😀": "·", "𬍛": "𬍛", "7up": "7",
	} {
		if got := TileChar(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

var coordinate = regexp.MustCompile(`-?\d+(?:\.\d+)?|NaN|Inf`)

// values draws demand series with everything that history can hold.
func values(t *rapid.T, name string, most int) []float64 {
	return rapid.SliceOfN(rapid.OneOf(
		rapid.Float64Range(0, 1e12), rapid.SampledFrom([]float64{0, math.NaN(), math.Inf(1), -3, 1e-9}),
	), 0, most).Draw(t, name)
}

// Whatever the numbers, a chart is well-formed and draws inside its frame.
func TestChartsStayInsideTheFrame(t *testing.T) {
	p := i18n.For(i18n.Fr)
	rapid.Check(t, func(t *rapid.T) {
		past := values(t, "past", 40)
		n := rapid.IntRange(0, 20).Draw(t, "horizon")
		list := func(name string) []float64 {
			return rapid.SliceOfN(rapid.Float64Range(0, 1e6), n, n).Draw(t, name)
		}
		m := LineModel{T: p, ID: "c", Title: "t", Past: past, Low: list("low"), Mean: list("mean"), High: list("high"),
			Ticks: []Tick{{At: rapid.IntRange(-3, 70).Draw(t, "tick"), Text: "x"}}, Feasts: []Tick{{At: 2, Text: "f"}},
			RunOut: Tick{At: rapid.IntRange(-3, 70).Draw(t, "out"), Text: "y"}, Table: Numbers{Head: []string{"a"}, Rows: [][]string{{"1"}}}}
		if rapid.Bool().Draw(t, "corrected") {
			m.Wanted, m.Empty = make([]float64, len(past)), make([]bool, len(past))
			for i := range past {
				m.Wanted[i], m.Empty[i] = past[i]+1, i%3 == 0
			}
		}
		wellFormed(t, render(t, Line(m)))
		for _, s := range m.draw().strokes {
			inside(t, s.d, plotWidth, plotHeight)
		}
		sp := SparkModel{Label: "l", Past: past, Low: m.Low, Mean: m.Mean, High: m.High}
		wellFormed(t, render(t, Spark(sp)))
		for _, s := range sp.draw() {
			inside(t, s.d, sparkWidth, sparkHeight)
		}
	})
}

func inside(t *rapid.T, d string, width, height float64) {
	for i, c := range coordinate.FindAllString(strings.ReplaceAll(d, "h.01", ""), -1) {
		v, err := strconv.ParseFloat(c, 64)
		limit := width
		if i%2 == 1 {
			limit = height
		}
		if err != nil || math.IsNaN(v) || v < -.1 || v > limit+.1 {
			t.Fatalf("%s leaves the frame in %s", c, d)
		}
	}
}

func wellFormed(t *rapid.T, html string) {
	d := xml.NewDecoder(strings.NewReader("<x>" + html + "</x>"))
	d.Strict, d.Entity = false, xml.HTMLEntity
	for {
		if _, err := d.Token(); err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatalf("%v in %s", err, html)
			}
			return
		}
	}
}

func TestScaleIsRoundAndEnough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		highest := rapid.Float64Range(1e-6, 1e12).Draw(t, "highest")
		top, step := scale([]float64{highest, math.NaN()})
		if top < highest*(1-1e-9) || top/step > 4.001 || top > highest*2.5+1e-9 {
			t.Fatalf("highest %v: top %v step %v", highest, top, step)
		}
	})
	if top, step := scale(nil, []float64{0, math.NaN()}); top != 1 || step != 1 {
		t.Error("an empty chart needs a scale too")
	}
}

// An empty shelf lifts the pen: the line must not run through the gap.
func TestGapsLiftThePen(t *testing.T) {
	m := SparkModel{Past: []float64{1, 2, math.NaN(), 4, math.NaN()}}
	d := m.draw()[0].d
	if strings.Count(d, "M") != 2 || strings.Count(d, "h.01") != 1 {
		t.Errorf("%s", d)
	}
}

func TestWantedIsDrawnOnlyWhereItDiffers(t *testing.T) {
	nan := math.NaN()
	got := differing([]float64{1, 2, 9, 4, 5, 6}, []float64{1, 2, 3, 4, 5, 6})
	for i, want := range []float64{nan, 2, 9, 4, nan, nan} {
		if got[i] != want && !(math.IsNaN(got[i]) && math.IsNaN(want)) {
			t.Errorf("%d: %v, want %v", i, got[i], want)
		}
	}
}

func TestFormCarriesShopAndClient(t *testing.T) {
	html := render(t, Form(FormTo{Action: "/x", Shop: "7", Client: "c-1", Upload: true, ID: "f"}))
	for _, want := range []string{`method="post"`, `name="shop" value="7"`, `name="client_id" value="c-1"`, `enctype="multipart/form-data"`, `id="f"`} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in %s", want, html)
		}
	}
}

func TestPasswordsAndFilesAreNotSentBack(t *testing.T) {
	for _, kind := range []string{"password", "file"} {
		if html := render(t, Field(FieldModel{Name: "x", Label: "x", Type: kind, Value: "secret"})); strings.Contains(html, "secret") {
			t.Errorf("%s: %s", kind, html)
		}
	}
}

func TestGroupsKeepOrder(t *testing.T) {
	got := groups([]Option{{Value: "0"}, {Value: "1", Group: "a"}, {Value: "2", Group: "a"}, {Value: "3", Group: "b"}})
	if len(got) != 3 || got[0].name != "" || len(got[1].options) != 2 || got[2].name != "b" {
		t.Errorf("%+v", got)
	}
}

func TestEmptyListsDrawNothing(t *testing.T) {
	p := i18n.For(i18n.En)
	for name, html := range map[string]string{
		"problems": render(t, ErrorSummary(p, nil)),
		"pager":    render(t, Pager(PagerModel{T: p})),
	} {
		if strings.TrimSpace(html) != "" {
			t.Errorf("%s: %s", name, html)
		}
	}
	if html := render(t, Columns(p, "c", "t", nil, Numbers{})); strings.Contains(html, "NaN") || strings.Contains(html, "<rect") {
		t.Error(html)
	}
}

func TestPercentIsKeptInRange(t *testing.T) {
	for v, want := range map[float64]string{-5: "0%", 50.04: "50%", 300: "100%", math.Inf(1): "100%"} {
		if got := percent(v); got != want {
			t.Errorf("%v: %s", v, got)
		}
	}
	if percent(math.NaN()) != "0%" {
		t.Error("NaN")
	}
}

func TestCodesStayWhole(t *testing.T) {
	for text, want := range map[string]string{
		"A7":                       "A7",
		"demi-sel":                 "demi-sel",
		"L-2026-11, jusqu’au 3":    `<span class="code" title="L-2026-11">L-2026-11</span>, jusqu’au 3`,
		"<b> A-1 & B-2":            `&lt;b&gt; <span class="code" title="A-1">A-1</span> &amp; <span class="code" title="B-2">B-2</span>`,
		"已在草稿 PO-2026-0117 里":      `已在草稿 <span class="code" title="PO-2026-0117">PO-2026-0117</span> 里`,
		"批次A7-1/B-2的货 \" onclick=": `批次<span class="code" title="A7-1/B-2">A7-1/B-2</span>的货 &#34; onclick=`,
		"":                         "",
		"-5 度 - 3":                 "-5 度 - 3",
	} {
		if got := render(t, Codes(text)); got != want {
			t.Errorf("%q is written %s, want %s", text, got, want)
		}
	}
}

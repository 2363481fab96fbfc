package table

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"buhuo/internal/forecast/score"
)

// line is one method's figures over one kind of periods, and the loss of the first combination over
// its own with the 95 % interval over items.
type line struct {
	name, kind, shelf string
	figures           score.Summary
	against           score.Comparison
	compared          bool
}

// lines lists the methods, best first, over all periods and then over those on the shelf throughout.
func (r Report) lines() []line {
	var ours []score.Record
	for _, m := range r.Methods {
		if m.Kind == Together && (ours == nil || m.Name == combination) {
			ours = m.Records
		}
	}
	var out []line
	for _, m := range r.Methods {
		l := line{name: m.Name, kind: string(m.Kind), shelf: "all", figures: score.Summarise(m.Records)}
		l.compare(ours, m, score.LSPL)
		out = append(out, l)
	}
	if !r.Shelf {
		return out
	}
	for _, m := range r.Methods {
		l := line{name: m.Name, kind: string(m.Kind), shelf: "in_stock", figures: score.SummariseInStock(m.Records)}
		l.compare(ours, m, score.InStockLSPL)
		if l.figures.Items > 0 {
			out = append(out, l)
		}
	}
	return out
}

func (l *line) compare(ours []score.Record, m Judged, figure score.Figure) {
	if m.Name == combination || ours == nil {
		return
	}
	c, err := score.Compare(ours, m.Records, figure, 1)
	l.against, l.compared = c, err == nil
}

// CSV writes the figures of every method for machines: six digits, empty where nothing could be
// measured. shelf is "all", or "in_stock" for the periods that were on the shelf throughout; ratio is
// the L-SPL of the combination over that of the method, low and high its 95 % interval.
func (r Report) CSV(out io.Writer) error {
	w := csv.NewWriter(out)
	head := []string{"method", "kind", "shelf", "n", "sums", "unscaled", "lspl"}
	for _, prefix := range []string{"cov", "fair"} {
		for _, level := range score.Levels {
			head = append(head, prefix+strconv.FormatFloat(level, 'g', -1, 64))
		}
	}
	w.Write(append(head, "bias", "rmsse", "mase", "wape", "spl", "ratio", "low", "high")) //nolint:errcheck // comes back from Error
	for _, l := range r.lines() {
		s := l.figures
		row := []string{l.name, l.kind, l.shelf, strconv.Itoa(s.Items), strconv.Itoa(s.Sums), strconv.Itoa(s.Unscaled)}
		figures := append([]float64{s.LSPL}, s.Coverage[:]...)
		figures = append(append(figures, s.Fair[:]...), s.Bias, s.RMSSE, s.MASE, s.WAPE, s.SPL)
		if l.compared {
			figures = append(figures, l.against.Ratio, l.against.Low, l.against.High)
		} else {
			figures = append(figures, math.NaN(), math.NaN(), math.NaN())
		}
		for _, x := range figures {
			row = append(row, digits(x, 6))
		}
		w.Write(row) //nolint:errcheck // comes back from Error
	}
	w.Flush()
	return w.Error()
}

func digits(x float64, n int) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'f', n, 64)
}

// Text writes the figures of every method for people.
func (r Report) Text(out io.Writer) error {
	w := bufio.NewWriter(out)
	dates := make([]string, len(r.Cuts))
	for i, c := range r.Cuts {
		dates[i] = c.Date.String()
	}
	fmt.Fprintf(w, "Forecasts made after %s, judged by the %d %ss that followed; protection period %d.\n",
		strings.Join(dates, ", "), r.Horizon, r.Freq, r.Protection)
	shelf := ""
	for _, l := range r.lines() {
		if l.shelf != shelf {
			shelf = l.shelf
			r.heading(w, shelf)
		}
		s := l.figures
		fmt.Fprintf(w, "%s %6d  %7s", pad(l.name, 15), s.Items, dash(s.LSPL, 4))
		for _, x := range append(append([]float64{}, s.Coverage[:]...), s.Fair[2]) {
			fmt.Fprintf(w, "  %7s", dash(x, 3))
		}
		fmt.Fprintf(w, "  %7s  %7s", dash(s.Bias, 3), dash(s.RMSSE, 3))
		if l.compared {
			fmt.Fprintf(w, "  %.3f [%.3f, %.3f]", l.against.Ratio, l.against.Low, l.against.High)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "\nL-SPL: pinball loss of the sum over the protection period, scaled; less is better. cov: how often that\n"+
		"quantile of the sum was enough; fair: the same with exact hits halved, for goods sold by the piece.\n"+
		"ratio: L-SPL of the combination over that of the method, and where 95 of 100 draws of the items put it.\n")
	return w.Flush() // a failed write stays in w and comes back from here
}

func (r Report) heading(w io.Writer, shelf string) {
	if shelf != "all" {
		fmt.Fprintf(w, "\nOnly the %ss that were on the shelf throughout:\n", r.Freq)
	}
	fmt.Fprintf(w, "\n%s %6s  %7s", pad("method", 15), "n", "L-SPL")
	for _, name := range []string{"cov0.5", "cov0.9", "cov0.95", "cov0.99", "fair.95", "bias", "RMSSE"} {
		fmt.Fprintf(w, "  %7s", name)
	}
	fmt.Fprint(w, "  ratio\n")
}

func dash(x float64, n int) string {
	if math.IsNaN(x) {
		return "-"
	}
	return digits(x, n)
}

func pad(s string, n int) string { return s + strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s))) }

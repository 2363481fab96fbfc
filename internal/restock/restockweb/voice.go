package restockweb

import (
	"math"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/restock"
	"buhuo/internal/restock/table"
	"buhuo/views/ui"
)

type (
	printer = *i18n.Printer
	words   = table.Words
)

func arg(name string, value any) i18n.Arg { return i18n.A(name, value) }

// voice says what a page shows in the reader's language and the shop's units.
type voice struct {
	table.Words
	t     *i18n.Printer
	today day.Date
	zone  *time.Location
}

// near names a day as people do: today, tomorrow, Wednesday, 3 December.
func (v voice) near(d day.Date) string {
	switch ahead := int(d - v.today); {
	case ahead == 0:
		return v.t.T("restock.day_today")
	case ahead == 1:
		return v.t.T("restock.day_tomorrow")
	case ahead > 1 && ahead < 7:
		return v.t.Weekday(d.Weekday())
	}
	return v.t.T("restock.day_date", arg("date", v.t.DateShort(d)))
}

// Probabilities from which the words and colours change, in millionths.
const (
	nearlySure = 950_000
	mostly     = 800_000
	likely     = 500_000
)

// risk says how likely a product is to run out before its next delivery.
func (v voice) risk(s restock.Suggestion) (ui.Tone, string) {
	if !s.StockKnown {
		return ui.Plain, v.t.T("restock.risk_unknown")
	}
	percent := arg("percent", v.t.Percent(float64(s.RiskPPM)/1e6))
	if s.RiskUntil == nil {
		return tone(s), v.t.T("restock.risk_bare", percent)
	}
	until := arg("day", v.near(*s.RiskUntil))
	switch {
	case s.Available <= 0:
		return ui.Out, v.t.T("restock.risk_out")
	case s.RiskPPM == 0:
		return ui.OK, v.t.T("restock.risk_nil")
	case s.SupplierID == nil && s.OnOrder <= 0 && s.RiskPPM >= restock.Listed: // no delivery to wait for
		return tone(s), v.t.T("restock.risk_within", arg("n", max(int(*s.RiskUntil-v.today), 1)), percent)
	case s.RiskPPM >= nearlySure:
		return ui.Out, v.t.T("restock.risk_sure", until, percent)
	case s.RiskPPM >= mostly:
		return ui.Out, v.t.T("restock.risk_mostly", until, percent)
	case s.RiskPPM >= likely:
		return ui.Out, v.t.T("restock.risk_likely", until, percent)
	case s.RiskPPM >= restock.Listed:
		return ui.Watch, v.t.T("restock.risk_possible", until, percent)
	}
	return ui.OK, v.t.T("restock.risk_none", percent)
}

// tone is the colour of a risk.
func tone(s restock.Suggestion) ui.Tone {
	switch {
	case !s.StockKnown:
		return ui.Plain
	case s.RiskPPM >= likely || s.Available <= 0:
		return ui.Out
	case s.RiskPPM >= restock.Listed:
		return ui.Watch
	}
	return ui.OK
}

// shortRisk is the risk where a column has said of what.
func (v voice) shortRisk(s restock.Suggestion) string {
	if !s.StockKnown {
		return v.t.T("restock.risk_unknown")
	}
	return v.t.Percent(float64(s.RiskPPM) / 1e6)
}

// left is what is there: "18 斤", or that nobody knows.
func (v voice) left(s restock.Suggestion, unit string) string {
	if !s.StockKnown {
		return v.t.T("restock.stock_unknown")
	}
	return v.Tenth(s.OnHand, unit)
}

// cover says how long it lasts: "约 1.5 天"; "" where there is nothing to say.
func (v voice) cover(s restock.Suggestion) string {
	if !s.StockKnown || s.Available <= 0 {
		return ""
	}
	n, ok := days(s)
	if !ok {
		return v.t.T("restock.cover_long")
	}
	return v.t.T("restock.cover_days", arg("n", n))
}

// days is how long available stock lasts, below ten days with one decimal as far
// as the daily rate knows it; false for a year or longer.
func days(s restock.Suggestion) (measure.Quantity, bool) {
	if s.CoverDays == nil || s.DailyRate <= 0 {
		return 0, false
	}
	whole := measure.Quantity(*s.CoverDays) * measure.Thousandths
	if whole >= 10*measure.Thousandths {
		return whole, true
	}
	tenths := (10*s.Available + s.DailyRate/2) / s.DailyRate * 100
	return min(tenths, whole+900), true
}

// spark is the small chart of a row.
func (v voice) spark(s restock.Spark) ui.SparkModel {
	m := ui.SparkModel{Label: v.t.T("restock.spark")}
	for _, n := range s.Past {
		m.Past = append(m.Past, value(n))
	}
	for i := range min(len(s.Lower), len(s.Mean), len(s.Upper)) {
		m.Low, m.Mean, m.High = append(m.Low, value(s.Lower[i])), append(m.Mean, value(s.Mean[i])), append(m.High, value(s.Upper[i]))
	}
	return m
}

// value is a number of a stored chart; a day that nobody knows leaves a gap.
func value(n int64) float64 {
	if n < 0 {
		return math.NaN()
	}
	return float64(n) / 1000
}

// kind is the badge of a kind of supplier.
func (v voice) kind(k catalog.Kind) (ui.Tone, string, string) {
	switch k {
	case catalog.Manufacturer:
		return ui.OK, "factory", v.t.T("catalog.badge.manufacturer")
	case catalog.Farmer:
		return ui.OK, "sprout", v.t.T("catalog.badge.farmer")
	case catalog.Wholesaler:
		return ui.Plain, "store", v.t.T("catalog.badge.wholesaler")
	}
	return ui.Plain, "", ""
}

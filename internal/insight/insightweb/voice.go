package insightweb

import (
	"math"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/insight"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/web"
	"buhuo/internal/web/sheet"
	insightview "buhuo/views/insight"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

func toneIf(yes bool, tone ui.Tone) ui.Tone {
	if yes {
		return tone
	}
	return ""
}

// trend says which way a product goes, with the bounds of what is sure.
func (v voice) trend(t insight.Trend) insightview.Trend {
	out := insightview.Trend{Text: v.t.T("insight.course." + string(t.Course)), Tone: ui.Plain}
	switch t.Course {
	case insight.Rising:
		out.Tone, out.Icon = ui.OK, "arrow-up"
	case insight.Falling:
		out.Tone, out.Icon = ui.Watch, "arrow-down"
	case insight.Fresh:
		out.Icon = "sprout"
	case insight.Unsure:
		out.Icon = "help"
	}
	if t.Ratio > 0 {
		out.Text = v.signed(t.Ratio - 1)
		out.Range = v.t.Between(v.signed(t.Low-1), v.signed(t.High-1))
	}
	return out
}

// signed is a change with its sign: "+35%", "−12%".
func (v voice) signed(share float64) string {
	n := math.Round(share * 100)
	switch {
	case n == 0:
		return v.t.Percent(0)
	case n > 0:
		return "+" + v.t.Percent(n/100)
	}
	return "−" + v.t.Percent(-n/100)
}

// voice says figures in the reader's language and the shop's money.
type voice struct {
	t     *i18n.Printer
	c     money.Currency
	money bool // the reader sees amounts
	asked asked
}

func voiceOf(c *gin.Context, a asked) voice {
	scope, _ := web.Scope(c)
	return voice{web.Printer(c), scope.Currency, seesMoney(c), a}
}

// exact is an amount to the cent.
func (v voice) exact(a money.Amount) string { return v.t.Money(a, v.c) }

// whole is an amount without its small change: nobody steers by cents.
func (v voice) whole(a money.Amount) string {
	units := math.Round(float64(a) / math.Pow10(v.c.Exponent))
	return v.t.Money(money.Amount(units), money.Currency{Code: v.c.Code})
}

// units are whole units of money for a file.
func (v voice) units(minor int64) string {
	return strconv.FormatFloat(math.Round(float64(minor)/math.Pow10(v.c.Exponent)), 'f', 0, 64)
}

func (v voice) decimal(a money.Amount) string { return a.Decimal(v.c) }

func (v voice) col(code, key string, kind sheet.Kind) sheet.Column {
	return sheet.Column{Code: code, Head: v.t.T(key), Kind: kind}
}

// tenth is a quantity as people say it: one decimal is enough of what was estimated.
func (v voice) tenth(q measure.Quantity, unit string) string {
	if q >= 100 || q <= -100 {
		half := measure.Quantity(50)
		if q < 0 {
			half = -half
		}
		q = (q + half) / 100 * 100
	}
	return v.t.Measured(q, unit)
}

// change compares a figure with the one of the other window; "" where there is none.
func (v voice) change(now, then int64) string {
	if then <= 0 {
		return ""
	}
	return v.signed(float64(now)/float64(then) - 1)
}

func (v voice) marginNote(t insight.Tally) string {
	share, ok := t.MarginPPM()
	if !ok {
		return v.t.T("insight.margin_unknown")
	}
	note := v.t.T("insight.margin_share", i18n.A("percent", v.percent(share)))
	if t.Costed < t.Net {
		note += " " + v.t.T("insight.margin_part", i18n.A("amount", i18n.Cash{Amount: t.Net - t.Costed, Currency: v.c}))
	}
	return note
}

// percent writes millionths as per cent with one decimal.
func (v voice) percent(ppm int64) string {
	return v.t.T("replay.percent", i18n.A("value", v.t.Decimal(float64(ppm)/10_000, 1)))
}

func (v voice) channel(id [16]byte) string {
	for _, ch := range v.asked.channels {
		if ch.ID == id {
			return channelName(v.t, ch.Code, ch.Name)
		}
	}
	return v.t.T("insight.nowhere")
}

func (v voice) code(id [16]byte) string {
	i := slices.IndexFunc(v.asked.channels, func(c channelOf) bool { return c.ID == id })
	if i < 0 {
		return ""
	}
	return v.asked.channels[i].Code
}

func (v voice) chrome(c *gin.Context, title string, help ...string) layout.Chrome {
	chrome := web.Chrome(c)
	chrome.Title, chrome.Active = v.t.T(title), layout.More
	chrome.Back = ui.Link{Href: "/insights", Text: v.t.T("insight.title")}
	for _, key := range help {
		chrome.Help = append(chrome.Help, v.t.T(key))
	}
	return chrome
}

// nothing is what a board says that has no figures in its window.
func (v voice) nothing() *ui.EmptyModel {
	e := &ui.EmptyModel{Icon: "chart", Title: v.t.T("insight.nothing"), Text: v.t.T("insight.nothing_text", i18n.A("window", window(v.t, v.asked.Whole)))}
	if v.asked.Window.Days() <= 0 {
		e.Text = v.t.T("insight.not_yet", i18n.A("day", v.asked.known))
	}
	e.Action = ui.Link{Href: v.asked.with(v.asked.path, "period", string(insight.Year), "on", "", "from", "", "through", "", "category", "", "channel", "", "province", ""), Text: v.t.T("insight.show_year"), Icon: "calendar"}
	return e
}

package catalogweb

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/web"
	catalogview "buhuo/views/catalog"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

const scorecardPath = "/suppliers/scorecard"

// scorer writes the figures of scorecards.
type scorer struct {
	t        *i18n.Printer
	currency money.Currency
}

func (v scorer) cash(a money.Amount) string { return v.t.Money(a, v.currency) }

// mark is one figure of a scorecard: its name in addresses and keys, how it is had, how
// its cases are told.
type mark struct {
	name  string
	share func(catalog.Score) catalog.Share
	say   func(v scorer, x float64) string
	more  bool // more of it is better
	cases func(v scorer, s catalog.Score) string
}

// marks are the figures in the order of the page.
var marks = []mark{
	{"on_time", catalog.Score.OnTime, scorer.part, true, func(v scorer, s catalog.Score) string {
		return v.t.T("catalog.on_time_cases", i18n.A("kept", s.Kept), i18n.A("of", s.Deliveries))
	}},
	{"in_full", catalog.Score.InFull, scorer.part, true, func(v scorer, s catalog.Score) string {
		return v.t.T("catalog.in_full_cases", i18n.A("full", s.Full), i18n.A("lines", s.Lines))
	}},
	{"dearer", catalog.Score.Dearer, scorer.change, false, func(v scorer, s catalog.Score) string {
		return v.t.T("catalog.dearer_cases", i18n.A("n", s.Lots), i18n.A("invoiced", v.cash(s.Invoiced)), i18n.A("agreed", v.cash(s.Agreed)))
	}},
	{"risen", catalog.Score.Risen, scorer.change, false, func(v scorer, s catalog.Score) string {
		return v.t.T("catalog.risen_cases", i18n.A("n", s.Compared))
	}},
	{"bad", catalog.Score.Bad, scorer.rate, false, func(v scorer, s catalog.Score) string {
		return v.t.T("catalog.bad_cases", i18n.A("n", s.Lots), i18n.A("bad", s.BadLots), i18n.A("returned", s.ReturnedLots))
	}},
}

// part writes a share in whole per cent.
func (v scorer) part(x float64) string { return v.t.Percent(x) }

// rate writes a small share with a decimal; what is not nothing is not shown as nothing.
func (v scorer) rate(x float64) string {
	if x > 0 && x < 0.0005 {
		return v.t.T("catalog.score_below")
	}
	return v.t.T("catalog.score_rate", i18n.A("rate", v.t.Decimal(100*x, 1)))
}

// change writes by how much something is more or less.
func (v scorer) change(x float64) string {
	if x >= 0.0005 { // what is less is neither more nor less
		return "+" + v.rate(x)
	}
	return v.t.T("catalog.score_rate", i18n.A("rate", v.t.Decimal(100*x, 1)))
}

func (v scorer) of(m mark, s catalog.Score) (text string, share catalog.Share) {
	share = m.share(s)
	if !share.Known() {
		return "–", share
	}
	return m.say(v, share.Of()), share
}

// score is what the books say of one supplier; nothing when nobody reads them.
func (h *Handlers) score(c *gin.Context, s catalog.Supplier) ([]ui.Fact, error) {
	if h.scores == nil {
		return nil, nil
	}
	all, err := h.scores.Scores(c.Request.Context(), []ident.ID{s.ID})
	if err != nil || !all[s.ID].Any() {
		return nil, err
	}
	scope, _ := web.Scope(c)
	v := scorer{web.Printer(c), scope.Currency}
	facts := make([]ui.Fact, len(marks))
	for i, m := range marks {
		text, share := v.of(m, all[s.ID])
		facts[i] = ui.Fact{Term: v.t.T("catalog." + m.name), Text: text}
		switch {
		case !share.Known():
			facts[i].Note = v.t.T("catalog.score_unknown")
		case share.Few():
			facts[i].Note = v.t.T("catalog.score_with_few", i18n.A("cases", m.cases(v, all[s.ID])), i18n.A("few", v.t.T("catalog.score_few")))
		default:
			facts[i].Note = m.cases(v, all[s.ID])
		}
	}
	return facts, nil
}

// scorecard sets all suppliers side by side, the best of a figure first.
func (h *Handlers) scorecard(c *gin.Context) error {
	ctx := c.Request.Context()
	list, err := h.catalog.Suppliers(ctx, false)
	if err != nil {
		return err
	}
	all := map[ident.ID]catalog.Score{}
	if h.scores != nil {
		if all, err = h.scores.Scores(ctx, nil); err != nil {
			return err
		}
	}
	scope, _ := web.Scope(c)
	chrome := web.Chrome(c)
	t := chrome.T
	v := scorer{t, scope.Currency}
	chrome.Active, chrome.Title, chrome.Lead = layout.More, t.T("catalog.score_all"), t.T("catalog.score_lead")
	chrome.Back = ui.Link{Href: "/suppliers", Text: t.T("catalog.suppliers")}
	m := catalogview.Scorecard{
		Columns: []ui.Column{{Text: t.T("catalog.supplier")}},
		Empty:   ui.EmptyModel{Icon: "scale", Title: t.T("catalog.score_none"), Text: t.T("catalog.score_none_text")},
	}
	by := web.QueryOf(c).Value("sort")
	m.Tabs = []ui.Tab{{Href: scorecardPath, Text: t.T("catalog.score_name"), Active: true}}
	for _, one := range marks {
		m.Columns = append(m.Columns, ui.Column{Text: t.T("catalog." + one.name), Num: true})
		m.Tabs = append(m.Tabs, ui.Tab{Href: scorecardPath + "?" + url.Values{"sort": {one.name}}.Encode(), Text: t.T("catalog." + one.name), Active: one.name == by})
		if one.name == by {
			m.Tabs[0].Active = false
			slices.SortStableFunc(list, func(a, b catalog.Supplier) int { return one.compare(all[a.ID], all[b.ID]) })
		}
	}
	for _, s := range list {
		if !all[s.ID].Any() {
			continue
		}
		row := catalogview.ScoreRow{Name: s.Name, Href: "/suppliers/" + s.ID.String(), Badge: badge(t, s.Kind)}
		for _, one := range marks {
			text, share := v.of(one, all[s.ID])
			cell := catalogview.ScoreCell{Text: text}
			if share.Known() {
				cell.Cases = t.T("catalog.score_n", i18n.A("n", share.Cases))
				if share.Few() {
					cell.Cases = t.T("catalog.score_with_few", i18n.A("cases", cell.Cases), i18n.A("few", t.T("catalog.score_few")))
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		m.Rows = append(m.Rows, row)
	}
	m.Chrome = chrome
	return web.Render(c, http.StatusOK, catalogview.ScorecardPage(m))
}

// compare puts the better one first, then those with too few cases, then those without.
func (m mark) compare(a, b catalog.Score) int {
	x, y := m.share(a), m.share(b)
	class := func(s catalog.Share) int {
		switch {
		case !s.Known():
			return 2
		case s.Few():
			return 1
		}
		return 0
	}
	if order := cmp.Compare(class(x), class(y)); order != 0 || !x.Known() {
		return order
	}
	if m.more {
		x, y = y, x
	}
	return cmp.Compare(x.Of(), y.Of())
}

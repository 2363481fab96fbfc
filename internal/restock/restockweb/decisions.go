package restockweb

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/replenish/score"
	"buhuo/internal/restock"
	"buhuo/internal/web"
	"buhuo/views/layout"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

const (
	// decisionsAddress is the page of who was right.
	decisionsAddress = "/suggestions/decisions"
	// verdictRows are the decisions on a page, standingRows the suppliers and the products of its tables.
	verdictRows, standingRows = 20, 12
	// mostLessons is how many sentences tell when to trust whom.
	mostLessons = 6
	// mostExported bounds the table that is downloaded.
	mostExported = 100_000

	firstYear, lastYear = 1990, 2240
)

// asked is what the address of the page asks for.
type asked struct {
	restock.JudgedQuery
	year, page int
	name       string // of the one product or supplier; empty: of all
}

// askedOf reads the address; the year is the present one without a wish.
func (h *Handlers) askedOf(c *gin.Context) (asked, error) {
	f := web.QueryOf(c)
	a := asked{year: web.Today(c).Year(), page: 1}
	if y, ok := f.IntOpt("year", firstYear, lastYear); ok {
		a.year = y
	}
	if p, ok := f.IntOpt("page", 1, maxPages); ok {
		a.page = p
	}
	product, one := f.IDOpt("product")
	supplier, his := f.IDOpt("supplier")
	if err := f.Err(); err != nil {
		return a, fault.New(fault.Malformed, "decision.unreadable").WithCause(err)
	}
	a.From, a.Through = day.New(a.year, 1, 1), day.New(a.year, 12, 31)
	switch {
	case one:
		p, err := h.catalog.Product(c.Request.Context(), product)
		if err != nil {
			return a, err
		}
		a.ProductID, a.name = &product, p.Name
	case his:
		s, err := h.catalog.Supplier(c.Request.Context(), supplier)
		if err != nil {
			return a, err
		}
		a.SupplierID, a.name = &supplier, s.Name
	}
	return a, nil
}

// address is that of the page, or of the file, for the same question.
func (a asked) address(path string, year, page int) string {
	q := url.Values{}
	if year != 0 {
		q.Set("year", strconv.Itoa(year))
	}
	if a.ProductID != nil {
		q.Set("product", a.ProductID.String())
	}
	if a.SupplierID != nil {
		q.Set("supplier", a.SupplierID.String())
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// decisions shows who was right: people or our suggestions.
func (h *Handlers) decisions(c *gin.Context) error {
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	a, err := h.askedOf(c)
	if err != nil {
		return err
	}
	first, last, some, err := h.lists.DecidedBetween(c.Request.Context())
	if err != nil {
		return err
	}
	m := restockview.Decisions{Chrome: web.Chrome(c)}
	m.Chrome.Title, m.Chrome.Active = v.t.T("decision.page"), layout.Orders
	m.Chrome.Back = ui.Link{Href: "/suggestions", Text: v.t.T("restock.suggestions_title")}
	m.Chrome.Help = []string{v.t.T("decision.help")}
	if some {
		m.Years = years(a, first, last)
	}
	if a.name != "" {
		m.Only = v.t.T("decision.only", arg("name", a.name))
		m.Clear = ui.Link{Href: (asked{}).address(decisionsAddress, a.year, 0), Text: v.t.T("decision.show_all"), Icon: "close", Kind: ui.Quiet}
	}
	if err := h.fillDecisions(c.Request.Context(), v, a, &m); err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, restockview.DecisionsPage(m))
}

// years are those with decisions, the latest first, and the one asked for.
func years(a asked, first, last day.Date) []ui.Tab {
	var tabs []ui.Tab
	for y := max(last.Year(), a.year); y >= min(first.Year(), a.year); y-- {
		if y == a.year || y >= first.Year() && y <= last.Year() {
			tabs = append(tabs, ui.Tab{Href: a.address(decisionsAddress, y, 0), Text: strconv.Itoa(y), Active: y == a.year})
		}
	}
	return tabs
}

func (h *Handlers) fillDecisions(ctx context.Context, v voice, a asked, m *restockview.Decisions) error {
	days, err := h.lists.DayStandings(ctx, a.JudgedQuery)
	if err != nil {
		return err
	}
	unjudged, err := h.lists.Unjudged(ctx, a.JudgedQuery)
	if err != nil {
		return err
	}
	m.Left = v.unjudged(unjudged)
	if len(days) == 0 {
		m.Empty = &ui.EmptyModel{Icon: "scale", Title: v.t.T("decision.none"), Text: v.t.T("decision.none_text"),
			Action: ui.Link{Href: "/suggestions", Text: v.t.T("restock.suggestions_title"), Icon: "bulb", Kind: ui.Primary}}
		return nil
	}
	ways, err := h.lists.WayStandings(ctx, a.JudgedQuery)
	if err != nil {
		return err
	}
	of := a.JudgedQuery
	of.Limit = standingRows
	products, err := h.lists.ProductStandings(ctx, of)
	if err != nil {
		return err
	}
	names, err := h.supplierNames(ctx)
	if err != nil {
		return err
	}
	of.Limit, of.Offset = verdictRows+1, (a.page-1)*verdictRows
	list, err := h.lists.Verdicts(ctx, of)
	if err != nil {
		return err
	}
	m.Chrome.Actions = []ui.Link{{Href: a.address(decisionsAddress+".csv", a.year, 0), Text: v.t.T("decision.download"), Icon: "download", Kind: ui.Quiet, Download: true}}
	v.standings(a, m, days, ways, products, names)
	m.Pager = ui.PagerModel{T: v.t}
	if a.page > 1 {
		m.Pager.Prev = a.address(decisionsAddress, a.year, a.page-1) + "#list"
	}
	if len(list) > verdictRows {
		list, m.Pager.Next = list[:verdictRows], a.address(decisionsAddress, a.year, a.page+1)+"#list"
	}
	for _, one := range list {
		m.List = append(m.List, v.judged(one))
	}
	return nil
}

func (h *Handlers) supplierNames(ctx context.Context) (map[ident.ID]string, error) {
	list, err := h.catalog.Suppliers(ctx, true)
	out := make(map[ident.ID]string, len(list))
	for _, s := range list {
		out[s.ID] = s.Name
	}
	return out, err
}

// unjudged says what is not in the figures, and why.
func (v voice) unjudged(u restock.Unjudged) []string {
	var out []string
	add := func(n int, key string) {
		if n > 0 {
			out = append(out, v.t.T(key, arg("n", n)))
		}
	}
	add(u.Waiting, "decision.waiting")
	add(u.Findings[restock.FoundUnknown], "decision.found_unknown")
	add(u.Findings[restock.FoundNoDelivery], "decision.found_no_delivery")
	add(u.Findings[restock.FoundReplaced], "decision.found_replaced")
	return out
}

// lesson is a group of decisions with its name.
type lesson struct {
	what string
	restock.Standing
}

// standings fills in the figures, what they say, and the tables.
func (v voice) standings(a asked, m *restockview.Decisions, days []restock.DayStanding, ways []restock.WayStanding, products []restock.ProductStanding, names map[ident.ID]string) {
	var all restock.Standing
	months, suppliers := map[day.Date]restock.Standing{}, map[ident.ID]restock.Standing{}
	for _, d := range days {
		all = all.Plus(d.Standing)
		y, month, _ := d.Day.Civil()
		months[day.New(y, month, 1)] = months[day.New(y, month, 1)].Plus(d.Standing)
		if d.SupplierID != nil {
			suppliers[*d.SupplierID] = suppliers[*d.SupplierID].Plus(d.Standing)
		}
	}
	m.Figures = []ui.Figure{
		{Label: v.t.T("decision.regret_theirs"), Value: v.whole(all.TheirRegret), Note: v.counts(all.Theirs)},
		{Label: v.t.T("decision.regret_ours"), Value: v.whole(all.OurRegret), Note: v.counts(all.Ours)},
	}
	m.Lead = v.lead(all)
	for _, first := range sortedKeys(months, func(x, y day.Date) int { return int(y - x) }) {
		m.Months = append(m.Months, v.standing(v.t.Month(first), "", months[first]))
	}
	lessons := v.ways(ways)
	for _, id := range sortedKeys(suppliers, func(x, y ident.ID) int {
		return cmp.Or(-cmp.Compare(apart(suppliers[x]), apart(suppliers[y])), cmp.Compare(names[x], names[y]), slices.Compare(x[:], y[:]))
	}) {
		if len(m.Suppliers) < standingRows {
			m.Suppliers = append(m.Suppliers, v.standing(names[id], asked{JudgedQuery: restock.JudgedQuery{SupplierID: &id}}.address(decisionsAddress, a.year, 0), suppliers[id]))
		}
		lessons = append(lessons, lesson{v.t.T("decision.of_supplier", arg("name", names[id])), suppliers[id]})
	}
	for _, p := range products {
		m.Products = append(m.Products, v.standing(p.Name, asked{JudgedQuery: restock.JudgedQuery{ProductID: &p.ProductID}}.address(decisionsAddress, a.year, 0), p.Standing))
		lessons = append(lessons, lesson{p.Name, p.Standing})
	}
	if a.ProductID == nil {
		m.Lessons = v.lessons(lessons)
	}
	if a.SupplierID != nil || a.ProductID != nil && len(m.Suppliers) < 2 {
		m.Suppliers = nil
	}
	if a.ProductID != nil {
		m.Products = nil
	}
}

func sortedKeys[K comparable, V any](m map[K]V, compare func(a, b K) int) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compare)
	return keys
}

// apart is how far the two regrets are from each other.
func apart(s restock.Standing) money.Amount {
	return max(s.OurRegret-s.TheirRegret, s.TheirRegret-s.OurRegret)
}

// lead says who did better over all, if that can be said.
func (v voice) lead(s restock.Standing) string {
	args := []i18n.Arg{arg("n", s.Cases), arg("differing", s.Contest.Cases), arg("theirs", v.whole(s.TheirRegret)), arg("ours", v.whole(s.OurRegret)), arg("gap", v.whole(apart(s)))}
	switch s.Contest.Better() {
	case score.Ours:
		return v.t.T("decision.lead_ours", args...)
	case score.Theirs:
		return v.t.T("decision.lead_theirs", args...)
	case score.Even:
		return v.t.T("decision.lead_even", args...)
	}
	return v.t.T("decision.lead_few", args...)
}

// ways adds up by way, and by reason.
func (v voice) ways(list []restock.WayStanding) []lesson {
	byWay, byWhy := map[restock.Way]restock.Standing{}, map[restock.Why]restock.Standing{}
	for _, w := range list {
		byWay[w.Way] = byWay[w.Way].Plus(w.Standing)
		if w.Why != "" {
			byWhy[w.Why] = byWhy[w.Why].Plus(w.Standing)
		}
	}
	var out []lesson
	for _, w := range []restock.Way{restock.WayMore, restock.WayLess, restock.WayNone, restock.WayIdle} {
		out = append(out, lesson{v.t.T("decision.way." + string(w)), byWay[w]})
	}
	for _, w := range restock.Whys() {
		out = append(out, lesson{v.t.T("decision.given", arg("why", v.because(w))), byWhy[w]})
	}
	return out
}

// lessons says of which decisions one of the two was clearly better, those first where
// it mattered most.
func (v voice) lessons(list []lesson) []string {
	slices.SortStableFunc(list, func(a, b lesson) int { return -cmp.Compare(apart(a.Standing), apart(b.Standing)) })
	var out []string
	for _, l := range list {
		key := ""
		switch l.Contest.Better() {
		case score.Ours:
			key = "decision.lesson_ours"
		case score.Theirs:
			key = "decision.lesson_theirs"
		default:
			continue
		}
		if out = append(out, v.t.T(key, arg("what", l.what), arg("n", l.Contest.Cases), arg("gap", v.whole(apart(l.Standing))))); len(out) == mostLessons {
			break
		}
	}
	return out
}

// counts says how often a quantity was right and wrong.
func (v voice) counts(c restock.Verdicts) string {
	return v.t.T("decision.counts", arg("right", c.Right), arg("over", c.Over), arg("under", c.Under))
}

// standing is a row of a table.
func (v voice) standing(name, href string, s restock.Standing) restockview.StandingRow {
	row := restockview.StandingRow{
		Name: name, Href: href, Cases: v.t.T("decision.cases", arg("n", s.Cases)), Tone: ui.Plain,
		Theirs: restockview.Side{Regret: v.whole(s.TheirRegret), Text: v.counts(s.Theirs)}, Ours: restockview.Side{Regret: v.whole(s.OurRegret), Text: v.counts(s.Ours)},
	}
	switch s.Contest.Better() {
	case score.Ours:
		row.Better, row.Tone = v.t.T("decision.nearer_ours"), ui.Info
	case score.Theirs:
		row.Better, row.Tone = v.t.T("decision.nearer_theirs"), ui.OK
	case score.Even:
		row.Better = v.t.T("decision.nearer_even")
	default:
		row.Better = v.t.T("decision.nearer_few")
	}
	return row
}

// judged is one decision.
func (v voice) judged(x restock.Verdict) restockview.VerdictRow {
	text := v.t.DateShort(x.Decision.Day)
	for _, more := range []string{x.SupplierName, v.t.T("decision.kind." + string(x.Kind))} {
		if more != "" {
			text = v.t.T("restock.dotted", arg("first", text), arg("next", more))
		}
	}
	said := v.reasons("", x.Why, x.Note)
	return restockview.VerdictRow{
		Name: x.Name, Href: productAddress(x.ProductID), Text: text, Said: said, Best: v.Amount(x.Best, x.Unit),
		Ours: v.side(v.Amount(x.Suggested, x.Unit), x.Ours, x.OurRegret), Theirs: v.side(v.Amount(x.Chosen, x.Unit), x.Theirs, x.TheirRegret),
	}
}

func (v voice) side(quantity string, verdict score.Verdict, regret money.Amount) restockview.Side {
	s := restockview.Side{Quantity: quantity, Verdict: v.t.T("decision.verdict." + string(verdict)), Tone: ui.OK}
	if verdict != score.Right {
		s.Tone = ui.Watch
	}
	if regret > 0 {
		s.Regret = v.Money(regret)
	}
	return s
}

// decisionColumns are those of the file, in every language.
var decisionColumns = []string{"day", "product_code", "product_name", "supplier", "decision", "reason", "note", "suggested", "chosen", "best", "unit", "wanted", "stock",
	"verdict_suggested", "verdict_chosen", "regret_suggested", "regret_chosen"}

// decisionsCSV is every judged decision of the question as a table.
func (h *Handlers) decisionsCSV(c *gin.Context) error {
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	a, err := h.askedOf(c)
	if err != nil {
		return err
	}
	a.Limit = mostExported
	list, err := h.lists.Verdicts(c.Request.Context(), a.JudgedQuery)
	if err != nil {
		return err
	}
	rows := make([][]string, len(list))
	for i, x := range list {
		rows[i] = []string{x.Decision.Day.String(), x.Code, x.Name, x.SupplierName, string(x.Kind), v.because(x.Why), x.Note,
			x.Suggested.Decimal(), x.Chosen.Decimal(), x.Best.Decimal(), x.Unit, x.Wanted.Decimal(), x.Stock.Decimal(),
			string(x.Ours), string(x.Theirs), x.OurRegret.Decimal(v.Currency), x.TheirRegret.Decimal(v.Currency)}
	}
	return web.WriteCSV(c, "decisions-"+strconv.Itoa(a.year)+".csv", decisionColumns, rows)
}

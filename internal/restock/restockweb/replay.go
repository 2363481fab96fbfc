package restockweb

import (
	"math"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/money"
	"buhuo/internal/replay"
	"buhuo/internal/restock"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

// replayAddress is the page of what would have happened.
const replayAddress = "/replay"

// oldReplay is after how many days an answer is called old: it is made anew each week.
const oldReplay = 10

// hindsight shows what would have happened under other ways to order.
func (h *Handlers) hindsight(c *gin.Context) error {
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	found, asked, err := h.restock.Hindsight(c.Request.Context())
	if err != nil {
		return err
	}
	in, err := h.shops.Get(c.Request.Context())
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	chrome.Title, chrome.Active = v.t.T("replay.title"), layout.More
	m := restockview.Replay{Chrome: chrome}
	if may(c, tenant.Manager) && !(asked && found.Waits()) {
		m.Ask = &restockview.Ask{Action: replayAddress, Text: v.t.T("replay.run")}
	}
	switch {
	case asked && found.Waits():
		m.Run = v.running(found)
	case found.Failed:
		m.Notes = append(m.Notes, layout.Flash{Tone: ui.Out, Text: v.t.T("replay.failed")})
	}
	switch told := found.Told; {
	case told != nil && told.Missing == 0:
		if told.AsOf < v.today.Add(-oldReplay) && m.Run == nil {
			m.Notes = append(m.Notes, layout.Flash{Tone: ui.Watch, Text: v.t.T("replay.old", arg("day", told.AsOf))})
		}
		v.told(c, *told, in, &m)
		if m.Ask != nil {
			m.Ask.Text = v.t.T("replay.run_again")
		}
	case m.Run != nil:
	case told != nil:
		m.Empty = &ui.EmptyModel{Icon: "hourglass", Title: v.t.T("replay.too_short"), Text: v.t.T("replay.missing", arg("n", told.Missing))}
	default:
		m.Empty = &ui.EmptyModel{Icon: "history", Title: v.t.T("replay.begin_title"), Text: v.t.T("replay.begin_text")}
	}
	return web.Render(c, http.StatusOK, restockview.ReplayPage(m))
}

func (v voice) running(found restock.Hindsight) *restockview.Running {
	r := &restockview.Running{Text: v.t.T("replay.waiting"), Again: ui.Link{Href: replayAddress, Text: v.t.T("replay.look_again"), Icon: "history"}}
	switch {
	case found.BegunAt != nil && found.Total > 0:
		r.Text = v.t.T("replay.running", arg("done", found.Done), arg("n", found.Total))
		r.Percent = 100 * float64(found.Done) / float64(found.Total)
	case found.BegunAt != nil:
		r.Text = v.t.T("replay.learning")
	}
	return r
}

// askHindsight asks for a run in the background.
func (h *Handlers) askHindsight(c *gin.Context) error {
	f := web.FormOf(c)
	f.ID("client_id")
	if err := f.Err(); err != nil {
		return err
	}
	if err := h.restock.AskHindsight(c.Request.Context()); err != nil {
		return err
	}
	web.Flash(c, web.Good, "replay.flash_asked")
	return web.Redirect(c, replayAddress)
}

// adopt makes the shop order as the setting does that comes nearest to the picked point.
func (h *Handlers) adopt(c *gin.Context) error {
	f := web.FormOf(c)
	var names []string
	for _, p := range shop.Policies() {
		names = append(names, string(p))
	}
	policy := f.Choice("policy", names...)
	point, _ := f.IntOpt("point", 0, 99)
	if err := f.Err(); err != nil {
		return err
	}
	if _, err := h.restock.Adopt(c.Request.Context(), shop.Policy(policy)); err != nil {
		return err
	}
	web.Flash(c, web.Good, "replay.flash_adopted")
	return web.Redirect(c, replayAddress+"?point="+strconv.Itoa(point))
}

// hindsightCSV is the comparison and the frontier as a table.
func (h *Handlers) hindsightCSV(c *gin.Context) error {
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	found, _, err := h.restock.Hindsight(c.Request.Context())
	if err != nil {
		return err
	}
	head := []string{v.t.T("replay.col_way"), v.t.T("replay.col_served"), v.t.T("replay.col_out"), v.t.T("replay.col_stock"), v.t.T("replay.col_lost"),
		v.t.T("replay.col_waste"), v.t.T("replay.col_cost"), v.t.T("replay.col_orders")}
	var rows [][]string
	if found.Told != nil {
		for _, o := range append(v.compared(*found.Told), v.frontier(*found.Told)...) {
			rows = append(rows, []string{o.name, decimals(o.FillPPM), decimals(o.OutPPM), o.Stock.Decimal(v.Currency), o.LostSales.Decimal(v.Currency),
				o.Waste.Decimal(v.Currency), o.Cost.Decimal(v.Currency), strconv.Itoa(o.Orders)})
		}
	}
	return web.WriteCSV(c, "replay.csv", head, rows)
}

func decimals(ppm int) string { return strconv.FormatFloat(float64(ppm)/1e6, 'f', 4, 64) }

// named is an outcome with its name in the reader's language.
type named struct {
	name string
	restock.Outcome
}

// compared lists what was done, ours under each setting, and the others.
func (v voice) compared(told restock.Told) []named {
	var out []named
	if told.Did != nil {
		out = append(out, named{v.t.T("replay.did"), *told.Did})
	}
	for i, o := range told.Settings {
		out = append(out, named{v.t.T("replay.ours", arg("setting", v.setting(shop.Policies()[i]))), o})
	}
	for _, o := range told.Others {
		out = append(out, named{v.wayOf(o), o})
	}
	return out
}

func (v voice) frontier(told restock.Told) []named {
	out := make([]named, len(told.Frontier))
	for i, o := range told.Frontier {
		out[i] = named{v.t.T("replay.point", arg("n", i+1)), o}
	}
	return out
}

func (v voice) setting(p shop.Policy) string { return v.t.T("replay.setting." + string(p)) }

func (v voice) wayOf(o restock.Outcome) string {
	switch o.Policy {
	case "cover":
		return v.t.T("replay.cover", arg("n", int(o.Parameter)))
	case "ma28":
		return v.t.T("replay.ma28", arg("percent", v.t.Percent(o.Parameter)))
	case "static":
		return v.t.T("replay.static", arg("n", int(o.Parameter)))
	}
	return v.t.T("replay.foresight")
}

func share(ppm int) float64 { return float64(ppm) / 1e6 }

// whole is an amount without its small change: nobody replays cents.
func (v voice) whole(a money.Amount) string {
	units := math.Round(float64(a) / math.Pow10(v.Currency.Exponent))
	return v.t.Money(money.Amount(units), money.Currency{Code: v.Currency.Code})
}

// exactly is a share with one decimal.
func (v voice) exactly(ppm int) string {
	return v.t.T("replay.percent", arg("value", v.t.Decimal(100*share(ppm), 1)))
}

// told fills in the answer; the point of the address is the one that is picked.
func (v voice) told(c *gin.Context, told restock.Told, in shop.Shop, m *restockview.Replay) {
	now := in.Policy
	m.Title = v.t.T("replay.days", arg("from", v.t.Date(told.From)), arg("to", v.t.Date(told.To)))
	current := told.Settings[max(indexOf(now), 0)]
	m.Lead, m.Verdict = v.verdict(told, current, now)
	m.Compare.Head = []string{v.t.T("replay.col_way"), v.t.T("replay.col_served"), v.t.T("replay.col_lost"), v.t.T("replay.col_waste"), v.t.T("replay.col_stock"), v.t.T("replay.col_cost"), v.t.T("replay.col_out"), v.t.T("replay.col_orders")}
	for _, o := range v.compared(told) {
		m.Compare.Rows = append(m.Compare.Rows, append([]string{o.name}, v.amounts(o.Outcome)...))
	}
	picked, err := strconv.Atoi(c.Query("point"))
	if err != nil || picked < 0 || picked >= len(told.Frontier) {
		picked = nearestTo(told.Frontier, current.Stock)
	}
	m.Curve = v.curve(told, picked)
	m.Pick = v.t.T("replay.pick")
	for i, o := range told.Frontier {
		m.Points = append(m.Points, restockview.Point{
			Text: v.t.T("replay.point_text", arg("served", v.exactly(o.FillPPM)), arg("stock", v.whole(o.Stock))),
			Note: v.t.T("replay.point_note", arg("waste", v.whole(o.Waste)), arg("cost", v.whole(o.Cost))),
			Href: pointAddress(i), On: i == picked,
		})
	}
	m.Chosen = v.chosen(told, picked, in, may(c, tenant.Manager))
	m.Chances, m.Honest = v.chances(told.Chances)
	m.How = v.how(told)
	m.Download = ui.Link{Href: "/replay.csv", Text: v.t.T("replay.csv"), Icon: "download"}
}

func (v voice) amounts(o restock.Outcome) []string {
	return []string{v.exactly(o.FillPPM), v.whole(o.LostSales), v.whole(o.Waste), v.whole(o.Stock),
		v.whole(o.Cost), v.exactly(o.OutPPM), v.t.Int(int64(o.Orders))}
}

func pointAddress(i int) string {
	return replayAddress + "?" + url.Values{"point": {strconv.Itoa(i)}}.Encode() + "#chosen"
}

func indexOf(p shop.Policy) int {
	for i, x := range shop.Policies() {
		if x == p {
			return i
		}
	}
	return -1
}

// nearestTo is the point with the nearest stock.
func nearestTo(list []restock.Outcome, stock money.Amount) int {
	best := 0
	for i, o := range list {
		if max(o.Stock-stock, stock-o.Stock) < max(list[best].Stock-stock, stock-list[best].Stock) {
			best = i
		}
	}
	return best
}

// verdict says in sentences what our orders would have changed, against what was done or,
// where that is not known, against the best days of cover.
func (v voice) verdict(told restock.Told, ours restock.Outcome, now shop.Policy) (lead string, out []string) {
	other, key := told.Did, "replay.against_did"
	if other == nil {
		other, key = &told.Others[0], "replay.against_cover"
	}
	args := []i18n.Arg{arg("setting", v.setting(now))}
	if told.Did == nil {
		args = append(args, arg("n", int(other.Parameter)))
	}
	say := func(mine, theirs money.Amount, less, more string) {
		switch gap := theirs - mine; {
		case gap > 0:
			out = append(out, v.t.T(less, arg("amount", v.whole(gap))))
		case gap < 0:
			out = append(out, v.t.T(more, arg("amount", v.whole(-gap))))
		}
	}
	say(ours.LostSales, other.LostSales, "replay.lost_less", "replay.lost_more")
	say(ours.Waste, other.Waste, "replay.waste_less", "replay.waste_more")
	say(ours.Stock, other.Stock, "replay.stock_less", "replay.stock_more")
	say(ours.Cost, other.Cost, "replay.cost_less", "replay.cost_more")
	return v.t.T(key, args...), out
}

// curve is the frontier: what is served against what lies on the shelf.
func (v voice) curve(told restock.Told, picked int) ui.CurveModel {
	at := func(o restock.Outcome) ui.CurvePoint {
		return ui.CurvePoint{X: float64(o.Stock) / math.Pow10(v.Currency.Exponent), Y: 100 * share(o.FillPPM)}
	}
	m := ui.CurveModel{T: v.t, ID: "frontier", Title: v.t.T("replay.curve"), XName: v.t.T("replay.col_stock"), YName: v.t.T("replay.col_served"),
		X: func(x float64) string { return v.whole(money.Amount(x * math.Pow10(v.Currency.Exponent))) },
		Y: func(y float64) string { return v.t.T("replay.percent", arg("value", v.t.Decimal(y, 1))) }}
	ours := ui.CurveLine{Class: "mean", Name: v.t.T("replay.line_ours"), Dots: true}
	for i, o := range told.Frontier {
		p := at(o)
		p.Href = pointAddress(i)
		if i == picked {
			p.Class = "on"
		}
		ours.Points = append(ours.Points, p)
	}
	cover := ui.CurveLine{Class: "wanted", Name: v.t.T("replay.line_cover")}
	most := told.Frontier[len(told.Frontier)-1].Stock
	if told.Did != nil {
		most = max(most, told.Did.Stock)
	}
	for _, o := range told.Cover {
		if o.Stock <= most*5/4 { // the rest would press what matters into a corner
			cover.Points = append(cover.Points, at(o))
		}
	}
	m.Lines = []ui.CurveLine{cover, ours}
	if told.Did != nil {
		p := at(*told.Did)
		p.Label, p.Class = v.t.T("replay.did"), "did"
		m.Spots = append(m.Spots, p)
	}
	m.Table.Head = []string{v.t.T("replay.col_way"), v.t.T("replay.col_served"), v.t.T("replay.col_lost"), v.t.T("replay.col_waste"), v.t.T("replay.col_stock"), v.t.T("replay.col_cost"), v.t.T("replay.col_out"), v.t.T("replay.col_orders")}
	for _, o := range v.frontier(told) {
		m.Table.Rows = append(m.Table.Rows, append([]string{o.name}, v.amounts(o.Outcome)...))
	}
	for _, o := range told.Cover {
		m.Table.Rows = append(m.Table.Rows, append([]string{v.wayOf(o)}, v.amounts(o)...))
	}
	return m
}

// chosen is the picked point and the setting that comes nearest to it.
func (v voice) chosen(told restock.Told, picked int, in shop.Shop, may bool) *restockview.Chosen {
	o := told.Frontier[picked]
	policy, nearest, err := told.Nearest(o)
	if err != nil {
		return nil
	}
	out := &restockview.Chosen{
		Title: v.t.T("replay.chosen"), Action: replayAddress + "/adopt", Point: strconv.Itoa(picked), Adopt: v.t.T("replay.adopt", arg("setting", v.setting(policy))),
		Facts: []ui.Fact{
			{Term: v.t.T("replay.col_served"), Text: v.exactly(o.FillPPM)},
			{Term: v.t.T("replay.col_stock"), Text: v.whole(o.Stock)},
			{Term: v.t.T("replay.col_lost"), Text: v.whole(o.LostSales)},
			{Term: v.t.T("replay.col_waste"), Text: v.whole(o.Waste)},
			{Term: v.t.T("replay.col_cost"), Text: v.whole(o.Cost)},
		},
		Said: v.t.T("replay.nearest", arg("setting", v.setting(policy)), arg("served", v.exactly(nearest.FillPPM)), arg("stock", v.whole(nearest.Stock))),
	}
	switch {
	case policy == in.Policy && in.Target.Kind == shop.NoTarget:
		out.Note = v.t.T("replay.holds")
	case may:
		out.Policy = string(policy)
		out.Note = v.t.T("replay.adopt_note", arg("setting", v.setting(in.Policy)))
		if in.Target.Kind != shop.NoTarget {
			out.Note = v.t.T("replay.adopt_instead")
		}
	default:
		out.Note = v.t.T("replay.ask_owner")
	}
	return out
}

// chances draws whether what was likely to run out did.
func (v voice) chances(x *restock.Chances) (*ui.CurveModel, []string) {
	if x == nil {
		return nil, nil
	}
	percent := func(p float64) string { return v.t.Percent(p / 100) }
	m := &ui.CurveModel{T: v.t, ID: "chances", Title: v.t.T("replay.chances_curve"), XName: v.t.T("replay.told"), YName: v.t.T("replay.happened"), X: percent, Y: percent, YHigh: 100,
		Lines: []ui.CurveLine{{Class: "now", Name: v.t.T("replay.line_even"), Points: []ui.CurvePoint{{}, {X: 100, Y: 100}}}}}
	line := ui.CurveLine{Class: "mean", Name: v.t.T("replay.line_happened"), Dots: true}
	m.Table.Head = []string{v.t.T("replay.told"), v.t.T("replay.happened"), v.t.T("replay.cases")}
	said := []string{v.t.T("replay.cases_said", arg("n", x.Cases))}
	for i, t := range x.Tenths {
		if t.Cases < replay.Crowd {
			continue
		}
		line.Points = append(line.Points, ui.CurvePoint{X: 100 * share(t.ToldPPM), Y: 100 * share(t.HappenedPPM)})
		m.Table.Rows = append(m.Table.Rows, []string{v.t.Percent(share(t.ToldPPM)), v.t.Percent(share(t.HappenedPPM)), v.t.Int(int64(t.Cases))})
		if i == 2 || i == 7 {
			said = append(said, v.t.T("replay.tenth", arg("low", v.t.Percent(float64(i)/10)), arg("high", v.t.Percent(float64(i+1)/10)), arg("n", int(math.Round(100*share(t.HappenedPPM))))))
		}
	}
	m.Lines = append(m.Lines, line)
	said = append(said, v.t.T("replay.off", arg("points", v.t.Decimal(100*share(x.ErrorPPM), 1))))
	if x.SkillPPM > 0 {
		said = append(said, v.t.T("replay.skill", arg("percent", v.t.Percent(share(x.SkillPPM)))))
	}
	return m, said
}

// how says by which rules the past was replayed.
func (v voice) how(told restock.Told) []string {
	out := []string{v.t.T("replay.how_day"), v.t.T("replay.how_terms"), v.t.T("replay.how_lost"), v.t.T("replay.how_cost"), v.t.T("replay.how_best"),
		v.t.T("replay.how_products", arg("n", told.Products))}
	if told.Left > 0 {
		out = append(out, v.t.T("replay.how_left", arg("n", told.Left)))
	}
	if told.Did == nil {
		out = append(out, v.t.T("replay.how_unknown"))
	}
	return append(out, v.t.T("replay.how_weekly"))
}

package insightweb

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/insight"
	"buhuo/internal/web"
	"buhuo/internal/web/sheet"
	insightview "buhuo/views/insight"
	"buhuo/views/ui"
)

const channelsPath = "/insights/channels"

func (h *Handlers) askChannels(c *gin.Context) (asked, insight.Channels, error) {
	a, err := h.ask(c, channelsPath, insight.Quarter)
	if err != nil {
		return a, insight.Channels{}, err
	}
	a.Channel, a.Province = [16]byte{}, ""
	a.narrowed = true
	a.values.Del("channel")
	a.values.Del("province")
	found, err := h.boards.Channels(c.Request.Context(), a.Query)
	return a, found, err
}

// shares: what counts of a channel is money for those who see it, else how often.
func (v voice) worth(t insight.Tally) int64 {
	if v.money {
		return int64(t.Amount)
	}
	return int64(t.Lines)
}

func (v voice) worthText(t insight.Tally) string {
	if v.money {
		return v.whole(t.Amount)
	}
	return v.t.T("insight.times", i18n.A("n", t.Lines))
}

// channelsBoard shows how counter and online share one stock.
func (h *Handlers) channelsBoard(c *gin.Context) error {
	a, found, err := h.askChannels(c)
	if err != nil {
		return err
	}
	v := voiceOf(c, a)
	m := insightview.Channels{Chrome: v.chrome(c, "insight.channels", "insight.channels_help"), Frame: a.frame(v.t, true)}
	if found.Now == (insight.Tally{}) {
		m.Empty = v.nothing()
		return web.Render(c, http.StatusOK, insightview.ChannelsPage(m))
	}
	var online, before int64
	for _, g := range found.Channels {
		if v.online(g.ID) {
			online, before = online+v.worth(g.Now), before+v.worth(g.Then)
		}
	}
	m.Figures = []ui.Figure{
		{Label: v.t.T("insight.online_share"), Value: v.t.Percent(float64(max(online, 0)) / float64(max(v.worth(found.Now), 1))), Note: v.change(online, before)},
		{Label: v.t.T("insight.sold_both"), Value: v.t.Int(int64(found.Both)), Note: v.t.T("insight.sold_both_note")},
		{Label: v.t.T("insight.oversold"), Value: v.t.Int(int64(found.Oversold)), Note: v.t.T("insight.oversold_note"), Tone: toneIf(found.Oversold > 0, ui.Watch)},
	}
	if v.money {
		m.Figures = append(m.Figures, ui.Figure{Label: v.t.T("insight.taken"), Value: v.whole(found.Taken), Note: v.t.T("insight.taken_note"), Tone: toneIf(found.Taken > 0, ui.Out)})
	}
	m.Channels = v.bars(found.Channels, func(g insight.Group) (string, string) {
		return v.channel(g.ID), a.with(wantedPath, "channel", v.code(g.ID))
	})
	m.Weeks = v.mix(found)
	for _, p := range found.Shared[:min(len(found.Shared), stuckRows)] {
		row := insightview.SharedRow{Name: p.Product.Name, Href: productHref(p.Product.ID), Counter: v.tenth(p.Counter, p.Product.BaseUnit), Online: v.tenth(p.Online, p.Product.BaseUnit), Taken: v.tenth(p.Taken, p.Product.BaseUnit)}
		m.Shared = append(m.Shared, row)
	}
	m.Delivery, m.OnTheWay = v.deliveries(found), v.t.T("insight.on_the_way", i18n.A("n", found.OnTheWay))
	m.Head = []string{v.t.T("insight.product"), v.t.T("insight.at_counter"), v.t.T("insight.online"), v.t.T("insight.counter_missed")}
	return web.Render(c, http.StatusOK, insightview.ChannelsPage(m))
}

// deliveries says how long each channel's parcels took.
func (v voice) deliveries(found insight.Channels) (facts []ui.Fact) {
	for _, d := range found.Delivery {
		f := ui.Fact{Term: v.channel(d.Channel), Text: v.halfDays(d.Now), Note: v.t.T("insight.deliveries_of", i18n.A("n", d.Now.Deliveries()))}
		if d.Now.Deliveries() > 0 {
			low, high := d.Now.Quartiles()
			f.Note += " · " + v.t.T("insight.lead_half", i18n.A("low", low), i18n.A("high", high), i18n.A("mean", v.t.Decimal(d.Now.Mean(), 1)))
		}
		if d.Left.Deliveries() > 0 {
			f.Note += " · " + v.t.T("insight.left_after", i18n.A("days", v.halfDays(d.Left)))
		}
		if d.Now.Dated > 0 {
			f.Note += " · " + v.t.T("insight.in_time") + " " + v.inTime(d.Now)
		}
		if d.Then.Deliveries() > 0 {
			f.Note += " · " + v.t.T("insight.before_value", i18n.A("value", v.halfDays(d.Then)))
		}
		facts = append(facts, f)
	}
	return facts
}

func (v voice) online(id [16]byte) bool {
	for _, ch := range v.asked.channels {
		if ch.ID == id {
			return ch.Online
		}
	}
	return false
}

// mix draws the share of online sales, week by week.
func (v voice) mix(found insight.Channels) insightview.Chart {
	m := insightview.Chart{ID: "mix", Table: ui.Numbers{Head: []string{v.t.T("insight.week_from"), v.t.T("insight.at_counter"), v.t.T("insight.online"), v.t.T("insight.online_share")}}}
	best := -1
	for i, w := range found.Weeks {
		counter, online := v.worth(w.Counter), v.worth(w.Online)
		share := 0.0
		if all := counter + online; all > 0 && online > 0 {
			share = min(float64(online)/float64(all), 1)
		}
		p := ui.Pillar{Height: share, Value: v.t.Percent(share)}
		if step := (len(found.Weeks) + 4) / 5; i%step == 0 {
			p.Label = v.t.DateShort(w.From)
		}
		m.Pillars = append(m.Pillars, p)
		m.Table.Rows = append(m.Table.Rows, []string{v.t.Date(w.From), v.worthText(w.Counter), v.worthText(w.Online), v.t.Percent(share)})
		if share > 0 && (best < 0 || share > m.Pillars[best].Height) {
			best = i
		}
	}
	if best < 0 {
		return insightview.Chart{}
	}
	m.Pillars[best].On = true
	m.Title = v.t.T("insight.mix_title", i18n.A("day", found.Weeks[best].From), i18n.A("share", m.Pillars[best].Value))
	return m
}

func (h *Handlers) channelsTables(c *gin.Context) ([]sheet.Table, error) {
	a, found, err := h.askChannels(c)
	if err != nil {
		return nil, err
	}
	v := voiceOf(c, a)
	weeks := sheet.Table{Name: v.t.T("insight.weeks"), Columns: []sheet.Column{v.col("week", "insight.week_from", sheet.Text), v.col("times_counter", "insight.times_counter", sheet.Number), v.col("times_online", "insight.times_online", sheet.Number)}}
	if v.money {
		weeks.Columns = append(weeks.Columns, v.col("sales_counter", "insight.at_counter", sheet.Money), v.col("sales_online", "insight.online", sheet.Money))
	}
	for _, w := range found.Weeks {
		row := []string{w.From.String(), strconv.Itoa(w.Counter.Lines), strconv.Itoa(w.Online.Lines)}
		if v.money {
			row = append(row, v.decimal(w.Counter.Amount), v.decimal(w.Online.Amount))
		}
		weeks.Rows = append(weeks.Rows, row)
	}
	shared := sheet.Table{Name: v.t.T("insight.shared"), Columns: []sheet.Column{
		v.col("product_code", "insight.col_code", sheet.Text), v.col("product_name", "insight.product", sheet.Text), v.col("unit", "insight.col_unit", sheet.Text),
		v.col("counter", "insight.at_counter", sheet.Number), v.col("online", "insight.online", sheet.Number), v.col("counter_missed", "insight.counter_missed", sheet.Number),
	}}
	for _, p := range found.Shared {
		shared.Rows = append(shared.Rows, []string{p.Product.Code, p.Product.Name, p.Product.BaseUnit, p.Counter.Decimal(), p.Online.Decimal(), p.Taken.Decimal()})
	}
	parcels := sheet.Table{Name: v.t.T("insight.parcels"), Columns: []sheet.Column{v.col("channel", "insight.channel", sheet.Text), v.col("left_median", "insight.left_median", sheet.Number)}}
	for _, before := range []bool{false, true} {
		parcels.Columns = append(parcels.Columns, v.leadColumns(before)...)
	}
	for _, d := range found.Delivery {
		row := append([]string{v.code(d.Channel), leadCells(d.Left)[1]}, leadCells(d.Now)...)
		parcels.Rows = append(parcels.Rows, append(row, leadCells(d.Then)...))
	}
	return []sheet.Table{v.groupTable("insight.channels_sold", "channel", found.Channels, func(g insight.Group) string { return v.code(g.ID) }).As("channels"), weeks.As("weeks"), shared.As("shared"), parcels.As("parcels")}, nil
}

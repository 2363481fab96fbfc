package insightweb

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/web"
	insightview "buhuo/views/insight"
	"buhuo/views/ui"
)

// asked is what the address of a board asks for; every board reads it alike:
//
//	period=week|month|quarter|year|festival|custom  on=<a day in it>  from= through=
//	with=lunar|year|before                           what it is compared with
//	category=<id>  channel=<code>  province=<code>   a part of the sales
//	source=counter|online|wholesale|processing|harvest
//	by=money|units|margin                            the order of products
type asked struct {
	insight.Query
	By    insight.Order
	today day.Date
	known day.Date // the last day that is over
	shop  shop.Shop

	path       string
	values     url.Values // those that are set, in the form of an address
	categories []catalog.Category
	channels   []sales.Channel
	provinces  bool // the board can be narrowed to one
	online     bool // it is of the online channels only
	narrowed   bool // not to a channel: it is about all of them
	whole      bool // it cannot be narrowed to a part of the sales
}

// ask reads the address of a board, whose usual period is given.
func (h *Handlers) ask(c *gin.Context, path string, usual insight.Period) (asked, error) {
	ctx, f := c.Request.Context(), web.QueryOf(c)
	in, err := h.shops.Get(ctx)
	if err != nil {
		return asked{}, err
	}
	a := asked{shop: in, path: path, values: url.Values{}}
	a.today, a.known = h.boards.Today(in)
	period := insight.Period(f.ChoiceOpt("period", string(usual), names(append(insight.Periods(), insight.Custom))...))
	whole := period.Of(a.known)
	on, dated := f.DateOpt("on")
	from, begins := f.DateOpt("from")
	through, ends := f.DateOpt("through")
	switch {
	case begins || ends: // one of them is enough: until now, or since the first of its month
		if !ends {
			through = max(a.known, from)
		}
		if !begins {
			from = through.FirstOfMonth()
		}
		period, whole = insight.Custom, insight.Window{From: from, Through: through}
		a.set("from", from.String())
		a.set("through", through.String())
	case period == insight.Custom:
		f.Add("from", fault.New(fault.Invalid, "insight.window_odd"))
	case dated:
		whole = period.Of(on)
		a.set("on", on.String())
	}
	if !whole.Sensible() {
		f.Add("through", fault.New(fault.Invalid, "insight.window_odd"))
	}
	against := insight.Against(f.ChoiceOpt("with", string(insight.Lunar), names(insight.Comparisons())...))
	a.By = insight.Order(f.ChoiceOpt("by", "", append([]string{""}, names(insight.Orders())...)...))
	if period != insight.Custom { // its days say so
		a.setUnless("period", string(period), string(usual))
	}
	a.setUnless("with", string(against), string(insight.Lunar))
	a.setUnless("by", string(a.By), "")
	if err := a.narrow(h, c, f); err != nil {
		return a, err
	}
	if f.Err() != nil {
		return a, fault.New(fault.Malformed, "insight.address_unreadable").WithCause(f.Err())
	}
	a.Span = insight.SpanOf(period, whole, against, a.known)
	return a, nil
}

// narrow reads which part of the sales is asked for.
func (a *asked) narrow(h *Handlers, c *gin.Context, f *web.Values) (err error) {
	ctx := c.Request.Context()
	if a.categories, err = h.catalog.Categories(ctx); err != nil {
		return err
	}
	if a.channels, err = h.sales.Channels(ctx); err != nil {
		return err
	}
	if id, ok := f.IDOpt("category"); ok {
		if !slices.ContainsFunc(a.categories, func(c catalog.Category) bool { return c.ID == id }) {
			return fault.New(fault.NotFound, "insight.category_missing")
		}
		a.Category = id
		a.set("category", id.String())
	}
	if code := f.String("channel", 40); code != "" {
		at := slices.IndexFunc(a.channels, func(c sales.Channel) bool { return c.Code == code })
		if at < 0 {
			return fault.New(fault.NotFound, "insight.channel_missing")
		}
		a.Channel = a.channels[at].ID
		a.set("channel", code)
	}
	if name := f.ChoiceOpt("source", "", append([]string{""}, sourceNames()...)...); name != "" {
		a.Source = insight.Source(slices.Index(sourceNames(), name) + 1)
		a.set("source", name)
	}
	if a.Province = f.ChoiceOpt("province", "", append([]string{""}, shop.Provinces()...)...); a.Province != "" {
		a.set("province", a.Province)
	}
	return nil
}

// sourceNames are the sources of income in an address.
func sourceNames() (out []string) {
	for _, s := range insight.Sources() {
		out = append(out, s.String())
	}
	return out
}

func names[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, one := range list {
		out[i] = string(one)
	}
	return out
}

func (a *asked) set(name, value string) { a.values.Set(name, value) }

func (a *asked) setUnless(name, value, usual string) {
	if value != usual {
		a.set(name, value)
	}
}

// with is the address of this board with some values changed; "" takes one away.
func (a *asked) with(path string, pairs ...string) string {
	values := url.Values{}
	for name, v := range a.values {
		values[name] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Del(pairs[i])
		if pairs[i+1] != "" {
			values.Set(pairs[i], pairs[i+1])
		}
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// window says which days it is: "1–29 Nov 2026".
func window(t *i18n.Printer, w insight.Window) string {
	if w.From == w.Through {
		return t.Date(w.From)
	}
	return t.T("insight.window", i18n.A("from", t.Date(w.From)), i18n.A("through", t.Date(w.Through)))
}

// frame is what stands about every board: periods, comparison, filters, files.
func (a *asked) frame(t *i18n.Printer, compared bool) insightview.Frame {
	m := insightview.Frame{T: t, Says: window(t, a.Window), Path: a.path, Query: a.values.Encode()}
	if a.Window.Days() <= 0 {
		m.Says = window(t, a.Whole)
	}
	for _, p := range insight.Periods() {
		m.Periods = append(m.Periods, ui.Tab{Href: a.with(a.path, "period", string(p), "from", "", "through", ""), Text: t.T("insight.period." + string(p)), Active: p == a.Period})
	}
	if a.Period != insight.Custom {
		if before := a.Period.Previous(a.Whole); a.Period.Of(before).From < a.Whole.From {
			m.Earlier = ui.Link{Href: a.with(a.path, "on", before.String()), Text: t.T("insight.earlier"), Icon: "arrow-left"}
		}
		if next := a.Period.Next(a.Whole); next <= a.known {
			m.Later = ui.Link{Href: a.with(a.path, "on", next.String()), Text: t.T("insight.later"), Icon: "arrow-right"}
		}
	}
	if compared {
		m.Compared = t.T("insight.compared."+string(a.Against), i18n.A("window", window(t, a.Other)))
		for _, with := range insight.Comparisons() {
			m.Against = append(m.Against, ui.Option{Value: string(with), Text: t.T("insight.with." + string(with)), Selected: with == a.Against})
		}
	}
	m.Filter = a.filter(t)
	m.Files = []ui.Link{
		{Href: a.with(a.path + ".csv"), Text: "CSV", Icon: "download", Kind: ui.Quiet, Download: true, Label: t.T("insight.download", i18n.A("format", "CSV"))},
		{Href: a.with(a.path + ".xlsx"), Text: "XLSX", Icon: "download", Kind: ui.Quiet, Download: true, Label: t.T("insight.download", i18n.A("format", "XLSX"))},
	}
	return m
}

// filter is the form that narrows a board.
func (a *asked) filter(t *i18n.Printer) insightview.Filter {
	f := insightview.Filter{Action: a.path, Title: t.T("insight.filter")}
	var chosen []string
	choose := func(name, label string, options []ui.Option) {
		for _, o := range options[1:] {
			if o.Selected {
				chosen = append(chosen, o.Text)
			}
		}
		f.Selects = append(f.Selects, ui.SelectModel{Name: name, Label: label, Options: options})
	}
	all := func(key string) []ui.Option { return []ui.Option{{Text: t.T(key)}} }
	if len(a.categories) > 0 && !a.whole {
		options := all("insight.category_all")
		for _, c := range a.categories {
			options = append(options, ui.Option{Value: c.ID.String(), Text: c.Name, Selected: c.ID == a.Category})
		}
		choose("category", t.T("insight.category"), options)
	}
	channels := slices.DeleteFunc(slices.Clone(a.channels), func(c sales.Channel) bool { return a.online && !c.Online })
	if len(channels) > 1 && !a.whole && !a.narrowed {
		options := all("insight.channel_all")
		for _, c := range channels {
			options = append(options, ui.Option{Value: c.Code, Text: channelName(t, c.Code, c.Name), Selected: c.ID == a.Channel})
		}
		choose("channel", t.T("insight.channel"), options)
	}
	if a.provinces {
		options := all("insight.province_all")
		for _, code := range shop.Provinces() {
			options = append(options, ui.Option{Value: code, Text: t.T("shop.province." + code), Selected: code == a.Province})
		}
		choose("province", t.T("insight.province"), options)
	}
	if len(chosen) > 0 {
		f.Chosen = strings.Join(chosen, " · ")
		f.Clear = ui.Link{Href: a.with(a.path, "category", "", "channel", "", "province", ""), Text: t.T("insight.filter_clear"), Icon: "close", Kind: ui.Quiet}
	}
	date := func(name, label string) {
		f.Dates = append(f.Dates, ui.FieldModel{Name: name, Label: label, Type: "date", Value: a.values.Get(name), Short: true})
	}
	date("from", t.T("insight.date_from"))
	date("through", t.T("insight.date_through"))
	for _, name := range []string{"period", "on", "by"} {
		if v := a.values.Get(name); v != "" {
			f.Keep = append(f.Keep, ui.Option{Value: name, Text: v})
		}
	}
	return f
}

// channelName is what people call a way of selling.
func channelName(t *i18n.Printer, code, name string) string {
	switch {
	case name != "":
		return name
	case code == "":
		return t.T("insight.nowhere")
	}
	if key := "sales.channel." + code; t.Has(key) {
		return t.T(key)
	}
	return code
}

func productHref(id ident.ID) string { return "/products/" + id.String() }

package shopweb

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/money"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	shopview "buhuo/views/shop"
	"buhuo/views/ui"
)

func (h *Handlers) settingsForm(c *gin.Context) error {
	s, err := h.shop.Get(c.Request.Context())
	if err != nil {
		return err
	}
	return h.settingsPage(c, http.StatusOK, s, answersOf(web.FormOf(c), s))
}

// saveSettings changes the shop. What somebody else changed meanwhile is shown as
// a sentence over what was typed, which a second press then saves.
func (h *Handlers) saveSettings(c *gin.Context) error {
	f, ctx := web.FormOf(c), c.Request.Context()
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	n := shop.Settings{
		Name: f.Required("name", maxLine), Province: f.ChoiceOpt("province", "", shop.Provinces()...),
		PricesIncludeTax: f.Checked("prices_include_tax"), Policy: shop.Policy(f.Choice("policy", policies()...)),
		Target: targetOf(f), Ordering: orderingOf(f, scope.Currency), ApproveAbove: limitOf(f, scope.Currency),
		OpenHour: f.Int("open_hour", 0, 23), CloseHour: f.Int("close_hour", 1, 24),
		ShowUnit: f.Choice("show_unit", showUnits...),
	}
	if n.MarketDays, err = day.ParseMarketDays(f.String("market_days", maxLine)); err != nil {
		f.Add("market_days", err)
	}
	version := f.Int("version", 1, 1<<30)
	if err = f.Err(); err == nil {
		err = h.shop.Update(ctx, n, int64(version))
	}
	if err == nil {
		web.Flash(c, web.Good, web.Saved)
		return web.Redirect(c, "/settings")
	}
	status := http.StatusUnprocessableEntity
	if fault.KindOf(err) == fault.Conflict {
		f.Add("name", err)
		status = http.StatusConflict
	} else if !f.Refused(err) {
		return err
	}
	s, err := h.shop.Get(ctx)
	if err != nil {
		return err
	}
	return h.settingsPage(c, status, s, f.Value)
}

// targetOf reads a target in figures; a share without a kind is no target.
func targetOf(f *web.Values) shop.Target {
	kind := shop.TargetKind(f.ChoiceOpt("target", "", string(shop.CycleTarget), string(shop.FillTarget)))
	if kind == shop.NoTarget {
		f.IntOpt("target_percent", shop.LeastTarget, shop.MostTarget)
		return shop.Target{}
	}
	return shop.Target{Kind: kind, Percent: f.Int("target_percent", shop.LeastTarget, shop.MostTarget)}
}

// orderingOf reads the cost of an order's line; nothing typed is none.
func orderingOf(f *web.Values, currency money.Currency) money.Amount {
	cost, _ := f.AmountOpt("ordering_cost", currency)
	return cost
}

// limitOf reads from which amount an order needs the owner; nothing typed is never.
func limitOf(f *web.Values, currency money.Currency) *money.Amount {
	if limit, ok := f.AmountOpt("approve_above", currency); ok {
		return &limit
	}
	return nil
}

var showUnits = []string{"jin", "kg"}

func policies() []string {
	var out []string
	for _, p := range shop.Policies() {
		out = append(out, string(p))
	}
	return out
}

// answersOf is the form as the shop is.
func answersOf(f *web.Values, s shop.Shop) func(name string) string {
	v := url.Values{
		"name": {s.Name}, "province": {s.Province}, "policy": {string(s.Policy)}, "target": {string(s.Target.Kind)},
		"ordering_cost": {f.Typed(s.Ordering.Decimal(s.Currency))}, "show_unit": {s.ShowUnit},
		"open_hour": {strconv.Itoa(s.OpenHour)}, "close_hour": {strconv.Itoa(s.CloseHour)}, "market_days": {s.MarketDays.String()},
	}
	if s.Target.Kind != shop.NoTarget {
		v.Set("target_percent", strconv.Itoa(s.Target.Percent))
	}
	if s.ApproveAbove != nil {
		v.Set("approve_above", f.Typed(s.ApproveAbove.Decimal(s.Currency)))
	}
	if s.PricesIncludeTax {
		v.Set("prices_include_tax", "1")
	}
	return v.Get
}

func (h *Handlers) settingsPage(c *gin.Context, status int, s shop.Shop, value func(string) string) error {
	memberships, err := h.shop.Memberships(c.Request.Context())
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	t := chrome.T
	scope, _ := web.Scope(c)
	chrome.Title, chrome.Active = t.T("shop.settings_title"), layout.More
	page := shopview.SettingsPage{
		Chrome: chrome, Owner: scope.Role.AtLeast(tenant.Owner), Manager: scope.Role.AtLeast(tenant.Manager), Version: strconv.FormatInt(s.Version, 10),
		Fixed:    []ui.Fact{{Term: t.T("shop.currency"), Text: s.Currency.Code}, {Term: t.T("shop.timezone"), Text: s.Timezone}},
		Language: ui.SelectModel{Name: "language", Label: t.T("shop.language"), Options: langOptions(string(chrome.Lang))},
		Large:    ui.Check{Name: "large_text", Label: t.T("shop.large_text"), Checked: chrome.LargeText},
		Others:   otherShops(memberships, scope.Slug),
		Unsafe:   !web.Secure(c) && !local(c.Request.Host),
	}
	if page.Owner {
		page.Form = shopForm(t, web.FormOf(c), value, s.Currency)
	} else {
		page.Facts = shopFacts(t, s)
	}
	return web.Render(c, status, shopview.Settings(page))
}

// local reports whether the browser runs on the machine itself, where nothing
// travels that others could read.
func local(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func shopForm(t *i18n.Printer, f *web.Values, value func(string) string, currency money.Currency) shopview.ShopForm {
	choice := func(name, label string) ui.SelectModel {
		return ui.SelectModel{Name: name, Label: t.T(label), Error: f.Sentence(name), Needed: true}
	}
	form := shopview.ShopForm{
		Name:     ui.FieldModel{Name: "name", Label: t.T("shop.name"), Value: value("name"), Error: f.Sentence("name"), Needed: true},
		Province: provinceSelect(t, value("province"), f.Sentence("province")),
		Policy:   choice("policy", "shop.policy"), ShowUnit: choice("show_unit", "shop.show_unit"),
		Open: choice("open_hour", "shop.open_hour"), Close: choice("close_hour", "shop.close_hour"),
		Market: ui.FieldModel{
			Name: "market_days", Label: t.T("shop.market_days"), Value: value("market_days"), Error: f.Sentence("market_days"),
			Hint: t.T("shop.market_days_hint"), Short: true,
		},
		Tax: ui.Check{Name: "prices_include_tax", Label: t.T("shop.prices_include_tax"), Hint: t.T("shop.prices_include_tax_hint"), Checked: value("prices_include_tax") != ""},
	}
	form.Policy.Hint = t.T("shop.policy_hint")
	form.Target = ui.SelectModel{Name: "target", Label: t.T("shop.target"), Error: f.Sentence("target")}
	for _, k := range shop.TargetKinds() {
		form.Target.Options = append(form.Target.Options, ui.Option{Value: string(k), Text: t.T(targetKey(k)), Selected: string(k) == value("target")})
	}
	form.Percent = ui.FieldModel{
		Name: "target_percent", Label: t.T("shop.target_percent"), Value: value("target_percent"), Error: f.Sentence("target_percent"),
		Mode: "numeric", Unit: "%", Hint: t.T("shop.target_hint"), Short: true,
	}
	form.Ordering = ui.FieldModel{
		Name: "ordering_cost", Label: t.T("shop.ordering_cost"), Value: value("ordering_cost"), Error: f.Sentence("ordering_cost"),
		Mode: "decimal", Unit: currency.Code, Hint: t.T("shop.ordering_cost_hint"), Short: true,
	}
	form.Approve = ui.FieldModel{
		Name: "approve_above", Label: t.T("shop.approve_above"), Value: value("approve_above"), Error: f.Sentence("approve_above"),
		Mode: "decimal", Unit: currency.Code, Hint: t.T("shop.approve_hint"), Short: true,
	}
	for _, p := range policies() {
		form.Policy.Options = append(form.Policy.Options, ui.Option{Value: p, Text: t.T("shop.policy." + p), Selected: p == value("policy")})
	}
	for _, u := range showUnits {
		form.ShowUnit.Options = append(form.ShowUnit.Options, ui.Option{Value: u, Text: t.T("unit." + u), Selected: u == value("show_unit")})
	}
	form.Open.Options, form.Close.Options = hours(0, 23, value("open_hour")), hours(1, 24, value("close_hour"))
	return form
}

func targetKey(k shop.TargetKind) string {
	switch k {
	case shop.CycleTarget:
		return "shop.target.cycle"
	case shop.FillTarget:
		return "shop.target.fill"
	}
	return "shop.target.words"
}

func hours(from, to int, chosen string) []ui.Option {
	var out []ui.Option
	for n := from; n <= to; n++ {
		v := strconv.Itoa(n)
		out = append(out, ui.Option{Value: v, Text: clock(n), Selected: v == chosen})
	}
	return out
}

func clock(hour int) string { return fmt.Sprintf("%02d:00", hour) }

// shopFacts is what those read who may not change it.
func shopFacts(t *i18n.Printer, s shop.Shop) []ui.Fact {
	facts := []ui.Fact{
		{Term: t.T("shop.name"), Text: s.Name},
		{Term: t.T("shop.policy"), Text: t.T("shop.policy." + string(s.Policy))},
		{Term: t.T("shop.hours"), Text: clock(s.OpenHour) + "–" + clock(s.CloseHour)},
		{Term: t.T("shop.show_unit"), Text: t.T("unit." + s.ShowUnit)},
	}
	if s.Target.Kind != shop.NoTarget {
		facts = append(facts, ui.Fact{Term: t.T(targetKey(s.Target.Kind)), Text: t.Percent(float64(s.Target.Percent) / 100)})
	}
	if s.Province != "" {
		facts = append(facts, ui.Fact{Term: t.T("shop.province"), Text: t.T("shop.province." + s.Province)})
	}
	if len(s.MarketDays) > 0 {
		facts = append(facts, ui.Fact{Term: t.T("shop.market_days"), Text: s.MarketDays.String()})
	}
	return facts
}

func otherShops(memberships []shop.Membership, current string) []ui.Option {
	var out []ui.Option
	for _, m := range memberships {
		if m.Slug != current {
			out = append(out, ui.Option{Value: m.Slug, Text: m.Name})
		}
	}
	return out
}

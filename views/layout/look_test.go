package layout_test

import (
	"context"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/money"
	"buhuo/static"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// around renders a component with children, as a template would.
func around(parent templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return parent.Render(templ.WithChildren(ctx, join(children...)), w)
	})
}

func join(parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, p := range parts {
			if err := p.Render(templ.ClearChildren(ctx), w); err != nil {
				return err
			}
		}
		return nil
	})
}

// tag wraps children in a plain element; attrs as written in HTML.
func tag(name, attrs string, children ...templ.Component) templ.Component {
	if attrs != "" {
		attrs = " " + attrs
	}
	return join(templ.Raw("<"+name+attrs+">"), join(children...), templ.Raw("</"+name+">"))
}

func text(s string) templ.Component { return templ.Raw(templ.EscapeString(s)) }

type sample struct {
	l i18n.Lang
	p *i18n.Printer
}

func (s sample) say(zh, fr, en string) string {
	switch s.l {
	case i18n.Fr:
		return fr
	case i18n.En:
		return en
	default:
		return zh
	}
}

func (s sample) cash(cents int64) string {
	return s.p.Money(money.Amount(cents), money.Currency{Code: "CNY", Exponent: 2})
}

func (s sample) chrome(titleText, active string) layout.Chrome {
	today := day.New(2026, 11, 23)
	return layout.Chrome{
		Lang: s.l, T: s.p, Title: titleText, Active: active, ShopName: "村口小店",
		TodayLine: s.p.WeekdayDate(today) + " · " + s.p.Lunar(today),
		Person:    "王小红", Role: s.p.Role("owner"), Path: "/?page=2", Demo: active == layout.Stock,
		ShopToken: "7", Client: "018f4e1e-0000-7000-8000-000000000000",
	}
}

func series(n int, seed float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		x := float64(i)
		out[i] = 12 + 4*math.Sin(x*2*math.Pi/7+seed) + 3*math.Sin(x*1.7+seed*3) + 2*math.Cos(x*3.1)
	}
	return out
}

func spark(labelText string, seed float64) ui.SparkModel {
	past := series(28, seed)
	past[12], past[13] = math.NaN(), math.NaN()
	var low, mean, high []float64
	for i := range 9 {
		m := 12 + seed*float64(i)*.2
		low, mean, high = append(low, m-3-float64(i)*.3), append(mean, m), append(high, m+3+float64(i)*.5)
	}
	return ui.SparkModel{Label: labelText, Past: past, Low: low, Mean: mean, High: high}
}

func (s sample) today() templ.Component {
	sparkLabel := s.say("近 28 天销量和预测", "Ventes de 28 jours et prévision", "Sales of 28 days and forecast")
	row := func(name, left, note string, tone ui.Tone, state string, seed float64) templ.Component {
		return ui.Row(ui.RowModel{Name: name, Href: "/products/1", Left: left, Note: note, Tone: tone, State: state, Spark: spark(sparkLabel, seed)})
	}
	order := around(ui.Card(s.say("今天该订的货", "À commander aujourd’hui", "To order today"), ui.Badge(ui.Plain, "", s.say("3 家 · 11 种", "3 fournisseurs · 11 articles", "3 suppliers · 11 items"))),
		tag("div", "", ui.Big(s.cash(128600)), tag("div", `class="soft"`, text(s.say("比批发商省 ¥214.50，其中 2 家厂家直供", "214,50 CN¥ de moins que chez le grossiste, dont 2 fabricants", "CN¥214.50 less than the wholesaler, 2 of them makers")))),
		ui.LinkButton(ui.Link{Href: "/suggestions", Kind: ui.Primary, Text: s.say("看建议，发订单", "Voir et envoyer", "Review and send")}))
	out := around(ui.Card(s.say("快断货", "Bientôt en rupture", "Running out"), ui.TextLink("/products", s.say("全部 7 种", "Les 7 articles", "All 7"))),
		around(ui.Rows(),
			row("秭归脐橙", s.p.Measured(18000, "jin"), s.say("约 1.5 天", "environ 1,5 jour", "about 1.5 days"), ui.Out, s.say("周三到货前多半断货 · 88%", "Rupture probable avant mercredi · 88 %", "Probably out before Wednesday · 88%"), 1),
			row("鲜香菇", s.p.Measured(9000, "jin"), s.say("约 2 天", "environ 2 jours", "about 2 days"), ui.Out, s.say("周三到货前很可能断货 · 71%", "Rupture très possible avant mercredi · 71 %", "Quite possibly out before Wednesday · 71%"), 2),
			row("若羌红枣 500g", s.p.Measured(14000, "bag"), s.say("约 5 天", "environ 5 jours", "about 5 days"), ui.Watch, s.say("周六前可能断货 · 34%", "Peut manquer avant samedi · 34 %", "May run out before Saturday · 34%"), 3),
			row("普洱熟茶 357g", s.p.Measured(6000, "cake"), s.say("约 16 天", "environ 16 jours", "about 16 days"), ui.OK, s.say("够卖 · 4%", "Assez · 4 %", "Enough · 4%"), 4),
		))
	side := tag("div", `class="stack"`,
		around(ui.Card(s.say("今天到货", "Livraisons du jour", "Arriving today"), ui.Badge(ui.OK, "truck", s.say("1 单", "1 livraison", "1 order"))),
			tag("div", "", tag("div", `class="name"`, text("宜昌果品合作社 · PO-2026-0117")), tag("div", `class="soft"`, text(s.say("脐橙 60 斤 · 预计 15:00 前", "Oranges 60 jin · avant 15:00", "Oranges 60 jin · before 15:00")))),
			ui.LinkButton(ui.Link{Href: "/orders/1", Text: s.say("收货", "Réceptionner", "Receive")})),
		around(ui.Card(s.say("快到期", "Bientôt périmé", "Expiring soon"), ui.Badge(ui.Watch, "hourglass", s.say("2 批", "2 lots", "2 lots"))),
			tag("div", `class="soft"`, text(s.say("鲜香菇 4 斤，明天到期：按现在的卖法会剩约 1 斤。", "Champignons 4 jin, périmés demain : il en restera environ 1 jin.", "Mushrooms 4 jin expire tomorrow: about 1 jin will be left.")))),
		around(ui.Card(s.say("请盘点", "À compter", "Please count"), nil),
			tag("div", `class="soft"`, text(s.say("食盐 400g：账上 6 袋，但已 4 天没卖（平时每天 3 袋）。货架可能空了。", "Sel 400 g : 6 sachets au registre, rien vendu depuis 4 jours (3 par jour d’ordinaire). Le rayon est peut-être vide.", "Salt 400g: 6 bags on the books, none sold for 4 days (usually 3 a day). The shelf may be empty."))),
			ui.LinkButton(ui.Link{Href: "/stock/count", Icon: "count", Text: s.say("数一数", "Compter", "Count")})),
	)
	return around(layout.Page(s.chrome(s.say("今天", "Aujourd’hui", "Today"), layout.Today)),
		tag("div", `class="two"`, tag("div", `class="stack"`, order, out), side))
}

func (s sample) suggestions() templ.Component {
	cols := []ui.Column{{Text: s.say("商品", "Article", "Item")}, {Text: s.say("库存", "Stock", "Stock"), Num: true, Fit: true}, {Text: s.say("到货前断货", "Risque de rupture", "Risk before delivery"), Fit: true}, {Text: s.say("订多少", "À commander", "Order"), Fit: true}, {Text: s.say("金额", "Montant", "Amount"), Num: true, Fit: true}}
	line := func(id, name, why, stock, days string, tone ui.Tone, risk, qty, pack, cost, save string) templ.Component {
		return tag("tr", "",
			tag("th", `scope="row" data-main`, tag("div", `class="name"`, text(name)), around(ui.Why(s.p, why), text(why))),
			tag("td", `class="num" data-label="`+cols[1].Text+`"`, text(stock), tag("div", `class="soft"`, text(days))),
			tag("td", `data-end data-label="`+cols[2].Text+`"`, ui.Badge(tone, "", risk)),
			tag("td", `data-full`, ui.Stepper(s.p, ui.StepperModel{ID: id, Name: "qty", Value: qty, Label: name, Unit: pack})),
			tag("td", `class="num" data-apart`, tag("strong", "", text(cost)), tag("div", `class="soft"`, text(save))))
	}
	supplier := func(name, kind, note, sum string, reached float64, lines ...templ.Component) templ.Component {
		return tag("section", `class="card"`,
			tag("header", "", tag("div", "", tag("h2", "", text(name+" "), ui.Badge(ui.OK, "leaf", kind)), tag("div", `class="soft"`, text(note))), tag("strong", `class="num"`, text(sum))),
			ui.Meter(ui.OK, reached, note),
			around(ui.Lines(ui.LinesModel{Columns: cols}), tag("tbody", "", lines...)))
	}
	box := func(n string) string { return s.say("箱 × "+n+"斤", "caisses de "+n+" jin", "boxes of "+n+" jin") }
	first := supplier("宜昌果品合作社", s.say("农户直供", "Producteur", "Farmer"), s.say("到货 2–4 天（实测）· 起送 ¥300，已够 · 周三、周六可订", "Livré en 2 à 4 jours · minimum 300 CN¥ atteint · mercredi et samedi", "2–4 days (measured) · minimum CN¥300 reached · Wednesdays and Saturdays"), s.cash(52000), 100,
		line("q1", "秭归脐橙", s.say("每天约卖 12 斤（补回缺货那天的 5 斤），周末多三成；下次到货周四，所以订 60 斤。", "Environ 12 jin par jour (5 rattrapés du jour de rupture), un tiers de plus le week-end ; prochaine livraison jeudi, donc 60 jin.", "About 12 jin a day (5 added back for the empty day), a third more at weekends; next delivery Thursday, so 60 jin."), s.p.Measured(18000, "jin"), s.say("1.5 天", "1,5 jour", "1.5 days"), ui.Out, s.p.Percent(.88), "6", box("10"), s.cash(31200), s.say("省 ", "économie ", "saves ")+s.cash(7800)),
		line("q2", "冰糖橙", s.say("还够 4 天，趁这车一起订可免运费 ¥30。", "Encore 4 jours ; commandé avec ce camion, le port est offert.", "Enough for 4 days; ordering with this truck saves the freight."), s.p.Measured(41000, "jin"), s.say("4.2 天", "4,2 jours", "4.2 days"), ui.Watch, s.p.Percent(.36), "4", box("10"), s.cash(20800), s.say("省 ", "économie ", "saves ")+s.cash(4400)),
		line("q3", "柚子", s.say("够卖，本周不订。", "Assez pour la semaine.", "Enough for this week."), s.p.Measured(22000, "piece"), s.say("9 天", "9 jours", "9 days"), ui.OK, s.p.Percent(.06), "0", box("12"), s.cash(0), ""))
	second := supplier("丽江菌菇厂", s.say("厂家直供", "Fabricant", "Manufacturer"), s.say("到货 1–2 天 · 鲜货 3 天保质：多订会坏，已按卖得完来算", "Livré en 1 à 2 jours · se garde 3 jours", "1–2 days · keeps 3 days"), s.cash(18600), 62,
		line("q4", "鲜香菇", s.say("每天约卖 5 斤；订 4 筐省不了钱，约有 3 斤卖不完。", "Environ 5 jin par jour ; 4 paniers n’économisent rien.", "About 5 jin a day; 4 baskets save nothing."), s.p.Measured(9000, "jin"), s.say("1.8 天", "1,8 jour", "1.8 days"), ui.Out, s.p.Percent(.71), "3", s.say("筐 × 5斤", "paniers de 5 jin", "baskets of 5 jin"), s.cash(18600), s.say("省 ", "économie ", "saves ")+s.cash(3950)))
	return around(layout.Page(s.chrome(s.say("订货建议", "Propositions", "Suggestions"), layout.Orders)), first, second,
		around(ui.TotalBar(s.say("今天要付（可用 ¥1,500）", "À payer aujourd’hui", "To pay today"), s.cash(128600), s.say("省 ", "économie ", "saves ")+s.cash(21450)),
			ui.LinkButton(ui.Link{Href: "#", Kind: ui.Primary, Text: s.say("生成 3 张订单", "Créer 3 commandes", "Make 3 orders")})))
}

func (s sample) line(id string, stock bool) ui.LineModel {
	past := series(56, 1)
	wanted := append([]float64{}, past...)
	empty := make([]bool, len(past))
	for _, i := range []int{20, 21, 40} {
		past[i], empty[i] = 2, true
	}
	var low, mean, high []float64
	for i := range 21 {
		m := 13 + 3*math.Sin(float64(i)*2*math.Pi/7)
		low, mean, high = append(low, m-4-float64(i)*.1), append(mean, m), append(high, m+5+float64(i)*.2)
	}
	start := day.New(2026, 9, 28)
	m := ui.LineModel{T: s.p, ID: id, Title: s.say("近八周的销量和三周的预测", "Huit semaines de ventes et trois de prévision", "Eight weeks of sales and three of forecast"), Past: past, Wanted: wanted, Empty: empty, Low: low, Mean: mean, High: high,
		Legend: ui.Legend{Past: s.say("销量", "Ventes", "Sales"), Wanted: s.say("需求", "Demande", "Demand"), Empty: s.say("缺货", "Rupture", "Empty shelf"), Mean: s.say("预测", "Prévision", "Forecast"), Fan: s.say("多半在这之间", "Le plus souvent entre", "Most likely between")},
		Feasts: []ui.Tick{{At: 3, Text: s.p.Festival(day.NationalDay)}, {At: 20, Text: s.p.Festival(day.DoubleNinth)}},
		Table:  ui.Numbers{Head: []string{s.say("日期", "Jour", "Day"), s.say("预测", "Prévision", "Forecast")}, Rows: [][]string{{s.p.DateShort(start), "12"}}}}
	for i := 0; i < 77; i += 7 {
		m.Ticks = append(m.Ticks, ui.Tick{At: i, Text: s.p.DateShort(start.Add(i)), Minor: i%14 != 0})
	}
	if stock {
		m.Past, m.Wanted, m.Empty, m.Feasts, m.Low, m.Mean, m.High, m.Ticks = nil, nil, nil, nil, nil, nil, nil, nil
		for i := range 21 {
			left := 90 - 12*float64(i)
			if i >= 4 {
				left += 60
			}
			m.Mean, m.Low, m.High = append(m.Mean, math.Max(left, 0)), append(m.Low, math.Max(left-10-3*float64(i), 0)), append(m.High, math.Max(left+10+3*float64(i), 0))
			if i%7 == 0 {
				m.Ticks = append(m.Ticks, ui.Tick{At: i, Text: s.p.DateShort(start.Add(56 + i))})
			}
		}
		m.Arrive = []ui.Tick{{At: 4, Text: s.say("到货 60 斤", "+60 jin", "+60 jin")}}
		m.RunOut = ui.Tick{At: 12, Text: s.say("12月5日左右卖完", "Épuisé vers le 5 déc.", "Gone around 5 Dec")}
	}
	return m
}

func (s sample) product() templ.Component {
	c := s.chrome("秭归脐橙", layout.Stock)
	c.Back = ui.Link{Href: "/products", Text: s.say("库存", "Stock", "Stock")}
	c.Actions = []ui.Link{{Href: "/products/1/edit", Text: s.say("修改", "Modifier", "Edit"), Icon: "edit"}}
	c.Problems = []ui.Problem{{Field: "price", Text: s.say("价格要写成数字，比如 5.20。", "Écrivez le prix en chiffres, par exemple 5,20.", "Write the price in figures, such as 5.20.")}}
	c.Flash = []layout.Flash{{Tone: ui.OK, Text: s.say("已保存。", "Enregistré.", "Saved.")}}
	return around(layout.Page(c),
		around(ui.Card("", nil), ui.Figures([]ui.Figure{{Label: s.say("可用库存", "Disponible", "Available"), Value: "18", Unit: s.p.Unit("jin", 18000)}, {Label: s.say("可售天数", "Couverture", "Cover"), Value: "1.5", Unit: s.say("天", "jours", "days"), Tone: ui.Out}, {Label: s.say("在订量", "En commande", "On order"), Value: "60", Unit: s.p.Unit("jin", 60000)}})),
		around(ui.Card(s.say("销量与预测", "Ventes et prévision", "Sales and forecast"), nil), ui.Line(s.line("c1", false))),
		around(ui.Card(s.say("预计库存", "Stock prévisionnel", "Projected stock"), nil), ui.Line(s.line("c2", true))),
		tag("div", `class="two"`,
			around(ui.Card(s.say("修改", "Modifier", "Edit"), nil), around(ui.Form(ui.FormTo{Action: "/products/1", Shop: "7", Client: "x"}),
				tag("div", `class="fields"`, ui.Field(ui.FieldModel{Name: "name", Label: s.say("名称", "Nom", "Name"), Value: "秭归脐橙"}),
					ui.Field(ui.FieldModel{Name: "price", Label: s.say("单价", "Prix", "Price"), Value: "abc", Mode: "decimal", Short: true, Unit: s.say("元/斤", "CN¥/jin", "CN¥/jin"), Hint: s.say("含税", "TTC", "with tax"), Error: s.say("价格要写成数字，比如 5.20。", "Écrivez le prix en chiffres.", "Write the price in figures.")})),
				ui.Select(ui.SelectModel{Name: "cat", Label: s.say("分类", "Rayon", "Category"), Options: []ui.Option{{Value: "1", Text: s.say("水果", "Fruits", "Fruit"), Selected: true}, {Value: "2", Text: s.say("蔬菜", "Légumes", "Vegetables")}}}),
				ui.Radios(ui.SelectModel{Name: "policy", Label: s.say("备货", "Politique", "Policy"), Options: []ui.Option{{Value: "a", Text: s.say("绝不断货", "Jamais en rupture", "Never out")}, {Value: "b", Text: s.say("适中", "Équilibré", "Balanced"), Selected: true}}}),
				ui.Checkbox(ui.Check{Name: "weighed", Label: s.say("按重量卖", "Vendu au poids", "Sold by weight"), Checked: true}),
				ui.Textarea(ui.FieldModel{Name: "note", Label: s.say("备注", "Remarque", "Note")}),
				ui.Button(ui.Press{Text: s.say("保存", "Enregistrer", "Save"), Kind: ui.Primary}),
				ui.Button(ui.Press{Text: s.say("停用", "Archiver", "Archive"), Kind: ui.Danger, Name: "do", Value: "archive"}))),
			tag("div", `class="stack"`,
				around(ui.Card(s.say("星期", "Semaine", "Weekdays"), nil), ui.Columns(s.p, "w", s.say("周末最多", "Surtout le week-end", "Mostly at weekends"), []ui.Pillar{{Label: s.p.WeekdayShort(1), Height: 3}, {Label: s.p.WeekdayShort(2), Height: 2}, {Label: s.p.WeekdayShort(3), Height: 2.5}, {Label: s.p.WeekdayShort(4), Height: 2.8}, {Label: s.p.WeekdayShort(5), Height: 3.5}, {Label: s.p.WeekdayShort(6), Height: 5, On: true}, {Label: s.p.WeekdayShort(0), Height: 4.6}}, ui.Numbers{}),
					ui.Bars([]ui.Bar{{Label: s.say("浙江", "Zhejiang", "Zhejiang"), Value: "320", Percent: 100}, {Label: s.say("上海", "Shanghai", "Shanghai"), Value: "120", Percent: 38}})),
				around(ui.Card(s.say("报价", "Offres", "Offers"), nil), ui.Empty(ui.EmptyModel{Icon: "truck", Title: s.say("还没有报价", "Pas encore d’offre", "No offer yet"), Text: s.say("加上供应商的价格，这里就能比价。", "Ajoutez un prix pour comparer.", "Add a price to compare."), Action: ui.Link{Href: "/x", Text: s.say("加报价", "Ajouter", "Add an offer"), Icon: "plus"}})),
				around(ui.Card("", nil), ui.Facts([]ui.Fact{{Term: s.say("产地", "Origine", "Origin"), Text: s.say("湖北", "Hubei", "Hubei")}, {Term: s.say("保质期", "Conservation", "Keeps"), Text: "12", Note: s.say("天", "jours", "days")}}),
					ui.SearchBox(ui.SearchModel{T: s.p, Action: "/products", Name: "q", Label: s.say("找商品", "Chercher un article", "Find an item"), Hint: s.say("名称、条码、拼音", "nom, code", "name, code"), Target: "results"})))))
}

func pages(s sample) map[string]templ.Component {
	return map[string]templ.Component{
		"today": s.today(), "suggestions": s.suggestions(), "product": s.product(),
		"more": layout.Elsewhere(s.chrome(s.p.T("layout.nav.more"), layout.More), []layout.Group{{Links: []ui.Link{{Href: "/suppliers", Icon: "factory", Text: s.say("供应商", "Fournisseurs", "Suppliers"), Note: s.say("价格、到货、起订量", "Prix, délais, minimums", "Prices, lead times, minimums")}, {Href: "/import", Icon: "upload", Text: s.say("导入", "Importer", "Import")}}}}),
		"bare": around(layout.Bare(layout.Chrome{Lang: s.l, T: s.p, Title: s.say("登录", "Connexion", "Log in"), Path: "/login"}), around(ui.Card("", nil), around(ui.Form(ui.FormTo{Action: "/login"}), ui.Field(ui.FieldModel{Name: "login", Label: s.say("手机号", "Téléphone", "Phone"), Auto: "username"}), ui.Button(ui.Press{Text: s.say("登录", "Se connecter", "Log in"), Kind: ui.Primary})))),
	}
}

// browser finds Chromium; without it the tests that need one are skipped, in CI they fail.
func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no Chromium: .ci/run installs it")
	}
	t.Skip("no Chromium")
	return ""
}

// show serves the sample pages at /show/{lang}/{page} under the policy that the
// program sends. ?as= draws a page in another state.
func show(t *testing.T) *httptest.Server {
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	// A slow browser has time to search: the keys that tests press arrive in the field
	// though the script refuses them.
	mux.HandleFunc("GET /products", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/show/{lang}/{page}", func(w http.ResponseWriter, r *http.Request) {
		l, _ := i18n.ParseLang(r.PathValue("lang"))
		page, ok := pages(sample{l, i18n.For(l)})[r.PathValue("page")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		var b strings.Builder
		if err := page.Render(r.Context(), &b); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		html := b.String()
		switch r.URL.Query().Get("as") {
		case "dark":
			html = strings.Replace(html, "<html ", `<html data-scheme="dark" `, 1)
		case "large":
			html = strings.Replace(html, "<html ", `<html data-text="large" `, 1)
		case "help":
			i := strings.LastIndex(html, `<details class="menu"`)
			html = html[:i] + strings.Replace(html[i:], "<details ", "<details open ", 1)
		case "menu":
			html = strings.Replace(html, `<details class="menu"`, `<details open class="menu"`, 1)
		case "why":
			html = strings.Replace(html, `<details class="why"`, `<details open class="why"`, 1)
		}
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, html)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// TestLook takes pictures of the sample pages for people to look at:
//
//	BUHUO_LOOK=folder BUHUO_LOOK_AT="today,fr,360,1400,dark" go test ./views/layout -run Look
func TestLook(t *testing.T) {
	folder := os.Getenv("BUHUO_LOOK")
	if folder == "" {
		t.Skip("set BUHUO_LOOK to a folder to get pictures")
	}
	chromium, server := browser(t), show(t)
	for _, shot := range strings.Fields(os.Getenv("BUHUO_LOOK_AT")) {
		f := strings.Split(shot, ",")
		ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
		out, err := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
			"--user-data-dir="+t.TempDir(), "--window-size="+f[2]+","+f[3], "--screenshot="+filepath.Join(folder, strings.ReplaceAll(shot, ",", "-")+".png"),
			server.URL+"/show/"+f[1]+"/"+f[0]+"?as="+f[4]).CombinedOutput()
		cancel()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
}

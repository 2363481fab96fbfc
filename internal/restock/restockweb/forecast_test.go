package restockweb_test

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/webtest"
)

// card is the text of the card with a heading.
func card(r *webtest.Response, heading string) string {
	var out string
	r.Find("section.card").Each(func(_ int, s *goquery.Selection) {
		if strings.Contains(s.Find("h2").First().Text(), heading) {
			out = plain(s.Text())
		}
	})
	return out
}

// The page of a product says what its forecast is made of, in each language, and the
// table under the chart has every day of it.
func TestProductExplainsItsForecast(t *testing.T) {
	h := stocked(t)
	address := "/products/" + h.Oranges.ID.String()
	page := h.Get(address).Want(200)
	made := card(page, "预测是怎么来的")
	for _, want := range []string{"平常一天大约要 1", "假如……会怎样", "逐日看"} {
		if !strings.Contains(made, want) {
			t.Errorf("%q is not said: %s", want, made)
		}
	}
	if n := page.Find("figure.chart:has(#demand-title)").Find("table tbody tr").Length(); n != 56+28 {
		t.Errorf("%d days stand under the chart", n)
	}
	if !strings.Contains(card(page, "以往预测准不准"), "每周会原样留下一份预测") {
		t.Errorf("nothing to judge by: %s", card(page, "以往预测准不准"))
	}
	for _, lang := range i18n.Langs() {
		body := string(h.Get(address + "?lang=" + string(lang)).Want(200).Body)
		if strings.Contains(body, "NaN") || strings.Contains(body, "forecast.") && strings.Contains(body, "{") {
			t.Errorf("%s: not a number, or a key, on the page", lang)
		}
		if strings.Contains(body, " style=") {
			t.Errorf("%s: a style", lang)
		}
	}
	for _, who := range []string{"seller", "viewer"} {
		if h.as(who).Get(address).Want(200).Find("a[href$='/adjust']").Length() != 0 {
			t.Errorf("a %s is offered to change the forecast", who)
		}
	}
}

// A festival whose effect was learned is named with its day and what it usually does,
// and so is a promotion that ran.
func TestFestivalAndPromotionAreNamed(t *testing.T) {
	h := open(t)
	h.Goods()
	var list []sales.Sale
	zone := h.Scope().Zone
	promo := func(d day.Date) bool { return d >= today.Add(-20) && d <= today.Add(-16) }
	for n := 2*365 + 40; n > 0; n-- {
		d := today.Add(-n)
		q := measure.Quantity(6000 + 1000*(n%3))
		solstice := day.Next(day.WinterSolstice, d)
		if solstice-d <= 2 { // three days of three times as much
			q *= 3
		}
		for _, p := range []ident.ID{h.Oranges.ID, h.Dates.ID, h.Rice.ID, h.Salt.ID} {
			list = append(list, sales.Sale{ID: ident.New(), Kind: sales.KindSale, Channel: sales.CounterCode, BusinessDay: d, Total: 100,
				OccurredAt: day.At(d.Start(zone).Add(11 * time.Hour)),
				Lines:      []sales.Line{{ProductID: p, Quantity: q, Unit: "kg", Price: 100, Amount: 100, History: true, Promo: promo(d) && p == h.Oranges.ID}}})
		}
	}
	h.Must(h.App.Sales.LoadHistory(h.Ctx, list))
	h.Must(h.App.Restock.Recompute(h.Ctx, nil))
	page := h.Get("/products/" + h.Oranges.ID.String()).Want(200)
	made := card(page, "预测是怎么来的")
	if !strings.Contains(made, "冬至（2026年12月22日）") && !strings.Contains(made, "冬至（2026年12月21日）") || !strings.Contains(made, "往年") {
		t.Errorf("the festival: %s", made)
	}
	if !strings.Contains(made, "最近一次促销：11月4日 周三至11月8日 周日") {
		t.Errorf("the promotion: %s", made)
	}
	chart := page.Find("figure.chart:has(#demand-title)").Find("svg text").Text()
	if !strings.Contains(chart, "国庆节") || !strings.Contains(chart, "促销") {
		t.Errorf("the chart names %q", chart)
	}
}

// A product that has not sold yet goes by goods of its kind and price: the dear one is expected to sell
// less than the cheap one, and its page says what it goes by.
func TestNewProductGoesByKindAndPrice(t *testing.T) {
	h := open(t)
	var list []sales.Sale
	fresh := map[money.Price]ident.ID{}
	make := func(code string, price money.Price) ident.ID {
		p, err := h.App.Catalog.Create(h.Ctx, catalog.Draft{Code: code, Name: "茶 " + code, Category: "茶", BaseUnit: "kg", SalePrice: price})
		h.Must(err)
		return p.ID
	}
	for i := range 15 {
		price := money.Price(50_000 * (i + 2))
		id := make(fmt.Sprintf("T%02d", i), price)
		for n := 40; n > 0; n-- {
			d := today.Add(-n)
			list = append(list, sales.Sale{ID: ident.New(), Kind: sales.KindSale, Channel: sales.CounterCode, BusinessDay: d, Total: 100,
				OccurredAt: day.At(d.Start(h.Scope().Zone).Add(11 * time.Hour)),
				Lines:      []sales.Line{{ProductID: id, Quantity: measure.Quantity(60_000/(i+2) + 200*(n%5)), Unit: "kg", Price: price, Amount: 100, History: true}}})
		}
	}
	h.Must(h.App.Sales.LoadHistory(h.Ctx, list))
	for _, price := range []money.Price{90_000, 900_000} {
		fresh[price] = make(fmt.Sprintf("N%d", price), price)
	}
	h.Must(h.App.Restock.Recompute(h.Ctx, nil))
	level := func(price money.Price) float64 {
		o, err := h.App.Restock.Outlook(h.Ctx, fresh[price])
		h.Must(err)
		return o.Why.Level
	}
	if cheap, dear := level(90_000), level(900_000); cheap < 2*dear {
		t.Errorf("the cheap tea is expected to sell %.2f a day, the dear one %.2f", cheap, dear)
	}
	for lang, want := range map[i18n.Lang]string{i18n.ZhHans: "价位相近", i18n.En: "at a like price", i18n.Fr: "à un prix voisin"} {
		h.Get("/products/" + fresh[900_000].String() + "?lang=" + string(lang)).Want(200).Contains(want)
	}
}

func TestWhatIf(t *testing.T) {
	h := stocked(t)
	address := "/products/" + h.Oranges.ID.String() + "/what-if"
	before := h.suggestion(h.Oranges.ID)
	page := h.Get(address).Want(200)
	if page.Find("table.lines").Length() != 0 {
		t.Error("nothing was asked, and something is answered")
	}
	page = h.Get(address + "?price=15.60").Want(200) // twice the price of a jin
	page.Contains("账上看不出这个价的影响", "×0.5", "现在和之后对比")
	rows := page.Find("table.lines tbody tr").Map(func(_ int, s *goquery.Selection) string { return plain(s.Text()) })
	if len(rows) != 8 || !strings.Contains(rows[0], "11月24日–11月30日 要") {
		t.Fatalf("beside each other: %q", rows)
	}
	if page.Find("figure.chart table").Length() != 1 {
		t.Error("no numbers under the chart")
	}
	h.Get(address + "?promotion=1").Want(200).Contains("从账上还看不清促销能多卖多少")
	h.as("viewer").Get(address + "?promotion=1&from=2026-12-01&to=2026-12-05").Want(200)
	for _, bad := range []string{"?price=abc", "?price=-2", "?from=2026-02-30", "?from=2027-11-24", "?from=2026-12-05&to=2026-12-01", "?festival=carnival", "?to=2027-05-01"} {
		r := h.Get(address + bad).Want(http.StatusUnprocessableEntity)
		if r.Find("main form[method=get] [aria-invalid]").Length() == 0 && !strings.Contains(bad, "festival") {
			t.Errorf("%s: no field is marked", bad)
		}
	}
	h.as("other").Get(address).Want(http.StatusNotFound)
	if after := h.suggestion(h.Oranges.ID); after.Quantity != before.Quantity || after.MadeAt != before.MadeAt || h.product0(h.Oranges.ID) != 156_000 {
		t.Error("a question has changed something")
	}
}

func (h *house) product0(id ident.ID) money.Price {
	h.T.Helper()
	p, err := h.App.Catalog.Product(h.Ctx, id)
	h.Must(err)
	return p.SalePrice
}

// A person says what no record knows: forecast, suggestion, reason and trace count it
// in, everybody sees it, it is in the audit trail, and it can be withdrawn.
func TestAdjust(t *testing.T) {
	h := stocked(t)
	address := "/products/" + h.Oranges.ID.String()
	before := h.suggestion(h.Oranges.ID)
	form := h.Get(address + "/adjust").Want(200).Form("form[action='" + address + "/adjust']")
	form.Set("from", "2026-11-25").Set("to", "2026-11-27").Set("change", "percent").Set("amount", "300").Set("reason", "村里办喜事")
	r := form.Submit().Want(http.StatusSeeOther)
	page := r.Follow().Want(200)
	page.Contains("预测和建议都算进去了", "11月25日", "300%", "村里办喜事", "撤回")
	form.Submit().Want(http.StatusSeeOther) // twice by an impatient finger
	after := h.suggestion(h.Oranges.ID)
	was, is := before.Trace.Result.Choice, after.Trace.Result.Choice
	for i, e := range after.Trace.Result.Others { // it may be worth a quicker supplier now
		if e.Offer == was.Offer {
			is = &after.Trace.Result.Others[i]
		}
	}
	if is.Offer != was.Offer || is.Buy <= was.Buy {
		t.Errorf("three times as much for three days: %s is ordered, %s before", is.Buy.Decimal(), was.Buy.Decimal())
	}
	why := h.Get("/suggestions/" + h.Oranges.ID.String() + "/why").Want(200)
	why.Contains("村里办喜事", "加上您知道的")
	o, err := h.App.Restock.Outlook(h.Ctx, h.Oranges.ID)
	h.Must(err)
	if len(o.Known) != 1 || o.Known[0].Ours == nil || *o.Known[0].Adjusted < 2*(*o.Known[0].Ours) {
		t.Fatalf("known: %+v", o.Known)
	}
	for k, mean := range o.Mean[:5] { // today is the 24th
		if inside := k >= 1 && k <= 3; inside != (mean > 2*o.Ours[k]) {
			t.Errorf("day %d: %g instead of %g", k, mean, o.Ours[k])
		}
	}
	if page.Find("figure.chart:has(#demand-title)").Find("svg text").Text() == "" || !strings.Contains(page.Find("figure.chart:has(#demand-title)").Text(), "村里办喜事") {
		t.Error("the chart does not name it")
	}
	audit := func() string {
		var lines []string
		h.Must(h.App.DB.From(h.Ctx).Raw("SELECT action || detail FROM audit WHERE shop_id = ? ORDER BY seq", int64(h.Scope().Shop)).Scan(&lines).Error)
		return strings.Join(lines, "\n")
	}
	if n := strings.Count(audit(), "forecast.adjust{"); n != 1 {
		t.Errorf("in the audit trail %d times:\n%s", n, audit())
	}
	// Another shop, and those who only look, leave it alone.
	withdraw := "/adjustments/" + o.Known[0].ID.String() + "/withdraw"
	h.as("viewer").PostForm(withdraw, url.Values{}).Want(http.StatusForbidden)
	h.as("other").PostForm(withdraw, url.Values{}).Want(http.StatusNotFound)
	page.Form("form[action='" + withdraw + "']").Submit().Want(http.StatusSeeOther)
	h.PostForm(withdraw, url.Values{}).Want(http.StatusSeeOther)
	if again := h.suggestion(h.Oranges.ID); again.Quantity != before.Quantity {
		t.Errorf("withdrawn, %s is ordered; %s before", again.Quantity.Decimal(), before.Quantity.Decimal())
	}
	if n := strings.Count(audit(), "forecast.withdraw{"); n != 1 {
		t.Errorf("withdrawn %d times in the audit trail", n)
	}
	h.Get(address).Want(200).Contains("已撤回")
}

func TestAdjustRefuses(t *testing.T) {
	h := stocked(t)
	action := "/products/" + h.Oranges.ID.String() + "/adjust"
	good := url.Values{"client_id": {ident.New().String()}, "from": {"2026-11-25"}, "to": {"2026-11-25"}, "change": {"more"}, "amount": {"5"}, "reason": {"办喜事"}}
	for field, values := range map[string][]string{
		"from": {"", "2026-11-23", "2027-12-30", "2026-02-30"}, "to": {"", "2026-11-24", "2027-02-01"}, "change": {"", "double"},
		"amount": {"", "0", "-5", "abc"}, "reason": {"", "  ", strings.Repeat("长", 161)},
	} {
		for _, bad := range values {
			form := url.Values{}
			for k, v := range good {
				form[k] = v
			}
			form.Set(field, bad)
			h.PostForm(action, form).Want(http.StatusUnprocessableEntity)
		}
	}
	form := url.Values{}
	for k, v := range good {
		form[k] = v
	}
	form.Set("change", "percent")
	for _, bad := range []string{"100", "2001", "99999999"} {
		form.Set("amount", bad)
		h.PostForm(action, form).Want(http.StatusUnprocessableEntity)
	}
	h.as("seller").PostForm(action, good).Want(http.StatusForbidden)
	h.as("other").PostForm(action, good).Want(http.StatusNotFound)
	o, err := h.App.Restock.Outlook(h.Ctx, h.Oranges.ID)
	h.Must(err)
	if len(o.Known) != 0 {
		t.Errorf("refused, and yet kept: %+v", o.Known)
	}
}

// Weeks pass: forecasts are kept before the days come, then judged; so is what a
// person said, on the page and as data.
func TestAccuracyAndScore(t *testing.T) {
	h, clock := openAt(t)
	h.Goods()
	h.Past(today.Add(-1))
	h.Must(h.App.Restock.Recompute(h.Ctx, nil))
	double := 2000
	h.Must(h.App.Restock.Adjust(h.Ctx, restock.Adjustment{ID: ident.New(), ProductID: h.Oranges.ID, From: today.Add(1), To: today.Add(3), Factor: &double, Reason: "办喜事"}))
	zone := h.Scope().Zone
	for n := range 22 { // twelve kilos a day where six and a half were sold, for three days
		*clock = now.AddDate(0, 0, n+1)
		d := today.Add(n)
		q := measure.Quantity(6500)
		if n >= 1 && n <= 3 {
			q = 12_000
		}
		h.Must(h.App.Sales.LoadHistory(h.Ctx, []sales.Sale{{ID: ident.New(), Kind: sales.KindSale, Channel: sales.CounterCode, BusinessDay: d, Total: 100,
			OccurredAt: day.At(d.Start(zone).Add(11 * time.Hour)),
			Lines:      []sales.Line{{ProductID: h.Oranges.ID, Quantity: q, Unit: "kg", Price: 100, Amount: 100, History: true}}}}))
		h.Must(h.App.Restock.Daily(h.Ctx))
	}
	h.Must(h.App.Restock.Rebuild(h.Ctx)) // changes nothing of what was said
	page := h.Get("/products/" + h.Oranges.ID.String()).Want(200)
	accuracy := card(page, "以往预测准不准")
	if !strings.Contains(accuracy, "最近 3 周预计要") || !strings.Contains(accuracy, "3 次里有 3 次没超过") && !strings.Contains(accuracy, "3 次里有 2 次没超过") {
		t.Errorf("accuracy: %s", accuracy)
	}
	if known := card(page, "您知道的特殊日子"); !strings.Contains(known, "您更准") {
		t.Errorf("the score: %s", known)
	}
	var answer map[string]any
	h.Get("/products/" + h.Oranges.ID.String() + "/forecast.json").Want(200).JSON(&answer)
	if level := answer["made_of"].(map[string]any)["level"].(float64); level < 4 || level > 10 {
		t.Errorf("the level as data: %g", level)
	}
	weeks, known := answer["accuracy"].([]any), answer["adjustments"].([]any)
	if len(weeks) != 3 {
		t.Fatalf("accuracy as data: %v", weeks)
	}
	if week := weeks[1].(map[string]any); week["from"] != "2026-11-30" || week["wanted"] != 45.5 || week["replayed"] != false {
		t.Errorf("a week as data: %v", week)
	}
	if one := known[0].(map[string]any); len(known) != 1 || one["nearer"] != "adjusted" || one["wanted"] != 36.0 {
		t.Errorf("scored as data: %v", known)
	}
}

// A shop that only counts sees on the page what its suggestion rests on.
func TestCountsOnlyPage(t *testing.T) {
	h, clock := openAt(t)
	h.Goods()
	zone := h.Scope().Zone
	for week := range 8 {
		*clock = today.Add(7*week - 57).Start(zone).Add(20 * time.Hour)
		h.Must(h.App.Stock.Count(h.Ctx, stock.CountRequest{ClientID: ident.New(), ProductID: h.Oranges.ID, Counted: 10_000}))
		h.Must(h.App.Stock.Receive(h.Ctx, stock.ReceiveRequest{ClientID: ident.New(), Lines: []stock.ReceiveLine{{ProductID: h.Oranges.ID, Quantity: 42_000}}}))
	}
	*clock = now
	if _, err := h.App.Restock.RunChanged(h.Ctx); err != nil { // as the runner of the server does
		t.Fatal(err)
	}
	h.Get("/suggestions").Want(200).Contains("秭归脐橙", "没有销售记录，是按盘点推算的")
	page := h.Get("/products/" + h.Oranges.ID.String()).Want(200)
	page.Contains("没有销售记录：要多少是从盘点和进货推算的", "按盘点推算")
	if made := card(page, "预测是怎么来的"); !strings.Contains(made, "平常一天大约要 12 斤") {
		t.Errorf("six kilos a day: %s", made)
	}
	for _, lang := range i18n.Langs() {
		if body := string(h.Get("/products/" + h.Oranges.ID.String() + "/what-if?price=12&lang=" + string(lang)).Want(200).Body); strings.Contains(body, "NaN") {
			t.Errorf("%s: not a number", lang)
		}
	}
}

// Market days of the settings are learned, reach forecast and suggestion, and stand on
// the page; set anew, everything is learned anew.
func TestMarketDays(t *testing.T) {
	h := open(t)
	h.Goods()
	zone := h.Scope().Zone
	market := day.MarketDays{1, 6}
	var list []sales.Sale
	for n := 150; n > 0; n-- {
		d := today.Add(-n)
		q := measure.Quantity(6000 + 1000*(n%3))
		if market.Has(d) {
			q *= 2
		}
		for _, p := range []ident.ID{h.Oranges.ID, h.Dates.ID, h.Rice.ID} {
			list = append(list, sales.Sale{ID: ident.New(), Kind: sales.KindSale, Channel: sales.CounterCode, BusinessDay: d, Total: 100,
				OccurredAt: day.At(d.Start(zone).Add(11 * time.Hour)),
				Lines:      []sales.Line{{ProductID: p, Quantity: q, Unit: "kg", Price: 100, Amount: 100, History: true}}})
		}
	}
	h.Must(h.App.Sales.LoadHistory(h.Ctx, list))
	h.Must(h.App.Restock.Recompute(h.Ctx, nil))
	if text := h.Get("/products/" + h.Oranges.ID.String()).Want(200).Text("main"); strings.Contains(text, "赶集") {
		t.Error("no market days are set, and the page speaks of them")
	}
	in, err := h.App.Shop.Get(h.Ctx)
	h.Must(err)
	h.Must(h.App.Shop.Update(h.Ctx, shop.Settings{Name: in.Name, Policy: in.Policy, OpenHour: in.OpenHour, CloseHour: in.CloseHour, MarketDays: market, ShowUnit: in.ShowUnit}, in.Version))
	h.Must(h.App.Restock.Daily(h.Ctx)) // the runner looks every few minutes
	o, err := h.App.Restock.Outlook(h.Ctx, h.Oranges.ID)
	h.Must(err)
	if o.Market < 1.8 || o.Market > 2.2 {
		t.Errorf("a market day brings ×%.2f, want ×2", o.Market)
	}
	for k := range 14 {
		d := o.First.Add(k)
		if on := market.Has(d); on != (o.Mean[k] > 10) {
			t.Errorf("%s, market %v: %g", d, on, o.Mean[k])
		}
	}
	page := h.Get("/products/" + h.Oranges.ID.String()).Want(200)
	if made := card(page, "预测是怎么来的"); !strings.Contains(made, "下个赶集日") || !strings.Contains(made, "赶集日一般×2") {
		t.Errorf("the page: %s", made)
	}
	if chart := page.Find("figure.chart:has(#demand-title)").Find("svg text").Text(); strings.Count(chart, "赶集") != 1 {
		t.Errorf("the chart names %q", chart)
	}
	if n := page.Find("figure.chart:has(#demand-title)").Find("svg line.fest").Length(); n < 5 {
		t.Errorf("%d lines of market days", n)
	}
}

// The table that shows the forecast day by day is true: its parts multiply to what is
// expected of the day.
func TestPartsMultiply(t *testing.T) {
	h := stocked(t)
	o, err := h.App.Restock.Outlook(h.Ctx, h.Oranges.ID)
	h.Must(err)
	for k, mean := range o.Ours {
		s := o.Why.Steps[k]
		product := o.Why.Level * o.Why.Trend * s.Season * s.Festival * s.Promotion * s.Price * s.Yearly
		if math.Abs(product-mean) > 1e-9*math.Max(mean, 1) {
			t.Errorf("day %d: the parts make %g, expected is %g", k, product, mean)
		}
	}
}

package restockweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
)

// The page says what is missing, takes one request to replay the past, tells what came of
// it, and makes the shop order as the setting nearest to the picked point.
func TestReplayPage(t *testing.T) {
	h, at := openAt(t)
	h.Goods()
	h.Get("/replay").Want(200).Contains("用您自己过去的日子试试我们的订法")
	press := func(path string, v url.Values) {
		t.Helper()
		*at = at.Add(time.Minute)
		v.Set("shop", "first")
		v.Set("client_id", ident.New().String())
		h.PostForm(path, v).Want(http.StatusSeeOther)
	}
	run := func() { t.Helper(); h.Must(h.App.Restock.RunHindsights(h.Ctx)) }
	press("/replay", url.Values{})
	if page := h.Get("/replay").Want(200); page.Find("form[action='/replay']").Length() != 0 {
		t.Error("asked, and one may ask again")
	}
	run()
	h.Get("/replay").Want(200).Contains("再有 98 天的销售记录")

	var list []sales.Sale
	for n := 150; n > 0; n-- {
		date := today.Add(-n)
		for i, p := range []catalog.Product{h.Oranges, h.Dates} {
			q := measure.Quantity(4000 + 1000*(n%(3+i)))
			list = append(list, sales.Sale{ID: ident.New(), Kind: sales.KindSale, Channel: sales.CounterCode, BusinessDay: date, Total: 100,
				OccurredAt: day.At(date.Start(h.Scope().Zone).Add(11 * time.Hour)),
				Lines:      []sales.Line{{ProductID: p.ID, Quantity: q, Unit: p.BaseUnit, Price: p.SalePrice, Amount: 100, History: true}}})
		}
	}
	h.Must(h.App.Sales.LoadHistory(h.Ctx, list))
	h.Must(h.App.Restock.Recompute(h.Ctx, nil))
	press("/replay", url.Values{})
	run()
	page := h.Get("/replay?point=0").Want(200)
	page.Contains("按我们的订法（平衡），和固定备", "如果能预知未来", "还不能和您实际做的相比", "回放了 2 种商品")
	if n := page.Find(".picks a").Length(); n < 3 || n != page.Find("figure.chart svg a").Length() {
		t.Errorf("%d points to pick from, %d in the chart", n, page.Find("figure.chart svg a").Length())
	}
	policy, _ := page.Find("#chosen input[name=policy]").Attr("value")
	if policy != string(shop.LittleWaste) && policy != string(shop.NeverOut) {
		t.Fatalf("the first point leads to the setting %q", policy)
	}
	if h.as("viewer").Get("/replay?point=0").Want(200).Find("main form").Length() != 0 {
		t.Error("a viewer may adopt")
	}
	press("/replay/adopt", url.Values{"policy": {policy}, "point": {"0"}})
	in, err := h.App.Shop.Get(h.Ctx)
	h.Must(err)
	if string(in.Policy) != policy {
		t.Errorf("adopted %s, and the shop orders as %s", policy, in.Policy)
	}
	h.Get("/replay?point=0").Want(200).Contains("您的店现在就是这样订的")
	if r := h.PostForm("/replay/adopt", url.Values{"shop": {"first"}, "policy": {"generous"}}); r.Status < 400 {
		t.Errorf("a setting that there is not: %d", r.Status)
	}
	csv := string(h.Get("/replay.csv").Want(200).Body)
	if lines := strings.Count(csv, "\n"); lines < 10 || !strings.Contains(csv, "固定备") {
		t.Errorf("the table has %d lines:\n%s", lines, csv)
	}
}

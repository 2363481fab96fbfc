package app_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/pool"
	"buhuo/internal/replenish"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/webtest"
)

// neighbours are grocers of one province who sell tea, each some bags a week for a year
// and a half, of late a quarter more and some of it online.
type neighbours struct {
	t     *testing.T
	a     *app.App
	shops []shop.Shop
}

func newNeighbours(t *testing.T, a *app.App, n int) *neighbours {
	t.Helper()
	v := &neighbours{t: t, a: a}
	for i := range n {
		in := v.found(fmt.Sprintf("tea%d", i))
		ctx := shop.Acting(context.Background(), in)
		p := v.tea(ctx, "毛尖")
		v.must(a.DB.Do(ctx, func(ctx context.Context) error { return v.trade(ctx, in, p, i) }))
		v.must(a.Restock.Recompute(ctx, nil)) // what empty shelves hid, and since when the past is known
		v.must(a.Insight.Rebuild(ctx))
		v.must(a.Pool.Join(ctx))
	}
	return v
}

func (v *neighbours) must(err error) {
	v.t.Helper()
	must(v.t, err)
}

func (v *neighbours) found(slug string) shop.Shop {
	v.t.Helper()
	made, err := v.a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: slug, Name: slug, Timezone: "Asia/Shanghai", Currency: "CNY", Province: "42"})
	v.must(err)
	_, err = v.a.Shop.AddPerson(shop.Acting(context.Background(), made), made.ID, shop.NewPerson{Login: slug + "-owner", Name: slug, Password: secret(slug), Role: "owner"})
	v.must(err)
	v.shops = append(v.shops, made)
	return made
}

func (v *neighbours) tea(ctx context.Context, name string) catalog.Product {
	v.t.Helper()
	p, err := v.a.Catalog.Create(ctx, catalog.Draft{Code: "1-" + name, Name: name, Category: " 茶叶", BaseUnit: "bag", SalePrice: 200_000})
	v.must(err)
	return p
}

// trade sells 4 to 8 bags a week, by the shop.
func (v *neighbours) trade(ctx context.Context, in shop.Shop, p catalog.Product, i int) error {
	today := day.Of(noon, in.Zone)
	for d := today.Add(-540); d < today; d += 7 {
		quantity := int64(4 + i%5)
		if d > today.Add(-200) {
			quantity += quantity / 4
		}
		at := day.At(d.Start(in.Zone)) + 10*3_600_000_000
		for n, r := range []sales.Request{{}, {Channel: "wechat", Province: []string{"1101", "31"}[int(d/7)%2], BuyerID: fmt.Sprint("buyer", d%60)}} {
			r.ClientID, r.At = ident.New(), &at
			r.Lines = []sales.RequestLine{{ProductID: p.ID, Quantity: 1000 * (quantity - int64(n)*2)}}
			if _, _, _, err := v.a.Sales.Record(ctx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *neighbours) owner(in shop.Shop) *webtest.Browser {
	server := v.a.Server(app.Config{}, slog.New(slog.DiscardHandler), "")
	return login(v.t, server.Handler(), in.Slug+"-owner", in.Slug)
}

// TestShopsTellTogether walks the whole way on both engines: shops give, the background
// publishes, pages show, a new shop forecasts by it, and an owner leaves.
func TestShopsTellTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := app.Wire(d, atNoon)
		v := newNeighbours(t, a, 7)
		fresh := v.found("new")
		ctx := shop.Acting(context.Background(), fresh)
		p := v.tea(ctx, "银针")
		v.must(a.Restock.Recompute(ctx, nil))
		blind := v.suggestion(ctx, p)
		if blind.DailyRate != 0 || says(blind.Trace.Steps, "reason.step_around") {
			t.Errorf("a new shop that takes no part believes in %d a day", blind.DailyRate)
		}
		v.must(a.Pool.Run(context.Background()))
		v.must(a.Pool.Run(context.Background()))
		v.must(a.Pool.Join(ctx)) // it came too late to be counted, and reads along
		v.must(a.Restock.Recompute(ctx, nil))
		v.newShop(ctx, p)
		v.pages(v.shops[0], fresh)
		v.leaves(v.shops[1])
		r, err := a.Verify(context.Background())
		v.must(err)
		if len(r.Wrong) > 0 {
			t.Errorf("verify: %v", r.Wrong)
		}
	})
}

func says(list []replenish.Message, key string) bool {
	for _, m := range list {
		if m.Key == key {
			return true
		}
	}
	return false
}

func (v *neighbours) suggestion(ctx context.Context, p catalog.Product) replenishRow {
	v.t.Helper()
	o, err := v.a.Restock.Outlook(ctx, p.ID)
	v.must(err)
	return replenishRow{int64(o.Row.DailyRate), o.Row.Trace, o.Row.Reason}
}

// replenishRow is what the test looks at of a suggestion.
type replenishRow struct {
	DailyRate int64
	Trace     replenish.Trace
	Reason    []replenish.Message
}

// newShop: "shops like yours sell 4 to 9 a week", in the reason, in the trace and in the
// forecast.
func (v *neighbours) newShop(ctx context.Context, p catalog.Product) {
	v.t.Helper()
	s := v.suggestion(ctx, p)
	if !says(s.Reason, "reason.prior_around") || !says(s.Trace.Steps, "reason.step_around") {
		v.t.Errorf("it does not say why: %+v", s.Reason)
	}
	// Shops sell 8 to 18 bags a week with what goes online; the mean is about 12.
	if weekly := 7 * s.DailyRate; weekly < 7_000 || weekly > 18_000 {
		v.t.Errorf("a new shop sells %d thousandths a week", weekly)
	}
	in := v.shops[len(v.shops)-1]
	page := v.owner(in).Get("/products/" + p.ID.String() + "?lang=en").Want(http.StatusOK)
	if text := page.Text("main"); !strings.Contains(text, "other shops sell") && !strings.Contains(text, "别的店") {
		v.t.Error("the product's page does not say what the forecast rests on")
	}
}

func (v *neighbours) pages(in, fresh shop.Shop) {
	v.t.Helper()
	b := v.owner(in)
	for path, words := range map[string][]string{
		"/insights/wanted":  {"周围的店都缺什么", "茶叶", "至少 5 家店", "湖北"},
		"/insights/regions": {"全部参加的店", "北京", "上海"},
		"/pool":             {"您的店算在里面", "退出"},
	} {
		text := b.Get(path).Want(http.StatusOK).Text("main")
		for _, w := range words {
			if !strings.Contains(text, w) {
				v.t.Errorf("%s does not say %s", path, w)
			}
		}
	}
	for _, path := range []string{"/insights/wanted.xlsx", "/insights/regions.xlsx"} {
		if !strings.Contains(unzipped(v.t, b.Get(path).Want(http.StatusOK).Body), "店数不少于") {
			v.t.Errorf("%s has no pooled figures", path)
		}
	}
	for _, odd := range []string{"", "both"} {
		b.PostForm("/pool", url.Values{"part": {odd}}).Want(http.StatusUnprocessableEntity)
	}
	if text := v.owner(fresh).Get("/insights/wanted").Want(http.StatusOK).Text("main"); !strings.Contains(text, "茶叶") {
		v.t.Error("a new shop that takes part does not see what is wanted around it")
	}
}

// leaves: an owner's press deletes what the shop gave and shuts it out at once.
func (v *neighbours) leaves(in shop.Shop) {
	v.t.Helper()
	b, ctx := v.owner(in), shop.Acting(context.Background(), in)
	b.PostForm("/pool", url.Values{"part": {"leave"}}).Want(http.StatusSeeOther)
	if text := b.Get("/insights/wanted").Want(http.StatusOK).Text("main"); !strings.Contains(text, "您的店没有参加") {
		v.t.Error("who left still sees figures")
	}
	s, err := v.a.Pool.Sendings(ctx)
	v.must(err)
	if s.Member || s.All != (pool.Place{}) {
		v.t.Errorf("%+v", s)
	}
	b.PostForm("/pool", url.Values{"part": {"join"}}).Want(http.StatusSeeOther)
	b.PostForm("/pool", url.Values{"part": {"leave"}}).Want(http.StatusSeeOther)
	entries := v.audit(ctx)
	for _, want := range []string{"pool.join", "pool.give", "pool.leave"} {
		if !strings.Contains(entries, want) {
			v.t.Errorf("%s is not on record: %s", want, entries)
		}
	}
}

// unzipped is all that the files of an archive hold.
func unzipped(t *testing.T, file []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	must(t, err)
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		_, err = io.Copy(&all, r)
		must(t, err)
		must(t, r.Close())
	}
	return all.String()
}

func (v *neighbours) audit(ctx context.Context) string {
	v.t.Helper()
	id, err := db.Shop(ctx)
	v.must(err)
	var actions []string
	v.must(v.a.DB.From(ctx).Raw("SELECT action FROM audit WHERE shop_id = ? ORDER BY seq", id).Scan(&actions).Error)
	return strings.Join(actions, " ")
}

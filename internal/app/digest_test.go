package app_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/insight/insightdb"
	"buhuo/internal/insight/insightweb"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/purchasetest"
	"buhuo/internal/purchase/robot"
	"buhuo/internal/purchase/robot/robottest"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/shop/shopdb"
	"buhuo/internal/tenant"
	"buhuo/internal/webtest"
)

// digestShop is a shop with one product whose owner has the week told.
type digestShop struct {
	*app.App
	db    *db.DB
	clock *purchasetest.Clock
	shop  shop.Shop
	ctx   context.Context
	goods catalog.Product
	owner shop.Person
	robot *robottest.Server
	post  *purchasetest.Postman
}

const ownersPassword = "nine green lanterns"

func openDigest(t *testing.T, d *db.DB) *digestShop {
	t.Helper()
	s := &digestShop{db: d, clock: purchasetest.NewClock()} // 4 in the morning of a Tuesday
	s.clock.Pass(6*24*time.Hour + 4*time.Hour)
	s.App = app.Wire(d, s.clock.Now)
	made, err := s.Shop.CreateShop(context.Background(), shop.NewShop{Slug: "week", Name: "村口小店", Timezone: "Asia/Shanghai", Currency: "CNY"})
	must(t, err)
	s.shop, s.ctx = made, shop.Acting(context.Background(), made)
	s.owner, err = s.Shop.AddPerson(context.Background(), made.ID, shop.NewPerson{Login: "wang", Name: "王", Password: ownersPassword, Role: tenant.Owner, Language: "fr"})
	must(t, err)
	s.goods, err = s.Catalog.Create(s.ctx, catalog.Draft{Code: "zao", Name: "红枣", BaseUnit: "kg", SalePrice: 200000})
	must(t, err)
	s.robot, s.post = robottest.New(t, s.clock.Now), &purchasetest.Postman{}
	s.Purchase.SetMail(linkKey, s.post, robot.Speaker{Now: s.clock.Now, Through: s.robot.Through}, s.Shop)
	s.Teller = insight.NewTeller(s.Insight, insightdb.New(d), s.Purchase, insightweb.Words{Base: linkBase}, s.Shop)
	must(t, s.Purchase.KeepMailSettings(s.ctx, purchase.MailSettings{Host: "smtp.example.org", Port: 465, Security: purchase.TLS, From: "shop@example.org"}))
	return s
}

// sell records a week's sales, as many units a day.
func (s *digestShop) sell(t *testing.T, week day.Date, units ...int64) {
	t.Helper()
	for i, n := range units {
		at := day.At(week.Add(i).Start(s.shop.Zone).Add(10 * time.Hour))
		_, _, _, err := s.Sales.Record(s.ctx, sales.Request{ClientID: ident.New(), At: &at, Lines: []sales.RequestLine{{ProductID: s.goods.ID, Quantity: int64(measure.Quantity(1000 * n))}}})
		must(t, err)
	}
	_, err := s.Restock.RunChanged(context.Background())
	must(t, err)
}

func (s *digestShop) as(role tenant.Role) context.Context {
	scope := shop.ScopeOf(s.shop)
	scope.Person, scope.Role = s.owner.ID, role
	return tenant.With(context.Background(), scope)
}

func (s *digestShop) run(t *testing.T) {
	t.Helper()
	must(t, s.Teller.Run(context.Background()))
	must(t, s.Purchase.RunMails(context.Background()))
}

// TestDigest: a week is told once, whatever runs it and however often, in each reader's
// language, with three lines and a link; one in which nothing changed is kept and not told.
func TestDigest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openDigest(t, d)
		today := day.Of(s.clock.Now(), s.shop.Zone)
		if today.Weekday() != time.Monday {
			t.Fatalf("the test begins on %s", today)
		}
		week := today.Add(-7)
		s.sell(t, week.Add(-7), 10, 11, 10, 9, 10, 11, 10)
		s.sell(t, week, 30, 31, 30, 29, 30, 31, 30)
		s.run(t)
		if s.post.Given != nil {
			t.Fatal("sent to nobody")
		}
		must(t, s.Teller.ReadByMail(s.as(tenant.Owner), "wang@example.org", "en"))
		must(t, s.Teller.ReadByRobots(s.ctx, []purchase.Robot{{Via: purchase.ByDingTalk, Address: robottest.DingTalk, Secret: robottest.Secret}}, "en"))
		var wg sync.WaitGroup
		for range 4 { // four processes on one database
			wg.Go(func() {
				if err := s.Teller.Run(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for range 2 {
			s.run(t)
		}
		texts := s.robot.Texts()
		if len(s.post.Given) != 1 || len(texts) != 1 {
			t.Fatalf("%d mails, the robot said %q", len(s.post.Given), texts)
		}
		for text, words := range map[string][]string{ // the person reads French, whatever was typed
			s.post.Given[0].Subject + "\n" + s.post.Given[0].Body: {"semaine du 23", "Ventes", "+197", "红枣 (+197", "Aucune vente manquée"},
			texts[0]: {"村口小店: week of", "Sales: ", "+197%", "红枣 rose most: +197%", "Empty shelves missed nothing"},
		} {
			lines := strings.Split(strings.TrimSpace(text), "\n")
			if len(lines) != 6 || lines[4] != "" || lines[5] != linkBase+"/insights/wanted?on="+week.String()+"&period=week&with=before" {
				t.Errorf("not a head, three lines and a link:\n%s", text)
			}
			for _, w := range words {
				if !strings.Contains(text, w) {
					t.Errorf("no %q in\n%s", w, text)
				}
			}
		}
		// The next week is as this one: kept, not told. The one after falls: told.
		s.clock.Pass(7 * 24 * time.Hour)
		s.sell(t, week.Add(7), 30, 29, 31, 30, 30, 29, 30)
		s.run(t)
		kept, err := insightdb.New(d).Told(s.ctx, today.Add(100), 9)
		must(t, err)
		if len(s.post.Given) != 1 || len(kept) != 2 || kept[0].Week != week.Add(7) || kept[0].Told || !kept[1].Told {
			t.Errorf("a week as the one before: %d mails, kept %+v", len(s.post.Given), kept)
		}
		s.clock.Pass(7*24*time.Hour - 2*time.Hour) // 6 in the morning
		s.sell(t, week.Add(14), 5, 4, 5, 6, 5, 4, 5)
		s.run(t)
		if len(s.post.Given) != 1 {
			t.Error("told before people are up")
		}
		s.clock.Pass(2 * time.Hour)
		must(t, s.Teller.ReadByMail(s.as(tenant.Owner), "", ""))
		s.run(t)
		if len(s.post.Given) != 1 || len(s.robot.Texts()) != 2 {
			t.Errorf("who stopped reading is told: %d mails, %d said", len(s.post.Given), len(s.robot.Texts()))
		}
		report, err := s.Verify(context.Background())
		must(t, err)
		if len(report.Wrong) > 0 {
			t.Errorf("verify: %v", report.Wrong)
		}
	})
}

// TestDigestReaders: who has left the shop reads nothing, who may not see money is told
// none, and a shop without sales is not told of.
func TestDigestReaders(t *testing.T) {
	s := openDigest(t, dbtest.SQLite(t))
	week := day.Of(s.clock.Now(), s.shop.Zone).Add(-7)
	must(t, s.Teller.ReadByMail(s.as(tenant.Owner), "wang@example.org", "en"))
	must(t, s.Teller.ReadByRobots(s.ctx, []purchase.Robot{{Via: purchase.ByWeCom, Address: robottest.WeCom}}, "en"))
	s.run(t)
	if s.post.Given != nil || s.robot.Texts() != nil {
		t.Error("a week without sales is told")
	}
	seller, err := s.Shop.AddPerson(context.Background(), s.shop.ID, shop.NewPerson{Login: "li", Name: "李", Password: "seven quiet rivers", Role: tenant.Seller, Language: "en"})
	must(t, err)
	scope := shop.ScopeOf(s.shop)
	scope.Person, scope.Role = seller.ID, tenant.Seller
	must(t, s.Teller.ReadByMail(tenant.With(context.Background(), scope), "li@example.org", "en"))
	s.clock.Pass(7 * 24 * time.Hour)
	s.sell(t, week.Add(7), 3, 3, 3, 3, 3, 3, 3)
	must(t, s.db.Do(s.ctx, func(ctx context.Context) error {
		return shopdb.New(s.db).SetDisabled(ctx, s.owner.ID, true, day.At(s.clock.Now()))
	}))
	s.run(t)
	if len(s.post.Given) != 1 || s.post.Given[0].To != "li@example.org" || !strings.Contains(s.post.Given[0].Body, "Sold 7 times") || strings.Contains(s.post.Given[0].Body, "¥") {
		t.Errorf("told %+v", s.post.Given)
	}
}

// TestDigestPage goes through the page: wrong addresses come back, a robot's address is
// never shown, a failed test is.
func TestDigestPage(t *testing.T) {
	s := openDigest(t, dbtest.SQLite(t))
	server := s.Server(app.Config{Key: linkKey, PublicURL: linkBase}, slog.New(slog.DiscardHandler), "")
	s.Purchase.SetMail(linkKey, s.post, robot.Speaker{Now: s.clock.Now, Through: s.robot.Through}, s.Shop)
	b := webtest.New(t, server.Handler())
	b.PostForm("/login", url.Values{"login": {"wang"}, "password": {ownersPassword}}).Want(http.StatusSeeOther)
	page := func() *webtest.Response { return b.Get("/settings/digest?lang=en").Want(http.StatusOK) }
	r := page().Form("form[action='/settings/digest/robot']").Set("dingtalk_address", "https://10.0.0.1/robot/send?access_token=aaaaaaaaaaaaaaaaaaaa").Submit()
	if r.Want(http.StatusUnprocessableEntity); !strings.Contains(r.Text("main"), "That is no address of a DingTalk robot") {
		t.Errorf("a wrong address: %s", r.Text("main"))
	}
	page().Form("form[action='/settings/digest/robot']").Set("dingtalk_address", robottest.DingTalk).Set("dingtalk_secret", "SECwrong").Submit().Want(http.StatusSeeOther)
	page().Form("form[action='/settings/digest/test']:has(input[value=dingtalk])").Submit().Want(http.StatusSeeOther)
	must(t, s.Purchase.RunMails(context.Background()))
	r = page()
	if !strings.Contains(r.Text("main"), "Could not be sent to DingTalk group robot: Password, signature or keyword refused.") {
		t.Errorf("a test that failed: %s", r.Text("main"))
	}
	if bytes.Contains(r.Body, []byte("566cc69d")) || bytes.Contains(r.Body, []byte("SECwrong")) {
		t.Error("the page shows a secret")
	}
	b.PostForm("/settings/digest/test", url.Values{"via": {"wecom"}}).Want(http.StatusConflict)
	page().Form("form[action='/settings/digest/robot/drop']").Submit().Want(http.StatusSeeOther)
	if bytes.Contains(page().Body, []byte("/robot/drop")) {
		t.Error("a robot that was removed is still there")
	}
}

package app_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/enquiry"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/webtest"
)

// TestSupplierAnswersEnquiryByLink: who has the link sees what is asked and nothing else,
// answers once, and the shop finds it beside the others.
func TestSupplierAnswersEnquiryByLink(t *testing.T) {
	h := newHouse(t)
	manager := h.login(t, tenant.Manager)
	invitation, enquiry := "/invitations/"+h.mine.ids["silent"].String(), "/enquiries/"+h.mine.ids["enquiry"].String()
	page := manager.Get(invitation).Want(http.StatusOK)
	address := page.Text("#link")
	path, ok := strings.CutPrefix(address, linkBase)
	if !ok || !strings.HasPrefix(path, "/q/") || !strings.Contains(page.Text("#message"), address) {
		t.Fatalf("the link is %q, the message\n%s", address, page.Text("#message"))
	}
	if page := h.login(t, tenant.Viewer).Get(invitation).Want(http.StatusOK); page.Find("#link, form[action='"+invitation+"']").Length() != 0 {
		t.Error("a viewer is given the link, or the form")
	}

	his := webtest.New(t, h.server.Handler()).Plain()
	before := h.snapshot(t)
	seen := his.Get(path).Want(http.StatusOK)
	if seen.Header.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(seen.Header.Get("X-Robots-Tag"), "noindex") {
		t.Errorf("the page is open to others: %v", seen.Header)
	}
	seen.Contains("红枣", "40").Lacks("18.50", "果园", "/orders", "/suppliers") // the other's price, the other, the shop's pages
	form := "form[action='" + path + "']"
	for field, bad := range map[string]string{"price": "x", "minimum": "-1", "pack_content": "1/3", "lead_days": "400", "until": "2026-02-30", "line": "7", "can": "king"} {
		wrong := seen.Form(form).Set("price", "17.80").Set(field, bad).Submit()
		if wrong.Status != http.StatusUnprocessableEntity || wrong.Find(form).Length() != 1 {
			t.Errorf("%s = %q: %d", field, bad, wrong.Status)
		} else if field != "price" && wrong.Form(form).Value("price") != "17.80" && field != "line" {
			t.Errorf("%s = %q: the price came back as %q", field, bad, wrong.Form(form).Value("price"))
		}
	}
	his.Send(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader("")).Want(http.StatusUnprocessableEntity)
	unchanged(t, "what was refused", before, h.snapshot(t))

	typed := seen.Form(form).Set("price", "17.80").Set("lead_days", "4")
	typed.Submit().Want(http.StatusSeeOther)
	after := h.snapshot(t)
	typed.Submit().Want(http.StatusSeeOther) // a double click
	if r := typed.Set("price", "1").Submit(); r.Status != http.StatusConflict {
		t.Errorf("another reply answers %d", r.Status)
	}
	unchanged(t, "replies after the first", after, h.snapshot(t))
	his.Get(path).Want(http.StatusOK).Contains("17.80")
	manager.Get(enquiry).Want(http.StatusOK).Contains("17.80")

	altered := path[:len(path)-2] + "AA"
	for _, dead := range []string{altered, "/q/x", "/q/" + strings.Repeat("A", 43)} {
		his.Get(dead).Want(http.StatusNotFound)
	}
	manager.Get(invitation).Form("form[action='" + invitation + "/link/revoke']").Submit().Want(http.StatusSeeOther)
	his.Get(path).Want(http.StatusNotFound)
}

// TestAwardKeepsWhatWasAskedBefore: the answer that wins becomes the offer without the price
// breaks that belonged to the old price; what was asked before stays in the history, day
// by day, and other suppliers' offers stay as they are.
func TestAwardKeepsWhatWasAskedBefore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := noon.AddDate(0, 0, -3)
		a := app.Wire(d, func() time.Time { return now })
		made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: "x", Name: "x", Timezone: "Asia/Shanghai", Currency: "CNY"})
		if err != nil {
			t.Fatal(err)
		}
		ctx := shop.Acting(context.Background(), made)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		p, err := a.Catalog.Create(ctx, catalog.Draft{Name: "脐橙", BaseUnit: "kg"})
		must(err)
		suppliers := make([]catalog.Supplier, 2)
		for i, name := range []string{"果园", "批发行"} {
			suppliers[i], err = a.Catalog.CreateSupplier(ctx, catalog.Supplier{Name: name, Kind: catalog.Farmer})
			must(err)
			_, err = a.Catalog.SaveOffer(ctx, catalog.Offer{SupplierID: suppliers[i].ID, ProductID: p.ID, Price: 50_000, Breaks: []catalog.Break{{From: 100_000, Price: 45_000}}})
			must(err)
		}
		before := day.Of(now, made.Zone)
		now = noon
		e, err := a.Enquiry.Make(ctx, enquiry.NewEnquiry{AnswerBy: before.Add(9), Lines: []enquiry.NewLine{{ProductID: p.ID, Quantity: 120_000}}, Suppliers: []ident.ID{suppliers[0].ID, suppliers[1].ID}})
		must(err)
		e, err = a.Enquiry.Answer(ctx, e.Invitations[0].ID, e.Invitations[0].Version, []enquiry.Answer{{Line: 1, Unit: "kg", Price: 46_000}})
		must(err)
		e, err = a.Enquiry.Award(ctx, e.ID, e.Version, []enquiry.Choice{{Line: 1, InvitationID: e.Invitations[0].ID}})
		must(err)

		for i, want := range []catalog.Offer{{Price: 46_000}, {Price: 50_000, Breaks: []catalog.Break{{From: 100_000, Price: 45_000}}}} {
			offers, err := a.Catalog.OffersOf(ctx, suppliers[i].ID)
			must(err)
			if len(offers) != 1 || offers[0].Price != want.Price || !slices.Equal(offers[0].Breaks, want.Breaks) {
				t.Errorf("%s offers %+v, want %+v", suppliers[i].Name, offers, want)
			}
		}
		quotes, err := a.Catalog.QuotesOf(ctx, []ident.ID{p.ID})
		must(err)
		asked := map[day.Date]money.Price{}
		for _, q := range quotes[p.ID] {
			if q.SupplierID == suppliers[0].ID {
				asked[q.Day] = q.Price
			}
		}
		if len(asked) != 2 || asked[before] != 50_000 || asked[day.Of(now, made.Zone)] != 46_000 {
			t.Errorf("the history has %v", asked)
		}
		o, err := a.Purchase.Order(ctx, e.Lines[0].Award.OrderID)
		must(err)
		if o.Lines[0].Price != 46_000 || o.Lines[0].Quantity != 120_000 {
			t.Errorf("the order asks %+v", o.Lines[0])
		}
	})
}

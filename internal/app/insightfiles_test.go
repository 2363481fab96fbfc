package app_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"buhuo/internal/app"
	"buhuo/internal/dbtest"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// TestEveryTableIsAFile: under each chart and table of a board stand links to its numbers
// as CSV and XLSX, of the same days and filters; each leads to a table with rows, and a
// table that a board does not have is said to be none.
func TestEveryTableIsAFile(t *testing.T) {
	a := app.Wire(dbtest.SQLite(t), atNoon)
	ctx := randomShop(t, a, 3)
	_, err := a.Restock.RunChanged(context.Background())
	must(t, err)
	in, err := a.Shop.Get(ctx)
	must(t, err)
	for _, role := range []tenant.Role{tenant.Owner, tenant.Viewer} {
		_, err = a.Shop.AddPerson(ctx, in.ID, shop.NewPerson{Login: "files-" + string(role), Name: "王", Password: secret("files"), Role: role})
		must(t, err)
	}
	handler := a.Server(app.Config{}, slog.New(slog.DiscardHandler), "").Handler()
	for _, role := range []tenant.Role{tenant.Owner, tenant.Viewer} {
		b := login(t, handler, "files-"+string(role), "files")
		for _, board := range []string{"wanted", "health", "money", "channels", "regions", "logistics", "needs"} {
			if role == tenant.Viewer && (board == "health" || board == "money") {
				continue
			}
			page := b.Get("/insights/" + board + "?period=week&on=2026-11-12&with=before&lang=en").Want(http.StatusOK)
			for _, card := range page.Find("section.card").EachIter() {
				drawn := card.Find("figure svg, ul.bars, table, dl.facts, ul.rows").Length() > 0
				if files := card.Find(".files a").Length(); drawn && files == 0 && !strings.Contains(card.Text(), "household") {
					t.Errorf("%s: no file under %q", board, strings.TrimSpace(card.Find("h2").Text()))
				}
			}
			links := page.Find(".files a")
			if links.Length() < 2 {
				t.Errorf("%s has %d links to files", board, links.Length())
			}
			for _, link := range links.EachIter() {
				address := link.AttrOr("href", "")
				if !strings.Contains(address, "on=2026-11-12") || !strings.Contains(address, "period=week") || !strings.Contains(address, "with=before") {
					t.Errorf("%s: %s forgets what the page is of", board, address)
				}
				r := b.Get(address).Want(http.StatusOK)
				if strings.Contains(address, ".csv?") && len(r.CSV()) < 2 {
					t.Errorf("%s: %s is empty", board, address)
				}
			}
			for _, kind := range []string{".csv", ".xlsx"} {
				b.Get("/insights/" + board + kind + "?table=nonsense&lang=en").Want(http.StatusNotFound).Contains("no such table")
			}
		}
	}
}

package restockweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"buhuo/internal/i18n"
	"buhuo/internal/restock"
)

// The page is honest while nothing can be judged, and tells who was right when the days
// of decisions are over.
func TestWhoWasRight(t *testing.T) {
	h, at := openAt(t)
	h.Goods()
	h.Past(today.Add(-1))
	h.Must(h.App.Restock.Recompute(h.Ctx, nil))
	page := h.Get("/suggestions/decisions").Want(200)
	page.Contains("还没有能评判的决定")
	if page.Find("table").Length() != 0 {
		t.Error("a table of nothing")
	}
	h.PostForm("/orders", url.Values{"suggestions": {"1003"}}).Want(http.StatusSeeOther)
	reject := "/suggestions/" + h.Oranges.ID.String() + "/reject"
	h.Get(reject).Want(200).Form("form[action='"+reject+"']").Set("why", "space").Submit().Want(http.StatusSeeOther)
	h.Get("/suggestions/decisions").Want(200).Contains("还有 2 次要等日子过完")

	h.Past(today.Add(40))
	*at = now.AddDate(0, 0, 41)
	h.Must(h.App.Restock.Recompute(h.Ctx, nil))
	h.Must(h.App.Restock.Judge(h.Ctx))

	page = h.Get("/suggestions/decisions?year=2026").Want(200)
	page.Contains("评判了 1 次", "没地方放", "次数还太少", "2026年11月", "1 次订的货没有来")
	csv := h.Get("/suggestions/decisions.csv?year=2026").Want(200).CSV()
	if rows := page.Find("#list tbody tr").Length(); rows == 0 || rows != len(csv)-1 {
		t.Errorf("%d decisions on the page, %d in the file", rows, len(csv)-1)
	}
	if row := csv[1]; row[1] != "1001" || row[4] != string(restock.DecidedRejected) || row[5] != "没地方放" || row[8] != "0" || row[13] == "" {
		t.Errorf("the file says %v", row)
	}
	only := h.Get("/suggestions/decisions?year=2026&product=" + h.Oranges.ID.String()).Want(200)
	only.Contains("只看：秭归脐橙", "看全部")
	if h.Get("/suggestions/decisions?year=2026&product="+h.Dates.ID.String()).Want(200).Find("#list").Length() != 0 {
		t.Error("decisions about dates")
	}
	h.Get("/suggestions/decisions?year=2020").Want(200).Contains("还没有能评判的决定")
	h.Get("/suggestions/decisions?year=x").Want(http.StatusBadRequest)
	h.as("other").Get("/suggestions/decisions?product=" + h.Oranges.ID.String()).Want(http.StatusNotFound)
	if body := string(h.as("other").Get("/suggestions/decisions.csv?year=2026").Want(200).Body); strings.Contains(body, "1001") {
		t.Error("another shop reads our decisions")
	}
	for _, lang := range i18n.Langs() {
		if text := h.Lang(string(lang)).Get("/suggestions/decisions?year=2026").Want(200).Text("main"); strings.Contains(text, "decision.") || strings.Contains(text, "{") {
			t.Errorf("%s shows a key or a placeholder: %s", lang, text)
		}
	}
}

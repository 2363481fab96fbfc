package restockweb_test

import (
	"net/http"
	"strings"
	"testing"

	"buhuo/internal/i18n"
	"buhuo/internal/ident"
)

func TestOffersSideBySide(t *testing.T) {
	h := stocked(t)
	path := "/products/" + h.Oranges.ID.String() + "/offers"
	h.Get("/products/" + h.Oranges.ID.String()).Want(200).Find("a[href='" + path + "']").Text()
	page := h.Get(path).Want(200)
	if first := page.Find("tbody tr").First().Text(); !strings.Contains(first, "宜昌果品合作社") || !strings.Contains(first, "最划算") {
		t.Errorf("the first offer: %.80q", first)
	}
	page.Contains("直接从 宜昌果品合作社 进货，比从 城南批发市场 便宜", "还没从那里进过货", "承诺 2 天")
	if n := page.Find("figure.chart svg svg path").Length(); n != 2 {
		t.Errorf("%d price lines for two suppliers", n)
	}
	for _, lang := range i18n.Langs() {
		text := h.Lang(string(lang)).Get(path).Want(200).Text("main")
		if strings.Contains(text, "restock.") {
			t.Errorf("%s: a sentence is missing: %s", lang, text)
		}
	}
	if h.as("viewer").Get(path).Want(200).Find("a[href$='/offers/new']").Length() != 0 {
		t.Error("a viewer may add an offer")
	}
	// Without an offer, and without sales, the page says so.
	h.Lang("zh-Hans").Get("/products/" + h.Salt.ID.String() + "/offers").Want(200).Contains("还没有记过价格")
	h.Get("/products/" + ident.New().String() + "/offers").Want(http.StatusNotFound)
	h.as("other").Get(path).Want(http.StatusNotFound)
}

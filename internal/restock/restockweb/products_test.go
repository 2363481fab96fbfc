package restockweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"buhuo/internal/ident"
)

func TestProducts(t *testing.T) {
	h := stocked(t)
	page := h.Get("/products").Want(200)
	if n := page.Find("table.lines tbody tr").Length(); n != 4 {
		t.Errorf("%d products", n)
	}
	page.Contains("18\u00a0斤", "没盘点", "水果", "干货")
	for query, want := range map[string]string{
		"q=zgqc": "秭归脐橙", "q=1002": "若羌红枣", "q=6901234567892": "秭归脐橙", "q=" + url.QueryEscape("大米"): "五常大米", "show=risk": "秭归脐橙",
	} {
		page := h.Get("/products?" + query).Want(200)
		if rows := page.Find("table.lines tbody"); !strings.Contains(rows.Text(), want) || query != "show=risk" && rows.Find("tr").Length() != 1 {
			t.Errorf("%s found %q", query, rows.Text())
		}
	}
	tab := page.Find("nav.sections a").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), "干货") })
	if found := h.Get(tab.AttrOr("href", "")).Want(200); found.Find("table.lines tbody tr").Length() != 1 {
		t.Error("the category does not narrow the list")
	}
	none := h.Get("/products?q=" + url.QueryEscape("榴莲")).Want(200)
	if none.Find("form[action='/wishes'] input[name=text][value='榴莲']").Length() != 1 {
		t.Error("what is not here cannot be noted")
	}
	h.Get("/products?cursor=%21%21").Want(http.StatusBadRequest)
	h.Get("/products?category=x").Want(http.StatusUnprocessableEntity)
	if other := h.as("other").Get("/products").Want(200); strings.Contains(string(other.Body), "脐橙") {
		t.Error("another shop sees our products")
	}
}

func TestProductsJSON(t *testing.T) {
	h := stocked(t)
	var one struct {
		Products []struct {
			Code, Name, Unit string
			OnHand           float64 `json:"on_hand"`
			Available        float64
			OnOrder          float64 `json:"on_order"`
			Known            bool    `json:"stock_known"`
		}
		Next string
	}
	h.Get("/products.json?code=1001").Want(200).JSON(&one)
	if len(one.Products) != 1 || one.Products[0].Code != "1001" || one.Products[0].Unit != "kg" || one.Products[0].OnHand != 9 || !one.Products[0].Known {
		t.Errorf("oranges: %+v", one)
	}
	all := one
	all.Products = nil
	h.Get("/products.json").Want(200).JSON(&all)
	if len(all.Products) != 4 || all.Next != "" {
		t.Errorf("all: %+v", all)
	}
	h.Get("/products.json?code=nothing").Want(200).Contains(`"products":[]`)
	h.as("other").Get("/products.json?code=1001").Want(200).Contains(`"products":[]`)
}

func TestProductPage(t *testing.T) {
	h := stocked(t)
	page := h.Get("/products/" + h.Oranges.ID.String()).Want(200)
	page.Contains("秭归脐橙", "18", "A7", "订货建议", "订这个", "供应商比价", "最划算", "宜昌果品合作社", "城南批发市场", "6901234567892", "箱 × 10\u00a0斤")
	if page.Find("figure.chart").Length() != 3 || page.Find("figure.chart path.fan").Length() != 2 || page.Find("circle.runout").Length() != 1 {
		t.Error("the charts are not whole")
	}
	// The risk in words, and behind a word day by day with the order and without.
	risk := page.Find("section.card:has(#risk-title)")
	if text := plain(risk.Text()); !strings.Contains(text, "多半") || !strings.Contains(text, "斤 的话，多半到货：11月26日") || !strings.Contains(text, "少赚 ¥") {
		t.Errorf("the risk in words: %s", text)
	}
	if risk.Find("details.more path.past").Length() == 0 || risk.Find("details.more path.wanted").Length() == 0 || risk.Find("table.numbers tbody tr").Length() != 28 {
		t.Error("no curve of the risk")
	}
	page.Form("form[action='/orders']").Submit().Want(http.StatusSeeOther)
	if o := h.orders(); len(o) != 1 || o[0].Lines[0].ProductID != h.Oranges.ID {
		t.Errorf("ordered %+v", o)
	}
	if again := h.Get("/products/" + h.Oranges.ID.String()).Want(200); again.Find("form[action='/orders']").Length() != 0 {
		t.Error("what is ordered is offered again")
	}
	h.Get("/products/"+h.Rice.ID.String()).Want(200).Contains("还没盘点过", "?")
	h.Get("/products/" + h.Salt.ID.String()).Want(200).Contains("还没有供应商的报价")
	h.Must(h.App.Catalog.Archive(h.Ctx, h.Dates.ID, true))
	h.Get("/products/"+h.Dates.ID.String()).Want(200).Contains("已停用", "过了季或停卖")
	h.Get("/products/" + ident.New().String()).Want(http.StatusNotFound)
	h.as("other").Get("/products/" + h.Oranges.ID.String()).Want(http.StatusNotFound)
	viewer := h.as("viewer").Get("/products/" + h.Rice.ID.String()).Want(200)
	if viewer.Find("form[action='/orders'], a[href$='/edit'], a[href*='/stock/count']").Length() != 0 {
		t.Error("a viewer is offered what only others may do")
	}
}

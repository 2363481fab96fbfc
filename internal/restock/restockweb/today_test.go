package restockweb_test

import (
	"context"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"buhuo/internal/ident"
	"buhuo/internal/replenish"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
)

func TestToday(t *testing.T) {
	h := stocked(t)
	page := h.Get("/").Want(200)
	page.Contains("秭归脐橙", "快断货", "看建议，发订单", "快到期", "请盘点")
	if got := page.Find("a[href='/suggestions'][data-kind=primary]").Length(); got != 1 {
		t.Errorf("%d primary actions", got)
	}
	rows := page.Find("ul.rows li").Map(func(_ int, s *goquery.Selection) string { return plain(s.Text()) })
	if len(rows) != 2 || !strings.Contains(rows[0], "食盐 400g 2 袋") || !strings.Contains(rows[0], "7 天内断货可能 100%") ||
		!strings.Contains(rows[1], "秭归脐橙 18 斤") || !strings.Contains(rows[1], "周四到货前会断货 · 97%") {
		t.Errorf("running out: %q", rows)
	}
	if page.Find("ul.rows svg.spark path.fan").Length() == 0 {
		t.Error("no small chart")
	}
	if strings.Contains(page.Find("ul.rows").Text(), "五常大米") {
		t.Error("what was never counted is said to run out")
	}
	page.Contains("1 种商品还没盘点过")
	viewer := h.as("viewer").Get("/").Want(200)
	if viewer.Find("a[href^='/stock/count'], a[href^='/stock/loss']").Length() != 0 {
		t.Error("a viewer is offered what only sellers may do")
	}
}

func TestBeginning(t *testing.T) {
	h := open(t)
	for _, path := range []string{"/", "/suggestions", "/products"} {
		page := h.Get(path).Want(200)
		if page.Find("a[href='/import']").Length() == 0 {
			t.Errorf("%s does not lead to the import", path)
		}
	}
	h.Goods()
	h.Get("/").Want(200).Contains("正在算订货建议")
}

// TestOldNumbers shows a shop whose history ended long ago.
func TestOldNumbers(t *testing.T) {
	h := open(t)
	h.Goods()
	h.Past(today.Add(-101))
	h.Must(h.App.Restock.Recompute(h.Ctx, nil))
	h.Get("/suggestions").Want(200).Contains("销售记录只到 2026年8月15日")
}

// Goods that may be gone though the book says they are there stand on the page of
// today with the way to count them, and say so on their own page.
func TestSilentGoodsAreOnToday(t *testing.T) {
	h := stocked(t)
	store := restockdb.New(h.App.DB)
	rows, err := store.Suggestions(h.Ctx, []ident.ID{h.Dates.ID})
	h.Must(err)
	rows[0].Reason = append(rows[0].Reason, replenish.Message{Key: restock.MessageSilent, Args: []replenish.Arg{
		{Name: "since", Kind: replenish.KindDate, Int: int64(today.Add(-20))}, {Name: "expected", Kind: replenish.KindQuantity, Int: 30_000, Unit: "bag"},
	}})
	h.Must(h.App.DB.Do(h.Ctx, func(ctx context.Context) error { return store.PutSuggestions(ctx, rows) }))
	page := h.Get("/").Want(200)
	count := "a[href='/stock/count?product=" + h.Dates.ID.String() + "']"
	if page.Find(count).Length() != 1 {
		t.Error("no way to count them")
	}
	for _, path := range []string{"/", "/products/" + h.Dates.ID.String()} {
		if text := plain(h.Get(path).Want(200).Find("main").Text()); !strings.Contains(text, "以后一直没卖出，本该卖出约 30 袋，请盘点") {
			t.Errorf("%s: %s", path, text)
		}
	}
	if viewer := h.as("viewer").Get("/").Want(200); viewer.Find(count).Length() != 0 {
		t.Error("a viewer is offered a count")
	}
}

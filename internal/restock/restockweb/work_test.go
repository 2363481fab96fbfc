package restockweb_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
)

// TestWorkPage: the owner sees how the background work stands and asks for all of it;
// what failed is said in words of each language.
func TestWorkPage(t *testing.T) {
	h := open(t)
	h.Goods()
	page := h.Get("/settings/work").Want(200)
	if text := page.Text("main"); !strings.Contains(text, "还没有过") {
		t.Errorf("before any run: %s", text)
	}
	h.PostForm("/settings/work", url.Values{"shop": {"first"}}).Want(303)
	if text := h.Get("/settings/work").Want(200).Text("main"); !strings.Contains(text, "已经记下") {
		t.Errorf("asked: %s", text)
	}
	h.Must(h.App.Restock.RunAsked(context.Background()))
	if text := h.Get("/settings/work").Want(200).Text("main"); !strings.Contains(text, "1 秒") || !strings.Contains(text, "全部重新计算") {
		t.Errorf("done: %s", text)
	}
	store, ended := restockdb.New(h.App.DB), day.At(now)
	h.Must(h.App.DB.Do(h.Ctx, func(ctx context.Context) error {
		for i, failure := range []restock.Failure{restock.FailedDatabase, restock.FailedStopped, restock.FailedProgram} {
			ended := day.At(now.Add(time.Duration(i+1) * time.Minute))
			if err := store.PutRun(ctx, restock.Run{ID: ident.New(), Kind: restock.Everything, StartedAt: ended, EndedAt: &ended, Failure: failure}); err != nil {
				return err
			}
		}
		holder := ident.New()
		if _, _, err := store.Hold(ctx, holder, ended, ended+600_000_000); err != nil {
			return err
		}
		return store.PutRun(ctx, restock.Run{ID: ident.New(), Kind: restock.Everything, StartedAt: day.At(now.Add(9 * time.Minute)), Done: 3_400, Total: 10_000})
	}))
	for _, lang := range i18n.Langs() {
		page := h.Get("/settings/work?lang=" + string(lang)).Want(200)
		if text := page.Text("main"); !strings.Contains(text, "3,400") && !strings.Contains(text, "3 400") && !strings.Contains(text, "3\u202f400") {
			t.Errorf("%s: how far it is: %s", lang, text)
		}
		if n := page.Find("#failed > div").Length(); n != 3 {
			t.Errorf("%s: %d failures are told", lang, n)
		}
	}
	for _, who := range []string{"seller", "viewer"} {
		h.as(who).Get("/settings/work").Want(403)
	}
}

package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/web"
	"buhuo/internal/webtest"
)

func TestFlashShowsOnceAndOnlyOurSentences(t *testing.T) {
	e, _ := build(t)
	e.Route(web.Route{Method: http.MethodPost, Path: "/save", Access: web.Seller, Handler: func(c *gin.Context) error {
		web.Flash(c, web.Good, web.Saved)
		return web.Redirect(c, "/page")
	}})
	b := webtest.New(t, e).As("seller").Lang("en")
	r := b.PostForm("/save", nil).Want(303)
	if text := r.Follow().Want(200).Text("main .note[data-tone=ok]"); text != "Saved." {
		t.Errorf("the message is %q", text)
	}
	if n := b.Get("/page").Find("main .note").Length(); n != 0 {
		t.Error("the message shows twice")
	}
	for _, planted := range []string{
		"good~<b>x</b>", "good~web.internal", "evil~web.flash_saved", "good", "good~web.flash_nothing",
		"good~web.flash_saved~x", "good~web.flash_saved~1~2", strings.Repeat("a", 200),
	} {
		b.SetCookie("flash", planted)
		if n := b.Get("/page").Want(200).Find("main .note").Length(); n != 0 {
			t.Errorf("a planted cookie %q shows a message", planted)
		}
	}
}

func TestChromeFillsTheFrame(t *testing.T) {
	e, _ := build(t, func(cfg *web.Config) { cfg.Demo = true })
	b := webtest.New(t, e).As("seller").Lang("zh-CN")
	r := b.Get("/page?q=1&lang=zh-Hans").Want(200)
	r.Contains("王记小卖部", "11月23日 周一", "农历十月十五", "王芳")
	if r.Find("a[hreflang=fr][href='/page?lang=fr&q=1']").Length() != 1 {
		t.Error("the language links do not keep the page")
	}
	// 17:00 in UTC is the next day in the shop.
	late, _ := build(t, func(cfg *web.Config) { cfg.Now = func() time.Time { return fixed.Add(15 * time.Hour) } })
	webtest.New(t, late).As("seller").Get("/page?lang=zh-Hans").Contains("11月24日 周二")
	bare := webtest.New(t, e).Get("/nowhere").Want(404)
	bare.Lacks("王记小卖部", "王芳")
}

func TestDownloads(t *testing.T) {
	e, _ := build(t)
	e.Route(web.Route{Method: http.MethodGet, Path: "/x.csv", Access: web.Public, Handler: func(c *gin.Context) error {
		return web.WriteCSV(c, "采购单 \"PO\"\r\n.csv", []string{"name", "quantity"}, [][]string{{"=1+1", "-5"}, {"a,\"b\"", "2.5"}})
	}})
	e.Route(web.Route{Method: http.MethodGet, Path: "/x.pdf", Access: web.Public, Handler: func(c *gin.Context) error {
		web.Inline(c, "…", "application/pdf", []byte("%PDF"))
		return nil
	}})
	b := webtest.New(t, e)
	r := b.Get("/x.csv").Want(200)
	if got := r.Header.Get("Content-Disposition"); got != `attachment; filename="PO---.csv"` {
		t.Errorf("Content-Disposition %s", got)
	}
	if got := string(r.Body); got != "\ufeffname,quantity\r\n'=1+1,-5\r\n\"a,\"\"b\"\"\",2.5\r\n" {
		t.Errorf("body %q", got)
	}
	if got := r.CSV(); len(got) != 3 || got[2][0] != `a,"b"` {
		t.Errorf("table %q", got)
	}
	if got := b.Get("/x.pdf").Want(200).Header.Get("Content-Disposition"); got != `inline; filename="file"` {
		t.Errorf("Content-Disposition %s", got)
	}
}

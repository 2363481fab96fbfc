package web_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/gin-gonic/gin"

	"buhuo/internal/web"
	"buhuo/internal/webtest"
	"buhuo/static"
)

func TestCrossOriginTable(t *testing.T) {
	e, _ := build(t)
	const own, evil = webtest.Origin, "http://evil.test"
	tests := []struct {
		name                      string
		fetchSite, origin, refers string
		cookie                    bool
		refused                   bool
	}{
		{name: "browser, same origin", fetchSite: "same-origin", origin: own, cookie: true},
		{name: "typed address", fetchSite: "none", cookie: true},
		{name: "another site", fetchSite: "cross-site", origin: evil, cookie: true, refused: true},
		{name: "another site without cookie", fetchSite: "cross-site", refused: true},
		{name: "sister host", fetchSite: "same-site", origin: "http://other.shop.test", cookie: true, refused: true},
		{name: "older browser, same origin", origin: own, cookie: true},
		{name: "older browser, another site", origin: evil, cookie: true, refused: true},
		{name: "older browser, hidden origin", origin: "null", cookie: true, refused: true},
		{name: "only a referer of ours", refers: own + "/page", cookie: true},
		{name: "only a foreign referer", refers: evil + "/trap", cookie: true, refused: true},
		{name: "referer with our name inside", refers: evil + "/?" + own, cookie: true, refused: true},
		{name: "referer that is no address", refers: "::", cookie: true, refused: true},
		{name: "foreign referer, nobody's cookie", refers: evil + "/link"},
		// No browser that can run our pages posts without Origin: this is a program.
		{name: "a program with a cookie and no header", cookie: true},
		{name: "a program without anything"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := webtest.New(t, e)
			if tt.cookie {
				b = b.As("seller")
			}
			b = b.Plain()
			for name, value := range map[string]string{"Sec-Fetch-Site": tt.fetchSite, "Origin": tt.origin, "Referer": tt.refers} {
				if value != "" {
					b = b.Header(name, value)
				}
			}
			want := 200
			if tt.refused {
				want = 403
			}
			b.Header("Accept-Language", "en").PostForm("/open", url.Values{"name": {"x"}}).Want(want)
			if tt.refused {
				b.Lang("en").PostForm("/open", nil).Contains("came from another website")
			}
			b.Get("/public").Want(200) // reading is never refused
		})
	}
}

func TestOverloadAnswersAtOnceAndRecovers(t *testing.T) {
	e, _ := build(t, func(cfg *web.Config) { cfg.MaxInFlight = 2 })
	inside, free := make(chan struct{}), make(chan struct{})
	e.Route(web.Route{Method: http.MethodGet, Path: "/wait", Access: web.Public, Handler: func(c *gin.Context) error {
		inside <- struct{}{}
		<-free
		return web.WriteJSON(c, http.StatusOK, true)
	}})
	var done sync.WaitGroup
	for range 2 {
		done.Go(func() { webtest.New(t, e).Get("/wait") })
		<-inside
	}
	b := webtest.New(t, e).Lang("fr")
	r := b.Get("/public").Want(503).Contains("Réessayez")
	if r.Header.Get("Retry-After") == "" || r.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("headers %v", r.Header)
	}
	b.Get("/healthz").Want(200)
	close(free)
	done.Wait()
	b.Get("/public").Want(200)
}

func TestReadiness(t *testing.T) {
	broken := errors.New("no such table: hunter2")
	var state error
	e, _ := build(t, func(cfg *web.Config) {
		cfg.Ready = []web.Check{{Name: "database", Run: func(context.Context) error { return state }}}
	})
	b := webtest.New(t, e)
	b.Get("/readyz").Want(200)
	state = broken
	b.Get("/readyz").Want(503).Contains("database").Lacks("hunter2")
	b.Get("/healthz").Want(200).Contains("ok")
}

func TestStaticSetsItsOwnCaching(t *testing.T) {
	e, _ := build(t, func(cfg *web.Config) {
		cfg.Static = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			_, _ = io.WriteString(w, r.URL.Path)
		})
	})
	r := webtest.New(t, e).Get("/static/a.css").Want(200).Contains("/static/a.css")
	if got := r.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("Cache-Control = %q", got)
	}
}

func TestImportsAtWorkAreBounded(t *testing.T) {
	e, _ := build(t)
	inside, free := make(chan struct{}), make(chan struct{})
	e.Route(web.Route{Method: http.MethodPost, Path: "/slow", Access: web.Manager, Body: web.Import, Handler: func(c *gin.Context) error {
		inside <- struct{}{}
		<-free
		return web.WriteJSON(c, http.StatusOK, true)
	}})
	var done sync.WaitGroup
	for range 8 {
		done.Go(func() { webtest.New(t, e).As("manager").PostForm("/slow", nil) })
		<-inside
	}
	b := webtest.New(t, e).As("manager")
	if got := b.Upload("/import", "file", "a.csv", []byte("x"), nil).Want(503).Header.Get("Retry-After"); got == "" {
		t.Error("nobody says when to come back")
	}
	b.PostForm("/form", nil).Want(200) // the counter goes on
	close(free)
	done.Wait()
	b.Upload("/import", "file", "a.csv", []byte("x"), nil).Want(200)
}

func TestAssetsComeCompressedOnce(t *testing.T) {
	e, _ := build(t, func(cfg *web.Config) { cfg.Static = static.Handler() })
	b := webtest.New(t, e)
	plain := b.Get(static.URL("buhuo.css")).Want(200)
	for accept, want := range map[string]string{"gzip": "gzip", "gzip, br": "br"} {
		r := b.Header("Accept-Encoding", accept).Get(static.URL("buhuo.css")).Want(200)
		if got := r.Header.Values("Content-Encoding"); len(got) != 1 || got[0] != want || len(r.Body) >= len(plain.Body) {
			t.Errorf("%s: encoded %v, %d bytes of %d", accept, got, len(r.Body), len(plain.Body))
		}
		if !strings.Contains(r.Header.Get("Cache-Control"), "immutable") || r.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: headers %v", accept, r.Header)
		}
	}
	b.Get("/static/none.css").Want(404)
}

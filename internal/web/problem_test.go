package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/web"
	"buhuo/internal/webtest"
)

func TestPanicShowsARequestIDAndNothingElse(t *testing.T) {
	e, book := build(t)
	r := webtest.New(t, e).Lang("en").Get("/panic").Want(500)
	r.Contains(r.Header.Get("X-Request-Id")).Lacks("secret of the kitchen", "goroutine")
	if !strings.Contains(book.String(), "secret of the kitchen") || !strings.Contains(book.String(), r.Header.Get("X-Request-Id")) {
		t.Error("the log does not tell what happened")
	}
}

func TestHalfAnAnswerIsCut(t *testing.T) {
	e, _ := build(t)
	e.Route(web.Route{Method: http.MethodGet, Path: "/half", Access: web.Public, Handler: func(c *gin.Context) error {
		_, _ = c.Writer.WriteString("half")
		c.Writer.Flush()
		panic("then nothing")
	}})
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("recovered %v: the client would take half a page for a whole one", p)
		}
	}()
	webtest.New(t, e).Get("/half")
}

func TestLogHoldsNoSecret(t *testing.T) {
	e, book := build(t)
	e.Route(web.Route{Method: http.MethodGet, Path: "/s/:token", Access: web.Public, Handler: page})
	b := webtest.New(t, e).As("seller")
	b.PostForm("/form?secret=inquery", url.Values{"name": {"inform"}, "password": {"inpassword"}})
	b.Get("/s/intoken")
	b.Get("/unknown/inpath")
	b.Header("Authorization", "Bearer inheader").Get("/page")
	for _, s := range []string{"inquery", "inform", "inpassword", "intoken", "inpath", "inheader", `"seller"`} {
		if strings.Contains(book.String(), s) {
			t.Errorf("%s is in the log:\n%s", s, book.String())
		}
	}
	var line struct{ Route, Person string }
	last := strings.Split(strings.TrimSpace(book.String()), "\n")
	if err := json.Unmarshal([]byte(last[len(last)-1]), &line); err != nil || line.Route != "/page" || line.Person == "" {
		t.Errorf("last line %s: %v", last[len(last)-1], err)
	}
}

func TestFaultsBecomeAnswers(t *testing.T) {
	e, _ := build(t)
	tests := map[string]struct {
		err    error
		status int
	}{
		"invalid":     {fault.New(fault.Invalid, "web.required"), 422},
		"notfound":    {fault.New(fault.NotFound, "web.not_found"), 404},
		"conflict":    {fault.New(fault.Conflict, "web.required"), 409},
		"forbidden":   {fault.New(fault.Forbidden, "web.role_too_low"), 403},
		"toomany":     {fault.New(fault.TooMany, "web.overloaded", fault.A("seconds", 42)), 429},
		"toolarge":    {fault.New(fault.TooLarge, "web.too_large"), 413},
		"unavailable": {fault.New(fault.Unavailable, "web.overloaded"), 503},
		"malformed":   {fault.New(fault.Malformed, "web.bad_form"), 400},
		"internal":    {fault.New(fault.Internal, "web.required").WithCause(errors.New("password=hunter2")), 500},
		"foreign":     {errors.New("password=hunter2"), 500},
		"wrapped":     {fmt.Errorf("hunter2: %w", fault.New(fault.Conflict, "web.required")), 409},
		"late":        {fmt.Errorf("hunter2: %w", context.DeadlineExceeded), 503},
		"fields": {fault.Fields{
			fault.New(fault.Invalid, "web.required").WithField("name"),
			fault.New(fault.Invalid, "web.bad_id").WithField("id"),
		}, 422},
	}
	for name, tt := range tests {
		e.Route(web.Route{Method: http.MethodGet, Path: "/err/" + name, Access: web.Public, Handler: func(*gin.Context) error { return tt.err }})
		e.Route(web.Route{Method: http.MethodGet, Path: "/err/" + name + ".json", Access: web.Public, Handler: func(*gin.Context) error { return tt.err }})
		e.Route(web.Route{Method: http.MethodGet, Path: "/err/" + name + ".csv", Access: web.Public, Handler: func(*gin.Context) error { return tt.err }})
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := webtest.New(t, e).Lang("en")
			html := b.Get("/err/" + name).Want(tt.status).Lacks("hunter2")
			if html.Text("h1") == "" || html.Text("main p") == "" || html.Find("main a[href='/']").Length() != 1 {
				t.Errorf("the page has no title, sentence or way back: %q", html.Text("main"))
			}
			text := b.Get("/err/"+name+".csv").Want(tt.status).Lacks("hunter2", "<")
			if !strings.HasPrefix(text.Header.Get("Content-Type"), "text/plain") {
				t.Errorf("a download fails as %s", text.Header.Get("Content-Type"))
			}
			var p struct {
				Title, Detail, Code, Request string
				Status                       int
				Fields                       []struct{ Field, Code, Detail string }
			}
			b.Get("/err/" + name + ".json").Want(tt.status).Lacks("hunter2").JSON(&p)
			if p.Status != tt.status || p.Detail == "" || p.Request == "" {
				t.Errorf("problem %+v", p)
			}
			if name == "fields" && (len(p.Fields) != 2 || p.Fields[1].Field != "id" || p.Fields[1].Code != "web.bad_id") {
				t.Errorf("fields %+v", p.Fields)
			}
			if got := html.Header.Get("Retry-After"); (name == "toomany" && got != "42") || (tt.status == 503 && got != "3") {
				t.Errorf("Retry-After %q", got)
			}
		})
	}
}

func TestErrorPagesInThreeLanguages(t *testing.T) {
	e, _ := build(t)
	for l, want := range map[string][2]string{
		"zh-Hans": {"这里什么也没有", "我们出错了"},
		"fr":      {"Rien ici", "C’est notre faute"},
		"en":      {"Nothing here", "Our mistake"},
	} {
		b := webtest.New(t, e)
		if got := b.Get("/nowhere?lang=" + l).Want(404).Text("h1"); got != want[0] {
			t.Errorf("%s: 404 says %q", l, got)
		}
		if got := b.Get("/panic?lang=" + l).Want(500).Text("h1"); got != want[1] {
			t.Errorf("%s: 500 says %q", l, got)
		}
		b.Send(http.MethodDelete, "/page?lang="+l, "", nil).Want(405)
	}
	if allow := webtest.New(t, e).PostForm("/page", nil).Want(405).Header.Get("Allow"); !strings.Contains(allow, "GET") {
		t.Errorf("Allow = %q", allow)
	}
}

func TestTimeLimit(t *testing.T) {
	e, _ := build(t, func(cfg *web.Config) { cfg.RequestTimeout = time.Millisecond })
	e.Route(web.Route{Method: http.MethodGet, Path: "/slow", Access: web.Public, Handler: func(c *gin.Context) error {
		<-c.Request.Context().Done()
		return c.Request.Context().Err()
	}})
	webtest.New(t, e).Lang("en").Get("/slow").Want(503).Contains("took too long")
}

func TestRenderIsWholeOrNothing(t *testing.T) {
	e, _ := build(t)
	half := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "<p>half a page</p>")
		return errors.New("template broke")
	})
	e.Route(web.Route{Method: http.MethodGet, Path: "/broken", Access: web.Public, Handler: func(c *gin.Context) error {
		return web.Render(c, http.StatusOK, half)
	}})
	webtest.New(t, e).Get("/broken").Want(500).Lacks("half a page", "template broke")

	b := webtest.New(t, e)
	plain := b.Get("/public").Want(200)
	if got := plain.Header.Get("Content-Length"); got != fmt.Sprint(len(plain.Body)) {
		t.Errorf("Content-Length %s for %d bytes", got, len(plain.Body))
	}
	small := b.Header("Accept-Encoding", "gzip").Get("/public").Want(200)
	if small.Header.Get("Content-Encoding") != "gzip" || len(small.Body) >= len(plain.Body) {
		t.Errorf("encoding %q, %d bytes of %d", small.Header.Get("Content-Encoding"), len(small.Body), len(plain.Body))
	}
}

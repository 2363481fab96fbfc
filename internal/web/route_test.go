package web_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/ident"
	"buhuo/internal/web"
	"buhuo/internal/webtest"
	"buhuo/views/layout"
)

func renderPage(c *gin.Context, status int, chrome layout.Chrome) error {
	return web.Render(c, status, layout.Page(chrome))
}

func TestSuffixesAreRoutesOfTheirOwn(t *testing.T) {
	e, _ := build(t)
	say := func(what string) web.Handler {
		return func(c *gin.Context) error {
			id, err := web.PathID(c, "id")
			if err != nil {
				return err
			}
			return web.WriteJSON(c, http.StatusOK, []string{what, id.String()})
		}
	}
	for _, suffix := range []string{".csv", "", ".pdf"} {
		access := web.Viewer
		if suffix == ".pdf" {
			access = web.Owner
		}
		e.Route(web.Route{Method: http.MethodGet, Path: "/orders/:id" + suffix, Access: access, Handler: say("order" + suffix)})
	}
	e.Route(web.Route{Method: http.MethodGet, Path: "/only/:id.json", Access: web.Viewer, Handler: say("only")})
	e.Route(web.Route{Method: http.MethodGet, Path: "/orders/new", Access: web.Viewer, Handler: page})
	e.Route(web.Route{Method: http.MethodPost, Path: "/orders/:id/send", Access: web.Seller, Handler: say("send")})

	id := ident.New().String()
	b := webtest.New(t, e).As("viewer")
	for path, want := range map[string]string{"/orders/" + id: "order", "/orders/" + id + ".csv": "order.csv", "/only/" + id + ".json": "only"} {
		b.Get(path).Want(200).Contains(`["` + want + `","` + id + `"]`)
	}
	b.Get("/orders/" + id + ".pdf").Want(403)
	for _, path := range []string{"/orders/" + id + ".exe", "/orders/7", "/only/" + id, "/orders/" + strings.ToUpper(id), "/orders/" + id + "/"} {
		b.Get(path).Want(404)
	}
	b.Get("/orders/new").Want(200)
	if got := b.Send(http.MethodHead, "/orders/"+id+".csv", "", nil).Status; got != 200 {
		t.Errorf("HEAD answers %d", got)
	}
	webtest.New(t, e).As("seller").PostForm("/orders/"+id+"/send", nil).Want(200)
}

func TestRoutesListThePolicy(t *testing.T) {
	e, _ := build(t)
	e.Route(web.Route{Method: http.MethodPost, Path: "/orders/:id/lines/:line.json", Access: web.Seller, Handler: page})
	seen := map[string]bool{}
	for _, r := range e.Routes() {
		if r.Access == "" || r.Body == "" || r.Handler == nil {
			t.Errorf("%s %s has no whole policy: %+v", r.Method, r.Path, r)
		}
		seen[r.Method+" "+r.Path] = true
	}
	for _, want := range []string{"GET /healthz", "GET /readyz", "GET /page", "POST /form", "POST /orders/:id/lines/:line.json"} {
		if !seen[want] {
			t.Errorf("%s is not in the table", want)
		}
	}
	last := e.Routes()[len(e.Routes())-1]
	if got := strings.Join(last.Params(), ","); got != "id,line" || last.Body != web.Form {
		t.Errorf("parameters %q, body %q", got, last.Body)
	}
}

func TestARouteWithoutAPolicyDoesNotStart(t *testing.T) {
	whole := web.Route{Method: http.MethodGet, Path: "/x", Access: web.Public, Handler: page}
	for name, change := range map[string]func(*web.Route){
		"no access":     func(r *web.Route) { r.Access = "" },
		"other access":  func(r *web.Route) { r.Access = "admin" },
		"no handler":    func(r *web.Route) { r.Handler = nil },
		"no slash":      func(r *web.Route) { r.Path = "x" },
		"method":        func(r *web.Route) { r.Method = "get" },
		"body":          func(r *web.Route) { r.Body = "xml" },
		"GET with body": func(r *web.Route) { r.Body = web.Form },
		"twice":         func(r *web.Route) { r.Path = "/page" },
	} {
		t.Run(name, func(t *testing.T) {
			e, _ := build(t)
			r := whole
			change(&r)
			defer func() {
				if recover() == nil {
					t.Error("it was accepted")
				}
			}()
			e.Route(r)
		})
	}
}

// listen serves the engine on a real socket and returns its address and a way
// to stop it that reports what Run returned.
func listen(t *testing.T, e *web.Engine) (addr string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx, l) }()
	stop = func() error { cancel(); return <-ended }
	t.Cleanup(cancel)
	return l.Addr().String(), stop
}

func TestStopLetsOpenRequestsEnd(t *testing.T) {
	e, _ := build(t)
	inside, free := make(chan struct{}), make(chan struct{})
	e.Route(web.Route{Method: http.MethodGet, Path: "/wait", Access: web.Public, Handler: func(c *gin.Context) error {
		close(inside)
		<-free
		if err := c.Request.Context().Err(); err != nil {
			return err
		}
		return web.WriteJSON(c, http.StatusOK, "whole")
	}})
	addr, stop := listen(t, e)
	answer := make(chan string, 1)
	go func() {
		r, err := http.Get("http://" + addr + "/wait")
		if err != nil {
			answer <- err.Error()
			return
		}
		body, _ := io.ReadAll(r.Body)
		_ = r.Body.Close()
		answer <- string(body)
	}()
	<-inside
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	// The listener closes first; from then on nobody new gets in.
	for {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			break
		}
		_ = c.Close()
		time.Sleep(time.Millisecond)
	}
	webtest.New(t, e).Get("/readyz").Want(503)
	close(free)
	if got := <-answer; got != "\"whole\"\n" {
		t.Errorf("the open request got %q", got)
	}
	if err := <-stopped; err != nil {
		t.Errorf("Run = %v", err)
	}
}

func TestStopCutsWhatNeverEnds(t *testing.T) {
	e, _ := build(t, func(cfg *web.Config) { cfg.DrainTimeout = time.Millisecond })
	inside, free := make(chan struct{}), make(chan struct{})
	defer close(free)
	e.Route(web.Route{Method: http.MethodGet, Path: "/hang", Access: web.Public, Handler: func(*gin.Context) error {
		close(inside)
		<-free
		return nil
	}})
	addr, stop := listen(t, e)
	go func() {
		if r, err := http.Get("http://" + addr + "/hang"); err == nil {
			_ = r.Body.Close()
		}
	}()
	<-inside
	if err := stop(); err == nil {
		t.Error("Run says that all requests ended")
	}
}

func TestHugeHeadersAreRefused(t *testing.T) {
	e, _ := build(t)
	addr, stop := listen(t, e)
	for size, want := range map[int]int{8 << 10: 200, 17 << 10: 431} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+"/public", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Long", strings.Repeat("a", size))
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%d bytes of header: %d, want %d", size, answer.StatusCode, want)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

package web_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/web"
)

// BenchmarkMiddleware is what every request costs before its handler: id, log,
// headers, language, origin, session, form. The answer is two bytes.
func BenchmarkMiddleware(b *testing.B) {
	e := web.New(web.Config{Now: time.Now, Log: slog.New(slog.DiscardHandler), Auth: sessions})
	e.Route(web.Route{Method: http.MethodGet, Path: "/x", Access: web.Viewer, Handler: func(c *gin.Context) error {
		return web.WriteJSON(c, http.StatusOK, 1)
	}})
	r := httptest.NewRequest(http.MethodGet, "/x?q=1", nil)
	r.Header.Set("Accept-Language", "zh-CN,zh;q=0.9,en-GB;q=0.8,en;q=0.7")
	r.Header.Set("Accept-Encoding", "gzip, deflate, br")
	r.AddCookie(&http.Cookie{Name: "buhuo", Value: "seller"})
	b.ReportAllocs()
	for b.Loop() {
		e.ServeHTTP(httptest.NewRecorder(), r)
	}
}

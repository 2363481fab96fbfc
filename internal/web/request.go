package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// request is what the middleware learns about one request.
type request struct {
	engine  *Engine
	id      string
	lang    i18n.Lang
	route   *Route
	scope   tenant.Scope
	session Session
	member  bool // scope and session are set
	form    *Values
	text    string // "large", "normal" or no choice
	scheme  string // "light", "dark" or no choice
	err     error  // why it was refused, for the log
}

const requestKey = "buhuo.request"

// of returns the state that observe put there; without it the engine is not
// the one that runs, which is a programming error.
func of(c *gin.Context) *request {
	return c.MustGet(requestKey).(*request)
}

// observe gives the request its id, turns a panic into a page and writes one
// line of log: no query, no form value, no address of a share link.
func (e *Engine) observe(c *gin.Context) {
	started := e.cfg.Now()
	s := &request{engine: e, id: ident.New().String(), lang: i18n.Langs()[0]}
	c.Set(requestKey, s)
	c.Request = c.Request.WithContext(tenant.WithRequest(c.Request.Context(), s.id))
	c.Header("X-Request-Id", s.id)
	defer e.conclude(c, s, started)
	c.Next()
}

// conclude recovers, answers when nothing was answered, and logs.
func (e *Engine) conclude(c *gin.Context, s *request, started time.Time) {
	if p := recover(); p != nil {
		if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(p)
		}
		e.cfg.Log.Error("panic", "request", s.id, "panic", p, "stack", string(debug.Stack()))
		if c.Writer.Written() {
			s.err = errPanic
			e.log(c, s, started)
			panic(http.ErrAbortHandler) // half a page must not look whole
		}
		failSafely(c, errPanic)
	}
	e.log(c, s, started)
}

var errPanic = errors.New("panic")

func (e *Engine) log(c *gin.Context, s *request, started time.Time) {
	path := "-"
	if s.route != nil {
		path = s.route.Path
	}
	status, took := c.Writer.Status(), e.cfg.Now().Sub(started)
	if e.cfg.Observed != nil {
		e.cfg.Observed(knownMethod(c.Request.Method), path, status, took)
	}
	attrs := []slog.Attr{
		slog.String("request", s.id),
		slog.String("method", knownMethod(c.Request.Method)),
		slog.String("route", path),
		slog.Int("status", status),
		slog.Int("bytes", max(c.Writer.Size(), 0)),
		slog.Duration("took", took),
		slog.String("from", c.RemoteIP()),
	}
	if s.member {
		attrs = append(attrs, slog.Int64("shop", int64(s.scope.Shop)), slog.String("person", s.scope.Person.String()))
	}
	if s.err != nil {
		attrs = append(attrs, slog.String("error", s.err.Error()))
	}
	e.cfg.Log.LogAttrs(context.WithoutCancel(c.Request.Context()), logLevel(status, path), "request", attrs...)
}

func logLevel(status int, path string) slog.Level {
	switch {
	case status == http.StatusServiceUnavailable: // busy, or the client went away
		return slog.LevelWarn
	case status >= 500:
		return slog.LevelError
	case strings.HasPrefix(path, "/static/") || path == "/healthz" || path == "/readyz":
		return slog.LevelDebug
	default:
		return slog.LevelInfo
	}
}

// knownMethod keeps what a stranger sends as a method out of the log.
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// Scope is the shop and person of the request; false on a public page without
// a session.
func Scope(c *gin.Context) (tenant.Scope, bool) {
	s := of(c)
	return s.scope, s.member
}

// RequestID is the id under which the request stands in the log.
func RequestID(c *gin.Context) string { return of(c).id }

// Lang is the language of the answer.
func Lang(c *gin.Context) i18n.Lang { return of(c).lang }

// Printer writes in the language of the answer.
func Printer(c *gin.Context) *i18n.Printer { return i18n.For(of(c).lang) }

// Now is the engine's clock.
func Now(c *gin.Context) time.Time { return of(c).engine.cfg.Now() }

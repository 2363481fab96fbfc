package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// Check is one thing that must work before traffic is welcome. Its name is
// shown, its error only logged.
type Check struct {
	Name string
	Run  func(ctx context.Context) error
}

const (
	healthPath   = "/healthz"
	checkTimeout = 2 * time.Second
)

func (e *Engine) mountHealth() {
	e.Route(Route{Method: http.MethodGet, Path: healthPath, Access: Public, Handler: func(c *gin.Context) error {
		writePlain(c, http.StatusOK, "ok")
		return nil
	}})
	e.Route(Route{Method: http.MethodGet, Path: "/readyz", Access: Public, Handler: e.ready})
}

// ready answers 200 when every check passes and the server is not stopping.
func (e *Engine) ready(c *gin.Context) error {
	ctx, cancel := context.WithTimeout(c.Request.Context(), checkTimeout)
	defer cancel()
	var bad []string
	if e.draining.Load() {
		bad = append(bad, "stopping")
	}
	for _, check := range e.cfg.Ready {
		if err := check.Run(ctx); err != nil {
			e.cfg.Log.Warn("not ready", "check", check.Name, "error", err.Error())
			bad = append(bad, check.Name)
		}
	}
	if len(bad) > 0 {
		c.Header("Retry-After", "5")
		writePlain(c, http.StatusServiceUnavailable, "not ready: "+strings.Join(bad, ", "))
		return nil
	}
	writePlain(c, http.StatusOK, "ready")
	return nil
}

// mountStatic serves the embedded files; the handler sees the
// whole path and sets its own caching.
func (e *Engine) mountStatic(h http.Handler) {
	e.Route(Route{Method: http.MethodGet, Path: "/static/*path", Access: Public, Handler: func(c *gin.Context) error {
		c.Writer.Header().Del("Content-Language")
		h.ServeHTTP(c.Writer, c.Request)
		return nil
	}})
}

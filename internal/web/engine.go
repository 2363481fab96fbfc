// Package web is the plumbing between HTTP and the areas: one engine with its
// time-outs and middleware, the table of routes with their policy, sessions,
// forms, answers and the one place that turns faults into pages. It knows no
// area: handlers live beside the areas and reach it through Route.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/klauspost/compress/gzhttp"
)

// Limits and time-outs of the server. A slow phone on a village line gets its
// answer; a client that only holds a connection open does not keep it.
const (
	// net/http reads 4 KiB more than it is told, so this is 16 KiB of headers.
	maxHeaderBytes    = 12 << 10
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 2 * time.Minute

	defaultRequestTimeout = 20 * time.Second
	defaultImportTimeout  = 5 * time.Minute
	defaultDrainTimeout   = 20 * time.Second
	defaultMaxInFlight    = 256
	// maxImports bounds the uploads at work: each may hold memory and a slow line.
	maxImports = 8
)

// Config is what an engine is made of. Only Now and Log are required; without
// Auth every route that needs a person answers as if nobody were logged in.
type Config struct {
	Now    func() time.Time
	Log    *slog.Logger
	Auth   Authenticator
	Static http.Handler // serves /static/…, sees the whole path
	Ready  []Check      // what /readyz asks

	// Observed hears of every answer: its route as it is declared ("-" for none), its
	// status and how long it took. nil: nobody listens.
	Observed func(method, route string, status int, took time.Duration)

	// Secure says that people reach the program over TLS, even when a proxy
	// in front ends it: cookies get __Host- and Secure, answers get HSTS.
	Secure bool
	// Demo marks every page as a demonstration.
	Demo bool

	MaxInFlight    int           // requests at once before 503; 0 = 256
	RequestTimeout time.Duration // life of a request's context; 0 = 20 s
	ImportTimeout  time.Duration // the same on Import routes; 0 = 5 min
	DrainTimeout   time.Duration // how long Run waits for open requests; 0 = 20 s
}

// Engine is the HTTP side of the program. Add every route before Run.
type Engine struct {
	cfg      Config
	gin      *gin.Engine
	handler  http.Handler
	csrf     *http.CrossOriginProtection
	slots    chan struct{}
	imports  chan struct{}
	routes   []Route
	suffixes map[string]suffixes
	draining atomic.Bool
	matches  matches
}

// New builds an engine that serves /healthz, /readyz and, when given, /static/.
func New(cfg Config) *Engine {
	gin.SetMode(gin.ReleaseMode)
	e := &Engine{
		cfg:      withDefaults(cfg),
		gin:      gin.New(),
		csrf:     http.NewCrossOriginProtection(),
		suffixes: map[string]suffixes{},
	}
	e.slots = make(chan struct{}, e.cfg.MaxInFlight)
	e.imports = make(chan struct{}, maxImports)
	e.gin.RedirectTrailingSlash = false // gin would answer past the middleware
	e.gin.HandleMethodNotAllowed = true
	e.gin.ForwardedByClientIP = false
	_ = e.gin.SetTrustedProxies(nil) // nil cannot fail to parse
	e.gin.Use(e.observe, e.admit, e.secureHeaders, e.chooseLanguage, e.chooseAppearance, e.refuseForeign)
	e.gin.NoRoute(e.notFound)
	e.gin.NoMethod(e.methodNotAllowed)
	e.handler = compressed(e.gin)
	e.mountHealth()
	if cfg.Static != nil {
		e.mountStatic(cfg.Static)
	}
	return e
}

func withDefaults(cfg Config) Config {
	if cfg.MaxInFlight <= 0 {
		cfg.MaxInFlight = defaultMaxInFlight
	}
	if cfg.RequestTimeout <= 0 {
		cfg.RequestTimeout = defaultRequestTimeout
	}
	if cfg.ImportTimeout <= 0 {
		cfg.ImportTimeout = defaultImportTimeout
	}
	if cfg.DrainTimeout <= 0 {
		cfg.DrainTimeout = defaultDrainTimeout
	}
	return cfg
}

// compressed adds gzip to answers worth it. The jitter blurs the length of a
// page that holds both a secret and what a stranger can make it repeat
// (BREACH); assets come compressed already and pass untouched.
func compressed(h http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.MinSize(1024),
		gzhttp.CompressionLevel(6),
		gzhttp.RandomJitter(32, 0, false),
		gzhttp.EnableZstd(false),
	)
	if err != nil {
		panic("web: gzip options: " + err.Error()) // constants above
	}
	return wrap(h)
}

// ServeHTTP answers one request, for tests and for embedding.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) { e.handler.ServeHTTP(w, r) }

// Run serves on l until ctx is done, then stops taking connections, lets the
// open requests end within DrainTimeout and returns nil. Another error means
// that serving failed or that requests had to be cut.
func (e *Engine) Run(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           e,
		MaxHeaderBytes:    maxHeaderBytes,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(e.cfg.Log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	e.draining.Store(true)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.cfg.DrainTimeout)
	defer cancel()
	err := srv.Shutdown(drain)
	if err != nil {
		err = errors.Join(err, srv.Close())
	}
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/restock"
	"buhuo/internal/shop"
)

// steps are the upper ends of the buckets in which answers are counted by how long
// they took, in seconds.
var steps = [...]float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10}

// meters count the answers of the pages by route.
type meters struct {
	mu    sync.Mutex
	pages map[page]*timing
}

type page struct {
	method, route, class string // class: "2xx"
}

type timing struct {
	within  [len(steps)]uint64 // in this bucket and none before
	n       uint64
	seconds float64
}

func (m *meters) observe(method, route string, status int, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.pages == nil {
		m.pages = map[page]*timing{}
	}
	p := page{method, route, strconv.Itoa(status/100) + "xx"}
	t := m.pages[p]
	if t == nil {
		t = &timing{}
		m.pages[p] = t
	}
	t.n++
	t.seconds += took.Seconds()
	for i, most := range steps {
		if took.Seconds() <= most {
			t.within[i]++
			break
		}
	}
}

// UseMetrics has the server answer /metrics on l as long as it runs, and nothing else
// there: the figures are for whoever runs the machine, not for people of a shop.
func (s *Server) UseMetrics(l net.Listener) *Server {
	s.figures = l
	return s
}

func (s *Server) serveFigures(ctx context.Context) (stop func()) {
	srv := &http.Server{Handler: s.Metrics(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, MaxHeaderBytes: 12 << 10}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := srv.Serve(s.figures); !errors.Is(err, http.ErrServerClosed) {
			s.log.ErrorContext(ctx, "the metrics are served no more", "error", err.Error())
		}
	}()
	return func() { _ = srv.Close(); <-ended }
}

// Metrics answers GET /metrics in the text format of Prometheus, version 0.0.4.
func (s *Server) Metrics() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		text, err := s.tell(r.Context())
		if err != nil {
			s.log.Error("metrics", "error", err.Error())
			http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = io.WriteString(w, text)
	})
	return mux
}

// exposition is the text as it grows.
type exposition struct{ strings.Builder }

func (x *exposition) family(name, kind, help string) {
	fmt.Fprintf(x, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

func (x *exposition) one(name, kind, help string, value float64) {
	x.family(name, kind, help)
	x.value(name, "", value)
}

func (x *exposition) value(name, labels string, value float64) {
	x.WriteString(name + labels + " " + strconv.FormatFloat(value, 'g', -1, 64) + "\n")
}

// tell writes all figures.
func (s *Server) tell(ctx context.Context) (string, error) {
	var x exposition
	if err := s.tellWork(ctx, &x); err != nil {
		return "", err
	}
	x.one("buhuo_sales_total", "counter", "Sales and returns recorded.", float64(s.app.Sales.Recorded()))
	x.one("buhuo_writer_waiting", "gauge", "Writes that wait for the one writer of SQLite.", float64(s.app.DB.Waiting()))
	x.one("buhuo_statements_total", "counter", "SQL statements carried out.", float64(s.app.DB.Statements()))
	x.family("buhuo_job_failures", "gauge", "Failures in a row of a background job.")
	for _, j := range s.jobs.Status() {
		x.value("buhuo_job_failures", label("job", j.Name), float64(j.Failures))
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	x.one("buhuo_heap_bytes", "gauge", "Memory in use on the heap.", float64(memory.HeapAlloc))
	x.one("buhuo_goroutines", "gauge", "Goroutines.", float64(runtime.NumGoroutine()))
	s.meters.tell(&x)
	return x.String(), nil
}

// tellWork writes how the background work stands.
func (s *Server) tellWork(ctx context.Context, x *exposition) error {
	queue, err := s.app.Stock.Queue(ctx)
	if err != nil {
		return err
	}
	waiting, oldest, now := 0, 0.0, day.At(s.app.now())
	for _, q := range queue {
		waiting += q.Marks
		oldest = max(oldest, float64(now-q.Oldest)/1e6)
	}
	x.one("buhuo_queue_products", "gauge", "Products that wait to be worked out again, over all shops.", float64(waiting))
	x.one("buhuo_queue_oldest_seconds", "gauge", "How long the oldest of them has waited.", oldest)
	shops, err := s.app.Shop.Shops(ctx)
	if err != nil {
		return err
	}
	x.family("buhuo_shop_failures", "gauge", "Failures in a row of the background work of a shop.")
	for _, in := range shops {
		w, err := s.app.Restock.Work(shop.Acting(ctx, in))
		if err != nil {
			return err
		}
		x.value("buhuo_shop_failures", label("shop", in.Slug), float64(w.Failures))
	}
	tally := s.app.Restock.Tally()
	kinds := []restock.RunKind{restock.Everything, restock.Marked}
	x.family("buhuo_runs_total", "counter", "Runs of the background work: all products of a shop, or those that changed.")
	for _, k := range kinds {
		x.value("buhuo_runs_total", label("kind", string(k)), float64(tally.Runs[k]))
	}
	x.family("buhuo_run_failures_total", "counter", "Those that failed.")
	for _, k := range kinds {
		x.value("buhuo_run_failures_total", label("kind", string(k)), float64(tally.Failures[k]))
	}
	x.family("buhuo_run_seconds_total", "counter", "Time spent in them.")
	for _, k := range kinds {
		x.value("buhuo_run_seconds_total", label("kind", string(k)), tally.Seconds[k])
	}
	x.one("buhuo_run_products_total", "counter", "Products worked out.", float64(tally.Products))
	return nil
}

func (m *meters) tell(x *exposition) {
	const name = "buhuo_http_request_duration_seconds"
	x.family(name, "histogram", "Answers by route and class of status, by how long they took.")
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range slices.SortedFunc(maps.Keys(m.pages), page.compare) {
		t, of := m.pages[p], []string{"method", p.method, "route", p.route, "class", p.class}
		sum := uint64(0)
		for i, most := range steps {
			sum += t.within[i]
			x.value(name+"_bucket", label(append(of, "le", strconv.FormatFloat(most, 'g', -1, 64))...), float64(sum))
		}
		x.value(name+"_bucket", label(append(of, "le", "+Inf")...), float64(t.n))
		x.value(name+"_sum", label(of...), t.seconds)
		x.value(name+"_count", label(of...), float64(t.n))
	}
}

func (p page) compare(o page) int {
	return cmp.Or(cmp.Compare(p.route, o.route), cmp.Compare(p.method, o.method), cmp.Compare(p.class, o.class))
}

var quoted = strings.NewReplacer("\\", "\\\\", "\"", "\\\"", "\n", "\\n")

// label writes names and values in turn.
func label(pairs ...string) string {
	var b strings.Builder
	before := "{"
	for i := 0; i+1 < len(pairs); i += 2 {
		b.WriteString(before + pairs[i] + "=\"" + quoted.Replace(pairs[i+1]) + "\"")
		before = ","
	}
	return b.String() + "}"
}

package app_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"buhuo/internal/app"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/sales"
	"buhuo/internal/webtest"
)

// TestMetrics: the figures stand on a listener of their own and count what happened.
func TestMetrics(t *testing.T) {
	a := app.Wire(dbtest.SQLite(t), atNoon)
	mine := fill(t, a, "alpha", "")
	server := a.Server(app.Config{}, slog.New(slog.DiscardHandler), "")
	b := webtest.New(t, server.Handler())
	b.Get("/login").Want(http.StatusOK)
	b.Get("/login").Want(http.StatusOK)
	b.Get("/metrics").Want(http.StatusNotFound) // people of a shop do not get there
	sold := a.Sales.Recorded()
	_, _, _, err := a.Sales.Record(mine.ctx, sales.Request{ClientID: ident.New(), Lines: []sales.RequestLine{{ProductID: mine.ids["product"], Quantity: 1000}}})
	must(t, err)

	figures, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	pages, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	running := a.Server(app.Config{}, slog.New(slog.DiscardHandler), "").UseMetrics(figures)
	go func() { ended <- running.Run(ctx, pages) }()
	answer, err := http.Get("http://" + figures.Addr().String() + "/metrics")
	must(t, err)
	text, err := io.ReadAll(answer.Body)
	must(t, err)
	must(t, answer.Body.Close())
	if answer.StatusCode != http.StatusOK || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Errorf("%d, %s", answer.StatusCode, answer.Header.Get("Content-Type"))
	}
	stop()
	must(t, <-ended)
	if _, err := http.Get("http://" + figures.Addr().String() + "/metrics"); err == nil {
		t.Error("the figures are served although the program has stopped")
	}
	if a.Sales.Recorded() != sold+1 || !strings.Contains(string(text), "buhuo_sales_total ") {
		t.Errorf("%d sales, before %d", a.Sales.Recorded(), sold)
	}
	own := figuresOf(t, server)
	for _, want := range []string{
		`buhuo_http_request_duration_seconds_count{method="GET",route="/login",class="2xx"} 2`,
		`buhuo_http_request_duration_seconds_bucket{method="GET",route="/login",class="2xx",le="+Inf"} 2`,
		`buhuo_shop_failures{shop="alpha"} 0`, `buhuo_runs_total{kind="all"} `, `buhuo_queue_products `, `buhuo_queue_oldest_seconds `, `buhuo_writer_waiting 0`,
	} {
		if !strings.Contains(own, want) {
			t.Errorf("%q is not told:\n%s", want, own)
		}
	}
	checkExposition(t, own)
}

// figuresOf reads a server's figures.
func figuresOf(t *testing.T, s *app.Server) string {
	t.Helper()
	return string(webtest.New(t, s.Metrics()).Get("/metrics").Want(http.StatusOK).Body)
}

var sample = regexp.MustCompile(`^([a-z_]+)(\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z]+="(?:[^"\\\n]|\\["\\n])*")*\})? (NaN|[+-]?(?:Inf|[0-9.e+-]+))$`)

// checkExposition holds the text against the format: every line a remark or a sample,
// each family announced once before its samples, no sample twice.
func checkExposition(t *testing.T, text string) {
	t.Helper()
	family, seen, announced := "", map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			family, _, _ = strings.Cut(rest, " ")
			if announced[family] {
				t.Errorf("%s is announced twice", family)
			}
			announced[family] = true
			continue
		}
		if strings.HasPrefix(line, "# HELP ") {
			continue
		}
		m := sample.FindStringSubmatch(line)
		if m == nil || !strings.HasPrefix(m[1], family) || seen[m[1]+m[2]] {
			t.Errorf("not a sample of %s, or told twice: %s", family, line)
			continue
		}
		seen[m[1]+m[2]] = true
	}
}

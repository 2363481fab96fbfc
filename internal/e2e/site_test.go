package e2e_test

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/db"
	"buhuo/internal/demo"
	"buhuo/internal/web"
)

// site is the program as `buhuo serve` runs it, background work included, on an
// address of its own.
type site struct {
	Base   string
	App    *app.App
	Routes []web.Route
}

// slow skips what `make check` leaves out; `make test` and CI run it.
func slow(t *testing.T) {
	t.Helper()
	if os.Getenv("BUHUO_FAST") != "" {
		t.Skip("browser tests are for make test")
	}
}

// start serves an empty installation until the test ends.
func start(t *testing.T) *site {
	t.Helper()
	return serve(t, t.TempDir(), app.Config{})
}

// startDemo serves a copy of the demo until the test ends.
func startDemo(t *testing.T) *site {
	t.Helper()
	made, err := demoFile()
	if err != nil {
		t.Fatalf("make the demo: %v", err)
	}
	return serveDemo(t, made, app.Config{})
}

// serveDemo serves a copy of a demo's database.
func serveDemo(t *testing.T, made []byte, c app.Config) *site {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, db.FileName), made, 0o600); err != nil {
		t.Fatal(err)
	}
	c.Demo, c.DemoLogin, c.DemoPassword = true, demo.Login, demo.Password
	return serve(t, folder, c)
}

// demoFile is the demo's database, made once a process.
var demoFile = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "demo-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // a temporary folder
	ctx := context.Background()
	a, err := app.Open(ctx, app.Config{Target: folder})
	if err != nil {
		return nil, err
	}
	loader := demo.New(demo.Services{DB: a.DB, Shop: a.Shop, Catalog: a.Catalog, Stock: a.Stock, Sales: a.Sales, Account: a.Account, Purchase: a.Purchase, Enquiry: a.Enquiry, Trade: a.Trade, Restock: a.Restock, Joint: a.Joint}, time.Now)
	if _, err := loader.Ensure(ctx, nil); err != nil {
		return nil, err
	}
	copied := filepath.Join(folder, "copy.db")
	if err := a.DB.BackupTo(ctx, copied); err != nil {
		return nil, err
	}
	if err := a.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(copied)
})

func serve(t *testing.T, folder string, c app.Config) *site {
	t.Helper()
	c.Target = folder
	a, err := app.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	noise := &errorLog{}
	server := a.Server(c, slog.New(slog.NewTextHandler(noise, &slog.HandlerOptions{Level: slog.LevelError})), "")
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the program ended with: %v", err)
		}
		if err := a.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if said := noise.String(); said != "" {
			t.Errorf("the program logged errors:\n%.4000s", said)
		}
	})
	return &site{Base: "http://" + l.Addr().String(), App: a, Routes: server.Engine().Routes()}
}

// errorLog keeps what the program logs as an error: a test that meets one fails.
type errorLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *errorLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *errorLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// sound fails unless every invariant of the stored data holds.
func (s *site) sound(t *testing.T) {
	t.Helper()
	report, err := s.App.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if report.Shops == 0 {
		t.Error("there is no shop to verify")
	}
	for _, wrong := range report.Wrong {
		t.Errorf("verify: %s", wrong)
	}
}

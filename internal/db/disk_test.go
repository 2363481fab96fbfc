package db_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	rooms "buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/webtest"
)

// till is a shop with goods, a server over it and a seller who is logged in.
type till struct {
	*webtest.Browser
	app   *app.App
	ctx   context.Context
	later *atomic.Int64 // how far the clock was moved on
}

const tillPassword = "a long enough secret"

// newTill opens for business on d; a shop that is there already is used.
func newTill(t *testing.T, d *db.DB) till {
	t.Helper()
	later := new(atomic.Int64)
	a := app.Wire(d, func() time.Time { return time.Now().Add(time.Duration(later.Load())) })
	made, err := a.Shop.BySlug(context.Background(), "till")
	if fault.KindOf(err) == fault.NotFound {
		if made, err = a.Shop.CreateShop(context.Background(), rooms.NewShop{Slug: "till", Name: "till", Timezone: "Asia/Shanghai", Currency: "CNY"}); err == nil {
			_, err = a.Shop.AddPerson(context.Background(), made.ID, rooms.NewPerson{Login: "seller", Name: "王", Password: tillPassword, Role: tenant.Seller})
			stocked(t, a, rooms.Acting(context.Background(), made))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	server := a.Server(app.Config{}, slog.New(slog.DiscardHandler), "")
	b := webtest.New(t, server.Handler())
	b.PostForm("/login", url.Values{"login": {"seller"}, "password": {tillPassword}}).Want(http.StatusSeeOther)
	return till{Browser: b, app: a, ctx: rooms.Acting(context.Background(), made), later: later}
}

// sell records one piece under a client id and gives the status.
func (s till) sell(id ident.ID) *webtest.Response {
	return s.PostForm("/sales", url.Values{"product_code": {"1001"}, "quantity": {"1"}, "unit": {"piece"}, "client_id": {id.String()}})
}

// sold counts the lines of a sale that are kept.
func (s till) sold(t *testing.T, id ident.ID) (n int64) {
	t.Helper()
	shop, err := db.Shop(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.app.DB.From(s.ctx).Raw("SELECT COUNT(*) FROM sale_lines WHERE shop_id = ? AND sale_id = ?", shop, id).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func (s till) proved(t *testing.T) {
	t.Helper()
	if r, err := s.app.Verify(context.Background()); err != nil || len(r.Wrong) > 0 {
		t.Errorf("verify: %v, %v", r.Wrong, err)
	}
}

// A COMMIT whose fsync fails is never a success: those who wait are told to come
// back, nothing more is written, reading goes on, and after a restart every
// acknowledged sale is there once, whatever the disk kept of the last.
func TestAFailedFsyncIsNeverASuccess(t *testing.T) {
	for _, kept := range []bool{false, true} {
		for k := 1; k <= 4; k++ {
			t.Run(fmt.Sprintf("commit %d, kept %v", k, kept), func(t *testing.T) {
				d := dbtest.SQLite(t)
				s := newTill(t, d)
				left := k
				if err := db.UseFaults(d, func() (before, after error) {
					if left--; left != 0 {
						return nil, nil
					}
					if kept {
						return nil, db.BrokenDisk{}
					}
					return db.BrokenDisk{}, nil
				}); err != nil {
					t.Fatal(err)
				}
				var asked, acknowledged []ident.ID
				for i := 1; i <= k+2; i++ {
					id := ident.New()
					asked = append(asked, id)
					answer := s.sell(id)
					switch {
					case i < k && answer.Status == http.StatusSeeOther:
						acknowledged = append(acknowledged, id)
					case i >= k && answer.Status == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") != "":
					default:
						t.Errorf("sale %d answers %d", i, answer.Status)
					}
				}
				if d.Failed() == nil {
					t.Error("the writer goes on")
				}
				s.later.Store(int64(20 * time.Minute)) // a visit that would be noted
				s.Get("/sales").Want(http.StatusOK)
				s.Get("/readyz").Want(http.StatusServiceUnavailable)
				path := d.Path
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
				again, err := db.OpenFile(context.Background(), path)
				if err != nil {
					t.Fatal(err)
				}
				defer again.Close()
				s = newTill(t, again)
				for _, id := range acknowledged {
					if n := s.sold(t, id); n != 1 {
						t.Errorf("an acknowledged sale is there %d times", n)
					}
				}
				for _, id := range asked { // the phone sends again what it is not sure of
					s.sell(id).Want(http.StatusSeeOther)
					if n := s.sold(t, id); n != 1 {
						t.Errorf("sent again, a sale is there %d times", n)
					}
				}
				s.proved(t)
			})
		}
	}
}

// A full disk refuses sales with 503, keeps reading, and takes them again as soon
// as there is room, without a restart.
func TestAFullDisk(t *testing.T) {
	d := dbtest.SQLite(t)
	s := newTill(t, d)
	wide := db.Installation(context.Background())
	// SQLite itself says "database or disk is full" at this many pages.
	limit := func(pages int) {
		t.Helper()
		var now int
		if err := d.Do(wide, func(ctx context.Context) error {
			return d.From(ctx).Raw(fmt.Sprintf("PRAGMA max_page_count = %d", pages)).Scan(&now).Error
		}); err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // no smaller than the file is now
	var acknowledged []ident.ID
	full := 0
	for range 400 {
		id := ident.New()
		switch answer := s.sell(id); answer.Status {
		case http.StatusSeeOther:
			acknowledged = append(acknowledged, id)
		case http.StatusServiceUnavailable:
			full++
		default:
			t.Fatalf("a sale answers %d", answer.Status)
		}
		if full == 3 {
			break
		}
	}
	if full != 3 {
		t.Fatal("the disk never filled")
	}
	s.later.Store(int64(20 * time.Minute)) // a visit that would be noted
	s.Get("/sales").Want(http.StatusOK)
	s.Get("/healthz").Want(http.StatusOK)
	if err := d.Failed(); err != nil {
		t.Errorf("a full disk ended the writer: %v", err)
	}
	limit(1 << 30)
	last := ident.New()
	s.sell(last).Want(http.StatusSeeOther)
	for _, id := range append(acknowledged, last) {
		if n := s.sold(t, id); n != 1 {
			t.Errorf("an acknowledged sale is there %d times", n)
		}
	}
	s.proved(t)
}

// A COMMIT that is refused for another reason fails everybody who waited for it,
// and nobody after.
func TestARefusedCommitFailsTheWholeBatch(t *testing.T) {
	d := dbtest.SQLite(t)
	a := shop(t, d, "a")
	var wg sync.WaitGroup
	held, in := make(chan struct{}), make(chan struct{})
	wg.Go(func() { // keeps the writer until the others wait
		_ = d.Do(a, func(context.Context) error { close(in); <-held; return nil })
	})
	<-in
	answers := make([]error, 5)
	for i := range answers {
		wg.Go(func() {
			answers[i] = d.Do(a, func(ctx context.Context) error {
				if i != 2 {
					return d.From(ctx).Create(&category{ID: ident.New(), Name: fmt.Sprint("x", i)}).Error
				}
				wide := db.Installation(ctx)
				if err := d.From(wide).Exec("PRAGMA defer_foreign_keys = 1").Error; err != nil {
					return err
				}
				return d.From(wide).Exec("INSERT INTO packs (shop_id, product_id, unit, num, den) VALUES (99, x'01', 'box', 1, 1)").Error
			})
		})
	}
	db.Waiting(d, len(answers))
	close(held)
	wg.Wait()
	for i, err := range answers {
		if fault.KindOf(err) != fault.Unavailable {
			t.Errorf("function %d of the batch was told %v", i, err)
		}
	}
	if got := names(t, a, d); len(got) != 0 {
		t.Errorf("kept %v", got)
	}
	if err := add(a, d, "after"); err != nil {
		t.Errorf("the writer did not survive: %v", err)
	}
}

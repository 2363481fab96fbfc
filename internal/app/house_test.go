package app_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"buhuo/internal/app"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/shop/shopdb"
	"buhuo/internal/tenant"
	"buhuo/internal/webtest"
)

// house is a wired program over a fresh database, with one filled shop.
type house struct {
	*app.App
	db     *db.DB
	server *app.Server
	mine   filled
}

// newHouse opens a copy of a house that was filled once.
func newHouse(t *testing.T) *house {
	t.Helper()
	one := template(t)
	path := filepath.Join(t.TempDir(), db.FileName)
	if err := os.WriteFile(path, one.file, 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := db.OpenFile(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	a := app.Wire(d, atNoon)
	return &house{App: a, db: d, mine: one.mine, server: a.Server(app.Config{PublicURL: linkBase, Key: linkKey}, slog.New(slog.DiscardHandler), "")}
}

type templateHouse struct {
	mine filled
	file []byte
}

var (
	templateOnce sync.Once
	templateMade templateHouse
)

func template(t *testing.T) templateHouse {
	t.Helper()
	templateOnce.Do(func() {
		d := dbtest.SQLite(t)
		templateMade.mine = fill(t, app.Wire(d, atNoon), "alpha", "")
		path := filepath.Join(t.TempDir(), "filled.db")
		if err := d.BackupTo(context.Background(), path); err != nil {
			t.Fatal(err)
		}
		var err error
		if templateMade.file, err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	})
	if templateMade.file == nil {
		t.Fatal("the filled house could not be made")
	}
	return templateMade
}

func (h *house) login(t *testing.T, role tenant.Role) *webtest.Browser {
	t.Helper()
	return login(t, h.server.Handler(), "alpha-"+string(role), "alpha")
}

func (h *house) snapshot(t *testing.T) map[string]string {
	t.Helper()
	return snapshot(t, h.db, h.mine.shop.ID)
}

func login(t *testing.T, h http.Handler, name, slug string) *webtest.Browser {
	t.Helper()
	b := webtest.New(t, h)
	b.PostForm("/login", url.Values{"login": {name}, "password": {secret(slug)}}).Want(http.StatusSeeOther)
	return b
}

// removeMember takes a person out of the shop, as the command line does.
func (h *house) removeMember(login string) error {
	store := shopdb.New(h.db)
	person, err := store.PersonByLogin(h.mine.ctx, login)
	if err != nil {
		return err
	}
	return h.db.Do(h.mine.ctx, func(ctx context.Context) error { return store.DeleteMembership(ctx, h.mine.shop.ID, person.ID) })
}

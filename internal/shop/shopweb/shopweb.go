// Package shopweb shows and takes the pages of the shop area: the first start, the
// login, the settings of a shop and of a person. It turns what people type into the
// area's values and the area's answers into words; it must not know a rule of the
// area, nor a table.
package shopweb

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
)

// Handlers are the pages of the area.
type Handlers struct {
	shop                    *shop.Service
	setupToken              string
	demoLogin, demoPassword string
	subjects                Subjects // nil: things are known by their ids only
}

// New makes the pages. setupToken is the code printed at the first start, which
// /setup asks for; it is empty where only the machine itself can reach the program.
func New(s *shop.Service, setupToken string) *Handlers {
	return &Handlers{shop: s, setupToken: setupToken}
}

// Demo makes them the pages of a demonstration: the login page shows how to log
// in, and nobody can change the password that all visitors share.
func (h *Handlers) Demo(login, password string) *Handlers {
	h.demoLogin, h.demoPassword = login, password
	return h
}

func (h *Handlers) demo() bool { return h.demoLogin != "" }

// Routes adds the pages to the engine.
func (h *Handlers) Routes(e *web.Engine) {
	for _, r := range []web.Route{
		{Method: http.MethodGet, Path: "/setup", Access: web.Public, Handler: h.setupForm},
		{Method: http.MethodPost, Path: "/setup", Access: web.Public, Handler: h.setUp},
		{Method: http.MethodGet, Path: "/login", Access: web.Public, Handler: h.loginForm},
		{Method: http.MethodPost, Path: "/login", Access: web.Public, Handler: h.login},
		{Method: http.MethodPost, Path: "/logout", Access: web.Public, Handler: h.logout},
		{Method: http.MethodGet, Path: "/settings", Access: web.AnyMember, Handler: h.settingsForm},
		{Method: http.MethodPost, Path: "/settings", Access: web.Owner, Handler: h.saveSettings},
		{Method: http.MethodPost, Path: "/settings/appearance", Access: web.AnyMember, Handler: h.saveAppearance},
		{Method: http.MethodPost, Path: "/settings/shop", Access: web.AnyMember, Handler: h.switchShop},
		{Method: http.MethodGet, Path: "/settings/password", Access: web.AnyMember, Handler: h.passwordForm},
		{Method: http.MethodPost, Path: "/settings/password", Access: web.AnyMember, Handler: h.changePassword},
		{Method: http.MethodGet, Path: "/settings/sessions", Access: web.AnyMember, Handler: h.sessions},
		{Method: http.MethodPost, Path: "/settings/sessions/:id/end", Access: web.AnyMember, Handler: h.endSession},
		{Method: http.MethodGet, Path: auditPath, Access: web.Owner, Handler: h.audit},
		{Method: http.MethodGet, Path: auditPath + ".csv", Access: web.Owner, Handler: h.auditCSV},
		{Method: http.MethodGet, Path: "/settings/team", Access: web.Owner, Handler: h.team},
		{Method: http.MethodPost, Path: "/settings/team", Access: web.Owner, Handler: h.addMember},
		{Method: http.MethodPost, Path: "/settings/team/:id/role", Access: web.Owner, Handler: h.setRole},
		{Method: http.MethodPost, Path: "/settings/team/:id/access", Access: web.Owner, Handler: h.setAccess},
		{Method: http.MethodGet, Path: "/settings/team/:id/password", Access: web.Owner, Handler: h.resetForm},
		{Method: http.MethodPost, Path: "/settings/team/:id/password", Access: web.Owner, Handler: h.resetPassword},
	} {
		e.Route(r)
	}
}

// Authenticator tells the engine whose session a cookie is.
func Authenticator(s *shop.Service) web.Authenticator { return authenticator{s} }

type authenticator struct{ shop *shop.Service }

// Authenticate implements web.Authenticator. The token of a session that was
// extended is sent again, so that the browser keeps it longer too.
func (a authenticator) Authenticate(ctx context.Context, token string) (tenant.Scope, web.Session, error) {
	active, err := a.shop.Authenticate(ctx, token)
	if err != nil {
		return tenant.Scope{}, web.Session{}, err
	}
	s := web.Session{ID: active.ID, Expires: active.Expires, LargeText: active.LargeText}
	if active.Extended {
		s.Rotated = token
	}
	return active.Scope, s, nil
}

// The longest texts that the forms take: characters of a line, bytes of a password.
const (
	maxLine   = 200
	maxSecret = 2048
)

// A browser that logged in keeps a word by which it is known the next time, so
// that nobody else's wrong passwords slow it down.
const (
	deviceCookie = "device"
	deviceLife   = 365 * 24 * time.Hour
)

// device is the word that the browser keeps, or a new one.
func device(c *gin.Context) (string, error) {
	if known := web.Kept(c, deviceCookie); known != "" {
		return known, nil
	}
	return shop.NewDevice()
}

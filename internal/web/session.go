package web

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// Session is what a page may know of the session it is read in.
type Session struct {
	ID      ident.ID  // names the session in lists; not the secret
	Expires time.Time // when the cookie ends at the latest
	// Rotated is a new token that replaces the old one; empty when it stays.
	Rotated string
	// LargeText is the person's choice of large letters.
	LargeText bool
}

// Authenticator tells whose session a token is. No valid session is a fault
// of kind Unauthenticated; every other error is a failure to find out.
type Authenticator interface {
	Authenticate(ctx context.Context, token string) (tenant.Scope, Session, error)
}

// errNoSession is the answer to nobody.
var errNoSession = fault.New(fault.Unauthenticated, "web.no_session")

// maxToken is far more than a token needs; longer ones are not looked up.
const maxToken = 256

// authenticate reads the session cookie into s and the request's context.
func (e *Engine) authenticate(c *gin.Context, s *request) error {
	token := SessionToken(c)
	if token == "" || e.cfg.Auth == nil {
		return errNoSession
	}
	scope, session, err := e.cfg.Auth.Authenticate(c.Request.Context(), token)
	if err != nil {
		if fault.KindOf(err) == fault.Unauthenticated {
			return errNoSession.WithCause(err)
		}
		return err
	}
	if session.Rotated != "" {
		StartSession(c, session.Rotated, session.Expires)
	}
	e.languageOfPerson(c, s, scope.Lang)
	scope.Lang, scope.Request = string(s.lang), s.id
	s.scope, s.session, s.member = scope, session, true
	c.Request = c.Request.WithContext(tenant.With(c.Request.Context(), scope))
	return nil
}

// secure reports whether the person's side of the connection is TLS.
func secure(c *gin.Context) bool {
	return of(c).engine.cfg.Secure || c.Request.TLS != nil
}

// cookieName: the __Host- prefix makes the browser itself refuse a cookie that
// another host or a plain page tries to plant, but it needs TLS, which a
// village LAN does not have.
func cookieName(c *gin.Context) string {
	if secure(c) {
		return "__Host-buhuo"
	}
	return "buhuo"
}

// SessionToken is the secret in the session cookie; "" when there is none.
func SessionToken(c *gin.Context) string {
	ck, err := c.Request.Cookie(cookieName(c))
	if err != nil || len(ck.Value) > maxToken {
		return ""
	}
	return ck.Value
}

// SessionOf is the session of the request; false when nobody is logged in.
func SessionOf(c *gin.Context) (Session, bool) {
	s := of(c)
	return s.session, s.member
}

// StartSession sends the session cookie.
func StartSession(c *gin.Context, token string, expires time.Time) {
	setCookie(c, &http.Cookie{
		Name: cookieName(c), Value: token,
		Expires: expires, MaxAge: max(1, int(expires.Sub(Now(c))/time.Second)),
	})
}

// EndSession takes the session cookie back.
func EndSession(c *gin.Context) {
	setCookie(c, &http.Cookie{Name: cookieName(c), MaxAge: -1})
}

// setCookie adds what holds for every cookie of the program.
func setCookie(c *gin.Context, ck *http.Cookie) {
	ck.Path = "/"
	ck.HttpOnly = true
	ck.Secure = secure(c)
	ck.SameSite = http.SameSiteLaxMode
	http.SetCookie(c.Writer, ck)
}

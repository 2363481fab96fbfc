package shopweb

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/shop"
	"buhuo/internal/web"
	shopview "buhuo/views/shop"
)

// loginForm is the way in; as long as nobody can log in it leads to the first start.
func (h *Handlers) loginForm(c *gin.Context) error {
	next := web.SafeNext(c.Query("next"))
	if _, in := web.Scope(c); in {
		return web.Redirect(c, next)
	}
	some, err := h.shop.HasPerson(c.Request.Context())
	if err != nil {
		return err
	}
	if !some {
		return web.Redirect(c, "/setup")
	}
	return h.loginPage(c, http.StatusOK, next)
}

func (h *Handlers) login(c *gin.Context) error {
	f := web.FormOf(c)
	known, err := device(c)
	if err != nil {
		return err
	}
	in := shop.Credentials{
		Login: f.Required("login", maxLine), Password: f.Secret("password", maxSecret),
		Address: c.RemoteIP(), Agent: c.Request.UserAgent(), Device: known,
	}
	next := web.SafeNext(f.Value("next"))
	if f.Err() != nil {
		return h.loginPage(c, http.StatusUnprocessableEntity, next)
	}
	ctx := c.Request.Context()
	token, expires, err := h.shop.Login(ctx, in)
	switch kind := fault.KindOf(err); {
	case err == nil:
	case kind == fault.Unauthenticated, kind == fault.TooMany:
		f.Add("password", err)
		retryAfter(c, err)
		return h.loginPage(c, web.Status(err), next)
	default:
		return err
	}
	if err := h.shop.Logout(ctx, web.SessionToken(c)); err != nil {
		return err
	}
	web.Keep(c, deviceCookie, known, deviceLife)
	web.StartSession(c, token, expires)
	return web.Redirect(c, next)
}

// retryAfter says when a slowed down guesser may come back.
func retryAfter(c *gin.Context, err error) {
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.TooMany {
		return
	}
	for _, a := range e.Args {
		if seconds, ok := a.Value.(int); ok && a.Name == "seconds" {
			c.Header("Retry-After", strconv.Itoa(seconds))
		}
	}
}

func (h *Handlers) loginPage(c *gin.Context, status int, next string) error {
	f, chrome := web.FormOf(c), web.Chrome(c)
	chrome.Title = chrome.T.T("shop.login_title")
	if next == "/" {
		next = ""
	}
	return web.Render(c, status, shopview.Login(shopview.LoginPage{
		Chrome: chrome, Next: next,
		Login: f.Value("login"), LoginError: f.Sentence("login"), PasswordError: f.Sentence("password"),
		DemoLogin: h.demoLogin, DemoPassword: h.demoPassword,
	}))
}

// logout ends the session on the server and takes the cookie back; without a
// session there is nothing to do.
func (h *Handlers) logout(c *gin.Context) error {
	if token := web.SessionToken(c); token != "" {
		if err := h.shop.Logout(c.Request.Context(), token); err != nil {
			return err
		}
	}
	web.EndSession(c)
	return web.Redirect(c, "/login")
}

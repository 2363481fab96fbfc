package shopweb

import (
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/shop"
	"buhuo/internal/web"
	"buhuo/views/layout"
	shopview "buhuo/views/shop"
	"buhuo/views/ui"
)

type session struct {
	token   string
	expires time.Time
}

// saveAppearance keeps language and letter size for the person's other devices;
// the address it leads to sets the cookies of this one.
func (h *Handlers) saveAppearance(c *gin.Context) error {
	f := web.FormOf(c)
	lang := f.Choice("language", langs()...)
	large := f.Checked("large_text")
	if err := f.Err(); err != nil {
		return err
	}
	if err := h.shop.SetAppearance(c.Request.Context(), lang, large); err != nil {
		return err
	}
	web.Flash(c, web.Good, web.Saved)
	text := "normal"
	if large {
		text = "large"
	}
	return web.Redirect(c, "/settings?lang="+lang+"&text="+text)
}

// switchShop moves the session to another shop of the person.
func (h *Handlers) switchShop(c *gin.Context) error {
	f := web.FormOf(c)
	to := f.Required("to", maxLine)
	if err := f.Err(); err != nil {
		return err
	}
	if err := h.shop.SwitchShop(c.Request.Context(), web.SessionToken(c), to); err != nil {
		return err
	}
	return web.Redirect(c, "/")
}

func (h *Handlers) passwordForm(c *gin.Context) error { return h.passwordPage(c, http.StatusOK) }

// changePassword sets a new one; every session ends, and this browser gets a new one.
func (h *Handlers) changePassword(c *gin.Context) error {
	if h.demo() {
		return fault.New(fault.Forbidden, "shop.demo_password")
	}
	f := web.FormOf(c)
	current, next := f.Secret("current", maxSecret), newSecret(f)
	var cookie session
	err := f.Err()
	if err == nil {
		cookie.token, cookie.expires, err = h.shop.ChangePassword(c.Request.Context(), current, next, c.Request.UserAgent())
	}
	switch {
	case err == nil:
		web.StartSession(c, cookie.token, cookie.expires)
		web.Flash(c, web.Good, "shop.flash_password")
		return web.Redirect(c, "/settings")
	case fault.KindOf(err) == fault.TooMany:
		f.Add("current", err)
		retryAfter(c, err)
		return h.passwordPage(c, http.StatusTooManyRequests)
	case f.Refused(err):
		return h.passwordPage(c, http.StatusUnprocessableEntity)
	}
	return err
}

func (h *Handlers) passwordPage(c *gin.Context, status int) error {
	me, err := h.shop.Me(c.Request.Context())
	if err != nil {
		return err
	}
	f, chrome := web.FormOf(c), web.Chrome(c)
	t := chrome.T
	chrome.Title, chrome.Active = t.T("shop.password_title"), layout.More
	chrome.Back = ui.Link{Href: "/settings", Text: t.T("shop.settings_title")}
	chrome.Lead = t.T("shop.password_lead")
	current := passwordField(t, "current", "shop.password_current", f)
	current.Auto = "current-password"
	next := passwordField(t, "password", "shop.password_new", f)
	next.Hint = t.T("shop.password_hint")
	return web.Render(c, status, shopview.Password(shopview.PasswordPage{
		Chrome: chrome, Demo: h.demo(), Login: me.Login, Current: current, Next: next, Again: passwordField(t, "again", "shop.password_again", f),
	}))
}

func (h *Handlers) sessions(c *gin.Context) error {
	list, err := h.shop.Sessions(c.Request.Context(), web.SessionToken(c))
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	t := chrome.T
	chrome.Title, chrome.Active, chrome.Lead = t.T("shop.sessions_title"), layout.More, t.T("shop.sessions_lead")
	chrome.Back = ui.Link{Href: "/settings", Text: t.T("shop.settings_title")}
	scope, _ := web.Scope(c)
	page := shopview.SessionsPage{Chrome: chrome}
	for _, s := range list {
		page.Rows = append(page.Rows, sessionRow(t, s, scope.Zone))
	}
	return web.Render(c, http.StatusOK, shopview.Sessions(page))
}

func sessionRow(t *i18n.Printer, s shop.Listed, zone *time.Location) shopview.SessionRow {
	at := func(m day.Micros) string { return t.DateTime(m.Time().In(zone)) }
	icon, name := deviceName(t, s.Agent)
	return shopview.SessionRow{
		ID: s.ID.String(), Icon: icon, Name: name, Current: s.Current,
		Seen: t.T("shop.session_seen", i18n.A("at", at(s.SeenAt))), Since: t.T("shop.session_since", i18n.A("at", at(s.CreatedAt))),
	}
}

// devices are how browsers name what they run on; the first that fits counts.
var devices = []struct{ mark, icon, key string }{
	{"iPhone", "phone", "shop.device_iphone"},
	{"iPad", "phone", "shop.device_ipad"},
	{"HarmonyOS", "phone", "shop.device_harmony"},
	{"Android", "phone", "shop.device_android"},
	{"Windows", "store", "shop.device_windows"},
	{"Macintosh", "store", "shop.device_mac"},
	{"Linux", "store", "shop.device_linux"},
}

func deviceName(t *i18n.Printer, agent string) (icon, name string) {
	for _, d := range devices {
		if strings.Contains(agent, d.mark) {
			return d.icon, t.T(d.key)
		}
	}
	return "store", t.T("shop.device_other")
}

// endSession ends one of the person's own sessions, perhaps this one.
func (h *Handlers) endSession(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	if err := h.shop.EndSession(c.Request.Context(), id); err != nil {
		return err
	}
	if s, ok := web.SessionOf(c); ok && s.ID == id {
		web.EndSession(c)
		return web.Redirect(c, "/login")
	}
	web.Flash(c, web.Good, "shop.flash_session_ended")
	return web.Redirect(c, "/settings/sessions")
}

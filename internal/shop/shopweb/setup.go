package shopweb

import (
	"crypto/subtle"
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/shop"
	"buhuo/internal/web"
	shopview "buhuo/views/shop"
	"buhuo/views/ui"
)

// The answers that a first start begins with.
const (
	defaultCurrency = "CNY"
	defaultZone     = "Asia/Shanghai"
)

// currencies and zones are what the form offers; the command line takes any.
var (
	currencies = []string{"CNY", "HKD", "MOP", "TWD", "SGD", "JPY", "EUR", "CHF", "USD"}
	zones      = []string{
		"Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Macau", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo",
		"Europe/Paris", "Europe/Zurich", "Europe/London", "America/New_York", "America/Los_Angeles", "UTC",
	}
)

func (h *Handlers) setupForm(c *gin.Context) error {
	some, err := h.shop.HasPerson(c.Request.Context())
	if err != nil {
		return err
	}
	if some {
		return web.Redirect(c, "/login")
	}
	return h.setupPage(c, http.StatusOK, c.Query("token"))
}

// setUp makes the first shop and logs its owner in.
func (h *Handlers) setUp(c *gin.Context) error {
	f := web.FormOf(c)
	token := f.Value("token")
	if !h.mayStart(token) {
		f.Add("token", fault.New(fault.Invalid, "shop.token_wrong"))
		return h.setupPage(c, http.StatusUnprocessableEntity, "")
	}
	lang := f.ChoiceOpt("language", string(web.Lang(c)), langs()...)
	made := shop.NewShop{
		Name: f.Required("name", maxLine), Currency: f.ChoiceOpt("currency", defaultCurrency, currencies...),
		Timezone: f.String("timezone", maxLine), Province: f.ChoiceOpt("province", "", shop.Provinces()...),
	}
	if made.Timezone == "" {
		made.Timezone = defaultZone
	}
	owner := shop.NewPerson{
		Name: f.String("person", maxLine), Login: f.Required("login", maxLine), Language: lang,
		Password: newSecret(f),
	}
	var cookie session
	err := f.Err()
	if err == nil {
		cookie.token, cookie.expires, err = h.shop.SetUp(c.Request.Context(), made, owner, c.Request.UserAgent())
	}
	if f.Refused(err) {
		return h.setupPage(c, http.StatusUnprocessableEntity, token)
	}
	if err != nil {
		return err
	}
	web.StartSession(c, cookie.token, cookie.expires)
	web.Flash(c, web.Good, "shop.flash_set_up")
	if lang != string(web.Lang(c)) {
		return web.Redirect(c, "/import?lang="+lang)
	}
	return web.Redirect(c, "/import")
}

func (h *Handlers) mayStart(token string) bool {
	return h.setupToken == "" || subtle.ConstantTimeCompare([]byte(token), []byte(h.setupToken)) == 1
}

// newSecret is a new password typed twice.
func newSecret(f *web.Values) string {
	secret := f.Secret("password", maxSecret)
	if secret != "" && f.Value("again") != secret {
		f.Add("again", fault.New(fault.Invalid, "shop.password_differs"))
	}
	return secret
}

func (h *Handlers) setupPage(c *gin.Context, status int, token string) error {
	f, chrome := web.FormOf(c), web.Chrome(c)
	t := chrome.T
	chrome.Title, chrome.Lead = t.T("shop.setup_title"), t.T("shop.setup_lead")
	typed := func(name, otherwise string) string {
		if f.Value(name) == "" {
			return otherwise
		}
		return f.Value(name)
	}
	page := shopview.SetupPage{
		Chrome: chrome, Token: token, AskToken: h.setupToken != "" && token == "", TokenError: f.Sentence("token"),
		Language: ui.SelectModel{Name: "language", Label: t.T("shop.language"), Options: langOptions(typed("language", string(chrome.Lang)))},
		Name:     ui.FieldModel{Name: "name", Label: t.T("shop.name"), Value: f.Value("name"), Error: f.Sentence("name"), Hint: t.T("shop.name_hint"), Auto: "organization", Needed: true},
		Province: provinceSelect(t, typed("province", ""), f.Sentence("province")),
		Currency: ui.SelectModel{Name: "currency", Label: t.T("shop.currency"), Error: f.Sentence("currency"), Options: currencyOptions(t, typed("currency", defaultCurrency))},
		Zone:     ui.FieldModel{Name: "timezone", Label: t.T("shop.timezone"), Value: typed("timezone", defaultZone), Error: f.Sentence("timezone"), List: zoneOptions(t)},
		Person:   ui.FieldModel{Name: "person", Label: t.T("shop.person"), Value: f.Value("person"), Error: f.Sentence("person"), Auto: "name"},
		Login:    ui.FieldModel{Name: "login", Label: t.T("shop.login_new"), Value: f.Value("login"), Error: f.Sentence("login"), Hint: t.T("shop.login_new_hint"), Auto: "username", Needed: true},
		Password: passwordField(t, "password", "shop.password_new", f), Again: passwordField(t, "again", "shop.password_again", f),
	}
	page.Password.Hint = t.T("shop.password_hint")
	return web.Render(c, status, shopview.Setup(page))
}

// passwordField is a field for a new password; what was typed never comes back.
func passwordField(t *i18n.Printer, name, label string, f *web.Values) ui.FieldModel {
	return ui.FieldModel{Name: name, Label: t.T(label), Type: "password", Auto: "new-password", Error: f.Sentence(name), Needed: true}
}

func langs() []string {
	var out []string
	for _, l := range i18n.Langs() {
		out = append(out, string(l))
	}
	return out
}

func langOptions(chosen string) []ui.Option {
	var out []ui.Option
	for _, l := range i18n.Langs() {
		out = append(out, ui.Option{Value: string(l), Text: l.Name(), Selected: string(l) == chosen})
	}
	return out
}

func currencyOptions(t *i18n.Printer, chosen string) []ui.Option {
	var out []ui.Option
	for _, code := range currencies {
		out = append(out, ui.Option{Value: code, Text: t.T("shop.currency." + code), Selected: code == chosen})
	}
	return out
}

func zoneOptions(t *i18n.Printer) []ui.Option {
	var out []ui.Option
	for _, name := range zones {
		o := ui.Option{Value: name}
		if name == defaultZone {
			o.Text = t.T("shop.timezone_china")
		}
		out = append(out, o)
	}
	return out
}

func provinceSelect(t *i18n.Printer, chosen, wrong string) ui.SelectModel {
	m := ui.SelectModel{Name: "province", Label: t.T("shop.province"), Error: wrong}
	m.Options = append(m.Options, ui.Option{Text: t.T("shop.province_none"), Selected: chosen == ""})
	for _, code := range shop.Provinces() {
		m.Options = append(m.Options, ui.Option{Value: code, Text: t.T("shop.province." + code), Selected: code == chosen})
	}
	return m
}

package purchaseweb

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/purchase"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	purchaseviews "buhuo/views/purchase"
	"buhuo/views/ui"
)

// attached is the format that goes with a mail.
const attached = "pdf"

// mail puts the order into the queue of mails to its supplier, in his language.
func (h *Handlers) mail(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	f, ctx := web.FormOf(c), c.Request.Context()
	after, _ := f.IDOpt("after")
	if err := f.Err(); err != nil {
		return err
	}
	d, err := h.orders.Document(ctx, id, "")
	if err != nil {
		return err
	}
	letter, err := h.letter(d)
	if err != nil {
		return err
	}
	letter.After = after
	o, err := h.orders.Mail(ctx, id, letter)
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "purchase.flash_mail")
	return back(c, o)
}

// letter writes the mail of an order.
func (h *Handlers) letter(d purchase.Document) (l purchase.Letter, err error) {
	text, err := h.message(d)
	if err != nil {
		return l, err
	}
	lang, ok := i18n.ParseLang(d.Language)
	if !ok {
		lang = i18n.ZhHans
	}
	p := i18n.For(lang)
	l.Subject = p.T("purchase.mail_subject", i18n.A("shop", d.Shop), i18n.A("number", d.Order.NumberText()))
	l.Body = p.T("purchase.mail_hello", i18n.A("supplier", d.Supplier.Name)) + "\n\n" + text + "\n\n" + p.T("purchase.mail_bye") + "\n" + d.Shop + "\n"
	for _, f := range h.formats {
		if f.Name() != attached {
			continue
		}
		var b bytes.Buffer
		if err := f.Write(&b, d); err != nil {
			return l, err
		}
		l.FileName, l.File = d.FileName(f), b.Bytes()
	}
	return l, nil
}

// mailCard is how the order leaves by mail, and how far it came.
func (h *Handlers) mailCard(c *gin.Context, p *i18n.Printer, d purchase.Document) (*purchaseviews.MailCard, error) {
	if !h.orders.Mailing() {
		return nil, nil
	}
	ctx, o := c.Request.Context(), d.Order
	mails, err := h.orders.Mails(ctx, o.ID)
	if err != nil || len(mails) == 0 && !o.State.Open() {
		return nil, err
	}
	m := &purchaseviews.MailCard{}
	if len(mails) > 0 {
		last := mails[0]
		m.After, m.Detail = last.ID.String(), last.Detail
		m.Tone, m.Status = h.mailStatus(c, p, last)
		if last.Live() {
			return m, nil
		}
	}
	if manager, _ := rights(c); !manager || !o.State.Open() {
		return m, nil
	}
	settings, _, err := h.orders.MailSettings(ctx)
	if err != nil {
		return nil, err
	}
	scope, _ := web.Scope(c)
	switch {
	case settings.Host == "" && scope.Role.AtLeast(tenant.Owner):
		m.Hint, m.Link = p.T("purchase.mail_unset_owner"), ui.Link{Href: mailSettings, Text: p.T("purchase.mail_settings"), Icon: "settings"}
	case settings.Host == "":
		m.Hint = p.T("purchase.mail_unset")
	case d.Supplier.Email == "":
		m.Hint, m.Link = p.T("purchase.mail_no_address"), ui.Link{Href: "/suppliers/" + o.SupplierID.String() + "/edit", Text: p.T("purchase.mail_add_address"), Icon: "edit"}
	case len(mails) > 0:
		m.Button = p.T("purchase.mail_again", i18n.A("to", d.Supplier.Email))
	default:
		m.Button = p.T("purchase.mail_send", i18n.A("to", d.Supplier.Email))
	}
	return m, nil
}

// mailStatus says how far a mail has come.
func (h *Handlers) mailStatus(c *gin.Context, p *i18n.Printer, m purchase.Mail) (ui.Tone, string) {
	at := func(t time.Time) string {
		if scope, ok := tenant.From(c.Request.Context()); ok && scope.Zone != nil {
			t = t.In(scope.Zone)
		}
		return p.DateTime(t)
	}
	problem := ""
	if m.Problem != "" {
		problem = p.T("purchase.mail_problem." + string(m.Problem))
	}
	switch {
	case m.State == purchase.MailSent && m.EndedAt != nil:
		return ui.OK, p.T("purchase.mail_sent", i18n.A("to", m.To), i18n.A("at", at(m.EndedAt.Time())))
	case m.State == purchase.MailFailed:
		return ui.Out, p.T("purchase.mail_failed", i18n.A("to", m.To), i18n.A("problem", problem))
	case m.State == purchase.MailUnclear:
		return ui.Watch, p.T("purchase.mail_unclear", i18n.A("to", m.To))
	case m.State == purchase.MailWaiting && problem != "":
		return ui.Watch, p.T("purchase.mail_retry", i18n.A("to", m.To), i18n.A("problem", problem), i18n.A("at", at(m.NextAt.Time())))
	}
	return ui.Info, p.T("purchase.mail_waiting", i18n.A("to", m.To))
}

const mailSettings = "/settings/mail"

func (h *Handlers) askMailSettings(c *gin.Context) error {
	return h.mailSettingsPage(c, http.StatusOK, nil)
}

// tryMail sends a test mail to the shop's own address and says how far it came.
func (h *Handlers) tryMail(c *gin.Context) error {
	f, p := web.FormOf(c), web.Printer(c)
	f.Choice("try", "now") // the button's word: an empty form sends nothing
	if f.Err() != nil {
		return h.mailSettingsPage(c, http.StatusUnprocessableEntity, nil)
	}
	scope, _ := web.Scope(c)
	err := h.orders.TryMail(c.Request.Context(), p.T("purchase.mail_test_subject", i18n.A("shop", scope.ShopName)), p.T("purchase.mail_test_body", i18n.A("shop", scope.ShopName)))
	var failed *purchase.MailError
	if errors.As(err, &failed) {
		return h.mailSettingsPage(c, http.StatusUnprocessableEntity, failed)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "purchase.flash_mail_test")
	return web.Redirect(c, mailSettings)
}

// mailSettingsPage is the form; after a refusal with what was typed, but the password.
func (h *Handlers) mailSettingsPage(c *gin.Context, status int, failed *purchase.MailError) error {
	m, set, err := h.orders.MailSettings(c.Request.Context())
	if err != nil {
		return err
	}
	chrome, f := web.Chrome(c), web.FormOf(c)
	p := chrome.T
	chrome.Title, chrome.Active = p.T("purchase.mail_settings"), layout.More
	chrome.Back = ui.Link{Href: "/settings", Text: p.T("shop.settings_title")}
	scope, _ := web.Scope(c)
	if m.Port == 0 {
		m.Port, m.Security, m.Name = 465, purchase.TLS, scope.ShopName
	}
	value := func(name, kept string) string {
		if f.Given(name) {
			return f.Value(name)
		}
		return kept
	}
	field := func(name, kept, hint string) ui.FieldModel {
		return ui.FieldModel{Name: name, Label: p.T("purchase.mail_label." + name), Value: value(name, kept), Hint: hint, Error: f.Sentence(name)}
	}
	page := purchaseviews.MailSettings{
		Chrome: chrome, Client: client(c, chrome), Off: !h.orders.Mailing(),
		Host: field("host", m.Host, p.T("purchase.mail_host_hint")), Port: field("port", strconv.Itoa(m.Port), p.T("purchase.mail_port_hint")),
		User: field("username", m.Username, p.T("purchase.mail_username_hint")), Password: field("password", "", p.T("purchase.mail_password_hint")),
		From: field("from", m.From, ""), Name: field("name", m.Name, ""),
		Security: ui.SelectModel{Name: "security", Label: p.T("purchase.mail_security_label"), Error: f.Sentence("security"), Needed: true},
	}
	page.Host.Needed, page.Port.Needed, page.From.Needed = true, true, true
	page.Port.Mode, page.Port.Short, page.From.Type, page.Name.Max = "numeric", true, "email", maxSenderName
	page.User.Auto = "off" // not the one of this program
	page.Password.Type, page.Password.Auto, page.Password.Value = "password", "new-password", ""
	if set {
		page.Password.Hint = p.T("purchase.mail_password_kept")
	}
	page.Test = m.Host != "" && h.orders.Mailing()
	if failed != nil {
		page.Failed, page.Detail = p.T("purchase.mail_test_failed", i18n.A("problem", p.T("purchase.mail_problem."+string(failed.Problem)))), failed.Detail
		if advice := "purchase.mail_advice." + string(failed.Problem); p.Has(advice) {
			page.Advice = p.T(advice)
		}
	}
	for _, s := range purchase.Securities() {
		page.Security.Options = append(page.Security.Options, ui.Option{
			Value: string(s), Text: p.T("purchase.mail_security." + string(s)), Selected: string(s) == value("security", string(m.Security)),
		})
	}
	return web.Render(c, status, purchaseviews.MailSettingsPage(page))
}

const maxSenderName = 120

func (h *Handlers) keepMailSettings(c *gin.Context) error {
	f := web.FormOf(c)
	m := purchase.MailSettings{
		Host: f.Required("host", 253), Port: f.Int("port", 1, 65535), Username: f.String("username", 256), From: f.Required("from", 254), Name: f.String("name", maxSenderName),
	}
	var kinds []string
	for _, s := range purchase.Securities() {
		kinds = append(kinds, string(s))
	}
	m.Security = purchase.Security(f.Choice("security", kinds...))
	if f.Value("password") != "" {
		m.Password = f.Secret("password", 256)
	}
	err := f.Err()
	if err == nil {
		err = h.orders.KeepMailSettings(c.Request.Context(), m)
	}
	if f.Refused(err) {
		return h.mailSettingsPage(c, http.StatusUnprocessableEntity, nil)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, web.Saved)
	return web.Redirect(c, mailSettings)
}

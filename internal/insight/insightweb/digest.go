package insightweb

import (
	"context"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/purchase"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	insightview "buhuo/views/insight"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

const digestPath = "/settings/digest"

// Weeks is who reads the week and how.
type Weeks interface {
	Reads(ctx context.Context) (insight.Reads, error)
	ReadByMail(ctx context.Context, address, language string) error
	ReadByRobots(ctx context.Context, list []purchase.Robot, language string) error
	DropRobot(ctx context.Context, via purchase.Via) error
	Try(ctx context.Context, id ident.ID, via purchase.Via) error
}

// Tell adds the pages of the week in three lines.
func (h *Handlers) Tell(w Weeks) *Handlers {
	h.weeks = w
	return h
}

func (h *Handlers) digestRoutes(e *web.Engine) {
	for _, r := range []web.Route{
		{Method: http.MethodGet, Path: digestPath, Access: web.Viewer, Handler: func(c *gin.Context) error { return h.digestPage(c, http.StatusOK) }},
		{Method: http.MethodPost, Path: digestPath, Access: web.Viewer, Handler: h.readByMail},
		{Method: http.MethodPost, Path: digestPath + "/stop", Access: web.Viewer, Handler: h.stopMail},
		{Method: http.MethodPost, Path: digestPath + "/robot", Access: web.Owner, Handler: h.readByRobot},
		{Method: http.MethodPost, Path: digestPath + "/robot/drop", Access: web.Owner, Handler: h.dropRobot},
		{Method: http.MethodPost, Path: digestPath + "/test", Access: web.Viewer, Handler: h.tryDigest},
	} {
		e.Route(r)
	}
}

// digestPage shows how the person and the shop's groups read the week, what it said last,
// and what became of the messages. Addresses of robots are never shown.
func (h *Handlers) digestPage(c *gin.Context, status int) error {
	reads, err := h.weeks.Reads(c.Request.Context())
	if err != nil {
		return err
	}
	chrome, f := web.Chrome(c), web.FormOf(c)
	scope, _ := web.Scope(c)
	v := voice{t: chrome.T, c: scope.Currency, money: seesMoney(c)}
	t := v.t
	chrome.Title, chrome.Active, chrome.Lead, chrome.Path = t.T("insight.digest"), layout.More, t.T("insight.digest_lead"), digestPath
	chrome.Back = ui.Link{Href: "/settings", Text: t.T("shop.settings_title")}
	m := insightview.Digest{Chrome: chrome, Off: !reads.Mailing, Reading: reads.Address != ""}
	m.Email = ui.FieldModel{Name: "email", Label: t.T("insight.digest_email"), Type: "email", Value: reads.Address, Error: f.Sentence("email"), Max: 254, Needed: true}
	if f.Given("email") {
		m.Email.Value = f.Value("email")
	}
	switch {
	case !reads.MailSet && scope.Role.AtLeast(tenant.Owner):
		m.Hint, m.Link = t.T("insight.digest_no_server"), ui.Link{Href: "/settings/mail", Text: t.T("shop.mail_title"), Icon: "settings"}
	case !reads.MailSet:
		m.Hint = t.T("purchase.mail_unset")
	}
	for _, via := range purchase.RobotWays() {
		if scope.Role.AtLeast(tenant.Owner) {
			m.Robots = append(m.Robots, v.robot(f, via, slices.Contains(reads.Robots, via)))
		}
	}
	if len(reads.Last) > 0 {
		last := reads.Last[0]
		m.Week = t.T("insight.digest_of", i18n.A("window", window(t, weekOf(last.Week))))
		m.Lines, m.Untold = v.week(last.Facts), !last.Told
	}
	for _, n := range reads.Notices {
		if n.Via == purchase.ByMail && n.To != reads.Address && !scope.Role.AtLeast(tenant.Owner) {
			continue // another person's address
		}
		m.Sent = append(m.Sent, v.sent(scope, n))
	}
	return web.Render(c, status, insightview.DigestPage(m))
}

func (v voice) robot(f *web.Values, via purchase.Via, on bool) insightview.Robot {
	r := insightview.Robot{Via: string(via), Name: v.via(via), On: on}
	r.Address = ui.FieldModel{
		Name: string(via) + "_address", Label: v.t.T("insight.digest_address", i18n.A("robot", v.via(via))), Hint: v.t.T("insight.digest_address_hint." + string(via)), Type: "password", Auto: "off",
		Error: f.Sentence(string(via) + "_address"),
	}
	if on {
		r.Address.Hint = v.t.T("insight.digest_address_kept")
	}
	if via.Signs() {
		r.Secret = &ui.FieldModel{
			Name: string(via) + "_secret", Label: v.t.T("insight.digest_secret", i18n.A("robot", v.via(via))), Hint: v.t.T("insight.digest_secret_hint"), Type: "password", Auto: "off", Error: f.Sentence(string(via) + "_secret"),
		}
	}
	return r
}

// sent says what became of a message.
func (v voice) sent(scope tenant.Scope, n purchase.Mail) insightview.Sent {
	to, when := v.via(n.Via), n.CreatedAt.Time()
	if n.To != "" {
		to = n.To
	}
	if n.EndedAt != nil {
		when = n.EndedAt.Time()
	}
	if scope.Zone != nil {
		when = when.In(scope.Zone)
	}
	out := insightview.Sent{Subject: n.Subject, Detail: n.Detail, Tone: ui.Plain, Icon: "send"}
	args := []i18n.Arg{i18n.A("to", to), i18n.A("at", v.t.DateTime(when))}
	problem := ""
	if n.Problem != "" {
		problem = v.t.T("insight.digest_problem." + string(n.Problem))
	}
	args = append(args, i18n.A("problem", problem))
	switch n.State {
	case purchase.MailSent:
		out.Tone, out.Icon, out.Text = ui.OK, "check", v.t.T("insight.digest_sent", args[:2]...)
	case purchase.MailFailed:
		out.Tone, out.Icon, out.Text = ui.Out, "alert", v.t.T("insight.digest_failed", args...)
	case purchase.MailUnclear:
		out.Tone, out.Icon, out.Text = ui.Watch, "help", v.t.T("insight.digest_unclear", args[:2]...)
	default:
		if out.Text = v.t.T("insight.digest_waiting", args[0]); problem != "" {
			out.Tone, out.Icon, out.Text = ui.Watch, "clock", v.t.T("insight.digest_retry", args...)
		}
	}
	return out
}

// refusedDigest shows the page again with what is wrong, or passes the error on.
func (h *Handlers) refusedDigest(c *gin.Context, err error) error {
	if web.FormOf(c).Refused(err) {
		return h.digestPage(c, http.StatusUnprocessableEntity)
	}
	return err
}

func (h *Handlers) readByMail(c *gin.Context) error {
	f := web.FormOf(c)
	email := f.Required("email", 254)
	err := f.Err()
	if err == nil {
		err = h.weeks.ReadByMail(c.Request.Context(), email, string(web.Printer(c).Lang()))
	}
	if err != nil {
		return h.refusedDigest(c, err)
	}
	web.Flash(c, web.Good, "insight.flash_digest")
	return web.Redirect(c, digestPath)
}

func (h *Handlers) stopMail(c *gin.Context) error {
	if err := h.weeks.ReadByMail(c.Request.Context(), "", ""); err != nil {
		return err
	}
	web.Flash(c, web.Good, "insight.flash_digest_stopped")
	return web.Redirect(c, digestPath)
}

func viaOf(f *web.Values, more ...string) purchase.Via {
	options := more
	for _, via := range purchase.RobotWays() {
		options = append(options, string(via))
	}
	return purchase.Via(f.Choice("via", options...))
}

// readByRobot keeps the robots whose addresses were typed.
func (h *Handlers) readByRobot(c *gin.Context) error {
	f, ctx := web.FormOf(c), c.Request.Context()
	var list []purchase.Robot
	for _, via := range purchase.RobotWays() {
		address, secret := string(via)+"_address", string(via)+"_secret"
		r := purchase.Robot{Via: via, Address: f.String(address, 1024)}
		if f.Value(secret) != "" {
			r.Secret = f.Secret(secret, 256)
		}
		if r.Address != "" || r.Secret != "" {
			list = append(list, r)
		}
	}
	if len(list) == 0 && f.Err() == nil {
		f.Add(string(purchase.RobotWays()[0])+"_address", fault.New(fault.Invalid, "web.required"))
	}
	err := f.Err()
	if err == nil {
		err = h.weeks.ReadByRobots(ctx, list, string(web.Printer(c).Lang()))
	}
	if err != nil {
		return h.refusedDigest(c, err)
	}
	web.Flash(c, web.Good, "insight.flash_digest")
	return web.Redirect(c, digestPath)
}

func (h *Handlers) dropRobot(c *gin.Context) error {
	f := web.FormOf(c)
	via := viaOf(f)
	if f.Err() != nil {
		return h.refusedDigest(c, f.Err())
	}
	if err := h.weeks.DropRobot(c.Request.Context(), via); err != nil {
		return err
	}
	web.Flash(c, web.Good, "insight.flash_digest_stopped")
	return web.Redirect(c, digestPath)
}

// tryDigest sends a test; a group's robot is for the owner to try.
func (h *Handlers) tryDigest(c *gin.Context) error {
	f := web.FormOf(c)
	via := viaOf(f, string(purchase.ByMail))
	client, _ := f.IDOpt("client_id")
	if f.Err() != nil {
		return h.refusedDigest(c, f.Err())
	}
	if via != purchase.ByMail && !may(c, tenant.Owner) {
		return fault.New(fault.Forbidden, "shop.owner_only")
	}
	if err := h.weeks.Try(c.Request.Context(), client, via); err != nil {
		return err
	}
	web.Flash(c, web.Good, "insight.flash_digest_test")
	return web.Redirect(c, digestPath)
}

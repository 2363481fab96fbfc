package shopweb

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	shopview "buhuo/views/shop"
	"buhuo/views/ui"
)

const teamPath = "/settings/team"

func roles() []tenant.Role {
	return []tenant.Role{tenant.Owner, tenant.Manager, tenant.Seller, tenant.Viewer}
}

func (h *Handlers) team(c *gin.Context) error { return h.teamPage(c, http.StatusOK) }

func (h *Handlers) teamPage(c *gin.Context, status int) error {
	list, err := h.shop.Team(c.Request.Context())
	if err != nil {
		return err
	}
	f, chrome := web.FormOf(c), web.Chrome(c)
	t := chrome.T
	chrome.Title, chrome.Active, chrome.Lead = t.T("shop.team_title"), layout.More, t.T("shop.team_lead")
	chrome.Path = teamPath
	chrome.Actions = []ui.Link{{Href: auditPath, Text: t.T("shop.audit_title"), Icon: "history"}}
	chrome.Back = ui.Link{Href: "/settings", Text: t.T("shop.settings_title")}
	scope, _ := web.Scope(c)
	client := f.Value("client_id")
	if client == "" {
		client = chrome.Client
	}
	page := shopview.TeamPage{Chrome: chrome, Client: client, Open: f.Err() != nil, Form: memberForm(t, f)}
	for _, m := range list {
		page.Members = append(page.Members, memberRow(t, m, scope))
	}
	return web.Render(c, status, shopview.Team(page))
}

// memberForm asks for a new person.
func memberForm(t *i18n.Printer, f *web.Values) shopview.MemberForm {
	field := func(name, label string) ui.FieldModel {
		return ui.FieldModel{Name: name, Label: t.T(label), Value: f.Value(name), Error: f.Sentence(name), Needed: true}
	}
	form := shopview.MemberForm{
		Name: field("person", "shop.member_name"), Login: field("login", "shop.login"), Role: roleSelect(t, f.Value("role"), "role"),
		Password: passwordField(t, "password", "shop.password_first", f), Again: passwordField(t, "again", "shop.password_again", f),
	}
	form.Login.Hint, form.Login.Auto = t.T("shop.login_hint"), "off"
	form.Role.Error, form.Password.Hint = f.Sentence("role"), t.T("shop.password_hint")
	return form
}

func roleSelect(t *i18n.Printer, chosen, id string) ui.SelectModel {
	if chosen == "" {
		chosen = string(tenant.Seller)
	}
	m := ui.SelectModel{Name: "role", ID: id, Label: t.T("shop.role")}
	for _, r := range roles() {
		m.Options = append(m.Options, ui.Option{Value: string(r), Text: t.Role(r), Selected: string(r) == chosen})
	}
	return m
}

func memberRow(t *i18n.Printer, m shop.Member, scope tenant.Scope) shopview.MemberRow {
	id := m.Person.ID.String()
	row := shopview.MemberRow{
		ID: id, Base: teamPath + "/" + id, Name: m.Person.Name, Login: m.Person.Login, RoleName: t.Role(m.Role), Off: m.Person.Disabled,
		Self: m.Person.ID == scope.Person, Elsewhere: m.Elsewhere, Role: roleSelect(t, string(m.Role), "role-"+id), Seen: t.T("shop.member_never"),
	}
	if m.SeenAt != nil {
		row.Seen = t.T("shop.session_seen", i18n.A("at", t.DateTime(m.SeenAt.Time().In(scope.Zone))))
	}
	return row
}

// addMember gives somebody access.
func (h *Handlers) addMember(c *gin.Context) error {
	f := web.FormOf(c)
	n := shop.NewPerson{Name: f.Required("person", maxLine), Login: f.Required("login", maxLine), Role: tenant.Role(f.Choice("role", roleCodes()...)), Password: newSecret(f)}
	id, _ := f.IDOpt("client_id")
	err := f.Err()
	if err == nil {
		_, err = h.shop.AddMember(c.Request.Context(), id, n)
	}
	if f.Refused(err) {
		return h.teamPage(c, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "shop.flash_member_added")
	return web.Redirect(c, teamPath)
}

func roleCodes() []string {
	var codes []string
	for _, r := range roles() {
		codes = append(codes, string(r))
	}
	return codes
}

// ofMember does something to the person of the path and goes back to the list.
func ofMember(c *gin.Context, flash string, do func(ctx context.Context, person ident.ID) error) error {
	id, err := web.PathID(c, "id")
	if err == nil {
		err = do(c.Request.Context(), id)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, flash)
	return web.Redirect(c, teamPath)
}

func (h *Handlers) setRole(c *gin.Context) error {
	f := web.FormOf(c)
	role := f.Choice("role", roleCodes()...)
	if err := f.Err(); err != nil {
		return err
	}
	return ofMember(c, "shop.flash_role", func(ctx context.Context, person ident.ID) error {
		return h.shop.SetRole(ctx, person, tenant.Role(role))
	})
}

func (h *Handlers) setAccess(c *gin.Context) error {
	f := web.FormOf(c)
	on := f.Choice("access", "on", "off") == "on"
	if err := f.Err(); err != nil {
		return err
	}
	flash := "shop.flash_access_off"
	if on {
		flash = "shop.flash_access_on"
	}
	return ofMember(c, flash, func(ctx context.Context, person ident.ID) error { return h.shop.SetAccess(ctx, person, on) })
}

func (h *Handlers) resetForm(c *gin.Context) error { return h.resetPage(c, http.StatusOK) }

// resetPassword sets the password of somebody who forgot theirs.
func (h *Handlers) resetPassword(c *gin.Context) error {
	f := web.FormOf(c)
	next := newSecret(f)
	err := f.Err()
	if err == nil {
		err = ofMember(c, "shop.flash_reset", func(ctx context.Context, person ident.ID) error { return h.shop.ResetPassword(ctx, person, next) })
	}
	if f.Refused(err) {
		return h.resetPage(c, http.StatusUnprocessableEntity)
	}
	return err
}

func (h *Handlers) resetPage(c *gin.Context, status int) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	m, err := h.shop.Member(c.Request.Context(), id)
	if err != nil {
		return err
	}
	f, chrome := web.FormOf(c), web.Chrome(c)
	t := chrome.T
	chrome.Title, chrome.Active = t.T("shop.reset_title", i18n.A("name", m.Person.Name)), layout.More
	chrome.Lead, chrome.Back = t.T("shop.reset_lead"), ui.Link{Href: teamPath, Text: t.T("shop.team_title")}
	next := passwordField(t, "password", "shop.password_new", f)
	next.Hint = t.T("shop.password_hint")
	return web.Render(c, status, shopview.Reset(shopview.ResetPage{
		Chrome: chrome, Action: teamPath + "/" + id.String() + "/password", Login: m.Person.Login, Next: next, Again: passwordField(t, "again", "shop.password_again", f),
	}))
}

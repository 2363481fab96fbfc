// Package accountweb shows the accounts with people: the credit book and the helpers. It
// turns forms into the area's values and the area's values into words; it must not know a
// rule of accounts, nor a table. Names and balances are for the owner; who sells may only
// write into the book.
package accountweb

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/account"
	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/web"
	accountview "buhuo/views/account"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// Handlers are the pages of accounts.
type Handlers struct{ accounts *account.Service }

// New makes the pages.
func New(s *account.Service) *Handlers { return &Handlers{s} }

// book is one side in words: where its pages are and with what its texts begin.
type book struct {
	side account.Side
	path string
	text func(name string) string // the key of a text
	pays account.Kind
}

var (
	credit  = book{account.Household, "/credit", func(name string) string { return "account.credit." + name }, account.Paid}
	helpers = book{account.Helper, "/helpers", func(name string) string { return "account.helper." + name }, account.Wage}
)

// Routes adds the pages to the engine.
func (h *Handlers) Routes(e *web.Engine) {
	type handler = func(*Handlers, *gin.Context, book) error
	for _, b := range []book{credit, helpers} {
		of := func(fn handler) web.Handler { return func(c *gin.Context) error { return fn(h, c, b) } }
		for _, r := range []web.Route{
			{Method: http.MethodGet, Path: b.path, Handler: of((*Handlers).list)},
			{Method: http.MethodPost, Path: b.path, Handler: of((*Handlers).open)},
			{Method: http.MethodGet, Path: b.path + "/:id", Handler: of((*Handlers).show)},
			{Method: http.MethodPost, Path: b.path + "/:id", Handler: of((*Handlers).change)},
			{Method: http.MethodPost, Path: b.path + "/:id/paid", Handler: of((*Handlers).paid)},
			{Method: http.MethodPost, Path: b.path + "/:id/erase", Handler: of((*Handlers).erase)},
			{Method: http.MethodPost, Path: b.path + "/entries/:id/reverse", Handler: of((*Handlers).reverse)},
		} {
			r.Access = web.Owner
			e.Route(r)
		}
	}
	for _, r := range []web.Route{
		{Method: http.MethodPost, Path: "/credit/:id/write-off", Access: web.Owner, Handler: h.writeOff},
		{Method: http.MethodGet, Path: "/credit/pay", Access: web.Seller, Handler: h.payForm},
		{Method: http.MethodPost, Path: "/credit/pay", Access: web.Seller, Handler: h.pay},
		{Method: http.MethodGet, Path: "/helpers/before", Access: web.Owner, Handler: h.before},
		{Method: http.MethodPost, Path: "/helpers/before", Access: web.Owner, Handler: h.putBefore},
	} {
		e.Route(r)
	}
}

// voice writes what a page shows.
type voice struct {
	t        *i18n.Printer
	currency money.Currency
	today    day.Date
}

func voiceOf(c *gin.Context) voice {
	scope, _ := web.Scope(c)
	return voice{web.Printer(c), scope.Currency, web.Today(c)}
}

func (v voice) cash(a money.Amount) string { return v.t.Money(a, v.currency) }

// hours writes minutes as hours, to the tenth: "7.5 h".
func (v voice) hours(minutes int) string {
	tenths, _ := money.MulDiv(int64(minutes), 10, 60)
	return v.t.T("account.n_hours", i18n.A("hours", measure.Quantity(tenths*100)))
}

// field is a field of a form as it was sent, or as it begins.
func field(f *web.Values, name, label, begins string) ui.FieldModel {
	m := ui.FieldModel{Name: name, Label: label, Value: begins, Error: f.Sentence(name)}
	if f.Given(name) {
		m.Value = f.Value(name)
	}
	return m
}

func number(f *web.Values, name, label, begins string) ui.FieldModel {
	m := field(f, name, label, begins)
	m.Mode, m.Short = "decimal", true
	return m
}

func date(f *web.Values, name, label string, begins day.Date) ui.FieldModel {
	m := field(f, name, label, begins.String())
	m.Type = "date"
	return m
}

// list shows all accounts of a side, the largest balance first.
func (h *Handlers) list(c *gin.Context, b book) error { return h.listPage(c, http.StatusOK, b) }

func (h *Handlers) listPage(c *gin.Context, status int, b book) error {
	query := web.QueryOf(c)
	q := account.Query{Side: b.side, Limit: account.PageSize + 1}
	if id, ok := query.IDOpt("after"); ok {
		balance, _ := query.IntOpt("balance", -1<<60, 1<<60)
		q.After = &account.Cursor{Balance: money.Amount(balance), ID: id}
	}
	if err := query.Err(); err != nil {
		return err
	}
	ctx := c.Request.Context()
	found, err := h.accounts.Accounts(ctx, q)
	if err != nil {
		return err
	}
	standing, err := h.accounts.Standing(ctx, b.side)
	if err != nil {
		return err
	}
	v, f, chrome := voiceOf(c), web.FormOf(c), web.Chrome(c)
	chrome.Title, chrome.Lead, chrome.Active, chrome.Path = v.t.T(b.text("title")), v.t.T(b.text("lead")), layout.More, b.path
	chrome.Back = ui.Link{Href: "/more", Text: v.t.T("layout.nav.more")}
	m := accountview.List{Client: client(f, chrome.Client), Action: b.path, Pager: ui.PagerModel{T: v.t}, Head: []string{v.t.T(b.text("one")), v.t.T(b.text("owed")), v.t.T("account.since"), v.t.T("account.last")}}
	if len(found) > account.PageSize {
		found = found[:account.PageSize]
		last := found[len(found)-1]
		m.Pager.Next = b.path + "?after=" + last.ID.String() + "&balance=" + strconv.FormatInt(int64(last.Balance), 10)
	}
	for _, a := range found {
		m.Rows = append(m.Rows, v.row(b, a))
	}
	m.None = ui.EmptyModel{Icon: "team", Title: v.t.T(b.text("none")), Text: v.t.T(b.text("none_text"))}
	m.Figures = []ui.Figure{{Label: v.t.T(b.text("owed_all")), Value: v.cash(standing.Owed)}}
	if b.side == account.Household {
		m.Figures = append(m.Figures, ui.Figure{Label: v.t.T("account.credit.open"), Value: v.t.Int(int64(standing.Open))},
			ui.Figure{Label: v.t.T("account.credit.late", i18n.A("n", account.LateAfter)), Value: v.cash(standing.Late), Note: v.t.T("account.credit.late_note", i18n.A("n", standing.Overdue))})
		chrome.Actions = []ui.Link{{Href: "/credit/pay", Text: v.t.T("account.credit.pay"), Icon: "coins", Kind: ui.Primary}}
		m.Name, m.Phone = v.person(f, "", "")
		m.FormTitle = v.t.T("account.credit.new")
	} else {
		chrome.Actions = []ui.Link{{Href: "/helpers/before", Text: v.t.T("account.before"), Icon: "clock"}}
		if err := h.workForm(c, v, f, &m, found); err != nil {
			return err
		}
	}
	m.Chrome = chrome
	return web.Render(c, status, accountview.ListPage(m))
}

func client(f *web.Values, fresh string) string {
	if sent := f.Value("client_id"); sent != "" {
		return sent
	}
	return fresh
}

// person are the fields of a name and a number.
func (v voice) person(f *web.Values, name, phone string) (ui.FieldModel, ui.FieldModel) {
	n, p := field(f, "name", v.t.T("account.name"), name), field(f, "phone", v.t.T("account.phone"), phone)
	n.Needed, n.Max, n.Auto, p.Max, p.Mode, p.Auto = true, account.MaxName, "off", account.MaxPhone, "tel", "off"
	return n, p
}

func (v voice) row(b book, a account.Account) accountview.Row {
	r := accountview.Row{Href: b.path + "/" + a.ID.String(), Name: v.name(a), Balance: v.cash(a.Balance)}
	if a.Since != nil {
		r.Since = v.t.DateShort(*a.Since)
		r.Late = b.side == account.Household && *a.Since < v.today.Add(-account.LateAfter)
	}
	if a.Balance < 0 {
		r.Balance, r.Since = v.cash(-a.Balance), v.t.T("account.ahead")
	}
	if a.LastDay != nil {
		r.Last = v.t.DateShort(*a.LastDay)
	}
	return r
}

// name is who an account is with, or that nobody knows any more.
func (v voice) name(a account.Account) string {
	if a.ErasedAt != nil {
		return v.t.T("account.erased")
	}
	return a.Name
}

// open makes an account, or of a helper writes work.
func (h *Handlers) open(c *gin.Context, b book) error {
	if b.side == account.Helper {
		return h.work(c, b)
	}
	f := web.FormOf(c)
	id, p := f.ID("client_id"), account.Person{Name: f.Required("name", account.MaxName), Phone: f.String("phone", account.MaxPhone)}
	err := f.Err()
	if err == nil {
		_, err = h.accounts.Open(c.Request.Context(), b.side, id, p)
	}
	if f.Refused(err) {
		return h.listPage(c, http.StatusUnprocessableEntity, b)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, web.Saved)
	return web.Redirect(c, b.path)
}

// payForm is where whoever sells writes what a household pays back.
func (h *Handlers) payForm(c *gin.Context) error { return h.payPage(c, http.StatusOK) }

func (h *Handlers) payPage(c *gin.Context, status int) error {
	v, f, chrome := voiceOf(c), web.FormOf(c), web.Chrome(c)
	chrome.Title, chrome.Lead, chrome.Active, chrome.Path = v.t.T("account.credit.pay"), v.t.T("account.credit.pay_lead"), layout.Sell, "/credit/pay"
	chrome.Back = ui.Link{Href: "/sell", Text: v.t.T("sales.sell")}
	name, _ := v.person(f, "", "")
	name.Label = v.t.T("account.credit.one")
	amount := number(f, "amount", v.t.T("account.amount"), "")
	amount.Needed = true
	return web.Render(c, status, accountview.PayPage(accountview.Pay{Chrome: chrome, Client: client(f, chrome.Client), Name: name, Amount: amount, Day: date(f, "day", v.t.T("account.day"), v.today)}))
}

func (h *Handlers) pay(c *gin.Context) error {
	f := web.FormOf(c)
	scope, _ := web.Scope(c)
	r := account.Request{ClientID: f.ID("client_id"), Kind: account.Paid, Name: f.Required("name", account.MaxName), Amount: f.Amount("amount", scope.Currency)}
	r.Day, _ = f.DateOpt("day")
	err := f.Err()
	if err == nil {
		_, _, err = h.accounts.Write(c.Request.Context(), r)
	}
	if f.Refused(err) {
		return h.payPage(c, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, web.Saved)
	return web.Redirect(c, "/credit/pay")
}

// reverse takes an entry back.
func (h *Handlers) reverse(c *gin.Context, b book) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	a, err := h.accounts.Reverse(c.Request.Context(), b.side, id)
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "account.flash_reversed")
	return web.Redirect(c, b.path+"/"+a.ID.String())
}

package accountweb

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/account"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	accountview "buhuo/views/account"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// show is one account: what is owed, how it came about, and what can be done.
func (h *Handlers) show(c *gin.Context, b book) error { return h.showPage(c, http.StatusOK, b) }

func (h *Handlers) showPage(c *gin.Context, status int, b book) error {
	a, err := h.of(c, b)
	if err != nil {
		return err
	}
	query := web.QueryOf(c)
	before, _ := query.IntOpt("before", 1, 1<<30)
	if err := query.Err(); err != nil {
		return err
	}
	entries, err := h.accounts.Entries(c.Request.Context(), a.ID)
	if err != nil {
		return err
	}
	v, f, chrome := voiceOf(c), web.FormOf(c), web.Chrome(c)
	base := b.path + "/" + a.ID.String()
	chrome.Title, chrome.Active, chrome.Path, chrome.Lead = v.name(a), layout.More, base, a.Phone
	chrome.Back = ui.Link{Href: b.path, Text: v.t.T(b.text("title"))}
	m := accountview.Show{Chrome: chrome, Client: client(f, chrome.Client), Base: base, Entries: b.path + "/entries/", Erased: a.ErasedAt != nil, Version: strconv.FormatInt(a.Version, 10), Pager: ui.PagerModel{T: v.t}}
	m.Figures = []ui.Figure{{Label: v.t.T(b.text("owed")), Value: v.cash(a.Balance)}}
	if a.Balance < 0 {
		m.Figures[0] = ui.Figure{Label: v.t.T("account.ahead"), Value: v.cash(-a.Balance)}
	}
	if a.Since != nil {
		m.Figures = append(m.Figures, ui.Figure{Label: v.t.T("account.since"), Value: v.t.DateShort(*a.Since), Note: v.t.T("account.n_days", i18n.A("n", int(v.today-*a.Since)))})
	}
	m.Rows, m.Pager.Next = v.history(b, entries, before)
	if m.Erased {
		return web.Render(c, status, accountview.ShowPage(m))
	}
	begins := ""
	if a.Balance > 0 {
		begins = f.Typed(a.Balance.Decimal(v.currency))
	}
	m.Amount, m.Day = number(f, "amount", v.t.T("account.amount"), begins), date(f, "day", v.t.T("account.day"), v.today)
	m.Amount.Needed = true
	m.Name, m.Phone = v.person(f, a.Name, a.Phone)
	m.PayTitle, m.PayDo = v.t.T(b.text("pay")), v.t.T(b.text("pay_do"))
	m.Settled = a.Balance == 0
	if b.side == account.Household && a.Balance > 0 {
		m.Reminder = v.reminder(c, a)
		m.WriteOff, m.WriteOffText = a.Balance.Decimal(v.currency), v.t.T("account.write_off", i18n.A("amount", v.cash(a.Balance)))
	}
	return web.Render(c, status, accountview.ShowPage(m))
}

// of finds the account of the path.
func (h *Handlers) of(c *gin.Context, b book) (account.Account, error) {
	id, err := web.PathID(c, "id")
	if err != nil {
		return account.Account{}, err
	}
	return h.accounts.Account(c.Request.Context(), b.side, id)
}

// reminder is a friendly message, ready for a chat.
func (v voice) reminder(c *gin.Context, a account.Account) string {
	scope, _ := tenant.Must(c.Request.Context())
	return v.t.T("account.reminder", i18n.A("name", a.Name), i18n.A("shop", scope.ShopName), i18n.A("amount", v.cash(a.Balance)), i18n.A("since", v.t.Date(*a.Since)), i18n.A("today", v.t.Date(v.today)))
}

// entryRows is how many entries a page has.
const entryRows = 20

// history are the entries, the newest first, from before a number on.
func (v voice) history(b book, entries []account.Entry, before int) (rows []accountview.Entry, next string) {
	undone := map[ident.ID]bool{}
	for _, e := range entries {
		if e.ReversesID != nil {
			undone[*e.ReversesID] = true
		}
	}
	for _, e := range slices.Backward(entries) {
		if before > 0 && e.Seq >= before {
			continue
		}
		if len(rows) == entryRows {
			return rows, b.path + "/" + e.AccountID.String() + "?before=" + strconv.Itoa(e.Seq+1)
		}
		row := accountview.Entry{ID: e.ID.String(), Number: v.t.Int(int64(e.Seq)), Day: v.t.DateShort(e.Day), What: v.t.T("account.kind." + string(e.Kind)), Detail: v.workText(e), Amount: v.cash(e.Amount)}
		if e.SaleID != nil {
			row.Sale = "/sales?day=" + e.Day.String()
		}
		switch {
		case e.ReversesID != nil:
			row.State, row.Icon = v.t.T("account.counter_entry"), "undo"
		case undone[e.ID]:
			row.State, row.Icon = v.t.T("account.taken_back"), "close"
		default:
			row.CanUndo = e.SaleID == nil
			row.UndoLabel = v.t.T("account.undo_this", i18n.A("what", row.What+" "+row.Amount))
		}
		rows = append(rows, row)
	}
	return rows, ""
}

// workText says what a helper did.
func (v voice) workText(e account.Entry) string {
	if e.Kind != account.Worked {
		return ""
	}
	text := v.t.T("account.task." + e.Task)
	if e.Minutes != 0 {
		text += " · " + v.hours(e.Minutes)
	}
	if e.Pieces != 0 {
		text += " · " + v.t.T("account.n_pieces", i18n.A("n", e.Pieces))
	}
	return text
}

// paid writes a payment: of a household, or to a helper.
func (h *Handlers) paid(c *gin.Context, b book) error {
	f := web.FormOf(c)
	a, err := h.of(c, b)
	if err != nil {
		return err
	}
	scope, _ := web.Scope(c)
	r := account.Request{ClientID: f.ID("client_id"), Kind: b.pays, AccountID: a.ID, Amount: f.Amount("amount", scope.Currency)}
	r.Day, _ = f.DateOpt("day")
	return h.write(c, b, f, r)
}

func (h *Handlers) write(c *gin.Context, b book, f *web.Values, r account.Request) error {
	err := f.Err()
	if err == nil {
		_, _, err = h.accounts.Write(c.Request.Context(), r)
	}
	if f.Refused(err) {
		return h.showPage(c, http.StatusUnprocessableEntity, b)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, web.Saved)
	return web.Redirect(c, b.path+"/"+r.AccountID.String())
}

// writeOff gives up what a household owes.
func (h *Handlers) writeOff(c *gin.Context) error {
	f := web.FormOf(c)
	a, err := h.of(c, credit)
	if err != nil {
		return err
	}
	scope, _ := web.Scope(c)
	return h.write(c, credit, f, account.Request{ClientID: f.ID("client_id"), Kind: account.WrittenOff, AccountID: a.ID, Amount: f.Amount("amount", scope.Currency)})
}

// change replaces the name and the number.
func (h *Handlers) change(c *gin.Context, b book) error {
	f := web.FormOf(c)
	a, err := h.of(c, b)
	if err != nil {
		return err
	}
	p := account.Person{Name: f.Required("name", account.MaxName), Phone: f.String("phone", account.MaxPhone)}
	version := int64(f.Int("version", 1, 1<<53))
	if err = f.Err(); err == nil {
		err = h.accounts.Change(c.Request.Context(), b.side, a.ID, version, p)
	}
	if e, ok := fault.As(err); ok && e.Key == "account.changed_meanwhile" {
		f.Add("", e)
		return h.showPage(c, http.StatusConflict, b)
	}
	if f.Refused(err) {
		return h.showPage(c, http.StatusUnprocessableEntity, b)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, web.Saved)
	return web.Redirect(c, b.path+"/"+a.ID.String())
}

// erase forgets who somebody is.
func (h *Handlers) erase(c *gin.Context, b book) error {
	a, err := h.of(c, b)
	if err == nil {
		err = h.accounts.Erase(c.Request.Context(), b.side, a.ID)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "account.flash_erased")
	return web.Redirect(c, b.path)
}

// fourWeeks are the days that the pages of helpers look back on.
const fourWeeks = 28

// workForm draws the form for what a helper did.
func (h *Handlers) workForm(c *gin.Context, v voice, f *web.Values, m *accountview.List, known []account.Account) error {
	from := v.today.Add(1 - fourWeeks)
	ctx := c.Request.Context()
	flow, err := h.accounts.Flow(ctx, from, v.today)
	if err != nil {
		return err
	}
	saved, timed, err := h.saved(c, from, v.today)
	if err != nil {
		return err
	}
	m.Figures = append(m.Figures, ui.Figure{Label: v.t.T("account.paid_lately"), Value: v.cash(flow.Wages)}, ui.Figure{Label: v.t.T("account.hours_lately"), Value: v.hours(flow.Minutes)})
	if timed {
		m.Figures = append(m.Figures, ui.Figure{Label: v.t.T("account.saved_lately"), Value: v.hours(saved)})
	}
	m.FormTitle = v.t.T("account.work_new")
	m.Name, _ = v.person(f, "", "")
	for _, a := range known {
		if a.ErasedAt == nil {
			m.Name.List = append(m.Name.List, ui.Option{Value: a.Name, Text: a.Name})
		}
	}
	m.Work = &accountview.Work{
		Day: date(f, "day", v.t.T("account.day"), v.today), Task: v.tasks(f), Hours: number(f, "hours", v.t.T("account.hours"), ""), Pieces: number(f, "pieces", v.t.T("account.pieces"), ""),
		Pay: number(f, "amount", v.t.T("account.pay"), ""), AtOnce: ui.Check{Name: "at_once", Value: "1", Label: v.t.T("account.at_once"), Checked: f.Has("at_once")},
	}
	m.Work.Hours.Hint, m.Work.Pay.Hint = v.t.T("account.hours_hint"), v.t.T("account.pay_hint")
	return nil
}

// saved adds up the minutes that tasks took less than before; false when nobody can say.
func (h *Handlers) saved(c *gin.Context, from, through day.Date) (minutes int, known bool, err error) {
	list, err := h.accounts.Hours(c.Request.Context(), from, through)
	for _, one := range list {
		if one.Weekly > 0 {
			minutes, known = minutes+one.Saved(), true
		}
	}
	return minutes, known, err
}

func (v voice) tasks(f *web.Values) ui.SelectModel {
	m := ui.SelectModel{Name: "task", Label: v.t.T("account.task"), Error: f.Sentence("task"), Needed: true}
	for _, task := range account.Tasks() {
		m.Options = append(m.Options, ui.Option{Value: task, Text: v.t.T("account.task." + task), Selected: f.Value("task") == task})
	}
	return m
}

// minutes reads hours of a form, in whole minutes; an empty field is none.
func minutes(f *web.Values, name string) int {
	q, ok := f.QuantityOpt(name)
	if !ok {
		return 0
	}
	if q < 0 || q > 1000*measure.Thousandths {
		f.Add(name, fault.New(fault.Invalid, "account.too_many_hours"))
		return 0
	}
	return int((int64(q)*60 + 500) / 1000)
}

// work writes what a helper did.
func (h *Handlers) work(c *gin.Context, b book) error {
	f := web.FormOf(c)
	scope, _ := web.Scope(c)
	r := account.Request{
		ClientID: f.ID("client_id"), Kind: account.Worked, Name: f.Required("name", account.MaxName), Task: f.Choice("task", account.Tasks()...), Minutes: minutes(f, "hours"),
		PaidAtOnce: f.Checked("at_once"),
	}
	r.Day, _ = f.DateOpt("day")
	r.Pieces, _ = f.QuantityOpt("pieces")
	r.Amount, _ = f.AmountOpt("amount", scope.Currency)
	if r.Pieces < 0 {
		f.Add("pieces", fault.New(fault.Invalid, "account.amount_positive"))
	}
	err := f.Err()
	if err == nil {
		_, _, err = h.accounts.Write(c.Request.Context(), r)
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

// before shows how long tasks took before the program, and what is saved this month.
func (h *Handlers) before(c *gin.Context) error { return h.beforePage(c, http.StatusOK) }

func (h *Handlers) beforePage(c *gin.Context, status int) error {
	ctx := c.Request.Context()
	weekly, err := h.accounts.Before(ctx)
	if err != nil {
		return err
	}
	v, f, chrome := voiceOf(c), web.FormOf(c), web.Chrome(c)
	list, err := h.accounts.Hours(ctx, v.today.Add(1-fourWeeks), v.today)
	if err != nil {
		return err
	}
	of := map[string]account.Hours{}
	for _, one := range list {
		of[one.Task] = one
	}
	chrome.Title, chrome.Lead, chrome.Active, chrome.Path = v.t.T("account.before"), v.t.T("account.before_lead"), layout.More, "/helpers/before"
	chrome.Back = ui.Link{Href: "/helpers", Text: v.t.T("account.helper.title")}
	m := accountview.Before{Chrome: chrome, Head: []string{v.t.T("account.task"), v.t.T("account.weekly"), v.t.T("account.hours_lately"), v.t.T("account.saved_lately")}, Task: v.tasks(f), Hours: number(f, "hours", v.t.T("account.weekly"), "")}
	m.Hours.Needed, m.Hours.Hint = true, v.t.T("account.weekly_hint")
	for _, task := range account.Tasks() {
		one, done := of[task]
		if weekly[task] == 0 && !done {
			continue
		}
		row := []string{v.t.T("account.task." + task), "–", v.hours(one.Minutes), "–"}
		if weekly[task] > 0 {
			row[1] = v.hours(weekly[task])
		}
		if one.Weeks > 0 {
			row[3] = v.hours(one.Saved())
		}
		m.Rows = append(m.Rows, row)
	}
	return web.Render(c, status, accountview.BeforePage(m))
}

func (h *Handlers) putBefore(c *gin.Context) error {
	f := web.FormOf(c)
	task := f.Choice("task", account.Tasks()...)
	f.Quantity("hours")
	n := minutes(f, "hours")
	err := f.Err()
	if err == nil {
		err = h.accounts.PutBefore(c.Request.Context(), task, n)
	}
	if f.Refused(err) {
		return h.beforePage(c, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, web.Saved)
	return web.Redirect(c, "/helpers/before")
}

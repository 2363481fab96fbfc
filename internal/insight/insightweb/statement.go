package insightweb

import (
	"bytes"
	"context"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/account"
	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/insight"
	"buhuo/internal/money"
	"buhuo/internal/paper"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/web/sheet"
	insightview "buhuo/views/insight"
	"buhuo/views/ui"
)

// people is what happened with households and helpers in the two windows of a statement.
type people struct {
	now, then        account.Flow
	saved, savedThen int // minutes
	timed, timedThen bool
	known            bool // the statement is of the whole shop
}

// peopleOf adds up the accounts of a statement's windows. A part of the sales has none.
func (h *Handlers) peopleOf(ctx context.Context, a *asked) (p people, err error) {
	if a.Window.Days() <= 0 || !a.Channel.IsNil() || !a.Category.IsNil() || a.Province != "" || a.Source != 0 {
		return p, nil
	}
	p.known = true
	if p.now, err = h.accounts.Flow(ctx, a.Window.From, a.Window.Through); err != nil {
		return p, err
	}
	if p.then, err = h.accounts.Flow(ctx, a.Other.From, a.Other.Through); err != nil {
		return p, err
	}
	if p.saved, p.timed, err = h.saved(ctx, a.Window); err == nil {
		p.savedThen, p.timedThen, err = h.saved(ctx, a.Other)
	}
	return p, err
}

// saved adds up the minutes that tasks took less than before the program; false when
// nobody can say.
func (h *Handlers) saved(ctx context.Context, w insight.Window) (minutes int, known bool, err error) {
	list, err := h.accounts.Hours(ctx, w.From, w.Through)
	for _, one := range list {
		if one.Weekly > 0 {
			minutes, known = minutes+one.Saved(), true
		}
	}
	return minutes, known, err
}

// besides are the figures below the result: what was paid when, and what work was done.
func (v voice) besides(a *asked, m insight.Money, p people) []figure {
	lines := func(kind string) string {
		return a.with(linesPath, "kind", kind, "period", string(insight.Custom), "from", a.Window.From.String(), "through", a.Window.Through.String(), "on", "", "with", "", "by", "")
	}
	var out []figure
	if p.known {
		out = append(out,
			figure{code: "on_credit", key: "insight.line.on_credit", now: -p.now.OnCredit(), then: -p.then.OnCredit(), href: lines("on_credit")},
			figure{code: "paid_back", key: "insight.line.paid_back", now: p.now.Paid, then: p.then.Paid, href: lines("paid_back")},
			figure{code: "cash_in", key: "insight.line.cash_in", now: m.Now.Amount - p.now.OnCredit() + p.now.Paid, then: m.Then.Amount - p.then.OnCredit() + p.then.Paid, level: 1},
			figure{code: "written_off", key: "insight.line.written_off", now: -p.now.WrittenOff, then: -p.then.WrittenOff, href: lines("written_off")},
			figure{code: "work_earned", key: "insight.line.earned", now: p.now.Earned, then: p.then.Earned, href: lines("work")},
			figure{code: "helpers_paid", key: "insight.line.helpers_paid", now: p.now.Wages, then: p.then.Wages, href: lines("wages")},
		)
	}
	return append(out, figure{code: "saved", key: "insight.line.saved", now: m.Saved.Saving(), then: m.SavedThen.Saving(), href: "/orders/savings"},
		figure{code: "saved_estimated", key: "insight.line.saved_estimated", now: m.Saved.Estimated, then: m.SavedThen.Estimated, href: "/orders/savings"})
}

// work are the hours of a statement, as text.
func (v voice) work(a *asked, p people) []insightview.StatementLine {
	if !p.known || p.now.Minutes == 0 && p.then.Minutes == 0 {
		return nil
	}
	href := a.with(linesPath, "kind", "work", "period", string(insight.Custom), "from", a.Window.From.String(), "through", a.Window.Through.String(), "on", "", "with", "", "by", "")
	out := []insightview.StatementLine{{Name: v.t.T("insight.line.hours"), Href: href, Now: v.spent(p.now.Minutes), Then: v.spent(p.then.Minutes)}}
	if p.timed || p.timedThen {
		said := func(minutes int, known bool) string {
			if !known {
				return "–"
			}
			return v.spent(minutes)
		}
		out = append(out, insightview.StatementLine{Name: v.t.T("insight.line.hours_saved"), Href: href, Now: said(p.saved, p.timed), Then: said(p.savedThen, p.timedThen)})
	}
	return out
}

// spent writes minutes as hours, to the tenth.
func (v voice) spent(minutes int) string {
	tenths, _ := money.MulDiv(int64(minutes), 10, 60)
	return v.t.T("account.n_hours", i18n.A("hours", v.t.Decimal(float64(tenths)/10, 1)))
}

func (v voice) statementLines(figures []figure) []insightview.StatementLine {
	var out []insightview.StatementLine
	for _, f := range figures {
		if f.level == 0 && f.now == 0 && f.then == 0 {
			continue
		}
		out = append(out, insightview.StatementLine{Name: v.t.T(f.key), Href: f.href, Now: v.exact(f.now), Then: v.exact(f.then), Sum: f.level > 0})
	}
	return out
}

// statementOf is the sheet that a co-operative or an office takes.
func (h *Handlers) statementOf(c *gin.Context) (insightview.Statement, voice, error) {
	a, found, err := h.askMoney(c, statementPath)
	if err != nil {
		return insightview.Statement{}, voice{}, err
	}
	v := voiceOf(c, a)
	p, err := h.peopleOf(c.Request.Context(), &a)
	if err != nil {
		return insightview.Statement{}, v, err
	}
	chrome := v.chrome(c, "insight.statement")
	chrome.Back = ui.Link{Href: a.with(moneyPath), Text: v.t.T("insight.money")}
	m := insightview.Statement{Chrome: chrome, Shop: a.shop.Name, Window: window(v.t, a.Window), Other: window(v.t, a.Other), Made: v.t.T("insight.statement_made", i18n.A("day", a.today)), Lines: v.statement(&a, found)}
	if a.Window.Days() <= 0 {
		m.Window, m.Other = window(v.t, a.Whole), "–"
	}
	m.Besides = append(v.statementLines(v.besides(&a, found, p)), v.work(&a, p)...)
	m.Besides = append(m.Besides, insightview.StatementLine{Name: v.t.T("insight.line.times"), Now: v.t.Int(int64(found.Now.Lines)), Then: v.t.Int(int64(found.Then.Lines))})
	for _, own := range []struct {
		key, kind string
		b         insight.Booked
	}{{"insight.line.harvested", "harvested", found.Harvested}, {"insight.line.made", "made", found.Made}} {
		if own.b.Lines > 0 {
			href := a.with(linesPath, "kind", own.kind, "period", string(insight.Custom), "from", a.Window.From.String(), "through", a.Window.Through.String(), "on", "", "with", "", "by", "")
			m.Besides = append(m.Besides, insightview.StatementLine{Name: v.t.T(own.key), Href: href, Now: v.exact(own.b.Now), Then: v.exact(own.b.Then)})
		}
	}
	for _, format := range []string{"PDF", "XLSX", "CSV"} {
		extension := map[string]string{"PDF": ".pdf", "XLSX": ".xlsx", "CSV": ".csv"}[format]
		m.Files = append(m.Files, ui.Link{Href: a.with(statementPath + extension), Text: format, Icon: "download", Download: true})
	}
	m.Signs = []string{v.t.T("insight.sign_shop"), v.t.T("insight.sign_office")}
	return m, v, nil
}

// statement is the page: one sheet to print.
func (h *Handlers) statement(c *gin.Context) error {
	m, _, err := h.statementOf(c)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, insightview.StatementPage(m))
}

// statementPDF is the same sheet as a document.
func (h *Handlers) statementPDF(c *gin.Context) error {
	m, v, err := h.statementOf(c)
	if err != nil {
		return err
	}
	written, err := document(m, v.t)
	if err != nil {
		return err
	}
	web.Download(c, fileName(c), "application/pdf", written)
	return nil
}

// document sets the statement on a page of A4.
func document(m insightview.Statement, t *i18n.Printer) ([]byte, error) {
	const width = paper.Right - paper.Left
	p, err := paper.New("statement", string(t.Lang()))
	if err != nil {
		return nil, err
	}
	p.Y += p.Block(m.Chrome.Title, paper.Title, paper.Left, p.Y, width, paper.AtLeft)
	p.Y += p.Block(m.Shop, paper.Name, paper.Left, p.Y, width, paper.AtLeft) + 2*paper.Point
	const column, gap = 112 * paper.Point, 3 * paper.Point
	row := func(name, now, then string, st paper.Style) {
		p.Room(st.Line() + gap)
		height := p.Block(name, st, paper.Left, p.Y, width-2*column-10*paper.Point, paper.AtLeft)
		height = max(height, p.Block(now, st, paper.Right-2*column, p.Y, column-6*paper.Point, paper.AtRight), p.Block(then, st, paper.Right-column, p.Y, column, paper.AtRight))
		p.Y += height + gap/2
	}
	table := func(lines []insightview.StatementLine) {
		row(t.T("insight.name"), m.Window, m.Other, paper.Soft)
		p.Rule(paper.Left, paper.Right, p.Y, 900, 0)
		p.Y += gap
		for _, l := range lines {
			if l.Sum {
				p.Rule(paper.Left, paper.Right, p.Y-gap/2, 600, 0)
				p.Area(paper.Left, p.Y-gap/2, width, paper.Body.Line()+gap/2, 238)
			}
			row(l.Name, l.Now, l.Then, paper.Body)
			p.Rule(paper.Left, paper.Right, p.Y-gap/2, 300, 190)
		}
		p.Y += 10 * paper.Point
	}
	table(m.Lines)
	table(m.Besides)
	for _, text := range []string{t.T("insight.statement_how"), m.Made} {
		p.Room(2 * paper.Soft.Line())
		p.Y += p.Block(text, paper.Soft, paper.Left, p.Y, width, paper.AtLeft)
	}
	p.Room(40 * paper.Point)
	p.Y += 28 * paper.Point
	for i, sign := range m.Signs {
		x := paper.Left + i*(width/2+5*paper.Point)
		p.Rule(x, x+width/2-15*paper.Point, p.Y, 500, 120)
		p.Block(sign, paper.Soft, x, p.Y+3*paper.Point, width/2, paper.AtLeft)
	}
	p.Foot(m.Shop, func(n, of int) string { return strconv.Itoa(n) + " / " + strconv.Itoa(of) })
	var b bytes.Buffer
	_, err = p.WriteTo(&b)
	return b.Bytes(), err
}

func (h *Handlers) statementTables(c *gin.Context) ([]sheet.Table, error) {
	a, found, err := h.askMoney(c, statementPath)
	if err != nil {
		return nil, err
	}
	v := voiceOf(c, a)
	p, err := h.peopleOf(c.Request.Context(), &a)
	return []sheet.Table{v.statementTable(&a, found, p).As("statement")}, err
}

func (v voice) statementTable(a *asked, m insight.Money, p people) sheet.Table {
	t := sheet.Table{Name: v.t.T("insight.statement"), Columns: []sheet.Column{
		v.col("line", "insight.figure", sheet.Text), v.col("name", "insight.name", sheet.Text), v.col("amount", "insight.amount", sheet.Money), v.col("amount_before", "insight.amount_before", sheet.Money),
	}}
	for _, f := range append(v.figures(a, m), v.besides(a, m, p)...) {
		t.Rows = append(t.Rows, []string{f.code, v.t.T(f.key), v.decimal(f.now), v.decimal(f.then)})
	}
	return t
}

// accountFigures are the figures of accounts with people, by their name in an address.
var accountFigures = map[string][]account.Kind{
	"on_credit": {account.Bought, account.Returned}, "paid_back": {account.Paid}, "written_off": {account.WrittenOff},
	"work": {account.Worked}, "wages": {account.Wage},
}

// accountEntries reads the entries of a figure, in the order of days, and what they come to.
func (h *Handlers) accountEntries(ctx context.Context, name string, from, through day.Date) (out []account.Entry, sum money.Amount, err error) {
	kinds := accountFigures[name]
	all, err := h.accounts.Between(ctx, kinds[0].Side(), from, through)
	for _, e := range all {
		for _, k := range kinds {
			if e.Kind == k {
				out, sum = append(out, e), sum+e.Amount
			}
		}
	}
	return out, sum, err
}

// accountNumber names an entry without a person: the account's id and the line in it.
func accountNumber(e account.Entry) string {
	return e.AccountID.String()[:8] + " / " + strconv.Itoa(e.Seq)
}

// accountLines shows the entries of accounts that a figure was added up from, without a
// name; only the owner is led on.
func (h *Handlers) accountLines(c *gin.Context, a askedLines) error {
	v := voiceOf(c, a.asked)
	list, sum, err := h.accountEntries(c.Request.Context(), a.name, a.Window.From, a.Window.Through)
	if err != nil {
		return err
	}
	m := insightview.Behind{Chrome: v.chrome(c, "insight.lines"), T: v.t, Says: window(v.t, a.Window), Head: []string{v.t.T("insight.day"), v.t.T("insight.hours"), v.t.T("insight.amount")}}
	m.Chrome.Title = v.t.T("insight.account." + a.name)
	m.Chrome.Back = ui.Link{Href: a.with(statementPath, "kind", "", "product", ""), Text: v.t.T("insight.statement")}
	m.Chrome.Actions = []ui.Link{{Href: a.with(linesPath + ".csv"), Text: "CSV", Icon: "download", Kind: ui.Quiet, Download: true}, {Href: a.with(linesPath + ".xlsx"), Text: "XLSX", Icon: "download", Kind: ui.Quiet, Download: true}}
	for i, e := range list {
		if i < a.offset || i >= a.offset+lineRows {
			continue
		}
		row := insightview.BehindRow{Name: v.t.Date(e.Day), Note: v.t.T("account.kind."+string(e.Kind)) + " · " + accountNumber(e), Cells: []string{"", v.exact(e.Amount)}}
		if e.Minutes != 0 {
			row.Cells[0] = v.spent(e.Minutes)
		}
		switch {
		case !may(c, tenant.Owner):
		case e.Side == account.Household:
			row.Href = "/credit/" + e.AccountID.String()
		default:
			row.Href = "/helpers/" + e.AccountID.String()
		}
		m.Rows = append(m.Rows, row)
	}
	m.Pager = a.pager(v.t, len(list))
	m.Sum = v.t.T("insight.account_sum", i18n.A("n", len(list)), i18n.A("amount", v.exact(sum)))
	return web.Render(c, http.StatusOK, insightview.BehindPage(m))
}

func (h *Handlers) accountTable(c *gin.Context, a askedLines) ([]sheet.Table, error) {
	v := voiceOf(c, a.asked)
	list, _, err := h.accountEntries(c.Request.Context(), a.name, a.Window.From, a.Window.Through)
	t := sheet.Table{Name: v.t.T("insight.account." + a.name), Columns: []sheet.Column{
		v.col("day", "insight.day", sheet.Text), v.col("line", "insight.figure", sheet.Text), v.col("ledger", "insight.ledger_lines", sheet.Text), v.col("minutes", "insight.minutes", sheet.Number), v.col("amount", "insight.amount", sheet.Money),
	}}
	for _, e := range list {
		t.Rows = append(t.Rows, []string{e.Day.String(), string(e.Kind), accountNumber(e), strconv.Itoa(e.Minutes), v.decimal(e.Amount)})
	}
	return []sheet.Table{t}, err
}

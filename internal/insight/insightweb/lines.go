package insightweb

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/web"
	"buhuo/internal/web/sheet"
	insightview "buhuo/views/insight"
	"buhuo/views/ui"
)

const (
	linesPath = "/insights/lines"
	lineRows  = 50
)

// askedLines is which figure, and perhaps which product.
type askedLines struct {
	asked
	name    string
	kinds   []insight.Kind
	product ident.ID
	offset  int
}

func (h *Handlers) askLines(c *gin.Context) (askedLines, error) {
	a, err := h.ask(c, linesPath, insight.Month)
	if err != nil {
		return askedLines{}, err
	}
	l, f := askedLines{asked: a}, web.QueryOf(c)
	if l.name = f.String("kind", 40); l.name == "" {
		l.name = "sales"
	}
	kinds, ok := insight.Figure(l.name)
	if !ok && accountFigures[l.name] == nil {
		return l, fault.New(fault.NotFound, "insight.figure_missing")
	}
	l.kinds = kinds
	l.set("kind", l.name)
	if id, ok := f.IDOpt("product"); ok {
		l.product = id
		l.set("product", id.String())
	}
	l.offset, _ = f.IntOpt("after", 1, 1<<30)
	if f.Err() != nil {
		return l, fault.New(fault.Malformed, "insight.address_unreadable").WithCause(f.Err())
	}
	return l, nil
}

// sums are what lines come to.
type sums struct {
	amount, value money.Amount
	lines         int
}

// lines shows what a figure was added up from: product by product, and of one product
// each line of the ledger.
func (h *Handlers) lines(c *gin.Context) error {
	a, err := h.askLines(c)
	if err != nil {
		return err
	}
	if accountFigures[a.name] != nil {
		return h.accountLines(c, a)
	}
	v := voiceOf(c, a.asked)
	list, err := h.boards.Behind(c.Request.Context(), a.Query, a.kinds)
	if err != nil {
		return err
	}
	name := v.figureName(a.name)
	m := insightview.Behind{Chrome: v.chrome(c, "insight.lines"), T: v.t, Says: window(v.t, a.Window)}
	m.Chrome.Title = name
	m.Chrome.Back = ui.Link{Href: a.with(moneyPath, "kind", "", "product", ""), Text: v.t.T("insight.money")}
	m.Chrome.Actions = []ui.Link{{Href: a.with(linesPath + ".csv"), Text: "CSV", Icon: "download", Kind: ui.Quiet, Download: true}, {Href: a.with(linesPath + ".xlsx"), Text: "XLSX", Icon: "download", Kind: ui.Quiet, Download: true}}
	sale := a.kinds[0].Sale()
	var sum sums
	if a.product.IsNil() {
		m.Head = v.behindHead(v.t.T("insight.product"), sale)
		for i, b := range list {
			sum = sums{sum.amount + b.Amount, sum.value + b.Value, sum.lines + b.Lines}
			if i >= a.offset && i < a.offset+lineRows {
				m.Rows = append(m.Rows, v.behindRow(b.Product.Name, a.with(linesPath, "product", b.Product.ID.String()), v.t.T("insight.n_lines", i18n.A("n", b.Lines)), v.t.Measured(b.Quantity, b.Product.BaseUnit), b.Amount, b.Value, sale))
			}
		}
		m.Pager = a.pager(v.t, len(list))
		m.Sum = v.sumText(sum, sale)
		return web.Render(c, http.StatusOK, insightview.BehindPage(m))
	}
	unit := ""
	for _, b := range list {
		if b.Product.ID == a.product {
			unit, m.Chrome.Title = b.Product.BaseUnit, name+" · "+b.Product.Name
		}
	}
	if unit == "" {
		return fault.New(fault.NotFound, "insight.figure_missing")
	}
	m.Chrome.Back = ui.Link{Href: a.with(linesPath, "product", ""), Text: name}
	entries, err := h.boards.Entries(c.Request.Context(), a.Query, a.kinds, a.product)
	if err != nil {
		return err
	}
	m.Head = v.behindHead(v.t.T("insight.day"), sale)
	for i, e := range entries {
		sum = sums{sum.amount + e.Amount, sum.value + e.Value, sum.lines + 1}
		if i >= a.offset && i < a.offset+lineRows {
			m.Rows = append(m.Rows, v.entryRow(a.product, e, unit, sale))
		}
	}
	m.Pager = a.pager(v.t, len(entries))
	m.Sum = v.sumText(sum, sale)
	return web.Render(c, http.StatusOK, insightview.BehindPage(m))
}

func (a askedLines) pager(t *i18n.Printer, n int) ui.PagerModel {
	p := ui.PagerModel{T: t}
	if a.offset+lineRows < n {
		p.Next = a.with(linesPath, "after", strconv.Itoa(a.offset+lineRows))
	}
	if a.offset > lineRows {
		p.Prev = a.with(linesPath, "after", strconv.Itoa(a.offset-lineRows))
	} else if a.offset > 0 {
		p.Prev = a.with(linesPath)
	}
	return p
}

func (v voice) figureName(name string) string {
	switch name {
	case "sales":
		return v.t.T("insight.line.sales")
	case "uncosted":
		return v.t.T("insight.line.unknown")
	}
	return v.t.T("insight.kind." + name)
}

func (v voice) behindHead(first string, sale bool) []string {
	head := []string{first, v.t.T("insight.quantity")}
	if sale {
		head = append(head, v.t.T("insight.amount"))
	}
	return append(head, v.t.T("insight.at_cost"))
}

func (v voice) behindRow(name, href, note, quantity string, amount, value money.Amount, sale bool) insightview.BehindRow {
	row := insightview.BehindRow{Name: name, Href: href, Note: note, Cells: []string{quantity}}
	if sale {
		row.Cells = append(row.Cells, v.exact(amount))
	}
	row.Cells = append(row.Cells, v.exact(value))
	return row
}

// entryRow is a line of the ledger; it leads to where the line stands.
func (v voice) entryRow(product ident.ID, e insight.Entry, unit string, sale bool) insightview.BehindRow {
	href := "/stock/movements?product=" + product.String()
	if e.Sale != nil {
		href = "/sales?day=" + e.Day.String()
	}
	note := e.Reason
	if len(e.Seqs) > 0 {
		numbers := make([]string, len(e.Seqs))
		for i, n := range e.Seqs {
			numbers[i] = strconv.FormatInt(n, 10)
		}
		note = strings.TrimSuffix(v.t.T("insight.ledger_number", i18n.A("number", strings.Join(numbers, ", ")))+" · "+note, " · ")
	} else if sale {
		note = v.t.T("insight.moved_nothing")
	}
	return v.behindRow(v.t.Date(e.Day), href, note, v.t.Measured(e.Quantity, unit), e.Amount, e.Value, sale)
}

func (v voice) sumText(s sums, sale bool) string {
	if sale {
		return v.t.T("insight.lines_sum_sales", i18n.A("n", s.lines), i18n.A("amount", v.exact(s.amount)), i18n.A("value", v.exact(s.value)))
	}
	return v.t.T("insight.lines_sum", i18n.A("n", s.lines), i18n.A("value", v.exact(s.value)))
}

func (h *Handlers) linesTables(c *gin.Context) ([]sheet.Table, error) {
	a, err := h.askLines(c)
	if err != nil {
		return nil, err
	}
	if accountFigures[a.name] != nil {
		return h.accountTable(c, a)
	}
	v := voiceOf(c, a.asked)
	t := sheet.Table{Name: v.figureName(a.name), Columns: []sheet.Column{
		v.col("product_code", "insight.col_code", sheet.Text), v.col("product_name", "insight.product", sheet.Text), v.col("unit", "insight.col_unit", sheet.Text), v.col("day", "insight.day", sheet.Text),
		v.col("ledger", "insight.ledger_lines", sheet.Text), v.col("quantity", "insight.quantity", sheet.Number), v.col("amount", "insight.amount", sheet.Money), v.col("at_cost", "insight.at_cost", sheet.Money), v.col("reason", "insight.cause", sheet.Text),
	}}
	list, err := h.boards.Behind(c.Request.Context(), a.Query, a.kinds)
	if err != nil {
		return nil, err
	}
	for _, b := range list {
		if a.product.IsNil() {
			t.Rows = append(t.Rows, v.lineCells(b, "", strconv.Itoa(b.Lines), b.Quantity, b.Amount, b.Value, ""))
			continue
		}
		if b.Product.ID != a.product {
			continue
		}
		entries, err := h.boards.Entries(c.Request.Context(), a.Query, a.kinds, a.product)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			numbers := make([]string, len(e.Seqs))
			for i, n := range e.Seqs {
				numbers[i] = strconv.FormatInt(n, 10)
			}
			t.Rows = append(t.Rows, v.lineCells(b, e.Day.String(), strings.Join(numbers, " "), e.Quantity, e.Amount, e.Value, e.Reason))
		}
	}
	return []sheet.Table{t}, nil
}

func (v voice) lineCells(b insight.Behind, day, lines string, q measure.Quantity, amount, value money.Amount, reason string) []string {
	return []string{b.Product.Code, b.Product.Name, b.Product.BaseUnit, day, lines, q.Decimal(), v.decimal(amount), v.decimal(value), reason}
}

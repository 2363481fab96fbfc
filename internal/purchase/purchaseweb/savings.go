package purchaseweb

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/web"
	"buhuo/internal/web/sheet"
	"buhuo/views/layout"
	purchaseviews "buhuo/views/purchase"
	"buhuo/views/ui"
)

const (
	savedRows = 50 // of the ledger on a page
	firstYear = 1990
	lastYear  = 2240
)

// savedYear is the year that is asked for, the present one without a wish, and the line
// of its ledger to begin at.
func savedYear(c *gin.Context) (year, offset int, err error) {
	f := web.QueryOf(c)
	year = web.Today(c).Year()
	if wished, ok := f.IntOpt("year", firstYear, lastYear); ok {
		year = wished
	}
	if from, ok := f.IntOpt("from", 1, 1<<30); ok {
		offset = from
	}
	if f.Err() != nil {
		return 0, 0, fault.New(fault.Malformed, "purchase.cursor_unreadable").WithCause(f.Err())
	}
	return year, offset, nil
}

// of are the days of a year.
func of(year int) purchase.SavedQuery {
	return purchase.SavedQuery{From: day.New(year, time.January, 1), Through: day.New(year, time.December, 31)}
}

// savings shows what buying from each source saved, counted when the goods came.
func (h *Handlers) savings(c *gin.Context) error {
	ctx := c.Request.Context()
	year, offset, err := savedYear(c)
	if err != nil {
		return err
	}
	days, err := h.orders.SavedDays(ctx, of(firstYear).From, of(lastYear).Through)
	if err != nil {
		return err
	}
	q := of(year)
	q.Offset, q.Limit = offset, savedRows+1
	lines, err := h.orders.Savings(ctx, q)
	if err != nil {
		return err
	}
	names, err := h.orders.SupplierNames(ctx)
	if err != nil {
		return err
	}
	scope, _ := web.Scope(c)
	m := purchaseviews.SavingsPage{Chrome: web.Chrome(c)}
	s := teller{m.Chrome.T, scope.Currency}
	m.Chrome.Title, m.Chrome.Active = s.t.T("purchase.savings_title"), layout.Orders
	m.Chrome.Back = ui.Link{Href: "/orders", Text: s.t.T("purchase.orders_title")}
	if len(days) == 0 {
		m.Empty = &ui.EmptyModel{Icon: "coins", Title: s.t.T("purchase.savings_none"), Text: s.t.T("purchase.savings_none_text"),
			Action: ui.Link{Href: "/suggestions", Text: s.t.T("purchase.to_suggestions"), Icon: "bulb", Kind: ui.Primary}}
		return web.Render(c, http.StatusOK, purchaseviews.Savings(m))
	}
	m.Chrome.Actions = []ui.Link{{Href: savingsAddress("savings.csv", year, 0), Text: s.t.T("purchase.savings_download"), Icon: "download", Kind: ui.Quiet, Download: true}}
	m.Years = s.years(days, year)
	if len(lines) == 0 {
		m.Empty = &ui.EmptyModel{Icon: "coins", Title: s.t.T("purchase.savings_empty_year", i18n.A("year", strconv.Itoa(year)))}
		return web.Render(c, http.StatusOK, purchaseviews.Savings(m))
	}
	mine := slices.DeleteFunc(days, func(d purchase.SavedDay) bool { return d.Day < q.From || d.Day > q.Through })
	s.sums(&m, mine, names)
	if len(lines) > savedRows {
		lines = lines[:savedRows]
		m.Pager.Next = savingsAddress("savings", year, offset+savedRows)
	}
	m.Pager.T = s.t
	for _, l := range lines {
		m.Lines = append(m.Lines, s.saved(l))
	}
	return web.Render(c, http.StatusOK, purchaseviews.Savings(m))
}

func savingsAddress(page string, year, from int) string {
	address := "/orders/" + page + "?year=" + strconv.Itoa(year)
	if from > 0 {
		address += "&from=" + strconv.Itoa(from)
	}
	return address
}

// teller says what was saved in the reader's language.
type teller struct {
	t *i18n.Printer
	c money.Currency
}

func (s teller) money(a money.Amount) string { return s.t.Money(a, s.c) }

// result is an amount saved, with the tone of a loss where there is one.
func (s teller) result(a money.Amount) purchaseviews.Result {
	if a < 0 {
		return purchaseviews.Result{Text: s.t.T("purchase.savings_dearer", i18n.A("amount", i18n.Cash{Amount: -a, Currency: s.c})), Tone: ui.Out}
	}
	return purchaseviews.Result{Text: s.money(a), Tone: ui.OK}
}

// years are those with anything to show, the latest first; the one asked for is always
// among them.
func (s teller) years(days []purchase.SavedDay, asked int) []ui.Tab {
	years := []int{asked}
	for _, d := range days {
		if y := d.Day.Year(); !slices.Contains(years, y) {
			years = append(years, y)
		}
	}
	slices.SortFunc(years, func(a, b int) int { return b - a })
	tabs := make([]ui.Tab, len(years))
	for i, y := range years {
		tabs[i] = ui.Tab{Href: savingsAddress("savings", y, 0), Text: strconv.Itoa(y), Active: y == asked}
	}
	return tabs
}

// sums are the figures of a year, month by month and supplier by supplier.
func (s teller) sums(m *purchaseviews.SavingsPage, days []purchase.SavedDay, names map[ident.ID]string) {
	var all purchase.SavedDay
	months, suppliers := map[day.Date]purchase.SavedDay{}, map[ident.ID]purchase.SavedDay{}
	for _, d := range days {
		all = all.Plus(d)
		y, month, _ := d.Day.Civil()
		first := day.New(y, month, 1)
		months[first], suppliers[d.SupplierID] = months[first].Plus(d), suppliers[d.SupplierID].Plus(d)
	}
	total := s.result(all.Saving())
	m.Saved = []ui.Figure{{Label: s.t.T("purchase.savings_real"), Value: total.Text, Tone: total.Tone}}
	if all.KeptLines > 0 {
		m.Promised = s.promised(all)
	}
	m.Compared = s.t.T("purchase.savings_compared", i18n.A("part", i18n.Cash{Amount: all.Compared, Currency: s.c}), i18n.A("all", i18n.Cash{Amount: all.Cost, Currency: s.c}))
	for _, first := range sorted(months, func(a, b day.Date) int { return int(b - a) }) {
		m.Months = append(m.Months, s.sum(s.t.Month(first), months[first]))
	}
	for _, id := range sorted(suppliers, func(a, b ident.ID) int {
		return cmp.Or(cmp.Compare(suppliers[b].Saving(), suppliers[a].Saving()), cmp.Compare(names[a], names[b]), bytes.Compare(a[:], b[:]))
	}) {
		row := s.sum(names[id], suppliers[id])
		row.Href = "/suppliers/" + id.String()
		m.Suppliers = append(m.Suppliers, row)
	}
}

func sorted[K comparable, V any](m map[K]V, compare func(a, b K) int) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compare)
	return keys
}

func (s teller) sum(name string, d purchase.SavedDay) purchaseviews.SavedSum {
	out := purchaseviews.SavedSum{Name: name, Compared: "–", Reference: "–", Saved: purchaseviews.Result{Text: "–"}}
	if d.ComparedLines > 0 {
		out.Compared, out.Reference, out.Saved = s.money(d.Compared), s.money(d.Reference), s.result(d.Saving())
	}
	if d.KeptLines > 0 {
		out.Kept = s.promised(d)
	}
	return out
}

// saved is a line of the ledger; its order explains it.
func (s teller) saved(l purchase.SavedLine) purchaseviews.SavedLine {
	out := purchaseviews.SavedLine{
		Day: s.t.DateShort(l.Day), Product: l.Product.Name, Href: "/orders/" + l.OrderID.String(), Supplier: l.SupplierName,
		Quantity: s.t.Measured(l.Quantity, l.Product.BaseUnit), Cost: s.money(l.Cost), Reference: "–", Saved: purchaseviews.Result{Text: s.t.T("purchase.savings_nobody")},
	}
	if amount, ok := l.Amount(); ok {
		out.Reference, out.Wholesale, out.Saved = s.money(*l.Reference), l.Wholesale, s.result(amount)
	}
	if _, promised, ok := l.Kept(); ok {
		out.Promised = s.t.T("purchase.savings_line_promised", i18n.A("amount", s.money(promised)))
	}
	return out
}

var savedColumns = []string{"day", "order_id", "receipt_id", "line", "product_code", "product_name", "supplier", "quantity", "unit", "cost", "wholesaler", "wholesaler_cost", "saving", "estimated"}

// savingsCSV is the ledger of a year for a spreadsheet: these columns in every language.
func (h *Handlers) savingsCSV(c *gin.Context) error {
	year, _, err := savedYear(c)
	if err != nil {
		return err
	}
	lines, err := h.orders.Savings(c.Request.Context(), of(year))
	if err != nil {
		return err
	}
	scope, _ := web.Scope(c)
	amount := func(a *money.Amount) string {
		if a == nil {
			return ""
		}
		return a.Decimal(scope.Currency)
	}
	rows := make([][]string, len(lines))
	for i, l := range lines {
		saving := ""
		if s, ok := l.Amount(); ok {
			saving = s.Decimal(scope.Currency)
		}
		rows[i] = []string{
			l.Day.String(), l.OrderID.String(), l.ReceiptID.String(), strconv.Itoa(l.Line), l.Product.Code, l.Product.Name, l.SupplierName,
			l.Quantity.Decimal(), l.Product.BaseUnit, l.Cost.Decimal(scope.Currency), l.Wholesale, amount(l.Reference), saving, amount(l.Estimated),
		}
	}
	var b bytes.Buffer
	if err := sheet.Write(&b, savedColumns, rows); err != nil {
		return err
	}
	web.Download(c, "savings-"+strconv.Itoa(year)+".csv", "text/csv; charset=utf-8", b.Bytes())
	return nil
}

// savingFacts say what an order is to save, with its range, and beside it what it saved
// once goods have come.
func (h *Handlers) savingFacts(ctx context.Context, s teller, o purchase.Order, came []purchase.SavedLine) ([]ui.Fact, error) {
	var out []ui.Fact
	if o.Saving != nil {
		out = append(out, ui.Fact{Term: s.t.T("purchase.saving"), Text: s.money(*o.Saving), Note: s.t.T("purchase.saving_note")})
	}
	if promise, ok := o.Promise(); ok && o.State != purchase.Cancelled && len(came) == 0 {
		r, err := h.orders.Range(ctx, promise)
		if err != nil {
			return nil, err
		}
		if r != nil {
			key := "purchase.saving_range"
			if r.Own {
				key = "purchase.saving_range_own"
			}
			out[0].Note = s.t.T(key, i18n.A("range", s.t.Between(s.money(r.Low), s.money(r.High))), i18n.A("n", r.Cases))
		}
	}
	var all purchase.SavedDay
	for _, l := range came {
		all = all.Plus(purchase.DayOf(l.Saved))
	}
	if all.ComparedLines == 0 {
		return out, nil
	}
	fact := ui.Fact{Term: s.t.T("purchase.savings_real"), Text: s.result(all.Saving()).Text}
	if all.KeptLines > 0 {
		fact.Note = s.promised(all)
	}
	return append(out, fact), nil
}

// promised compares what orders had promised with what came of it, on the same goods.
func (s teller) promised(d purchase.SavedDay) string {
	return s.t.T("purchase.savings_promised", i18n.A("n", d.KeptLines), i18n.A("promised", s.money(d.Promised)), i18n.A("saved", s.result(d.Kept).Text))
}

// lotOf is a place in a delivery.
type lotOf struct {
	receipt  ident.ID
	position int
}

// savedBy says of each lot what it saved, where there was somebody to compare with.
func savedBy(s teller, lines []purchase.SavedLine) map[lotOf]string {
	out := make(map[lotOf]string, len(lines))
	for _, l := range lines {
		amount, ok := l.Amount()
		switch {
		case ok && amount >= 0:
			out[lotOf{l.ReceiptID, l.Position}] = s.t.T("purchase.savings_lot", i18n.A("amount", i18n.Cash{Amount: amount, Currency: s.c}), i18n.A("name", l.Wholesale))
		case ok:
			out[lotOf{l.ReceiptID, l.Position}] = s.t.T("purchase.savings_lot_dearer", i18n.A("amount", i18n.Cash{Amount: -amount, Currency: s.c}), i18n.A("name", l.Wholesale))
		}
	}
	return out
}

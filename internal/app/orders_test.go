package app_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
	"buhuo/internal/webtest"
)

type orderAnswer struct {
	ID       string `json:"id"`
	Number   string `json:"number"`
	Supplier string `json:"supplier"`
	State    string `json:"state"`
	Total    string `json:"total"`
	Currency string `json:"currency"`
}

type ordersAnswer struct {
	Orders []orderAnswer `json:"orders"`
	Cursor string        `json:"cursor"`
}

func ordersOf(b *webtest.Browser) []orderAnswer {
	var answer ordersAnswer
	b.Get("/orders.json").Want(http.StatusOK).JSON(&answer)
	return answer.Orders
}

// TestOrderAllContract: one draft a supplier, of exactly what was suggested; the
// same again makes nothing.
func TestOrderAllContract(t *testing.T) {
	h := newHouse(t)
	b := h.plain(t, tenant.Manager)
	before := ordersOf(b)
	rows := b.Get("/suggestions.csv").CSV()[1:]
	want := map[string]int{} // lines of each supplier's draft
	for _, row := range rows {
		want[row[6]]++
	}
	if r := b.PostForm("/orders", url.Values{"suggestions": {"all"}}).Want(http.StatusSeeOther); r.Location() != "/orders" {
		t.Errorf("leads to %s", r.Location())
	}
	made := newOrders(before, ordersOf(b))
	if len(made) != len(want) || len(want) != 2 {
		t.Fatalf("%d drafts for %d suppliers", len(made), len(want))
	}
	for _, o := range made {
		lines := b.Get("/orders/" + o.ID + ".csv").CSV()[1:]
		if o.State != "draft" || o.Currency != "CNY" || o.Number == "" || len(lines) != want[o.Supplier] {
			t.Errorf("%+v with %d lines, want %d", o, len(lines), want[o.Supplier])
		}
		for _, line := range lines {
			i := slices.IndexFunc(rows, func(row []string) bool { return row[0] == line[1] })
			if i < 0 || line[4] != rows[i][7] || line[5] != rows[i][8] || line[6] != rows[i][11] || line[7] != rows[i][12] {
				t.Errorf("the line %v is not what was suggested", line)
			}
		}
	}
	snap := h.snapshot(t)
	b.PostForm("/orders", url.Values{"suggestions": {"all"}}).Want(http.StatusSeeOther)
	unchanged(t, "ordering all again", snap, h.snapshot(t))
	if left := b.Get("/suggestions.csv").CSV(); len(left) != 1 {
		t.Errorf("%d suggestions are left", len(left)-1)
	}
}

// TestOrderMoreThanOneOrderHolds: a supplier of very many products gets as many
// orders as it takes, and nothing is left out.
func TestOrderMoreThanOneOrderHolds(t *testing.T) {
	const products = purchase.MaxLines + 20
	h := newHouse(t)
	b := h.plain(t, tenant.Manager)
	before := ordersOf(b)
	var list, sold strings.Builder
	list.WriteString("item,name,category,unit\n")
	sold.WriteString("item,date,quantity,cost\n")
	for i := range products {
		fmt.Fprintf(&list, "m%d,多%d,x,kg\n", i, i)
		for d := 1; d <= 7; d++ {
			fmt.Fprintf(&sold, "m%d,2026-11-%02d,5,2\n", i, 15+d)
		}
	}
	b.Upload("/import", "file", "p.csv", []byte(list.String()), url.Values{"kind": {"products"}}).Want(http.StatusSeeOther)
	b.Upload("/import", "file", "s.csv", []byte(sold.String()), url.Values{"kind": {"sales"}}).Want(http.StatusSeeOther)
	if err := h.Restock.Recompute(h.mine.ctx, nil); err != nil {
		t.Fatal(err)
	}
	suggested := len(b.Get("/suggestions.csv").CSV()) - 1
	if suggested < products {
		t.Fatalf("only %d suggestions", suggested)
	}
	b.PostForm("/orders", url.Values{"suggestions": {"all"}}).Want(http.StatusSeeOther)
	lines := 0
	for _, o := range newOrders(before, ordersOf(b)) {
		n := len(b.Get("/orders/"+o.ID+".csv").CSV()) - 1
		if lines += n; n > purchase.MaxLines {
			t.Errorf("order %s has %d lines", o.Number, n)
		}
		// What was ordered can be received through the page's own form.
		b.PostForm("/orders/"+o.ID+"/send", url.Values{}).Want(http.StatusSeeOther)
		page := b.Get("/orders/" + o.ID).Want(http.StatusOK)
		page.Form("form[action='/orders/" + o.ID + "/receive']").Submit().Want(http.StatusSeeOther)
		if got := stateOf(b, "/orders/"+o.ID); got != "received" {
			t.Errorf("order %s of %d lines is %s", o.Number, n, got)
		}
	}
	if lines != suggested {
		t.Errorf("%d lines for %d suggestions", lines, suggested)
	}
	h.proved(t)
}

func newOrders(before, after []orderAnswer) []orderAnswer {
	return slices.DeleteFunc(slices.Clone(after), func(o orderAnswer) bool { return slices.Contains(before, o) })
}

func TestOrderByCodeContract(t *testing.T) {
	h := newHouse(t)
	b := h.plain(t, tenant.Manager)
	before := ordersOf(b)
	snap := h.snapshot(t)
	for _, bad := range []url.Values{{}, {"suggestions": {""}}, {"suggestions": {"no-such-code"}}, {"suggestions": {h.mine.code, "no-such-code"}}} {
		if r := b.PostForm("/orders", bad); r.Status < 400 || r.Status >= 500 {
			t.Errorf("ordering %v answers %d", bad, r.Status)
		}
	}
	unchanged(t, "an order of nothing that is there", snap, h.snapshot(t))
	b.PostForm("/orders", url.Values{"suggestions": {h.mine.code}}).Want(http.StatusSeeOther)
	if made := newOrders(before, ordersOf(b)); len(made) != 1 || made[0].Supplier != "果园" {
		t.Errorf("ordering one code made %+v", made)
	}
	snap = h.snapshot(t)
	b.PostForm("/orders", url.Values{"suggestions": {h.mine.code}}).Want(http.StatusSeeOther)
	unchanged(t, "ordering it again", snap, h.snapshot(t))
}

var orderColumns = []string{"line", "product_code", "supplier_code", "product_name", "quantity", "unit", "unit_price", "line_total"}

func TestDocumentsContract(t *testing.T) {
	h := newHouse(t)
	b := h.plain(t, tenant.Viewer)
	base := "/orders/" + h.mine.ids["sent"].String()
	var first []byte
	for _, lang := range []string{"zh-Hans", "fr", "en"} {
		r := b.Get(base + ".csv?lang=" + lang).Want(http.StatusOK)
		rows := r.CSV()
		if !bytes.HasPrefix(r.Body, []byte("\ufeff")) || !slices.Equal(rows[0], orderColumns) || len(rows) != 2 {
			t.Fatalf("%s: %q", lang, r.Body)
		}
		// A supplier's code that a spreadsheet would run as a formula.
		if got := rows[1]; !slices.Equal(got, []string{"1", h.mine.code, "'=1+1", "红枣", "5", "kg", "20.00", "100.00"}) {
			t.Errorf("%s: the line is %q", lang, got)
		}
		if first == nil {
			first = r.Body
		}
		if !bytes.Equal(first, r.Body) {
			t.Errorf("the CSV in %s differs", lang)
		}
		pdf := b.Get(base + ".pdf?lang=" + lang).Want(http.StatusOK)
		if !bytes.HasPrefix(pdf.Body, []byte("%PDF-")) || pdf.Header.Get("Content-Type") != "application/pdf" {
			t.Errorf("%s: the PDF begins with %.20q (%s)", lang, pdf.Body, pdf.Header.Get("Content-Type"))
		}
		html := b.Get(base + ".html?lang=" + lang).Want(http.StatusOK)
		if got := html.Doc().Find("html").AttrOr("lang", ""); got != lang {
			t.Errorf("the printed page is in %q, want %s", got, lang)
		}
	}
	var one struct {
		orderAnswer
		Freight string `json:"freight"`
		DueDate string `json:"due_date"`
		Lines   []struct {
			Line         int    `json:"line"`
			ProductCode  string `json:"product_code"`
			SupplierCode string `json:"supplier_code"`
			ProductName  string `json:"product_name"`
			Quantity     string `json:"quantity"`
			Unit         string `json:"unit"`
			UnitPrice    string `json:"unit_price"`
			LineTotal    string `json:"line_total"`
			Received     string `json:"received"`
		} `json:"lines"`
	}
	b.Get(base + ".json").Want(http.StatusOK).JSON(&one)
	if one.State != "sent" || one.Total != "100.00" || len(one.Lines) != 1 || one.Lines[0].SupplierCode != "=1+1" {
		t.Errorf("the order as JSON: %+v", one)
	}
	for _, suffix := range []string{".csv", ".pdf", ".html", ".json", ""} {
		b.Get("/orders/" + ident.New().String() + suffix).Want(http.StatusNotFound)
		b.Get("/orders/1" + suffix).Want(http.StatusNotFound)
	}
}

// TestOrderStepsContract tries every action in every state that an order can be in,
// twice: a legal step answers 303, the same again 303 without a change, any other
// 409 without a change.
func TestOrderStepsContract(t *testing.T) {
	for _, path := range [][]string{
		{}, {"send"}, {"send", "confirm"}, {"send", "part"}, {"send", "receive"}, {"send", "confirm", "receive"}, {"cancel"}, {"send", "cancel"},
		{"send", "part", "close"}, {"send", "confirm", "part", "receive"},
	} {
		t.Run(strings.Join(append([]string{"draft"}, path...), " "), func(t *testing.T) {
			for _, action := range []string{"send", "confirm", "receive", "cancel", "close"} {
				h := newHouse(t)
				b := h.plain(t, tenant.Manager)
				base := "/orders/" + h.mine.ids["draft"].String()
				for _, step := range path {
					h.step(b, base, step).Want(http.StatusSeeOther)
				}
				state := stateOf(b, base)
				before := h.snapshot(t)
				r := h.step(b, base, action)
				after := h.snapshot(t)
				if got, want := r.Status, answerTo(state, action); got != want {
					t.Errorf("%s of a %s order: %d, want %d", action, state, got, want)
				}
				if !does(state, action) {
					unchanged(t, action+" of a "+state+" order", before, after)
					continue
				}
				if stateOf(b, base) == state {
					t.Errorf("%s left the order %s", action, state)
				}
				h.step(b, base, action).Want(http.StatusSeeOther)
				unchanged(t, action+" again", after, h.snapshot(t))
			}
		})
	}
}

// step does an action; "part" is a delivery of 2 of the 5.
func (h *house) step(b *webtest.Browser, base, action string) *webtest.Response {
	if action == "part" {
		return b.PostForm(base+"/receive", url.Values{"line": {"1"}, "quantity": {"2"}})
	}
	return b.PostForm(base+"/"+action, url.Values{})
}

func stateOf(b *webtest.Browser, base string) string {
	id := strings.TrimPrefix(base, "/orders/")
	for _, o := range ordersOf(b) {
		if o.ID == id {
			return o.State
		}
	}
	return ""
}

// does is the table of steps that change something.
func does(state, action string) bool {
	return slices.Contains(map[string][]string{
		"send": {"draft"}, "confirm": {"sent"}, "receive": {"sent", "confirmed", "part_received"}, "cancel": {"draft", "sent", "confirmed"}, "close": {"part_received"},
	}[action], state)
}

func answerTo(state, action string) int {
	leadsTo := map[string]string{"send": "sent", "confirm": "confirmed", "receive": "received", "cancel": "cancelled", "close": "closed_short"}
	if does(state, action) || leadsTo[action] == state {
		return http.StatusSeeOther
	}
	return http.StatusConflict
}

// TestReceiveContract: lots, expiry, other quantities and prices, in repeated
// fields; then, without a line, what is still owed.
func TestReceiveContract(t *testing.T) {
	h := newHouse(t)
	b := h.plain(t, tenant.Seller)
	base := "/orders/" + h.mine.ids["sent"].String()
	form := url.Values{
		"client_id": {ident.New().String()}, "line": {"1", "1"}, "quantity": {"1.5", "２"}, "lot": {"A-1", "𬍛"}, "expiry": {"2027-01-31", ""}, "price": {"21.5", ""},
	}
	b.PostForm(base+"/receive", form).Want(http.StatusSeeOther)
	after := h.snapshot(t)
	b.PostForm(base+"/receive", form).Want(http.StatusSeeOther)
	unchanged(t, "the same delivery again", after, h.snapshot(t))
	form["quantity"] = []string{"1.5", "9"}
	b.PostForm(base+"/receive", form).Want(http.StatusConflict)
	unchanged(t, "another delivery under the same id", after, h.snapshot(t))

	came, err := h.Purchase.Deliveries(h.mine.ctx, h.mine.ids["sent"])
	if err != nil || len(came) != 1 || came[0].Total != 3225+4000 { // 1.5 × 21.50 + 2 × 20.00
		t.Fatalf("the delivery is %+v: %v", came, err)
	}
	expiry := day.Of(noon, h.mine.shop.Zone)
	lots, err := h.Stock.Lots(h.mine.ctx, h.mine.ids["product"])
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, l := range lots {
		found[l.Code] = l.Quantity.Decimal()
		if l.Code == "A-1" && (l.Expiry == nil || *l.Expiry <= expiry || l.Expiry.String() != "2027-01-31") {
			t.Errorf("lot A-1 expires %v", l.Expiry)
		}
	}
	if found["A-1"] != "1.5" || found["𬍛"] != "2" {
		t.Errorf("the lots hold %v", found)
	}
	if got := stateOf(b, base); got != "part_received" {
		t.Errorf("3.5 of 5 came and the order is %s", got)
	}
	b.PostForm(base+"/receive", url.Values{}).Want(http.StatusSeeOther)
	if got := stateOf(b, base); got != "received" {
		t.Errorf("the rest came and the order is %s", got)
	}
	balance, err := h.Stock.Balances(h.mine.ctx, []ident.ID{h.mine.ids["product"]})
	if err != nil || balance[h.mine.ids["product"]].OnHand != 18000 { // 13 + 5
		t.Errorf("on hand %v: %v", balance, err)
	}
	h.proved(t)
}

// proved fails the test unless every invariant holds.
func (h *house) proved(t *testing.T) {
	t.Helper()
	report, err := h.Verify(context.Background())
	if err != nil || len(report.Wrong) > 0 {
		t.Errorf("verify: %v %v", report.Wrong, err)
	}
}

// TestCommandsAndPagesAgree: what the command line exports is what pages export.
func TestCommandsAndPagesAgree(t *testing.T) {
	h := newHouse(t)
	b := h.plain(t, tenant.Viewer)
	if err := h.Stock.Unmark(h.mine.ctx, marks(t, h)); err != nil {
		t.Fatal(err)
	}
	rows, err := h.SuggestRows(h.mine.ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	page := b.Get("/suggestions.csv").CSV()[1:]
	if len(rows) != len(page) {
		t.Fatalf("%d rows by the command, %d by the page", len(rows), len(page))
	}
	for i, r := range rows {
		if r.Code != page[i][0] || r.Quantity.Decimal() != page[i][7] {
			t.Errorf("%s %s by the command, %v by the page", r.Code, r.Quantity.Decimal(), page[i])
		}
	}
	for _, format := range []string{"csv", "html", "pdf", "png", "txt", "xlsx", "xml", "json", "csv?layout=supplier"} {
		var o purchase.Order
		if o, err = h.Purchase.Order(h.mine.ctx, h.mine.ids["sent"]); err != nil {
			t.Fatal(err)
		}
		name, _, his := strings.Cut(format, "?")
		byNumber, err := h.OrderDocument(h.mine.ctx, o.NumberText(), name, his)
		if err != nil || len(byNumber) == 0 {
			t.Errorf("%s by number: %v", format, err)
		}
		byPage := b.Get("/orders/" + o.ID.String() + "." + format).Body
		if !bytes.Equal(byNumber, byPage) {
			t.Errorf("the command's %s differs from the page's", format)
		}
	}
	if _, err := h.OrderDocument(h.mine.ctx, "BUY-999999", "csv", false); err == nil {
		t.Error("an order that is not there was exported")
	}
	if _, err := h.OrderDocument(h.mine.ctx, h.mine.ids["sent"].String(), "docx", false); err == nil {
		t.Error("a format that is not there was exported")
	}
}

func marks(t *testing.T, h *house) []stock.Mark {
	t.Helper()
	list, err := h.Stock.Changed(h.mine.ctx, 100)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

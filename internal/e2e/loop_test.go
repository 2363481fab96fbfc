package e2e_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buhuo/internal/demo"
	"buhuo/internal/e2e"
	"buhuo/internal/i18n"
	"buhuo/internal/measure"
)

// TestTheWholeLoop walks the loop of a shop from nothing, in each language, with
// the files that `buhuo demo --export` writes.
func TestTheWholeLoop(t *testing.T) {
	slow(t)
	files := t.TempDir()
	if err := demo.Export(t.Context(), files); err != nil {
		t.Fatal(err)
	}
	for _, lang := range i18n.Langs() {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			s := start(t)
			w := &walk{T: t, Tab: e2e.Open(t, s.Base, 360), lang: lang}
			w.setUp()
			for _, kind := range []string{"products", "sales", "stock"} {
				w.bringIn(kind, filepath.Join(files, kind+".csv"))
			}
			asked := w.suggestions()
			w.makeOrders()
			order := w.order()
			w.sameAs(asked, order)
			w.documents(order)
			w.send(order.ID)
			w.documents(order)
			before := w.onHand(order)
			w.receive(order)
			w.stockIs(order, before)
			w.seen(order)
			s.sound(t)
		})
	}
}

// walk is one person going round the loop.
type walk struct {
	*testing.T
	*e2e.Tab
	lang i18n.Lang
}

// page opens a page and looks at it.
func (w *walk) page(path string) {
	w.T.Helper()
	w.Go(path)
	w.look()
}

func (w *walk) look() {
	w.T.Helper()
	if w.Status() != 200 {
		w.T.Fatalf("%s answers %d\n%s", w.Path(), w.Status(), w.Text("body"))
	}
	healthy(w.T, w.Tab, w.lang)
}

// press presses what leads to another page and looks at that.
func (w *walk) press(selector string) {
	w.T.Helper()
	w.Press(selector)
	healthy(w.T, w.Tab, w.lang)
}

// at fails unless the tab stands on the path.
func (w *walk) at(path string) {
	w.T.Helper()
	if got := w.Path(); got != path {
		w.T.Fatalf("stands at %s, want %s\n%s", got, path, w.Text("main"))
	}
}

const secret = "a long enough secret 红枣"

func (w *walk) setUp() {
	w.T.Helper()
	w.Go("/")
	if !strings.HasPrefix(w.Path(), "/setup") {
		w.T.Fatalf("an empty installation opens %s", w.Path())
	}
	w.page("/setup?lang=" + string(w.lang))
	if chosen := e2e.Ask[string](w.Tab, "document.querySelector('[name=language]:checked').value"); chosen != string(w.lang) {
		w.T.Errorf("the language offered is %s", chosen)
	}
	w.Fill("name", "王记小卖部")
	w.Fill("person", "王小店")
	w.Fill("login", "13800000001")
	w.Fill("password", secret)
	w.Fill("again", secret)
	w.press("main button[data-kind=primary]")
	w.at("/import")
}

// bringIn imports a file and reads the report: every line, none refused.
func (w *walk) bringIn(kind, path string) {
	w.T.Helper()
	w.page("/import")
	w.Choose("kind", kind)
	w.Upload("file", path)
	w.press("main button[data-kind=primary]")
	if !strings.HasPrefix(w.Path(), "/import/") {
		w.T.Fatalf("the import of %s leads to %s\n%s", kind, w.Path(), w.Text("main"))
	}
	if refused := e2e.Ask[int](w.Tab, "document.querySelectorAll('main table').length"); refused != 0 {
		w.T.Errorf("lines of %s were refused:\n%s", kind, w.Text("main"))
	}
}

// suggestion is a row of /suggestions.json.
type suggestion struct {
	Code     string      `json:"product_code"`
	Supplier string      `json:"supplier"`
	Quantity json.Number `json:"quantity"`
	Unit     string      `json:"unit"`
	Reason   string      `json:"reason"`
}

func (w *walk) json(path string, into any) {
	w.T.Helper()
	f := w.Fetch(path)
	if f.Status != 200 {
		w.T.Fatalf("%s answers %d: %.300s", path, f.Status, f.Body)
	}
	if err := json.Unmarshal(f.Body, into); err != nil {
		w.T.Fatalf("%s: %v in %.300s", path, err, f.Body)
	}
}

// suggestions waits until the background work has thought, then reads the page.
func (w *walk) suggestions() []suggestion {
	w.T.Helper()
	read := func() []suggestion {
		var table struct{ Suggestions []suggestion }
		w.json("/suggestions.json", &table)
		return table.Suggestions
	}
	var table []suggestion
	w.until(30*time.Second, "suggestions appear", func() bool {
		table = read()
		return len(table) > 0
	})
	// Until the queue is empty, the next look may show more.
	w.until(30*time.Second, "every product is thought about", func() bool {
		was := len(table)
		time.Sleep(1500 * time.Millisecond)
		table = read()
		return len(table) == was
	})
	w.page("/suggestions")
	text := words(w.Tab)
	for _, s := range table {
		if s.Reason == "" || !strings.Contains(text, s.Reason) {
			w.T.Errorf("the page does not say why %s: %q", s.Code, s.Reason)
		}
		if hanzi := strings.ContainsAny(s.Reason, "。，天"); hanzi != (w.lang == i18n.ZhHans) {
			w.T.Errorf("%s is no reason in %s", s.Reason, w.lang)
		}
	}
	return table
}

func (w *walk) makeOrders() {
	w.T.Helper()
	w.press("main button[data-kind=primary]")
	w.at("/orders")
}

// order is what /orders/{id}.json says.
type order struct {
	ID       string      `json:"id"`
	Number   string      `json:"number"`
	Supplier string      `json:"supplier"`
	State    string      `json:"state"`
	Lines    []orderLine `json:"lines"`
}

type orderLine struct {
	Line     int    `json:"line"`
	Code     string `json:"product_code"`
	Quantity string `json:"quantity"`
	Unit     string `json:"unit"`
	Received string `json:"received"`
}

// order opens the first order of the list.
func (w *walk) order() order {
	w.T.Helper()
	var list struct{ Orders []order }
	w.json("/orders.json", &list)
	if len(list.Orders) != 1 || list.Orders[0].State != "draft" {
		w.T.Fatalf("want one draft with the usual supplier: %+v", list)
	}
	w.press("main tbody a")
	w.at("/orders/" + list.Orders[0].ID)
	return w.orderNow(list.Orders[0].ID)
}

func (w *walk) orderNow(id string) order {
	w.T.Helper()
	var o order
	w.json("/orders/"+id+".json", &o)
	return o
}

// sameAs proves that the draft holds what was suggested, neither more nor less.
func (w *walk) sameAs(asked []suggestion, o order) {
	w.T.Helper()
	want := map[string]measure.Quantity{}
	for _, s := range asked {
		want[s.Code] = w.quantity(s.Quantity.String())
	}
	if len(o.Lines) != len(want) {
		w.T.Errorf("the order has %d lines, %d products were suggested", len(o.Lines), len(want))
	}
	for _, l := range o.Lines {
		if got := w.quantity(l.Quantity); got != want[l.Code] {
			w.T.Errorf("%s: ordered %v, suggested %v", l.Code, got, want[l.Code])
		}
	}
}

func (w *walk) quantity(s string) measure.Quantity {
	w.T.Helper()
	q, err := measure.ParseQuantity(s)
	if err != nil {
		w.T.Fatalf("quantity %q: %v", s, err)
	}
	return q
}

// documents fetches the order in every format, as the links of its page do.
func (w *walk) documents(o order) {
	w.T.Helper()
	base := "/orders/" + o.ID
	for _, format := range []string{".pdf", ".csv", ".html"} {
		if !e2e.Ask[bool](w.Tab, "!!document.querySelector('main a[href=\""+base+format+"\"]')") {
			w.T.Errorf("the order's page has no link to its %s", format)
		}
	}
	pdf := w.Fetch(base + ".pdf")
	if pdf.Status != 200 || !bytes.HasPrefix(pdf.Body, []byte("%PDF-")) || len(pdf.Body) < 5000 || !bytes.Contains(pdf.Body[len(pdf.Body)-64:], []byte("%%EOF")) {
		w.T.Errorf("PDF: status %d, %d bytes, begins %.8q", pdf.Status, len(pdf.Body), pdf.Body)
	}
	table := w.Fetch(base + ".csv")
	const header = "\ufeffline,product_code,supplier_code,product_name,quantity,unit,unit_price,line_total\r\n"
	if table.Status != 200 || !bytes.HasPrefix(table.Body, []byte(header)) {
		w.T.Fatalf("CSV: status %d, begins %.120q", table.Status, table.Body)
	}
	rows, err := csv.NewReader(bytes.NewReader(table.Body)).ReadAll()
	if err != nil || len(rows) != len(o.Lines)+1 {
		w.T.Fatalf("CSV: %d rows for %d lines, %v", len(rows), len(o.Lines), err)
	}
	for i, l := range o.Lines {
		if row := rows[i+1]; row[1] != l.Code || w.quantity(row[4]) != w.quantity(l.Quantity) || row[5] != l.Unit {
			w.T.Errorf("CSV row %q is not line %+v", row, l)
		}
	}
	here := w.Path()
	w.page(base + ".html")
	w.Shows(o.Number)
	w.page(here)
}

func (w *walk) send(id string) {
	w.T.Helper()
	w.page("/orders/" + id)
	w.press("main button[data-kind=primary]")
	if state := w.orderNow(id).State; state != "sent" {
		w.T.Fatalf("sent, the order is %s", state)
	}
}

// onHand is the stock of the order's products.
func (w *walk) onHand(o order) map[string]measure.Quantity {
	w.T.Helper()
	out := map[string]measure.Quantity{}
	for _, l := range o.Lines {
		var list struct {
			Products []struct {
				Code   string      `json:"code"`
				OnHand json.Number `json:"on_hand"`
			}
		}
		w.json("/products.json?code="+l.Code, &list)
		if len(list.Products) != 1 || list.Products[0].Code != l.Code {
			w.T.Fatalf("product %s: %+v", l.Code, list)
		}
		out[l.Code] = w.quantity(list.Products[0].OnHand.String())
	}
	return out
}

// receive takes the goods in two deliveries: all but one unit of the first line,
// in lots with a date, then what is owed.
func (w *walk) receive(o order) {
	w.T.Helper()
	expiry := time.Now().AddDate(0, 3, 0).Format(time.DateOnly)
	w.page("/orders/" + o.ID)
	short := w.quantity(o.Lines[0].Quantity) - measure.Thousandths
	typed := short
	if e2e.Ask[string](w.Tab, "document.querySelector('#receive input[name=unit]').value") == "jin" {
		typed = 2 * short // what is kept in kilograms is weighed in jin
	}
	w.FillNth("quantity", 0, typed.Decimal())
	for i := range o.Lines {
		w.FillNth("lot", i, "L"+o.Lines[i].Code)
		w.FillNth("expiry", i, expiry)
	}
	w.press("#receive button[data-kind=primary]")
	if now := w.orderNow(o.ID); now.State != "part_received" || w.quantity(now.Lines[0].Received) != short {
		w.T.Fatalf("after the first delivery: %+v\n%s", now, w.Text("main"))
	}
	w.press("#receive button[data-kind=primary]")
	now := w.orderNow(o.ID)
	if now.State != "received" {
		w.T.Fatalf("after the second delivery the order is %s\n%s", now.State, w.Text("main"))
	}
	for _, l := range now.Lines {
		if w.quantity(l.Received) != w.quantity(l.Quantity) {
			w.T.Errorf("%s: ordered %s, received %s", l.Code, l.Quantity, l.Received)
		}
	}
}

// stockIs proves that the shelves hold exactly what came, and no more.
func (w *walk) stockIs(o order, before map[string]measure.Quantity) {
	w.T.Helper()
	after := w.onHand(o)
	for _, l := range o.Lines {
		if grown := after[l.Code] - before[l.Code]; grown != w.quantity(l.Quantity) {
			w.T.Errorf("%s: %s received, on hand grew from %v to %v", l.Code, l.Quantity, before[l.Code], after[l.Code])
		}
	}
}

// seen opens the pages that tell of it.
func (w *walk) seen(o order) {
	w.T.Helper()
	w.page("/stock/movements")
	w.page("/orders/" + o.ID)
	w.press("main tbody a.name") // the product
	w.Shows("L" + o.Lines[0].Code)
	w.page("/")
}

// until polls: the background work thinks within seconds.
func (w *walk) until(limit time.Duration, what string, holds func() bool) {
	w.T.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(250 * time.Millisecond) {
		if holds() {
			return
		}
	}
	w.T.Fatalf("within %v not: %s\n%s", limit, what, w.Text("main"))
}

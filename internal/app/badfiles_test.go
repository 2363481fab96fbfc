package app_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"buhuo/internal/ident"
	"buhuo/internal/sales"
	"buhuo/internal/tenant"
	"buhuo/internal/webtest"
)

func zipped(t *testing.T, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	someProducts = "item,name,category,unit,loss_percent\n7001,青菜,蔬菜,kg,9.43\n7002,𬍛菇,菌,kg,0\n"
	someSales    = "item,date,quantity,price,cost\n%s,2026-11-01,3,30,20\n"
	someStock    = "item,quantity,cost,expiry,lot\n%s,5,20,2027-01-01,L9\n"
)

// notFiles are refused whole, whatever they are said to be.
func notFiles(t *testing.T) map[string][]byte {
	t.Helper()
	return map[string][]byte{
		"nothing":              nil,
		"a byte order mark":    []byte("\ufeff"),
		"empty lines":          []byte("\n\n\r\n\n"),
		"10 MB of one line":    bytes.Repeat([]byte("a"), 10<<20-1000),
		"11 MB":                bytes.Repeat([]byte("1,2026-11-01,1\n"), 11<<20/15),
		"broken UTF-8":         []byte("item,date,quantity\n\xff\xfe\xfd\x80\x80,2026-11-01,1\n"),
		"a NUL":                []byte("item,name,unit\n1,a\x00b,kg\n"),
		"half a UTF-16":        {0xff, 0xfe, 'i'},
		"a picture":            append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{0, 1, 2, 0xff}, 500)...),
		"a workbook":           append([]byte("PK\x03\x04"), bytes.Repeat([]byte{7}, 500)...),
		"an old workbook":      append([]byte{0xd0, 0xcf, 0x11, 0xe0}, bytes.Repeat([]byte{7}, 500)...),
		"no gzip":              {0x1f, 0x8b, 1, 2, 3},
		"a torn gzip":          zipped(t, []byte(someProducts))[:30],
		"1,000 columns":        []byte("item,date,quantity" + strings.Repeat(",x", 1000) + "\n1,2026-11-01,1" + strings.Repeat(",1", 1000) + "\n"),
		"100,000 columns":      []byte(strings.Repeat(",", 100_000) + "\n"),
		"a page":               []byte("<!DOCTYPE html><html><body><table><tr><td>1</td></tr></table></body></html>"),
		"JSON":                 []byte(`[{"item":"1","date":"2026-11-01","quantity":1}]`),
		"words":                []byte("hello\nworld\n"),
		"only other columns":   []byte("alpha,beta,gamma\n1,2,3\n"),
		"open quotes for ever": []byte(strings.Repeat("\"a\n", 5000)),
	}
}

func TestFilesThatAreNone(t *testing.T) {
	h := newHouse(t)
	b := h.login(t, tenant.Manager)
	before := h.snapshot(t)
	for _, kind := range sales.ImportKinds() {
		for name, body := range notFiles(t) {
			r := b.Upload("/import", "file", name+".csv", body, url.Values{"kind": {string(kind)}})
			if r.Status != http.StatusUnprocessableEntity && r.Status != http.StatusRequestEntityTooLarge {
				t.Errorf("%s as %s: %d %s", name, kind, r.Status, r.Location())
				continue
			}
			if r.Status == http.StatusUnprocessableEntity && r.Text(".wrong") == "" || len(r.Text("main")) < 20 {
				t.Errorf("%s as %s: no sentence", name, kind)
			}
		}
	}
	for name, v := range map[string]url.Values{"no kind": {}, "another kind": {"kind": {"money"}}, "another source": {"kind": {"sales"}, "source": {"sap"}}} {
		if r := b.Upload("/import", "file", "a.csv", []byte(someProducts), v); r.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, r.Status)
		}
	}
	b.PostForm("/import", url.Values{"kind": {"sales"}}).Want(http.StatusUnprocessableEntity) // no file at all
	unchanged(t, "files that are none", before, h.snapshot(t))
}

// TestFilesOfAnotherKind: a file of one kind given as another is told apart.
func TestFilesOfAnotherKind(t *testing.T) {
	h := newHouse(t)
	b := h.login(t, tenant.Manager)
	before := h.snapshot(t)
	files := map[sales.ImportKind]string{
		sales.ImportProducts: someProducts, sales.ImportSales: fmt.Sprintf(someSales, h.mine.code), sales.ImportStock: fmt.Sprintf(someStock, h.mine.code),
	}
	for is, body := range files {
		for said := range files {
			if is == said || is == sales.ImportStock && said == sales.ImportProducts {
				continue // what is on the shelf names products too
			}
			r := b.Upload("/import", "file", "a.csv", []byte(body), url.Values{"kind": {string(said)}})
			if r.Status != http.StatusUnprocessableEntity || r.Text(".wrong") == "" {
				t.Errorf("%s given as %s: %d %s", is, said, r.Status, r.Text(".wrong"))
			}
		}
	}
	unchanged(t, "files of another kind", before, h.snapshot(t))
}

// TestFilesInEveryEncoding: the same list, as tills and spreadsheets write it.
func TestFilesInEveryEncoding(t *testing.T) {
	encode := func(e interface{ Bytes([]byte) ([]byte, error) }, s string) []byte {
		b, err := e.Bytes([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	list := strings.ReplaceAll(someProducts, "𬍛", "鸡")
	for name, body := range map[string][]byte{
		"UTF-8": []byte(list), "with a mark": []byte("\ufeff" + list), "GB18030": encode(simplifiedchinese.GB18030.NewEncoder(), list),
		"rare in GB18030": encode(simplifiedchinese.GB18030.NewEncoder(), someProducts),
		"UTF-16":          encode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(), list),
		"gzip":            zipped(t, []byte(list)), "CRLF": []byte(strings.ReplaceAll(list, "\n", "\r\n")), "CR": []byte(strings.ReplaceAll(list, "\n", "\r")),
		"semicolons": []byte(strings.ReplaceAll(list, ",", ";")), "tabs": []byte(strings.ReplaceAll(list, ",", "\t")),
		"full-width digits": []byte(strings.NewReplacer("9.43", "９.４３").Replace(list)),
	} {
		h := newHouse(t)
		b := h.login(t, tenant.Manager)
		report := b.Upload("/import", "file", "商品.csv", body, url.Values{"kind": {"products"}}).Want(http.StatusSeeOther).Follow().Want(http.StatusOK)
		p, err := h.Catalog.ByCode(h.mine.ctx, "7001")
		if err != nil || p.Name != "青菜" || p.LossRate != 943 {
			t.Errorf("%s: %+v %v\n%s", name, p, err, report.Text("main"))
		}
		if mushroom, err := h.Catalog.ByCode(h.mine.ctx, "7002"); err != nil || !strings.HasSuffix(mushroom.Name, "菇") {
			t.Errorf("%s: %+v %v", name, mushroom, err)
		}
	}
}

// badLines are files with a line that cannot be, among two that can.
func badLines(code string) map[string][2]string {
	lines := map[string][2]string{}
	sale := func(name, line string) {
		lines["sales: "+name] = [2]string{"sales", "item,date,quantity,price,cost\n" + code + ",2026-01-01,1,30,\n" + line + "\n" + code + ",2026-01-02,1,30,\n"}
	}
	sale("a day of 1899", code+",1899-12-31,1,30,")
	sale("a day of 2999", code+",2999-01-01,1,30,")
	sale("no day", code+",,1,30,")
	sale("a day that is none", code+",2026-02-30,1,30,")
	sale("no quantity", code+",2026-01-01,,30,")
	sale("words for a quantity", code+",2026-01-01,viel,30,")
	sale("NaN", code+",2026-01-01,NaN,30,")
	sale("an exponent", code+",2026-01-01,1e3,30,")
	sale("far too much", code+",2026-01-01,99999999999999999999,30,")
	sale("too fine", code+",2026-01-01,1.23456789,30,")
	sale("a negative price", code+",2026-01-01,1,-30,")
	sale("an unknown product", "没有,2026-01-01,1,30,")
	sale("an emoji", "🍊,2026-01-01,1,30,")
	sale("no product", ",2026-01-01,1,30,")
	sale("a formula", "=1+1,2026-01-01,1,30,")
	sale("a cell too many", code+",2026-01-01,1,30,,7,8")
	sale("a long cell", strings.Repeat("x", 100_000)+",2026-01-01,1,30,")
	sale("a cell of megabytes", strings.Repeat("x", 5<<20)+",2026-01-01,1,30,")
	list := func(name, line string) {
		lines["products: "+name] = [2]string{"products", "item,name,category,unit,price,loss_percent\n8001,甲,x,kg,1,\n" + line + "\n8003,乙,x,kg,1,\n"}
	}
	list("no name", "8002,,x,kg,1,")
	list("another unit", "8002,丙,x,parsec,1,")
	list("a negative price", "8002,丙,x,kg,-1,")
	list("a price of words", "8002,丙,x,kg,teuer,")
	list("all of it lost", "8002,丙,x,kg,1,100")
	list("a loss below nothing", "8002,丙,x,kg,1,-5")
	list("a long name", "8002,"+strings.Repeat("长", 500)+",x,kg,1,")
	list("a long code", strings.Repeat("8", 100)+",丙,x,kg,1,")
	stock := func(name, line string) {
		lines["stock: "+name] = [2]string{"stock", "item,quantity,cost,expiry,lot\n" + line + "\n"}
	}
	stock("below nothing", code+",-5,20,,")
	stock("an unknown product", "没有,5,20,,")
	stock("words", code+",viel,20,,")
	stock("a negative cost", code+",5,-20,,")
	stock("a day of 1899", code+",5,20,1899-01-01,")
	stock("a long lot", code+",5,20,,"+strings.Repeat("L", 500))
	return lines
}

// TestBadLines: one line is named with its reason, the others are in, the same
// file again changes nothing, and the batch can be taken back.
func TestBadLines(t *testing.T) {
	h := newHouse(t)
	b := h.login(t, tenant.Manager).Lang("en")
	for name, file := range badLines(h.mine.code) {
		r := b.Upload("/import", "file", "a.csv", []byte(file[1]), url.Values{"kind": {file[0]}})
		if r.Status != http.StatusSeeOther {
			t.Errorf("%s: %d %s", name, r.Status, r.Text(".wrong"))
			continue
		}
		var batch int64
		if _, err := fmt.Sscanf(r.Location(), "/import/%d", &batch); err != nil {
			t.Fatalf("%s leads to %s", name, r.Location())
		}
		report, err := h.Sales.Batch(h.mine.ctx, batch)
		if err != nil || report.Refused != 1 || len(report.Errors) != 1 || report.Read != report.New+report.Same+report.Refused {
			t.Errorf("%s: %+v %v", name, report, err)
			continue
		}
		want := 3
		if file[0] == "stock" {
			want = 2
		}
		if report.Errors[0].Line != want {
			t.Errorf("%s: line %d is refused, want %d", name, report.Errors[0].Line, want)
		}
		page := r.Follow().Want(http.StatusOK)
		if text := page.Text("main"); !strings.Contains(text, "Line") && !strings.Contains(text, "line") || strings.Contains(text, "sales.") {
			t.Errorf("%s: the report says %q", name, text)
		}
		after := h.snapshot(t)
		b.Upload("/import", "file", "a.csv", []byte(file[1]), url.Values{"kind": {file[0]}}).Want(http.StatusSeeOther)
		unchanged(t, name+" again", after, h.snapshot(t), "import_batches", "audit", "counters", "changed") // a report of its own
		b.PostForm(r.Location()+"/undo", url.Values{}).Want(http.StatusSeeOther)
		undone := h.snapshot(t)
		b.PostForm(r.Location()+"/undo", url.Values{})
		unchanged(t, name+" taken back twice", undone, h.snapshot(t))
	}
	h.proved(t)
}

// TestFormulasStayWords: what looks like a formula is kept as typed and never
// leaves the house as one.
func TestFormulasStayWords(t *testing.T) {
	h := newHouse(t)
	b := h.login(t, tenant.Manager)
	const formula = `=HYPERLINK("http://evil.example")`
	page := b.Get("/products/new").Form("form[action='/products/new']")
	made := page.Set("name", formula).Set("code", "@SUM(A1)").Set("category", "=1+1").Set("base_unit", "kg").Submit().Want(http.StatusSeeOther)
	if p, err := h.Catalog.ByCode(h.mine.ctx, "@SUM(A1)"); err != nil || p.Name != formula || made.Location() != "/products/"+p.ID.String() {
		t.Fatalf("kept as %+v: %v", p, err)
	}
	var history strings.Builder
	history.WriteString("item,date,quantity,cost\n")
	for d := 1; d <= 20; d++ {
		fmt.Fprintf(&history, "@SUM(A1),2026-11-%02d,9,2\n", d)
	}
	b.Upload("/import", "file", "s.csv", []byte(history.String()), url.Values{"kind": {"sales"}}).Want(http.StatusSeeOther)
	if err := h.Restock.Recompute(h.mine.ctx, nil); err != nil {
		t.Fatal(err)
	}
	b.PostForm("/orders", url.Values{"suggestions": {"all"}}).Want(http.StatusSeeOther)
	exports := []string{"/suggestions.csv"}
	for _, o := range ordersOf(b) {
		exports = append(exports, "/orders/"+o.ID+".csv")
	}
	seen := false
	for _, path := range exports {
		for _, row := range b.Get(path).Want(http.StatusOK).CSV() {
			for _, cell := range row {
				seen = seen || strings.Contains(cell, "HYPERLINK")
				if strings.HasPrefix(cell, "=") || strings.HasPrefix(cell, "@") || strings.HasPrefix(cell, "+") || strings.HasPrefix(cell, "-9+") {
					t.Errorf("%s gives a spreadsheet %q to run", path, cell)
				}
			}
		}
	}
	if !seen {
		t.Error("the formula is in no export: the test has seen nothing")
	}
}

// TestLoginRefuses and the first start: bad input where nobody is logged in.
func TestPublicFormsRefuse(t *testing.T) {
	h := newHouse(t)
	b := webtest.New(t, h.server.Handler())
	before := h.snapshot(t)
	for _, v := range []url.Values{
		{}, {"login": {""}, "password": {"x"}}, {"login": {"alpha-owner"}}, {"login": {strings.Repeat("长", 3000)}, "password": {"x"}},
		{"login": {"alpha-owner"}, "password": {strings.Repeat("p", 60_000)}}, {"login": {"' OR '1'='1"}, "password": {"' OR '1'='1"}},
		{"login": {"🍊"}, "password": {"🍊🍊🍊🍊🍊🍊🍊🍊"}}, {"login": {"alpha-owner\u200b"}, "password": {"wrong wrong wrong"}},
	} {
		r := b.PostForm("/login", v)
		if r.Status != http.StatusUnauthorized && r.Status != http.StatusUnprocessableEntity && r.Status != http.StatusTooManyRequests {
			t.Errorf("login %.40v: %d", v, r.Status)
		}
		if r.Find("form[action='/login']").Length() != 1 || r.Find(".wrong, [role=alert]").Length() == 0 {
			t.Errorf("login %.40v: no form with a sentence", v)
		}
	}
	// The first start is over as soon as anybody can log in.
	setup := url.Values{"name": {"贼"}, "login": {"thief"}, "password": {"a long enough one"}, "currency": {"CNY"}, "timezone": {"Asia/Shanghai"}, "client_id": {ident.New().String()}}
	if r := b.PostForm("/setup", setup); r.Status < 400 && r.Location() != "/login" {
		t.Errorf("a second first start answers %d %s", r.Status, r.Location())
	}
	for _, next := range []string{"//evil.example", `/\evil.example`, "/%2f/evil.example", "https://evil.example", "/\r\nSet-Cookie: x=1", "javascript:alert(1)"} {
		r := webtest.New(t, h.server.Handler()).PostForm("/login", url.Values{"login": {"alpha-viewer"}, "password": {secret("alpha")}, "next": {next}})
		if to := r.Location(); r.Status == http.StatusSeeOther && to != "/" {
			t.Errorf("next=%q leads to %q", next, to)
		}
	}
	unchanged(t, "a stranger", before, h.snapshot(t), "audit", "counters")
}

package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"pgregory.net/rapid"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/web"
	"buhuo/internal/webtest"
)

var yuan = money.Currency{Code: "CNY", Exponent: 2}

// withForm lets read see a posted form, in English.
func withForm(t rapidOrTest, values url.Values, read func(f *web.Values)) {
	t.Helper()
	e, _ := build(testingTB)
	e.Route(web.Route{Method: http.MethodPost, Path: "/read", Access: web.Public, Handler: func(c *gin.Context) error {
		read(web.FormOf(c))
		return web.WriteJSON(c, http.StatusOK, true)
	}})
	if got := webtest.New(testingTB, e).Lang("en").PostForm("/read", values).Status; got != 200 {
		t.Fatalf("status %d", got)
	}
}

type rapidOrTest interface {
	Helper()
	Fatalf(string, ...any)
}

// testingTB serves engines inside property tests, which have no testing.TB.
var testingTB testing.TB = &testing.T{}

func TestTypedFields(t *testing.T) {
	id := ident.New()
	values := url.Values{
		"quantity": {"１２．５"}, "price": {"３．２"}, "amount": {"￥1,234.50"}, "date": {"2026年11月23日"},
		"id": {id.String()}, "int": {" 7 "}, "choice": {"fr"}, "ticked": {"on"}, "empty": {"  "},
	}
	withForm(t, values, func(f *web.Values) {
		if got := f.Quantity("quantity").Decimal(); got != "12.5" {
			t.Errorf("quantity %s", got)
		}
		if got := f.Price("price").Decimal(); got != "3.20" {
			t.Errorf("price %s", got)
		}
		if got := f.Amount("amount", yuan).Decimal(yuan); got != "1234.50" {
			t.Errorf("amount %s", got)
		}
		if got := f.Date("date").String(); got != "2026-11-23" {
			t.Errorf("date %s", got)
		}
		if got := f.ID("id"); got != id {
			t.Errorf("id %s", got)
		}
		if got := f.Int("int", 1, 9); got != 7 {
			t.Errorf("int %d", got)
		}
		if f.Choice("choice", "fr", "en") != "fr" || f.ChoiceOpt("empty", "en", "fr", "en") != "en" || !f.Checked("ticked") || f.Checked("empty") {
			t.Error("choices")
		}
		for _, name := range []string{"empty", "absent"} {
			_, q := f.QuantityOpt(name)
			_, p := f.PriceOpt(name)
			_, a := f.AmountOpt(name, yuan)
			_, d := f.DateOpt(name)
			_, i := f.IDOpt(name)
			_, n := f.IntOpt(name, 0, 9)
			if q || p || a || d || i || n {
				t.Errorf("%s counts as given", name)
			}
		}
		if err := f.Err(); err != nil {
			t.Errorf("faults: %v", err)
		}
	})
}

func TestWrongFieldsAreAllSaidAndKept(t *testing.T) {
	values := url.Values{
		"quantity": {"1e9"}, "price": {"NaN"}, "amount": {"1.234"}, "date": {"1899-12-31"}, "id": {"7"},
		"int": {"1.5"}, "choice": {"de"}, "name": {strings.Repeat("长", 31)}, "unchosen": {""}, "huge": {strings.Repeat("9", 70)},
	}
	withForm(t, values, func(f *web.Values) {
		f.Quantity("quantity")
		f.Price("price")
		f.Amount("amount", yuan)
		f.Date("date")
		f.ID("id")
		f.Int("int", 1, 9)
		f.Choice("choice", "fr", "en")
		f.Required("name", 30)
		f.Required("absent", 30)
		f.Choice("unchosen", "fr")
		f.Quantity("huge")
		fields := []string{"quantity", "price", "amount", "date", "id", "int", "choice", "name", "absent", "unchosen", "huge"}
		for _, name := range fields {
			if f.Problem(name) == nil || f.Sentence(name) == "" {
				t.Errorf("%s: nothing is said", name)
			}
		}
		if got := len(f.Sentences()); got != len(fields) {
			t.Errorf("%d complaints, want one for each of %d fields", got, len(fields))
		}
		if f.Value("quantity") != "1e9" || fault.KindOf(f.Err()) != fault.Invalid {
			t.Errorf("value %q, error %v", f.Value("quantity"), f.Err())
		}
		if got := f.Sentence("absent"); got != "Please fill this in." {
			t.Errorf("absent: %q", got)
		}
	})
}

func TestTextIsCleaned(t *testing.T) {
	values := url.Values{
		"accent": {"e\u0301"},
		"line":   {"  脐\u200b橙\u202e \tA\x07 "},
		"lines":  {"one\r\ntwo\u2066 \n"}, "secret": {" pass word\u200b "},
		"many": {"a", " b ", strings.Repeat("c", 9)},
	}
	withForm(t, values, func(f *web.Values) {
		if got := f.String("line", 20); got != "脐橙  A" {
			t.Errorf("line %q", got)
		}
		if got := f.String("accent", 1); got != "\u00e9" {
			t.Errorf("accent %q", got)
		}
		if got := f.Text("lines", 20); got != "one\ntwo" {
			t.Errorf("lines %q", got)
		}
		if got := f.Secret("secret", 72); got != " pass word\u200b " {
			t.Errorf("a password is changed: %q", got)
		}
		if got := f.All("many", 5); fmt.Sprint(got) != "[a b]" || f.Sentences()[0].Field != "many[2]" {
			t.Errorf("many %q, %v", got, f.Sentences())
		}
		f.Secret("absent", 72)
		if f.Problem("absent") == nil {
			t.Error("an empty password passes")
		}
	})
}

func TestRows(t *testing.T) {
	values := url.Values{"line": {"1", "2"}, "quantity": {"3", "x"}}
	withForm(t, values, func(f *web.Values) {
		rows := f.Rows("line", "quantity", "lot")
		if len(rows) != 2 {
			t.Fatalf("%d rows", len(rows))
		}
		for i, r := range rows {
			if r.Index() != i || r.Int("line", 1, 99) != i+1 || r.String("lot", 20) != "" {
				t.Errorf("row %d: line %d", i, r.Int("line", 1, 99))
			}
			r.Quantity("quantity")
		}
		if rows[0].Problem("quantity") != nil || rows[1].Problem("quantity") == nil || rows[1].Sentence("quantity") == "" {
			t.Error("the fault stands in the wrong row")
		}
		if got := f.Sentences(); len(got) != 1 || got[0].Field != web.RowField("quantity", 1) {
			t.Errorf("complaints %v", got)
		}
	})
	for name, v := range map[string]url.Values{
		"uneven":   {"line": {"1", "2"}, "quantity": {"3"}},
		"too many": {"line": make([]string, 501)},
	} {
		withForm(t, v, func(f *web.Values) {
			if f.Rows("line", "quantity") != nil || f.Err() == nil {
				t.Errorf("%s: accepted", name)
			}
		})
	}
	withForm(t, url.Values{}, func(f *web.Values) {
		if len(f.Rows("line", "quantity")) != 0 || f.Err() != nil {
			t.Error("no rows at all is no fault")
		}
	})
}

func TestRefused(t *testing.T) {
	withForm(t, url.Values{}, func(f *web.Values) {
		if f.Refused(nil) || f.Refused(fault.New(fault.Conflict, "web.required")) || f.Refused(fmt.Errorf("disk")) {
			t.Error("what a person cannot correct is no refusal")
		}
		if !f.Refused(fmt.Errorf("service: %w", fault.New(fault.Invalid, "web.too_long", fault.A("n", 3)).WithField("name"))) {
			t.Error("an invalid value is a refusal")
		}
		if got := f.Sentence("name"); got != "This is too long: 3 characters at most." {
			t.Errorf("name: %q", got)
		}
		if !f.Refused(f.Err()) || len(f.Sentences()) != 1 {
			t.Errorf("the form's own faults are said twice: %v", f.Sentences())
		}
	})
}

func TestRefusedFormComesBackWithItsComplaints(t *testing.T) {
	e, _ := build(t)
	e.Route(web.Route{Method: http.MethodPost, Path: "/refuse", Access: web.Seller, Handler: func(c *gin.Context) error {
		f := web.FormOf(c)
		f.Quantity("quantity")
		if f.Refused(f.Err()) {
			chrome := web.Chrome(c)
			chrome.Title = "Form"
			return renderPage(c, http.StatusUnprocessableEntity, chrome)
		}
		return web.Redirect(c, "/page")
	}})
	b := webtest.New(t, e).As("seller").Lang("en")
	r := b.Header("Referer", webtest.Origin+"/ask?tab=2&lang=en").PostForm("/refuse", url.Values{"quantity": {"x"}}).Want(422)
	if r.Find("#problems a[href='#quantity']").Length() != 1 {
		t.Errorf("no summary: %s", r.Text("main"))
	}
	if r.Find("a[href='/ask?lang=fr&tab=2']").Length() != 1 {
		t.Error("the language links do not lead to the page of the form")
	}
	b.PostForm("/refuse", url.Values{"quantity": {"2"}}).Want(303)
}

// Whatever is typed, the getters neither panic nor accept what they complain about.
func TestGettersOnAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.OneOf(rapid.String(), rapid.StringMatching(`[-+ ０-９0-9.,，．¥eE年月日/-]{0,12}`)).Draw(t, "typed")
		if strings.ContainsRune(typed, 0) || strings.ToValidUTF8(typed, "") != typed {
			t.Skip("refused before any getter")
		}
		withForm(t, url.Values{"f": {typed}}, func(f *web.Values) {
			reads := map[string]func(name string) bool{
				"quantity": func(n string) bool { v := f.Quantity(n); return v != 0 },
				"price":    func(n string) bool { v := f.Price(n); return v != 0 },
				"amount":   func(n string) bool { v := f.Amount(n, yuan); return v != 0 },
				"date":     func(n string) bool { v := f.Date(n); return v != 0 },
				"int":      func(n string) bool { v := f.Int(n, -5, 5); return v != 0 },
			}
			for kind, read := range reads {
				before := len(f.Sentences())
				value := read("f")
				if complained := len(f.Sentences()) > before; complained && value {
					t.Fatalf("%s of %q: a value and a complaint", kind, typed)
				}
			}
			if s := f.String("f", 10); len([]rune(s)) > 10 || strings.ContainsAny(s, "\n\r\t\u200b\u202e") || s != strings.TrimSpace(s) {
				t.Fatalf("String of %q = %q", typed, s)
			}
		})
	})
}

// A French field takes a comma for what it is; elsewhere a comma before three digits
// is refused, because it could be either.
func TestNumbersInThePagesLanguage(t *testing.T) {
	for _, c := range []struct{ lang, typed, want string }{
		{"fr", "1,250", "1.25"}, {"fr", "14,55", "14.55"}, {"fr", "14.55", "14.55"}, {"fr", "1\u202f234,5", "1234.5"}, {"fr", "１，５", "1.5"},
		{"en", "14,55", "14.55"}, {"en", "1,234.5", "1234.5"}, {"zh-Hans", "１４。５", "14.5"},
		{"en", "1,250", ""}, {"zh-Hans", "1,250", ""}, {"fr", "1,250,000.5,3", ""},
	} {
		e, _ := build(t)
		e.Route(web.Route{Method: http.MethodPost, Path: "/read", Access: web.Public, Handler: func(ctx *gin.Context) error {
			f := web.FormOf(ctx)
			got := f.Quantity("q").Decimal()
			if (f.Err() == nil) != (c.want != "") || c.want != "" && got != c.want {
				t.Errorf("%s %q reads as %s, %v; want %q", c.lang, c.typed, got, f.Err(), c.want)
			}
			if c.want != "" {
				back := url.Values{"q": {f.Typed(got)}}
				if c.lang == "fr" && strings.Contains(back.Get("q"), ".") {
					t.Errorf("%q is shown in French", back.Get("q"))
				}
			}
			return web.WriteJSON(ctx, http.StatusOK, true)
		}})
		webtest.New(t, e).Lang(c.lang).PostForm("/read", url.Values{"q": {c.typed}}).Want(200)
	}
}

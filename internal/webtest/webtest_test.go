package webtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"buhuo/internal/webtest"
)

const shopPage = `<!doctype html><html lang="en"><body><main><h1>A  shop</h1>
<a class="go" href="next?x=1">on</a><a href="/a">a</a><a href="/b">b</a>
<form id="sale" method="post" action="/save"><input type="hidden" name="client_id" value="c1">
<input name="quantity" value="5"><input name="off" value="x" disabled>
<select name="unit"><option value="kg">kg</option><option value="jin" selected>jin</option></select>
<select name="first"><option>one</option><option>two</option></select>
<textarea name="note">hello</textarea>
<input type="checkbox" name="promo" checked><input type="checkbox" name="never">
<input type="radio" name="pay" value="cash"><input type="radio" name="pay" value="book" checked>
<button name="do" value="save">Save</button><button class="del" name="do" value="drop" formaction="/drop">Drop</button></form>
<input form="sale" name="outside" value="yes">
<form class="find" action="/find"><input name="q"></form>
<form class="up" method="post" enctype="multipart/form-data" action="/up"><input name="kind" value="sales"><input type="file" name="file"></form>
</main></body></html>`

// shop answers what it was sent, as JSON.
func shop(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/dir/page":
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1", Path: "/"})
		_, _ = io.WriteString(w, shopPage)
		return
	case "/go":
		http.Redirect(w, r, "/dir/page", http.StatusSeeOther)
		return
	}
	_ = r.ParseMultipartForm(1 << 20)
	sent := map[string]any{"path": r.URL.RequestURI(), "method": r.Method, "form": r.PostForm, "header": r.Header}
	if f, h, err := r.FormFile("file"); err == nil {
		body, _ := io.ReadAll(f)
		sent["file"] = h.Filename + "=" + string(body)
	}
	_ = json.NewEncoder(w).Encode(sent)
}

type sent struct {
	Path, Method, File string
	Form               url.Values
	Header             http.Header
}

func open(t *testing.T) *webtest.Browser { return webtest.New(t, http.HandlerFunc(shop)) }

func TestAFormSendsWhatABrowserWould(t *testing.T) {
	page := open(t).Get("/dir/page").Want(200)
	var got sent
	page.Form("#sale").Set("quantity", "12").Submit().Want(200).JSON(&got)
	want := url.Values{
		"client_id": {"c1"}, "quantity": {"12"}, "unit": {"jin"}, "first": {"one"}, "note": {"hello"},
		"promo": {"on"}, "pay": {"book"}, "outside": {"yes"},
	}
	if got.Path != "/save" || got.Form.Encode() != want.Encode() {
		t.Errorf("sent %s %v, want %v", got.Path, got.Form, want)
	}
	if got.Header.Get("Origin") != webtest.Origin || got.Header.Get("Referer") != webtest.Origin+"/dir/page" ||
		got.Header.Get("Sec-Fetch-Site") != "same-origin" || got.Header.Get("Cookie") != "seen=1" {
		t.Errorf("headers %v", got.Header)
	}
	page.Form("#sale").Press("button.del").JSON(&got)
	if got.Path != "/drop" || got.Form.Get("do") != "drop" {
		t.Errorf("the button sent %s %v", got.Path, got.Form)
	}
	page.Form("form.find").Set("q", "脐橙").Submit().JSON(&got)
	if got.Method != http.MethodGet || got.Path != "/find?q=%E8%84%90%E6%A9%99" {
		t.Errorf("the search sent %s %s", got.Method, got.Path)
	}
	page.Form("form.up").File("file", "a.csv", []byte("1,2")).Submit().JSON(&got)
	if got.File != "a.csv=1,2" || got.Form.Get("kind") != "sales" {
		t.Errorf("the upload sent %q %v", got.File, got.Form)
	}
}

func TestMovingAbout(t *testing.T) {
	b := open(t)
	page := b.Get("/go").Want(303).Follow().Want(200)
	if page.Text("h1") != "A shop" || b.Cookie("seen") != "1" {
		t.Errorf("title %q, cookie %q", page.Text("h1"), b.Cookie("seen"))
	}
	var got sent
	page.Click("a.go").JSON(&got)
	if got.Path != "/dir/next?x=1" {
		t.Errorf("the link leads to %s", got.Path)
	}
	got = sent{}
	b.As("token").Plain().Lang("fr").PostForm("/x", url.Values{"a": {"b"}}).JSON(&got)
	for _, name := range []string{"Origin", "Referer", "Sec-Fetch-Site"} {
		if got.Header.Get(name) != "" {
			t.Errorf("a plain client sends %s", name)
		}
	}
	if got.Header.Get("Accept-Language") != "fr" || !strings.Contains(got.Header.Get("Cookie"), "buhuo=token") {
		t.Errorf("headers %v", got.Header)
	}
}

// failing stands in for a test that is expected to fail.
type failing struct {
	testing.TB
	failed bool
}

func (f *failing) Helper()               {}
func (f *failing) Errorf(string, ...any) { f.failed = true }
func (f *failing) Fatalf(string, ...any) { f.failed = true; panic(f) }

func TestWhatIsNotThereFails(t *testing.T) {
	for name, act := range map[string]func(*webtest.Response){
		"status":        func(r *webtest.Response) { r.Want(404) },
		"text":          func(r *webtest.Response) { r.Contains("a palace") },
		"unwanted text": func(r *webtest.Response) { r.Lacks("shop") },
		"form":          func(r *webtest.Response) { r.Form("#none") },
		"two links":     func(r *webtest.Response) { r.Click("a") },
		"field":         func(r *webtest.Response) { r.Form("#sale").Set("colour", "red") },
		"file field":    func(r *webtest.Response) { r.Form("#sale").File("file", "a", nil) },
		"button":        func(r *webtest.Response) { r.Form("#sale").Press("button") },
		"redirect":      func(r *webtest.Response) { r.Follow() },
		"json":          func(r *webtest.Response) { r.JSON(&sent{}) },
	} {
		t.Run(name, func(t *testing.T) {
			f := &failing{TB: t}
			page := open(t).In(f).Get("/dir/page")
			func() {
				defer func() { _ = recover() }()
				act(page)
			}()
			if !f.failed {
				t.Error("nothing failed")
			}
		})
	}
}

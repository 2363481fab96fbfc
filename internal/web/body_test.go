package web_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"buhuo/internal/webtest"
)

const formType = "application/x-www-form-urlencoded"

// chunked hides the length of a body, as a chunked request does.
type chunked struct{ io.Reader }

func TestBodyLimits(t *testing.T) {
	e, _ := build(t)
	b := webtest.New(t, e).As("owner").Lang("en")
	line := strings.Repeat("a", 10<<20) // 10 MB of one line
	tests := []struct {
		name, path, contentType, body string
		want                          int
	}{
		{"small form", "/form", formType, "name=a", 200},
		{"form of 64 KiB", "/form", formType, "name=a&x=" + strings.Repeat("a", 64<<10-9), 200},
		{"form above 64 KiB", "/form", formType, "name=a&x=" + strings.Repeat("a", 64<<10-8), 413},
		{"10 MB of one line", "/form", formType, "name=" + line, 413},
		{"10 MB without an end of the name", "/form", formType, line, 413},
		{"JSON below 1 MiB", "/json", "application/json", `{"name":"a"}` + strings.Repeat(" ", 1<<19), 200},
		{"JSON above 1 MiB", "/json", "application/json", `{"name":"` + line + `"}`, 413},
		{"import above 10 MiB", "/import", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=file; filename=a.csv\r\n\r\n" + line + "\r\n--b--\r\n", 413},
		{"public form", "/open", formType, "name=" + line, 413},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := b.In(t)
			b.Send(http.MethodPost, tt.path, tt.contentType, strings.NewReader(tt.body)).Want(tt.want)
			b.Send(http.MethodPost, tt.path, tt.contentType, chunked{strings.NewReader(tt.body)}).Want(tt.want)
		})
	}
}

func TestBadBodies(t *testing.T) {
	e, _ := build(t)
	b := webtest.New(t, e).As("owner").Lang("en")
	tests := []struct {
		name, path, contentType, body string
		want                          int
	}{
		{"no body at all", "/form", "", "", 200},
		{"broken UTF-8 in a value", "/form", formType, "name=%ff%fe", 400},
		{"broken UTF-8 in a name", "/form", formType, "%c3%28=x", 400},
		{"GB18030", "/form", formType, "name=%c6%ea%b3%c8", 400},
		{"NUL", "/form", formType, "name=a%00b", 400},
		{"broken escape", "/form", formType, "name=%zz", 400},
		{"rare hanzi and emoji", "/form", formType, "name=" + url.QueryEscape("𬍛👩‍🌾"), 200},
		{"JSON to a form", "/form", "application/json", `{"name":"a"}`, 400},
		{"no type", "/form", "", "name=a", 400},
		{"nonsense type", "/form", ";;;", "name=a", 400},
		{"multipart without boundary", "/form", "multipart/form-data", "x", 400},
		{"multipart cut short", "/form", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=name\r\n\r\nx", 400},
		{"multipart to a form", "/form", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=name\r\n\r\nx\r\n--b--\r\n", 200},
		{"flood of fields", "/form", formType, strings.Repeat("a=&", 5000), 400},
		{"JSON broken", "/json", "application/json", `{"name":`, 400},
		{"JSON twice", "/json", "application/json", `{"name":"a"} {"name":"b"}`, 400},
		{"JSON with more", "/json", "application/json", `{"name":"a","shop":9}`, 400},
		{"JSON of another type", "/json", "application/json", `{"name":7}`, 400},
		{"JSON in broken UTF-8", "/json", "application/json", "{\"name\":\"\xff\"}", 400},
		{"JSON under another name", "/json", "text/plain", `{"name":"a"}`, 400},
		{"import without file", "/import", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=note\r\n\r\nx\r\n--b--\r\n", 422},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var body io.Reader
			if tt.body != "" {
				body = strings.NewReader(tt.body)
			}
			r := b.In(t).Send(http.MethodPost, tt.path, tt.contentType, body).Want(tt.want)
			if tt.want >= 400 && tt.path != "/json" && len(r.Text("main p")) < 15 {
				t.Errorf("no sentence: %s", r.Text("main"))
			}
		})
	}
	for _, path := range []string{"/page?q=%ff", "/page?q=%zz", "/page?q=%00", "/%ff", "/page%00"} {
		if got := b.Get(path).Status; got != 400 {
			t.Errorf("GET %s: %d, want 400", path, got)
		}
	}
}

func TestFormsComeFromTheBodyOnly(t *testing.T) {
	e, _ := build(t)
	b := webtest.New(t, e).As("seller")
	var out struct{ Name, Lang string }
	b.PostForm("/form?name=address&shop=li", url.Values{"other": {"x"}}).Want(200).JSON(&out)
	if out.Name != "" {
		t.Errorf("the form holds %q from the address", out.Name)
	}
	b.PostForm("/form?name=address", url.Values{"name": {"body"}}).Want(200).JSON(&out)
	if out.Name != "body" {
		t.Errorf("the form holds %q", out.Name)
	}
	b.PostForm("/form?a=%3B;b", url.Values{"name": {"body"}}).Want(200)
}

func TestUpload(t *testing.T) {
	e, _ := build(t)
	b := webtest.New(t, e).As("manager")
	content := bytes.Repeat([]byte("脐橙,5\n"), 300_000) // larger than what stays in memory
	var out struct {
		Name, Note string
		Size       int
	}
	for sent, want := range map[string]string{
		"sales.csv": "sales.csv", `C:\Users\王\销售.csv`: "销售.csv", "../../etc/passwd": "passwd", "a\u202egpj.exe": "agpj.exe",
	} {
		b.Upload("/import", "file", sent, content, url.Values{"note": {"autumn"}}).Want(200).JSON(&out)
		if out.Name != want || out.Size != len(content) || out.Note != "autumn" {
			t.Errorf("%q arrives as %+v", sent, out)
		}
	}
	b.Upload("/import", "file", "empty.csv", nil, nil).Want(422)
	b.Upload("/import", "other", "a.csv", content, nil).Want(422)
}

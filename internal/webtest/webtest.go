// Package webtest drives the program's pages in process, as a browser does:
// cookies, the headers that browsers send, forms found on a page and submitted
// with their hidden fields. It knows no area and asserts nothing but what it is
// asked to.
package webtest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"buhuo/internal/fault"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
)

// Origin is where the browser finds the shop.
const Origin = "http://shop.test"

// Browser is one person's browser. It does not follow redirects by itself.
type Browser struct {
	t       testing.TB
	handler http.Handler
	jar     *cookiejar.Jar
	plain   bool
	header  http.Header
}

// New opens a browser on the handler.
func New(t testing.TB, h http.Handler) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Browser{t: t, handler: h, jar: jar, header: http.Header{}}
}

func (b *Browser) with(change func(*Browser)) *Browser {
	c := *b
	c.header = b.header.Clone()
	change(&c)
	return &c
}

// As is the browser with a session cookie; it shares the cookies from then on.
func (b *Browser) As(token string) *Browser {
	b.SetCookie("buhuo", token)
	return b
}

// SetCookie plants a cookie.
func (b *Browser) SetCookie(name, value string) {
	u, _ := url.Parse(Origin)
	b.jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

// Cookie is the value of a cookie that the browser holds, or "".
func (b *Browser) Cookie(name string) string {
	u, _ := url.Parse(Origin)
	for _, c := range b.jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// In is the same browser, with the same cookies, in a subtest.
func (b *Browser) In(t testing.TB) *Browser { return b.with(func(c *Browser) { c.t = t }) }

// Plain is the same client without the headers that only browsers send.
func (b *Browser) Plain() *Browser { return b.with(func(c *Browser) { c.plain = true }) }

// Lang is the same browser asking for a language (Accept-Language).
func (b *Browser) Lang(tag string) *Browser { return b.Header("Accept-Language", tag) }

// Header is the same browser sending one more header.
func (b *Browser) Header(name, value string) *Browser {
	return b.with(func(c *Browser) { c.header.Set(name, value) })
}

// Get reads a path.
func (b *Browser) Get(path string) *Response {
	b.t.Helper()
	return b.Send(http.MethodGet, path, "", nil)
}

// PostForm posts a form with these values.
func (b *Browser) PostForm(path string, values url.Values) *Response {
	b.t.Helper()
	return b.Send(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
}

// PostJSON posts a value as JSON.
func (b *Browser) PostJSON(path string, v any) *Response {
	b.t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.Send(http.MethodPost, path, "application/json", bytes.NewReader(body))
}

// Upload posts a file and values as a browser posts a form with a file field.
func (b *Browser) Upload(path, field, name string, content []byte, values url.Values) *Response {
	b.t.Helper()
	contentType, body := multipartBody(b.t, values, []upload{{field, name, content}})
	return b.Send(http.MethodPost, path, contentType, body)
}

// Send sends any request.
func (b *Browser) Send(method, path, contentType string, body io.Reader) *Response {
	b.t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), method, Origin+path, body)
	r.RequestURI = path
	for name, values := range b.header {
		r.Header[name] = values
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if !b.plain {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
		if method != http.MethodGet && method != http.MethodHead {
			r.Header.Set("Origin", Origin)
		}
	}
	for _, c := range b.jar.Cookies(r.URL) {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	answer := w.Result()
	b.jar.SetCookies(r.URL, answer.Cookies())
	return &Response{
		browser: b, path: path, method: method,
		Status: answer.StatusCode, Header: answer.Header, Body: w.Body.Bytes(),
	}
}

type upload struct {
	field, name string
	content     []byte
}

func multipartBody(t testing.TB, values url.Values, files []upload) (string, io.Reader) {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, vs := range values {
		for _, v := range vs {
			if err := m.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, f := range files {
		part, err := m.CreateFormFile(f.field, f.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(f.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return m.FormDataContentType(), &body
}

// Sessions is an authenticator for tests: tokens and whose they are.
type Sessions map[string]tenant.Scope

// Authenticate implements web.Authenticator.
func (s Sessions) Authenticate(_ context.Context, token string) (tenant.Scope, web.Session, error) {
	scope, ok := s[token]
	if !ok {
		return tenant.Scope{}, web.Session{}, fault.New(fault.Unauthenticated, "web.no_session")
	}
	return scope, web.Session{}, nil
}

// Document parses HTML for goquery.
func document(t testing.TB, body []byte) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

package webtest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// Response is an answer. Body is as it came, not decompressed (the browser
// asks for no compression unless a header says so).
type Response struct {
	Status int
	Header http.Header
	Body   []byte

	browser      *Browser
	method, path string
	doc          *goquery.Document
}

// Want fails the test unless the status is as given.
func (r *Response) Want(status int) *Response {
	r.browser.t.Helper()
	if r.Status != status {
		r.browser.t.Fatalf("%s %s: status %d, want %d (location %q)\n%s",
			r.method, r.path, r.Status, status, r.Header.Get("Location"), r.excerpt())
	}
	return r
}

// excerpt is what a person needs to see why: the text of a page, cut.
func (r *Response) excerpt() string {
	text := string(r.Body)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
		text = r.Text("main")
	}
	return text[:min(len(text), 1500)]
}

// Doc is the page, parsed once.
func (r *Response) Doc() *goquery.Document {
	r.browser.t.Helper()
	if r.doc == nil {
		r.doc = document(r.browser.t, r.Body)
	}
	return r.doc
}

// Find is the part of the page that a CSS selector chooses.
func (r *Response) Find(selector string) *goquery.Selection {
	r.browser.t.Helper()
	return r.Doc().Find(selector)
}

// Text is the text of a part of the page, with single spaces.
func (r *Response) Text(selector string) string {
	r.browser.t.Helper()
	return strings.Join(strings.Fields(r.Find(selector).Text()), " ")
}

// Contains fails the test unless the body holds every text.
func (r *Response) Contains(texts ...string) *Response {
	r.browser.t.Helper()
	for _, text := range texts {
		if !bytes.Contains(r.Body, []byte(text)) {
			r.browser.t.Errorf("%s %s: %q is not in the answer\n%s", r.method, r.path, text, r.excerpt())
		}
	}
	return r
}

// Lacks fails the test if the body holds one of the texts.
func (r *Response) Lacks(texts ...string) *Response {
	r.browser.t.Helper()
	for _, text := range texts {
		if bytes.Contains(r.Body, []byte(text)) {
			r.browser.t.Errorf("%s %s: %q is in the answer\n%s", r.method, r.path, text, r.excerpt())
		}
	}
	return r
}

// JSON decodes the body into v; unknown fields fail the test.
func (r *Response) JSON(v any) *Response {
	r.browser.t.Helper()
	dec := json.NewDecoder(bytes.NewReader(r.Body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		r.browser.t.Fatalf("%s %s: %v\n%s", r.method, r.path, err, r.excerpt())
	}
	return r
}

// CSV reads the body as a table, without its byte order mark.
func (r *Response) CSV() [][]string {
	r.browser.t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(r.Body, []byte("\ufeff")))).ReadAll()
	if err != nil {
		r.browser.t.Fatalf("%s %s: %v\n%s", r.method, r.path, err, r.excerpt())
	}
	return rows
}

// Location is where a redirect leads.
func (r *Response) Location() string { return r.Header.Get("Location") }

// Follow reads the page to which a redirect leads; without one the test fails.
func (r *Response) Follow() *Response {
	r.browser.t.Helper()
	to, err := url.Parse(r.Location())
	if err != nil || r.Location() == "" || r.Status < 300 || r.Status > 399 {
		r.browser.t.Fatalf("%s %s: status %d leads to %q, not to a page\n%s", r.method, r.path, r.Status, r.Location(), r.excerpt())
	}
	base := &url.URL{Path: r.path}
	return r.browser.Get(base.ResolveReference(to).RequestURI())
}

// Click follows the one link that the selector chooses.
func (r *Response) Click(selector string) *Response {
	r.browser.t.Helper()
	link := r.Find(selector)
	href, ok := link.Attr("href")
	if link.Length() != 1 || !ok {
		r.browser.t.Fatalf("%s %s: %d links match %q, want one with an address", r.method, r.path, link.Length(), selector)
	}
	to, err := url.Parse(href)
	if err != nil {
		r.browser.t.Fatal(err)
	}
	base, _ := url.Parse(r.path)
	return r.browser.Get(base.ResolveReference(to).RequestURI())
}

// Form is a form on a page, with the values that it holds.
type Form struct {
	page   *Response
	sel    *goquery.Selection
	values url.Values
	files  []upload
	action string
}

// Form finds the one form that the selector chooses.
func (r *Response) Form(selector string) *Form {
	r.browser.t.Helper()
	sel := r.Find(selector)
	if sel.Length() != 1 || goquery.NodeName(sel) != "form" {
		r.browser.t.Fatalf("%s %s: %d elements match %q, want one form\n%s", r.method, r.path, sel.Length(), selector, r.excerpt())
	}
	f := &Form{page: r, sel: sel, values: url.Values{}, action: sel.AttrOr("action", r.path)}
	for _, field := range f.fields().EachIter() {
		f.read(field)
	}
	return f
}

// fields are those inside the form and those elsewhere that name it.
func (f *Form) fields() *goquery.Selection {
	const each = "input,select,textarea"
	fields := f.sel.Find(each)
	if id, ok := f.sel.Attr("id"); ok {
		fields = fields.AddSelection(f.page.Find("input[form='" + id + "'],select[form='" + id + "'],textarea[form='" + id + "']"))
	}
	return fields
}

// read takes the value that a browser would send for a field left alone.
func (f *Form) read(field *goquery.Selection) {
	name, named := field.Attr("name")
	if _, disabled := field.Attr("disabled"); disabled || !named {
		return
	}
	switch goquery.NodeName(field) {
	case "textarea":
		f.values.Add(name, field.Text())
	case "select":
		chosen := field.Find("option[selected]")
		if chosen.Length() == 0 {
			chosen = field.Find("option").First()
		}
		if chosen.Length() > 0 {
			f.values.Add(name, chosen.AttrOr("value", chosen.Text()))
		}
	default:
		switch _, checked := field.Attr("checked"); field.AttrOr("type", "text") {
		case "submit", "button", "image", "reset", "file":
		case "checkbox", "radio":
			if checked {
				f.values.Add(name, field.AttrOr("value", "on"))
			}
		default:
			f.values.Add(name, field.AttrOr("value", ""))
		}
	}
}

// Value is what the form holds in a field.
func (f *Form) Value(name string) string { return f.values.Get(name) }

// All is what the form holds in a repeated field.
func (f *Form) All(name string) []string { return slices.Clone(f.values[name]) }

// Set fills a field; one that the form does not have fails the test, because a
// person could not fill it.
func (f *Form) Set(name string, values ...string) *Form {
	f.page.browser.t.Helper()
	known := false
	for _, field := range f.fields().EachIter() {
		known = known || field.AttrOr("name", "") == name
	}
	if !known {
		f.page.browser.t.Fatalf("%s %s: the form has no field %q", f.page.method, f.page.path, name)
	}
	f.values[name] = values
	return f
}

// File chooses a file.
func (f *Form) File(field, name string, content []byte) *Form {
	f.page.browser.t.Helper()
	if f.sel.Find("input[type=file][name='"+field+"']").Length() != 1 {
		f.page.browser.t.Fatalf("%s %s: the form takes no file %q", f.page.method, f.page.path, field)
	}
	f.files = append(f.files, upload{field, name, content})
	return f
}

// Press submits the form with the one button that the selector chooses, with
// its name, value and address.
func (f *Form) Press(selector string) *Response {
	f.page.browser.t.Helper()
	button := f.sel.Find(selector)
	if id, ok := f.sel.Attr("id"); ok {
		button = button.AddSelection(f.page.Find(selector).Filter("[form='" + id + "']"))
	}
	if button.Length() != 1 {
		f.page.browser.t.Fatalf("%s %s: %d buttons match %q, want one", f.page.method, f.page.path, button.Length(), selector)
	}
	if name, ok := button.Attr("name"); ok {
		f.values.Set(name, button.AttrOr("value", ""))
	}
	f.action = button.AttrOr("formaction", f.action)
	return f.Submit()
}

// Submit sends the form as it is.
func (f *Form) Submit() *Response {
	b := f.page.browser
	b.t.Helper()
	base, _ := url.Parse(f.page.path)
	action, err := url.Parse(f.action)
	if err != nil {
		b.t.Fatal(err)
	}
	to := base.ResolveReference(action)
	if strings.EqualFold(f.sel.AttrOr("method", "get"), "get") {
		to.RawQuery = f.values.Encode()
		return b.Get(to.RequestURI())
	}
	from := b.Header("Referer", Origin+f.page.path)
	if f.sel.AttrOr("enctype", "") == "multipart/form-data" {
		contentType, body := multipartBody(b.t, f.values, f.files)
		return from.Send(http.MethodPost, to.RequestURI(), contentType, body)
	}
	return from.Send(http.MethodPost, to.RequestURI(), "application/x-www-form-urlencoded", io.Reader(strings.NewReader(f.values.Encode())))
}

package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/views/layout"
)

// meaning is what a kind of fault becomes: a status and the title of a page.
type meaning struct {
	status int
	title  string
}

var meanings = map[fault.Kind]meaning{
	fault.Internal:        {http.StatusInternalServerError, "web.title_internal"},
	fault.Invalid:         {http.StatusUnprocessableEntity, "web.title_invalid"},
	fault.NotFound:        {http.StatusNotFound, "web.title_not_found"},
	fault.Conflict:        {http.StatusConflict, "web.title_conflict"},
	fault.Forbidden:       {http.StatusForbidden, "web.title_forbidden"},
	fault.Unauthenticated: {http.StatusUnauthorized, "web.title_unauthenticated"},
	fault.TooMany:         {http.StatusTooManyRequests, "web.title_too_many"},
	fault.TooLarge:        {http.StatusRequestEntityTooLarge, "web.title_too_large"},
	fault.Unavailable:     {http.StatusServiceUnavailable, "web.title_unavailable"},
	fault.Malformed:       {http.StatusBadRequest, "web.title_malformed"},
}

// Status is the status that answers err.
func Status(err error) int { return meanings[kindOf(err)].status }

// kindOf adds to the kinds of faults that a request took too long: the person
// may try again.
func kindOf(err error) fault.Kind {
	kind := fault.KindOf(err)
	if kind == fault.Internal && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		return fault.Unavailable
	}
	return kind
}

// Fail is the one place that turns an error into an answer: the status of its
// kind, and the sentence as a page, as JSON or as plain text, whichever the
// client reads. Foreign errors show a request id and nothing else. When an
// answer has begun already, the error is only logged.
func Fail(c *gin.Context, err error) {
	s := of(c)
	s.err = errors.Join(s.err, err)
	if c.Writer.Written() {
		return
	}
	c.Writer.Header().Del("Content-Disposition")
	if kindOf(err) == fault.Unauthenticated && sendToLogin(c) {
		return
	}
	answer(c, meanings[kindOf(err)], err)
}

// failSafely is Fail for the time after a panic: when even the page fails, a
// line of text remains.
func failSafely(c *gin.Context, err error) {
	defer func() {
		if p := recover(); p != nil && !c.Writer.Written() {
			writePlain(c, http.StatusInternalServerError, RequestID(c))
		}
	}()
	Fail(c, err)
}

func answer(c *gin.Context, m meaning, err error) {
	s, p := of(c), Printer(c)
	setRetry(c, err)
	switch format(c) {
	case asJSON:
		writeProblem(c, m, err)
	case asText:
		writePlain(c, m.status, strings.Join(sentences(p, err, s.id), "\n"))
	default:
		// The page is due although the time of the work is over.
		c.Request = c.Request.WithContext(context.WithoutCancel(c.Request.Context()))
		page := problemPage(c, m, sentences(p, err, s.id))
		if failed := Render(c, m.status, page); failed != nil {
			s.err = errors.Join(s.err, failed)
			writePlain(c, m.status, strings.Join(sentences(p, err, s.id), "\n"))
		}
	}
}

// setRetry tells when to come back: the number of seconds in the argument
// "seconds" of the fault, if it has one.
func setRetry(c *gin.Context, err error) {
	kind := kindOf(err)
	if kind != fault.TooMany && kind != fault.Unavailable {
		return
	}
	seconds := retrySeconds
	if e, ok := fault.As(err); ok {
		for _, a := range e.Args {
			if n, ok := a.Value.(int); ok && a.Name == "seconds" {
				seconds = max(n, 1)
			}
		}
	}
	c.Header("Retry-After", strconv.Itoa(seconds))
}

// sentences says what happened in the reader's language.
func sentences(p *i18n.Printer, err error, request string) []string {
	var several fault.Fields
	if errors.As(err, &several) && len(several) > 0 {
		out := make([]string, len(several))
		for i, e := range several {
			out[i] = p.Fault(e)
		}
		return out
	}
	switch e, ok := fault.As(err); {
	case ok && e.Kind != fault.Internal:
		return []string{p.Fault(e)}
	case kindOf(err) == fault.Unavailable:
		return []string{p.T("web.too_slow")}
	default:
		return []string{p.T("web.internal", i18n.A("id", request))}
	}
}

// problemPage is a page of the shop for its members and a bare one for others.
func problemPage(c *gin.Context, m meaning, texts []string) templ.Component {
	p := Printer(c)
	chrome := Chrome(c)
	chrome.Problems = nil
	chrome.Title = p.T(m.title)
	chrome.Lead = texts[0]
	for _, t := range texts[1:] {
		chrome.Problems = append(chrome.Problems, struct{ Field, Text string }{Text: t})
	}
	chrome.Back.Href, chrome.Back.Text = "/", p.T("web.to_start")
	if of(c).member {
		return layout.Page(chrome)
	}
	if m.status == http.StatusUnauthorized {
		chrome.Back.Href, chrome.Back.Text = loginPath, p.T("web.to_login")
	}
	return layout.Bare(chrome)
}

// problem is the answer to a program, after RFC 9457.
type problem struct {
	Title   string         `json:"title"`
	Status  int            `json:"status"`
	Detail  string         `json:"detail"`
	Code    string         `json:"code,omitempty"` // stable in every language
	Request string         `json:"request"`
	Fields  []problemField `json:"fields,omitempty"`
}

type problemField struct {
	Field  string `json:"field,omitempty"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func writeProblem(c *gin.Context, m meaning, err error) {
	p, id := Printer(c), RequestID(c)
	body := problem{
		Title:   p.T(m.title),
		Status:  m.status,
		Detail:  strings.Join(sentences(p, err, id), " "),
		Request: id,
	}
	if e, ok := fault.As(err); ok && e.Kind != fault.Internal {
		body.Code = e.Key
	}
	var several fault.Fields
	if errors.As(err, &several) {
		for _, e := range several {
			body.Fields = append(body.Fields, problemField{Field: e.Field, Code: e.Key, Detail: p.Fault(e)})
		}
	}
	if failed := writeJSON(c, m.status, "application/problem+json; charset=utf-8", body); failed != nil {
		of(c).err = errors.Join(of(c).err, failed)
		writePlain(c, m.status, body.Detail)
	}
}

// The forms of an answer to an error.
const (
	asPage = iota
	asJSON
	asText
)

// format is what the client reads: the suffix of the address decides, then the
// kind of body, then what it says it accepts.
func format(c *gin.Context) int {
	switch path.Ext(c.Request.URL.Path) {
	case ".json":
		return asJSON
	case ".csv", ".pdf":
		return asText
	}
	accept := c.GetHeader("Accept")
	switch {
	case strings.Contains(accept, "text/html"):
		return asPage
	case strings.Contains(accept, "json"), of(c).route != nil && of(c).route.Body == JSON:
		return asJSON
	}
	return asPage
}

const loginPath = "/login"

// sendToLogin leads somebody who asked for a page to the login and back.
// Programs and forms get 401 instead: a redirect would look like success.
func sendToLogin(c *gin.Context) bool {
	r := c.Request
	ext := path.Ext(r.URL.Path)
	if (r.Method != http.MethodGet && r.Method != http.MethodHead) || ext == ".json" || ext == ".csv" || format(c) == asJSON {
		return false
	}
	target := loginPath
	if next := SafeNext(r.URL.RequestURI()); next != "/" {
		target += "?next=" + url.QueryEscape(next)
	}
	if c.GetHeader("HX-Request") == "true" {
		c.Header("HX-Redirect", target) // a fragment of a page cannot hold the login
		return false
	}
	return Redirect(c, target) == nil
}

func (e *Engine) notFound(c *gin.Context) {
	e.missing(c, fault.New(fault.NotFound, "web.not_found"), http.StatusNotFound)
}

func (e *Engine) methodNotAllowed(c *gin.Context) {
	e.missing(c, fault.New(fault.NotFound, "web.wrong_method"), http.StatusMethodNotAllowed)
}

// missing answers an address that no route has. It looks at the session only to
// show a member the way back into the shop.
func (e *Engine) missing(c *gin.Context, err error, status int) {
	s := of(c)
	if failed := e.authenticate(c, s); failed != nil && fault.KindOf(failed) != fault.Unauthenticated {
		s.err = failed
	}
	s.err = errors.Join(s.err, err)
	answer(c, meaning{status, "web.title_not_found"}, err)
}

package web

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/tenant"
)

// Handler answers one request or returns why it did not; an error becomes the
// status and page of its fault kind. From here on only c.Request.Context() is
// a context.
type Handler func(c *gin.Context) error

// Access is who may use a route.
type Access string

// The policies. AnyMember is a person with a valid session whatever the role;
// the four roles mean "at least".
const (
	Public    Access = "public"
	AnyMember Access = "member"
	Viewer    Access = Access(tenant.Viewer)
	Seller    Access = Access(tenant.Seller)
	Manager   Access = Access(tenant.Manager)
	Owner     Access = Access(tenant.Owner)
)

// Body is what a route reads; it decides the limit on its size.
type Body string

// The bodies and their limits.
const (
	None   Body = "none"   // a body is not read
	Form   Body = "form"   // 64 KiB, URL-encoded or multipart, read by FormOf
	JSON   Body = "json"   // 1 MiB, read by DecodeJSON
	Import Body = "import" // 10 MiB, multipart with files, read by FormOf and Upload
)

// Route is one line of the policy table. Path is gin's ("/orders/:id"); its
// last parameter may carry a suffix ("/orders/:id.csv"), which gin alone cannot
// tell from "/orders/:id". A GET route also answers HEAD.
type Route struct {
	Method string
	Path   string
	Access Access
	Body   Body // "" is None for GET and Form for the others
	// Bearer says that the address itself is the authority, as in a link that somebody
	// was sent: no session counts there, so that none can be misused from another site.
	Bearer  bool
	Handler Handler
}

// Params names the parameters in the path, in order.
func (r Route) Params() []string {
	base, _ := splitSuffix(r.Path)
	var out []string
	for _, part := range strings.Split(base, "/") {
		if strings.HasPrefix(part, ":") || strings.HasPrefix(part, "*") {
			out = append(out, part[1:])
		}
	}
	return out
}

// suffixes are the routes that share a method and a path up to the suffix.
type suffixes map[string]*Route

// Route adds a route. A route without a policy or a handler, or one that
// stands there twice, is a programming error and panics at start.
func (e *Engine) Route(r Route) {
	r.Body = defaultBody(r)
	if problem := r.problem(); problem != "" {
		panic(fmt.Sprintf("web: route %s %s: %s", r.Method, r.Path, problem))
	}
	e.routes = append(e.routes, r)
	if r.Bearer { // browsers that keep the address to themselves name no origin either
		e.csrf.AddInsecureBypassPattern(r.Method + " " + params.ReplaceAllString(r.Path, "{$1}"))
	}
	base, suffix := splitSuffix(r.Path)
	key := r.Method + " " + base
	known, ok := e.suffixes[key]
	if !ok {
		known = suffixes{}
		e.suffixes[key] = known
		e.register(r.Method, base, known)
	}
	if known[suffix] != nil {
		panic(fmt.Sprintf("web: route %s %s stands there twice", r.Method, r.Path))
	}
	known[suffix] = &r
}

var params = regexp.MustCompile(`:(\w+)`)

// Routes lists the policy table in the order of registration.
func (e *Engine) Routes() []Route { return slices.Clone(e.routes) }

func defaultBody(r Route) Body {
	switch {
	case r.Body != "":
		return r.Body
	case r.Method == http.MethodGet:
		return None
	default:
		return Form
	}
}

func (r Route) problem() string {
	switch {
	case r.Handler == nil:
		return "no handler"
	case !strings.HasPrefix(r.Path, "/"):
		return "the path starts with /"
	case !slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}, r.Method):
		return "unknown method"
	case !slices.Contains([]Access{Public, AnyMember, Viewer, Seller, Manager, Owner}, r.Access):
		return "who may use it?"
	case !slices.Contains([]Body{None, Form, JSON, Import}, r.Body):
		return "unknown body"
	case r.Bearer && r.Access != Public:
		return "an address that is the authority asks for no session"
	case r.Method == http.MethodGet && r.Body != None:
		return "GET reads no body"
	}
	return ""
}

func (e *Engine) register(method, base string, known suffixes) {
	h := func(c *gin.Context) { e.dispatch(c, base, known) }
	e.gin.Handle(method, base, h)
	if method == http.MethodGet {
		e.gin.Handle(http.MethodHead, base, h)
	}
}

// dispatch chooses among the routes that differ only in their suffix. Text
// after a dot that is no known suffix belongs to the parameter.
func (e *Engine) dispatch(c *gin.Context, base string, known suffixes) {
	r := known[""]
	if last := len(c.Params) - 1; last >= 0 && lastIsParam(base) {
		value := c.Params[last].Value
		if dot := strings.LastIndexByte(value, '.'); dot >= 0 {
			if with := known[value[dot:]]; with != nil {
				r = with
				c.Params[last].Value = value[:dot]
			}
		}
	}
	if r == nil {
		Fail(c, fault.New(fault.NotFound, "web.not_found"))
		return
	}
	e.serve(c, r)
}

// splitSuffix cuts "/orders/:id.csv" into "/orders/:id" and ".csv". Only a
// parameter has its suffix cut: "/orders.json" is a path of its own.
func splitSuffix(path string) (base, suffix string) {
	if !lastIsParam(path) {
		return path, ""
	}
	dot := strings.LastIndexByte(path, '.')
	if dot < strings.LastIndexByte(path, '/') {
		return path, ""
	}
	return path[:dot], path[dot:]
}

func lastIsParam(path string) bool {
	return strings.HasPrefix(path[strings.LastIndexByte(path, '/')+1:], ":")
}

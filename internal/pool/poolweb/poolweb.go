// Package poolweb is the page on which an owner decides whether the shop takes part in
// what shops tell together. It must not know how anything is added up.
package poolweb

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/pool"
	"buhuo/internal/web"
	"buhuo/views/layout"
	poolview "buhuo/views/pool"
	"buhuo/views/ui"
)

// Pool is the area.
type Pool interface {
	Standing(ctx context.Context) (pool.Standing, error)
	Join(ctx context.Context) error
	Leave(ctx context.Context) error
}

// Handlers are the routes of the area.
type Handlers struct{ pool Pool }

// New makes the handlers.
func New(p Pool) *Handlers { return &Handlers{p} }

const path = "/pool"

// Routes adds the pages.
func (h *Handlers) Routes(e *web.Engine) {
	for _, r := range []web.Route{
		{Method: http.MethodGet, Path: path, Access: web.Owner, Handler: h.show},
		{Method: http.MethodPost, Path: path, Access: web.Owner, Handler: h.decide},
	} {
		e.Route(r)
	}
}

// What the buttons send.
const (
	joining = "join"
	leaving = "leave"
)

// decide joins or leaves.
func (h *Handlers) decide(c *gin.Context) error {
	f := web.FormOf(c)
	what := f.Choice("part", joining, leaving)
	if f.Err() != nil {
		return h.page(c, http.StatusUnprocessableEntity)
	}
	do, said := h.pool.Join, "pool.flash_joined"
	if what == leaving {
		do, said = h.pool.Leave, "pool.flash_left"
	}
	if err := do(c.Request.Context()); err != nil {
		return err
	}
	web.Flash(c, web.Good, said)
	c.Redirect(http.StatusSeeOther, path)
	return nil
}

func (h *Handlers) show(c *gin.Context) error { return h.page(c, http.StatusOK) }

// page says what is shared and how the shop stands to it.
func (h *Handlers) page(c *gin.Context, status int) error {
	s, err := h.pool.Standing(c.Request.Context())
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	t := chrome.T
	chrome.Title, chrome.Active = t.T("pool.title"), layout.More
	chrome.Back = ui.Link{Href: "/more", Text: t.T("layout.nav.more")}
	m := poolview.Page{
		Chrome: chrome, Member: s.Member, State: t.T("pool.state_out"), Shared: t.T("pool.shared"),
		Kept:   []string{t.T("pool.given"), t.T("pool.kept_own"), t.T("pool.kept_few", i18n.A("n", pool.K)), t.T("pool.kept_difference", i18n.A("n", pool.K)), t.T("pool.kept_members"), t.T("pool.leaving")},
		Action: path, Press: ui.Press{Name: "part", Value: joining, Text: t.T("pool.join"), Icon: "check", Kind: ui.Primary},
	}
	if s.Member {
		scope, _ := web.Scope(c)
		m.State = t.T("pool.state_in", i18n.A("day", t.Date(day.Of(s.Since.Time(), scope.Zone))))
		m.Press = ui.Press{Name: "part", Value: leaving, Text: t.T("pool.leave"), Icon: "close", Kind: ui.Danger}
	}
	m.Facts = facts(t, s)
	return web.Render(c, status, poolview.Show(m))
}

// facts say what was published and what comes next.
func facts(t *i18n.Printer, s pool.Standing) (out []ui.Fact) {
	season := func(x pool.Season) string {
		return t.T("insight.window", i18n.A("from", t.Date(x.From)), i18n.A("through", t.Date(x.Through)))
	}
	if s.Told {
		f := ui.Fact{Term: t.T("pool.latest"), Text: season(s.Edition.Season)}
		switch {
		case !s.Member:
		case s.Counted != nil:
			f.Note = t.T("pool.counted")
		case s.Gave > 0:
			f.Note = t.T("pool.waiting", i18n.A("n", pool.K))
		default:
			f.Note = t.T("pool.counted_later")
		}
		out = append(out, f)
	}
	next := ui.Fact{Term: t.T("pool.next"), Text: season(s.Next), Note: t.T("pool.due", i18n.A("day", t.Date(s.Due)))}
	if !s.Enough {
		next.Note = t.T("pool.too_few", i18n.A("n", pool.K))
	}
	return append(out, next)
}

package web

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
	"buhuo/views/layout"
)

// Chrome fills the frame of a page from the request: language, shop, today,
// person, messages, what is wrong with the form. The page adds its own title,
// active entry and help. It takes the flash, so a page calls it once.
func Chrome(c *gin.Context) layout.Chrome {
	s, p := of(c), Printer(c)
	ch := layout.Chrome{
		Lang:      s.lang,
		T:         p,
		Path:      pagePath(c.Request),
		Demo:      s.engine.cfg.Demo,
		LargeText: s.session.LargeText,
		Scheme:    s.scheme,
	}
	if s.text != "" {
		ch.LargeText = s.text == textLarge
	}
	if m, ok := takeFlash(c); ok {
		ch.Flash = append(ch.Flash, layoutFlash(m))
	}
	if s.form != nil {
		for _, complaint := range s.form.Sentences() {
			ch.Problems = append(ch.Problems, complaint)
		}
	}
	if s.member {
		ch.ShopName, ch.ShopToken = s.scope.ShopName, s.scope.Slug
		ch.Person, ch.Role = s.scope.PersonName, roleName(p, s.scope.Role)
		ch.CanWrite = s.scope.Role.AtLeast(tenant.Seller)
		ch.TodayLine = todayLine(p, Today(c))
		ch.Client = ident.New().String()
	}
	return ch
}

// Today is the day in the shop's zone; on pages without a shop in UTC.
func Today(c *gin.Context) day.Date {
	s := of(c)
	now := s.engine.cfg.Now()
	if s.scope.Zone == nil {
		return day.Of(now, now.UTC().Location())
	}
	return day.Of(now, s.scope.Zone)
}

func todayLine(p *i18n.Printer, d day.Date) string {
	return p.WeekdayDate(d) + " · " + p.Lunar(d)
}

func layoutFlash(m Message) layout.Flash {
	f := layout.Flash{Tone: "ok", Text: m.Text}
	switch m.Tone {
	case Warn:
		f.Tone = "watch"
	case Bad:
		f.Tone = "out"
	}
	return f
}

func roleName(p *i18n.Printer, r tenant.Role) string {
	if !r.AtLeast(tenant.Viewer) {
		return ""
	}
	return p.T("role." + string(r))
}

// pagePath is the address of the page for the links that change how it looks.
// The answer to a refused form has the address of the form's page, which only
// the Referer knows.
func pagePath(r *http.Request) string {
	u := r.URL
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		from, err := url.Parse(r.Referer())
		if err != nil || from.Host != r.Host {
			return "/"
		}
		u = from
	}
	q := u.Query()
	for _, name := range []string{"lang", "text", "scheme"} {
		q.Del(name)
	}
	local := url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: q.Encode()}
	return local.String()
}

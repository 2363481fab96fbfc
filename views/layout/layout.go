// Package layout is the frame of every page: head, header, navigation, messages. It
// takes display-ready values and knows no request, no area and no session.
package layout

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"buhuo/internal/i18n"
	"buhuo/views/ui"
)

// Navigation entries, for Chrome.Active.
const (
	Today  = "today"
	Sell   = "sell"
	Stock  = "stock"
	Orders = "orders"
	More   = "more"
)

// Chrome is what the frame shows. The web layer fills everything but the fields of
// the page itself: Title, Heading, Lead, Back, Actions, Active, Problems, Help.
type Chrome struct {
	Lang i18n.Lang
	T    *i18n.Printer

	Title    string          // of the window; also the heading unless Heading is set
	Heading  string          // "-" leaves the heading to the page
	Lead     string          // one soft line under the heading
	Back     ui.Link         // where this page hangs; no Href: none
	Actions  []ui.Link       // beside the heading
	Active   string          // navigation entry
	Problems []ui.Problem    // of a refused form: summary on top, title says so
	Help     []string        // sentences behind the "?" beside the general ones
	Head     templ.Component // more for <head>; nearly never

	ShopName  string
	TodayLine string // "11月23日 周一 · 农历十月十五"
	Person    string // empty: nobody is logged in
	Role      string // in words
	CanWrite  bool
	Flash     []Flash
	Path      string // path and query of this page, for the links that change its language
	LargeText bool
	Scheme    string // "", "light", "dark"
	Demo      bool
	ShopToken string // hidden field "shop" of every form
	Client    string // a fresh client_id for the logout form
}

// Flash is a message left by the request before.
type Flash struct {
	Tone ui.Tone
	Text string
}

// With is the address of this page with one query value changed (lang, text, scheme).
func (c Chrome) With(key, value string) string {
	u, err := url.Parse(c.Path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") {
		u = &url.URL{Path: "/"}
	}
	q := u.Query()
	q.Set(key, value)
	u.RawQuery = q.Encode()
	return u.String()
}

func (c Chrome) heading() string {
	if c.Heading != "" {
		return c.Heading
	}
	return c.Title
}

// today cuts the line of the day where a narrow screen may break it.
func (c Chrome) today() []string {
	if c.TodayLine == "" {
		return nil
	}
	return strings.Split(c.TodayLine, " · ")
}

// window is the title of the browser window: a refused form says so first.
func (c Chrome) window() string {
	t := c.Title + " · " + c.T.T("layout.brand")
	if len(c.Problems) > 0 {
		return c.T.T("layout.refused") + " " + t
	}
	return t
}

type entry struct{ id, href, icon, key string }

var entries = []entry{
	{Today, "/", "home", "layout.nav.today"},
	{Sell, "/sell", "cart", "layout.nav.sell"},
	{Stock, "/products", "box", "layout.nav.stock"},
	{Orders, "/suggestions", "receipt", "layout.nav.orders"},
	{More, "/more", "more", "layout.nav.more"},
}

// Group is a card of links on the page behind "More".
type Group struct {
	Title string
	Links []ui.Link
}

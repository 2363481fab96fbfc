package web

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
)

const textLarge = "large"

// appearance are the choices of how pages look, made like the language: with a
// link on any page, kept in a cookie. "auto" forgets the choice.
var appearance = []struct {
	name    string
	options []string
	forget  string
	set     func(*request, string)
}{
	{"text", []string{textLarge, "normal"}, "", func(s *request, v string) { s.text = v }},
	{"scheme", []string{"light", "dark"}, "auto", func(s *request, v string) { s.scheme = v }},
}

func (e *Engine) chooseAppearance(c *gin.Context) {
	s := of(c)
	for _, a := range appearance {
		asked := c.Query(a.name)
		switch {
		case slices.Contains(a.options, asked):
			a.set(s, asked)
			setCookie(c, &http.Cookie{Name: a.name, Value: asked, MaxAge: langMaxAge})
		case a.forget != "" && asked == a.forget:
			setCookie(c, &http.Cookie{Name: a.name, MaxAge: -1})
		default:
			if kept := cookieValue(c, a.name); slices.Contains(a.options, kept) {
				a.set(s, kept)
			}
		}
	}
}

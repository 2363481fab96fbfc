package web

import (
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/tenant"
)

// langCookie keeps the choice made with ?lang=; it holds for a year.
const (
	langCookie = "lang"
	langMaxAge = 365 * 24 * 60 * 60
)

// chooseLanguage decides the language of the answer: ?lang= on any page (and
// remembers it in a cookie, never in the database), else the cookie, else what
// the browser asks for. An unknown ?lang= is ignored.
func (e *Engine) chooseLanguage(c *gin.Context) {
	s := of(c)
	if l, ok := i18n.ParseLang(c.Query("lang")); ok {
		s.lang = l
		setCookie(c, &http.Cookie{Name: langCookie, Value: string(l), MaxAge: langMaxAge})
	} else if l, ok := i18n.ParseLang(cookieValue(c, langCookie)); ok {
		s.lang = l
	} else if accept := c.GetHeader("Accept-Language"); accept != "" {
		s.lang = e.matches.of(accept)
	}
	speak(c, s)
}

// Speak answers in a language that the reader is known to understand, unless the address
// asks for another.
func Speak(c *gin.Context, lang string) {
	s := of(c)
	if _, asked := i18n.ParseLang(c.Query("lang")); asked {
		return
	}
	if l, ok := i18n.ParseLang(lang); ok {
		s.lang = l
		speak(c, s)
	}
}

// languageOfPerson is the last resort: a client that names no language at all
// reads what the person chose in the shop.
func (e *Engine) languageOfPerson(c *gin.Context, s *request, lang string) {
	l, ok := i18n.ParseLang(lang)
	if !ok || c.GetHeader("Accept-Language") != "" {
		return
	}
	if _, asked := i18n.ParseLang(c.Query("lang")); asked {
		return
	}
	if _, chosen := i18n.ParseLang(cookieValue(c, langCookie)); chosen {
		return
	}
	s.lang = l
	speak(c, s)
}

func speak(c *gin.Context, s *request) {
	c.Request = c.Request.WithContext(tenant.WithLang(c.Request.Context(), string(s.lang)))
	c.Header("Content-Language", string(s.lang))
}

func cookieValue(c *gin.Context, name string) string {
	ck, err := c.Request.Cookie(name)
	if err != nil {
		return ""
	}
	return ck.Value
}

// matches remembers what Accept-Language headers mean: browsers send few
// different ones, and reading one costs more than the rest of the middleware.
type matches struct {
	mu    sync.RWMutex
	known map[string]i18n.Lang
}

// What is remembered stays small whatever strangers send.
const (
	maxMatches     = 500
	maxMatchHeader = 200
)

func (m *matches) of(header string) i18n.Lang {
	m.mu.RLock()
	l, ok := m.known[header]
	m.mu.RUnlock()
	if ok {
		return l
	}
	l = i18n.Match(cut(header, maxMatchHeader))
	if len(header) > maxMatchHeader {
		return l
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= maxMatches {
		m.known = map[string]i18n.Lang{}
	}
	m.known[header] = l
	return l
}

package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
)

// contentPolicy lets a page load our own files and nothing else; no inline
// script or style, no eval.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'"

// permissions switches off what a page of ours never asks for; the camera
// stays for reading barcodes.
const permissions = "camera=(self), accelerometer=(), display-capture=(), geolocation=(), gyroscope=(), " +
	"hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()"

// secureHeaders sets what every answer carries. no-store is the rule and the
// immutable files below /static/ the exception, which they set themselves.
func (e *Engine) secureHeaders(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Permissions-Policy", permissions)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY") // for browsers that do not know frame-ancestors
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if secure(c) {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if !readableAddress(c.Request.URL) {
		e.chooseLanguage(c) // the refusal is read by somebody too
		Fail(c, errBadText)
		c.Abort()
	}
}

var errBadText = fault.New(fault.Malformed, "web.bad_text")

// readableAddress refuses broken UTF-8 and NUL before any handler sees them.
func readableAddress(u *url.URL) bool {
	query, err := url.QueryUnescape(u.RawQuery)
	return err == nil && cleanText(u.Path) && cleanText(query)
}

func cleanText(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for i := range len(s) {
		if s[i] == 0 {
			return false
		}
	}
	return true
}

var errForeign = fault.New(fault.Forbidden, "web.foreign_origin")

// refuseForeign refuses a change that another site makes a browser send.
//
// http.CrossOriginProtection decides by Sec-Fetch-Site, else by Origin. With
// neither, a request that carries our cookie must not name a foreign page in
// its Referer. When all three are missing it is no browser and passes: every
// browser that can run our pages sends Origin with a POST, so only programs
// (curl, a script of the shop, a test) leave all of them out, and no site can
// make a program do anything.
func (e *Engine) refuseForeign(c *gin.Context) {
	if err := e.checkOrigin(c.Request, SessionToken(c) != ""); err != nil {
		Fail(c, errForeign.WithCause(err))
		c.Abort()
	}
}

var errReferer = errors.New("referer of another origin")

func (e *Engine) checkOrigin(r *http.Request, withCookie bool) error {
	if err := e.csrf.Check(r); err != nil {
		return err
	}
	safe := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
	if safe || !withCookie || r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Origin") != "" {
		return nil
	}
	referer := r.Header.Get("Referer")
	if referer == "" {
		return nil
	}
	u, err := url.Parse(referer)
	if err != nil || u.Host == "" || u.Host != r.Host {
		return errReferer
	}
	return nil
}

// admit keeps the number of requests at work bounded. Beyond it the answer is
// an immediate 503, so that those at work finish and memory stays bounded.
func (e *Engine) admit(c *gin.Context) {
	if c.Request.URL.Path == healthPath { // a busy program is not a dead one
		c.Next()
		return
	}
	select {
	case e.slots <- struct{}{}:
		defer func() { <-e.slots }()
		c.Next()
	default:
		e.overloaded(c)
		c.Abort()
	}
}

// overloaded answers without a template: the point is to do no work.
func (e *Engine) overloaded(c *gin.Context) {
	err := fault.New(fault.Unavailable, "web.overloaded")
	of(c).err = err
	e.secureHeaders(c)
	if c.Writer.Written() {
		return
	}
	e.chooseLanguage(c)
	h := c.Writer.Header()
	h.Set("Retry-After", strconv.Itoa(retrySeconds))
	writePlain(c, http.StatusServiceUnavailable, Printer(c).Fault(err))
}

// retrySeconds is when a refused client should come back.
const retrySeconds = 3

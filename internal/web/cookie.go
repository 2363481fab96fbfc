package web

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// Secure reports whether the person's browser reaches the shop over TLS, so
// that cookies cannot be read on the way.
func Secure(c *gin.Context) bool { return secure(c) }

// Keep asks the browser to keep a word under name for some time. The word is
// no secret of the session; scripts on the page cannot read it.
func Keep(c *gin.Context, name, value string, life time.Duration) {
	setCookie(c, &http.Cookie{Name: name, Value: value, MaxAge: int(life / time.Second)})
}

// Kept is the word that the browser keeps under name; "" when there is none or
// when it is longer than any of ours.
func Kept(c *gin.Context, name string) string {
	value := cookieValue(c, name)
	if len(value) > maxToken {
		return ""
	}
	return value
}

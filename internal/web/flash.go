package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
)

// Tone is how a message looks.
type Tone string

// The tones of messages.
const (
	Good Tone = "good"
	Warn Tone = "warn"
	Bad  Tone = "bad"
)

const (
	flashCookie = "flash"
	flashMaxAge = 60 // seconds: a message belongs to the next page
)

// Saved is the message for a change that needs no words of its own.
const Saved = "web.flash_saved"

// Flash shows a message on the next page. Its key is "area.flash_…". Only the key
// and one number (the
// argument n of the message) travel, in a cookie: whoever plants one can show
// our own sentences and nothing else.
func Flash(c *gin.Context, tone Tone, key string, n ...int) {
	value := string(tone) + "~" + key
	if len(n) > 0 {
		value += "~" + strconv.Itoa(n[0])
	}
	setCookie(c, &http.Cookie{Name: flashCookie, Value: value, MaxAge: flashMaxAge})
}

// Message is a flash as it is read.
type Message struct {
	Tone Tone
	Text string
}

// isFlash keeps every other sentence of the catalogues out of reach.
func isFlash(key string) bool {
	_, name, _ := strings.Cut(key, ".")
	return strings.HasPrefix(name, "flash_")
}

// takeFlash reads the message and takes the cookie back.
func takeFlash(c *gin.Context) (Message, bool) {
	value := cookieValue(c, flashCookie)
	if value == "" {
		return Message{}, false
	}
	setCookie(c, &http.Cookie{Name: flashCookie, MaxAge: -1})
	parts := strings.Split(value, "~")
	p := Printer(c)
	if len(parts) < 2 || len(parts) > 3 || len(value) > 100 || !isFlash(parts[1]) || !p.Has(parts[1]) {
		return Message{}, false
	}
	tone := Tone(parts[0])
	if tone != Good && tone != Warn && tone != Bad {
		return Message{}, false
	}
	args := []fault.Arg{}
	if len(parts) == 3 {
		n, err := strconv.Atoi(parts[2])
		if err != nil {
			return Message{}, false
		}
		args = append(args, fault.A("n", n))
	}
	return Message{Tone: tone, Text: p.T(parts[1], args...)}, true
}

package web

import (
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

// Secretly keeps the address of a page that is its own key from other sites and from
// search engines.
func Secretly(c *gin.Context) {
	c.Header("Referrer-Policy", "no-referrer")
	c.Header("X-Robots-Tag", "noindex, nofollow, noarchive")
}

// Bounds of what comes to pages behind a secret in a minute: wrong addresses from one place,
// visits by one link, and all that is counted.
const (
	maxKnocks = 60
	maxCounts = 10_000
)

// Knocks counts visits by the minute. It forgets when the program ends: guessing a link
// is hopeless anyway, and counting only keeps guessers from making work.
type Knocks struct {
	mu    sync.Mutex
	since time.Time
	count map[string]int
}

// Allow adds n visits and reports whether there were few enough.
func (k *Knocks) Allow(who string, now time.Time, n int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if age := now.Sub(k.since); k.count == nil || age >= time.Minute || age < 0 {
		k.since, k.count = now, map[string]int{}
	}
	if k.count[who] == 0 && len(k.count) >= maxCounts {
		return false
	}
	if n > 0 {
		k.count[who] += n
	}
	return k.count[who] <= maxKnocks
}

package shop

import (
	"context"
	"crypto/sha256"
	"net/netip"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
)

// rule says how failures of one bucket slow it down: the first free ones cost
// nothing, each further one doubles the pause from a second up to longest, and
// one is forgotten every leak. There is always a next attempt, so nobody is ever
// locked out.
type rule struct {
	free    int
	leak    time.Duration
	longest time.Duration
}

var (
	accountRule = rule{free: 4, leak: 7 * time.Minute, longest: time.Minute}
	addressRule = rule{free: 20, leak: 90 * time.Second, longest: time.Minute}
	// everybodyRule slows a guesser with many addresses without making the people
	// of all shops wait for long.
	everybodyRule = rule{free: 200, leak: time.Second, longest: 2 * time.Second}
)

const firstWait = time.Second

// trustFor is how long a browser that logged in is known. Its failures are
// counted apart from everybody's: who guesses at an account, or has their own
// shop's address blocked by a neighbour, does not keep the owner out.
const trustFor = 365 * 24 * time.Hour

// bucket is one counter that an attempt looks at.
type bucket struct {
	key  []byte
	rule rule
}

// bucketKey is hashed: a password typed into the wrong field must not be stored.
func bucketKey(kind string, values ...string) []byte {
	h := sha256.New()
	h.Write([]byte(kind))
	for _, v := range values {
		h.Write([]byte{0})
		h.Write([]byte(v))
	}
	return h.Sum(nil)
}

// trustKey names the row that remembers a browser of an account.
func trustKey(login, device string) []byte { return bucketKey("trust", login, hashText(device)) }

// buckets are the counters of an attempt: of a browser that logged in to the
// account before its own one, of any other the account, the address and all.
func (s *Service) buckets(ctx context.Context, login, address, device string) ([]bucket, error) {
	if device != "" {
		trust, err := s.store.Attempts(ctx, [][]byte{trustKey(login, device)})
		if err != nil {
			return nil, err
		}
		if trust[0].LastAt > day.At(s.now()) {
			return []bucket{{bucketKey("device", login, hashText(device)), accountRule}}, nil
		}
	}
	network, rule := networkOf(address)
	return []bucket{
		{bucketKey("account", login), accountRule},
		{bucketKey("address", network), rule},
		{bucketKey("all"), everybodyRule},
	}, nil
}

// networkOf is the part of an address that one customer of a provider has: all of
// an IPv4 address, half of an IPv6 one. The machine itself is either its owner or
// a proxy through which everybody comes, so it is slowed no more than everybody.
func networkOf(address string) (string, rule) {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address, addressRule
	}
	ip = ip.Unmap().WithZone("")
	if ip.IsLoopback() {
		return "loopback", everybodyRule
	}
	if ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String(), addressRule
		}
	}
	return ip.String(), addressRule
}

func keysOf(buckets []bucket) [][]byte {
	keys := make([][]byte, len(buckets))
	for i, b := range buckets {
		keys[i] = b.key
	}
	return keys
}

// checkThrottle answers TooMany, with the seconds to wait as "n" and "seconds".
func (s *Service) checkThrottle(ctx context.Context, buckets []bucket) error {
	attempts, err := s.store.Attempts(ctx, keysOf(buckets))
	if err != nil {
		return err
	}
	now := s.now()
	var wait time.Duration
	for i, b := range buckets {
		wait = max(wait, b.rule.waiting(attempts[i], now))
	}
	if wait <= 0 {
		return nil
	}
	seconds := int((wait + time.Second - 1) / time.Second)
	return fault.New(fault.TooMany, "shop.login_wait", fault.A("n", seconds), fault.A("seconds", seconds))
}

// failures are those not yet forgotten. A time ahead of ours was written by a
// wrong clock and counts for nothing.
func (r rule) failures(a Attempts, now time.Time) int {
	since := now.Sub(a.LastAt.Time())
	if a.Failures <= 0 || since < 0 {
		return 0
	}
	return max(0, a.Failures-int(min(since/r.leak, time.Duration(a.Failures))))
}

// waiting is the time left until the next attempt is looked at.
func (r rule) waiting(a Attempts, now time.Time) time.Duration {
	over := r.failures(a, now) - r.free
	if over <= 0 {
		return 0
	}
	return r.pause(over) - now.Sub(a.LastAt.Time())
}

func (r rule) pause(over int) time.Duration { return min(firstWait<<min(over-1, 10), r.longest) }

// most is the count from which more failures change nothing; counting stops
// there, so that a long attack is soon forgotten once it ends.
func (r rule) most() int {
	over := 1
	for r.pause(over) < r.longest {
		over++
	}
	return r.free + over
}

func (s *Service) countFailure(ctx context.Context, buckets []bucket) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		attempts, err := s.store.HoldAttempts(ctx, keysOf(buckets))
		if err != nil {
			return err
		}
		now := s.now()
		for i, b := range buckets {
			next := Attempts{Failures: min(b.rule.failures(attempts[i], now)+1, b.rule.most()), LastAt: day.At(now)}
			if err := s.store.SaveAttempts(ctx, b.key, next); err != nil {
				return err
			}
		}
		return nil
	})
}

// forgive forgets the account's failures after a login and knows the browser.
func (s *Service) forgive(ctx context.Context, buckets []bucket, login, device string) error {
	if err := s.store.SaveAttempts(ctx, buckets[0].key, Attempts{}); err != nil {
		return err
	}
	if device == "" {
		return nil
	}
	return s.store.SaveAttempts(ctx, trustKey(login, device), Attempts{Failures: 1, LastAt: day.At(s.now().Add(trustFor))})
}

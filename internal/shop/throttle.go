package shop

import (
	"context"
	"crypto/sha256"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
)

// free is how many failures in a row cost no waiting: account, address, everybody.
var free = [3]int{4, 20, 200}

// Waiting grows from a second and doubles to at most a minute, so that a guesser
// is slow and an owner is never locked out.
const (
	firstWait   = time.Second
	longestWait = time.Minute
	forgetAfter = 30 * time.Minute
)

// throttleBuckets are the three counters of an attempt. The login is hashed: a
// password typed into the wrong field must not be stored.
func throttleBuckets(login, address string) [][]byte {
	name := func(kind, value string) []byte {
		sum := sha256.Sum256([]byte(kind + "\x00" + value))
		return sum[:]
	}
	return [][]byte{name("account", login), name("address", address), name("all", "")}
}

func (s *Service) checkThrottle(ctx context.Context, buckets [][]byte) error {
	attempts, err := s.store.Attempts(ctx, buckets)
	if err != nil {
		return err
	}
	now := s.now()
	var wait time.Duration
	for i, a := range attempts {
		wait = max(wait, a.waiting(free[i], now))
	}
	if wait <= 0 {
		return nil
	}
	seconds := int((wait + time.Second - 1) / time.Second)
	return fault.New(fault.TooMany, "shop.login_wait", fault.A("n", seconds))
}

// waiting is the time left until the next attempt is looked at.
func (a Attempts) waiting(free int, now time.Time) time.Duration {
	over := a.Failures - free
	since := now.Sub(a.LastAt.Time())
	if over <= 0 || since >= forgetAfter {
		return 0
	}
	pause := min(firstWait<<min(over-1, 10), longestWait)
	return pause - since
}

func (s *Service) countFailure(ctx context.Context, buckets [][]byte) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		attempts, err := s.store.Attempts(ctx, buckets)
		if err != nil {
			return err
		}
		now := s.now()
		for i, a := range attempts {
			if now.Sub(a.LastAt.Time()) >= forgetAfter {
				a.Failures = 0
			}
			a.Failures, a.LastAt = a.Failures+1, day.At(now)
			if err := s.store.SaveAttempts(ctx, buckets[i], a); err != nil {
				return err
			}
		}
		return nil
	})
}

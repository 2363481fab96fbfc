package shop

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"sync"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/tenant"
)

// Credentials is one attempt to log in. Address is the network peer. Device is a
// random word that the browser keeps (NewDevice), empty when it has none: after a
// login that browser is no longer slowed down by what others get wrong.
type Credentials struct {
	Login, Password, Address, Agent, Device string
}

// errWrong is the one answer to a wrong login and to a wrong password.
var errWrong = fault.New(fault.Unauthenticated, "shop.login_wrong")

// guesses bounds the passwords that are looked at together: what many send at
// once is counted almost as strictly as what they send in turn.
const guesses = 2

// Login checks the credentials and starts a session in the person's first shop.
// It answers Unauthenticated for an unknown login and a wrong password alike,
// after the same work, and TooMany (arguments "n" and "seconds") when the account,
// the address or everybody has failed too often of late; nobody is ever locked out.
func (s *Service) Login(ctx context.Context, c Credentials) (token string, expires time.Time, err error) {
	login := NormaliseLogin(c.Login)
	buckets, err := s.buckets(ctx, login, c.Address, c.Device)
	if err != nil {
		return "", time.Time{}, err
	}
	// Once outside the gate, so that a flood does not queue before it.
	if err := s.checkThrottle(ctx, buckets); err != nil {
		return "", time.Time{}, err
	}
	p, err := s.guess(ctx, login, c.Password, buckets)
	if err != nil {
		return "", time.Time{}, err
	}
	memberships, err := s.store.Memberships(ctx, p.ID)
	if err != nil {
		return "", time.Time{}, err
	}
	if len(memberships) == 0 {
		return "", time.Time{}, errWrong
	}
	in, err := s.store.ShopByID(ctx, memberships[0].Shop)
	if err != nil {
		return "", time.Time{}, err
	}
	return s.startSession(ctx, p, in, c.Agent, func(ctx context.Context) error {
		return s.forgive(ctx, buckets, login, c.Device)
	})
}

// guess looks at one password, a few at a time in the whole program.
func (s *Service) guess(ctx context.Context, login, password string, buckets []bucket) (Person, error) {
	select {
	case s.gate <- struct{}{}:
		defer func() { <-s.gate }()
	case <-ctx.Done():
		return Person{}, ctx.Err()
	}
	if err := s.checkThrottle(ctx, buckets); err != nil {
		return Person{}, err
	}
	p, err := s.identify(ctx, login, password)
	if errors.Is(err, errWrong) {
		if failed := s.countFailure(ctx, buckets); failed != nil {
			return Person{}, failed
		}
	}
	return p, err
}

// identify finds the person whose password it is. The hash of an unknown login
// is a dummy's, so that the time tells nothing.
func (s *Service) identify(ctx context.Context, login, password string) (Person, error) {
	dummy, err := s.dummy(ctx)
	if err != nil {
		return Person{}, err
	}
	p, err := s.store.PersonByLogin(ctx, login)
	known := err == nil
	if errors.Is(err, ErrMissing) {
		p.PasswordHash, err = dummy, nil
	}
	if err != nil {
		return Person{}, err
	}
	ok, outdated, err := s.hasher.Verify(ctx, password, p.PasswordHash)
	if err != nil {
		return Person{}, err
	}
	if !ok || !known || p.Disabled {
		return Person{}, errWrong
	}
	if outdated {
		return p, s.strengthen(ctx, p, password)
	}
	return p, nil
}

// strengthen hashes a password at today's cost, unless it was changed meanwhile.
func (s *Service) strengthen(ctx context.Context, p Person, password string) error {
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		return s.store.SetPassword(ctx, p.ID, p.PasswordHash, hash, p.ChangedAt)
	})
	if errors.Is(err, ErrStale) {
		return errWrong // the password that was right is not any more
	}
	return err
}

func (s *Service) startSession(ctx context.Context, p Person, in Shop, agent string, also func(context.Context) error) (string, time.Time, error) {
	token, err := newToken()
	if err != nil {
		return "", time.Time{}, err
	}
	now := s.now()
	session := Session{
		TokenHash: hashToken(token), Person: p.ID, Shop: in.ID, Agent: clip(cleanText(agent), 200),
		CreatedAt: day.At(now), SeenAt: day.At(now), ExpiresAt: day.At(now.Add(idleLimit)),
	}
	scope := ScopeOf(in)
	scope.Person, scope.PersonName, scope.Request = p.ID, p.Name, tenant.RequestID(ctx)
	err = s.atomic.Do(tenant.With(ctx, scope), func(ctx context.Context) error {
		if err := also(ctx); err != nil {
			return err
		}
		if err := s.store.InsertSession(ctx, session); err != nil {
			return err
		}
		return s.Record(ctx, "person.logged_in", p.ID, nil)
	})
	if err != nil {
		return "", time.Time{}, err
	}
	return token, session.ExpiresAt.Time(), nil
}

// NewDevice is a fresh word for a browser to keep.
func NewDevice() (string, error) { return newToken() }

func newToken() (string, error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func hashText(s string) string { return string(hashToken(s)) }

func clip(s string, most int) string {
	runes := []rune(s)
	return string(runes[:min(len(runes), most)])
}

// dummyHash is the hash of nobody's password, made once.
func dummyHash(h Hasher) func(context.Context) (string, error) {
	var mu sync.Mutex
	var hash string
	return func(ctx context.Context) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if hash != "" {
			return hash, nil
		}
		secret, err := newToken()
		if err != nil {
			return "", err
		}
		hash, err = h.Hash(ctx, secret)
		return hash, err
	}
}

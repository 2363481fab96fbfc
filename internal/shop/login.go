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
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// How long a session lives: without a visit, and in all. A shop's phone stays
// logged in over the two weeks of Spring Festival, not for ever.
const (
	idleLimit     = 30 * 24 * time.Hour
	absoluteLimit = 180 * 24 * time.Hour
	touchEvery    = 10 * time.Minute
)

// Credentials is one attempt to log in. Address is the network peer.
type Credentials struct {
	Login, Password, Address, Agent string
}

// errWrong is the one answer to a wrong login and to a wrong password.
var errWrong = fault.New(fault.Unauthenticated, "shop.login_wrong")

// Login checks the credentials and starts a session in the person's first shop.
// It answers Unauthenticated for an unknown login and a wrong password alike,
// after the same work, and TooMany (argument "seconds") when the account, the
// address or everybody has failed too often of late; nobody is ever locked out.
func (s *Service) Login(ctx context.Context, c Credentials) (token string, expires time.Time, err error) {
	login := NormaliseLogin(c.Login)
	buckets := throttleBuckets(login, c.Address)
	if err := s.checkThrottle(ctx, buckets); err != nil {
		return "", time.Time{}, err
	}
	p, memberships, err := s.identify(ctx, login, c.Password)
	if err != nil {
		if errors.Is(err, errWrong) {
			if failed := s.countFailure(ctx, buckets); failed != nil {
				return "", time.Time{}, failed
			}
		}
		return "", time.Time{}, err
	}
	return s.startSession(ctx, p, memberships[0].Shop, c.Agent, buckets[0])
}

// identify finds the person whose password it is. The hash of an unknown login
// is a dummy's, so that the time tells nothing.
func (s *Service) identify(ctx context.Context, login, password string) (Person, []Membership, error) {
	p, err := s.store.PersonByLogin(ctx, login)
	known := err == nil
	if errors.Is(err, ErrMissing) {
		p.PasswordHash, err = s.dummy(ctx)
	}
	if err != nil {
		return Person{}, nil, err
	}
	ok, outdated, err := s.hasher.Verify(ctx, password, p.PasswordHash)
	if err != nil {
		return Person{}, nil, err
	}
	if !ok || !known || p.Disabled {
		return Person{}, nil, errWrong
	}
	memberships, err := s.store.Memberships(ctx, p.ID)
	if err != nil {
		return Person{}, nil, err
	}
	if len(memberships) == 0 {
		return Person{}, nil, errWrong
	}
	if outdated {
		if p.PasswordHash, err = s.hasher.Hash(ctx, password); err != nil {
			return Person{}, nil, err
		}
		if err := s.atomic.Do(ctx, func(ctx context.Context) error { return s.store.UpdatePerson(ctx, p) }); err != nil {
			return Person{}, nil, err
		}
	}
	return p, memberships, nil
}

func (s *Service) startSession(ctx context.Context, p Person, in tenant.ShopID, agent string, account []byte) (string, time.Time, error) {
	token, err := newToken()
	if err != nil {
		return "", time.Time{}, err
	}
	now := s.now()
	session := Session{TokenHash: hashToken(token), Person: p.ID, Shop: in, Agent: clip(cleanText(agent), 200),
		CreatedAt: day.At(now), SeenAt: day.At(now), ExpiresAt: day.At(now.Add(idleLimit))}
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		if err := s.store.SaveAttempts(ctx, account, Attempts{}); err != nil {
			return err
		}
		if err := s.store.InsertSession(ctx, session); err != nil {
			return err
		}
		made, err := s.store.ShopByID(ctx, in)
		if err != nil {
			return err
		}
		scope := ScopeOf(made)
		scope.Person, scope.Request = p.ID, tenant.RequestID(ctx)
		return s.Record(tenant.With(ctx, scope), "person.logged_in", p.ID, nil)
	})
	return token, session.ExpiresAt.Time(), err
}

// Active is an authenticated session.
type Active struct {
	Scope     tenant.Scope
	ID        ident.ID // names the session in lists; not the secret
	Expires   time.Time
	LargeText bool
}

// Authenticate tells whose session a token is. Membership, role and disabling
// are read at each call, so that they take effect at the next request.
func (s *Service) Authenticate(ctx context.Context, token string) (Active, error) {
	session, err := s.store.SessionByHash(ctx, hashToken(token))
	if errors.Is(err, ErrMissing) {
		return Active{}, fault.New(fault.Unauthenticated, "shop.session_ended")
	}
	if err != nil {
		return Active{}, err
	}
	now := s.now()
	if day.At(now) >= session.ExpiresAt {
		return Active{}, fault.New(fault.Unauthenticated, "shop.session_ended")
	}
	active, err := s.member(ctx, session)
	if err != nil {
		return Active{}, err
	}
	active.Expires = session.ExpiresAt.Time()
	if now.Sub(session.SeenAt.Time()) >= touchEvery {
		end := now.Add(idleLimit)
		if last := session.CreatedAt.Time().Add(absoluteLimit); end.After(last) {
			end = last
		}
		err := s.atomic.Do(ctx, func(ctx context.Context) error {
			return s.store.TouchSession(ctx, session.TokenHash, day.At(now), day.At(end))
		})
		if err != nil {
			return Active{}, err
		}
		active.Expires = end
	}
	return active, nil
}

func (s *Service) member(ctx context.Context, session Session) (Active, error) {
	p, err := s.store.PersonByID(ctx, session.Person)
	if err != nil {
		return Active{}, err
	}
	memberships, err := s.store.Memberships(ctx, p.ID)
	if err != nil {
		return Active{}, err
	}
	for _, m := range memberships {
		if m.Shop != session.Shop || p.Disabled {
			continue
		}
		made, err := s.store.ShopByID(ctx, m.Shop)
		if err != nil {
			return Active{}, err
		}
		scope := ScopeOf(made)
		scope.Person, scope.PersonName, scope.Role, scope.Lang = p.ID, p.Name, m.Role, p.Language
		return Active{Scope: scope, ID: sessionID(session.TokenHash), LargeText: p.LargeText}, nil
	}
	return Active{}, fault.New(fault.Unauthenticated, "shop.session_ended")
}

// Logout ends the session of the token; an unknown token is no error.
func (s *Service) Logout(ctx context.Context, token string) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error { return s.store.DeleteSession(ctx, hashToken(token)) })
}

// Listed is one of a person's own sessions.
type Listed struct {
	ID        ident.ID
	CreatedAt day.Micros
	SeenAt    day.Micros
	Agent     string
	Current   bool
}

// Sessions lists the live sessions of the person of the scope.
func (s *Service) Sessions(ctx context.Context, token string) ([]Listed, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.store.SessionsOf(ctx, scope.Person)
	if err != nil {
		return nil, err
	}
	now, current := day.At(s.now()), sessionID(hashToken(token))
	var out []Listed
	for _, row := range rows {
		if row.ExpiresAt <= now {
			continue
		}
		id := sessionID(row.TokenHash)
		out = append(out, Listed{ID: id, CreatedAt: row.CreatedAt, SeenAt: row.SeenAt, Agent: row.Agent, Current: id == current})
	}
	return out, nil
}

// EndSession ends one of the person's own sessions by its name in the list.
func (s *Service) EndSession(ctx context.Context, id ident.ID) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		rows, err := s.store.SessionsOf(ctx, scope.Person)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if sessionID(row.TokenHash) == id {
				return s.store.DeleteSession(ctx, row.TokenHash)
			}
		}
		return fault.New(fault.NotFound, "shop.session_unknown")
	})
}

// SwitchShop moves the session to another shop of the person.
func (s *Service) SwitchShop(ctx context.Context, token, slug string) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		memberships, err := s.store.Memberships(ctx, scope.Person)
		if err != nil {
			return err
		}
		for _, m := range memberships {
			if m.Slug == slug {
				return s.store.MoveSession(ctx, hashToken(token), m.Shop)
			}
		}
		return fault.New(fault.NotFound, "shop.unknown", fault.A("slug", slug))
	})
}

// Purge deletes what has expired: sessions, and throttle rows of a day ago.
func (s *Service) Purge(ctx context.Context) error {
	now := s.now()
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		if err := s.store.PurgeSessions(ctx, day.At(now)); err != nil {
			return err
		}
		return s.store.PurgeAttempts(ctx, day.At(now.Add(-24*time.Hour)))
	})
}

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

// sessionID names a session by a part of its hash's hash, which opens nothing.
func sessionID(tokenHash []byte) ident.ID { return ident.Derive(ident.Nil, tokenHash) }

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

package shop

import (
	"context"
	"errors"
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

// Active is an authenticated session.
type Active struct {
	Scope     tenant.Scope
	ID        ident.ID // names the session in lists; not the secret
	Expires   time.Time
	Extended  bool // Expires has moved, so the browser should keep the token longer
	LargeText bool
}

var errEnded = fault.New(fault.Unauthenticated, "shop.session_ended")

// Authenticate tells whose session a token is. Membership, role and disabling
// are read at each call, so that they take effect at the next request.
func (s *Service) Authenticate(ctx context.Context, token string) (Active, error) {
	hash := hashToken(token)
	v, err := s.store.Visit(ctx, hash)
	if errors.Is(err, ErrMissing) {
		return Active{}, errEnded
	}
	if err != nil {
		return Active{}, err
	}
	now := s.now()
	if day.At(now) >= v.Session.ExpiresAt || v.Disabled {
		return Active{}, errEnded
	}
	active := Active{
		Scope: tenant.Scope{
			Shop: v.Session.Shop, Slug: v.Slug, ShopName: v.ShopName, Zone: v.Zone, Currency: v.Currency,
			Person: v.Session.Person, PersonName: v.PersonName, Role: v.Role, Lang: v.Language,
		},
		ID: sessionID(hash), LargeText: v.LargeText, Expires: v.Session.ExpiresAt.Time(),
	}
	if now.Sub(v.Session.SeenAt.Time()) < touchEvery {
		return active, nil
	}
	end := sessionEnd(v.Session, now)
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		return s.store.TouchSession(ctx, hash, day.At(now), day.At(end))
	})
	switch {
	case err == nil:
		active.Expires, active.Extended = end, true
	case fault.KindOf(err) == fault.Unavailable:
		// The disk is full, or the database is busy: reading goes on, and the session
		// is kept longer by a later visit.
	default:
		return Active{}, err
	}
	return active, nil
}

func sessionEnd(x Session, now time.Time) time.Time {
	end := now.Add(idleLimit)
	if last := x.CreatedAt.Time().Add(absoluteLimit); end.After(last) {
		return last
	}
	return end
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

// Sessions lists the live sessions of the person of the scope, the last used
// first; current is the one of the token.
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

// SwitchShop moves the session of the token to another shop of the person;
// NotFound when the person has no part in it.
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

// sessionID names a session by the hash of its hash, which opens nothing.
func sessionID(tokenHash []byte) ident.ID { return ident.Derive(ident.Nil, tokenHash) }

// Package tenant says whose data a piece of work may touch: the scope travels
// in the context, and everything that reads or writes a shop's rows asks for
// it. It knows nothing of sessions, databases or pages.
package tenant

import (
	"context"
	"time"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
)

// ShopID is the server's number of a shop. It never appears in a URL and never
// comes from a client; 0 is no shop.
type ShopID int64

// Role is what a person may do in one shop.
type Role string

// The roles, from the most to the least powerful.
const (
	Owner   Role = "owner"
	Manager Role = "manager"
	Seller  Role = "seller"
	Viewer  Role = "viewer"
)

// Roles lists the roles from the most to the least powerful.
func Roles() []Role { return []Role{Owner, Manager, Seller, Viewer} }

func (r Role) rank() int {
	switch r {
	case Owner:
		return 4
	case Manager:
		return 3
	case Seller:
		return 2
	case Viewer:
		return 1
	}
	return 0
}

// AtLeast reports whether r includes all that other may do. A role nobody
// knows includes nothing and is included in nothing.
func (r Role) AtLeast(other Role) bool {
	return other.rank() > 0 && r.rank() >= other.rank()
}

// ParseRole reads a role's code; other text is a fault of kind Invalid.
func ParseRole(s string) (Role, error) {
	if r := Role(s); r.rank() > 0 {
		return r, nil
	}
	return "", fault.New(fault.Invalid, "value.role_unknown")
}

// Scope is the shop, the person and the customs under which work is done.
type Scope struct {
	Shop       ShopID
	Slug       string
	ShopName   string
	Person     ident.ID
	PersonName string
	Role       Role
	Zone       *time.Location
	Currency   money.Currency
	Lang       string
	Request    string
}

type (
	scopeKey   struct{}
	requestKey struct{}
	langKey    struct{}
)

// With returns a context that works under s.
func With(ctx context.Context, s Scope) context.Context {
	return context.WithValue(ctx, scopeKey{}, s)
}

// From returns the scope; false when there is none or it names no shop.
func From(ctx context.Context) (Scope, bool) {
	s, ok := ctx.Value(scopeKey{}).(Scope)
	return s, ok && s.Shop != 0
}

// Must returns the scope or a fault of kind Unauthenticated, so that work
// without a shop fails closed.
func Must(ctx context.Context) (Scope, error) {
	s, ok := From(ctx)
	if !ok {
		return Scope{}, fault.New(fault.Unauthenticated, "value.no_shop")
	}
	return s, nil
}

// WithRequest returns a context that carries the id of the request.
func WithRequest(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

// RequestID returns the request's id: its own value, else the scope's, else "".
func RequestID(ctx context.Context) string {
	if id, ok := ctx.Value(requestKey{}).(string); ok {
		return id
	}
	s, _ := From(ctx)
	return s.Request
}

// WithLang returns a context whose reader reads lang (a BCP 47 tag).
func WithLang(ctx context.Context, lang string) context.Context {
	return context.WithValue(ctx, langKey{}, lang)
}

// Lang returns the reader's language: its own value, else the scope's, else "".
func Lang(ctx context.Context) string {
	if l, ok := ctx.Value(langKey{}).(string); ok {
		return l
	}
	s, _ := From(ctx)
	return s.Lang
}

package tenant_test

import (
	"testing"

	"buhuo/internal/fault"
	"buhuo/internal/tenant"
)

func TestAtLeast(t *testing.T) {
	order := tenant.Roles()
	for i, a := range order {
		for j, b := range order {
			if got, want := a.AtLeast(b), i <= j; got != want {
				t.Errorf("%s.AtLeast(%s) = %v, want %v", a, b, got, want)
			}
		}
		for _, odd := range []tenant.Role{"", "admin", "OWNER"} {
			if a.AtLeast(odd) || odd.AtLeast(a) || odd.AtLeast(odd) {
				t.Errorf("the unknown role %q must never be enough", odd)
			}
		}
	}
}

func TestParseRole(t *testing.T) {
	for _, r := range tenant.Roles() {
		if got, err := tenant.ParseRole(string(r)); err != nil || got != r {
			t.Errorf("ParseRole(%s) = %v, %v", r, got, err)
		}
	}
	for _, s := range []string{"", "Owner", "root", " seller"} {
		if r, err := tenant.ParseRole(s); fault.KindOf(err) != fault.Invalid || r != "" {
			t.Errorf("ParseRole(%q) = %q, %v", s, r, err)
		}
	}
}

func TestScopeFailsClosed(t *testing.T) {
	ctx := t.Context()
	if _, ok := tenant.From(ctx); ok {
		t.Error("an empty context has a scope")
	}
	if _, err := tenant.Must(ctx); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("Must = %v", err)
	}
	if _, err := tenant.Must(tenant.With(ctx, tenant.Scope{Role: tenant.Owner})); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("a scope without a shop must not pass: %v", err)
	}
	s, err := tenant.Must(tenant.With(ctx, tenant.Scope{Shop: 7, Slug: "village"}))
	if err != nil || s.Shop != 7 || s.Slug != "village" {
		t.Errorf("Must = %+v, %v", s, err)
	}
	inner := tenant.With(tenant.With(ctx, tenant.Scope{Shop: 7}), tenant.Scope{Shop: 8})
	if s, _ := tenant.From(inner); s.Shop != 8 {
		t.Errorf("the inner scope must hold, got shop %d", s.Shop)
	}
}

func TestRequestAndLanguage(t *testing.T) {
	ctx := t.Context()
	if tenant.RequestID(ctx) != "" || tenant.Lang(ctx) != "" {
		t.Error("an empty context knows neither request nor language")
	}
	ctx = tenant.With(ctx, tenant.Scope{Shop: 1, Lang: "fr", Request: "r1"})
	if tenant.RequestID(ctx) != "r1" || tenant.Lang(ctx) != "fr" {
		t.Error("the scope's own values must show")
	}
	ctx = tenant.WithLang(tenant.WithRequest(ctx, "r2"), "zh-Hans")
	if tenant.RequestID(ctx) != "r2" || tenant.Lang(ctx) != "zh-Hans" {
		t.Error("the request's own values must win")
	}
}

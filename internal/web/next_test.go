package web_test

import (
	"net/url"
	"strings"
	"testing"

	"buhuo/internal/web"
)

func TestSafeNext(t *testing.T) {
	for next, want := range map[string]string{
		"/suggestions":                 "/suggestions",
		"/orders/0193?tab=lines&x=%2F": "/orders/0193?tab=lines&x=%2F",
		"/products?q=脐橙":               "/products?q=脐橙",
		"/a#part":                      "/a",
		"":                             "/",
		"suggestions":                  "/",
		"//evil.test":                  "/",
		"//":                           "/",
		"///evil.test":                 "/",
		`/\evil.test`:                  "/",
		`\/evil.test`:                  "/",
		"/%2f/evil.test":               "/",
		"/%2F%2Fevil.test":             "/",
		"/%5cevil.test":                "/",
		"/%252f/evil.test":             "/",
		"/a\r\nSet-Cookie: x=1":        "/",
		"/a%0d%0aSet-Cookie:x=1":       "/",
		"/\tevil":                      "/",
		"/\x00":                        "/",
		"/\xff":                        "/",
		"http://evil.test/":            "/",
		"https:evil.test":              "/",
		"javascript:alert(1)":          "/",
		"/login":                       "/",
		"/login?next=/login":           "/",
		"/logout":                      "/",
		"/" + strings.Repeat("a", 600): "/",
	} {
		if got := web.SafeNext(next); got != want {
			t.Errorf("SafeNext(%q) = %q, want %q", next, got, want)
		}
	}
}

// FuzzSafeNext: whatever comes, a browser that resolves the answer stays here.
func FuzzSafeNext(f *testing.F) {
	for _, s := range []string{"/a?b=c", "//x", `/\x`, "/%2f/x", "/a%0d", "/.//x", "/..//x", "/;//x", "/@x", "/a:b", "/?//x"} {
		f.Add(s)
	}
	base, _ := url.Parse("http://shop.test/login")
	f.Fuzz(func(t *testing.T, next string) {
		got := web.SafeNext(next)
		to, err := base.Parse(got)
		if err != nil || to.Host != "shop.test" || to.Scheme != "http" || to.User != nil {
			t.Fatalf("SafeNext(%q) = %q leads to %v (%v)", next, got, to, err)
		}
		if !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n\t\x00") {
			t.Fatalf("SafeNext(%q) = %q", next, got)
		}
		if again := web.SafeNext(got); again != got {
			t.Fatalf("SafeNext is not stable: %q, then %q", got, again)
		}
	})
}

package web

import (
	"net/url"
	"strings"
)

// maxNext bounds the address that login returns to.
const maxNext = 512

// SafeNext returns the local address in next, or "/" when next is anything
// that a browser could take for another place: a scheme or host, //evil,
// /\evil, an encoded slash or backslash, a control character, or login itself.
func SafeNext(next string) string {
	if len(next) > maxNext || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || !cleanText(next) {
		return "/"
	}
	for _, r := range next {
		if r < ' ' || r == 0x7f || r == '\\' {
			return "/"
		}
	}
	u, err := url.Parse(next)
	if err != nil || !strings.HasPrefix(u.Path, "/") || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return "/"
	}
	escaped := strings.ToLower(u.EscapedPath())
	if strings.Contains(escaped, "%2f") || strings.Contains(escaped, "%5c") || strings.Contains(escaped, "%25") ||
		strings.HasPrefix(u.Path, "//") || !printable(u.Path) {
		return "/"
	}
	if first, _, _ := strings.Cut(u.Path[1:], "/"); first == "login" || first == "logout" {
		return "/"
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String()
}

// printable refuses what was hidden as %0d%0a or %5c.
func printable(path string) bool {
	return !strings.ContainsFunc(path, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' })
}

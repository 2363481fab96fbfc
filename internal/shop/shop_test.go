package shop

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"buhuo/internal/day"
)

func TestNormaliseLogin(t *testing.T) {
	for typed, want := range map[string]string{
		"  Wang  ":          "wang",
		"ＷＡＮＧ":              "wang",
		"王 老板":              "王老板",
		"wa\u200bng\u202e":  "wang",
		"138 0013 8000":     "13800138000",
		"+86 138-0013-8000": "13800138000",
		"（８６）１３８００１３８０００":     "13800138000",
		"+33 6 12 34 56 78":   "33612345678",
		"86138":               "86138",
		"Li.Mei@Example.ORG ": "li.mei@example.org",
		"a-b":                 "a-b",
		"---":                 "---",
		"\u3000":              "",
		"𬍛":                   "𬍛",
	} {
		if got := NormaliseLogin(typed); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

// What was kept is found again, whatever was typed.
func TestNormaliseLoginIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkLogin(t, rapid.String().Draw(t, "login")) })
}

func FuzzNormaliseLogin(f *testing.F) {
	for _, s := range []string{"", "+8613800138000", "8613800138000", "İ", "Ｋ", "\xff", "86 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkLogin(t, s) })
}

func checkLogin(t interface{ Fatalf(string, ...any) }, s string) {
	once := NormaliseLogin(s)
	if twice := NormaliseLogin(once); twice != once {
		t.Fatalf("%q becomes %q, then %q", s, once, twice)
	}
	if !utf8.ValidString(once) || strings.ContainsAny(once, " \t\n\u3000\x00") {
		t.Fatalf("%q becomes %q", s, once)
	}
}

func TestSlugs(t *testing.T) {
	for name, want := range map[string]string{
		"村口小店": "cunkouxiaodian", "Épicerie du village": "picerie-du-village", "老王 Fruit & Veg": "laowang-fruit-veg",
		"🍎🍊": "shop", "---": "shop", "Лавка": "shop", strings.Repeat("店", 120): strings.Repeat("dian", 10),
	} {
		if got := slugOf(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		if name := rapid.String().Draw(t, "name"); !validSlug(slugOf(name)) {
			t.Fatalf("%q: %q", name, slugOf(name))
		}
	})
	for _, bad := range []string{"", "-a", "a-", "A", "a_b", "a b", "ä", strings.Repeat("a", 64), "a/b", "../a"} {
		if validSlug(bad) {
			t.Errorf("%q is a short name", bad)
		}
	}
}

func TestZones(t *testing.T) {
	for _, bad := range []string{"", "Local", "../etc/passwd", "/etc/localtime", "Asia", "Asia/Nowhere", strings.Repeat("A", 5000), "Asia/Shanghai\x00"} {
		if _, err := zone(bad); err == nil {
			t.Errorf("%.40q is a time zone", bad)
		}
	}
	for _, good := range []string{"Asia/Shanghai", "UTC", "Europe/Paris"} {
		if _, err := zone(good); err != nil {
			t.Error(err)
		}
	}
}

func TestCheckPassword(t *testing.T) {
	long := strings.Repeat("长", 72) + "x" + strings.Repeat("y", 183)
	for password, want := range map[string]string{
		"":                        "shop.password_short",
		"1234567":                 "shop.password_short",
		"七个字不够长":                  "shop.password_short",
		"八个字的密码够了":                "",
		"tulip sky":               "",
		"        ":                "", // no rules of composition
		long:                      "",
		long + "z":                "shop.password_long",
		"PASSWORD123":             "shop.password_common",
		"ｐａｓｓｗｏｒｄ":                "shop.password_common",
		"5201314520":              "shop.password_common",
		"Village Grocery":         "shop.password_name",
		"village grocery":         "shop.password_name",
		"village grocery 5 moons": "",
	} {
		f := CheckPassword(password, "", "Village Grocery", "wang")
		if f != nil {
			got := f.Key
			if got != want || f.Field != "password" {
				t.Errorf("%q: %s about %q, want %q", password, got, f.Field, want)
			}
		} else if want != "" {
			t.Errorf("%q is taken, want %s", password, want)
		}
	}
}

// Every entry of the list must be one that the check can meet.
func TestCommonPasswordsCanBeMet(t *testing.T) {
	if n := len(commonPasswords()); n < 1000 {
		t.Errorf("only %d common passwords", n)
	}
	for p := range commonPasswords() {
		if f := CheckPassword(p); f == nil || f.Key != "shop.password_common" {
			t.Errorf("%q: %v", p, f)
		}
	}
}

// Whatever was counted, whenever: an attempt is looked at after the longest pause
// at the latest, and more failures never make the way shorter.
func TestThrottleNeverLocksOut(t *testing.T) {
	start := time.Date(2026, time.November, 23, 1, 30, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom([]rule{accountRule, addressRule, everybodyRule}).Draw(t, "rule")
		a := Attempts{Failures: rapid.IntRange(-5, 1<<40).Draw(t, "failures"), LastAt: day.At(start)}
		now := start.Add(time.Duration(rapid.Int64Range(-int64(1000*time.Hour), int64(1000*time.Hour)).Draw(t, "since")))
		wait := r.waiting(a, now)
		if wait > r.longest {
			t.Fatalf("%v to wait", wait)
		}
		if now.Before(start) && wait > 0 {
			t.Fatal("a failure of the future counts")
		}
		more := Attempts{Failures: a.Failures + 1, LastAt: a.LastAt}
		if r.waiting(more, now) < wait {
			t.Fatal("another failure shortens the wait")
		}
		capped := Attempts{Failures: min(a.Failures, r.most()), LastAt: a.LastAt}
		if now.Equal(start) && r.waiting(capped, now) != wait {
			t.Fatalf("the cap changes the pause: %v, not %v", r.waiting(capped, now), wait)
		}
	})
}

func TestNetworks(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "127.0.0.1": "loopback", "::1": "loopback", "127.9.9.9": "loopback",
		"2001:db8:1:2:3::4": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "not an address": "not an address", "": "",
	} {
		got, r := networkOf(address)
		if got != want || (r == everybodyRule) != (want == "loopback") {
			t.Errorf("%q: %q, %+v", address, got, r)
		}
	}
}

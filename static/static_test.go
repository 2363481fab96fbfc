package static_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/xml"
	"flag"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"buhuo/static"
)

var names = []string{"buhuo.css", "buhuo.js", "icons.svg", "favicon.svg", "icon.png", "manifest.webmanifest"}

func get(t *testing.T, method, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) []byte {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What is embedded in brotli is made here: go test ./static -run Icon -update.
func TestMain(m *testing.M) {
	flag.Parse()
	failed := m.Run()
	if *update && failed == 0 {
		compress()
	}
	os.Exit(failed)
}

func compress() {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	old, err := filepath.Glob("br/*.br")
	must(err)
	for _, name := range old {
		must(os.Remove(name))
	}
	for _, name := range names {
		u := static.URL(name)
		w := httptest.NewRecorder()
		static.Handler().ServeHTTP(w, httptest.NewRequest("GET", u, nil))
		var out bytes.Buffer
		b := brotli.NewWriterLevel(&out, brotli.BestCompression)
		_, err := b.Write(w.Body.Bytes())
		must(err)
		must(b.Close())
		must(os.WriteFile(filepath.Join("br", filepath.Base(u)+".br"), out.Bytes(), 0o644))
	}
}

func TestServesEveryForm(t *testing.T) {
	for _, name := range names {
		u := static.URL(name)
		if !regexp.MustCompile(`^/static/[a-z]+\.[0-9a-f]{10}\.[a-z]+$`).MatchString(u) {
			t.Errorf("%s: %s carries no hash", name, u)
		}
		plain := body(t, get(t, "GET", u))
		for accept, want := range map[string]string{
			"": "", "identity": "", "gzip": "gzip", "br": "br", "gzip, deflate, br": "br", "br;q=0, gzip;q=0.5": "gzip", "gzip;q=0": "", "GZIP": "gzip", "br;q=x": "",
		} {
			r := get(t, "GET", u, "Accept-Encoding", accept)
			if r.StatusCode != 200 || r.Header.Get("Content-Encoding") != want {
				t.Errorf("%s %q: %d %q", name, accept, r.StatusCode, r.Header.Get("Content-Encoding"))
			}
			if !strings.Contains(r.Header.Get("Cache-Control"), "immutable") || r.Header.Get("Vary") != "Accept-Encoding" || r.Header.Get("ETag") == "" {
				t.Errorf("%s %q: headers %v", name, accept, r.Header)
			}
			var reader io.Reader = r.Body
			switch want {
			case "gzip":
				zr, err := gzip.NewReader(r.Body)
				if err != nil {
					t.Fatal(err)
				}
				reader = zr
			case "br":
				reader = brotli.NewReader(r.Body)
			}
			got, err := io.ReadAll(reader)
			if err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%s %q: another content than plain (%v)", name, accept, err)
			}
			again := get(t, "GET", u, "Accept-Encoding", accept, "If-None-Match", `W/"x", `+r.Header.Get("ETag"))
			if again.StatusCode != http.StatusNotModified || len(body(t, again)) != 0 {
				t.Errorf("%s %q: known tag answered %d", name, accept, again.StatusCode)
			}
		}
		if r := get(t, "HEAD", u); r.StatusCode != 200 || len(body(t, r)) != 0 || r.Header.Get("Content-Length") == "" {
			t.Errorf("%s: HEAD %d", name, r.StatusCode)
		}
		if r := get(t, "POST", u); r.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: POST %d", name, r.StatusCode)
		}
	}
	for _, path := range []string{"/static/", "/static/buhuo.css", "/static/buhuo.0000000000.css", "/static/../static.go", "/static/app.js"} {
		if r := get(t, "GET", path); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.StatusCode)
		}
	}
}

func TestURLOfUnknownPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an unknown asset went unnoticed")
		}
	}()
	static.URL("other.css")
}

// What a first view loads beside its HTML (≤ 14 KB) must leave room for it in 45 KB.
func TestBudget(t *testing.T) {
	limit := map[string]int{"buhuo.css": 10 << 10, "buhuo.js": 18 << 10, "icons.svg": 3 << 10, "favicon.svg": 512, "icon.png": 3 << 10, "manifest.webmanifest": 512}
	for name, most := range limit {
		if n := len(body(t, get(t, "GET", static.URL(name), "Accept-Encoding", "gzip"))); n > most {
			t.Errorf("%s: %d bytes over the wire, at most %d", name, n, most)
		}
	}
}

// The manifest must lead to the favicon under the name that is served.
func TestManifestNamesTheFavicon(t *testing.T) {
	b := body(t, get(t, "GET", static.URL("manifest.webmanifest")))
	if !bytes.Contains(b, []byte(static.URL("favicon.svg"))) {
		t.Errorf("%s", b)
	}
}

func TestVendoredFilesAreThePublishedOnes(t *testing.T) {
	list, err := os.ReadFile("vendor/VENDOR.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| `([^`]+)` .* `([A-Za-z0-9+/=]{64})` \\|").FindAllSubmatch(list, -1)
	if len(rows) == 0 {
		t.Fatal("VENDOR.md lists nothing")
	}
	for _, row := range rows {
		b, err := os.ReadFile("vendor/" + string(row[1]))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha512.Sum384(b)
		if got := base64.StdEncoding.EncodeToString(sum[:]); got != string(row[2]) {
			t.Errorf("%s: sha384 %s, VENDOR.md says %s", row[1], got, row[2])
		}
	}
}

// Our own files reach nothing outside, and the sprite is plain drawings.
func TestNothingFromElsewhere(t *testing.T) {
	for _, name := range []string{"buhuo.css", "app.js", "icons.svg", "favicon.svg"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(b), "http://www.w3.org/2000/svg", "")
		for _, bad := range []string{"http:", "https:", "//cdn", "@import", "url(", "eval(", "style=", "<script"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s contains %q", name, bad)
			}
		}
	}
	b, err := os.ReadFile("icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	var sprite struct {
		Symbols []struct {
			ID string `xml:"id,attr"`
		} `xml:"symbol"`
	}
	if err := xml.Unmarshal(b, &sprite); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, s := range sprite.Symbols {
		if seen[s.ID] {
			t.Errorf("icon %s stands there twice", s.ID)
		}
		seen[s.ID] = true
	}
	if len(seen) < 34 {
		t.Errorf("%d icons", len(seen))
	}
}

// tokens reads the custom properties of the n-th block that declares --paper.
func tokens(t *testing.T, css string, n int) map[string]string {
	t.Helper()
	blocks := regexp.MustCompile(`\{[^{}]*--paper:[^{}]*\}`).FindAllString(css, -1)
	if len(blocks) <= n {
		t.Fatalf("%d blocks of tokens", len(blocks))
	}
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`--([a-z-]+):\s*(#[0-9a-f]{3,6})`).FindAllStringSubmatch(blocks[n], -1) {
		out[m[1]] = m[2]
	}
	return out
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	hex = strings.TrimPrefix(hex, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	v, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || len(hex) != 6 {
		t.Fatalf("colour %q", hex)
	}
	linear := func(c uint64) float64 {
		f := float64(c&255) / 255
		if f <= .04045 {
			return f / 12.92
		}
		return math.Pow((f+.055)/1.055, 2.4)
	}
	return .2126*linear(v>>16) + .7152*linear(v>>8) + .0722*linear(v)
}

// Every pair of text and ground that the style sheet uses is readable: 4.5 to 1, and 3
// to 1 for the edges of fields and buttons, on the light and the dark page.
func TestContrast(t *testing.T) {
	css, err := os.ReadFile("buhuo.css")
	if err != nil {
		t.Fatal(err)
	}
	pairs := map[string][]string{
		"card":  {"ink", "soft", "brand", "brand-deep", "ok", "watch", "out", "info"},
		"paper": {"ink", "soft", "brand", "out", "info"},
		"sunk":  {"ink", "soft", "brand"},
		"brand": {"on-brand"}, "brand-deep": {"on-brand"}, "brand-wash": {"ink", "brand"},
		"ok-wash": {"ok"}, "watch-wash": {"watch"}, "out-wash": {"out"}, "info-wash": {"info"},
		"bar": {"on-bar", "on-bar-soft"},
	}
	for n, scheme := range []string{"light", "dark by the device", "dark by choice"} {
		c := tokens(t, string(css), n)
		check := func(ground, text string, least float64) {
			a, b := luminance(t, c[ground]), luminance(t, c[text])
			if ratio := (math.Max(a, b) + .05) / (math.Min(a, b) + .05); ratio < least {
				t.Errorf("%s: %s on %s is %.2f, at least %.1f", scheme, text, ground, ratio, least)
			}
		}
		for ground, texts := range pairs {
			for _, text := range texts {
				check(ground, text, 4.5)
			}
		}
		check("card", "edge", 3)
		check("paper", "edge", 3)
	}
	if a, b := tokens(t, string(css), 1), tokens(t, string(css), 2); !maps.Equal(a, b) {
		t.Error("the two dark schemes differ")
	}
}

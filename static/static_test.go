package static_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"buhuo/static"
)

var names = []string{"buhuo.css", "buhuo.js", "icons.svg", "favicon.svg", "manifest.webmanifest"}

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
	limit := map[string]int{"buhuo.css": 10 << 10, "buhuo.js": 18 << 10, "icons.svg": 3 << 10, "favicon.svg": 512, "manifest.webmanifest": 512}
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

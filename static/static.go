// Package static holds everything the browser loads beside the pages: the style
// sheet, the script, the icon sprite, the favicon and the web app manifest, all
// embedded. Each is served under a name that carries a hash of its content, so it
// may be cached for ever and an upgrade is seen at once. It knows no page.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed buhuo.css app.js icons.svg favicon.svg icon.png manifest.webmanifest vendor/htmx-4.0.1.min.js br
var files embed.FS

// Prefix is the path under which Handler serves.
const Prefix = "/static/"

// sources lists what is served: the public name, its type and the files joined to
// make it. htmx and our own script travel together: one request less on a slow line.
var sources = []struct {
	name, contentType string
	parts             []string
}{
	{"buhuo.css", "text/css; charset=utf-8", []string{"buhuo.css"}},
	{"buhuo.js", "text/javascript; charset=utf-8", []string{"vendor/htmx-4.0.1.min.js", "app.js"}},
	{"icons.svg", "image/svg+xml", []string{"icons.svg"}},
	{"favicon.svg", "image/svg+xml", []string{"favicon.svg"}},
	{"icon.png", "image/png", []string{"icon.png"}}, // for phones that read no SVG
	{"manifest.webmanifest", "application/manifest+json", []string{"manifest.webmanifest"}},
}

// asset is one served file. gzip is made at the first request that can use it;
// brotli, whose maker is too large to ship, is embedded under the asset's hash (make
// generate), so a form of yesterday's content is never served.
type asset struct {
	contentType, etag string
	plain, brotli     []byte
	gzip              func() []byte
}

var (
	byPath = map[string]*asset{} // "buhuo.1a2b3c4d5e.css"
	urls   = map[string]string{} // "buhuo.css" -> "/static/buhuo.1a2b3c4d5e.css"
)

func init() {
	for _, s := range sources {
		var body []byte
		for _, part := range s.parts {
			b, err := files.ReadFile(part)
			if err != nil {
				panic("static: " + err.Error()) // the embed directive above names every part
			}
			if len(body) > 0 {
				body = append(body, '\n')
			}
			body = append(body, b...)
		}
		for name, url := range urls { // the manifest names the favicon: sources are in that order
			body = bytes.ReplaceAll(body, []byte(Prefix+name), []byte(url))
		}
		sum := sha256.Sum256(body)
		hash := hex.EncodeToString(sum[:5])
		ext := path.Ext(s.name)
		hashed := strings.TrimSuffix(s.name, ext) + "." + hash + ext
		urls[s.name] = Prefix + hashed
		brotli, err := files.ReadFile("br/" + hashed + ".br")
		if err != nil {
			brotli = nil // not generated: the clients get gzip
		}
		byPath[hashed] = &asset{
			contentType: s.contentType,
			etag:        hash,
			plain:       body,
			gzip:        sync.OnceValue(func() []byte { return gzipped(body) }),
			brotli:      brotli,
		}
	}
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	_, _ = w.Write(b) // a bytes.Buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// URL is the address of an asset by its plain name. An unknown name is a mistake in
// a template and panics.
func URL(name string) string {
	u, ok := urls[name]
	if !ok {
		panic(fmt.Sprintf("static: no asset %q", name))
	}
	return u
}

// Handler serves the assets under Prefix: GET and HEAD only, cached for ever under
// their hashed names, brotli or gzip where the client takes it, 404 for anything else.
func Handler() http.Handler { return http.HandlerFunc(serve) }

func serve(w http.ResponseWriter, r *http.Request) {
	a, ok := byPath[strings.TrimPrefix(r.URL.Path, Prefix)]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	body, coding := a.negotiate(r.Header.Get("Accept-Encoding"))
	tag := `"` + a.etag + `"`
	h := w.Header()
	if coding != "" {
		tag = `"` + a.etag + "-" + coding + `"`
		h.Set("Content-Encoding", coding)
	}
	h.Set("Content-Type", a.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", tag)
	h.Set("X-Content-Type-Options", "nosniff")
	if matches(r.Header.Get("If-None-Match"), tag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the client may have gone: nobody is left to tell
	}
}

// negotiate chooses the smallest form the client accepts.
func (a *asset) negotiate(accept string) (body []byte, coding string) {
	switch {
	case a.brotli != nil && accepts(accept, "br"):
		return a.brotli, "br"
	case accepts(accept, "gzip"):
		return a.gzip(), "gzip"
	default:
		return a.plain, ""
	}
}

// accepts reports whether an Accept-Encoding header takes a coding (q=0 refuses it).
func accepts(header, coding string) bool {
	for item := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(item, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		key, q, _ := strings.Cut(strings.TrimSpace(params), "=")
		if !strings.EqualFold(strings.TrimSpace(key), "q") {
			return true
		}
		weight, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
		return err == nil && weight > 0
	}
	return false
}

// matches reports whether an If-None-Match header names the tag.
func matches(header, tag string) bool {
	for item := range strings.SplitSeq(header, ",") {
		item = strings.TrimPrefix(strings.TrimSpace(item), "W/")
		if item == tag || item == "*" {
			return true
		}
	}
	return false
}

// Package e2e drives the whole program in a real browser, as people use it: the
// loop of a shop in each language, every page at two widths, axe on each, the
// byte budget, and the pictures for the README. It is test support only.
package e2e

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

//go:embed testdata/axe-4.14.1.min.js
var axe string

// Tab is one tab of a headless browser with cookies of its own. What the browser
// itself complains about (a refused style, a failing script) fails the test.
type Tab struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu             sync.Mutex
	requests, size int
	complaints     []string
}

// Chromium is the browser's path. Without one the test fails when CI is set and
// is skipped with a loud line otherwise.
func Chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no Chromium; the CI script installs it")
	}
	t.Skip("NOT RUN IN A BROWSER: no Chromium found")
	return ""
}

// Open opens a browser of a width on the site at base (http://host:port).
func Open(t *testing.T, base string, width int) *Tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(Chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	tab := &Tab{t: t, ctx: ctx, base: base}
	if err := chromedp.Listen(ctx, tab.hear); err != nil {
		t.Fatal(err)
	}
	tab.Width(width)
	t.Cleanup(func() {
		tab.mu.Lock()
		defer tab.mu.Unlock()
		for _, c := range tab.complaints {
			t.Errorf("the browser says: %s", c)
		}
	})
	return tab
}

func (b *Tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *cdplog.EventEntryAdded:
		// A refused form answers 422 on purpose, which the browser logs.
		if !strings.Contains(e.Entry.Text, "the server responded with a status of 4") {
			b.complaints = append(b.complaints, e.Entry.Text+" "+e.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, e.ExceptionDetails.Text)
	case *network.EventRequestWillBeSent:
		b.requests++
	case *network.EventLoadingFinished:
		b.size += int(e.EncodedDataLength)
	}
}

func (b *Tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%v at %s", err, b.Path())
	}
}

// Ask evaluates a script in the page.
func Ask[T any](b *Tab, script string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	answer, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatalf("%v in %.120s", err, script)
	}
	return answer
}

// Width sets the width of the window in CSS pixels.
func (b *Tab) Width(px int) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(int64(px), 900))
}

// Go opens a path of the site and waits until it has loaded.
func (b *Tab) Go(path string) {
	b.t.Helper()
	b.mu.Lock()
	b.requests, b.size = 0, 0
	b.mu.Unlock()
	b.do(chromedp.Navigate(b.base + path))
}

// Weight is what the last Go took: requests and bytes over the wire.
func (b *Tab) Weight() (requests, bytes int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.requests, b.size
}

// Path is where the tab is.
func (b *Tab) Path() string {
	path, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("location.pathname + location.search"))
	if err != nil {
		return "?"
	}
	return path
}

// Fill sets a field by its name.
func (b *Tab) Fill(name, value string) {
	b.t.Helper()
	n, v := quote(name), quote(value)
	if !Ask[bool](b, `(() => { const f = document.querySelector('[name=' + CSS.escape(`+n+`) + ']:not([type=hidden])'); if (!f) return false;
		f.value = `+v+`; f.dispatchEvent(new Event('input', {bubbles: true})); f.dispatchEvent(new Event('change', {bubbles: true})); return f.value === `+v+`; })()`) {
		b.t.Fatalf("no field %s that takes %q at %s", name, value, b.Path())
	}
}

// Upload puts a file into a file field.
func (b *Tab) Upload(name, path string) {
	b.t.Helper()
	b.do(chromedp.SetUploadFiles("[name="+name+"]", []string{path}))
}

// Press clicks what the selector finds and waits for the page that follows.
func (b *Tab) Press(selector string) {
	b.t.Helper()
	before := Ask[float64](b, "performance.timeOrigin")
	if !Ask[bool](b, `(() => { const e = document.querySelector(`+quote(selector)+`); if (!e) return false; e.scrollIntoView({block: 'center'}); e.click(); return true; })()`) {
		b.t.Fatalf("nothing to press: %s at %s\n%s", selector, b.Path(), b.Text("main"))
	}
	for range 400 {
		loaded, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](fmt.Sprintf("performance.timeOrigin !== %f && document.readyState === 'complete'", before)))
		if err == nil && loaded {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.t.Fatalf("pressing %s led nowhere from %s", selector, b.Path())
}

// Text is the visible text of what the selector finds first.
func (b *Tab) Text(selector string) string {
	b.t.Helper()
	return Ask[string](b, `(document.querySelector(`+quote(selector)+`) || {innerText: ''}).innerText`)
}

// Shows fails unless the page shows the text.
func (b *Tab) Shows(text string) {
	b.t.Helper()
	if page := b.Text("body"); !strings.Contains(page, text) {
		b.t.Fatalf("%s does not show %q:\n%.2000s", b.Path(), text, page)
	}
}

// Axe runs axe-core with the WCAG 2.2 AA rules and fails on every violation.
func (b *Tab) Axe() {
	b.t.Helper()
	type violation struct {
		ID, Help string
		Nodes    []struct {
			HTML           string
			FailureSummary string `json:"failureSummary"`
		}
	}
	ctx, cancel := context.WithTimeout(b.ctx, 60*time.Second)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](axe+"\n;true")); err != nil {
		b.t.Fatalf("load axe: %v", err)
	}
	raw, err := chromedp.Run(ctx, chromedp.Evaluate[string](`axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations']})
		.then(r => JSON.stringify(r.violations.map(v => ({ID: v.id, Help: v.help, Nodes: v.nodes.map(n => ({HTML: n.html, failureSummary: n.failureSummary}))}))))`,
		chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("run axe: %v", err)
	}
	var found []violation
	if err := json.Unmarshal([]byte(raw), &found); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range found {
		for i, n := range v.Nodes {
			if i == 3 {
				b.t.Errorf("%s: %s: and %d more", b.Path(), v.ID, len(v.Nodes)-3)
				break
			}
			b.t.Errorf("%s: %s: %s\n  %.300s\n  %s", b.Path(), v.ID, v.Help, n.HTML, n.FailureSummary)
		}
	}
}

// Fits fails when the page is wider than the window or a control is smaller than
// a finger.
func (b *Tab) Fits() {
	b.t.Helper()
	if over := Ask[float64](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
		wide := Ask[string](b, `[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll')).slice(0, 3).map(e => e.outerHTML.slice(0, 160)).join('\n')`)
		b.t.Errorf("%s is %.0f px wider than the window:\n%s", b.Path(), over, wide)
	}
}

// Shot writes a picture of the whole page.
func (b *Tab) Shot(folder, name string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 60*time.Second)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(folder, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644)
	}
	if err != nil {
		b.t.Fatalf("picture %s: %v", name, err)
	}
}

func quote(s string) string {
	q, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(q)
}

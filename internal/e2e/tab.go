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
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed testdata/axe-4.14.1.min.js
var axe string

// Tab is one tab of a headless browser with cookies of its own. What the browser
// itself complains about (a refused style, a failing script) fails the test.
type Tab struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu         sync.Mutex
	size       int
	fetched    []string
	complaints []string
	status     int
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
		b.fetched = append(b.fetched, e.Request.URL)
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
	b.Size(px, 900)
}

// Size sets the window's width and height in CSS pixels.
func (b *Tab) Size(width, height int) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(int64(width), int64(height)))
}

// Plain switches the scripts of pages off, as an old or careful browser does.
func (b *Tab) Plain() {
	b.t.Helper()
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// call gives the browser an order of its own protocol.
func call[P any](b *Tab, order cdp.Command[P, cdp.Empty], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, order, params); err != nil {
		b.t.Fatalf("%s: %v", order.Method, err)
	}
}

// Forget empties the browser's cache.
func (b *Tab) Forget() {
	b.t.Helper()
	call(b, network.ClearBrowserCache, cdp.Empty{})
}

// Go opens a path of the site and waits until it has loaded.
func (b *Tab) Go(path string) {
	b.t.Helper()
	b.mu.Lock()
	b.fetched, b.size = nil, 0
	b.mu.Unlock()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	response, err := chromedp.Run(ctx, chromedp.NavigateResponse(b.base+path))
	if err != nil || response == nil {
		b.t.Fatalf("open %s: %v", path, err)
	}
	b.status = int(response.Status)
}

// Status is what the server answered to the last Go.
func (b *Tab) Status() int { return b.status }

// Fetched is an answer that the page's own cookies were sent for.
type Fetched struct {
	Status int
	Kind   string // Content-Type
	Name   string // Content-Disposition
	Body   []byte
}

// Fetch gets a path as a link of the page would, without leaving the page.
func (b *Tab) Fetch(path string) Fetched {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	f, err := chromedp.Run(ctx, chromedp.Evaluate[Fetched](`fetch(`+quote(path)+`).then(async r => ({
		Status: r.status, Kind: r.headers.get('Content-Type') || '', Name: r.headers.get('Content-Disposition') || '',
		Body: await r.blob().then(b => new Promise(done => { const f = new FileReader(); f.onload = () => done(f.result.split(',')[1] || ''); f.readAsDataURL(b); })) }))`,
		chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("fetch %s: %v", path, err)
	}
	return f
}

// Weight is what the last Go took: the different addresses asked for (the browser
// has the second of two from its cache) and bytes over the wire.
func (b *Tab) Weight() (fetched []string, bytes int) {
	for was := -1; ; { // the browser asks for icons when the page has long loaded
		b.mu.Lock()
		fetched, bytes = slices.Clone(b.fetched), b.size
		b.mu.Unlock()
		if len(fetched)+bytes == was {
			// The browser draws its own controls, and tells of that as of a request.
			fetched = slices.DeleteFunc(fetched, func(address string) bool { return strings.HasPrefix(address, "data:") })
			slices.Sort(fetched)
			return slices.Compact(fetched), bytes
		}
		was = len(fetched) + bytes
		time.Sleep(400 * time.Millisecond)
	}
}

// Path is where the tab is.
func (b *Tab) Path() string {
	path, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("location.pathname + location.search"))
	if err != nil {
		return "?"
	}
	return path
}

// Fill sets the first field of a name.
func (b *Tab) Fill(name, value string) {
	b.t.Helper()
	b.FillNth(name, 0, value)
}

// FillNth sets the n-th field of a name, counted from 0.
func (b *Tab) FillNth(name string, nth int, value string) {
	b.t.Helper()
	n, v := quote(name), quote(value)
	if !Ask[bool](b, `(() => { const f = document.querySelectorAll('[name=' + CSS.escape(`+n+`) + ']:not([type=hidden])')[`+strconv.Itoa(nth)+`]; if (!f) return false;
		f.value = `+v+`; f.dispatchEvent(new Event('input', {bubbles: true})); f.dispatchEvent(new Event('change', {bubbles: true})); return f.value === `+v+`; })()`) {
		b.t.Fatalf("no field %s that takes %q at %s", name, value, b.Path())
	}
}

// Choose ticks the radio button of a name and value.
func (b *Tab) Choose(name, value string) {
	b.t.Helper()
	if !Ask[bool](b, `(() => { const f = document.querySelector('input[name=' + CSS.escape(`+quote(name)+`) + '][value=' + CSS.escape(`+quote(value)+`) + ']'); if (f) f.click(); return !!f && f.checked; })()`) {
		b.t.Fatalf("no choice %s=%s at %s", name, value, b.Path())
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
	before := b.born()
	if !Ask[bool](b, `(() => { const e = document.querySelector(`+quote(selector)+`); if (!e) return false; e.scrollIntoView({block: 'center'}); e.click(); return true; })()`) {
		b.t.Fatalf("nothing to press: %s at %s\n%s", selector, b.Path(), b.Text("main"))
	}
	b.follow(before, "pressing "+selector)
}

// born tells one page from the next.
func (b *Tab) born() float64 { return Ask[float64](b, "performance.timeOrigin") }

// follow waits for the page that comes after the one born before.
func (b *Tab) follow(before float64, what string) {
	b.t.Helper()
	from := b.Path()
	for range 800 {
		loaded, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](fmt.Sprintf("performance.timeOrigin !== %f && document.readyState === 'complete'", before)))
		if err == nil && loaded {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.t.Fatalf("%s led nowhere from %s", what, from)
}

// Reach moves on with the tab key until the focus is on what the selector finds.
func (b *Tab) Reach(selector string) {
	b.t.Helper()
	for range 200 {
		if Ask[bool](b, "document.activeElement.matches("+quote(selector)+")") {
			return
		}
		b.do(chromedp.KeyEvent(kb.Tab))
	}
	b.t.Fatalf("the tab key does not reach %s at %s", selector, b.Path())
}

// Type types into what has the focus.
func (b *Tab) Type(text string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(text))
}

// Enter types into what has the focus, then presses the enter key and waits for
// the page that follows.
func (b *Tab) Enter(text string) {
	b.t.Helper()
	before := b.born()
	b.do(chromedp.KeyEvent(text + kb.Enter))
	b.follow(before, "the enter key")
}

// Text is the visible text of what the selector finds first.
func (b *Tab) Text(selector string) string {
	b.t.Helper()
	return Ask[string](b, `(document.querySelector(`+quote(selector)+`) || {innerText: ''}).innerText`)
}

// Shows fails unless the page shows the text.
func (b *Tab) Shows(text string) {
	b.t.Helper()
	plain := strings.NewReplacer("\u00a0", " ", "\u202f", " ") // how a space breaks is not looked at
	if page := plain.Replace(b.Text("body")); !strings.Contains(page, plain.Replace(text)) {
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
	// What a bar at the edge of the window happens to cover is reached by scrolling.
	raw, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => { const bars = [...document.querySelectorAll(".bar, .tabs")];
		bars.forEach(e => e.style.position = "static");
		return axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations']})
		.finally(() => bars.forEach(e => e.style.position = ""))
		.then(r => JSON.stringify(r.violations.map(v => ({ID: v.id, Help: v.help, Nodes: v.nodes.map(n => ({HTML: n.html, failureSummary: n.failureSummary}))})))); })()`,
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

// Fits fails when the page is wider than the window, when a control sticks out of
// its place (in a row that scrolls it may), and when one is smaller than a finger.
func (b *Tab) Fits() {
	b.t.Helper()
	if over := Ask[float64](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
		wide := Ask[string](b, `(() => { const inside = e => { for (e = e.parentElement; e; e = e.parentElement) if (e !== document.documentElement && e !== document.body && /auto|scroll|hidden/.test(getComputedStyle(e).overflowX)) return true; return false; }; return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !inside(e)).slice(0, 3).map(e => e.outerHTML.slice(0, 160)).join("\n") })()`)
		b.t.Errorf("%s is %.0f px wider than the window:\n%s", b.Path(), over, wide)
	}
	out := Ask[[]string](b, `[...document.querySelectorAll("button, select, .button, .stepper, input:not([type=hidden])")].filter(e => e.checkVisibility() && !e.closest(".hush")).filter(e => { const cell = e.parentElement.closest("td, th, label, .field, .card, main"); for (let row = e.parentElement; row && row !== cell; row = row.parentElement) if (/auto|scroll/.test(getComputedStyle(row).overflowX)) return false; return cell && e.getBoundingClientRect().right > cell.getBoundingClientRect().right + 1; }).map(e => e.outerHTML.slice(0, 120))`)
	if len(out) > 0 {
		b.t.Errorf("%s: %d controls stick out of their place, first %s", b.Path(), len(out), out[0])
	}
	small := Ask[[]string](b, `[...document.querySelectorAll("button, select, summary, .button, .tabs a, .links a, input:not([type=hidden]):not([type=radio]):not([type=checkbox])")].filter(e => e.checkVisibility()).map(e => [e.getBoundingClientRect(), e]).filter(([r]) => r.width > 0 && (r.height < 44 || r.width < 44)).map(([r, e]) => Math.round(r.width) + "×" + Math.round(r.height) + " " + e.outerHTML.slice(0, 120))`)
	for i, s := range small {
		if i == 3 {
			b.t.Errorf("and %d more", len(small)-3)
			break
		}
		b.t.Errorf("%s: too small for a finger: %s", b.Path(), s)
	}
}

// Shot writes a picture of what the window shows.
func (b *Tab) Shot(folder, name string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 60*time.Second)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		picture, err = fewColours(picture)
	}
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

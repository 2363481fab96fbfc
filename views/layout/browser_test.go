package layout_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// visit is one tab of a browser with the width of a small phone. What the browser has
// to complain about (a refused style, a failing script) fails the test.
type visit struct {
	t   *testing.T
	ctx context.Context

	mu             sync.Mutex
	requests, size int
	complaints     []string
}

func open(t *testing.T) *visit {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser(t)), chromedp.NoSandbox, chromedp.Flag("disable-quic", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	v := &visit{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, v.hear); err != nil {
		t.Fatal(err)
	}
	v.do(chromedp.EmulateViewport(360, 740))
	t.Cleanup(func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		for _, c := range v.complaints {
			t.Errorf("the browser says: %s", c)
		}
	})
	return v
}

func (v *visit) hear(event any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch e := event.(type) {
	case *cdplog.EventEntryAdded:
		v.complaints = append(v.complaints, e.Entry.Text+" "+e.Entry.URL)
	case *runtime.EventExceptionThrown:
		v.complaints = append(v.complaints, e.ExceptionDetails.Text)
	case *network.EventRequestWillBeSent:
		v.requests++
	case *network.EventLoadingFinished:
		v.size += int(e.EncodedDataLength)
	}
}

func (v *visit) do(steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, steps...); err != nil {
		v.t.Fatal(err)
	}
}

func ask[T any](v *visit, script string) T {
	v.t.Helper()
	answer, err := chromedp.Run(v.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		v.t.Fatalf("%v in %s", err, script)
	}
	return answer
}

// The script's few helps, tried in a real browser under the real policy.
func TestScriptHelps(t *testing.T) {
	server := show(t)
	v := open(t)
	v.do(chromedp.Navigate(server.URL + "/show/fr/suggestions"))
	if ask[string](v, `document.documentElement.dataset.js`) != "on" {
		t.Fatal("the script did not run")
	}
	press := func(id, sign string) string {
		return ask[string](v, fmt.Sprintf(`(() => { const i = document.getElementById(%q); i.parentElement.querySelector('button[value="%s"]').click(); return i.value; })()`, id, sign))
	}
	press("q1", "+")
	if got := press("q1", "+"); got != "8" {
		t.Errorf("6 and two steps up is %s", got)
	}
	ask[string](v, `document.getElementById("q2").value = "2,5"`)
	if got := press("q2", "-"); got != "2" {
		t.Errorf("2,5 and one step down is %s", got)
	}
	if got := press("q3", "-"); got != "0" {
		t.Errorf("a quantity went below nothing: %s", got)
	}
	v.do(chromedp.Navigate(server.URL+"/show/en/product"), chromedp.KeyEvent("/"))
	if got := ask[string](v, `document.activeElement.name`); got != "q" {
		t.Errorf("the slash key leads to %q", got)
	}
	// The form is sent by hand so that no page is left; the first press goes, the second not.
	const send = `document.querySelector("form.form").dispatchEvent(new SubmitEvent("submit", {cancelable: true, bubbles: true}))`
	if !ask[bool](v, send) || ask[bool](v, send) {
		t.Error("a second press sends again, or the first does not")
	}
	if ask[bool](v, `(() => { const m = document.querySelector("details[data-menu]"); m.open = true; document.querySelector("h1").click(); return m.open; })()`) {
		t.Error("a press elsewhere leaves the menu open")
	}
	if ask[bool](v, `(() => { const m = document.querySelector("details[data-menu]"); m.open = true; document.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape"})); return m.open; })()`) {
		t.Error("Escape leaves the menu open")
	}
}

const measure = `(() => {
	const bad = [], width = document.documentElement.clientWidth;
	if (width !== 360) bad.push("the window is " + width + " wide");
	if (document.documentElement.scrollWidth > width) {
		const far = [...document.querySelectorAll("body *")].filter((el) => el.getBoundingClientRect().right > width + 1).pop();
		bad.push("the page is " + document.documentElement.scrollWidth + " wide: " + (far ? far.outerHTML.slice(0, 120) : ""));
	}
	for (const el of document.querySelectorAll("a.button, button, .tabs a, .links a, .input, .stepper input, .menu > summary")) {
		const r = el.getBoundingClientRect();
		if (!r.width) continue;
		if (r.height < 47.5 || r.width < 47.5) bad.push(el.outerHTML.slice(0, 90) + " " + Math.round(r.width) + "x" + Math.round(r.height));
		if (r.right > width + 1 || r.left < -1) bad.push("outside: " + el.outerHTML.slice(0, 90));
	}
	return bad.join("\n");
})()`

// A first view makes at most six requests; nothing leaves a small phone in any
// language, also in large text; every target is large enough for a thumb.
func TestFirstViewOnASmallPhone(t *testing.T) {
	server := show(t)
	v := open(t)
	v.do(chromedp.Navigate(server.URL + "/show/zh-Hans/suggestions"))
	v.mu.Lock()
	requests, size := v.requests, v.size
	v.mu.Unlock()
	if requests > 6 || size > 45<<10+20<<10 { // the samples' HTML travels uncompressed, up to 20 KB more
		t.Errorf("%d requests, %d bytes", requests, size)
	}
	for _, lang := range []string{"zh-Hans", "fr", "en"} {
		for _, page := range strings.Fields("today suggestions product more bare") {
			for _, as := range []string{"", "large"} {
				v.do(chromedp.Navigate(fmt.Sprintf("%s/show/%s/%s?as=%s", server.URL, lang, page, as)))
				if bad := ask[string](v, measure); bad != "" {
					t.Errorf("%s %s %s:\n%s", lang, page, as, bad)
				}
			}
		}
	}
}

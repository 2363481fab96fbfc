package e2e

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// ErrTaps is a tap beyond those that a task may take.
var ErrTaps = errors.New("one tap too many")

// Thumb does a task on a phone by real touches, which the browser cannot tell from a
// finger, and counts them. What a script of a page presses by itself is no touch, and a
// touch that meets something else than what it is meant for fails.
type Thumb struct {
	tab   *Tab
	limit int
	taps  int
}

// watch counts, in the page itself and over pages, what the browser trusts to be a
// touch of a person, and keeps what is handed to the phone's apps: as a phone does, only
// while a touch is fresh.
const watch = `if (window === top) {
	const add = (key, value) => sessionStorage.setItem(key, JSON.stringify([...JSON.parse(sessionStorage.getItem(key) || "[]"), value]));
	addEventListener("pointerdown", e => { if (e.isTrusted) add("touches", e.pointerType); }, true);
	if (SHARES) navigator.share = async d => {
		if (!navigator.userActivation.isActive) throw new DOMException("no touch", "NotAllowedError");
		add("shared", d.text || "");
	};
}`

// Thumb takes a phone that has apps to share with, or has none, for a task of at most so
// many taps. It begins with the next page that is opened.
func (b *Tab) Thumb(limit int, shares bool) *Thumb {
	b.t.Helper()
	call(b, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true, MaxTouchPoints: 1})
	call(b, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	source := strings.Replace(watch, "SHARES", strconv.FormatBool(shares), 1)
	if _, err := chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: source}); err != nil {
		b.t.Fatal(err)
	}
	return &Thumb{tab: b, limit: limit}
}

// Try touches what the selector finds, in the middle; ErrTaps when the task has no tap
// left.
func (th *Thumb) Try(selector string) error {
	if th.taps >= th.limit {
		return fmt.Errorf("%w: %s after %d", ErrTaps, selector, th.taps)
	}
	type spot struct {
		X, Y float64
		Hit  bool
	}
	at := Ask[spot](th.tab, `(() => { const e = document.querySelector(`+quote(selector)+`); if (!e) return {X: -1, Y: -1};
		e.scrollIntoView({block: 'center', behavior: 'instant'}); const r = e.getBoundingClientRect(), x = r.left + r.width / 2, y = r.top + r.height / 2;
		const under = document.elementFromPoint(x, y); return {X: x, Y: y, Hit: !!under && (e === under || e.contains(under))}; })()`)
	if !at.Hit {
		return fmt.Errorf("nothing to touch: %s at %s (%v, %v)", selector, th.tab.Path(), at.X, at.Y)
	}
	th.taps++
	down := input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: at.X, Y: at.Y}}}
	if _, err := chromedp.Call(th.tab.ctx, input.DispatchTouchEvent, down); err != nil {
		return err
	}
	_, err := chromedp.Call(th.tab.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}})
	return err
}

// Tap touches what the selector finds.
func (th *Thumb) Tap(selector string) {
	th.tab.t.Helper()
	if err := th.Try(selector); err != nil {
		th.tab.t.Fatal(err)
	}
}

// Open touches what leads to another page, and waits for it.
func (th *Thumb) Open(selector string) {
	th.tab.t.Helper()
	before := th.tab.born()
	th.Tap(selector)
	th.tab.follow(before, "a tap on "+selector)
}

// Taps are those so far.
func (th *Thumb) Taps() int { return th.taps }

// Touches are the touches that the pages themselves have seen.
func (th *Thumb) Touches() int {
	th.tab.t.Helper()
	return Ask[int](th.tab, `JSON.parse(sessionStorage.getItem("touches") || "[]").filter(kind => kind === "touch").length`)
}

// Shared is what was handed to the phone's apps.
func (th *Thumb) Shared() []string {
	th.tab.t.Helper()
	return Ask[[]string](th.tab, `JSON.parse(sessionStorage.getItem("shared") || "[]")`)
}

// Pasted is what a person would paste now: the text of the clipboard.
func (b *Tab) Pasted() string {
	b.t.Helper()
	if !Ask[bool](b, `(() => { const a = document.createElement("textarea"); a.id = "paste"; document.body.append(a); a.focus(); return document.activeElement === a; })()`) {
		b.t.Fatal("nowhere to paste")
	}
	paste := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "v", Code: "KeyV", WindowsVirtualKeyCode: 'V', Modifiers: 2, Commands: []string{"paste"}}
	call(b, input.DispatchKeyEvent, paste)
	var text string
	for range 80 {
		if text = Ask[string](b, `document.querySelector("#paste").value`); text != "" {
			break
		}
		time.Sleep(25 * time.Millisecond)
	}
	return text
}

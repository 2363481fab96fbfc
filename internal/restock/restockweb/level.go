package restockweb

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/restock"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

// levelAddress is the page of the service level that learns.
const levelAddress = "/settings/level"

// Points by which the level may leave that of the policy's words, in 1/10,000.
var (
	lowerBounds = []int{0, 100, 300, 500, 1000, 1500}
	upperBounds = []int{0, 100, 200, 300, 450}
)

// level shows where the service level stands, and how it came there.
func (h *Handlers) level(c *gin.Context) error { return h.levelPage(c, http.StatusOK) }

func (h *Handlers) levelPage(c *gin.Context, status int) error {
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	in, err := h.shops.Get(c.Request.Context())
	if err != nil {
		return err
	}
	state, err := h.restock.Level(c.Request.Context())
	if err != nil {
		return err
	}
	f, chrome := web.FormOf(c), web.Chrome(c)
	chrome.Title, chrome.Active = v.t.T("level.title"), layout.More
	chrome.Path = levelAddress
	chrome.Back = ui.Link{Href: "/settings", Text: v.t.T("shop.settings_title")}
	m := restockview.Level{Chrome: chrome, Client: clientOf(c, chrome), Owner: may(c, tenant.Owner), Help: v.t.T("level.help", arg("n", restock.LeastCases))}
	word, now := restock.WordLevel(in.Policy), state.At(in)
	m.Now = []ui.Figure{{Label: v.t.T("level.now"), Value: v.levelOf(cmpLevel(now, word)), Note: v.t.T("level.word", arg("policy", v.setting(in.Policy)), arg("level", v.levelOf(word)))}}
	switch {
	case in.Target.Kind != shop.NoTarget:
		m.Now, m.Said = nil, v.t.T("level.target", arg("percent", v.t.Percent(float64(in.Target.Percent)/100)))
	case state.Stopped:
		m.Said = v.t.T("level.stopped")
	case state.PausedUntil > v.today:
		m.Said = v.t.T("level.paused", arg("day", v.t.DateShort(state.PausedUntil)))
	case state.Cases < restock.LeastCases:
		m.Said = v.t.T("level.few", arg("n", state.Cases), arg("least", restock.LeastCases))
	default:
		m.Said = v.t.T("level.enough", arg("n", state.Cases))
	}
	m.On = ui.Check{Name: "on", Label: v.t.T("level.on"), Hint: v.t.T("level.on_hint"), Checked: !state.Stopped}
	lower, upper := state.Lower, state.Upper
	if f.Given("lower") {
		m.On.Checked = f.Checked("on")
		lower, _ = strconv.Atoi(f.Value("lower"))
		upper, _ = strconv.Atoi(f.Value("upper"))
	}
	m.Lower = v.bound(f, "lower", "level.lower", lowerBounds, lower)
	m.Upper = v.bound(f, "upper", "level.upper", upperBounds, upper)
	for i, s := range state.Steps {
		line := v.levelStep(s)
		if i == 0 && m.Owner && s.Kind == restock.StepLearned && s.To == state.ServiceLevel.Level {
			line.ID = s.ID.String()
		}
		m.Steps = append(m.Steps, line)
	}
	return web.Render(c, status, restockview.LevelPage(m))
}

// cmpLevel is a level, or the words' where there is none.
func cmpLevel(level, word int) int {
	if level == 0 {
		return word
	}
	return level
}

// levelOf is a level in 1/10,000 as a percentage.
func (v voice) levelOf(level int) string {
	if level%100 == 0 {
		return v.t.Percent(float64(level) / 1e4)
	}
	return v.t.T("replay.percent", arg("value", v.t.Decimal(float64(level)/100, 1)))
}

// bound asks for one of the points.
func (v voice) bound(f *web.Values, name, label string, points []int, now int) ui.SelectModel {
	m := ui.SelectModel{Name: name, Label: v.t.T(label), Error: f.Sentence(name), Needed: true}
	for _, p := range points {
		m.Options = append(m.Options, ui.Option{Value: strconv.Itoa(p), Text: v.t.T("level.points", arg("points", v.t.Decimal(float64(p)/100, 1))), Selected: p == now})
	}
	return m
}

// levelStep says what moved the level, and why.
func (v voice) levelStep(s restock.LevelStep) restockview.LevelStep {
	word := restock.WordLevel(s.Policy)
	out := restockview.LevelStep{Day: v.t.Date(s.Day), From: v.levelOf(cmpLevel(s.From, word)), To: v.levelOf(cmpLevel(s.To, word))}
	args := []any{s.Cases, v.whole(s.FromRegret), v.whole(s.ToRegret)}
	if s.Kind == restock.StepLearned {
		out.Why = v.t.T("level.why_learned", arg("n", args[0]), arg("from", args[1]), arg("to", args[2]), arg("level", out.To))
		return out
	}
	out.Why = v.t.T("level.why." + string(s.Kind))
	return out
}

// steerLevel takes what the owner sets.
func (h *Handlers) steerLevel(c *gin.Context) error {
	f := web.FormOf(c)
	choice := func(name string, points []int) int {
		var options []string
		for _, p := range points {
			options = append(options, strconv.Itoa(p))
		}
		n, _ := strconv.Atoi(f.Choice(name, options...))
		return n
	}
	lower, upper := choice("lower", lowerBounds), choice("upper", upperBounds)
	err := f.Err()
	if err == nil {
		err = h.restock.SteerLevel(c.Request.Context(), !f.Checked("on"), lower, upper)
	}
	if f.Refused(err) {
		return h.levelPage(c, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, web.Saved)
	return web.Redirect(c, levelAddress)
}

// takeBackLevel undoes the latest step.
func (h *Handlers) takeBackLevel(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err == nil {
		err = h.restock.TakeBackLevel(c.Request.Context(), id)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "level.flash_back")
	return web.Redirect(c, levelAddress)
}

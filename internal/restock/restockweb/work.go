package restockweb

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/restock"
	"buhuo/internal/web"
	"buhuo/views/layout"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

// work shows how the background work of the shop stands.
func (h *Handlers) work(c *gin.Context) error {
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	state, err := h.restock.Background(c.Request.Context())
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	chrome.Title, chrome.Active = v.t.T("restock.work_title"), layout.More
	m := restockview.Work{
		Chrome: chrome, Help: v.t.T("restock.work_help"), Facts: v.workFacts(state), Again: v.t.T("restock.work_again"),
		AgainHelp: v.t.T("restock.work_again_help"), FailedTitle: v.t.T("restock.work_failed_title"),
	}
	switch {
	case state.Running != nil && state.Running.Total > 0:
		done := float64(state.Running.Done) / float64(state.Running.Total)
		m.Meter = &restockview.Meter{Percent: 100 * done, Label: v.t.T("restock.work_running_of", arg("n", state.Running.Total), arg("done", v.t.Int(int64(state.Running.Done))), arg("of", v.t.Int(int64(state.Running.Total)))), Tone: ui.OK}
	case state.Running != nil:
		m.Notes = append(m.Notes, layout.Flash{Tone: ui.Plain, Text: v.t.T("restock.work_running")})
	case state.AskedAt != nil:
		m.Notes = append(m.Notes, layout.Flash{Tone: ui.Plain, Text: v.t.T("restock.work_asked")})
	}
	m.Idle = state.Running == nil && state.AskedAt == nil
	if state.Failures > 0 && state.Running == nil {
		m.Notes = append(m.Notes, layout.Flash{Tone: ui.Watch, Text: v.t.T("restock.work_retry", arg("n", state.Failures), arg("time", v.instant(state.RetryAt)))})
	}
	for _, r := range state.Failed {
		m.Failed = append(m.Failed, restockview.Failed{When: v.t.T("restock.work_failed_when", arg("time", v.instant(*r.EndedAt)), arg("what", v.workKind(r))), What: v.t.T(whyFailed[r.Failure])})
	}
	return web.Render(c, http.StatusOK, restockview.WorkPage(m))
}

// whyFailed says of a failure what it means.
var whyFailed = map[restock.Failure]string{
	restock.FailedDatabase: "restock.work_failed_database",
	restock.FailedStopped:  "restock.work_failed_stopped",
	restock.FailedProgram:  "restock.work_failed_program",
}

// askWork has everything worked out again.
func (h *Handlers) askWork(c *gin.Context) error {
	if err := h.restock.Ask(c.Request.Context()); err != nil {
		return err
	}
	return web.Redirect(c, "/settings/work")
}

func (v voice) instant(at day.Micros) string { return v.t.DateTime(at.Time().In(v.zone)) }

func (v voice) workKind(r restock.Run) string {
	if r.Kind == restock.Everything {
		return v.t.T("restock.work_kind_all")
	}
	return v.t.T("restock.work_kind_changed")
}

func (v voice) workFacts(s restock.Background) []ui.Fact {
	waiting := v.t.T("restock.work_waiting_none")
	if s.Waiting > 0 {
		waiting = v.t.T("restock.work_waiting", arg("n", s.Waiting))
	}
	facts := []ui.Fact{{Term: v.t.T("restock.work_waiting_title"), Text: waiting}}
	if s.Latest == nil {
		return append(facts, ui.Fact{Term: v.t.T("restock.work_latest"), Text: v.t.T("restock.work_never")})
	}
	took := time.Duration(*s.Latest.EndedAt-s.Latest.StartedAt) * time.Microsecond
	return append(facts,
		ui.Fact{Term: v.t.T("restock.work_latest"), Text: v.instant(s.Latest.StartedAt)},
		ui.Fact{Term: v.t.T("restock.work_took"), Text: v.took(took)},
		ui.Fact{Term: v.t.T("restock.work_products"), Text: v.t.Int(int64(s.Latest.Done))},
	)
}

// took says how long a run was, in seconds up to two minutes.
func (v voice) took(d time.Duration) string {
	if d < 2*time.Minute {
		return v.t.T("restock.work_seconds", arg("n", max(int(d.Round(time.Second).Seconds()), 1)))
	}
	return v.t.T("restock.work_minutes", arg("n", int(d.Round(time.Minute).Minutes())))
}

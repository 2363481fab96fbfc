package restockweb_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/replenish/score"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
)

// The owner sees where the service level stands and why, sets how far it may go, and
// takes a step back; others look.
func TestServiceLevelPage(t *testing.T) {
	h := stocked(t)
	h.Get("/settings/level").Want(200).Contains("95%", "还没有动过", "满 20 次才会动")
	store := restockdb.New(h.App.DB)
	h.Must(h.App.DB.Do(h.Ctx, func(ctx context.Context) error {
		for range 30 {
			d := restock.Decision{ID: ident.New(), ProductID: h.Rice.ID, Day: today.Add(-20), Kind: restock.DecidedChanged, Arrival: today.Add(-18), Until: today.Add(-12),
				Due: new(day.Date(today.Add(-13))), Person: new(ident.New()), Inputs: []byte{1}}
			j := restock.Judgement{DecisionID: d.ID, Finding: restock.FoundJudged, Day: today, Ours: score.Right, Theirs: score.Right}
			for i := range len(restock.Levels()) + 1 {
				j.Ladder = append(j.Ladder, money.Amount(2000-100*i))
			}
			j.Ladder[len(j.Ladder)-1] = 1500
			if _, err := store.AddDecisions(ctx, []restock.Decision{d}); err != nil {
				return err
			}
			if err := store.PutJudgements(ctx, []restock.Judgement{j}); err != nil {
				return err
			}
		}
		return nil
	}))
	if moved, err := h.App.Restock.Learn(h.Ctx); err != nil || !moved {
		t.Fatal(moved, err)
	}
	page := h.Get("/settings/level").Want(200)
	page.Contains("96%", "95% → 96%", "过去 30 次决定，按原来多花 ¥450，按 96% 多花 ¥420")
	if h.as("manager").Get("/settings/level").Want(200).Find("main form").Length() != 0 {
		t.Error("a manager may steer it")
	}
	h.as("viewer").Get("/settings/level").Want(http.StatusForbidden)
	h.as("manager").PostForm("/settings/level", url.Values{"lower": {"0"}, "upper": {"0"}}).Want(http.StatusForbidden)

	back := page.Form("form[action$='/back']")
	for range 2 {
		back.Submit().Want(http.StatusSeeOther)
	}
	page = h.Get("/settings/level").Want(200)
	page.Contains("您撤回了一步", "96% → 95%")
	if page.Find("form[action$='/back']").Length() != 0 {
		t.Error("what was taken back may be taken back")
	}
	form := page.Form("form[action='/settings/level']")
	form.Set("lower", "7").Submit().Want(http.StatusUnprocessableEntity)
	form.Set("lower", "0").Set("upper", "100").Submit().Want(http.StatusSeeOther)
	state, err := h.App.Restock.Level(h.Ctx)
	h.Must(err)
	if state.Stopped || state.Lower != 0 || state.Upper != 100 {
		t.Errorf("steered: %+v", state)
	}
	h.PostForm("/settings/level", url.Values{"lower": {"300"}, "upper": {"200"}}).Want(http.StatusSeeOther)
	h.Get("/settings/level").Want(200).Contains("您关掉了")
	h.PostForm("/settings/level/"+ident.New().String()+"/back", url.Values{}).Want(http.StatusNotFound)
	for _, lang := range i18n.Langs() {
		if text := h.Lang(string(lang)).Get("/settings/level").Want(200).Text("main"); strings.Contains(text, "level.") || strings.Contains(text, "{") {
			t.Errorf("%s shows a key or a placeholder: %s", lang, text)
		}
	}
}

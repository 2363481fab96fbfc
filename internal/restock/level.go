package restock

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
	"buhuo/internal/replenish/score"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// ServiceLevel is where the service level of goods that keep stands: it moves by itself,
// a place of Levels a week at most, to where past orders would have cost less. Levels
// are in 1/10,000.
type ServiceLevel struct {
	Stopped      bool // the owner wants none of that
	Lower, Upper int  // how far it may go from the level of the policy's words
	Policy       shop.Policy
	Level        int      // 0: as the words say
	Since        day.Date // decisions of earlier days were made under another policy
	Week         day.Date // Monday of the last week that was looked at
	PausedUntil  day.Date
}

// StepKind is why the level moved.
type StepKind string

// The kinds.
const (
	StepLearned StepKind = "learned" // past orders would have cost less there
	StepBack    StepKind = "back"    // a person took a step back
	StepBounds  StepKind = "bounds"  // the owner drew the bounds closer
	StepStopped StepKind = "stopped"
	StepPolicy  StepKind = "policy" // the shop orders by other words
)

// LevelStep is one move of the level.
type LevelStep struct {
	ID                   ident.ID
	Day                  day.Date
	Kind                 StepKind
	From, To             int // 0: the level of Policy's words
	Policy               shop.Policy
	Cases                int // past decisions that spoke for it
	FromRegret, ToRegret money.Amount
	Person               *ident.ID // nil: the program
	MadeAt               day.Micros
}

// LevelStore keeps it, for the shop of ctx.
type LevelStore interface {
	// ServiceLevel reads it; false before anybody looked.
	ServiceLevel(ctx context.Context) (ServiceLevel, bool, error)
	PutServiceLevel(ctx context.Context, l ServiceLevel) error
	// LevelSteps reads the latest steps, the latest first.
	LevelSteps(ctx context.Context, limit int) ([]LevelStep, error)
	AddLevelStep(ctx context.Context, s LevelStep) error
	// LevelEvidence adds up what the decisions made since a day would have cost at each
	// of Levels and, last, under the words alone.
	LevelEvidence(ctx context.Context, since day.Date) (score.Evidence, error)
}

const (
	// usualLower and usualUpper are the bounds until the owner sets others.
	usualLower, usualUpper = 500, 300
	// MostBound is how far a bound may lie from the words, in 1/10,000.
	MostBound = 2000
	// evidenceDays is how old a decision may be that still speaks for a level.
	evidenceDays = 365
	// pauseDays is how long the level stands still after a step was taken back.
	pauseDays = 28
	// LeastCases is how many judged decisions it takes to move the level.
	LeastCases = 20
)

// WordLevel is the service level of a policy's words, in 1/10,000.
func WordLevel(p shop.Policy) int { return int(serviceOf(p).Level()*1e4 + 0.5) }

// unlooked is the level of a shop that was never looked at.
func unlooked(p shop.Policy) ServiceLevel {
	return ServiceLevel{Lower: usualLower, Upper: usualUpper, Policy: p}
}

// At is the level that a shop's goods that keep are ordered by; 0: as its policy says.
func (l ServiceLevel) At(in shop.Shop) int {
	if l.Stopped || l.Policy != in.Policy || in.Target.Kind != shop.NoTarget {
		return 0
	}
	return l.Level
}

// place is where a level stands among Levels: the words at their own.
func (l ServiceLevel) place(level int) int {
	if level == 0 {
		level = WordLevel(l.Policy)
	}
	at, _ := slices.BinarySearch(Levels(), level)
	return min(at, len(Levels())-1)
}

// bounds are the first and last place that the owner allows; the words' own always is.
func (l ServiceLevel) bounds() (low, high int) {
	word := WordLevel(l.Policy)
	low, high = l.place(0), l.place(0)
	for i, level := range Levels() {
		if level < word && level >= word-l.Lower {
			low = min(low, i)
		}
		if level > word && level <= word+l.Upper {
			high = max(high, i)
		}
	}
	return low, high
}

// level is that of a place; the words' place is the words.
func (l ServiceLevel) level(place int) int {
	if place == l.place(0) {
		return 0
	}
	return Levels()[place]
}

// Next is where the level moves under what is known of past orders: evidence as
// LevelEvidence gives it.
func (l ServiceLevel) Next(e score.Evidence) LevelStep {
	step := LevelStep{Kind: StepLearned, From: l.Level, To: l.Level, Policy: l.Policy, Cases: e.Cases}
	n := len(Levels())
	if len(e.Regret) != n+1 {
		return step
	}
	word := l.place(0)
	regret := slices.Clone(e.Regret[:n])
	regret[word] = e.Regret[n]
	own := score.Evidence{Cases: e.Cases, Regret: regret}
	low, high := l.bounds()
	from := l.place(l.Level)
	to := score.Next(from, word, low, high, own, own)
	step.To = l.level(to)
	step.FromRegret, step.ToRegret = money.Amount(regret[from]), money.Amount(regret[to])
	return step
}

// LevelState is what a page tells of the level.
type LevelState struct {
	ServiceLevel
	Target shop.Target // in figures: then nothing is learned
	Cases  int         // judged decisions that speak
	Steps  []LevelStep // the latest first
}

// stepsShown is how many steps a page shows.
const stepsShown = 52

// Level reads how the service level stands.
func (s *Service) Level(ctx context.Context) (LevelState, error) {
	in, err := s.shops.Get(ctx)
	if err != nil {
		return LevelState{}, err
	}
	out := LevelState{Target: in.Target}
	if out.ServiceLevel, err = s.serviceLevel(ctx, in); err != nil {
		return out, err
	}
	e, err := s.store.LevelEvidence(ctx, s.evidenceSince(out.ServiceLevel, day.Of(s.now(), in.Zone)))
	if err != nil {
		return out, err
	}
	out.Cases = e.Cases
	out.Steps, err = s.store.LevelSteps(ctx, stepsShown)
	return out, err
}

// serviceLevel reads the level; under other words than it was learned under, it begins
// at those.
func (s *Service) serviceLevel(ctx context.Context, in shop.Shop) (ServiceLevel, error) {
	l, looked, err := s.store.ServiceLevel(ctx)
	if err != nil || looked {
		return l, err
	}
	return unlooked(in.Policy), nil
}

func (s *Service) evidenceSince(l ServiceLevel, today day.Date) day.Date {
	return max(l.Since, today.Add(-evidenceDays))
}

// Learn looks once a week whether past orders of goods that keep would have cost less at
// another service level, and moves it a place towards that. It answers whether it moved.
func (s *Service) Learn(ctx context.Context) (moved bool, err error) {
	in, err := s.shops.Get(ctx)
	if err != nil {
		return false, err
	}
	today := day.Of(s.now(), in.Zone)
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		moved = false
		l, err := s.serviceLevel(ctx, in)
		if err != nil || l.Week >= today.Monday() {
			return err
		}
		l.Week = today.Monday()
		var step LevelStep
		switch {
		case l.Policy != in.Policy:
			step = LevelStep{Kind: StepPolicy, From: l.Level, Policy: in.Policy}
			l.Policy, l.Since = in.Policy, today
		case l.Stopped || in.Target.Kind != shop.NoTarget || today < l.PausedUntil:
			step = LevelStep{From: l.Level, To: l.Level}
		default:
			e, err := s.store.LevelEvidence(ctx, s.evidenceSince(l, today))
			if err != nil {
				return err
			}
			step = l.Next(e)
		}
		moved, err = s.move(ctx, l, step, today, nil)
		return err
	})
	if err == nil && moved {
		slog.Info("the service level learned from past orders", "shop", in.Slug)
	}
	return moved, err
}

// move keeps the level with a step of it, and has everything worked out anew.
func (s *Service) move(ctx context.Context, l ServiceLevel, step LevelStep, today day.Date, person *ident.ID) (bool, error) {
	l.Level = step.To
	if err := s.store.PutServiceLevel(ctx, l); err != nil || step.From == step.To {
		return false, err
	}
	step.ID, step.Day, step.Person, step.MadeAt = ident.New(), today, person, day.At(s.now())
	if err := s.store.AddLevelStep(ctx, step); err != nil {
		return false, err
	}
	return true, s.stock.MarkAll(ctx)
}

// SteerLevel sets whether the level may move and how far. A level beyond the new bounds
// comes back within them.
func (s *Service) SteerLevel(ctx context.Context, stopped bool, lower, upper int) error {
	var wrong fault.Fields
	for field, n := range map[string]int{"lower": lower, "upper": upper} {
		if n < 0 || n > MostBound {
			wrong.Add(fault.New(fault.Invalid, "web.int_range", fault.A("min", 0), fault.A("max", MostBound)).WithField(field))
		}
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.steer(ctx, "level.steer", map[string]any{"stopped": stopped, "lower": lower, "upper": upper}, func(_ context.Context, l *ServiceLevel, today day.Date) (LevelStep, bool, error) {
		if l.Stopped == stopped && l.Lower == lower && l.Upper == upper {
			return LevelStep{}, false, nil
		}
		l.Stopped, l.Lower, l.Upper = stopped, lower, upper
		if stopped {
			return LevelStep{Kind: StepStopped, From: l.Level, Policy: l.Policy}, true, nil
		}
		low, high := l.bounds()
		return LevelStep{Kind: StepBounds, From: l.Level, To: l.level(min(max(l.place(l.Level), low), high)), Policy: l.Policy}, true, nil
	})
}

// TakeBackLevel undoes the latest step, if it is the one that is named and was learned,
// and lets the level stand still for some weeks. Of an earlier one it
// changes nothing; NotFound when there is none such.
func (s *Service) TakeBackLevel(ctx context.Context, step ident.ID) error {
	return s.steer(ctx, "level.back", map[string]any{"step": step.String()}, func(ctx context.Context, l *ServiceLevel, today day.Date) (LevelStep, bool, error) {
		latest, err := s.store.LevelSteps(ctx, stepsShown)
		if err != nil {
			return LevelStep{}, false, err
		}
		if at := slices.IndexFunc(latest, func(x LevelStep) bool { return x.ID == step }); at != 0 || latest[0].Kind != StepLearned || latest[0].To != l.Level {
			if at < 0 {
				err = fault.New(fault.NotFound, "level.step_missing")
			}
			return LevelStep{}, false, err
		}
		l.PausedUntil = today.Add(pauseDays)
		return LevelStep{Kind: StepBack, From: l.Level, To: latest[0].From, Policy: l.Policy}, true, nil
	})
}

// steer is a change of the level by a person.
func (s *Service) steer(ctx context.Context, action string, detail map[string]any, change func(context.Context, *ServiceLevel, day.Date) (LevelStep, bool, error)) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	in, err := s.shops.Get(ctx)
	if err != nil {
		return err
	}
	today := day.Of(s.now(), in.Zone)
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		l, err := s.serviceLevel(ctx, in)
		if err != nil {
			return err
		}
		if l.Policy != in.Policy {
			l.Policy, l.Level, l.Since = in.Policy, 0, today
		}
		step, changed, err := change(ctx, &l, today)
		if err != nil || !changed {
			return err
		}
		if _, err := s.move(ctx, l, step, today, &scope.Person); err != nil {
			return fmt.Errorf("service level: %w", err)
		}
		return s.record(ctx, action, ident.Nil, detail)
	})
}

// messageLevel says that the level was learned.
const messageLevel = "reason.step_learned"

// tellLevel says in the trace that the service level is not the words' own.
func (c surroundings) tellLevel(s subject, out *Suggestion) {
	if c.learned(s) == 0 {
		return
	}
	percent := func(name string, level int) replenish.Arg {
		return replenish.Arg{Name: name, Kind: replenish.KindPercent, Int: int64((level + 50) / 100)}
	}
	out.Trace.Steps = append(out.Trace.Steps, replenish.Message{Key: messageLevel, Args: []replenish.Arg{percent("percent", c.learned(s)), percent("word", WordLevel(c.shop.Policy))}})
}

// learned is the level that past orders taught for a product; 0 for one that does not
// keep, whose level follows from what spoils, and where nothing was learned.
func (c surroundings) learned(s subject) int {
	if s.product.ShelfLifeDays > 0 || s.product.LossRate > 0 {
		return 0
	}
	return c.level
}

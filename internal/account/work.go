package account

import (
	"context"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// Hours is what a task took in a window beside what it took before the program.
type Hours struct {
	Task    string
	Weeks   int // blocks of seven days from the window's first day with an entry of the task
	Days    int // of these blocks
	Before  int // minutes: what the owner says a week took, for those days; rounded down
	Worked  int // minutes recorded in those blocks
	Weekly  int // minutes a week before the program; 0: nobody said
	Minutes int // recorded in the whole window
}

// Saved is the minutes that a task took less; below zero: more. Weeks without an entry
// count nothing: nobody wrote down what was done, so nobody can say what was saved.
func (h Hours) Saved() int { return h.Before - h.Worked }

// MaxWeekly bounds what a task took in a week: seven days of four people.
const MaxWeekly = 4 * 7 * 24 * 60

// Before reads the minutes a week that tasks took before the program.
func (s *Service) Before(ctx context.Context) (map[string]int, error) { return s.store.Before(ctx) }

// PutBefore says how many minutes a week a task took before the program; 0: unknown.
func (s *Service) PutBefore(ctx context.Context, task string, minutes int) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(Tasks(), task) {
		return fault.New(fault.Invalid, "account.task_missing").WithField("task")
	}
	if minutes < 0 || minutes > MaxWeekly {
		return fault.New(fault.Invalid, "account.too_many_hours").WithField("hours")
	}
	at, _ := s.moment(scope)
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		if before, err := s.store.Before(ctx); err != nil || before[task] == minutes {
			return err
		}
		if err := s.store.PutBefore(ctx, task, minutes, scope.Person, at); err != nil {
			return err
		}
		return s.journal.Record(ctx, "helper.before", ident.Nil, map[string]any{"task": task, "minutes": minutes})
	})
}

// Hours compares what tasks took on the days from through with what they took before.
// Tasks of which nothing was recorded are left out.
func (s *Service) Hours(ctx context.Context, from, through day.Date) ([]Hours, error) {
	if through < from {
		return nil, nil
	}
	before, err := s.store.Before(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := s.store.Between(ctx, Helper, from, through)
	return hours(entries, before, from, through), err
}

func hours(entries []Entry, before map[string]int, from, through day.Date) []Hours {
	worked := map[string]map[int]int{}
	for _, e := range entries {
		if e.Kind != Worked {
			continue
		}
		if worked[e.Task] == nil {
			worked[e.Task] = map[int]int{}
		}
		worked[e.Task][int(e.Day-from)/7] += e.Minutes
	}
	var out []Hours
	for _, task := range Tasks() {
		h := Hours{Task: task, Weekly: before[task]}
		for week, minutes := range worked[task] {
			if minutes == 0 { // taken back, or paid by the piece: no time was written down
				continue
			}
			h.Minutes += minutes
			if h.Weekly == 0 {
				continue
			}
			h.Weeks++
			h.Days += min(7, int(through-from)+1-7*week)
			h.Worked += minutes
		}
		h.Before = h.Weekly * h.Days / 7
		if h.Minutes != 0 {
			out = append(out, h)
		}
	}
	return out
}

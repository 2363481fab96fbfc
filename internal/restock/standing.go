package restock

import (
	"context"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/replenish/score"
)

// Verdicts counts how often a quantity was right, too much and too little.
type Verdicts struct{ Right, Over, Under int }

// Standing is how what people chose stands beside what we had suggested, over judged
// decisions.
type Standing struct {
	Cases                  int
	Ours, Theirs           Verdicts
	OurRegret, TheirRegret money.Amount
	// Contest is of the decisions in which the two differ; money in minor units.
	Contest score.Contest
}

// Plus adds two up.
func (s Standing) Plus(o Standing) Standing {
	s.Cases += o.Cases
	s.Ours, s.Theirs = s.Ours.plus(o.Ours), s.Theirs.plus(o.Theirs)
	s.OurRegret, s.TheirRegret = s.OurRegret+o.OurRegret, s.TheirRegret+o.TheirRegret
	s.Contest.Cases += o.Contest.Cases
	s.Contest.Sum += o.Contest.Sum
	s.Contest.Squares += o.Contest.Squares
	return s
}

func (v Verdicts) plus(o Verdicts) Verdicts {
	return Verdicts{v.Right + o.Right, v.Over + o.Over, v.Under + o.Under}
}

// Way is how a person's quantity differed from ours.
type Way string

// The ways.
const (
	WayMore Way = "more"
	WayLess Way = "less"
	WayNone Way = "none" // on purpose
	WayIdle Way = "idle" // none, because nobody acted
	WaySame Way = "same"
)

// DayStanding is the decisions of a day whose suggestion named one supplier.
type DayStanding struct {
	Day        day.Date
	SupplierID *ident.ID
	Standing
}

// WayStanding is the decisions of one way and reason.
type WayStanding struct {
	Way Way
	Why Why
	Standing
}

// ProductStanding is the decisions about one product.
type ProductStanding struct {
	ProductID ident.ID
	Name      string
	Standing
}

// JudgedQuery asks for decisions made from a day to another, both included.
type JudgedQuery struct {
	From, Through         day.Date
	ProductID, SupplierID *ident.ID // nil: of all
	Offset, Limit         int       // of a list; no limit: all
}

// Verdict is a judged decision with the names that a page shows. Its Inputs and Ladder
// are not read.
type Verdict struct {
	Decision
	Judgement
	Code, Name, Unit, SupplierName string
}

// Way tells how the person's quantity differed.
func (v Verdict) Way() Way {
	switch {
	case v.Chosen == v.Suggested:
		return WaySame
	case v.Kind == DecidedIgnored:
		return WayIdle
	case v.Chosen == 0:
		return WayNone
	case v.Chosen < v.Suggested:
		return WayLess
	}
	return WayMore
}

// Unjudged counts the decisions that could not be judged, and those whose days are not
// over.
type Unjudged struct {
	Waiting  int
	Findings map[Finding]int
}

// Scores reads what came of decisions, for the shop of ctx.
type Scores interface {
	// DayStandings reads them by day and supplier, the earliest first.
	DayStandings(ctx context.Context, q JudgedQuery) ([]DayStanding, error)
	// WayStandings reads those in which the two differ by way and reason.
	WayStandings(ctx context.Context, q JudgedQuery) ([]WayStanding, error)
	// ProductStandings reads the products whose regrets differ most, those first.
	ProductStandings(ctx context.Context, q JudgedQuery) ([]ProductStanding, error)
	// Verdicts reads the decisions one by one, the latest first.
	Verdicts(ctx context.Context, q JudgedQuery) ([]Verdict, error)
	// Unjudged counts the others.
	Unjudged(ctx context.Context, q JudgedQuery) (Unjudged, error)
	// DecidedBetween are the first and the last day with a decision; false before any.
	DecidedBetween(ctx context.Context) (first, last day.Date, ok bool, err error)
}

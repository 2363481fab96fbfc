package restock

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/shop"
)

// Hindsight is what would have happened in a shop's past, and how far the run is that
// works it out.
type Hindsight struct {
	AskedAt day.Micros
	BegunAt *day.Micros // of the run that goes on; nil: none does
	Done    int         // products replayed so far
	Total   int
	Failed  bool // the last run broke
	MadeAt  *day.Micros
	Told    *Told // of MadeAt; nil before the first
}

// Waits tells whether somebody has asked and the answer is not there yet.
func (h Hindsight) Waits() bool {
	return h.BegunAt != nil || !h.Failed && (h.MadeAt == nil || h.AskedAt > *h.MadeAt)
}

// Told is the answer: the days From..To replayed under several ways to order. Missing
// says how many days of history are still needed; then there is nothing else.
type Told struct {
	AsOf     day.Date `json:"as_of"`
	Missing  int      `json:"missing,omitempty"`
	From     day.Date `json:"from,omitempty"`
	To       day.Date `json:"to,omitempty"`
	Products int      `json:"products,omitempty"` // replayed
	Left     int      `json:"left,omitempty"`     // with sales, and left out: too young, never counted, or beyond the largest
	Demand   int64    `json:"demand,omitempty"`   // value of what was wanted, minor units

	// Did is what the shop really did; nil where the ledger does not know it.
	Did      *Outcome  `json:"did,omitempty"`
	Settings []Outcome `json:"settings,omitempty"` // ours, in the order of shop.Policies
	Others   []Outcome `json:"others,omitempty"`   // the best of each simple rule, and perfect foresight
	Frontier []Outcome `json:"frontier,omitempty"` // ours, from the emptiest shelf to the fullest
	Cover    []Outcome `json:"cover,omitempty"`    // days of cover, from few to many
	Chances  *Chances  `json:"chances,omitempty"`
}

// Outcome is what one way to order came to. Money is in minor units over the days.
type Outcome struct {
	Policy      string       `json:"policy"`
	Parameter   float64      `json:"parameter,omitempty"`
	FillPPM     int          `json:"fill"`      // share of demand met, by value
	FillMeanPPM int          `json:"fill_mean"` // mean over products
	OutPPM      int          `json:"stock_out"` // of the product-days, those on which something was lost
	Stock       money.Amount `json:"stock"`     // average stock at night, at cost
	StockDays   float64      `json:"stock_days"`
	LostSales   money.Amount `json:"lost_sales"`
	LostMargin  money.Amount `json:"lost_margin"`
	Waste       money.Amount `json:"waste"` // thrown away, at cost
	WastePPM    int          `json:"waste_share"`
	Holding     money.Amount `json:"holding"`
	Cost        money.Amount `json:"cost"`
	CostPPM     int          `json:"cost_share"` // of the value of demand
	Orders      int          `json:"orders"`     // deliveries of a product
}

// Chances tells whether the probabilities of running out were what they said.
type Chances struct {
	Cases    int      `json:"cases"`
	ErrorPPM int      `json:"error"` // expected calibration error
	WorstPPM int      `json:"worst"` // of tenths with a hundred cases
	SkillPPM int      `json:"skill"` // against the plain run-out date
	Tenths   []Chance `json:"tenths"`
}

// Chance is the cases that were told in one tenth.
type Chance struct {
	Cases       int `json:"cases"`
	ToldPPM     int `json:"told"`
	HappenedPPM int `json:"happened"`
}

const (
	// hindsightEvery is after how many days an answer is worked out anew by itself.
	hindsightEvery = 7
	// hindsightDead is how long a run may be silent before another takes its place: to
	// learn what products have in common takes a slow machine minutes.
	hindsightDead = 10 * time.Minute
)

// Hindsight reads the answer that is stored; false when nobody has ever asked.
func (s *Service) Hindsight(ctx context.Context) (Hindsight, bool, error) {
	return s.store.Hindsight(ctx)
}

// AskHindsight asks for the past to be replayed in the background; while an answer is
// on its way, to ask again changes nothing.
func (s *Service) AskHindsight(ctx context.Context) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		if h, asked, err := s.store.Hindsight(ctx); err != nil || asked && h.Waits() {
			return err
		}
		if err := s.store.AskHindsight(ctx, day.At(s.now())); err != nil {
			return err
		}
		return s.record(ctx, "hindsight.asked", ident.Nil, nil)
	})
}

// RunHindsights replays the past of each shop that asked, and weekly of those that once
// did. Of several processes one takes a shop; a run that died is begun again.
func (s *Service) RunHindsights(ctx context.Context) error {
	shops, err := s.shops.Shops(ctx)
	if err != nil {
		return err
	}
	for _, in := range shops {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.runHindsight(shop.Acting(ctx, in), in); err != nil {
			return fmt.Errorf("shop %s: %w", in.Slug, err)
		}
	}
	return nil
}

func (s *Service) runHindsight(ctx context.Context, in shop.Shop) error {
	h, asked, err := s.store.Hindsight(ctx)
	if err != nil || !asked {
		return err
	}
	now := s.now()
	if !h.Waits() && (h.MadeAt == nil || now.Sub(h.MadeAt.Time()) < hindsightEvery*24*time.Hour) {
		return nil
	}
	mine := false
	err = s.atomic.Do(ctx, func(ctx context.Context) (err error) {
		mine, err = s.store.BeginHindsight(ctx, day.At(now), day.At(now.Add(-hindsightDead)))
		return err
	})
	if err != nil || !mine {
		return err
	}
	told, err := s.Replayed(ctx, func(done, of int) error {
		return s.atomic.Do(ctx, func(ctx context.Context) error { return s.store.BeatHindsight(ctx, day.At(s.now()), done, of) })
	})
	if ctx.Err() != nil {
		return ctx.Err() // told to stop: it is begun again when its time is over
	}
	keep := func(ctx context.Context) error { return s.store.EndHindsight(ctx, day.At(now), &told) }
	if err != nil {
		keep = func(ctx context.Context) error { return s.store.EndHindsight(ctx, day.At(now), nil) }
	}
	if kept := s.atomic.Do(ctx, keep); kept != nil {
		return kept
	}
	if err != nil {
		return err
	}
	slog.Info("replayed the past", "shop", in.Slug, "products", told.Products, "missing", told.Missing)
	return nil
}

// Adopt makes the shop order as a setting does, for a point of the frontier that a
// person picked, and answers the setting that held before.
func (s *Service) Adopt(ctx context.Context, policy shop.Policy) (before shop.Policy, err error) {
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		var changed bool
		if before, changed, err = s.shops.SetPolicy(ctx, policy); err != nil || !changed {
			return err
		}
		return s.stock.MarkAll(ctx)
	})
	return before, err
}

// Nearest is the setting whose own outcome is nearest to a point of the frontier, by
// what lies on the shelf.
func (t Told) Nearest(point Outcome) (shop.Policy, Outcome, error) {
	var policy shop.Policy
	var best Outcome
	off := func(o Outcome) money.Amount { return max(o.Stock-point.Stock, point.Stock-o.Stock) }
	for i, o := range t.Settings {
		if p := shop.Policies(); i < len(p) && (policy == "" || off(o) < off(best)) {
			policy, best = p[i], o
		}
	}
	if policy == "" {
		return "", best, fault.New(fault.NotFound, "replay.no_point")
	}
	return policy, best, nil
}

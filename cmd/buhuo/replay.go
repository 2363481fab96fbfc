package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"buhuo/internal/app"
	"buhuo/internal/day"
	"buhuo/internal/replay"
	"buhuo/internal/replay/table"
)

type replayCommand struct {
	target
	File, Shop, Policy, SoldSince, Levels                   string
	LeadTime, Review, ShelfLife, Test, Warmup, MinSalesDays int
	Holding, Price, CostShare                               float64
	Sweep, Calibration, CSV, JSON                           bool
}

func replayOf(e *environment) *cobra.Command {
	var c replayCommand
	cmd := e.command("replay [FILE]", "Show from a CSV file what would have happened under each way to order; opens no database.",
		"buhuo replay sales.csv.gz --lead-time 1 --review 1 --shelf-life 3 --holding 0.002\nbuhuo replay --shop demo --data data", c.run)
	cmd.Long = "What would have happened: the last days of a table, ordered by each policy with what was known then.\n\n" +
		"FILE is a CSV with item,date,quantity and, where known, price, cost (gz accepted); - for standard input."
	f := cmd.Flags()
	c.flags(f)
	f.StringVar(&c.Shop, "shop", "", "instead of a table, replay the past of this shop (`SLUG`), each product with its own lead time, review days, shelf life and packs")
	f.IntVar(&c.LeadTime, "lead-time", 1, "days from an order to its arrival")
	f.IntVar(&c.Review, "review", 1, "days between two orders")
	f.IntVar(&c.ShelfLife, "shelf-life", 3, "days a delivery can be sold, its day of arrival counted; 0: for ever")
	f.Float64Var(&c.Holding, "holding", 0.002, "what a night in stock costs, as a share of the cost")
	f.StringVar(&c.Policy, "policy", "all", "all, or a `LIST` of names, each with a parameter where wanted: buhuo,cover:3,ses:0.8")
	f.IntVar(&c.Test, "test", 180, "last days of the table that are replayed")
	f.IntVar(&c.Warmup, "warmup", 14, "of these, days without figures")
	f.IntVar(&c.MinSalesDays, "min-sales-days", 200, "days with sales that an item must have")
	f.StringVar(&c.SoldSince, "sold-since", "", "an item's last sale must be on this day (`DATE`) or later (60 days before the end)")
	f.Float64Var(&c.Price, "price", 0, "price of goods without one in the table")
	f.Float64Var(&c.CostShare, "cost-share", 0.6, "cost over price of goods without a cost in the table")
	f.BoolVar(&c.Sweep, "sweep", false, "run each policy with many parameters: the frontier")
	f.StringVar(&c.Levels, "levels", "", "write the levels of the policy buhuo into `FILE`: item,date,order_up_to")
	f.BoolVar(&c.Calibration, "calibration", false, "instead, tell how often what was likely to run out did")
	f.BoolVar(&c.CSV, "csv", false, "print CSV")
	f.BoolVar(&c.JSON, "json", false, "print JSON")
	cmd.MarkFlagsMutuallyExclusive("csv", "json")
	return arguments(cmd, 0, &c.File)
}

func (c *replayCommand) run(e *environment) error {
	switch {
	case (c.File == "") == (c.Shop == ""):
		return misuse{errors.New("a table or --shop is needed, not both")}
	case c.Shop != "":
		return c.shop(e)
	}
	rules := replay.Rules{Lead: c.LeadTime, Review: c.Review, Shelf: c.ShelfLife, Holding: c.Holding, Window: c.Test, Warmup: c.Warmup}
	if err := rules.Check(); err != nil {
		return misuse{err}
	}
	choices, err := replay.Choose(c.Policy, c.Sweep)
	if err != nil {
		return misuse{err}
	}
	if c.Levels != "" {
		if choices, err = withOurs(choices); err != nil {
			return err
		}
	}
	which, err := c.which()
	if err != nil {
		return misuse{err}
	}
	in, err := openInput(e, c.File)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // read only
	shop, err := table.Read(in, c.Test, which)
	if err != nil {
		return err
	}
	if c.Calibration {
		return c.calibrate(e, shop, rules)
	}
	results, err := c.replay(e, shop, rules, choices)
	if err != nil {
		return err
	}
	if c.Levels != "" {
		if err := c.writeLevels(shop, results); err != nil {
			return err
		}
	}
	switch {
	case c.JSON:
		return table.WriteJSON(e.out, results)
	case c.CSV:
		return table.WriteCSV(e.out, results)
	}
	return table.WriteText(e.out, results)
}

// calibrate prints what the probabilities of running out were worth.
func (c *replayCommand) calibrate(e *environment, shop *replay.Shop, rules replay.Rules) error {
	found, err := replay.Calibrate(shop, rules)
	switch {
	case err != nil:
		return err
	case c.JSON:
		return table.WriteCalibrationJSON(e.out, found)
	case c.CSV:
		return table.WriteCalibrationCSV(e.out, found)
	}
	return table.WriteCalibrationText(e.out, found)
}

// which says which items are replayed.
func (c *replayCommand) which() (table.Select, error) {
	s := table.Select{MinSalesDays: c.MinSalesDays, Price: c.Price, CostShare: c.CostShare}
	if c.SoldSince != "" {
		d, err := day.Parse(c.SoldSince)
		if err != nil {
			return s, fmt.Errorf("--sold-since %q is not a date", c.SoldSince)
		}
		s.SoldSince = d
	}
	return s, s.Check()
}

// withOurs adds the policy whose levels are asked for, where it is missing.
func withOurs(choices []replay.Choice) ([]replay.Choice, error) {
	for _, c := range choices {
		if c.Policy.Name() == replay.Ours {
			return choices, nil
		}
	}
	ours, err := replay.Choose(replay.Ours, false)
	return append(choices, ours...), err
}

func (c *replayCommand) replay(e *environment, shop *replay.Shop, rules replay.Rules, choices []replay.Choice) ([]replay.Result, error) {
	progress := app.NewProgress(e.errOut)
	defer progress.End()
	results := make([]replay.Result, len(choices))
	for i, choice := range choices {
		progress.Show("replaying", i, len(choices))
		var err error
		if results[i], err = replay.Replay(shop, rules, choice.Policy, choice.Parameter, 0); err != nil {
			return nil, err
		}
	}
	progress.Show("replaying", len(choices), len(choices))
	return results, nil
}

// writeLevels writes the levels of our own policy; half a table is worse than none.
func (c *replayCommand) writeLevels(shop *replay.Shop, results []replay.Result) error {
	for _, r := range results {
		if r.Policy != replay.Ours {
			continue
		}
		out := lateFile{path: c.Levels}
		err := errors.Join(table.WriteLevels(&out, shop, r), out.Close())
		if err != nil && out.file != nil {
			_ = os.Remove(c.Levels)
		}
		return err
	}
	return errors.New("there are no levels to write")
}

package main

import (
	"errors"
	"fmt"
	"os"

	"buhuo/internal/app"
	"buhuo/internal/day"
	"buhuo/internal/replay"
	"buhuo/internal/replay/table"
)

type replayCommand struct {
	target
	File         string  `arg:"" optional:"" help:"CSV with item,date,quantity and, where known, price, cost (gz accepted); - for standard input."`
	Shop         string  `placeholder:"SLUG" help:"Instead of a table, replay this shop's own past, each product with its own lead time, review days, shelf life and packs."`
	LeadTime     int     `default:"1" help:"Days from an order to its arrival."`
	Review       int     `default:"1" help:"Days between two orders."`
	ShelfLife    int     `default:"3" help:"Days a delivery can be sold, its day of arrival counted; 0: for ever."`
	Holding      float64 `default:"0.002" help:"What a night in stock costs, as a share of the cost."`
	Policy       string  `default:"all" help:"all, or a list of names, each with a parameter where wanted: buhuo,cover:3,ses:0.8."`
	Test         int     `default:"180" help:"Last days of the table that are replayed."`
	Warmup       int     `default:"14" help:"Of these, days without figures."`
	MinSalesDays int     `default:"200" help:"Days with sales that an item must have."`
	SoldSince    string  `placeholder:"DATE" help:"An item's last sale must be on this day or later (60 days before the end)."`
	Price        float64 `help:"Price of goods without one in the table."`
	CostShare    float64 `default:"0.6" help:"Cost over price of goods without a cost in the table."`
	Sweep        bool    `help:"Run each policy with many parameters: the frontier."`
	Levels       string  `placeholder:"FILE" help:"Write the levels of the policy buhuo here: item,date,order_up_to."`
	Calibration  bool    `help:"Instead, tell how often what was likely to run out did."`
	CSV          bool    `name:"csv" xor:"shape" help:"Print CSV."`
	JSON         bool    `name:"json" xor:"shape" help:"Print JSON."`
}

func (replayCommand) Help() string {
	return "What would have happened: the last days of a table, ordered by each policy with what was known then.\n\nExample:\n  buhuo replay sales.csv.gz --lead-time 1 --review 1 --shelf-life 3 --holding 0.002\n  buhuo replay --shop demo --data data"
}

func (c *replayCommand) Run(e *environment) error {
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

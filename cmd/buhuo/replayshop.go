package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"buhuo/internal/app"
	"buhuo/internal/money"
	"buhuo/internal/restock"
	"buhuo/internal/shop"
)

// shop replays the past of a shop from its ledger; nothing is written.
func (c *replayCommand) shop(e *environment) error {
	return inShop{target: c.target, Shop: c.Shop}.in(e, func(ctx context.Context, a *app.App) error {
		in, err := a.Shop.Get(ctx)
		if err != nil {
			return err
		}
		progress := app.NewProgress(e.errOut)
		told, err := a.Restock.Replayed(ctx, func(done, of int) error {
			progress.Show("replaying", done, of)
			return ctx.Err()
		})
		progress.End()
		switch {
		case err != nil:
			return err
		case c.JSON:
			out := json.NewEncoder(e.out)
			out.SetIndent("", "  ")
			return out.Encode(told)
		case told.Missing > 0:
			return fmt.Errorf("the history is too short: %d more days are needed", told.Missing)
		case c.CSV:
			return writeOutcomes(csv.NewWriter(e.out), told, in)
		}
		return printTold(e.out, told, in)
	})
}

// outcomes names every way to order of an answer, what was done first.
func outcomes(told restock.Told, in shop.Shop) (names []string, list []restock.Outcome) {
	add := func(name string, o restock.Outcome) { names, list = append(names, name), append(list, o) }
	if told.Did != nil {
		add("what was done", *told.Did)
	}
	for i, o := range told.Settings {
		name := "buhuo, " + string(shop.Policies()[i])
		if shop.Policies()[i] == in.Policy {
			name += " (now)"
		}
		add(name, o)
	}
	for _, o := range told.Others {
		add(o.Policy+":"+strconv.FormatFloat(o.Parameter, 'g', -1, 64), o)
	}
	return names, list
}

func printTold(w io.Writer, told restock.Told, in shop.Shop) error {
	fmt.Fprintf(w, "%s to %s, %d products, %d left out, demand of %s %s\n\n", told.From, told.To, told.Products, told.Left, plain(money.Amount(told.Demand), in), in.Currency.Code)
	out := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "\tfill (value)\tfill (mean)\tstock-out days %\tin stock\tlost sales\tthrown away\tcost\tcost %\tdeliveries\t")
	names, list := outcomes(told, in)
	for i, o := range list {
		fmt.Fprintf(out, "%s\t%.4f\t%.4f\t%.1f\t%s\t%s\t%s\t%s\t%.2f\t%d\t\n", names[i], share(o.FillPPM), share(o.FillMeanPPM), 100*share(o.OutPPM),
			plain(o.Stock, in), plain(o.LostSales, in), plain(o.Waste, in), plain(o.Cost, in), 100*share(o.CostPPM), o.Orders)
	}
	err := out.Flush()
	if x := told.Chances; x != nil {
		fmt.Fprintf(w, "\nprobabilities of running out: %d cases, calibration error %.3f, worst tenth %.3f, skill %.2f\n", x.Cases, share(x.ErrorPPM), share(x.WorstPPM), share(x.SkillPPM))
	}
	return err
}

func writeOutcomes(out *csv.Writer, told restock.Told, in shop.Shop) error {
	rows := [][]string{{"policy", "fill_value", "fill_mean", "stockout_days", "stock", "lost_sales", "lost_margin", "waste", "holding", "cost", "deliveries"}}
	names, list := outcomes(told, in)
	for i, o := range list {
		rows = append(rows, []string{names[i], fmt.Sprint(share(o.FillPPM)), fmt.Sprint(share(o.FillMeanPPM)), fmt.Sprint(share(o.OutPPM)), plain(o.Stock, in),
			plain(o.LostSales, in), plain(o.LostMargin, in), plain(o.Waste, in), plain(o.Holding, in), plain(o.Cost, in), strconv.Itoa(o.Orders)})
	}
	return errors.Join(out.WriteAll(rows), out.Error())
}

// plain writes an amount as digits.
func plain(a money.Amount, in shop.Shop) string { return a.Decimal(in.Currency) }

func share(ppm int) float64 { return float64(ppm) / 1e6 }

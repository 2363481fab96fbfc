package restock

import (
	"context"
	"math"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/replenish"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
)

const (
	// longUncounted is how many days after its last count a product's stock is still
	// reckoned from it.
	longUncounted = 180
	// unsure is the standard error of a level that one pair of counts tells, as a share
	// of it; sureAtBest is the least that several pairs leave.
	unsure, sureAtBest = 0.3, 0.1
)

// counted is what counts and deliveries tell of a product whose sales nobody records.
type counted struct {
	demand.Inferred
	last day.Date // day at whose end the last count stands
	// step is the variance of a day's demand that no sum of days can tell, drift the
	// squared standard error of the level as a share of it.
	step, drift float64
}

// countsOf works out what counts tell of products up to a day; none of those whose
// sales are recorded, or of which there are fewer than two counts.
func (s *Service) countsOf(ctx context.Context, in shop.Shop, products []catalog.Product, until day.Date, learned demand.Shop) (map[ident.ID]*counted, error) {
	out := map[ident.ID]*counted{}
	if len(products) == 0 {
		return out, nil
	}
	sold, err := s.sales.SoldAmong(ctx, idsOf(products))
	if err != nil {
		return nil, err
	}
	products = slices.DeleteFunc(slices.Clone(products), func(p catalog.Product) bool { return sold[p.ID] })
	ledgers, err := s.stock.LedgersOf(ctx, idsOf(products))
	if err != nil {
		return nil, err
	}
	for _, p := range products {
		counts, came := countsAmong(ledgers[p.ID], until, in)
		found := demand.Infer(counts, came, learned.Prior(p.Category), p.Category)
		if len(found.Days) == 0 {
			continue
		}
		one := &counted{Inferred: found, last: found.Series.Start.Add(len(found.Days) - 1)}
		one.doubt()
		out[p.ID] = one
	}
	return out, nil
}

// countsAmong reads the counts and what else came or went out of movements, in the
// order in which they were written down. A count before the middle of the opening
// hours tells what the day before left. What was taken back, and its counter-entry,
// is left out.
func countsAmong(moves []stock.Movement, until day.Date, in shop.Shop) ([]demand.Count, []demand.Move) {
	undone := map[ident.ID]bool{}
	for _, m := range moves {
		if m.ReversesID != nil {
			undone[m.ID], undone[*m.ReversesID] = true, true
		}
	}
	var counts []demand.Count
	var came []demand.Move
	var waiting []demand.Move // since the last count: they lie behind it
	onHand := measure.Quantity(0)
	for _, m := range moves {
		onHand += m.Quantity
		if m.BusinessDay > until || undone[m.ID] {
			continue
		}
		if m.Kind != stock.Count || m.Source != stock.SourceCount && m.Source != stock.SourceOpening {
			if m.Quantity != 0 {
				waiting = append(waiting, demand.Move{Day: m.BusinessDay, Quantity: float64(m.Quantity) / 1000})
			}
			continue
		}
		c := demand.Count{Day: m.BusinessDay, OnHand: float64(max(onHand, 0)) / 1000}
		if at := m.OccurredAt.Time().In(in.Zone); 2*(60*at.Hour()+at.Minute()) < 60*(in.OpenHour+in.CloseHour) {
			c.Day--
		}
		if n := len(counts); n > 0 {
			c.Day = max(c.Day, counts[n-1].Day)
		}
		came = append(came, between(waiting, counts, c.Day)...)
		counts, waiting = append(counts, c), nil
	}
	return counts, append(came, between(waiting, counts, day.None)...)
}

// between puts movements on days behind the last count and not after the next one:
// they were written down between the two.
func between(moves []demand.Move, counts []demand.Count, next day.Date) []demand.Move {
	for i := range moves {
		if n := len(counts); n > 0 {
			moves[i].Day = max(moves[i].Day, counts[n-1].Day.Add(1))
		}
		if next != day.None {
			moves[i].Day = min(moves[i].Day, next)
		}
	}
	return moves
}

// doubt sets how unsure the inferred demand is: days by what spreading a sum over
// them hides, the level by how the pairs of counts differ.
func (c *counted) doubt() {
	days := 0.0
	for i, d := range c.Days {
		if c.Series.Available[i] > 0 {
			sigma := (d.Upper - d.Lower) / 2.5631 // eighty of a hundred days lie between
			c.step += sigma * sigma
			days++
		}
	}
	if days > 0 {
		c.step /= days
	}
	var sum, length, pairs float64
	for _, b := range c.Between {
		if b.Short == 0 {
			sum += b.Sold
			length += float64(b.To-b.From) + 1
			pairs++
		}
	}
	c.drift = unsure * unsure
	if pairs < 2 || !(sum > 0) {
		return
	}
	level, spread := sum/length, 0.0
	for _, b := range c.Between {
		if n := float64(b.To-b.From) + 1; b.Short == 0 && n > 0 {
			r := b.Sold/n/level - 1
			spread += n / length * r * r
		}
	}
	c.drift = math.Max(spread/(pairs-1), sureAtBest*sureAtBest)
}

// years packs the inferred days, one row a year.
func (c *counted) years() []demand.Year {
	var out []demand.Year
	for i, sold := range c.Series.Sold {
		date := c.Series.Start.Add(i)
		if n := len(out); n == 0 || out[n-1].Year != date.Year() {
			out = append(out, demand.Year{Year: date.Year()})
			if skipped := int(date - day.New(date.Year(), 1, 1)); skipped > 0 {
				out[n].Days = make([]demand.Day, skipped)
			}
		}
		d := demand.Day{Sold: thousandths(sold), Available: uint16(math.Round(demand.Full * c.Series.Available[i]))}
		if d.Available == 0 && d.Sold > 0 {
			d.Available = 1
		}
		last := &out[len(out)-1]
		last.Days = append(last.Days, d)
	}
	return out
}

// believe puts what the counts tell of each day, and how surely, into an expectation.
func (c *counted) believe(e *expectation) {
	for i := range e.corrected {
		if j := int(e.history.Start-c.Series.Start) + i; j >= 0 && j < len(c.Days) {
			e.corrected[i] = c.Days[j]
		}
	}
}

// known is the last day of the history that the forecast goes on from: the days
// since are a gap that it bridges.
func (c *counted) known(asOf day.Date) day.Date {
	return max(min(c.last, asOf), asOf.Add(-longUncounted))
}

// doubted widens a course by what counts cannot tell, which the smooth days between
// two counts would hide from the forecast.
func (c *counted) doubted(in course, gap int, level float64) course {
	return in.doubted(func(k int) float64 {
		n := float64(k + gap)
		return n*c.step + n*n*level*level*c.drift
	}, c.step+level*level*c.drift)
}

// MessageCounts is said of a product whose demand rests on counts: its argument "on"
// is the day of the last one. MessageCountsSince says also, as "used", how much should
// have gone since.
const (
	MessageCounts      = "reason.note_counts"
	MessageCountsSince = "reason.note_counts_since"
)

// used is how much should have gone since the last count, today's part included.
func (c surroundings) used(s subject, e expectation) float64 {
	if s.counts == nil || s.counts.last >= c.first {
		return 0
	}
	today := 0.0
	if len(e.ours.steps) > 0 {
		today = (1 - c.rest) * e.ours.steps[0].Mean()
	}
	return e.forecast.Sum(e.gap).Mean() + today
}

// less takes what should have gone out of the lots, in the order in which they go.
func less(lots []replenish.Lot, used measure.Quantity) []replenish.Lot {
	out := slices.Clone(lots)
	for i := range out {
		take := max(min(used, out[i].Quantity), 0)
		out[i].Quantity -= take
		used -= take
	}
	return out
}

// tellCounts says that a suggestion rests on counts.
func (c surroundings) tellCounts(s subject, e expectation, out *Suggestion) {
	if s.counts == nil {
		return
	}
	m := replenish.Message{Key: MessageCounts, Args: []replenish.Arg{{Name: "on", Kind: replenish.KindDate, Int: int64(s.counts.last)}}}
	if used := spoken(c.used(s, e)); used > 0 {
		m.Key = MessageCountsSince
		m.Args = append(m.Args, replenish.Arg{Name: "used", Kind: replenish.KindQuantity, Int: int64(used), Unit: s.product.BaseUnit})
	}
	out.Reason = append(out.Reason, m)
}

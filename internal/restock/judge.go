package restock

import (
	"cmp"
	"context"
	"math"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
	"buhuo/internal/replenish/score"
	"buhuo/internal/stock"
)

// waitDays is how long an order is waited for beyond the days that it was for.
const waitDays = 14

// usualDays are the days up to a judgement that tell how what is left goes on selling.
const usualDays = 182

// Judge judges the decisions of the scope's shop whose days have become known, each
// once. Without a pool, nothing is known yet.
func (s *Service) Judge(ctx context.Context) error {
	in, err := s.shops.Get(ctx)
	if err != nil {
		return err
	}
	pool, ok, err := s.store.Pool(ctx)
	if err != nil || !ok {
		return err
	}
	at, err := s.live(ctx, in, pool.Shop.Profile)
	if err != nil {
		return err
	}
	var after DuePlace
	for {
		list, err := s.store.Due(ctx, at.asOf, after, chunk)
		if err != nil || len(list) == 0 {
			return err
		}
		last := list[len(list)-1]
		after = DuePlace{Day: *last.Due, ID: last.ID}
		c, err := s.court(ctx, &pool, at.asOf, in.Currency, list)
		if err != nil {
			return err
		}
		judged, err := s.judgeAll(ctx, c, list)
		if err != nil {
			return err
		}
		if err := s.atomic.Do(ctx, func(ctx context.Context) error { return s.store.PutJudgements(ctx, judged) }); err != nil {
			return err
		}
	}
}

// JudgeAgain forgets every judgement and works all of them out again.
func (s *Service) JudgeAgain(ctx context.Context) error {
	if err := s.atomic.Do(ctx, s.store.DropJudgements); err != nil {
		return err
	}
	return s.Judge(ctx)
}

// court is what decisions are judged by.
type court struct {
	asOf       day.Date
	currency   money.Currency
	history    map[ident.ID]demand.Series
	wanted     map[ident.ID][]demand.Corrected
	deliveries map[ident.ID][]Delivery
	plans      map[ident.ID][]Plan
}

// court reads what happened to the products of decisions.
func (s *Service) court(ctx context.Context, pool *Pool, asOf day.Date, currency money.Currency, list []Decision) (court, error) {
	c := court{asOf: asOf, currency: currency, history: map[ident.ID]demand.Series{}, wanted: map[ident.ID][]demand.Corrected{}}
	var ids []ident.ID
	since := list[0].Day
	for _, d := range list {
		since = min(since, d.Day)
		ids = append(ids, d.ProductID)
	}
	slices.SortFunc(ids, func(a, b ident.ID) int { return slices.Compare(a[:], b[:]) })
	ids = slices.Compact(ids)
	products, err := s.catalog.Products(ctx, ids)
	if err != nil {
		return c, err
	}
	years, err := s.store.Years(ctx, ids)
	if err != nil {
		return c, err
	}
	for _, id := range ids {
		p := products[id]
		_, c.history[id] = subject{product: catalog.Product{ID: id, Category: p.Category, BaseUnit: p.BaseUnit}, years: years[id]}.series(asOf)
		c.wanted[id] = demand.Correct(c.history[id], pool.prior(p.Category))
	}
	if c.deliveries, err = s.store.Deliveries(ctx, ids, since); err != nil {
		return c, err
	}
	c.plans, err = s.store.Plans(ctx, ids, since)
	return c, err
}

// period is the days that a decision is judged by.
type period struct {
	from    day.Date // the order came, or would have
	cover   int      // days that it had to last for
	last    day.Date // last day whose demand must be known
	finding Finding  // FoundJudged: it can be judged
	waiting bool     // not yet
}

// period finds them. An order is judged from the day on which it came; the days that it
// was for end early where something came in, or was to come in, that was decided later.
func (c court) period(d Decision) period {
	p := period{from: d.Arrival, finding: FoundJudged}
	end := d.Until
	if d.OrderID != nil {
		at := slices.IndexFunc(c.deliveries[d.ProductID], func(x Delivery) bool { return x.OrderID != nil && *x.OrderID == *d.OrderID })
		if at < 0 {
			return period{finding: FoundNoDelivery, last: c.asOf, waiting: c.asOf < d.Until.Add(waitDays)}
		}
		if p.from = c.deliveries[d.ProductID][at].Day; p.from >= end {
			end = p.from.Add(int(d.Until - d.Arrival))
		}
	}
	for _, x := range c.deliveries[d.ProductID] {
		if x.Ordered > d.MadeAt && (d.OrderID == nil || x.OrderID == nil || *x.OrderID != *d.OrderID) {
			end = min(end, x.Day)
		}
	}
	for _, x := range c.plans[d.ProductID] {
		if x.ID != d.ID && x.MadeAt > d.MadeAt {
			end = min(end, x.Arrival)
		}
	}
	p.cover = int(end - p.from)
	if p.cover <= 0 {
		return period{finding: FoundReplaced, last: c.asOf}
	}
	p.last = p.from.Add(max(p.cover, int(*d.Due-d.Arrival)+1) - 1)
	p.waiting = p.last > c.asOf
	return p
}

// judgeAll judges the decisions whose days are over.
func (s *Service) judgeAll(ctx context.Context, c court, list []Decision) ([]Judgement, error) {
	periods := make([]period, len(list))
	lying := map[day.Date][]ident.ID{} // products by the evening before the order came
	for i, d := range list {
		periods[i] = c.period(d)
		if p := periods[i]; !p.waiting && p.finding == FoundJudged {
			lying[p.from.Add(-1)] = append(lying[p.from.Add(-1)], d.ProductID)
		}
	}
	lots := map[day.Date]map[ident.ID][]stock.LotBalance{}
	for evening, ids := range lying {
		var err error
		if lots[evening], err = s.stock.LotsAsOf(ctx, ids, evening); err != nil {
			return nil, err
		}
	}
	var out []Judgement
	for i, d := range list {
		p := periods[i]
		if p.waiting {
			continue
		}
		j := Judgement{DecisionID: d.ID, Finding: p.finding, Day: p.last}
		if p.finding == FoundJudged {
			in, err := d.Unpack()
			if err != nil {
				return nil, err
			}
			if !c.judge(d, in, p, lots[p.from.Add(-1)][d.ProductID], &j) {
				continue
			}
		}
		out = append(out, j)
	}
	return out, nil
}

// judge fills in a judgement; false while the days are not known whole.
func (c court) judge(d Decision, in replenish.Input, p period, lots []stock.LotBalance, j *Judgement) bool {
	if !in.Stock.Known {
		j.Finding = FoundUnknown
		return true
	}
	from, last := int(p.from-c.history[d.ProductID].Start), int(p.last-c.history[d.ProductID].Start)
	wanted := c.wanted[d.ProductID]
	if from < 0 || last >= len(wanted) {
		return false
	}
	one := c.costs(d, in)
	one.Cover = p.cover
	for _, w := range wanted[from : last+1] {
		one.Wanted = append(one.Wanted, w.Demand)
	}
	for _, w := range wanted[max(0, last+1-usualDays) : last+1] {
		one.Usual += w.Demand / float64(min(usualDays, last+1))
	}
	j.Wanted = thousandths(sum(one.Wanted[:p.cover]))
	c.supply(d, p, lots, &one, j)
	best, least := one.Best()
	j.Best = thousandths(best)
	regret := func(q measure.Quantity) money.Amount {
		return money.Amount(math.Round(min(max(one.CostOf(float64(q)/measure.Thousandths)-least, 0), float64(money.MaxAmount))))
	}
	verdict := func(q measure.Quantity) score.Verdict {
		return one.Judge(float64(q)/measure.Thousandths, float64(j.Best)/measure.Thousandths)
	}
	j.Ours, j.OurRegret = verdict(d.Suggested), regret(d.Suggested)
	j.Theirs, j.TheirRegret = verdict(d.Chosen), regret(d.Chosen)
	for _, q := range ladder(d, in) {
		j.Ladder = append(j.Ladder, regret(q))
	}
	return true
}

func sum(list []float64) (total float64) {
	for _, x := range list {
		total += x
	}
	return total
}

// supply is what was there without the order, and what came that had been ordered before.
func (c court) supply(d Decision, p period, lots []stock.LotBalance, one *score.Case, j *Judgement) {
	for _, l := range lots {
		lot := score.Lot{Quantity: float64(l.Quantity) / measure.Thousandths}
		if l.Expiry != nil {
			if lot.Days = int(*l.Expiry-p.from) + 1; lot.Days <= 0 {
				continue
			}
		}
		if l.Quantity > 0 {
			one.Lots = append(one.Lots, lot)
			j.Stock += l.Quantity
		}
	}
	for _, x := range c.deliveries[d.ProductID] {
		after := int(x.Day - p.from)
		if x.Ordered > d.MadeAt || after < 0 || after >= p.cover || d.OrderID != nil && x.OrderID != nil && *x.OrderID == *d.OrderID {
			continue
		}
		coming := score.Delivery{Day: after, Quantity: float64(x.Quantity) / measure.Thousandths}
		if x.Expiry != nil {
			if coming.Days = int(*x.Expiry-x.Day) + 1; coming.Days <= 0 {
				continue
			}
		}
		one.Coming = append(one.Coming, coming)
		j.Stock += x.Quantity
	}
}

// costs is a case with the prices and terms of the decision: those of the offer that was
// suggested, in minor units.
func (c court) costs(d Decision, in replenish.Input) score.Case {
	minor := math.Pow10(c.currency.Exponent - 4)
	one := score.Case{Life: in.ShelfLife, Margin: float64(d.UnitMargin) * minor, Cost: float64(d.UnitCost) * minor, Holding: in.Policy.Holding(), Step: 1}
	one.Goodwill = max(one.Margin, 0) * (in.Policy.Care() - 1)
	o := offerOf(d, in)
	if o == nil {
		return one
	}
	if size, err := o.Pack.Size(); err == nil && size > 0 {
		one.Step = float64(size) / measure.Thousandths
	}
	one.Least = float64(o.MinOrder) / measure.Thousandths
	paid, ok := priceAt(o.Breaks, d.Suggested)
	if len(o.Breaks) < 2 || !ok || paid <= 0 {
		return one
	}
	for _, b := range o.Breaks { // landed costs fall as prices do
		one.Tiers = append(one.Tiers, score.Tier{From: float64(b.From) / measure.Thousandths, Cost: float64(d.UnitCost) * minor * float64(b.Price) / float64(paid)})
	}
	slices.SortFunc(one.Tiers, func(a, b score.Tier) int { return cmp.Compare(a.From, b.From) })
	first := one.Tiers[0].Cost
	one.Margin, one.Cost = one.Margin+one.Cost-first, first
	one.Goodwill = max(one.Margin, 0) * (in.Policy.Care() - 1)
	return one
}

// offerOf finds the offer that was suggested.
func offerOf(d Decision, in replenish.Input) *replenish.Offer {
	for i := range in.Offers {
		if d.OfferID != nil && in.Offers[i].ID == *d.OfferID {
			return &in.Offers[i]
		}
	}
	return nil
}

// Levels are the service levels, in 1/10,000, at which our suggestions are judged again
// to find the one of least regret.
func Levels() []int {
	return []int{8000, 8500, 9000, 9200, 9400, 9500, 9600, 9700, 9800, 9900, 9950}
}

// ladder is what would have been suggested at each of Levels from the same offer and,
// last, under the words of the policy alone; nil of
// goods that do not keep, whose level is worked out from what spoils, and of decisions
// that no offer stands behind.
func ladder(d Decision, in replenish.Input) []measure.Quantity {
	o := offerOf(d, in)
	if in.ShelfLife > 0 || o == nil {
		return nil
	}
	in.Offers = []replenish.Offer{*o}
	drafted := max(replenish.Recompute(in).Quantity-d.Suggested, 0) // stood in drafts already
	in.Policy.FillRate = 0
	out := make([]measure.Quantity, len(Levels())+1)
	for i, level := range append(Levels(), 0) {
		in.Policy.Level = float64(level) / 1e4
		out[i] = max(replenish.Recompute(in).Quantity-drafted, 0)
	}
	return out
}

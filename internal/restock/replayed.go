package restock

import (
	"cmp"
	"context"
	"math"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/forecast"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/replay"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
)

const (
	// replayMost are the days that are replayed, where the history is long enough;
	// replayLeast is what the shortest replay needs.
	replayMost, replayLeast = 180, 28
	// replayItems is how many products a replay holds at most: those with the most sales.
	replayItems = 600
	// replayPart is how many of them are replayed between two signs of life.
	replayPart = 25
	// replayPupils are products that are not replayed and are learned from all the same.
	replayPupils = 200
	// calibrated are the products whose probabilities are judged.
	calibrated = 150
	// nightly is what a night in stock costs, as a share of the cost: some 20 % a year.
	nightly = 0.0005
	// trusted is the share of the value of sales from which the products whose stock is
	// known stand for the shop.
	trusted = 0.5
	// covered is the share of the value of sales that a window must not leave out.
	covered = 0.8
)

// weights are how much more a lost sale weighs under each setting than under the
// balanced one, as in the suggestions.
var weights = map[shop.Policy]float64{shop.NeverOut: 4 / 2.4, shop.Balanced: 1, shop.LittleWaste: 1 / 2.4}

// rivals are the simple rules, each with the parameters of which the cheapest afterwards
// is shown.
const (
	rivalCover  = "cover:2,cover:3,cover:4,cover:5,cover:7,cover:10,cover:14,cover:21,cover:28"
	rivalStatic = "static:2,static:3,static:5,static:7,static:10,static:14,static:21,static:28"
	rivalSigma  = "ma28:0.7,ma28:0.8,ma28:0.9,ma28:0.95,ma28:0.98"
	ourFrontier = "buhuo-frontier:0.5,buhuo-frontier:0.15,buhuo-frontier:0.08,buhuo-frontier:0.04,buhuo-frontier:0.02,buhuo-frontier:0.01,buhuo-frontier:0,buhuo-frontier:-0.01,buhuo-frontier:-0.03,buhuo-frontier:-0.1"
)

// sketch is what of a product decides whether it is replayed.
type sketch struct {
	product catalog.Product
	days    int     // known
	value   float64 // of its lately sold
	known   *day.Date
}

// Replayed replays the shop's past and stores nothing. progress, when not nil, hears how
// many of how many products are done; an error of its ends the work.
func (s *Service) Replayed(ctx context.Context, progress func(done, of int) error) (Told, error) {
	in, err := s.shops.Get(ctx)
	if err != nil {
		return Told{}, err
	}
	pool, _, err := s.store.Pool(ctx)
	if err != nil {
		return Told{}, err
	}
	at, err := s.live(ctx, in, pool.Shop.Profile)
	if err != nil {
		return Told{}, err
	}
	told := Told{AsOf: at.asOf}
	all, err := s.sketches(ctx, at)
	if err != nil {
		return told, err
	}
	window := windowOf(all)
	if window < replayLeast {
		told.Missing = replayLeast - window
		return told, nil
	}
	rules := replay.Rules{Lead: 1, Review: 1, Holding: nightly, Window: window, Warmup: 7}
	if window >= 56 {
		rules.Warmup = 14
	}
	told.From, told.To = at.asOf.Add(1-window+rules.Warmup), at.asOf
	chosen, rest, known := choose(all, window, told.From)
	told.Products, told.Left = len(chosen), len(all)-len(chosen)
	around, err := s.around(ctx, in, pool, at)
	if err != nil {
		return told, err
	}
	past, did, err := s.gatherPast(ctx, around, chosen, rest, rules, known)
	if err != nil {
		return told, err
	}
	return told, told.replay(past, did, rules, around, progress)
}

// sketches looks at all products with sales of their own.
func (s *Service) sketches(ctx context.Context, at moment) ([]sketch, error) {
	products, err := s.catalog.All(ctx)
	if err != nil {
		return nil, err
	}
	var out []sketch
	for part := range slices.Chunk(products, chunk) {
		ids := idsOf(part)
		years, err := s.store.Years(ctx, ids)
		if err != nil {
			return nil, err
		}
		balances, err := s.stock.Balances(ctx, ids)
		if err != nil {
			return nil, err
		}
		sold, err := s.sales.DaysThrough(ctx, ids, at.asOf.Add(1-replayMost), at.asOf)
		if err != nil {
			return nil, err
		}
		for _, p := range part {
			one := subject{product: p, years: years[p.ID]}
			price := float64(one.sellingPrice())
			days := demand.Join(one.years, at.asOf).Sold
			if len(sold[p.ID]) == 0 || price <= 0 {
				continue // nothing sold, or known from counts only
			}
			x := sketch{product: p, days: len(days), known: balances[p.ID].KnownFrom}
			for _, y := range days[max(len(days)-replayMost, 0):] {
				x.value += y * price
			}
			if x.value > 0 {
				out = append(out, x)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b sketch) int { return cmp.Compare(b.value, a.value) })
	return out, nil
}

// windowOf is how many days can be replayed without leaving out more than a fifth of the
// sales for being too young; below replayLeast it says how far the history is from that.
func windowOf(all []sketch) int {
	byAge := slices.Clone(all)
	slices.SortStableFunc(byAge, func(a, b sketch) int { return cmp.Compare(b.days, a.days) })
	total, sum, reach := 0.0, 0.0, 0
	for _, x := range all {
		total += x.value
	}
	for _, x := range byAge {
		if sum < covered*total {
			reach = x.days
		}
		sum += x.value
	}
	return min(replayMost, reach-replay.Settling)
}

// choose splits products into those that are replayed and those that are only learned
// from. Where the products whose stock has been known since from carry the shop, only
// they are replayed, so that what was done can stand beside what would have been.
func choose(all []sketch, window int, from day.Date) (chosen, rest []sketch, known bool) {
	total, seen := 0.0, 0.0
	fits := func(x sketch) bool { return x.days >= window+replay.Settling }
	since := func(x sketch) bool { return x.known != nil && *x.known < from }
	for _, x := range all {
		if fits(x) {
			total += x.value
			if since(x) {
				seen += x.value
			}
		}
	}
	known = total > 0 && seen >= trusted*total
	for _, x := range all {
		if fits(x) && (!known || since(x)) && len(chosen) < replayItems {
			chosen = append(chosen, x)
		} else {
			rest = append(rest, x)
		}
	}
	return chosen, rest[:min(len(rest), replayPupils)], known
}

// gatherPast reads the products' days and, where known, what the shop really did on the
// days with figures.
func (s *Service) gatherPast(ctx context.Context, c surroundings, chosen, rest []sketch, rules replay.Rules, known bool) (*replay.Shop, []replay.Total, error) {
	past := &replay.Shop{}
	var did []replay.Total
	from := c.asOf.Add(1 - rules.Window + rules.Warmup)
	for part := range slices.Chunk(slices.Concat(chosen, rest), chunk) {
		ids := make([]ident.ID, len(part))
		for i, x := range part {
			ids[i] = x.product.ID
		}
		years, err := s.store.Years(ctx, ids)
		if err != nil {
			return nil, nil, err
		}
		offers, err := s.catalog.Offers(ctx, ids)
		if err != nil {
			return nil, nil, err
		}
		balances, err := s.stock.Balances(ctx, ids)
		if err != nil {
			return nil, nil, err
		}
		var levels map[ident.ID][]stock.Level
		var tallies map[ident.ID]stock.Tally
		if known {
			if levels, err = s.stock.History(ctx, ids, from); err != nil {
				return nil, nil, err
			}
			if tallies, err = s.stock.Tallies(ctx, ids, from, c.asOf); err != nil {
				return nil, nil, err
			}
		}
		for _, x := range part {
			one := subject{product: x.product, years: years[x.product.ID], offers: offers[x.product.ID]}
			series, history := one.series(c.asOf)
			past.All = append(past.All, series)
			if len(past.Items) == len(chosen) {
				continue
			}
			it := c.replayItem(one, series, history, balances[x.product.ID])
			past.Items = append(past.Items, it)
			if known {
				did = append(did, c.done(it, history, levels[x.product.ID], tallies[x.product.ID], from))
			}
		}
	}
	return past, did, nil
}

// replayItem is a product as it is replayed: its demand with lost sales put back, and the
// terms of the offer that is cheapest today.
func (c surroundings) replayItem(s subject, series forecast.Series, history demand.Series, b stock.Balance) replay.Item {
	it := replay.Item{ID: series.ID, Start: series.Start, Sales: series, Own: &replay.Terms{Lead: 1, Review: 1, Shelf: s.product.ShelfLifeDays}}
	it.Demand = whole(history.Sold, demand.Correct(history, c.pool.prior(s.product.Category)), series.Form == forecast.Counted)
	it.Price = net(s.sellingPrice(), s.product.TaxRate, c.shop.PricesIncludeTax)
	if b.LastCost > 0 {
		it.Cost = float64(b.LastCost) / 10000
	}
	best := math.Inf(1)
	for _, o := range s.offers {
		supplier, ok := c.suppliers[o.SupplierID]
		price := net(o.Price, o.TaxRate, supplier.PricesIncludeTax)
		if !ok || o.Archived || price <= 0 || price >= best {
			continue
		}
		best = price
		it.Cost = price
		learned := c.leads[supplier.ID]
		it.Own.Lead = max(learned.Of(s.product.ID, promised(o, supplier), c.first).Quantile(0.5), 1)
		it.Own.Review = max(supplier.ReviewDays, 1)
		it.Least = float64(o.Minimum) / 1000
		it.Pack = 0
		if o.Pack.Factor.Valid() {
			it.Pack = float64(o.Pack.Factor.Num) / float64(o.Pack.Factor.Den)
		}
	}
	if it.Cost <= 0 {
		it.Cost = it.Price / (1 + assumedMarkup)
	}
	it.Cost = math.Min(it.Cost, dearest*it.Price)
	return it
}

const (
	// assumedMarkup is what is added to the cost of goods of which no cost is known.
	assumedMarkup = 0.3
	// dearest is the cost that is believed of goods sold without profit, as a share of the
	// price.
	dearest = 0.95
)

// net is a price without its tax.
func net(p money.Price, basisPoints int, included bool) float64 {
	x := float64(p) / 10000
	if included {
		x /= 1 + float64(basisPoints)/10000
	}
	return x
}

// whole is the demand of each day; of counted goods, what empty shelves hid is counted in
// pieces that add up to the same.
func whole(sold []float64, corrected []demand.Corrected, counted bool) []float64 {
	out := make([]float64, len(sold))
	carried := 0.0
	for i, y := range sold {
		out[i] = math.Max(corrected[i].Demand, math.Max(y, 0))
		if counted {
			carried += out[i] - math.Max(y, 0)
			pieces := math.Floor(carried + 1e-9)
			out[i] = math.Max(y, 0) + pieces
			carried -= pieces
		}
	}
	return out
}

// done is what the shop really did with a product from a day on.
func (c surroundings) done(it replay.Item, history demand.Series, levels []stock.Level, tally stock.Tally, from day.Date) replay.Total {
	t := replay.Total{Waste: float64(tally.Spoiled) / 1000, Received: float64(tally.Received) / 1000, Orders: tally.Deliveries}
	onHand, next := 0.0, 0
	for date := from; date <= c.asOf; date++ {
		for end := day.At(date.Add(1).Start(c.shop.Zone)); next < len(levels) && levels[next].At < end; next++ {
			onHand = float64(max(levels[next].OnHand, 0)) / 1000
		}
		i := int(date - it.Start)
		lost := math.Max(it.Demand[i]-math.Max(history.Sold[i], 0), 0)
		t.Demand += it.Demand[i]
		t.Lost += lost
		t.Stock += onHand
		t.Days++
		if lost > 1e-9 {
			t.ShortDays++
		}
	}
	return t
}

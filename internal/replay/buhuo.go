package replay

import (
	"math"
	"slices"

	"buhuo/internal/forecast"
	"buhuo/internal/replenish/futures"
)

// Ours is the name of this program's own policy.
const Ours = "buhuo"

// ours orders what is expected to cost least. On the shelf lies stock of several ages, some of which
// will be thrown away before it sells (its expected outdating is what Broekmeulen and van Donselaar
// 2009 add to the order); what is wanted while the shelf is empty is lost and is not wanted
// afterwards. So each decision plays futures drawn from the forecast: the old stock is sold, the
// oldest first, and thrown away when its time is over. Of what is then still wanted,
//
//	need   falls between the arrival of today's order and the next one's: missing a unit loses its margin;
//	outlet falls into the whole life of today's order: what exceeds it is thrown away at its cost.
//
// The order q with the least expected cost of margin·(need-q)+ + cost·(q-outlet)+ and of the nights in
// stock is the newsvendor's with leftovers carried over while they are fresh: a unit left over is not
// lost, it takes the place of one that would be ordered next time.
//
// How much a lost sale weighs (care), and how far the forecast's mean and variance are trusted (lean,
// calm), are chosen by replaying the days before the window, over all items together.
//
// The parameter multiplies the care: below 1 the shelf is emptier than what costs least, above fuller.
type ours struct{}

func (ours) Name() string            { return Ours }
func (ours) Parameters() []float64   { return []float64{1} }
func (ours) Sweep() []float64        { return []float64{1} } // its frontier has a name of its own
func (ours) Range() (lo, hi float64) { return 0.001, 1000 }

func (ours) Plan(shop *Shop, rules Rules, multiple float64) []Decider {
	s := shop.study(rules)
	h := s.habits
	h.care *= multiple
	return s.plan(h)
}

// habits are the parameters that the past chooses, and thrift, the owner's: what a night in stock
// costs besides, as a share of its cost.
type habits struct{ care, lean, calm, thrift float64 }

// usual are the habits that cost least in replays of other years; they hold where a past is too short
// to choose.
var usual = habits{care: 2.4, lean: 0.95, calm: 0.65}

// strange is how far habits are from the usual ones.
func (h habits) strange() float64 {
	far := func(a, b float64) float64 { return math.Abs(math.Log2(a / b)) }
	return far(h.care, usual.care) + 4*far(h.lean, usual.lean) + far(h.calm, usual.calm)
}

const (
	practice      = 112 // days before the window on which the habits are chosen
	practiceLeast = 28
	practiceItems = 80   // that are practised with
	practiceWarm  = 7    // days without figures
	loyalty       = 0.02 // part of the cost that other habits must save per doubling; a mean is doubted four times as hard
)

// plan makes deciders with the habits.
func (s *study) plan(h habits) []Decider {
	out := make([]Decider, len(s.shop.Items))
	for i := range out {
		var play *player
		out[i] = func(t int, shelf *Shelf) float64 {
			if play == nil {
				s.prepare(i, s.before, s.before+s.rules.Window)
				play = s.player(i, h, s.rules.first(&s.shop.Items[i]))
			}
			return play.decide(t, shelf)
		}
	}
	return out
}

// player decides for one item.
type player struct {
	study  *study
	item   int
	rules  Rules // the item's
	habits habits
	opens  int // the day on which the shelf is filled for the first time

	counted bool
	courses []futures.Each
	covered int // days between the arrival of an order and the next one's on which it can be sold
	stock   []futures.Parcel
	play    futures.Play
}

func (s *study) player(i int, h habits, opens int) *player {
	it := &s.shop.Items[i]
	r := s.rules.of(it)
	p := &player{
		study: s, item: i, rules: r, habits: h, opens: opens, counted: counted(it.Demand[:opens]),
		courses: make([]futures.Each, courseOf(r).nodes()), covered: r.Review,
	}
	if r.Shelf > 0 {
		p.covered = min(r.Review, r.Shelf)
	}
	return p
}

// counted tells whether only whole amounts were ever sold.
func counted(demand []float64) bool {
	return !slices.ContainsFunc(demand, func(y float64) bool { return y != math.Trunc(y) })
}

// decide returns the level to order up to on the morning of day t.
func (p *player) decide(t int, shelf *Shelf) float64 {
	o := p.study.at(p.item, t)
	if len(o.Mean) == 0 { // no past yet
		return 0
	}
	o.Courses(p.courses, p.habits.lean, p.habits.calm, p.counted)
	p.lay(shelf)
	lead := p.rules.Lead
	p.play.Run(p.courses, p.stock, lead, lead+p.covered)
	q := p.play.Cheapest(p.stakes())
	if t == p.opens {
		for j := range lead { // the shelf opens full
			q += float64(o.Mean[j])
		}
	}
	if p.counted {
		q = math.Ceil(q - 1e-6)
	}
	if t != p.opens { // what the shop opens with was not ordered
		q = p.parcels(q)
	}
	return shelf.Stock() + shelf.OnOrder() + q
}

// lay lists the stock there is and on its way, the oldest first.
func (p *player) lay(shelf *Shelf) {
	life := p.rules.Shelf
	p.stock = p.stock[:0]
	lay := func(from, gone int, quantity float64) {
		if life == 0 {
			gone = futures.Never
		}
		if quantity > 0 {
			p.stock = append(p.stock, futures.Parcel{From: from, Gone: gone, Quantity: float32(quantity)})
		}
	}
	for age, lot := range slices.Backward(shelf.Lots()) {
		lay(0, life-age, lot)
	}
	for i, coming := range shelf.Coming()[:p.rules.Lead-1] {
		lay(i+1, i+1+life, coming)
	}
}

// stakes are what a decision about the item can cost.
func (p *player) stakes() futures.Stakes {
	it, r := &p.study.shop.Items[p.item], p.rules
	s := futures.Stakes{Short: p.habits.care * (it.Price - it.Cost), Spoiled: it.Cost}
	if r.Shelf == 0 || r.Shelf > mostLife {
		s.Spoiled = 0
	}
	s.Night = math.Max((r.Holding+p.habits.thrift)*it.Cost*float64(p.covered), -s.Short)
	return s
}

// practise chooses the habits by replaying the days before the window. It returns the usual ones
// where there is too little past.
func (s *study) practise() habits {
	var who []int
	n := len(s.shop.Items)
	for j := range min(n, practiceItems) {
		i := j * n / min(n, practiceItems)
		if it, _ := s.earlier(&s.shop.Items[i]); it != nil {
			who = append(who, i)
		}
	}
	forecast.Each(len(who), 0, func(j int) { s.prepare(who[j], 0, s.before) })
	best := usual
	least := s.rehearse(who, best)
	if math.IsInf(least, 1) {
		return usual
	}
	for _, try := range []struct {
		of    func(h *habits) *float64
		steps []float64
	}{
		{func(h *habits) *float64 { return &h.care }, []float64{0.4, 0.63, 1.6, 2.5}},
		{func(h *habits) *float64 { return &h.lean }, []float64{0.93, 1.07}},
		{func(h *habits) *float64 { return &h.calm }, []float64{0.6, 1.6}},
	} {
		start := best
		for _, step := range try.steps {
			h := start
			*try.of(&h) *= step
			if cost := s.rehearse(who, h) * (1 + loyalty*h.strange()); cost < least {
				best, least = h, cost
			}
		}
	}
	return best
}

// earlier returns an item as it was before the window, and the rules of practising with it; nil where
// there is too little past.
func (s *study) earlier(it *Item) (*Item, Rules) {
	before, rules := *it, s.rules.of(it)
	before.Demand = before.Demand[:s.rules.first(it)]
	rules.Warmup = practiceWarm
	rules.Window = min(practice, len(before.Demand)-practiceLeast) / rules.Review * rules.Review
	if rules.Window < practiceLeast {
		return nil, rules
	}
	return &before, rules
}

// rehearse returns what the habits would have cost before the window, in per cent of sales.
func (s *study) rehearse(who []int, h habits) float64 {
	totals, items := make([]Total, len(who)), make([]Item, len(who))
	forecast.Each(len(who), 0, func(j int) {
		it, rules := s.earlier(&s.shop.Items[who[j]])
		items[j] = *it
		totals[j], _ = Run(it, rules, s.player(who[j], h, rules.first(it)).decide)
	})
	f, err := Summarise(items, totals, s.rules.Holding)
	if err != nil {
		return math.Inf(1)
	}
	return f.CostPercent
}

package replenish

import (
	"cmp"
	"math"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish/cover"
	"buhuo/internal/replenish/lead"
)

// Flag marks something about a suggestion that a person or a page should know.
type Flag string

// The flags, in the order in which they are set.
const (
	FlagStockUnknown  Flag = "stock_unknown"    // never counted: 0 taken as available
	FlagNegativeStock Flag = "negative_stock"   // the books are below zero: count
	FlagOverdue       Flag = "overdue"          // a delivery is late; its day is re-estimated
	FlagExpiring      Flag = "expiring"         // stock expires before it can be sold
	FlagRepaired      Flag = "demand_repaired"  // the forecast had values without sense
	FlagUnproven      Flag = "unproven"         // never sold, delivered or counted, on terms that nobody confirmed
	FlagPrior         Flag = "prior"            // the forecast has no sales of its own yet
	FlagNoDemand      Flag = "no_demand"        // nothing is expected to be sold
	FlagNoOffer       Flag = "no_offer"         // nobody to order from
	FlagNoDelivery    Flag = "no_delivery"      // the supplier is closed for a year
	FlagBadTerms      Flag = "bad_terms"        // pack, minimum or price out of bounds
	FlagUnpriced      Flag = "unpriced"         // the chosen offer has no price
	FlagTermsAssumed  Flag = "terms_assumed"    // nobody has confirmed the offer
	FlagPackForced    Flag = "pack_forced"      // whole packs make it noticeably more
	FlagMinimumForced Flag = "minimum_forced"   // the supplier's minimum makes it more
	FlagPriceBreak    Flag = "price_break"      // more is bought because it costs less
	FlagFreeFreight   Flag = "free_freight"     // more is bought because freight falls away
	FlagCapped        Flag = "shelf_life_cap"   // less than needed, because it would spoil
	FlagSpoils        Flag = "spoils"           // pack or minimum force more than its life sells
	FlagBelowMinimum  Flag = "below_minimum"    // the line alone is below the order minimum
	FlagBoundMinimum  Flag = "bound_by_minimum" // the minimum set by hand decided
	FlagBoundMaximum  Flag = "bound_by_maximum" // the maximum set by hand decided
)

// Suggestion is the result: what to order, from whom, and how sure.
type Suggestion struct {
	Version int `json:"version"`
	Position
	// StockKnown is false when available was taken as 0 for want of a count.
	StockKnown bool `json:"stock_known"`
	// DailyRate is the mean demand of a day over the next four weeks.
	DailyRate measure.Quantity `json:"daily_rate"`
	Risk      Risk             `json:"risk"`
	// Quantity is what to order, in base units; 0 when nothing is to be ordered.
	Quantity measure.Quantity `json:"quantity"`
	// Choice is the offer that the rest is about; nil without a usable offer.
	Choice *Evaluation `json:"choice,omitempty"`
	// Saving is (the middleman's landed cost - ours) x Quantity; nil when
	// nothing is ordered or no other wholesaler has a price.
	Saving *Saving `json:"saving,omitempty"`
	// Missing is what the line alone lacks to the supplier's order minimum.
	Missing money.Amount `json:"missing,omitempty"`
	// Others are the other offers, the best first, refused ones last.
	Others []Evaluation `json:"others,omitempty"`
	Flags  []Flag       `json:"flags,omitempty"`
	Reason []Message    `json:"reason"`
}

// Saving compares the chosen offer with the cheapest other wholesaler.
type Saving struct {
	Middleman string       `json:"middleman"`
	Landed    money.Price  `json:"landed"`
	Ours      money.Price  `json:"ours"`
	Amount    money.Amount `json:"amount"`
}

// Has tells whether the suggestion carries flag f.
func (s *Suggestion) Has(f Flag) bool { return slices.Contains(s.Flags, f) }

// Trace is a suggestion with all that it came from.
type Trace struct {
	Version int        `json:"version"`
	Inputs  Input      `json:"inputs"`
	Steps   []Message  `json:"steps"`
	Result  Suggestion `json:"result"`
}

// Suggest thinks one product through. It never fails: input without sense is
// mended or left out, and flagged.
func Suggest(in Input) Trace { return suggest(in, nil) }

func suggest(in Input, weighing *Weighing) Trace {
	asked := in.mended()
	in = asked.Bought()
	p := newPlanner(&in)
	p.weighing = weighing
	s := Suggestion{Version: Version, Position: in.position(), StockKnown: in.Stock.Known,
		DailyRate: rounded(asked.Demand.dailyRate())}
	if s.Others = p.consider(); len(s.Others) > 0 && s.Others[0].Refused == "" {
		s.Choice, s.Others = &s.Others[0], s.Others[1:]
	}
	in.assess(&s, p)
	if in.Unproven { // no shelf of it can be empty
		s.Risk = Risk{Before: s.Risk.Before, Curve: []float64{0}}
	}
	if s.Choice != nil && s.Choice.Buy > 0 && !in.Unproven {
		s.Quantity = s.Choice.Buy
		s.Saving = p.saving(s.Choice)
		if o := in.offer(s.Choice); o.MinOrderValue > s.Choice.Quote.LineCost {
			s.Missing = o.MinOrderValue - s.Choice.Quote.LineCost
		}
		in.secure(&s, p)
	}
	in.flag(&s, p)
	s.Reason = in.reason(&s)
	return Trace{Version: Version, Inputs: asked, Steps: in.steps(&s), Result: s}
}

// Recompute is the suggestion that the inputs of a trace lead to.
func Recompute(inputs Input) Suggestion { return Suggest(inputs).Result }

// lastDay keeps every look ahead inside the range of a date.
const lastDay day.Date = 100_000 // in the year 2243

// mended is the input with what makes no sense taken out.
func (in Input) mended() Input {
	in.Version = Version
	in.Today = max(0, min(in.Today, lastDay))
	in.Demand = in.Demand.mended()
	in.ShelfLife = max(0, min(in.ShelfLife, 10*farDays))
	in.Loss = max(0, min(in.Loss, mostLoss))
	if in.ShelfLife > 0 {
		in.Loss = 0
	}
	in.Step = max(0, min(in.Step, measure.MaxQuantity))
	in.Price = max(0, min(in.Price, money.MaxPrice))
	in.Currency.Exponent = max(0, min(in.Currency.Exponent, 4))
	if math.IsNaN(in.Policy.Level) || in.Policy.Level < 0 {
		in.Policy.Level = 0
	}
	in.Policy.Level = math.Min(in.Policy.Level, 1)
	if !(in.Cover > 0) {
		in.Cover = 0
	}
	in.Cover = math.Min(in.Cover, cover.Most)
	if !(in.Policy.FillRate > 0) {
		in.Policy.FillRate = 0
	}
	in.Policy.FillRate = math.Min(in.Policy.FillRate, highestLevel)
	in.Policy.Ordering = max(0, min(in.Policy.Ordering, money.MaxAmount))
	if !(in.Policy.HoldingPerDay > 0 && in.Policy.HoldingPerDay <= 1) {
		in.Policy.HoldingPerDay = 0
	}
	in.Bounds.Minimum = max(0, min(in.Bounds.Minimum, measure.MaxQuantity))
	in.Bounds.Maximum = max(0, min(in.Bounds.Maximum, measure.MaxQuantity))
	if in.Bounds.Maximum > 0 {
		in.Bounds.Minimum = min(in.Bounds.Minimum, in.Bounds.Maximum)
	}
	in.Arrivals = slices.Clone(in.Arrivals)
	for i := range in.Arrivals {
		if in.Arrivals[i].Days = in.Arrivals[i].Days.Trimmed(); !in.Arrivals[i].Days.Sensible() {
			in.Arrivals[i].Days = lead.Days{}
		}
	}
	in.Offers = slices.Clone(in.Offers)
	for i := range in.Offers {
		if in.Offers[i].Lead = in.Offers[i].Lead.Trimmed(); !in.Offers[i].Lead.Sensible() {
			in.Offers[i].Lead = lead.Days{}
		}
		in.Offers[i].TaxBasisPoints = max(0, min(in.Offers[i].TaxBasisPoints, 100_000))
	}
	in.TaxBasisPoints = max(0, min(in.TaxBasisPoints, 100_000))
	return in
}

// bids reads all offers and what a unit costs in the long run. refused[i] says
// why there is no bid for offer i.
func (p *planner) bids() (bids []*bid, refused []Flag) {
	bids, refused = make([]*bid, len(p.in.Offers)), make([]Flag, len(p.in.Offers))
	for i := range p.in.Offers {
		bids[i], refused[i] = p.bid(&p.in.Offers[i])
	}
	p.settle(bids)
	return bids, refused
}

// consider evaluates all offers and ranks them.
func (p *planner) consider() []Evaluation {
	bids, why := p.bids()
	longest := 0
	out := make([]Evaluation, len(bids))
	for i, b := range bids {
		if b == nil {
			out[i] = refused(&p.in.Offers[i], why[i])
		} else if out[i] = b.evaluate(); out[i].Refused == "" {
			longest = max(longest, b.last())
		}
	}
	for i, b := range bids {
		if out[i].Refused == "" {
			out[i].Score = b.score(&out[i], longest)
		}
	}
	slices.SortStableFunc(out, rank)
	if len(out) > 0 && out[0].Refused == "" {
		for _, b := range bids {
			if b != nil && b.o == p.in.offer(&out[0]) {
				b.table(&out[0])
				out[0].Refill = b.refill()
				b.weigh()
			}
		}
	}
	return out
}

// score is the expected cost of living on the offer up to the end of the
// longest protection period: what is missed before the arrival, the decision,
// and from the next arrival on the same again, bought at what a unit costs here
// in the long run. So a slow and cheap maker is compared fairly with a quick
// and dear middleman.
func (b *bid) score(e *Evaluation, longest int) float64 {
	demand := &b.p.in.Demand
	cost := b.p.ref*demand.mean(longest) + b.stakes.Short*b.play.Before.Mean() + b.cost(e.Buy)
	if later := longest - b.last(); later > 0 {
		again := float64(later) / float64(b.last()-b.arrival)
		cost += (b.unit-b.p.ref)*(demand.mean(longest)-demand.mean(b.last())) +
			again*b.stakes.Short*b.play.Lost(units(e.Buy))
	}
	return math.Round(math.Min(cost, float64(money.MaxAmount))*1000) / 1000
}

// rank puts usable and priced offers first, then the cheaper; equals by who is
// nearer to the maker, and by id, so that the order of the list never matters.
func rank(a, b Evaluation) int {
	return cmp.Or(
		cmp.Compare(len(a.Refused), 0)-cmp.Compare(len(b.Refused), 0),
		unpriced(a)-unpriced(b),
		cmp.Compare(a.Score, b.Score),
		cmp.Compare(a.Quote.Landed, b.Quote.Landed),
		cmp.Compare(nearness(a.Kind), nearness(b.Kind)),
		slices.Compare(a.Supplier[:], b.Supplier[:]),
		slices.Compare(a.Offer[:], b.Offer[:]),
	)
}

func unpriced(e Evaluation) int {
	if e.Refused == "" && e.Quote.UnitPrice == 0 {
		return 1
	}
	return 0
}

func nearness(k SupplierKind) int {
	switch k {
	case Manufacturer, Farmer:
		return 0
	case Wholesaler:
		return 2
	}
	return 1
}

// offer finds the offer of an evaluation.
func (in *Input) offer(e *Evaluation) *Offer {
	for i := range in.Offers {
		if in.Offers[i].ID == e.Offer && in.Offers[i].Supplier == e.Supplier {
			return &in.Offers[i]
		}
	}
	return &Offer{}
}

// noOfferDays is how far ahead the risk looks when nothing is on order and
// there is nobody to order from.
const noOfferDays = 7

// assess fills in the risk, up to the delivery that comes first.
func (in *Input) assess(s *Suggestion, p *planner) {
	before, arrives := in.Today.Add(noOfferDays), lead.Certain(noOfferDays)
	if offset, onOrder := in.firstArrival(); onOrder {
		before = in.Today.Add(offset)
	} else if s.Choice != nil {
		before, arrives = s.Choice.Arrival, in.offer(s.Choice).arrives(s.Choice.OrderDay, in.Today)
	}
	s.Risk = in.risk(p, s.Position, before, arrives)
	if s.Choice != nil {
		s.Risk.LostMargin = in.worth(s.Choice, units(s.Risk.Lost))
	}
}

// worth is the margin of units that are not sold for want of them.
func (in *Input) worth(c *Evaluation, lost float64) money.Amount {
	cost := float64(c.Quote.Landed) * math.Pow10(in.Currency.Exponent-4)
	return money.Amount(math.Round(math.Min(math.Max(in.marginOver(cost), 0)*(1-in.Cover)*lost, float64(money.MaxAmount))))
}

// secure measures the risk that is left once the order has arrived, until the next
// one's likely day.
func (in *Input) secure(s *Suggestion, p *planner) {
	arrival, next := int(s.Choice.Arrival-in.Today), int(s.Choice.NextArrival-in.Today)
	order := parcel{from: arrival, gone: never, quantity: s.Quantity}
	if in.ShelfLife > 0 {
		order.gone = arrival + in.ShelfLife
	}
	t := p.t.with(order)
	for k := arrival + 1; k <= next; k++ {
		s.Risk.Secured = math.Max(s.Risk.Secured, p.chances.outBy(&t, k))
	}
}

// saving compares the choice with the cheapest other wholesaler at the quantity
// that this one would have to deliver.
func (p *planner) saving(choice *Evaluation) *Saving {
	if choice.Quote.UnitPrice == 0 {
		return nil
	}
	var best *Saving
	for i := range p.in.Offers {
		o := &p.in.Offers[i]
		if o.Kind != Wholesaler || o.ID == choice.Offer && o.Supplier == choice.Supplier {
			continue
		}
		b, why := p.bid(o)
		if why != "" {
			continue
		}
		quote, ok := b.landed(b.onGrid(choice.Quote.Quantity))
		if !ok || quote.UnitPrice == 0 || best != nil && quote.Landed >= best.Landed {
			continue
		}
		best = &Saving{Middleman: o.SupplierName, Landed: quote.Landed, Ours: choice.Quote.Landed}
	}
	if best == nil {
		return nil
	}
	amount, err := money.Line(choice.Quote.Quantity, best.Landed-best.Ours, p.in.Currency)
	if err != nil {
		return nil
	}
	best.Amount = amount
	return best
}

// flag collects what is worth knowing, in the order of the constants.
func (in *Input) flag(s *Suggestion, p *planner) {
	set := func(f Flag, on bool) {
		if on {
			s.Flags = append(s.Flags, f)
		}
	}
	set(FlagStockUnknown, !in.Stock.Known)
	set(FlagNegativeStock, p.t.short > 0)
	late, _ := in.overdue()
	set(FlagOverdue, late > 0)
	c := s.Choice
	set(FlagExpiring, c != nil && c.Need.Outdated > 0 && in.Stock.Known)
	set(FlagRepaired, in.Demand.Repaired)
	set(FlagUnproven, in.Unproven)
	set(FlagPrior, in.Facts.Prior)
	set(FlagNoDemand, s.DailyRate == 0)
	set(FlagNoOffer, c == nil)
	for _, f := range []Flag{FlagNoDelivery, FlagBadTerms} {
		set(f, slices.ContainsFunc(s.Others, func(e Evaluation) bool { return e.Refused == f }))
	}
	if c == nil {
		return
	}
	o := in.offer(c)
	set(FlagUnpriced, c.Quote.UnitPrice == 0)
	set(FlagTermsAssumed, o.TermsAssumed)
	if s.Quantity > 0 {
		packs, err := measure.CeilTo(c.Wanted, c.Step, 0)
		set(FlagPackForced, err == nil && c.Buy == c.Rounded && 4*(packs-c.Wanted) > c.Wanted)
		set(FlagMinimumForced, err == nil && c.Buy == c.Rounded && c.Rounded > packs)
		set(FlagPriceBreak, c.More == "price_break")
		set(FlagFreeFreight, c.More == "freight")
		set(FlagCapped, c.Capped && s.Quantity < c.Need.Quantity)
		set(FlagSpoils, 5*c.Quote.Spoils > c.Quote.Quantity)
		set(FlagBelowMinimum, s.Missing > 0)
	} else {
		set(FlagCapped, c.Capped)
	}
	set(FlagBoundMinimum, c.Need.BoundBy == "minimum")
	set(FlagBoundMaximum, c.Need.BoundBy == "maximum")
}

// overdue sums up the deliveries that are late, with the earliest day expected
// of them.
func (in *Input) overdue() (quantity measure.Quantity, on day.Date) {
	for _, a := range in.Arrivals {
		expected, late := a.Expected(in.Today)
		if !late || a.Quantity <= 0 {
			continue
		}
		if quantity == 0 || expected < on {
			on = expected
		}
		quantity = plus(quantity, a.Quantity)
	}
	return quantity, on
}

// Missing is what the chosen lines of one supplier together lack to its order
// minimum; 0 when it is reached.
func Missing(minimum money.Amount, lines ...money.Amount) money.Amount {
	total, err := money.Sum(lines)
	if err != nil || total >= minimum {
		return 0
	}
	return minimum - total
}

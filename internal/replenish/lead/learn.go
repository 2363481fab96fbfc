package lead

import (
	"math"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/ident"
)

// Delivered is one product that arrived: the day of each part counts on its own.
type Delivered struct {
	Product  ident.ID
	Delivery ident.ID // with which other products came too
	Sent     day.Date
	Days     int // open days from sending to receipt
	Promised int // what the supplier promises
}

// How many deliveries count as much as what is known without them. They were not
// fitted: a shop's supplier delivers ten to a hundred times a year, and a handful of
// deliveries should be believed more than a promise.
const (
	// promiseWorth is the weight of the usual spread around the promise beside the
	// deliveries of the supplier, supplierWorth that of the supplier beside the
	// deliveries of the product itself.
	promiseWorth, supplierWorth = 5, 5
	// centreWorth is the weight of the promise itself against the mean delay.
	centreWorth = 10
	// seasonWorth is the weight of "no effect" beside the deliveries of a season.
	seasonWorth = 3
	// halfLife is the age, in days, at which a delivery counts half.
	halfLife = 365
)

// Season is a time of the year in which deliveries may take longer.
type Season int

// The seasons. Ordinary is all the rest.
const (
	Ordinary Season = iota
	SpringFestival
	Holidays // the weeks of Labour Day and of the National Day
	seasons
)

// SeasonOf is the season in which an order is sent: three weeks before the Spring
// Festival, when makers close one after the other and roads fill, to two weeks behind
// it; a week either side of the other long holidays.
func SeasonOf(sent day.Date) Season {
	for _, f := range day.FestivalsBetween(sent.Add(-14), sent.Add(21)) {
		away := int(f.Date - sent)
		switch f.Festival {
		case day.SpringFestival:
			return SpringFestival
		case day.LabourDay, day.NationalDay:
			if away >= -7 && away <= 7 {
				return Holidays
			}
		}
	}
	return Ordinary
}

// Supplier is what the deliveries of one supplier taught.
type Supplier struct {
	all     tally
	own     map[ident.ID]*product
	effects [seasons]float64
	counts  [seasons]int
	n       int
}

// product is what one product's deliveries taught, in days from sending, and how much
// of the supplier's tally they are.
type product struct {
	took, shared tally
	n            int
}

// tally counts deliveries by a number of whole days, in order: how much later than
// promised they came, or how long they took.
type tally struct {
	at          []weighed
	weight, sum float64
}

type weighed struct {
	delay  int
	weight float64
}

func (t *tally) add(delay, weight float64) {
	// A delay between two days, once a season is taken out of it, is part of both.
	floor := math.Floor(delay)
	t.put(int(floor), weight*(1-(delay-floor)))
	t.put(int(floor)+1, weight*(delay-floor))
	t.weight += weight
	t.sum += weight * delay
}

func (t *tally) put(delay int, weight float64) {
	if weight <= 0 {
		return
	}
	i, found := slices.BinarySearchFunc(t.at, delay, func(w weighed, d int) int { return w.delay - d })
	if !found {
		t.at = slices.Insert(t.at, i, weighed{delay: delay})
	}
	t.at[i].weight += weight
}

// delay is how much later than promised, without what must be a forgotten receipt.
func (d Delivered) delay() float64 {
	return float64(min(d.Days, 3*d.Promised+21) - d.Promised)
}

// Learn reads the deliveries of one supplier as they were known on a day. The order of
// the list does not matter.
func Learn(list []Delivered, today day.Date) Supplier {
	s := Supplier{own: map[ident.ID]*product{}}
	lines := map[ident.ID]int{}
	for _, d := range list {
		lines[d.Delivery]++
	}
	age := func(d Delivered) float64 {
		return math.Exp2(-math.Max(float64(today-d.Sent), 0) / halfLife)
	}
	// Each delivery counts once, whatever the number of its products.
	var usual, of [seasons]struct{ weight, sum float64 }
	for _, d := range list {
		w, season := age(d)/float64(lines[d.Delivery]), SeasonOf(d.Sent)
		of[season].weight += w
		of[season].sum += w * d.delay()
	}
	usual[Ordinary] = of[Ordinary]
	common := usual[Ordinary].sum / (usual[Ordinary].weight + centreWorth)
	for season := Ordinary + 1; season < seasons; season++ {
		s.effects[season] = (of[season].sum - of[season].weight*common) / (of[season].weight + seasonWorth)
	}
	counted := map[ident.ID]bool{}
	for _, d := range list {
		season := SeasonOf(d.Sent)
		delay, share := d.delay()-s.effects[season], age(d)/float64(lines[d.Delivery])
		own := s.own[d.Product]
		if own == nil {
			own = &product{}
			s.own[d.Product] = own
		}
		own.n++
		own.took.add(delay+float64(d.Promised), age(d))
		own.shared.add(delay, share)
		s.all.add(delay, share)
		if !counted[d.Delivery] {
			counted[d.Delivery] = true
			s.counts[season]++
			s.n++
		}
	}
	return s
}

// Deliveries is how many deliveries were learned from, and how many of the product.
func (s *Supplier) Deliveries(id ident.ID) (all, own int) {
	if s == nil {
		return 0, 0
	}
	if p := s.own[id]; p != nil {
		own = p.n
	}
	return s.n, own
}

// Effect is by how many days a season lengthens deliveries, and how many deliveries
// taught it.
func (s *Supplier) Effect(season Season) (days float64, deliveries int) {
	if s == nil || season < 0 || season >= seasons {
		return 0, 0
	}
	return s.effects[season], s.counts[season]
}

// Of is how long an order of the product takes that is sent on a day: the usual
// spread around the promise, moved towards what the supplier's other deliveries took,
// then towards what this product's took (a Dirichlet process with the level above as
// its base, Ferguson 1973; the centre by Bühlmann's credibility, 1967). A nil Supplier
// has never delivered.
func (s *Supplier) Of(id ident.ID, promised int, sent day.Date) Days {
	promised = min(max(promised, 0), Longest)
	if s == nil {
		return Days{P: usual(float64(promised), promised)}.tidy()
	}
	centre := float64(promised) + s.all.sum/(s.all.weight+centreWorth)
	shape := usual(centre, promised)
	own := s.own[id]
	if own == nil {
		own = &product{}
	}
	// toward moves shape to what t saw, counted from a day, of which the part less is
	// left out.
	toward := func(from int, t, less *tally, worth float64) {
		weight := t.weight - less.weight
		if weight < 1e-9 {
			return
		}
		total := worth + weight
		for i := range shape {
			shape[i] *= worth / total
		}
		for _, w := range t.at {
			shape[min(max(from+w.delay, 0), Longest)] += w.weight / total
		}
		for _, w := range less.at {
			shape[min(max(from+w.delay, 0), Longest)] -= w.weight / total
		}
	}
	toward(promised, &s.all, &own.shared, promiseWorth)
	toward(0, &own.took, &tally{}, supplierWorth)
	return Days{P: shifted(shape, s.effects[SeasonOf(sent)])}.tidy()
}

// usual is the spread of deliveries around a promise before any was seen: geometric
// to both sides, further to the late one, and wider the longer it takes. A promise of
// one day is kept nine times of ten, one of five days seven times.
func usual(centre float64, promised int) []float64 {
	centre = math.Min(math.Max(centre, 0), Longest)
	late, early := math.Exp(-1/(0.35+0.06*float64(promised))), math.Exp(-1/(0.2+0.04*float64(promised)))
	out := make([]float64, Longest+1)
	around := func(middle int, share float64) {
		if share <= 0 {
			return
		}
		// The sums of the two geometric series, as far as there are days.
		before := early * (1 - math.Pow(early, float64(middle))) / (1 - early)
		behind := late * (1 - math.Pow(late, float64(Longest-middle))) / (1 - late)
		most := share / (1 + before + behind)
		for i, p := middle, most; i <= Longest; i, p = i+1, p*late {
			out[i] += p
		}
		for i, p := middle-1, most*early; i >= 0; i, p = i-1, p*early {
			out[i] += p
		}
	}
	floor := int(centre)
	around(floor, 1-(centre-float64(floor)))
	around(min(floor+1, Longest), centre-float64(floor))
	return out
}

// shifted moves a distribution by an effect in days, to both neighbours of a fraction.
func shifted(p []float64, effect float64) []float64 {
	if effect == 0 {
		return p
	}
	out := make([]float64, len(p))
	floor := math.Floor(effect)
	share := effect - floor
	for i, x := range p {
		at := i + int(floor)
		out[min(max(at, 0), Longest)] += x * (1 - share)
		out[min(max(at+1, 0), Longest)] += x * share
	}
	return out
}

// Record is what a supplier's deliveries tell beside what it promises.
type Record struct {
	Promised   int
	Deliveries int
	Days       Days // how long the next one takes
	// Kept of Of deliveries of the last year came by the promised day; parts of an order
	// count each on its own.
	Kept, Of int
	// Festival is by how many days those sent around the Spring Festival take longer,
	// Festivals how many there were.
	Festival  float64
	Festivals int
}

// RecordOf sums up deliveries as they are known on a day.
func RecordOf(list []Delivered, promised int, today day.Date) Record {
	s := Learn(list, today)
	r := Record{Promised: promised, Deliveries: s.n, Days: s.Of(ident.ID{}, promised, today)}
	r.Festival, r.Festivals = s.Effect(SpringFestival)
	seen := map[ident.ID]bool{}
	for _, d := range list {
		if d.Sent < today.Add(-halfLife) || seen[d.Delivery] {
			continue
		}
		seen[d.Delivery] = true
		r.Of++
		if d.Days <= d.Promised {
			r.Kept++
		}
	}
	return r
}

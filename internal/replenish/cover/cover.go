// Package cover says how far products of a group stand in for one another: of three
// kinds of milk one may run out and most people take another, if there is another.
//
// What share of the people does so is learned from the days on which one was gone and
// the others were not: what the others sold beyond their usual day of that weekday,
// over what the one that was gone usually sells (the substitution rate of Anupindi,
// Dada and Gupta, Marketing Science 17, 1998, read off days instead of hours). It is
// shrunk to a usual share by n/(n+k) for n such days.
package cover

// Usual is the share of people who take another product of the group when theirs is
// gone, while nothing is known of this group, and Worth for how many days of evidence
// it counts. Most is the largest share ever reckoned with, so that no product is left
// without stock of its own. Days is how long a gap is: what the others have beyond
// what they sell themselves in so many days can fill it.
const (
	Usual = 0.5
	Worth = 20
	Most  = 0.8
	Days  = 7
)

// Member is a product of a group. Amounts are comparable within the group, for
// instance in money; Sold and Available are of the same days for all members, the
// last the latest. Available is the share of a day on which the product was there.
type Member struct {
	Have            float64 // available and on order
	Sold, Available []float64
}

// Cover is what a group does for one of its products.
type Cover struct {
	Share float64 // of its people who would take another
	Days  int     // of evidence for that
	// Served is the share of what would be lost that others will serve: Share as far
	// as they have enough, at most Most.
	Served float64
}

// Of works out what a group does for each of its members. firstWeekday is the
// weekday of the first day, 0 to 6.
func Of(members []Member, firstWeekday int) []Cover {
	out := make([]Cover, len(members))
	usual, week := make([][7]float64, len(members)), make([]float64, len(members))
	for i, m := range members {
		usual[i] = m.usual(firstWeekday, func(d int) bool { return complete(members, d) })
		for _, sold := range m.usual(firstWeekday, m.there) {
			week[i] += sold * Days / 7
		}
	}
	for i := range members {
		out[i].Share, out[i].Days = share(members, usual, i, firstWeekday)
		spare, short := 0.0, 0.0
		for j, m := range members {
			if j != i {
				spare += max(m.Have-week[j], 0)
				short += max(week[j]-m.Have, 0)
			}
		}
		if wanted := out[i].Share*week[i] + short; wanted > 0 && spare > 0 {
			out[i].Served = min(out[i].Share*min(spare/wanted, 1), Most)
		}
	}
	return out
}

// complete reports whether all members were there: only then do they sell what is
// theirs.
func complete(members []Member, d int) bool {
	for _, m := range members {
		if !m.there(d) {
			return false
		}
	}
	return true
}

// usual is what is sold on each weekday, of the days that count.
func (m Member) usual(firstWeekday int, counts func(d int) bool) [7]float64 {
	var sum, days [7]float64
	for d, sold := range m.Sold {
		if w := (firstWeekday + d) % 7; counts(d) {
			sum[w], days[w] = sum[w]+sold, days[w]+1
		}
	}
	for w := range sum {
		if days[w] > 0 {
			sum[w] /= days[w]
		}
	}
	return sum
}

// there reports whether the product was on the shelf all day, gone that it never was.
func (m Member) there(d int) bool { return m.Available[d] >= 0.99 }
func (m Member) gone(d int) bool  { return m.Available[d] <= 0.01 }

// share is that of i's people who take another product, from the days on which i
// alone was gone.
func share(members []Member, usual [][7]float64, i, firstWeekday int) (share float64, days int) {
	more, lost := 0.0, 0.0
	for d := range members[i].Sold {
		w := (firstWeekday + d) % 7
		if !members[i].gone(d) || usual[i][w] <= 0 {
			continue
		}
		beyond, alone := 0.0, len(members) > 1
		for j, m := range members {
			if j != i {
				alone = alone && m.there(d)
				beyond += m.Sold[d] - usual[j][w]
			}
		}
		if alone {
			more, lost, days = more+beyond, lost+usual[i][w], days+1
		}
	}
	seen := 0.0
	if lost > 0 {
		seen = min(max(more/lost, 0), 1)
	}
	n := float64(days)
	return (n*seen + Worth*Usual) / (n + Worth), days
}

// Package lead says how long deliveries take: a distribution over days for each
// supplier and product, learned from what deliveries took and shrunk to what the
// supplier promises. It knows dates, not orders, shops or languages.
//
// Days are counted from sending the order, on days on which the supplier is open.
package lead

import (
	"math"
	"strconv"

	"buhuo/internal/day"
)

// Longest is the longest that is told apart: what takes longer counts as this.
const Longest = 120

// Days is a probability for each number of days: P[i] is that of From+i days. The
// zero value says nothing.
type Days struct {
	From int       `json:"from,omitempty"`
	P    []float64 `json:"p,omitempty"`
}

// Certain is a delivery that takes exactly n days.
func Certain(n int) Days { return Days{From: n, P: []float64{1}} }

// Known tells whether d says anything.
func (d Days) Known() bool { return len(d.P) > 0 }

// Last is the longest that can be.
func (d Days) Last() int { return d.From + len(d.P) - 1 }

// At is the probability of exactly n days.
func (d Days) At(n int) float64 {
	if n < d.From || n > d.Last() {
		return 0
	}
	return d.P[n-d.From]
}

// Beyond is the probability of more than n days.
func (d Days) Beyond(n int) float64 {
	sum := 0.0
	for i := max(n+1-d.From, 0); i < len(d.P); i++ {
		sum += d.P[i]
	}
	return math.Min(sum, 1)
}

// Mean is the expected number of days.
func (d Days) Mean() float64 {
	sum := 0.0
	for i, p := range d.P {
		sum += float64(d.From+i) * p
	}
	return sum
}

// Quantile is the smallest number of days that is enough with probability p.
func (d Days) Quantile(p float64) int {
	sum := 0.0
	for i, q := range d.P {
		if sum += q; sum >= p-1e-9 {
			return d.From + i
		}
	}
	return d.Last()
}

// Usual is how many days it takes as a person says it, 3 or 3–5: of ten deliveries one
// comes before and two behind. One of ten takes longer than late.
func (d Days) Usual() (usual string, late int) {
	from, to := d.Quantile(0.1), d.Quantile(0.8)
	if usual = strconv.Itoa(from); to > from {
		usual += "–" + strconv.Itoa(to)
	}
	return usual, d.Quantile(0.9)
}

// unlikely is what is left off a distribution before it is kept: together at most
// this at either end.
const unlikely = 0.004

// tidy leaves off the ends that hardly ever happen and rounds what is left to tenths
// of a per cent that add up to 1, which is as much as deliveries can teach.
func (d Days) tidy() Days {
	low, high := 0, len(d.P)
	for sum := 0.0; low < high-1 && sum+d.P[low] < unlikely; low++ {
		sum += d.P[low]
	}
	for sum := 0.0; high-1 > low && sum+d.P[high-1] < unlikely; high-- {
		sum += d.P[high-1]
	}
	return Days{From: d.From + low, P: tenths(d.P[low:high])}
}

// tenths scales weights to probabilities of whole tenths of a per cent; the largest
// takes what rounding leaves.
func tenths(weights []float64) []float64 {
	sum, most := 0.0, 0
	for i, w := range weights {
		sum += math.Max(w, 0)
		if w > weights[most] {
			most = i
		}
	}
	out := make([]float64, len(weights))
	left := 1000.0
	for i, w := range weights {
		if i == most {
			continue
		}
		n := math.Round(1000 * math.Max(w, 0) / sum)
		out[i] = n / 1000
		left -= n
	}
	out[most] = left / 1000
	for len(out) > 1 && out[len(out)-1] == 0 {
		out = out[:len(out)-1]
	}
	return out
}

// Trimmed leaves off the days at either end that cannot be.
func (d Days) Trimmed() Days {
	for len(d.P) > 1 && d.P[0] == 0 {
		d.From, d.P = d.From+1, d.P[1:]
	}
	for len(d.P) > 1 && d.P[len(d.P)-1] == 0 {
		d.P = d.P[:len(d.P)-1]
	}
	return d
}

// Sensible tells whether d is a distribution: not negative, adding up to 1, inside
// the bounds.
func (d Days) Sensible() bool {
	if d.From < 0 || len(d.P) == 0 || len(d.P) > lookAhead+1 || d.From > lookAhead+Longest {
		return false
	}
	sum := 0.0
	for _, p := range d.P {
		if !(p >= 0 && p <= 1) {
			return false
		}
		sum += p
	}
	return math.Abs(sum-1) < 1e-3
}

// Calendar tells on which days a supplier is closed.
type Calendar func(day.Date) bool

// lookAhead bounds the search for open days.
const lookAhead = 3 * 366

// Advance is the day on which n open days have passed since a day, or the first
// open day from it on when n is 0; false beyond three years.
func (closed Calendar) Advance(sent day.Date, n int) (day.Date, bool) {
	for d := sent; d <= sent.Add(lookAhead); d++ {
		if closed != nil && closed(d) {
			continue
		}
		if d > sent {
			n--
		}
		if n <= 0 {
			return d, true
		}
	}
	return 0, false
}

// Passed is how many open days lie behind a day up to another: what a delivery took.
func (closed Calendar) Passed(sent, arrived day.Date) int {
	n := 0
	for d := sent + 1; d <= min(arrived, sent.Add(lookAhead)); d++ {
		if closed == nil || !closed(d) {
			n++
		}
	}
	return n
}

// From turns open days since a day into days of the calendar since another, for what
// has not arrived before the second: each day passes only while the supplier is open,
// and what would have come before is left out. The probability of having come before
// is gone; it is what is left of d that made the answer so likely. False when nothing
// of d is left.
func (closed Calendar) From(d Days, sent, today day.Date) (out Days, left float64, ok bool) {
	var at []int
	var weight []float64
	on, found := closed.Advance(sent, d.From)
	for i, p := range d.P {
		if i > 0 && found {
			on, found = closed.Advance(on, 1)
		}
		if p > 0 && found && on >= today {
			left += p
			at, weight = append(at, int(on-today)), append(weight, p)
		}
	}
	if left <= 0 || at[len(at)-1]-at[0] > lookAhead {
		return Days{}, 0, false
	}
	out = Days{From: at[0], P: make([]float64, at[len(at)-1]-at[0]+1)}
	for i, n := range at {
		out.P[n-at[0]] += weight[i]
	}
	out.P = tenths(out.P)
	return out, left, true
}

// Point is a number of days with its probability.
type Point struct {
	At     int
	Weight float64
}

// Points lists what can be, in order.
func (d Days) Points() []Point {
	out := make([]Point, 0, len(d.P))
	for i, p := range d.P {
		if p > 0 {
			out = append(out, Point{d.From + i, p})
		}
	}
	return out
}

// Bounds of the parts into which Few cuts a distribution of n points: finer towards
// the late end, where a shelf runs empty.
func cuts(n int) []float64 {
	out := make([]float64, n+1)
	for i := range out {
		left := 1 - float64(i)/float64(n)
		out[i] = 1 - left*math.Sqrt(left)
	}
	return out
}

// Few stands for d with at most n points: the middles of n parts. Whatever takes
// longer in d takes no less long in them.
func (d Days) Few(n int) []Point {
	bounds := cuts(n)
	var out []Point
	for i := range n {
		at, weight := d.Quantile((bounds[i]+bounds[i+1])/2), bounds[i+1]-bounds[i]
		if last := len(out) - 1; last >= 0 && out[last].At == at {
			out[last].Weight += weight
			continue
		}
		out = append(out, Point{at, weight})
	}
	return out
}

package futures

import (
	"math"
	"slices"
)

// Never is the end of goods that keep.
const Never = math.MaxInt32

// Parcel is goods that can be sold in the stretches From..Gone-1.
type Parcel struct {
	From, Gone int
	Quantity   float32
}

// Play is what the stock there is and on its way leaves to an order, in each future. What is wanted
// while the shelf is empty is lost, and is not wanted afterwards.
type Play struct {
	// Need is still wanted between the order's arrival and the next one's: missing a unit loses it.
	Need Each
	// Outlet is still wanted in the order's whole life: what exceeds it is thrown away.
	Outlet Each
	// Before is wanted in vain before the arrival, Wanted is all that is wanted from then to the
	// next arrival, Old is what is left of the stock at that time and can still be sold.
	Before, Wanted, Old Each

	left []float32
}

// Run sells the stock, the soonest to expire first, through all courses: those before arrival, those
// that the order has to last for, up to next, and the rest of its life. Stock must be sorted by Gone.
func (p *Play) Run(courses []Each, stock []Parcel, arrival, next int) {
	p.Need, p.Outlet, p.Before, p.Wanted, p.Old = Each{}, Each{}, Each{}, Each{}, Each{}
	p.left = slices.Grow(p.left[:0], len(stock))[:len(stock)]
	for k := range Count {
		p.future(k, courses, stock, arrival, next, len(courses))
	}
}

// Course is when things happen in one future, as places in the list of stretches: the order arrives,
// the next one does, what is left of the order is thrown away.
type Course struct{ Arrival, Next, End int }

// RunEach is Run for deliveries that come when they like: when tells what happens in a future, and
// may move the parcels that do not come on the same day in all of them.
func (p *Play) RunEach(courses []Each, stock []Parcel, when func(k int) Course) {
	p.Need, p.Outlet, p.Before, p.Wanted, p.Old = Each{}, Each{}, Each{}, Each{}, Each{}
	p.left = slices.Grow(p.left[:0], len(stock))[:len(stock)]
	for k := range Count {
		c := when(k)
		p.future(k, courses[:min(c.End, len(courses))], stock, c.Arrival, c.Next, c.End)
	}
}

func (p *Play) future(k int, courses []Each, stock []Parcel, arrival, next, end int) {
	for i := range stock {
		p.left[i] = stock[i].Quantity
	}
	for j := range courses {
		if j == next {
			p.Old[k] = p.fresh(stock, j)
		}
		all := courses[j][k]
		wanted := all
		for i := range stock {
			if wanted <= 0 {
				break
			}
			if stock[i].From <= j && j < stock[i].Gone {
				taken := min(p.left[i], wanted)
				p.left[i] -= taken
				wanted -= taken
			}
		}
		switch {
		case j < arrival:
			p.Before[k] += wanted
			continue
		case j < next:
			p.Need[k] += wanted
			p.Wanted[k] += all
		}
		p.Outlet[k] += wanted
	}
	if next >= len(courses) {
		p.Old[k] = p.fresh(stock, end)
	}
}

// fresh is what is left that can be sold from stretch j on.
func (p *Play) fresh(stock []Parcel, j int) float32 {
	sum := float32(0)
	for i := range stock {
		if stock[i].From <= j && j < stock[i].Gone {
			sum += p.left[i]
		}
	}
	return sum
}

// Stakes are what a unit costs where it is not wanted, or wanted and not there.
type Stakes struct {
	Short   float64 // wanted in vain
	Spoiled float64 // never sold
	Night   float64 // left over when the next order arrives, for the time until then
	// Later is half of what a unit costs from then on, divided by the rate at which it sells: what
	// is left over waits for what lies before it.
	Later float64
}

// Cost is the expected cost of ordering q, beside what is paid for it: the newsvendor's (Arrow, Harris
// & Marschak 1951) with leftovers carried over while they are fresh (Nahmias 1982). It is convex.
func (p *Play) Cost(q float64, s Stakes) float64 {
	short, spoiled, over, wait := 0.0, 0.0, 0.0, 0.0
	for k := range Count {
		need, outlet := float64(p.Need[k]), float64(p.Outlet[k])
		if q > outlet {
			spoiled += q - outlet
		}
		if q <= need {
			short += need - q
			continue
		}
		left := q - need
		over += left
		wait += left * (left + 2*float64(p.Old[k]))
	}
	return (s.Short*short + s.Spoiled*spoiled + s.Night*over + s.Later*wait) / Count
}

// Cheapest returns the order of least expected cost where a unit costs the same at every quantity:
// the point at which one more begins to cost more than it saves. It looks at Short, Spoiled and Night.
func (p *Play) Cheapest(s Stakes) float64 {
	dearer := func(q float32) bool {
		short, over := 0, 0
		for k := range Count {
			if p.Need[k] > q {
				short++
			}
			if p.Outlet[k] <= q {
				over++
			}
		}
		return s.Spoiled*float64(over)+s.Night*float64(Count-short) >= s.Short*float64(short)
	}
	lo, hi := float32(0), slices.Max(p.Outlet[:])
	if hi <= 0 || dearer(0) {
		return 0
	}
	for range 16 {
		if middle := (lo + hi) / 2; dearer(middle) {
			hi = middle
		} else {
			lo = middle
		}
	}
	return float64(hi)
}

// Lost is the mean of what is wanted in vain between the order's arrival and the next one's.
func (p *Play) Lost(q float64) float64 {
	sum := 0.0
	for _, need := range p.Need {
		sum += math.Max(float64(need)-q, 0)
	}
	return sum / Count
}

// Thrown is the mean of what is never sold of an order of q.
func (p *Play) Thrown(q float64) float64 {
	sum := 0.0
	for _, outlet := range p.Outlet {
		sum += math.Max(q-float64(outlet), 0)
	}
	return sum / Count
}

// Mean is the mean over the futures.
func (e *Each) Mean() float64 {
	sum := 0.0
	for _, x := range e {
		sum += float64(x)
	}
	return sum / Count
}

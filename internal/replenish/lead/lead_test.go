package lead_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/replenish/lead"
)

var today = day.New(2026, time.September, 1)

func name(n int) ident.ID {
	var id ident.ID
	id[0], id[1], id[2] = byte(n>>16), byte(n>>8), byte(n)
	return id
}

// maker is a supplier as a simulation has it: days = promise + bias + a geometric delay.
type maker struct {
	promised, bias int
	delay          float64 // mean of the geometric part
}

func (m maker) days(r *rand.Rand) int {
	n := m.promised + m.bias
	for q := m.delay / (1 + m.delay); r.Float64() < q; {
		n++
	}
	return n
}

// probability of exactly n days.
func (m maker) probability(n int) float64 {
	q := m.delay / (1 + m.delay)
	if n -= m.promised + m.bias; n < 0 {
		return 0
	}
	return (1 - q) * math.Pow(q, float64(n))
}

// deliveries are n of them, a week apart, the last before today, of one product each.
func (m maker) deliveries(r *rand.Rand, n, products int) []lead.Delivered {
	out := make([]lead.Delivered, n)
	for i := range out {
		out[i] = lead.Delivered{Product: name(i % products), Delivery: name(1000 + i), Sent: today.Add(-3 * (n - i)), Days: m.days(r), Promised: m.promised}
	}
	return out
}

func TestTheDistributionOfASupplierIsFound(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, m := range []maker{{2, 0, 0.3}, {3, 2, 1}, {7, -2, 0.5}, {14, 4, 2}} {
		distance := func(n int) (off, mean float64) {
			for range 40 {
				s := lead.Learn(m.deliveries(r, n, 4), today)
				d := s.Of(name(n), m.promised, today)
				tv := 0.0
				for x := range lead.Longest {
					tv += math.Abs(d.At(x)-m.probability(x)) / 2
				}
				off, mean = off+tv/40, mean+d.Mean()/40
			}
			return off, mean
		}
		promise, _ := distance(0)
		few, _ := distance(8)
		many, mean := distance(100)
		truth := float64(m.promised+m.bias) + m.delay
		if many > 0.17 || many > few || few > promise+0.05 || math.Abs(mean-truth) > 0.3+0.02*truth {
			t.Errorf("%+v: distance %.2f, %.2f, %.2f after 0, 8, 100 deliveries, mean %.2f, truth %.2f", m, promise, few, many, mean, truth)
		}
	}
}

// Of all orders that were given a probability of being late, as many are late.
func TestLateIsAsLikelyAsSaid(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var said, was, n [10]float64
	var off, cases float64
	for range 4000 {
		m := maker{promised: 1 + r.IntN(10)}
		if r.Float64() < 0.5 { // half of the suppliers keep their word
			m.bias = r.IntN(3) - 1
		}
		m.delay = r.ExpFloat64() * 0.6
		s := lead.Learn(m.deliveries(r, r.IntN(40), 3), today)
		late := s.Of(name(r.IntN(4)), m.promised, today).Beyond(m.promised)
		bin := min(int(late*10), 9)
		said[bin] += late
		n[bin]++
		if m.days(r) > m.promised {
			was[bin]++
		}
	}
	for i := range n {
		off += math.Abs(said[i] - was[i])
		cases += n[i]
		if n[i] >= 200 && math.Abs(said[i]-was[i])/n[i] > 0.09 {
			t.Errorf("late %.2f of the time was said %.2f (%v cases)", was[i]/n[i], said[i]/n[i], n[i])
		}
	}
	if off/cases > 0.05 {
		t.Errorf("calibration error %.3f", off/cases)
	}
}

func TestWithoutHistoryItIsThePromiseWithItsUsualSpread(t *testing.T) {
	var none *lead.Supplier
	empty := lead.Learn(nil, today)
	last := 0.0
	for promised := range 31 {
		d := none.Of(name(1), promised, today)
		if again := empty.Of(name(1), promised, today); !reflect.DeepEqual(d, again) {
			t.Fatalf("a supplier without deliveries: %v, %v", d, again)
		}
		if !d.Sensible() || d.Quantile(0.5) != promised {
			t.Fatalf("promise %d: %+v", promised, d)
		}
		if late := d.Beyond(promised); late < last-0.002 || late > 0.5 {
			t.Errorf("promise %d is late %.3f of the time, a day less %.3f", promised, late, last)
		} else {
			last = late
		}
	}
	if late := none.Of(name(1), 1, today).Beyond(1); late < 0.05 || late > 0.15 {
		t.Errorf("tomorrow is late %.3f of the time", late)
	}
}

func TestOneDeliveryMovesItALittle(t *testing.T) {
	one := []lead.Delivered{{Product: name(1), Delivery: name(2), Sent: today.Add(-20), Days: 9, Promised: 4}}
	s := lead.Learn(one, today)
	before := lead.Learn(nil, today)
	was := before.Of(name(1), 4, today).Mean()
	other, own := s.Of(name(3), 4, today).Mean(), s.Of(name(1), 4, today).Mean()
	if !(was+0.5 < other && other < was+2 && was+0.5 < own && own < was+2) {
		t.Errorf("mean %.2f, after a delivery 5 days late %.2f for others, %.2f for the product", was, other, own)
	}
}

func TestAProductMayTakeLongerThanTheOthers(t *testing.T) {
	var list []lead.Delivered
	for i := range 60 {
		d := lead.Delivered{Product: name(i % 6), Delivery: name(100 + i), Sent: today.Add(-3 * i), Days: 2, Promised: 2}
		if i%6 == 0 { // made to order
			d.Days = 6
		}
		list = append(list, d)
	}
	s := lead.Learn(list, today)
	slow, fast, fresh := s.Of(name(0), 2, today).Mean(), s.Of(name(1), 2, today).Mean(), s.Of(name(50), 2, today).Mean()
	if !(slow > 4 && fast < 2.8 && fast < fresh && fresh < slow) {
		t.Errorf("slow %.2f, fast %.2f, never ordered %.2f", slow, fast, fresh)
	}
}

func TestTheLinesOfOneDeliveryAreOneDelivery(t *testing.T) {
	var lines []lead.Delivered
	for i := range 40 {
		lines = append(lines, lead.Delivered{Product: name(i), Delivery: name(500), Sent: today.Add(-9), Days: 8, Promised: 3})
	}
	many, one := lead.Learn(lines, today), lead.Learn(lines[:1], today)
	a, b := many.Of(name(99), 3, today), one.Of(name(99), 3, today)
	if math.Abs(a.Mean()-b.Mean()) > 0.01 {
		t.Errorf("40 lines teach %.2f, one %.2f", a.Mean(), b.Mean())
	}
}

func TestSeasonsAreShrunkTowardsNone(t *testing.T) {
	feast := day.SpringFestivalOf(2026)
	r := rand.New(rand.NewPCG(9, 1))
	m := maker{3, 0, 0.4}
	ordinary := m.deliveries(r, 60, 2)
	effect := func(extra, n int) float64 {
		list := slices.Clone(ordinary)
		for i := range n {
			list = append(list, lead.Delivered{Product: name(i % 2), Delivery: name(3000 + i), Sent: feast.Add(-10 + i), Days: m.days(r) + extra, Promised: 3})
		}
		s := lead.Learn(list, today)
		days, seen := s.Effect(lead.SpringFestival)
		if seen != n {
			t.Errorf("%d deliveries around the festival, %d were counted", n, seen)
		}
		usual, then := s.Of(name(0), 3, today).Mean(), s.Of(name(0), 3, day.SpringFestivalOf(2027).Add(-5)).Mean()
		if math.Abs(then-usual-days) > 0.15 {
			t.Errorf("an effect of %.2f moves the mean from %.2f to %.2f", days, usual, then)
		}
		return days
	}
	if e := effect(5, 0); e != 0 {
		t.Errorf("an effect of %.2f that nobody saw", e)
	}
	if one, ten := effect(5, 1), effect(5, 10); one < 0.5 || one > 3 || ten < 3 || ten > 5.5 {
		t.Errorf("5 days longer: %.2f after one, %.2f after ten deliveries", one, ten)
	}
	if e := effect(0, 10); math.Abs(e) > 0.6 {
		t.Errorf("no effect is taken for %.2f days", e)
	}
	for _, c := range []struct {
		date day.Date
		want lead.Season
	}{{feast.Add(-22), lead.Ordinary}, {feast.Add(-21), lead.SpringFestival}, {feast.Add(14), lead.SpringFestival}, {feast.Add(15), lead.Ordinary},
		{day.New(2026, time.October, 6), lead.Holidays}, {day.New(2026, time.April, 25), lead.Holidays}, {day.New(2026, time.July, 1), lead.Ordinary}} {
		if got := lead.SeasonOf(c.date); got != c.want {
			t.Errorf("season of %v is %v, want %v", c.date, got, c.want)
		}
	}
}

func TestOldDeliveriesFade(t *testing.T) {
	var list []lead.Delivered
	for i := range 40 {
		d := lead.Delivered{Product: name(1), Delivery: name(10 + i), Sent: today.Add(-7*i - 7), Days: 1, Promised: 1}
		if i >= 20 {
			d.Sent, d.Days = d.Sent.Add(-1200), 6
		}
		list = append(list, d)
	}
	s := lead.Learn(list, today)
	if late := s.Of(name(1), 1, today).Beyond(3); late > 0.15 {
		t.Errorf("what was slow years ago is slow %.2f of the time", late)
	}
}

func TestTheCalendarPassesOpenDaysOnly(t *testing.T) {
	closed := lead.Calendar(func(d day.Date) bool { return d >= today.Add(2) && d <= today.Add(9) })
	if n := closed.Passed(today, today.Add(12)); n != 4 {
		t.Errorf("12 days with 8 closed are %d", n)
	}
	d := lead.Days{From: 1, P: []float64{0.5, 0.3, 0.2}}
	got, left, ok := closed.From(d, today, today)
	if want := (lead.Days{From: 1, P: append([]float64{0.5}, append(make([]float64, 8), 0.3, 0.2)...)}); !ok || math.Abs(left-1) > 1e-9 || !reflect.DeepEqual(got, want) {
		t.Errorf("arrives %+v, want %+v", got, want)
	}
	// Five days later nothing has come: the first day is gone from what may be.
	got, left, ok = closed.From(d, today, today.Add(5))
	if want := (lead.Days{From: 5, P: []float64{0.6, 0.4}}); !ok || math.Abs(left-0.5) > 1e-9 || !reflect.DeepEqual(got, want) {
		t.Errorf("late, it arrives %+v, want %+v", got, want)
	}
	if _, _, ok := closed.From(d, today, today.Add(12)); ok {
		t.Error("what should have come long ago has a day")
	}
	if _, ok := lead.Calendar(func(day.Date) bool { return true }).Advance(today, 1); ok {
		t.Error("a supplier that never opens delivers")
	}
}

func TestTheRecordCountsDeliveriesNotLines(t *testing.T) {
	list := []lead.Delivered{
		{Product: name(1), Delivery: name(9), Sent: today.Add(-10), Days: 2, Promised: 2},
		{Product: name(2), Delivery: name(9), Sent: today.Add(-10), Days: 2, Promised: 2},
		{Product: name(1), Delivery: name(10), Sent: today.Add(-20), Days: 4, Promised: 2},
		{Product: name(1), Delivery: name(11), Sent: today.Add(-500), Days: 9, Promised: 2},
	}
	r := lead.RecordOf(list, 2, today)
	if r.Deliveries != 3 || r.Kept != 1 || r.Of != 2 || r.Promised != 2 || r.Days.Mean() < 2.1 {
		t.Errorf("%+v", r)
	}
	if usual, late := (lead.Days{From: 3, P: []float64{0.3, 0.4, 0.15, 0.15}}).Usual(); usual != "3–5" || late != 6 {
		t.Errorf("usually %s, late %d", usual, late)
	}
	if usual, _ := lead.Certain(2).Usual(); usual != "2" {
		t.Errorf("usually %s", usual)
	}
}

func TestADistributionIsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []lead.Delivered
		for i := range rapid.IntRange(0, 30).Draw(t, "n") {
			list = append(list, lead.Delivered{Product: name(rapid.IntRange(0, 3).Draw(t, "product")), Delivery: name(rapid.IntRange(50, 60).Draw(t, "delivery")),
				Sent: today.Add(-rapid.IntRange(0, 900).Draw(t, "age")), Days: rapid.IntRange(0, 400).Draw(t, "days"), Promised: rapid.IntRange(0, 40).Draw(t, "promised")})
			_ = i
		}
		promised := rapid.IntRange(-3, 150).Draw(t, "promise")
		sent := today.Add(rapid.IntRange(0, 365).Draw(t, "sent"))
		s := lead.Learn(list, today)
		d := s.Of(name(1), promised, sent)
		if !d.Sensible() || d.Last() > lead.Longest || d.Quantile(0.1) > d.Quantile(0.9) {
			t.Fatalf("%+v", d)
		}
		again := lead.Learn(rapid.Permutation(list).Draw(t, "permuted"), today)
		if b := again.Of(name(1), promised, sent); math.Abs(d.Mean()-b.Mean()) > 0.1 {
			t.Fatalf("in another order: %+v, %+v", d, b)
		}
	})
}

func BenchmarkOf(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 6))
	s := lead.Learn(maker{5, 1, 1}.deliveries(r, 200, 20), today)
	for i := 0; b.Loop(); i++ {
		s.Of(name(i%20), 5, today)
	}
}

package table

import (
	"fmt"
	"io"
	"math"
	"slices"

	"buhuo/internal/day"
	sales "buhuo/internal/demand/table"
	"buhuo/internal/forecast"
)

// wholeCut is the price cut that counts as a whole promotion.
const wholeCut = 0.3

// mostPeriods of one item keep a wrong file from eating the machine.
const mostPeriods = 60000

// Read reads sales and returns one series per item, in order of name, each from its first row to
// the last date of the whole file. Rows of a period are added up; a negative total counts as 0.
func Read(in io.Reader, f forecast.Freq) ([]forecast.Series, error) {
	books, err := sales.Read(in)
	if err != nil {
		return nil, err
	}
	return bring(books, f)
}

// bring turns rows into series of periods.
func bring(books []*sales.Book, f forecast.Freq) ([]forecast.Series, error) {
	last := books[0].Rows[0].Date
	for _, b := range books {
		for _, c := range b.Rows {
			last = max(last, c.Date)
		}
	}
	step := spacing(books)
	if wholes(f, step) {
		step = 0
	}
	end := f.Number(last)
	out := make([]forecast.Series, len(books))
	for i, b := range books {
		first := b.Rows[0].Date
		for _, c := range b.Rows {
			first = min(first, c.Date)
		}
		if n := end - f.Number(first) + 1; n > mostPeriods {
			return nil, fmt.Errorf("the item %q spans %d periods, which is more than %d", b.Name, n, mostPeriods)
		}
		out[i] = seriesOf(b, f, first, last, end, step)
	}
	return out, nil
}

// wholes tells whether rows that many days apart are whole weeks or months.
func wholes(f forecast.Freq, step int) bool {
	return f == forecast.Week && step >= 7 || f == forecast.Month && step >= 28
}

// spacing returns the least distance between two dates of the file, in days.
func spacing(books []*sales.Book) int {
	seen := map[day.Date]bool{}
	for _, b := range books {
		for _, c := range b.Rows {
			seen[c.Date] = true
		}
	}
	dates := make([]day.Date, 0, len(seen))
	for d := range seen {
		dates = append(dates, d)
	}
	slices.Sort(dates)
	least := math.MaxInt32
	for i := 1; i < len(dates); i++ {
		least = min(least, int(dates[i]-dates[i-1]))
	}
	return least
}

// seriesOf adds the rows of an item up to periods. Where rows are finer than periods, the first and
// the last period count only for the days that the rows can speak of: 13 months of sales are not
// divided by 12, nor a half week taken for a whole one.
func seriesOf(b *sales.Book, f forecast.Freq, first, last day.Date, end, step int) forecast.Series {
	begin := f.Number(first)
	n := end - begin + 1
	s := forecast.Series{ID: b.Name, Category: b.Category, Start: f.First(begin), Values: make([]float64, n)}
	hidden := make([]float64, n) // days of availability that rows take away
	rows := make([]float64, n)
	var extra [3][]float64 // price, promo, holiday
	counts := [3][]float64{}
	anyHidden := false
	for _, c := range b.Rows {
		t := f.Number(c.Date) - begin
		s.Values[t] += c.Quantity
		rows[t]++
		if c.Available < 1 {
			hidden[t] += (1 - c.Available) * float64(max(step, 1))
			anyHidden = true
		}
		promo := c.Promo
		if c.Discount < 1 { // a cut by three tenths or more is a whole promotion
			promo = math.Max(math.Min((1-c.Discount)/wholeCut, 1), 0)
		}
		for j, x := range [3]float64{c.Price, promo, c.DayOff} {
			if math.IsNaN(x) {
				continue
			}
			if extra[j] == nil {
				extra[j], counts[j] = make([]float64, n), make([]float64, n)
			}
			extra[j][t] += x
			counts[j][t]++
		}
	}
	for j := range extra {
		for t := range extra[j] {
			if counts[j][t] > 0 {
				extra[j][t] /= counts[j][t]
			}
		}
	}
	s.Price, s.Promo, s.Holiday = extra[0], extra[1], extra[2]
	s.Label = usual(s.Price)
	for t := range s.Values {
		s.Values[t] = math.Max(s.Values[t], 0)
	}
	partial := f != forecast.Day && step > 0
	if !anyHidden && !partial {
		return s
	}
	s.Available = make([]float64, n)
	for t := range s.Available {
		days := float64(f.First(begin+t+1) - f.First(begin+t))
		whole := days
		switch {
		case step == 0: // rows are periods; twice the same period counts once
			days = math.Max(rows[t], 1)
			whole = days
		case f == forecast.Day:
			whole = math.Max(rows[t], 1) * float64(max(step, 1))
			days = whole
		default:
			if t == 0 {
				days -= float64(first - f.First(begin))
			}
			if t == n-1 {
				days -= float64(max(int(f.First(begin+n))-int(last)-step, 0))
			}
		}
		s.Available[t] = math.Min(math.Max((days-hidden[t])/whole, 0), 1)
	}
	return s
}

// usual returns the mean of the prices known; 0 when none is.
func usual(prices []float64) float64 {
	sum, n := 0.0, 0.0
	for _, p := range prices {
		if p > 0 {
			sum += p
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

package table

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"buhuo/internal/day"
	"buhuo/internal/demand"
)

// mostDays of one item keep a wrong file from eating the machine.
const mostDays = 60000

// leastShare is the availability written for a day that is known to have been empty from opening to
// closing: 0 is kept for days of which nothing is known.
const leastShare = 0.0001

// Run reads sales from in (CSV, compressed with gzip or not), and what was sold by the hour from
// hourly when that is not nil, and writes the demand of every day and item as CSV:
// item,date,quantity,available,corrected,lower,upper,reason. An availability of 0 in the sales means
// that nothing is known of the day; where there are hours, they say more. Everything in the files is
// learned from. Errors are sentences with the line they speak of.
func Run(in, hourly io.Reader, out io.Writer) error {
	books, err := Read(in)
	if err != nil {
		return err
	}
	var hours *Hours
	if hourly != nil {
		if hours, err = ReadHours(hourly); err != nil {
			return fmt.Errorf("table of hours: %w", err)
		}
	}
	products, err := bring(books, hours)
	if err != nil {
		return err
	}
	shop := demand.LearnShop(products, demand.Profile{})
	b := bufio.NewWriterSize(out, 1<<16)
	b.WriteString("item,date,quantity,available,corrected,lower,upper,reason\n") // a failed write comes back from Flush
	var line []byte
	for i, p := range products {
		e := shop.Estimate(p)
		name := Quote(books[i].Name)
		for d := range e.Days {
			line = append(append(line[:0], name...), ',')
			line = appendDay(line, p.Series, e, d)
			b.Write(line)
		}
	}
	return b.Flush()
}

func appendDay(out []byte, s demand.Series, e demand.Estimate, i int) []byte {
	c := e.Days[i]
	share := e.Available[i]
	if c.Reason != demand.Unknown && !(i < len(s.Unknown) && s.Unknown[i]) {
		share = math.Max(share, leastShare)
	}
	out = append(append(out, s.Start.Add(i).String()...), ',')
	out = append(number(out, s.Sold[i]), ',')
	out = append(strconv.AppendFloat(out, share, 'f', 4, 64), ',')
	for _, x := range [3]float64{c.Demand, c.Lower, c.Upper} {
		out = append(number(out, x), ',')
	}
	out = append(out, c.Reason.String()...)
	if c.Bulk > 0 {
		out = number(append(out, ' '), c.Bulk)
	}
	return append(out, '\n')
}

func number(out []byte, x float64) []byte { return strconv.AppendFloat(out, x, 'g', 9, 64) }

// Quote writes a CSV field.
func Quote(s string) string {
	if !slices.ContainsFunc([]byte(s), func(b byte) bool { return b == '"' || b == ',' || b == '\n' || b == '\r' }) {
		return s
	}
	out := []byte{'"'}
	for i := range len(s) {
		if s[i] == '"' {
			out = append(out, '"')
		}
		out = append(out, s[i])
	}
	return string(append(out, '"'))
}

// bring turns rows into products, each from its first row to the last date of the whole file. A date
// without a row inside is a day without sales.
func bring(books []*Book, hours *Hours) ([]demand.Product, error) {
	last := books[0].Rows[0].Date
	for _, b := range books {
		for _, r := range b.Rows {
			last = max(last, r.Date)
		}
	}
	out := make([]demand.Product, len(books))
	known := make(map[string]bool, len(books))
	for i, b := range books {
		first := b.Rows[0].Date
		for _, r := range b.Rows {
			first = min(first, r.Date)
		}
		if n := int(last-first) + 1; n > mostDays {
			return nil, fmt.Errorf("the item %q spans %d days, which is more than %d", b.Name, n, mostDays)
		}
		out[i] = b.product(first, last, hours.of(b.Name))
		known[b.Name] = true
	}
	if hours != nil {
		for name := range hours.days {
			if !known[name] {
				return nil, fmt.Errorf("table of hours: the item %q has no row among the sales", hours.unknown(known))
			}
		}
	}
	return out, nil
}

// unknown names the first item, in order of names, that is not known.
func (t *Hours) unknown(known map[string]bool) string {
	var names []string
	for name := range t.days {
		if !known[name] {
			names = append(names, name)
		}
	}
	return slices.Min(names)
}

// product adds up an item's rows by day: returns reduce the sales of their day, but not below 0.
func (b *Book) product(first, last day.Date, hours []demand.HourDay) demand.Product {
	n := int(last-first) + 1
	s := demand.Series{Start: first, Category: b.Category, Sold: make([]float64, n)}
	share, shares := make([]float64, n), make([]float64, n)
	promo, price, prices := make([]float64, n), make([]float64, n), make([]float64, n)
	told := false // of promotions or discounts, so that prices need not be asked
	for _, r := range b.Rows {
		i := int(r.Date - first)
		s.Sold[i] += r.Quantity
		if !math.IsNaN(r.Available) {
			share[i] += r.Available
			shares[i]++
		}
		if !math.IsNaN(r.Promo) || !math.IsNaN(r.Discount) {
			told = true
			promo[i] = math.Max(promo[i], math.Max(whole(r.Promo), demand.Cut(r.Discount)))
		}
		if r.Price > 0 {
			price[i] += r.Price
			prices[i]++
		}
	}
	s.Available, s.Unknown = make([]float64, n), make([]bool, n)
	for i := range n {
		s.Sold[i] = math.Max(s.Sold[i], 0)
		s.Available[i] = 1
		if shares[i] > 0 {
			s.Available[i] = share[i] / shares[i]
		}
		s.Unknown[i] = s.Available[i] == 0
		if prices[i] > 0 {
			price[i] /= prices[i]
		}
	}
	if s.Promo = promo; !told {
		s.Promo = demand.Cuts(price)
	}
	for k := range hours {
		if i := int(hours[k].Date - first); i >= 0 && i < n {
			s.Unknown[i] = false
		}
	}
	return demand.Product{Series: s, Hours: hours}
}

// whole is the promotion that a row tells, 0 when it tells none.
func whole(x float64) float64 {
	if x > 0 {
		return math.Min(x, 1)
	}
	return 0
}

package table

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"buhuo/internal/day"
	"buhuo/internal/demand"
)

// columns of the table of hours; all are needed.
const (
	hourItem = iota
	hourDate
	hourHour
	hourQuantity
	hourInStock
	hourColumns
)

var hourNames = [hourColumns]string{"item", "date", "hour", "quantity", "in_stock"}

// Hours are the hours of the items of a table.
type Hours struct {
	days  map[string]map[day.Date]*hourDay
	seen  [24]bool // some row speaks of the hour
	quiet bool     // hours on the shelf without sales have rows
	told  int      // hours of items and days that have rows
	dated int      // days of items that have rows
}

// hourDay is a day with the hours that its rows speak of.
type hourDay struct {
	demand.HourDay
	told [24]bool
}

// ReadHours reads what was sold by the hour as CSV, compressed with gzip or not. Rows of the same
// hour are added up, and the longer of their times on the shelf counts. Errors are sentences with
// the line they speak of.
func ReadHours(in io.Reader) (*Hours, error) {
	text, err := plain(in)
	if err != nil {
		return nil, err
	}
	r := newCSV(text)
	at, err := header(r, hourNames[:], hourColumns)
	if err != nil {
		return nil, err
	}
	out := &Hours{days: map[string]map[day.Date]*hourDay{}}
	dates := map[string]day.Date{}
	any := false
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, broken(err)
		}
		line, _ := r.FieldPos(0)
		if err := out.add(row, at, dates, line); err != nil {
			return nil, err
		}
		any = true
	}
	if !any {
		return nil, errors.New("the file has no row of hours")
	}
	return out, nil
}

func (t *Hours) add(row []string, at []int, dates map[string]day.Date, line int) error {
	name := field(row, at[hourItem])
	days := t.days[name]
	if days == nil {
		b, err := newBook(name, line)
		if err != nil {
			return err
		}
		days = map[day.Date]*hourDay{}
		t.days[b.Name] = days
	}
	date, err := readDate(field(row, at[hourDate]), dates, line)
	if err != nil {
		return err
	}
	text := strings.TrimSpace(field(row, at[hourHour]))
	hour, err := strconv.Atoi(text)
	if err != nil || hour < 0 || hour > 23 {
		return fmt.Errorf("line %d: the hour %q is not a whole number from 0 to 23", line, clip(text))
	}
	quantity, err := readNumber(field(row, at[hourQuantity]), hourNames[hourQuantity], -1e15, 1e15, line)
	if err != nil {
		return err
	}
	inStock, err := readNumber(field(row, at[hourInStock]), hourNames[hourInStock], 0, 1, line)
	if err != nil {
		return err
	}
	d := days[date]
	if d == nil {
		d = &hourDay{HourDay: demand.HourDay{Date: date}}
		days[date] = d
		t.dated++
	}
	if !d.told[hour] {
		t.told++
	}
	d.Sold[hour] += quantity
	d.OnShelf[hour] = max(d.OnShelf[hour], inStock)
	d.told[hour] = true
	t.seen[hour] = true
	t.quiet = t.quiet || quantity == 0 && inStock > 0
	return nil
}

// dense reports whether the table lists hours whether they sold or not.
func (t *Hours) dense() bool {
	hours := 0
	for _, seen := range t.seen {
		if seen {
			hours++
		}
	}
	return t.quiet || 10*t.told >= 9*t.dated*hours
}

// of returns an item's days in order. An hour that other rows of the file speak of and none of the
// item's day was on the shelf and sold nothing, unless the item's first day begins after it or its
// last day ends before it: of such an hour nothing is known. (A file that lists hours with sales
// only cannot tell when a day began.)
func (t *Hours) of(item string) []demand.HourDay {
	if t == nil {
		return nil
	}
	dense := t.dense()
	var found []*hourDay
	for _, d := range t.days[item] {
		found = append(found, d)
	}
	slices.SortFunc(found, func(a, b *hourDay) int { return int(a.Date) - int(b.Date) })
	out := make([]demand.HourDay, len(found))
	for i, d := range found {
		from, to := 0, 24
		if dense && i == 0 {
			from = slices.Index(d.told[:], true)
		}
		if dense && i == len(found)-1 {
			for to > 0 && !d.told[to-1] {
				to--
			}
		}
		for h := from; h < to; h++ {
			if t.seen[h] && !d.told[h] {
				d.OnShelf[h] = 1
			}
		}
		out[i] = d.HourDay
	}
	return out
}

// Package table replays from a plain table: it reads sales as CSV, chooses the items whose past is
// long enough, runs policies over the last days and writes what they came to. It opens no database
// and no file: readers and writers come from the caller.
package table

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"

	"buhuo/internal/day"
	sales "buhuo/internal/demand/table"
	"buhuo/internal/forecast"
	"buhuo/internal/forecast/table"
	"buhuo/internal/replay"
)

// Select says which items are replayed, and what is assumed where the table is silent.
type Select struct {
	MinSalesDays int      // days with sales that an item must have
	SoldSince    day.Date // its last sale is on or after this day; 0: 60 days before the end
	Price        float64  // where the table has none; 0: such a table is refused
	CostShare    float64  // cost over price where the table has none
}

// Check says in a sentence what is wrong with the choice.
func (s Select) Check() error {
	switch {
	case s.MinSalesDays < 1:
		return fmt.Errorf("an item must have 1 day with sales or more, not %d", s.MinSalesDays)
	case !(s.Price >= 0 && s.Price <= 1e12):
		return fmt.Errorf("the price must be 0 to 1e12, not %v", s.Price)
	case !(s.CostShare >= 0 && s.CostShare <= 1):
		return fmt.Errorf("the cost is a share of 0 to 1 of the price, not %v", s.CostShare)
	}
	return nil
}

const (
	lately    = 60   // days before the end within which an item must have sold
	costMost  = 0.95 // of the price; dearer goods would be better not sold
	mostDays  = 60000
	mostBytes = 1 << 30
)

// Read reads sales (CSV, compressed with gzip or not) and chooses the items to replay.
func Read(in io.Reader, window int, s Select) (*replay.Shop, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(in, mostBytes))
	if err != nil {
		return nil, fmt.Errorf("the file cannot be read: %w", err)
	}
	books, err := sales.Read(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	all, err := table.Read(bytes.NewReader(text), forecast.Day)
	if err != nil {
		return nil, err
	}
	end := books[0].Rows[0].Date
	for _, b := range books {
		for _, r := range b.Rows {
			end = max(end, r.Date)
		}
	}
	if s.SoldSince == 0 {
		s.SoldSince = end.Add(-lately)
	}
	shop := &replay.Shop{All: all}
	for i, b := range books { // both readers put items in order of name
		item, err := itemOf(b, end, window, s)
		if err != nil {
			return nil, err
		}
		if item != nil {
			item.Sales = all[i]
			shop.Items = append(shop.Items, *item)
		}
	}
	if len(shop.Items) == 0 {
		return nil, fmt.Errorf("no item qualifies: none sold on %d days or more, was sold on %s or later, and has %d days of past (the window of %d and %d before it)",
			s.MinSalesDays, s.SoldSince, window+replay.Settling, window, replay.Settling)
	}
	return shop, nil
}

// itemOf returns the item of a book, nil when it does not qualify.
func itemOf(b *sales.Book, end day.Date, window int, s Select) (*replay.Item, error) {
	byDay := map[day.Date]float64{}
	var prices, costs []float64
	for _, r := range b.Rows {
		byDay[r.Date] += r.Quantity
		if r.Quantity > 0 && !math.IsNaN(r.Price) {
			prices = append(prices, r.Price)
		}
		if r.Quantity > 0 && !math.IsNaN(r.Cost) {
			costs = append(costs, r.Cost)
		}
	}
	var first, last day.Date
	sold := 0
	for d, q := range byDay {
		if q <= 0 {
			continue
		}
		if sold++; sold == 1 {
			first, last = d, d
		}
		first, last = min(first, d), max(last, d)
	}
	days := int(end-first) + 1
	if sold < s.MinSalesDays || last < s.SoldSince || days < window+replay.Settling {
		return nil, nil
	}
	if days > mostDays {
		return nil, fmt.Errorf("the item %q spans %d days, which is more than %d", b.Name, days, mostDays)
	}
	item := &replay.Item{ID: b.Name, Start: first, Demand: make([]float64, days), Price: s.Price}
	for d, q := range byDay {
		if t := int(d - first); t >= 0 {
			item.Demand[t] = max(q, 0)
		}
	}
	if len(prices) > 0 {
		item.Price = median(prices)
	}
	if item.Price == 0 {
		return nil, fmt.Errorf("the item %q has no price in the table; give one with --price", b.Name)
	}
	item.Cost = s.CostShare * item.Price
	if len(costs) > 0 {
		item.Cost = median(costs)
	}
	item.Cost = min(item.Cost, costMost*item.Price)
	return item, nil
}

func median(x []float64) float64 {
	slices.Sort(x)
	n := len(x)
	if n%2 == 1 {
		return x[n/2]
	}
	return (x[n/2-1] + x[n/2]) / 2
}

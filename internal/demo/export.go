package demo

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/demo/world"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// The example shop of Export: these goods, on these days, for ever the same, so
// that a manual can show what comes of them.
var (
	exampleCodes = []string{"1001", "1101", "1208", "1301", "1401", "1501", "1602", "1703", "1707", "1801", "1901", "2501"}
	exampleFirst = day.New(2026, time.July, 4)
	exampleLast  = day.New(2026, time.October, 31)
)

// exampleBefore is how many days the shop was open before the files begin.
const exampleBefore = 60

// Export writes the files of a small shop into dir, which is made when missing, as
// an import reads them: products.csv, sales.csv with 120 days, and stock.csv with
// what was on the shelves after the last. They are the same at every call.
func Export(ctx context.Context, dir string) error {
	e, err := exampleOf(ctx, world.Generate(seed, exampleFirst.Add(-exampleBefore), exampleLast))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		rows [][]string
	}{{"products.csv", e.products()}, {"sales.csv", e.sales}, {"stock.csv", e.stock()}} {
		if err := writeTable(filepath.Join(dir, f.name), f.rows); err != nil {
			return err
		}
	}
	return nil
}

// writeTable writes rows with the mark by which spreadsheets know UTF-8.
func writeTable(path string, rows [][]string) error {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// example gathers what the files say.
type example struct {
	w      *world.World
	terms  *terms
	chosen map[int]bool // products
	rivals []int
	lots   map[ident.ID]*shelved
	inward map[int]measure.Quantity // what came in
	lost   map[int]measure.Quantity // of which thrown away
	sales  [][]string
	today  map[sold]measure.Quantity
}

// shelved is a lot and what is left of it.
type shelved struct {
	lot  *world.Lot
	left measure.Quantity
}

// sold is what one day's sales are added up by.
type sold struct {
	product int
	back    bool
	price   money.Price
}

func exampleOf(ctx context.Context, w *world.World) (*example, error) {
	e := &example{
		w: w, terms: termsOf(w), chosen: map[int]bool{}, rivals: middlemen(w), lots: map[ident.ID]*shelved{},
		inward: map[int]measure.Quantity{}, lost: map[int]measure.Quantity{}, today: map[sold]measure.Quantity{},
		sales: [][]string{{"item", "date", "quantity", "price", "cost"}},
	}
	for i, p := range w.Products {
		e.chosen[i] = slices.Contains(exampleCodes, p.Code)
	}
	for d, events := range w.Days() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, event := range events {
			e.terms.apply(event)
			e.see(event)
		}
		e.closeDay(d)
	}
	return e, nil
}

// put adds to a lot what comes (positive) or leaves it.
func (e *example) put(l *world.Lot, q measure.Quantity) {
	if !e.chosen[l.Product] {
		return
	}
	if e.lots[l.ID] == nil {
		e.lots[l.ID] = &shelved{lot: l}
	}
	e.lots[l.ID].left += q
}

func (e *example) see(event world.Event) {
	switch x := event.(type) {
	case *world.Opening:
		for _, l := range x.Lines {
			e.put(l.Lot, l.Quantity)
			e.inward[l.Lot.Product] += l.Quantity
		}
	case *world.Receipt:
		for _, l := range x.Lines {
			e.put(l.Lot, l.Quantity)
			e.inward[l.Lot.Product] += l.Quantity
		}
	case *world.Sale:
		for _, l := range x.Lines {
			e.today[sold{l.Product, false, l.Price}] += l.Quantity
			e.take(l.Takes)
		}
	case *world.Return:
		p := x.Take.Lot.Product
		e.today[sold{p, true, e.terms.prices[p]}] += x.Take.Quantity
		e.put(x.Take.Lot, x.Take.Quantity)
	case *world.Loss:
		e.take(x.Takes)
		for _, t := range x.Takes {
			e.lost[x.Product] += t.Quantity
		}
	case *world.Count:
		for _, l := range x.Lines {
			e.put(l.Lot, l.Counted-l.Booked)
		}
	}
}

func (e *example) take(takes []world.Take) {
	for _, t := range takes {
		e.put(t.Lot, -t.Quantity)
	}
}

// closeDay writes the day's rows: one a product and price, returns last.
func (e *example) closeDay(d day.Date) {
	keys := make([]sold, 0, len(e.today))
	for k := range e.today {
		if e.chosen[k.product] && d >= exampleFirst {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b sold) int {
		if a.back != b.back {
			if b.back {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.product, b.product), cmp.Compare(b.price, a.price))
	})
	for _, k := range keys {
		q := e.today[k]
		if k.back {
			q = -q
		}
		e.sales = append(e.sales, []string{
			e.w.Products[k.product].Code, d.String(), q.Decimal(), k.price.Decimal(), e.cost(k.product).Decimal(),
		})
	}
	clear(e.today)
}

// cost is what the middleman asks for a base unit now.
func (e *example) cost(product int) money.Price { return e.terms.breaks[e.rivals[product]][0].Price }

// products are the goods with the share that was thrown away.
func (e *example) products() [][]string {
	rows := [][]string{{"item", "name", "category", "unit", "loss_percent"}}
	for i, p := range e.w.Products {
		if !e.chosen[i] {
			continue
		}
		loss := int64(0)
		if in := e.inward[i]; in > 0 {
			loss = int64(e.lost[i]) * 1000 / int64(in) // tenths of a per cent
		}
		rows = append(rows, []string{p.Code, p.Name, e.w.Categories[p.Category].Name, p.Unit, fmt.Sprintf("%d.%d", loss/10, loss%10)})
	}
	return rows
}

// stock is what was left on the shelves, lot by lot.
func (e *example) stock() [][]string {
	var left []*shelved
	for _, s := range e.lots {
		if s.left > 0 {
			left = append(left, s)
		}
	}
	slices.SortFunc(left, func(a, b *shelved) int {
		return cmp.Or(cmp.Compare(a.lot.Product, b.lot.Product), cmp.Compare(a.lot.Received, b.lot.Received), cmp.Compare(a.lot.Code, b.lot.Code))
	})
	rows := [][]string{{"item", "quantity", "cost", "expiry", "lot"}}
	for _, s := range left {
		until := ""
		if s.lot.Expiry != day.None {
			until = s.lot.Expiry.String()
		}
		rows = append(rows, []string{
			e.w.Products[s.lot.Product].Code, s.left.Decimal(), e.cost(s.lot.Product).Decimal(), until, s.lot.Code,
		})
	}
	return rows
}

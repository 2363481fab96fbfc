package insight

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/stock"
)

// Behind is what one product adds to a figure: so many lines of the ledger or the till.
type Behind struct {
	Product       *catalog.Product
	Lines         int
	Quantity      measure.Quantity
	Amount, Value money.Amount
}

// Figure names the kinds that a figure adds up.
func Figure(name string) ([]Kind, bool) {
	switch name {
	case "sales":
		return []Kind{Sold, SoldBare, SoldPast, Returned, ReturnedBare, ReturnedPast}, true
	case "uncosted":
		return []Kind{SoldBare, SoldPast, ReturnedBare, ReturnedPast}, true
	}
	k, ok := ParseKind(name)
	return []Kind{k}, ok && !k.Sale()
}

// Behind lists the products behind a figure of a window, those first that weigh most.
func (s *Service) Behind(ctx context.Context, q Query, of []Kind) ([]Behind, error) {
	d, err := s.desk(ctx, q)
	if err != nil || q.Window.Days() <= 0 {
		return nil, err
	}
	type list = map[*subject]*Behind
	sums, err := each(ctx, s, d, []Window{q.Window}, func() *list { return &list{} }, func(sum *list, one *subject, c *Cell, sold *spot) {
		if !slices.Contains(of, c.Kind) || c.Kind.Sale() && !sold.asked {
			return
		}
		b := (*sum)[one]
		if b == nil {
			b = &Behind{Product: one.Product}
			(*sum)[one] = b
		}
		b.Lines, b.Quantity, b.Amount, b.Value = b.Lines+c.Lines, b.Quantity+c.Quantity, b.Amount+c.Amount, b.Value+c.Value
	})
	var out []Behind
	for _, sum := range sums {
		for _, b := range *sum {
			out = append(out, *b)
		}
	}
	size := func(b Behind) money.Amount { return max(b.Amount, -b.Amount) + max(b.Value, -b.Value) }
	slices.SortFunc(out, func(a, b Behind) int {
		return cmp.Or(cmp.Compare(size(b), size(a)), cmp.Compare(a.Product.Name, b.Product.Name), bytes.Compare(a.Product.ID[:], b.Product.ID[:]))
	})
	return out, err
}

// Entry is a line of the ledger, or of the till where it moved nothing, behind a figure.
type Entry struct {
	Day           day.Date
	Kind          Kind
	Seqs          []int64   // in the ledger; none: it moved nothing
	Sale          *ident.ID // of a line at the till
	Quantity      measure.Quantity
	Amount, Value money.Amount
	Reason        string
}

// Entries reads the lines of one product behind a figure, and of those that go on as it, in
// the order of days.
func (s *Service) Entries(ctx context.Context, q Query, of []Kind, product ident.ID) ([]Entry, error) {
	if q.Window.Days() <= 0 {
		return nil, nil
	}
	merged, err := s.catalog.Merged(ctx)
	if err != nil {
		return nil, err
	}
	ids := []ident.ID{product}
	for old, into := range merged {
		if into == product {
			ids = append(ids, old)
		}
	}
	lines, err := s.store.Lines(ctx, ids, q.Window.From)
	if err != nil {
		return nil, err
	}
	moves, err := s.store.Moves(ctx, ids, q.Window.From)
	if err != nil {
		return nil, err
	}
	balances, err := s.stock.Balances(ctx, ids)
	if err != nil {
		return nil, err
	}
	channels, err := s.sales.Channels(ctx)
	if err != nil {
		return nil, err
	}
	by := make(map[ident.ID]sales.Channel, len(channels))
	for _, c := range channels {
		by[c.ID] = c
	}
	var out []Entry
	take := func(e Entry) {
		if q.Window.Has(e.Day) && slices.Contains(of, e.Kind) {
			out = append(out, e)
		}
	}
	sold := map[booked][]sent{}
	var till []Line
	for _, id := range ids {
		till = append(till, lines[id]...)
		for _, m := range moves[id] {
			if m.Kind != stock.Sale && m.Kind != stock.CustomerReturn {
				take(Entry{Day: m.Day, Kind: m.counts(balances[id].KnownFrom), Seqs: []int64{m.Seq}, Quantity: m.Quantity, Value: m.Value, Reason: m.Reason})
				continue
			}
			at := booked{m.SourceID, m.SourceLine, m.Day}
			sold[at] = with(sold[at], m)
		}
	}
	for _, l := range till {
		if !q.has(l.Place) {
			continue
		}
		at := booked{l.SaleID, l.Line, l.Day}
		parts := q.parts(l, sold[at], by)
		delete(sold, at)
		e := Entry{Day: l.Day, Kind: SoldPast, Sale: &l.SaleID}
		for _, p := range parts {
			e.Seqs, e.Quantity, e.Amount, e.Value = append(e.Seqs, p.seqs...), e.Quantity-p.quantity, e.Amount+p.amount, e.Value-p.value
		}
		if len(e.Seqs) > 0 {
			e.Kind = SoldBare
		}
		if e.Value != 0 {
			e.Kind = Sold
		}
		if l.Quantity < 0 {
			e.Kind += Returned - Sold
		}
		if len(parts) > 0 {
			slices.Sort(e.Seqs)
			take(e)
		}
	}
	for at, list := range sold {
		e := Entry{Day: at.day, Kind: Unclaimed}
		for _, p := range list {
			e.Seqs, e.Quantity, e.Value = append(e.Seqs, p.seqs...), e.Quantity+p.quantity, e.Value+p.value
		}
		if e.Quantity != 0 || e.Value != 0 {
			slices.Sort(e.Seqs)
			take(e)
		}
	}
	slices.SortFunc(out, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), slices.Compare(a.Seqs, b.Seqs), cmp.Compare(a.Quantity, b.Quantity), cmp.Compare(a.Amount, b.Amount))
	})
	return out, nil
}

// sent is what a line moved of the goods of one supplier, and what it brought.
type sent struct {
	moved
	seqs   []int64
	amount money.Amount
}

// with adds a movement to those of its line.
func with(list []sent, m Move) []sent {
	for i := range list {
		if list[i].supplier == m.Supplier {
			list[i].quantity, list[i].value, list[i].seqs = list[i].quantity+m.Quantity, list[i].value+m.Value, append(list[i].seqs, m.Seq)
			return list
		}
	}
	return append(list, sent{moved: moved{m.Supplier, m.Quantity, m.Value, 1}, seqs: []int64{m.Seq}})
}

// parts splits a line as the boards do, and leaves what is of the source asked for.
func (q Query) parts(l Line, list []sent, channels map[ident.ID]sales.Channel) []sent {
	if len(list) == 0 {
		list = []sent{{moved: moved{quantity: -l.Quantity}}}
	}
	slices.SortFunc(list, func(a, b sent) int { return bytes.Compare(a.supplier[:], b.supplier[:]) })
	goods := make([]moved, len(list))
	for i := range list {
		goods[i] = list[i].moved
	}
	for i, amount := range shares(l.Amount, goods) {
		list[i].amount = amount
	}
	return slices.DeleteFunc(list, func(p sent) bool {
		place := l.Place
		place.Supplier = p.supplier
		return q.Source != 0 && source(place, channels) != q.Source
	})
}

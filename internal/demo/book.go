package demo

import (
	"fmt"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/demo/world"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/stock"
)

// sourceSale marks the movements of sales in the ledger, as the sales room does.
const sourceSale = "sale"

// bookkeeper turns events of a world into entries of the shop's books.
type bookkeeper struct {
	w      *world.World
	zone   *time.Location
	person ident.ID
	secret []byte // of the shop
}

func (b bookkeeper) instant(e world.Event) day.Micros { return e.Stamp().Instant(b.zone) }

// posting begins an entry of the ledger for an event.
func (b bookkeeper) posting(e world.Event, kind stock.Kind, product int, source string, line int) stock.Posting {
	h := e.Stamp()
	return stock.Posting{
		Kind: kind, ProductID: b.w.Products[product].ID, OccurredAt: b.instant(e), BusinessDay: h.Day,
		Source: source, SourceID: h.ID, SourceLine: line,
	}
}

// opening is the first count, lot by lot, valued without tax.
func (b bookkeeper) opening(e *world.Opening) []stock.Posting {
	out := make([]stock.Posting, len(e.Lines))
	for i, l := range e.Lines {
		p := b.posting(e, stock.Count, l.Lot.Product, stock.SourceOpening, i+1)
		cost := l.Cost.NetOfTax(b.w.Products[l.Lot.Product].TaxRate)
		p.ID, p.Quantity, p.UnitCost = l.Lot.ID, l.Quantity, &cost
		p.Lot = &stock.LotSpec{Code: l.Lot.Code, Expiry: expiry(l.Lot)}
		out[i] = p
	}
	return out
}

// sale is a basket without its lines.
func (b bookkeeper) sale(e *world.Sale) sales.Sale {
	s := sales.Sale{
		ID: e.ID, Kind: sales.KindSale, Channel: string(e.Channel), BusinessDay: e.Day, OccurredAt: b.instant(e),
		Province: e.Prefecture, PersonID: b.person,
	}
	if s.Province == "" {
		s.Province = e.Province
	}
	if e.Buyer != "" {
		s.CustomerKey = sales.CustomerKey(b.secret, s.Channel, e.Buyer)
	}
	return s
}

func (b bookkeeper) saleLine(l world.SaleLine) sales.Line {
	p := b.w.Products[l.Product]
	return sales.Line{ProductID: p.ID, Quantity: l.Quantity, Unit: p.Unit, Price: l.Price, Amount: l.Amount, Promo: l.Promoted}
}

// wish is something asked for in vain; goods of the shop are wished by their name.
func (b bookkeeper) wish(e *world.Wish) sales.Wish {
	w := sales.Wish{ID: e.ID, Text: e.Text, Kind: sales.WishAsked, BusinessDay: e.Day, RecordedAt: b.instant(e), PersonID: b.person}
	if e.Product >= 0 {
		p := b.w.Products[e.Product]
		w.Text, w.ProductID = p.Name, &p.ID
	}
	return w
}

// lost says what kind of loss a reason is, and what the shopkeeper notes.
func lost(r world.Reason) (stock.Kind, string) {
	switch r {
	case world.OwnUse:
		return stock.OwnUse, ""
	case world.Gift:
		return stock.Gift, ""
	case world.Expired:
		return stock.Spoilage, "过期"
	case world.Wilted:
		return stock.Spoilage, "蔫了"
	}
	return stock.Spoilage, "破损"
}

// exact writes the past down as it was, lot by lot: no person has had a hand in it.
type exact struct {
	bookkeeper
	deliveries map[ident.ID][]stock.Posting // what each delivery brought
	recent     []*world.Sale                // those that something may be brought back of
	entries    entries
}

// entries are what is written in one transaction.
type entries struct {
	events   int
	through  minute
	postings []stock.Posting
	sales    []sales.Sale
	wishes   []sales.Wish
}

// returnsWithin is how many days after a sale goods are brought back at most.
const returnsWithin = 7

func (x *exact) add(e world.Event) error {
	switch e := e.(type) {
	case *world.Opening:
		x.post(x.opening(e)...)
	case *world.Receipt:
		x.post(x.deliveries[e.ID]...)
		delete(x.deliveries, e.ID)
	case *world.Sale:
		x.sell(e)
	case *world.Return:
		return x.takeBack(e)
	case *world.Loss:
		kind, note := lost(e.Reason)
		for _, t := range e.Takes {
			p := x.posting(e, kind, e.Product, stock.SourceLoss, 1)
			p.Quantity, p.LotID, p.Note = -t.Quantity, &t.Lot.ID, note
			x.post(p)
		}
	case *world.Count:
		x.count(e)
	case *world.Wish:
		x.entries.wishes = append(x.entries.wishes, x.wish(e))
	default:
		return nil // terms and orders are written elsewhere, missed demand nowhere
	}
	x.entries.events++
	return nil
}

func (x *exact) post(p ...stock.Posting) { x.entries.postings = append(x.entries.postings, p...) }

func (x *exact) sell(e *world.Sale) {
	s := x.sale(e)
	s.Lines = make([]sales.Line, len(e.Lines))
	for i, l := range e.Lines {
		s.Lines[i] = x.saleLine(l)
		for _, t := range l.Takes {
			p := x.posting(e, stock.Sale, l.Product, sourceSale, i+1)
			p.Quantity, p.LotID = -t.Quantity, &t.Lot.ID
			x.post(p)
		}
	}
	x.entries.sales = append(x.entries.sales, s)
	x.recent = append(x.recent, e)
}

// takeBack books goods that a customer brings back, at what they had paid.
func (x *exact) takeBack(e *world.Return) error {
	for len(x.recent) > 0 && x.recent[0].Day < e.Day-returnsWithin {
		x.recent = x.recent[1:]
	}
	for _, sold := range x.recent {
		if sold.ID == e.Sale {
			back, posting := x.back(e, x.sale(sold), x.saleLine(sold.Lines[e.Line]))
			posting.LotID = &e.Take.Lot.ID
			x.entries.sales = append(x.entries.sales, back)
			x.post(posting)
			return nil
		}
	}
	return fmt.Errorf("demo: goods of %s brought back, but its sale is unknown", e.Day)
}

// back is the return of part of a line of an earlier sale, and its entry in the
// ledger.
func (b bookkeeper) back(e *world.Return, sold sales.Sale, line sales.Line) (sales.Sale, stock.Posting) {
	line.Quantity, line.Amount, line.Promo = e.Take.Quantity, e.Amount, false
	p := b.posting(e, stock.CustomerReturn, e.Take.Lot.Product, sourceSale, 1)
	p.Quantity = e.Take.Quantity
	return sales.Sale{
		ID: e.ID, Kind: sales.KindReturn, Channel: sold.Channel, BusinessDay: e.Day, OccurredAt: b.instant(e),
		Province: sold.Province, CustomerKey: sold.CustomerKey, PersonID: b.person, Lines: []sales.Line{line},
	}, p
}

// count books what was found lot by lot; a count that agrees says that somebody
// looked.
func (x *exact) count(e *world.Count) {
	differs := false
	for _, l := range e.Lines {
		if l.Counted == l.Booked {
			continue
		}
		differs = true
		p := x.posting(e, stock.Count, e.Product, stock.SourceCount, 1)
		p.Quantity, p.LotID = l.Counted-l.Booked, &l.Lot.ID
		x.post(p)
	}
	if !differs {
		x.post(x.posting(e, stock.Count, e.Product, stock.SourceCount, 1))
	}
}

// variance is how much more a count found than was booked.
func variance(e *world.Count) measure.Quantity {
	var q measure.Quantity
	for _, l := range e.Lines {
		q += l.Counted - l.Booked
	}
	return q
}

// amountOf is what a quantity costs at a line's price.
func (b bookkeeper) amountOf(q measure.Quantity, p money.Price) (money.Amount, error) {
	return money.Line(q, p, b.w.Shop.Currency)
}

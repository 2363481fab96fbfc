package sales

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/stock"
)

// sourceImport marks the movements of imported sales in the ledger.
const sourceImport = "import"

// salePlan is one line to be kept, with its key already decided.
type salePlan struct {
	file int // line of the file
	row  LineRecord
}

// salesPlan is what a file of sales comes to.
type salesPlan struct {
	lines  []salePlan
	quotes []catalog.Quote // sorted by product
	priced map[ident.ID]pricedOn
	from   map[ident.ID]day.Date
	bare   int // rows that only quote a price
}

// pricedOn is the last price at which a product was sold.
type pricedOn struct {
	day   day.Date
	price money.Price
}

// saleSpace is the namespace of the sales that imports make: one a source, day
// and kind, the same from every file, so that a line is itself wherever it comes
// from.
var saleSpace = ident.MustParse("a3d1c1b4-4d0e-5c55-8f63-2f9d1f6c7e02")

func importedSale(source string, d day.Date, k Kind) ident.ID {
	return ident.Derive(saleSpace, []byte(source+"/"+string(k)+"/"+d.String()))
}

func (s *Service) importSales(ctx context.Context, x *run, source Source, body []byte) error {
	rows, err := source.Sales(body)
	if err != nil {
		return err
	}
	x.refused = rows.Refused
	if err := s.begin(ctx, x); err != nil {
		return err
	}
	plan, err := s.planSales(ctx, x, rows.Good)
	if err != nil {
		return err
	}
	channel, err := s.EnsureChannel(ctx, CounterCode, "", false)
	if err != nil {
		return err
	}
	for from := 0; from < len(plan.lines); from += importChunk {
		chunk := plan.lines[from:min(from+importChunk, len(plan.lines))]
		if err := s.importLines(ctx, x, channel.ID, chunk, from+len(chunk)); err != nil {
			return err
		}
		x.progress(x.handled, len(plan.lines))
	}
	if x.batch.New == 0 && len(plan.lines) > 0 {
		x.batch.Same += plan.bare // nothing of this file is new, so neither are its prices
	} else {
		x.batch.New += plan.bare
		if err := s.importQuotes(ctx, x, plan); err != nil {
			return err
		}
	}
	if err := s.adoptPrices(ctx, plan.priced); err != nil {
		return err
	}
	if err := s.mark(ctx, plan.from); err != nil {
		return err
	}
	return s.finish(ctx, x, rows.Read)
}

// importLines keeps one chunk in one transaction.
func (s *Service) importLines(ctx context.Context, x *run, channel ident.ID, chunk []salePlan, handled int) error {
	batch, refused := x.batch, len(x.refused)
	err := s.atomic.Do(ctx, func(ctx context.Context) error {
		x.batch, x.refused = batch, x.refused[:refused]
		sales, ids := x.salesOf(channel, chunk)
		there, err := s.store.Lines(ctx, ids)
		if err != nil {
			return err
		}
		fresh := x.sift(chunk, there)
		if err := s.settleHistory(ctx, fresh); err != nil {
			return err
		}
		if err := s.store.PutImported(ctx, sales, fresh); err != nil {
			return err
		}
		if err := s.store.Recount(ctx, ids, x.now); err != nil {
			return err
		}
		if postings := x.postings(fresh); len(postings) > 0 {
			if _, _, err := s.ledger.Post(ctx, postings); err != nil {
				return err
			}
		}
		return s.step(ctx, x, handled)
	})
	if err == nil {
		x.handled = handled
	}
	return err
}

// salesOf gives the sales that hold a chunk's lines.
func (x *run) salesOf(channel ident.ID, chunk []salePlan) ([]SaleRecord, []ident.ID) {
	var sales []SaleRecord
	var ids []ident.ID
	seen := map[ident.ID]bool{}
	for _, p := range chunk {
		id := p.row.SaleID
		if seen[id] {
			continue
		}
		seen[id] = true
		ids = append(ids, id)
		hash := sha256.Sum256(id[:])
		kind := KindSale
		if p.row.Quantity < 0 {
			kind = KindReturn
		}
		sales = append(sales, SaleRecord{
			ID: id, RequestHash: hash[:], ChannelID: channel, Kind: kind, BusinessDay: p.row.BusinessDay,
			OccurredAt: x.noon(p.row.BusinessDay, -1), RecordedAt: x.now, PersonID: x.scope.Person,
		})
	}
	return sales, ids
}

// sift tells new lines from those that are there already and those that are there
// with other figures.
func (x *run) sift(chunk []salePlan, there []LineRecord) []LineRecord {
	known := make(map[LineKey]LineRecord, len(there))
	for _, l := range there {
		known[l.Key()] = l
	}
	fresh := make([]LineRecord, 0, len(chunk))
	for _, p := range chunk {
		old, ok := known[p.row.Key()]
		switch {
		case !ok || old.Void:
			x.batch.New++
			fresh = append(fresh, p.row)
		case old.Quantity != p.row.Quantity || old.Amount != p.row.Amount || old.Minute != p.row.Minute:
			x.refused = append(x.refused, LineError{Line: p.file, Key: "sales.import_sale_differs", Args: []fault.Arg{fault.A("day", p.row.BusinessDay.String())}})
		case old.BatchID != nil && *old.BatchID == x.batch.ID:
			x.batch.New++ // kept before the import was interrupted
		default:
			x.batch.Same++
			x.same[productDay{p.row.ProductID, p.row.BusinessDay}] = true // its price is there too, from the batch that brought it
		}
	}
	return fresh
}

// settleHistory decides, in the transaction, which lines move stock.
func (s *Service) settleHistory(ctx context.Context, fresh []LineRecord) error {
	var ids []ident.ID
	seen := map[ident.ID]bool{}
	for _, l := range fresh {
		if !seen[l.ProductID] {
			seen[l.ProductID] = true
			ids = append(ids, l.ProductID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	balances, err := s.ledger.Balances(ctx, ids)
	for i := range fresh {
		fresh[i].History = !known(balances[fresh[i].ProductID], fresh[i].BusinessDay)
	}
	return err
}

func (x *run) postings(fresh []LineRecord) []stock.Posting {
	var out []stock.Posting
	for _, l := range fresh {
		if l.History {
			continue
		}
		kind := stock.Sale
		if l.Quantity < 0 {
			kind = stock.CustomerReturn
		}
		out = append(out, stock.Posting{
			Kind: kind, ProductID: l.ProductID, Quantity: -l.Quantity, OccurredAt: x.noon(l.BusinessDay, l.Minute),
			BusinessDay: l.BusinessDay, Source: sourceImport, SourceID: x.batch.ID, SourceLine: l.Line,
		})
	}
	return out
}

// planSales gives every row its key. Of several rows for one product and day the
// first of the file is line 1, whatever else the file holds, so that the same rows
// in another file are the same lines.
func (s *Service) planSales(ctx context.Context, x *run, rows []SaleRow) (salesPlan, error) {
	plan := salesPlan{priced: map[ident.ID]pricedOn{}, from: map[ident.ID]day.Date{}}
	present, err := s.shelf(ctx)
	if err != nil {
		return plan, err
	}
	type key struct {
		product ident.ID
		day     day.Date
		kind    Kind
	}
	type saleKey struct {
		day  day.Date
		kind Kind
	}
	nth := make(map[key]int, len(rows))
	saleIDs := map[saleKey]ident.ID{}
	plan.lines = make([]salePlan, 0, len(rows))
	finder := finder{shelf: present, found: map[string]foundItem{}}
	for _, row := range rows {
		p, line, cost, err := x.saleLine(&finder, row)
		if err != nil {
			if err := x.refuse(row.Line, err); err != nil {
				return plan, err
			}
			continue
		}
		if cost != nil {
			plan.quotes = append(plan.quotes, catalog.Quote{ProductID: p.ID, Day: row.Day, Price: *cost})
		}
		if line.Quantity == 0 {
			plan.bare++
			continue
		}
		kind := KindSale
		if line.Quantity < 0 {
			kind = KindReturn
		}
		nth[key{p.ID, row.Day, kind}]++
		line.Line = nth[key{p.ID, row.Day, kind}]
		id, ok := saleIDs[saleKey{row.Day, kind}]
		if !ok {
			id = importedSale(x.batch.Source, row.Day, kind)
			saleIDs[saleKey{row.Day, kind}] = id
		}
		line.SaleID, line.BatchID = id, &x.batch.ID
		plan.lines = append(plan.lines, salePlan{row.Line, line})
		if d, ok := plan.from[p.ID]; !ok || row.Day < d {
			plan.from[p.ID] = row.Day
		}
		if kind == KindSale && !line.Promo && p.SalePrice == 0 && line.Price > 0 && row.Day >= plan.priced[p.ID].day {
			plan.priced[p.ID] = pricedOn{row.Day, line.Price}
		}
	}
	slices.SortStableFunc(plan.lines, func(a, b salePlan) int { return int(a.row.BusinessDay - b.row.BusinessDay) })
	slices.SortStableFunc(plan.quotes, func(a, b catalog.Quote) int { return bytes.Compare(a.ProductID[:], b.ProductID[:]) })
	return plan, nil
}

// finder remembers what each text of a file meant.
type finder struct {
	shelf shelf
	found map[string]foundItem
}

type foundItem struct {
	product catalog.Product
	err     error
}

func (f *finder) find(item string) (catalog.Product, error) {
	hit, ok := f.found[item]
	if !ok {
		hit.product, hit.err = f.shelf.find(item)
		f.found[item] = hit
	}
	return hit.product, hit.err
}

// saleLine reads one row against the catalog: the line without its key, and the
// wholesale price per base unit that it quotes.
func (x *run) saleLine(f *finder, row SaleRow) (catalog.Product, LineRecord, *money.Price, error) {
	p, err := f.find(row.Item)
	if err != nil {
		return p, LineRecord{}, nil, err
	}
	if err := x.checkDay(row.Day); err != nil {
		return p, LineRecord{}, nil, err
	}
	unit := row.Unit
	if unit == "" {
		unit = p.BaseUnit
	}
	line := LineRecord{ProductID: p.ID, BusinessDay: row.Day, Minute: row.Minute, Unit: unit, Promo: row.Promo}
	if line.Quantity, err = p.ToBase(row.Quantity, unit); err != nil {
		return p, line, nil, err
	}
	cost, err := perBase(p, row.Cost, unit)
	if err != nil || line.Quantity == 0 {
		return p, line, cost, err
	}
	price, err := perBase(p, row.Price, unit)
	if err != nil {
		return p, line, nil, err
	}
	switch {
	case row.Total != nil:
		err = line.byTotal(*row.Total, x.scope.Currency)
	case price != nil:
		line.Price = *price
		line.Amount, err = money.Line(line.Quantity, line.Price, x.scope.Currency)
	default:
		line.Price = p.SalePrice
		line.Amount, err = money.Line(line.Quantity, line.Price, x.scope.Currency)
	}
	return p, line, cost, err
}

// byTotal takes the amount from the file and the price from the amount.
func (l *LineRecord) byTotal(total money.Price, c money.Currency) error {
	magnitude := l.Quantity
	if magnitude < 0 {
		magnitude = -magnitude
	}
	if total < 0 {
		total = -total
	}
	n, err := money.MulDiv(int64(total), measure.Thousandths, int64(magnitude))
	if err != nil {
		return err
	}
	if n > int64(money.MaxPrice) {
		return fault.New(fault.Invalid, "value.too_large")
	}
	l.Price = money.Price(n)
	amount, err := money.Line(measure.Thousandths, total, c)
	if l.Quantity < 0 {
		amount = -amount
	}
	l.Amount = amount
	return err
}

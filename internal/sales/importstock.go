package sales

import (
	"context"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/stock"
)

// stockPlan is what a file says of one product: the rows of its lots.
type stockPlan struct {
	product ident.ID
	rows    []stockLine
	sum     measure.Quantity
}

type stockLine struct {
	line     int
	quantity measure.Quantity
	cost     *money.Price // per base unit
	lot      *stock.LotSpec
}

func (s *Service) importStock(ctx context.Context, x *run, source Source, body []byte) error {
	rows, err := source.Stock(body)
	if err != nil {
		return err
	}
	x.refused = rows.Refused
	if err := s.begin(ctx, x); err != nil {
		return err
	}
	plans, err := s.planStock(ctx, x, rows.Good)
	if err != nil {
		return err
	}
	for from := 0; from < len(plans); from += importChunk {
		chunk := plans[from:min(from+importChunk, len(plans))]
		batch, report := x.batch, x.report
		err := s.atomic.Do(ctx, func(ctx context.Context) error {
			x.batch, x.report = batch, report
			if err := s.countAll(ctx, x, chunk); err != nil {
				return err
			}
			return s.step(ctx, x, from+len(chunk))
		})
		if err != nil {
			return err
		}
		x.handled = from + len(chunk)
		x.progress(x.handled, len(plans))
	}
	return s.finish(ctx, x, rows.Read)
}

// countAll posts what the file says as counts. A product already counted by this
// batch before it was interrupted is left alone, because sales may have followed.
func (s *Service) countAll(ctx context.Context, x *run, chunk []stockPlan) error {
	ids := make([]ident.ID, len(chunk))
	for i, p := range chunk {
		ids[i] = p.product
	}
	balances, err := s.ledger.Balances(ctx, ids)
	if err != nil {
		return err
	}
	done := slices.Clone(x.report.Products)
	var postings []stock.Posting
	for _, p := range chunk {
		balance := balances[p.product]
		switch {
		case slices.Contains(x.report.Products, p.product):
			x.batch.New += len(p.rows)
			continue
		case balance.KnownFrom == nil:
			for _, l := range p.rows {
				postings = append(postings, x.count(p.product, l, l.quantity))
			}
		case balance.OnHand == p.sum:
			x.batch.Same += len(p.rows)
			continue
		default:
			last := p.rows[len(p.rows)-1]
			postings = append(postings, x.count(p.product, last, p.sum-balance.OnHand))
		}
		x.batch.New += len(p.rows)
		done = append(done, p.product)
	}
	x.report.Products = done
	if len(postings) == 0 {
		return nil
	}
	if _, _, err := s.ledger.Post(ctx, postings); err != nil {
		return err
	}
	return s.ledger.MarkChanged(ctx, ids, x.today)
}

func (x *run) count(product ident.ID, l stockLine, change measure.Quantity) stock.Posting {
	p := stock.Posting{
		Kind: stock.Count, ProductID: product, Quantity: change, OccurredAt: x.now, BusinessDay: x.today,
		Source: stock.SourceOpening, SourceID: x.batch.ID, SourceLine: l.line,
	}
	if change > 0 {
		p.Lot, p.UnitCost = l.lot, l.cost
	}
	return p
}

func (s *Service) planStock(ctx context.Context, x *run, rows []StockRow) ([]stockPlan, error) {
	present, err := s.shelf(ctx)
	if err != nil {
		return nil, err
	}
	at := map[ident.ID]int{}
	var plans []stockPlan
	for _, row := range rows {
		p, line, err := present.stockLine(row)
		var sum measure.Quantity
		i, again := at[p.ID]
		if err == nil && again {
			sum = plans[i].sum
		}
		if err == nil {
			sum, err = sum.Add(line.quantity)
		}
		if err != nil {
			if err := x.refuse(row.Line, err); err != nil {
				return nil, err
			}
			continue
		}
		if !again {
			i = len(plans)
			at[p.ID] = i
			plans = append(plans, stockPlan{product: p.ID})
		}
		plans[i].sum = sum
		plans[i].rows = append(plans[i].rows, line)
	}
	return plans, nil
}

func (h shelf) stockLine(row StockRow) (catalog.Product, stockLine, error) {
	p, err := h.find(row.Item)
	if err != nil {
		return p, stockLine{}, err
	}
	if row.Quantity < 0 {
		return p, stockLine{}, fault.New(fault.Invalid, "sales.import_stock_negative")
	}
	unit := row.Unit
	if unit == "" {
		unit = p.BaseUnit
	}
	line := stockLine{line: row.Line}
	if line.quantity, err = p.ToBase(row.Quantity, unit); err != nil {
		return p, line, err
	}
	if row.Lot != "" || row.Expiry != nil {
		code, err := catalog.CleanText(row.Lot, catalog.MaxCode)
		if err != nil {
			return p, line, err
		}
		line.lot = &stock.LotSpec{Code: code, Expiry: row.Expiry}
	}
	line.cost, err = perBase(p, row.Cost, unit)
	return p, line, err
}

// perBase turns a price per unit into one per base unit; nil stays nil.
func perBase(p catalog.Product, price *money.Price, unit string) (*money.Price, error) {
	if price == nil {
		return nil, nil
	}
	if *price < 0 || *price > money.MaxPrice {
		return nil, fault.New(fault.Invalid, "sales.price_negative")
	}
	factor, ok := p.Factor(unit)
	if !ok {
		return nil, fault.New(fault.Invalid, "catalog.unit_not_of_product", fault.A("name", clip(p.Name)))
	}
	if factor == measure.One {
		return price, nil
	}
	base, err := money.PerBase(*price, factor)
	return &base, err
}

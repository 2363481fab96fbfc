package restock

import (
	"bytes"
	"context"
	"math"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
	"buhuo/internal/replenish/allot"
)

// Purse is what can be ordered with so much money. Amounts that are paid have the
// freight in them.
type Purse struct {
	Limit  money.Amount
	Wanted money.Amount // what everything would come to
	Spent  money.Amount
	Kept   int         // products that stay as they were suggested
	Lines  []PurseLine // those that do not, what loses most first
	// AtStake is what is expected to be lost by all that is left out.
	AtStake money.Amount
	// Within is how far from the best division this one can be at most, in
	// thousandths of what that would bring; 0: it is the best.
	Within int
}

// PurseLine is a product of which less is ordered than was suggested, or more,
// where a supplier's minimum asks for it. Row is as it was suggested.
type PurseLine struct {
	Row
	Take  measure.Quantity
	Loses money.Amount // expected
}

// division is a purse while it is divided.
type division struct {
	limit, fixed money.Amount
	rows         []Row // in play: nobody changed them by hand
	lines        []allot.Line
	suppliers    []allot.Supplier
}

// Budget divides a limit over what is to be ordered: by what each line is expected
// to bring per yuan, in whole packs, no supplier below his minimum. Where there is
// enough for everything, everything stays. What a person changed by hand is left alone
// and paid first; Invalid, naming the field "purse", when that alone is more. Nothing
// is changed.
func (s *Service) Budget(ctx context.Context, limit money.Amount) (Purse, error) {
	d, err := s.division(ctx, limit)
	if err != nil {
		return Purse{}, err
	}
	if d.fixed > limit {
		return Purse{}, fault.New(fault.Invalid, "restock.purse_fixed").WithField("purse")
	}
	p := Purse{Limit: limit, Wanted: d.wanted(), Kept: len(d.rows)}
	if p.Spent = p.Wanted; p.Wanted <= limit {
		return p, nil
	}
	curve := allot.Spend(d.lines, d.suppliers)
	plan, best := curve.Within(limit-d.fixed), curve.Best()
	p.Spent, p.Kept = plan.Cash+d.fixed, 0
	if bound := curve.Bound(limit - d.fixed); bound > 0 && !curve.Exact() && plan.Cash < best.Cash {
		p.Within = int(math.Ceil(1000 * (1 - plan.Benefit/bound)))
	}
	take := make(map[ident.ID]allot.Option, len(plan.Picks))
	for _, pick := range plan.Picks {
		take[pick.Product] = pick.Option
	}
	for i, r := range d.rows {
		one := take[r.ProductID]
		if one.Quantity == r.Quantity {
			p.Kept++
			continue
		}
		p.add(r, one.Quantity, valueAt(d.lines[i].Options, r.Quantity)-one.Benefit)
	}
	p.sort()
	return p, nil
}

// add takes in a product of which another quantity is ordered.
func (p *Purse) add(r Row, take measure.Quantity, loses float64) {
	line := PurseLine{Row: r, Take: take, Loses: money.Amount(math.Round(max(loses, 0)))}
	p.Lines = append(p.Lines, line)
	p.AtStake += line.Loses
}

func (p *Purse) sort() {
	slices.SortStableFunc(p.Lines, func(a, b PurseLine) int {
		if a.Loses != b.Loses {
			return int(min(max(b.Loses-a.Loses, -1), 1))
		}
		return bytes.Compare(a.ProductID[:], b.ProductID[:])
	})
}

// wanted is what everything comes to.
func (d *division) wanted() money.Amount {
	sum := d.fixed
	goods := map[ident.ID]money.Amount{}
	for _, r := range d.rows {
		sum += r.LineCost
		goods[*r.SupplierID] += r.LineCost
	}
	for _, s := range d.suppliers {
		if g := goods[s.ID]; g > 0 && (s.FreeFrom == 0 || g < s.FreeFrom) {
			sum += s.Freight
		}
	}
	return sum
}

// division reads what there is to divide over: what would be ordered now, with what
// an earlier purse left out put back.
func (s *Service) division(ctx context.Context, limit money.Amount) (division, error) {
	d := division{limit: limit}
	rows, err := s.asSuggested(ctx)
	if err != nil {
		return d, err
	}
	suppliers, err := s.catalog.Suppliers(ctx, true)
	if err != nil {
		return d, err
	}
	fixed, goods := map[ident.ID]money.Amount{}, map[ident.ID]money.Amount{}
	for _, r := range rows {
		switch {
		case r.SupplierID == nil:
		case r.Override != nil:
			fixed[*r.SupplierID] += r.LineCost
		default:
			goods[*r.SupplierID] += r.LineCost
			d.rows = append(d.rows, r)
		}
	}
	for _, one := range suppliers {
		if fixed[one.ID]+goods[one.ID] > 0 {
			d.supplier(one, fixed[one.ID])
		}
	}
	return d, s.weigh(ctx, &d, goods)
}

// asSuggested are the rows to be ordered, as if no purse had been divided.
func (s *Service) asSuggested(ctx context.Context) ([]Row, error) {
	rows, err := s.store.ToOrder(ctx)
	if err != nil {
		return nil, err
	}
	pursed, err := s.store.Pursed(ctx)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(r Row) bool { return r.Purse != nil })
	for _, r := range pursed {
		r.Override, r.Purse = nil, nil
		if r.Quantity > 0 {
			rows = append(rows, r)
		}
	}
	return rows, s.settle(ctx, rows)
}

// supplier takes in the terms of a supplier of whom goods are ordered by hand: they
// are paid whatever comes of the rest, and count towards his minimum.
func (d *division) supplier(one catalog.Supplier, fixed money.Amount) {
	t := terms(one.ID, max(one.MinimumOrder-fixed, 0), one.Freight, one.FreeFreightFrom)
	if fixed > 0 {
		d.fixed += fixed
		if t.FreeFrom == 0 || fixed < t.FreeFrom {
			d.fixed += t.Freight
		}
		t.Freight = 0
	}
	d.suppliers = append(d.suppliers, t)
}

// weigh reads what the quantities of the rows in play bring.
func (s *Service) weigh(ctx context.Context, d *division, goods map[ident.ID]money.Amount) error {
	ids := make([]ident.ID, len(d.rows))
	for i, r := range d.rows {
		ids[i] = r.ProductID
	}
	if len(ids) == 0 {
		return nil
	}
	weighed, err := s.store.Weighed(ctx, ids)
	if err != nil {
		return err
	}
	below := map[ident.ID]bool{} // suppliers whose minimum is not reached by what is wanted
	for _, t := range d.suppliers {
		below[t.ID] = goods[t.ID] < t.Minimum
	}
	for _, r := range d.rows {
		d.lines = append(d.lines, r.line(weighed[r.ProductID].Options, below[*r.SupplierID]))
	}
	return nil
}

// line is what can be ordered of a product instead of what was suggested: less, and
// more only to reach a supplier's minimum. Where the suggestion was lowered after it
// was weighed, because a draft has the rest, it is taken whole or left; and likewise
// where nothing was weighed, by its risk.
func (r Row) line(options []replenish.Option, more bool) allot.Line {
	line := allot.Line{Product: r.ProductID, Supplier: *r.SupplierID}
	whole := allot.Option{Quantity: r.Quantity, Cash: r.LineCost, Benefit: float64(r.LineCost) * float64(r.RiskPPM) / 1e6}
	exact := slices.IndexFunc(options, func(o replenish.Option) bool { return o.Quantity == r.Quantity && o.Cash == r.LineCost })
	if exact < 0 {
		if len(options) > 0 { // the part that the draft holds is worth most
			top := options[len(options)-1].Quantity
			whole.Benefit = optionAt(options, top).Benefit - optionAt(options, top-min(r.Quantity, top)).Benefit
		}
		line.Options = []allot.Option{whole}
		return line
	}
	for _, o := range options {
		if o.Quantity <= r.Quantity || more {
			line.Options = append(line.Options, allot.Option(o))
		}
	}
	return line
}

// valueAt is what a quantity among options brings.
func valueAt(options []allot.Option, q measure.Quantity) float64 {
	for _, o := range options {
		if o.Quantity == q {
			return o.Benefit
		}
	}
	return 0
}

// Spend divides a limit as Budget does and puts its quantities in the place of ours,
// until they are changed by hand, the next day, or Unspend.
func (s *Service) Spend(ctx context.Context, limit money.Amount) (Purse, error) {
	var p Purse
	err := s.atomic.Do(ctx, func(ctx context.Context) (err error) {
		if p, err = s.Budget(ctx, limit); err != nil {
			return err
		}
		if err := s.Unspend(ctx); err != nil {
			return err
		}
		for _, l := range p.Lines {
			c := l.choice()
			c.Override, c.Purse = &l.Take, &limit
			if err := s.store.Choose(ctx, l.ProductID, c); err != nil {
				return err
			}
		}
		return nil
	})
	return p, err
}

// Unspend puts back what a purse changed.
func (s *Service) Unspend(ctx context.Context) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		rows, err := s.store.Pursed(ctx)
		if err != nil {
			return err
		}
		for _, r := range rows {
			c := r.choice()
			c.Override, c.Purse = nil, nil
			if err := s.store.Choose(ctx, r.ProductID, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// Spent is the purse that holds now, false when there is none: what it changed, as
// it was stored.
func (s *Service) Spent(ctx context.Context) (Purse, bool, error) {
	rows, err := s.store.Pursed(ctx)
	if err != nil || len(rows) == 0 {
		return Purse{}, false, err
	}
	ids := make([]ident.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.ProductID
	}
	weighed, err := s.store.Weighed(ctx, ids)
	if err != nil {
		return Purse{}, false, err
	}
	p := Purse{Limit: *rows[0].Purse}
	for _, r := range rows {
		take := r.Chosen()
		options := r.line(weighed[r.ProductID].Options, true).Options
		p.add(r, take, valueAt(options, r.Quantity)-valueAt(options, take))
	}
	p.sort()
	return p, true, nil
}

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
	"buhuo/internal/restock"
)

// Standing is how the goods stand that the shop has named essential.
type Standing struct {
	ProductID ident.ID
	OnHand    measure.Quantity
	Known     bool      // the stock was counted or received once
	RiskPPM   int       // of running out before the next delivery, in millionths
	RunOut    *day.Date // likely to be empty from that day on; nil: not in sight
}

// Needed is what insight reads of essential goods.
type Needed interface {
	Essentials(ctx context.Context) ([]Standing, error)
}

// Needs is what people needed and did not get.
type Needs struct {
	Query
	Unmet      []WantedProduct // hidden by an empty shelf, the largest in money first
	Categories []Need          // the largest in money first
	All        Need
	Essentials []Essential // those at risk first
	// Asked is what customers asked for and the shop does not stock; Stocked what it
	// usually has.
	Asked, Stocked []AskedFor
}

// Need is what a part of the goods sold and missed.
type Need struct {
	ID                      ident.ID
	Name                    string // empty: without category
	Sold                    money.Amount
	Lost, LostThen          money.Amount
	Products                int // that an empty shelf hid demand of
	Essentials, Risky, Gone int
}

// UnmetPPM is the part of what was wanted, in money, that was not there, in millionths.
func (n Need) UnmetPPM() (int64, bool) { return ppm(n.Lost, max(n.Sold, 0)+n.Lost) }

// Essential is a product that households depend on.
type Essential struct {
	Standing
	WantedProduct // of the window; without demand only the product
}

// Gone reports whether the shelf is known to be empty.
func (e Essential) Gone() bool { return e.Known && e.OnHand <= 0 }

// AtRisk reports whether it is gone or likely to be, as the suggestions see it.
func (e Essential) AtRisk() bool { return e.Gone() || e.Known && e.RiskPPM >= restock.Listed }

// UnmetPPM is the part of what was wanted of it that was not there.
func (e Essential) UnmetPPM() (int64, bool) { return ppm(e.Lost, e.Demand()) }

// Needs makes the board. What an empty shelf hid is known of all sales only: the query's
// channel and province do not count.
func (s *Service) Needs(ctx context.Context, q Query) (Needs, error) {
	q.Channel, q.Province = ident.Nil, ""
	out := Needs{Query: q}
	d, err := s.desk(ctx, q)
	if err != nil {
		return out, err
	}
	w, err := s.wantedOn(ctx, d, ByMoney)
	if err != nil {
		return out, err
	}
	at := map[ident.ID]*Need{}
	of := func(p *catalog.Product) []*Need {
		if at[p.CategoryID] == nil {
			at[p.CategoryID] = &Need{ID: p.CategoryID, Name: p.Category}
		}
		return []*Need{&out.All, at[p.CategoryID]}
	}
	wanted := map[ident.ID]WantedProduct{}
	for _, p := range w.Products {
		wanted[p.Product.ID] = p
		for _, n := range of(p.Product) {
			n.add(p)
		}
		if p.Lost > 0 {
			out.Unmet = append(out.Unmet, p)
		}
	}
	slices.SortStableFunc(out.Unmet, func(a, b WantedProduct) int { return cmp.Compare(b.LostAmount, a.LostAmount) })
	if err := s.essentials(ctx, d, &out, wanted, of); err != nil {
		return out, err
	}
	for _, n := range at {
		out.Categories = append(out.Categories, *n)
	}
	slices.SortFunc(out.Categories, func(a, b Need) int {
		return cmp.Or(cmp.Compare(b.Lost, a.Lost), cmp.Compare(b.Sold, a.Sold), cmp.Compare(a.Name, b.Name), bytes.Compare(a.ID[:], b.ID[:]))
	})
	for _, a := range w.Wishes {
		if a.ProductID == nil {
			out.Asked = append(out.Asked, a)
		} else {
			out.Stocked = append(out.Stocked, a)
		}
	}
	return out, nil
}

func (n *Need) add(p WantedProduct) {
	n.Sold, n.Lost, n.LostThen = n.Sold+p.Now.Amount, n.Lost+p.LostAmount, n.LostThen+p.LostThenAmount
	if p.Lost > 0 {
		n.Products++
	}
}

// essentials adds those that the shop still sells.
func (s *Service) essentials(ctx context.Context, d *desk, out *Needs, wanted map[ident.ID]WantedProduct, of func(*catalog.Product) []*Need) error {
	list, err := s.store.Essentials(ctx)
	if err != nil {
		return err
	}
	for _, one := range list {
		p := d.subjects[one.ProductID]
		if p == nil || p.ID != one.ProductID || p.Archived || !d.Category.IsNil() && p.CategoryID != d.Category {
			continue
		}
		e := Essential{Standing: one, WantedProduct: wanted[one.ProductID]}
		e.Product = p.Product
		for _, n := range of(p.Product) {
			n.Essentials++
			if e.AtRisk() {
				n.Risky++
			}
			if e.Gone() {
				n.Gone++
			}
		}
		out.Essentials = append(out.Essentials, e)
	}
	slices.SortFunc(out.Essentials, func(a, b Essential) int {
		rank := func(e Essential) int {
			switch {
			case e.Gone():
				return 0
			case e.AtRisk():
				return 1
			}
			return 2
		}
		return cmp.Or(rank(a)-rank(b), cmp.Compare(b.RiskPPM, a.RiskPPM), cmp.Compare(a.Product.Name, b.Product.Name), bytes.Compare(a.ProductID[:], b.ProductID[:]))
	})
	return nil
}

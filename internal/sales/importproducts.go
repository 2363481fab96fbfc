package sales

import (
	"context"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
)

// productPlan is what an import of products will do with one row.
type productPlan struct {
	line    int
	draft   catalog.Draft // made, when revive is zero
	revive  ident.ID      // an archived product that the row brings back
	skipped bool          // it is there already
}

func (s *Service) importProducts(ctx context.Context, x *run, source Source, body []byte) error {
	rows, err := source.Products(body)
	if err != nil {
		return err
	}
	x.refused = rows.Refused
	if err := s.begin(ctx, x); err != nil {
		return err
	}
	plans, err := s.planProducts(ctx, x, rows.Good)
	if err != nil {
		return err
	}
	for from := 0; from < len(plans); from += importChunk {
		chunk := plans[from:min(from+importChunk, len(plans))]
		batch, report := x.batch, x.report
		err := s.atomic.Do(ctx, func(ctx context.Context) error {
			x.batch, x.report = batch, report
			if err := s.makeProducts(ctx, x, chunk); err != nil {
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

func (s *Service) makeProducts(ctx context.Context, x *run, chunk []productPlan) error {
	var drafts []catalog.Draft
	made := slices.Clone(x.report.Products)
	for _, p := range chunk {
		switch {
		case p.skipped && slices.Contains(x.report.Products, p.revive):
			x.batch.New++ // made before the import was interrupted
		case p.skipped:
			x.batch.Same++
		case !p.revive.IsNil():
			if err := s.catalog.Archive(ctx, p.revive, false); err != nil {
				return err
			}
			made = append(made, p.revive)
			x.batch.New++
		default:
			drafts = append(drafts, p.draft)
			made = append(made, p.draft.ID)
			x.batch.New++
		}
	}
	x.report.Products = made
	return s.catalog.CreateMany(ctx, drafts)
}

// shelf is the catalog as an import looks things up in it.
type shelf struct {
	byID     map[ident.ID]catalog.Product
	codes    map[string]ident.ID
	barcodes map[string]ident.ID
	names    map[string][]ident.ID
}

func (s *Service) shelf(ctx context.Context) (shelf, error) {
	var out shelf
	var err error
	if out.codes, err = s.catalog.Codes(ctx); err != nil {
		return out, err
	}
	if out.barcodes, err = s.catalog.Barcodes(ctx); err != nil {
		return out, err
	}
	ids := make([]ident.ID, 0, len(out.codes))
	for _, id := range out.codes {
		ids = append(ids, id)
	}
	if out.byID, err = s.catalog.Products(ctx, ids); err != nil {
		return out, err
	}
	out.names = make(map[string][]ident.ID, len(out.byID))
	for id, p := range out.byID {
		if !p.Archived {
			out.names[p.Name] = append(out.names[p.Name], id)
		}
	}
	return out, nil
}

// find is the product that a file means: by code, barcode, then name.
func (h shelf) find(item string) (catalog.Product, error) {
	text, err := catalog.CleanText(item, catalog.MaxName)
	if err != nil {
		return catalog.Product{}, err
	}
	if id, ok := h.codes[text]; ok {
		if p := h.byID[id]; p.MergedInto == nil {
			return p, nil
		}
		return h.byID[*h.byID[id].MergedInto], nil
	}
	if b, err := catalog.CleanBarcode(text); err == nil && b != "" {
		if id, ok := h.barcodes[b]; ok {
			return h.byID[id], nil
		}
	}
	switch ids := h.names[text]; len(ids) {
	case 0:
		return catalog.Product{}, fault.New(fault.Invalid, "sales.import_item_unknown", fault.A("item", clip(text)))
	case 1:
		return h.byID[ids[0]], nil
	}
	return catalog.Product{}, fault.New(fault.Invalid, "sales.import_item_ambiguous", fault.A("item", clip(text)))
}

// clip keeps a sentence short whatever a file holds.
func clip(s string) string {
	const most = 60
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// planProducts decides what becomes of each row. It also plays the rows against
// each other: the same product twice in a file is one product.
func (s *Service) planProducts(ctx context.Context, x *run, rows []ProductRow) ([]productPlan, error) {
	present, err := s.shelf(ctx)
	if err != nil {
		return nil, err
	}
	plans := make([]productPlan, 0, len(rows))
	for _, row := range rows {
		draft, err := row.draft()
		if err == nil {
			draft, err = draft.Clean()
		}
		var plan productPlan
		if err == nil {
			plan, err = present.plan(row.Line, draft)
		}
		if err != nil {
			if err := x.refuse(row.Line, err); err != nil {
				return nil, err
			}
			continue
		}
		plans = append(plans, plan)
	}
	return plans, nil
}

func (h shelf) plan(line int, d catalog.Draft) (productPlan, error) {
	known, ok := h.same(d)
	if ok {
		if known.Name != d.Name || known.BaseUnit != d.BaseUnit {
			return productPlan{}, fault.New(fault.Invalid, "sales.import_product_differs",
				fault.A("code", clip(known.Code)), fault.A("name", clip(known.Name)))
		}
		plan := productPlan{line: line, revive: known.ID, skipped: !known.Archived}
		known.Archived = false
		h.byID[known.ID] = known
		return plan, nil
	}
	for _, b := range d.Barcodes {
		if id, taken := h.barcodes[b]; taken {
			return productPlan{}, fault.New(fault.Invalid, "catalog.barcode_taken", fault.A("barcode", b), fault.A("name", clip(h.byID[id].Name)))
		}
	}
	d.ID = ident.New()
	for _, b := range d.Barcodes {
		h.barcodes[b] = d.ID
	}
	if d.Code != "" {
		h.codes[d.Code] = d.ID
	} else {
		h.names[d.Name] = append(h.names[d.Name], d.ID)
	}
	h.byID[d.ID] = catalog.Product{ID: d.ID, Code: d.Code, Name: d.Name, BaseUnit: d.BaseUnit}
	return productPlan{line: line, draft: d}, nil
}

// same finds the product that a draft is about: by code, or without a code by
// barcode or name.
func (h shelf) same(d catalog.Draft) (catalog.Product, bool) {
	if d.Code != "" {
		id, ok := h.codes[d.Code]
		return h.byID[id], ok
	}
	for _, b := range d.Barcodes {
		if id, ok := h.barcodes[b]; ok {
			return h.byID[id], true
		}
	}
	if ids := h.names[d.Name]; len(ids) > 0 {
		return h.byID[ids[0]], true
	}
	for _, p := range h.byID {
		if p.Archived && p.Name == d.Name {
			return p, true
		}
	}
	return catalog.Product{}, false
}

// draft is the row as the catalog takes it: kept in the unit that makes weights
// and volumes exact, priced per that unit.
func (r ProductRow) draft() (catalog.Draft, error) {
	base := catalog.BaseUnitFor(r.Unit)
	d := catalog.Draft{
		Code: r.Code, Name: r.Name, Category: r.Category, BaseUnit: base.Code, TaxRate: r.TaxRate, LossRate: r.LossRate,
		ShelfLifeDays: r.ShelfLifeDays, Origin: r.Origin, Producer: r.Producer, Shelf: r.Shelf, Barcodes: r.Barcodes,
	}
	if r.Price == nil {
		return d, nil
	}
	d.SalePrice = *r.Price
	if factor, ok := r.Unit.FactorTo(base); ok && r.Unit != base {
		var err error
		if d.SalePrice, err = money.PerBase(*r.Price, factor); err != nil {
			return d, err
		}
	}
	return d, nil
}

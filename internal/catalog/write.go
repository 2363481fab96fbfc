package catalog

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/shop"
)

// Create makes a product. Fields that are not acceptable come back together as
// fault.Fields; a code or barcode that another product has is among them. A draft
// whose id was made before changes nothing; with other content it is a Conflict.
func (s *Service) Create(ctx context.Context, d Draft) (Product, error) {
	d, err := d.Clean()
	if err != nil {
		return Product{}, err
	}
	var p Product
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		draft := d
		if made, again, err := s.made(ctx, draft); err != nil || again {
			p = made
			return err
		}
		codes, err := s.store.Codes(ctx)
		if err != nil {
			return err
		}
		if draft.Code == "" {
			draft.Code = strconv.Itoa(nextCode(codes))
		}
		if err := s.checkTaken(ctx, draft, ident.Nil); err != nil {
			return err
		}
		categories, err := s.EnsureCategories(ctx, []string{draft.Category})
		if err != nil {
			return err
		}
		row := s.newRecord(draft, categories[draft.Category])
		p = row.Product
		if err := s.store.InsertProducts(ctx, []Record{row}); err != nil {
			return err
		}
		if err := s.record(ctx, "product.create", p.ID, map[string]any{"code": p.Code, "name": p.Name}); err != nil {
			return err
		}
		return s.mark(ctx, p.ID)
	})
	if err != nil {
		return Product{}, err
	}
	return p, nil
}

// made finds the product that the draft made before.
func (s *Service) made(ctx context.Context, d Draft) (Product, bool, error) {
	if d.ID.IsNil() {
		return Product{}, false, nil
	}
	p, err := s.Product(ctx, d.ID)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return Product{}, false, nil //nolint:nilerr // it was not made yet
	}
	if err == nil && !d.made(p) {
		err = reused()
	}
	return p, err == nil, err
}

// made reports whether p is what the cleaned draft makes.
func (d Draft) made(p Product) bool {
	if d.Code == "" {
		d.Code = p.Code
	}
	is, err := DraftOf(p).Clean()
	return err == nil && reflect.DeepEqual(is.sorted(), d.sorted())
}

// sorted has the lists in one order, and none instead of empty ones.
func (d Draft) sorted() Draft {
	d.Barcodes = append([]string(nil), slices.Sorted(slices.Values(d.Barcodes))...)
	d.Packs = append([]measure.Pack(nil), slices.SortedFunc(slices.Values(d.Packs), func(a, b measure.Pack) int { return strings.Compare(a.Unit, b.Unit) })...)
	return d
}

// reused is the fault for a form whose id another content had before.
func reused() *fault.Error { return fault.New(fault.Conflict, "catalog.client_id_used") }

func (s *Service) newRecord(d Draft, categoryID ident.ID) Record {
	id := d.ID
	if id.IsNil() {
		id = ident.New()
	}
	return s.asRecord(id, 1, d, categoryID)
}

func (s *Service) asRecord(id ident.ID, version int64, d Draft, categoryID ident.ID) Record {
	return Record{
		Product: Product{
			ID: id, Code: d.Code, Name: d.Name, CategoryID: categoryID, Category: d.Category, BaseUnit: d.BaseUnit,
			SalePrice: d.SalePrice, TaxRate: d.TaxRate, ShelfLifeDays: d.ShelfLifeDays, LossRate: d.LossRate,
			Origin: d.Origin, Producer: d.Producer, Shelf: d.Shelf, Substitutes: d.Substitutes, Minimum: d.Minimum, Maximum: d.Maximum,
			Barcodes: d.Barcodes, Packs: d.Packs, Version: version,
		},
		SearchText: SearchText(d.Name, d.Code, d.Barcodes),
		SortKey:    SortKey(d.Name, d.Code),
		At:         s.micros(),
	}
}

// firstCode is the first number given to a product that brings no code.
const firstCode = 1001

// nextCode is one more than the highest short number in use: what a shop that
// thinks up no codes gets. Long numbers are barcodes, not codes of the shop's own.
func nextCode(codes map[string]ident.ID) int {
	next := firstCode
	for code := range codes {
		if len(code) <= 6 && onlyDigits(code) {
			if n, err := strconv.Atoi(code); err == nil && n >= next {
				next = n + 1
			}
		}
	}
	return next
}

// checkTaken reports a code or barcode that a product other than self has.
func (s *Service) checkTaken(ctx context.Context, d Draft, self ident.ID) error {
	var f fields
	taken := func(id ident.ID, err error) (Product, bool, error) {
		if err == nil && id != self {
			p, err := s.Product(ctx, id)
			return p, true, err
		}
		if err != nil && !isMissing(err) {
			return Product{}, false, err
		}
		return Product{}, false, nil
	}
	if other, is, err := taken(s.store.IDByCode(ctx, d.Code)); err != nil {
		return err
	} else if is {
		f.add("code", fault.New(fault.Invalid, "catalog.code_taken", fault.A("code", d.Code), fault.A("name", other.Name)))
	}
	for _, b := range d.Barcodes {
		if other, is, err := taken(s.store.IDByBarcode(ctx, []string{b})); err != nil {
			return err
		} else if is {
			f.add("barcodes", fault.New(fault.Invalid, "catalog.barcode_taken", fault.A("barcode", b), fault.A("name", other.Name)))
		}
	}
	return f.faults.Err()
}

// Update replaces what the draft says of the product with that version; another
// version is a Conflict. The base unit is frozen once anything was recorded in it.
func (s *Service) Update(ctx context.Context, id ident.ID, version int64, d Draft) error {
	d, err := d.Clean()
	if err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		draft := d
		p, err := s.Product(ctx, id)
		if err != nil {
			return err
		}
		if p.Version != version {
			return stale()
		}
		if draft.Code == "" {
			draft.Code = p.Code
		}
		if err := s.checkBaseUnit(ctx, p, draft); err != nil {
			return err
		}
		if err := s.checkTaken(ctx, draft, id); err != nil {
			return err
		}
		categories, err := s.EnsureCategories(ctx, []string{draft.Category})
		if err != nil {
			return err
		}
		row := s.asRecord(id, version, draft, categories[draft.Category])
		if ok, err := s.store.UpdateProduct(ctx, row); err != nil || !ok {
			return orStale(err)
		}
		if err := s.record(ctx, "product.update", id, shop.Changed(p.told(), row.Product.told())); err != nil {
			return err
		}
		return s.mark(ctx, id)
	})
}

// checkBaseUnit refuses another base unit once stock, sales or supplier prices have
// been written in the present one.
func (s *Service) checkBaseUnit(ctx context.Context, p Product, d Draft) error {
	if p.BaseUnit == d.BaseUnit {
		return nil
	}
	offers, err := s.store.Offers(ctx, []ident.ID{p.ID})
	if err != nil {
		return err
	}
	frozen := len(offers) > 0
	if !frozen && s.usage != nil {
		if frozen, err = s.usage.Frozen(ctx, p.ID); err != nil {
			return err
		}
	}
	if frozen {
		return fault.Fields{fault.New(fault.Invalid, "catalog.base_unit_frozen").WithField("base_unit")}
	}
	return nil
}

// told are the values of a product that people argue about.
func (p Product) told() map[string]string {
	return map[string]string{"code": p.Code, "name": p.Name, "base_unit": p.BaseUnit, "sale_price": p.SalePrice.Decimal(), "tax_rate": strconv.Itoa(p.TaxRate)}
}

// Archive takes a product out of lists and suggestions, or brings it back. Its
// records stay.
func (s *Service) Archive(ctx context.Context, id ident.ID, archived bool) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		p, err := s.Product(ctx, id)
		if err != nil || p.Archived == archived {
			return err
		}
		if p.MergedInto != nil {
			return fault.New(fault.Conflict, "catalog.merged_stays", fault.A("name", p.Name))
		}
		ok, err := s.store.ArchiveProduct(ctx, id, archived, s.micros())
		if err != nil {
			return err
		}
		if !ok {
			return missing("catalog.product_missing")
		}
		if err := s.record(ctx, "product.archive", id, map[string]any{"code": p.Code, "archived": archived}); err != nil {
			return err
		}
		return s.mark(ctx, id)
	})
}

// CreateMany makes many products at once, all or none: for imports and the demo. A
// draft that is not acceptable, or whose code or barcode is taken (also by an earlier
// draft), fails the whole; the error names its place in the list and wraps its fault.
// Callers who want to report line by line ask Clean, Codes and Barcodes first.
func (s *Service) CreateMany(ctx context.Context, drafts []Draft) error {
	if len(drafts) == 0 {
		return nil
	}
	cleaned := make([]Draft, len(drafts))
	var names []string
	for i, d := range drafts {
		c, err := d.Clean()
		if err != nil {
			return fmt.Errorf("product %d: %w", i+1, err)
		}
		cleaned[i] = c
		names = append(names, c.Category)
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		categories, err := s.EnsureCategories(ctx, names)
		if err != nil {
			return err
		}
		rows, err := s.newRecords(ctx, cleaned, categories)
		if err != nil {
			return err
		}
		if err := s.store.InsertProducts(ctx, rows); err != nil {
			return err
		}
		ids := make([]ident.ID, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		if err := s.record(ctx, "product.create_many", ident.Nil, map[string]any{"products": len(rows)}); err != nil {
			return err
		}
		return s.mark(ctx, ids...)
	})
}

func (s *Service) newRecords(ctx context.Context, drafts []Draft, categories map[string]ident.ID) ([]Record, error) {
	codes, err := s.store.Codes(ctx)
	if err != nil {
		return nil, err
	}
	barcodes, err := s.store.Barcodes(ctx)
	if err != nil {
		return nil, err
	}
	taken := func(i int, key, field string, what fault.Arg) error {
		return fmt.Errorf("product %d: %w", i+1, fault.New(fault.Invalid, key, what, fault.A("name", drafts[i].Name)).WithField(field))
	}
	rows := make([]Record, len(drafts))
	for i, d := range drafts {
		rows[i] = s.newRecord(d, categories[d.Category])
		if _, is := codes[d.Code]; is && d.Code != "" {
			return nil, taken(i, "catalog.code_taken", "code", fault.A("code", d.Code))
		}
		codes[d.Code] = rows[i].ID
		for _, b := range d.Barcodes {
			if _, is := barcodes[b]; is {
				return nil, taken(i, "catalog.barcode_taken", "barcodes", fault.A("barcode", b))
			}
			barcodes[b] = rows[i].ID
		}
	}
	s.number(rows, codes)
	return rows, nil
}

// number gives the rows without a code the next free numbers: after every code in
// use and every code that another row brings.
func (s *Service) number(rows []Record, codes map[string]ident.ID) {
	next := nextCode(codes)
	for i := range rows {
		if rows[i].Code == "" {
			rows[i].Code = strconv.Itoa(next)
			rows[i].SearchText = SearchText(rows[i].Name, rows[i].Code, rows[i].Barcodes)
			rows[i].SortKey = SortKey(rows[i].Name, rows[i].Code)
			next++
		}
	}
}

// Categories reads all, by name.
func (s *Service) Categories(ctx context.Context) ([]Category, error) {
	return s.store.Categories(ctx)
}

// Groups reads the groups of products that stand in for one another, by name, each
// with its products that are sold, in the order of their ids.
func (s *Service) Groups(ctx context.Context) (map[string][]ident.ID, error) {
	return s.store.Groups(ctx)
}

// EnsureCategories gives the id of each name, making those that are new. Empty names
// are left out.
func (s *Service) EnsureCategories(ctx context.Context, names []string) (map[string]ident.ID, error) {
	wanted := make([]string, 0, len(names))
	for _, name := range names {
		cleaned, err := CleanText(name, MaxCategory)
		if err != nil {
			return nil, asFault(err).WithField("category")
		}
		if cleaned != "" {
			wanted = append(wanted, cleaned)
		}
	}
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	out := make(map[string]ident.ID, len(wanted))
	if len(wanted) == 0 {
		return out, nil
	}
	err := s.atomic.Do(ctx, func(ctx context.Context) error {
		clear(out)
		known, err := s.store.Categories(ctx)
		if err != nil {
			return err
		}
		for _, c := range known {
			out[c.Name] = c.ID
		}
		var made []Category
		for _, name := range wanted {
			if _, ok := out[name]; !ok {
				made = append(made, Category{ID: ident.New(), Name: name})
				out[name] = made[len(made)-1].ID
			}
		}
		return s.store.InsertCategories(ctx, made)
	})
	return out, err
}

package purchase

import (
	"context"
	"slices"
	"strings"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/tenant"
)

// Pattern is an order template: goods that are ordered again and again, or every season,
// under a name. (A supplier's own workbook is his template, see Papers.)
type Pattern struct {
	ID        ident.ID
	Name      string // unique in the shop
	ChangedAt day.Micros
	PersonID  ident.ID
	Lines     []PatternLine // by supplier, as they were put in
}

// PatternLine is one product of it, in base units.
type PatternLine struct {
	SupplierID, ProductID ident.ID
	Quantity              measure.Quantity
}

// Suppliers are those of the lines, each once.
func (p Pattern) Suppliers() []ident.ID {
	var out []ident.ID
	for _, l := range p.Lines {
		if !slices.Contains(out, l.SupplierID) {
			out = append(out, l.SupplierID)
		}
	}
	return out
}

// Patterns keeps the order templates of the shop in ctx. Writes need a transaction.
type Patterns interface {
	// Patterns reads all with their lines, by name.
	Patterns(ctx context.Context) ([]Pattern, error)
	// PutPattern writes one with its lines, over what was there by its id.
	PutPattern(ctx context.Context, p Pattern) error
	// DropPattern removes one; what is not there is removed already.
	DropPattern(ctx context.Context, id ident.ID) error
}

// Bounds of templates.
const (
	maxPatterns    = 200 // of a shop
	maxPatternName = 120
)

// OrderTemplates reads the order templates of the shop, by name.
func (s *Service) OrderTemplates(ctx context.Context) ([]Pattern, error) {
	return s.store.Patterns(ctx)
}

// OrderTemplate reads one; NotFound when this shop has none such.
func (s *Service) OrderTemplate(ctx context.Context, id ident.ID) (Pattern, error) {
	all, err := s.store.Patterns(ctx)
	if err != nil {
		return Pattern{}, err
	}
	i := slices.IndexFunc(all, func(p Pattern) bool { return p.ID == id })
	if i < 0 {
		return Pattern{}, fault.New(fault.NotFound, "purchase.pattern_missing")
	}
	return all[i], nil
}

func patternName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	switch {
	case name == "":
		return "", fault.New(fault.Invalid, "purchase.pattern_unnamed").WithField("name")
	case len([]rune(name)) > maxPatternName:
		return "", fault.New(fault.Invalid, "purchase.pattern_name_long", fault.A("n", maxPatternName)).WithField("name")
	}
	return name, nil
}

// KeepTemplate keeps an order's goods under a name. A template of that name is joined: its
// lines of the order's supplier are replaced, those of others stay, so that a season's
// list grows order by order. The same again changes nothing.
func (s *Service) KeepTemplate(ctx context.Context, orderID ident.ID, name string) (Pattern, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Pattern{}, err
	}
	if name, err = patternName(name); err != nil {
		return Pattern{}, err
	}
	var kept Pattern
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		o, err := s.Order(ctx, orderID)
		if err != nil {
			return err
		}
		all, err := s.store.Patterns(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(p Pattern) bool { return p.Name == name })
		before := Pattern{ID: ident.New(), Name: name}
		if i >= 0 {
			before = all[i]
		} else if len(all) >= maxPatterns {
			return fault.New(fault.Conflict, "purchase.too_many_patterns", fault.A("n", maxPatterns))
		}
		kept = before
		kept.Lines = slices.DeleteFunc(slices.Clone(before.Lines), func(l PatternLine) bool { return l.SupplierID == o.SupplierID })
		for _, l := range o.Lines {
			kept.add(PatternLine{o.SupplierID, l.ProductID, l.Quantity})
		}
		if same := func(a, b []PatternLine) bool { return slices.Equal(byPlace(a), byPlace(b)) }; same(before.Lines, kept.Lines) {
			kept = before
			return nil
		}
		if len(kept.Lines) > MaxLines {
			return fault.New(fault.Invalid, "purchase.too_many_lines", fault.A("n", MaxLines)).WithField("name")
		}
		kept.ChangedAt, kept.PersonID = day.At(s.now()), scope.Person
		if err := s.store.PutPattern(ctx, kept); err != nil {
			return err
		}
		return s.journal.Record(ctx, "template.keep", kept.ID, map[string]any{"name": name, "number": o.NumberText(), "lines": len(kept.Lines)})
	})
	return kept, err
}

// add puts a line in; a product that stands on an order twice is one.
func (p *Pattern) add(l PatternLine) {
	for i, there := range p.Lines {
		if there.SupplierID == l.SupplierID && there.ProductID == l.ProductID {
			p.Lines[i].Quantity += l.Quantity
			return
		}
	}
	p.Lines = append(p.Lines, l)
}

// byPlace orders lines by their ids.
func byPlace(lines []PatternLine) []PatternLine {
	out := slices.Clone(lines)
	slices.SortFunc(out, func(a, b PatternLine) int {
		if n := strings.Compare(a.SupplierID.String(), b.SupplierID.String()); n != 0 {
			return n
		}
		return strings.Compare(a.ProductID.String(), b.ProductID.String())
	})
	return out
}

// RenameTemplate gives a template another name; the name of another one is a Conflict.
func (s *Service) RenameTemplate(ctx context.Context, id ident.ID, name string) error {
	name, err := patternName(name)
	if err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		all, err := s.store.Patterns(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(p Pattern) bool { return p.ID == id })
		if i < 0 {
			return fault.New(fault.NotFound, "purchase.pattern_missing")
		}
		was := all[i].Name
		if was == name {
			return nil
		}
		if slices.ContainsFunc(all, func(p Pattern) bool { return p.Name == name }) {
			return fault.New(fault.Invalid, "purchase.pattern_taken").WithField("name")
		}
		all[i].Name, all[i].ChangedAt = name, day.At(s.now())
		if err := s.store.PutPattern(ctx, all[i]); err != nil {
			return err
		}
		return s.journal.Record(ctx, "template.rename", id, map[string]any{"name": [2]string{was, name}})
	})
}

// DropTemplate removes a template; orders that were made from it stay. Removing it again
// changes nothing.
func (s *Service) DropTemplate(ctx context.Context, id ident.ID) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		p, err := s.OrderTemplate(ctx, id)
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.store.DropPattern(ctx, id); err != nil {
			return err
		}
		return s.journal.Record(ctx, "template.drop", id, map[string]any{"name": p.Name})
	})
}

// OrderFromTemplate makes a draft for each supplier of a template, at today's prices,
// without products that were given up and what their supplier offers no more. The same
// client id again answers with the drafts that it made.
func (s *Service) OrderFromTemplate(ctx context.Context, id, client ident.ID) ([]Order, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, err
	}
	if client.IsNil() {
		client = ident.Derive(id, []byte("template "+s.moment(scope).day.String()))
	}
	p, err := s.OrderTemplate(ctx, id)
	if err != nil {
		return nil, err
	}
	var drafts []DraftOrder
	for _, supplier := range p.Suppliers() {
		d, err := s.patterned(ctx, p, supplier)
		if err != nil {
			return nil, err
		}
		if len(d.Lines) > 0 {
			d.ClientID = ident.Derive(client, supplier[:])
			drafts = append(drafts, d)
		}
	}
	if len(drafts) == 0 {
		return nil, fault.New(fault.Conflict, "purchase.pattern_nothing")
	}
	return s.Draft(ctx, drafts)
}

// patterned is what a template asks of one supplier.
func (s *Service) patterned(ctx context.Context, p Pattern, supplier ident.ID) (DraftOrder, error) {
	d := DraftOrder{SupplierID: supplier, Note: p.Name}
	var ids []ident.ID
	for _, l := range p.Lines {
		if l.SupplierID == supplier {
			ids = append(ids, l.ProductID)
		}
	}
	t, err := s.termsOf(ctx, supplier, ids)
	if err != nil || t.supplier.Archived {
		return d, err
	}
	for _, l := range p.Lines {
		product, known := t.products[l.ProductID]
		_, offered := t.offers[l.ProductID]
		if l.SupplierID == supplier && known && !product.Archived && offered {
			d.Lines = append(d.Lines, DraftLine{ProductID: l.ProductID, Quantity: l.Quantity})
		}
	}
	return d, nil
}

// verifyPatterns proves that templates hold something.
func (s *Service) verifyPatterns(ctx context.Context) ([]string, error) {
	all, err := s.store.Patterns(ctx)
	var wrong []string
	for _, p := range all {
		if len(p.Lines) == 0 {
			wrong = append(wrong, "the order template "+p.Name+" is empty")
		}
	}
	return wrong, err
}

package catalog

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
)

// Query asks for a page of products.
type Query struct {
	Text       string   // name, code, barcode, pinyin or its initials; empty: all
	CategoryID ident.ID // zero: any
	Archived   bool     // true: only the archived ones; false: only the others
	After      string   // Next of the page before; empty: the first page
	Limit      int      // 0: DefaultLimit; at most MaxLimit
}

// Page sizes of List.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

// Page is one page of products; Next is empty on the last one.
type Page struct {
	Products []Product
	Next     string
}

// StoreQuery is a Query read and checked.
type StoreQuery struct {
	Terms      Terms
	CategoryID ident.ID
	Archived   bool
	After      *Cursor
	Limit      int
}

// Hit is a product found, with its place in the list.
type Hit struct {
	Product Product
	Cursor  Cursor
}

// Cursor is a place in a list: how well it matches (0 exact, 1 begins with, 2
// contains), then the sort key, then the id.
type Cursor struct {
	Rank    int
	SortKey []byte
	ID      ident.ID
}

func (c Cursor) encode() string {
	b := binary.AppendUvarint(nil, uint64(c.Rank))
	b = append(append(b, c.ID[:]...), c.SortKey...)
	return base64.RawURLEncoding.EncodeToString(b)
}

func decodeCursor(s string) (*Cursor, error) {
	if s == "" {
		return nil, nil
	}
	unreadable := fault.New(fault.Malformed, "value.id_unreadable")
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, unreadable.WithCause(err)
	}
	rank, n := binary.Uvarint(b)
	if n != 1 || rank > 2 || len(b) < 1+len(ident.ID{}) {
		return nil, unreadable
	}
	id, err := ident.FromBytes(b[1:17])
	if err != nil {
		return nil, unreadable.WithCause(err)
	}
	return &Cursor{Rank: int(rank), SortKey: b[17:], ID: id}, nil
}

// List reads one page of products: found by name, code, barcode, pinyin or initials,
// an exact code or barcode first, then what begins so, then what contains it. Nothing
// found is an empty page.
func (s *Service) List(ctx context.Context, q Query) (Page, error) {
	after, err := decodeCursor(q.After)
	if err != nil {
		return Page{}, err
	}
	sq := StoreQuery{Terms: ParseTerms(q.Text), CategoryID: q.CategoryID, Archived: q.Archived, After: after, Limit: q.Limit}
	if q.Text != "" && sq.Terms.Empty() {
		return Page{}, nil
	}
	if sq.Limit <= 0 {
		sq.Limit = DefaultLimit
	}
	sq.Limit = min(sq.Limit, MaxLimit)
	hits, err := s.store.Search(ctx, sq)
	if err != nil {
		return Page{}, err
	}
	var page Page
	if len(hits) > sq.Limit {
		hits = hits[:sq.Limit]
		page.Next = hits[sq.Limit-1].Cursor.encode()
	}
	page.Products = make([]Product, len(hits))
	for i, h := range hits {
		page.Products[i] = h.Product
	}
	return page, nil
}

// Product reads one; NotFound when this shop has none such.
func (s *Service) Product(ctx context.Context, id ident.ID) (Product, error) {
	found, err := s.store.Products(ctx, []ident.ID{id})
	if err != nil {
		return Product{}, err
	}
	if len(found) == 0 {
		return Product{}, missing("catalog.product_missing")
	}
	return found[0], nil
}

// Products reads those named; ids that this shop does not have are left out.
func (s *Service) Products(ctx context.Context, ids []ident.ID) (map[ident.ID]Product, error) {
	found, err := s.store.Products(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[ident.ID]Product, len(found))
	for _, p := range found {
		out[p.ID] = p
	}
	return out, nil
}

// All reads every product that is not archived, in the order of lists.
func (s *Service) All(ctx context.Context) ([]Product, error) { return s.store.AllProducts(ctx) }

// ByCode reads the product of exactly that code, archived or not; of one that was merged,
// the one as which it goes on.
func (s *Service) ByCode(ctx context.Context, code string) (Product, error) {
	cleaned, err := CleanText(code, MaxCode)
	if err != nil || cleaned == "" {
		return Product{}, missing("catalog.product_missing")
	}
	id, err := s.store.IDByCode(ctx, cleaned)
	return s.found(ctx, id, err)
}

// Codes reads every code, of archived products too.
func (s *Service) Codes(ctx context.Context) (map[string]ident.ID, error) { return s.store.Codes(ctx) }

// Barcodes reads every barcode, of archived products too.
func (s *Service) Barcodes(ctx context.Context) (map[string]ident.ID, error) {
	return s.store.Barcodes(ctx)
}

// ByBarcode reads the product that carries the scanned code.
func (s *Service) ByBarcode(ctx context.Context, barcode string) (Product, error) {
	b, err := CleanBarcode(barcode)
	if err != nil || b == "" {
		return Product{}, missing("catalog.product_missing")
	}
	id, err := s.store.IDByBarcode(ctx, barcodeForms(b))
	return s.found(ctx, id, err)
}

// Find reads the product meant by a text: a barcode, else a code, else an exact name.
// A name that several products share is a fault of kind Invalid.
func (s *Service) Find(ctx context.Context, text string) (Product, error) {
	for _, by := range []func(context.Context, string) (Product, error){s.ByBarcode, s.ByCode, s.byName} {
		p, err := by(ctx, text)
		if err == nil || fault.KindOf(err) != fault.NotFound {
			return p, err
		}
	}
	return Product{}, missing("catalog.product_missing")
}

func (s *Service) byName(ctx context.Context, name string) (Product, error) {
	cleaned, err := CleanText(name, MaxName)
	if err != nil || cleaned == "" {
		return Product{}, missing("catalog.product_missing")
	}
	ids, err := s.store.IDsByName(ctx, cleaned)
	switch {
	case err != nil:
		return Product{}, err
	case len(ids) == 0:
		return Product{}, missing("catalog.product_missing")
	case len(ids) > 1:
		return Product{}, fault.New(fault.Invalid, "catalog.name_ambiguous", fault.A("name", cleaned))
	}
	return s.Product(ctx, ids[0])
}

func (s *Service) found(ctx context.Context, id ident.ID, err error) (Product, error) {
	if errors.Is(err, ErrMissing) {
		return Product{}, missing("catalog.product_missing")
	}
	if err != nil {
		return Product{}, err
	}
	p, err := s.Product(ctx, id)
	if err != nil {
		return Product{}, err
	}
	return s.Present(ctx, p)
}

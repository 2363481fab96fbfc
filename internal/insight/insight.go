// Package insight is the area that tells a shop about itself: what is wanted, where it
// grows, what it earns, what is lost. It keeps one thing, packed blocks of what each
// product did on each day (Cell), which follow the ledger product by product as they
// change; every figure of its boards is a sum over them. It must not know pages, tables
// or files.
//
// Everything it keeps is derived: it can be thrown away and folded anew.
package insight

import (
	"context"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/restock"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
)

// Store reads the ledger and keeps what is derived from it, for the shop of ctx.
type Store interface {
	// Lines reads the lines of products at the till since a day that are not void, and
	// Moves the movements, each by product.
	Lines(ctx context.Context, ids []ident.ID, from day.Date) (map[ident.ID][]Line, error)
	Moves(ctx context.Context, ids []ident.ID, from day.Date) (map[ident.ID][]Move, error)
	// Blocks reads the blocks of parts (nil: all) of months, by month and part. The bytes
	// are the caller's.
	Blocks(ctx context.Context, parts []int, from, through YearMonth, each func(Block) error) error
	// Revision tells how often blocks were written; settled is false inside a transaction,
	// where one reads what nobody else may ever see. Newer reads the blocks that were
	// written after a revision; of one that is no more, without bytes.
	Revision(ctx context.Context) (rev int64, settled bool, err error)
	Newer(ctx context.Context, rev int64, each func(Block) error) error
	// PutBlocks writes blocks in the place of those of the same month and part; one
	// without bytes takes away what is there.
	PutBlocks(ctx context.Context, blocks []Block) error
	// Missed reads what empty shelves missed, as restock keeps it; nil: of all products.
	Missed(ctx context.Context, each func(restock.Missed) error) error
	// Ages reads what lies on the shelf, lot by lot.
	Ages(ctx context.Context) ([]Age, error)
	// Products reads all products, archived and merged ones too, as far as boards need
	// them: no barcodes, no packs.
	Products(ctx context.Context) ([]catalog.Product, error)
	// Listed is the state of the catalogue: while it is the same, Products gives the same.
	Listed(ctx context.Context) (string, error)
	// Everything lists the products that have anything in the ledger or at the till.
	Everything(ctx context.Context) ([]ident.ID, error)
	Sent
	Arrivals
	Needed
}

// Stock is what insight reads of the ledger's balances and of the queue.
type Stock interface {
	Balances(ctx context.Context, ids []ident.ID) (map[ident.ID]stock.Balance, error)
	Marked(ctx context.Context, limit int) ([]stock.Mark, error)
}

// Catalog is what insight reads of the catalogue.
type Catalog interface {
	Suppliers(ctx context.Context, includeArchived bool) ([]catalog.Supplier, error)
	// Merged tells which products go on as which.
	Merged(ctx context.Context) (map[ident.ID]ident.ID, error)
}

// Sales is what insight reads of the sales besides their lines.
type Sales interface {
	Channels(ctx context.Context) ([]sales.Channel, error)
	Wishes(ctx context.Context, from day.Date) ([]sales.Wish, error)
}

// Purchase is what was saved by buying from the source.
type Purchase interface {
	SavedDays(ctx context.Context, from, through day.Date) ([]purchase.SavedDay, error)
}

// Shops gives the shop of the scope.
type Shops interface {
	Get(ctx context.Context) (shop.Shop, error)
}

// Atomic makes several writes one.
type Atomic interface {
	Do(ctx context.Context, fn func(context.Context) error) error
}

// Service is the area.
type Service struct {
	store    Store
	atomic   Atomic
	shops    Shops
	catalog  Catalog
	stock    Stock
	sales    Sales
	purchase Purchase
	now      func() time.Time
	shelves  shelves
}

// New builds the service. now is the clock.
func New(store Store, atomic Atomic, shops Shops, c Catalog, s Stock, sold Sales, p Purchase, now func() time.Time) *Service {
	return &Service{store: store, atomic: atomic, shops: shops, catalog: c, stock: s, sales: sold, purchase: p, now: now}
}

// Today is the shop's day, and known the last one that is over: boards are of whole days.
func (s *Service) Today(in shop.Shop) (today, known day.Date) {
	today = day.Of(s.now(), zoneOf(in))
	return today, today.Add(-1)
}

func zoneOf(in shop.Shop) *time.Location {
	if in.Zone == nil {
		return time.UTC
	}
	return in.Zone
}

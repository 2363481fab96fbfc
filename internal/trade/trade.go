// Package trade is what goes on between two shops of the installation: the directory,
// in which a shop that produces tells the others what it offers, and what they take
// from it. What crosses is written for the other side on purpose and kept apart from
// the shop's own rows; it must never read another shop's stock, sales, costs, customers
// or people, nor know pages or SQL.
package trade

import (
	"context"
	"errors"
	"slices"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// Producer is what a shop tells of itself to the others, with the terms that hold for
// all of its offers.
type Producer struct {
	Name             string
	Kind             catalog.Kind
	Province         string // two digits of GB/T 2260, or ""
	About            string
	Contact, Phone   string
	Currency         string
	PricesIncludeTax bool
	MinimumOrder     money.Amount
	Freight          money.Amount
	FreeFreightFrom  *money.Amount
	LeadTimeDays     int
	Open             bool // its published offers are in the directory
	Version          int64
}

// Listing is an offer to the other shops: all that they learn of a product. Prices are
// per Unit, the product's base unit; Minimum and the breaks count it too.
type Listing struct {
	ID, ProductID               ident.ID
	Code, Name                  string
	Grade, Origin, Lot, About   string
	Unit                        string
	Pack                        measure.Pack
	Minimum                     measure.Quantity
	Price                       money.Price
	Breaks                      []catalog.Break
	TaxRate                     int
	HarvestFrom, HarvestThrough *day.Date
	Published, Sheet            bool
	Terms                       int64 // how often what is asked has changed
	Version                     int64
	Photo                       *Photo // nil: none
}

// Entry is a listing as another shop finds it. Shop never leaves the program.
type Entry struct {
	Listing
	Producer Producer
	Shop     tenant.ShopID
}

// Harvested reports whether the goods are harvested on a day, as far as was said; known
// is whether anything was.
func (l Listing) Harvested(on day.Date) (now, known bool) {
	known = l.HarvestFrom != nil || l.HarvestThrough != nil
	return known && (l.HarvestFrom == nil || *l.HarvestFrom <= on) && (l.HarvestThrough == nil || on <= *l.HarvestThrough), known
}

// Offer is the listing as an offer of a supplier for a product of one's own.
func (l Listing) Offer(supplier, product ident.ID) catalog.Offer {
	return catalog.Offer{
		SupplierID: supplier, ProductID: product, SupplierCode: l.Code, Pack: l.Pack, Minimum: l.Minimum, Price: l.Price,
		Breaks: slices.Clone(l.Breaks), TaxRate: l.TaxRate,
	}
}

// asks reports whether both ask the same of whoever orders.
func (l Listing) asks(other Listing) bool {
	return l.Unit == other.Unit && l.Pack == other.Pack && l.Minimum == other.Minimum && l.Price == other.Price &&
		l.TaxRate == other.TaxRate && slices.Equal(l.Breaks, other.Breaks)
}

// Followed is an offer of the shop's catalogue that was taken from a listing.
type Followed struct {
	SupplierID, ProductID, ListingID ident.ID
	Terms                            int64 // of the listing when it was taken
}

// Query asks for a page of the directory. Zero values do not narrow.
type Query struct {
	Text     string
	Province string
	Kind     catalog.Kind
	After    ident.ID // the last listing seen
	Limit    int
}

// PageSize is how many listings a page of the directory has.
const PageSize = 30

// ErrMissing is a single row that the store does not have for this shop.
var ErrMissing = errors.New("trade: no such row")

// Store keeps the rows of the shop in ctx. Search, Entries, Sheet, Picture and PhotoOf are the only
// methods that answer with rows of other shops: those that these published.
type Store interface {
	Producer(ctx context.Context) (Producer, error)
	// PutProducer replaces the row of the version before; false when there is none such.
	PutProducer(ctx context.Context, p Producer, at day.Micros) (bool, error)
	Listings(ctx context.Context) ([]Listing, error)
	// Listing reads that of a product.
	Listing(ctx context.Context, product ident.ID) (Listing, error)
	PutListing(ctx context.Context, l Listing, at day.Micros) (bool, error)

	// Search reads what other shops published in a currency, by name.
	Search(ctx context.Context, q Query, currency string) ([]Entry, error)
	// Entries reads published listings of other shops; the others are left out.
	Entries(ctx context.Context, ids []ident.ID) ([]Entry, error)
	// Sheet reads a listing that the world may read.
	Sheet(ctx context.Context, id ident.ID) (Entry, error)

	// Picture reads a photo in one of its sizes, as far as who asks may see it.
	Picture(ctx context.Context, of Showing, id ident.ID, size Size) (tag string, jpeg []byte, err error)
	// PhotoOf finds the photo of a product, the shop's own before that of a producer; nil
	// when there is none.
	PhotoOf(ctx context.Context, product ident.ID) (*Seen, error)
	// PutPhoto writes the photo of a listing over what was there; nil removes it.
	PutPhoto(ctx context.Context, listing ident.ID, p *NewPhoto, at day.Micros) error

	// Supplier is who stands for another shop among the suppliers.
	Supplier(ctx context.Context, partner tenant.ShopID) (ident.ID, error)
	// Partner is the shop that a supplier is.
	Partner(ctx context.Context, supplier ident.ID) (tenant.ShopID, error)
	PutPartner(ctx context.Context, supplier ident.ID, partner tenant.ShopID) error
	Followed(ctx context.Context) ([]Followed, error)
	PutFollowed(ctx context.Context, f Followed) error
}

// Atomic makes several writes one durable transaction; a Do inside a Do joins.
type Atomic interface {
	Do(ctx context.Context, fn func(context.Context) error) error
}

// Catalog knows products, suppliers and offers. The catalog's service is one.
type Catalog interface {
	Product(ctx context.Context, id ident.ID) (catalog.Product, error)
	Products(ctx context.Context, ids []ident.ID) (map[ident.ID]catalog.Product, error)
	List(ctx context.Context, q catalog.Query) (catalog.Page, error)
	Create(ctx context.Context, d catalog.Draft) (catalog.Product, error)
	Supplier(ctx context.Context, id ident.ID) (catalog.Supplier, error)
	CreateSupplier(ctx context.Context, s catalog.Supplier) (catalog.Supplier, error)
	Suppliers(ctx context.Context, includeArchived bool) ([]catalog.Supplier, error)
	OffersOf(ctx context.Context, supplierID ident.ID) ([]catalog.Offer, error)
	SaveOffer(ctx context.Context, o catalog.Offer) (catalog.Offer, error)
}

// Journal keeps who changed what, in the transaction of the change.
type Journal interface {
	Record(ctx context.Context, action string, subject ident.ID, detail map[string]any) error
}

// Service is the trade of the shop whose scope ctx carries.
type Service struct {
	store   Store
	atomic  Atomic
	catalog Catalog
	journal Journal
	now     func() time.Time
	desk    Desk
}

// New makes the service; now is the server's clock.
func New(store Store, atomic Atomic, c Catalog, journal Journal, now func() time.Time) *Service {
	return &Service{store: store, atomic: atomic, catalog: c, journal: journal, now: now}
}

func (s *Service) micros() day.Micros { return day.At(s.now()) }

func stale() *fault.Error { return fault.New(fault.Conflict, "trade.changed_meanwhile") }

func missing(err error, key string) error {
	if errors.Is(err, ErrMissing) {
		return fault.New(fault.NotFound, key)
	}
	return err
}

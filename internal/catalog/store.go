package catalog

import (
	"context"

	"buhuo/internal/day"
	"buhuo/internal/ident"
)

// Record is a product as it is stored: with what searching and sorting need.
type Record struct {
	Product
	SearchText string
	SortKey    []byte
	At         day.Micros
}

// SupplierRecord is a supplier as it is stored.
type SupplierRecord struct {
	Supplier
	SortKey []byte
	At      day.Micros
}

// OfferRecord is an offer as it is stored.
type OfferRecord struct {
	Offer
	At day.Micros
}

// Store keeps the catalog of the shop in ctx. Every method sees and touches that
// shop only: an id of another shop is as good as none. Writes need a transaction in
// ctx. Single reads of what is not there return ErrMissing.
type Store interface {
	// Products reads the products named, in no order; unknown ids are left out.
	Products(ctx context.Context, ids []ident.ID) ([]Product, error)
	// AllProducts reads every product that is not archived, in sort order.
	AllProducts(ctx context.Context) ([]Product, error)
	// Search reads one page in the order rank, sort key, id; one more than Limit
	// when there are more.
	Search(ctx context.Context, q StoreQuery) ([]Hit, error)
	// Codes and Barcodes read all of them, of archived products too.
	Codes(ctx context.Context) (map[string]ident.ID, error)
	Barcodes(ctx context.Context) (map[string]ident.ID, error)
	// IDByCode and IDByBarcode find a product, archived or not; of several barcodes
	// the first that exists.
	IDByCode(ctx context.Context, code string) (ident.ID, error)
	IDByBarcode(ctx context.Context, barcodes []string) (ident.ID, error)
	// IDsByName finds the products of exactly that name that are not archived.
	IDsByName(ctx context.Context, name string) ([]ident.ID, error)
	// InsertProducts writes new products with their barcodes and packs, in bulk.
	InsertProducts(ctx context.Context, rows []Record) error
	// UpdateProduct replaces all but id, archived and merged-into of a product with
	// that version and raises the version; false when there is none such.
	UpdateProduct(ctx context.Context, row Record) (bool, error)
	// ArchiveProduct sets the mark and raises the version; false when unknown.
	ArchiveProduct(ctx context.Context, id ident.ID, archived bool, at day.Micros) (bool, error)
	// MergeProduct archives a product that goes on as another one, as which also go on all
	// that went on as it; Merged reads who goes on as whom.
	MergeProduct(ctx context.Context, id, into ident.ID, at day.Micros) error
	Merged(ctx context.Context) (map[ident.ID]ident.ID, error)

	// Essentials reads the products that are named so; SetEssential reports whether the
	// name was given or taken.
	Essentials(ctx context.Context) ([]ident.ID, error)
	SetEssential(ctx context.Context, id ident.ID, essential bool, at day.Micros) (bool, error)

	// Groups reads the products that are sold and stand in for others, by group.
	Groups(ctx context.Context) (map[string][]ident.ID, error)
	// Categories reads all of them by name.
	Categories(ctx context.Context) ([]Category, error)
	InsertCategories(ctx context.Context, rows []Category) error

	// Suppliers reads them in sort order, with their closures.
	Suppliers(ctx context.Context, includeArchived bool) ([]Supplier, error)
	Supplier(ctx context.Context, id ident.ID) (Supplier, error)
	UsualSupplier(ctx context.Context) (Supplier, error)
	InsertSupplier(ctx context.Context, row SupplierRecord) error
	// UpdateSupplier replaces all but id and usual of a supplier with that version;
	// false when there is none such.
	UpdateSupplier(ctx context.Context, row SupplierRecord) (bool, error)

	// Offers reads the offers of the products (nil: of all) that are not archived,
	// with their breaks by rising quantity.
	Offers(ctx context.Context, productIDs []ident.ID) ([]Offer, error)
	// OffersOf reads a supplier's offers that are not archived.
	OffersOf(ctx context.Context, supplierID ident.ID) ([]Offer, error)
	Offer(ctx context.Context, id ident.ID) (Offer, error)
	// SaveOffers writes offers by id, new or not, and replaces their breaks, in bulk.
	SaveOffers(ctx context.Context, rows []OfferRecord) error
	// UpdateOffer replaces the terms of the offer with that version; false when
	// there is none such.
	UpdateOffer(ctx context.Context, row OfferRecord) (bool, error)

	// AddQuotes writes prices of a day; a quote of the same product, supplier and
	// day is replaced. No two of one call may share that key.
	AddQuotes(ctx context.Context, quotes []Quote) error
	// DeleteQuotes removes a batch and names the products it was about.
	DeleteQuotes(ctx context.Context, batchID ident.ID) ([]ident.ID, error)
	// LastQuotes reads, per product, the supplier's last quote on or before asOf.
	LastQuotes(ctx context.Context, supplierID ident.ID, asOf day.Date) ([]Quote, error)
	// Quotes reads all quotes of products (nil: of all), by product, supplier and day.
	Quotes(ctx context.Context, productIDs []ident.ID) ([]Quote, error)
}

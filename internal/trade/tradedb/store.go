// Package tradedb keeps what shops tell one another. It knows tables and rows; it must
// not know a rule of trade, nor any page. Rows of other shops are read in one place
// (entries.go), and only what these published.
package tradedb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
	"buhuo/internal/trade"
)

// Store is trade.Store over a database.
type Store struct{ d *db.DB }

// New makes the store.
func New(d *db.DB) *Store { return &Store{d: d} }

var _ trade.Store = (*Store)(nil)

func missing(err error) error {
	if err = db.Err(err); errors.Is(err, db.ErrNotFound) {
		return trade.ErrMissing
	}
	return err
}

type producerRow struct {
	ShopID           db.ShopID `gorm:"primaryKey"`
	Name             string
	Kind             string
	Province         string
	About            string
	Contact          string
	Phone            string
	Currency         string
	PricesIncludeTax bool
	MinimumOrder     money.Amount
	Freight          money.Amount
	FreeFreightFrom  *money.Amount
	LeadTimeDays     int
	Open             bool
	ChangedAt        day.Micros
	Version          int64
}

func (producerRow) TableName() string { return "producers" }

func (r producerRow) producer() trade.Producer {
	return trade.Producer{
		Name: r.Name, Kind: catalog.Kind(r.Kind), Province: r.Province, About: r.About, Contact: r.Contact, Phone: r.Phone, Currency: r.Currency,
		PricesIncludeTax: r.PricesIncludeTax, MinimumOrder: r.MinimumOrder, Freight: r.Freight, FreeFreightFrom: r.FreeFreightFrom,
		LeadTimeDays: r.LeadTimeDays, Open: r.Open, Version: r.Version,
	}
}

// Producer reads how the shop shows itself.
func (s *Store) Producer(ctx context.Context) (trade.Producer, error) {
	var row producerRow
	err := s.d.From(ctx).Take(&row).Error
	return row.producer(), missing(err)
}

// PutProducer writes it over the version before.
func (s *Store) PutProducer(ctx context.Context, p trade.Producer, at day.Micros) (bool, error) {
	n, err := s.d.Insert(ctx, "producers", []string{
		"shop_id", "name", "kind", "province", "about", "contact", "phone", "currency", "prices_include_tax", "minimum_order", "freight",
		"free_freight_from", "lead_time_days", "open", "changed_at", "version",
	}, 1, `ON CONFLICT (shop_id) DO UPDATE SET name = excluded.name, kind = excluded.kind, province = excluded.province, about = excluded.about,
		contact = excluded.contact, phone = excluded.phone, currency = excluded.currency, prices_include_tax = excluded.prices_include_tax,
		minimum_order = excluded.minimum_order, freight = excluded.freight, free_freight_from = excluded.free_freight_from,
		lead_time_days = excluded.lead_time_days, open = excluded.open, changed_at = excluded.changed_at, version = excluded.version
		WHERE producers.version = excluded.version - 1`, func(_ int, dst []any) {
		var free any
		if p.FreeFreightFrom != nil {
			free = int64(*p.FreeFreightFrom)
		}
		copy(dst, []any{
			p.Name, string(p.Kind), p.Province, p.About, p.Contact, p.Phone, p.Currency, p.PricesIncludeTax, int64(p.MinimumOrder), int64(p.Freight),
			free, p.LeadTimeDays, p.Open, int64(at), p.Version,
		})
	})
	return n == 1, err
}

// Listed is the columns of a listing, whoever reads them.
type Listed struct {
	ID             ident.ID
	ProductID      ident.ID
	Code           string
	Name           string
	Grade          string
	Origin         string
	Lot            string
	About          string
	Unit           string
	PackUnit       string
	PackNum        int64
	PackDen        int64
	Minimum        measure.Quantity
	Price          money.Price
	Breaks         string
	TaxRate        int
	HarvestFrom    *day.Date
	HarvestThrough *day.Date
	Published      bool
	Sheet          bool
	Terms          int64
	Version        int64
}

const listingColumns = "id, product_id, code, name, grade, origin, lot, about, unit, pack_unit, pack_num, pack_den, minimum, price, breaks, " +
	"tax_rate, harvest_from, harvest_through, published, sheet, terms, version"

func (r Listed) listing() (trade.Listing, error) {
	l := trade.Listing{
		ID: r.ID, ProductID: r.ProductID, Code: r.Code, Name: r.Name, Grade: r.Grade, Origin: r.Origin, Lot: r.Lot, About: r.About, Unit: r.Unit,
		Pack: measure.Pack{Unit: r.PackUnit, Factor: measure.Ratio{Num: r.PackNum, Den: r.PackDen}}, Minimum: r.Minimum, Price: r.Price,
		TaxRate: r.TaxRate, HarvestFrom: r.HarvestFrom, HarvestThrough: r.HarvestThrough, Published: r.Published, Sheet: r.Sheet,
		Terms: r.Terms, Version: r.Version,
	}
	if err := json.Unmarshal([]byte(r.Breaks), &l.Breaks); err != nil {
		return l, fmt.Errorf("price breaks of listing %s: %w", r.ID, err)
	}
	return l, nil
}

// Listings reads the shop's own by name.
func (s *Store) Listings(ctx context.Context) ([]trade.Listing, error) {
	return s.own(ctx, "ORDER BY l.sort_key, l.id")
}

// Listing reads that of a product.
func (s *Store) Listing(ctx context.Context, product ident.ID) (trade.Listing, error) {
	found, err := s.own(ctx, "AND l.product_id = ?", product)
	if err == nil && len(found) == 0 {
		err = trade.ErrMissing
	}
	if err != nil {
		return trade.Listing{}, err
	}
	return found[0], nil
}

func (s *Store) own(ctx context.Context, where string, args ...any) ([]trade.Listing, error) {
	own, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var rows []Pictured
	query := "SELECT " + picturedColumns + " FROM listings l " + withPhoto + " WHERE l.shop_id = ? " + where
	if err := s.d.From(ctx).Raw(query, append([]any{own}, args...)...).Scan(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	out := make([]trade.Listing, len(rows))
	for i, r := range rows {
		if out[i], err = r.listing(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// PutListing writes it over the version before.
func (s *Store) PutListing(ctx context.Context, l trade.Listing, at day.Micros) (bool, error) {
	breaks, err := json.Marshal(l.Breaks)
	if err != nil {
		return false, err
	}
	columns := append([]string{"shop_id"}, strings.Split(listingColumns, ", ")...)
	columns = append(columns, "search_text", "sort_key", "changed_at")
	var set []string
	for _, c := range columns[3:] {
		set = append(set, c+" = excluded."+c)
	}
	n, err := s.d.Insert(ctx, "listings", columns, 1,
		"ON CONFLICT (shop_id, product_id) DO UPDATE SET "+strings.Join(set, ", ")+" WHERE listings.version = excluded.version - 1",
		func(_ int, dst []any) {
			copy(dst, []any{
				l.ID, l.ProductID, l.Code, l.Name, l.Grade, l.Origin, l.Lot, l.About, l.Unit, l.Pack.Unit, l.Pack.Factor.Num, l.Pack.Factor.Den,
				int64(l.Minimum), int64(l.Price), string(breaks), l.TaxRate, number(l.HarvestFrom), number(l.HarvestThrough), l.Published, l.Sheet,
				l.Terms, l.Version, catalog.SearchText(l.Name+" "+l.Origin+" "+l.Grade, l.Code, nil), catalog.SortKey(l.Name, l.Code), int64(at),
			})
		})
	return n == 1, err
}

func number(d *day.Date) any {
	if d == nil {
		return nil
	}
	return int64(*d)
}

type partnerRow struct {
	ShopID        db.ShopID `gorm:"primaryKey"`
	SupplierID    ident.ID  `gorm:"primaryKey"`
	PartnerShopID tenant.ShopID
}

func (partnerRow) TableName() string { return "partners" }

// Supplier finds who stands for a shop.
func (s *Store) Supplier(ctx context.Context, partner tenant.ShopID) (ident.ID, error) {
	var row partnerRow
	err := s.d.From(ctx).Where("partner_shop_id = ?", int64(partner)).Take(&row).Error
	return row.SupplierID, missing(err)
}

// Partner finds the shop that a supplier is.
func (s *Store) Partner(ctx context.Context, supplier ident.ID) (tenant.ShopID, error) {
	var row partnerRow
	err := s.d.From(ctx).Where("supplier_id = ?", supplier).Take(&row).Error
	return row.PartnerShopID, missing(err)
}

// PutPartner notes that a supplier is a shop.
func (s *Store) PutPartner(ctx context.Context, supplier ident.ID, partner tenant.ShopID) error {
	return db.Err(s.d.From(ctx).Create(&partnerRow{SupplierID: supplier, PartnerShopID: partner}).Error)
}

type followedRow struct {
	ShopID     db.ShopID `gorm:"primaryKey"`
	SupplierID ident.ID  `gorm:"primaryKey"`
	ProductID  ident.ID  `gorm:"primaryKey"`
	ListingID  ident.ID
	Terms      int64
}

func (followedRow) TableName() string { return "followed" }

// Followed reads all offers that were taken from listings.
func (s *Store) Followed(ctx context.Context) ([]trade.Followed, error) {
	var rows []followedRow
	err := s.d.From(ctx).Order("supplier_id, product_id").Find(&rows).Error
	out := make([]trade.Followed, len(rows))
	for i, r := range rows {
		out[i] = trade.Followed{SupplierID: r.SupplierID, ProductID: r.ProductID, ListingID: r.ListingID, Terms: r.Terms}
	}
	return out, db.Err(err)
}

// PutFollowed writes one, over what was there.
func (s *Store) PutFollowed(ctx context.Context, f trade.Followed) error {
	_, err := s.d.Insert(ctx, "followed", []string{"shop_id", "supplier_id", "product_id", "listing_id", "terms"}, 1,
		"ON CONFLICT (shop_id, supplier_id, product_id) DO UPDATE SET listing_id = excluded.listing_id, terms = excluded.terms",
		func(_ int, dst []any) { copy(dst, []any{f.SupplierID, f.ProductID, f.ListingID, f.Terms}) })
	return err
}

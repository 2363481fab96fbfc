package catalogdb

import (
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

type categoryRow struct {
	ShopID db.ShopID
	ID     ident.ID
	Name   string
}

func (categoryRow) TableName() string { return "categories" }

type productRow struct {
	ShopID      db.ShopID
	ID          ident.ID
	Code, Name  string
	CategoryID  *ident.ID
	BaseUnit    string
	SalePrice   money.Price
	TaxRate     int
	ShelfLife   int
	LossRate    int
	Origin      string
	Producer    string
	Shelf       string
	Substitutes string
	Minimum     *measure.Quantity
	Maximum     *measure.Quantity
	Archived    bool
	MergedInto  *ident.ID
	SearchText  string
	SortKey     []byte
	CreatedAt   day.Micros `gorm:"autoCreateTime:false"`
	ChangedAt   day.Micros
	Version     int64
}

func (productRow) TableName() string { return "products" }

// readColumns leave out what only searching needs.
const readColumns = "shop_id, id, code, name, category_id, base_unit, sale_price, tax_rate, shelf_life, loss_rate, " +
	"origin, producer, shelf, substitutes, minimum, maximum, archived, merged_into, sort_key, version"

func fromProduct(r productRow) catalog.Product {
	return catalog.Product{
		ID: r.ID, Code: r.Code, Name: r.Name, CategoryID: orNil(r.CategoryID), BaseUnit: r.BaseUnit,
		SalePrice: r.SalePrice, TaxRate: r.TaxRate, ShelfLifeDays: r.ShelfLife, LossRate: r.LossRate,
		Origin: r.Origin, Producer: r.Producer, Shelf: r.Shelf, Substitutes: r.Substitutes, Minimum: r.Minimum, Maximum: r.Maximum,
		Archived: r.Archived, MergedInto: r.MergedInto, Version: r.Version,
	}
}

type barcodeRow struct {
	ShopID    db.ShopID
	Barcode   string
	ProductID ident.ID
}

func (barcodeRow) TableName() string { return "barcodes" }

type packRow struct {
	ShopID    db.ShopID
	ProductID ident.ID
	Unit      string
	Num, Den  int64
}

func (packRow) TableName() string { return "packs" }

type supplierRow struct {
	ShopID           db.ShopID
	ID               ident.ID
	Name             string
	Kind             catalog.Kind
	Province         string
	Contact          string
	Phone            string
	Email            string
	Address          string
	Language         string
	PricesIncludeTax bool
	MinimumOrder     money.Amount
	Freight          money.Amount
	FreeFreightFrom  *money.Amount
	LeadTimeDays     int
	ReviewDays       int
	OrderWeekdays    int64
	Usual, Archived  bool
	Note             string
	SortKey          []byte
	CreatedAt        day.Micros `gorm:"autoCreateTime:false"`
	ChangedAt        day.Micros
	Version          int64
}

func (supplierRow) TableName() string { return "suppliers" }

func fromSupplier(r supplierRow) catalog.Supplier {
	return catalog.Supplier{
		ID: r.ID, Name: r.Name, Kind: r.Kind, Province: r.Province, Contact: r.Contact, Phone: r.Phone, Email: r.Email,
		Address: r.Address, Language: r.Language, PricesIncludeTax: r.PricesIncludeTax, MinimumOrder: r.MinimumOrder,
		Freight: r.Freight, FreeFreightFrom: r.FreeFreightFrom, LeadTimeDays: r.LeadTimeDays, ReviewDays: r.ReviewDays,
		OrderWeekdays: catalog.Weekdays(r.OrderWeekdays), Usual: r.Usual, Archived: r.Archived, Note: r.Note, Version: r.Version,
	}
}

type closureRow struct {
	ShopID     db.ShopID
	SupplierID ident.ID
	FromDay    day.Date
	ThroughDay day.Date
}

func (closureRow) TableName() string { return "closures" }

type offerRow struct {
	ShopID           db.ShopID
	ID               ident.ID
	SupplierID       ident.ID
	ProductID        ident.ID
	SupplierCode     string
	PackUnit         string
	PackNum, PackDen int64
	Minimum          measure.Quantity
	Price            money.Price
	TaxRate          int
	LeadTimeDays     *int
	Assumed          bool
	Archived         bool
	ValidFrom        day.Date
	CreatedAt        day.Micros `gorm:"autoCreateTime:false"`
	ChangedAt        day.Micros
	Version          int64
}

func (offerRow) TableName() string { return "offers" }

func fromOffer(r offerRow) catalog.Offer {
	return catalog.Offer{
		ID: r.ID, SupplierID: r.SupplierID, ProductID: r.ProductID, SupplierCode: r.SupplierCode,
		Pack:    measure.Pack{Unit: r.PackUnit, Factor: measure.Ratio{Num: r.PackNum, Den: r.PackDen}},
		Minimum: r.Minimum, Price: r.Price, TaxRate: r.TaxRate, LeadTimeDays: r.LeadTimeDays,
		Assumed: r.Assumed, Archived: r.Archived, ValidFrom: r.ValidFrom, Version: r.Version,
	}
}

type breakRow struct {
	ShopID  db.ShopID
	OfferID ident.ID
	Minimum measure.Quantity
	Price   money.Price
}

func (breakRow) TableName() string { return "price_breaks" }

type quoteRow struct {
	ShopID     db.ShopID
	ProductID  ident.ID
	SupplierID ident.ID
	Day        day.Date
	Price      money.Price
	BatchID    *ident.ID
}

func (quoteRow) TableName() string { return "price_quotes" }

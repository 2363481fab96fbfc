package purchasedb

import (
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
)

type orderRow struct {
	ShopID           db.ShopID `gorm:"primaryKey"`
	ID               ident.ID  `gorm:"primaryKey"`
	Number           int64
	SupplierID       ident.ID
	State            string
	Currency         string
	Total            money.Amount
	Freight          money.Amount
	Saving           *money.Amount
	PricesIncludeTax bool
	Language         string
	Note             string
	CreatedDay       day.Date
	CreatedAt        day.Micros `gorm:"autoCreateTime:false"`
	SentAt           *day.Micros
	SentDay          *day.Date
	DueDay           day.Date
	WantedDay        *day.Date
	AskedAt          *day.Micros
	AskedBy          *ident.ID
	ConfirmedAt      *day.Micros
	ClosedAt         *day.Micros
	PersonID         ident.ID
	ClientID         *ident.ID
	Version          int64
}

func (orderRow) TableName() string { return "orders" }

var orderColumns = []string{
	"shop_id", "id", "number", "supplier_id", "state", "currency", "total", "freight", "saving", "prices_include_tax", "language", "note",
	"created_day", "created_at", "sent_at", "sent_day", "due_day", "confirmed_at", "closed_at", "person_id", "client_id", "version",
	"wanted_day", "asked_at", "asked_by",
}

func orderValues(o *purchase.Order) []any {
	return []any{
		o.ID, o.Number, o.SupplierID, string(o.State), o.Currency.Code, int64(o.Total), int64(o.Freight), o.Saving, o.PricesIncludeTax, o.Language, o.Note,
		int64(o.CreatedDay), int64(o.CreatedAt), o.SentAt, o.SentDay, int64(o.DueDay), o.ConfirmedAt, o.ClosedAt, o.PersonID, known(o.ClientID), o.Version,
		o.WantedDay, o.AskedAt, known(o.AskedBy),
	}
}

// known is an id as a column that may be empty.
func known(id ident.ID) *ident.ID {
	if id.IsNil() {
		return nil
	}
	return &id
}

func fromOrder(r orderRow) (purchase.Order, error) {
	currency, err := money.ParseCurrency(r.Currency)
	o := purchase.Order{
		ID: r.ID, Number: r.Number, SupplierID: r.SupplierID, State: purchase.State(r.State), Currency: currency,
		Total: r.Total, Freight: r.Freight, Saving: r.Saving, PricesIncludeTax: r.PricesIncludeTax, Language: r.Language, Note: r.Note,
		CreatedDay: r.CreatedDay, CreatedAt: r.CreatedAt, SentAt: r.SentAt, SentDay: r.SentDay, DueDay: r.DueDay,
		ConfirmedAt: r.ConfirmedAt, ClosedAt: r.ClosedAt, PersonID: r.PersonID, Version: r.Version,
		WantedDay: r.WantedDay, AskedAt: r.AskedAt,
	}
	if r.ClientID != nil {
		o.ClientID = *r.ClientID
	}
	if r.AskedBy != nil {
		o.AskedBy = *r.AskedBy
	}
	return o, err
}

type lineRow struct {
	ShopID        db.ShopID `gorm:"primaryKey"`
	OrderID       ident.ID  `gorm:"primaryKey"`
	Line          int       `gorm:"primaryKey;autoIncrement:false"`
	ProductID     ident.ID
	ProductCode   string
	ProductName   string
	SupplierCode  string
	Quantity      measure.Quantity
	Unit          string
	PackUnit      string
	PackNum       int64
	PackDen       int64
	Price         money.Price
	TaxRate       int
	Total         money.Amount
	Received      measure.Quantity
	ReferenceCost *money.Amount
	ForOthers     measure.Quantity
	AgreedColumns `gorm:"embedded"`
}

// AgreedColumns are what was promised of a line; NULL: as ordered.
type AgreedColumns struct {
	AgreedQuantity *measure.Quantity
	AgreedPrice    *money.Price
	AgreedDay      *day.Date
	LaterQuantity  *measure.Quantity
	LaterDay       *day.Date
}

func (r AgreedColumns) agreed() *purchase.Agreed {
	if r.AgreedQuantity == nil || r.AgreedPrice == nil || r.AgreedDay == nil {
		return nil
	}
	a := purchase.Agreed{Quantity: *r.AgreedQuantity, Price: *r.AgreedPrice, Day: *r.AgreedDay}
	if r.LaterQuantity != nil && r.LaterDay != nil {
		a.Later, a.LaterDay = *r.LaterQuantity, *r.LaterDay
	}
	return &a
}

func agreedValues(a *purchase.Agreed) []any {
	switch {
	case a == nil:
		return []any{nil, nil, nil, nil, nil}
	case a.Later == 0:
		return []any{int64(a.Quantity), int64(a.Price), int64(a.Day), nil, nil}
	}
	return []any{int64(a.Quantity), int64(a.Price), int64(a.Day), int64(a.Later), int64(a.LaterDay)}
}

func (lineRow) TableName() string { return "order_lines" }

var lineColumns = []string{
	"shop_id", "order_id", "line", "product_id", "product_code", "product_name", "supplier_code", "quantity", "unit", "pack_unit", "pack_num",
	"pack_den", "price", "tax_rate", "total", "received", "reference_cost", "for_others",
	"agreed_quantity", "agreed_price", "agreed_day", "later_quantity", "later_day",
}

func lineValues(order ident.ID, l *purchase.OrderLine) []any {
	return append([]any{
		order, l.Line, l.ProductID, l.ProductCode, l.ProductName, l.SupplierCode, int64(l.Quantity), l.Unit, l.Pack.Unit, l.Pack.Factor.Num,
		l.Pack.Factor.Den, int64(l.Price), l.TaxRate, int64(l.Total), int64(l.Received), l.ReferenceCost, int64(l.ForOthers),
	}, agreedValues(l.Agreed)...)
}

func fromLine(r lineRow) purchase.OrderLine {
	return purchase.OrderLine{
		Line: r.Line, ProductID: r.ProductID, ProductCode: r.ProductCode, ProductName: r.ProductName, SupplierCode: r.SupplierCode,
		Quantity: r.Quantity, Unit: r.Unit, Pack: measure.Pack{Unit: r.PackUnit, Factor: measure.Ratio{Num: r.PackNum, Den: r.PackDen}},
		Price: r.Price, TaxRate: r.TaxRate, Total: r.Total, Received: r.Received, ReferenceCost: r.ReferenceCost, ForOthers: r.ForOthers, Agreed: r.agreed(),
	}
}

type receiptRow struct {
	ShopID       db.ShopID `gorm:"primaryKey"`
	ID           ident.ID  `gorm:"primaryKey"`
	OrderID      ident.ID
	BusinessDay  day.Date
	OccurredAt   day.Micros
	RecordedAt   day.Micros
	LeadTimeDays *int
	Total        money.Amount
	Note         string
	PersonID     ident.ID
	RequestHash  []byte
}

func (receiptRow) TableName() string { return "receipts" }

var receiptColumns = []string{
	"shop_id", "id", "order_id", "business_day", "occurred_at", "recorded_at", "lead_time_days", "total", "note", "person_id", "request_hash",
}

func fromReceipt(r receiptRow) purchase.Delivery {
	return purchase.Delivery{
		ID: r.ID, OrderID: r.OrderID, BusinessDay: r.BusinessDay, OccurredAt: r.OccurredAt, RecordedAt: r.RecordedAt,
		LeadTime: r.LeadTimeDays, Total: r.Total, Note: r.Note, PersonID: r.PersonID, Hash: r.RequestHash,
	}
}

type receiptLineRow struct {
	ShopID    db.ShopID `gorm:"primaryKey"`
	ReceiptID ident.ID  `gorm:"primaryKey"`
	Position  int       `gorm:"primaryKey;autoIncrement:false"`
	OrderLine int
	ProductID ident.ID
	Quantity  measure.Quantity
	Price     money.Price
	Total     money.Amount
	Lot       string
	Expiry    *day.Date
	Produced  *day.Date
}

func (receiptLineRow) TableName() string { return "receipt_lines" }

var receiptLineColumns = []string{
	"shop_id", "receipt_id", "position", "order_line", "product_id", "quantity", "price", "total", "lot", "expiry", "produced",
}

type leadTimeRow struct {
	ShopID     db.ShopID `gorm:"primaryKey"`
	SupplierID ident.ID  `gorm:"primaryKey"`
	ProductID  ident.ID  `gorm:"primaryKey"`
	ReceiptID  ident.ID  `gorm:"primaryKey"`
	OrderLine  int       `gorm:"primaryKey;autoIncrement:false"`
	SentDay    day.Date
	Days       int
}

func (leadTimeRow) TableName() string { return "lead_times" }

var leadTimeColumns = []string{"shop_id", "supplier_id", "product_id", "receipt_id", "order_line", "sent_day", "days"}

package sales

import (
	"context"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// SaleRecord is a sale as it is stored, without its lines. Total is signed: money
// given back is negative.
type SaleRecord struct {
	ID          ident.ID
	RequestHash []byte
	ChannelID   ident.ID
	Kind        Kind
	BusinessDay day.Date
	OccurredAt  day.Micros
	RecordedAt  day.Micros
	Total       money.Amount
	Lines       int
	Province    string
	CustomerKey []byte
	VoidedAt    *day.Micros
	PersonID    ident.ID
}

// LineRecord is a line as it is stored. Quantity and Amount are signed.
type LineRecord struct {
	ProductID   ident.ID
	BusinessDay day.Date
	SaleID      ident.ID
	Line        int
	Minute      int // after midnight in the shop's zone; −1: only the day is known
	Quantity    measure.Quantity
	Unit        string
	Price       money.Price
	Amount      money.Amount
	Promo       bool
	History     bool
	BatchID     *ident.ID
	Void        bool
}

// LineKey names a line of a sale.
type LineKey struct {
	ProductID, SaleID ident.ID
	BusinessDay       day.Date
	Line              int
}

// Key is the line's name.
func (l LineRecord) Key() LineKey { return LineKey{l.ProductID, l.SaleID, l.BusinessDay, l.Line} }

// DayLine is what demand needs of a line that is not void.
type DayLine struct {
	ProductID ident.ID
	Day       day.Date
	Minute    int
	Quantity  measure.Quantity
	Amount    money.Amount
	Promo     bool
}

// StoreQuery asks for sales, the newest first: of one day, or of all when Day is
// day.None. After is the last one seen.
type StoreQuery struct {
	Day   day.Date
	After *Cursor
	Limit int
}

// Cursor is a place in the list of sales.
type Cursor struct {
	BusinessDay day.Date
	OccurredAt  day.Micros
	ID          ident.ID
}

// Totals are the figures of one day, net of returns, without voided sales.
type Totals struct {
	Sales, Returns int
	Amount         money.Amount
}

// Store keeps the sales of the shop in ctx, and only those: an id of another shop
// is as good as none. Writes need a transaction in ctx. Single reads of what is
// not there return ErrMissing.
type Store interface {
	Channels(ctx context.Context) ([]Channel, error)
	Channel(ctx context.Context, code string) (Channel, error)
	InsertChannel(ctx context.Context, c Channel) error

	Sale(ctx context.Context, id ident.ID) (SaleRecord, error)
	// Lines reads all lines of the sales, void ones too, by sale and line.
	Lines(ctx context.Context, saleIDs []ident.ID) ([]LineRecord, error)
	// Insert writes new sales and lines in bulk.
	Insert(ctx context.Context, sales []SaleRecord, lines []LineRecord) error
	// Void marks a sale and all its lines.
	Void(ctx context.Context, saleID ident.ID, at day.Micros) error
	Sales(ctx context.Context, q StoreQuery) ([]SaleRecord, error)
	DayTotals(ctx context.Context, d day.Date) (Totals, error)
	// Popular lists the products of the newest sales, the most frequent first.
	Popular(ctx context.Context, limit int) ([]ident.ID, error)
	// Sold reports whether a product has any line, void ones too.
	Sold(ctx context.Context, productID ident.ID) (bool, error)
	// SoldAmong tells which of the products have any line, void or not.
	SoldAmong(ctx context.Context, productIDs []ident.ID) (map[ident.ID]bool, error)
	// EachLine reads the lines that are not void of products (nil: all) on days
	// from through, by product and day.
	EachLine(ctx context.Context, productIDs []ident.ID, from, through day.Date, fn func(DayLine) error) error

	// Parcels reads those of sales that have any day.
	Parcels(ctx context.Context, saleIDs []ident.ID) (map[ident.ID]Parcel, error)
	// PutParcels writes them over what was there; one without any day is removed.
	PutParcels(ctx context.Context, list []Parcel) error
	// Travelling reads the sales of channels since a day, neither voided nor brought back
	// goods, whose parcels have not arrived, the oldest first: those that left, or the others.
	Travelling(ctx context.Context, channels []ident.ID, from day.Date, left bool, limit int) ([]SaleRecord, error)

	InsertWish(ctx context.Context, w Wish) error
	// Wishes reads those of days since from, the newest first.
	Wishes(ctx context.Context, from day.Date, limit int) ([]Wish, error)

	// PutImported writes imported sales (whose totals and counts are settled by
	// Recount) that are not there yet, and their lines, replacing void ones.
	PutImported(ctx context.Context, sales []SaleRecord, lines []LineRecord) error
	// Recount sets total, number of lines and the void mark of sales from their
	// lines that are not void.
	Recount(ctx context.Context, saleIDs []ident.ID, at day.Micros) error
	// BatchSales lists the sales with lines of a batch that are not void.
	BatchSales(ctx context.Context, batchID ident.ID) ([]ident.ID, error)
	// VoidBatch marks the lines of a batch in those sales and says which products
	// and days they were about.
	VoidBatch(ctx context.Context, batchID ident.ID, saleIDs []ident.ID) (map[ident.ID]day.Date, error)

	// InsertBatch writes a batch, giving it the next number.
	InsertBatch(ctx context.Context, b BatchRecord) (BatchRecord, error)
	// UpdateBatch replaces state, figures and report of a batch that still has the
	// state and the progress given; false when it moved on meanwhile.
	UpdateBatch(ctx context.Context, b BatchRecord, state BatchState, progress int) (bool, error)
	BatchByNumber(ctx context.Context, number int64) (BatchRecord, error)
	// BatchByFile reads the newest batch of that file that was not undone.
	BatchByFile(ctx context.Context, kind ImportKind, source string, hash []byte) (BatchRecord, error)
	// Batches reads them, the newest first.
	Batches(ctx context.Context, limit int) ([]BatchRecord, error)
}

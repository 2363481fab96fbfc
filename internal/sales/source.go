package sales

import (
	"buhuo/internal/day"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Source understands the files of one system. It turns bytes into rows and says
// which lines it could not read; it asks nobody and knows no shop. A file that is
// no file of that kind at all (columns missing, not a table) is a fault of kind
// Invalid.
type Source interface {
	// Name is the code by which a person names the system.
	Name() string
	// Detect reports whether the unpacked file looks like one of this system.
	Detect(body []byte) bool
	Products(body []byte) (Rows[ProductRow], error)
	Sales(body []byte) (Rows[SaleRow], error)
	Stock(body []byte) (Rows[StockRow], error)
}

// Rows are what was read of a file: the good rows in the order of lines, and the
// refused lines. Read counts all rows that hold anything, good and refused.
type Rows[R any] struct {
	Read    int
	Good    []R
	Refused []LineError
}

// ProductRow is a product as a file describes it. Prices are per Unit.
type ProductRow struct {
	Line             int
	Code, Name       string // Code may be empty, then Name names the product
	Category         string
	Unit             measure.Unit
	Price            *money.Price
	Barcodes         []string
	LossRate         int // basis points
	TaxRate          int // basis points
	ShelfLifeDays    int
	Origin, Producer string
	Shelf            string
}

// SaleRow is what a file says of one product on one day, or of one sale. A
// Quantity of zero only quotes a Cost; a negative one is a return.
type SaleRow struct {
	Line     int
	Item     string // code, name or barcode
	Day      day.Date
	Minute   int    // after midnight; −1: not said
	Quantity int64  // thousandths of Unit
	Unit     string // code; empty: the product's base unit
	Price    *money.Price
	Total    *money.Price // 1/10,000 of the major unit for the whole row; wins over Price
	Cost     *money.Price // what the wholesaler asked that day, per Unit
	Promo    bool
}

// StockRow is what a file says is on the shelf.
type StockRow struct {
	Line     int
	Item     string
	Quantity int64 // thousandths of Unit
	Unit     string
	Cost     *money.Price // per Unit
	Expiry   *day.Date
	Lot      string
}

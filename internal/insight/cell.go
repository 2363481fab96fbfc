package insight

import (
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Kind says what a cell counts.
type Kind uint8

// The kinds. Sales and returns come in three sorts: with the cost that the ledger
// booked, moved at no known cost, and history, which moved nothing.
const (
	Sold Kind = iota
	SoldBare
	SoldPast
	Returned
	ReturnedBare
	ReturnedPast
	Unclaimed // movements of a sale without a line of that day: normally none
	Received
	SentBack // to the supplier
	Opened   // the count that opened the book
	Agreed   // a count found what the book said
	Missing  // a count found less
	Found    // a count found more
	Adjusted
	Spoiled
	OwnUse
	Gift
	Moved // transfers
	Harvested
	Made     // came out of processing
	Consumed // went into processing
	Revalued
	kinds
)

// Sale reports whether the cell is of lines at the till: sold or brought back.
func (k Kind) Sale() bool { return k <= ReturnedPast }

// Costed reports whether Value is what the cell's goods cost.
func (k Kind) Costed() bool { return k == Sold || k == Returned }

// Cell is what one product did on one day in one way: through one channel, to one
// province, in one hour where it is a sale. Quantity and Value are signed as in the
// ledger (what goes out is negative) but for sales: there sold is positive and brought
// back negative, as the money is.
type Cell struct {
	Day   day.Date
	Kind  Kind
	Hour  int // 0..23, -1 unknown
	Place Place
	Lines int

	Quantity measure.Quantity
	Amount   money.Amount // at the till; 0 unless a sale
	Value    money.Amount // what the ledger booked: of a sale, what the goods had cost
}

// InLedger is what the cell added to the stock and to its value.
func (c *Cell) InLedger() (measure.Quantity, money.Amount) {
	switch c.Kind {
	case SoldPast, ReturnedPast:
		return 0, 0
	case Sold, SoldBare, Returned, ReturnedBare:
		return -c.Quantity, -c.Value
	}
	return c.Quantity, c.Value
}

// Place is how and whither goods were sold, and whence they had come; the zero value is
// no sale.
type Place struct {
	Channel  ident.ID
	Province string   // GB/T 2260; empty: unknown
	Supplier ident.ID // who delivered the lots; zero: unknown
}

var kindNames = [kinds]string{
	"sold", "sold_bare", "sold_past", "returned", "returned_bare", "returned_past", "unclaimed", "received", "sent_back", "opened", "agreed", "missing", "found", "adjusted",
	"spoiled", "own_use", "gift", "moved", "harvested", "made", "consumed", "revalued",
}

// String is the kind in one word.
func (k Kind) String() string { return kindNames[min(k, kinds-1)] }

// ParseKind reads what String wrote.
func ParseKind(s string) (Kind, bool) {
	i := slices.Index(kindNames[:], s)
	return Kind(max(i, 0)), i >= 0
}

// Package stockview draws the pages of the stock room: goods received, counted,
// corrected, lost, and the list of movements. Its models are ready to show.
package stockview

import (
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// Choose is the list of products of which one is meant.
type Choose struct {
	Chrome  layout.Chrome
	Search  ui.SearchModel
	Shelves []ui.Tab
	Blind   ui.Link   // no Href: not offered
	First   []ui.Link // what should be counted first
	Links   []ui.Link
	Next    string
}

// Form is what all forms about one product share.
type Form struct {
	Chrome                  layout.Chrome
	Action, Client, Product string
	Book                    ui.Fact
	Unit                    ui.SelectModel
	Note                    ui.FieldModel
}

// Receive is goods that come without an order.
type Receive struct {
	Chrome         layout.Chrome
	Action, Client string
	Find           ui.FieldModel // another product
	Found          []ui.Option   // the products that are meant perhaps
	NotFound       string
	Rows           []ReceivedRow
	Supplier       ui.SelectModel
	Note           ui.FieldModel
}

// ReceivedRow is one product that came.
type ReceivedRow struct {
	Index, Product, Name      string
	Book                      ui.Fact
	Quantity, Cost, Paid, Lot ui.FieldModel
	Produced, Expiry          ui.FieldModel
	Unit                      ui.SelectModel
	Drop                      string // says what the button does; empty: not offered
}

// Count is one product to be counted. Expected is what the book held when the page
// was made.
type Count struct {
	Form
	Expected, Blind, Shelf string
	Counted                ui.FieldModel
}

// Counted is what a count found.
type Counted struct {
	Chrome   layout.Chrome
	Tone     ui.Tone
	Sentence string
	Figures  []ui.Figure
	Next     ui.Link
	Undo     string // address; empty: not offered
}

// Adjust is a correction of the book.
type Adjust struct {
	Form
	Quantity, Reason ui.FieldModel
	Direction        ui.SelectModel
}

// Loss is goods that left unsold. Lot without options is not shown.
type Loss struct {
	Form
	Quantity    ui.FieldModel
	Reason, Lot ui.SelectModel
}

// Process turns goods into others.
type Process struct {
	Form
	Quantity, Into, Made, Extra, Lot, Expiry ui.FieldModel
	MadeUnit                                 ui.SelectModel
	Runs                                     []ui.Fact // the latest
}

// MovementRow is one line of the ledger in words.
type MovementRow struct {
	Product, Href               string // empty when the page is about one product
	Kind, When, Quantity, Value string
	Lot                         string
	Person                      string // who entered it; empty: nobody known
	Notes                       []string
	In, Undone                  bool
	Undo                        string // address; empty: cannot be undone here
	Order                       string // address of the order on whose page it can be undone
}

// Movements is a page of the ledger.
type Movements struct {
	Chrome         layout.Chrome
	Product, Older string
	Rows           []MovementRow
}

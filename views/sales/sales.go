// Package salesview draws the pages of selling and of bringing files in. Its models
// are strings already written in the reader's language; it knows no sale.
package salesview

import (
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// Sell is the counter: what can be sold with one tap, and the basket so far.
type Sell struct {
	Chrome    layout.Chrome
	Client    string
	Last      *Last // the sale just made, to be undone
	Find      ui.FieldModel
	Tiles     []Tile
	NotFound  string // what was searched for in vain
	Lines     []BasketLine
	Total     string
	Note      string // "3 种商品"
	Channel   ui.SelectModel
	Province  ui.FieldModel
	Return    ui.Check
	Household *ui.FieldModel // nil: nothing on credit
	More      bool           // a value behind "more" is set, so it stays open
	Wish      ui.FieldModel
}

// Last is the newest sale of this person.
type Last struct{ ID, Text string }

// Tile is a product to tap.
type Tile struct{ Code, Name, Price string }

// BasketLine is one product in the basket.
type BasketLine struct {
	Code, Name, Price string
	Amount            string
	Index             string
	Quantity          ui.FieldModel
	Unit              ui.SelectModel
	Wrong             string // about the product itself
	WrongID           string
	Drop              string // spoken: remove {name}
}

// Sales is the list of one day.
type Sales struct {
	Chrome  layout.Chrome
	Figures []ui.Figure
	Days    []ui.Link
	Rows    []SaleRow
	Pager   ui.PagerModel
}

// SaleRow is one sale.
type SaleRow struct {
	Time, What, Detail string
	Total              string
	Badges             []Badge
	Void               string // address; empty: cannot be undone here
	VoidLabel          string
	Parcel             ui.Link // without an address: it does not travel
}

// Parcels are those that have not arrived.
type Parcels struct {
	Chrome            layout.Chrome
	Action            string
	Tabs              []ui.Tab
	Boxes             []ui.Check
	On                ui.FieldModel
	Presses           []ui.Press
	None, More, Error string
}

// Parcel is how an online sale travels.
type Parcel struct {
	Chrome                          layout.Chrome
	Action                          string
	Facts                           []ui.Fact
	Dispatched, Promised, Delivered ui.FieldModel
}

// Badge is a state in a word.
type Badge struct {
	Tone       ui.Tone
	Icon, Text string
}

// Import is the form for a file and what was brought in before.
type Import struct {
	Chrome   layout.Chrome
	Client   string
	CanWrite bool
	Kind     ui.SelectModel
	Source   ui.SelectModel
	File     ui.FieldModel
	Examples []ui.Link
	Batches  []Batch
}

// Batch is one file that came in.
type Batch struct {
	Href, Title, File, When string
	Result                  string
	Badge                   Badge
}

// Report is what became of a file.
type Report struct {
	Chrome  layout.Chrome
	Badge   Badge
	Figures []ui.Figure
	Facts   []ui.Fact
	Note    string
	Tone    ui.Tone
	Errors  []LineError
	MoreOf  string // "and {n} more"
	Undo    string // address; empty: nothing to undo
	Next    []ui.Link
}

// LineError is a refused line.
type LineError struct{ Line, Text string }

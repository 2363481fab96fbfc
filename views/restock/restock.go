// Package restockview draws the pages that say what will run out and what to order:
// today, the suggestions, the list of products and one product. Its models are
// strings already written in the reader's language; it knows no suggestion.
package restockview

import (
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// Today is the first page: what needs a hand today.
type Today struct {
	Chrome   layout.Chrome
	Empty    *ui.EmptyModel // a shop without goods: nothing else is shown
	Notes    []layout.Flash
	Waiting  []ui.Link // to orders that wait for a person
	Order    OrderCard
	Urgent   []ui.RowModel
	All      ui.Link // all that is likely to run out
	Fine     string  // said when nothing is
	Arriving []Arrival
	Coming   string  // how many orders
	Receive  ui.Link // to the one that comes, or to all
	Expiring []Line
	Expired  string // how many lots, on the card's badge
	Count    []Line
	Unknown  *Line // products never counted
}

// OrderCard says what today's orders come to.
type OrderCard struct {
	Badge, Total, Saving string
	Button               ui.Link
}

// Arrival is an order on its way.
type Arrival struct {
	Supplier, Href, Text string
	Tone                 ui.Tone
	State                string
}

// Line is a sentence about one product and what to do about it.
type Line struct {
	Name, Href string
	Text       string
	Action     ui.Link
}

// Suggestions is the page from which orders are made.
type Suggestions struct {
	Chrome  layout.Chrome
	Client  string
	Page    string
	Notes   []layout.Flash
	Empty   *ui.EmptyModel
	Groups  []Group
	Columns []ui.Column
	Pager   ui.PagerModel
	Purse   *Purse // nil: nothing to divide
	Bar     *Bar
	Snoozed []Line
	Labels  Labels
	May     bool // this person may order
}

// Labels are words of the page that rows repeat.
type Labels struct{ Fill, Suggestions, Recount, Reopen, Ordered, Calculation, Answer, Ask string }

// Bar is the total at the foot.
type Bar struct{ Label, Total, Note, Button string }

// Group is what one supplier can deliver.
type Group struct {
	Name, Terms, Total string
	Badge              string // what kind of supplier
	Tone               ui.Tone
	Icon               string
	Meter              *Meter
	Short              string // what is missing to the supplier's minimum
	Fill               string // address that fills it up
	Weighed            string // what filling up and waiting are expected to cost
	Wait, WaitText     string // address that puts it off, and the words for it
	Ask                string // address that asks several suppliers for the same goods
	Items              []Item
}

// Purse asks what can be spent and says what was left out to stay within it.
type Purse struct {
	Title, Button string
	Field         ui.FieldModel
	Said          []string // empty: nothing was left out
	Lines         []PurseLine
	More, Undo    string
}

// first tells whether it stands before the list: when it has something to say.
func (p *Purse) first() bool { return len(p.Said) > 0 || p.Field.Error != "" }

// PurseLine is a product of which less is ordered than was suggested.
type PurseLine struct {
	Name, Href, Text, Risk, Loses string
	Tone                          ui.Tone
}

// Meter is how far an order is from the supplier's minimum.
type Meter struct {
	Percent float64
	Label   string
	Tone    ui.Tone
}

// Item is one product of a group.
type Item struct {
	ID, Name, Href, Why string
	Offer               string // the end of the offer's id
	Trace               string // address of the calculation
	Answer              string // address of what else one may say; empty: not offered
	Stock, Cover        string
	Tone                ui.Tone
	Risk                string
	Stepper             ui.StepperModel
	Pack                string  // under the stepper, where it is too long to stand beside it
	Ours                string  // what was suggested, where the person changed it
	Draft               ui.Link // the unsent order on which it stands already
	Cost, Saving        string
	Ordered             bool
	Reopen              string // address
}

// Trace is the whole calculation of one suggestion.
type Trace struct {
	Chrome layout.Chrome
	Why    string
	Steps  []string
	Saving string // how much it is likely to save; empty: nobody knows
}

// Answer asks what a person wants instead of a suggestion: another quantity, later, not.
type Answer struct {
	Chrome               layout.Chrome
	Label                string // names the tabs
	Tabs                 []ui.Tab
	Said, Why            string
	Done                 *ui.EmptyModel // there is nothing to say: the form is left out
	Action, Client, Save string
	Icon                 string
	Stepper              *ui.StepperModel
	Offer                string // that Stepper counts in
	Until                *ui.SelectModel
	Date, Note           ui.FieldModel
	Reason               ui.SelectModel
}

// Products is the list of products.
type Products struct {
	Chrome  layout.Chrome
	Search  ui.SearchModel
	Label   string
	Tabs    []ui.Tab
	Columns []ui.Column
	Rows    []ProductRow
	Empty   *ui.EmptyModel
	Wish    *Wish
	Pager   ui.PagerModel
}

// Wish records that somebody asked for what is not here.
type Wish struct{ Client, Text, Note, Button string }

// ProductRow is one product of the list.
type ProductRow struct {
	Name, Href, Note string
	Stock, OnOrder   string
	Cover            string
	Tone             ui.Tone
	Risk             string
}

// Product is the page of one product.
type Product struct {
	Chrome    layout.Chrome
	Client    string
	Notes     []layout.Flash
	Badges    []Badge
	Photo     ui.PhotoModel
	Figures   []ui.Figure
	Title     Titles
	Order     *ProductOrder
	Why       string
	Steps     []string
	Demand    *ui.LineModel
	Made      *Made
	Accuracy  *Accuracy
	Known     *Known
	Stock     *ui.LineModel
	Prospect  *Prospect
	Lots      []ui.Fact
	NoLots    string
	Columns   []ui.Column
	Offers    []Offer
	NoOffers  string
	AddOffer  ui.Link
	AllOffers ui.Link
	Ask       ui.Link // several suppliers for prices
	Moves     []Move
	AllMoves  ui.Link
	Facts     []ui.Fact
	Links     []ui.Link
}

// Prospect says how likely the product is to run out, and when.
type Prospect struct {
	Title, Open string
	Text        []string
	Lost        string // behind the word, with the curve
	Chart       *ui.LineModel
}

// Made says what the forecast is made of.
type Made struct {
	Title  string
	Why    []string
	Days   ui.Numbers
	WhatIf ui.Link
}

// Accuracy says how right the forecasts have been.
type Accuracy struct {
	Title string
	Text  []string
	Weeks ui.Numbers
}

// Known is what people know of coming days.
type Known struct {
	Title, None, Withdraw string
	Items                 []KnownItem
	Add                   ui.Link
}

// KnownItem is one thing that somebody knows.
type KnownItem struct {
	Text, Note, Action string
	State              Badge
}

// WhatIf is what might be done and what would come of it.
type WhatIf struct {
	Chrome             layout.Chrome
	Action, Show, Note string
	From, To, Price    ui.FieldModel
	Promotion          ui.Check
	Festival           ui.SelectModel
	Titles             WhatIfTitles
	Columns            []ui.Column
	Table              [][]string // what, now, then; empty: nothing was asked
	Said               []string
	Why                string
	Chart              *ui.LineModel
}

// WhatIfTitles are its headings.
type WhatIfTitles struct{ Beside, Chart string }

// Adjust asks what a person knows of coming days.
type Adjust struct {
	Chrome                     layout.Chrome
	Action, Client, Save, Note string
	From, To, Amount, Reason   ui.FieldModel
	Change                     ui.SelectModel
}

// Titles are the headings of a product's cards.
type Titles struct{ Order, Demand, Stock, Lots, Offers, Moves, Facts, Steps string }

// Badge is a state of the product.
type Badge struct {
	Tone       ui.Tone
	Icon, Text string
}

// ProductOrder is the suggestion for one product.
type ProductOrder struct {
	Code, Quantity, Text, Button string
	Done                         *ui.Link // nothing to press: it is ordered already, or nothing is wanted
	Draft                        ui.Link  // the unsent order on which it stands already
	Answer                       ui.Link
}

// Offers is a product's offers side by side.
type Offers struct {
	Chrome                        layout.Chrome
	Title, None, Prices, NoPrices string
	Asked                         string // for what quantity they are compared
	Add                           ui.Link
	Advice                        Advice
	Columns                       []ui.Column
	Rows                          []OfferRow
	History                       *ui.CurveModel // nil: nothing was ever asked
}

// Advice is what speaks for buying where the goods are made, and what against it.
type Advice struct {
	Text  []string
	Title string // over Risks
	Risks []string
}

// OfferRow is an offer with what it makes of a unit.
type OfferRow struct {
	Offer
	Terms                                []string
	Buy, Freight, Spoilage, Keeping, All string
}

// Offer is one supplier's price for the product.
type Offer struct {
	Supplier, Href, Price, Arrives string
	Badge                          Badge
	Best                           string // said of the chosen one
}

// Move is one line of the ledger.
type Move struct{ When, What, Quantity string }

// Package tradeview draws what goes on between shops: the directory, what a shop
// publishes there, and a product's public sheet. Its models are ready to show.
package tradeview

import (
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// Badge is a word with a sign.
type Badge struct {
	Tone       ui.Tone
	Icon, Text string
}

// EntryRow is a listing in the directory.
type EntryRow struct {
	Href, Name, Detail, Place string
	Photo                     string // address of the small one; empty: none
	Producer                  Badge
	Price, Minimum            string
	Marks                     []Badge // in season, taken
}

// ChangeRow is an offer whose producer asks something else now.
type ChangeRow struct {
	Name, Producer, Was, Is string
	Action                  string // takes the terms of now; empty: the listing was withdrawn
	Href                    string // of the listing or, withdrawn, of the offer
}

// DirectoryPage is the list of what other shops offer.
type DirectoryPage struct {
	Chrome         layout.Chrome
	Text           ui.FieldModel
	Province, Kind ui.SelectModel
	Changes        []ChangeRow
	Rows           []EntryRow
	Next           string
	Empty          ui.EmptyModel
	CanEdit        bool
}

// EntryPage is one listing.
type EntryPage struct {
	Chrome        layout.Chrome
	Photo         ui.PhotoModel
	Producer      Badge
	Marks         []Badge
	Goods, Terms  []ui.Fact
	About, Theirs string
	CanEdit       bool
	Taken         bool
	Action        string
	Products      ui.SelectModel
	Supplier      ui.SelectModel // no options: somebody new, or known
	Links         []ui.Link      // to the supplier and the product, once taken
	Order, Unit   string         // the form that orders; empty: not taken, or ended
	Client        string
	Quantity      ui.FieldModel
	Changed       string // what is asked now, when it was taken at other terms
}

// ListingRow is one of the shop's own listings.
type ListingRow struct {
	Href, Name, Price string
	State             Badge
	Sheet             string // address of its public page
	Withdraw          string // address; empty: it is withdrawn
}

// PublishPage is what a shop offers to the others.
type PublishPage struct {
	Chrome  layout.Chrome
	Profile []ui.Fact
	About   string
	Closed  bool // nothing of it is in the directory
	Rows    []ListingRow
	Search  ui.SearchModel
	Found   []ui.Link
	Asked   bool // something was searched for
}

// ProfileForm is what a shop tells of itself.
type ProfileForm struct {
	Chrome                           layout.Chrome
	Client, Version                  string
	Name, About, Contact, Phone      ui.FieldModel
	Kind, Province                   ui.SelectModel
	Minimum, Freight, Free, LeadTime ui.FieldModel
	Tax, Open                        ui.Check
}

// BreakRow is a price from a quantity on.
type BreakRow struct{ From, Price ui.FieldModel }

// ListingForm is an offer to the other shops.
type ListingForm struct {
	Chrome                          layout.Chrome
	Photo                           *PhotoForm // nil: not published yet
	Action, Client, Version         string
	Name, Grade, Origin, Lot, About ui.FieldModel
	Price, Minimum                  ui.FieldModel
	Unit, Pack                      ui.SelectModel
	From, Through                   ui.FieldModel
	Breaks                          []BreakRow
	BreaksWrong                     string
	Sheet                           ui.Check
}

// PhotoForm is the photo of a listing, and how to send another.
type PhotoForm struct {
	Action, Remove string // addresses; Remove empty: there is none
	Photo          ui.PhotoModel
	File, Alt      ui.FieldModel
}

// SheetPage is a product as the world may see it.
type SheetPage struct {
	Chrome       layout.Chrome
	Photo        ui.PhotoModel
	Name, About  string
	Producer     Badge
	Marks        []Badge
	Goods, Terms []ui.Fact
	Address      string
	Code         string // path of its QR code; empty: none
	Size         int
}

// DealRow is an order between two shops in a list.
type DealRow struct {
	Href, Number, Other, Due, Total string
	Lines                           string
	State                           Badge
}

// InboxPage lists the orders between the shop and others.
type InboxPage struct {
	Chrome layout.Chrome
	Tabs   []ui.Tab
	Rows   []DealRow
	Next   string
	Empty  ui.EmptyModel
	Mine   bool // those that the shop sent
}

// DealLine is one product of a deal.
type DealLine struct {
	Name, Code                           string
	Ordered, Promised, Shipped, Received string
	Price                                string
	Here                                 string // what the seller has of it
	Line, Unit                           string // of the forms
	Quantity, Cost                       ui.FieldModel
	Product                              ui.SelectModel // no options: known
	Leaves                               ui.FieldModel  // empty name: nothing left to ship
}

// ShipmentCard is goods that left together.
type ShipmentCard struct {
	Title, Note string
	Lines       []ui.Fact
	State       Badge  // empty text: it stands
	TakeBack    string // address that takes it back; empty: not ours, or the buyer has it
	ID          string
	Why         ui.FieldModel
	Receive     string // address that books it as it was shipped; empty: it is booked, or not ours to book
	Client      string
	Fields      []ReceiveRow
}

// ReceiveRow is a lot of a shipment, as the order's page takes it.
type ReceiveRow struct{ Line, Quantity, Unit, Lot, Expiry string }

// DealPage is one order between two shops, as one side sees it.
type DealPage struct {
	Chrome            layout.Chrome
	Base              string
	Version, Client   string
	State             Badge
	Say               string // what happens next, in a sentence
	Facts             []ui.Fact
	Lines             []DealLine
	Total             string
	Confirm, Ship     bool // forms that the seller may use
	Refuse            bool
	Due, Note, Reason ui.FieldModel
	Shipments         []ShipmentCard
	Order             string // the buyer's own page of the order
}

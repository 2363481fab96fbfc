// Package catalogview draws the pages of the catalog: the forms of products, suppliers
// and offers, and the lists of suppliers. Its models are ready to show.
package catalogview

import (
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// Badge is a word with a sign.
type Badge struct {
	Tone       ui.Tone
	Icon, Text string
}

// PackRow says how much a pack holds.
type PackRow struct {
	Unit    ui.SelectModel
	Content ui.FieldModel
}

// ProductForm is a new product or an edited one.
type ProductForm struct {
	Chrome                                                      layout.Chrome
	Action, Client, Version                                     string
	Name, Code, Category, Barcodes, Price, Tax, ShelfLife, Loss ui.FieldModel
	Minimum, Maximum, Origin, Producer, Shelf, Substitutes      ui.FieldModel
	Unit                                                        ui.SelectModel
	Packs                                                       []PackRow
	PacksWrong                                                  string
	Archive                                                     string // address; empty: new
	Archived                                                    bool
	Merge                                                       ui.Link
}

// Merge asks as which other product one goes on.
type Merge struct {
	Chrome layout.Chrome
	Action string
	Into   ui.FieldModel
	Says   []string
}

// SupplierRow is a supplier in the list.
type SupplierRow struct {
	Name, Href, Place, Offers, LeadTime string
	Badge                               Badge
}

// Suppliers is the list.
type Suppliers struct {
	Chrome  layout.Chrome
	Tabs    []ui.Tab
	Rows    []SupplierRow
	CanEdit bool
}

// OfferRow is an offer in its supplier's table.
type OfferRow struct {
	Product, Href, Code, Price, Minimum, Pack, LeadTime string
	Breaks                                              []string
	Assumed                                             bool
	Edit                                                string
}

// SupplierPage is one supplier with terms and offers.
type SupplierPage struct {
	Chrome            layout.Chrome
	Badge             Badge
	Score             []ui.Fact // what the books say of him
	Archived, CanEdit bool
	Terms, Contact    []ui.Fact
	Offers            []OfferRow
	Add, Archive      string
}

// ClosureRow is a time in which a supplier is closed.
type ClosureRow struct{ From, Through ui.FieldModel }

// SupplierForm is a new supplier or an edited one.
type SupplierForm struct {
	Chrome                                               layout.Chrome
	Action, Client, Version                              string
	Name, Province, Contact, Phone, Email, Address, Note ui.FieldModel
	Kind, Language                                       ui.SelectModel
	Tax                                                  ui.Check
	MinimumOrder, Freight, FreeFreight                   ui.FieldModel
	LeadTime, Review                                     ui.FieldModel
	Weekdays                                             []ui.Check
	WeekdayWrong, ClosuresWrong                          string
	Closures                                             []ClosureRow
}

// BreakRow is a lower price from a quantity on.
type BreakRow struct{ From, Price ui.FieldModel }

// OfferForm is a new offer or an edited one.
type OfferForm struct {
	Chrome                           layout.Chrome
	Action, Client, Version, Product string
	ProductName, SupplierName        string
	Badge                            Badge
	Unit, PackUnit                   ui.SelectModel
	Price, Minimum, PackContent      ui.FieldModel
	Code, Tax, LeadTime              ui.FieldModel
	Breaks                           []BreakRow
	BreaksWrong                      string
	Archive                          string // address; empty: new
	Assumed, Ended                   bool
}

// Choose is a list of which one is to be chosen.
type Choose struct {
	Chrome layout.Chrome
	Search ui.SearchModel
	Links  []ui.Link
	Create ui.Link
	Next   string
}

func needed(f ui.FieldModel) ui.FieldModel {
	f.Needed = true
	return f
}

func hinted(f ui.FieldModel, hint string) ui.FieldModel {
	f.Hint = hint
	return f
}

func united(f ui.FieldModel, unit string) ui.FieldModel {
	f.Unit = unit
	return f
}

func typed(f ui.FieldModel, kind string) ui.FieldModel {
	f.Type = kind
	return f
}

func hintedSelect(s ui.SelectModel, hint string) ui.SelectModel {
	s.Hint = hint
	return s
}

// Scorecard sets suppliers side by side.
type Scorecard struct {
	Chrome  layout.Chrome
	Tabs    []ui.Tab
	Columns []ui.Column
	Rows    []ScoreRow
	Empty   ui.EmptyModel
}

// ScoreRow is one supplier in it.
type ScoreRow struct {
	Name, Href string
	Badge      Badge
	Cells      []ScoreCell
}

// ScoreCell is a figure with the cases behind it.
type ScoreCell struct{ Text, Cases string }

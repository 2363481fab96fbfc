// Package insightview draws the boards on which a shop looks at itself. Its models are
// strings already written in the reader's language; it knows no figure.
package insightview

import (
	"github.com/a-h/templ"

	"buhuo/internal/i18n"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// Hub leads to the boards.
type Hub struct {
	Chrome layout.Chrome
	Boards []ui.Link
}

// Frame is what stands about every board: which days, compared with which, narrowed to
// what, and the files.
type Frame struct {
	T              *i18n.Printer
	Periods        []ui.Tab
	Says, Compared string
	Earlier, Later ui.Link
	Against        []ui.Option
	Filter         Filter
	Files          []ui.Link
	Path, Query    string // of the board, for the files of single tables
}

// file is the address of one table of the board as a file of a kind.
func (f Frame) file(kind, table string) templ.SafeURL {
	address := f.Path + "." + kind + "?table=" + table
	if f.Query != "" {
		address += "&" + f.Query
	}
	return templ.SafeURL(address)
}

// Filter is the form that narrows a board.
type Filter struct {
	Action, Title string
	Dates         []ui.FieldModel
	Selects       []ui.SelectModel
	Keep          []ui.Option // values that travel along: name, value
	Chosen        string      // what it is narrowed to; empty: nothing
	Clear         ui.Link
}

// Chart is a column chart with its numbers; no Pillars: nothing to draw.
type Chart struct {
	ID, Title string
	Pillars   []ui.Pillar
	Table     ui.Numbers
}

// Trend is which way a product goes.
type Trend struct {
	Text, Range, Icon string
	Tone              ui.Tone
}

// Wanted is what customers want most.
type Wanted struct {
	Chrome               layout.Chrome
	Frame                Frame
	Empty                *ui.EmptyModel
	Figures              []ui.Figure
	Orders               []ui.Tab
	Head                 []string // of the product, demand, money, margin, trend
	Rows                 []WantedRow
	More                 string
	Rising, Falling      []WantedRow
	Weekdays, Hours      Chart
	Categories, Channels []ui.Bar
	Wishes               Wishes
	Around               Pooled
}

// WantedRow is one product. Money and Margin are empty for those who do not see them.
type WantedRow struct {
	Rank, Name, Href, Demand, Lost, Money, Margin string
	Trend                                         Trend
}

// Wishes is what was asked for in vain, and how often.
type Wishes struct {
	Rows []ui.Fact
	None string
}

// Health is how well the shop keeps its goods.
type Health struct {
	Chrome  layout.Chrome
	Frame   Frame
	Empty   *ui.EmptyModel
	Figures []ui.Figure
	Faults  []Fault
	Ages    []ui.Bar
	Classes Classes
	Losses  []LossRow
}

// Fault is something that costs money: how much, which products, and the one thing to do.
type Fault struct {
	Title, Cost, Said, Text string
	Table                   string // of the files
	Do                      ui.Link
	Rows                    []StuckRow
	More                    string
}

// StuckRow is a product behind a fault.
type StuckRow struct{ Name, Href, Quantity, Value string }

// LossRow is a cause by which goods went, with the lines behind it.
type LossRow struct{ Name, Href, Lines, Value, Then string }

// Classes is the table of ABC by XYZ.
type Classes struct {
	Head []string
	Rows []ClassRow
	Note string
}

// ClassRow is one of A, B, C.
type ClassRow struct {
	Name  string
	Cells []ClassCell
}

// ClassCell is how many products are there and what they sell.
type ClassCell struct{ Products, Net string }

// Money is what the shop earned.
type Money struct {
	Chrome                                    layout.Chrome
	Frame                                     Frame
	Empty                                     *ui.EmptyModel
	Figures                                   []ui.Figure
	Statement                                 []StatementLine
	Products, Categories, Suppliers, Channels []EarnedRow
	Savings                                   ui.Link
}

// EarnedRow is what something earned: Margin, and Of which sales.
type EarnedRow struct {
	Name, Href, Margin, Of string
	Loss                   bool
}

// StatementLine is a line of the statement; Href leads to the lines behind it.
type StatementLine struct {
	Name, Href, Now, Then string
	Sum                   bool
}

// Statement is the sheet to print.
type Statement struct {
	Chrome                    layout.Chrome
	Shop, Window, Other, Made string
	Lines                     []StatementLine
	Besides                   []StatementLine
	Signs                     []string
	Files                     []ui.Link
}

// Channels is how counter and online share one stock.
type Channels struct {
	Chrome   layout.Chrome
	Frame    Frame
	Empty    *ui.EmptyModel
	Figures  []ui.Figure
	Channels []ui.Bar
	Weeks    Chart
	Head     []string // of product, counter, online, missed
	Shared   []SharedRow
	Delivery []ui.Fact // by channel
	OnTheWay string
}

// SharedRow is a product that the counter missed while it was sold online.
type SharedRow struct{ Name, Href, Counter, Online, Taken string }

// Behind is what a figure was added up from.
type Behind struct {
	Chrome layout.Chrome
	T      *i18n.Printer
	Says   string
	Head   []string
	Rows   []BehindRow
	Sum    string
	Pager  ui.PagerModel
}

// BehindRow is a product, or a line of the ledger.
type BehindRow struct {
	Name, Href, Note string
	Cells            []string
}

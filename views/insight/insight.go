// Package insightview draws the boards on which a shop looks at itself. Its models are
// strings already written in the reader's language; it knows no figure.
package insightview

import (
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
}

// Filter is the form that narrows a board.
type Filter struct {
	Action, Title string
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

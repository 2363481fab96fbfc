package insightview

import (
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// Regions is where online sales go.
type Regions struct {
	Chrome  layout.Chrome
	Frame   Frame
	Empty   *ui.EmptyModel
	Figures []ui.Figure
	Map     Map      // without tiles: none
	Head    []string // of the place, sales, growth
	Rows    []RegionRow
	Notes   []string
	All     Pooled // the whole installation's
}

// RegionRow is one place, or the shop's own total.
type RegionRow struct {
	Rank, Name, Href, Sold, Share, PerBuyer string
	Trend                                   Trend
	Own                                     bool
}

// Map is the country in tiles.
type Map struct {
	Title string
	Tiles []Tile
	Scale []string // what the lightest and the darkest mean
}

// Tile is a province: the column and row, how dark it is (0 to 5) and what it says.
type Tile struct {
	X, Y, Level        int
	Label, Note, Title string
}

// Logistics is how long deliveries take.
type Logistics struct {
	Chrome   layout.Chrome
	Frame    Frame
	Empty    *ui.EmptyModel
	From, To Routes // from suppliers, to buyers
	Notes    []string
}

// Routes is one side of it.
type Routes struct {
	Title, None string
	Figures     []ui.Figure
	Head        []string // of the place, median, share in time, change
	Rows        []RouteRow
}

// RouteRow is one place that deliveries come from or go to.
type RouteRow struct {
	Rank, Name, Count    string
	Median, Spread       string
	InTime, InTimeBefore string
	Change               Trend
}

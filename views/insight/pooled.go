package insightview

import "buhuo/views/ui"

// Pooled is what shops tell together, beside the shop's own figures.
type Pooled struct {
	Title string
	Lead  string  // of which days it is
	Say   string  // why there is nothing, or less than one would think; empty: all is told
	Link  ui.Link // what taking part is; no Href: none
	Head  []string
	Rows  []PooledRow
	Note  string
}

// PooledRow is one category or place: of all shops together, and of this one.
type PooledRow struct {
	Rank, Name      string
	Notes           []string // small, below the name
	Together, Level string
	Here, HereLevel string
	Total           bool
}

package paper

// Column is one of a table. The one that is Rest takes what the others leave.
type Column struct {
	Head  string
	Align Align
	Rest  bool

	x, width int
}

// Cell is a text and what stands small below it; both may be empty.
type Cell struct{ Text, Small string }

// Table is set line by line over as many pages as it takes, its head on each. Every
// row has a cell for each column.
type Table struct {
	Columns []Column
	Rows    [][]Cell
	// Keep is the height that has to fit below the last row on its page.
	Keep int
}

const (
	gutter     = 10 * Point
	rowPadding = 4 * Point
	// widest is what a column of figures takes at most; longer ones wrap.
	widest = 120 * Point
)

// Table draws a table from Y down.
func (p *Paper) Table(t Table) {
	columns := p.columns(t)
	p.tableHead(columns)
	for i, row := range t.Rows {
		height := p.rowHeight(columns, row)
		need := height
		if i == len(t.Rows)-1 {
			need += t.Keep
		}
		if p.Room(need) {
			p.tableHead(columns)
		}
		for n, c := range columns {
			y := p.Y + rowPadding
			y += p.Block(row[n].Text, Body, c.x, y, c.width, c.Align)
			p.Block(row[n].Small, Soft, c.x, y, c.width, c.Align)
		}
		p.Y += height
		p.Rule(Left, Right, p.Y, 300, 190)
	}
	p.Rule(Left, Right, p.Y, 900, 0)
}

// columns share the width: each takes what it needs, the rest goes to one.
func (p *Paper) columns(t Table) []Column {
	out := make([]Column, len(t.Columns))
	rest := Right - Left - gutter*(len(t.Columns)-1)
	for i, c := range t.Columns {
		if !c.Rest {
			c.width = p.Width(c.Head, Soft)
			for _, row := range t.Rows {
				c.width = max(c.width, p.Width(row[i].Text, Body), p.Width(row[i].Small, Soft))
			}
			c.width = min(c.width+Point/10, widest) // a hair, or rounding breaks the line
			rest -= c.width
		}
		out[i] = c
	}
	x := Left
	for i := range out {
		if out[i].Rest {
			out[i].width = rest
		}
		out[i].x = x
		x += out[i].width + gutter
	}
	return out
}

func (p *Paper) tableHead(columns []Column) {
	height := 0
	for _, c := range columns {
		height = max(height, len(p.Lines(c.Head, Soft, c.width))*Soft.Line())
	}
	p.Area(Left-4*Point, p.Y, Right-Left+8*Point, height+6*Point, 238)
	p.Y += 3 * Point
	for _, c := range columns {
		p.Block(c.Head, Soft, c.x, p.Y, c.width, c.Align)
	}
	p.Y += height + 3*Point
}

func (p *Paper) rowHeight(columns []Column, row []Cell) int {
	height := 0
	for i, c := range columns {
		height = max(height, len(p.Lines(row[i].Text, Body, c.width))*Body.Line()+len(p.Lines(row[i].Small, Soft, c.width))*Soft.Line())
	}
	return height + 2*rowPadding
}

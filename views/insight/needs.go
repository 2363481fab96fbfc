package insightview

import (
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// Needs is what people needed and did not get.
type Needs struct {
	Chrome         layout.Chrome
	Frame          Frame
	Figures        []ui.Figure
	Essentials     []EssentialRow
	Name           *ui.FieldModel // names an essential; nil: not for this person
	Unmet          []ui.Fact
	More           string
	Categories     []ui.Bar
	Asked, Stocked Wishes
	Credit         *Credit // households on credit; nil: not for this person
	County         ui.Link // no Href: not for this person
}

// EssentialRow is a product that households depend on.
type EssentialRow struct {
	ID, Name, Href     string
	Left, Unmet, State string
	Icon               string
	Tone               ui.Tone
}

// Credit is how many households owe how much.
type Credit struct {
	Text, Late string
	Link       ui.Link
}

package restockview

import (
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// Replay is what would have happened.
type Replay struct {
	Chrome layout.Chrome
	Notes  []layout.Flash
	Empty  *ui.EmptyModel // instead of all that follows but Ask
	Run    *Running
	Ask    *Ask

	Title    string // of the days
	Lead     string
	Verdict  []string
	Compare  ui.Numbers
	Curve    ui.CurveModel
	Pick     string
	Points   []Point
	Chosen   *Chosen
	Chances  *ui.CurveModel
	Honest   []string // what the probabilities were worth
	How      []string // the rules of the replay
	Download ui.Link
}

// Running is how far a run is.
type Running struct {
	Text    string
	Percent float64
	Again   ui.Link
}

// Ask is the button that asks for a run; nil: the person may not.
type Ask struct{ Action, Text string }

// Point is one point of the frontier to pick.
type Point struct {
	Text, Note, Href string
	On               bool
}

// Chosen is the picked point and the setting that comes nearest.
type Chosen struct {
	Title  string
	Facts  []ui.Fact
	Said   string // the setting that comes nearest, and what it came to
	Action string
	Policy string // "": nothing to adopt
	Point  string
	Adopt  string
	Note   string // why there is nothing to press, or what adopting does
}

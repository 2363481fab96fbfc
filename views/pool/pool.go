// Package poolview draws the page on which an owner decides whether the shop takes part in
// what shops tell together. Its model is strings in the reader's language.
package poolview

import (
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// Page says what is shared, with whom, and how to leave.
type Page struct {
	Chrome layout.Chrome
	Member bool
	State  string
	Shared string   // in one sentence
	Kept   []string // what is given, what nobody sees, how one leaves
	Facts  []ui.Fact
	Press  ui.Press
	Action string
}

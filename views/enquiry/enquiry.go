// Package enquiryview draws the pages of enquiries: the list, the form of a new one, the
// answers side by side, and what one supplier is asked. Its models are ready to show.
package enquiryview

import (
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// Badge is a word with a sign.
type Badge struct {
	Tone       ui.Tone
	Icon, Text string
}

// List is the list of enquiries.
type List struct {
	Chrome layout.Chrome
	Tabs   []ui.Tab
	Rows   []ListRow
	Pager  ui.PagerModel
	Empty  ui.EmptyModel
}

// ListRow is an enquiry in the list.
type ListRow struct {
	Href, Number, Lines, Answers, AnswerBy, Late string
	State                                        Badge
}

// New is the form of a new enquiry.
type New struct {
	Chrome               layout.Chrome
	Client               string
	Find, AnswerBy, Note ui.FieldModel
	Found                []Found
	FoundNone            string
	Rows                 []NewRow
	Suppliers, Others    []ui.Check // those who offer some of it or are chosen, and the rest
	SuppliersWrong       string
}

// Found is a product that was found, to be added.
type Found struct{ ID, Text string }

// NewRow is a product asked for.
type NewRow struct {
	Product, Name, Code, UnitCode, Number string
	Quantity                              ui.FieldModel
}

// Show is an enquiry with its answers.
type Show struct {
	Chrome                       layout.Chrome
	Client, Version, Base, Wrong string
	State                        Badge
	Facts                        []ui.Fact
	Invited                      []ui.Link
	Lines                        []Line
	Award, Close                 bool
}

// Line is a product with everybody's answers.
type Line struct {
	Name, Code, Href, Quantity, Field, Wrong, Awarded string
	Beside                                            string // the cheapest answer beside today's offer
	Columns                                           []ui.Column
	Order                                             ui.Link
	Rows                                              []Row
	Choose, NobodyChosen                              bool
}

// Row is one supplier's answer.
type Row struct {
	Supplier, Href, Value                      string // Value: of the choice, "" when he cannot be chosen
	Checked, Mine                              bool
	Badges                                     []Badge
	Notes                                      []string
	Silent                                     string // instead of all figures
	Price, Tax, Buy, Each, Landed, Days, Until string
}

// Invitation is what one supplier is asked and what he answers.
type Invitation struct {
	Chrome                                        layout.Chrome
	Client, Version, Action, Message, Hint, Wrong string
	Lang                                          string // of the message
	Link                                          *LinkCard
	Rows                                          []AnswerRow
	Said                                          []ui.Fact
}

// AnswerRow is one line of the form.
type AnswerRow struct {
	Line, Name, Asked                 string
	Can, Unit                         ui.SelectModel
	Price, Minimum, Pack, Days, Until ui.FieldModel
	Open                              bool // the terms beside the price stand open
}

// LinkCard is the link by which a supplier answers; without an address none is valid.
type LinkCard struct{ Address, Said, Renew string }

// Reply is an enquiry as a supplier sees it by his link: to answer, or as it was answered.
type Reply struct {
	Chrome              layout.Chrome
	Action, Wrong, Hint string
	Tone                ui.Tone
	Said                string // how it stands; empty while an answer is due
	Facts, Lines        []ui.Fact
	Rows                []AnswerRow
}

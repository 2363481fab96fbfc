// Package jointview draws orders that several shops make together. Its models are ready to
// show.
package jointview

import (
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// Badge is a word with a sign.
type Badge struct {
	Tone       ui.Tone
	Icon, Text string
}

// Row is a joint order in a list.
type Row struct {
	Href, Name, Detail, Until string
	State                     Badge
}

// CandidateRow is what would be worth ordering together.
type CandidateRow struct {
	Href, Name, Supplier, Need, Target, Saving string
}

// ListPage is all that the shop has to do with joint orders.
type ListPage struct {
	Chrome     layout.Chrome
	CanEdit    bool
	Asked      []Row // by others
	Own        []Row
	Candidates []CandidateRow
	Open       bool // others may ask
	Where      string
	Toggle     ui.Press
}

// ProposalForm asks neighbours to join.
type ProposalForm struct {
	Chrome            layout.Chrome
	Client            string
	Offer, Unit       string
	Terms             []ui.Fact
	Wanted, Tolerance ui.FieldModel
	Until, Note       ui.FieldModel
	Neighbours        []ui.Check
	NobodyChosen      string
	Nobody            *ui.EmptyModel // nobody may be asked
}

// Share is how an order would be parted, or was.
type Share struct {
	Title, Say string
	Tone       ui.Tone
	Facts      []ui.Fact
}

// Member is a shop that was asked, as the organiser sees it.
type Member struct {
	Name, Place, Wanted, Gets, Pays string
	State                           Badge
	Order                           string // address of the order between the two
}

// OrderPage is a joint order as its organiser has it.
type OrderPage struct {
	Chrome        layout.Chrome
	State         Badge
	Say           string
	Terms         []ui.Fact
	Share         Share
	Members       []Member
	Base, Version string
	CanClose      bool
	Links         []ui.Link
}

// InvitationPage is a joint order as somebody who was asked has it.
type InvitationPage struct {
	Chrome            layout.Chrome
	State             Badge
	Say               string
	Terms             []ui.Fact
	Share             *Share
	Base, Version     string
	CanAnswer         bool
	CanDecline        bool
	Joined            bool
	Alone             string
	Unit              string
	Product           ui.SelectModel
	Wanted, Tolerance ui.FieldModel
	Links             []ui.Link
}

// Package accountview draws the credit book and the pages of helpers. Its models are
// strings already written in the reader's language; it knows no account.
package accountview

import (
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// List is all accounts of a side.
type List struct {
	Chrome         layout.Chrome
	Client, Action string
	Figures        []ui.Figure
	Head           []string
	Rows           []Row
	None           ui.EmptyModel
	Pager          ui.PagerModel
	FormTitle      string
	Name, Phone    ui.FieldModel
	Work           *Work // of helpers
}

// Row is one account.
type Row struct {
	Href, Name, Balance, Since, Last string
	Late                             bool
}

// Work is the form of what a helper did.
type Work struct {
	Day, Hours, Pieces, Pay ui.FieldModel
	Task                    ui.SelectModel
	AtOnce                  ui.Check
}

// Pay is where whoever sells writes a payment.
type Pay struct {
	Chrome            layout.Chrome
	Client            string
	Name, Amount, Day ui.FieldModel
}

// Show is one account.
type Show struct {
	Chrome          layout.Chrome
	Client          string
	Base, Entries   string // addresses
	Version         string
	Figures         []ui.Figure
	Rows            []Entry
	Pager           ui.PagerModel
	Erased, Settled bool
	PayTitle, PayDo string
	Amount, Day     ui.FieldModel
	Name, Phone     ui.FieldModel
	Reminder        string // empty: nothing is owed
	WriteOff        string // the amount; empty: nothing to write off
	WriteOffText    string
}

// Entry is one line of an account.
type Entry struct {
	ID, Number, Day, What, Detail, Amount string
	Sale                                  string // address of the day's sales
	State, Icon                           string
	CanUndo                               bool
	UndoLabel                             string
}

// Before is how long tasks took before the program.
type Before struct {
	Chrome layout.Chrome
	Head   []string
	Rows   [][]string
	Task   ui.SelectModel
	Hours  ui.FieldModel
}

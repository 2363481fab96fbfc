package insightview

import (
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// Digest is who reads the week in three lines, and what became of it.
type Digest struct {
	Chrome  layout.Chrome
	Off     bool // the installation cannot send
	Email   ui.FieldModel
	Reading bool   // the person does, by mail
	Hint    string // what mail still needs
	Link    ui.Link
	Robots  []Robot // for an owner
	Week    string  // the last one; empty: none yet
	Lines   []string
	Untold  bool // it had no news
	Sent    []Sent
}

// Robot is a group's robot; its address is never shown.
type Robot struct {
	Via, Name string
	On        bool
	Address   ui.FieldModel
	Secret    *ui.FieldModel
}

// Sent is a message and what became of it.
type Sent struct {
	Subject, Text, Detail, Icon string
	Tone                        ui.Tone
}

package purchase

import (
	"slices"

	"buhuo/internal/fault"
)

// State is how far an order has come.
type State string

// The states.
const (
	Draft        State = "draft"
	Sent         State = "sent"
	Confirmed    State = "confirmed"
	PartReceived State = "part_received"
	Received     State = "received"
	ClosedShort  State = "closed_short"
	Cancelled    State = "cancelled"
)

// States lists them in the order of an order's life.
func States() []State {
	return []State{Draft, Sent, Confirmed, PartReceived, Received, ClosedShort, Cancelled}
}

// ParseState reads a state's code; anything else is a fault of kind Malformed.
func ParseState(s string) (State, error) {
	if !slices.Contains(States(), State(s)) {
		return "", fault.New(fault.Malformed, "purchase.state_unknown")
	}
	return State(s), nil
}

// Open reports whether goods may still come: the supplier has the order and it is
// not closed.
func (s State) Open() bool { return s == Sent || s == Confirmed || s == PartReceived }

// Closed reports whether nothing can happen to the order any more.
func (s State) Closed() bool { return s == Received || s == ClosedShort || s == Cancelled }

// OpenStates are the states in which goods may still come.
func OpenStates() []State { return []State{Sent, Confirmed, PartReceived} }

// Action is what a person does to an order.
type Action string

// The actions.
const (
	Send       Action = "send"
	Confirm    Action = "confirm"
	Receive    Action = "receive"
	CloseShort Action = "close"
	Cancel     Action = "cancel"
)

// Actions lists them.
func Actions() []Action { return []Action{Send, Confirm, Receive, CloseShort, Cancel} }

// allowed is the table of legal steps: the states in which an action does
// something. An order of which some has come can no longer be cancelled, only
// closed short; one of which nothing has come is cancelled, not closed short.
var allowed = map[Action][]State{
	Send:       {Draft},
	Confirm:    {Sent},
	Receive:    {Sent, Confirmed, PartReceived},
	CloseShort: {PartReceived},
	Cancel:     {Draft, Sent, Confirmed},
}

// outcome is the state that an action leads to; doing it again there changes
// nothing.
var outcome = map[Action]State{
	Send: Sent, Confirm: Confirmed, Receive: Received, CloseShort: ClosedShort, Cancel: Cancelled,
}

// Can reports whether the action would do something in this state.
func (s State) Can(a Action) bool { return slices.Contains(allowed[a], s) }

// step tells whether the action does something (true), was done already (false), or
// is illegal in this state (a fault of kind Conflict).
func (s State) step(a Action) (bool, error) {
	switch {
	case s.Can(a):
		return true, nil
	case s == outcome[a]:
		return false, nil
	}
	return false, fault.New(fault.Conflict, "purchase.illegal."+string(a))
}

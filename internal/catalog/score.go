package catalog

import (
	"buhuo/internal/day"
	"buhuo/internal/money"
)

// Score is what the books say of a supplier over some time: cases and exact sums, of which
// pages make shares. Where there are no cases there is nothing to say.
type Score struct {
	From, Through day.Date
	// Kept of Deliveries came by the promised day.
	Kept, Deliveries int
	// Of the Lines of orders that are over, Full came whole. Ordered is what all were to
	// cost; Came is the part of it that arrived, more than ordered counting as ordered.
	Full, Lines   int
	Ordered, Came money.Amount
	// Lots is how many lots came, Agreed what they cost at the prices of their orders,
	// Invoiced what was asked for them.
	Lots             int
	Agreed, Invoiced money.Amount
	// Of Compared lots there is a price that he asked a year before they came: Before is what
	// they would have come to then, Now what they come to at the price that he asked when
	// they came.
	Compared    int
	Before, Now money.Amount
	// Received is what the lots cost on the shelf, net of tax. Of BadLots some was lost
	// within its life, of ReturnedLots some went back to him.
	Received, Lost, Returned money.Amount
	BadLots, ReturnedLots    int
}

// FewCases is how many cases a share needs to be one to judge by.
const FewCases = 5

// Any reports whether there is anything to say.
func (s Score) Any() bool { return s.Deliveries+s.Lines+s.Lots > 0 }

// Share is a part of a whole that Cases were counted for; false without any.
type Share struct {
	Part, Whole int64
	Cases       int
}

// Known reports whether there is a share at all.
func (s Share) Known() bool { return s.Cases > 0 && s.Whole > 0 }

// Few reports whether it is too few cases to judge by.
func (s Share) Few() bool { return s.Cases < FewCases }

// Of is the share itself.
func (s Share) Of() float64 { return float64(s.Part) / float64(s.Whole) }

// OnTime is the share of deliveries that came by the promised day.
func (s Score) OnTime() Share { return Share{int64(s.Kept), int64(s.Deliveries), s.Deliveries} }

// InFull is the share of what was ordered that came, by its worth.
func (s Score) InFull() Share { return Share{int64(s.Came), int64(s.Ordered), s.Lines} }

// Dearer is what was asked beyond the prices of the orders, as a share of them.
func (s Score) Dearer() Share { return Share{int64(s.Invoiced - s.Agreed), int64(s.Agreed), s.Lots} }

// Risen is by how much he asks more than a year before, for what came.
func (s Score) Risen() Share { return Share{int64(s.Now - s.Before), int64(s.Before), s.Compared} }

// Bad is the share, by worth, of what came that was lost within its life or went back.
func (s Score) Bad() Share { return Share{int64(s.Lost + s.Returned), int64(s.Received), s.Lots} }

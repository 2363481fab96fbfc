package stock

import (
	"buhuo/internal/day"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Position is the stock of one product as a replenisher sees it:
//
//	Available = OnHand − Allocated − Unusable
//	Position  = OnHand − Unusable + OnOrder − Allocated
//
// Known is false for a product never counted, received or opened; its numbers
// are then what the book holds, which means little.
type Position struct {
	OnHand, Allocated, Unusable, Available, OnOrder, Position measure.Quantity

	Known       bool
	KnownFrom   *day.Date
	Value       money.Amount
	CountNeeded bool
}

// NewPosition does the arithmetic of Position. Unusable is what lies in lots
// that today may no longer be sold (the expiry date itself still may).
func NewPosition(b Balance, lots []LotBalance, allocated, onOrder measure.Quantity, today day.Date) Position {
	p := Position{
		OnHand: b.OnHand, Allocated: allocated, OnOrder: onOrder,
		Known: b.KnownFrom != nil, KnownFrom: b.KnownFrom, Value: b.Value, CountNeeded: b.CountNeeded,
	}
	for _, l := range lots {
		if l.Quantity > 0 && l.Expired(today) {
			p.Unusable += l.Quantity
		}
	}
	p.Available = p.OnHand - p.Allocated - p.Unusable
	p.Position = p.Available + p.OnOrder
	return p
}

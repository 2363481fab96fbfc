package restock

import (
	"context"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/tenant"
)

// Selection says which suggestions become orders: all, or those of the product
// codes. Quantities, in base units, replace the suggested ones; 0 leaves a
// product out.
type Selection struct {
	All        bool
	Codes      []string
	Quantities map[ident.ID]measure.Quantity
}

// Order makes one draft per supplier of the selected open suggestions and marks
// them ordered in the same transaction: the same selection again finds nothing
// open and makes nothing. Selecting nothing that is open answers no orders.
func (s *Service) Order(ctx context.Context, sel Selection) ([]purchase.Order, error) {
	if _, err := tenant.Must(ctx); err != nil {
		return nil, err
	}
	ids, err := s.selected(ctx, sel)
	if err != nil {
		return nil, err
	}
	var made []purchase.Order
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		made = nil
		rows, err := s.store.Suggestions(ctx, ids)
		if err != nil {
			return err
		}
		drafts, chosen, err := s.drafts(rows, sel.Quantities)
		if err != nil {
			return err
		}
		if len(drafts) == 0 {
			return s.decided(ctx, rows, sel.Quantities, nil)
		}
		taken, err := s.store.MarkOrdered(ctx, chosen)
		if err != nil {
			return err
		}
		if len(taken) != len(chosen) {
			return fault.New(fault.Conflict, "restock.changed_meanwhile")
		}
		if made, err = s.purchase.Draft(ctx, drafts); err != nil {
			return err
		}
		return s.decided(ctx, rows, sel.Quantities, made)
	})
	return made, err
}

// selected gives the ids of the wanted products. All are those with something to
// order, and those for which a quantity was typed: the others' traces need not be
// read while a sale waits.
func (s *Service) selected(ctx context.Context, sel Selection) ([]ident.ID, error) {
	if sel.All {
		rows, err := s.store.ToOrder(ctx)
		if err != nil {
			return nil, err
		}
		ids := make([]ident.ID, 0, len(rows)+len(sel.Quantities))
		for _, row := range rows {
			ids = append(ids, row.ProductID)
		}
		for id := range sel.Quantities {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		return ids, nil
	}
	codes, err := s.catalog.Codes(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]ident.ID, 0, len(sel.Codes))
	for _, code := range sel.Codes {
		id, ok := codes[code]
		if !ok {
			return nil, fault.New(fault.NotFound, "restock.product_unknown", fault.A("code", code))
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// drafts groups open suggestions by supplier, in the order of the rows. What is more
// than one order can hold goes into another of the same supplier.
func (s *Service) drafts(rows []Suggestion, quantities map[ident.ID]measure.Quantity) ([]purchase.DraftOrder, []ident.ID, error) {
	var drafts []purchase.DraftOrder
	var chosen []ident.ID
	at := map[ident.ID]int{}
	for _, row := range rows {
		quantity := row.Chosen()
		if typed, ok := quantities[row.ProductID]; ok {
			quantity = typed
		}
		if row.State != Open || quantity <= 0 || row.SupplierID == nil || row.OfferID == nil {
			continue
		}
		i, ok := at[*row.SupplierID]
		if !ok || len(drafts[i].Lines) == purchase.MaxLines {
			i = len(drafts)
			at[*row.SupplierID] = i
			drafts = append(drafts, purchase.DraftOrder{SupplierID: *row.SupplierID, DueDay: row.due()})
		}
		line := purchase.DraftLine{ProductID: row.ProductID, OfferID: *row.OfferID, Quantity: quantity}
		if quantity == row.Quantity || row.Assumed {
			line.Price = row.UnitPrice // of another quantity it is what the offer says then
		}
		if saving := row.Trace.Result.Saving; saving != nil {
			total, err := money.Line(quantity, saving.Landed, row.Trace.Inputs.Currency)
			if err != nil {
				return nil, nil, err
			}
			line.ReferenceCost = &total
		}
		drafts[i].Lines = append(drafts[i].Lines, line)
		chosen = append(chosen, row.ProductID)
	}
	return drafts, chosen, nil
}

// due is the day on which the supplier's delivery should be here.
func (s Suggestion) due() day.Date {
	if choice := s.Trace.Result.Choice; choice != nil && choice.Arrival != 0 {
		return choice.Arrival
	}
	return s.AsOf.Add(2)
}

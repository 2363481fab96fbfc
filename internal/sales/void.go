package sales

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

const maxReason = 200

// Void takes a sale back as a mistake: its goods return to the stock by
// counter-entries, its lines no longer count as demand, and the record stays. A
// second time changes nothing; an imported sale is a Conflict, because only its
// whole batch can be undone.
func (s *Service) Void(ctx context.Context, saleID ident.ID, reason string) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	if reason, err = catalog.CleanText(reason, maxReason); err != nil {
		return err
	}
	now, _ := s.clock(scope)
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		sale, err := s.Sale(ctx, saleID)
		if err != nil || sale.VoidedAt != nil {
			return err
		}
		if sale.Imported {
			return fault.New(fault.Conflict, "sales.imported_sale")
		}
		if err := s.store.Void(ctx, saleID, now); err != nil {
			return err
		}
		moved := false
		for _, l := range sale.Lines {
			moved = moved || !l.History
		}
		if moved {
			if _, err := s.ledger.Reverse(ctx, saleID, reason); err != nil {
				return err
			}
		}
		if s.credit != nil {
			if err := s.credit.TakenBack(ctx, saleID); err != nil {
				return err
			}
		}
		if err := s.record(ctx, "sale.void", saleID, map[string]any{"reason": reason, "day": sale.BusinessDay.String()}); err != nil {
			return err
		}
		return s.ledger.MarkChanged(ctx, productsOf(sale.Lines), sale.BusinessDay)
	})
}

// loadChunk bounds the sales of one transaction of LoadHistory.
const loadChunk = 2000

// LoadHistory writes finished sales as they are: ids, lines, amounts and the mark
// whether a line is history are the caller's, who also posts the movements of the
// others. Channels are made by their code. It is for the demo's past; a sale that
// exists already is an error.
func (s *Service) LoadHistory(ctx context.Context, past []Sale) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	now, _ := s.clock(scope)
	channels := map[string]ident.ID{}
	earliest := map[ident.ID]day.Date{}
	for _, sale := range past {
		if err := s.open(ctx, sale.Channel, channels); err != nil {
			return err
		}
	}
	for len(past) > 0 {
		chunk := past[:min(loadChunk, len(past))]
		past = past[len(chunk):]
		rows := make([]SaleRecord, 0, len(chunk))
		var lines []LineRecord
		err := s.atomic.Do(ctx, func(ctx context.Context) error {
			rows, lines = rows[:0], lines[:0]
			for _, sale := range chunk {
				if err := sale.ready(scope, channels, now); err != nil {
					return err
				}
				hash := sha256.Sum256(sale.ID[:])
				row, made := sale.records(scope, hash[:])
				rows, lines = append(rows, row), append(lines, made...)
			}
			return s.store.Insert(ctx, rows, lines)
		})
		if err != nil {
			return err
		}
		for _, l := range lines {
			if d, ok := earliest[l.ProductID]; !ok || l.BusinessDay < d {
				earliest[l.ProductID] = l.BusinessDay
			}
		}
	}
	return s.mark(ctx, earliest)
}

var errHistory = errors.New("sales: not a finished sale")

// open makes sure of a channel and notes its id.
func (s *Service) open(ctx context.Context, code string, channels map[string]ident.ID) error {
	if _, ok := channels[code]; ok {
		return nil
	}
	c, err := s.EnsureChannel(ctx, code, "", true)
	if err != nil {
		return err
	}
	channels[code] = c.ID
	return nil
}

// ready fills what a caller of LoadHistory may leave open.
func (sale *Sale) ready(scope tenant.Scope, channels map[string]ident.ID, now day.Micros) error {
	if sale.ID.IsNil() || len(sale.Lines) == 0 || sale.Kind != KindSale && sale.Kind != KindReturn {
		return fmt.Errorf("%w: %v", errHistory, sale.ID)
	}
	sale.ChannelID = channels[sale.Channel]
	if sale.BusinessDay == 0 {
		sale.BusinessDay = day.Of(sale.OccurredAt.Time(), zoneOf(scope))
	}
	if sale.RecordedAt == 0 {
		sale.RecordedAt = min(now, sale.OccurredAt)
	}
	var err error
	if sale.Total, err = total(sale.Lines); err != nil {
		return err
	}
	for _, l := range sale.Lines {
		if l.Quantity <= 0 || !l.Quantity.InBounds() || l.Price < 0 {
			return fmt.Errorf("%w: %v has a line of %d", errHistory, sale.ID, l.Quantity)
		}
	}
	return nil
}

// mark tells the ledger once per product from which day on its past changed.
func (s *Service) mark(ctx context.Context, earliest map[ident.ID]day.Date) error {
	byDay := map[day.Date][]ident.ID{}
	for id, d := range earliest {
		byDay[d] = append(byDay[d], id)
	}
	if len(byDay) == 0 {
		return nil
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		for d, ids := range byDay {
			if err := s.ledger.MarkChanged(ctx, ids, d); err != nil {
				return err
			}
		}
		return nil
	})
}

package sales

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/tenant"
)

// Undo takes a batch back by its number: sales are voided and their movements
// countered, quotes and assumed terms removed, counts countered, and products that
// the file brought archived. A second time changes nothing; a batch that this shop
// does not have is NotFound.
func (s *Service) Undo(ctx context.Context, number int64) error {
	b, err := s.store.BatchByNumber(ctx, number)
	if isMissing(err) {
		return missing("sales.batch_missing")
	}
	if err != nil || b.State == BatchUndone {
		return err
	}
	var kept batchReport
	if err := decodeReport(b.Report, &kept); err != nil {
		return err
	}
	if b.Kind == ImportSales {
		if err := s.voidBatch(ctx, b); err != nil {
			return err
		}
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		now := day.At(s.now())
		undone := b
		undone.State, undone.EndedAt = BatchUndone, &now
		if err := s.move(ctx, undone, b.State, b.Read); err != nil {
			return err
		}
		if err := s.takeBack(ctx, b, kept); err != nil {
			return err
		}
		return s.record(ctx, "import.undo", b.ID, map[string]any{"number": strconv.FormatInt(b.Number, 10), "file": b.FileName})
	})
}

func (s *Service) takeBack(ctx context.Context, b BatchRecord, kept batchReport) error {
	switch b.Kind {
	case ImportProducts:
		for _, id := range kept.Products {
			if err := s.catalog.Archive(ctx, id, true); err != nil {
				return err
			}
		}
		return nil
	case ImportStock:
		_, err := s.ledger.Reverse(ctx, b.ID, "")
		return ignoreMissing(err)
	}
	for _, id := range kept.Offers {
		o, err := s.catalog.Offer(ctx, id)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if err == nil && o.Assumed && !o.Archived {
			if err := s.catalog.ArchiveOffer(ctx, id); err != nil {
				return err
			}
		}
	}
	if err := s.catalog.DeleteQuotes(ctx, b.ID); err != nil {
		return err
	}
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	_, today := s.clock(scope)
	if err := s.repriceAssumed(ctx, today); err != nil {
		return err
	}
	_, err = s.ledger.Reverse(ctx, b.ID, "")
	return ignoreMissing(err)
}

// ignoreMissing takes "nothing moved" for nothing to reverse.
func ignoreMissing(err error) error {
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}

// voidBatch voids the lines of a batch, some sales at a time.
func (s *Service) voidBatch(ctx context.Context, b BatchRecord) error {
	sales, err := s.store.BatchSales(ctx, b.ID)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(sales, 20) {
		err := s.atomic.Do(ctx, func(ctx context.Context) error {
			earliest, err := s.store.VoidBatch(ctx, b.ID, chunk)
			if err != nil {
				return err
			}
			if err := s.store.Recount(ctx, chunk, day.At(s.now())); err != nil {
				return err
			}
			return s.mark(ctx, earliest)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func isMissing(err error) bool { return errors.Is(err, ErrMissing) }

func decodeReport(text string, into *batchReport) error {
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("read the report of a batch: %w", err)
	}
	return nil
}

package restock

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/stock"
)

// Missed is what a product's empty shelf hid, as the demand kernel puts it back: it
// follows from the packed demand and what was learned of the shop.
type Missed struct {
	ProductID      ident.ID
	First, Through day.Date // the days that are known; First after Through: none
	Days           []MissedDay
}

// MissedDay is a day on which the shelf was empty for a while.
type MissedDay struct {
	Day   day.Date
	Short int              // thousandths of the day's demand that found nothing, 1..1000
	Lost  measure.Quantity // what would have been sold besides
}

// missed keeps what the correction of a history added.
func (e expectation) missed(id ident.ID) Missed {
	m := Missed{ProductID: id, First: e.history.Start, Through: e.history.Start.Add(len(e.history.Sold) - 1)}
	for i, c := range e.corrected {
		if c.Reason != demand.Partly && c.Reason != demand.Missing || i >= len(e.history.Available) {
			continue
		}
		short := demand.Full - int(e.history.Available[i]*demand.Full+.5)
		if short > 0 {
			m.Days = append(m.Days, MissedDay{m.First.Add(i), short, thousandths(c.Demand - e.history.Sold[i])})
		}
	}
	return m
}

const missedVersion = 1

// Pack writes it as few bytes with a checksum; the same days give the same bytes.
func (m Missed) Pack() []byte {
	out := []byte{missedVersion}
	out = binary.AppendVarint(out, int64(m.First))
	out = binary.AppendUvarint(out, uint64(max(m.Through-m.First+1, 0)))
	last := m.First
	for _, d := range m.Days {
		out = binary.AppendUvarint(out, uint64(d.Day-last))
		out = binary.AppendUvarint(out, uint64(d.Short))
		out = binary.AppendUvarint(out, uint64(d.Lost))
		last = d.Day
	}
	return binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(out))
}

var errMissed = errors.New("restock: what a product missed is damaged")

// OpenMissed reads what Pack wrote of a product.
func OpenMissed(id ident.ID, packed []byte) (Missed, error) {
	m := Missed{ProductID: id}
	end := len(packed) - 4
	if end < 3 || packed[0] != missedVersion || crc32.ChecksumIEEE(packed[:end]) != binary.LittleEndian.Uint32(packed[end:]) {
		return m, fmt.Errorf("%w: product %s", errMissed, id)
	}
	rest := packed[1:end]
	first, n := binary.Varint(rest)
	rest = rest[max(n, 0):]
	next := func() uint64 {
		v, n := binary.Uvarint(rest)
		rest = rest[max(n, 0):]
		return v
	}
	m.First = day.Date(first)
	m.Through = m.First.Add(int(next()) - 1)
	for last := m.First; len(rest) > 0; {
		before := len(rest)
		last = last.Add(int(next()))
		m.Days = append(m.Days, MissedDay{last, int(next()), measure.Quantity(next())})
		if len(rest) == before {
			return m, fmt.Errorf("%w: product %s", errMissed, id)
		}
	}
	return m, nil
}

// Follower keeps something that follows the ledger product by product.
type Follower interface {
	// Follow works out anew what it keeps of products that changed; after it their marks
	// are taken back.
	Follow(ctx context.Context, marks []stock.Mark) error
}

// SetFollower sets who is told of changed products, while the program is wired.
func (s *Service) SetFollower(f Follower) { s.follower = f }

// settled tells the follower and takes the marks of products back.
func (s *Service) settled(ctx context.Context, marks []stock.Mark) error {
	if s.follower != nil {
		if err := s.follower.Follow(ctx, marks); err != nil {
			return err
		}
	}
	return s.stock.Unmark(ctx, marks)
}

// Settle takes back the marks of products that were worked out otherwise than by the
// background work, and are followed as if by it.
func (s *Service) Settle(ctx context.Context, marks []stock.Mark) error { return s.settled(ctx, marks) }

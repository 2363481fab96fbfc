package stock

import (
	"crypto/sha256"
	"encoding/binary"

	"buhuo/internal/tenant"
)

// Hash is the SHA-256 that ties a movement to all before it.
type Hash [sha256.Size]byte

// Chain gives the hash of m after the movement whose hash is previous (all zero
// before the first): SHA-256 over previous and every field of m but its hash.
func Chain(previous Hash, shop tenant.ShopID, m Movement) Hash {
	var buffer [512]byte
	return sha256.Sum256(encode(append(buffer[:0], previous[:]...), shop, m))
}

// encodingVersion leads the encoding, so that a field added one day changes the
// version instead of the hashes of old lines.
const encodingVersion = 1

// encode writes the fields in a fixed order: numbers as 8 bytes big-endian, ids
// as they are, texts after their length, so that no two movements share bytes.
func encode(b []byte, shop tenant.ShopID, m Movement) []byte {
	number := func(n int64) { b = binary.BigEndian.AppendUint64(b, uint64(n)) }
	text := func(s string) {
		number(int64(len(s)))
		b = append(b, s...)
	}
	b = append(b, encodingVersion)
	number(int64(shop))
	number(m.Seq)
	b = append(b, m.ID[:]...)
	text(string(m.Kind))
	b = append(b, m.ProductID[:]...)
	b = append(b, m.LotID[:]...)
	number(int64(m.Quantity))
	number(int64(m.Value))
	number(int64(m.OccurredAt))
	number(int64(m.RecordedAt))
	number(int64(m.BusinessDay))
	text(m.Source)
	b = append(b, m.SourceID[:]...)
	number(int64(m.SourceLine))
	if m.ReversesID == nil {
		b = append(b, 0)
	} else {
		b = append(b, 1)
		b = append(b, m.ReversesID[:]...)
	}
	text(m.Reason)
	text(m.Note)
	b = append(b, m.PersonID[:]...)
	text(m.Request)
	return b
}

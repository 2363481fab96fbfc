// Package ident makes and reads the 16-byte ids of everything that is stored.
// New ids are UUIDs of version 7: they sort by time, and a phone without a
// network can make them. The package knows nothing of what an id names.
package ident

import (
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"buhuo/internal/fault"
)

// ID is a UUID. The zero ID names nothing.
type ID [16]byte

// Nil is the ID that names nothing.
var Nil ID

// ErrSyntax is the cause of the fault that Parse returns.
var ErrSyntax = errors.New("ident: not a canonical uuid")

const textLen = 36

// New makes a fresh id (version 7). It panics when the system has no
// randomness left to give, which no caller could mend.
func New() ID { return ID(uuid.Must(uuid.NewV7())) }

// Derive makes the id (version 5) that always belongs to this name in this
// space. Imports use it, so that the same file imported twice meets the same
// rows.
func Derive(space ID, name []byte) ID { return ID(uuid.NewSHA1(uuid.UUID(space), name)) }

// Parse reads the canonical text only: 36 characters, lower-case hexadecimal,
// hyphens in their places. Anything else is a fault of kind Malformed, so that
// one thing has one address. The nil id reads as Nil.
func Parse(s string) (ID, error) {
	id, ok := parse(s)
	if !ok {
		return Nil, fault.New(fault.Malformed, "value.id_unreadable").WithCause(ErrSyntax)
	}
	return id, nil
}

// MustParse is Parse for constants; it panics on bad text.
func MustParse(s string) ID {
	id, err := Parse(s)
	if err != nil {
		panic(fmt.Sprintf("ident.MustParse(%q): %v", s, err))
	}
	return id
}

// FromBytes reads the 16 bytes that are kept in a row.
func FromBytes(b []byte) (ID, error) {
	var id ID
	if len(b) != len(id) {
		return Nil, fmt.Errorf("ident: %d bytes, want %d", len(b), len(id))
	}
	copy(id[:], b)
	return id, nil
}

func parse(s string) (ID, bool) {
	var id ID
	if len(s) != textLen {
		return id, false
	}
	at := 0
	for i := 0; i < textLen; {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return Nil, false
			}
			i++
			continue
		}
		hi, okHi := nibble(s[i])
		lo, okLo := nibble(s[i+1])
		if !okHi || !okLo {
			return Nil, false
		}
		id[at] = hi<<4 | lo
		at++
		i += 2
	}
	return id, true
}

func nibble(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}

func (id ID) encode() [textLen]byte {
	var b [textLen]byte
	hex.Encode(b[0:8], id[0:4])
	b[8] = '-'
	hex.Encode(b[9:13], id[4:6])
	b[13] = '-'
	hex.Encode(b[14:18], id[6:8])
	b[18] = '-'
	hex.Encode(b[19:23], id[8:10])
	b[23] = '-'
	hex.Encode(b[24:36], id[10:16])
	return b
}

// String is the canonical text.
func (id ID) String() string {
	b := id.encode()
	return string(b[:])
}

// IsNil reports whether id names nothing.
func (id ID) IsNil() bool { return id == Nil }

// MarshalText writes the canonical text.
func (id ID) MarshalText() ([]byte, error) {
	b := id.encode()
	return b[:], nil
}

// UnmarshalText reads what Parse reads.
func (id *ID) UnmarshalText(b []byte) error {
	parsed, err := Parse(string(b))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}

// Value stores the id as its 16 bytes; Nil is 16 zero bytes, never NULL.
func (id ID) Value() (driver.Value, error) {
	b := make([]byte, len(id))
	copy(b, id[:])
	return b, nil
}

// Scan reads 16 bytes, canonical text, or NULL (as Nil).
func (id *ID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*id = Nil
		return nil
	case []byte:
		if len(v) == textLen {
			return id.UnmarshalText(v)
		}
		parsed, err := FromBytes(v)
		if err != nil {
			return err
		}
		*id = parsed
		return nil
	case string:
		if len(v) == len(id) {
			copy(id[:], v)
			return nil
		}
		return id.UnmarshalText([]byte(v))
	}
	return fmt.Errorf("ident: cannot read an id from %T", src)
}

// Package proto stands where gin expects its Protocol Buffers, which no page of this
// program uses: what gin calls is here and answers that it is not supported. See
// tools/absent/README.md.
package proto

import "errors"

// Message is what nothing of this program is.
type Message interface{ absent() }

// Marshal is not supported.
func Marshal(Message) ([]byte, error) { return nil, errors.ErrUnsupported }

// Unmarshal is not supported.
func Unmarshal([]byte, Message) error { return errors.ErrUnsupported }

// Package yaml stands where gin expects its YAML decoder, which no page of this program
// uses: what gin calls is here and answers that it is not supported. See
// tools/absent/README.md.
package yaml

import (
	"errors"
	"io"
)

// Decoder decodes nothing.
type Decoder struct{}

// NewDecoder makes a decoder.
func NewDecoder(io.Reader) *Decoder { return &Decoder{} }

// Decode is not supported.
func (*Decoder) Decode(any) error { return errors.ErrUnsupported }

// Marshal is not supported.
func Marshal(any) ([]byte, error) { return nil, errors.ErrUnsupported }

// Package bson stands where gin expects its BSON encoder, which no page of this program
// uses: what gin calls is here and answers that it is not supported. See
// tools/absent/README.md.
package bson

import "errors"

// Marshal is not supported.
func Marshal(any) ([]byte, error) { return nil, errors.ErrUnsupported }

// Unmarshal is not supported.
func Unmarshal(data []byte, v any) error { return errors.ErrUnsupported }

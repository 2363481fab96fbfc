// Package validator stands where gin expects its struct validator, which no page of this program
// uses: what gin calls is here and answers that it is not supported. See
// tools/absent/README.md.
package validator

import "errors"

// Validate validates nothing.
type Validate struct{}

// New makes a validator.
func New() *Validate { return &Validate{} }

// SetTagName does nothing.
func (*Validate) SetTagName(string) {}

// Struct is not supported.
func (*Validate) Struct(any) error { return errors.ErrUnsupported }

package fault

import "strings"

// Fields collects what is wrong with the fields of one form or one row, so
// that a person sees all of it at once. As an error its kind is Invalid.
type Fields []*Error

// Add appends e; nil is ignored.
func (f *Fields) Add(e *Error) {
	if e != nil {
		*f = append(*f, e)
	}
}

// Error joins the faults for the log.
func (f Fields) Error() string {
	parts := make([]string, len(f))
	for i, e := range f {
		parts[i] = e.Error()
	}
	return strings.Join(parts, "; ")
}

// Unwrap lets errors.Is and errors.As look into the faults.
func (f Fields) Unwrap() []error {
	errs := make([]error, len(f))
	for i, e := range f {
		errs[i] = e
	}
	return errs
}

// Err is nil when nothing was collected, so that it can end a parser:
// return value, fields.Err().
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// For returns the first fault about the named field, or nil.
func (f Fields) For(field string) *Error {
	for _, e := range f {
		if e.Field == field {
			return e
		}
	}
	return nil
}

// Package fault is the vocabulary of failures that a person may be told about:
// a kind, which decides the status of an answer, and the key of a sentence in
// the catalogues with its arguments. It knows no language, no protocol and no
// logger; turning a fault into words or a status happens in one other place.
package fault

import (
	"errors"
	"strings"
)

// Kind says what sort of failure it is. The zero kind is Internal, so that an
// error nobody thought about never reaches a person as if it were their fault.
type Kind uint8

// The kinds, with the HTTP status that each stands for.
const (
	Internal        Kind = iota // 500: ours; people see a request id only
	Invalid                     // 422: understood, but a value is not acceptable
	NotFound                    // 404: no such thing in this shop
	Conflict                    // 409: not possible in the present state
	Forbidden                   // 403: the person's role does not allow it
	Unauthenticated             // 401: nobody is logged in
	TooMany                     // 429: too many attempts, try later
	TooLarge                    // 413: more bytes or rows than accepted
	Unavailable                 // 503: not now, try again
	Malformed                   // 400: could not be read at all
)

var kindNames = [...]string{
	"internal", "invalid", "not found", "conflict", "forbidden",
	"unauthenticated", "too many", "too large", "unavailable", "malformed",
}

// String names the kind for logs, in English.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[Internal]
}

// Arg is one named value of a sentence.
type Arg struct {
	Name  string
	Value any
}

// A makes an argument: fault.A("name", product.Name).
func A(name string, value any) Arg { return Arg{Name: name, Value: value} }

// Error is a failure with a sentence. Key names the sentence in the catalogues,
// Args fill it, Field names the form field or column it is about (may be
// empty), and Cause is for the log only.
type Error struct {
	Kind  Kind
	Key   string
	Args  []Arg
	Field string
	Cause error
}

// New makes a fault of that kind whose sentence is filed under key.
func New(kind Kind, key string, args ...Arg) *Error {
	return &Error{Kind: kind, Key: key, Args: args}
}

// Error is the form for logs and tests. It leaves the arguments out, because
// they may hold what a person typed.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Kind.String())
	b.WriteString(": ")
	b.WriteString(e.Key)
	if e.Field != "" {
		b.WriteString(" (")
		b.WriteString(e.Field)
		b.WriteString(")")
	}
	if e.Cause != nil {
		b.WriteString(": ")
		b.WriteString(e.Cause.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is lets errors.Is compare with a fault of the same kind and key, whatever
// its arguments, field and cause.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other != nil && e.Kind == other.Kind && e.Key == other.Key
}

// WithField returns a copy that is about the named field; e stays unchanged,
// so a fault may be a package variable.
func (e *Error) WithField(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// WithCause returns a copy that wraps err for the log.
func (e *Error) WithCause(err error) *Error {
	c := *e
	c.Cause = err
	return &c
}

// KindOf returns the kind of the first fault in err's tree, and Internal for
// foreign errors and nil.
func KindOf(err error) Kind {
	for e := err; e != nil; e = errors.Unwrap(e) {
		switch f := e.(type) { //nolint:errorlint // the loop unwraps, one error at a time
		case *Error:
			return f.Kind
		case Fields:
			return Invalid
		}
	}
	if e, ok := As(err); ok { // behind errors.Join
		return e.Kind
	}
	return Internal
}

// As finds the first fault in err's tree.
func As(err error) (*Error, bool) {
	var e *Error
	if errors.As(err, &e) && e != nil {
		return e, true
	}
	return nil, false
}

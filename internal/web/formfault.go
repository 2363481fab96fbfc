package web

import (
	"errors"
	"slices"

	"buhuo/internal/fault"
)

// maxRows bounds the lines of one form.
const maxRows = 500

// Rows reads fields that repeat together (line, quantity, lot …): key decides
// how many rows there are, each of the others stands as often or not at all.
// Anything else is a fault of key, and no rows.
func (f *Values) Rows(key string, others ...string) []*Values {
	n := len(f.values[key])
	if n > maxRows {
		f.Add(key, fault.New(fault.TooLarge, "web.too_many_rows", fault.A("n", maxRows)))
		return nil
	}
	for _, name := range others {
		if m := len(f.values[name]); m != 0 && m != n {
			f.Add(key, fault.New(fault.Invalid, "web.rows_uneven"))
			return nil
		}
	}
	rows := make([]*Values, n)
	for i := range rows {
		rows[i] = &Values{values: f.values, printer: f.printer, faults: f.faults, row: i}
	}
	return rows
}

// Row is one row by its number, which may be one that was not sent: all its fields are
// empty then.
func (f *Values) Row(n int) *Values {
	return &Values{values: f.values, printer: f.printer, faults: f.faults, row: n}
}

// Drop takes row n out of fields that repeat together; what was sent behind it moves up.
func (f *Values) Drop(n int, names ...string) {
	for _, name := range names {
		if vs := f.values[name]; n >= 0 && n < len(vs) {
			f.values[name] = slices.Delete(slices.Clone(vs), n, n+1)
		}
	}
}

// Index is the number of a row from 0; 0 for the form itself.
func (f *Values) Index() int { return max(f.row, 0) }

// Add notes that a field is wrong. A fault keeps its sentence; another error
// becomes the sentence "this cannot be read".
func (f *Values) Add(name string, err error) {
	e, ok := fault.As(err)
	if !ok {
		e = fault.New(fault.Invalid, "web.unreadable").WithCause(err)
	}
	f.faults.Add(e.WithField(f.field(name)))
}

// Err is what was collected, of kind Invalid, or nil.
func (f *Values) Err() error { return f.faults.Err() }

// Refused reports whether err is for the person to correct in this form (kind
// Invalid), and if so keeps its faults for Sentence and Sentences. The handler
// then answers the page again with status 422; any other error it returns.
func (f *Values) Refused(err error) bool {
	if err == nil || fault.KindOf(err) != fault.Invalid {
		return false
	}
	var several fault.Fields
	if !errors.As(err, &several) {
		if e, ok := fault.As(err); ok {
			several = fault.Fields{e}
		}
	}
	for _, e := range several {
		if !f.holds(e) {
			f.faults.Add(e)
		}
	}
	return true
}

func (f *Values) holds(e *fault.Error) bool {
	for _, known := range *f.faults {
		if known == e {
			return true
		}
	}
	return false
}

// Problem is the first fault of a field, or nil.
func (f *Values) Problem(name string) *fault.Error { return f.faults.For(f.field(name)) }

// Sentence says in the reader's language what is wrong with a field; "" when
// nothing is.
func (f *Values) Sentence(name string) string {
	if e := f.Problem(name); e != nil {
		return f.printer.Fault(e)
	}
	return ""
}

// Complaint is one line of the summary above a refused form.
type Complaint = struct {
	Field string // "" when it is about no single field
	Text  string
}

// Sentences lists everything that is wrong, in the order of reading.
func (f *Values) Sentences() []Complaint {
	out := make([]Complaint, len(*f.faults))
	for i, e := range *f.faults {
		out[i] = Complaint{Field: e.Field, Text: f.printer.Fault(e)}
	}
	return out
}

package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"buhuo/internal/fault"
)

func TestKindOf(t *testing.T) {
	fields := fault.Fields{fault.New(fault.Malformed, "a.b")}
	tests := []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"nil", nil, fault.Internal},
		{"foreign", io.EOF, fault.Internal},
		{"plain", fault.New(fault.NotFound, "a.b"), fault.NotFound},
		{"wrapped", fmt.Errorf("load: %w", fault.New(fault.Conflict, "a.b")), fault.Conflict},
		{"joined", errors.Join(io.EOF, fault.New(fault.TooMany, "a.b")), fault.TooMany},
		{"outer wins", fault.New(fault.Forbidden, "a.b").WithCause(fault.New(fault.NotFound, "c.d")), fault.Forbidden},
		{"fields are invalid", fields, fault.Invalid},
		{"wrapped fields", fmt.Errorf("row 3: %w", fields), fault.Invalid},
		{"fields as a cause", fault.New(fault.TooLarge, "a.b").WithCause(fields), fault.TooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := fault.KindOf(tt.err); got != tt.want {
				t.Errorf("KindOf = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCopiesLeaveTheOriginalAlone(t *testing.T) {
	base := fault.New(fault.Invalid, "x.y", fault.A("n", 3))
	other := base.WithField("price").WithCause(io.EOF)
	if base.Field != "" || base.Cause != nil {
		t.Fatalf("the original changed: %+v", base)
	}
	if !errors.Is(other, io.EOF) || !errors.Is(other, base) || other.Args[0].Value != 3 {
		t.Errorf("the copy lost something: %+v", other)
	}
	if errors.Is(other, fault.New(fault.Conflict, "x.y")) || errors.Is(other, fault.New(fault.Invalid, "x.z")) {
		t.Error("faults of another kind or key must differ")
	}
	if got, want := other.Error(), "invalid: x.y (price): EOF"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

func TestFields(t *testing.T) {
	var f fault.Fields
	f.Add(nil)
	if err := f.Err(); err != nil {
		t.Fatalf("nothing collected, yet %v", err)
	}
	first := fault.New(fault.Invalid, "x.y").WithField("price").WithCause(io.EOF)
	f.Add(first)
	f.Add(fault.New(fault.Invalid, "x.z").WithField("price"))
	err := f.Err()
	if err == nil || !errors.Is(err, io.EOF) {
		t.Fatalf("Err() = %v", err)
	}
	if f.For("price") != first || f.For("name") != nil {
		t.Error("For must give the first fault of the field, and nil for others")
	}
	if e, ok := fault.As(err); !ok || e != first {
		t.Errorf("As = %v, %v", e, ok)
	}
	if _, ok := fault.As(io.EOF); ok {
		t.Error("As found a fault in a foreign error")
	}
	if fault.Kind(200).String() != "internal" {
		t.Error("an unknown kind must read as internal")
	}
}

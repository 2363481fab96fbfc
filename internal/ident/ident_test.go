package ident_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
)

func TestNewIsVersion7AndSorts(t *testing.T) {
	previous := ident.New()
	for range 1000 {
		id := ident.New()
		if v := uuid.UUID(id).Version(); v != 7 {
			t.Fatalf("version %d, want 7", v)
		}
		if bytes.Compare(previous[:], id[:]) >= 0 {
			t.Fatalf("%v does not sort before %v", previous, id)
		}
		previous = id
	}
}

func TestDeriveIsStable(t *testing.T) {
	// The example of RFC 9562, appendix A.4: www.example.com in the DNS space.
	dns := ident.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
	want := "2ed6657d-e927-568b-95e1-2665a8aea6a2"
	if got := ident.Derive(dns, []byte("www.example.com")).String(); got != want {
		t.Errorf("Derive = %s, want %s", got, want)
	}
}

func TestParseRefusesEveryOtherSpelling(t *testing.T) {
	good := "01890a5d-ac96-774b-bcce-b302099a8057"
	if _, err := ident.Parse(good); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		"", " ", strings.ToUpper(good), "{" + good + "}", "urn:uuid:" + good, strings.ReplaceAll(good, "-", ""),
		good + " ", " " + good, good[:35], good[:35] + "g", strings.Replace(good, "-", "_", 1),
		strings.Repeat("a", 36), "01890a5d-ac96-774b-bcce-b302099a80５", strings.Repeat("x", 10<<20),
	} {
		_, err := ident.Parse(s)
		if fault.KindOf(err) != fault.Malformed || !errors.Is(err, ident.ErrSyntax) {
			t.Errorf("Parse(%.40q) = %v, want a malformed fault", s, err)
		}
	}
}

func TestRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes")
		id, err := ident.FromBytes(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := id.String(), uuid.UUID(raw).String(); got != want {
			t.Fatalf("String = %s, want %s", got, want)
		}
		if back, err := ident.Parse(id.String()); err != nil || back != id {
			t.Fatalf("Parse(String) = %v, %v", back, err)
		}
		value, err := id.Value()
		if err != nil || len(value.([]byte)) != 16 {
			t.Fatalf("Value = %v, %v", value, err)
		}
		for _, src := range []any{value, id.String(), []byte(id.String()), string(raw)} {
			var back ident.ID
			if err := back.Scan(src); err != nil || back != id {
				t.Fatalf("Scan(%T) = %v, %v", src, back, err)
			}
		}
		text, err := json.Marshal(id)
		var back ident.ID
		if err != nil || json.Unmarshal(text, &back) != nil || back != id {
			t.Fatalf("JSON %s: %v", text, back)
		}
	})
}

func TestScanNilAndRubbish(t *testing.T) {
	id := ident.New()
	if err := id.Scan(nil); err != nil || !id.IsNil() {
		t.Errorf("NULL must read as Nil: %v, %v", id, err)
	}
	if v, _ := ident.Nil.Value(); !bytes.Equal(v.([]byte), make([]byte, 16)) {
		t.Errorf("Nil is stored as %v", v)
	}
	kept := ident.New()
	id = kept
	for _, src := range []any{42, []byte{1, 2}, "short", 1.5, []byte(nil)} {
		if err := id.Scan(src); err == nil || id != kept {
			t.Errorf("Scan(%v): error %v, id %v", src, err, id)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("MustParse must panic on rubbish")
		}
	}()
	ident.MustParse("rubbish")
}

func FuzzParse(f *testing.F) {
	f.Add("01890a5d-ac96-774b-bcce-b302099a8057")
	f.Add("00000000-0000-0000-0000-000000000000")
	f.Add("01890A5D-AC96-774B-BCCE-B302099A8057")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := ident.Parse(s)
		if err == nil && id.String() != s {
			t.Errorf("%q was taken but reads back as %q", s, id)
		}
		if err != nil && !id.IsNil() {
			t.Errorf("%q was refused with the id %v", s, id)
		}
	})
}

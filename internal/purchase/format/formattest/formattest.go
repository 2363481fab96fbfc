package formattest

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"buhuo/internal/purchase"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Run tests a format. read turns what it wrote into lines that a person can
// compare, for the golden files in testdata; nil: there are none.
func Run(t *testing.T, f purchase.Format, read func(t *testing.T, written []byte) string) {
	t.Helper()
	t.Run("names", func(t *testing.T) { names(t, f) })
	t.Run("documents", func(t *testing.T) { documents(t, f) })
	t.Run("same bytes", func(t *testing.T) { sameBytes(t, f) })
	t.Run("failing writer", func(t *testing.T) {
		if err := f.Write(failing{}, Sample(t, "fr", 3, true)); !errors.Is(err, errFull) {
			t.Errorf("a full disk: %v", err)
		}
	})
	if read != nil {
		t.Run("golden", func(t *testing.T) { golden(t, f, read) })
	}
}

func names(t *testing.T, f purchase.Format) {
	if f.Name() == "" || strings.ToLower(f.Name()) != f.Name() || f.Extension() != "."+f.Name() {
		t.Errorf("name %q, extension %q", f.Name(), f.Extension())
	}
	if !strings.Contains(f.ContentType(), "/") || strings.HasPrefix(f.ContentType(), "text/") && !strings.HasSuffix(f.ContentType(), "; charset=utf-8") {
		t.Errorf("content type %q", f.ContentType())
	}
	name := Sample(t, "zh-Hans", 1, false).FileName(f)
	if name != "PO-2026-0117"+f.Extension() {
		t.Errorf("file name %q", name)
	}
}

// documents writes every kind of document; none may fail.
func documents(t *testing.T, f purchase.Format) {
	for _, lang := range []string{"zh-Hans", "fr", "en", "xx", ""} {
		for _, n := range []int{0, 1, len(Names()), 200} {
			for _, rich := range []bool{false, true} {
				d := Sample(t, lang, n, rich)
				if written := Written(t, f, d); len(written) == 0 {
					t.Errorf("%s, %d lines: nothing written", lang, n)
				}
			}
		}
	}
	for _, state := range purchase.States() {
		d := Sample(t, "zh-Hans", 2, true)
		d.Order.State, d.Order.SentDay = state, nil
		Written(t, f, d)
	}
	long := Sample(t, "fr", 2, true)
	long.Order.Note = strings.Repeat("长", 5_000) + "\n\n" + strings.Repeat("mot ", 2_000)
	long.Lines[0].ProductName = strings.Repeat("𬍛🍊", 100)
	long.Supplier.Name, long.Supplier.Address, long.Shop = "", "", strings.Repeat("x", 400)
	Written(t, f, long)
}

// sameBytes: the same document gives the same bytes, also when many are written at
// once.
func sameBytes(t *testing.T, f purchase.Format) {
	d := Sample(t, "zh-Hans", 40, true)
	want := Written(t, f, d)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var b bytes.Buffer
			if err := f.Write(&b, d); err != nil || !bytes.Equal(b.Bytes(), want) {
				t.Errorf("written again: %d bytes, %v; want the same %d", b.Len(), err, len(want))
			}
		})
	}
	wg.Wait()
}

func golden(t *testing.T, f purchase.Format, read func(*testing.T, []byte) string) {
	for _, lang := range []string{"zh-Hans", "fr", "en"} {
		got := read(t, Written(t, f, Sample(t, lang, len(Names()), lang != "en")))
		path := filepath.Join("testdata", "order."+lang+".golden")
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not what was written (go test -update writes it anew, then look at the difference):\n%s", path, got)
		}
	}
}

// Written is what the format writes for a document.
func Written(t testing.TB, f purchase.Format, d purchase.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b, d); err != nil {
		t.Fatalf("%s: %v", f.Name(), err)
	}
	return b.Bytes()
}

var errFull = errors.New("the disk is full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }

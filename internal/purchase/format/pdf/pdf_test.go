package pdf_test

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"buhuo/internal/face"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format"
	"buhuo/internal/purchase/format/formattest"
	"buhuo/internal/purchase/format/pdf"
)

func TestFormat(t *testing.T) {
	formattest.Run(t, pdf.New(), func(t *testing.T, written []byte) string { return strings.Join(texts(t, written), "\n") + "\n" })
}

var (
	pageObject = regexp.MustCompile(`/Type /Page\s`)
	stream     = regexp.MustCompile(`(?s)/Length (\d+) >>\nstream\n`)
	character  = regexp.MustCompile(`<([0-9A-F]{4})> <([0-9A-F]+)>`)
	drawn      = regexp.MustCompile(`<([0-9A-F]*)> Tj`)
)

// texts are the lines of text of a document in the order in which they are drawn,
// read by its own map of characters.
func texts(t testing.TB, written []byte) []string {
	t.Helper()
	var streams []string
	for _, at := range stream.FindAllSubmatchIndex(written, -1) {
		var size int
		fmt.Sscan(string(written[at[2]:at[3]]), &size)
		z, err := zlib.NewReader(bytes.NewReader(written[at[1] : at[1]+size]))
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		streams = append(streams, string(data))
	}
	letters := map[string]string{}
	for _, m := range character.FindAllStringSubmatch(streams[1], -1) {
		raw, _ := hex.DecodeString(m[2])
		var units []uint16
		for i := 0; i < len(raw); i += 2 {
			units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
		}
		letters[m[1]] = string(utf16.Decode(units))
	}
	var out []string
	for _, page := range streams[2:] {
		for _, m := range drawn.FindAllStringSubmatch(page, -1) {
			line := ""
			for i := 0; i < len(m[1]); i += 4 {
				letter, known := letters[m[1][i:i+4]]
				if !known {
					t.Fatalf("picture %s stands for nothing", m[1][i:i+4])
				}
				line += letter
			}
			out = append(out, line)
		}
	}
	return out
}

func TestPages(t *testing.T) {
	for _, c := range []struct{ lines, pages int }{{0, 1}, {10, 1}, {40, 3}, {200, 12}} {
		written := formattest.Written(t, pdf.New(), formattest.Sample(t, "zh-Hans", c.lines, false))
		if !bytes.HasPrefix(written, []byte("%PDF-")) || !bytes.HasSuffix(bytes.TrimSpace(written), []byte("%%EOF")) {
			t.Errorf("%d lines: no whole PDF", c.lines)
		}
		if n := len(pageObject.FindAll(written, -1)); n != c.pages {
			t.Errorf("%d lines make %d pages, want %d", c.lines, n, c.pages)
		}
		if limit := 40_000 + 1_500*c.lines; len(written) > limit {
			t.Errorf("%d lines make %d bytes, want at most %d", c.lines, len(written), limit)
		}
	}
}

// bare is a text without its spaces, which lines and columns decide.
func bare(s string) string { return strings.Join(strings.Fields(s), "") }

// Every word and figure of the order is in the document, in its order; where poppler
// is installed, it reads the same: rare characters too.
func TestReadBack(t *testing.T) {
	f, err := face.Shared()
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]purchase.Document{
		"usual": formattest.Sample(t, "zh-Hans", 30, false), "taxed": formattest.Sample(t, "fr", 30, true), "extreme": formattest.Extreme(t, "en", 60),
		"long": formattest.Extreme(t, "zh-Hans", 5_000),
	} {
		t.Run(name, func(t *testing.T) {
			written := formattest.Written(t, pdf.New(), d)
			text, sheet := bare(strings.Join(texts(t, written), "")), format.NewSheet(d)
			rest := text
			for _, r := range sheet.Rows {
				row := bare(f.Clean(r.Line + r.Name + r.Note + r.Quantity + r.Packs + r.Price + r.PackPrice + r.Tax + r.Total))
				_, after, found := strings.Cut(rest, row)
				if !found {
					t.Fatalf("line %s is not there, or not in its place: %s", r.Line, row)
				}
				rest = after
			}
			for _, fact := range sheet.Sums {
				if !strings.Contains(rest, bare(fact.Term+fact.Text)) {
					t.Errorf("%s %s is not below the lines", fact.Term, fact.Text)
				}
			}
			if !strings.Contains(rest, bare(sheet.Words)) {
				t.Errorf("%s is not below the lines", sheet.Words)
			}
			if poppler(t, written, text); !strings.Contains(text, "𬍛燊喆") && name != "extreme" && name != "long" {
				t.Error("the rare characters are not there")
			}
		})
	}
}

// poppler compares what pdftotext reads with text, where it is installed.
func poppler(t *testing.T, written []byte, text string) {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		return
	}
	path := filepath.Join(t.TempDir(), "order.pdf")
	if err := os.WriteFile(path, written, 0o600); err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	command := exec.Command(tool, "-raw", "-enc", "UTF-8", path, "-")
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("pdftotext: %v %s", err, complaints.String())
	}
	if got := letters(string(out)); got != letters(text) {
		i := 0
		for i < len(got) && i < len(text) && got[i] == text[i] {
			i++
		}
		t.Errorf("pdftotext reads %d bytes, want %d; from %d: %.200q", len(got), len(text), i, got[i:])
	}
}

// letters are a text without spaces and page ends.
func letters(s string) string { return strings.ReplaceAll(bare(s), "\f", "") }

// What an order of 60 lines costs, and one of 500, once the font is read; bytes is
// the size of the file.
func BenchmarkDocument(b *testing.B) {
	for _, n := range []int{60, 500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			d := formattest.Sample(b, "zh-Hans", n, true)
			size := len(formattest.Written(b, pdf.New(), d))
			for b.Loop() {
				formattest.Written(b, pdf.New(), d)
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}

// The QR code is drawn as it is made, and where poppler is installed it is read from the
// printed page.
func TestScan(t *testing.T) {
	for _, n := range []int{1, 16, 60} {
		d := formattest.Sample(t, "fr", n, true)
		written := formattest.Written(t, pdf.New(), d)
		program, err := exec.LookPath("pdftoppm")
		if err != nil {
			t.Skip("pdftoppm is not installed")
		}
		folder := t.TempDir()
		cmd := exec.Command(program, "-png", "-r", "150", "-", filepath.Join(folder, "page"))
		cmd.Stdin = bytes.NewReader(written)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		pages, err := filepath.Glob(filepath.Join(folder, "page*.png"))
		if err != nil || len(pages) == 0 {
			t.Fatal(pages, err)
		}
		r, err := os.Open(pages[len(pages)-1])
		if err != nil {
			t.Fatal(err)
		}
		page, err := png.Decode(r)
		if err = errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
		if got := formattest.Scan(t, page); got != d.Link {
			t.Errorf("%d lines: the code leads to %q, want %q", n, got, d.Link)
		}
	}
}

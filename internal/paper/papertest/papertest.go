// Package papertest reads documents back: their texts by their own map of characters,
// and both texts and pictures by poppler, a reader of somebody else's.
package papertest

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
)

var (
	page      = regexp.MustCompile(`/Type /Page\s`)
	stream    = regexp.MustCompile(`/Length (\d+)[^>]*>>\nstream\n`)
	character = regexp.MustCompile(`<([0-9A-F]{4})> <([0-9A-F]+)>`)
	drawn     = regexp.MustCompile(`\[<([0-9A-F]*)>\] TJ`)
)

// Pages is how many pages a document has; it fails when that is no whole PDF.
func Pages(t testing.TB, written []byte) int {
	t.Helper()
	if !bytes.HasPrefix(written, []byte("%PDF-")) || !bytes.HasSuffix(bytes.TrimSpace(written), []byte("%%EOF")) {
		t.Error("that is no whole PDF")
	}
	return len(page.FindAll(written, -1))
}

// Texts are the lines of text in the order in which they are drawn.
func Texts(t testing.TB, written []byte) []string {
	t.Helper()
	letters, pages := map[string]string{}, []string{}
	for _, s := range streams(t, written) {
		if strings.Contains(s, "begincmap") {
			characters(letters, s)
		} else if strings.Contains(s, " TJ\n") {
			pages = append(pages, s)
		}
	}
	var out []string
	for _, page := range pages {
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

func streams(t testing.TB, written []byte) []string {
	t.Helper()
	var out []string
	for _, at := range stream.FindAllSubmatchIndex(written, -1) {
		var size int
		fmt.Sscan(string(written[at[2]:at[3]]), &size) //nolint:errcheck // they are figures
		z, err := zlib.NewReader(bytes.NewReader(written[at[1] : at[1]+size]))
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(data))
	}
	return out
}

func characters(letters map[string]string, table string) {
	for _, m := range character.FindAllStringSubmatch(table, -1) {
		raw, _ := hex.DecodeString(m[2])
		var units []uint16
		for i := 0; i < len(raw); i += 2 {
			units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
		}
		letters[m[1]] = string(utf16.Decode(units))
	}
}

// Bare is a text without its spaces and page ends, which lines and columns decide.
func Bare(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), ""), "\f", "")
}

// Copied compares the text that poppler copies from a document with what was drawn.
func Copied(t testing.TB, written []byte, text string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "document.pdf")
	if err := os.WriteFile(path, written, 0o600); err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	command := exec.Command(poppler(t, "pdftotext"), "-raw", "-enc", "UTF-8", path, "-")
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("pdftotext: %v %s", err, complaints.String())
	}
	got, want := Bare(string(out)), Bare(text)
	if got == want {
		return
	}
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	t.Errorf("pdftotext reads %d bytes, want %d; from %d: %.200q", len(got), len(want), i, got[i:])
}

// Picture is what a printer makes of the last page.
func Picture(t testing.TB, written []byte) image.Image {
	t.Helper()
	folder := t.TempDir()
	command := exec.Command(poppler(t, "pdftoppm"), "-png", "-r", "150", "-", filepath.Join(folder, "page"))
	command.Stdin = bytes.NewReader(written)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	pages, err := filepath.Glob(filepath.Join(folder, "page*.png"))
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	data, err := os.ReadFile(pages[len(pages)-1])
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// poppler is one of its programs. Without it the test fails when CI is set and is
// skipped with a loud line otherwise.
func poppler(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("no %s: .ci/run installs poppler-utils", name)
	}
	t.Skipf("NOT READ BY ANOTHER READER: %s is not installed (poppler-utils)", name)
	return ""
}

package sheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/web/sheet"
)

func TestCell(t *testing.T) {
	for in, want := range map[string]string{
		"":                 "",
		"脐橙":               "脐橙",
		"12.50":            "12.50",
		"-12.50":           "-12.50",
		"-":                "'-",
		"-1+1":             "'-1+1",
		"-1.":              "'-1.",
		"+8613800000000":   "'+8613800000000",
		"=1+1":             "'=1+1",
		" =1+1":            "' =1+1",
		"\u3000=1+1":       "'\u3000=1+1",
		"@SUM(A1)":         "'@SUM(A1)",
		"\t=1":             "'\t=1",
		"\r=1":             "'\r=1",
		"\n=1":             "'\n=1",
		"＝1+1":             "'＝1+1",
		"＋1":               "'＋1",
		"－1":               "'－1",
		"＠A":               "'＠A",
		"2026-11-23":       "2026-11-23",
		"a=b":              "a=b",
		"=HYPERLINK(\"\")": "'=HYPERLINK(\"\")",
	} {
		if got := sheet.Cell(in); got != want {
			t.Errorf("Cell(%q) = %q, want %q", in, got, want)
		}
	}
}

// Whatever stands in a table comes back from a reader, safe and otherwise the same.
func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.Map(rapid.String(), func(s string) string { return strings.ReplaceAll(s, "\r", "") })
		rows := rapid.SliceOfN(rapid.SliceOfN(text, 3, 3), 0, 5).Draw(t, "rows")
		var out bytes.Buffer
		if err := sheet.Write(&out, []string{"a", "b", "c"}, rows); err != nil {
			t.Fatal(err)
		}
		body, marked := bytes.CutPrefix(out.Bytes(), []byte("\ufeff"))
		if !marked {
			t.Fatal("no byte order mark")
		}
		got, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(rows)+1 {
			t.Fatalf("%d rows, want %d", len(got), len(rows)+1)
		}
		for i, row := range rows {
			for j, cell := range row {
				read := got[i+1][j]
				if read != cell && read != "'"+cell {
					t.Fatalf("cell %q is read as %q", cell, read)
				}
				if first := strings.TrimLeft(read, " \u00a0\u3000\ufeff"); first != "" && strings.ContainsRune("=@＝＋－＠", []rune(first)[0]) {
					t.Fatalf("cell %q would run as %q", cell, read)
				}
			}
		}
	})
}

type full struct{ left int }

var errFull = errors.New("disk full")

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestAFailedWriteIsSaid(t *testing.T) {
	rows := make([][]string, 1000)
	for i := range rows {
		rows[i] = []string{strings.Repeat("x", 20)}
	}
	for _, left := range []int{0, 3, 5000} {
		if err := sheet.Write(&full{left}, []string{"a"}, rows); !errors.Is(err, errFull) {
			t.Errorf("with room for %d bytes: %v", left, err)
		}
	}
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkReplayAgrees holds our replay against an independent one in Python (bench/replay.py, beside
// the data sets in the folder BUHUO_SETS): every baseline to the printed digits, and our own policy by
// its levels. Without that folder or without Python it is passed over.
func BenchmarkReplayAgrees(b *testing.B) {
	sets := os.Getenv("BUHUO_SETS")
	script, sales := filepath.Join(sets, "bench", "replay.py"), filepath.Join(sets, "data", "cn_vegetables", "sales.csv.gz")
	if _, err := os.Stat(script); sets == "" || err != nil {
		b.Skip("no BUHUO_SETS with bench/replay.py")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		b.Skip("no python3")
	}
	for b.Loop() {
		for _, days := range []string{"3", "0"} { // shelf life
			levels := filepath.Join(b.TempDir(), "levels.csv")
			var said strings.Builder
			e := strings.Builder{}
			if run(b.Context(), []string{"replay", sales, "--shelf-life", days, "--levels", levels}, nil, &said, &e) != exitDone {
				b.Fatal(e.String())
			}
			theirs := otherTable(b, python, script, "--data", sales, "--shelf", days)
			ours := ourTable(said.String())
			for name, row := range theirs {
				if ours[name] != row {
					b.Errorf("shelf life %s, %s:\n%s\nthe other replay:\n%s", days, name, ours[name], row)
				}
			}
			if len(theirs) < 12 {
				b.Errorf("the other replay printed %d policies", len(theirs))
			}
			if row := otherTable(b, python, script, "--data", sales, "--shelf", days, "--levels", levels)["levels"]; row != ours["buhuo:1"] {
				b.Errorf("shelf life %s, our levels:\n%s\nthe other replay:\n%s", days, ours["buhuo:1"], row)
			}
		}
	}
}

// otherTable runs the other replay and gives its rows by policy: the cells with one space between them.
func otherTable(b *testing.B, python string, args ...string) map[string]string {
	b.Helper()
	c := exec.Command(python, args...)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		b.Fatal(err)
	}
	rows := map[string]string{}
	for line := range strings.Lines(string(out)) {
		cells := strings.Fields(strings.ReplaceAll(line, "|", " "))
		if len(cells) == 8 && cells[0] != "---" {
			rows[cells[0]] = strings.Join(cells[1:], " ")
		}
	}
	return rows
}

// ourTable gives the rows of our table the same way, without the columns that the other has not.
func ourTable(out string) map[string]string {
	rows := map[string]string{}
	for line := range strings.Lines(out) {
		if cells := strings.Fields(line); len(cells) == 10 {
			rows[cells[0]] = strings.Join(cells[1:8], " ")
		}
	}
	return rows
}

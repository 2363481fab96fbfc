package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what the commands print into docs/first-shop.md")

// shownLines is how much of a long output -update leaves on the page.
const shownLines = 6

// TestTheFirstShopIsTrue runs the commands of docs/first-shop.md in an empty
// folder and holds what they print against what the page says. The blocks marked
// console hold lines that begin with "$ " and the output that follows; a line of
// "…" stands for any further lines.
func TestTheFirstShopIsTrue(t *testing.T) {
	path, err := filepath.Abs(filepath.Join("..", "..", "docs", "first-shop.md"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("BUHUO_LANG", "en")
	ran := 0
	parts := strings.Split(string(page), "```console\n")
	for i, part := range parts[1:] {
		block, rest, _ := strings.Cut(part, "```")
		var fresh strings.Builder
		for _, step := range strings.Split("\n"+block, "\n$ ")[1:] {
			command, said, _ := strings.Cut(step, "\n")
			got := obey(t, command)
			ran++
			fresh.WriteString("$ " + command + "\n" + shortened(got))
			want, any := strings.CutSuffix(strings.TrimSpace(said), "…")
			want = strings.TrimSpace(want)
			if !*update && (any && !strings.HasPrefix(got, want) || !any && got != want) {
				t.Errorf("%s prints\n%s\nthe page says\n%s\n(go test ./cmd/buhuo -update rewrites it)", command, got, want)
			}
		}
		parts[i+1] = fresh.String() + "```" + rest
	}
	if ran < 10 {
		t.Errorf("the page has only %d commands", ran)
	}
	if *update {
		if err := os.WriteFile(path, []byte(strings.Join(parts, "```console\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// obey runs one command of the page, which may pipe an echo into buhuo.
func obey(t *testing.T, command string) string {
	t.Helper()
	line, in := command, ""
	if text, rest, ok := strings.Cut(command, " | "); ok && strings.HasPrefix(text, "echo ") {
		in, line = strings.Trim(strings.TrimPrefix(text, "echo "), `"`)+"\n", rest
	}
	words := strings.Fields(line)
	if words[0] != "buhuo" {
		t.Fatalf("the page runs %q", command)
	}
	status, out, errOut := call(t, in, words[1:]...)
	if status != exitDone {
		t.Fatalf("%s: status %d\n%s", command, status, errOut)
	}
	return strings.TrimSpace(strings.TrimPrefix(out, "\ufeff"))
}

// shortened is an output as the page shows it.
func shortened(out string) string {
	if out == "" {
		return ""
	}
	lines := strings.Split(out, "\n")
	most := shownLines
	if strings.HasPrefix(lines[0], "product_code,") {
		most = 1
	}
	if len(lines) > most {
		lines = append(lines[:most:most], "…")
	}
	return strings.Join(lines, "\n") + "\n"
}

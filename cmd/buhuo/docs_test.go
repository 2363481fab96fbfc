package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheFirstShopIsTrue runs the commands of docs/first-shop.md in an empty
// folder and holds what they print against what the page says. The blocks marked
// console hold lines that begin with "$ " and the output that follows; a line of
// "…" stands for any further lines.
func TestTheFirstShopIsTrue(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "first-shop.md"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("BUHUO_LANG", "en")
	ran := 0
	for _, block := range strings.Split(string(page), "```console\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		for _, step := range strings.Split("\n"+block, "\n$ ")[1:] {
			command, said, _ := strings.Cut(step, "\n")
			in := ""
			if text, rest, ok := strings.Cut(command, " | "); ok && strings.HasPrefix(text, "echo ") {
				in, command = strings.Trim(strings.TrimPrefix(text, "echo "), `"`)+"\n", rest
			}
			words := strings.Fields(command)
			if words[0] != "buhuo" {
				t.Fatalf("the page runs %q", command)
			}
			status, out, errOut := call(t, in, words[1:]...)
			if status != exitDone {
				t.Fatalf("%s: status %d\n%s", command, status, errOut)
			}
			ran++
			out = strings.TrimPrefix(out, "\ufeff")
			want, any := strings.CutSuffix(strings.TrimSpace(said), "…")
			got := strings.TrimSpace(out)
			if any && !strings.HasPrefix(got, strings.TrimSpace(want)) || !any && got != strings.TrimSpace(want) {
				t.Errorf("%s prints\n%s\nthe page says\n%s", command, got, want)
			}
		}
	}
	if ran < 10 {
		t.Errorf("the page has only %d commands", ran)
	}
}

package arch

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	aTest    = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|test)\w+)\(`)
	named    = regexp.MustCompile("`([^`]+)`")
	statuses = []string{"done", "partly", "not yet"}
)

// tests lists the tests of the tree as package.Test; those of contract suites
// stand in folders whose name ends in "test".
func tests(t *testing.T, root fs.FS) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, top := range []string{"cmd", "internal"} {
		err := fs.WalkDir(root, top, func(name string, e fs.DirEntry, err error) error {
			folder := path.Base(path.Dir(name))
			if err != nil || e.IsDir() || !strings.HasSuffix(name, "_test.go") && !(strings.HasSuffix(name, ".go") && strings.HasSuffix(folder, "test")) {
				return err
			}
			text, err := fs.ReadFile(root, name)
			for _, m := range aTest.FindAllSubmatch(text, -1) {
				found[folder+"."+string(m[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// complaints holds the tables of the security page against the tests there are.
func complaints(page string, known map[string]bool) (wrong []string, rows int) {
	for _, line := range strings.Split(page, "\n") {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || strings.HasPrefix(line, "| requirement") {
			continue
		}
		rows++
		if len(cells) != 3 {
			wrong = append(wrong, "not three columns: "+line)
			continue
		}
		status := ""
		for _, s := range statuses {
			if strings.HasPrefix(strings.TrimSpace(cells[1]), s) {
				status = s
			}
		}
		names := named.FindAllStringSubmatch(cells[2], -1)
		switch {
		case status == "":
			wrong = append(wrong, "no status: "+line)
		case status != "not yet" && len(names) == 0:
			wrong = append(wrong, status+" without a test: "+line)
		}
		for _, n := range names {
			if !known[n[1]] {
				wrong = append(wrong, "there is no test "+n[1])
			}
		}
	}
	return wrong, rows
}

// TestTheSecurityPageIsTrue: each test that docs/security.md names exists, and
// nothing is called done without one.
func TestTheSecurityPageIsTrue(t *testing.T) {
	root := os.DirFS(filepath.Join("..", ".."))
	page, err := fs.ReadFile(root, "docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	known := tests(t, root)
	wrong, rows := complaints(string(page), known)
	if rows < 50 || len(known) < 200 {
		t.Errorf("only %d rows and %d tests were found", rows, len(known))
	}
	for _, w := range wrong {
		t.Error(w)
	}
	for line, want := range map[string]string{
		"| a | done | `x.TestNot` |": "there is no test x.TestNot", "| a | done | |": "done without a test", "| a | perhaps | `arch.TestTheHouse` |": "no status",
		"| a | partly: b | |": "partly without a test", "| a | done |": "not three columns",
	} {
		if wrong, _ := complaints(line, known); len(wrong) != 1 || !strings.HasPrefix(wrong[0], want) {
			t.Errorf("%s: %v", line, wrong)
		}
	}
	if wrong, _ := complaints("| a | done | `arch.TestTheHouse` |\n| b | not yet | |", known); len(wrong) != 0 {
		t.Errorf("a good page: %v", wrong)
	}
}

// leastVersions are the versions without the holes that we know of.
var leastVersions = map[string][3]int{
	"github.com/quic-go/quic-go": {0, 59, 1}, // CVE-2026-40898, brought by gin
}

// TestModulesAreNewEnough reads the versions in go.mod.
func TestModulesAreNewEnough(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for module, least := range leastVersions {
		m := regexp.MustCompile(`(?m)^\s*(?:require )?` + regexp.QuoteMeta(module) + ` v(\d+)\.(\d+)\.(\d+)`).FindSubmatch(mod)
		if m == nil {
			continue // not used any more
		}
		var has [3]int
		for i := range has {
			has[i], _ = strconv.Atoi(string(m[i+1]))
		}
		for i := range has {
			if has[i] < least[i] {
				t.Errorf("%s is %v, older than %v", module, has, least)
			}
			if has[i] != least[i] {
				break
			}
		}
	}
}

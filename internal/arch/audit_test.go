package arch

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryActionHasAText: whatever is written into the audit trail is told in words, and
// its kind can be chosen on the trail's page.
func TestEveryActionHasAText(t *testing.T) {
	root := filepath.Join("..", "..")
	texts, err := os.ReadFile(filepath.Join(root, "internal", "i18n", "locales", "en", "audit.json"))
	if err != nil {
		t.Fatal(err)
	}
	recorded := regexp.MustCompile(`\.Record\(ctx, "([a-z_]+)\.([a-z_]+)"`)
	found := 0
	err = filepath.WalkDir(filepath.Join(root, "internal"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(filepath.Base(filepath.Dir(path)), "test") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range recorded.FindAllStringSubmatch(string(source), -1) {
			found++
			for _, key := range []string{"audit.action." + m[1] + "." + m[2], "audit.kind." + m[1]} {
				if !strings.Contains(string(texts), `"`+key+`"`) {
					t.Errorf("%s records %s.%s, and there is no text %s", path, m[1], m[2], key)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 20 {
		t.Errorf("only %d actions were found: the pattern no longer fits", found)
	}
}

package arch

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fieldMistakes are the mistakes of other programs that each have regression tests here, named
// TestFieldMistake01… to 13. `grep -rn "field mistake"` finds what each is about.
var fieldMistakes = []string{
	"missing actuals read as zero, so that a flat history decays",
	"the mean of the periods with sales used as the level",
	"N/(N - days out) explodes when nearly always out",
	"no sale read as an empty shelf, or the reverse",
	"an order that arrives late counted now; an overdue one dropped or trusted",
	"a minimum met in one unit and missed after conversion",
	"a price break chosen by the order of the list",
	"expired lots counted as available",
	"the same proposal ordered twice",
	"the lead time measured from the draft",
	"13 months of sales divided by 12",
	"a sale at 23:59 booked on the next day; days of 23 and 25 hours",
	"safety stock used as a name for lead-time demand",
}

var mistakeTest = regexp.MustCompile(`(?m)^func TestFieldMistake(\d\d)[A-Z]\w*\(t \*testing\.T\)`)

// TestEveryFieldMistakeHasATest fails when the last test against one of them is gone.
func TestEveryFieldMistakeHasATest(t *testing.T) {
	found := map[string]int{}
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range mistakeTest.FindAllSubmatch(source, -1) {
			found[string(m[1])]++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, what := range fieldMistakes {
		number := string([]byte{'0' + byte((i+1)/10), '0' + byte((i+1)%10)})
		if found[number] == 0 {
			t.Errorf("no TestFieldMistake%s against: %s", number, what)
		}
		delete(found, number)
	}
	for number := range found {
		t.Errorf("there is no field mistake %s", number)
	}
}

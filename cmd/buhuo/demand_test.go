package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// soldByHour is a shop of one product that is out every afternoon, as days and as hours.
func soldByHour() (days, hours string) {
	var a, b strings.Builder
	a.WriteString("item,date,quantity,available\n")
	b.WriteString("item,date,hour,quantity,in_stock\n")
	for d := 1; d <= 28; d++ {
		date := fmt.Sprintf("2026-02-%02d", d)
		fmt.Fprintf(&a, "枣,%s,8,0.5\n", date)
		for h := 8; h < 16; h++ {
			quantity, shelf := 2, 1
			if h >= 12 && d%4 != 0 {
				quantity, shelf = 0, 0
			}
			fmt.Fprintf(&b, "枣,%s,%d,%d,%d\n", date, h, quantity, shelf)
		}
	}
	return a.String(), b.String()
}

func TestDemandWritesOneTable(t *testing.T) {
	t.Setenv("BUHUO_LANG", "en")
	folder := t.TempDir()
	days, hours := soldByHour()
	in, byHour, out := filepath.Join(folder, "in.csv"), filepath.Join(folder, "hours.csv"), filepath.Join(folder, "out.csv")
	for path, text := range map[string]string{in: days, byHour: hours} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := want(t, 0, "", "demand", in, "--hourly", byHour, "--out", out); got != "" {
		t.Errorf("said %q", got)
	}
	written, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if got := want(t, 0, days, "demand", "-", "--hourly", byHour); got != string(written) {
		t.Error("standard output differs from the file")
	}
	if got := want(t, 0, hours, "demand", in, "--hourly", "-"); got != string(written) {
		t.Error("hours from standard input differ from those of the file")
	}
	if head, rest, _ := strings.Cut(string(written), "\n"); head != "item,date,quantity,available,corrected,lower,upper,reason" || strings.Count(rest, "\n") != 28 || !strings.Contains(rest, ",partly\n") {
		t.Errorf("the table:\n%s", written)
	}
	if got := want(t, 0, days, "demand", "-"); !strings.HasPrefix(got, "item,date,") || strings.Count(got, "\n") != 29 {
		t.Errorf("without hours:\n%s", got)
	}
}

// Bad files get a sentence, and an older table stays as it was.
func TestDemandRefuses(t *testing.T) {
	t.Setenv("BUHUO_LANG", "en")
	folder := t.TempDir()
	days, hours := soldByHour()
	out := filepath.Join(folder, "out.csv")
	if err := os.WriteFile(out, []byte("older"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := write(t, "good.csv", days)
	for name, content := range map[string]string{
		"nothing": "", "only a header": "item,date,hour,quantity,in_stock\n", "no hour": "item,date,quantity,in_stock\n枣,2026-02-01,1,1\n",
		"hour 24": "item,date,hour,quantity,in_stock\n枣,2026-02-01,24,1,1\n", "half an hour": "item,date,hour,quantity,in_stock\n枣,2026-02-01,8.5,1,1\n",
		"stock of 2": "item,date,hour,quantity,in_stock\n枣,2026-02-01,8,1,2\n", "stock unknown": "item,date,hour,quantity,in_stock\n枣,2026-02-01,8,1,\n",
		"nobody's hours": "item,date,hour,quantity,in_stock\nnobody,2026-02-01,8,1,1\n", "no day": "item,date,hour,quantity,in_stock\n枣,2026-02-31,8,1,1\n",
		"no number": "item,date,hour,quantity,in_stock\n枣,2026-02-01,8,viel,1\n", "torn gzip": "\x1f\x8b12",
	} {
		status, _, said := call(t, "", "demand", good, "--hourly", write(t, "h.csv", content), "--out", out)
		if status != exitFailed || len(said) < 15 || len(said) > 400 || strings.Contains(said, "goroutine") {
			t.Errorf("%s: status %d: %.300q", name, status, said)
		}
	}
	byHour := write(t, "hours.csv", hours)
	for name, content := range map[string]string{
		"nothing": "", "no date": "item,quantity\na,1\n", "NaN": "item,date,quantity\na,2026-01-01,NaN\n", "two centuries": "item,date,quantity\na,1900-01-01,1\n",
	} {
		if status, _, said := call(t, "", "demand", write(t, "x.csv", content), "--hourly", byHour, "--out", out); status != exitFailed || len(said) < 15 {
			t.Errorf("%s: status %d: %.300q", name, status, said)
		}
	}
	if status, _, _ := call(t, "", "demand", "-", "--hourly", "-"); status != exitMisused {
		t.Errorf("one standard input for two tables: status %d", status)
	}
	want(t, 1, "", "demand", filepath.Join(folder, "none.csv"), "--out", out)
	want(t, 1, "", "demand", good, "--out", filepath.Join(folder, "no", "such", "folder.csv"))
	if left, err := os.ReadFile(out); err != nil || string(left) != "older" {
		t.Errorf("the older table is %q, %v", left, err)
	}
}

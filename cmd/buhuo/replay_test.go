package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buhuo/internal/day"
)

// soldByDay is a shop of four products over n days.
func soldByDay(n int) string {
	var b strings.Builder
	b.WriteString("item,date,quantity,price,cost\n")
	for i := range 4 {
		for d := range n {
			fmt.Fprintf(&b, "item%d,%s,%d,%d,%d\n", i, day.New(2025, 1, 6).Add(d), (d*7+i*5)%(5+i)+i%2, 10+i, 5+i)
		}
	}
	return b.String()
}

func TestReplayContract(t *testing.T) {
	t.Setenv("BUHUO_LANG", "en")
	in := write(t, "sales.csv", soldByDay(300))
	levels := filepath.Join(t.TempDir(), "levels.csv")
	args := []string{"replay", in, "--lead-time", "1", "--review", "1", "--shelf-life", "3", "--holding", "0.002", "--test", "60", "--warmup", "14", "--min-sales-days", "100"}
	status, out, said := call(t, "", append(args, "--policy", "cover:3,buhuo", "--levels", levels, "--json")...)
	if status != exitDone {
		t.Fatalf("status %d: %s", status, said)
	}
	if !strings.Contains(said, "replaying: 100 %\n") || strings.Contains(said, "\r") {
		t.Errorf("progress off a terminal: %q", said)
	}
	var got struct{ Policies []map[string]any }
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Policies) != 2 || got.Policies[1]["policy"] != "buhuo" {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(levels)
	if err != nil || strings.Count(string(text), "\n") != 1+4*60 || !strings.HasPrefix(string(text), "item,date,order_up_to\nitem0,2025-09-03,") {
		t.Errorf("levels: %v\n%.200s", err, text)
	}
	chances := want(t, 0, "", append(args, "--calibration")...)
	if !strings.Contains(chances, "calibration error 0.") || !strings.Contains(chances, "0.9 to 1.0") {
		t.Errorf("the calibration:\n%s", chances)
	}
	if got := want(t, 0, "", append(args, "--calibration", "--csv")...); !strings.Contains(got, "from,to,cases,told,happened\n0.0,0.1,") {
		t.Errorf("the calibration as CSV:\n%s", got)
	}
	if status, out, _ := call(t, "", append(args, "--calibration", "--json")...); status != exitDone || json.Unmarshal([]byte(out), &struct{}{}) != nil || !strings.Contains(out, "brier_skill") {
		t.Errorf("the calibration as JSON:\n%s", out)
	}
	table := want(t, 0, soldByDay(300), "replay", "-", "--test", "60", "--min-sales-days", "100", "--policy", "cover", "--sweep", "--csv")
	if strings.Count(table, "\ncover,") < 8 || !strings.Contains(table, "policy,parameter,items,") {
		t.Errorf("the frontier:\n%s", table)
	}
}

func TestReplayRefuses(t *testing.T) {
	t.Setenv("BUHUO_LANG", "en")
	good := write(t, "good.csv", soldByDay(120))
	for _, flags := range [][]string{
		{"--lead-time", "0"}, {"--review", "0"}, {"--shelf-life", "-1"}, {"--holding", "2"}, {"--test", "0"}, {"--warmup", "180"}, {"--policy", "nobody"},
		{"--policy", "ses:7"}, {"--sold-since", "yesterday"}, {"--csv", "--json"}, {"--min-sales-days", "0"}, {"--cost-share", "3"},
	} {
		if status, _, said := call(t, "", append([]string{"replay", good}, flags...)...); status != exitMisused || !strings.Contains(said, "buhuo: ") {
			t.Errorf("%v: status %d: %s", flags, status, said)
		}
	}
	levels := filepath.Join(t.TempDir(), "levels.csv")
	for name, content := range map[string]string{
		"nothing": "", "no date": "item,quantity\na,1\n", "too short": soldByDay(90), "no price": "item,date,quantity\na,2024-01-01,1\na,2025-01-01,1\n", "a word": "item,date,quantity\na,2026-01-01,viel\n",
	} {
		status, _, said := call(t, "", "replay", write(t, "x.csv", content), "--min-sales-days", "1", "--levels", levels)
		if status != exitFailed || len(said) < 15 || len(said) > 400 || strings.Contains(said, "goroutine") || strings.Count(said, "\n") != 1 {
			t.Errorf("%s: status %d: %.300q", name, status, said)
		}
	}
	if _, err := os.Stat(levels); err == nil {
		t.Error("a failed run left levels behind")
	}
}

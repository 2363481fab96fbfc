package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buhuo/internal/forecast"
)

// quarter is a shop of three products over ninety days.
func quarter() string {
	var b strings.Builder
	b.WriteString("item,date,quantity\n")
	for d := range 90 {
		for i, item := range []string{"枣", "茶", "a,b"} {
			fmt.Fprintf(&b, "%q,2026-%02d-%02d,%d\n", item, 1+d/30, 1+d%28, (d*7+i*3)%5)
		}
	}
	return b.String()
}

func TestForecastByChosenMethods(t *testing.T) {
	t.Setenv("BUHUO_LANG", "en")
	file := write(t, "in.csv", quarter())
	all := want(t, 0, "", "forecast", file, "--horizon", "3")
	one := want(t, 0, "", "forecast", file, "--horizon", "3", "--methods", forecast.Names(forecast.Day)[0])
	if strings.Count(one, "\n") != 1+3*3 || one == all {
		t.Errorf("one method:\n%s", one)
	}
	for _, list := range []string{"magic", "global", forecast.Names(forecast.Day)[0] + ",,"} {
		status, out, said := call(t, "", "forecast", file, "--methods", list)
		if status != exitMisused || out != "" || strings.Count(said, "\n") != 1 {
			t.Errorf("--methods %s: status %d: %s%s", list, status, out, said)
		}
		for _, name := range forecast.Names(forecast.Day) {
			if !strings.Contains(said, name) {
				t.Errorf("--methods %s does not say that there is %s: %s", list, name, said)
			}
		}
	}
}

func TestForecastExplains(t *testing.T) {
	t.Setenv("BUHUO_LANG", "en")
	file := write(t, "in.csv", quarter())
	words := want(t, 0, "", "forecast", file, "--horizon", "5", "--explain", "a,b")
	if !strings.HasPrefix(words, "a,b: ") || !strings.Contains(words, "Level: ") {
		t.Errorf("in words:\n%s", words)
	}
	var x forecast.Explanation
	if err := json.Unmarshal([]byte(want(t, 0, quarter(), "forecast", "-", "--horizon", "5", "--explain", "枣", "--json")), &x); err != nil || x.Item != "枣" || len(x.Steps) != 5 {
		t.Errorf("as data: %+v, %v", x, err)
	}
	if status, out, said := call(t, "", "forecast", file, "--explain", "nobody"); status != exitFailed || out != "" || !strings.Contains(said, `"nobody"`) {
		t.Errorf("an item that is not there: %d %s%s", status, out, said)
	}
}

func TestForecastBacktest(t *testing.T) {
	t.Setenv("BUHUO_LANG", "en")
	file := write(t, "in.csv", quarter())
	status, out, progress := call(t, "", "forecast", file, "--backtest", "--horizon", "6", "--cuts", "2", "--csv")
	lines, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if status != exitDone || err != nil || len(lines) < 10 || lines[0][0] != "method" || lines[1][3] != "6" {
		t.Fatalf("status %d, %v:\n%s", status, err, out)
	}
	if !strings.Contains(progress, "cut 2 of 2 (") {
		t.Errorf("progress:\n%s", progress)
	}
	if _, again, _ := call(t, quarter(), "forecast", "-", "--backtest", "--horizon", "6", "--cuts", "2", "--csv"); again != out {
		t.Errorf("the second table differs:\n%s\n%s", out, again)
	}
	names := strings.Join(forecast.Names(forecast.Day)[:2], ",")
	_, out, _ = call(t, "", "forecast", file, "--backtest", "--horizon", "6", "--origins", "6, 20", "--protection", "2", "--methods", names,
		"--items", write(t, "items.csv", "item\n茶\n"))
	if !strings.HasPrefix(out, "Forecasts made after 2026-") || !strings.Contains(out, "protection period 2") || !strings.Contains(out, "\ncombination          2 ") {
		t.Errorf("in words:\n%s", out)
	}
}

// What cannot be done is said in one sentence, and nothing is written.
func TestForecastDoorsRefuse(t *testing.T) {
	t.Setenv("BUHUO_LANG", "en")
	file := write(t, "in.csv", quarter())
	short := write(t, "short.csv", "item,date,quantity\na,2026-01-01,5\na,2026-01-20,4\n")
	steps := filepath.Join(t.TempDir(), "steps.csv")
	for _, c := range []struct {
		status int
		want   string
		args   []string
	}{
		{exitFailed, "too short for a backtest", []string{short, "--backtest"}},
		{exitFailed, "too short for a backtest", []string{file, "--backtest", "--freq", "month", "--horizon", "2"}},
		{exitFailed, "room for", []string{file, "--backtest", "--cuts", "40"}},
		{exitFailed, "no column", []string{write(t, "x.csv", "item,quantity\na,1\n"), "--backtest"}},
		{exitFailed, "empty", []string{write(t, "x.csv", ""), "--explain", "a"}},
		{exitMisused, "protection period of 15 does not fit into the horizon of 14", []string{file, "--backtest", "--protection", "15"}},
		{exitMisused, "protection period", []string{file, "--backtest", "--protection=-1"}},
		{exitMisused, "cuts", []string{file, "--backtest", "--cuts=-2"}},
		{exitMisused, "cuts", []string{file, "--backtest", "--cuts", "x"}},
		{exitMisused, "horizon", []string{file, "--backtest", "--horizon", "0"}},
		{exitMisused, "room for the horizon", []string{file, "--backtest", "--origins", "3"}},
		{exitMisused, "whole number", []string{file, "--backtest", "--origins", "14,soon"}},
		{exitMisused, "either", []string{file, "--backtest", "--origins", "14", "--cuts", "2"}},
		{exitMisused, "belong to --backtest", []string{file, "--cuts", "2"}},
		{exitMisused, "belong to --backtest", []string{file, "--protection", "2"}},
		{exitMisused, "belong to --backtest", []string{file, "--csv"}},
		{exitMisused, "belongs to --explain", []string{file, "--json"}},
		{exitMisused, "belongs to --explain", []string{file, "--backtest", "--json"}},
		{exitMisused, "belong to a forecast", []string{file, "--backtest", "--steps", steps}},
		{exitMisused, "belong to a forecast", []string{file, "--explain", "枣", "--sums", steps}},
		{exitMisused, "explain", []string{file, "--backtest", "--explain", "枣"}},
	} {
		status, out, said := call(t, "", append([]string{"forecast"}, c.args...)...)
		last := strings.TrimSpace(said)
		last = last[strings.LastIndexByte(last, '\n')+1:]
		if status != c.status || !strings.Contains(last, c.want) || !strings.HasPrefix(last, "buhuo: ") || strings.Contains(out, ",") {
			t.Errorf("forecast %v: status %d: %s%s", c.args[1:], status, out, said)
		}
	}
	if _, err := os.Stat(steps); err == nil {
		t.Error("a file was begun")
	}
}

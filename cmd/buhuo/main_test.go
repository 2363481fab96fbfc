package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// call runs the program as a person would and gives what it said.
func call(t *testing.T, in string, args ...string) (status int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	status = run(context.Background(), args, strings.NewReader(in), &o, &e)
	return status, o.String(), e.String()
}

func want(t *testing.T, status int, in string, args ...string) string {
	t.Helper()
	got, out, errOut := call(t, in, args...)
	if got != status {
		t.Fatalf("buhuo %s: status %d, want %d\n%s%s", strings.Join(args, " "), got, status, out, errOut)
	}
	return out + errOut
}

func TestMisuseIsOneSentenceAndStatusTwo(t *testing.T) {
	t.Setenv("BUHUO_LANG", "en")
	for _, args := range [][]string{
		{}, {"nonsense"}, {"serve", "--wrong"}, {"forecast"}, {"suggest"}, {"import", "money", "x.csv", "--shop", "a"},
		{"user", "add", "--shop", "a", "--login", "b", "--role", "king"}, {"forecast", "x.csv", "--horizon", "0"}, {"forecast", "x.csv", "--quantiles", "2"},
		{"serve", "--addr", "nonsense", "--data", t.TempDir()}, {"demo", "--addr", "nonsense", "--data", t.TempDir()}, {"demo", "--addr", "0.0.0.0:1", "--data", t.TempDir()},
	} {
		status, _, errOut := call(t, "", args...)
		if status != exitMisused {
			t.Errorf("buhuo %v: status %d", args, status)
		}
		last := strings.TrimSpace(errOut)
		if i := strings.LastIndexByte(last, '\n'); i >= 0 {
			last = last[i+1:]
		}
		if !strings.HasPrefix(last, "buhuo: ") {
			t.Errorf("buhuo %v said %q", args, errOut)
		}
	}
	if status, _, errOut := call(t, "", "forecast", filepath.Join(t.TempDir(), "none.csv")); status != exitFailed || !strings.Contains(errOut, "none.csv") {
		t.Errorf("a missing file: %d %q", status, errOut)
	}
}

func TestEveryCommandHelpsWithAnExample(t *testing.T) {
	for _, path := range []string{"serve", "demo", "migrate", "shop add", "shop list", "user add", "user password", "import", "suggest", "order export", "order list", "forecast", "demand", "replay", "backup", "restore", "verify", "doctor", "version"} {
		status, out, _ := call(t, "", append(strings.Fields(path), "--help")...)
		if status != exitDone || !strings.Contains(out, "Examples:") || !strings.Contains(out, "buhuo "+strings.Fields(path)[0]) {
			t.Errorf("buhuo %s --help: %d\n%s", path, status, out)
		}
	}
}

func TestAShopFromTheCommandLine(t *testing.T) {
	t.Setenv("BUHUO_LANG", "en")
	data := t.TempDir()
	if got := want(t, 0, "", "shop", "add", "--data", data, "--name", "村口小店"); strings.TrimSpace(got) != "cunkouxiaodian" {
		t.Errorf("slug %q", got)
	}
	want(t, 1, "", "shop", "add", "--data", data, "--name", "x", "--slug", "cunkouxiaodian")
	want(t, 0, "a good long secret\n", "user", "add", "--data", data, "--shop", "cunkouxiaodian", "--login", "wang", "--role", "owner", "--password-stdin")
	want(t, 1, "short\n", "user", "add", "--data", data, "--shop", "cunkouxiaodian", "--login", "li", "--password-stdin")
	want(t, 1, "another long secret\n", "user", "add", "--data", data, "--shop", "cunkouxiaodian", "--login", "WANG", "--password-stdin")
	want(t, 0, "another long secret\n", "user", "password", "--data", data, "--login", "wang", "--password-stdin")
	want(t, 0, "", "verify", "--data", data)
	backup := filepath.Join(t.TempDir(), "copy.db")
	want(t, 0, "", "backup", backup, "--data", data)
	other := t.TempDir()
	want(t, 0, "", "restore", backup, "--data", other)
	if got := want(t, 0, "", "shop", "list", "--data", other); !strings.Contains(got, "村口小店") {
		t.Errorf("the restored shops: %q", got)
	}
	for _, args := range [][]string{{"restore", filepath.Join(data, "nothing.db"), "--data", other}, {"backup", filepath.Join(data, "none", "copy.db"), "--data", data}} {
		if got := want(t, 1, "", args...); !strings.HasPrefix(got, "buhuo: there is no fi") && !strings.HasPrefix(got, "buhuo: there is no fo") {
			t.Errorf("buhuo %v said %q", args, got)
		}
	}
	want(t, 0, "", "migrate", "--data", data)
}

func TestSettingsComeFromFlagsThenEnvironmentThenFile(t *testing.T) {
	t.Setenv("BUHUO_LANG", "en")
	a, b, c := t.TempDir(), t.TempDir(), t.TempDir()
	for folder, name := range map[string]string{a: "flag", b: "environment", c: "file"} {
		want(t, 0, "", "shop", "add", "--data", folder, "--name", name)
	}
	file := filepath.Join(t.TempDir(), "buhuo.conf")
	if err := os.WriteFile(file, []byte("# where the shop lives\ndata = "+c+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := want(t, 0, "", "shop", "list", "--config", file); !strings.Contains(got, "file") {
		t.Errorf("from the file: %q", got)
	}
	t.Setenv("BUHUO_DATA", b)
	if got := want(t, 0, "", "shop", "list", "--config", file); !strings.Contains(got, "environment") {
		t.Errorf("from the environment: %q", got)
	}
	if got := want(t, 0, "", "shop", "list", "--config", file, "--data", a); !strings.Contains(got, "flag") {
		t.Errorf("from the flag: %q", got)
	}
	if err := os.WriteFile(file, []byte("dta = x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := want(t, 2, "", "shop", "list", "--config", file); !strings.Contains(got, "dta") {
		t.Errorf("a misspelt setting: %q", got)
	}
}

func TestForecastWritesOnlyTheFilesNamed(t *testing.T) {
	t.Setenv("BUHUO_LANG", "en")
	folder := t.TempDir()
	in, steps := filepath.Join(folder, "in.csv"), filepath.Join(folder, "steps.csv")
	rows := "item,date,quantity\n"
	for d := 1; d <= 28; d++ {
		rows += "枣,2026-02-" + string(rune('0'+d/10)) + string(rune('0'+d%10)) + ",5\n"
	}
	if err := os.WriteFile(in, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	got := want(t, 0, "", "forecast", in, "--horizon", "2")
	if !strings.HasPrefix(got, "item,date,mean,q0.5,q0.9,q0.95,q0.99\n") || !strings.Contains(got, "枣,2026-03-01,5") || strings.Count(got, "\n") != 3 {
		t.Errorf("standard output:\n%s", got)
	}
	if got := want(t, 0, rows, "forecast", "-", "--horizon", "2", "--steps", steps); got != "" {
		t.Errorf("said %q", got)
	}
	want(t, 1, "", "forecast", in, "--items", filepath.Join(folder, "none.csv"), "--sums", filepath.Join(folder, "sums.csv"))
	left, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 2 {
		t.Errorf("the folder holds %v", left)
	}
}

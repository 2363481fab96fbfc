package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buhuo/internal/db"
)

// write makes a file in a fresh folder.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// trading makes a shop with products and two months of sales.
func trading(t *testing.T) (data string) {
	t.Helper()
	t.Setenv("BUHUO_LANG", "en")
	data = t.TempDir()
	want(t, 0, "", "shop", "add", "--data", data, "--name", "村口", "--slug", "cunkou")
	want(t, 0, "", "import", "products", write(t, "p.csv", "item,name,category,unit,loss_percent\n1,青菜,蔬菜,kg,9.43\n2,𬍛菇,菌,kg,0\n"), "--shop", "cunkou", "--data", data)
	var sales strings.Builder
	sales.WriteString("item,date,quantity,price,cost\n")
	for d := 1; d <= 30; d++ {
		fmt.Fprintf(&sales, "1,2026-06-%02d,%d.5,6,4\n2,2026-06-%02d,3,12,8\n", d, 8+d%4, d)
	}
	file := write(t, "s.csv", sales.String())
	if got := want(t, 0, "", "import", "sales", file, "--shop", "cunkou", "--data", data); !strings.Contains(got, "60 new") {
		t.Fatalf("the first import said %q", got)
	}
	if got := want(t, 0, "", "import", "sales", file, "--shop", "cunkou", "--data", data); !strings.Contains(got, " 0 new") || !strings.Contains(got, "60 already here") {
		t.Errorf("the same file again said %q", got)
	}
	return data
}

func TestSuggestContract(t *testing.T) {
	data := trading(t)
	const columns = "product_code,product_name,on_hand,on_order,stockout_probability,run_out_date,supplier,quantity,unit,pack_quantity,pack_unit,unit_price,line_cost,saving,reason"
	for _, args := range [][]string{{}, {"--as-of", "2026-06-20"}, {"--as-of", "2026-06-30", "--lang", "zh-Hans"}} {
		out := want(t, 0, "", append([]string{"suggest", "--shop", "cunkou", "--data", data, "--csv"}, args...)...)
		lines := strings.Split(strings.TrimPrefix(out, "\ufeff"), "\r\n")
		if lines[0] != columns || !strings.HasSuffix(out, "\r\n") {
			t.Errorf("suggest %v begins with %q", args, lines[0])
		}
		if len(args) > 0 && len(lines) != 4 {
			t.Errorf("suggest %v has %d lines:\n%s", args, len(lines)-2, out)
		}
	}
	want(t, 2, "", "suggest", "--shop", "cunkou", "--data", data, "--as-of", "yesterday")
	want(t, 2, "", "suggest", "--shop", "cunkou", "--data", data, "--csv", "--json")
	want(t, 1, "", "suggest", "--shop", "nowhere", "--data", data)
	want(t, 1, "", "order", "export", "PO-2026-0001", "--shop", "cunkou", "--data", data)
	want(t, 1, "", "order", "export", "0190b0f2-0000-7000-8000-000000000000", "--shop", "cunkou", "--data", data)
}

// TestCommandsRefuseBadFiles: one sentence, status 1, and the books still agree.
func TestCommandsRefuseBadFiles(t *testing.T) {
	data := trading(t)
	before := want(t, 0, "", "suggest", "--shop", "cunkou", "--data", data, "--as-of", "2026-06-30", "--csv")
	for name, content := range map[string]string{
		"nothing": "", "one long line": strings.Repeat("a", 10<<20), "broken UTF-8": "item,date,quantity\n\xff\xfe\xfd,2026-06-01,1\n", "a NUL": "item,date,quantity\n1\x00,2026-06-01,1\n",
		"1,000 columns": "item,date,quantity" + strings.Repeat(",x", 1000) + "\n", "products": "item,name,category,unit\n1,x,y,kg\n", "no gzip": "\x1f\x8b123", "a workbook": "PK\x03\x04xxxx", "words": "hello\n",
	} {
		out := want(t, 1, "", "import", "sales", write(t, "bad.csv", content), "--shop", "cunkou", "--data", data)
		if n := strings.Count(strings.TrimSpace(out), "\n"); n > 0 || len(out) < 20 || len(out) > 600 || strings.Contains(out, "sales.") || strings.Contains(out, "goroutine") {
			t.Errorf("%s: %d lines: %.300q", name, n+1, out)
		}
	}
	want(t, 1, "", "import", "sales", filepath.Join(t.TempDir(), "none.csv"), "--shop", "cunkou", "--data", data)
	want(t, 1, "", "import", "sales", t.TempDir(), "--shop", "cunkou", "--data", data)
	want(t, 1, "", "import", "sales", "--undo", "99", "--shop", "cunkou", "--data", data)
	want(t, 2, "", "import", "sales", "--undo", "x", "--shop", "cunkou", "--data", data)
	if after := want(t, 0, "", "suggest", "--shop", "cunkou", "--data", data, "--as-of", "2026-06-30", "--csv"); after != before {
		t.Error("a refused file changed the suggestions")
	}
	want(t, 0, "", "verify", "--data", data)
	want(t, 0, "", "import", "sales", "--undo", "2", "--shop", "cunkou", "--data", data)
	want(t, 0, "", "verify", "--data", data)
	if left := want(t, 0, "", "suggest", "--shop", "cunkou", "--data", data, "--as-of", "2026-06-30", "--csv"); strings.Count(left, "\n") != 1 {
		t.Errorf("the sales were taken back, and yet:\n%s", left)
	}
}

// TestVerifyNamesWhatIsWrong changes rows behind the program's back.
func TestVerifyNamesWhatIsWrong(t *testing.T) {
	for name, statement := range map[string]string{
		"a balance":      "UPDATE stock_balances SET on_hand = on_hand + 1",
		"a lot's":        "UPDATE lot_balances SET quantity = quantity + 1",
		"the ledger":     "DROP TRIGGER movements_no_update; UPDATE movements SET quantity = quantity + 1",
		"the trail":      "DROP TRIGGER audit_no_update; UPDATE audit SET action = 'order.send' WHERE seq = 1",
		"a missing line": "DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE seq = 2",
	} {
		data := trading(t)
		want(t, 0, "", "import", "stock", write(t, "k.csv", "item,quantity,cost\n1,5,4\n"), "--shop", "cunkou", "--data", data)
		want(t, 0, "", "verify", "--data", data)
		d, err := db.Open(t.Context(), data)
		if err != nil {
			t.Fatal(err)
		}
		wide := db.Installation(t.Context())
		err = d.Do(wide, func(ctx context.Context) error {
			for _, one := range strings.Split(statement, ";") {
				if err := d.From(ctx).Exec(one).Error; err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if out := want(t, 1, "", "verify", "--data", data); !strings.Contains(out, "cunkou") {
			t.Errorf("%s: verify says %q", name, out)
		}
	}
}

// TestADemoStaysAtHome: everybody knows the demo's password, so nobody else may
// reach it.
func TestADemoStaysAtHome(t *testing.T) {
	t.Setenv("BUHUO_LANG", "en")
	data := t.TempDir()
	want(t, 0, "", "shop", "add", "--data", data, "--name", "demo")
	d, err := db.Open(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Do(db.Installation(t.Context()), func(ctx context.Context) error {
		return d.From(ctx).Exec("INSERT INTO installation (name, value) VALUES ('demo', '{}')").Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	for _, addr := range []string{"0.0.0.0:0", "[::]:0", ":0", "192.0.2.1:0", "example.org:0", "0:0"} {
		if out := want(t, 1, "", "serve", "--data", data, "--addr", addr); !strings.Contains(out, "demo") {
			t.Errorf("serve on %s says %q", addr, out)
		}
	}
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0"} {
		ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
		banner := &waiter{stop: stop}
		status := run(ctx, []string{"serve", "--data", data, "--addr", addr}, strings.NewReader(""), banner, &bytes.Buffer{})
		if !strings.Contains(banner.String(), "http://") && strings.HasPrefix(addr, "127") {
			t.Errorf("serve on %s: status %d, %q", addr, status, banner.String())
		}
		stop()
	}
}

// waiter stops the program as soon as it has said where it serves.
type waiter struct {
	bytes.Buffer
	stop func()
}

func (w *waiter) Write(p []byte) (int, error) {
	n, err := w.Buffer.Write(p)
	if strings.Contains(w.String(), "http://") {
		w.stop()
	}
	return n, err
}

// TestForecastRefuses: bad files and flags get a sentence, and no file is begun.
func TestForecastRefuses(t *testing.T) {
	t.Setenv("BUHUO_LANG", "en")
	folder := t.TempDir()
	const good = "item,date,quantity\na,2026-01-01,5\na,2026-01-20,4\n"
	for name, content := range map[string]string{
		"nothing": "", "only a header": "item,date,quantity\n", "no date": "item,quantity\na,1\n", "1899": "item,date,quantity\na,1899-12-31,1\n", "2999": "item,date,quantity\na,2999-01-01,1\n",
		"no number": "item,date,quantity\na,2026-01-01,viel\n", "NaN": "item,date,quantity\na,2026-01-01,NaN\n", "Inf": "item,date,quantity\na,2026-01-01,Inf\n",
		"huge": "item,date,quantity\na,2026-01-01,1e300\n", "no item": "item,date,quantity\n,2026-01-01,1\n", "torn gzip": "\x1f\x8b12", "broken UTF-8": "item,date,quantity\n\xff\xfe,2026-01-01,1\n",
		"availability beyond 1": "item,date,quantity,available\na,2026-01-01,1,1.5\n", "availability below 0": "item,date,quantity,available\na,2026-01-01,1,-0.5\n",
		"no such day": "item,date,quantity\na,2026-02-30,1\n", "one long line": strings.Repeat("a", 5<<20),
	} {
		status, _, out := call(t, "", "forecast", write(t, "x.csv", content), "--horizon", "3", "--steps", filepath.Join(folder, "steps.csv"), "--sums", filepath.Join(folder, "sums.csv"))
		if status != exitFailed {
			t.Errorf("%s: status %d", name, status)
		}
		if len(out) < 15 || len(out) > 600 || strings.Contains(out, "goroutine") {
			t.Errorf("%s: %.300q", name, out)
		}
	}
	file := write(t, "good.csv", good)
	for _, flags := range [][]string{
		{"--horizon", "-1"}, {"--horizon", "x"}, {"--freq", "year"}, {"--quantiles", "0"}, {"--quantiles", "1"}, {"--quantiles", "0.9,0.5,x"}, {"--quantiles", "NaN"},
		{"--horizon", "99999999999999999999"},
	} {
		if status, _, said := call(t, "", append([]string{"forecast", file}, flags...)...); status != exitMisused {
			t.Errorf("forecast %v: status %d: %s", flags, status, said)
		}
	}
	want(t, 1, "", "forecast", file, "--horizon", "3", "--steps", filepath.Join(folder, "no", "such", "folder", "steps.csv"))
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			t.Errorf("%s was begun", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, 0, "", "forecast", file, "--horizon", "3")
}

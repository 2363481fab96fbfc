package table_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/replay"
	"buhuo/internal/replay/table"
)

var monday = day.New(2025, 1, 6)

// sheet is a table of two items over n days: 枣 sells every day, "rare, kept" every tenth.
func sheet(n int) string {
	var b strings.Builder
	b.WriteString("item,date,quantity,price,cost\n")
	for d := range n {
		date := monday.Add(d)
		fmt.Fprintf(&b, "枣,%s,%d,%d,%d\n", date, 1+d%5, 10+d%3, 6)
		if d%10 == 3 {
			fmt.Fprintf(&b, "\"rare, kept\",%s,2,4,9\n", date)
		}
		if d%10 == 5 {
			fmt.Fprintf(&b, "\"rare, kept\",%s,-1,,\n", date) // a return
		}
	}
	return b.String()
}

func read(t *testing.T, text string, window int, s table.Select) *replay.Shop {
	t.Helper()
	shop, err := table.Read(strings.NewReader(text), window, s)
	if err != nil {
		t.Fatal(err)
	}
	return shop
}

func TestWhichItems(t *testing.T) {
	shop := read(t, sheet(100), 27, table.Select{MinSalesDays: 5, CostShare: 0.6})
	if len(shop.Items) != 2 || len(shop.All) != 2 {
		t.Fatalf("%d items of %d", len(shop.Items), len(shop.All))
	}
	rare, jujube := shop.Items[0], shop.Items[1]
	if rare.ID != "rare, kept" || rare.Start != monday.Add(3) || len(rare.Demand) != 97 || rare.Demand[0] != 2 || rare.Demand[2] != 0 {
		t.Errorf("%s begins on %s with %v", rare.ID, rare.Start, rare.Demand[:4])
	}
	if rare.Price != 4 || rare.Cost != 0.95*4 { // the cost is capped
		t.Errorf("price %v, cost %v", rare.Price, rare.Cost)
	}
	if jujube.Price != 11 || jujube.Cost != 6 || len(jujube.Demand) != 100 || jujube.Sales.ID != "枣" {
		t.Errorf("price %v, cost %v, %d days of %s", jujube.Price, jujube.Cost, len(jujube.Demand), jujube.Sales.ID)
	}
	if got := read(t, sheet(100), 27, table.Select{MinSalesDays: 50, CostShare: 0.6}); len(got.Items) != 1 || got.Items[0].ID != "枣" || len(got.All) != 2 {
		t.Errorf("%d items with 50 days of sales", len(got.Items))
	}
	late := monday.Add(97)
	if got := read(t, sheet(100), 27, table.Select{MinSalesDays: 5, SoldSince: late}); len(got.Items) != 1 {
		t.Errorf("%d items sold since %s", len(got.Items), late)
	}
	if got := read(t, sheet(100), 30, table.Select{MinSalesDays: 5}); len(got.Items) != 1 { // the rare one has 97 days
		t.Errorf("%d items with 100 days", len(got.Items))
	}
	if _, err := table.Read(strings.NewReader(sheet(100)), 31, table.Select{MinSalesDays: 5}); err == nil {
		t.Error("a past of 100 days is too short for a window of 31")
	}
	var small bytes.Buffer
	z := gzip.NewWriter(&small)
	z.Write([]byte(sheet(100)))
	z.Close()
	if got := read(t, small.String(), 27, table.Select{MinSalesDays: 5}); len(got.Items) != 2 {
		t.Error("the compressed table differs")
	}
}

func TestPricesThatTheTableLacks(t *testing.T) {
	plain := strings.ReplaceAll(sheet(100), "item,date,quantity,price,cost", "item,date,quantity,was,paid")
	if _, err := table.Read(strings.NewReader(plain), 20, table.Select{MinSalesDays: 5}); err == nil || !strings.Contains(err.Error(), "--price") {
		t.Errorf("without a price: %v", err)
	}
	shop := read(t, plain, 20, table.Select{MinSalesDays: 5, Price: 8, CostShare: 0.5})
	if it := shop.Items[0]; it.Price != 8 || it.Cost != 4 {
		t.Errorf("price %v, cost %v", it.Price, it.Cost)
	}
}

func TestRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "a header": "item,date,quantity\n", "no date": "item,quantity\na,1\n", "short": sheet(60), "NaN": "item,date,quantity\na,2026-01-01,NaN\n",
		"a cost of minus 1": "item,date,quantity,cost\na,2026-01-01,1,-1\n", "torn gzip": "\x1f\x8b12",
	} {
		_, err := table.Read(strings.NewReader(text), 30, table.Select{MinSalesDays: 5, Price: 1})
		if err == nil || len(err.Error()) < 15 || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, s := range []table.Select{{MinSalesDays: 0}, {MinSalesDays: 1, Price: -1}, {MinSalesDays: 1, CostShare: 1.5}} {
		if s.Check() == nil {
			t.Errorf("accepted %+v", s)
		}
	}
}

func TestShapes(t *testing.T) {
	shop := read(t, sheet(100), 25, table.Select{MinSalesDays: 5})
	rules := replay.Rules{Lead: 1, Review: 1, Shelf: 3, Holding: 0.002, Window: 25, Warmup: 5}
	choices, err := replay.Choose("cover", false)
	if err != nil {
		t.Fatal(err)
	}
	var results []replay.Result
	for _, c := range choices {
		r, err := replay.Replay(shop, rules, c.Policy, c.Parameter, 1)
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, r)
	}
	var text, csv, js, levels bytes.Buffer
	for _, err := range []error{table.WriteText(&text, results), table.WriteCSV(&csv, results), table.WriteJSON(&js, results), table.WriteLevels(&levels, shop, results[0])} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(text.String(), "\n"); n != 4 || !strings.Contains(text.String(), "cover:3") {
		t.Errorf("text:\n%s", &text)
	}
	lines := strings.Split(strings.TrimSpace(csv.String()), "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[0], "policy,parameter,items,fill_value,") || strings.Count(lines[3], ",") != strings.Count(lines[0], ",") || !strings.HasPrefix(lines[2], "cover,3,2,") {
		t.Errorf("CSV:\n%s", &csv)
	}
	var got struct{ Policies []map[string]any }
	if err := json.Unmarshal(js.Bytes(), &got); err != nil || len(got.Policies) != 3 {
		t.Fatalf("JSON: %v\n%s", err, &js)
	}
	for _, name := range []string{"policy", "parameter", "items", "fill_value", "fill_mean", "stockout_days_percent", "stock_days", "waste_percent", "cost_percent"} {
		if _, ok := got.Policies[0][name]; !ok {
			t.Errorf("JSON has no %q", name)
		}
	}
	if len(got.Policies[0]) != 9 {
		t.Errorf("JSON has %d fields", len(got.Policies[0]))
	}
	rows := strings.Split(strings.TrimSpace(levels.String()), "\n")
	if len(rows) != 1+2*25 || rows[0] != "item,date,order_up_to" || !strings.HasPrefix(rows[1], `"rare, kept",`+monday.Add(75).String()+",") || !strings.HasPrefix(rows[50], "枣,"+monday.Add(99).String()+",") {
		t.Errorf("levels:\n%s", &levels)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sheet(80))
	f.Add("item,date,quantity,cost\na,2026-01-01,1,1e12\na,2026-12-01,1,0\n")
	f.Fuzz(func(t *testing.T, text string) {
		shop, err := table.Read(strings.NewReader(text), 3, table.Select{MinSalesDays: 1, Price: 1, CostShare: 0.6})
		if err != nil {
			return
		}
		for _, it := range shop.Items {
			if len(it.Demand) < 73 || !(it.Price > 0) || !(it.Cost < it.Price) || it.Demand[0] <= 0 {
				t.Fatalf("%+v", it)
			}
		}
	})
}

package table_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
	"buhuo/internal/restock"
	"buhuo/internal/restock/table"
)

func words(l i18n.Lang) table.Words {
	return table.Words{Printer: i18n.For(l), Currency: money.CNY, ShowUnit: "jin"}
}

func rows() []restock.Row {
	out, saving := day.New(2026, time.November, 26), money.Amount(-1_250)
	reason := []replenish.Message{
		{Key: "reason.demand", Args: []replenish.Arg{{Name: "rate", Kind: replenish.KindQuantity, Int: 6_000, Unit: "kg"}}},
		{Key: "reason.of_a_later_version"},
		{Key: "reason.note_pack", Args: []replenish.Arg{{Name: "need", Kind: replenish.KindQuantity, Int: 27_500, Unit: "kg"}}},
	}
	return []restock.Row{
		{Code: "1001", Name: "脐橙, \"大\"", Unit: "kg", SupplierName: "合作社", Suggestion: restock.Suggestion{
			OnHand: 9_125, OnOrder: 0, RiskPPM: 743_980, RunOut: &out, Quantity: 30_000, PackQuantity: 6_000, PackUnit: "box",
			UnitPrice: 104_000, LineCost: 31_200, Saving: &saving, Reason: reason,
		}},
		{Code: "=1+1", Name: "@SUM(A1)", Unit: "bag", Suggestion: restock.Suggestion{
			OnHand: -2_000, RiskPPM: 1_000_000, Quantity: 1_000, PackQuantity: 1_000, PackUnit: "bag", UnitPrice: 5, LineCost: 0,
		}},
		{Code: "none", Name: "nothing to order", Suggestion: restock.Suggestion{RiskPPM: 900_000}},
	}
}

func write(t *testing.T, f table.Format, l i18n.Lang) string {
	t.Helper()
	var b bytes.Buffer
	if err := table.Write(&b, f, rows(), words(l)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCSV(t *testing.T) {
	for _, l := range i18n.Langs() {
		text := write(t, table.CSV, l)
		body, ok := strings.CutPrefix(text, "\ufeff")
		if !ok || strings.Count(text, "\r\n") != 3 || strings.Count(text, "\n") != 3 {
			t.Errorf("%s: no mark or other line ends: %q", l, text)
		}
		records, err := csv.NewReader(strings.NewReader(body)).ReadAll()
		if err != nil || len(records) != 3 {
			t.Fatalf("%s: %d lines, %v", l, len(records), err)
		}
		if !slices.Equal(records[0], table.Columns()) {
			t.Errorf("%s: columns %v", l, records[0])
		}
		want := []string{"1001", "脐橙, \"大\"", "9.125", "0", "0.74398", "2026-11-26", "合作社", "30", "kg", "6", "box", "10.40", "312.00", "-12.50"}
		if got := records[1][:14]; !slices.Equal(got, want) {
			t.Errorf("%s:\n got %v\nwant %v", l, got, want)
		}
		want = []string{"'=1+1", "'@SUM(A1)", "-2", "0", "1.0", "", "", "1", "bag", "1", "bag", "0.0005", "0.00", "", ""}
		if got := records[2]; !slices.Equal(got, want) {
			t.Errorf("%s:\n got %v\nwant %v", l, got, want)
		}
	}
}

func TestJSON(t *testing.T) {
	var answer struct {
		Suggestions []map[string]any `json:"suggestions"`
	}
	if err := json.Unmarshal([]byte(write(t, table.JSON, i18n.Fr)), &answer); err != nil {
		t.Fatal(err)
	}
	if len(answer.Suggestions) != 2 {
		t.Fatalf("%d suggestions", len(answer.Suggestions))
	}
	first, second := answer.Suggestions[0], answer.Suggestions[1]
	if first["on_hand"] != 9.125 || first["saving"] != -12.5 || first["run_out_date"] != "2026-11-26" || first["product_name"] != `脐橙, "大"` {
		t.Errorf("first: %v", first)
	}
	if second["saving"] != nil || second["run_out_date"] != nil || len(second) != len(table.Columns()) {
		t.Errorf("second: %v", second)
	}
	var b bytes.Buffer
	if err := table.Write(&b, table.JSON, nil, words(i18n.En)); err != nil || strings.TrimSpace(b.String()) != `{"suggestions":[]}` {
		t.Errorf("nothing: %s, %v", b.String(), err)
	}
}

func TestText(t *testing.T) {
	for l, want := range map[i18n.Lang][]string{
		i18n.ZhHans: {"60\u00a0斤（6\u00a0箱）", "每天约卖 12\u00a0斤。", "共 2 种商品，合计 ¥312.00。"},
		i18n.Fr:     {"60\u00a0jin (6\u00a0caisses)", "312,00\u00a0CN¥", "2 articles"},
		i18n.En:     {"60\u00a0jin (6\u00a0boxes)", "CN¥312.00", "2 products"},
	} {
		text := write(t, table.Text, l)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s lacks %q:\n%s", l, w, text)
			}
		}
		if strings.Contains(text, "of_a_later_version") {
			t.Errorf("%s says what it has no words for:\n%s", l, text)
		}
	}
	if err := table.Write(&bytes.Buffer{}, "xml", rows(), words(i18n.En)); err == nil {
		t.Error("a format that does not exist was written")
	}
}

// Every kind of argument, in every language: written, never shown raw.
func TestArguments(t *testing.T) {
	args := []struct {
		arg  replenish.Arg
		want map[i18n.Lang]string
	}{
		{replenish.Arg{Kind: replenish.KindQuantity, Int: 30_000, Unit: "kg", Packs: 6, PackUnit: "box"}, map[i18n.Lang]string{i18n.ZhHans: "60\u00a0斤（6\u00a0箱）", i18n.En: "60\u00a0jin (6\u00a0boxes)"}},
		{replenish.Arg{Kind: replenish.KindQuantity, Int: 5_000, Unit: "kg", Packs: 10, PackUnit: "jin"}, map[i18n.Lang]string{i18n.ZhHans: "10\u00a0斤", i18n.En: "10\u00a0jin"}},
		{replenish.Arg{Kind: replenish.KindQuantity, Int: 3_000, Unit: "bag", Packs: 3, PackUnit: "bag"}, map[i18n.Lang]string{i18n.ZhHans: "3\u00a0袋", i18n.Fr: "3\u00a0sachets"}},
		{replenish.Arg{Kind: replenish.KindDate, Int: int64(day.New(2026, time.November, 26))}, map[i18n.Lang]string{i18n.ZhHans: "11月26日 周四", i18n.En: "Thursday 26\u00a0Nov"}},
		{replenish.Arg{Kind: replenish.KindMoney, Int: 31_200, Unit: "CNY"}, map[i18n.Lang]string{i18n.ZhHans: "¥312.00", i18n.Fr: "312,00\u00a0CN¥"}},
		{replenish.Arg{Kind: replenish.KindPrice, Int: 104_000, Unit: "CNY"}, map[i18n.Lang]string{i18n.ZhHans: "¥10.40"}},
		{replenish.Arg{Kind: replenish.KindPrice, Int: 28_531, Unit: "CNY"}, map[i18n.Lang]string{i18n.ZhHans: "¥2.85"}},
		{replenish.Arg{Kind: replenish.KindPercent, Int: 30}, map[i18n.Lang]string{i18n.ZhHans: "30%", i18n.En: "30%"}},
		{replenish.Arg{Kind: replenish.KindWeekday, Int: 6}, map[i18n.Lang]string{i18n.ZhHans: "周六", i18n.Fr: "samedi"}},
		{replenish.Arg{Kind: replenish.KindWeekday, Int: -1}, map[i18n.Lang]string{i18n.ZhHans: "周六"}},
		{replenish.Arg{Kind: replenish.KindFestival, Text: string(day.SpringFestival)}, map[i18n.Lang]string{i18n.ZhHans: "春节"}},
		{replenish.Arg{Kind: replenish.KindText, Text: "合作社"}, map[i18n.Lang]string{i18n.En: "合作社"}},
	}
	for _, a := range args {
		a.arg.Name = "rate"
		for l, want := range a.want {
			said := words(l).Say(replenish.Message{Key: "reason.demand", Args: []replenish.Arg{a.arg}})
			if !strings.Contains(said, want) {
				t.Errorf("%s %s: %q, want %q", l, a.arg.Kind, said, want)
			}
		}
	}
}

func TestAmounts(t *testing.T) {
	w := words(i18n.ZhHans)
	for got, want := range map[string]string{
		w.Amount(16_715, "kg"):              "33.43\u00a0斤",
		w.Tenth(16_715, "kg"):               "33.4\u00a0斤",
		w.Tenth(-16_745, "kg"):              "\u221233.5\u00a0斤",
		w.Tenth(20, "kg"):                   "0.04\u00a0斤",
		w.Rough(3_212, "kg"):                "6.4\u00a0斤",
		w.Rough(6_300, "kg"):                "13\u00a0斤",
		w.Price(52_000, "kg"):               "¥2.60/斤",
		w.Price(52_001, "kg"):               "¥5.2001/公斤",
		w.Landed(56_975, "kg"):              "¥2.85/斤",
		w.Landed(56_975, "piece"):           "¥5.70/件",
		w.Packed(1_000, "kg", 0, "box"):     "2\u00a0斤",
		w.Amount(measure.MaxQuantity, "kg"): "10,000,000,000\u00a0公斤",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	metric := table.Words{Printer: i18n.For(i18n.En), Currency: money.CNY, ShowUnit: "kg"}
	if got := metric.Amount(16_715, "kg"); got != "16.715\u00a0kg" {
		t.Errorf("in kg: %q", got)
	}
}

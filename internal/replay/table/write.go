package table

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"
	"text/tabwriter"

	sales "buhuo/internal/demand/table"
	"buhuo/internal/replay"
)

// row is a result as JSON has it.
type row struct {
	Policy          string  `json:"policy"`
	Parameter       float64 `json:"parameter"`
	Items           int     `json:"items"`
	FillValue       float64 `json:"fill_value"`
	FillMean        float64 `json:"fill_mean"`
	StockoutPercent float64 `json:"stockout_days_percent"`
	StockDays       float64 `json:"stock_days"`
	WastePercent    float64 `json:"waste_percent"`
	CostPercent     float64 `json:"cost_percent"`
}

// WriteJSON writes {"policies":[…]}.
func WriteJSON(w io.Writer, results []replay.Result) error {
	rows := make([]row, len(results))
	for i, r := range results {
		f := r.Figures
		rows[i] = row{r.Policy, r.Parameter, f.Items, f.FillValue, f.FillMean, f.StockoutPercent, f.StockDays, f.WastePercent, f.CostPercent}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(map[string][]row{"policies": rows})
}

// column is one of the columns of the two tables: decimals as a person reads them.
type column struct {
	name, head string
	decimals   int
	value      func(f *replay.Figures) float64
}

var columns = []column{
	{"items", "items", 0, func(f *replay.Figures) float64 { return float64(f.Items) }},
	{"fill_value", "fill (value)", 4, func(f *replay.Figures) float64 { return f.FillValue }},
	{"fill_mean", "fill (mean)", 4, func(f *replay.Figures) float64 { return f.FillMean }},
	{"stockout_days_percent", "stock-out days %", 1, func(f *replay.Figures) float64 { return f.StockoutPercent }},
	{"stock_days", "stock (days)", 2, func(f *replay.Figures) float64 { return f.StockDays }},
	{"waste_percent", "waste %", 1, func(f *replay.Figures) float64 { return f.WastePercent }},
	{"cost_percent", "cost %", 2, func(f *replay.Figures) float64 { return f.CostPercent }},
	{"orders_per_week", "orders/week", 1, func(f *replay.Figures) float64 { return f.OrdersPerWeek }},
	{"cash", "cash in stock", 0, func(f *replay.Figures) float64 { return f.Cash }},
}

// WriteText writes a table for people.
func WriteText(w io.Writer, results []replay.Result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := []byte("policy\t")
	for _, c := range columns {
		line = append(append(line, c.head...), '\t')
	}
	t.Write(append(line, '\n')) // a failed write comes back from Flush
	for _, r := range results {
		line = append(append(line[:0], name(r)...), '\t')
		for _, c := range columns {
			line = append(strconv.AppendFloat(line, c.value(&r.Figures), 'f', c.decimals, 64), '\t')
		}
		t.Write(append(line, '\n'))
	}
	return t.Flush()
}

func name(r replay.Result) string {
	return r.Policy + ":" + strconv.FormatFloat(r.Parameter, 'g', 4, 64)
}

// WriteCSV writes a table for machines.
func WriteCSV(w io.Writer, results []replay.Result) error {
	b := bufio.NewWriter(w)
	b.WriteString("policy,parameter") // a failed write comes back from Flush
	for _, c := range columns {
		b.WriteString("," + c.name)
	}
	for _, r := range results {
		b.WriteString("\n" + r.Policy + "," + number(r.Parameter))
		for _, c := range columns {
			b.WriteString("," + number(c.value(&r.Figures)))
		}
	}
	b.WriteString("\n")
	return b.Flush()
}

// WriteLevels writes item,date,order_up_to of every item and day of the window.
func WriteLevels(w io.Writer, shop *replay.Shop, r replay.Result) error {
	b := bufio.NewWriter(w)
	b.WriteString("item,date,order_up_to\n") // a failed write comes back from Flush
	for i := range shop.Items {
		it := &shop.Items[i]
		first := it.Start.Add(len(it.Demand) - len(r.Levels[i]))
		for d, level := range r.Levels[i] {
			b.WriteString(sales.Quote(it.ID) + "," + first.Add(d).String() + "," + number(level) + "\n")
		}
	}
	return b.Flush()
}

// number keeps every digit, so that another replay comes to the same.
func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

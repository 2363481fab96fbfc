package table

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
	"buhuo/internal/web/sheet"
)

// Format is how a table is written.
type Format string

// The formats: CSV and JSON for machines, with the same names and numbers in every
// language; Text for a person at a terminal.
const (
	CSV  Format = "csv"
	JSON Format = "json"
	Text Format = "text"
)

// Columns are the columns in their order.
func Columns() []string {
	return []string{
		"product_code", "product_name", "on_hand", "on_order", "stockout_probability", "run_out_date", "supplier",
		"quantity", "unit", "pack_quantity", "pack_unit", "unit_price", "line_cost", "saving", "reason",
	}
}

// Write writes the rows with something to order; only the reason is in the
// reader's language.
func Write(out io.Writer, format Format, rows []restock.Row, w Words) error {
	switch format {
	case CSV:
		return writeCSV(out, rows, w)
	case JSON:
		return writeJSON(out, rows, w)
	case Text:
		return writeText(out, rows, w)
	}
	return fmt.Errorf("table: no format %q", format)
}

func writeCSV(out io.Writer, rows []restock.Row, w Words) error {
	s, err := sheet.NewWriter(out, Columns())
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.Quantity <= 0 {
			continue
		}
		err := s.Row([]string{
			r.Code, r.Name, r.OnHand.Decimal(), r.OnOrder.Decimal(), probability(r.RiskPPM), date(r.RunOut), r.SupplierName,
			r.Quantity.Decimal(), r.Unit, r.PackQuantity.Decimal(), r.PackUnit, r.UnitPrice.Decimal(), r.LineCost.Decimal(w.Currency),
			amount(r.Saving, w.Currency), w.Sentence(r.Reason),
		})
		if err != nil {
			return err
		}
	}
	return s.Flush()
}

func probability(ppm int) string { return measure.FormatFixed(int64(ppm), 6, 1) }

func date(d *day.Date) string {
	if d == nil {
		return ""
	}
	return d.String()
}

func amount(a *money.Amount, c money.Currency) string {
	if a == nil {
		return ""
	}
	return a.Decimal(c)
}

// record is a row as JSON: numbers are numbers, and exact.
type record struct {
	Code         string       `json:"product_code"`
	Name         string       `json:"product_name"`
	OnHand       json.Number  `json:"on_hand"`
	OnOrder      json.Number  `json:"on_order"`
	Probability  json.Number  `json:"stockout_probability"`
	RunOut       *string      `json:"run_out_date"`
	Supplier     string       `json:"supplier"`
	Quantity     json.Number  `json:"quantity"`
	Unit         string       `json:"unit"`
	PackQuantity json.Number  `json:"pack_quantity"`
	PackUnit     string       `json:"pack_unit"`
	UnitPrice    json.Number  `json:"unit_price"`
	LineCost     json.Number  `json:"line_cost"`
	Saving       *json.Number `json:"saving"`
	Reason       string       `json:"reason"`
}

func writeJSON(out io.Writer, rows []restock.Row, w Words) error {
	records := []record{}
	for _, r := range rows {
		if r.Quantity <= 0 {
			continue
		}
		one := record{
			Code: r.Code, Name: r.Name, OnHand: json.Number(r.OnHand.Decimal()), OnOrder: json.Number(r.OnOrder.Decimal()),
			Probability: json.Number(probability(r.RiskPPM)), Supplier: r.SupplierName, Quantity: json.Number(r.Quantity.Decimal()), Unit: r.Unit,
			PackQuantity: json.Number(r.PackQuantity.Decimal()), PackUnit: r.PackUnit, UnitPrice: json.Number(r.UnitPrice.Decimal()),
			LineCost: json.Number(r.LineCost.Decimal(w.Currency)), Reason: w.Sentence(r.Reason),
		}
		if r.RunOut != nil {
			one.RunOut = new(r.RunOut.String())
		}
		if r.Saving != nil {
			one.Saving = new(json.Number(r.Saving.Decimal(w.Currency)))
		}
		records = append(records, one)
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return enc.Encode(map[string]any{"suggestions": records})
}

func writeText(out io.Writer, rows []restock.Row, w Words) error {
	var b strings.Builder
	p := w.Printer
	var total money.Amount
	n := 0
	for _, r := range rows {
		if r.Quantity <= 0 {
			continue
		}
		n++
		if sum, err := total.Add(r.LineCost); err == nil {
			total = sum
		}
		b.WriteString(r.Name + " (" + r.Code + ")\n  ")
		b.WriteString(p.T("restock.text_line", i18n.A("quantity", w.Packed(r.Quantity, r.Unit, r.PackQuantity, r.PackUnit)),
			i18n.A("supplier", r.SupplierName), i18n.A("cost", w.Money(r.LineCost)), i18n.A("risk", p.Percent(float64(r.RiskPPM)/1e6))))
		b.WriteString("\n  " + w.Sentence(r.Reason) + "\n")
	}
	if n == 0 {
		b.WriteString(p.T("restock.nothing_to_order") + "\n")
	} else {
		b.WriteString(p.T("restock.text_total", i18n.A("n", n), i18n.A("total", w.Money(total))) + "\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

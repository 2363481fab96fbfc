package json_test

import (
	stdjson "encoding/json"
	"testing"

	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format/formattest"
	"buhuo/internal/purchase/format/json"
)

func TestFormat(t *testing.T) {
	formattest.Run(t, json.New(), func(_ *testing.T, written []byte) string { return string(written) })
}

func TestReadBack(t *testing.T) {
	formattest.ReadBack(t, json.New(), func(t *testing.T, written []byte, _ purchase.Document) formattest.Read {
		var o struct {
			Freight string `json:"freight"`
			Lines   []struct {
				ProductName string `json:"product_name"`
				Quantity    string `json:"quantity"`
				UnitPrice   string `json:"unit_price"`
				LineTotal   string `json:"line_total"`
			} `json:"lines"`
		}
		if err := stdjson.Unmarshal(written, &o); err != nil {
			t.Fatal(err)
		}
		var r formattest.Read
		for _, l := range o.Lines {
			r.Lines = append(r.Lines, formattest.Line{Name: l.ProductName, Quantity: l.Quantity, Price: l.UnitPrice, Total: l.LineTotal})
		}
		return r
	})
}

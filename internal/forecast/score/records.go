package score

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// measures are the columns of one set of measures.
var measures = []string{"steps", "rmsse", "mase", "abs_error", "error", "sold", "spl", "lspl", "hit0.5", "hit0.9", "hit0.95", "hit0.99"}

// shelf is put before the columns of the periods that were on the shelf throughout.
const shelf = "instock_"

// WriteRecords writes records as CSV, one line per item-cut, six digits, empty where nothing could
// be measured. The fair coverage is left out.
func WriteRecords(out io.Writer, records []Record) error {
	w := csv.NewWriter(out)
	line := []string{"item", "cut"}
	for _, prefix := range []string{"", shelf} {
		for _, name := range measures {
			line = append(line, prefix+name)
		}
	}
	w.Write(line) //nolint:errcheck // comes back from Error
	for _, r := range records {
		line = append(line[:0], r.Item, r.Cut)
		line = r.All.cells(line, true)
		line = r.InStock.cells(line, r.Shelf)
		w.Write(line) //nolint:errcheck // comes back from Error
	}
	w.Flush()
	return w.Error()
}

func (m Measures) cells(line []string, known bool) []string {
	if !known {
		return append(line, make([]string, len(measures))...)
	}
	line = append(line, strconv.Itoa(m.Steps))
	for _, p := range m.figures()[:len(measures)-1] {
		cell := ""
		if !math.IsNaN(*p) {
			cell = strconv.FormatFloat(*p, 'g', 6, 64)
		}
		line = append(line, cell)
	}
	return line
}

// ReadRecords reads what WriteRecords wrote. The fair coverage is not known of them.
func ReadRecords(in io.Reader) ([]Record, error) {
	r := csv.NewReader(in)
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file of records is empty")
	}
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i, name := range head {
		at[name] = i
	}
	for _, name := range append([]string{"item", "cut"}, measures...) {
		if _, ok := at[name]; !ok {
			return nil, fmt.Errorf("the file of records has no column %q", name)
		}
	}
	var out []Record
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		record := Record{Item: row[at["item"]], Cut: row[at["cut"]]}
		if record.All, _, err = readMeasures(row, at, ""); err != nil {
			return nil, err
		}
		if record.InStock, record.Shelf, err = readMeasures(row, at, shelf); err != nil {
			return nil, err
		}
		out = append(out, record)
	}
}

// readMeasures reads the columns with a prefix; known tells whether they were filled.
func readMeasures(row []string, at map[string]int, prefix string) (m Measures, known bool, err error) {
	m = nothing()
	figures := m.figures()
	for i, name := range measures {
		column, ok := at[prefix+name]
		if !ok || row[column] == "" {
			continue
		}
		v, err := strconv.ParseFloat(row[column], 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return m, false, fmt.Errorf("%s of %s is %q, which is not a number", prefix+name, row[at["item"]], row[column])
		}
		if i == 0 {
			m.Steps, known = int(v), true
			continue
		}
		*figures[i-1] = v
	}
	return m, known, nil
}

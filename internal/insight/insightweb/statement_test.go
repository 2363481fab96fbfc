package insightweb

import (
	"flag"
	"os"
	"strings"
	"testing"

	"buhuo/internal/i18n"
	"buhuo/internal/paper/papertest"
	insightview "buhuo/views/insight"
	"buhuo/views/layout"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestStatementDocument: the sheet is one page of A4 in every language, and holds every
// line with both its figures, in order.
func TestStatementDocument(t *testing.T) {
	for _, lang := range i18n.Langs() {
		p := i18n.For(lang)
		m := insightview.Statement{
			Chrome: layout.Chrome{Title: p.T("insight.statement")}, Shop: "村口小店", Window: "2026-11-01 – 2026-11-30", Other: "2025-11-12 – 2025-12-11", Made: p.T("insight.statement_made", i18n.A("day", "2026-12-01")),
			Signs: []string{p.T("insight.sign_shop"), p.T("insight.sign_office")},
		}
		for _, key := range strings.Fields("source.counter source.online source.wholesale source.processing source.harvest line.sales line.tax line.unknown line.cost line.margin kind.spoiled kind.missing kind.found kind.own_use line.losses line.result") {
			m.Lines = append(m.Lines, insightview.StatementLine{Name: p.T("insight." + key), Now: "¥12,345.67", Then: "−¥9,876.54", Sum: strings.HasPrefix(key, "line.sales")})
		}
		for _, key := range strings.Fields("on_credit paid_back cash_in written_off earned helpers_paid saved saved_estimated hours hours_saved times harvested made") {
			m.Besides = append(m.Besides, insightview.StatementLine{Name: p.T("insight.line." + key), Now: "¥1.00", Then: "–"})
		}
		written, err := document(m, p)
		if err != nil {
			t.Fatal(err)
		}
		if to := os.Getenv("STATEMENT"); to != "" { // to be looked at
			if err := os.WriteFile(to+"."+string(lang)+".pdf", written, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if n := papertest.Pages(t, written); n != 1 {
			t.Errorf("%s: %d pages", lang, n)
		}
		text := strings.Join(papertest.Texts(t, written), "\n") + "\n"
		rest := papertest.Bare(text)
		for _, l := range append(m.Lines, m.Besides...) {
			_, after, found := strings.Cut(rest, papertest.Bare(l.Name+l.Now+l.Then))
			if !found {
				t.Errorf("%s: %s is not there, or not in its place", lang, l.Name)
				continue
			}
			rest = after
		}
		file := "testdata/statement." + string(lang) + ".golden"
		if *update {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		golden, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if text != string(golden) {
			t.Errorf("%s: the sheet reads\n%s\nnot\n%s", lang, text, golden)
		}
	}
}

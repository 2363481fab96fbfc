package message_test

import (
	"strings"
	"testing"

	"buhuo/internal/i18n"
	"buhuo/internal/purchase/format/formattest"
	"buhuo/internal/purchase/format/message"
)

func TestFormat(t *testing.T) {
	formattest.Run(t, message.New(), func(_ *testing.T, written []byte) string { return string(written) })
}

// One line a product, whatever its name holds, with its quantity, price and amount.
func TestLines(t *testing.T) {
	for _, lang := range i18n.Langs() {
		p := i18n.For(lang)
		d := formattest.Extreme(t, string(lang), 40)
		lines := strings.Split(strings.TrimRight(string(formattest.Written(t, message.New(), d)), "\n"), "\n")
		if len(lines) != 1+len(d.Lines)+2 {
			t.Fatalf("%s: %d lines of text for %d products", lang, len(lines), len(d.Lines))
		}
		spaced := func(s string) string { return strings.Join(strings.Fields(s), " ") }
		for i, l := range d.Lines {
			for _, want := range []string{spaced(l.ProductName), spaced(p.Quantity(l.Quantity)), spaced(p.Money(l.Total, d.Order.Currency))} {
				if !strings.Contains(lines[i+1], want) {
					t.Errorf("%s: %q lacks %q", lang, lines[i+1], want)
				}
			}
		}
		if sum := lines[len(lines)-2]; !strings.HasSuffix(sum, spaced(p.Money(d.Sums.Payable, d.Order.Currency))) {
			t.Errorf("%s: the sum is %q", lang, sum)
		}
	}
}

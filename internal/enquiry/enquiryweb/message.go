package enquiryweb

import (
	"strings"

	"buhuo/internal/catalog"
	"buhuo/internal/enquiry"
	"buhuo/internal/i18n"
	"buhuo/internal/measure"
)

// languageOf is the language in which a supplier is written to.
func languageOf(s catalog.Supplier) i18n.Lang {
	if lang, ok := i18n.ParseLang(s.Language); ok {
		return lang
	}
	return i18n.ZhHans
}

// Message asks a supplier for prices, in his language and by his codes: a few lines for a
// chat. Lines that somebody has already are left out; empty when all are. link is where he may answer; "" where he cannot.
func Message(e enquiry.Enquiry, s catalog.Supplier, codes map[string]string, shop, weightUnit, link string) string {
	t := i18n.For(languageOf(s))
	v := voice{t: t, show: weightUnit}
	one := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	var lines []string
	for _, l := range e.Lines {
		if l.Award != nil {
			continue
		}
		name := one(l.ProductName)
		if code := codes[l.ProductID.String()]; code != "" {
			name += " [" + one(code) + "]"
		}
		u := v.in(l.Unit, l.Quantity)
		lines = append(lines, t.Int(int64(l.Line))+". "+name+"  "+v.amount(l.Quantity, l.Unit)+"  "+t.T("enquiry.message_per", arg("unit", t.Unit(u.Unit, measure.Thousandths))))
	}
	if len(lines) == 0 {
		return ""
	}
	tax := "enquiry.message_without_tax"
	if s.PricesIncludeTax {
		tax = "enquiry.message_with_tax"
	}
	head := []string{
		t.T("enquiry.message_head", arg("supplier", one(s.Name)), arg("shop", one(shop)), arg("number", e.NumberText())),
	}
	tail := []string{t.T(tax), t.T("enquiry.message_ask", arg("day", e.AnswerBy))}
	if e.Note != "" {
		tail = append([]string{e.Note}, tail...)
	}
	if link != "" {
		tail = append(tail, t.T("enquiry.message_link", arg("address", link)))
	}
	return strings.Join(append(append(head, lines...), tail...), "\n")
}

package format

import (
	"strings"

	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/purchase"
)

// Reminder asks the supplier, in the document's language, for what should have come by
// now: a few lines for a chat. Empty when nothing is overdue.
func Reminder(d purchase.Document, today day.Date) string {
	o := d.Order
	if o.Late(today) == 0 || o.SentDay == nil {
		return ""
	}
	lang, ok := i18n.ParseLang(d.Language)
	if !ok {
		lang = i18n.ZhHans
	}
	p := i18n.For(lang)
	lines := []string{p.T("purchase.remind_head", i18n.A("supplier", d.Supplier.Name), i18n.A("number", o.NumberText()), i18n.A("sent", *o.SentDay), i18n.A("due", o.DueDay))}
	for _, l := range o.Lines {
		missing, u := o.Next(l, today), d.Shown(l)
		if missing > 0 {
			lines = append(lines, "· "+strings.Join(strings.Fields(l.ProductName), " ")+"  "+p.Measured(u.Quantity(missing), u.Unit))
		}
	}
	return strings.Join(append(lines, p.T("purchase.remind_ask", i18n.A("shop", d.Shop))), "\n")
}

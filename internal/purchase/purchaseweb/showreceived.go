package purchaseweb

import (
	"strconv"

	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/web"
	purchaseviews "buhuo/views/purchase"
	"buhuo/views/ui"
)

// missing says how what came of a line differs from what was to come: the rest that is
// still on its way, with its day, what will not come, what came on top.
func missing(p *i18n.Printer, o purchase.Order, l purchase.OrderLine, u purchase.Shown) string {
	owed := i18n.A("quantity", said(p, u, l.Owed()))
	switch over := l.Received - l.Promised(); {
	case o.State.Open() && l.Owed() > 0 && l.Received > 0:
		return p.T("purchase.back_ordered", owed, i18n.A("day", p.DateShort(o.DueDay)))
	case o.State.Open() && l.Owed() > 0:
		return p.T("purchase.owed", owed)
	case o.State == purchase.ClosedShort && l.Owed() > 0:
		return p.T("purchase.never_came", owed)
	case over > 0:
		return p.T("purchase.came_on_top", i18n.A("quantity", said(p, u, over)))
	}
	return ""
}

// otherPrice says what goods cost more or less than at the price that was agreed on; ""
// when they did not.
func otherPrice(p *i18n.Printer, d purchase.Document, ordered purchase.OrderLine, came purchase.DeliveryLine) string {
	u, c := d.Shown(ordered), d.Order.Currency
	agreed, err := money.Line(came.Quantity, ordered.AgreedPrice(), c)
	if err != nil || came.Price == ordered.AgreedPrice() {
		return ""
	}
	key, more := "purchase.price_more", came.Total-agreed
	if more < 0 {
		key, more = "purchase.price_less", -more
	}
	return p.T(key, i18n.A("price", per(p, u.Price(came.Price), c, u.Unit)), i18n.A("agreed", per(p, u.Price(ordered.AgreedPrice()), c, u.Unit)), i18n.A("amount", p.Money(more, c)))
}

// said writes a quantity of base units in the unit that people use.
func said(p *i18n.Printer, u purchase.Shown, q measure.Quantity) string {
	return p.Measured(u.Quantity(q), u.Unit)
}

// receiveRows are the lines still owed, filled with what is expected or, after a
// refusal, with what was typed.
func receiveRows(p *i18n.Printer, d purchase.Document, f *web.Values, today day.Date) []purchaseviews.ReceiveRow {
	o := d.Order
	typed := map[string]*web.Values{}
	for _, r := range f.Rows("line") {
		typed[r.Value("line")] = r
	}
	var out []purchaseviews.ReceiveRow
	for _, l := range o.Lines {
		if l.Owed() == 0 && typed[strconv.Itoa(l.Line)] == nil {
			continue
		}
		i, u := len(out), d.Shown(l)
		field := func(name, label, value, mode string) ui.FieldModel {
			m := ui.FieldModel{Name: name, ID: web.RowField(name, i), Label: label, Value: value, Mode: mode, Short: true}
			if r := typed[strconv.Itoa(l.Line)]; r != nil {
				m.Value, m.Error = r.Value(name), r.Sentence(name)
			}
			return m
		}
		row := purchaseviews.ReceiveRow{
			Line: strconv.Itoa(l.Line), Name: l.ProductName,
			Owed:     p.T("purchase.owed", i18n.A("quantity", said(p, u, l.Owed()))),
			Unit:     u.Unit,
			Quantity: field("quantity", p.T("purchase.quantity"), p.Typed(u.Quantity(o.Next(l, today)).Decimal()), "decimal"),
			Price:    field("price", p.T("purchase.price"), p.Typed(u.Price(l.AgreedPrice()).Decimal()), "decimal"),
			Lot:      field("lot", p.T("purchase.lot"), "", ""),
			Produced: field("produced", p.T("purchase.produced"), "", ""),
			Expiry:   field("expiry", p.T("purchase.expiry"), "", ""),
		}
		row.Quantity.Unit, row.Price.Unit = p.Unit(u.Unit, u.Quantity(l.Owed())), o.Currency.Code+"/"+p.Unit(u.Unit, measure.Thousandths)
		row.Produced.Type, row.Expiry.Type = "date", "date"
		out = append(out, row)
	}
	return out
}

func deliveries(p *i18n.Printer, d purchase.Document, came []purchase.Delivery, saved map[lotOf]string, f *web.Values, manager bool) []purchaseviews.Delivery {
	o := d.Order
	out := make([]purchaseviews.Delivery, len(came))
	for i, one := range came {
		out[i] = purchaseviews.Delivery{Head: p.Date(one.BusinessDay) + " · " + p.Money(one.Total, o.Currency), Note: one.Note}
		out[i].ID = one.ID.String()
		out[i].Reason = ui.FieldModel{Name: "reason", ID: "reason-" + out[i].ID, Label: p.T("purchase.take_back_reason"), Max: maxReason}
		if f.Has("receipt") && (f.Value("receipt") == out[i].ID || f.Problem("receipt") != nil) { // refused
			out[i].Open, out[i].Reason.ID, out[i].Reason.Value, out[i].Reason.Error = true, "reason", f.Value("reason"), f.Sentence("reason")
		}
		out[i].TakenBack, out[i].Undo = one.TakenBack(), manager && !one.TakenBack()
		if one.LeadTime != nil {
			out[i].Head += " · " + p.T("purchase.took", i18n.A("n", *one.LeadTime))
		}
		for j, l := range one.Lines {
			ordered := o.Lines[l.Line-1]
			text := ordered.ProductName + " " + said(p, d.Shown(ordered), l.Quantity)
			if l.Lot != "" {
				text += " · " + p.T("purchase.lot_of", i18n.A("lot", l.Lot))
			}
			if l.Produced != nil {
				text += " · " + p.T("purchase.produced_on", i18n.A("day", *l.Produced))
			}
			if l.Expiry != nil {
				text += " · " + p.T("purchase.expires", i18n.A("day", *l.Expiry))
			}
			if other := otherPrice(p, d, ordered, l); other != "" {
				text += " · " + other
			}
			if said := saved[lotOf{one.ID, j + 1}]; said != "" {
				text += " · " + said
			}
			out[i].Lines = append(out[i].Lines, text)
		}
	}
	return out
}

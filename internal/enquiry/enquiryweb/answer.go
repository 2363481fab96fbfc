package enquiryweb

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/enquiry"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/web"
	enquiryview "buhuo/views/enquiry"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// What a supplier says of a line.
const (
	canDeliver    = "yes"
	cannotDeliver = "no"
)

func (h *Handlers) invitation(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	return h.invitationPage(c, id, http.StatusOK)
}

// invitationPage shows what a supplier is asked, ready to send, and the form for what he
// answers; after a refusal with what was typed.
func (h *Handlers) invitationPage(c *gin.Context, id ident.ID, status int) error {
	ctx := c.Request.Context()
	e, in, err := h.enquiries.Invited(ctx, id)
	if err != nil {
		return err
	}
	supplier, err := h.catalog.Supplier(ctx, in.SupplierID)
	if err != nil {
		return err
	}
	offers, err := h.catalog.OffersOf(ctx, in.SupplierID)
	if err != nil {
		return err
	}
	products, err := h.products(c, e)
	if err != nil {
		return err
	}
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	by, codes := map[ident.ID]catalog.Offer{}, map[string]string{}
	for _, o := range offers {
		by[o.ProductID], codes[o.ProductID.String()] = o, o.SupplierCode
	}
	scope, _ := web.Scope(c)
	f, chrome := web.FormOf(c), web.Chrome(c)
	t := chrome.T
	chrome.Title, chrome.Lead, chrome.Active = supplier.Name, t.T("enquiry.answer_by")+" "+t.WeekdayDate(e.AnswerBy), layout.Orders
	chrome.Back = ui.Link{Href: address(e.ID), Text: e.NumberText()}
	m := enquiryview.Invitation{
		Client: client(c, chrome.Client), Version: strconv.FormatInt(in.Version, 10), Action: "/invitations/" + in.ID.String(), Wrong: f.Sentence("answers"),
	}
	if e.State == enquiry.Open {
		m.Lang = string(languageOf(supplier))
		m.Message = Message(e, supplier, codes, scope.ShopName, v.show, h.enquiries.LinkAddress(in))
	}
	if e.State == enquiry.Open && h.enquiries.Linked() && manager(c) {
		m.Link = linkCard(t, in, h.enquiries.LinkAddress(in))
	}
	tax := "enquiry.answer_without_tax"
	if supplier.PricesIncludeTax {
		tax = "enquiry.answer_with_tax"
	}
	m.Hint = t.T(tax)
	row := 0
	for _, l := range e.Lines {
		if l.Award != nil || e.State != enquiry.Open || !manager(c) {
			m.Said = append(m.Said, v.said(l, in, products[l.ProductID]))
			continue
		}
		m.Rows = append(m.Rows, v.answerRow(l, in, products[l.ProductID], by, f, row))
		row++
	}
	m.Chrome = chrome
	return web.Render(c, status, enquiryview.InvitationPage(m))
}

// products are those of an enquiry.
func (h *Handlers) products(c *gin.Context, e enquiry.Enquiry) (map[ident.ID]catalog.Product, error) {
	ids := make([]ident.ID, len(e.Lines))
	for i, l := range e.Lines {
		ids[i] = l.ProductID
	}
	return h.catalog.Products(c.Request.Context(), ids)
}

// said is an answer that cannot be changed here.
func (v voice) said(l enquiry.Line, in enquiry.Invitation, p catalog.Product) ui.Fact {
	fact := ui.Fact{Term: l.ProductName, Text: v.t.T("enquiry.no_answer"), Note: v.amount(l.Quantity, l.Unit)}
	switch a, ok := in.Answer(l.Line); {
	case ok && a.Cannot:
		fact.Text = v.t.T("enquiry.cannot")
	case ok:
		fact.Text = v.written(a, p)
	}
	return fact
}

// known writes an answer, or what his present offer says, as people type it.
func (v voice) known(l enquiry.Line, in enquiry.Invitation, p catalog.Product, offers map[ident.ID]catalog.Offer) map[string]string {
	u := v.in(l.Unit, l.Quantity)
	out := map[string]string{"can": canDeliver, "unit": u.Unit}
	a, answered := in.Answer(l.Line)
	if !answered { // the terms that he had stand there, but never a price that he did not say
		o, ok := offers[p.ID]
		if !ok {
			return out
		}
		a.Unit, a.Minimum, a.Pack, a.LeadDays = u.Unit, o.Minimum, o.Pack, o.LeadTimeDays
	}
	if a.Cannot {
		out["can"] = cannotDeliver
		return out
	}
	factor, ok := p.Factor(a.Unit)
	if !ok || !comesOut(a, factor) {
		a.Unit, factor = p.BaseUnit, measure.One
	}
	u = purchase.Shown{Unit: a.Unit, Factor: factor}
	out["unit"] = u.Unit
	if answered {
		out["price"] = v.t.Typed(u.Price(a.Price).Decimal())
	}
	if a.Minimum > 0 {
		out["minimum"] = v.t.Typed(u.Quantity(a.Minimum).Decimal())
	}
	if size, err := a.Pack.Size(); err == nil && a.Pack.Factor != factor && size != measure.Thousandths {
		out["pack_content"] = v.t.Typed(u.Quantity(size).Decimal())
	}
	if a.LeadDays != nil {
		out["lead_days"] = strconv.Itoa(*a.LeadDays)
	}
	if a.Until != nil {
		out["until"] = a.Until.String()
	}
	return out
}

// comesOut reports whether the quantities of an answer can be told in a unit.
func comesOut(a enquiry.Answer, factor measure.Ratio) bool {
	quantities := []measure.Quantity{a.Minimum}
	if size, err := a.Pack.Size(); err == nil {
		quantities = append(quantities, size)
	}
	return !slices.ContainsFunc(quantities, func(q measure.Quantity) bool {
		_, err := measure.Convert(q, factor.Inverse())
		return err != nil
	})
}

// answerRow is the part of the form for one line.
func (v voice) answerRow(l enquiry.Line, in enquiry.Invitation, p catalog.Product, offers map[ident.ID]catalog.Offer, f *web.Values, row int) enquiryview.AnswerRow {
	known := v.known(l, in, p, offers)
	t, r := v.t, f.Row(row)
	value := func(name string) string {
		if f.Given("line") {
			return r.Value(name)
		}
		return known[name]
	}
	field := func(name, label string) ui.FieldModel {
		return ui.FieldModel{Name: name, ID: web.RowField(name, row), Label: t.T(label), Value: value(name), Error: r.Sentence(name), Mode: "decimal", Short: true}
	}
	choice := func(name, label string, options ...ui.Option) ui.SelectModel {
		for i := range options {
			options[i].Selected = options[i].Value == value(name)
		}
		return ui.SelectModel{Name: name, ID: web.RowField(name, row), Label: t.T(label), Error: r.Sentence(name), Options: options}
	}
	units := make([]ui.Option, 0, 4)
	for _, code := range p.Units() {
		units = append(units, ui.Option{Value: code, Text: t.Unit(code, measure.Thousandths)})
	}
	out := enquiryview.AnswerRow{
		Line: strconv.Itoa(l.Line), Name: l.ProductName, Asked: v.amount(l.Quantity, l.Unit),
		Can:   choice("can", "enquiry.can", ui.Option{Value: canDeliver, Text: t.T("enquiry.can_yes")}, ui.Option{Value: cannotDeliver, Text: t.T("enquiry.cannot")}),
		Price: field("price", "enquiry.price"), Unit: choice("unit", "enquiry.unit", units...), Minimum: field("minimum", "enquiry.minimum"),
		Pack: field("pack_content", "enquiry.pack_content"), Days: field("lead_days", "enquiry.lead_days"), Until: field("until", "enquiry.until"),
	}
	out.Price.Unit = v.currency.Code
	out.Days.Mode = "numeric"
	out.Until.Type, out.Until.Mode = "date", ""
	out.Open = out.Minimum.Error+out.Pack.Error+out.Days.Error+out.Until.Error != ""
	return out
}

// readAnswers takes the form; lines without a price were not answered.
func readAnswers(f *web.Values, e enquiry.Enquiry, products map[ident.ID]catalog.Product) []enquiry.Answer {
	var out []enquiry.Answer
	for _, r := range f.Rows("line", "can", "unit", "price", "minimum", "pack_content", "lead_days", "until") {
		a := enquiry.Answer{Line: r.Int("line", 1, len(e.Lines))}
		if a.Line == 0 {
			continue
		}
		p := products[e.Lines[a.Line-1].ProductID]
		a.Cannot = r.Choice("can", canDeliver, cannotDeliver) == cannotDeliver
		a.Unit = r.Choice("unit", p.Units()...)
		price, priced := r.PriceOpt("price")
		factor, known := p.Factor(a.Unit)
		if known && priced {
			per, err := money.PerBase(price, factor)
			if err != nil {
				r.Add("price", err)
			}
			a.Price = per
		}
		a.Minimum = content(r, "minimum", factor)
		if size := content(r, "pack_content", factor); size > 0 {
			a.Pack = packOf(p, size)
		} else if known {
			a.Pack = measure.Pack{Unit: a.Unit, Factor: factor}
		}
		if days, ok := r.IntOpt("lead_days", 0, farLead); ok {
			a.LeadDays = &days
		}
		if until, ok := r.DateOpt("until"); ok {
			a.Until = &until
		}
		if a.Cannot || priced || r.Has("price") {
			a.Row = r.Index()
			out = append(out, a)
		}
	}
	return out
}

// farLead is the longest lead time of an offer.
const farLead = 365

// content reads a quantity of the unit of a row, as base units; 0 when none is given.
func content(r *web.Values, name string, factor measure.Ratio) measure.Quantity {
	q, ok := r.QuantityOpt(name)
	if !ok || !factor.Valid() {
		return 0
	}
	if q < 0 {
		r.Add(name, fault.New(fault.Invalid, "catalog.quantity_negative"))
		return 0
	}
	base, err := measure.Convert(q, factor)
	if err != nil {
		r.Add(name, err)
	}
	return base
}

// packOf is the step of that size: the product's own pack, if one has it.
func packOf(p catalog.Product, size measure.Quantity) measure.Pack {
	for _, pack := range p.Packs {
		if own, err := pack.Size(); err == nil && own == size {
			return pack
		}
	}
	factor, err := measure.NewRatio(int64(size), measure.Thousandths)
	if err != nil {
		return measure.Pack{}
	}
	return measure.Pack{Unit: p.BaseUnit, Factor: factor}
}

// answer notes what a supplier answered.
func (h *Handlers) answer(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx, f := c.Request.Context(), web.FormOf(c)
	e, in, err := h.enquiries.Invited(ctx, id)
	if err != nil {
		return err
	}
	products, err := h.products(c, e)
	if err != nil {
		return err
	}
	version := f.Int("version", 1, 1<<30)
	answers := readAnswers(f, e, products)
	if len(answers) == 0 && in.AnsweredAt == nil && f.Err() == nil {
		f.Add("answers", fault.New(fault.Invalid, "enquiry.answer_nothing"))
	}
	if err = f.Err(); err == nil {
		_, err = h.enquiries.Answer(ctx, id, int64(version), answers)
	}
	if status := refusal(f, err); status != 0 {
		return h.invitationPage(c, id, status)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "enquiry.flash_answered")
	return web.Redirect(c, address(e.ID))
}

package catalogweb

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/web"
	catalogview "buhuo/views/catalog"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// countOffer chooses the unit for everything an offer says: for counted goods the
// pack in which they come, for weighed goods what the shop shows.
func countOffer(p catalog.Product, o catalog.Offer, show string) counted {
	prices, quantities := []money.Price{o.Price}, []measure.Quantity{o.Minimum}
	if size, err := o.Pack.Size(); err == nil {
		quantities = append(quantities, size)
	}
	for _, b := range o.Breaks {
		prices, quantities = append(prices, b.Price), append(quantities, b.From)
	}
	if p.BaseUnit == "kg" {
		return count(p, prices, quantities, show)
	}
	if factor, ok := p.Factor(o.Pack.Unit); ok && factor == o.Pack.Factor {
		return count(p, prices, quantities, o.Pack.Unit)
	}
	return count(p, prices, quantities)
}

func (u counted) money(t *i18n.Printer, p money.Price, cur money.Currency) string {
	shown, err := money.PerPack(p, u.factor)
	if err != nil {
		return ""
	}
	return t.Price(shown, cur)
}

func (u counted) measured(t *i18n.Printer, q measure.Quantity) string {
	n, err := measure.Convert(q, u.factor.Inverse())
	if err != nil || q == 0 {
		return ""
	}
	return t.Measured(n, u.unit)
}

// packText is "箱 × 10 斤", or the unit itself.
func packText(t *i18n.Printer, u counted, o catalog.Offer) string {
	size, err := o.Pack.Size()
	if err != nil {
		return ""
	}
	if o.Pack.Unit == u.unit && o.Pack.Factor == u.factor {
		return t.Unit(u.unit, measure.Thousandths)
	}
	return t.T("catalog.pack_of", i18n.A("pack", t.Unit(o.Pack.Unit, 1000)), i18n.A("content", u.measured(t, size)))
}

// newOffer asks for the product first: the units of the form are the product's.
func (h *Handlers) newOffer(c *gin.Context) error {
	s, err := h.pathSupplier(c)
	if err != nil {
		return err
	}
	id, ok := web.QueryOf(c).IDOpt("product")
	if !ok {
		return h.chooseProduct(c, s)
	}
	p, err := h.catalog.Product(c.Request.Context(), id)
	if err != nil {
		return err
	}
	offers, err := h.catalog.Offers(c.Request.Context(), []ident.ID{p.ID})
	if err != nil {
		return err
	}
	for _, o := range offers[p.ID] {
		if o.SupplierID == s.ID {
			return web.Redirect(c, "/offers/"+o.ID.String()+"/edit")
		}
	}
	show, err := h.showUnit(c.Request.Context(), p.BaseUnit)
	if err != nil {
		return err
	}
	known := url.Values{"unit": {show}}
	if p.TaxRate != 0 {
		known.Set("tax_rate", percentText(p.TaxRate))
	}
	return h.offerPage(c, http.StatusOK, offerOf{supplier: s, product: p}, known)
}

func (h *Handlers) createOffer(c *gin.Context) error {
	s, err := h.pathSupplier(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	p, err := h.catalog.Product(c.Request.Context(), f.ID("product"))
	if err != nil {
		return err
	}
	o := readOffer(f, p)
	o.SupplierID, o.ProductID = s.ID, p.ID
	if err = f.Err(); err == nil {
		_, err = h.catalog.SaveOffer(c.Request.Context(), o)
	}
	if status := refusal(f, err); status != 0 {
		return h.offerPage(c, status, offerOf{supplier: s, product: p}, nil)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "catalog.flash_offer_saved")
	return web.Redirect(c, "/suppliers/"+s.ID.String())
}

// offerOf is an offer with what it is about; offer is nil for a new one.
type offerOf struct {
	supplier catalog.Supplier
	product  catalog.Product
	offer    *catalog.Offer
}

func (h *Handlers) pathOffer(c *gin.Context) (offerOf, error) {
	id, err := web.PathID(c, "id")
	if err != nil {
		return offerOf{}, err
	}
	ctx := c.Request.Context()
	o, err := h.catalog.Offer(ctx, id)
	if err != nil {
		return offerOf{}, err
	}
	p, err := h.catalog.Product(ctx, o.ProductID)
	if err != nil {
		return offerOf{}, err
	}
	s, err := h.catalog.Supplier(ctx, o.SupplierID)
	return offerOf{s, p, &o}, err
}

func (h *Handlers) editOffer(c *gin.Context) error {
	of, err := h.pathOffer(c)
	if err != nil {
		return err
	}
	show, err := h.showUnit(c.Request.Context(), of.product.BaseUnit)
	if err != nil {
		return err
	}
	return h.offerPage(c, http.StatusOK, of, knownOffer(of.product, *of.offer, show))
}

func (h *Handlers) updateOffer(c *gin.Context) error {
	of, err := h.pathOffer(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	o := readOffer(f, of.product)
	o.ID, o.SupplierID, o.ProductID, o.ValidFrom = of.offer.ID, of.supplier.ID, of.product.ID, of.offer.ValidFrom
	o.Version = int64(f.Int("version", 1, 1<<30))
	if err = f.Err(); err == nil {
		_, err = h.catalog.SaveOffer(c.Request.Context(), o)
	}
	if status := refusal(f, err); status != 0 {
		return h.offerPage(c, status, of, nil)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "catalog.flash_offer_saved")
	return web.Redirect(c, "/suppliers/"+of.supplier.ID.String())
}

func (h *Handlers) archiveOffer(c *gin.Context) error {
	of, err := h.pathOffer(c)
	if err != nil {
		return err
	}
	if err := h.catalog.ArchiveOffer(c.Request.Context(), of.offer.ID); err != nil {
		return err
	}
	web.Flash(c, web.Good, "catalog.flash_offer_ended")
	return web.Redirect(c, "/suppliers/"+of.supplier.ID.String())
}

// readOffer reads the form: one unit of the product, chosen first, in which the
// price, the minimum, the price breaks and the contents of the pack are typed.
func readOffer(f *web.Values, p catalog.Product) catalog.Offer {
	o := catalog.Offer{SupplierCode: f.String("supplier_code", catalog.MaxCode), TaxRate: percent(f, "tax_rate")}
	price := f.Price("price")
	if days, ok := f.IntOpt("lead_time_days", 0, 365); ok {
		o.LeadTimeDays = &days
	}
	unit := f.Choice("unit", p.Units()...)
	factor, ok := p.Factor(unit)
	if !ok {
		return o
	}
	o.Price = perBase(f, "price", price, factor)
	if minimum := bound(f, "minimum", factor); minimum != nil {
		o.Minimum = *minimum
	}
	o.Pack = readOfferPack(f, p, unit, factor)
	for _, r := range f.Rows("break_from", "break_price") {
		from := bound(r, "break_from", factor)
		typed, hasPrice := r.PriceOpt("break_price")
		switch {
		case from == nil && !hasPrice:
			continue
		case from == nil && !r.Has("break_from"):
			r.Quantity("break_from") // missing: says so
		case !hasPrice && !r.Has("break_price"):
			r.Price("break_price")
		}
		if from != nil && hasPrice {
			o.Breaks = append(o.Breaks, catalog.Break{From: *from, Price: perBase(r, "break_price", typed, factor)})
		}
	}
	return o
}

// readOfferPack reads the step in which the goods are ordered. Without contents it is
// the product's own pack of that name, else one of the unit of the form.
func readOfferPack(f *web.Values, p catalog.Product, unit string, factor measure.Ratio) measure.Pack {
	name := f.ChoiceOpt("pack_unit", "", packUnits()...)
	content, ok := f.QuantityOpt("pack_content")
	if name == "" && !ok {
		return measure.Pack{Unit: unit, Factor: factor}
	}
	if name == "" {
		name = unit
	}
	if !ok && !f.Has("pack_content") {
		if known, isPack := p.Factor(name); isPack {
			return measure.Pack{Unit: name, Factor: known}
		}
		content = f.Quantity("pack_content") // missing: says so
	}
	if f.Problem("pack_content") != nil {
		return measure.Pack{}
	}
	pack, err := packOf(name, int64(content), factor)
	if err == nil {
		_, err = pack.Size()
	}
	if err != nil {
		f.Add("pack_content", err)
		return measure.Pack{}
	}
	return pack
}

func knownOffer(p catalog.Product, o catalog.Offer, show string) url.Values {
	u := countOffer(p, o, show)
	v := url.Values{
		"unit": {u.unit}, "price": {u.price(o.Price)}, "supplier_code": {o.SupplierCode}, "tax_rate": {percentText(o.TaxRate)},
		"version": {strconv.FormatInt(o.Version, 10)},
	}
	if o.Minimum != 0 {
		v.Set("minimum", u.quantity(o.Minimum))
	}
	if o.LeadTimeDays != nil {
		v.Set("lead_time_days", strconv.Itoa(*o.LeadTimeDays))
	}
	if size, err := o.Pack.Size(); err == nil && (o.Pack.Unit != u.unit || o.Pack.Factor != u.factor) {
		v.Set("pack_content", u.quantity(size))
		v.Set("pack_unit", o.Pack.Unit)
	}
	for _, b := range o.Breaks {
		v.Add("break_from", u.quantity(b.From))
		v.Add("break_price", u.price(b.Price))
	}
	return v
}

// offerPage shows the form; known is nil after a refusal.
func (h *Handlers) offerPage(c *gin.Context, status int, of offerOf, known url.Values) error {
	chrome := web.Chrome(c)
	t := chrome.T
	a := answers{web.FormOf(c), known}
	scope, _ := web.Scope(c)
	m := catalogview.OfferForm{
		Client: client(c, chrome.Client), Version: a.value("version"), Product: of.product.ID.String(), ProductName: of.product.Name,
		SupplierName: of.supplier.Name, Badge: badge(t, of.supplier.Kind),
		Unit:  a.choice("unit", t.T("catalog.offer_unit"), unitOptions(t, of.product.Units())),
		Price: a.number("price", t.T("catalog.offer_price")), Minimum: a.number("minimum", t.T("catalog.moq")),
		Code: a.field("supplier_code", t.T("catalog.supplier_code")), Tax: a.number("tax_rate", t.T("catalog.tax_rate")),
		LeadTime: a.number("lead_time_days", t.T("catalog.own_lead_time")), BreaksWrong: a.form.Sentence("breaks"),
	}
	m.Price.Unit = scope.Currency.Code
	m.LeadTime.Hint = t.T("catalog.own_lead_time_hint", i18n.A("n", of.supplier.LeadTimeDays))
	m.PackUnit = a.choice("pack_unit", t.T("catalog.pack_unit"), packOptions(t))
	m.PackContent = a.number("pack_content", t.T("catalog.pack_content"))
	for _, row := range a.rows("break_from", "break_price") {
		for i, label := range []string{t.T("catalog.break_quantity_label"), t.T("catalog.break_price_label")} {
			row[i].Label, row[i].Mode, row[i].Short = label, "decimal", true
		}
		m.Breaks = append(m.Breaks, catalogview.BreakRow{From: row[0], Price: row[1]})
	}
	href := "/suppliers/" + of.supplier.ID.String()
	chrome.Active, chrome.Title, m.Action = layout.More, t.T("catalog.new_offer"), href+"/offers/new"
	chrome.Back = ui.Link{Href: href, Text: of.supplier.Name}
	if of.offer != nil {
		edit := "/offers/" + of.offer.ID.String()
		chrome.Title, m.Action, m.Archive = t.T("catalog.edit_offer"), edit+"/edit", edit+"/archive"
		m.Assumed, m.Ended = of.offer.Assumed, of.offer.Archived
		if status == http.StatusConflict {
			m.Version = strconv.FormatInt(of.offer.Version, 10)
		}
	}
	m.Chrome = chrome
	return web.Render(c, status, catalogview.Offer(m))
}

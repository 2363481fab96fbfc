// Package tradeweb shows the directory and takes what people publish there and take
// from it. It turns forms into the area's values and the area's values into words; it
// must not know a rule of trade, nor a table, and no page tells the number of a shop.
package tradeweb

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/trade"
	"buhuo/internal/web"
	tradeview "buhuo/views/trade"
	"buhuo/views/ui"
)

// Shops tells how the shop of ctx wants weights shown.
type Shops interface {
	Get(ctx context.Context) (shop.Shop, error)
}

// Handlers are the pages of the trade between shops.
type Handlers struct {
	trade   *trade.Service
	catalog *catalog.Service
	shops   Shops
	draw    func(address string) (path string, size int, err error) // nil: sheets have no QR code
}

// Draw lets public sheets carry the QR code of their address.
func (h *Handlers) Draw(code func(address string) (path string, size int, err error)) *Handlers {
	h.draw = code
	return h
}

// New makes the pages.
func New(s *trade.Service, c *catalog.Service, shops Shops) *Handlers {
	return &Handlers{trade: s, catalog: c, shops: shops}
}

// Routes adds the pages to the engine.
func (h *Handlers) Routes(e *web.Engine) {
	for _, r := range []web.Route{
		{Method: http.MethodGet, Path: "/directory", Access: web.Viewer, Handler: h.directory},
		{Method: http.MethodGet, Path: "/directory/:id", Access: web.Viewer, Handler: h.entry},
		{Method: http.MethodPost, Path: "/directory/:id/take", Access: web.Manager, Handler: h.take},
		{Method: http.MethodPost, Path: "/directory/:id/order", Access: web.Manager, Handler: h.order},
		{Method: http.MethodGet, Path: "/publish", Access: web.Manager, Handler: h.publish},
		{Method: http.MethodGet, Path: "/publish/profile", Access: web.Manager, Handler: h.profile},
		{Method: http.MethodPost, Path: "/publish/profile", Access: web.Manager, Handler: h.putProfile},
		{Method: http.MethodGet, Path: "/publish/:id", Access: web.Manager, Handler: h.listing},
		{Method: http.MethodPost, Path: "/publish/:id", Access: web.Manager, Handler: h.putListing},
		{Method: http.MethodPost, Path: "/publish/:id/withdraw", Access: web.Manager, Handler: h.withdraw},
		{Method: http.MethodGet, Path: "/inbox", Access: web.Viewer, Handler: h.inbox},
		{Method: http.MethodGet, Path: "/inbox/:id", Access: web.Viewer, Handler: h.deal},
		{Method: http.MethodPost, Path: "/inbox/:id/confirm", Access: web.Manager, Handler: h.confirm},
		{Method: http.MethodPost, Path: "/inbox/:id/refuse", Access: web.Manager, Handler: h.refuse},
		{Method: http.MethodPost, Path: "/inbox/:id/ship", Access: web.Seller, Handler: h.ship},
		{Method: http.MethodPost, Path: "/publish/:id/photo", Access: web.Manager, Body: web.Import, Handler: h.putPhoto},
		{Method: http.MethodPost, Path: "/publish/:id/photo/remove", Access: web.Manager, Handler: h.removePhoto},
		{Method: http.MethodGet, Path: "/publish/:id/photo.jpg", Access: web.Viewer, Handler: h.photo(trade.ToOwner)},
		{Method: http.MethodGet, Path: "/directory/:id/photo.jpg", Access: web.Viewer, Handler: h.photo(trade.ToShops)},
		{Method: http.MethodGet, Path: "/sheets/:id/photo.jpg", Access: web.Public, Handler: h.photo(trade.ToAll)},
		{Method: http.MethodPost, Path: "/inbox/:id/take-back", Access: web.Manager, Handler: h.takeBack},
		{Method: http.MethodGet, Path: "/sheets/:id", Access: web.Public, Handler: h.sheet},
	} {
		e.Route(r)
	}
}

func mayEdit(c *gin.Context) bool {
	scope, ok := web.Scope(c)
	return ok && scope.Role.AtLeast(tenant.Manager)
}

// shown is the unit in which people read a listing: one of it holds factor base units.
type shown struct {
	unit   string
	factor measure.Ratio
}

// showUnit is in which unit the shop of the request reads weights; kg without a shop.
func (h *Handlers) showUnit(c *gin.Context) string {
	if _, ok := web.Scope(c); !ok {
		return "kg"
	}
	in, err := h.shops.Get(c.Request.Context())
	if err != nil {
		return "kg"
	}
	return in.ShowUnit
}

// unitOf chooses the shop's unit for weights where everything that the listing says
// comes out even in it, the base unit otherwise.
func unitOf(l trade.Listing, show string) shown {
	base := shown{l.Unit, measure.One}
	from, ok := measure.UnitByCode(show)
	to, known := measure.UnitByCode(l.Unit)
	if !ok || !known || l.Unit != "kg" {
		return base
	}
	factor, ok := from.FactorTo(to)
	if !ok {
		return base
	}
	u := shown{show, factor}
	prices, quantities := []money.Price{l.Price}, []measure.Quantity{l.Minimum}
	for _, b := range l.Breaks {
		prices, quantities = append(prices, b.Price), append(quantities, b.From)
	}
	for _, p := range prices {
		there, err := money.PerPack(p, factor)
		if err != nil {
			return base
		}
		if back, err := money.PerBase(there, factor); err != nil || back != p {
			return base
		}
	}
	for _, q := range quantities {
		if _, err := measure.Convert(q, factor.Inverse()); err != nil {
			return base
		}
	}
	return u
}

// quantity counts base units in this unit.
func (u shown) quantity(q measure.Quantity) measure.Quantity {
	n, err := measure.Convert(q, u.factor.Inverse())
	if err != nil {
		return q
	}
	return n
}

// price is what one of this unit costs.
func (u shown) price(p money.Price) money.Price {
	n, err := money.PerPack(p, u.factor)
	if err != nil {
		return p
	}
	return n
}

// per is a price and what it is for.
func (u shown) per(t *i18n.Printer, p money.Price, c money.Currency) string {
	return t.Price(u.price(p), c) + "/" + t.Unit(u.unit, measure.Thousandths)
}

func (u shown) measured(t *i18n.Printer, q measure.Quantity) string {
	return t.Measured(u.quantity(q), u.unit)
}

// packOf is "箱 × 10 斤", or "" when the pack is the unit itself.
func packOf(t *i18n.Printer, l trade.Listing, u shown) string {
	size, err := l.Pack.Size()
	unit, known := measure.UnitByCode(l.Pack.Unit)
	if err != nil || known && unit.Fixed() || l.Pack.Unit == u.unit && l.Pack.Factor == u.factor {
		return ""
	}
	return t.T("catalog.pack_of", i18n.A("pack", t.Unit(l.Pack.Unit, measure.Thousandths)), i18n.A("content", u.measured(t, size)))
}

// kindBadge says who a producer is and what to the goods.
func kindBadge(p trade.Producer) tradeview.Badge {
	b := tradeview.Badge{Tone: ui.Plain, Icon: "store", Text: p.Name}
	switch p.Kind {
	case catalog.Manufacturer:
		b.Tone, b.Icon = ui.OK, "factory"
	case catalog.Farmer:
		b.Tone, b.Icon = ui.OK, "sprout"
	case catalog.Wholesaler:
		b.Icon = "truck"
	}
	return b
}

func provinceOf(t *i18n.Printer, code string) string {
	if code == "" {
		return ""
	}
	return t.T("shop.province." + code)
}

// provinces are the choices of a province, the first of them none.
func provinces(t *i18n.Printer, chosen, none string) []ui.Option {
	out := []ui.Option{{Text: none, Selected: chosen == ""}}
	for _, code := range shop.Provinces() {
		out = append(out, ui.Option{Value: code, Text: provinceOf(t, code), Selected: code == chosen})
	}
	return out
}

func kinds(t *i18n.Printer, chosen string) []ui.Option {
	var out []ui.Option
	for _, k := range catalog.Kinds() {
		out = append(out, ui.Option{Value: string(k), Text: t.T("catalog.kind." + string(k)), Selected: string(k) == chosen})
	}
	return out
}

func kindCodes() []string {
	var out []string
	for _, k := range catalog.Kinds() {
		out = append(out, string(k))
	}
	return out
}

// season says whether the goods are harvested now.
func season(c *gin.Context, t *i18n.Printer, l trade.Listing) []tradeview.Badge {
	switch now, known := l.Harvested(web.Today(c)); {
	case now:
		return []tradeview.Badge{{Tone: ui.OK, Icon: "leaf", Text: t.T("trade.in_season")}}
	case known && l.HarvestFrom != nil && *l.HarvestFrom > web.Today(c):
		return []tradeview.Badge{{Tone: ui.Info, Icon: "calendar", Text: t.T("trade.season_from", i18n.A("day", t.DateShort(*l.HarvestFrom)))}}
	case known:
		return []tradeview.Badge{{Tone: ui.Watch, Icon: "calendar", Text: t.T("trade.season_over")}}
	}
	return nil
}

// facts keeps those that say something.
func facts(all ...ui.Fact) []ui.Fact {
	var out []ui.Fact
	for _, f := range all {
		if f.Text != "" {
			out = append(out, f)
		}
	}
	return out
}

// goodsOf are the facts of a listing, in the unit in which its reader reads it.
func goodsOf(t *i18n.Printer, l trade.Listing, u shown, cur money.Currency) []ui.Fact {
	harvest := ""
	switch {
	case l.HarvestFrom != nil && l.HarvestThrough != nil:
		harvest = t.T("catalog.from_through", i18n.A("from", *l.HarvestFrom), i18n.A("through", *l.HarvestThrough))
	case l.HarvestFrom != nil:
		harvest = t.T("trade.season_from", i18n.A("day", t.Date(*l.HarvestFrom)))
	case l.HarvestThrough != nil:
		harvest = t.T("trade.season_through", i18n.A("day", t.Date(*l.HarvestThrough)))
	}
	minimum := ""
	if l.Minimum > 0 {
		minimum = u.measured(t, l.Minimum)
	}
	out := facts(
		ui.Fact{Term: t.T("trade.price"), Text: u.per(t, l.Price, cur)},
		ui.Fact{Term: t.T("trade.minimum"), Text: minimum},
		ui.Fact{Term: t.T("trade.pack"), Text: packOf(t, l, u)},
		ui.Fact{Term: t.T("trade.grade"), Text: l.Grade}, ui.Fact{Term: t.T("trade.origin"), Text: l.Origin},
		ui.Fact{Term: t.T("trade.lot"), Text: l.Lot}, ui.Fact{Term: t.T("trade.harvest"), Text: harvest},
	)
	for i, b := range l.Breaks {
		out = append(out[:1+i], append([]ui.Fact{{Term: t.T("trade.from_quantity", i18n.A("quantity", u.measured(t, b.From))), Text: u.per(t, b.Price, cur)}}, out[1+i:]...)...)
	}
	return out
}

// termsOf are the facts of a producer.
func termsOf(t *i18n.Printer, p trade.Producer, cur money.Currency) []ui.Fact {
	cash := func(a money.Amount) string {
		if a == 0 {
			return ""
		}
		return t.Money(a, cur)
	}
	free, tax := "", t.T("catalog.prices_without_tax")
	if p.FreeFreightFrom != nil {
		free = cash(*p.FreeFreightFrom)
	}
	if p.PricesIncludeTax {
		tax = t.T("catalog.prices_with_tax")
	}
	return facts(
		ui.Fact{Term: t.T("trade.kind"), Text: t.T("catalog.kind." + string(p.Kind))},
		ui.Fact{Term: t.T("catalog.province"), Text: provinceOf(t, p.Province)},
		ui.Fact{Term: t.T("catalog.lead_time"), Text: t.T("catalog.days", i18n.A("n", p.LeadTimeDays))},
		ui.Fact{Term: t.T("catalog.minimum_order"), Text: cash(p.MinimumOrder)},
		ui.Fact{Term: t.T("catalog.freight"), Text: cash(p.Freight)},
		ui.Fact{Term: t.T("catalog.free_freight_from"), Text: free},
		ui.Fact{Term: t.T("catalog.prices"), Text: tax},
		ui.Fact{Term: t.T("catalog.contact"), Text: p.Contact}, ui.Fact{Term: t.T("catalog.phone"), Text: p.Phone},
	)
}

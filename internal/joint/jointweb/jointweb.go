// Package jointweb shows joint orders and takes what people propose and answer. It turns
// forms into the area's values and the area's values into words; it must not know a rule of
// joint orders, nor a table, and no page tells the number of a shop.
package jointweb

import (
	"context"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/joint"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	jointview "buhuo/views/joint"
	"buhuo/views/ui"
)

// Shops tells how the shop of ctx wants weights shown.
type Shops interface {
	Get(ctx context.Context) (shop.Shop, error)
}

// Handlers are the pages of joint orders.
type Handlers struct {
	joint *joint.Service
	shops Shops
}

// New makes the pages.
func New(s *joint.Service, shops Shops) *Handlers { return &Handlers{joint: s, shops: shops} }

// Routes adds the pages to the engine.
func (h *Handlers) Routes(e *web.Engine) {
	for _, r := range []web.Route{
		{Method: http.MethodGet, Path: "/joint", Access: web.Viewer, Handler: h.list},
		{Method: http.MethodPost, Path: "/joint", Access: web.Manager, Handler: h.standing},
		{Method: http.MethodGet, Path: "/joint/new", Access: web.Manager, Handler: h.begin},
		{Method: http.MethodPost, Path: "/joint/new", Access: web.Manager, Handler: h.propose},
		{Method: http.MethodGet, Path: "/joint/:id", Access: web.Viewer, Handler: h.order},
		{Method: http.MethodPost, Path: "/joint/:id/close", Access: web.Manager, Handler: h.close},
		{Method: http.MethodPost, Path: "/joint/:id/withdraw", Access: web.Manager, Handler: h.withdraw},
		{Method: http.MethodGet, Path: "/joint/asked/:id", Access: web.Viewer, Handler: h.invitation},
		{Method: http.MethodPost, Path: "/joint/asked/:id/join", Access: web.Manager, Handler: h.join},
		{Method: http.MethodPost, Path: "/joint/asked/:id/decline", Access: web.Manager, Handler: h.decline},
	} {
		e.Route(r)
	}
}

func mayEdit(c *gin.Context) bool {
	scope, ok := web.Scope(c)
	return ok && scope.Role.AtLeast(tenant.Manager)
}

// voice writes what a page shows in a language and in the shop's unit of weight.
type voice struct {
	t        *i18n.Printer
	currency money.Currency
	house    shop.Shop
}

func (h *Handlers) voice(c *gin.Context) (voice, error) {
	in, err := h.shops.Get(c.Request.Context())
	scope, _ := web.Scope(c)
	return voice{t: web.Printer(c), currency: scope.Currency, house: in}, err
}

func arg(name string, v any) i18n.Arg { return i18n.A(name, v) }

// in is the unit in which people read goods: the shop's own of weight where every price
// comes out even in it.
func (v voice) in(g joint.Goods) purchase.Shown {
	prices := []money.Price{g.Terms.Price}
	for _, b := range g.Terms.Breaks {
		prices = append(prices, b.Price)
	}
	u := purchase.Shown{Unit: g.Unit, Factor: measure.One}
	for _, p := range prices {
		u = purchase.Document{WeightUnit: v.house.ShowUnit}.Shown(purchase.OrderLine{Unit: g.Unit, Price: p})
		if u.Unit == g.Unit {
			break
		}
	}
	return u
}

func (v voice) amount(q measure.Quantity, u purchase.Shown) string {
	return v.t.Measured(u.Quantity(q), u.Unit)
}

// per writes a price and what it is for: "¥2.60/斤".
func (v voice) per(p money.Price, u purchase.Shown) string {
	return v.t.Price(u.Price(p), v.currency) + "/" + v.t.Unit(u.Unit, measure.Thousandths)
}

// each writes what one unit comes to when all of it comes to total.
func (v voice) each(total money.Amount, q measure.Quantity, u purchase.Shown) string {
	p, err := money.UnitPrice(total, u.Quantity(q), v.currency)
	if err != nil {
		return ""
	}
	const cent = money.PriceScale / 100
	return v.t.Price((p+cent/2)/cent*cent, v.currency) + "/" + v.t.Unit(u.Unit, measure.Thousandths)
}

func (v voice) province(code string) string {
	if code == "" {
		return v.t.T("joint.place_unknown")
	}
	return v.t.T("shop.province." + code)
}

// facts keeps those that say something.
func facts(all ...ui.Fact) []ui.Fact {
	return slices.DeleteFunc(all, func(f ui.Fact) bool { return f.Text == "" })
}

// terms are the supplier's, as everybody reads them.
func (v voice) terms(g joint.Goods) []ui.Fact {
	t, u, terms := v.t, v.in(g), g.Terms
	minimum, freight, least, pack := "", "", "", ""
	if terms.Minimum > 0 {
		minimum = v.amount(terms.Minimum, u)
	}
	if terms.Freight > 0 {
		freight = t.Money(terms.Freight, v.currency)
		if terms.FreeFrom != nil {
			freight = t.T("joint.freight_free", arg("freight", freight), arg("from", t.Money(*terms.FreeFrom, v.currency)))
		}
	}
	if terms.Least > 0 {
		least = t.Money(terms.Least, v.currency)
	}
	if terms.Step > terms.Grain {
		pack = v.amount(terms.Step, u)
	}
	tax := t.T("catalog.prices_without_tax")
	if g.PricesIncludeTax {
		tax = t.T("catalog.prices_with_tax")
	}
	out := []ui.Fact{{Term: t.T("catalog.supplier"), Text: g.Supplier}, {Term: t.T("trade.price"), Text: v.per(terms.Price, u), Note: tax}}
	for _, b := range terms.Breaks {
		out = append(out, ui.Fact{Term: t.T("trade.from_quantity", arg("quantity", v.amount(b.From, u))), Text: v.per(b.Price, u)})
	}
	return facts(append(out,
		ui.Fact{Term: t.T("trade.minimum"), Text: minimum}, ui.Fact{Term: t.T("joint.pack"), Text: pack},
		ui.Fact{Term: t.T("catalog.minimum_order"), Text: least}, ui.Fact{Term: t.T("catalog.freight"), Text: freight},
		ui.Fact{Term: t.T("catalog.lead_time"), Text: t.T("catalog.days", arg("n", g.LeadDays))},
	)...)
}

// part are the facts of one shop's share.
func (v voice) part(o joint.Outcome, wanted measure.Quantity, g joint.Goods) []ui.Fact {
	t, u := v.t, v.in(g)
	over := ""
	if more := o.Part.Quantity - wanted; more > 0 {
		over = t.T("joint.leftover", arg("quantity", v.amount(more, u)))
	}
	freight := ""
	if o.Part.Freight > 0 {
		freight = t.Money(o.Part.Freight, v.currency)
	}
	return facts(
		ui.Fact{Term: t.T("joint.share"), Text: v.amount(o.Part.Quantity, u), Note: over},
		ui.Fact{Term: t.T("joint.share_goods"), Text: t.Money(o.Part.Goods, v.currency), Note: v.per(o.Price, u)},
		ui.Fact{Term: t.T("joint.share_freight"), Text: freight},
		ui.Fact{Term: t.T("joint.share_pays"), Text: t.Money(o.Part.Pays(), v.currency), Note: v.each(o.Part.Pays(), o.Part.Quantity, u)},
		ui.Fact{Term: t.T("joint.whole"), Text: v.amount(o.Quantity, u), Note: t.T("joint.by_shops", arg("n", o.Members))},
	)
}

// preview is what would become of the order if the time were up.
func (v voice) preview(p joint.Preview, wanted measure.Quantity, g joint.Goods) jointview.Share {
	s := jointview.Share{Title: v.t.T("joint.as_it_stands")}
	u := v.in(g)
	switch {
	case p.Reached:
		s.Tone, s.Say, s.Facts = ui.OK, v.t.T("joint.would_reach"), v.part(p.Outcome, wanted, g)
	case p.Reason == joint.NotWorth:
		s.Tone, s.Say = ui.Watch, v.t.T("joint.not_worth_now")
	case p.Lacking > 0:
		s.Tone, s.Say = ui.Info, v.t.T("joint.lacking", arg("wanted", v.amount(p.Wanted, u)), arg("lacking", v.amount(p.Lacking, u)))
	default:
		s.Tone, s.Say = ui.Info, v.t.T("joint.not_filled", arg("wanted", v.amount(p.Wanted, u)))
	}
	return s
}

var states = map[joint.State]jointview.Badge{
	joint.Open: {Tone: ui.Info, Icon: "hourglass"}, joint.Ordered: {Tone: ui.OK, Icon: "check"}, joint.Missed: {Tone: ui.Watch, Icon: "undo"},
	joint.Withdrawn: {Tone: ui.Plain, Icon: "close"},
}

func (v voice) state(s joint.State) jointview.Badge {
	b := states[s]
	b.Text = v.t.T("joint.state." + string(s))
	return b
}

var answers = map[joint.Answer]jointview.Badge{
	joint.Asked: {Tone: ui.Info, Icon: "help"}, joint.Joined: {Tone: ui.OK, Icon: "check"}, joint.Declined: {Tone: ui.Plain, Icon: "close"},
	joint.HasShare: {Tone: ui.OK, Icon: "receipt"}, joint.Fell: {Tone: ui.Watch, Icon: "undo"}, joint.Left: {Tone: ui.Watch, Icon: "scale"},
	joint.Lapsed: {Tone: ui.Plain, Icon: "clock"}, joint.WithdrawnToo: {Tone: ui.Plain, Icon: "close"},
}

func (v voice) answer(a joint.Answer) jointview.Badge {
	b := answers[a]
	b.Text = v.t.T("joint.answer." + string(a))
	return b
}

// typedQuantity reads a quantity that was typed in the form's unit.
func typedQuantity(f *web.Values, name string, g joint.Goods, needed bool) measure.Quantity {
	u, err := purchase.OrderLine{Unit: g.Unit}.In(orBase(f.String("unit", 20), g.Unit))
	if err != nil {
		f.Add("unit", err)
		return 0
	}
	q, given := measure.Quantity(0), true
	if needed {
		q = f.Quantity(name)
	} else {
		q, given = f.QuantityOpt(name)
	}
	if !given || f.Problem(name) != nil {
		return 0
	}
	base, err := u.Base(q)
	if err != nil {
		f.Add(name, err)
	}
	return base
}

func orBase(code, base string) string {
	if code == "" {
		return base
	}
	return code
}

// figure is the field of a quantity.
func (v voice) figure(f *web.Values, name, label string, known measure.Quantity, u purchase.Shown) ui.FieldModel {
	m := ui.FieldModel{Name: name, Label: v.t.T(label), Error: f.Sentence(name), Mode: "decimal", Short: true, Unit: v.t.Unit(u.Unit, measure.Thousandths)}
	switch {
	case f.Given(name):
		m.Value = f.Value(name)
	case known > 0:
		m.Value = f.Typed(u.Quantity(known).Decimal())
	}
	return m
}

// refusal is the status with which a form comes back; 0 when it does not.
func refusal(f *web.Values, err error) int {
	if f.Refused(err) {
		return http.StatusUnprocessableEntity
	}
	if e, ok := fault.As(err); ok && e.Kind == fault.Conflict && e.Key == "joint.changed_meanwhile" {
		f.Add("", e)
		return http.StatusConflict
	}
	return 0
}

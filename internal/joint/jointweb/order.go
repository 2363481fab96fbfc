package jointweb

import (
	"context"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/ident"
	"buhuo/internal/joint"
	"buhuo/internal/web"
	jointview "buhuo/views/joint"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

func (h *Handlers) pathOrder(c *gin.Context) (joint.Order, error) {
	id, err := web.PathID(c, "id")
	if err != nil {
		return joint.Order{}, err
	}
	return h.joint.Order(c.Request.Context(), id)
}

// order shows a joint order to its organiser.
func (h *Handlers) order(c *gin.Context) error {
	o, err := h.pathOrder(c)
	if err != nil {
		return err
	}
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	chrome, t, u := web.Chrome(c), v.t, v.in(o.Goods)
	chrome.Active, chrome.Title, chrome.Lead = layout.Orders, o.Goods.Name, t.T("joint.lead_own", arg("supplier", o.Goods.Supplier))
	chrome.Back = ui.Link{Href: "/joint", Text: t.T("joint.title")}
	m := jointview.OrderPage{
		State: v.state(o.State), Base: "/joint/" + o.ID.String(), Version: strconv.FormatInt(o.Version, 10), CanClose: o.State == joint.Open && mayEdit(c),
	}
	m.Terms = append(facts(
		ui.Fact{Term: t.T("joint.wanted"), Text: v.amount(o.Wanted, u), Note: v.upTo(o.Tolerance, u)},
		ui.Fact{Term: t.T("joint.until_field"), Text: t.WeekdayDate(o.Until)}, ui.Fact{Term: t.T("joint.note"), Text: o.Note},
	), v.terms(o.Goods)...)
	if err := h.standsAs(c.Request.Context(), v, o, &m); err != nil {
		return err
	}
	for _, in := range o.Invitations {
		m.Members = append(m.Members, v.member(in))
	}
	m.Chrome = chrome
	return web.Render(c, http.StatusOK, jointview.Order(m))
}

// standsAs says how far the order has come, and how it is shared.
func (h *Handlers) standsAs(ctx context.Context, v voice, o joint.Order, m *jointview.OrderPage) error {
	t := v.t
	switch o.State {
	case joint.Open:
		p, err := h.joint.PreviewOwn(ctx, o)
		if err != nil {
			return err
		}
		m.Say, m.Share = t.T("joint.say.open", arg("day", t.WeekdayDate(o.Until))), v.preview(p, o.Wanted, o.Goods)
	case joint.Ordered:
		m.Say = t.T("joint.say.ordered")
		m.Share = jointview.Share{Title: t.T("joint.your_share"), Facts: v.part(o.Outcome, o.Wanted, o.Goods)}
		m.Links = []ui.Link{{Href: "/orders/" + o.OrderID.String(), Text: t.T("joint.to_supplier_order"), Icon: "send", Note: o.Goods.Supplier}}
	default:
		m.Share = jointview.Share{Title: t.T("joint.instead"), Tone: ui.Watch, Say: t.T("joint.say." + string(o.State))}
		if o.State == joint.Missed {
			m.Share.Say = t.T("joint.reason." + string(o.Reason))
		}
		m.Links = v.ownWay(o.ProductID)
	}
	return nil
}

// ownWay leads to what the shop can do without the others.
func (v voice) ownWay(product ident.ID) []ui.Link {
	if product.IsNil() {
		return []ui.Link{{Href: "/suggestions", Text: v.t.T("joint.to_suggestions"), Icon: "cart", Note: v.t.T("joint.to_suggestions_note")}}
	}
	return []ui.Link{
		{Href: "/suggestions", Text: v.t.T("joint.to_suggestions"), Icon: "cart", Note: v.t.T("joint.to_suggestions_note")},
		{Href: "/products/" + product.String() + "/offers", Text: v.t.T("joint.to_offers"), Icon: "scale", Note: v.t.T("joint.to_offers_note")},
	}
}

func (v voice) member(in joint.Invitation) jointview.Member {
	u := v.in(in.Goods)
	m := jointview.Member{Name: in.Member, State: v.answer(in.Answer), Wanted: "—", Gets: "—", Pays: "—"}
	if in.Wanted > 0 {
		m.Wanted, m.Place = v.amount(in.Wanted, u), v.upTo(in.Tolerance, u)
	}
	if in.Answer == joint.HasShare {
		m.Gets, m.Pays = v.amount(in.Outcome.Part.Quantity, u), v.t.Money(in.Outcome.Part.Pays(), v.currency)
		m.Order = "/inbox/" + in.OrderID.String()
	}
	return m
}

func (h *Handlers) close(c *gin.Context) error {
	return h.end(c, h.joint.Close, func(o joint.Order) string {
		if o.State == joint.Ordered {
			return "joint.flash_ordered"
		}
		return "joint.flash_missed"
	})
}

func (h *Handlers) withdraw(c *gin.Context) error {
	return h.end(c, h.joint.Withdraw, func(joint.Order) string { return "joint.flash_withdrawn" })
}

func (h *Handlers) end(c *gin.Context, how func(context.Context, ident.ID, int64) (joint.Order, error), flash func(joint.Order) string) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	version := f.Int("version", 1, 1<<30)
	if err := f.Err(); err != nil {
		if _, missing := h.joint.Order(c.Request.Context(), id); missing != nil {
			return missing
		}
		return err
	}
	o, err := how(c.Request.Context(), id, int64(version))
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, flash(o))
	return web.Redirect(c, "/joint/"+o.ID.String())
}

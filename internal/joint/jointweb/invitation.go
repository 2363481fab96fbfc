package jointweb

import (
	"context"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/joint"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/web"
	jointview "buhuo/views/joint"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

func (h *Handlers) pathInvitation(c *gin.Context) (joint.Invitation, error) {
	id, err := web.PathID(c, "id")
	if err != nil {
		return joint.Invitation{}, err
	}
	return h.joint.Invitation(c.Request.Context(), id)
}

// invitation shows a joint order to a shop that was asked.
func (h *Handlers) invitation(c *gin.Context) error {
	in, err := h.pathInvitation(c)
	if err != nil {
		return err
	}
	return h.invitationPage(c, http.StatusOK, in, nil)
}

// upTo writes a tolerance: "and up to 5 斤 more".
func (v voice) upTo(tolerance measure.Quantity, u purchase.Shown) string {
	if tolerance == 0 {
		return ""
	}
	return v.t.T("joint.up_to", arg("quantity", v.amount(tolerance, u)))
}

// invitationPage shows the invitation; look is what the person wants to see the shares of.
func (h *Handlers) invitationPage(c *gin.Context, status int, in joint.Invitation, look *joint.Reply) error {
	ctx := c.Request.Context()
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	here, err := h.joint.Here(ctx, in)
	if err != nil {
		return err
	}
	chrome, t, u := web.Chrome(c), v.t, v.in(in.Goods)
	chrome.Active, chrome.Title, chrome.Lead = layout.Orders, in.Goods.Name, t.T("joint.lead_asked", arg("organiser", in.Organiser), arg("place", v.province(in.Province)))
	chrome.Back = ui.Link{Href: "/joint", Text: t.T("joint.title")}
	open := in.Answer.Waits() && !h.joint.Over(in)
	m := jointview.InvitationPage{
		State: v.answer(in.Answer), Base: "/joint/asked/" + in.ID.String(), Version: strconv.FormatInt(in.Version, 10), Unit: u.Unit,
		CanAnswer: open && mayEdit(c), Joined: in.Answer == joint.Joined,
	}
	m.CanDecline = m.CanAnswer && in.Answer != joint.Declined
	own := ui.Fact{}
	if in.Wanted > 0 {
		own = ui.Fact{Term: t.T("joint.wanted"), Text: v.amount(in.Wanted, u), Note: v.upTo(in.Tolerance, u)}
	}
	m.Terms = append(facts(
		ui.Fact{Term: t.T("joint.organiser"), Text: in.Organiser, Note: v.province(in.Province)}, own,
		ui.Fact{Term: t.T("joint.until_field"), Text: t.WeekdayDate(in.Until)}, ui.Fact{Term: t.T("joint.note"), Text: in.Note},
	), v.terms(in.Goods)...)
	if open {
		m.Say = t.T("joint.say.asked", arg("day", t.WeekdayDate(in.Until)))
		err = h.form(ctx, v, web.FormOf(c), in, here, look, &m)
	} else {
		v.ended(in, here, &m)
	}
	if err != nil {
		return err
	}
	m.Chrome = chrome
	return web.Render(c, status, jointview.Invitation(m))
}

// form fills in what the person answers, and the share that it would make.
func (h *Handlers) form(ctx context.Context, v voice, f *web.Values, in joint.Invitation, here joint.Here, look *joint.Reply, m *jointview.InvitationPage) error {
	t, u := v.t, v.in(in.Goods)
	wanted, tolerance := in.Wanted, in.Tolerance
	if in.Answer != joint.Joined {
		wanted, tolerance = here.Quantity, usual(here.Quantity, in.Goods)
	}
	m.Wanted = v.figure(f, "wanted", "joint.wanted", wanted, u)
	m.Tolerance = v.figure(f, "tolerance", "joint.tolerance", tolerance, u)
	m.Wanted.Needed, m.Tolerance.Hint = true, t.T("joint.tolerance_hint")
	m.Wanted.Hint = t.T("joint.no_need")
	if here.Need > 0 {
		m.Wanted.Hint = t.T("joint.from_suggestion", arg("quantity", v.amount(here.Quantity, u)))
	}
	product := here.Product
	m.Product = ui.SelectModel{Name: "product", Label: t.T("joint.product"), Hint: t.T("joint.product_hint"), Error: f.Sentence("product"),
		Options: []ui.Option{{Text: t.T("joint.product_new"), Selected: product.IsNil()}}}
	for _, p := range here.Like {
		id := p.ID.String()
		m.Product.Options = append(m.Product.Options, ui.Option{Value: id, Text: p.Name, Selected: f.Given("product") && f.Value("product") == id || !f.Given("product") && p.ID == product})
	}
	if here.Alone != nil && wanted > 0 {
		m.Alone = t.T("joint.alone_of", arg("supplier", here.AloneOf.Name), arg("quantity", v.amount(wanted, u)), arg("cost", t.Money(*here.Alone, v.currency)),
			arg("price", v.each(*here.Alone, wanted, u)))
	}
	if look == nil && (wanted == 0 || f.Err() != nil) {
		return nil
	}
	if look == nil {
		look = &joint.Reply{Product: product, Wanted: wanted, Tolerance: tolerance}
	}
	p, err := h.joint.Preview(ctx, in, look.Product, look.Wanted, look.Tolerance)
	if fault.KindOf(err) == fault.Invalid {
		return nil // what was typed is told at its field
	}
	if err != nil {
		return err
	}
	s := v.preview(p, look.Wanted, in.Goods)
	m.Share = &s
	return nil
}

// ended says what became of it.
func (v voice) ended(in joint.Invitation, here joint.Here, m *jointview.InvitationPage) {
	t := v.t
	switch in.Answer {
	case joint.HasShare:
		m.Say = t.T("joint.say.share")
		m.Share = &jointview.Share{Title: t.T("joint.your_share"), Facts: v.part(in.Outcome, in.Wanted, in.Goods)}
		m.Links = []ui.Link{{Href: "/orders/" + in.OrderID.String(), Text: t.T("joint.to_own_order"), Icon: "receipt", Note: in.Organiser}}
	case joint.Fell, joint.Left, joint.WithdrawnToo:
		m.Share = &jointview.Share{Title: t.T("joint.instead"), Tone: ui.Watch, Say: t.T("joint.fell." + string(in.Answer))}
		m.Links = v.ownWay(here.Product)
	}
}

// reply reads the form.
func reply(f *web.Values, in joint.Invitation) joint.Reply {
	r := joint.Reply{Version: int64(f.Int("version", 1, 1<<30)), Wanted: typedQuantity(f, "wanted", in.Goods, true), Tolerance: typedQuantity(f, "tolerance", in.Goods, false)}
	r.Product, _ = f.IDOpt("product")
	return r
}

func (h *Handlers) join(c *gin.Context) error {
	ctx, f := c.Request.Context(), web.FormOf(c)
	in, err := h.pathInvitation(c)
	if err != nil {
		return err
	}
	r := reply(f, in)
	if err = f.Err(); err == nil && f.Checked("look") {
		if _, err = h.joint.Preview(ctx, in, r.Product, r.Wanted, r.Tolerance); err == nil {
			return h.invitationPage(c, http.StatusOK, in, &r)
		}
	} else if err == nil {
		_, err = h.joint.Join(ctx, in.ID, r)
	}
	if status := refusal(f, err); status != 0 {
		return h.invitationPage(c, status, in, nil)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "joint.flash_joined")
	return web.Redirect(c, "/joint/asked/"+in.ID.String())
}

func (h *Handlers) decline(c *gin.Context) error {
	ctx, f := c.Request.Context(), web.FormOf(c)
	in, err := h.pathInvitation(c)
	if err != nil {
		return err
	}
	version := f.Int("version", 1, 1<<30)
	if err = f.Err(); err == nil {
		_, err = h.joint.Decline(ctx, in.ID, int64(version))
	}
	if status := refusal(f, err); status != 0 {
		return h.invitationPage(c, status, in, nil)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "joint.flash_declined")
	return web.Redirect(c, "/joint/asked/"+in.ID.String())
}

package jointweb

import (
	"net/http"
	"strings"

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

// list shows what the shop was asked, what it organises and what would be worth it.
func (h *Handlers) list(c *gin.Context) error {
	ctx := c.Request.Context()
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	received, err := h.joint.Received(ctx)
	if err != nil {
		return err
	}
	own, err := h.joint.Orders(ctx)
	if err != nil {
		return err
	}
	found, err := h.joint.Candidates(ctx)
	if err != nil {
		return err
	}
	standing, err := h.joint.Standing(ctx)
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	chrome.Active, chrome.Title, chrome.Lead = layout.Orders, v.t.T("joint.title"), v.t.T("joint.lead")
	chrome.Back = ui.Link{Href: "/more", Text: v.t.T("layout.nav.more")}
	m := jointview.ListPage{Chrome: chrome, CanEdit: mayEdit(c), Open: standing.Open, Where: v.t.T("joint.standing_tells", arg("name", v.house.Name), arg("place", v.province(v.house.Province)))}
	m.Toggle = ui.Press{Text: v.t.T("joint.let_ask"), Icon: "check", Kind: ui.Primary, Name: "open", Value: "1"}
	if standing.Open {
		m.Toggle = ui.Press{Text: v.t.T("joint.no_longer"), Icon: "close", Name: "open", Value: "0"}
	}
	for _, in := range received {
		m.Asked = append(m.Asked, jointview.Row{
			Href: "/joint/asked/" + in.ID.String(), Name: in.Goods.Name, Detail: in.Organiser + " · " + v.province(in.Province), Until: v.t.DateShort(in.Until), State: v.answer(in.Answer),
		})
	}
	for _, o := range own {
		m.Own = append(m.Own, jointview.Row{Href: "/joint/" + o.ID.String(), Name: o.Goods.Name, Detail: o.Goods.Supplier, Until: v.t.DateShort(o.Until), State: v.state(o.State)})
	}
	for _, f := range found {
		m.Candidates = append(m.Candidates, v.candidate(f))
	}
	return web.Render(c, http.StatusOK, jointview.List(m))
}

func (v voice) candidate(c joint.Candidate) jointview.CandidateRow {
	u := purchase.Document{WeightUnit: v.house.ShowUnit}.Shown(purchase.OrderLine{Unit: c.Product.BaseUnit, Price: c.Offer.Price})
	row := jointview.CandidateRow{
		Href: "/joint/new?offer=" + c.Offer.ID.String(), Name: c.Product.Name, Supplier: c.Supplier.Name, Need: v.amount(c.Need, u), Target: v.amount(c.Target, u),
		Saving: v.t.T("joint.only_source"),
	}
	if saving, ok := c.Saving(); ok {
		row.Saving = v.t.Money(saving, v.currency)
	}
	return row
}

// standing says whether others may ask.
func (h *Handlers) standing(c *gin.Context) error {
	f := web.FormOf(c)
	open := f.Choice("open", "1", "0") == "1"
	if err := f.Err(); err != nil {
		return err
	}
	if err := h.joint.MayBeAsked(c.Request.Context(), open); err != nil {
		return err
	}
	key := "joint.flash_closed"
	if open {
		key = "joint.flash_open"
	}
	web.Flash(c, web.Good, key)
	return web.Redirect(c, "/joint")
}

// begin shows the form of a proposal.
func (h *Handlers) begin(c *gin.Context) error {
	f := web.QueryOf(c)
	offer, given := f.IDOpt("offer")
	if err := f.Err(); err != nil {
		return fault.New(fault.Malformed, "trade.search_unreadable").WithCause(err)
	}
	if !given {
		return web.Redirect(c, "/joint")
	}
	d, err := h.joint.Draft(c.Request.Context(), offer)
	if err != nil {
		return err
	}
	return h.proposal(c, http.StatusOK, d)
}

func (h *Handlers) proposal(c *gin.Context, status int, d joint.Draft) error {
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	chrome, f, u := web.Chrome(c), web.FormOf(c), v.in(d.Goods)
	chrome.Active, chrome.Title, chrome.Lead = layout.Orders, v.t.T("joint.new_title"), d.Goods.Name
	chrome.Back = ui.Link{Href: "/joint", Text: v.t.T("joint.title")}
	m := jointview.ProposalForm{
		Client: chrome.Client, Offer: d.Offer.ID.String(), Unit: orBase(f.Value("unit"), u.Unit), Terms: v.terms(d.Goods),
		Wanted: v.figure(f, "wanted", "joint.wanted", d.Need, u), Tolerance: v.figure(f, "tolerance", "joint.tolerance", usual(d.Need, d.Goods), u),
		Until: ui.FieldModel{Name: "until", Label: v.t.T("joint.until_field"), Type: "date", Value: d.Until.String(), Error: f.Sentence("until"), Short: true, Needed: true},
		Note:  ui.FieldModel{Name: "note", Label: v.t.T("joint.note"), Hint: v.t.T("joint.note_hint"), Value: f.Value("note"), Error: f.Sentence("note"), Max: joint.MaxNote},
	}
	m.Wanted.Needed, m.Wanted.Hint, m.Tolerance.Hint = true, v.t.T("joint.wanted_hint"), v.t.T("joint.tolerance_hint")
	if d.Alone != nil {
		m.Wanted.Hint = v.t.T("joint.alone_costs", arg("quantity", v.amount(d.Need, u)), arg("cost", v.t.Money(*d.Alone, v.currency)))
	}
	if sent := f.Value("client_id"); sent != "" {
		m.Client = sent
	}
	if f.Given("until") {
		m.Until.Value = f.Value("until")
	}
	m.NobodyChosen = f.Sentence("neighbour")
	chosen := strings.Join(f.All("neighbour", joint.MaxAsked*2), " ")
	for _, n := range d.Neighbours {
		m.Neighbours = append(m.Neighbours, ui.Check{
			ID: "n-" + n.ID.String(), Name: "neighbour", Value: n.ID.String(), Label: n.Name, Hint: v.province(n.Province),
			Checked: f.Given("wanted") && strings.Contains(chosen, n.ID.String()) || !f.Given("wanted") && n.Province == v.house.Province,
		})
	}
	if len(d.Neighbours) == 0 {
		m.Nobody = &ui.EmptyModel{Icon: "team", Title: v.t.T("joint.nobody"), Text: v.t.T("joint.nobody_text"), Action: ui.Link{Href: "/joint", Text: v.t.T("joint.title")}}
	}
	m.Chrome = chrome
	return web.Render(c, status, jointview.Proposal(m))
}

// usual is the tolerance that forms begin with: a quarter, in whole parts.
func usual(need measure.Quantity, g joint.Goods) measure.Quantity {
	return (need/4 + g.Terms.Grain - 1) / g.Terms.Grain * g.Terms.Grain
}

func (h *Handlers) propose(c *gin.Context) error {
	ctx, f := c.Request.Context(), web.FormOf(c)
	offer := f.ID("offer")
	if err := f.Err(); err != nil {
		return err
	}
	d, err := h.joint.Draft(ctx, offer)
	if err != nil {
		return err
	}
	p := joint.Proposal{ID: f.ID("client_id"), OfferID: offer, Wanted: typedQuantity(f, "wanted", d.Goods, true), Tolerance: typedQuantity(f, "tolerance", d.Goods, false),
		Until: f.Date("until"), Note: f.String("note", joint.MaxNote)}
	for _, text := range f.All("neighbour", joint.MaxAsked*2) {
		for _, n := range d.Neighbours {
			if n.ID.String() == text {
				p.Neighbours = append(p.Neighbours, n.ID)
			}
		}
	}
	var made joint.Order
	if err = f.Err(); err == nil {
		made, err = h.joint.Propose(ctx, p)
	}
	if status := refusal(f, err); status != 0 {
		return h.proposal(c, status, d)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "joint.flash_asked")
	return web.Redirect(c, "/joint/"+made.ID.String())
}

package salesweb

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/sales"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	salesview "buhuo/views/sales"
	"buhuo/views/ui"
)

const parcelsPath = "/sales/parcels"

// parcelSteps are the two lists: those that wait, and those on their way.
var parcelSteps = []sales.Step{sales.Waiting, sales.Left}

func (h *Handlers) parcelList(c *gin.Context) error { return h.parcelsPage(c, http.StatusOK, nil) }

// parcelsPage lists the parcels that have not arrived, to write of many at once that they
// left or arrived.
func (h *Handlers) parcelsPage(c *gin.Context, status int, ticked map[ident.ID]bool) error {
	ctx, f := c.Request.Context(), web.FormOf(c)
	at := sales.Step(web.QueryOf(c).ChoiceOpt("step", string(sales.Waiting), string(sales.Waiting), string(sales.Left)))
	if at != sales.Left {
		at = sales.Waiting
	}
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	list, err := h.sales.OnTheWay(ctx, at)
	if err != nil {
		return err
	}
	products, err := h.products(ctx, list)
	if err != nil {
		return err
	}
	ids := make([]ident.ID, len(list))
	for i, s := range list {
		ids[i] = s.ID
	}
	kept, err := h.sales.Parcels(ctx, ids)
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	t := chrome.T
	names, err := h.channelNames(ctx, t)
	if err != nil {
		return err
	}
	chrome.Title, chrome.Active, chrome.Lead, chrome.Path = t.T("sales.parcels_title"), layout.Sell, t.T("sales.parcels_lead"), parcelsPath+"?step="+string(at)
	chrome.Back = ui.Link{Href: "/sales", Text: t.T("sales.list_title")}
	m := salesview.Parcels{Chrome: chrome, Action: chrome.Path, None: t.T("sales.parcels_none." + string(at)), Error: f.Sentence("sale"),
		On: ui.FieldModel{Name: "on", Label: t.T("sales.parcels_on"), Type: "date", Short: true, Value: web.Today(c).String(), Error: f.Sentence("on")}}
	if f.Given("on") {
		m.On.Value = f.Value("on")
	}
	for _, step := range parcelSteps {
		m.Tabs = append(m.Tabs, ui.Tab{Href: parcelsPath + "?step=" + string(step), Text: t.T("sales.parcels." + string(step)), Active: step == at})
	}
	for _, s := range list {
		box := ui.Check{ID: "p-" + s.ID.String(), Name: "sale", Value: s.ID.String(), Label: what(t, s.Lines, products), Checked: ticked[s.ID]}
		box.Hint = t.T("sales.parcels_of", i18n.A("day", s.BusinessDay), i18n.A("channel", names[s.Channel]), i18n.A("amount", cash(t, scope, s.Total)))
		if left := kept[s.ID].Dispatched; left != nil {
			box.Hint += " · " + t.T("sales.parcel_left_on", i18n.A("day", *left))
		}
		m.Boxes = append(m.Boxes, box)
	}
	if len(list) == sales.MaxParcels {
		m.More = t.T("sales.parcels_more", i18n.A("n", len(list)))
	}
	m.Presses = []ui.Press{{Text: t.T("sales.parcels_arrived"), Icon: "check", Name: "to", Value: string(sales.Arrived), Kind: ui.Primary}}
	if at == sales.Waiting {
		m.Presses[0].Kind = ""
		m.Presses = append([]ui.Press{{Text: t.T("sales.parcels_left"), Icon: "truck", Name: "to", Value: string(sales.Left), Kind: ui.Primary}}, m.Presses...)
	}
	return web.Render(c, status, salesview.ParcelsPage(m))
}

func (h *Handlers) moveParcels(c *gin.Context) error {
	f := web.FormOf(c)
	on := f.Date("on")
	to := sales.Step(f.Choice("to", string(sales.Left), string(sales.Arrived)))
	ticked := map[ident.ID]bool{}
	var ids []ident.ID
	for _, text := range f.All("sale", 40) {
		id, err := ident.Parse(text)
		if err != nil {
			f.Add("sale", err)
		} else if !ticked[id] {
			ticked[id] = true
			ids = append(ids, id)
		}
	}
	err := f.Err()
	if err == nil {
		err = h.sales.MoveParcels(c.Request.Context(), ids, to, on)
	}
	if f.Refused(err) {
		return h.parcelsPage(c, http.StatusUnprocessableEntity, ticked)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "sales.flash_parcels", len(ids))
	return web.Redirect(c, parcelsPath+"?step="+string(sales.Left))
}

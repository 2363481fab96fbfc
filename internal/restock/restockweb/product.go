package restockweb

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/replenish"
	"buhuo/internal/restock"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

// movesShown are the lines of the ledger on a product's page.
const movesShown = 6

// product shows one product: what is there, what will be wanted, what to order,
// from whom.
func (h *Handlers) product(c *gin.Context) error {
	o, v, err := h.outlook(c)
	if err != nil {
		return err
	}
	// Archived products keep their page; they have no suggestion.
	chrome := web.Chrome(c)
	chrome.Title, chrome.Active = o.Product.Name, layout.Stock
	chrome.Back = ui.Link{Href: "/products", Text: v.t.T("restock.products_title")}
	chrome.Actions = v.actions(c, o.Product.ID)
	m := restockview.Product{Chrome: chrome, Client: chrome.Client, Badges: v.badges(o), Facts: v.facts(o.Product), Steps: v.steps(o), Why: v.Sentence(o.Row.Reason)}
	m.Title = restockview.Titles{
		Order: v.t.T("restock.card_order"), Demand: v.t.T("restock.card_demand"), Stock: v.t.T("restock.card_stock"), Lots: v.t.T("restock.card_lots"),
		Offers: v.t.T("restock.card_offers"), Moves: v.t.T("restock.card_moves"), Facts: v.t.T("restock.card_facts"),
	}
	if m.Notes, _, err = h.presence(c, v); err != nil {
		return err
	}
	switch {
	case o.Product.MergedInto != nil:
		m.Notes = append(m.Notes, layout.Flash{Tone: ui.Info, Text: v.t.T("restock.merged_note")})
	case o.Product.Archived:
		m.Notes = append(m.Notes, layout.Flash{Tone: ui.Info, Text: v.t.T("restock.archived_note")})
	}
	if err := h.shelf(c, v, o, &m); err != nil {
		return err
	}
	if h.photos != nil {
		if m.Photo, err = h.photos.Picture(c, o.Product.ID); err != nil {
			return err
		}
	}
	if o.Thought && !o.Product.Archived {
		m.Order = v.productOrder(c, o)
		m.Demand, m.Stock = v.demandChart(o), v.stockChart(o)
		m.Prospect = v.prospect(o)
		v.forecast(c, o, &m)
	}
	v.offers(c, o, &m)
	return web.Render(c, http.StatusOK, restockview.ProductPage(m))
}

func (v voice) actions(c *gin.Context, id ident.ID) []ui.Link {
	var links []ui.Link
	if may(c, tenant.Seller) {
		links = append(links, ui.Link{Href: "/stock/count?product=" + id.String(), Text: v.t.T("restock.count"), Icon: "count"})
	}
	if may(c, tenant.Manager) {
		links = append(links, ui.Link{Href: productAddress(id) + "/edit", Text: v.t.T("restock.edit"), Icon: "edit"})
	}
	return links
}

func (v voice) badges(o restock.Outlook) []restockview.Badge {
	var out []restockview.Badge
	if o.Product.Archived {
		out = append(out, restockview.Badge{Tone: ui.Plain, Icon: "close", Text: v.t.T("restock.archived")})
	}
	if o.Thought && !o.Product.Archived {
		tone, text := v.risk(o.Row.Suggestion)
		out = append(out, restockview.Badge{Tone: tone, Text: text})
	}
	return out
}

// shelf fills in the figures, the lots and the last movements, as the book has
// them now.
func (h *Handlers) shelf(c *gin.Context, v voice, o restock.Outlook, m *restockview.Product) error {
	ctx := c.Request.Context()
	id, unit := o.Product.ID, o.Product.BaseUnit
	positions, err := h.stock.Positions(ctx, []ident.ID{id}, v.today)
	if err != nil {
		return err
	}
	lots, err := h.stock.Lots(ctx, id)
	if err != nil {
		return err
	}
	moves, err := h.stock.Movements(ctx, stock.MovementQuery{ProductID: &id, Limit: movesShown})
	if err != nil {
		return err
	}
	m.Figures = v.figures(o, positions[id])
	m.NoLots = v.t.T("restock.no_lots")
	for _, l := range lots {
		m.Lots = append(m.Lots, v.lot(l, unit))
	}
	if may(c, tenant.Seller) && !o.Product.Archived {
		m.Links = []ui.Link{
			{Href: "/stock/receive?product=" + id.String(), Text: v.t.T("restock.receive"), Icon: "truck"},
			{Href: "/stock/loss?product=" + id.String(), Text: v.t.T("restock.more_loss"), Icon: "trash"},
		}
	}
	if into := o.Product.MergedInto; into != nil {
		m.Links = append(m.Links, ui.Link{Href: productAddress(*into), Text: v.t.T("restock.merged_to"), Icon: "tag"})
	}
	m.Links = append(m.Links, ui.Link{Href: decisionsAddress + "?product=" + id.String(), Text: v.t.T("decision.page"), Icon: "scale"})
	m.AllMoves = ui.Link{Href: "/stock/movements?product=" + id.String(), Text: v.t.T("restock.all_moves")}
	for _, move := range moves {
		m.Moves = append(m.Moves, v.move(move, unit))
	}
	return nil
}

func (v voice) figures(o restock.Outlook, at stock.Position) []ui.Figure {
	unit := o.Product.BaseUnit
	figure := func(label string, q measure.Quantity) ui.Figure {
		q, shown := v.Shown(q, unit)
		return ui.Figure{Label: v.t.T(label), Value: v.t.Quantity(q), Unit: v.t.Unit(shown, q)}
	}
	out := []ui.Figure{figure("restock.on_hand", at.OnHand)}
	if !at.Known {
		out[0] = ui.Figure{Label: v.t.T("restock.on_hand"), Value: "?", Note: v.t.T("restock.never_counted_one")}
	}
	if at.Known && at.Available != at.OnHand {
		out = append(out, figure("restock.available", at.Available))
	}
	out = append(out, figure("restock.on_order_title", at.OnOrder))
	if o.Thought {
		q, shown := v.Shown(o.Row.DailyRate, unit)
		out = append(out, ui.Figure{Label: v.t.T("restock.daily"), Value: v.t.Decimal(float64(q)/1000, 1), Unit: v.t.Unit(shown, q)})
	}
	if n, ok := days(o.Row.Suggestion); ok && at.Known {
		out = append(out, ui.Figure{Label: v.t.T("restock.col_cover"), Value: v.t.Quantity(n), Unit: v.t.T("restock.days", arg("n", n)), Tone: tone(o.Row.Suggestion)})
	}
	return out
}

func (v voice) lot(l stock.LotBalance, unit string) ui.Fact {
	f := ui.Fact{Term: l.Code, Text: v.Amount(l.Quantity, unit)}
	switch {
	case l.LotID == stock.Unassigned:
		f.Term = v.t.T("restock.lot_unassigned")
	case l.Code == "":
		f.Term = v.t.T("restock.lot_received", arg("day", v.t.DateShort(v.dayOf(l))))
	}
	if l.Expiry != nil {
		f.Note = v.t.T("restock.lot_until", arg("day", v.t.Date(*l.Expiry)))
		if l.Expired(v.today) {
			f.Note = v.t.T("restock.lot_expired", arg("day", v.t.Date(*l.Expiry)))
		}
	}
	return f
}

func (v voice) move(m stock.Movement, unit string) restockview.Move {
	what := v.t.T("stock.kind." + string(m.Kind))
	if m.ReversesID != nil {
		what = v.t.T("restock.undone", arg("what", what))
	}
	quantity := v.Amount(m.Quantity, unit)
	if m.Quantity > 0 {
		quantity = "+" + quantity
	}
	return restockview.Move{When: v.t.WeekdayDate(m.BusinessDay), What: what, Quantity: quantity}
}

// productOrder is the suggestion with its one button.
func (v voice) productOrder(c *gin.Context, o restock.Outlook) *restockview.ProductOrder {
	s := o.Row
	order := &restockview.ProductOrder{Code: s.Code, Text: v.t.T("restock.nothing_of_this")}
	if s.Chosen() > 0 {
		order.Quantity, order.Text = v.Amount(s.Chosen(), s.Unit), s.SupplierName
		if s.Override == nil {
			order.Text = v.t.T("restock.dotted", arg("first", order.Text), arg("next", v.Money(s.LineCost)))
			if s.PackUnit != s.Unit && packed(s.PackUnit) {
				order.Text = v.t.T("restock.dotted", arg("first", v.t.Measured(s.PackQuantity, s.PackUnit)), arg("next", order.Text))
			}
		}
	}
	order.Draft = v.draft(s.Reason)
	order.Draft.Icon, order.Draft.Kind = "receipt", ui.Quiet
	switch {
	case s.State == restock.Ordered:
		order.Done = &ui.Link{Href: "/orders", Text: v.t.T("restock.ordered"), Icon: "check"}
	case !may(c, roleToOrder):
	case s.OfferID != nil:
		if s.Chosen() > 0 {
			order.Button = v.t.T("restock.order_this")
		}
		order.Answer = ui.Link{Href: answerAddress(o.Product.ID, toChange), Text: v.t.T("decision.otherwise"), Icon: "edit", Kind: ui.Quiet}
	}
	return order
}

// offers compares the suppliers by what a unit costs on the shelf.
func (v voice) offers(c *gin.Context, o restock.Outlook, m *restockview.Product) {
	m.NoOffers = v.t.T("restock.no_offers")
	m.Columns = []ui.Column{{Text: v.t.T("restock.col_supplier")}, {Text: v.t.T("restock.col_landed"), Num: true, Fit: true}, {Text: v.t.T("restock.col_arrives"), Num: true, Fit: true}}
	if may(c, tenant.Manager) {
		m.AddOffer = ui.Link{Href: productAddress(o.Product.ID) + "/offers/new", Text: v.t.T("restock.add_offer")}
		m.Ask = v.askPrices(o.Product.ID)
	}
	m.AllOffers = ui.Link{Href: productAddress(o.Product.ID) + "/offers", Text: v.t.T("restock.offers_link")}
	result := o.Row.Trace.Result
	if result.Choice != nil {
		m.Offers = append(m.Offers, v.offer(*result.Choice, o.Product.BaseUnit))
		if len(result.Others) > 0 {
			m.Offers[0].Best = v.t.T("restock.best")
		}
	}
	for _, e := range result.Others {
		m.Offers = append(m.Offers, v.offer(e, o.Product.BaseUnit))
	}
}

func (v voice) offer(e replenish.Evaluation, unit string) restockview.Offer {
	out := restockview.Offer{Supplier: e.SupplierName, Href: "/suppliers/" + e.Supplier.String(), Price: "–", Arrives: "–"}
	out.Badge.Tone, out.Badge.Icon, out.Badge.Text = v.kind(catalog.Kind(e.Kind))
	if e.Refused != "" {
		out.Badge = restockview.Badge{Tone: ui.Watch, Text: v.t.T("restock.offer_unusable")}
		return out
	}
	if e.Quote.UnitPrice > 0 {
		out.Price = v.Landed(e.Quote.Landed, unit)
	}
	out.Arrives = v.t.DateShort(e.Arrival)
	return out
}

// facts are what the catalogue says.
func (v voice) facts(p catalog.Product) []ui.Fact {
	var out []ui.Fact
	add := func(key, text string) {
		if text != "" {
			out = append(out, ui.Fact{Term: v.t.T(key), Text: text})
		}
	}
	add("restock.fact_code", p.Code)
	for _, b := range p.Barcodes {
		add("restock.fact_barcode", b)
	}
	add("restock.fact_category", p.Category)
	if p.SalePrice > 0 {
		add("restock.fact_price", v.Price(p.SalePrice, p.BaseUnit))
	}
	if p.ShelfLifeDays > 0 {
		add("restock.fact_shelf_life", v.t.T("restock.n_days", arg("n", p.ShelfLifeDays)))
	}
	for _, pack := range p.Packs {
		if size, err := pack.Size(); err == nil {
			add("restock.fact_pack", v.t.T("restock.pack_of", arg("pack", v.t.Unit(pack.Unit, measure.Thousandths)), arg("content", v.Amount(size, p.BaseUnit))))
		}
	}
	if p.Minimum != nil {
		add("restock.fact_minimum", v.Amount(*p.Minimum, p.BaseUnit))
	}
	if p.Maximum != nil {
		add("restock.fact_maximum", v.Amount(*p.Maximum, p.BaseUnit))
	}
	add("restock.fact_origin", p.Origin)
	add("restock.fact_producer", p.Producer)
	add("restock.fact_shelf", p.Shelf)
	add("restock.fact_substitutes", p.Substitutes)
	return out
}

package stockweb

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	stockview "buhuo/views/stock"
	"buhuo/views/ui"
)

const countPath = "/stock/count"

func (h *Handlers) countForm(c *gin.Context) error {
	if ok, err := h.chosen(c, web.Printer(c).T("stock.count_title")); !ok {
		return err
	}
	q := web.QueryOf(c)
	s, err := h.subject(c, q)
	if err != nil {
		return err
	}
	return h.countPage(c, http.StatusOK, s, q, s.balance.OnHand.Decimal())
}

// count saves what was found on the shelf. Who counted while goods moved gets the
// page again with what the book says now.
func (h *Handlers) count(c *gin.Context) error {
	f := web.FormOf(c)
	s, err := h.subject(c, f)
	if err != nil {
		return err
	}
	expected := f.Quantity("expected")
	r := stock.CountRequest{
		ClientID: f.ID("client_id"), ProductID: s.product.ID, Expected: &expected,
		Counted: quantity(f, "counted", s.product), Note: f.String("note", maxNote),
	}
	if err = f.Err(); err == nil {
		err = h.stock.Count(c.Request.Context(), r)
	}
	if e, ok := fault.As(err); ok && e.Key == "stock.count_stale" {
		return h.staleCount(c, s, f)
	}
	if f.Refused(err) {
		return h.countPage(c, http.StatusUnprocessableEntity, s, f, f.Value("expected"))
	}
	if err != nil {
		return err
	}
	return web.Redirect(c, countedPath(r.ClientID, f))
}

func countedPath(id ident.ID, f *web.Values) string {
	q := url.Values{}
	for _, name := range []string{"shelf", "blind"} {
		if v := f.Value(name); v != "" {
			q.Set(name, v)
		}
	}
	if len(q) == 0 {
		return "/stock/counts/" + id.String()
	}
	return "/stock/counts/" + id.String() + "?" + q.Encode()
}

// staleCount says what the book held when the page was made and what it holds
// now, in the shop's unit, and lets the person save what was counted all the same.
func (h *Handlers) staleCount(c *gin.Context, before subject, f *web.Values) error {
	now, err := h.subject(c, f)
	if err != nil {
		return err
	}
	t := web.Printer(c)
	f.Add("counted", fault.New(fault.Conflict, "stock.count_stale",
		fault.A("expected", before.said(t, f.Quantity("expected"))), fault.A("on_hand", now.said(t, now.balance.OnHand))))
	return h.countPage(c, http.StatusConflict, now, f, now.balance.OnHand.Decimal())
}

func (h *Handlers) countPage(c *gin.Context, status int, s subject, f *web.Values, expected string) error {
	form, t := web.FormOf(c), web.Printer(c)
	chrome := s.chrome(c, t.T("stock.count_title"), back(f))
	m := stockview.Count{
		Form: s.form(c, chrome, countPath), Expected: expected, Blind: f.Value("blind"), Shelf: f.Value("shelf"),
		Counted: number(form, "counted", t.T("stock.counted")),
	}
	m.Counted.Needed, m.Counted.Focus, m.Counted.Hint = true, true, t.T("stock.counted_hint")
	return web.Render(c, status, stockview.CountPage(m))
}

// back is the list that the counter came from.
func back(f *web.Values) string {
	q := url.Values{}
	for _, name := range []string{"shelf", "blind"} {
		if v := f.Value(name); v != "" {
			q.Set(name, v)
		}
	}
	if len(q) == 0 {
		return countPath
	}
	return countPath + "?" + q.Encode()
}

// counted shows what a count found: the difference, and what to do next.
func (h *Handlers) counted(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	result, found, err := h.stock.CountResult(ctx, id)
	if err != nil {
		return err
	}
	movements, err := h.stock.OfSource(ctx, id)
	if err != nil {
		return err
	}
	if !found || len(movements) == 0 {
		return fault.New(fault.NotFound, "stock.movement_unknown")
	}
	p, err := h.catalog.Product(ctx, movements[0].ProductID)
	if err != nil {
		return err
	}
	s := subject{product: p}
	if s.unit, err = h.unitOf(ctx, p.BaseUnit); err != nil {
		return err
	}
	return h.countedPage(c, s, result, movements)
}

func (h *Handlers) countedPage(c *gin.Context, s subject, r stock.CountResult, movements []stock.Movement) error {
	chrome := s.chrome(c, web.Printer(c).T("stock.counted_title"), back(web.QueryOf(c)))
	chrome.Active = layout.Stock
	t := chrome.T
	m := stockview.Counted{
		Chrome: chrome, Next: ui.Link{Href: back(web.QueryOf(c)), Text: t.T("stock.count_next"), Icon: "count", Kind: ui.Primary},
		Figures: []ui.Figure{
			{Label: t.T("stock.in_the_book"), Value: s.said(t, r.Book)}, {Label: t.T("stock.counted"), Value: s.said(t, r.Counted)},
		},
	}
	switch {
	case r.Variance == 0:
		m.Tone, m.Sentence = ui.OK, t.T("stock.variance_none")
	case r.Variance > 0:
		m.Tone, m.Sentence = ui.Watch, t.T("stock.variance_more", i18n.A("quantity", s.said(t, r.Variance)))
	default:
		m.Tone, m.Sentence = ui.Watch, t.T("stock.variance_less", i18n.A("quantity", s.said(t, -r.Variance)))
	}
	if scope, _ := web.Scope(c); scope.Role.AtLeast(tenant.Manager) && len(reversedIn(movements)) == 0 {
		m.Undo = "/stock/movements/" + movements[0].ID.String() + "/undo"
	}
	return web.Render(c, http.StatusOK, stockview.CountedPage(m))
}

// reversedIn lists the movements that another of the list takes back.
func reversedIn(list []stock.Movement) map[ident.ID]bool {
	undone := map[ident.ID]bool{}
	for _, m := range list {
		if m.ReversesID != nil {
			undone[*m.ReversesID] = true
		}
	}
	return undone
}

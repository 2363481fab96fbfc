package restockweb

import (
	"context"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/restock"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

const (
	// urgentRows are the products that Today shows of those running out.
	urgentRows = 6
	// arrivingDays and expiringDays are how far Today looks ahead.
	arrivingDays, expiringDays = 2, 5
	// fewLines bounds the other cards.
	fewLines = 4
	// prompts is how many counts a day asks for: who is sent to the shelf too often goes no more.
	prompts = 5
)

// today shows what needs a hand today.
func (h *Handlers) today(c *gin.Context) error {
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	chrome.Title, chrome.Active = v.t.T("restock.today_title"), layout.Today
	chrome.Help = []string{v.t.T("restock.today_help")}
	m := restockview.Today{Chrome: chrome}
	notes, made, err := h.presence(c, v)
	if err != nil {
		return err
	}
	m.Notes = notes
	if !made {
		if m.Empty, err = h.begin(c.Request.Context(), v); err != nil {
			return err
		}
		if m.Empty != nil {
			return web.Render(c, http.StatusOK, restockview.TodayPage(m))
		}
		m.Notes = []layout.Flash{{Tone: ui.Info, Text: v.t.T("restock.numbers_coming")}}
	}
	for _, fill := range []func(context.Context, voice, *restockview.Today) error{h.attend, h.toOrder, h.urgent, h.arriving, h.expiring, h.toCount} {
		if err := fill(c.Request.Context(), v, &m); err != nil {
			return err
		}
	}
	if !may(c, tenant.Seller) {
		readOnly(&m)
	}
	return web.Render(c, http.StatusOK, restockview.TodayPage(m))
}

// begin is what a shop without goods is told; nil when it has some.
func (h *Handlers) begin(ctx context.Context, v voice) (*ui.EmptyModel, error) {
	some, err := h.lists.Products(ctx, restock.ProductQuery{Limit: 1})
	if err != nil || len(some) > 0 {
		return nil, err
	}
	return &ui.EmptyModel{
		Icon: "sprout", Title: v.t.T("restock.begin_title"), Text: v.t.T("restock.begin_text"),
		Action: ui.Link{Href: "/import", Text: v.t.T("restock.begin_import"), Icon: "upload", Kind: ui.Primary},
		Other:  []ui.Link{{Href: "/products/new", Text: v.t.T("restock.add_product"), Icon: "plus"}},
	}, nil
}

// sums is what is to be ordered altogether.
type sums struct {
	suppliers, products, direct int
	cost                        money.Amount
	saving                      *money.Amount
}

// addUp adds up the totals of all suppliers.
func addUp(totals []restock.SupplierTotal) (s sums, err error) {
	for _, t := range totals {
		if t.Products == 0 {
			continue
		}
		s.suppliers++
		s.products += t.Products
		if t.Kind == catalog.Manufacturer || t.Kind == catalog.Farmer {
			s.direct++
		}
		if s.cost, err = s.cost.Add(t.Cost); err != nil {
			return s, err
		}
		if t.Saving != nil {
			saved := *t.Saving
			if s.saving != nil {
				if saved, err = saved.Add(*s.saving); err != nil {
					return s, err
				}
			}
			s.saving = &saved
		}
	}
	return s, nil
}

// attend leads to what waits for a person: the most pressing first.
func (h *Handlers) attend(ctx context.Context, v voice, m *restockview.Today) error {
	add := func(n int, href, key, icon string) {
		if n > 0 {
			m.Waiting = append(m.Waiting, ui.Link{Href: href, Text: v.t.T(key, arg("n", n)), Icon: icon})
		}
	}
	if h.orders != nil {
		waiting, err := h.orders.Attention(ctx)
		if err != nil {
			return err
		}
		add(waiting.Unmailed, "/orders?state=unmailed", "restock.orders_unmailed", "alert")
		add(waiting.Asked, "/orders?state=asked", "restock.orders_asked", "hourglass")
		add(waiting.Answers, "/orders?state=answered", "restock.orders_answered", "receipt")
		add(waiting.Late, "/orders?state=late", "restock.orders_late", "truck")
	}
	for _, box := range []struct {
		inbox           Inbox
		href, key, icon string
	}{{h.inbox, "/inbox", "trade.waiting", "store"}, {h.replies, "/enquiries?state=open", "restock.enquiries_answered", "tag"}} {
		if box.inbox == nil {
			continue
		}
		n, err := box.inbox.Waiting(ctx)
		if err != nil {
			return err
		}
		add(n, box.href, box.key, box.icon)
	}
	if h.joint == nil {
		return nil
	}
	asked, reached, missed, err := h.joint.News(ctx)
	add(asked, "/joint", "joint.today_asked", "team")
	add(reached, "/joint", "joint.today_reached", "check")
	add(missed, "/joint", "joint.today_missed", "undo")
	return err
}

func (h *Handlers) toOrder(ctx context.Context, v voice, m *restockview.Today) error {
	totals, err := h.restock.Totals(ctx)
	if err != nil {
		return err
	}
	s, err := addUp(totals)
	if err != nil {
		return err
	}
	if s.products == 0 {
		m.Order = restockview.OrderCard{Saving: v.t.T("restock.nothing_to_order"), Button: ui.Link{Href: "/suggestions", Text: v.t.T("restock.see_suggestions")}}
		return nil
	}
	m.Order = restockview.OrderCard{
		Badge:  v.t.T("restock.order_badge", arg("suppliers", v.t.T("restock.n_suppliers", arg("n", s.suppliers))), arg("products", v.t.T("restock.n_products", arg("n", s.products)))),
		Total:  v.Money(s.cost),
		Saving: v.saved(s),
		Button: ui.Link{Href: "/suggestions", Text: v.t.T("restock.review_order"), Kind: ui.Primary},
	}
	return nil
}

// saved says what ordering so keeps in the till, and how many suppliers are no
// middlemen.
func (v voice) saved(s sums) string {
	switch {
	case s.saving != nil && *s.saving > 0 && s.direct > 0:
		return v.t.T("restock.saved_direct", arg("saving", v.Money(*s.saving)), arg("n", s.direct))
	case s.saving != nil && *s.saving > 0:
		return v.t.T("restock.saved", arg("saving", v.Money(*s.saving)))
	case s.direct > 0:
		return v.t.T("restock.direct", arg("n", s.direct))
	}
	return v.t.T("restock.order_hint")
}

func (h *Handlers) urgent(ctx context.Context, v voice, m *restockview.Today) error {
	rows, total, err := h.lists.Urgent(ctx, urgentRows)
	if err != nil {
		return err
	}
	for _, r := range rows {
		one := ui.RowModel{Name: r.Name, Href: "/products/" + r.ProductID.String(), Left: v.left(r.Suggestion, r.Unit), Note: v.cover(r.Suggestion), Spark: v.spark(r.Spark)}
		one.Tone, one.State = v.risk(r.Suggestion)
		switch {
		case r.OnOrder > 0:
			one.Detail = v.t.T("restock.on_order", arg("quantity", v.Amount(r.OnOrder, r.Unit)))
		case r.State == restock.Ordered:
			one.Detail = v.t.T("restock.in_draft")
		}
		m.Urgent = append(m.Urgent, one)
	}
	if total > len(rows) {
		m.All = ui.Link{Href: "/products?show=risk", Text: v.t.T("restock.all_n", arg("n", total))}
	}
	m.Fine = v.t.T("restock.nothing_urgent")
	return nil
}

func (h *Handlers) arriving(ctx context.Context, v voice, m *restockview.Today) error {
	list, err := h.lists.Arriving(ctx, v.today.Add(arrivingDays), 60)
	if err != nil {
		return err
	}
	tardy, err := h.tardy(ctx, v, list)
	if err != nil {
		return err
	}
	orders := 0
	for from := 0; from < len(list); orders++ {
		to := from
		for to < len(list) && list[to].OrderID == list[from].OrderID {
			to++
		}
		if orders < fewLines {
			m.Arriving = append(m.Arriving, v.arrival(list[from:to], tardy))
		}
		from = to
	}
	m.Coming = v.t.T("restock.n_orders", arg("n", orders))
	m.Receive = ui.Link{Href: "/orders", Text: v.t.T("restock.receive"), Icon: "truck"}
	if orders == 1 {
		m.Receive.Href = m.Arriving[0].Href
	}
	return nil
}

// tardy tells when the late orders among the first few are likely to come.
func (h *Handlers) tardy(ctx context.Context, v voice, list []restock.Arrival) (map[ident.ID]purchase.Late, error) {
	var seen, late []ident.ID
	for _, a := range list {
		if slices.Contains(seen, a.OrderID) || len(seen) == fewLines {
			continue
		}
		if seen = append(seen, a.OrderID); a.Due < v.today {
			late = append(late, a.OrderID)
		}
	}
	return h.restock.LateOrders(ctx, late)
}

// arrival is an order on its way: its first goods by name, the others by number.
func (v voice) arrival(lines []restock.Arrival, tardy map[ident.ID]purchase.Late) restockview.Arrival {
	first := lines[0]
	text := ""
	for i, l := range lines {
		if i == 3 {
			text = v.t.T("restock.and_more", arg("what", text), arg("n", len(lines)-i))
			break
		}
		one := v.t.T("restock.goods", arg("name", l.Name), arg("quantity", v.Amount(l.Quantity, l.Unit)))
		if i > 0 {
			one = v.t.T("restock.list", arg("first", text), arg("next", one))
		}
		text = one
	}
	number := purchase.Order{Number: first.Number, CreatedDay: first.CreatedDay}.NumberText()
	a := restockview.Arrival{
		Supplier: first.Supplier, Href: "/orders/" + first.OrderID.String(), Text: v.t.T("restock.dotted", arg("first", number), arg("next", text)),
		Tone: ui.OK, State: v.near(first.Due),
	}
	if late := int(v.today - first.Due); late > 0 {
		a.Tone, a.State = ui.Watch, v.t.T("restock.late", arg("n", late))
		if likely := tardy[first.OrderID].Likely; likely != nil {
			a.State = v.t.T("restock.late_likely", arg("n", late), arg("day", v.near(*likely)))
		}
	}
	return a
}

func (h *Handlers) expiring(ctx context.Context, v voice, m *restockview.Today) error {
	list, err := h.lists.Expiring(ctx, v.today.Add(expiringDays), 200)
	if err != nil || len(list) == 0 {
		return err
	}
	m.Expired = v.t.T("restock.n_lots", arg("n", len(list)))
	for _, e := range list[:min(len(list), fewLines)] {
		id := e.ProductID.String()
		l := restockview.Line{Name: e.Name, Href: "/products/" + id, Text: v.expires(e)}
		if e.Day < v.today {
			l.Action = ui.Link{Href: "/stock/loss?product=" + id, Text: v.t.T("restock.take_off")}
		}
		m.Expiring = append(m.Expiring, l)
	}
	return nil
}

func (v voice) expires(e restock.Expiry) string {
	quantity := arg("quantity", v.Amount(e.Quantity, e.Unit))
	switch {
	case e.Day < v.today:
		return v.t.T("restock.has_expired", quantity, arg("day", v.t.DateShort(e.Day)))
	case e.Left > 0:
		return v.t.T("restock.expires_left", quantity, arg("day", v.near(e.Day)), arg("left", v.Rough(min(e.Left, e.Quantity), e.Unit)))
	}
	return v.t.T("restock.expires", quantity, arg("day", v.near(e.Day)))
}

func (h *Handlers) toCount(ctx context.Context, v voice, m *restockview.Today) error {
	wrong, unknown, err := h.lists.ToCount(ctx, prompts)
	if err != nil {
		return err
	}
	for _, l := range wrong {
		m.Count = append(m.Count, v.countLine(l.Row, v.t.T("restock.book_wrong", arg("quantity", v.Amount(l.Book, l.Unit)))))
	}
	if err := h.silent(ctx, v, wrong, m); err != nil {
		return err
	}
	if unknown > 0 {
		m.Unknown = &restockview.Line{
			Text:   v.t.T("restock.never_counted", arg("n", unknown)),
			Action: ui.Link{Href: "/stock/count", Text: v.t.T("restock.count_first"), Icon: "count"},
		}
	}
	return nil
}

// silent adds the goods that may be gone though the book says they are there.
func (h *Handlers) silent(ctx context.Context, v voice, wrong []restock.Line, m *restockview.Today) error {
	if len(wrong) >= prompts {
		return nil
	}
	rows, err := h.lists.Silent(ctx, prompts)
	if err != nil {
		return err
	}
	for _, r := range rows {
		listed := slices.ContainsFunc(wrong, func(l restock.Line) bool { return l.ProductID == r.ProductID })
		for _, said := range r.Reason {
			if said.Key == restock.MessageSilent && !listed && len(m.Count) < prompts {
				m.Count = append(m.Count, v.countLine(r, v.Say(said)))
			}
		}
	}
	return nil
}

// countLine asks for a count of one product.
func (v voice) countLine(r restock.Row, why string) restockview.Line {
	id, count := r.ProductID.String(), v.t.T("restock.count")
	return restockview.Line{Name: r.Name, Href: "/products/" + id, Text: why,
		Action: ui.Link{Href: "/stock/count?product=" + id, Text: count, Icon: "count", Label: count + " " + r.Name}}
}

// readOnly takes away what only those who work in the shop may do.
func readOnly(m *restockview.Today) {
	for _, list := range [][]restockview.Line{m.Count, m.Expiring} {
		for i := range list {
			list[i].Action = ui.Link{}
		}
	}
	if m.Unknown != nil {
		m.Unknown.Action = ui.Link{}
	}
}

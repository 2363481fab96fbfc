package salesweb

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	salesview "buhuo/views/sales"
	"buhuo/views/ui"
)

const (
	tiles   = 24
	undoFor = 15 * time.Minute
)

// usualChannels are the ways of selling that shops are offered before they have
// used them.
var usualChannels = []string{sales.WholesaleCode, sales.ProcessingCode, "wechat", "taobao", "douyin", "pinduoduo", "jd", "meituan", "phone"}

// line is one product of the basket as it stands in the form.
type line struct{ code, quantity, unit string }

// counter is what the page of the basket is drawn from.
type counter struct {
	lines  []line
	search string
	typed  *web.Values // nil on the first sight
}

func (h *Handlers) sell(c *gin.Context) error {
	q := web.QueryOf(c)
	page := counter{search: q.String("q", catalog.MaxName)}
	if code := q.String("product", catalog.MaxCode); code != "" {
		if err := h.add(c.Request.Context(), &page, code); err != nil {
			return err
		}
	}
	return h.counter(c, http.StatusOK, page)
}

// basket shows the form again with a product more or less.
func (h *Handlers) basket(c *gin.Context) error {
	f := web.FormOf(c)
	page := counter{lines: linesOf(f), typed: f}
	ctx := c.Request.Context()
	if code := f.String("add", catalog.MaxCode); code != "" {
		if err := h.add(ctx, &page, code); err != nil {
			return err
		}
		return h.counter(c, http.StatusOK, page)
	}
	if drop, err := strconv.Atoi(f.Value("drop")); err == nil && drop >= 0 && drop < len(page.lines) {
		page.lines = append(page.lines[:drop:drop], page.lines[drop+1:]...)
		return h.counter(c, http.StatusOK, page)
	}
	page.search = f.String("q", catalog.MaxName)
	if page.search != "" {
		if err := h.scan(ctx, &page); err != nil {
			return err
		}
	}
	return h.counter(c, http.StatusOK, page)
}

func linesOf(f *web.Values) []line {
	var lines []line
	for _, r := range f.Rows("product_code", "quantity", "unit") {
		lines = append(lines, line{r.String("product_code", catalog.MaxName), r.Value("quantity"), r.Value("unit")})
	}
	return lines
}

// scan puts the product into the basket whose code, barcode or name is exactly what
// was typed or scanned; otherwise the page shows what was found.
func (h *Handlers) scan(ctx context.Context, page *counter) error {
	p, err := h.catalog.Find(ctx, page.search)
	switch {
	case err == nil && !p.Archived:
		page.search = ""
		return h.put(ctx, page, p)
	case err == nil, fault.KindOf(err) == fault.NotFound, fault.KindOf(err) == fault.Invalid:
		return nil
	}
	return err
}

// add puts the product of a code into the basket; an unknown code changes nothing.
func (h *Handlers) add(ctx context.Context, page *counter, code string) error {
	p, err := h.catalog.ByCode(ctx, code)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		return err
	}
	return h.put(ctx, page, p)
}

// put adds one line, or one piece to the line that is there already.
func (h *Handlers) put(ctx context.Context, page *counter, p catalog.Product) error {
	for i, l := range page.lines {
		if l.code != p.Code {
			continue
		}
		if page.typed == nil || !counted(p.BaseUnit) {
			return nil
		}
		if n, err := measure.ParseQuantity(page.typed.Numeral(l.quantity)); err == nil {
			page.lines[i].quantity = page.typed.Typed((n + measure.Thousandths).Decimal())
		}
		return nil
	}
	unit, err := h.usualUnit(ctx, p)
	if err != nil {
		return err
	}
	n := line{code: p.Code, unit: unit}
	if counted(p.BaseUnit) {
		n.quantity = "1"
	}
	page.lines = append(page.lines, n)
	return nil
}

func counted(unit string) bool {
	u, ok := measure.UnitByCode(unit)
	return ok && u.Dimension == measure.Count
}

// usualUnit is the unit in which the shop talks about a product.
func (h *Handlers) usualUnit(ctx context.Context, p catalog.Product) (string, error) {
	if p.BaseUnit != "kg" {
		return p.BaseUnit, nil
	}
	s, err := h.shops.Get(ctx)
	if err == nil && s.ShowUnit == "jin" {
		return s.ShowUnit, nil
	}
	return p.BaseUnit, err
}

// counter draws the page.
func (h *Handlers) counter(c *gin.Context, status int, page counter) error {
	ctx := c.Request.Context()
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	t := chrome.T
	chrome.Title, chrome.Active = t.T("sales.sell"), layout.Sell
	chrome.Actions = []ui.Link{{Href: "/sales", Text: t.T("sales.of_today"), Icon: "receipt"}}
	if h.credit != nil {
		chrome.Actions = append(chrome.Actions, ui.Link{Href: "/credit/pay", Text: t.T("sales.pay_back"), Icon: "coins"})
	}
	f := page.typed
	if f == nil {
		f = web.FormOf(c)
	}
	m := salesview.Sell{
		Chrome: chrome, Client: chrome.Client,
		Find: ui.FieldModel{Name: "q", Label: t.T("sales.find_label"), Hint: t.T("sales.find_hint"), Value: page.search, Focus: len(page.lines) == 0},
		Wish: ui.FieldModel{ID: "wish", Name: "text", Label: t.T("sales.wish_label"), Hint: t.T("sales.wish_hint"), Value: page.search, Max: 200},
	}
	if v := f.Value("text"); v != "" { // a wish that was refused
		m.Wish.Value, m.Wish.Error = v, f.Sentence("text")
	}
	if v := f.Value("client_id"); v != "" && page.typed != nil {
		m.Client = v
	}
	if err := h.offer(ctx, t, scope, page, &m); err != nil {
		return err
	}
	if err := h.fill(ctx, t, scope, page.lines, f, &m); err != nil {
		return err
	}
	if err := h.frame(ctx, t, f, &m); err != nil {
		return err
	}
	if len(page.lines) == 0 && page.search == "" {
		if m.Last, err = h.last(c, t, scope); err != nil {
			return err
		}
	}
	return web.Render(c, status, salesview.SellPage(m))
}

// offer fills the tiles: what was searched for, else what sells most.
func (h *Handlers) offer(ctx context.Context, t *i18n.Printer, scope tenant.Scope, page counter, m *salesview.Sell) error {
	var found []catalog.Product
	if page.search != "" {
		list, err := h.catalog.List(ctx, catalog.Query{Text: page.search, Limit: tiles})
		if err != nil {
			return err
		}
		if found = list.Products; len(found) == 0 {
			m.NotFound = t.T("sales.found_nothing", i18n.A("text", page.search))
		}
	} else {
		var err error
		if found, err = h.popular(ctx); err != nil {
			return err
		}
	}
	for _, p := range found {
		unit, err := h.usualUnit(ctx, p)
		if err != nil {
			return err
		}
		m.Tiles = append(m.Tiles, salesview.Tile{Code: p.Code, Name: p.Name, Price: unitPrice(t, scope, p, unit)})
	}
	return nil
}

// popular are the products sold most of late; in a new shop the first of the list.
func (h *Handlers) popular(ctx context.Context) ([]catalog.Product, error) {
	ids, err := h.sales.Popular(ctx, tiles)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		list, err := h.catalog.List(ctx, catalog.Query{Limit: tiles})
		return list.Products, err
	}
	byID, err := h.catalog.Products(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []catalog.Product
	for _, id := range ids {
		if p, ok := byID[id]; ok && !p.Archived {
			out = append(out, p)
		}
	}
	return out, nil
}

// fill draws the lines of the basket and what they come to.
func (h *Handlers) fill(ctx context.Context, t *i18n.Printer, scope tenant.Scope, lines []line, f *web.Values, m *salesview.Sell) error {
	var sum money.Amount
	for i, l := range lines {
		shown := salesview.BasketLine{Code: l.code, Name: l.code, Index: strconv.Itoa(i), WrongID: web.RowField("product_code", i)}
		shown.Wrong = f.Sentence(shown.WrongID)
		id := web.RowField("quantity", i)
		shown.Quantity = ui.FieldModel{ID: id, Name: "quantity", Label: t.T("sales.quantity"), Value: l.quantity, Mode: "decimal", Short: true,
			Error: f.Sentence(id), Needed: true, Focus: i == len(lines)-1}
		unitID := web.RowField("unit", i)
		shown.Unit = ui.SelectModel{ID: unitID, Name: "unit", Label: t.T("sales.unit"), Error: f.Sentence(unitID)}
		p, err := h.catalog.ByCode(ctx, l.code)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if err == nil {
			shown.Name, shown.Price = p.Name, unitPrice(t, scope, p, l.unit)
			if amount, ok := lineAmount(p, line{l.code, f.Numeral(l.quantity), l.unit}, scope.Currency); ok {
				shown.Amount = cash(t, scope, amount)
				if sum, err = sum.Add(amount); err != nil {
					return err
				}
			}
		}
		for _, code := range unitsFor(p, l.unit) {
			shown.Unit.Options = append(shown.Unit.Options, ui.Option{Value: code, Text: t.Unit(code, measure.Thousandths), Selected: code == l.unit})
		}
		shown.Drop = t.T("sales.remove_this", i18n.A("name", shown.Name))
		m.Lines = append(m.Lines, shown)
	}
	m.Total = cash(t, scope, sum)
	m.Note = t.T("sales.kinds", i18n.A("n", len(lines)))
	return nil
}

// unitsFor lists the units of a product; of an unknown one just what was sent.
func unitsFor(p catalog.Product, sent string) []string {
	if p.ID.IsNil() {
		if u, err := measure.ParseUnit(sent); err == nil {
			return []string{u.Code}
		}
		return []string{"piece"}
	}
	return p.Units()
}

func lineAmount(p catalog.Product, l line, c money.Currency) (money.Amount, bool) {
	n, err := measure.ParseDecimal(l.quantity)
	if err != nil || n <= 0 {
		return 0, false
	}
	unit := l.unit
	if unit == "" {
		unit = p.BaseUnit
	}
	q, err := p.ToBase(n, unit)
	if err != nil {
		return 0, false
	}
	a, err := money.Line(q, p.SalePrice, c)
	return a, err == nil
}

// frame fills what a sale may have besides goods.
func (h *Handlers) frame(ctx context.Context, t *i18n.Printer, f *web.Values, m *salesview.Sell) error {
	channels, err := h.sales.Channels(ctx)
	if err != nil {
		return err
	}
	chosen := f.Value("channel")
	if chosen == "" {
		chosen = sales.CounterCode
	}
	m.Channel = ui.SelectModel{Name: "channel", Label: t.T("sales.channel"), Error: f.Sentence("channel")}
	seen := map[string]bool{}
	option := func(code, name string) {
		if !seen[code] {
			seen[code] = true
			m.Channel.Options = append(m.Channel.Options, ui.Option{Value: code, Text: channelName(t, code, name), Selected: code == chosen})
		}
	}
	for _, ch := range channels {
		option(ch.Code, ch.Name)
	}
	for _, code := range usualChannels {
		option(code, "")
	}
	m.Province = ui.FieldModel{Name: "province", Label: t.T("sales.province"), Hint: t.T("sales.province_hint"), Value: f.Value("province"),
		Error: f.Sentence("province"), Mode: "numeric", Short: true}
	m.Return = ui.Check{Name: "kind", Value: string(sales.KindReturn), Label: t.T("sales.is_return"), Hint: t.T("sales.is_return_hint"),
		Checked: f.Value("kind") == string(sales.KindReturn)}
	if h.credit != nil {
		m.Household = &ui.FieldModel{Name: "household", Label: t.T("sales.household"), Hint: t.T("sales.household_hint"), Value: f.Value("household"), Error: f.Sentence("household"), Max: maxHousehold, Auto: "off"}
	}
	m.More = f.Has("household") || m.Return.Checked || m.Province.Value != "" || chosen != sales.CounterCode
	return nil
}

// channelName is the name that the shop gave, else the word for a known code.
func channelName(t *i18n.Printer, code, name string) string {
	if name != "" {
		return name
	}
	if key := "sales.channel." + code; t.Has(key) {
		return t.T(key)
	}
	return code
}

// last is the newest sale when this person has just made it.
func (h *Handlers) last(c *gin.Context, t *i18n.Printer, scope tenant.Scope) (*salesview.Last, error) {
	page, err := h.sales.List(c.Request.Context(), sales.Query{Day: day.None, Limit: 1})
	if err != nil || len(page.Sales) == 0 {
		return nil, err
	}
	s := page.Sales[0]
	if s.VoidedAt != nil || s.Imported || s.PersonID != scope.Person || web.Now(c).Sub(s.RecordedAt.Time()) > undoFor {
		return nil, nil
	}
	key := "sales.last_sale"
	if s.Kind == sales.KindReturn {
		key = "sales.last_return"
	}
	return &salesview.Last{ID: s.ID.String(), Text: t.T(key, i18n.A("total", cash(t, scope, s.Total)))}, nil
}

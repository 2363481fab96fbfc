package insightweb

import (
	"context"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/insight"
	"buhuo/internal/money"
	"buhuo/internal/pool"
	"buhuo/internal/tenant"
	"buhuo/internal/web/sheet"
	insightview "buhuo/views/insight"
	"buhuo/views/ui"
)

// Pool is what shops tell together, as far as the shop of ctx may know.
type Pool interface {
	Around(ctx context.Context) (pool.Around, error)
	Sendings(ctx context.Context) (pool.Sendings, error)
}

// pooledRows bounds the categories on the page; the files have all.
const pooledRows = 10

// pooled is the frame of a card of pooled figures: what it says where there are none.
func (v voice) pooled(c *gin.Context, title string, s pool.Standing, rows int) insightview.Pooled {
	m := insightview.Pooled{Title: v.t.T(title)}
	season := window(v.t, insight.Window{From: s.Edition.From, Through: s.Edition.Through})
	next := window(v.t, insight.Window{From: s.Next.From, Through: s.Next.Through})
	switch {
	case !s.Member:
		m.Say = v.t.T("pool.not_member")
	case !s.Told && !s.Enough:
		m.Say = v.t.T("pool.too_few", i18n.A("n", pool.K))
	case !s.Told:
		m.Say = v.t.T("pool.not_yet", i18n.A("season", next), i18n.A("day", s.Due))
	case rows == 0:
		m.Say = v.t.T("pool.nothing", i18n.A("season", season), i18n.A("n", pool.K))
	default:
		m.Lead = v.t.T("pool.lead", i18n.A("season", season), i18n.A("other", window(v.t, insight.Window{From: s.Edition.OtherFrom, Through: s.Edition.OtherThrough})))
		m.Note = v.t.T("pool.rounded", i18n.A("n", pool.K))
	}
	if may(c, tenant.Owner) && len(m.Lead) == 0 {
		m.Link = ui.Link{Href: "/pool", Text: v.t.T("pool.what"), Icon: "help", Kind: ui.Quiet}
	}
	return m
}

// pooledRow writes what all have beside what is the shop's own.
func (v voice) pooledRow(name string, g pool.Grown) insightview.PooledRow {
	r := insightview.PooledRow{Name: name, Together: v.grown(g.Growth), Here: v.grown(g.OwnGrowth())}
	if g.Shops > 0 {
		r.Notes = []string{v.t.T("pool.shops", i18n.A("n", g.Shops))}
	}
	if v.money {
		if g.Level > 0 {
			r.Level = v.t.T("pool.about", i18n.A("amount", v.whole(money.Amount(g.Level))))
		}
		if g.Own > 0 {
			r.HereLevel = v.whole(money.Amount(g.Own))
		}
	}
	return r
}

// grown writes growth; a dash where it is not told or not known.
func (v voice) grown(ppm int64) string {
	if ppm <= 0 {
		return "–"
	}
	return v.signed(float64(ppm)/1e6 - 1)
}

// around is what is wanted around the shop.
func (h *Handlers) around(c *gin.Context, v voice) (insightview.Pooled, error) {
	a, err := h.pool.Around(c.Request.Context())
	if err != nil {
		return insightview.Pooled{}, err
	}
	m := v.pooled(c, "pool.around", a.Standing, len(a.Categories))
	m.Head = []string{v.t.T("insight.category"), v.t.T("pool.together"), v.t.T("pool.here")}
	for i, cat := range a.Categories[:min(len(a.Categories), pooledRows)] {
		r := v.pooledRow(v.categoryName(cat.Key), cat.Grown)
		r.Rank = v.t.Int(int64(i + 1))
		if cat.Here && a.Province != pool.Unknown {
			r.Notes = append(r.Notes, place(v.t, a.Province))
		}
		m.Rows = append(m.Rows, r)
	}
	return m, nil
}

// categoryName is the shop's own spelling of a category, else the one that shops share.
func (v voice) categoryName(key string) string {
	for _, c := range v.asked.categories {
		if pool.KeyOf(c.Name) == key {
			return c.Name
		}
	}
	return key
}

// sendings is where the installation's online sales go and grow, beside the shop's own.
func (h *Handlers) sendings(c *gin.Context, v voice) (insightview.Pooled, error) {
	s, err := h.pool.Sendings(c.Request.Context())
	if err != nil {
		return insightview.Pooled{}, err
	}
	told := len(s.Places)
	if s.All.Shops > 0 || s.All.Growth > 0 {
		told++
	}
	m := v.pooled(c, "pool.installation", s.Standing, told)
	m.Head = []string{v.t.T("insight.region"), v.t.T("pool.together"), v.t.T("pool.here")}
	if told > 0 {
		all := v.sending(v.t.T("pool.all"), s.All)
		all.Total = true
		m.Rows = append(m.Rows, all)
	}
	rank := int64(0)
	for _, p := range s.Places {
		r := v.sending(v.partName(p.Part), p)
		if p.Growth > 0 && p.Part != pool.Unknown {
			rank++
			r.Rank = v.t.Int(rank)
		}
		m.Rows = append(m.Rows, r)
	}
	return m, nil
}

func (v voice) partName(part string) string {
	if part == pool.Unknown {
		return v.t.T("insight.region_unknown")
	}
	return place(v.t, part)
}

func (v voice) sending(name string, p pool.Place) insightview.PooledRow {
	r := v.pooledRow(name, p.Grown)
	if p.Spent > 0 && v.money {
		r.Notes = append(r.Notes, v.t.T("insight.a_buyer", i18n.A("amount", v.t.T("pool.about", i18n.A("amount", v.whole(money.Amount(p.Spent)))))))
	}
	return r
}

// pooledTable is the file of pooled figures; without rows there is none.
func (v voice) pooledTable(name string, first sheet.Column, buyers bool) sheet.Table {
	t := sheet.Table{Name: v.t.T(name), Columns: []sheet.Column{
		v.col("from", "insight.day_from", sheet.Text), v.col("through", "insight.day_through", sheet.Text), first,
		v.col("shops_at_least", "pool.shops_col", sheet.Number), v.col("growth", "pool.growth_col", sheet.Number), v.col("growth_here", "pool.growth_here_col", sheet.Number),
	}}
	if v.money {
		t.Columns = append(t.Columns, v.col("sum", "pool.sum_col", sheet.Money), v.col("sum_here", "pool.sum_here_col", sheet.Money))
		if buyers {
			t.Columns = append(t.Columns, v.col("per_buyer", "insight.per_buyer", sheet.Money))
		}
	}
	return t
}

func (v voice) pooledCells(s pool.Standing, name string, g pool.Grown) []string {
	growth := func(ppm int64) string { return ratio(float64(ppm) / 1e6) }
	cells := []string{s.Edition.From.String(), s.Edition.Through.String(), name, strconv.Itoa(g.Shops), growth(g.Growth), growth(g.OwnGrowth())}
	if v.money {
		cells = append(cells, v.decimal(money.Amount(g.Level)), v.decimal(money.Amount(g.Own)))
	}
	return cells
}

// aroundTable is what is wanted around the shop, all of it.
func (h *Handlers) aroundTable(c *gin.Context, v voice) ([]sheet.Table, error) {
	a, err := h.pool.Around(c.Request.Context())
	if err != nil || len(a.Categories) == 0 {
		return nil, err
	}
	t := v.pooledTable("pool.around", v.col("category", "insight.category", sheet.Text), false)
	for _, cat := range a.Categories {
		t.Rows = append(t.Rows, v.pooledCells(a.Standing, v.categoryName(cat.Key), cat.Grown))
	}
	return []sheet.Table{t.As("around")}, nil
}

// sendingsTable is where the installation's online sales go.
func (h *Handlers) sendingsTable(c *gin.Context, v voice) ([]sheet.Table, error) {
	s, err := h.pool.Sendings(c.Request.Context())
	if err != nil || len(s.Places) == 0 && s.All.Shops == 0 {
		return nil, err
	}
	t := v.pooledTable("pool.installation", v.col("gbt2260", "insight.region_code", sheet.Text), true)
	for _, p := range append([]pool.Place{s.All}, s.Places...) {
		code := p.Part
		if code == pool.Whole {
			code = "*"
		}
		cells := v.pooledCells(s.Standing, code, p.Grown)
		if v.money {
			spent := ""
			if p.Spent > 0 {
				spent = v.decimal(money.Amount(p.Spent))
			}
			cells = append(cells, spent)
		}
		t.Rows = append(t.Rows, cells)
	}
	return []sheet.Table{t.As("installation")}, nil
}

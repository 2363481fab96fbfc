package restockweb

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/money"
	"buhuo/internal/restock"
	"buhuo/internal/web"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

// pursedRows are the products that the purse's card names; the list has all.
const pursedRows = 8

// purse divides the amount that was typed over what is to be ordered.
func (h *Handlers) purse(c *gin.Context) error {
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	limit := f.Amount("purse", v.Currency)
	if f.Problem("purse") == nil && limit <= 0 {
		f.Add("purse", fault.New(fault.Invalid, "restock.purse_nothing"))
	}
	var p restock.Purse
	if err = f.Err(); err == nil {
		p, err = h.restock.Spend(c.Request.Context(), limit)
	}
	if f.Refused(err) {
		return h.list(c, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	switch {
	case len(p.Lines) == 0:
		web.Flash(c, web.Good, "restock.flash_purse_fits")
	case p.Within > 0: // too many lines to try every division
		web.Flash(c, web.Good, "restock.flash_purse_within", (p.Within+9)/10)
	default:
		web.Flash(c, web.Good, "restock.flash_purse", len(p.Lines))
	}
	return web.Redirect(c, "/suggestions")
}

// unpurse puts back what a purse left out.
func (h *Handlers) unpurse(c *gin.Context) error {
	if err := h.restock.Unspend(c.Request.Context()); err != nil {
		return err
	}
	web.Flash(c, web.Good, "restock.flash_unpursed")
	return web.Redirect(c, "/suggestions")
}

// purseCard asks what can be spent, or says what was left out to stay within it.
func (h *Handlers) purseCard(c *gin.Context, v voice, totals []restock.SupplierTotal) (*restockview.Purse, error) {
	p, spent, err := h.restock.Spent(c.Request.Context())
	if err != nil {
		return nil, err
	}
	s, err := addUp(totals)
	if err != nil || !spent && s.products == 0 {
		return nil, err
	}
	f := web.FormOf(c)
	m := &restockview.Purse{Title: v.t.T("restock.purse"), Button: v.t.T("restock.purse_go"), Field: ui.FieldModel{
		Name: "purse", Label: v.t.T("restock.purse_label"), Hint: v.t.T("restock.purse_hint"), Value: f.Value("purse"), Error: f.Sentence("purse"),
		Mode: "decimal", Unit: v.Currency.Code, Short: true,
	}}
	if !spent {
		return m, nil
	}
	if m.Field.Value == "" {
		m.Field.Value = v.t.Typed(p.Limit.Decimal(v.Currency))
	}
	return m, v.leftOut(m, p, totals, s)
}

// leftOut says what a purse left out and what that is expected to cost.
func (v voice) leftOut(m *restockview.Purse, p restock.Purse, totals []restock.SupplierTotal, s sums) error {
	paid := s.cost
	for _, t := range totals {
		if t.Products > 0 && (t.FreeFreightFrom == nil || t.Cost < *t.FreeFreightFrom) {
			var err error
			if paid, err = paid.Add(t.Freight); err != nil {
				return err
			}
		}
	}
	m.Said = []string{v.t.T("restock.purse_said", arg("limit", v.Money(p.Limit)), arg("paid", v.Money(paid)), arg("n", s.products))}
	if paid > p.Limit {
		m.Said = append(m.Said, v.t.T("restock.purse_over", arg("more", v.Money(paid-p.Limit))))
	}
	m.Said = append(m.Said, v.t.T("restock.purse_stake", arg("loss", v.Money(rounded(p.AtStake, v.Currency)))))
	m.Undo = v.t.T("restock.purse_undo")
	for i, l := range p.Lines {
		if i == pursedRows {
			m.More = v.t.T("restock.purse_more", arg("n", len(p.Lines)-i))
			break
		}
		m.Lines = append(m.Lines, v.pursed(l))
	}
	return nil
}

// pursed is a product of which a purse leaves something out.
func (v voice) pursed(l restock.PurseLine) restockview.PurseLine {
	out := restockview.PurseLine{Name: l.Name, Href: productAddress(l.ProductID), Tone: tone(l.Suggestion), Risk: v.shortRisk(l.Suggestion)}
	out.Text = v.t.T("restock.purse_later", arg("ours", v.Amount(l.Quantity, l.Unit)))
	if l.Take > 0 {
		out.Text = v.t.T("restock.purse_instead", arg("take", v.Amount(l.Take, l.Unit)), arg("ours", v.Amount(l.Quantity, l.Unit)))
	}
	if l.Loses > 0 {
		out.Loses = v.t.T("restock.purse_loses", arg("loss", v.Money(rounded(l.Loses, v.Currency))))
	}
	return out
}

// rounded is an expectation as people would say it: in tenths of the currency's unit
// below ten, in whole ones from there on.
func rounded(a money.Amount, c money.Currency) money.Amount {
	unit := money.Amount(1)
	for range c.Exponent {
		unit *= 10
	}
	grid := unit
	if a < 10*unit {
		grid = max(unit/10, 1)
	}
	return (a + grid/2) / grid * grid
}

package restockweb

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/restock"
	"buhuo/internal/web"
	restockview "buhuo/views/restock"
)

// fill raises what is to be ordered of the supplier of the path to his minimum. What
// was typed in the form is kept first.
func (h *Handlers) fill(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	if _, err := h.catalog.Supplier(c.Request.Context(), id); err != nil {
		return err
	}
	f := web.FormOf(c)
	quantities, err := h.typed(c.Request.Context(), f)
	if err == nil {
		err = h.restock.Override(c.Request.Context(), quantities)
	}
	if err != nil {
		if f.Refused(err) {
			return h.list(c, http.StatusUnprocessableEntity)
		}
		return err
	}
	return filled(c, "/suggestions", h.restock.FillUp)
}

// weighShort says what filling a supplier's order up and waiting are expected to cost.
func (h *Handlers) weighShort(ctx context.Context, v voice, t restock.SupplierTotal, g *restockview.Group) error {
	s, err := h.restock.Short(ctx, t)
	if err != nil || s.Until == 0 {
		return err
	}
	until, wait := arg("day", v.near(s.Until)), arg("wait", v.Money(rounded(s.Wait, v.Currency)))
	if !s.Possible {
		g.Fill, g.Weighed = "", v.t.T("restock.short_impossible", until, wait)
	} else {
		better := v.t.T("restock.short_fill")
		if s.Waiting() {
			better = v.t.T("restock.short_wait")
		}
		g.Weighed = v.t.T("restock.short_weighed", until, wait, arg("more", v.Money(s.More)), arg("n", s.Lasts),
			arg("cost", v.Money(rounded(s.Cost, v.Currency))), arg("better", better))
	}
	g.Wait, g.WaitText = "/suggestions/"+t.ID.String()+"/wait", v.t.T("restock.wait", until)
	return nil
}

// wait puts off what is to be ordered of the supplier of the path.
func (h *Handlers) wait(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	if _, err := h.catalog.Supplier(c.Request.Context(), id); err != nil {
		return err
	}
	if err := h.restock.Wait(c.Request.Context(), id); err != nil {
		return err
	}
	web.Flash(c, web.Good, "restock.flash_waiting")
	return web.Redirect(c, "/suggestions")
}

// fillDraft raises a draft to its supplier's minimum.
func (h *Handlers) fillDraft(c *gin.Context) error {
	return filled(c, "/orders/"+c.Param("id"), h.restock.FillDraft)
}

// filled does it and goes back to the page; that it cannot be done is said there.
func filled(c *gin.Context, to string, do func(context.Context, ident.ID) error) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	err = do(c.Request.Context(), id)
	if e, ok := fault.As(err); ok && e.Key == "restock.cannot_fill" {
		web.Flash(c, web.Warn, "restock.flash_cannot_fill")
		return web.Redirect(c, to)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "restock.flash_filled")
	return web.Redirect(c, to)
}

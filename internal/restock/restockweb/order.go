package restockweb

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/restock"
	"buhuo/internal/restock/table"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
)

// order turns suggestions into drafts: all, or those of the product codes, with the
// quantities that stand in the form.
func (h *Handlers) order(c *gin.Context) error {
	f := web.FormOf(c)
	ctx := c.Request.Context()
	selection, err := h.selection(ctx, f)
	if err == nil {
		selection.Quantities, err = h.typed(ctx, f)
	}
	n := 0
	if err == nil {
		orders, failed := h.restock.Order(ctx, selection)
		n, err = len(orders), failed
	}
	if f.Refused(err) {
		return h.list(c, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	if n == 0 {
		web.Flash(c, web.Warn, "restock.flash_nothing")
	} else {
		web.Flash(c, web.Good, "restock.flash_orders", n)
	}
	return web.Redirect(c, "/orders")
}

// maxSelected bounds what one request may name.
const maxSelected = 4000

// selection reads suggestions=all, or product codes: repeated, or with commas.
func (h *Handlers) selection(ctx context.Context, f *web.Values) (restock.Selection, error) {
	named := f.All("suggestions", maxSelected)
	if err := f.Err(); err != nil {
		return restock.Selection{}, err
	}
	if slices.Contains(named, "all") {
		return restock.Selection{All: true}, nil
	}
	var s restock.Selection
	for _, one := range named {
		if !strings.Contains(one, ",") {
			s.Codes = append(s.Codes, one)
			continue
		}
		_, err := h.catalog.ByCode(ctx, one)
		switch {
		case err == nil: // a code that has a comma
			s.Codes = append(s.Codes, one)
		case fault.KindOf(err) != fault.NotFound:
			return s, err
		default:
			for code := range strings.SplitSeq(one, ",") {
				s.Codes = append(s.Codes, strings.TrimSpace(code))
			}
		}
	}
	s.Codes = slices.DeleteFunc(s.Codes, func(code string) bool { return code == "" })
	if len(s.Codes) == 0 {
		return s, fault.New(fault.Invalid, "restock.nothing_chosen").WithField("suggestions")
	}
	return s, nil
}

// typed reads the quantities of the page's rows, in packs, as base units. A row
// whose offer is another by now was changed meanwhile.
func (h *Handlers) typed(ctx context.Context, f *web.Values) (map[ident.ID]measure.Quantity, error) {
	rows := f.Rows("product", "offer", "packs")
	if len(rows) == 0 {
		return nil, nil
	}
	type line struct {
		offer string
		packs measure.Quantity
		row   *web.Values
	}
	lines := make(map[ident.ID]line, len(rows))
	ids := make([]ident.ID, 0, len(rows))
	for _, r := range rows {
		id, l := r.ID("product"), line{offer: r.Value("offer"), row: r}
		l.packs, _ = r.QuantityOpt("packs")
		lines[id], ids = l, append(ids, id)
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	offers, err := h.catalog.Offers(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[ident.ID]measure.Quantity, len(lines))
	for id, l := range lines {
		found := false
		for _, o := range offers[id] {
			if len(l.offer) < tailed || !strings.HasSuffix(o.ID.String(), l.offer) {
				continue
			}
			found = true
			if out[id], err = fromPacks(l.packs, o.Pack); err != nil {
				l.row.Add("packs", err)
			}
		}
		if !found {
			return nil, fault.New(fault.Conflict, "restock.changed_meanwhile")
		}
	}
	return out, f.Err()
}

// tailed is how much of an offer's id a page of fifty suggestions carries: enough to tell
// it from the product's others. The beginnings of ids that were made together are alike.
const tailed = 8

// tail is the end of an offer's id.
func tail(id ident.ID) string {
	text := id.String()
	return text[len(text)-tailed:]
}

// fromPacks turns a number of packs into base units. What is sold whole is ordered
// whole.
func fromPacks(packs measure.Quantity, p measure.Pack) (measure.Quantity, error) {
	if packs < 0 {
		return 0, fault.New(fault.Invalid, "restock.quantity_negative")
	}
	if p.Factor != measure.One && packs%measure.Thousandths != 0 {
		return 0, fault.New(fault.Invalid, "restock.whole_packs")
	}
	return measure.Convert(packs, p.Factor)
}

// change keeps the quantities that were typed, and shows what they come to.
func (h *Handlers) change(c *gin.Context) error {
	f := web.FormOf(c)
	quantities, err := h.typed(c.Request.Context(), f)
	if err == nil {
		err = h.restock.Override(c.Request.Context(), quantities)
	}
	if f.Refused(err) {
		return h.list(c, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	to := "/suggestions"
	if page, ok := f.IntOpt("page", 1, maxPages); ok && page > 1 {
		to = pageAddress(page)
	}
	return web.Redirect(c, to)
}

func (h *Handlers) exportCSV(c *gin.Context) error {
	return h.export(c, table.CSV, func(b []byte) { web.Download(c, "suggestions.csv", "text/csv; charset=utf-8", b) })
}

func (h *Handlers) exportJSON(c *gin.Context) error {
	return h.export(c, table.JSON, func(b []byte) { web.Inline(c, "suggestions.json", "application/json; charset=utf-8", b) })
}

func (h *Handlers) export(c *gin.Context, format table.Format, answer func([]byte)) error {
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	rows, err := h.restock.Rows(c.Request.Context())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := table.Write(&b, format, rows, v.Words); err != nil {
		return err
	}
	answer(b.Bytes())
	return nil
}

// reopen takes back a snooze, or the mark of an order that was given up.
func (h *Handlers) reopen(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err == nil {
		err = h.restock.Reopen(c.Request.Context(), id)
	}
	if err != nil {
		return err
	}
	return web.Redirect(c, "/suggestions")
}

// roleToOrder is who may turn suggestions into orders.
const roleToOrder = tenant.Manager

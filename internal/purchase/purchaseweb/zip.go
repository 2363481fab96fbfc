package purchaseweb

import (
	"archive/zip"
	"bytes"
	"context"
	"slices"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/purchase"
	"buhuo/internal/web"
)

// dayFormats are what a day's file holds of each order: to sign, to work with, for
// programs.
var dayFormats = []string{"pdf", "xlsx", "csv"}

// maxDayOrders bounds what one request writes.
const maxDayOrders = 100

// listZIP answers with the documents of a day's orders, each in its supplier's language
// and, where he wants it so, in his own form.
func (h *Handlers) listZIP(c *gin.Context) error {
	on, f := web.Today(c), web.QueryOf(c)
	if f.Has("day") {
		asked, err := day.Parse(f.Value("day"))
		if err != nil {
			return fault.New(fault.Malformed, "purchase.day_unreadable").WithCause(err)
		}
		on = asked
	}
	ctx := c.Request.Context()
	orders, err := h.orders.List(ctx, purchase.Query{Day: &on, Limit: maxDayOrders + 1})
	switch {
	case err != nil:
		return err
	case len(orders) == 0:
		return fault.New(fault.NotFound, "purchase.day_none", fault.A("day", on))
	case len(orders) > maxDayOrders:
		return fault.New(fault.Invalid, "purchase.day_too_many", fault.A("n", maxDayOrders), fault.A("day", on))
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, o := range slices.Backward(orders) { // by number
		if err := h.pack(ctx, z, o); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	web.Download(c, "orders-"+on.String()+".zip", "application/zip", b.Bytes())
	return nil
}

// pack writes the files of one order.
func (h *Handlers) pack(ctx context.Context, z *zip.Writer, o purchase.Order) error {
	d, err := h.orders.Document(ctx, o.ID, "")
	if err != nil {
		return err
	}
	papers, err := h.orders.Papers(ctx, o.SupplierID)
	if err != nil {
		return err
	}
	d.Papers = &papers
	for _, f := range h.formats {
		if !slices.Contains(dayFormats, f.Name()) {
			continue
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: d.FileName(f), Method: zip.Deflate, Modified: o.CreatedAt.Time()})
		if err != nil {
			return err
		}
		if err := f.Write(w, d); err != nil {
			return err
		}
	}
	return nil
}

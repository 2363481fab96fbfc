package purchaseweb

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format"
	"buhuo/internal/web"
)

// document answers with the order in a format: in the supplier's language, or the
// one asked for by ?lang=.
func (h *Handlers) document(f purchase.Format) web.Handler {
	return func(c *gin.Context) error {
		id, err := web.PathID(c, "id")
		if err != nil {
			return err
		}
		lang := ""
		if asked, ok := i18n.ParseLang(web.QueryOf(c).Value("lang")); ok {
			lang = string(asked)
		}
		d, err := h.orders.Document(c.Request.Context(), id, lang)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := f.Write(&b, d); err != nil {
			return err
		}
		if f.Name() == "csv" {
			web.Download(c, d.FileName(f), f.ContentType(), b.Bytes())
			return nil
		}
		web.Inline(c, d.FileName(f), f.ContentType(), b.Bytes())
		return nil
	}
}

// lineJSON is an order's line for machines.
type lineJSON struct {
	Line         int    `json:"line"`
	ProductCode  string `json:"product_code"`
	SupplierCode string `json:"supplier_code"`
	ProductName  string `json:"product_name"`
	Quantity     string `json:"quantity"`
	Unit         string `json:"unit"`
	UnitPrice    string `json:"unit_price"`
	LineTotal    string `json:"line_total"`
	Received     string `json:"received"`
}

func (h *Handlers) showJSON(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	o, err := h.orders.Order(c.Request.Context(), id)
	if err != nil {
		return err
	}
	answer := struct {
		orderJSON
		Freight string     `json:"freight"`
		DueDate string     `json:"due_date"`
		Lines   []lineJSON `json:"lines"`
	}{toJSON(o), o.Freight.Decimal(o.Currency), o.DueDay.String(), make([]lineJSON, len(o.Lines))}
	for i, l := range o.Lines {
		answer.Lines[i] = lineJSON{
			Line: l.Line, ProductCode: l.ProductCode, SupplierCode: l.SupplierCode, ProductName: l.ProductName, Quantity: l.Quantity.Decimal(),
			Unit: l.Unit, UnitPrice: l.Price.Decimal(), LineTotal: l.Total.Decimal(o.Currency), Received: l.Received.Decimal(),
		}
	}
	return web.WriteJSON(c, http.StatusOK, answer)
}

// message is the order in a few lines, to paste into a chat with the supplier, in
// his language.
func message(d purchase.Document) string {
	s := format.NewSheet(d)
	p := i18n.For(s.Lang)
	lines := []string{p.T("purchase.message_head", i18n.A("number", s.Number), i18n.A("shop", d.Shop), i18n.A("supplier", d.Supplier.Name))}
	for _, r := range s.Rows {
		quantity := r.Quantity
		if r.Packs != "" {
			quantity = r.Packs + " (" + r.Quantity + ")"
		}
		lines = append(lines, r.Line+". "+r.Name+"  "+quantity+"  "+r.Total)
	}
	last := s.Sums[len(s.Sums)-1]
	lines = append(lines, last.Term+"  "+last.Text, p.T("purchase.message_due", i18n.A("day", d.Order.DueDay)))
	if d.Order.Note != "" {
		lines = append(lines, d.Order.Note)
	}
	return strings.Join(lines, "\n")
}

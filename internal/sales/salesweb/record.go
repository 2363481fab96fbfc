package salesweb

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/sales"
	"buhuo/internal/stock"
	"buhuo/internal/web"
)

// record keeps the basket.
func (h *Handlers) record(c *gin.Context) error {
	f := web.FormOf(c)
	r := requestOf(f)
	err := f.Err()
	var sale sales.Sale
	var again bool
	var warnings []stock.Warning
	if err == nil {
		sale, again, warnings, err = h.sales.Record(c.Request.Context(), r)
	}
	if err != nil {
		if wantsJSON(c) || !f.Refused(err) {
			return err
		}
		return h.counter(c, http.StatusUnprocessableEntity, counter{lines: linesOf(f), typed: f})
	}
	if wantsJSON(c) {
		return answerJSON(c, sale, again, warnings)
	}
	web.Flash(c, flashTone(warnings), flashKey(warnings))
	return web.Redirect(c, "/sell")
}

// maxHousehold bounds a name in the credit book.
const maxHousehold = 60

// requestOf reads a sale from a form: one product, or several in repeated fields.
func requestOf(f *web.Values) sales.Request {
	r := sales.Request{
		ClientID: f.ID("client_id"), Kind: sales.Kind(f.ChoiceOpt("kind", string(sales.KindSale), string(sales.KindSale), string(sales.KindReturn))),
		Channel: f.String("channel", 64), Province: f.String("province", 16), Household: f.String("household", maxHousehold),
	}
	for _, row := range f.Rows("product_code", "quantity", "unit") {
		l := sales.RequestLine{ProductCode: row.Required("product_code", catalog.MaxName), Quantity: int64(row.Quantity("quantity"))}
		if row.Has("unit") {
			u, err := measure.ParseUnit(row.String("unit", 64))
			if err != nil {
				row.Add("unit", err)
			}
			l.Unit = u.Code
		}
		r.Lines = append(r.Lines, l)
	}
	return r
}

func wantsJSON(c *gin.Context) bool {
	accept := c.GetHeader("Accept")
	return strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html")
}

type saleJSON struct {
	ID       ident.ID `json:"id"`
	Total    string   `json:"total"`
	Currency string   `json:"currency"`
	Again    bool     `json:"again"`
	Warnings []string `json:"warnings"`
}

func answerJSON(c *gin.Context, sale sales.Sale, again bool, warnings []stock.Warning) error {
	scope, ok := web.Scope(c)
	if !ok {
		return errors.New("salesweb: a sale without a shop")
	}
	out := saleJSON{ID: sale.ID, Total: sale.Total.Decimal(scope.Currency), Currency: scope.Currency.Code, Again: again, Warnings: []string{}}
	for _, w := range warnings {
		out.Warnings = append(out.Warnings, string(w.Kind))
	}
	status := http.StatusCreated
	if again {
		status = http.StatusOK
	}
	return web.WriteJSON(c, status, out)
}

func flashTone(warnings []stock.Warning) web.Tone {
	if len(warnings) > 0 {
		return web.Warn
	}
	return web.Good
}

// flashKey says the weightiest thing of the sale: goods past their day, then a
// shelf that should be counted.
func flashKey(warnings []stock.Warning) string {
	key := "sales.flash_saved"
	for _, w := range warnings {
		switch w.Kind {
		case stock.ExpiredSold:
			return "sales.flash_expired"
		case stock.CountNeeded:
			key = "sales.flash_count_needed"
		}
	}
	return key
}

// wish notes what a customer asked for in vain.
func (h *Handlers) wish(c *gin.Context) error {
	f := web.FormOf(c)
	text := f.String("text", 200)
	id, _ := f.IDOpt("client_id")
	err := f.Err()
	if err == nil {
		err = h.sales.Wish(c.Request.Context(), id, text, sales.WishAsked, nil)
	}
	if f.Refused(err) {
		return h.counter(c, http.StatusUnprocessableEntity, counter{})
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "sales.flash_wish")
	return web.Redirect(c, "/sell")
}

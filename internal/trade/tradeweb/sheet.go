package tradeweb

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/money"
	"buhuo/internal/trade"
	"buhuo/internal/web"
	tradeview "buhuo/views/trade"
)

// sheet is a product's public page: no login, nothing but what was published.
func (h *Handlers) sheet(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	e, err := h.trade.Sheet(c.Request.Context(), id)
	if err != nil {
		return err
	}
	cur, err := money.ParseCurrency(e.Producer.Currency)
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	t := chrome.T
	chrome.Title = e.Name
	var code string
	var size int
	if h.draw != nil {
		if code, size, err = h.draw(address(c)); err != nil {
			return err
		}
	}
	return web.Render(c, http.StatusOK, tradeview.Sheet(tradeview.SheetPage{
		Code: code, Size: size, Photo: photoOf(trade.ToAll, e.ID, e.Photo),
		Chrome: chrome, Name: e.Name, About: e.About, Producer: kindBadge(e.Producer), Marks: season(c, t, e.Listing),
		Goods: goodsOf(t, e.Listing, unitOf(e.Listing, h.showUnit(c)), cur), Terms: termsOf(t, e.Producer, cur), Address: address(c),
	}))
}

// address is that of the page, as its reader reached it.
func address(c *gin.Context) string {
	scheme := "http://"
	if web.Secure(c) {
		scheme = "https://"
	}
	return scheme + c.Request.Host + c.Request.URL.Path
}

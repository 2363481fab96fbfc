package restockweb

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/forecast"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/restock"
	"buhuo/internal/web"
	"buhuo/views/layout"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

// The ways to say how much changes.
const (
	byPercent = "percent" // of the forecast
	byMore    = "more"    // so much more over all the days
	byLess    = "less"
)

func (h *Handlers) adjustForm(c *gin.Context) error { return h.adjustPage(c, http.StatusOK) }

// adjust notes what a person knows of coming days.
func (h *Handlers) adjust(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	o, err := h.restock.Outlook(c.Request.Context(), id)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	a := restock.Adjustment{ID: f.ID("client_id"), ProductID: id, From: f.Date("from"), To: f.Date("to"), Reason: f.Required("reason", maxReason)}
	change, amount := f.Choice("change", byPercent, byMore, byLess), f.Quantity("amount")
	if amount < 0 {
		f.Add("amount", fault.New(fault.Invalid, "restock.quantity_negative"))
	}
	switch change {
	case byPercent:
		a.Factor = new(int(min(amount, measure.MaxQuantity) / 100)) // 150 % is 150,000 thousandths and 1,500 thousandths of the forecast
	default:
		if _, shown := v.Shown(0, o.Product.BaseUnit); shown != o.Product.BaseUnit {
			amount /= 2
		}
		if change == byLess {
			amount = -amount
		}
		a.Amount = &amount
	}
	if err = f.Err(); err == nil {
		err = h.restock.Adjust(c.Request.Context(), a)
	}
	if f.Refused(err) {
		return h.adjustPage(c, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "forecast.flash_adjusted")
	return web.Redirect(c, productAddress(id))
}

func (h *Handlers) adjustPage(c *gin.Context, status int) error {
	o, v, err := h.outlook(c)
	if err != nil {
		return err
	}
	first, err := h.restock.FirstDay(c.Request.Context())
	if err != nil {
		return err
	}
	f, chrome := web.FormOf(c), web.Chrome(c)
	chrome.Title, chrome.Active = v.t.T("forecast.adjust_title", arg("name", o.Product.Name)), layout.Stock
	chrome.Path = productAddress(o.Product.ID) + "/adjust"
	chrome.Back = ui.Link{Href: productAddress(o.Product.ID), Text: o.Product.Name}
	typed := func(name, otherwise string) string {
		if f.Given(name) {
			return f.Value(name)
		}
		return otherwise
	}
	_, shown := v.Shown(0, o.Product.BaseUnit)
	unit := arg("unit", v.t.Unit(shown, 2*measure.Thousandths))
	change := ui.SelectModel{Name: "change", Label: v.t.T("forecast.field_change"), Error: f.Sentence("change")}
	for _, option := range []ui.Option{
		{Value: byPercent, Text: v.t.T("forecast.change_percent")},
		{Value: byMore, Text: v.t.T("forecast.change_more", unit)},
		{Value: byLess, Text: v.t.T("forecast.change_less", unit)},
	} {
		option.Selected = option.Value == typed("change", byPercent)
		change.Options = append(change.Options, option)
	}
	return web.Render(c, status, restockview.AdjustPage(restockview.Adjust{
		Chrome: chrome, Action: chrome.Path, Client: clientOf(c, chrome), Save: v.t.T("forecast.save"), Note: v.t.T("forecast.adjust_note"),
		From:   ui.FieldModel{Name: "from", Type: "date", Label: v.t.T("forecast.field_from"), Value: typed("from", first.String()), Error: f.Sentence("from"), Short: true, Needed: true},
		To:     ui.FieldModel{Name: "to", Type: "date", Label: v.t.T("forecast.field_to"), Value: typed("to", first.String()), Error: f.Sentence("to"), Short: true, Needed: true},
		Change: change,
		Amount: ui.FieldModel{Name: "amount", Mode: "decimal", Label: v.t.T("forecast.field_amount"), Hint: v.t.T("forecast.amount_hint"), Value: f.Value("amount"), Error: f.Sentence("amount"), Short: true, Needed: true},
		Reason: ui.FieldModel{Name: "reason", Label: v.t.T("forecast.field_reason"), Hint: v.t.T("forecast.reason_hint"), Value: f.Value("reason"), Error: f.Sentence("reason"), Max: maxReason, Needed: true},
	}))
}

// withdraw takes back what somebody said of coming days.
func (h *Handlers) withdraw(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	product, err := h.restock.Withdraw(c.Request.Context(), id)
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "forecast.flash_withdrawn")
	return web.Redirect(c, productAddress(product))
}

// forecastJSON is what the page says of a product's forecast, as data. Quantities are
// in base units.
func (h *Handlers) forecastJSON(c *gin.Context) error {
	o, _, err := h.outlook(c)
	if err != nil {
		return err
	}
	type week struct {
		From       string      `json:"from"`
		To         string      `json:"to"`
		Expected   jsonNumber  `json:"expected"`
		LikelyMost jsonNumber  `json:"likely_most"`
		Unadjusted *jsonNumber `json:"unadjusted"`
		Wanted     jsonNumber  `json:"wanted"`
		Replayed   bool        `json:"replayed"`
	}
	type known struct {
		ID        ident.ID    `json:"id"`
		From      string      `json:"from"`
		To        string      `json:"to"`
		Factor    *jsonNumber `json:"factor"`
		Amount    *jsonNumber `json:"amount"`
		Reason    string      `json:"reason"`
		Withdrawn bool        `json:"withdrawn"`
		Ours      *jsonNumber `json:"ours"`
		Adjusted  *jsonNumber `json:"adjusted"`
		Wanted    *jsonNumber `json:"wanted"`
		Nearer    string      `json:"nearer,omitempty"`
	}
	answer := struct {
		Code     string                `json:"product_code"`
		Unit     string                `json:"unit"`
		Made     *forecast.Explanation `json:"made_of"`
		Expected []float64             `json:"expected"`
		Accuracy []week                `json:"accuracy"`
		Known    []known               `json:"adjustments"`
	}{Code: o.Product.Code, Unit: o.Product.BaseUnit, Made: o.Why, Expected: o.Mean, Accuracy: []week{}, Known: []known{}}
	if answer.Expected == nil {
		answer.Expected = []float64{}
	}
	for _, j := range o.Accuracy.Past {
		answer.Accuracy = append(answer.Accuracy, week{j.First.String(), j.Last().String(), number(j.Expected), number(j.LikelyMost), numberOf(j.Unadjusted), number(j.Wanted), j.Replayed})
	}
	for _, k := range o.Known {
		one := known{ID: k.ID, From: k.From.String(), To: k.To.String(), Amount: numberOf(k.Amount), Reason: k.Reason, Withdrawn: k.WithdrawnAt != nil, Ours: numberOf(k.Ours), Adjusted: numberOf(k.Adjusted)}
		if k.Factor != nil {
			one.Factor = new(number(measure.Quantity(*k.Factor)))
		}
		if k.Score != nil {
			one.Wanted, one.Nearer = new(number(k.Score.Wanted)), [...]string{"forecast", "neither", "adjusted"}[k.Score.Nearer()+1]
		}
		answer.Known = append(answer.Known, one)
	}
	return web.WriteJSON(c, http.StatusOK, answer)
}

// jsonNumber is an exact decimal in JSON.
type jsonNumber string

// MarshalJSON writes the digits.
func (n jsonNumber) MarshalJSON() ([]byte, error) { return []byte(n), nil }

func number(q measure.Quantity) jsonNumber { return jsonNumber(q.Decimal()) }

func numberOf(q *measure.Quantity) *jsonNumber {
	if q == nil {
		return nil
	}
	return new(number(*q))
}

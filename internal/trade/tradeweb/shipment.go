package tradeweb

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/tenant"
	"buhuo/internal/trade"
	"buhuo/internal/web"
	tradeview "buhuo/views/trade"
	"buhuo/views/ui"
)

// shipments draws what has left; those that the buyer has not booked have a form that
// books them as they were shipped.
func shipments(c *gin.Context, h *Handlers, d trade.Deal, mine bool) []tradeview.ShipmentCard {
	t := web.Printer(c)
	came := map[int]measure.Quantity{}
	var out []tradeview.ShipmentCard
	for _, s := range d.Shipments {
		card := tradeview.ShipmentCard{Title: t.T("trade.shipped_on", i18n.A("day", t.Date(s.Day))), Note: s.Note, Client: s.ID.String()}
		if s.TakenBack != nil {
			card.State = tradeview.Badge{Tone: ui.Watch, Icon: "undo", Text: t.T("trade.taken_back_on", i18n.A("day", t.Date(day.Of(s.TakenBack.Time(), scopeOf(c).Zone))))}
			card.Note = s.Why
		}
		waits := false
		for _, l := range s.Lines {
			line := d.Lines[l.Line-1]
			if s.TakenBack == nil {
				came[l.Line] += l.Quantity
				waits = waits || came[l.Line] > line.Received
			}
			fact := ui.Fact{Term: line.Name, Text: h.lineUnit(c, line).measured(t, l.Quantity)}
			row := tradeview.ReceiveRow{Line: strconv.Itoa(l.Line), Quantity: l.Quantity.Decimal(), Unit: line.Unit, Lot: l.Lot}
			if l.Lot != "" {
				fact.Note = t.T("trade.lot") + " " + l.Lot
			}
			if l.Expiry != nil {
				row.Expiry = l.Expiry.String()
				fact.Note += " · " + t.T("trade.expires", i18n.A("day", t.DateShort(*l.Expiry)))
			}
			card.Lines, card.Fields = append(card.Lines, fact), append(card.Fields, row)
		}
		if waits && !mine && !d.State.Closed() && scopeOf(c).Role.AtLeast(tenant.Seller) {
			card.Receive = "/orders/" + d.ID.String() + "/receive"
		}
		if waits && mine && scopeOf(c).Role.AtLeast(tenant.Manager) {
			f := web.FormOf(c)
			card.TakeBack, card.ID = "/inbox/"+d.ID.String()+"/take-back", s.ID.String()
			card.Why = ui.FieldModel{Name: "why", ID: "why-" + card.ID, Label: t.T("trade.take_back_why"), Max: trade.MaxReason}
			if f.Value("shipment") == card.ID {
				card.Why.Value, card.Why.Error = f.Value("why"), f.Sentence("why")
			}
		}
		out = append(out, card)
	}
	return out
}

// takeBack undoes a shipment that the buyer has not received.
func (h *Handlers) takeBack(c *gin.Context) error {
	d, err := h.pathDeal(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	shipment, why := f.ID("shipment"), f.String("why", trade.MaxReason)
	if err = f.Err(); err == nil {
		_, err = h.trade.TakeBack(c.Request.Context(), d.ID, shipment, why)
	}
	return h.answered(c, d, err, "trade.flash_taken_back")
}

func (h *Handlers) ship(c *gin.Context) error {
	d, err := h.pathDeal(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	in := trade.Sending{ClientID: f.ID("client_id"), Note: f.String("note", trade.MaxAbout), Lines: map[int]measure.Quantity{}}
	for _, row := range f.Rows("line", "ships", "unit") {
		line := row.Int("line", 1, len(d.Lines))
		if q, ok := row.QuantityOpt("ships"); ok {
			in.Lines[line] = inBase(row, "ships", q, inUnit(row, d, line).factor)
		} else {
			in.Lines[line] = 0
		}
	}
	if err = f.Err(); err == nil {
		_, err = h.trade.Ship(c.Request.Context(), d.ID, in)
	}
	return h.answered(c, d, err, "trade.flash_shipped")
}

package world

import (
	"time"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Event is one thing that happened in the shop. The concrete types are
// *Opening, *Listing, *OfferChange, *PriceChange, *Promotion, *OrderSent,
// *Receipt, *Sale, *Return, *Count, *Loss, *Wish and *Missed.
type Event interface{ Stamp() Head }

// Head says which event it is and when it happened. Ids are derived: the same
// world gives the same ids for ever.
type Head struct {
	ID     ident.ID
	Day    day.Date
	Minute int // after midnight, in the shop's own time
}

// Stamp returns the head itself.
func (h Head) Stamp() Head { return h }

// Instant is the moment of the event in the shop's zone. An hour that the
// clocks skip is moved past the gap.
func (h Head) Instant(zone *time.Location) day.Micros {
	y, m, d := h.Day.Civil()
	return day.At(time.Date(y, m, d, h.Minute/60, h.Minute%60, 0, 0, zone))
}

// Lot is one batch of one product. Pointers to the same lot are equal within
// one walk over the events; ids are equal for ever.
type Lot struct {
	ID       ident.ID
	Product  int // index into World.Products
	Code     string
	Received day.Date
	Expiry   day.Date // last day sellable, day.None without
	seq      int
}

// Take is a quantity that leaves or enters a lot.
type Take struct {
	Lot      *Lot
	Quantity measure.Quantity
}

// Opening is the stock counted before the first customer.
type Opening struct {
	Head
	Lines []OpeningLine
}

// OpeningLine is one lot found on the shelf, with what a base unit had cost.
type OpeningLine struct {
	Lot      *Lot
	Quantity measure.Quantity
	Cost     money.Price
}

// Listing puts a product on sale or, out of season, takes it off.
type Listing struct {
	Head
	Product int
	Active  bool
}

// PriceChange sets a product's shelf price from now on.
type PriceChange struct {
	Head
	Product int
	Price   money.Price
}

// OfferChange sets the prices of an offer from now on.
type OfferChange struct {
	Head
	Offer  int // index into World.Offers
	Breaks []Break
}

// Promotion cuts prices from the day of its head through Until.
type Promotion struct {
	Head
	Title string
	Until day.Date
	Lines []PromotionLine
}

// PromotionLine is one product's price during a promotion.
type PromotionLine struct {
	Product int
	Price   money.Price
}

// OrderSent is a purchase order that left the shop.
type OrderSent struct {
	Head
	Supplier int // index into World.Suppliers
	Promised day.Date
	Lines    []OrderLine
	Goods    money.Amount // sum of the lines
	Freight  money.Amount
}

// OrderLine is one product of an order, in whole packs of its offer.
type OrderLine struct {
	Offer    int
	Product  int
	Packs    int64
	Quantity measure.Quantity
	Price    money.Price // per base unit
	Amount   money.Amount
}

// Receipt is one delivery of an order.
type Receipt struct {
	Head
	Order ident.ID
	Lines []ReceiptLine
	Final bool // nothing more will come: what is owed is closed short
}

// ReceiptLine is one lot that came in for the line of that number, from 0.
type ReceiptLine struct {
	Line     int
	Lot      *Lot
	Quantity measure.Quantity
	Price    money.Price
}

// Channel says where a customer bought.
type Channel string

// The channels. The two others are online.
const (
	Counter   Channel = "counter"
	WeChat    Channel = "wechat"    // 微信小店
	Pinduoduo Channel = "pinduoduo" // 拼多多
)

// Sale is one customer's basket.
type Sale struct {
	Head
	Channel    Channel
	Province   string // GB/T 2260, two digits, online only
	Prefecture string // GB/T 2260, six digits, where known
	Buyer      string // the channel's pseudonym for the buyer, online only
	Lines      []SaleLine
	Total      money.Amount
}

// SaleLine is one product of a basket and the lots it came from.
type SaleLine struct {
	Product  int
	Quantity measure.Quantity
	Price    money.Price
	Amount   money.Amount
	Promoted bool
	Takes    []Take
}

// Return brings back part of a line of an earlier sale. The goods are in the
// lot again; when they cannot be sold a Loss follows.
type Return struct {
	Head
	Sale   ident.ID
	Line   int
	Take   Take
	Amount money.Amount
}

// Count compares the book with the shelf, lot by lot, for one product.
type Count struct {
	Head
	Product int
	Lines   []CountLine
}

// CountLine is one lot's book quantity and what was found.
type CountLine struct {
	Lot             *Lot
	Booked, Counted measure.Quantity
}

// Reason says why goods left without being sold.
type Reason string

// The reasons.
const (
	Expired Reason = "expired"
	Wilted  Reason = "wilted"
	Damaged Reason = "damaged"
	OwnUse  Reason = "own_use"
	Gift    Reason = "gift"
)

// Loss is goods gone without a sale.
type Loss struct {
	Head
	Product int
	Reason  Reason
	Takes   []Take
}

// Wish is something a customer asked for that was not there: a product of the
// assortment (Product ≥ 0) or, with Product -1, the words of the customer.
type Wish struct {
	Head
	Product  int
	Text     string
	Quantity measure.Quantity // 0 when not said
}

// Missed is demand that met an empty shelf. Nobody in the shop writes it
// down: it is the truth against which a reconstruction can be judged, and a
// loader leaves it out.
type Missed struct {
	Head
	Product  int
	Channel  Channel
	Quantity measure.Quantity
}

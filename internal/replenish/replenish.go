// Package replenish decides what to order: how likely a product is to run out
// before its next delivery, how much to order, from whom, and why. It turns one
// Input into one Trace, which holds that input, every step and the result;
// recomputing from the input gives the same result.
//
// It is pure: it knows no shop, no database, no clock, no language and no
// forecast model, only the distribution of demand that a forecast hands over.
// Stock and money are exact integers; floating point lives in probabilities.
//
// Days are counted in windows: window k holds the first k days from
// Input.Today on. A delivery on day Today+k comes before that day's customers,
// so window k must be lived through without it.
package replenish

import (
	"time"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish/lead"
)

// Version is the layout of Input and Trace, stored with each of them.
const Version = 2

// HorizonDays is how far the risk curve and the run-out date look ahead.
const HorizonDays = 60

// Input is everything a suggestion depends on, and nothing else.
type Input struct {
	Version int `json:"version"`
	// Today is the first day of the forecast: the day after the last closing.
	Today day.Date `json:"today"`
	// Unit is the stable code of the product's base unit; all quantities are in it.
	Unit string `json:"unit"`
	// Step is the smallest amount that can be ordered without a pack; 0 means
	// one base unit.
	Step     measure.Quantity `json:"step,omitempty"`
	Currency money.Currency   `json:"currency"`
	Demand   Windows          `json:"demand"`
	Stock    Stock            `json:"stock"`
	Arrivals []Arrival        `json:"arrivals,omitempty"`
	Offers   []Offer          `json:"offers,omitempty"`
	// Price is the selling price per base unit, 0 when unknown.
	Price            money.Price `json:"price,omitempty"`
	PricesIncludeTax bool        `json:"prices_include_tax,omitempty"`
	TaxBasisPoints   int         `json:"tax,omitempty"`
	// ShelfLife is the number of days a delivery can be sold, its day of
	// arrival counted; 0 when it keeps.
	ShelfLife int `json:"shelf_life,omitempty"`
	// Loss is what part of what is bought never reaches a customer, in basis points.
	// Goods with a ShelfLife spoil by their age, which is reckoned with as such: of
	// them it is 0.
	Loss int `json:"loss,omitempty"`
	// Unproven is a product that was never sold, delivered or counted here and whose
	// terms nobody has confirmed. Nothing is ordered on what similar ones sell.
	Unproven bool   `json:"unproven,omitempty"`
	Policy   Policy `json:"policy"`
	Bounds   Bounds `json:"bounds"`
	Facts    Facts  `json:"facts"`
	// Cover is the share of what would be lost that other products of the group
	// CoverBy will serve; a sale is lost with the rest of it only.
	Cover   float64 `json:"cover,omitempty"`
	CoverBy string  `json:"cover_by,omitempty"`
}

// Stock is what is there. OnHand and Unusable are derived from it as the
// identities of Position say.
type Stock struct {
	// Known is false for a product never counted: nothing is taken as available.
	Known bool `json:"known"`
	// Lots are all lots present that are not blocked, expired ones included. A
	// negative lot holds sales that no receipt has covered yet.
	Lots []Lot `json:"lots,omitempty"`
	// Blocked is present but cannot be sold for another reason than its date;
	// it is not among Lots.
	Blocked   measure.Quantity `json:"blocked,omitempty"`
	Allocated measure.Quantity `json:"allocated,omitempty"`
	// Backlog is sold, not delivered and not allocated.
	Backlog measure.Quantity `json:"backlog,omitempty"`
}

// Lot is a part of the stock with one expiry date.
type Lot struct {
	Quantity measure.Quantity `json:"quantity"`
	// Expiry is the last day it can be sold; 0 when it keeps.
	Expiry day.Date `json:"expiry,omitempty"`
}

// Arrival is a delivery that was sent for and is still owed.
type Arrival struct {
	Quantity measure.Quantity `json:"quantity"`
	// Due is the day it is expected, counted from sending the order.
	Due day.Date `json:"due"`
	// Days say how likely each day is, counted from Input.Today, given that it has
	// not come before; without them Due is certain.
	Days lead.Days `json:"days,omitzero"`
	// Estimate is a better guess by whoever knows more; 0 when there is none,
	// and then an overdue delivery is re-estimated here.
	Estimate day.Date `json:"estimate,omitempty"`
	// Expiry of the goods, 0 when unknown; then ShelfLife counts from arrival.
	Expiry day.Date `json:"expiry,omitempty"`
}

// SupplierKind says where a supplier stands between maker and shop.
type SupplierKind string

// The kinds of supplier. A wholesaler is the middleman of a saving.
const (
	Manufacturer SupplierKind = "manufacturer"
	Farmer       SupplierKind = "farmer"
	Wholesaler   SupplierKind = "wholesaler"
	Other        SupplierKind = "other"
)

// Offer is what one supplier asks for the product.
type Offer struct {
	ID           ident.ID     `json:"id"`
	Supplier     ident.ID     `json:"supplier"`
	SupplierName string       `json:"supplier_name,omitempty"`
	Kind         SupplierKind `json:"kind"`
	// Pack is what the supplier sells whole; the zero Pack sells by Input.Step.
	Pack measure.Pack `json:"pack"`
	// MinOrder is the minimum order quantity in base units.
	MinOrder measure.Quantity `json:"min_order,omitempty"`
	// Breaks are the prices by quantity in any order; the one with the smallest
	// From also holds below it. Empty when the price is unknown.
	Breaks           []Break `json:"breaks,omitempty"`
	PricesIncludeTax bool    `json:"prices_include_tax,omitempty"`
	TaxBasisPoints   int     `json:"tax,omitempty"`
	// Freight is paid once per order, net of tax; nothing is paid from
	// FreeFreightFrom on (0: never free).
	Freight         money.Amount `json:"freight,omitempty"`
	FreeFreightFrom money.Amount `json:"free_freight_from,omitempty"`
	// MinOrderValue is the least a whole order must come to.
	MinOrderValue money.Amount `json:"min_order_value,omitempty"`
	// TypicalOrder is what an order to this supplier usually comes to, 0 when
	// unknown: it decides this line's share of the freight.
	TypicalOrder money.Amount `json:"typical_order,omitempty"`
	// LeadDays is the lead time in days on which the supplier is open, from
	// sending to the shelf.
	LeadDays int `json:"lead_days"`
	// Lead is the same as a distribution, and then LeadDays is not looked at; its
	// middle is the day that is reckoned with. Promised is what the supplier says,
	// Deliveries how many taught otherwise, of which Own of this product.
	Lead       lead.Days `json:"lead,omitzero"`
	Promised   int       `json:"promised,omitempty"`
	Deliveries int       `json:"deliveries,omitempty"`
	Own        int       `json:"own_deliveries,omitempty"`
	// OrderWeekdays are the days on which orders can be sent; empty means any,
	// and then ReviewDays is the pause between two orders.
	OrderWeekdays []time.Weekday `json:"order_weekdays,omitempty"`
	ReviewDays    int            `json:"review_days,omitempty"`
	Closures      []Closure      `json:"closures,omitempty"`
	// TermsAssumed marks terms that nobody has confirmed.
	TermsAssumed bool `json:"terms_assumed,omitempty"`
}

// Break is the price per base unit from a quantity on.
type Break struct {
	From  measure.Quantity `json:"from"`
	Price money.Price      `json:"price"`
}

// Closure is a range of days, both included, on which a supplier neither takes
// orders nor works nor delivers.
type Closure struct {
	From day.Date `json:"from"`
	To   day.Date `json:"to"`
}

// Service is the policy in the owner's words.
type Service string

// The three policies; the zero value counts as Balanced.
const (
	NeverRunOut Service = "never_run_out"
	Balanced    Service = "balanced"
	LittleWaste Service = "little_waste"
)

// Policy says what matters to the owner.
type Policy struct {
	Service Service `json:"service,omitempty"`
	// Level is an explicit cycle service level, the chance that an order lasts
	// until the next one arrives; 0 leaves it to Service.
	Level float64 `json:"level,omitempty"`
	// FillRate is an explicit share of what is wanted to be served; 0 leaves it
	// to Service. Level goes first.
	FillRate float64 `json:"fill_rate,omitempty"`
	// HoldingPerDay is the cost of keeping stock for a day as a share of its
	// cost; 0 means 0.002.
	HoldingPerDay float64 `json:"holding_per_day,omitempty"`
	// Ordering is what the work of one line of an order costs.
	Ordering money.Amount `json:"ordering,omitempty"`
}

// Bounds are set by hand on the level to refill to; 0 means none.
type Bounds struct {
	Minimum measure.Quantity `json:"minimum,omitempty"`
	Maximum measure.Quantity `json:"maximum,omitempty"`
}

// Facts are what the reason tells about demand. They change no number.
type Facts struct {
	// Lost is what the corrected demand of the last four weeks adds to sales.
	Lost measure.Quantity `json:"lost,omitempty"`
	// Prior is set when the forecast has no sales of its own to learn from.
	Prior bool `json:"prior,omitempty"`
	// AroundLow and AroundHigh bound what other shops sell of such goods a week, where
	// the forecast rests on that.
	AroundLow  measure.Quantity `json:"around_low,omitempty"`
	AroundHigh measure.Quantity `json:"around_high,omitempty"`
	// PeakDay sells PeakPercent more than the average day; PeakWeekend says so
	// of Saturday and Sunday together. 0 per cent means no such pattern.
	PeakDay     time.Weekday `json:"peak_day,omitempty"`
	PeakWeekend bool         `json:"peak_weekend,omitempty"`
	PeakPercent int          `json:"peak_percent,omitempty"`
	// Festival falls into the days that the order must last for and lifts them
	// by FestivalPercent.
	Festival        day.Festival `json:"festival,omitempty"`
	FestivalPercent int          `json:"festival_percent,omitempty"`
}

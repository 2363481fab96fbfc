package demo

import (
	"context"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/demo/world"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
)

// missing reports whether a room has no such thing.
func missing(err error) bool { return err != nil && fault.KindOf(err) == fault.NotFound }

// sent writes an order that left the shop.
func (x *living) sent(ctx context.Context, e *world.OrderSent) error {
	past, err := x.order(e, x.terms, x.rivals)
	if err != nil {
		return err
	}
	_, _, err = x.Purchase.Load(ctx, []purchase.Past{past})
	x.wrote()
	return err
}

// arrived receives what an order is still owed. The person may have received or
// cancelled it already.
func (x *living) arrived(ctx context.Context, e *world.Receipt) error {
	o, err := x.Purchase.Order(ctx, e.Order)
	if missing(err) {
		note("a delivery of an unknown order", e, err)
		return nil
	}
	if err != nil {
		return err
	}
	r := x.receipt(e)
	r.Lines = owed(o, r.Lines)
	if len(r.Lines) == 0 {
		note("a delivery", e, errDecided)
		return nil
	}
	if err := x.flush(ctx); err != nil { // what was sold before comes before in the ledger
		return err
	}
	if o, err = x.Purchase.Receive(ctx, o.ID, r); err != nil {
		return err
	}
	x.wrote()
	if e.Final && o.State.Can(purchase.CloseShort) {
		if _, err := x.Purchase.CloseShort(ctx, o.ID); err != nil {
			return err
		}
	}
	return x.weigh(ctx)
}

// owed bounds what arrives by what is still to come.
func owed(o purchase.Order, lines []purchase.ReceiptLine) []purchase.ReceiptLine {
	if !o.State.Can(purchase.Receive) {
		return nil
	}
	left := map[int]purchase.OrderLine{}
	for _, l := range o.Lines {
		left[l.Line] = l
	}
	var kept []purchase.ReceiptLine
	for _, r := range lines {
		l, ok := left[r.Line]
		if r.Quantity = min(r.Quantity, l.Owed()); !ok || r.Quantity <= 0 {
			continue
		}
		l.Received += r.Quantity
		left[r.Line] = l
		kept = append(kept, r)
	}
	return kept
}

// list puts a product on sale or takes it off, unless the person has done so.
func (x *living) list(ctx context.Context, e *world.Listing) error {
	p, ok := x.goods[x.w.Products[e.Product].ID]
	if !ok || p.Archived == x.terms.listed[e.Product] {
		note("a listing", e, errDecided)
		return nil
	}
	if err := x.Catalog.Archive(ctx, p.ID, !e.Active); err != nil {
		return err
	}
	x.wrote()
	return x.reread(ctx, p.ID)
}

// reprice sets a product's price, unless the person has set one.
func (x *living) reprice(ctx context.Context, e *world.PriceChange) error {
	p, ok := x.goods[x.w.Products[e.Product].ID]
	if !ok || p.SalePrice != x.terms.prices[e.Product] {
		note("a price", e, errDecided)
		return nil
	}
	d := catalog.DraftOf(p)
	d.SalePrice = e.Price
	if err := x.Catalog.Update(ctx, p.ID, p.Version, d); err != nil {
		return err
	}
	x.wrote()
	return x.reread(ctx, p.ID)
}

func (x *living) reread(ctx context.Context, id ident.ID) error {
	p, err := x.Catalog.Product(ctx, id)
	x.goods[id] = p
	return err
}

// reoffer sets a supplier's prices, unless the person has set others or ended the
// offer. What the supplier asked is noted either way.
func (x *living) reoffer(ctx context.Context, e *world.OfferChange) error {
	o := x.w.Offers[e.Offer]
	x.wrote()
	if err := x.Catalog.AddQuotes(ctx, []catalog.Quote{x.quote(o, e.Breaks, e.Day)}); err != nil {
		return err
	}
	id := x.w.Products[o.Product].ID
	offers, err := x.Catalog.Offers(ctx, []ident.ID{id})
	if err != nil {
		return err
	}
	price, breaks := prices(x.terms.breaks[e.Offer])
	for _, present := range offers[id] {
		if present.SupplierID != x.w.Suppliers[o.Supplier].ID || present.Price != price || !slices.Equal(present.Breaks, breaks) {
			continue
		}
		present.Price, present.Breaks = prices(e.Breaks)
		present.ValidFrom = e.Day
		return x.Catalog.SaveOffers(ctx, []catalog.Offer{present})
	}
	note("an offer's price", e, errDecided)
	return nil
}

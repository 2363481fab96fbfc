package demo

import (
	"context"
	"fmt"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/demo/world"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/joint"
	"buhuo/internal/measure"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// corner is a shop like the grocery, which cannot reach a mill's least quantity alone and
// asks the grocery to order with it.
var corner = struct {
	slug, login, shop, owner, product, note string
	wanted, tolerance                       measure.Quantity
}{
	slug: "xiangkou", login: "xiangkou", shop: "巷口便民店", owner: "陈小妹", product: "散装东北大米", note: "货到巷口，自己来拉，周三下午都在",
	wanted: 250_000, tolerance: 50_000,
}

// openCorner makes the shop at the corner when it is missing, and lets it ask the grocery,
// whose ctx this is.
func (l *Loader) openCorner(ctx context.Context, w *world.World) error {
	if _, err := l.Shop.BySlug(ctx, corner.slug); err == nil || fault.KindOf(err) != fault.NotFound {
		return err
	}
	var in shop.Shop
	var person shop.Person
	err := l.DB.Do(ctx, func(ctx context.Context) (err error) {
		in, err = l.Shop.CreateShop(ctx, shop.NewShop{Slug: corner.slug, Name: corner.shop, Timezone: w.Shop.TimeZone, Currency: w.Shop.Currency.Code, Province: w.Shop.Province})
		if err != nil {
			return err
		}
		person, err = l.Shop.AddPerson(shop.Acting(ctx, in), in.ID, shop.NewPerson{Login: corner.login, Name: corner.owner, Password: Password, Language: "zh-Hans", Role: tenant.Owner})
		if err != nil {
			return err
		}
		return l.gather(ctx, acting(ctx, in, person))
	})
	if err != nil {
		return fmt.Errorf("open the shop %s: %w", corner.slug, err)
	}
	return l.think(acting(ctx, in, person), func(string, int, int) {})
}

// gather gives the corner its rice and two who sell it, and asks the grocery.
func (l *Loader) gather(grocery, there context.Context) error {
	rice, err := l.Catalog.Create(there, catalog.Draft{Code: "101", Name: corner.product, BaseUnit: "kg", SalePrice: 62_000, ShelfLifeDays: 240, Origin: "黑龙江五常"})
	if err != nil {
		return err
	}
	mill, err := l.Catalog.CreateSupplier(there, catalog.Supplier{
		Name: "五常金穗米业", Kind: catalog.Manufacturer, Province: provinceName("23"), PricesIncludeTax: true, Freight: 8_000, LeadTimeDays: 6,
	})
	if err != nil {
		return err
	}
	dealer, err := l.Catalog.CreateSupplier(there, catalog.Supplier{Name: "安吉城南粮油批发部", Kind: catalog.Wholesaler, Province: provinceName("33"), PricesIncludeTax: true, LeadTimeDays: 2})
	if err != nil {
		return err
	}
	bag := packed("bag", 25)
	offer, err := l.Catalog.SaveOffer(there, catalog.Offer{
		SupplierID: mill.ID, ProductID: rice.ID, Pack: bag, Minimum: 300_000, Price: 37_000, Breaks: []catalog.Break{{From: 600_000, Price: 35_500}},
	})
	if err != nil {
		return err
	}
	if _, err := l.Catalog.SaveOffer(there, catalog.Offer{SupplierID: dealer.ID, ProductID: rice.ID, Pack: bag, Price: 48_000}); err != nil {
		return err
	}
	for _, ctx := range []context.Context{there, grocery} {
		if err := l.Joint.MayBeAsked(ctx, true); err != nil {
			return err
		}
	}
	d, err := l.Joint.Draft(there, offer.ID)
	if err != nil {
		return err
	}
	own, err := tenant.Must(grocery)
	if err != nil {
		return err
	}
	p := joint.Proposal{ID: ident.Derive(producerSpace, []byte("joint")), OfferID: offer.ID, Wanted: corner.wanted, Tolerance: corner.tolerance, Until: d.Until.Add(1), Note: corner.note}
	at := slices.IndexFunc(d.Neighbours, func(n joint.Neighbour) bool { return n.Shop == own.Shop })
	p.Neighbours = []ident.ID{d.Neighbours[at].ID} // it has just said so
	_, err = l.Joint.Propose(there, p)
	return err
}

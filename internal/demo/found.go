package demo

import (
	"context"
	"fmt"
	"math"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demo/world"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// found makes the shop, its owner and its catalog as they are after a past, and
// gives the ctx in which the owner works.
func (l *Loader) found(ctx context.Context, b bookkeeper, past survey) (context.Context, bookkeeper, error) {
	made, err := l.openShop(ctx, b.w)
	if err != nil {
		return ctx, b, err
	}
	p, err := l.Shop.AddPerson(ctx, made.ID, shop.NewPerson{
		Login: Login, Name: owner, Password: Password, Language: "zh-Hans", Role: tenant.Owner,
	})
	if err != nil {
		return ctx, b, err
	}
	b.person, b.secret = p.ID, made.Secret
	ctx = acting(ctx, made, p)
	for _, step := range []func(context.Context, *world.World, survey) error{l.channels, l.products, l.suppliers, l.offers} {
		if err := step(ctx, b.w, past); err != nil {
			return ctx, b, err
		}
	}
	return ctx, b, nil
}

// acting is a ctx in which the demo's owner works in the shop.
func acting(ctx context.Context, in shop.Shop, p shop.Person) context.Context {
	ctx = shop.Acting(tenant.WithLang(ctx, "zh-Hans"), in)
	scope, _ := tenant.From(ctx)
	scope.Person, scope.PersonName = p.ID, p.Name
	return tenant.With(ctx, scope)
}

func (l *Loader) openShop(ctx context.Context, w *world.World) (shop.Shop, error) {
	made, err := l.Shop.CreateShop(ctx, shop.NewShop{
		Slug: Slug, Name: w.Shop.Name, Timezone: w.Shop.TimeZone, Currency: w.Shop.Currency.Code, Province: w.Shop.Province,
	})
	if err != nil {
		return made, err
	}
	err = l.Shop.Update(shop.Acting(ctx, made), shop.Settings{
		Ordering: made.Ordering,
		Name:     made.Name, Province: made.Province, PricesIncludeTax: true, Policy: made.Policy, OpenHour: world.OpenMinute / 60,
		CloseHour: world.CloseMinute / 60, MarketDays: w.Shop.Markets, ShowUnit: made.ShowUnit,
	}, made.Version)
	return made, err
}

func (l *Loader) channels(ctx context.Context, _ *world.World, _ survey) error {
	for _, c := range []struct {
		code   string
		name   string
		online bool
	}{{sales.CounterCode, "", false}, {string(world.WeChat), "微信小店", true}, {string(world.Pinduoduo), "拼多多", true}} {
		if _, err := l.Sales.EnsureChannel(ctx, c.code, c.name, c.online); err != nil {
			return err
		}
	}
	return nil
}

func (l *Loader) products(ctx context.Context, w *world.World, past survey) error {
	drafts := make([]catalog.Draft, len(w.Products))
	for i, p := range w.Products {
		d := catalog.Draft{
			ID: p.ID, Code: p.Code, Name: p.Name, Category: w.Categories[p.Category].Name, BaseUnit: p.Unit,
			SalePrice: past.terms.prices[i], TaxRate: p.TaxRate, ShelfLifeDays: p.ShelfLife,
			Origin: provinceName(p.Origin), Producer: p.Producer, Packs: p.Packs,
		}
		if p.Barcode != "" {
			d.Barcodes = []string{p.Barcode}
		}
		drafts[i] = d
	}
	if err := l.Catalog.CreateMany(ctx, drafts); err != nil {
		return err
	}
	for i, p := range w.Products {
		if past.terms.listed[i] {
			continue
		}
		if err := l.Catalog.Archive(ctx, p.ID, true); err != nil {
			return fmt.Errorf("take %s off the list: %w", p.Name, err)
		}
	}
	for _, p := range w.Products {
		if !slices.Contains(essentials, p.Name) {
			continue
		}
		if _, err := l.Catalog.SetEssential(ctx, p.ID, true); err != nil {
			return fmt.Errorf("name %s essential: %w", p.Name, err)
		}
	}
	return nil
}

// essentials are the goods that the village cannot do without.
var essentials = []string{"散装东北大米", "中筋面粉 5kg", "一级大豆油 5L", "散装菜籽油", "加碘食盐 400g"}

func (l *Loader) suppliers(ctx context.Context, w *world.World, _ survey) error {
	for i := range w.Suppliers {
		s := &w.Suppliers[i]
		_, err := l.Catalog.CreateSupplier(ctx, catalog.Supplier{
			ID: s.ID, Name: s.Name, Kind: catalog.Kind(s.Kind), Province: provinceName(s.Province), Contact: s.Contact, Phone: s.Phone,
			Language: "zh-Hans", PricesIncludeTax: true, MinimumOrder: s.MinOrder, Freight: s.Freight, FreeFreightFrom: orNil(s.FreeFrom),
			LeadTimeDays: s.LeadDays, ReviewDays: int(math.Round(7 / float64(len(s.OrderDays)))), OrderWeekdays: weekdays(s.OrderDays),
			Closures: closures(s, w.From.Year(), w.To.Year()+yearsAhead),
		})
		if err != nil {
			return fmt.Errorf("supplier %s: %w", s.Name, err)
		}
	}
	return nil
}

// orNil is nil for an amount of nothing: freight is never free.
func orNil[T ~int64](a T) *T {
	if a == 0 {
		return nil
	}
	return &a
}

// weekdays turns ISO weekdays (1 is Monday) into a set.
func weekdays(iso []int) catalog.Weekdays {
	var set catalog.Weekdays
	for _, d := range iso {
		set |= 1 << (d - 1)
	}
	return set
}

// yearsAhead is for how many years the suppliers' rests are known beforehand.
const yearsAhead = 3

// closures are the rests of a supplier around the lunar new years.
func closures(s *world.Supplier, from, through int) []catalog.Closure {
	var out []catalog.Closure
	before, after := s.Rest()
	for year := from; year <= through; year++ {
		if spring := day.SpringFestivalOf(year); spring != day.None {
			out = append(out, catalog.Closure{From: spring.Add(-before), Through: spring.Add(after)})
		}
	}
	return out
}

// quotesAtOnce is how many price notes are written in one transaction.
const quotesAtOnce = 2000

func (l *Loader) offers(ctx context.Context, w *world.World, past survey) error {
	offers := make([]catalog.Offer, len(w.Offers))
	for i := range w.Offers {
		offers[i] = asked(w, i, past.terms)
	}
	if err := l.Catalog.SaveOffers(ctx, offers); err != nil {
		return err
	}
	for from := 0; from < len(past.quotes); from += quotesAtOnce {
		if err := l.Catalog.AddQuotes(ctx, past.quotes[from:min(from+quotesAtOnce, len(past.quotes))]); err != nil {
			return err
		}
	}
	return nil
}

// asked is a world's offer as the catalog keeps it at the moment of the terms.
func asked(w *world.World, i int, t *terms) catalog.Offer {
	o := w.Offers[i]
	p := w.Products[o.Product]
	out := catalog.Offer{
		ID: o.ID, SupplierID: w.Suppliers[o.Supplier].ID, ProductID: p.ID, SupplierCode: o.Code, Pack: o.Pack, Minimum: o.MinQuantity,
		TaxRate: p.TaxRate, ValidFrom: t.since[i],
	}
	out.Price, out.Breaks = prices(t.breaks[i])
	return out
}

// prices are a world's price breaks as the catalog keeps them.
func prices(breaks []world.Break) (money.Price, []catalog.Break) {
	var out []catalog.Break
	for _, b := range breaks[1:] {
		out = append(out, catalog.Break{From: b.From, Price: b.Price})
	}
	return breaks[0].Price, out
}

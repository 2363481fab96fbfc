package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demo/world"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
	"buhuo/internal/trade"
)

// Producer is a shop of the demo that makes what the grocer sells. Its password is the
// demo's.
type Producer struct{ Slug, Login, Shop string }

// Producers are the shops beside the grocery, with their logins; the last is its neighbour.
func Producers() []Producer {
	var out []Producer
	for _, p := range producers {
		out = append(out, Producer{p.slug, p.login, p.shop})
	}
	return append(out, Producer{corner.slug, corner.login, corner.shop})
}

// producer is one of them: the supplier of the grocery that it is, and what it tells.
type producer struct {
	slug, login, shop, owner, about string
	kind                            catalog.Kind
	goods                           []produce
}

// produce is what it makes. Of goods that the grocery buys the price is the one that it
// pays; the others nobody has taken yet.
type produce struct {
	name, unit, grade, origin, lot, about string
	price                                 money.Price
	pack                                  measure.Pack
	minimum                               measure.Quantity
	stock                                 measure.Quantity
	life                                  int // days that a lot keeps; 0: for good
	from, through                         [2]int
}

func packed(unit string, n int64) measure.Pack {
	return measure.Pack{Unit: unit, Factor: measure.Ratio{Num: n, Den: 1}}
}

var producers = []producer{
	{
		slug: "hubei", login: "hubei", shop: "秭归屈乡脐橙专业合作社", owner: "向大春", kind: catalog.Farmer,
		about: "三峡库区 86 户橙农，树上挂果到全熟才采，不打蜡不催熟。",
		goods: []produce{
			{name: "秭归脐橙", unit: "kg", grade: "果径 70–80 mm", origin: "湖北秭归", lot: "HB-1118", about: "采后两天内装箱，箱内有隔板。", price: 48_000,
				pack: packed("box", 10), minimum: 20_000, stock: 3_600_000, life: 18, from: [2]int{11, 5}, through: [2]int{2, 20}},
			{name: "秭归伦晚脐橙", unit: "kg", grade: "果径 65–75 mm", origin: "湖北秭归", about: "次年三月到六月采，越冬挂树，汁多。", price: 62_000,
				pack: packed("box", 10), minimum: 20_000, life: 16, from: [2]int{3, 1}, through: [2]int{6, 10}},
			{name: "秭归血橙", unit: "kg", grade: "一级", origin: "湖北秭归", lot: "HB-XC-02", about: "果肉深红，一月最甜。", price: 72_000,
				pack: packed("box", 5), minimum: 10_000, stock: 800_000, life: 20, from: [2]int{1, 5}, through: [2]int{3, 10}},
			{name: "秭归桃叶橙", unit: "kg", grade: "地理标志产品", origin: "湖北秭归", lot: "HB-TY-01", about: "老品种，个小味浓。", price: 88_000,
				pack: packed("box", 5), minimum: 10_000, stock: 420_000, life: 25, from: [2]int{11, 20}, through: [2]int{1, 25}},
		},
	},
	{
		slug: "yunnan", login: "yunnan", shop: "勐海云岭茶厂", owner: "岩温扁", kind: catalog.Manufacturer,
		about: "布朗山茶农合办的茶厂，从鲜叶到压饼都在一处，每批有检验单。",
		goods: []produce{
			{name: "普洱熟茶饼 357g", unit: "cake", grade: "五级料", origin: "云南勐海", lot: "YL-2603", price: 450_000, pack: packed("box", 42), minimum: 42_000, stock: 2_100_000},
			{name: "普洱生茶饼 357g", unit: "cake", grade: "早春头采", origin: "云南勐海", lot: "YL-2604", about: "布朗山春茶，日晒青毛茶压制。", price: 588_000, pack: packed("box", 42), minimum: 42_000, stock: 1_260_000},
			{name: "普洱熟茶小沱 250g", unit: "can", origin: "云南勐海", price: 268_000, pack: packed("box", 24), minimum: 24_000, stock: 960_000},
			{name: "陈皮普洱 250g", unit: "can", origin: "云南勐海", price: 326_000, pack: packed("box", 24), minimum: 24_000, stock: 720_000},
			{name: "滇红功夫 250g", unit: "can", grade: "一芽二叶", origin: "云南凤庆", lot: "DH-2605", price: 298_000, pack: packed("box", 24), minimum: 24_000, stock: 960_000, life: 540},
			{name: "月光白 200g", unit: "can", grade: "古树单芽", origin: "云南景谷", lot: "YG-2604", about: "自然萎凋，不炒不揉，蜜香。", price: 392_000, pack: packed("box", 24), minimum: 24_000, stock: 480_000, life: 1080},
		},
	},
}

// producerSpace is the root of the ids of the producers' rows.
var producerSpace = ident.MustParse("0b8a3c52-95f1-5c51-8f0d-6a1a2d1f7c20")

// openProducers makes the shops that are missing, the neighbour too, once, and lets the grocery, whose ctx
// this is, know those of its suppliers which they are. What people changed there stays.
func (l *Loader) openProducers(ctx context.Context, w *world.World) error {
	for _, p := range producers {
		there, err := l.producerShop(ctx, w, p)
		if err != nil {
			return fmt.Errorf("open the shop %s: %w", p.slug, err)
		}
		if there == nil {
			continue
		}
		if err := l.DB.Do(ctx, func(ctx context.Context) error { return l.furnish(ctx, there, w, p) }); err != nil {
			return fmt.Errorf("furnish the shop %s: %w", p.slug, err)
		}
		if err := l.think(there(ctx), func(string, int, int) {}); err != nil {
			return fmt.Errorf("think for the shop %s: %w", p.slug, err)
		}
	}
	return l.openCorner(ctx, w)
}

// producerShop gives the ctx of a producer's owner, in the transaction of any ctx; nil
// when the shop has what it needs.
func (l *Loader) producerShop(ctx context.Context, w *world.World, p producer) (func(context.Context) context.Context, error) {
	in, err := l.Shop.BySlug(ctx, p.slug)
	person := shop.Person{Name: p.owner}
	switch {
	case err == nil:
		if known, err := l.Trade.Producer(shop.Acting(ctx, in)); err != nil || known.Version > 0 {
			return nil, err
		}
	case fault.KindOf(err) == fault.NotFound:
		made := shop.NewShop{Slug: p.slug, Name: p.shop, Timezone: w.Shop.TimeZone, Currency: w.Shop.Currency.Code, Province: supplierOf(w, p).Province}
		if in, err = l.Shop.CreateShop(ctx, made); err != nil {
			return nil, err
		}
		person, err = l.Shop.AddPerson(shop.Acting(ctx, in), in.ID, shop.NewPerson{Login: p.login, Name: p.owner, Password: Password, Language: "zh-Hans", Role: tenant.Owner})
		if err != nil {
			return nil, err
		}
	default:
		return nil, err
	}
	return func(ctx context.Context) context.Context { return acting(ctx, in, person) }, nil
}

func supplierOf(w *world.World, p producer) world.Supplier {
	at := slices.IndexFunc(w.Suppliers, func(s world.Supplier) bool { return s.Name == p.shop })
	return w.Suppliers[at] // the world has them all: a test makes sure
}

// furnish gives a producer its goods, publishes them and lets the grocery take those that
// it buys already.
func (l *Loader) furnish(ctx context.Context, owner func(context.Context) context.Context, w *world.World, p producer) error {
	there, supplier := owner(ctx), supplierOf(w, p)
	err := l.Trade.PutProducer(there, trade.Producer{
		Name: p.shop, Kind: p.kind, Province: supplier.Province, About: p.about, Contact: p.owner, Phone: supplier.Phone, PricesIncludeTax: true,
		MinimumOrder: supplier.MinOrder, Freight: supplier.Freight, FreeFreightFrom: orNil(supplier.FreeFrom), LeadTimeDays: supplier.LeadDays, Open: true,
	})
	if err != nil {
		return err
	}
	offers, err := l.Catalog.OffersOf(ctx, supplier.ID)
	if err != nil {
		return err
	}
	harvest := stock.ReceiveRequest{ClientID: ident.Derive(producerSpace, []byte(p.slug+"/stock")), Kind: stock.Receipt}
	if p.kind == catalog.Farmer {
		harvest.Kind = stock.Harvest
	}
	var first catalog.Product
	for i, g := range p.goods {
		bought, sold := offerOf(w, offers, g.name)
		if sold {
			g.price, g.pack, g.minimum = bought.Price, bought.Pack, bought.Minimum
		}
		product, err := l.Catalog.Create(there, catalog.Draft{
			ID: ident.Derive(producerSpace, []byte(p.slug+"/"+g.name)), Code: fmt.Sprintf("%s-%02d", p.slug[:2], i+1), Name: g.name, BaseUnit: g.unit,
			SalePrice: g.price, ShelfLifeDays: g.life, Origin: g.origin, Producer: p.shop, Packs: []measure.Pack{g.pack},
		})
		if err != nil {
			return err
		}
		if i == 0 {
			first = product
		}
		listing, err := l.Trade.Publish(there, g.listing(product.ID, bought, l.today(there)))
		if err != nil {
			return err
		}
		if g.stock > 0 {
			harvest.Lines = append(harvest.Lines, g.lotOf(product.ID, l.today(there)))
		}
		if !sold {
			continue
		}
		take := trade.Take{ListingID: listing.ID, ProductID: bought.ProductID, SupplierID: supplier.ID}
		if _, err := l.Trade.Take(ctx, take); err != nil {
			return err
		}
	}
	if p.kind == catalog.Farmer {
		if err := l.season(there, first, p.slug); err != nil {
			return err
		}
	}
	return l.Stock.Receive(there, harvest)
}

func (l *Loader) today(ctx context.Context) day.Date {
	scope, _ := tenant.From(ctx)
	return day.Of(l.now(), scope.Zone)
}

// offerOf is what the grocery pays for goods; false when it does not buy them.
func offerOf(w *world.World, offers []catalog.Offer, name string) (catalog.Offer, bool) {
	for _, p := range w.Products {
		if p.Name != name {
			continue
		}
		at := slices.IndexFunc(offers, func(o catalog.Offer) bool { return o.ProductID == p.ID })
		if at >= 0 {
			return offers[at], true
		}
	}
	return catalog.Offer{}, false
}

// listing is what a producer publishes of goods; its harvest is the one that is on or
// comes next.
func (g produce) listing(product ident.ID, bought catalog.Offer, today day.Date) trade.Listing {
	out := trade.Listing{
		ID: ident.Derive(producerSpace, append([]byte("listing"), product[:]...)), ProductID: product, Name: g.name, Grade: g.grade, Origin: g.origin,
		Lot: g.lot, About: g.about, Pack: g.pack, Minimum: g.minimum, Price: g.price, Breaks: bought.Breaks, TaxRate: bought.TaxRate, Published: true, Sheet: true,
	}
	if g.from[0] == 0 {
		return out
	}
	for year := today.Year() - 1; ; year++ {
		from, through := day.New(year, time.Month(g.from[0]), g.from[1]), day.New(year, time.Month(g.through[0]), g.through[1])
		if through < from {
			through = day.New(year+1, time.Month(g.through[0]), g.through[1])
		}
		if through >= today {
			out.HarvestFrom, out.HarvestThrough = &from, &through
			return out
		}
	}
}

// lotOf is what a producer has of goods, at two thirds of their price.
func (g produce) lotOf(product ident.ID, today day.Date) stock.ReceiveLine {
	cost := g.price * 2 / 3
	line := stock.ReceiveLine{ProductID: product, Quantity: g.stock, UnitCost: &cost, Lot: g.lot}
	if g.life > 0 {
		expiry := today.Add(g.life)
		line.Expiry = &expiry
	}
	return line
}

package app_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"buhuo/internal/account"
	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/enquiry"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/insight/insightdb"
	"buhuo/internal/joint"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/pool"
	"buhuo/internal/pool/pooldb"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/purchasedb"
	"buhuo/internal/purchase/robot/robottest"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/shop/argon"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
	"buhuo/internal/trade"
)

// noon is a Monday, 12:00 in the shop's zone.
var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// The installation's key, and where its suppliers reach it.
var linkKey = []byte("a key that opens nothing but the houses of these tests")

const linkBase = "https://buhuo.example"

func atNoon() time.Time { return noon }

// Logins are many here; what a password's hash costs has tests of its own.
func init() { argon.Default = argon.Parameters{Time: 1, Memory: 64, Threads: 1} }

// filled is a shop with something in every table.
type filled struct {
	shop    shop.Shop
	ctx     context.Context
	ids     map[string]ident.ID
	code    string          // of the product that has an offer, lots and a delivery on the way
	assumed string          // of the product that has only the usual supplier's prices
	batch   int64           // an import that brought sales
	found   ident.ID        // what a neighbour offers to everybody
	sheet   ident.ID        // what the shop itself does
	taken   catalog.Offer   // from the neighbour
	next    context.Context // in which the neighbour works
}

// filler fails the test on the first thing that a shop refuses.
type filler struct {
	t *testing.T
	a *app.App
	filled
	mark string
}

func (f *filler) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatalf("fill shop %s: %v", f.shop.Slug, err)
	}
}

// fill makes a shop whose every text holds mark, with rows in every table.
func fill(t *testing.T, a *app.App, slug, mark string) filled {
	t.Helper()
	f := &filler{t: t, a: a, mark: mark, filled: filled{ids: map[string]ident.ID{}, code: slug + "-100" + mark, assumed: slug + "-200" + mark}}
	made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: slug, Name: slug + mark, Timezone: "Asia/Shanghai", Currency: "CNY"})
	f.must(err)
	f.shop, f.ctx = made, shop.Acting(context.Background(), made)
	for _, role := range tenant.Roles() {
		p, err := a.Shop.AddPerson(f.ctx, made.ID, shop.NewPerson{Login: slug + "-" + string(role), Name: mark + slug, Password: secret(slug), Role: role})
		f.must(err)
		f.ids["person"] = p.ID
	}
	a.Purchase.SetLinks(linkKey, linkBase, a.Shop)
	a.Enquiry.SetLinks(linkKey, linkBase, a.Shop)
	a.Purchase.SetMail(linkKey, nil, nil, a.Shop)
	f.pool()
	f.trade()
	f.directory()
	f.past()
	f.orders()
	f.enquiry()
	f.deals()
	f.accounts()
	f.together()
	f.must(a.Restock.Recompute(f.ctx, nil))
	_, err = a.Catalog.SetEssential(f.ctx, f.ids["product"], true)
	f.must(err)
	f.must(a.Insight.Rebuild(f.ctx))
	f.must(a.Restock.AskHindsight(f.ctx))
	f.must(a.Restock.Ask(f.ctx))
	f.must(a.Restock.RunAsked(context.Background())) // which leaves a run behind
	f.must(a.Restock.Ask(f.ctx))
	f.ids["adjustment"] = ident.New()
	half := 500
	today := day.Of(noon, made.Zone)
	f.must(a.Restock.Adjust(f.ctx, restock.Adjustment{ID: f.ids["adjustment"], ProductID: f.ids["product"], From: today.Add(40), To: today.Add(42), Factor: &half, Reason: mark + "修路"}))
	f.decisions()
	f.must(a.Stock.MarkChanged(f.ctx, []ident.ID{f.ids["product"]}, day.Of(noon, made.Zone)))
	return f.filled
}

// accounts are a household that owes for a sale and has paid some of it, and a helper.
func (f *filler) accounts() {
	a, ctx := f.a, f.ctx
	price := money.Price(96000) // of goods that nobody has counted: the other tests count the rest
	sale, _, _, err := a.Sales.Record(ctx, sales.Request{ClientID: ident.New(), Household: "老李家" + f.mark, Lines: []sales.RequestLine{{ProductCode: f.assumed, Quantity: 1000, Unit: "kg", Price: &price}}})
	f.must(err)
	f.ids["lent"], f.ids["payment"], f.ids["work"] = sale.ID, ident.New(), ident.New()
	household, _, err := a.Account.Write(ctx, account.Request{ClientID: f.ids["payment"], Kind: account.Paid, Name: "老李家" + f.mark, Amount: 500})
	f.must(err)
	helper, _, err := a.Account.Write(ctx, account.Request{ClientID: f.ids["work"], Kind: account.Worked, Name: "小梅" + f.mark, Task: "packing", Minutes: 90, Amount: 3000})
	f.must(err)
	f.must(a.Account.PutBefore(ctx, "packing", 600))
	f.ids["household"], f.ids["helper"] = household.ID, helper.ID
}

// pool is a shop that takes part, gave figures and was counted.
func (f *filler) pool() {
	f.must(f.a.Pool.Join(f.ctx))
	f.must(f.a.DB.Do(f.ctx, func(ctx context.Context) error {
		given := []pool.Entry{{Kind: pool.Wanted, Key: "CNY/" + f.mark, Part: pool.Unknown, Values: pool.Values{4711}}}
		if err := pooldb.New(f.a.DB).Give(ctx, "2026-Q2", given); err != nil {
			return err
		}
		_, err := f.a.DB.Insert(ctx, "pool_counted", []string{"shop_id", "season", "tables"}, 1, "", func(_ int, dst []any) {
			dst[0], dst[1] = "2026-Q2", `{"wanted":{"CNY/`+f.mark+`":["00"]}}`
		})
		return err
	}))
}

// decisions is a suggestion that was put off and taken back, and what became of it.
func (f *filler) decisions() {
	f.ids["decision"] = ident.New()
	answer := restock.Answer{ID: f.ids["decision"], ProductID: f.ids["product"], Why: restock.WhyCash, Note: f.mark + "没钱"}
	f.must(f.a.Restock.PutOff(f.ctx, answer, day.Of(noon, f.shop.Zone).Add(3)))
	f.must(f.a.Restock.Reopen(f.ctx, f.ids["product"]))
	f.must(f.a.Restock.SteerLevel(f.ctx, false, 300, 200))
	f.ids["step"] = ident.New()
	f.must(f.a.DB.Do(f.ctx, func(ctx context.Context) error {
		return restockdb.New(f.a.DB).AddLevelStep(ctx, restock.LevelStep{ID: f.ids["step"], Day: day.Of(noon, f.shop.Zone), Kind: restock.StepLearned, To: 9600, Policy: shop.Balanced})
	}))
	judged := restock.Judgement{DecisionID: f.ids["decision"], Finding: restock.FoundReplaced, Day: day.Of(noon, f.shop.Zone)}
	f.must(f.a.DB.Do(f.ctx, func(ctx context.Context) error {
		return restockdb.New(f.a.DB).PutJudgements(ctx, []restock.Judgement{judged})
	}))
}

// directory is an offer to the other shops, whose words are meant for them, one that was
// withdrawn, and what another shop offers taken.
func (f *filler) directory() {
	a, ctx := f.a, f.ctx
	f.must(a.Trade.PutProducer(ctx, trade.Producer{Name: "公开的" + f.shop.Slug, Kind: catalog.Farmer, Province: "42", About: "种红枣", Open: true}))
	shown, err := a.Trade.Publish(ctx, trade.Listing{ProductID: f.ids["product"], Name: "公开的红枣", Price: 150000, Published: true, Sheet: true})
	f.must(err)
	f.sheet = shown.ID
	f.must(a.Trade.PutPhoto(ctx, f.ids["product"], trade.NewPhoto{Photo: trade.Photo{Tag: "f0", Alt: "红枣", Width: 8, Height: 6}, Large: []byte("large"), Small: []byte("small")}))
	hidden, err := a.Catalog.Create(ctx, catalog.Draft{Code: f.shop.Slug + "-300", Name: "陈皮" + f.mark, BaseUnit: "kg"})
	f.must(err)
	f.ids["twin"] = hidden.ID
	gone, err := a.Trade.Publish(ctx, trade.Listing{ProductID: hidden.ID, Name: "陈皮" + f.mark, Price: 150000, About: f.mark, Sheet: true})
	f.must(err)
	f.ids["listing"] = gone.ID
	f.must(a.Trade.PutPhoto(ctx, hidden.ID, trade.NewPhoto{Photo: trade.Photo{Tag: "f1", Alt: f.mark, Width: 8, Height: 6}, Large: []byte("large" + f.mark), Small: []byte("small" + f.mark)}))
	f.neighbour()
	taken, err := a.Trade.Take(ctx, trade.Take{ListingID: f.found})
	f.must(err)
	f.taken = taken
}

// deals are an order to the neighbour, and one of the neighbour that is confirmed.
func (f *filler) deals() {
	order := func(ctx context.Context, o catalog.Offer) ident.ID {
		made, err := f.a.Purchase.Draft(ctx, []purchase.DraftOrder{{SupplierID: o.SupplierID, Note: f.mark, Lines: []purchase.DraftLine{{ProductID: o.ProductID, Quantity: 10_000}}}})
		f.must(err)
		_, err = f.a.Purchase.Send(ctx, made[0].ID, 0)
		f.must(err)
		return made[0].ID
	}
	f.ids["bought"] = order(f.ctx, f.taken)
	theirs, err := f.a.Trade.Take(f.next, trade.Take{ListingID: f.sheet})
	f.must(err)
	f.ids["deal"] = order(f.next, theirs)
	f.ids["promised"] = order(f.next, theirs)
	_, err = f.a.Trade.Confirm(f.ctx, f.ids["promised"], 0, trade.Reply{})
	f.must(err)
}

// neighbour is another shop, which only offers something to the others.
func (f *filler) neighbour() {
	a := f.a
	made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: f.shop.Slug + "-farm", Name: "农场" + f.mark, Timezone: "Asia/Shanghai", Currency: "CNY"})
	f.must(err)
	ctx := shop.Acting(context.Background(), made)
	f.next = ctx
	f.must(a.Trade.PutProducer(ctx, trade.Producer{Name: "农场", Kind: catalog.Farmer, Open: true}))
	product, err := a.Catalog.Create(ctx, catalog.Draft{Code: "1", Name: "山药", BaseUnit: "kg"})
	f.must(err)
	l, err := a.Trade.Publish(ctx, trade.Listing{ProductID: product.ID, Name: "山药", Price: 80000, Published: true, Sheet: true})
	f.must(err)
	f.must(a.Trade.PutPhoto(ctx, product.ID, trade.NewPhoto{Photo: trade.Photo{Tag: "f2", Alt: "山药", Width: 8, Height: 6}, Large: []byte("large"), Small: []byte("small")}))
	f.found = l.ID
}

// together are a joint order of the shop with the one at the corner, and one of that shop
// which it has joined. Nobody else may ask it.
func (f *filler) together() {
	a := f.a
	made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: f.shop.Slug + "-corner", Name: "街角" + f.shop.Slug, Timezone: "Asia/Shanghai", Currency: "CNY"})
	f.must(err)
	corner := shop.Acting(context.Background(), made)
	product, err := a.Catalog.Create(corner, catalog.Draft{Code: "1", Name: "红枣", BaseUnit: "kg"})
	f.must(err)
	farm, err := a.Catalog.CreateSupplier(corner, catalog.Supplier{Name: "枣园", Kind: catalog.Farmer, LeadTimeDays: 2})
	f.must(err)
	offer, err := a.Catalog.SaveOffer(corner, catalog.Offer{SupplierID: farm.ID, ProductID: product.ID, Price: 150000, Minimum: 50_000})
	f.must(err)
	f.must(a.Joint.MayBeAsked(corner, true))
	f.must(a.Joint.MayBeAsked(f.ctx, true))
	propose := func(ctx context.Context, offer ident.ID, other tenant.ShopID) joint.Order {
		d, err := a.Joint.Draft(ctx, offer)
		f.must(err)
		p := joint.Proposal{OfferID: offer, Wanted: 20_000, Tolerance: 5_000, Until: d.Until, Note: "一起"}
		for _, n := range d.Neighbours {
			if n.Shop == other {
				p.Neighbours = append(p.Neighbours, n.ID)
			}
		}
		o, err := a.Joint.Propose(ctx, p)
		f.must(err)
		return o
	}
	f.ids["joint"] = propose(f.ctx, f.ids["offer"], made.ID).ID
	f.ids["asked"] = propose(corner, offer.ID, f.shop.ID).Invitations[0].ID
	_, err = a.Joint.Join(f.ctx, f.ids["asked"], joint.Reply{Product: f.ids["product"], Wanted: 20_000, Tolerance: 2_000})
	f.must(err)
	f.must(a.Joint.MayBeAsked(f.ctx, false))
}

func secret(slug string) string { return "a long enough secret " + slug }

// trade fills the catalogue: a product with all it can have, and who sells it.
func (f *filler) trade() {
	a, ctx := f.a, f.ctx
	jin, err := measure.ParseUnit("jin")
	f.must(err)
	kg, err := measure.ParseUnit("kg")
	f.must(err)
	pack, err := measure.NewPack("box", 10*measure.Thousandths, jin, kg)
	f.must(err)
	product, err := a.Catalog.Create(ctx, catalog.Draft{
		Code: f.code, Name: "红枣" + f.mark, Category: "干果" + f.mark, BaseUnit: "kg", SalePrice: 300000, ShelfLifeDays: 60,
		Barcodes: []string{"bar" + f.shop.Slug}, Packs: []measure.Pack{pack}, Origin: "新疆" + f.mark, Producer: f.mark, Shelf: f.mark, Substitutes: f.mark,
	})
	f.must(err)
	today := day.Of(noon, f.shop.Zone)
	farmer, err := a.Catalog.CreateSupplier(ctx, catalog.Supplier{
		Name: "果园" + f.mark, Kind: catalog.Farmer, LeadTimeDays: 2, ReviewDays: 1, Email: "farm@example.org", Contact: f.mark, Address: f.mark, Note: f.mark,
		Closures: []catalog.Closure{{From: today.Add(200), Through: today.Add(207)}},
	})
	f.must(err)
	dealer, err := a.Catalog.CreateSupplier(ctx, catalog.Supplier{Name: "批发" + f.mark, Kind: catalog.Wholesaler, LeadTimeDays: 2, ReviewDays: 1})
	f.must(err)
	offer, err := a.Catalog.SaveOffer(ctx, catalog.Offer{
		SupplierID: farmer.ID, ProductID: product.ID, SupplierCode: f.mark + "=1+1", Price: 200000, Pack: pack,
		Breaks: []catalog.Break{{From: 100_000, Price: 190000}},
	})
	f.must(err)
	_, err = a.Catalog.SaveOffer(ctx, catalog.Offer{SupplierID: dealer.ID, ProductID: product.ID, SupplierCode: f.mark, Price: 240000})
	f.must(err)
	usual, err := a.Catalog.UsualSupplier(ctx)
	f.must(err)
	f.must(a.Purchase.KeepPapers(ctx, purchase.Papers{SupplierID: farmer.ID, Columns: []string{"product_name", "quantity"}, TemplateName: f.mark}))
	categories, err := a.Catalog.Categories(ctx)
	f.must(err)
	f.ids["usual"], f.ids["dealer"] = usual.ID, dealer.ID
	f.ids["product"], f.ids["supplier"], f.ids["offer"], f.ids["category"] = product.ID, farmer.ID, offer.ID, categories[0].ID
}

// past brings in two months of sales, then goods, sales and a wish of today.
func (f *filler) past() {
	a, ctx := f.a, f.ctx
	f.bring(sales.ImportProducts, "item,name,category,unit\n"+f.assumed+",橙"+f.mark+",鲜果"+f.mark+",kg\n")
	var b strings.Builder
	b.WriteString("item,date,quantity,price,cost\n")
	today := day.Of(noon, f.shop.Zone)
	for n := 60; n > 0; n-- {
		d := today.Add(-n)
		fmt.Fprintf(&b, "%s,%s,%d.5,30.00,\n%s,%s,%d,9.60,5.20\n", f.code, d, 8+n%5, f.assumed, d, 4+n%3)
	}
	f.batch = f.bring(sales.ImportSales, b.String())
	cost, expiry := money.Price(180000), today.Add(40)
	f.must(a.Stock.Receive(ctx, stock.ReceiveRequest{ClientID: ident.New(), Note: f.mark, Lines: []stock.ReceiveLine{
		{ProductID: f.ids["product"], Quantity: 9000, UnitCost: &cost, Lot: f.mark + "L1", Expiry: &expiry},
	}}))
	sale, _, _, err := a.Sales.Record(ctx, sales.Request{ClientID: ident.New(), Channel: "wechat" + f.mark, Province: "3301", Lines: []sales.RequestLine{
		{ProductID: f.ids["product"], Quantity: 1000, Unit: "kg"},
	}})
	f.must(err)
	f.must(a.Sales.Wish(ctx, ident.New(), "没有的货"+f.mark, sales.WishAsked, nil))
	f.must(a.Sales.KeepParcel(ctx, sales.Parcel{SaleID: sale.ID, Dispatched: &sale.BusinessDay, Promised: &expiry}))
	f.must(a.Stock.Allocate(ctx, []stock.Allocation{{SourceID: ident.New(), SourceLine: 1, ProductID: f.ids["product"], Quantity: 500}}))
	f.ids["count"] = ident.New()
	f.must(a.Stock.Count(ctx, stock.CountRequest{ClientID: f.ids["count"], ProductID: f.ids["product"], Counted: 8000}))
	moved, err := a.Stock.Movements(ctx, stock.MovementQuery{})
	f.must(err)
	f.ids["sale"], f.ids["movement"], f.ids["lot"] = sale.ID, moved[len(moved)-1].ID, moved[len(moved)-1].LotID
}

// bring imports a file and gives its number.
func (f *filler) bring(kind sales.ImportKind, file string) int64 {
	f.t.Helper()
	r, err := f.a.Sales.Import(f.ctx, sales.ImportRequest{Kind: kind, FileName: f.mark + string(kind) + ".csv", Body: bytes.NewReader([]byte(file))})
	f.must(err)
	if r.Refused > 0 {
		f.t.Fatalf("import of %s refused %d lines: %+v", kind, r.Refused, r.Errors)
	}
	return r.Batch
}

// orders makes one order that came, one that is on its way and a draft.
func (f *filler) orders() {
	line := []purchase.DraftLine{{ProductID: f.ids["product"], OfferID: f.ids["offer"], Quantity: 5000}}
	one := purchase.DraftOrder{SupplierID: f.ids["supplier"], Note: f.mark, Lines: line}
	made, err := f.a.Purchase.Draft(f.ctx, []purchase.DraftOrder{one})
	f.must(err)
	f.send(made[0])
	f.answer(made[0].ID)
	f.must(f.a.Purchase.KeepMailSettings(f.ctx, purchase.MailSettings{
		Host: "mail.example.org", Port: 465, Security: purchase.TLS, Username: f.mark + "wang", Password: "a mail password", From: "shop@example.org", Name: f.mark,
	}))
	_, err = f.a.Purchase.Mail(f.ctx, made[0].ID, purchase.Letter{Subject: f.mark, Body: f.mark, FileName: "order.pdf", File: []byte(f.mark)})
	f.must(err)
	f.digest()
	f.ids["receipt"] = ident.New()
	_, err = f.a.Purchase.Receive(f.ctx, made[0].ID, purchase.Receipt{ClientID: f.ids["receipt"], Note: f.mark})
	f.must(err)
	f.ids["received"] = made[0].ID
	for _, name := range []string{"sent", "draft"} {
		made, err := f.a.Purchase.Draft(f.ctx, []purchase.DraftOrder{one})
		f.must(err)
		if name == "sent" {
			f.send(made[0])
		}
		f.ids[name] = made[0].ID
	}
	kept, err := f.a.Purchase.KeepTemplate(f.ctx, made[0].ID, f.mark+"年货")
	f.must(err)
	f.ids["pattern"] = kept.ID
	f.sendBack(f.ids["received"])
}

// digest has the shop read the week by mail and through a robot, and one week told.
func (f *filler) digest() {
	owner := tenant.With(f.ctx, tenant.Scope{Shop: f.shop.ID, Slug: f.shop.Slug, Zone: f.shop.Zone, Currency: f.shop.Currency, Person: ident.New()})
	f.must(f.a.Teller.ReadByMail(owner, "wang@example.org", "zh-Hans"))
	f.must(f.a.Teller.ReadByRobots(f.ctx, []purchase.Robot{{Via: purchase.ByDingTalk, Address: robottest.DingTalk, Secret: robottest.Secret}}, "zh-Hans"))
	week := day.Of(noon, f.shop.Zone).Monday().Add(-14)
	f.must(f.a.DB.Do(f.ctx, func(ctx context.Context) error {
		_, err := insightdb.New(f.a.DB).KeepDigest(ctx, insight.Digest{Week: week, Told: true, Facts: insight.Facts{Now: 1, Times: 1, Missed: &insight.Miss{Name: f.mark}}}, 1)
		return err
	}))
	f.must(f.a.Purchase.Notify(f.ctx, []purchase.Notice{{ID: ident.New(), Via: purchase.ByDingTalk, Subject: f.mark, Body: f.mark}}))
}

// sendBack keeps that some of an order went back, without moving goods: what the other
// tests count stays.
func (f *filler) sendBack(order ident.ID) {
	f.ids["return"] = ident.New()
	day := day.Of(noon, f.shop.Zone)
	f.must(f.a.DB.Do(f.ctx, func(ctx context.Context) error {
		return purchasedb.New(f.a.DB).InsertReturn(ctx, purchase.Return{
			ID: f.ids["return"], OrderID: order, BusinessDay: day, Reason: f.mark + "烂", CreditRef: f.mark, Hash: []byte{1},
			Lines: []purchase.ReturnLine{{Line: 1, ReceiptID: ident.New(), ProductID: f.ids["product"], LotID: ident.New(), Quantity: 500, Credit: 9}},
		})
	}))
}

// answer is the supplier's, by his link: all as ordered, with a word.
func (f *filler) answer(order ident.ID) {
	f.t.Helper()
	d, err := f.a.Purchase.Document(f.ctx, order, "")
	f.must(err)
	ctx, link, err := f.a.Purchase.Enter(context.Background(), strings.TrimPrefix(d.Link, linkBase+"/s/"))
	f.must(err)
	f.must(f.a.Purchase.Answer(ctx, link.ID, purchase.Reply{Note: f.mark}))
}

// enquiry asks two suppliers, of whom one has answered.
func (f *filler) enquiry() {
	made, err := f.a.Enquiry.Make(f.ctx, enquiry.NewEnquiry{
		Lines: []enquiry.NewLine{{ProductID: f.ids["product"], Quantity: 20_000}}, Suppliers: []ident.ID{f.ids["supplier"], f.ids["dealer"]},
		AnswerBy: day.Of(noon, f.shop.Zone).Add(3), Note: f.mark + "要当季的",
	})
	f.must(err)
	in := made.Invitations[0]
	_, err = f.a.Enquiry.Answer(f.ctx, in.ID, in.Version, []enquiry.Answer{{Line: 1, Unit: "kg", Price: 185000}})
	f.must(err)
	f.ids["enquiry"], f.ids["invitation"], f.ids["silent"] = made.ID, in.ID, made.Invitations[1].ID
}

func (f *filler) send(o purchase.Order) {
	f.t.Helper()
	_, err := f.a.Purchase.Send(f.ctx, o.ID, o.Version)
	f.must(err)
}

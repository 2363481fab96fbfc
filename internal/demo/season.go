package demo

import (
	"context"
	"fmt"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

const (
	// seasonDays is for how long a farmer has harvested and sold.
	seasonDays = 40
	// jamEvery is how often what is too small to be sent is made into jam, in days.
	jamEvery = 8
)

// whither a farmer's parcels go, one after the other.
var whither = []string{"420100", "310100", "330100", "430100", "510100", "110100"}

// season lets a farmer harvest a product, sell it to resellers and online, and make jam of
// some of it, through the last weeks: so that its boards tell harvest, wholesale, online
// and processing apart.
func (l *Loader) season(ctx context.Context, fresh catalog.Product, slug string) error {
	today := l.today(ctx)
	id := func(what string, ago int) ident.ID {
		return ident.Derive(producerSpace, fmt.Appendf(nil, "%s/%s/%d", slug, what, ago))
	}
	jam, err := l.Catalog.Create(ctx, catalog.Draft{
		ID: id("jam", 0), Code: slug[:2] + "-jam", Name: "脐橙果酱 250g", BaseUnit: "can", SalePrice: 180_000, ShelfLifeDays: 365, Origin: fresh.Origin, Producer: fresh.Producer,
	})
	if err != nil {
		return err
	}
	cost, wholesale := fresh.SalePrice*2/3, fresh.SalePrice*9/10
	for ago := seasonDays; ago > 0; ago-- {
		at := l.morning(ctx, today.Add(-ago))
		if ago%10 == 0 {
			lot := stock.ReceiveLine{ProductID: fresh.ID, Quantity: 900_000, UnitCost: &cost, Lot: fmt.Sprintf("HB-%s", today.Add(-ago)), Expiry: new(today.Add(fresh.ShelfLifeDays - ago))}
			if err := l.Stock.Receive(ctx, stock.ReceiveRequest{ClientID: id("harvest", ago), Kind: stock.Harvest, At: at, Lines: []stock.ReceiveLine{lot}}); err != nil {
				return err
			}
		}
		if ago < seasonDays && ago%jamEvery == 0 {
			if err := l.run(ctx, id("run", ago), at, fresh.ID, jam.ID); err != nil {
				return err
			}
		}
		sold := []sales.Request{{ClientID: id("reseller", ago), Channel: sales.WholesaleCode, Lines: []sales.RequestLine{{ProductID: fresh.ID, Quantity: int64(40_000 + ago*7%5*6_000), Price: &wholesale}}}}
		if ago%2 == 0 {
			one := sales.Request{ClientID: id("parcel", ago), Channel: "wechat", Province: whither[ago/2%len(whither)], BuyerID: fmt.Sprint(ago / 2 % 13), Lines: []sales.RequestLine{{ProductID: fresh.ID, Quantity: 10_000}}}
			if ago < seasonDays-jamEvery && ago%4 == 0 {
				one.Lines = append(one.Lines, sales.RequestLine{ProductID: jam.ID, Quantity: 2_000})
			}
			sold = append(sold, one)
		}
		for _, r := range sold {
			r.At = &at
			if _, _, _, err := l.Sales.Record(ctx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// run books that fresh goods became jam on a day of the past; what the work cost besides
// was sugar and jars.
func (l *Loader) run(ctx context.Context, id ident.ID, at day.Micros, fresh, jam ident.ID) error {
	gone, _, err := l.Stock.Post(ctx, []stock.Posting{{Kind: stock.ProcessingOut, ProductID: fresh, Quantity: -60_000, OccurredAt: at, Source: stock.SourceProcess, SourceID: id, SourceLine: 1}})
	if err != nil {
		return err
	}
	cost := money.Amount(9_000)
	for _, m := range gone {
		cost -= m.Value
	}
	_, _, err = l.Stock.Post(ctx, []stock.Posting{{
		Kind: stock.ProcessingIn, ProductID: jam, Quantity: 150_000, Value: &cost, Lot: &stock.LotSpec{}, OccurredAt: at, Source: stock.SourceProcess, SourceID: id, SourceLine: 2,
	}})
	return err
}

// morning is ten o'clock of a day in the shop of ctx.
func (l *Loader) morning(ctx context.Context, d day.Date) day.Micros {
	scope, _ := tenant.From(ctx)
	return day.At(d.Start(scope.Zone).Add(10 * time.Hour))
}

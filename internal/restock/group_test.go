package restock_test

import (
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock/restocktest"
	"buhuo/internal/sales"
	"buhuo/internal/stock"
)

// TestGroupCover: of two kinds of milk one is nearly out. With plenty of the other
// beside it less of it is ordered, and the reason says so; with none, or without a
// group, as much as before. Some is always ordered, and other products do not move.
func TestGroupCover(t *testing.T) {
	v := restocktest.OpenVillage(t, app.Wire(dbtest.SQLite(t), func() time.Time { return restocktest.Now }), "first")
	v.Goods()
	v.Past(restocktest.Today.Add(-1))
	milks := make([]catalog.Product, 2)
	for i, name := range []string{"纯牛奶", "鲜牛奶"} {
		var err error
		milks[i], err = v.App.Catalog.Create(v.Ctx, catalog.Draft{Name: name, BaseUnit: "bag", SalePrice: 60_000, ShelfLifeDays: 2})
		v.Must(err)
		_, err = v.App.Catalog.SaveOffer(v.Ctx, catalog.Offer{SupplierID: v.Market.ID, ProductID: milks[i].ID, Pack: measure.Pack{Unit: "bag", Factor: measure.One}, Price: 45_000, ValidFrom: restocktest.Today.Add(-200)})
		v.Must(err)
	}
	var list []sales.Sale
	for n := 56; n > 0; n-- {
		date := restocktest.Today.Add(-n)
		sale := sales.Sale{ID: ident.New(), Kind: sales.KindSale, Channel: sales.CounterCode, BusinessDay: date, OccurredAt: day.At(date.Start(v.Scope().Zone).Add(11 * time.Hour))}
		for i, p := range milks {
			q := measure.Quantity(4_000 + 1_000*((n*(i+3))%9))
			amount, err := money.Line(q, p.SalePrice, money.CNY)
			v.Must(err)
			sale.Lines = append(sale.Lines, sales.Line{ProductID: p.ID, Quantity: q, Unit: "bag", Price: p.SalePrice, Amount: amount, History: true})
			sale.Total += amount
		}
		list = append(list, sale)
	}
	v.Must(v.App.Sales.LoadHistory(v.Ctx, list))
	v.Must(v.App.Stock.Opening(v.Ctx, []stock.OpeningLine{{ProductID: milks[0].ID, Quantity: 1_000}, {ProductID: milks[1].ID, Quantity: 1_000}}))
	asked := func(group string) (milk, oranges measure.Quantity, told bool) {
		for _, p := range milks {
			p, err := v.App.Catalog.Product(v.Ctx, p.ID)
			v.Must(err)
			d := catalog.DraftOf(p)
			d.Substitutes = group
			v.Must(v.App.Catalog.Update(v.Ctx, p.ID, p.Version, d))
		}
		v.Must(v.App.Restock.Recompute(v.Ctx, nil))
		of := func(id ident.ID) measure.Quantity {
			o, err := v.App.Restock.Outlook(v.Ctx, id)
			v.Must(err)
			if id == milks[0].ID {
				told = says(o.Row.Suggestion, "reason.note_cover")
			}
			return o.Row.Quantity
		}
		return of(milks[0].ID), of(v.Oranges.ID), told
	}
	alone, oranges, told := asked("")
	if alone <= 0 || told {
		t.Fatalf("without a group: %s, told %v", alone.Decimal(), told)
	}
	if both, _, told := asked("牛奶"); both != alone || told {
		t.Errorf("both are short: %s, alone %s, told %v", both.Decimal(), alone.Decimal(), told)
	}
	v.Must(v.App.Stock.Opening(v.Ctx, []stock.OpeningLine{{ProductID: milks[1].ID, Quantity: 500_000}}))
	covered, same, told := asked("牛奶")
	if covered >= alone || covered <= 0 || !told {
		t.Errorf("with plenty of the other: %s, alone %s, told %v", covered.Decimal(), alone.Decimal(), told)
	}
	if same != oranges {
		t.Errorf("oranges are of no group and moved from %s to %s", oranges.Decimal(), same.Decimal())
	}
	if again, _, told := asked(""); again != alone || told {
		t.Errorf("out of the group again: %s, before %s, told %v", again.Decimal(), alone.Decimal(), told)
	}
}

package stocktest

import (
	"context"
	"slices"
	"testing"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/stock"
)

func balance(t testing.TB, s *stock.Service, ctx context.Context, product ident.ID) stock.Balance {
	t.Helper()
	all, err := s.Balances(ctx, []ident.ID{product})
	good(t, err)
	return all[product]
}

func verified(t testing.TB, s *stock.Service, ctx context.Context) {
	t.Helper()
	findings, err := s.Verify(ctx)
	good(t, err)
	for _, f := range findings {
		t.Errorf("verify: %s", f)
	}
}

func receive(t testing.TB, s *stock.Service, ctx context.Context, product ident.ID, q measure.Quantity, cost money.Price, expiry *day.Date) {
	t.Helper()
	good(t, s.Receive(ctx, stock.ReceiveRequest{Lines: []stock.ReceiveLine{{ProductID: product, Quantity: q, UnitCost: &cost, Expiry: expiry}}}))
}

func sale(product ident.ID, q measure.Quantity) stock.Posting {
	return stock.Posting{Kind: stock.Sale, ProductID: product, Quantity: -q, Source: "sale", SourceID: ident.New(), SourceLine: 1}
}

func testReceiveAndSell(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 1)[0]
	supplier := ident.New()
	good(t, s.Receive(ctx, stock.ReceiveRequest{ClientID: ident.New(), SupplierID: &supplier, Note: "早市", Lines: []stock.ReceiveLine{
		{ProductID: p, Quantity: 5000, UnitCost: pointer(money.Price(40_000)), Lot: "B", Expiry: pointer(Today + 9)},
		{ProductID: p, Quantity: 3000, Value: pointer(money.Amount(1000)), Lot: "A", Expiry: pointer(Today - 1)},
	}}))
	b := balance(t, s, ctx, p)
	if b.OnHand != 8000 || b.Value != 3000 || b.LastCost != 33_333 || *b.KnownFrom != Today || b.LastCount != nil || b.CountNeeded {
		t.Errorf("after the delivery: %+v", b)
	}
	made, warnings, err := s.Post(ctx, []stock.Posting{sale(p, 6000)})
	good(t, err)
	if len(made) != 2 || made[0].Quantity != -5000 || made[1].Quantity != -1000 || made[0].Value+made[1].Value != -2250 ||
		made[0].Seq != 3 || made[0].BusinessDay != Today || made[0].RecordedAt != day.At(Noon) {
		t.Errorf("sold: %+v", made)
	}
	if len(warnings) != 1 || warnings[0].Kind != stock.ExpiredSold || warnings[0].Quantity != 1000 {
		t.Errorf("warnings: %+v", warnings)
	}
	lots, err := s.Lots(ctx, p)
	good(t, err)
	if len(lots) != 1 || lots[0].Code != "A" || lots[0].Quantity != 2000 {
		t.Errorf("left: %+v", lots)
	}
	info, err := s.LotInfo(ctx, []ident.ID{made[0].LotID})
	good(t, err)
	if l := info[made[0].LotID]; l.Code != "B" || *l.SupplierID != supplier || l.ReceivedAt != day.At(Noon) {
		t.Errorf("the empty lot is still described: %+v", l)
	}
	_, warnings, err = s.Post(ctx, []stock.Posting{sale(p, 3000)})
	good(t, err)
	if len(warnings) != 2 || warnings[1].Kind != stock.CountNeeded || warnings[1].Quantity != -1000 {
		t.Errorf("warnings: %+v", warnings)
	}
	if b := balance(t, s, ctx, p); b.OnHand != -1000 || !b.CountNeeded || b.Value != -333 {
		t.Errorf("below zero: %+v", b)
	}
	if list := marks(t, s, ctx); len(list) != 1 || list[0].From != Today {
		t.Errorf("marked: %+v", list)
	}
	verified(t, s, ctx)
}

func testCount(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 1)[0]
	client := ident.New()
	good(t, s.Count(ctx, stock.CountRequest{ClientID: client, ProductID: p, Counted: 7000, Expected: pointer(measure.Quantity(0)), Note: "头一次"}))
	b := balance(t, s, ctx, p)
	if b.OnHand != 7000 || *b.KnownFrom != Today || *b.LastCount != Today {
		t.Errorf("after the first count: %+v", b)
	}
	_, _, err := s.Post(ctx, []stock.Posting{sale(p, 1000)})
	good(t, err)
	stale := stock.CountRequest{ClientID: ident.New(), ProductID: p, Counted: 5000, Expected: pointer(measure.Quantity(7000))}
	err = s.Count(ctx, stale)
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Conflict || f.Key != "stock.count_stale" || !slices.Contains(f.Args, fault.A("on_hand", measure.Quantity(6000))) {
		t.Errorf("goods moved while counting: %v", err)
	}
	stale.Expected = pointer(measure.Quantity(6000))
	good(t, s.Count(ctx, stale))
	result, found, err := s.CountResult(ctx, stale.ClientID)
	if err != nil || !found || result != (stock.CountResult{Counted: 5000, Book: 6000, Variance: -1000}) {
		t.Errorf("the variance: %+v, %v, %v", result, found, err)
	}
	if _, found, err := s.CountResult(ctx, ident.New()); found || err != nil {
		t.Errorf("of no count: %v, %v", found, err)
	}
	verified(t, s, ctx)
}

func testAdjustAndLoss(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 1)[0]
	receive(t, s, ctx, p, 5000, 40_000, pointer(Today+1))
	receive(t, s, ctx, p, 5000, 40_000, pointer(Today+5))
	good(t, s.Adjust(ctx, stock.AdjustRequest{ClientID: ident.New(), ProductID: p, Delta: -500, Reason: "称错了"}))
	good(t, s.Loss(ctx, stock.LossRequest{ClientID: ident.New(), ProductID: p, Quantity: 1000, Reason: stock.Spoilage}))
	lots, err := s.Lots(ctx, p)
	good(t, err)
	if len(lots) != 2 || lots[0].Quantity != 3500 {
		t.Fatalf("lots: %+v", lots)
	}
	chosen := stock.LossRequest{ClientID: ident.New(), ProductID: p, LotID: &lots[1].LotID, Quantity: 6000, Reason: stock.Gift}
	err = s.Loss(ctx, chosen)
	if f, ok := fault.As(err); !ok || f.Key != "stock.lot_short" || f.Args[0].Value != measure.Quantity(5000) {
		t.Errorf("more than the lot holds: %v", err)
	}
	chosen.Quantity = 5000
	good(t, s.Loss(ctx, chosen))
	b := balance(t, s, ctx, p)
	if b.OnHand != 3500 || b.LastCount != nil || b.Value != 1400 {
		t.Errorf("afterwards: %+v", b)
	}
	verified(t, s, ctx)
}

func testOpening(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 3)
	batch := ident.New()
	good(t, s.Opening(ctx, []stock.OpeningLine{
		{ProductID: p[0], Quantity: 4000, UnitCost: pointer(money.Price(50_000)), SourceID: batch},
		{ProductID: p[1], Quantity: 1000, Lot: &stock.LotSpec{Code: "x", Expiry: pointer(Today + 3)}, UnitCost: pointer(money.Price(10_000)), SourceID: batch},
		{ProductID: p[1], Quantity: 2000, Lot: &stock.LotSpec{Code: "y"}, UnitCost: pointer(money.Price(20_000)), SourceID: batch},
		{ProductID: p[2], Quantity: 0, SourceID: batch},
	}))
	if b := balance(t, s, ctx, p[0]); b.OnHand != 4000 || b.Value != 2000 || b.LastCost != 50_000 || b.KnownFrom == nil || b.LastCount == nil {
		t.Errorf("opened: %+v", b)
	}
	if b := balance(t, s, ctx, p[1]); b.OnHand != 3000 || b.Value != 500 || b.LastCost != 20_000 {
		t.Errorf("opened by lots: %+v", b)
	}
	if b := balance(t, s, ctx, p[2]); b.KnownFrom == nil {
		t.Errorf("nothing on the shelf is known too: %+v", b)
	}
	good(t, s.Opening(ctx, []stock.OpeningLine{{ProductID: p[1], Quantity: 700, Lot: &stock.LotSpec{Code: "z"}}, {ProductID: p[0], Quantity: 4000}}))
	lots, err := s.Lots(ctx, p[1])
	good(t, err)
	if len(lots) != 1 || lots[0].Code != "z" || lots[0].Quantity != 700 {
		t.Errorf("lots that are named replace the others: %+v", lots)
	}
	if b := balance(t, s, ctx, p[0]); b.OnHand != 4000 {
		t.Errorf("opened twice: %+v", b)
	}
	verified(t, s, ctx)
	fresh := h.Products(t, ctx, 1)
	batch = ident.New()
	good(t, s.Opening(ctx, []stock.OpeningLine{{ProductID: fresh[0], Quantity: 9000, UnitCost: pointer(money.Price(9)), SourceID: batch}}))
	_, err = s.Reverse(ctx, batch, "undone")
	good(t, err)
	if b := balance(t, s, ctx, fresh[0]); b.KnownFrom != nil || b.OnHand != 0 || b.LastCost != 0 || b.LastCount != nil {
		t.Errorf("an import undone leaves stock unknown: %+v", b)
	}
	verified(t, s, ctx)
}

func testUndo(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 2)
	good(t, s.Receive(ctx, stock.ReceiveRequest{Lines: []stock.ReceiveLine{
		{ProductID: p[0], Quantity: 5000, UnitCost: pointer(money.Price(10_000))}, {ProductID: p[1], Quantity: 2000},
	}}))
	receive(t, s, ctx, p[0], 5000, 990_000, nil) // the comma slipped
	list, err := s.Movements(ctx, stock.MovementQuery{ProductID: &p[0]})
	good(t, err)
	wrong := list[0]
	good(t, s.Undo(ctx, wrong.ID, "价格写错"))
	if b := balance(t, s, ctx, p[0]); b.OnHand != 5000 || b.Value != 500 || b.LastCost != 10_000 {
		t.Errorf("undone: %+v", b)
	}
	for what, c := range map[string]struct {
		id  ident.ID
		key string
	}{
		"again":            {wrong.ID, "stock.undone_already"},
		"a counter-entry":  {last(t, s, ctx, p[0]).ID, "stock.undo_of_undo"},
		"of nothing known": {ident.New(), "stock.movement_unknown"},
	} {
		if f, ok := fault.As(s.Undo(ctx, c.id, "")); !ok || f.Key != c.key {
			t.Errorf("%s: %v", what, f)
		}
	}
	if b := balance(t, s, ctx, p[1]); b.OnHand != 2000 {
		t.Errorf("undoing touched another product: %+v", b)
	}
	made, _, err := s.Post(ctx, []stock.Posting{sale(p[0], 1000)})
	good(t, err)
	if f, ok := fault.As(s.Undo(ctx, made[0].ID, "")); !ok || f.Key != "stock.undo_elsewhere" {
		t.Errorf("a sale is voided where it was made: %v", f)
	}
	entries, err := s.Reverse(ctx, made[0].SourceID, "void")
	if err != nil || len(entries) != 1 || *entries[0].ReversesID != made[0].ID || entries[0].Quantity != 1000 {
		t.Errorf("void: %+v, %v", entries, err)
	}
	entries, err = s.Reverse(ctx, made[0].SourceID, "void")
	if err != nil || len(entries) != 0 {
		t.Errorf("voided twice: %+v, %v", entries, err)
	}
	verified(t, s, ctx)
}

func last(t testing.TB, s *stock.Service, ctx context.Context, product ident.ID) stock.Movement {
	t.Helper()
	list, err := s.Movements(ctx, stock.MovementQuery{ProductID: &product, Limit: 1})
	good(t, err)
	return list[0]
}

func testTimes(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 1)[0]
	midnight := Today.Start(time.FixedZone("Shanghai", 8*3600))
	for what, c := range map[string]struct {
		at   day.Micros
		on   day.Date
		want day.Micros
		day  day.Date
	}{
		"now":               {0, 0, day.At(Noon), Today},
		"a clock too fast":  {day.At(Noon.Add(time.Hour)), Today + 1, day.At(Noon), Today},
		"before midnight":   {day.At(midnight.Add(-time.Second)), 0, day.At(midnight.Add(-time.Second)), Today - 1},
		"after midnight":    {day.At(midnight), 0, day.At(midnight), Today},
		"the caller's day":  {day.At(midnight), Today - 1, day.At(midnight), Today - 1},
		"a day of tomorrow": {day.At(midnight), Today + 1, day.At(midnight), Today},
	} {
		q := sale(p, 1)
		q.OccurredAt, q.BusinessDay = c.at, c.on
		made, _, err := s.Post(ctx, []stock.Posting{q})
		good(t, err)
		if m := made[0]; m.OccurredAt != c.want || m.BusinessDay != c.day || m.RecordedAt != day.At(Noon) {
			t.Errorf("%s: %d on %s, want %d on %s", what, m.OccurredAt, m.BusinessDay, c.want, c.day)
		}
	}
	if list := marks(t, s, ctx); len(list) != 1 || list[0].From != Today-1 {
		t.Errorf("a backdated posting marks from its day: %+v", list)
	}
}

func testHistory(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 2)
	zone := time.FixedZone("Shanghai", 8*3600)
	moment := func(d day.Date, hour int) day.Micros {
		return day.At(d.Start(zone).Add(time.Duration(hour) * time.Hour))
	}
	put := func(kind stock.Kind, q measure.Quantity, d day.Date, hour int) {
		_, _, err := s.Post(ctx, []stock.Posting{{Kind: kind, ProductID: p[0], Quantity: q, OccurredAt: moment(d, hour)}})
		good(t, err)
	}
	put(stock.Receipt, 5000, Today-5, 8)
	put(stock.Sale, -2000, Today-3, 9)
	put(stock.Sale, -3000, Today-3, 15)
	put(stock.Receipt, 4000, Today-1, 7)
	put(stock.Sale, -1000, Today-3, 15) // told late
	history, err := s.History(ctx, p, Today-3)
	good(t, err)
	same(t, "history", history, map[ident.ID][]stock.Level{p[0]: {
		{At: moment(Today-3, 0), OnHand: 5000}, {At: moment(Today-3, 9), OnHand: 3000}, {At: moment(Today-3, 15), OnHand: -1000},
		{At: moment(Today-1, 7), OnHand: 3000},
	}})
	lots, err := s.LotsAsOf(ctx, p, Today-4)
	if err != nil || len(lots[p[0]]) != 1 || lots[p[0]][0].Quantity != 5000 {
		t.Errorf("lots as of four days ago: %+v, %v", lots, err)
	}
}

func testPositions(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 3)
	receive(t, s, ctx, p[0], 5000, 40_000, pointer(Today-1))
	receive(t, s, ctx, p[0], 3000, 40_000, pointer(Today))
	order := ident.New()
	good(t, s.Expect(ctx, []stock.Expected{
		{SourceID: order, SourceLine: 1, ProductID: p[0], Quantity: 2000, Due: Today},
		{SourceID: order, SourceLine: 2, ProductID: p[0], Quantity: 4000, Due: Today + 1},
		{SourceID: order, SourceLine: 3, ProductID: p[1], Quantity: 100, Due: Today},
	}))
	good(t, s.Allocate(ctx, []stock.Allocation{{SourceID: order, SourceLine: 1, ProductID: p[0], Quantity: 500}}))
	all, err := s.Positions(ctx, nil, Today)
	good(t, err)
	want := map[ident.ID]stock.Position{
		p[0]: {OnHand: 8000, Allocated: 500, Unusable: 5000, Available: 2500, OnOrder: 6000, Position: 8500, Known: true, KnownFrom: pointer(Today), Value: 3200},
		p[1]: {OnOrder: 100, Position: 100},
	}
	same(t, "all", all, want)
	some, err := s.Positions(ctx, p[1:], Today)
	good(t, err)
	same(t, "some, the third without any row", some, map[ident.ID]stock.Position{p[1]: want[p[1]], p[2]: {}})
	if none, err := s.Positions(ctx, []ident.ID{}, Today); err != nil || len(none) != 0 {
		t.Errorf("none: %v, %v", none, err)
	}
}

func testRefuses(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 1)[0]
	long := string(make([]byte, 501))
	for what, c := range map[string]struct {
		err error
		key string
	}{
		"count below zero":       {s.Count(ctx, stock.CountRequest{ProductID: p, Counted: -1}), "stock.counted_negative"},
		"count beyond bounds":    {s.Count(ctx, stock.CountRequest{ProductID: p, Counted: measure.MaxQuantity + 1}), "value.too_large"},
		"count with a long note": {s.Count(ctx, stock.CountRequest{ProductID: p, Note: long}), "stock.text_too_long"},
		"adjust by nothing":      {s.Adjust(ctx, stock.AdjustRequest{ProductID: p, Reason: "r"}), "stock.quantity_zero"},
		"adjust without reason":  {s.Adjust(ctx, stock.AdjustRequest{ProductID: p, Delta: 1}), "stock.reason_missing"},
		"lose nothing":           {s.Loss(ctx, stock.LossRequest{ProductID: p, Reason: stock.Gift}), "stock.quantity_positive"},
		"lose as a sale":         {s.Loss(ctx, stock.LossRequest{ProductID: p, Quantity: 1, Reason: stock.Sale}), "stock.loss_reason"},
		"receive no line":        {s.Receive(ctx, stock.ReceiveRequest{}), "stock.lines_missing"},
		"receive nothing":        {s.Receive(ctx, stock.ReceiveRequest{Lines: []stock.ReceiveLine{{ProductID: p}}}), "stock.quantity_positive"},
		"receive for less than nothing": {s.Receive(ctx, stock.ReceiveRequest{Lines: []stock.ReceiveLine{
			{ProductID: p, Quantity: 1, UnitCost: pointer(money.Price(-1))},
		}}), "stock.cost_negative"},
		"open below zero":     {s.Opening(ctx, []stock.OpeningLine{{ProductID: p, Quantity: -1}}), "stock.counted_negative"},
		"an unknown product":  {s.Count(ctx, stock.CountRequest{ProductID: ident.New(), Counted: 1}), "stock.product_unknown"},
		"zero in the ledger":  {second(s.Reverse(ctx, ident.New(), "")), ""},
		"worth more than all": {s.Receive(ctx, stock.ReceiveRequest{Lines: []stock.ReceiveLine{{ProductID: p, Quantity: measure.MaxQuantity, UnitCost: pointer(money.MaxPrice)}}}), "value.too_large"},
	} {
		if f, _ := fault.As(c.err); c.key == "" && c.err != nil || c.key != "" && (f == nil || f.Key != c.key) {
			t.Errorf("%s: %v, want %s", what, c.err, c.key)
		}
	}
	if list, err := s.Movements(ctx, stock.MovementQuery{}); err != nil || len(list) != 0 {
		t.Errorf("refused, but written: %+v, %v", list, err)
	}
}

func testTallies(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 2)
	zone := time.FixedZone("Shanghai", 8*3600)
	put := func(kind stock.Kind, q measure.Quantity, d day.Date) []stock.Movement {
		m, _, err := s.Post(ctx, []stock.Posting{{Kind: kind, ProductID: p[0], Quantity: q, OccurredAt: day.At(d.Start(zone).Add(9 * time.Hour)), Source: stock.SourceAdjust}})
		good(t, err)
		return m
	}
	put(stock.Receipt, 90_000, Today-9)
	put(stock.Receipt, 5000, Today-5)
	put(stock.Receipt, 1000, Today-5)
	put(stock.Receipt, 2000, Today-4)
	put(stock.Spoilage, -700, Today-3)
	put(stock.Sale, -2000, Today-3)
	put(stock.Gift, -100, Today-3)
	put(stock.Spoilage, -50, Today-1)
	got, err := s.Tallies(ctx, nil, Today-5, Today-2)
	good(t, err)
	same(t, "tallies", got, map[ident.ID]stock.Tally{p[0]: {Received: 8000, Spoiled: 700, Deliveries: 2}})
	if got, err := s.Tallies(ctx, p[1:], 0, Today); len(got) != 0 || err != nil {
		t.Errorf("of goods that never moved: %v, %v", got, err)
	}
}

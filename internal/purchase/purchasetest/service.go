package purchasetest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/stock"
)

// tries are the service's ways to reach an order by its id.
func tries(s *purchase.Service, ctx context.Context, o purchase.Order) map[string]func() (purchase.Order, error) {
	return map[string]func() (purchase.Order, error){
		"read":    func() (purchase.Order, error) { return s.Order(ctx, o.ID) },
		"number":  func() (purchase.Order, error) { return s.ByNumber(ctx, o.NumberText()) },
		"update":  func() (purchase.Order, error) { return s.UpdateDraft(ctx, o.ID, o.Version, nil) },
		"send":    func() (purchase.Order, error) { return s.Send(ctx, o.ID, 0) },
		"confirm": func() (purchase.Order, error) { return s.Confirm(ctx, o.ID, 0, nil) },
		"receive": func() (purchase.Order, error) { return s.Receive(ctx, o.ID, purchase.Receipt{}) },
		"cancel":  func() (purchase.Order, error) { return s.Cancel(ctx, o.ID) },
		"back":    func() (purchase.Order, error) { return s.TakeBack(ctx, o.ID, ident.New(), "") },
		"close":   func() (purchase.Order, error) { return s.CloseShort(ctx, o.ID) },
		"document": func() (purchase.Order, error) {
			d, err := s.Document(ctx, o.ID, "")
			return d.Order, err
		},
	}
}

func testDraft(t *testing.T, h House) {
	s, journal := h.Service()
	g := h.Stocked(t, h.A, 3)
	d := g.Draft(15_000, 100_000, 3)
	d.Note, d.ClientID = " 尽早 ", ident.New()
	d.Lines[0].ReferenceCost = ptr(money.Amount(4_500))
	d.Lines[2].Price = 19_990
	o := Made(t, s, h.A, d)

	// 15 kg × 2.50, 100 kg at the price break, 0.003 kg × 1.999 rounds to 0.01.
	var totals []money.Amount
	for _, l := range o.Lines {
		totals = append(totals, l.Total)
	}
	same(t, "line totals", totals, []money.Amount{3_750, 24_000, 1})
	if o.Total != 27_751 || o.Freight != 1_000 || o.Number != 1 || o.NumberText() != "PO-2026-0001" || o.State != purchase.Draft {
		t.Errorf("order: %+v", o)
	}
	// ours: 37.50 without 9 % tax is 34.40; freight 10.00 × 3750/27751 is 1.35
	if o.Saving == nil || *o.Saving != 4_500-3_440-135 {
		t.Errorf("saving: %v", *o.Saving)
	}
	if o.DueDay != h.Clock.Today()+3 || o.Note != "尽早" || o.SupplierName != g.Supplier.Name || o.Lines[0].SupplierCode != "QC-0" {
		t.Errorf("order: %+v", o)
	}
	if n, ok := o.Lines[0].Packs(); n != 3 || !ok {
		t.Errorf("15 kg are %d boxes of 5 kg, %v", n, ok)
	}
	if _, ok := o.Lines[2].Packs(); ok {
		t.Error("3 g are no whole boxes")
	}
	stored, err := s.Order(h.A, o.ID)
	must(t, err)
	same(t, "stored", stored, o)
	for _, text := range []string{"PO-2026-0001", "po-2026-1", " 1 ", "ＰＯ－２０２６－０００１", o.ID.String()} {
		if found, err := s.ByNumber(h.A, text); err != nil || found.ID != o.ID {
			t.Errorf("%q: %v, %v", text, found.ID, err)
		}
	}
	for _, text := range []string{"", "PO-2025-0001", "2", "PO-1", "-1", "PO-2026-", "x", "99999999999999999999"} {
		_, err := s.ByNumber(h.A, text)
		refused(t, text, err, fault.NotFound, "purchase.order_missing")
	}
	same(t, "journal", journal.Actions, []string{"order.draft"})

	big := Made(t, s, h.A, g.Draft(420_000))
	if big.Freight != 0 || big.Number != 2 {
		t.Errorf("freight is free from 1000.00 on: %+v", big)
	}
}

func testDraftRefuses(t *testing.T, h House) {
	s, _ := h.Service()
	g := h.Stocked(t, h.A, 1)
	long := make([]purchase.DraftLine, purchase.MaxLines+1)
	for _, c := range []struct {
		name   string
		change func(*purchase.DraftOrder)
		kind   fault.Kind
		key    string
	}{
		{"no lines", func(d *purchase.DraftOrder) { d.Lines = nil }, fault.Invalid, "purchase.no_lines"},
		{"too many", func(d *purchase.DraftOrder) { d.Lines = long }, fault.Invalid, "purchase.too_many_lines"},
		{"nothing", func(d *purchase.DraftOrder) { d.Lines[0].Quantity = 0 }, fault.Invalid, "purchase.quantity_missing"},
		{"negative", func(d *purchase.DraftOrder) { d.Lines[0].Quantity = -1 }, fault.Invalid, "purchase.quantity_missing"},
		{"too much", func(d *purchase.DraftOrder) { d.Lines[0].Quantity = measure.MaxQuantity + 1 }, fault.Invalid, "value.too_large"},
		{"too dear", func(d *purchase.DraftOrder) {
			d.Lines[0].Quantity, d.Lines[0].Price = measure.MaxQuantity, money.MaxPrice
		}, fault.Invalid, ""},
		{"negative price", func(d *purchase.DraftOrder) { d.Lines[0].Price = -1 }, fault.Invalid, "purchase.price_negative"},
		{"unknown product", func(d *purchase.DraftOrder) { d.Lines[0].ProductID = ident.New() }, fault.NotFound, "purchase.product_missing"},
		{"unknown offer", func(d *purchase.DraftOrder) { d.Lines[0].OfferID = ident.New() }, fault.Conflict, "purchase.offer_missing"},
		{"unknown supplier", func(d *purchase.DraftOrder) { d.SupplierID = ident.New() }, fault.NotFound, ""},
		{"long note", func(d *purchase.DraftOrder) { d.Note = string(make([]byte, 2_000)) + "x" }, fault.Invalid, "purchase.note_too_long"},
	} {
		good, bad := g.Draft(5_000), g.Draft(5_000)
		c.change(&bad)
		_, err := s.Draft(h.A, []purchase.DraftOrder{good, bad})
		refused(t, c.name, err, c.kind, c.key)
	}
	archived := g.Supplier
	archived.Archived = true
	must(t, h.Catalog.UpdateSupplier(h.A, archived))
	_, err := s.Draft(h.A, []purchase.DraftOrder{g.Draft(5_000)})
	refused(t, "archived supplier", err, fault.Conflict, "purchase.supplier_archived")
	if list, err := s.List(h.A, purchase.Query{}); err != nil || len(list) != 0 {
		t.Errorf("refused drafts left %v, %v", list, err)
	}
	if last, err := h.Store.Number(h.A); err != nil || last != 0 {
		t.Errorf("refused drafts took numbers up to %d, %v", last, err)
	}
}

// The same request again makes nothing new; one request may make several orders.
func testDraftAgain(t *testing.T, h House) {
	s, _ := h.Service()
	g, other := h.Stocked(t, h.A, 1), h.Stocked(t, h.A, 1)
	client := ident.New()
	drafts := []purchase.DraftOrder{g.Draft(5_000), other.Draft(10_000)}
	drafts[0].ClientID, drafts[1].ClientID = client, client
	first, err := s.Draft(h.A, drafts)
	must(t, err)
	if len(first) != 2 || first[0].SupplierID != g.Supplier.ID || first[1].Number != 2 {
		t.Fatalf("drafts: %+v", first)
	}
	again, err := s.Draft(h.A, drafts)
	must(t, err)
	same(t, "again", again, first)
	if list, _ := s.List(h.A, purchase.Query{}); len(list) != 2 {
		t.Errorf("%d orders, want 2", len(list))
	}
}

func testEdit(t *testing.T, h House) {
	s, _ := h.Service()
	g := h.Stocked(t, h.A, 3)
	d := g.Draft(10_000, 20_000, 30_000)
	d.Lines[1].ReferenceCost = ptr(money.Amount(5_001))
	o := Made(t, s, h.A, d)
	next, err := s.UpdateDraft(h.A, o.ID, o.Version, []purchase.LineChange{
		{Line: 1, Quantity: 0}, {Line: 2, Quantity: 100_000}, {Line: 3, Quantity: 30_000, Price: ptr(money.Price(10_000))},
	})
	must(t, err)
	if len(next.Lines) != 2 || next.Lines[0].Line != 1 || next.Lines[0].Price != 24_000 || next.Lines[0].Total != 24_000 ||
		*next.Lines[0].ReferenceCost != 25_005 || next.Lines[1].Total != 3_000 || next.Total != 27_000 || next.Version != o.Version+1 {
		t.Errorf("edited: %+v", next)
	}
	stored, err := s.Order(h.A, o.ID)
	must(t, err)
	same(t, "stored", stored, next)

	_, err = s.UpdateDraft(h.A, o.ID, o.Version, nil)
	refused(t, "an old version", err, fault.Conflict, "purchase.changed_meanwhile")
	_, err = s.UpdateDraft(h.A, o.ID, next.Version, []purchase.LineChange{{Line: 1}, {Line: 2}})
	refused(t, "nothing left", err, fault.Invalid, "purchase.no_lines_left")
	_, err = s.UpdateDraft(h.A, o.ID, next.Version, []purchase.LineChange{{Line: 3, Quantity: 1}})
	refused(t, "no such line", err, fault.NotFound, "purchase.line_missing")
	_, err = s.UpdateDraft(h.A, o.ID, next.Version, []purchase.LineChange{{Line: 1, Quantity: -1}})
	refused(t, "negative", err, fault.Invalid, "purchase.quantity_negative")
	_, err = s.Send(h.A, o.ID, o.Version)
	refused(t, "send an old version", err, fault.Conflict, "purchase.changed_meanwhile")
	_, err = s.Send(h.A, o.ID, next.Version)
	must(t, err)
	_, err = s.UpdateDraft(h.A, o.ID, next.Version+1, nil)
	refused(t, "edit what is sent", err, fault.Conflict, "purchase.not_a_draft")
}

// reach brings a fresh order into a state.
func reach(t *testing.T, s *purchase.Service, ctx context.Context, g Goods, state purchase.State) purchase.Order {
	t.Helper()
	o := Made(t, s, ctx, g.Draft(10_000))
	part := purchase.Receipt{Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 4_000}}}
	steps := map[purchase.State][]func() (purchase.Order, error){
		purchase.Sent: {func() (purchase.Order, error) { return s.Send(ctx, o.ID, 0) }},
	}
	sent := steps[purchase.Sent]
	steps[purchase.Confirmed] = append(slices.Clone(sent), func() (purchase.Order, error) { return s.Confirm(ctx, o.ID, 0, nil) })
	steps[purchase.PartReceived] = append(slices.Clone(sent), func() (purchase.Order, error) { return s.Receive(ctx, o.ID, part) })
	steps[purchase.Received] = append(slices.Clone(sent), func() (purchase.Order, error) { return s.Receive(ctx, o.ID, purchase.Receipt{}) })
	steps[purchase.Cancelled] = append(slices.Clone(sent), func() (purchase.Order, error) { return s.Cancel(ctx, o.ID) })
	steps[purchase.ClosedShort] = append(slices.Clone(steps[purchase.PartReceived]), func() (purchase.Order, error) { return s.CloseShort(ctx, o.ID) })
	for _, step := range steps[state] {
		var err error
		if o, err = step(); err != nil {
			t.Fatal(err)
		}
	}
	if o.State != state {
		t.Fatalf("reached %s, want %s", o.State, state)
	}
	return o
}

// Every action in every state: to another state, no change, or a conflict that
// changes nothing. What is expected follows.
func testStates(t *testing.T, h House) {
	s, _ := h.Service()
	g := h.Stocked(t, h.A, 1)
	const stays, conflict = purchase.State("stays"), purchase.State("conflict")
	actions := []purchase.Action{purchase.Send, purchase.Confirm, purchase.Receive, purchase.CloseShort, purchase.Cancel}
	same(t, "actions", purchase.Actions(), actions)
	table := map[purchase.State][]purchase.State{
		purchase.Draft:        {purchase.Sent, conflict, conflict, conflict, purchase.Cancelled},
		purchase.Sent:         {stays, purchase.Confirmed, purchase.Received, conflict, purchase.Cancelled},
		purchase.Confirmed:    {conflict, stays, purchase.Received, conflict, purchase.Cancelled},
		purchase.PartReceived: {conflict, conflict, purchase.Received, purchase.ClosedShort, conflict},
		purchase.Received:     {conflict, conflict, stays, conflict, conflict},
		purchase.ClosedShort:  {conflict, conflict, conflict, stays, conflict},
		purchase.Cancelled:    {conflict, conflict, conflict, conflict, stays},
	}
	for _, state := range purchase.States() {
		for i, action := range actions {
			before := reach(t, s, h.A, g, state)
			does := map[purchase.Action]func() (purchase.Order, error){
				purchase.Send:       func() (purchase.Order, error) { return s.Send(h.A, before.ID, 0) },
				purchase.Confirm:    func() (purchase.Order, error) { return s.Confirm(h.A, before.ID, 0, nil) },
				purchase.Receive:    func() (purchase.Order, error) { return s.Receive(h.A, before.ID, purchase.Receipt{}) },
				purchase.CloseShort: func() (purchase.Order, error) { return s.CloseShort(h.A, before.ID) },
				purchase.Cancel:     func() (purchase.Order, error) { return s.Cancel(h.A, before.ID) },
			}
			_, err := does[action]()
			after, readErr := s.Order(h.A, before.ID)
			must(t, readErr)
			switch want := table[state][i]; want {
			case conflict:
				refused(t, string(state)+" "+string(action), err, fault.Conflict, "purchase.illegal."+string(action))
				same(t, "unchanged", after, before)
			case stays:
				must(t, err)
				same(t, string(state)+" "+string(action), after, before)
			default:
				must(t, err)
				if after.State != want || after.Version != before.Version+1 {
					t.Errorf("%s %s: %s version %d, want %s", state, action, after.State, after.Version, want)
				}
			}
			if can := table[state][i] != conflict && table[state][i] != stays; state.Can(action) != can {
				t.Errorf("%s can %s: %v", state, action, !can)
			}
			if after.State.Closed() != (after.ClosedAt != nil) {
				t.Errorf("%s closed at %v", after.State, after.ClosedAt)
			}
		}
	}
	verified(t, s, h)
	if _, err := purchase.ParseState("lost"); err == nil {
		t.Error("a state of no kind was read")
	}
}

func verified(t testing.TB, s *purchase.Service, h House) {
	t.Helper()
	wrong, err := s.Verify(h.A)
	must(t, err)
	if len(wrong) > 0 {
		t.Errorf("verify: %v", wrong)
	}
	if wrong, err = h.Stock.Verify(h.A); err != nil || len(wrong) > 0 {
		t.Errorf("verify stock: %v, %v", wrong, err)
	}
}

// Many hands at the same order: one of them does it.
func testAtOnce(t *testing.T, h House) {
	s, journal := h.Service()
	g := h.Stocked(t, h.A, 1)
	o := Made(t, s, h.A, g.Draft(10_000))
	all := func(do func() error) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := do(); err != nil {
					t.Errorf("at once: %v", err)
				}
			})
		}
		wg.Wait()
	}
	all(func() error { _, err := s.Send(h.A, o.ID, 0); return err })
	all(func() error { _, err := s.Confirm(h.A, o.ID, 0, nil); return err })
	all(func() error { _, err := s.Receive(h.A, o.ID, purchase.Receipt{ClientID: ident.New()}); return err })
	same(t, "journal", journal.Actions, []string{"order.draft", "order.send", "order.confirm", "order.receive"})
	all(func() error { _, err := s.Draft(h.A, []purchase.DraftOrder{g.Draft(5_000)}); return err })
	if last, err := h.Store.Number(h.A); err != nil || last != 9 {
		t.Errorf("last number %d, %v", last, err)
	}
	verified(t, s, h)
}

func testLoad(t *testing.T, h House) {
	s, _ := h.Service()
	g := h.Stocked(t, h.A, 2)
	now := day.At(h.Clock.Now())
	ago := func(days int) day.Micros { return now - day.Micros(days)*86_400_000_000 }
	delivery := ident.New()
	past := []purchase.Past{
		{DraftOrder: g.Draft(10_000, 20_000), CreatedAt: ago(40), SentAt: ago(40), Deliveries: []purchase.Receipt{
			{ClientID: delivery, At: ago(37), Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 4_000, Lot: "A"}}}, {At: ago(36)},
		}},
		{DraftOrder: g.Draft(10_000), CreatedAt: ago(30), SentAt: ago(30), Short: true, Deliveries: []purchase.Receipt{
			{At: ago(25), Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 9_000}}},
		}},
		{ID: ident.New(), DraftOrder: g.Draft(5_000, 10_000), CreatedAt: ago(2), SentAt: ago(1)},
		{DraftOrder: g.Draft(5_000), CreatedAt: ago(0)},
	}
	orders, postings, err := s.Load(h.A, past)
	must(t, err)
	var states []purchase.State
	for i, o := range orders {
		states = append(states, o.State)
		stored, err := s.Order(h.A, o.ID)
		must(t, err)
		same(t, "stored", stored, o)
		if o.Number != int64(i+1) {
			t.Errorf("order %d has number %d", i, o.Number)
		}
	}
	same(t, "states", states, []purchase.State{purchase.Received, purchase.ClosedShort, purchase.Sent, purchase.Draft})
	if orders[2].ID != past[2].ID || orders[0].CreatedDay != h.Clock.Today()-40 || *orders[0].SentDay != h.Clock.Today()-40 {
		t.Errorf("loaded: %+v", orders)
	}
	if len(postings) != 4 || postings[0].SourceID != delivery || postings[0].BusinessDay != h.Clock.Today()-37 || postings[0].Lot.Code != "A" {
		t.Errorf("postings: %+v", postings)
	}
	must(t, h.Stock.Load(h.A, postings))
	learned, err := s.LeadTimes(h.A, nil)
	must(t, err)
	var days []int
	for _, l := range learned[g.Supplier.ID] {
		days = append(days, l.Days)
	}
	slices.Sort(days)
	same(t, "lead times", days, []int{3, 4, 4, 5})
	verified(t, s, h)
	again, _, err := s.Load(h.A, nil)
	if err != nil || again != nil {
		t.Errorf("nothing loaded: %v, %v", again, err)
	}
}

func testDocument(t *testing.T, h House) {
	s, _ := h.Service()
	g := h.Stocked(t, h.A, 2)
	o := Made(t, s, h.A, g.Draft(10_000, 20_000))
	d, err := s.Document(h.A, o.ID, "")
	must(t, err)
	if d.Language != "zh-Hans" || d.Supplier.Name != g.Supplier.Name || d.Shop == "" {
		t.Errorf("document: %+v", d)
	}
	want := purchase.Sums{Net: 2_294 + 4_587, Tax: 206 + 413, Gross: 7_500, Freight: 1_000, Payable: 8_500, Taxed: true}
	same(t, "sums", d.Sums, want)
	if d, err = s.Document(h.A, o.ID, "fr"); err != nil || d.Language != "fr" {
		t.Errorf("document in French: %v, %v", d.Language, err)
	}
}

// What was owed on a past day is what that day's page would have said.
func testOwedAsOf(t *testing.T, h House) {
	s, _ := h.Service()
	g := h.Stocked(t, h.A, 2)
	o := Made(t, s, h.A, g.Draft(10_000, 20_000))
	lost := Made(t, s, h.A, g.Draft(1_000))
	start := h.Clock.Today()
	owed := map[day.Date]map[ident.ID][]stock.Expected{}
	steps := []func() error{
		func() error { return nil }, // drafts owe nothing
		func() error { _, err := s.Send(h.A, o.ID, 0); return err },
		func() error { _, err := s.Send(h.A, lost.ID, 0); return err },
		func() error {
			_, err := s.Confirm(h.A, o.ID, 0, []purchase.ConfirmLine{
				{Line: 1, Agreed: purchase.Agreed{Quantity: 5_000, Price: 1, Later: 2_000, LaterDay: start + 20}}, {Line: 2, Agreed: purchase.Agreed{Quantity: 30_000, Price: 1, Day: start + 9}},
			})
			return err
		},
		func() error {
			_, err := s.Receive(h.A, o.ID, purchase.Receipt{Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 4_000}, {Line: 2, Quantity: 30_000}}})
			return err
		},
		func() error { _, err := s.Cancel(h.A, lost.ID); return err },
		func() error { _, err := s.Receive(h.A, o.ID, purchase.Receipt{}); return err },
	}
	for _, step := range steps {
		must(t, step())
		now, err := h.Stock.ExpectedOf(h.A, nil)
		must(t, err)
		owed[h.Clock.Today()] = now
		h.Clock.Pass(24 * time.Hour)
	}
	for d, want := range owed {
		got, err := s.OwedAsOf(h.A, d)
		must(t, err)
		if len(got) != len(want) {
			t.Errorf("day %d: owed %v, was %v", d-start, got, want)
		}
		for id, lines := range want {
			var sum, expected measure.Quantity
			for _, l := range got[id] {
				sum += l.Quantity
			}
			for _, l := range lines {
				expected += l.Quantity
			}
			if sum != expected {
				t.Errorf("day %d: owed %d, was %d", d-start, sum, expected)
			}
		}
	}
	if got, err := s.OwedAsOf(h.B, start+2); err != nil || len(got) != 0 {
		t.Errorf("shop B is owed %v, %v", got, err)
	}
}

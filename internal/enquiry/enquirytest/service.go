package enquirytest

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"buhuo/internal/catalog"
	"buhuo/internal/enquiry"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
)

func testMake(t *testing.T, h House) {
	s, journal := h.service()
	m := h.market(t, h.A, 2)
	n := h.ask(m, 20_000)
	n.Note, n.Suppliers = "  要当季的 ", append(n.Suppliers, n.Suppliers[0])
	e := made(t, s, h.A, n)
	if e.NumberText() != "RFQ-2026-0001" || e.State != enquiry.Open || e.Note != "要当季的" || len(e.Lines) != 2 || len(e.Invitations) != 3 {
		t.Errorf("made: %+v", e)
	}
	if l := e.Lines[1]; l.Line != 2 || l.ProductName != m.products[1].Name || l.Unit != "kg" || l.Quantity != 20_000 || l.Award != nil {
		t.Errorf("line: %+v", l)
	}
	if in := e.Invitations[1]; in.SupplierID != m.suppliers[1].ID || in.SupplierName != "果园" || in.AnsweredAt != nil {
		t.Errorf("invitation: %+v", in)
	}
	if again := made(t, s, h.A, n); again.Number != 2 || again.ID == e.ID {
		t.Errorf("a request without an id is a new one: %+v", again)
	}
	same(t, "journal", journal.Actions, []string{"enquiry.make", "enquiry.make"})
}

func testMakeAgain(t *testing.T, h House) {
	s, journal := h.service()
	m := h.market(t, h.A, 1)
	n := h.ask(m, 20_000)
	n.ClientID = ident.New()
	first := made(t, s, h.A, n)
	same(t, "the same again", made(t, s, h.A, n), first)
	n.Lines = []enquiry.NewLine{{ProductID: m.products[0].ID, Quantity: 30_000}}
	refused(t, "another content", second(s.Make(h.A, n)), fault.Conflict, "enquiry.client_id_used", "")
	same(t, "journal", journal.Actions, []string{"enquiry.make"})
	if last, err := h.Store.Number(h.A); err != nil || last != 1 {
		t.Errorf("%d numbers were taken, %v", last, err)
	}
}

func testMakeRefuses(t *testing.T, h House) {
	s, _ := h.service()
	m := h.market(t, h.A, 2)
	gone := m.suppliers[2]
	gone.Archived = true
	must(t, h.Catalog.UpdateSupplier(h.A, gone))
	m.suppliers = m.suppliers[:2]
	for _, c := range []struct {
		name       string
		change     func(*enquiry.NewEnquiry)
		kind       fault.Kind
		key, field string
	}{
		{"no lines", func(n *enquiry.NewEnquiry) { n.Lines = nil }, fault.Invalid, "enquiry.no_lines", "find"},
		{"too many", func(n *enquiry.NewEnquiry) { n.Lines = make([]enquiry.NewLine, enquiry.MaxLines+1) }, fault.Invalid, "enquiry.too_many_lines", "find"},
		{"nothing", func(n *enquiry.NewEnquiry) { n.Lines[1].Quantity = 0 }, fault.Invalid, "enquiry.quantity_missing", "quantity[1]"},
		{"less than nothing", func(n *enquiry.NewEnquiry) { n.Lines[0].Quantity = -1 }, fault.Invalid, "enquiry.quantity_missing", "quantity[0]"},
		{"too much", func(n *enquiry.NewEnquiry) { n.Lines[0].Quantity = measure.MaxQuantity + 1 }, fault.Invalid, "value.too_large", "quantity[0]"},
		{"twice", func(n *enquiry.NewEnquiry) { n.Lines[1] = n.Lines[0] }, fault.Invalid, "enquiry.product_twice", "quantity[1]"},
		{"unknown", func(n *enquiry.NewEnquiry) { n.Lines[1].ProductID = ident.New() }, fault.NotFound, "catalog.product_missing", ""},
		{"nobody", func(n *enquiry.NewEnquiry) { n.Suppliers = nil }, fault.Invalid, "enquiry.no_suppliers", "supplier"},
		{"a stranger", func(n *enquiry.NewEnquiry) { n.Suppliers = []ident.ID{ident.New()} }, fault.NotFound, "catalog.supplier_missing", ""},
		{"who is gone", func(n *enquiry.NewEnquiry) { n.Suppliers = []ident.ID{gone.ID} }, fault.Invalid, "enquiry.supplier_archived", "supplier"},
		{"yesterday", func(n *enquiry.NewEnquiry) { n.AnswerBy = h.today().Add(-1) }, fault.Invalid, "enquiry.answer_by_past", "answer_by"},
		{"in years", func(n *enquiry.NewEnquiry) { n.AnswerBy = h.today().Add(366) }, fault.Invalid, "enquiry.too_far", "answer_by"},
		{"a long note", func(n *enquiry.NewEnquiry) { n.Note = strings.Repeat("长", enquiry.MaxNote+1) }, fault.Invalid, "enquiry.note_too_long", "note"},
	} {
		n := h.ask(m, 20_000)
		c.change(&n)
		refused(t, c.name, second(s.Make(h.A, n)), c.kind, c.key, c.field)
	}
	if last, err := h.Store.Number(h.A); err != nil || last != 0 {
		t.Errorf("%d numbers were taken by what was refused, %v", last, err)
	}
	n := h.ask(m, 20_000)
	n.Note = strings.Repeat("𬍛", enquiry.MaxNote)
	made(t, s, h.A, n)
}

func testAnswer(t *testing.T, h House) {
	s, journal := h.service()
	e := made(t, s, h.A, h.ask(h.market(t, h.A, 2), 20_000))
	in := e.Invitations[1]
	days, until := 5, h.today()
	told := []enquiry.Answer{
		{Line: 2, Cannot: true, Unit: "jin", Price: 7, Row: 1},
		{Line: 1, Unit: "jin", Price: 42_000, Minimum: 10_000, LeadDays: &days, Until: &until},
	}
	first, err := s.Answer(h.A, in.ID, in.Version, told)
	must(t, err)
	got := first.Invitations[1]
	if a, _ := got.Answer(1); a.Price != 42_000 || a.Pack != (measure.Pack{Unit: "kg", Factor: measure.One}) || a.Lapsed(h.today()) || !a.Lapsed(h.today()+1) {
		t.Errorf("answer: %+v", a)
	}
	if a, _ := got.Answer(2); a.Price != 0 || !a.Cannot {
		t.Errorf("who cannot deliver asks nothing: %+v", a)
	}
	if got.AnsweredAt == nil || first.Version != e.Version+1 {
		t.Errorf("answered: %+v", first)
	}
	again, err := s.Answer(h.A, in.ID, in.Version, told) // the form that was sent twice
	must(t, err)
	same(t, "the same again", again, first)
	_, err = s.Answer(h.A, in.ID, in.Version, told[:1])
	refused(t, "an old version", err, fault.Conflict, "enquiry.changed_meanwhile", "")
	none, err := s.Answer(h.A, in.ID, got.Version, nil)
	must(t, err)
	if none.Invitations[1].AnsweredAt != nil || len(none.Invitations[1].Answers) != 0 {
		t.Errorf("taken back: %+v", none.Invitations[1])
	}
	same(t, "journal", journal.Actions, []string{"enquiry.make", "enquiry.answer", "enquiry.answer"})
}

func testAnswerRefuses(t *testing.T, h House) {
	s, _ := h.service()
	e := made(t, s, h.A, h.ask(h.market(t, h.A, 1), 20_000))
	in := e.Invitations[1]
	for _, c := range []struct {
		name       string
		change     func(*enquiry.Answer)
		kind       fault.Kind
		key, field string
	}{
		{"no price", func(a *enquiry.Answer) { a.Price = 0 }, fault.Invalid, "enquiry.price_missing", "price[4]"},
		{"less than nothing", func(a *enquiry.Answer) { a.Price = -1 }, fault.Invalid, "catalog.price_negative", "price[4]"},
		{"too dear", func(a *enquiry.Answer) { a.Price = money.MaxPrice + 1 }, fault.Invalid, "value.too_large", "price[4]"},
		{"a unit of nothing", func(a *enquiry.Answer) { a.Unit = "l" }, fault.Invalid, "enquiry.unit_unknown", "unit[4]"},
		{"a minimum below nothing", func(a *enquiry.Answer) { a.Minimum = -1 }, fault.Invalid, "catalog.quantity_negative", "minimum[4]"},
		{"a pack of nothing", func(a *enquiry.Answer) { a.Pack = measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 1, Den: 3}} }, fault.Invalid, "value.not_whole", "pack_content[4]"},
		{"a year and more", func(a *enquiry.Answer) { a.LeadDays = new(366) }, fault.Invalid, "catalog.days_out_of_range", "lead_days[4]"},
		{"lapsed", func(a *enquiry.Answer) { a.Until = new(h.today() - 1) }, fault.Invalid, "enquiry.until_past", "until[4]"},
		{"for ever", func(a *enquiry.Answer) { a.Until = new(h.today() + 366) }, fault.Invalid, "enquiry.too_far", "until[4]"},
		{"another line", func(a *enquiry.Answer) { a.Line = 2 }, fault.NotFound, "enquiry.line_missing", ""},
		{"no line", func(a *enquiry.Answer) { a.Line = 0 }, fault.NotFound, "enquiry.line_missing", ""},
	} {
		a := enquiry.Answer{Line: 1, Unit: "kg", Price: 40_000, Row: 4}
		c.change(&a)
		refused(t, c.name, second(s.Answer(h.A, in.ID, in.Version, []enquiry.Answer{a})), c.kind, c.key, c.field)
	}
	a := enquiry.Answer{Line: 1, Unit: "kg", Price: 40_000}
	refused(t, "twice", second(s.Answer(h.A, in.ID, in.Version, []enquiry.Answer{a, a})), fault.NotFound, "enquiry.line_missing", "")
	refused(t, "a stranger", second(s.Answer(h.A, ident.New(), 1, []enquiry.Answer{a})), fault.NotFound, "enquiry.missing", "")
	after, err := s.Enquiry(h.A, e.ID)
	must(t, err)
	same(t, "untouched", after, e)
}

// The answers stand in the order of what the asked quantity comes to on the shelf; whom
// the shop would buy from today is beside them.
func testCompare(t *testing.T, h House) {
	s, _ := h.service()
	m := h.market(t, h.A, 1)
	e := made(t, s, h.A, h.ask(m, 20_000))
	// The wholesaler asks 45.00/10 kg with 9 % tax: 82.57 net for 20 kg.
	e = answered(t, s, h.A, e, 0, 45_000)
	// The farm asks 4.00 before tax: 80.00 and, of the freight of an order of 500.00, 4.80.
	e = answered(t, s, h.A, e, 1, 40_000)
	in := e.Invitations[2]
	e, err := s.Answer(h.A, in.ID, in.Version, []enquiry.Answer{{Line: 1, Cannot: true}})
	must(t, err)
	lines, err := s.Compare(h.A, e)
	must(t, err)
	q := lines[0].Quotes
	if len(q) != 3 || q[0].Landed != 8_257 || q[1].Landed != 8_480 || !q[0].Cheapest || q[1].Cheapest || q[2].Usable() || q[0].Supplier.ID != m.suppliers[0].ID {
		t.Errorf("compared: %+v", q)
	}
	if q[0].Before == nil || *q[0].Before != 9_174 || q[1].Before != nil { // 100.00 with tax
		t.Errorf("before: %+v", q)
	}
	if p := lines[0].Present; p == nil || p.SupplierID != m.suppliers[0].ID || p.Landed != 9_174 {
		t.Errorf("present: %+v", p)
	}
	// In packs of 30 kg of which 20 bear their part, and not below 60 kg.
	in = e.Invitations[1]
	e, err = s.Answer(h.A, in.ID, in.Version, []enquiry.Answer{{Line: 1, Unit: "kg", Price: 40_000, Minimum: 45_000, Pack: measure.Pack{Unit: "kg", Factor: measure.Ratio{Num: 30, Den: 1}}}})
	must(t, err)
	lines, err = s.Compare(h.A, e)
	must(t, err)
	// 60 kg: 240.00 and 14.40 freight; a third of that.
	if q := lines[0].Quotes[1]; q.Buy != 60_000 || q.Landed != 8_480 {
		t.Errorf("in packs: %+v", q)
	}
}

func testAward(t *testing.T, h House) {
	s, journal := h.service()
	m := h.market(t, h.A, 3)
	e := made(t, s, h.A, h.ask(m, 20_000))
	e = answered(t, s, h.A, e, 0, 45_000, 44_000, 43_000)
	in := e.Invitations[1]
	days := 9
	e, err := s.Answer(h.A, in.ID, in.Version, []enquiry.Answer{
		{Line: 1, Unit: "kg", Price: 40_000, LeadDays: &days, Pack: measure.Pack{Unit: "kg", Factor: measure.Ratio{Num: 15, Den: 1}}}, {Line: 2, Unit: "kg", Price: 39_000},
	})
	must(t, err)
	seen := e.Version
	choose := []enquiry.Choice{{Line: 2, InvitationID: in.ID}, {Line: 1, InvitationID: in.ID}}
	e, err = s.Award(h.A, e.ID, seen, choose)
	must(t, err)
	if e.State != enquiry.Open || e.Lines[2].Award != nil || e.Lines[0].Award == nil || e.Lines[0].Award.OrderID != e.Lines[1].Award.OrderID {
		t.Fatalf("awarded: %+v", e)
	}
	o, err := h.Orders.Order(h.A, e.Lines[0].Award.OrderID)
	must(t, err)
	if o.State != purchase.Draft || o.SupplierID != m.suppliers[1].ID || len(o.Lines) != 2 || o.Note != e.NumberText() || o.DueDay != h.today().Add(9) {
		t.Errorf("order: %+v", o)
	}
	if l := o.Lines[0]; l.Quantity != 30_000 || l.Price != 40_000 || l.Total != 12_000 || l.ReferenceCost == nil || *l.ReferenceCost != 13_761 { // 150.00 net of 9 %
		t.Errorf("order line: %+v", l)
	}
	offers, err := h.Catalog.OffersOf(h.A, m.suppliers[1].ID)
	must(t, err)
	if len(offers) != 2 || !slices.ContainsFunc(offers, func(f catalog.Offer) bool {
		return f.ProductID == m.products[0].ID && f.Price == 40_000 && f.ValidFrom == h.today() && *f.LeadTimeDays == 9 && f.Pack.Factor.Num == 15
	}) {
		t.Errorf("offers: %+v", offers)
	}

	again, err := s.Award(h.A, e.ID, seen, choose) // the second of a double click
	must(t, err)
	same(t, "the same again", again, e)
	// The rest goes to another, whose old price stays known.
	e, err = s.Award(h.A, e.ID, e.Version, append(choose, enquiry.Choice{Line: 3, InvitationID: e.Invitations[0].ID}))
	must(t, err)
	if e.State != enquiry.Awarded || e.ClosedAt == nil || e.Lines[2].Award.OrderID == o.ID {
		t.Errorf("all awarded: %+v", e)
	}
	quotes, err := h.Catalog.QuotesOf(h.A, []ident.ID{m.products[2].ID})
	must(t, err)
	if n := len(quotes[m.products[2].ID]); n == 0 || quotes[m.products[2].ID][n-1].Price != 43_000 {
		t.Errorf("quotes: %+v", quotes)
	}
	offers, err = h.Catalog.OffersOf(h.A, m.suppliers[0].ID)
	must(t, err)
	for _, f := range offers {
		if f.ProductID == m.products[2].ID && (f.Price != 43_000 || len(f.Breaks) != 0) || f.ProductID == m.products[1].ID && f.Price != 50_000 {
			t.Errorf("offer: %+v", f)
		}
	}
	all, err := h.Orders.List(h.A, purchase.Query{})
	if must(t, err); len(all) != 2 {
		t.Errorf("%d orders, want one a supplier", len(all))
	}
	same(t, "journal", journal.Actions, []string{"enquiry.make", "enquiry.answer", "enquiry.answer", "enquiry.award", "enquiry.award"})
}

func testAwardRefuses(t *testing.T, h House) {
	s, _ := h.service()
	m := h.market(t, h.A, 2)
	e := made(t, s, h.A, h.ask(m, 20_000))
	old := e.Version
	e = answered(t, s, h.A, e, 0, 45_000, 44_000)
	in := e.Invitations[1]
	e, err := s.Answer(h.A, in.ID, in.Version, []enquiry.Answer{{Line: 1, Cannot: true}})
	must(t, err)
	give := func(line, place int) []enquiry.Choice {
		return []enquiry.Choice{{Line: line, InvitationID: e.Invitations[place].ID}}
	}
	for _, c := range []struct {
		name       string
		version    int64
		choices    []enquiry.Choice
		kind       fault.Kind
		key, field string
	}{
		{"nothing", e.Version, nil, fault.Invalid, "enquiry.award_nothing", "award"},
		{"who cannot", e.Version, give(1, 1), fault.Invalid, "enquiry.award_unanswered", "award_1"},
		{"who is silent", e.Version, give(2, 2), fault.Invalid, "enquiry.award_unanswered", "award_2"},
		{"prices that changed", old, give(1, 0), fault.Conflict, "enquiry.changed_meanwhile", ""},
		{"another line", e.Version, give(3, 0), fault.NotFound, "enquiry.line_missing", ""},
		{"two for one", e.Version, append(give(1, 0), give(1, 1)...), fault.NotFound, "enquiry.line_missing", ""},
		{"a stranger", e.Version, []enquiry.Choice{{Line: 1, InvitationID: ident.New()}}, fault.NotFound, "enquiry.line_missing", ""},
	} {
		refused(t, c.name, second(s.Award(h.A, e.ID, c.version, c.choices)), c.kind, c.key, c.field)
	}
	e, err = s.Award(h.A, e.ID, e.Version, give(1, 0))
	must(t, err)
	e = answered(t, s, h.A, e, 2, 1_000, 41_000) // the first line is another's: it is not asked any more
	if len(e.Invitations[2].Answers) != 1 {
		t.Errorf("an awarded line is answered: %+v", e.Invitations[2])
	}
	refused(t, "what another has", second(s.Award(h.A, e.ID, e.Version, give(1, 2))), fault.Conflict, "enquiry.awarded_to_another", "")
}

// An award of which one part fails does nothing at all.
func testAwardWhole(t *testing.T, h House) {
	s, journal := h.service()
	m := h.market(t, h.A, 2)
	e := made(t, s, h.A, h.ask(m, 20_000))
	e = answered(t, s, h.A, e, 1, 40_000, 0)
	e = answered(t, s, h.A, e, 2, 0, 41_000)
	gone, err := h.Catalog.Suppliers(h.A, false)
	must(t, err)
	for _, one := range gone {
		if one.ID == m.suppliers[2].ID {
			one.Archived = true
			must(t, h.Catalog.UpdateSupplier(h.A, one))
		}
	}
	_, err = s.Award(h.A, e.ID, e.Version, []enquiry.Choice{{Line: 1, InvitationID: e.Invitations[1].ID}, {Line: 2, InvitationID: e.Invitations[2].ID}})
	refused(t, "an archived supplier", err, fault.Conflict, "purchase.supplier_archived", "")
	after, err := s.Enquiry(h.A, e.ID)
	must(t, err)
	same(t, "untouched", after, e)
	orders, err := h.Orders.List(h.A, purchase.Query{})
	must(t, err)
	offers, err := h.Catalog.OffersOf(h.A, m.suppliers[1].ID)
	if must(t, err); len(orders) != 0 || len(offers) != 0 {
		t.Errorf("half an award: %+v, %+v", orders, offers)
	}
	if slices.Contains(journal.Actions, "enquiry.award") && len(orders) > 0 {
		t.Errorf("journal: %v", journal.Actions)
	}
}

// However many people press at once, a line is awarded once.
func testAwardAtOnce(t *testing.T, h House) {
	s, _ := h.service()
	m := h.market(t, h.A, 1)
	e := answered(t, s, h.A, made(t, s, h.A, h.ask(m, 20_000)), 1, 40_000)
	e = answered(t, s, h.A, e, 2, 41_000)
	var wg sync.WaitGroup
	won := make([]error, 8)
	for i := range won {
		wg.Go(func() {
			_, won[i] = s.Award(h.A, e.ID, e.Version, []enquiry.Choice{{Line: 1, InvitationID: e.Invitations[1+i%2].ID}})
		})
	}
	wg.Wait()
	orders, err := h.Orders.List(h.A, purchase.Query{})
	if must(t, err); len(orders) != 1 {
		t.Fatalf("%d orders", len(orders))
	}
	for i, err := range won {
		mine := orders[0].SupplierID == m.suppliers[1+i%2].ID
		if mine != (err == nil) {
			t.Errorf("%d (the winner's: %v): %v", i, mine, err)
		}
	}
}

func testClose(t *testing.T, h House) {
	s, journal := h.service()
	m := h.market(t, h.A, 2)
	e := answered(t, s, h.A, made(t, s, h.A, h.ask(m, 20_000)), 1, 40_000, 41_000)
	e, err := s.Award(h.A, e.ID, e.Version, []enquiry.Choice{{Line: 1, InvitationID: e.Invitations[1].ID}})
	must(t, err)
	e, err = s.Close(h.A, e.ID)
	must(t, err)
	if e.State != enquiry.Closed || e.ClosedAt == nil || e.Lines[0].Award == nil {
		t.Errorf("closed: %+v", e)
	}
	again, err := s.Close(h.A, e.ID)
	must(t, err)
	same(t, "closed again", again, e)
	in := e.Invitations[1]
	refused(t, "award", second(s.Award(h.A, e.ID, e.Version, []enquiry.Choice{{Line: 2, InvitationID: in.ID}})), fault.Conflict, "enquiry.not_open", "")
	refused(t, "answer", second(s.Answer(h.A, in.ID, in.Version, []enquiry.Answer{{Line: 2, Unit: "kg", Price: 1}})), fault.Conflict, "enquiry.not_open", "")
	if open, err := s.List(h.A, enquiry.Query{State: enquiry.Open}); err != nil || len(open) != 0 {
		t.Errorf("open: %+v, %v", open, err)
	}
	whole := answered(t, s, h.A, made(t, s, h.A, h.ask(market{m.products[:1], m.suppliers}, 1000)), 1, 40_000)
	whole, err = s.Award(h.A, whole.ID, whole.Version, []enquiry.Choice{{Line: 1, InvitationID: whole.Invitations[1].ID}})
	must(t, err)
	refused(t, "an awarded one", second(s.Close(h.A, whole.ID)), fault.Conflict, "enquiry.not_open", "")
	if n := len(journal.Actions); journal.Actions[3] != "enquiry.close" || n != 7 {
		t.Errorf("journal: %v", journal.Actions)
	}
}

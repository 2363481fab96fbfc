package purchasetest

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// Base is where the tests' installation is reached.
const Base = "https://buhuo.example"

// linked is a service that makes links.
func (h House) linked() (*purchase.Service, *Journal) {
	s, j := h.Service()
	s.SetLinks([]byte("a key of the tests, no more secret than they are"), Base+"/", Houses(h))
	return s, j
}

// Houses finds the two shops.
type Houses House

// ByID implements purchase.Houses.
func (h Houses) ByID(_ context.Context, id tenant.ShopID) (shop.Shop, error) {
	for _, ctx := range []context.Context{h.A, h.B} {
		if scope, _ := tenant.From(ctx); scope.Shop == id {
			return shop.Shop{ID: id, Name: scope.ShopName, Zone: scope.Zone, Currency: scope.Currency}, nil
		}
	}
	return shop.Shop{}, errors.New("no such shop")
}

// invited is an order that was sent, with the secret of its link.
func invited(t *testing.T, s *purchase.Service, ctx context.Context, d purchase.DraftOrder) (purchase.Order, string) {
	t.Helper()
	o, err := s.Send(ctx, Made(t, s, ctx, d).ID, 0)
	must(t, err)
	doc, err := s.Document(ctx, o.ID, "")
	must(t, err)
	token, ok := strings.CutPrefix(doc.Link, Base+"/s/")
	if !ok || len(token) < 40 {
		t.Fatalf("the link of a sent order: %q", doc.Link)
	}
	return o, token
}

// testLinks: an answer by link, once, of one order, and what the shop makes of it.
func testLinks(t *testing.T, h House) {
	s, journal := h.linked()
	g := h.Stocked(t, h.A, 2)
	o, token := invited(t, s, h.A, g.Draft(10_000, 20_000))
	before := len(journal.Actions)
	ctx, l, err := s.Enter(context.Background(), token)
	must(t, err)
	if scope, ok := tenant.From(ctx); !ok || scope.Role != "" || !scope.Person.IsNil() || l.OrderID != o.ID {
		t.Errorf("a supplier comes as %+v to %v", scope, l.OrderID)
	}
	if again, err := s.Document(h.A, o.ID, ""); err != nil || !strings.HasSuffix(again.Link, token) || len(journal.Actions) != before {
		t.Errorf("the link of a second copy: %q, %v", again.Link, err)
	}
	reply := purchase.Reply{Note: " 第二样缺货 ", Lines: []purchase.ConfirmLine{
		{Line: 1, Agreed: purchase.Agreed{Quantity: 10_000, Price: 25_000, Day: o.DueDay}}, {Line: 2, Agreed: purchase.Agreed{Quantity: 15_000, Price: 25_000, Later: 5_000, LaterDay: o.DueDay + 9}},
	}}
	must(t, s.Answer(ctx, l.ID, reply))
	must(t, s.Answer(ctx, l.ID, reply)) // a double click
	other := reply
	other.Note = "no"
	refused(t, "another answer", s.Answer(ctx, l.ID, other), fault.Conflict, "purchase.link_answered")
	if same := len(journal.Actions); same != before+1 {
		t.Errorf("%d lines in the trail of one answer", same-before)
	}
	waiting, err := s.Order(h.A, o.ID)
	must(t, err)
	same(t, "the order while the shop decides", waiting, o)
	if a, err := s.Attention(h.A); err != nil || a.Answers != 1 {
		t.Errorf("waiting: %+v, %v", a, err)
	}
	listed, err := s.List(h.A, purchase.Query{Answered: true})
	must(t, err)
	if len(listed) != 1 || listed[0].ID != o.ID {
		t.Errorf("answered: %+v", listed)
	}
	links, err := s.Links(h.A, o.ID)
	must(t, err)
	a := links[0].Answer
	if len(links) != 1 || a.Kind != purchase.Otherwise || a.Verdict != purchase.Open || a.Note != "第二样缺货" || len(a.Lines) != 1 || a.Lines[0].Later != 5_000 {
		t.Errorf("kept: %+v", a)
	}
	for _, wrong := range []struct {
		ctx  context.Context
		link ident.ID
	}{{h.B, l.ID}, {h.A, ident.New()}} {
		_, err := s.Decide(wrong.ctx, o.ID, wrong.link, true)
		refused(t, "somebody else's answer", err, fault.NotFound, "purchase.answer_missing")
	}
	for range 2 {
		done, err := s.Decide(h.A, o.ID, l.ID, true)
		must(t, err)
		if done.State != purchase.Confirmed || done.Version != o.Version+1 || done.Lines[1].Agreed == nil || done.Lines[1].Agreed.Quantity != 15_000 {
			t.Errorf("accepted: %+v", done)
		}
	}
	_, err = s.Decide(h.A, o.ID, l.ID, false)
	refused(t, "decided otherwise", err, fault.Conflict, "purchase.answer_decided")
	if a, err := s.Attention(h.A); err != nil || a.Answers != 0 {
		t.Errorf("still waiting: %+v, %v", a, err)
	}
	verified(t, s, h)
}

// testAnswers: an order accepted as it is is confirmed at once; a refusal cancels it when
// the shop says so; what is dismissed changes nothing; what came too late is told.
func testAnswers(t *testing.T, h House) {
	s, _ := h.linked()
	g := h.Stocked(t, h.A, 1)
	say := func(r purchase.Reply) (purchase.Order, purchase.Link, error) {
		t.Helper()
		o, token := invited(t, s, h.A, g.Draft(10_000))
		ctx, l, err := s.Enter(context.Background(), token)
		must(t, err)
		return o, l, s.Answer(ctx, l.ID, r)
	}
	plain, _, err := say(purchase.Reply{Lines: []purchase.ConfirmLine{{Line: 1, Agreed: purchase.Agreed{Quantity: 10_000, Price: 25_000}}}})
	must(t, err)
	if got, err := s.Order(h.A, plain.ID); err != nil || got.State != purchase.Confirmed || got.Lines[0].Agreed != nil {
		t.Errorf("as ordered: %s, %v", got.State, err)
	}
	no, l, err := say(purchase.Reply{Refused: true, Note: "缺货", Lines: []purchase.ConfirmLine{{Line: 99}}})
	must(t, err)
	if got, err := s.Order(h.A, no.ID); err != nil || got.State != purchase.Sent {
		t.Errorf("refused, not decided: %s, %v", got.State, err)
	}
	gone, err := s.Decide(h.A, no.ID, l.ID, true)
	must(t, err)
	if gone.State != purchase.Cancelled {
		t.Errorf("refused: %s", gone.State)
	}
	dearer, l, err := say(purchase.Reply{Lines: []purchase.ConfirmLine{{Line: 1, Agreed: purchase.Agreed{Quantity: 10_000, Price: 90_000}}}})
	must(t, err)
	kept, err := s.Decide(h.A, dearer.ID, l.ID, false)
	must(t, err)
	same(t, "dismissed", kept, dearer)
	for name, bad := range map[string]purchase.Reply{
		"nothing":  {Lines: []purchase.ConfirmLine{{Line: 1}}},
		"negative": {Lines: []purchase.ConfirmLine{{Line: 1, Agreed: purchase.Agreed{Quantity: -1}}}},
		"a line":   {Lines: []purchase.ConfirmLine{{Line: 2, Agreed: purchase.Agreed{Quantity: 1}}}},
		"the note": {Refused: true, Note: strings.Repeat("x", 2_000)},
	} {
		if o, l, err := say(bad); err == nil {
			t.Errorf("%s of %s: taken", name, o.NumberText())
		} else if links, _ := s.Links(h.A, l.OrderID); links[0].Answer != nil {
			t.Errorf("%s: refused and kept", name)
		}
	}
	late, token := invited(t, s, h.A, g.Draft(10_000))
	must(t, second(s.Receive(h.A, late.ID, purchase.Receipt{})))
	ctx, l, err := s.Enter(context.Background(), token)
	must(t, err)
	refused(t, "too late", s.Answer(ctx, l.ID, purchase.Reply{Refused: true}), fault.Conflict, "purchase.link_too_late")
	verified(t, s, h)
}

// testLinkSecrets: nothing opens but what was made here, for now and for one order.
func testLinkSecrets(t *testing.T, h House) {
	s, _ := h.linked()
	g := h.Stocked(t, h.A, 1)
	o, token := invited(t, s, h.A, g.Draft(10_000))
	shut := func(what, token string) {
		t.Helper()
		_, _, err := s.Enter(context.Background(), token)
		refused(t, what, err, fault.NotFound, "purchase.link_gone")
	}
	for i := range token {
		for _, c := range []byte{'A', 'b', '_', '=', ' ', 0, 200} {
			if token[i] != c {
				shut("altered at "+strconv.Itoa(i), token[:i]+string(c)+token[i+1:])
			}
		}
	}
	for _, bad := range []string{"", "A", token[1:], token + "A", token + "=", token + token, strings.Repeat("A", len(token)), strings.Repeat("z", 100_000), o.ID.String()} {
		shut("guessed", bad)
	}
	stranger, _ := h.Service()
	stranger.SetLinks([]byte("the key of another installation, as long as this one"), Base, Houses(h))
	if _, _, err := stranger.Enter(context.Background(), token); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another installation: %v", err)
	}
	ctx, l, err := s.Enter(h.B, token) // whoever carries it
	must(t, err)
	if scope, _ := tenant.From(ctx); scope.Shop == 0 || l.OrderID != o.ID {
		t.Errorf("entered %+v", scope)
	}
	foreign := h.Stocked(t, h.B, 1)
	theirs, _ := invited(t, s, h.B, foreign.Draft(5_000))
	if _, err := s.Order(ctx, theirs.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the other shop's order by a link: %v", err)
	}
	for name, do := range map[string]func(context.Context, ident.ID) (purchase.Order, error){"renew": s.RenewLink, "revoke": s.RevokeLink} {
		_, err := do(h.B, o.ID)
		refused(t, name+" of the other shop", err, fault.NotFound, "purchase.order_missing")
	}
	must(t, second(s.RenewLink(h.A, o.ID)))
	shut("before the new one", token)
	doc, err := s.Document(h.A, o.ID, "")
	must(t, err)
	next := strings.TrimPrefix(doc.Link, Base+"/s/")
	must(t, third(s.Enter(context.Background(), next)))
	for range 2 {
		must(t, second(s.RevokeLink(h.A, o.ID)))
	}
	shut("revoked", next)
	if doc, err = s.Document(h.A, o.ID, ""); err != nil || doc.Link != "" {
		t.Errorf("a link that is revoked is printed: %q, %v", doc.Link, err)
	}
	must(t, second(s.RenewLink(h.A, o.ID)))
	doc, err = s.Document(h.A, o.ID, "")
	must(t, err)
	next = strings.TrimPrefix(doc.Link, Base+"/s/")
	h.Clock.Pass(29 * 24 * time.Hour)
	must(t, third(s.Enter(context.Background(), next)))
	h.Clock.Pass(2 * 24 * time.Hour)
	shut("expired", next)
	draft := Made(t, s, h.A, g.Draft(5_000))
	_, err = s.RenewLink(h.A, draft.ID)
	refused(t, "of a draft", err, fault.Conflict, "purchase.link_not_sent")
	unlinked, _ := h.Service()
	_, err = unlinked.RenewLink(h.A, o.ID)
	refused(t, "without a key", err, fault.Conflict, "purchase.links_off")
	if _, err := h.Store.LinkShop(context.Background(), ident.New()); !errors.Is(err, purchase.ErrMissing) {
		t.Errorf("an unknown link: %v", err)
	}
	if links, err := h.Store.Links(h.B, o.ID); err != nil || len(links) != 0 {
		t.Errorf("the other shop reads %d links, %v", len(links), err)
	}
	h.do(t, h.A, func(ctx context.Context) error {
		expired := purchase.Link{ID: l.ID, Answer: &purchase.Answer{At: day.At(h.Clock.Now()), Kind: purchase.Refused, Verdict: purchase.Open, Hash: []byte{1}}}
		if ok, err := h.Store.AnswerLink(ctx, expired); ok || err != nil {
			t.Errorf("the store takes the answer of a link that is over: %v, %v", ok, err)
		}
		return nil
	})
}

// testAnswerAtOnce: of many answers at once one counts.
func testAnswerAtOnce(t *testing.T, h House) {
	s, _ := h.linked()
	g := h.Stocked(t, h.A, 1)
	o, token := invited(t, s, h.A, g.Draft(10_000))
	ctx, l, err := s.Enter(context.Background(), token)
	must(t, err)
	var taken atomic.Int32
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			err := s.Answer(ctx, l.ID, purchase.Reply{Refused: n%2 == 0, Note: strconv.Itoa(n), Lines: []purchase.ConfirmLine{{Line: 1, Agreed: purchase.Agreed{Quantity: 10_000, Price: 25_000}}}})
			switch {
			case err == nil:
				taken.Add(1)
			case fault.KindOf(err) != fault.Conflict:
				t.Errorf("at once: %v", err)
			}
		})
	}
	wg.Wait()
	if taken.Load() != 1 {
		t.Errorf("%d answers were taken", taken.Load())
	}
	if links, err := s.Links(h.A, o.ID); err != nil || len(links) != 1 || links[0].Answer == nil {
		t.Errorf("links: %+v, %v", links, err)
	}
	verified(t, s, h)
}

func third[T, U any](_ T, _ U, err error) error { return err }

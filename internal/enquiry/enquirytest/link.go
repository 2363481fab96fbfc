package enquirytest

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"buhuo/internal/enquiry"
	"buhuo/internal/fault"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

const base = "https://buhuo.example"

// linked is a service whose suppliers answer by link.
func (h House) linked() *enquiry.Service {
	s, _ := h.service()
	s.SetLinks([]byte("a key that opens nothing but these tests"), base+"/", h.Houses)
	return s
}

// token is the secret of an invitation's link.
func token(t testing.TB, s *enquiry.Service, in enquiry.Invitation) string {
	t.Helper()
	secret, ok := strings.CutPrefix(s.LinkAddress(in), base+"/q/")
	if !ok || len(secret) < 40 {
		t.Fatalf("the link is %q", s.LinkAddress(in))
	}
	return secret
}

func gone(t testing.TB, what string, s *enquiry.Service, secret string) {
	t.Helper()
	_, _, _, err := s.Enter(context.Background(), secret)
	refused(t, what, err, fault.NotFound, "enquiry.link_gone", "")
}

func testLink(t *testing.T, h House) {
	s := h.linked()
	m := h.market(t, h.A, 2)
	e := made(t, s, h.A, h.ask(m, 20_000))
	in := e.Invitations[1]
	secret := token(t, s, in)
	ctx, seen, invited, err := s.Enter(context.Background(), secret)
	must(t, err)
	if seen.ID != e.ID || invited.ID != in.ID {
		t.Fatalf("the link opens %+v", invited)
	}
	said := []enquiry.Answer{{Line: 1, Unit: "jin", Price: 42_000, Minimum: 5_000, Pack: measure.Pack{Unit: "kg", Factor: measure.One}}, {Line: 2, Cannot: true}}
	refused(t, "nothing", s.Reply(ctx, in.LinkID, nil), fault.Invalid, "enquiry.answer_nothing", "answers")
	refused(t, "no price", s.Reply(ctx, in.LinkID, []enquiry.Answer{{Line: 1, Unit: "kg"}}), fault.Invalid, "enquiry.price_missing", "price[0]")
	must(t, s.Reply(ctx, in.LinkID, said))
	after, err := s.Enquiry(h.A, e.ID)
	must(t, err)
	if a, _ := after.Invitations[1].Answer(1); a.Price != 42_000 || after.Invitations[1].AnsweredAt == nil || after.Version != e.Version+1 {
		t.Errorf("answered: %+v", after.Invitations[1])
	}
	must(t, s.Reply(ctx, in.LinkID, said)) // the second of a double click
	again, err := s.Enquiry(h.A, e.ID)
	must(t, err)
	same(t, "the same again", again, after)
	refused(t, "another reply", s.Reply(ctx, in.LinkID, said[:1]), fault.Conflict, "enquiry.link_answered", "")

	// A new link takes one more reply; the old one is dead.
	must(t, s.RenewLink(h.A, in.ID))
	gone(t, "the old link", s, secret)
	refused(t, "a reply by the old link", s.Reply(ctx, in.LinkID, said[:1]), fault.NotFound, "enquiry.link_gone", "")
	e, fresh, err := s.Invited(h.A, in.ID)
	must(t, err)
	if len(fresh.Answers) != 2 {
		t.Errorf("with a new link the answers are gone: %+v", fresh)
	}
	secret = token(t, s, fresh)
	ctx, _, _, err = s.Enter(context.Background(), secret)
	must(t, err)
	must(t, s.Reply(ctx, fresh.LinkID, said[:1]))
	must(t, s.RevokeLink(h.A, in.ID))
	must(t, s.RevokeLink(h.A, in.ID))
	gone(t, "a revoked link", s, secret)
	if _, out, _ := s.Invited(h.A, in.ID); s.LinkAddress(out) != "" {
		t.Error("a revoked link still has an address")
	}

	// What is over takes no reply.
	other := token(t, s, e.Invitations[2])
	ctx, _, third, err := s.Enter(context.Background(), other)
	must(t, err)
	_, err = s.Close(h.A, e.ID)
	must(t, err)
	refused(t, "a reply to what is over", s.Reply(ctx, third.LinkID, said), fault.Conflict, "enquiry.link_over", "")
	refused(t, "a link to what is over", s.RenewLink(h.A, third.ID), fault.Conflict, "enquiry.not_open", "")
}

// A token that was guessed, altered, made for something else or with another key opens
// nothing, and says nothing else; nor does an old one.
func testLinkRefuses(t *testing.T, h House) {
	s := h.linked()
	e := made(t, s, h.A, h.ask(h.market(t, h.A, 1), 20_000))
	secret := token(t, s, e.Invitations[0])
	for i := range len(secret) {
		other := byte('A')
		if secret[i] == other {
			other = 'B'
		}
		if altered := secret[:i] + string(other) + secret[i+1:]; altered != secret {
			gone(t, "altered at "+secret[:i], s, altered)
		}
	}
	for _, bad := range []string{"", "x", secret[1:], secret + "A", secret + "=", strings.ToLower(secret), strings.Repeat("A", 5000), "../" + secret} {
		gone(t, bad, s, bad)
	}
	stranger, _ := h.service()
	stranger.SetLinks([]byte("another key that opens nothing at all"), base, h.Houses)
	gone(t, "another key's", s, token(t, stranger, e.Invitations[0]))
	unlinked, _ := h.service()
	gone(t, "without a key", unlinked, secret)
	if unlinked.LinkAddress(e.Invitations[0]) != "" {
		t.Error("without a key there is an address")
	}
	refused(t, "renew without a key", unlinked.RenewLink(h.A, e.Invitations[0].ID), fault.Conflict, "enquiry.links_off", "")
	refused(t, "renew another shop's", s.RenewLink(h.B, e.Invitations[0].ID), fault.NotFound, "enquiry.missing", "")

	later := h
	later.Now = func() time.Time { return h.Now().AddDate(0, 0, 3+14) }
	if _, _, _, err := later.linked().Enter(context.Background(), secret); err != nil {
		t.Errorf("two weeks after the day to answer by: %v", err)
	}
	later.Now = func() time.Time { return h.Now().AddDate(0, 0, 3+15) }
	gone(t, "an old one", later.linked(), secret)
}

// However many replies come at once, one counts.
func testLinkAtOnce(t *testing.T, h House) {
	s := h.linked()
	e := made(t, s, h.A, h.ask(h.market(t, h.A, 1), 20_000))
	in := e.Invitations[1]
	ctx, _, _, err := s.Enter(context.Background(), token(t, s, in))
	must(t, err)
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			errs[i] = s.Reply(ctx, in.LinkID, []enquiry.Answer{{Line: 1, Unit: "kg", Price: 40_000 + money.Price(100*(i%3))}})
		})
	}
	wg.Wait()
	after, err := s.Enquiry(h.A, e.ID)
	must(t, err)
	a, _ := after.Invitations[1].Answer(1)
	for i, err := range errs {
		if mine := a.Price == 40_000+money.Price(100*(i%3)); mine != (err == nil) {
			t.Errorf("reply %d (it counts: %v): %v", i, mine, err)
		}
	}
}

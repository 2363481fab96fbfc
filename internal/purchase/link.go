package purchase

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// Link lets a supplier answer one order without an account. The secret in its address
// is made of its id and the installation's key and kept nowhere.
type Link struct {
	ID, OrderID          ident.ID
	PersonID             ident.ID // who made it
	CreatedAt, ExpiresAt day.Micros
	RevokedAt            *day.Micros
	Answer               *Answer
}

// valid reports whether the link opens anything at an instant.
func (l Link) valid(at day.Micros) bool { return l.RevokedAt == nil && at < l.ExpiresAt }

// Kind is what a supplier says altogether.
type Kind string

// The kinds of answer.
const (
	AsOrdered Kind = "as_ordered"
	Otherwise Kind = "otherwise"
	Refused   Kind = "refused"
)

// Verdict is what became of an answer.
type Verdict string

// The verdicts.
const (
	Open      Verdict = "open" // waits for the shop
	Accepted  Verdict = "accepted"
	Dismissed Verdict = "dismissed"
)

// Answer is what the supplier said by a link. The first one counts.
type Answer struct {
	At        day.Micros
	Kind      Kind
	Lines     []ConfirmLine // of Otherwise
	Note      string
	Hash      []byte // of the request
	Verdict   Verdict
	DecidedAt *day.Micros
	DecidedBy ident.ID
}

// Reply is what a supplier sends by a link.
type Reply struct {
	Refused bool
	Lines   []ConfirmLine
	Note    string
}

// Shelf keeps the links of the shop in ctx. Writes need a transaction in ctx.
type Shelf interface {
	InsertLink(ctx context.Context, l Link) error
	// RevokeLinks ends the valid link of an order, and reports whether there was one.
	RevokeLinks(ctx context.Context, orderID ident.ID, at day.Micros) (bool, error)
	// Links reads those of an order, the newest first.
	Links(ctx context.Context, orderID ident.ID) ([]Link, error)
	// LinkShop tells which shop a link belongs to, and LinkOrder which order; the first
	// needs no shop in ctx.
	LinkShop(ctx context.Context, id ident.ID) (tenant.ShopID, error)
	LinkOrder(ctx context.Context, id ident.ID) (ident.ID, error)
	// AnswerLink writes the answer of a valid link that has none; false when there is
	// none such.
	AnswerLink(ctx context.Context, l Link) (bool, error)
	// DecideLink writes the verdict on an open answer; false when there is none such.
	DecideLink(ctx context.Context, l Link) (bool, error)
	// OpenAnswers counts the orders that may still be confirmed and have an open answer.
	OpenAnswers(ctx context.Context) (int, error)
}

// Houses finds a shop by its number. The shop's service does.
type Houses interface {
	ByID(ctx context.Context, id tenant.ShopID) (shop.Shop, error)
}

// links is what links are made with.
type links struct {
	signet Signet
	base   string // address of the installation, without a slash at its end
	houses Houses
}

// SetLinks lets suppliers answer by link: key is the installation's secret, base the
// address at which they reach it.
func (s *Service) SetLinks(key []byte, base string, houses Houses) {
	s.links = &links{signet: NewSignet(key, "buhuo order link 1"), base: strings.TrimRight(base, "/"), houses: houses}
}

const (
	leastLife = 30 * 24 * time.Hour // of a link, from its making
	afterDue  = 14                  // days, if that is later
)

// LinkAddress is where the supplier answers by the link.
func (s *Service) LinkAddress(l Link) string {
	return s.links.base + "/s/" + s.links.signet.Token(l.ID)
}

// Linked reports whether the installation can make links.
func (s *Service) Linked() bool { return s.links != nil }

// linkOf is the order's valid link; nil without one.
func (s *Service) linkOf(ctx context.Context, orderID ident.ID) (*Link, error) {
	if s.links == nil {
		return nil, nil
	}
	all, err := s.store.Links(ctx, orderID)
	for i := range all {
		if all[i].valid(day.At(s.now())) {
			return &all[i], nil
		}
	}
	return nil, err
}

// issue makes a new link for an order and ends the one before it.
func (s *Service) issue(ctx context.Context, o Order) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	now := s.moment(scope)
	if _, err := s.store.RevokeLinks(ctx, o.ID, now.at); err != nil {
		return err
	}
	until := max(day.At(now.at.Time().Add(leastLife)), day.At(o.DueDay.Add(afterDue).Start(zone(scope))))
	return s.store.InsertLink(ctx, Link{ID: ident.New(), OrderID: o.ID, PersonID: scope.Person, CreatedAt: now.at, ExpiresAt: until})
}

var errUnlinked = fault.New(fault.Conflict, "purchase.links_off")

// RenewLink makes a new link for an order that its supplier has; the one before it opens
// nothing any more.
func (s *Service) RenewLink(ctx context.Context, id ident.ID) (Order, error) {
	return s.aboutLink(ctx, id, "order.link", func(ctx context.Context, o Order) (bool, error) {
		if !o.State.Open() {
			return false, fault.New(fault.Conflict, "purchase.link_not_sent")
		}
		return true, s.issue(ctx, o)
	})
}

// RevokeLink ends the order's link. Doing it again changes nothing.
func (s *Service) RevokeLink(ctx context.Context, id ident.ID) (Order, error) {
	return s.aboutLink(ctx, id, "order.link_revoke", func(ctx context.Context, o Order) (bool, error) {
		return s.store.RevokeLinks(ctx, id, day.At(s.now()))
	})
}

func (s *Service) aboutLink(ctx context.Context, id ident.ID, action string, do func(context.Context, Order) (bool, error)) (Order, error) {
	if s.links == nil {
		return Order{}, errUnlinked
	}
	var o Order
	err := s.atomic.Do(ctx, func(ctx context.Context) error {
		var err error
		if o, err = s.Order(ctx, id); err != nil {
			return err
		}
		changed, err := do(ctx, o)
		if err != nil || !changed {
			return err
		}
		return s.record(ctx, action, o, nil)
	})
	return o, err
}

// Links reads the links of an order with their answers, the newest first.
func (s *Service) Links(ctx context.Context, orderID ident.ID) ([]Link, error) {
	if s.links == nil {
		return nil, nil
	}
	return s.store.Links(ctx, orderID)
}

// Valid reports whether the link opens anything now.
func (s *Service) Valid(l Link) bool { return l.valid(day.At(s.now())) }

// errGone is the one answer to every link that opens nothing: nobody learns whether it
// was ever one.
var errGone = fault.New(fault.NotFound, "purchase.link_gone")

// Enter gives the scope that a supplier has by a token, which is the shop of one order,
// and the link. NotFound, always the same, for a token that is wrong, old or revoked.
func (s *Service) Enter(ctx context.Context, token string) (context.Context, Link, error) {
	if s.links == nil {
		return ctx, Link{}, errGone
	}
	id, ok := s.links.signet.Read(token)
	if !ok {
		return ctx, Link{}, errGone
	}
	number, err := s.store.LinkShop(ctx, id)
	if err != nil {
		if errors.Is(err, ErrMissing) {
			err = errGone
		}
		return ctx, Link{}, err
	}
	in, err := s.links.houses.ByID(ctx, number)
	if err != nil {
		return ctx, Link{}, err
	}
	scope := shop.ScopeOf(in)
	scope.Request = tenant.RequestID(ctx)
	ctx = tenant.With(ctx, scope)
	l, err := s.link(ctx, id)
	return ctx, l, err
}

// link finds a valid link of the shop.
func (s *Service) link(ctx context.Context, id ident.ID) (Link, error) {
	order, err := s.store.LinkOrder(ctx, id)
	if errors.Is(err, ErrMissing) {
		return Link{}, errGone
	}
	if err != nil {
		return Link{}, err
	}
	all, err := s.store.Links(ctx, order)
	if err != nil {
		return Link{}, err
	}
	for _, l := range all {
		if l.ID == id && s.Valid(l) {
			return l, nil
		}
	}
	return Link{}, errGone
}

// Answerable reports whether a supplier may still answer.
func (o Order) Answerable() bool { return o.State == Sent || o.State == Confirmed }

// hash tells a reply sent twice from another one.
func (r Reply) hash() []byte {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // numbers and texts
	}
	sum := sha256.Sum256(text)
	return sum[:]
}

// Partners tells which orders went to another shop of the installation, which answers
// there, where its stock follows, and not by a link as well.
type Partners interface {
	HasDeal(ctx context.Context, id ident.ID) (bool, error)
}

// SetPartners sets who knows the orders between shops.
func (s *Service) SetPartners(p Partners) { s.partners = p }

// Dealt reports whether an order went to another shop of the installation.
func (s *Service) Dealt(ctx context.Context, id ident.ID) (bool, error) {
	if s.partners == nil {
		return false, nil
	}
	return s.partners.HasDeal(ctx, id)
}

// Answer takes what a supplier says by a link, in the ctx that Enter gave. The first
// answer counts: the same once more changes nothing, another one is a Conflict. One that
// accepts the order as it is confirms it at once. A supplier that is a shop of the
// installation has the order in its inbox and answers there: a Conflict. Any other is an offer of something
// else, which binds the shop only when it accepts it: it waits for the shop. Faults of a
// line carry the field RowField(name, position).
func (s *Service) Answer(ctx context.Context, link ident.ID, r Reply) error {
	note, err := cleanNote(r.Note)
	if err != nil {
		return err
	}
	r.Note = note
	if r.Refused {
		r.Lines = nil
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		l, err := s.link(ctx, link)
		if err != nil {
			return err
		}
		hash := r.hash()
		if l.Answer != nil {
			if slices.Equal(l.Answer.Hash, hash) {
				return nil
			}
			return fault.New(fault.Conflict, "purchase.link_answered")
		}
		o, err := s.store.Order(ctx, l.OrderID)
		if err != nil {
			return missing(err)
		}
		if !o.Answerable() {
			return fault.New(fault.Conflict, "purchase.link_too_late")
		}
		if dealt, err := s.Dealt(ctx, o.ID); err != nil || dealt {
			if err == nil {
				err = fault.New(fault.Conflict, "purchase.link_inbox")
			}
			return err
		}
		l.Answer = &Answer{At: day.At(s.now()), Kind: Refused, Note: r.Note, Hash: hash, Verdict: Open}
		plain := false
		if !r.Refused {
			if plain, err = s.weigh(ctx, o, r.Lines, l.Answer); err != nil {
				return err
			}
		}
		return s.take(ctx, o, l, plain)
	})
}

// weigh tells whether what a supplier promises is what was ordered, or noted already:
// plain, when there is nothing for the shop to decide.
func (s *Service) weigh(ctx context.Context, o Order, lines []ConfirmLine, into *Answer) (plain bool, err error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return false, err
	}
	agreed, err := o.agree(lines, s.moment(scope))
	if err != nil {
		return false, err
	}
	for i, a := range agreed {
		if a != nil {
			into.Lines = append(into.Lines, ConfirmLine{Line: i + 1, Agreed: *a})
		}
	}
	if into.Kind = Otherwise; into.Lines == nil {
		into.Kind = AsOrdered
	}
	return o.promised(agreed), nil
}

// take keeps an answer, and confirms the order when nothing is to be decided.
func (s *Service) take(ctx context.Context, o Order, l Link, plain bool) error {
	if plain {
		l.Answer.Verdict, l.Answer.DecidedAt = Accepted, &l.Answer.At
	}
	ok, err := s.store.AnswerLink(ctx, l)
	if err != nil {
		return err
	}
	if !ok { // somebody was faster
		return fault.New(fault.Conflict, "purchase.link_answered")
	}
	if err := s.record(ctx, "order.answer", o, map[string]any{"answer": l.Answer.Kind, "link": l.ID.String(), "note": l.Answer.Note}); err != nil || !plain {
		return err
	}
	_, err = s.Confirm(ctx, o.ID, 0, nil) // nothing new where it is confirmed already
	return err
}

// Decide accepts a supplier's open answer, which confirms the order so or, when he
// refuses it, cancels it; or dismisses it. The same again changes nothing.
func (s *Service) Decide(ctx context.Context, id, link ident.ID, accept bool) (Order, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Order{}, err
	}
	verdict := Dismissed
	if accept {
		verdict = Accepted
	}
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		all, err := s.store.Links(ctx, id)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(l Link) bool { return l.ID == link && l.Answer != nil })
		if i < 0 {
			return fault.New(fault.NotFound, "purchase.answer_missing")
		}
		answer := all[i].Answer
		if answer.Verdict == verdict {
			return nil
		}
		now := day.At(s.now())
		answer.Verdict, answer.DecidedAt, answer.DecidedBy = verdict, &now, scope.Person
		ok, err := s.store.DecideLink(ctx, all[i])
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "purchase.answer_decided")
		}
		return s.follow(ctx, id, *answer)
	})
	if err != nil {
		return Order{}, err
	}
	return s.Order(ctx, id)
}

// follow does what the verdict on an answer means.
func (s *Service) follow(ctx context.Context, id ident.ID, a Answer) error {
	o, err := s.Order(ctx, id)
	if err != nil {
		return err
	}
	if err := s.record(ctx, "order.answer_"+string(a.Verdict), o, map[string]any{"answer": a.Kind}); err != nil || a.Verdict != Accepted {
		return err
	}
	if a.Kind == Refused {
		_, err = s.Cancel(ctx, id)
		return err
	}
	if a.Lines == nil {
		a.Lines = []ConfirmLine{} // as ordered, whatever was noted before
	}
	_, err = s.Confirm(ctx, id, 0, a.Lines)
	return err
}

package enquiry

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// links is what a supplier's links are made with.
type links struct {
	signet purchase.Signet
	base   string // address of the installation, without a slash at its end
	houses purchase.Houses
}

// SetLinks lets suppliers answer by link: key is the installation's secret, base the
// address at which they reach it.
func (s *Service) SetLinks(key []byte, base string, houses purchase.Houses) {
	s.links = &links{signet: purchase.NewSignet(key, "buhuo enquiry link 1"), base: strings.TrimRight(base, "/"), houses: houses}
}

// afterAnswerBy is how many days a link opens the page beyond the day to answer by.
const afterAnswerBy = 14

// LinkAddress is where the supplier of an invitation answers; empty when he cannot.
func (s *Service) LinkAddress(in Invitation) string {
	if s.links == nil || in.LinkID.IsNil() {
		return ""
	}
	return s.links.base + "/q/" + s.links.signet.Token(in.LinkID)
}

// Linked reports whether the installation can make links.
func (s *Service) Linked() bool { return s.links != nil }

// errGone is the one answer to every link that opens nothing: nobody learns whether it
// was ever one.
var errGone = fault.New(fault.NotFound, "enquiry.link_gone")

// Enter gives the scope that a supplier has by a token, which is the shop of one enquiry,
// and what he is asked. NotFound, always the same, for a token that is wrong, old or
// revoked.
func (s *Service) Enter(ctx context.Context, token string) (context.Context, Enquiry, Invitation, error) {
	gone := func(err error) (context.Context, Enquiry, Invitation, error) {
		if errors.Is(err, ErrMissing) {
			err = errGone
		}
		return ctx, Enquiry{}, Invitation{}, err
	}
	if s.links == nil {
		return gone(errGone)
	}
	id, ok := s.links.signet.Read(token)
	if !ok {
		return gone(errGone)
	}
	number, err := s.store.LinkShop(ctx, id)
	if err != nil {
		return gone(err)
	}
	in, err := s.links.houses.ByID(ctx, number)
	if err != nil {
		return gone(err)
	}
	scope := shop.ScopeOf(in)
	scope.Request = tenant.RequestID(ctx)
	ctx = tenant.With(ctx, scope)
	e, invitation, err := s.linked(ctx, scope, id)
	if err != nil {
		return gone(err)
	}
	return ctx, e, invitation, nil
}

// linked finds what a valid link of the shop is about.
func (s *Service) linked(ctx context.Context, scope tenant.Scope, link ident.ID) (Enquiry, Invitation, error) {
	id, err := s.store.ByLink(ctx, link)
	if err != nil {
		return Enquiry{}, Invitation{}, err
	}
	e, in, err := s.Invited(ctx, id)
	if _, today := s.moment(scope); err == nil && today > e.AnswerBy.Add(afterAnswerBy) {
		err = ErrMissing
	}
	return e, in, err
}

// Reply takes what a supplier answers by a link, in the ctx that Enter gave, in place of
// what the shop may have typed for him. The first reply counts: the same once more changes
// nothing, another one is a Conflict. Faults are those of Answer.
func (s *Service) Reply(ctx context.Context, link ident.ID, answers []Answer) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(answers)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(text)
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		e, in, err := s.linked(ctx, scope, link)
		if err != nil {
			if errors.Is(err, ErrMissing) {
				err = errGone
			}
			return err
		}
		if in.ReplyHash != nil {
			if slices.Equal(in.ReplyHash, hash[:]) {
				return nil
			}
			return fault.New(fault.Conflict, "enquiry.link_answered")
		}
		if e.State != Open {
			return fault.New(fault.Conflict, "enquiry.link_over")
		}
		if len(answers) == 0 {
			return fault.New(fault.Invalid, "enquiry.answer_nothing").WithField("answers")
		}
		told, err := s.told(ctx, scope, e, in, answers)
		if err != nil {
			return err
		}
		in.ReplyHash = hash[:]
		return s.note(ctx, scope, e, in, told, "enquiry.reply")
	})
}

// RenewLink gives the supplier of an invitation a new link, by which he may answer once
// more; the one before it opens nothing any more.
func (s *Service) RenewLink(ctx context.Context, invitation ident.ID) error {
	return s.relink(ctx, invitation, ident.New(), "enquiry.link")
}

// RevokeLink ends the link of an invitation. Doing it again changes nothing.
func (s *Service) RevokeLink(ctx context.Context, invitation ident.ID) error {
	return s.relink(ctx, invitation, ident.Nil, "enquiry.link_revoke")
}

func (s *Service) relink(ctx context.Context, invitation, link ident.ID, action string) error {
	if s.links == nil {
		return fault.New(fault.Conflict, "enquiry.links_off")
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		e, in, err := s.Invited(ctx, invitation)
		if err != nil || in.LinkID == link {
			return err
		}
		if e.State != Open {
			return fault.New(fault.Conflict, "enquiry.not_open")
		}
		in.LinkID, in.ReplyHash = link, nil
		if err := s.put(ctx, in); err != nil {
			return err
		}
		return s.record(ctx, action, e, map[string]any{"supplier": in.SupplierID.String()})
	})
}

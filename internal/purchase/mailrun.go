package purchase

import (
	"context"
	"errors"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// The rhythm of the queue.
const (
	mailsAtOnce  = 20
	mailLease    = 10 * time.Minute // longer than any attempt takes
	firstRetry   = time.Minute
	lastRetry    = time.Hour
	mostAttempts = 12 // about six hours
)

// RunMails sends what is due, one mail after the other. A mail is claimed before it goes
// on the line. What is known not to have left is tried again, later and later; what may
// have left, because the program or the line died between the mail's end and the answer,
// is Unclear and never tried again by itself: an order is better asked about than
// delivered twice.
func (s *Service) RunMails(ctx context.Context) error {
	if s.posts == nil || s.posts.sender == nil {
		return nil
	}
	for ctx.Err() == nil {
		now := s.now()
		due, err := s.store.DueMails(ctx, day.At(now), day.At(now.Add(-mailLease)), mailsAtOnce)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, m := range due {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			err = errors.Join(err, s.runMail(ctx, m)) // one that goes wrong does not keep the others
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (s *Service) runMail(ctx context.Context, m Mail) error {
	in, err := s.posts.houses.ByID(ctx, m.Shop)
	if err != nil {
		return err
	}
	ctx = tenant.With(ctx, shop.ScopeOf(in))
	if m.State == MailClaimed { // who claimed it is gone
		_, err := s.end(ctx, m, MailClaimed, m.Attempts, &MailError{Problem: Unclear})
		return err
	}
	attempts := m.Attempts
	m.State, m.Attempts, m.NextAt = MailClaimed, attempts+1, day.At(s.now())
	claimed := false
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		claimed, err = s.store.MoveMail(ctx, m, MailWaiting, attempts)
		return err
	})
	if err != nil || !claimed {
		return err
	}
	said := s.sendMail(ctx, m)
	// What came of it is kept even when the program is told to stop.
	_, err = s.end(context.WithoutCancel(ctx), m, MailClaimed, m.Attempts, said)
	return err
}

// sendMail is one attempt; nil: the other side has it.
func (s *Service) sendMail(ctx context.Context, m Mail) *MailError {
	if m.Via != ByMail {
		return s.speak(ctx, m)
	}
	scope, _ := tenant.From(ctx)
	settings, sealed, err := s.store.MailSettings(ctx)
	if err == nil && sealed != nil {
		settings.Password, err = s.unseal(scope.Shop, "", sealed)
	}
	if err != nil {
		return &MailError{Problem: Unset, Permanent: true, Cause: err}
	}
	if m.File, err = s.store.MailFile(ctx, m.ID); err != nil {
		return &MailError{Problem: Cut, Cause: err}
	}
	return saidOf(s.posts.sender.Send(ctx, settings, m))
}

// saidOf is what an attempt came to; nil: the other side has it.
func saidOf(err error) *MailError {
	var said *MailError
	if err == nil || errors.As(err, &said) {
		return said
	}
	return &MailError{Problem: Cut, Cause: err}
}

// end notes what came of an attempt.
func (s *Service) end(ctx context.Context, m Mail, from MailState, attempts int, said *MailError) (bool, error) {
	now := day.At(s.now())
	m.EndedAt = &now
	switch {
	case said == nil:
		m.State, m.Problem, m.Detail = MailSent, "", ""
	case said.Problem == Unclear:
		m.State, m.Problem, m.Detail = MailUnclear, Unclear, said.Detail
	case said.Permanent || attempts >= mostAttempts:
		m.State, m.Problem, m.Detail = MailFailed, said.Problem, said.Detail
	default:
		m.State, m.Problem, m.Detail, m.EndedAt = MailWaiting, said.Problem, said.Detail, nil
		m.NextAt = day.At(s.now().Add(min(firstRetry<<min(attempts-1, 10), lastRetry)))
	}
	moved := false
	err := s.atomic.Do(ctx, func(ctx context.Context) error {
		var err error
		if moved, err = s.store.MoveMail(ctx, m, from, attempts); err != nil || !moved || m.State == MailWaiting {
			return err
		}
		action, about := "order.mail_", m.OrderID
		if m.OrderID.IsNil() {
			action, about = "notice.", m.ID
		}
		return s.journal.Record(ctx, action+string(m.State), about, map[string]any{"to": m.To, "attempts": attempts, "problem": string(m.Problem)})
	})
	return moved, err
}

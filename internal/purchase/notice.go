package purchase

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// Via is the way by which a message leaves.
type Via string

// The ways.
const (
	ByMail     Via = "mail"
	ByWeCom    Via = "wecom"    // the robot of a group in 企业微信
	ByDingTalk Via = "dingtalk" // the robot of a group in 钉钉
)

// robotKind is what addresses of one service's robots look like; no others are called.
type robotKind struct {
	via               Via
	host, path, token string
	signs             bool
}

// robotKinds is THE list of services whose robots a shop can name.
var robotKinds = []robotKind{
	{ByWeCom, "qyapi.weixin.qq.com", "/cgi-bin/webhook/send", "key", false},
	{ByDingTalk, "oapi.dingtalk.com", "/robot/send", "access_token", true},
}

// RobotWays lists the ways that are robots, in the order to offer them in.
func RobotWays() []Via {
	var out []Via
	for _, k := range robotKinds {
		out = append(out, k.via)
	}
	return out
}

// Signs reports whether a service can ask for a signature.
func (v Via) Signs() bool {
	return slices.ContainsFunc(robotKinds, func(k robotKind) bool { return k.via == v && k.signs })
}

// Robot is a group's robot. Who knows its address can write to the group, so both are
// secrets: they are kept sealed and never shown again.
type Robot struct {
	Via     Via
	Address string
	Secret  string // signs what is sent; empty: the service asks for none
}

// SealedRobot is one as it is kept.
type SealedRobot struct {
	Via             Via
	Address, Secret []byte // Secret is nil without one
}

// clean checks a robot, or tells every field that is wrong. Only addresses that the two
// services give out pass: the program calls no others, whatever a shop types.
func (r Robot) clean() (Robot, error) {
	var wrong fault.Fields
	bad := func(field, key string) { wrong = append(wrong, fault.New(fault.Invalid, key).WithField(field)) }
	i := slices.IndexFunc(robotKinds, func(k robotKind) bool { return k.via == r.Via })
	if i < 0 {
		bad("via", "purchase.robot_via")
		return r, wrong.Err()
	}
	kind := robotKinds[i]
	token, ok := kind.tokenOf(strings.TrimSpace(r.Address))
	if !ok {
		bad("address", "purchase.robot_address."+string(kind.via))
	}
	r.Address = "https://" + kind.host + kind.path + "?" + kind.token + "=" + token // as we write it, not as it was typed
	r.Secret = strings.TrimSpace(r.Secret)
	if r.Secret != "" && (!kind.signs || len(r.Secret) > maxSecret || !plainToken(r.Secret)) {
		bad("secret", "purchase.robot_secret")
	}
	return r, wrong.Err()
}

// tokenOf reads the secret part of an address of the kind.
func (k robotKind) tokenOf(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil || len(text) > 1024 || u.Scheme != "https" || u.Host != k.host || u.User != nil || u.Fragment != "" || u.EscapedPath() != k.path {
		return "", false
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil || len(q) != 1 || len(q[k.token]) != 1 {
		return "", false
	}
	token := q.Get(k.token)
	return token, len(token) >= 16 && len(token) <= maxSecret && plainToken(token)
}

// plainToken reports whether a text is of the signs that the services' secrets have.
func plainToken(s string) bool {
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// Speaker says a notice through a robot; an error is a *MailError.
type Speaker interface {
	Say(ctx context.Context, r Robot, m Mail) error
}

// Robots lists the ways that are set up.
func (s *Service) Robots(ctx context.Context) ([]Via, error) {
	list, err := s.store.Robots(ctx)
	var out []Via
	for _, r := range list {
		out = append(out, r.Via)
	}
	return out, err
}

// KeepRobot keeps a group's robot in the transaction of ctx or its own; the same again
// changes nothing.
func (s *Service) KeepRobot(ctx context.Context, r Robot) error {
	if s.posts == nil {
		return fault.New(fault.Conflict, "purchase.mail_off")
	}
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	if r, err = r.clean(); err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		if old, err := s.robot(ctx, r.Via); err == nil && old == r {
			return nil
		}
		sealed := SealedRobot{Via: r.Via}
		if sealed.Address, err = s.seal(scope.Shop, "robot address", r.Address); err != nil {
			return err
		}
		if sealed.Secret, err = s.seal(scope.Shop, "robot secret", r.Secret); err != nil {
			return err
		}
		if err := s.store.KeepRobot(ctx, sealed); err != nil {
			return err
		}
		return s.journal.Record(ctx, "robot.kept", ident.Nil, map[string]any{"via": string(r.Via)})
	})
}

// DropRobot forgets one.
func (s *Service) DropRobot(ctx context.Context, via Via) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		kept, err := s.Robots(ctx)
		if err != nil || !slices.Contains(kept, via) {
			return err
		}
		if err := s.store.DropRobot(ctx, via); err != nil {
			return err
		}
		return s.journal.Record(ctx, "robot.dropped", ident.Nil, map[string]any{"via": string(via)})
	})
}

// robot opens one; ErrMissing without it.
func (s *Service) robot(ctx context.Context, via Via) (Robot, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Robot{}, err
	}
	list, err := s.store.Robots(ctx)
	if err != nil {
		return Robot{}, err
	}
	for _, sealed := range list {
		if sealed.Via != via {
			continue
		}
		r := Robot{Via: via}
		if r.Address, err = s.unseal(scope.Shop, "robot address", sealed.Address); err == nil && sealed.Secret != nil {
			r.Secret, err = s.unseal(scope.Shop, "robot secret", sealed.Secret)
		}
		return r, err
	}
	return Robot{}, ErrMissing
}

// speak is one attempt through a robot.
func (s *Service) speak(ctx context.Context, m Mail) *MailError {
	r, err := s.robot(ctx, m.Via)
	if err != nil || s.posts.robots == nil {
		return &MailError{Problem: Unset, Permanent: true, Cause: errors.Join(err, errors.New("no such robot"))}
	}
	return saidOf(s.posts.robots.Say(ctx, r, m))
}

// Notice is a message that is about no order. ID tells it apart: the same again is not
// queued twice. To is an address for mail and empty for a robot.
type Notice struct {
	ID            ident.ID
	Via           Via
	To            string
	Subject, Body string
}

// Notify puts notices into the queue, in the transaction of ctx or its own.
func (s *Service) Notify(ctx context.Context, notices []Notice) error {
	if s.posts == nil {
		return fault.New(fault.Conflict, "purchase.mail_off")
	}
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		now := day.At(s.now())
		for _, n := range notices {
			switch _, err := s.store.MailFile(ctx, n.ID); {
			case err == nil:
				continue
			case !errors.Is(err, ErrMissing):
				return err
			}
			m := Mail{ID: n.ID, PersonID: scope.Person, CreatedAt: now, Via: n.Via, To: n.To, Subject: n.Subject, Body: n.Body, State: MailWaiting, NextAt: now}
			if err := s.store.InsertMail(ctx, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// Notices reads the newest ones without their files.
func (s *Service) Notices(ctx context.Context, limit int) ([]Mail, error) {
	return s.store.Notices(ctx, limit)
}

package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"buhuo/internal/insight"
	"buhuo/internal/job"
	"buhuo/internal/purchase/robot"
	"buhuo/internal/purchase/smtp"
	"buhuo/internal/restock"
	"buhuo/internal/shop/shopweb"
	"buhuo/internal/web"
	"buhuo/static"
)

// Server is the program serving: the engine and the background work.
type Server struct {
	app    *App
	engine *web.Engine
	jobs   *job.Runner
	log    *slog.Logger
	meters meters
	// figures is where the metrics are served; nil: nowhere.
	figures net.Listener
}

// Server builds the web side. setupToken guards the first-run page; empty means
// that whoever reaches it may use it (loopback).
func (a *App) Server(c Config, log *slog.Logger, setupToken string) *Server {
	if c.PublicURL != "" && c.Key != nil {
		a.Purchase.SetLinks(c.Key, c.PublicURL, a.Shop)
		a.Enquiry.SetLinks(c.Key, c.PublicURL, a.Shop)
	}
	if c.Key != nil {
		a.Purchase.SetMail(c.Key, smtp.Sender{Private: c.PrivateMail}, robot.Speaker{Now: a.now}, a.Shop)
	}
	a.tell(c.PublicURL)
	s := &Server{app: a, log: log, jobs: a.jobs(log)}
	s.engine = web.New(web.Config{
		Now: a.now, Log: log, Auth: shopweb.Authenticator(a.Shop), Static: static.Handler(), Secure: c.TLS, Demo: c.Demo, Observed: s.meters.observe,
		Ready: []web.Check{
			{Name: "database", Run: a.DB.Ping},
			{Name: "restock", Run: func(context.Context) error { return errors.Join(s.jobs.Check(jobChanged), a.Restock.Sound()) }},
		},
	})
	people := shopweb.New(a.Shop, setupToken).Call(subjects{a.Catalog})
	if c.Demo {
		people = people.Demo(c.DemoLogin, c.DemoPassword)
	}
	for _, pages := range a.rooms(people) {
		pages.Routes(s.engine)
	}
	return s
}

// Handler is the HTTP side, for tests.
func (s *Server) Handler() http.Handler { return s.engine }

// Engine is the HTTP side with its table of routes.
func (s *Server) Engine() *web.Engine { return s.engine }

// Run serves on l until ctx is done, then drains.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if err := s.jobs.Start(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	go s.watchDisk(ctx, stop)
	if s.figures != nil {
		stopped := s.serveFigures(ctx)
		defer stopped()
	}
	err := s.engine.Run(ctx, l)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return errors.Join(err, s.jobs.Stop(drain), s.app.DB.Failed())
}

// watchDisk ends the program when the writer has failed on the disk: only
// opening the file again tells what it holds.
func (s *Server) watchDisk(ctx context.Context, stop context.CancelFunc) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.app.DB.Failed(); err != nil {
				s.log.Error("the disk failed; stopping", "error", err)
				stop()
				return
			}
		}
	}
}

const (
	jobChanged = "restock"
	jobDaily   = "daily"
	jobAsked   = "asked"
	jobPurge   = "purge"
	jobReplay  = "replay"
	jobMail    = "mail"
	jobDigest  = "digest"
	jobPool    = "pool"
	jobJoint   = "joint"
)

// jobs is the background work.
func (a *App) jobs(log *slog.Logger) *job.Runner {
	r := job.New(log, a.now)
	r.Add(job.Job{Name: jobReplay, Every: 10 * time.Second, Run: a.Restock.RunHindsights})
	r.Add(job.Job{Name: jobChanged, Every: time.Second, AtStart: true, Run: a.changed})
	r.Add(job.Job{Name: jobDaily, Every: 5 * time.Minute, AtStart: true, Run: a.daily})
	r.Add(job.Job{Name: jobAsked, Every: 2 * time.Second, Run: a.asked})
	r.Add(job.Job{Name: jobMail, Every: 3 * time.Second, AtStart: true, Run: a.Purchase.RunMails})
	r.Add(job.Job{Name: jobDigest, Every: insight.DigestEvery, Run: a.Teller.Run})
	r.Add(job.Job{Name: jobPool, Every: time.Hour, AtStart: true, Run: a.Pool.Run})
	r.Add(job.Job{Name: jobJoint, Every: 30 * time.Second, AtStart: true, Run: a.Joint.RunDue})
	r.Add(job.Job{Name: jobPurge, Every: time.Hour, Run: a.Shop.Purge})
	return r
}

// daily is the night's work; asked what people ask for in between.
func (a *App) daily(ctx context.Context) error { return ofAll(a.Restock.Daily(ctx)) }
func (a *App) asked(ctx context.Context) error { return ofAll(a.Restock.RunAsked(ctx)) }

// changed works off the queue; a shop that goes wrong rests by itself, and the job
// goes on with the others.
func (a *App) changed(ctx context.Context) error { return ofAll(a.runChanged(ctx)) }

// ofAll leaves out an error of single shops, which is noted with them: readiness and
// the doctor tell it.
func ofAll(err error) error {
	if errors.Is(err, restock.ErrOfShops) {
		return nil
	}
	return err
}

// runChanged works off the queue of changed products.
func (a *App) runChanged(ctx context.Context) error {
	for ctx.Err() == nil {
		n, err := a.Restock.RunChanged(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
	return nil
}

// Loopback reports whether addr (HOST:PORT) can only be reached from this machine.
func Loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// Listen opens addr; a port in use gets a sentence.
func Listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", addr, errors.Unwrap(err))
	}
	return l, nil
}

// SetupToken makes the first-run token, or "" when the address is loopback or
// somebody can log in already.
func (a *App) SetupToken(ctx context.Context, addr string) (string, error) {
	known, err := a.Shop.HasPerson(ctx)
	if err != nil || known || Loopback(addr) {
		return "", err
	}
	raw := make([]byte, 16)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	return hex.EncodeToString(raw), nil
}
